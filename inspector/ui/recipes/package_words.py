"""Why a recipe package is not taken, in the words of the person who brought it."""

from PySide6.QtCore import QCoreApplication

from inspector.core.package import PackageRefused, Refusal

translate = QCoreApplication.translate  # lupdate knows calls of this name


def refusal_text(error: PackageRefused) -> str:
    """One sentence; what the program wrote stands below it for whoever helps."""
    text = {
        Refusal.UNREADABLE: translate("Refusals", "The file cannot be read."),
        Refusal.NOT_A_PACKAGE: translate("Refusals", "This is no recipe package."),
        Refusal.DAMAGED: translate("Refusals", "The package is damaged or was not copied as a whole. Copy it again."),
        Refusal.NEWER: translate("Refusals", "A newer program made this package. Update this station first."),
        Refusal.BAD_MANIFEST: translate("Refusals", "The list of contents of the package is wrong."),
        Refusal.BAD_NAME: translate("Refusals", "The package holds a file whose name leads out of it."),
        Refusal.DUPLICATE: translate("Refusals", "The package holds the same file twice."),
        Refusal.LINK: translate("Refusals", "The package holds a link or a folder instead of a file."),
        Refusal.ENCRYPTED: translate("Refusals", "The package is encrypted. Export it again without a password."),
        Refusal.UNKNOWN_FILE: translate("Refusals", "The package holds a file that does not belong to it."),
        Refusal.MISSING_FILE: translate("Refusals", "A file of the package is missing."),
        Refusal.WRONG_HASH: translate("Refusals", "A file of the package was changed after it was exported."),
        Refusal.TOO_LARGE: translate("Refusals", "The package is larger than a recipe can be."),
        Refusal.BAD_RECIPE: translate("Refusals", "The recipe in the package cannot be used."),
        Refusal.BAD_PICTURE: translate("Refusals", "A picture in the package cannot be read."),
        Refusal.MODEL_MISSING: translate(
            "Refusals", "The recipe needs the model {0}, which is neither here nor in the package."
        ),
        Refusal.MODEL_DIFFERS: translate("Refusals", "The station has another model of the name {0}."),
        Refusal.BAD_MODEL: translate("Refusals", "The model in the package cannot be used."),
        Refusal.CODE_TAKEN: translate("Refusals", "Line code {0} already belongs to {1} on this station."),
    }.get(error.refusal, error.message)
    # Not every refusal names as much as its sentence has places.
    return text.format(*error.values, *("?",) * text.count("{"))
