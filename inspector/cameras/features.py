"""Camera settings written as features: which feature means what, in which order, and what the camera made of it.

Cameras name their features by the Standard Features Naming Convention (SFNC) of their year, lack some, and make some
writable only after others. This module knows the names and the order (cameras.md 8) and nothing of any driver: it
writes through `Nodes`, which the camera process implements on GenICam and tests implement on a dictionary.

Nothing is clamped silently. Each value is written, read back past every cache, and compared; all differences are
reported together. What a camera does not have at all is listed as lacking, so that a recipe can be used on a simpler
camera by somebody who was told.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from inspector.cameras.nodes import FeatureRefused, Node, Nodes, Value, as_text, first, from_text, number_of
from inspector.cameras.readings import exposure_us, rate_hz, trigger_mode
from inspector.core.camera_features import FeatureKind
from inspector.core.errors import OperationalError
from inspector.core.geometry import Rect
from inspector.core.ports import AppliedSettings
from inspector.core.recipe import CameraSettings, TriggerEdge, TriggerMode

logger = logging.getLogger(__name__)

_TOLERANCE = 0.005
_TRIGGER_SELECTORS = ("FrameStart", "AcquisitionStart", "ExposureStart")
_EDGES = {TriggerEdge.RISING: "RisingEdge", TriggerEdge.FALLING: "FallingEdge"}
_COLOURS = ("Red", "Green", "Blue")


def _equal(asked: Value, kept: Value, step: float) -> bool:
    if isinstance(asked, bool) or isinstance(kept, bool | str) or isinstance(asked, str):
        return as_text(asked) == as_text(kept)
    return abs(kept - asked) <= max(step, _TOLERANCE * abs(asked))


def _off(node: Node | None, value: str = "Off") -> None:
    """Switch something off that should be off and matters only where it exists and can be written."""
    if node is not None and node.writable() and node.read() != value and value in node.entries():
        node.write(value)


# --- at opening ------------------------------------------------------------------------------------------------------


def quiet(nodes: Nodes) -> None:
    """Bring a camera that somebody may have left in any state to one that waits and sends plain pictures.

    Raises:
        FeatureRefused: a mode that pictures cannot be read in could not be left.
    """
    stop = nodes.find("AcquisitionStop")
    if stop is not None and stop.writable():
        try:
            stop.write("")
        except FeatureRefused as refusal:
            logger.info("AcquisitionStop was refused at opening: %s", refusal)
    _plain_pictures(nodes)
    _triggers_off(nodes)


def _plain_pictures(nodes: Nodes) -> None:
    """One plain picture after the other: no containers, no end after the first, nothing behind the picture."""
    _off(nodes.find("GenDCStreamingMode"))
    _off(nodes.find("AcquisitionMode"), "Continuous")
    chunks = nodes.find("ChunkModeActive")
    if chunks is not None and chunks.writable() and chunks.read():
        chunks.write(value=False)


def _triggers_off(nodes: Nodes) -> None:
    selector = nodes.find("TriggerSelector")
    for entry in selector.entries() if selector is not None and selector.writable() else ("",):
        if selector is not None and entry:
            selector.write(entry)
        _off(nodes.find("TriggerMode"))
    # Whoever looks at the trigger next, a probe or a person, should see the one that takes pictures.
    _select(nodes, "TriggerSelector", _TRIGGER_SELECTORS)


def select_picture(nodes: Nodes) -> None:
    """Let `PixelFormat` mean the picture, on cameras that send ranges or confidences beside it. FeatureRefused."""
    _select(nodes, "ComponentSelector", ("Intensity",))


# --- settings --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Report:
    """What did not go as asked, field by field."""

    differences: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    def put(
        self,
        title: str,
        setting: str,
        node: Node | None,
        value: Value,
        equal: Callable[[Value, Value], bool] | None = None,
    ) -> None:
        """Write a value, read it back, and note what is different or missing.

        Args:
            title: for people.
            setting: its name in the settings.
            node: where it is written; None if the camera has no such feature.
            value: what is asked.
            equal: whether what is kept is as good as what was asked; None for the same within a step.
        """
        if node is None:
            self.lacking.append(setting)
            return
        sentence = ""
        step = 0.0
        target = value
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                target, step = _on_step(node, value)
            if not node.writable():
                sentence = "it cannot be written now."
            elif not (node.readable() and node.read() == target):
                node.write(target)
        except FeatureRefused as refusal:
            sentence = str(refusal)
        try:
            kept: Value = node.read() if node.readable() else ""
        except FeatureRefused as refusal:
            kept, sentence = "", sentence or str(refusal)
        if not (equal(target, kept) if equal is not None else _equal(target, kept, step)):
            told = f" ({sentence})" if sentence else ""
            self.differences.append(f"{title}: asked {as_text(value)}, camera kept {as_text(kept) or 'nothing'}{told}")


def _on_step(node: Node, value: float) -> tuple[float, float]:
    """An integer feature takes only whole steps from its minimum; a float feature says itself what it takes."""
    minimum, _, step = node.limits()
    step = step or 0.0
    if node.kind is not FeatureKind.INTEGER:
        return float(value), step
    base, whole_step = round(minimum or 0), max(1, round(step))
    return base + (round(value) - base) // whole_step * whole_step, float(whole_step)


def apply_settings(nodes: Nodes, settings: CameraSettings) -> AppliedSettings:
    """Write settings in the order in which cameras accept them, and read back what they kept.

    Raises:
        OperationalError: CAM-004, listing every difference.
    """
    report = _Report()
    steps: Sequence[Callable[[Nodes, CameraSettings, _Report], None]] = (
        _apply_format,
        _apply_roi,
        _apply_trigger_off,
        _apply_exposure,
        _apply_gain,
        _apply_colour,
        _apply_rate,
        _apply_trigger,
        _apply_extra,
    )
    for step in steps:
        try:
            step(nodes, settings, report)
        except FeatureRefused as refusal:
            report.differences.append(f"{step.__name__.removeprefix('_apply_').replace('_', ' ')}: {refusal}")
    if report.differences:
        raise OperationalError(
            "CAM-004",
            "The camera does not hold the settings it should: " + "; ".join(report.differences) + ".",
            "Correct the recipe's camera step, or the camera.",
        )
    return AppliedSettings(_read_back(nodes, settings), tuple(report.lacking))


def _apply_format(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    _plain_pictures(nodes)  # again, because a user set may have been loaded since the opening
    select_picture(nodes)
    if settings.pixel_format is None:
        return
    node = nodes.find("PixelFormat")
    name = settings.pixel_format
    if node is not None and node.readable() and (offered := node.entries()) and name not in offered:
        name = next((entry for entry in offered if _same_but_pattern(entry, name)), name)
    report.put("Pixel format", "pixel_format", node, name, equal=_same_but_pattern)


def _same_but_pattern(asked: Value, kept: Value) -> bool:
    """Whether two formats are the same, or name two places in the pattern of one Bayer sensor.

    A camera that names the pattern of its picture changes the name by itself when the area moves or is mirrored, and
    offers only the names that fit; each buffer says which it is.
    """
    both = (str(asked), str(kept))
    bayer = all(name.startswith("Bayer") for name in both)
    return both[0] == both[1] or (bayer and both[0][len("BayerRG") :] == both[1][len("BayerRG") :])


def _apply_roi(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    if settings.roi is None:
        return
    roi = settings.roi
    offsets = (("OffsetX", "Offset X", roi.x), ("OffsetY", "Offset Y", roi.y))
    for name, _, _ in offsets:
        node = nodes.find(name)
        if node is not None and node.writable():
            node.write(0)  # otherwise the old offset limits the new size
    report.put("Width", "roi", nodes.find("Width"), int(roi.width))
    if nodes.find("Height") is not None:
        report.put("Height", "roi", nodes.find("Height"), int(roi.height))
    for name, title, value in offsets:
        node = nodes.find(name)
        if node is not None:
            report.put(title, "roi", node, int(value))
        elif value:
            report.lacking.append(f"roi.{name[-1].lower()}")


def _apply_trigger_off(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    del settings, report
    _triggers_off(nodes)


def _apply_exposure(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    _off(nodes.find("ExposureAuto"))
    if settings.exposure_us is None:
        return
    _off(nodes.find("ExposureMode"), "Timed")
    node = first(nodes, "ExposureTime", "ExposureTimeAbs")
    if node is not None:
        report.put("Exposure", "exposure_us", node, settings.exposure_us)
        return
    base_us = number_of(nodes, "ExposureTimeBaseAbs") or 1.0
    report.put("Exposure", "exposure_us", nodes.find("ExposureTimeRaw"), round(settings.exposure_us / base_us))


def _apply_gain(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    _off(nodes.find("GainAuto"))
    if settings.gain_db is not None:
        _select(nodes, "GainSelector", ("All", "AnalogAll"))
        # A camera of the first SFNC counts gain in steps; the recipe was made on it and holds steps.
        report.put("Gain", "gain_db", first(nodes, "Gain", "GainAbs", "GainRaw"), settings.gain_db)
    if settings.black_level is not None:
        _select(nodes, "BlackLevelSelector", ("All", "AnalogAll"))
        node = first(nodes, "BlackLevel", "BlackLevelAbs", "BlackLevelRaw")
        report.put("Black level", "black_level", node, settings.black_level)
    if settings.gamma is not None:
        enable = nodes.find("GammaEnable")
        if enable is not None and enable.writable():
            enable.write(value=True)
        report.put("Gamma", "gamma", nodes.find("Gamma"), settings.gamma)


def _apply_colour(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    _off(nodes.find("BalanceWhiteAuto"))
    if settings.white_balance is None:
        return
    selector = nodes.find("BalanceRatioSelector")
    ratio = first(nodes, "BalanceRatio", "BalanceRatioAbs", "BalanceRatioRaw")
    if selector is None or ratio is None:
        report.lacking.append("white_balance")
        return
    for colour, value in zip(_COLOURS, settings.white_balance, strict=True):
        if colour in selector.entries():
            selector.write(colour)
            report.put(f"White balance {colour.lower()}", "white_balance", ratio, value)
        elif value != 1.0:
            report.lacking.append(f"white_balance.{colour.lower()}")


def _apply_rate(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    if settings.rate_hz is None or settings.trigger is not TriggerMode.FREE:
        return
    enable = first(nodes, "AcquisitionFrameRateEnable", "AcquisitionFrameRateEnabled")
    if enable is not None and enable.writable():
        enable.write(value=True)
    _off(nodes.find("AcquisitionFrameRateAuto"))
    report.put("Rate", "rate_hz", first(nodes, "AcquisitionFrameRate", "AcquisitionFrameRateAbs"), settings.rate_hz)


def _apply_trigger(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    if settings.trigger is TriggerMode.FREE:
        return
    mode = nodes.find("TriggerMode")
    if mode is None:
        report.lacking.append("trigger")
        return
    _select(nodes, "TriggerSelector", _TRIGGER_SELECTORS)
    if settings.trigger is TriggerMode.SOFTWARE:
        report.put("Trigger source", "trigger", nodes.find("TriggerSource"), "Software")
    else:
        source = nodes.find("TriggerSource")
        line = settings.trigger_line or _first_line(source)
        report.put("Trigger source", "trigger_line", source, line)
        edge = _EDGES[settings.trigger_edge]
        report.put("Trigger edge", "trigger_edge", nodes.find("TriggerActivation"), edge)
    if settings.trigger_delay_us is not None:
        node = first(nodes, "TriggerDelay", "TriggerDelayAbs")
        report.put("Trigger delay", "trigger_delay_us", node, settings.trigger_delay_us)
    report.put("Trigger", "trigger", mode, "On")


def _first_line(source: Node | None) -> str:
    """The line that is meant when none is named: the one in use, or the first there is."""
    if source is None:
        return "Line1"
    current = as_text(source.read())
    lines = [entry for entry in source.entries() if entry.startswith("Line")]
    return current if current in lines or not lines else lines[0]


def _apply_extra(nodes: Nodes, settings: CameraSettings, report: _Report) -> None:
    for name, text in settings.extra:
        node = nodes.find(name)
        if node is None:
            report.lacking.append(f"extra.{name}")
        elif node.kind is FeatureKind.COMMAND:
            report.differences.append(f"{name}: a command is no setting")
        else:
            report.put(name, f"extra.{name}", node, from_text(node.kind, text))


def _select(nodes: Nodes, name: str, entries: Iterable[str]) -> None:
    """Set a selector to the first of these entries that it offers."""
    selector = nodes.find(name)
    if selector is not None and selector.writable():
        offered = selector.entries()
        entry = next((entry for entry in entries if entry in offered), None)
        if entry is not None:
            selector.write(entry)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read_back(nodes: Nodes, asked: CameraSettings) -> CameraSettings:
    """What the camera holds now, in the words of the settings; None for what it does not have."""
    pixel_format = nodes.find("PixelFormat")
    sides = [number_of(nodes, name) for name in ("OffsetX", "OffsetY", "Width", "Height")]
    x, y, width, height = sides
    roi = None if width is None or height is None else Rect(x or 0.0, y or 0.0, width, height)
    mode = trigger_mode(nodes)
    source = nodes.find("TriggerSource")
    line = as_text(source.read()) if mode is TriggerMode.LINE and source is not None and source.readable() else None
    return replace(
        asked,
        exposure_us=exposure_us(nodes),
        gain_db=number_of(nodes, "Gain", "GainAbs", "GainRaw"),
        trigger=mode,
        trigger_line=line,
        trigger_delay_us=number_of(nodes, "TriggerDelay", "TriggerDelayAbs"),
        pixel_format=as_text(pixel_format.read()) if pixel_format is not None and pixel_format.readable() else None,
        roi=roi,
        rate_hz=rate_hz(nodes) if mode is TriggerMode.FREE else None,
        black_level=number_of(nodes, "BlackLevel", "BlackLevelAbs", "BlackLevelRaw"),
        gamma=number_of(nodes, "Gamma"),
        white_balance=asked.white_balance if nodes.find("BalanceRatioSelector") is not None else None,
    )
