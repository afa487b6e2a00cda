"""Taking a package out and in: a file is chosen, the work runs in the background, and what came of it is said."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from inspector.core.errors import InspectorError, OperationalError
from inspector.core.package import PackageRefused
from inspector.core.recipe import Recipe
from inspector.services.recipes import ProductCard
from inspector.ui.messages import version_text
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.package_words import refusal_text
from inspector.ui.tools import PageTools
from inspector.ui.widgets.file_sheet import FileMode, FileSheet
from inspector.ui.widgets.sheet import Sheet

SUFFIX = ".zip"


class WorkingSheet(Sheet):
    """What runs, until it is done; nothing can be half done, so it cannot be left halfway either."""

    def __init__(self, tools: PageTools, over: QWidget, title: str) -> None:
        """Make it; `begin` opens it."""
        super().__init__(tools.look, over, width_mm=130.0)
        self._heading = title
        self._sentence = self.paragraph()
        self._detail = self.paragraph(role="second")
        self._detail.hide()
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.body.addWidget(self.bar)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def begin(self) -> None:
        """Open it while the work runs; closing it does not end the work."""
        self.open(self.close_button)
        self._sentence.setText(self.tr("Working…"))

    def fail(self, title: str, sentence: str, detail: str) -> None:
        """Say why it did not work; it stays until it is read."""
        self._heading = title
        self.title.setText(title)
        self._sentence.setText(sentence)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.bar.hide()
        self.fit()
        self.raise_()

    @property
    def text(self) -> str:
        """What it says."""
        return self._sentence.text()

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self._heading)


class Transfer(QObject):
    """Export and import. `imported` carries the `Recipe`; `done` a quiet line."""

    imported = Signal(object)
    done = Signal(str)

    def __init__(self, tools: PageTools, desk: SetupDesk, over: QWidget) -> None:
        """Sheets lie over a widget."""
        super().__init__(over)
        self._tools, self._desk, self._over = tools, desk, over
        self._folder: Path | None = None
        self._card: ProductCard | None = None
        self.sheet: Sheet | None = None

    def ask_export(self, card: ProductCard) -> None:
        """Ask where to, then write the newest version."""
        name = f"{_file_name(card.product)}-{version_text(card.version)}{SUFFIX}"
        title = self.tr("Export {product}").format(product=f"{card.product} {version_text(card.version)}")
        self._card = card
        sheet = self._file_sheet(FileMode.SAVE, title, name)
        sheet.chosen.connect(self.write)
        sheet.show_files()

    def ask_import(self) -> None:
        """Ask for a package, then take it."""
        sheet = self._file_sheet(FileMode.OPEN, self.tr("Import package"), "")
        sheet.chosen.connect(self.read)
        sheet.show_files()

    def _file_sheet(self, mode: FileMode, title: str, name: str) -> FileSheet:
        sheet = FileSheet(
            self._tools.look, self._over, mode, title=title, suffixes=(SUFFIX,), start=self._folder, name=name
        )
        self._keep(sheet)
        return sheet

    def _keep(self, sheet: Sheet) -> None:
        if self.sheet is not None:
            self.sheet.dismiss()
        self.sheet = sheet
        sheet.closed.connect(self._on_closed)

    def _on_closed(self) -> None:
        if self.sheet is self.sender():
            self.sheet = None

    def write(self, path: Path) -> None:
        """Export the product that was asked for."""
        card = self._card
        if card is None:
            return
        work = partial(self._desk.recipes.export, card.product, card.version, path)
        text = self.tr("{product} is exported to {file}").format(product=card.product, file=str(path))
        self._run(path, self.tr("Export package"), work, partial(self._on_exported, text))

    def read(self, path: Path) -> None:
        """Take a package."""
        work = partial(self._desk.recipes.import_package, path)
        self._run(path, self.tr("Import package"), work, self._on_imported)

    def _run(self, path: Path, title: str, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._folder = path.parent
        sheet = WorkingSheet(self._tools, self._over, title)
        self._keep(sheet)
        sheet.begin()
        self._tools.background.run(work, self, done, self._on_failed, topic="transfer", takes_long=True)

    def _on_exported(self, text: str, _: object) -> None:
        self._end()
        self.done.emit(text)

    def _on_imported(self, recipe: Recipe) -> None:
        self._end()
        product = f"{recipe.product} {version_text(recipe.version)}"
        self.done.emit(self.tr("{product} is imported and published").format(product=product))
        self.imported.emit(recipe)

    def _end(self) -> None:
        if isinstance(self.sheet, WorkingSheet):
            self.sheet.dismiss()

    def _on_failed(self, error: InspectorError) -> None:
        """A failure stays until it is read; nothing was changed."""
        if not isinstance(self.sheet, WorkingSheet):
            self._keep(WorkingSheet(self._tools, self._over, ""))
        sheet = self.sheet
        if not isinstance(sheet, WorkingSheet):
            return
        if not sheet.isVisible():
            sheet.begin()
        if isinstance(error, PackageRefused):
            sentence = self.tr("{reason} Nothing was changed.").format(reason=refusal_text(error))
            sheet.fail(self.tr("The package is refused"), sentence, error.message)
        elif isinstance(error, OperationalError):
            sheet.fail(self.tr("This did not work"), f"{error.message} {error.hint}".strip(), "")
        else:
            sheet.fail(self.tr("This did not work"), str(error), "")


def _file_name(product: str) -> str:
    """A product's name as part of a file name on every system."""
    kept = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in product).strip(" .")
    return kept[:60] or "recipe"
