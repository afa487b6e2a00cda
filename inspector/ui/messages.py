"""What people read for a code: faults, reasons, states, verdicts. Services speak in codes and values; words live here.

Each table maps to a function, not to a text, because a text must be looked up again after a change of language.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.geometry import Size
from inspector.core.line import Fault, LineState, Severity, StartStep
from inspector.core.recipe import Recipe

translate = QCoreApplication.translate  # lupdate knows calls of this name

VERDICT_ICONS = {
    Verdict.PASS: "verdict_ok",
    Verdict.FAIL: "verdict_ng",
    Verdict.NOT_INSPECTED: "verdict_none",
}
SEVERITY_ICONS = {
    Severity.STOP: "severity_stop",
    Severity.ACT: "severity_act",
    Severity.NOTE: "severity_note",
}
STATE_ICONS = {state: f"state_{state.value}" for state in LineState}


@dataclass(frozen=True, slots=True)
class FaultText:
    """A fault in the words of the person at the line."""

    name: str
    steps: str


def fault_text(fault: Fault) -> FaultText:
    """Name and steps for a fault; one without a row shows what the program wrote, in English, rather than nothing."""
    known = {
        "CAM-001": (
            translate("Faults", "Camera not found"),
            translate("Faults", "Check cable and power of the camera, then press Start."),
        ),
        "CAM-002": (
            translate("Faults", "Camera lost"),
            translate("Faults", "Check cable and power. It reconnects by itself; then press Start."),
        ),
        "CAM-003": (
            translate("Faults", "Pictures are missing or incomplete"),
            translate("Faults", "Check the camera cable and the network port. Affected parts are rejected."),
        ),
        "CAM-004": (
            translate("Faults", "Camera settings differ"),
            translate("Faults", "The camera did not take the settings of the recipe. Call engineering."),
        ),
        "CAM-005": (
            translate("Faults", "Camera driver unstable"),
            translate("Faults", "The driver was restarted. Call maintenance if this returns."),
        ),
        "CAM-006": (
            translate("Faults", "Camera picture unusable"),
            translate("Faults", "The picture has another size or format than set. Call engineering."),
        ),
        "CAM-007": (
            translate("Faults", "Another camera in its place"),
            translate("Faults", "Connect the right camera, or have this one set up."),
        ),
        "IMG-001": (
            translate("Faults", "Pictures outside their limits"),
            translate("Faults", "Clean the lens, check the light and the position of the part."),
        ),
        "GPU-001": (
            translate("Faults", "Computing device out of memory or lost"),
            translate("Faults", "Restart the program. Call maintenance if this returns."),
        ),
        "GPU-002": (
            translate("Faults", "Self-test of the model differs"),
            translate("Faults", "Restart the program. Call maintenance if this returns."),
        ),
        "TIM-001": (
            translate("Faults", "Answers come too late"),
            translate("Faults", "Slow the line, or call engineering."),
        ),
        "RCP-001": (
            translate("Faults", "Product or model unknown"),
            translate("Faults", "Choose the product by hand."),
        ),
        "RCP-002": (
            translate("Faults", "A file does not match its seal"),
            translate("Faults", "The recipe or model was altered or damaged. Import it again."),
        ),
        "LIN-001": (
            translate("Faults", "Line output does not answer"),
            translate("Faults", "Check the PLC and its cable."),
        ),
        "LIN-002": (
            translate("Faults", "The line did not acknowledge a result"),
            translate("Faults", "Check the PLC program and its cable."),
        ),
        "LIN-003": (
            translate("Faults", "Trigger while busy"),
            translate("Faults", "Parts follow too closely. Slow the line or space the parts."),
        ),
        "DAT-001": (
            translate("Faults", "Disk space is getting short"),
            translate("Faults", "Call maintenance."),
        ),
        "DAT-002": (
            translate("Faults", "Records cannot be written"),
            translate("Faults", "Call maintenance: the disk is full, read-only or gone."),
        ),
        "DAT-003": (
            translate("Faults", "Clean-up freed less than asked"),
            translate("Faults", "Call maintenance."),
        ),
        "SYS-001": (
            translate("Faults", "A part of the program failed"),
            translate("Faults", "Restart the program. Call maintenance if this returns."),
        ),
        "SYS-002": (
            translate("Faults", "The clock jumped"),
            translate("Faults", "Nothing to do. Parts keep their order."),
        ),
        "SYS-003": (
            translate("Faults", "Backup is overdue"),
            translate("Faults", "Call maintenance: check the backup folder."),
        ),
        "QLT-001": (
            translate("Faults", "Scores of good parts drift"),
            translate("Faults", "Tell the shift lead. Nothing is stopped."),
        ),
        "QLT-002": (
            translate("Faults", "Reject rate outside its limits"),
            translate("Faults", "Tell the shift lead. Nothing is stopped."),
        ),
    }.get(fault.code)
    return FaultText(fault.message, fault.hint) if known is None else FaultText(*known)


def severity_word(severity: Severity) -> str:
    """Stop, Act or Note."""
    return {
        Severity.STOP: translate("Messages", "Stop", "severity of a fault"),
        Severity.ACT: translate("Messages", "Act", "severity of a fault: someone is needed, the line runs"),
        Severity.NOTE: translate("Messages", "Note", "severity of a fault: for information"),
    }[severity]


def state_word(state: LineState) -> str:
    """The line's state in the header."""
    return {
        LineState.STOPPED: translate("Messages", "Stopped", "state of the line"),
        LineState.STARTING: translate("Messages", "Starting", "state of the line"),
        LineState.RUNNING: translate("Messages", "Running", "state of the line"),
        LineState.PAUSED: translate("Messages", "Paused", "state of the line"),
        LineState.STOPPING: translate("Messages", "Stopping", "state of the line"),
        LineState.FAULTED: translate("Messages", "Fault", "state of the line"),
    }[state]


def step_text(step: StartStep) -> str:
    """A step between Start and Running."""
    return {
        StartStep.MODEL: translate("Messages", "Load model", "step of starting"),
        StartStep.SELF_TEST: translate("Messages", "Self-test", "step of starting"),
        StartStep.CAMERA: translate("Messages", "Camera", "step of starting"),
        StartStep.OUTPUT: translate("Messages", "Line output", "step of starting"),
    }[step]


def verdict_word(verdict: Verdict) -> str:
    """The large word; the same letters in every language, because people learn its shape."""
    return "OK" if verdict is Verdict.PASS else "NG"


def verdict_qualifier(verdict: Verdict) -> str:
    """What stands small beside the large word; empty where the language adds nothing."""
    text = {
        Verdict.PASS: translate("Messages", "OK", "small beside the large word OK; the same text is left out"),
        Verdict.FAIL: translate("Messages", "NG", "small beside the large word NG; the same text is left out"),
        Verdict.NOT_INSPECTED: translate("Messages", "not inspected", "small beside the large word NG"),
    }[verdict]
    return "" if text == verdict_word(verdict) else text


def verdict_name(verdict: Verdict) -> str:
    """Word and qualifier, for lists and screen readers."""
    return " ".join(filter(None, (verdict_word(verdict), verdict_qualifier(verdict))))


def reason_text(decision: Decision, image_size: Size | None, mm_per_px: float | None) -> str:
    """One sentence that says why.

    Args:
        decision: of the part.
        image_size: of its frame, to say where a mark is.
        mm_per_px: to say how large it is; without it the size is left out.
    """
    if decision.reason is Reason.ABOVE_LIMIT:
        return _mark_text(decision, image_size, mm_per_px)
    return {
        Reason.WITHIN_LIMIT: translate("Messages", "Nothing above the limit"),
        Reason.INCOMPLETE: translate("Messages", "The picture arrived incomplete"),
        Reason.GAP: translate("Messages", "The camera skipped this part"),
        Reason.OVERRUN: translate("Messages", "Parts came faster than they can be inspected"),
        Reason.NO_IMAGE: translate("Messages", "There was no picture"),
        Reason.WRONG_SIZE: translate("Messages", "The picture has another size than the recipe asks for"),
        Reason.PICTURE_DARK: translate("Messages", "The picture is too dark"),
        Reason.PICTURE_BRIGHT: translate("Messages", "The picture is too bright"),
        Reason.PICTURE_CLIPPED_DARK: translate("Messages", "Too much of the picture is black"),
        Reason.PICTURE_CLIPPED_BRIGHT: translate("Messages", "Too much of the picture is blinding white"),
        Reason.PICTURE_BLURRED: translate("Messages", "The picture is blurred"),
        Reason.PICTURE_NOISY: translate("Messages", "The picture is noisy or shows too much detail"),
        Reason.PICTURE_UNEVEN: translate("Messages", "The light is uneven"),
        Reason.PICTURE_SHIFTED: translate("Messages", "The part is not in its place"),
        Reason.MODEL_FAILED: translate("Messages", "The model failed on this part"),
        Reason.INVALID_MAP: translate("Messages", "The model gave no usable result"),
        Reason.WRONG_MODEL: translate("Messages", "Another model is loaded than the recipe asks for"),
        Reason.NOT_DELIVERED: translate("Messages", "The answer could not be delivered to the line"),
        Reason.LATE: translate("Messages", "The answer came too late for the line"),
    }[decision.reason]


def limit_text(ratio: str) -> str:
    """The number people see, "2.41 × limit"."""
    return translate("Messages", "{ratio} × limit", "score as a multiple of the limit").format(ratio=ratio)


def _mark_text(decision: Decision, image_size: Size | None, mm_per_px: float | None) -> str:
    """Number, size and place of what exceeds the limit."""
    if not decision.regions or image_size is None:
        return translate("Messages", "Something is above the limit")
    worst = decision.regions[0]
    place = _place_text(worst.centroid, image_size)
    others = len(decision.regions) - 1
    if mm_per_px is not None:
        area = worst.area_px * mm_per_px**2
        area_text = f"{area:.1f}" if area < 10 else f"{area:.0f}"
        first = translate("Messages", "{area} mm² mark, {place}").format(area=area_text, place=place)
    else:
        first = translate("Messages", "Mark, {place}").format(place=place)
    if not others:
        return first
    return translate("Messages", "{first}, and {count} more", "a mark and further ones").format(
        first=first, count=others
    )


def _place_text(centroid: tuple[float, float], size: Size) -> str:
    """Which ninth of the picture."""
    column = min(2, max(0, int(3 * centroid[0] / size.width)))
    row = min(2, max(0, int(3 * centroid[1] / size.height)))
    return (
        (translate("Messages", "upper left"), translate("Messages", "top"), translate("Messages", "upper right")),
        (translate("Messages", "left"), translate("Messages", "center"), translate("Messages", "right")),
        (translate("Messages", "lower left"), translate("Messages", "bottom"), translate("Messages", "lower right")),
    )[row][column]


def product_title(recipe: Recipe, language: str) -> str:
    """What people call the product: its title in their language, else in English, else its name."""
    titles = dict(recipe.title)
    return titles.get(language) or titles.get("en") or recipe.product


def version_text(version: int) -> str:
    """Write "v7", or what stands for a recipe that the program made up."""
    return (
        translate("Messages", "unpublished", "version of a recipe that the program made up")
        if version == 0
        else f"v{version}"
    )
