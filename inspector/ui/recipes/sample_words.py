"""What people read of a sample: its tray, what it is used for, and what the program has noticed."""

from PySide6.QtCore import QCoreApplication

from inspector.core.sample import Sample, SampleFlag, Tray, Use
from inspector.ui.formats import stamp_text

translate = QCoreApplication.translate  # lupdate knows calls of this name

TRAY_ICONS = {Tray.GOOD: "tray_good", Tray.BAD: "tray_bad", Tray.UNSORTED: "tray_unsorted"}
FLAG_ICONS = {
    SampleFlag.NEAR_COPY: "copies",
    SampleFlag.ODD_ONE_OUT: "odd",
    SampleFlag.OUTSIDE_LIMITS: "outside",
}
FLAG_ORDER = tuple(FLAG_ICONS)


def tray_name(tray: Tray) -> str:
    """The word over a tray."""
    return {
        Tray.GOOD: translate("Samples", "Good", "tray of samples"),
        Tray.BAD: translate("Samples", "Bad", "tray of samples"),
        Tray.UNSORTED: translate("Samples", "Unsorted", "tray of samples"),
    }[tray]


def use_word(sample: Sample) -> str:
    """What a sample is for; a bad one never teaches, an unsorted one does nothing yet."""
    if sample.tray is Tray.UNSORTED:
        return ""
    if sample.tray is Tray.BAD or sample.use is Use.CHECK:
        return translate("Samples", "check", "use of a sample: it checks the limit and never teaches")
    return translate("Samples", "teach", "use of a sample: it may teach the model")


def flag_text(flag: SampleFlag) -> str:
    """What the program has noticed."""
    return {
        SampleFlag.NEAR_COPY: translate("Samples", "Nearly the same as another sample; it is not counted."),
        SampleFlag.ODD_ONE_OUT: translate("Samples", "Odd one out: is it really good?"),
        SampleFlag.OUTSIDE_LIMITS: translate("Samples", "Outside the picture limits."),
    }[flag]


def source_text(source: str) -> str:
    """Where a sample came from."""
    kind, _, name = source.partition(":")
    if kind == "camera":
        return translate("Samples", "From the camera {name}").format(name=name)
    if kind == "import":
        return translate("Samples", "From the file {name}").format(name=name)
    if kind == "history":
        return translate("Samples", "From History, part {name}").format(name=name)
    return source


def sample_facts(sample: Sample) -> str:
    """What a sample is and where it came from, in a few lines."""
    lines = [
        " · ".join(filter(None, (tray_name(sample.tray), sample.defect, use_word(sample)))),
        f"{stamp_text(sample.captured_at)} · {sample.size} px",
        source_text(sample.source),
    ]
    return "\n".join(filter(None, lines))


def sample_summary(sample: Sample) -> str:
    """Everything about a sample, for tool tips and screen readers."""
    return "\n".join([sample_facts(sample), *(flag_text(flag) for flag in FLAG_ORDER if flag in sample.flags)])
