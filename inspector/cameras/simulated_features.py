"""The features of the simulated camera: real names, limits and refusals, so that the camera form can be used for real.

Names and units are those of SFNC. A write is refused with a sentence, as cameras do, and what was kept can be read
back. The drawing thread reads `state()`, everybody else reads and writes through `FeatureAccess`.
"""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inspector.core.camera_features import Feature, FeatureKind, FeatureLines, FeatureResult
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.geometry import Size

NOMINAL_EXPOSURE_US = 5000.0
"""At this exposure and no gain a scene is as bright as it was drawn."""
MIN_AREA_PX = 64
INCREMENT_PX = 2


@dataclass(frozen=True, slots=True)
class CameraState:
    """What the simulated camera holds. Sizes and offsets in pixels."""

    width: int
    height: int
    offset_x: int = 0
    offset_y: int = 0
    pixel_format: str = "RGB8"
    exposure_us: float = NOMINAL_EXPOSURE_US
    gain_db: float = 0.0
    rate_hz: float = 4.0
    trigger_mode: str = "Off"
    trigger_source: str = "Software"


_AREA = "ImageFormatControl"
_LIGHT = "AcquisitionControl"
_GAIN = "AnalogControl"
_DEVICE = "DeviceControl"

# Name -> (category, kind, unit, field of the state, entries, whether it may change while streaming)
_WRITABLE: dict[str, tuple[str, FeatureKind, str, str, tuple[str, ...], bool]] = {
    "Width": (_AREA, FeatureKind.INTEGER, "px", "width", (), False),
    "Height": (_AREA, FeatureKind.INTEGER, "px", "height", (), False),
    "OffsetX": (_AREA, FeatureKind.INTEGER, "px", "offset_x", (), False),
    "OffsetY": (_AREA, FeatureKind.INTEGER, "px", "offset_y", (), False),
    "PixelFormat": (_AREA, FeatureKind.ENUMERATION, "", "pixel_format", ("Mono8", "RGB8"), False),
    "ExposureTime": (_LIGHT, FeatureKind.FLOAT, "us", "exposure_us", (), True),
    "AcquisitionFrameRate": (_LIGHT, FeatureKind.FLOAT, "Hz", "rate_hz", (), False),
    "TriggerMode": (_LIGHT, FeatureKind.ENUMERATION, "", "trigger_mode", ("Off", "On"), False),
    "TriggerSource": (_LIGHT, FeatureKind.ENUMERATION, "", "trigger_source", ("Software", "Line1"), False),
    "Gain": (_GAIN, FeatureKind.FLOAT, "dB", "gain_db", (), True),
}
_SAVED = (
    *("PixelFormat", "Width", "Height", "OffsetX", "OffsetY", "ExposureTime", "Gain", "AcquisitionFrameRate"),
    *("TriggerSource", "TriggerMode"),
)
"""Settings in the order in which they are written back."""
_TIPS = {
    "ExposureTime": "How long the sensor collects light. Twice the time is twice as bright.",
    "Gain": "Amplifies the picture and its noise; 6 dB is twice as bright.",
    "AcquisitionFrameRate": "Parts per second when the trigger is off, or comes from Line1.",
    "TriggerSource": "Line1 is the light barrier of the simulated line.",
}


class SimulatedFeatures:
    """A feature table. Any thread."""

    def __init__(
        self,
        state: CameraState,
        names: dict[str, str],
        *,
        streaming: Callable[[], bool],
        changed: Callable[[], None],
        fire: Callable[[], None],
    ) -> None:
        """Take over the factory settings.

        Args:
            state: what the camera holds at its start, with the full sensor.
            names: values of the read-only device features.
            streaming: whether size, format and trigger are locked now.
            changed: told after every write.
            fire: does what `TriggerSoftware` does; may raise `TriggerRefused`.
        """
        self._lock = threading.Lock()
        self._state = state
        self._sensor = Size(state.height, state.width)
        self._names = names
        self._streaming = streaming
        self._changed = changed
        self._fire = fire

    def state(self) -> CameraState:
        """Everything at one moment."""
        with self._lock:
            return self._state

    def snapshot(self) -> tuple[Feature, ...]:
        """Every feature with its value now."""
        state, locked = self.state(), self._streaming()
        features = [
            Feature(name, name, _DEVICE, FeatureKind.STRING, "Beginner", True, False, value)
            for name, value in self._names.items()
        ]
        for name, value in (("WidthMax", self._sensor.width), ("HeightMax", self._sensor.height)):
            features.append(Feature(name, name, _AREA, FeatureKind.INTEGER, "Expert", True, False, str(value), "px"))
        for name, (category, kind, unit, field, entries, live) in _WRITABLE.items():
            low, high, step = self._limits(name, state)
            features.append(
                Feature(
                    name=name,
                    display_name=name,
                    category=category,
                    kind=kind,
                    visibility="Beginner",
                    readable=True,
                    writable=live or not locked,
                    value=_text(getattr(state, field)),
                    unit=unit,
                    minimum=low,
                    maximum=high,
                    step=step,
                    entries=entries,
                    tooltip=_TIPS.get(name, ""),
                    streamable=True,
                )
            )
        armed = locked and state.trigger_mode == "On" and state.trigger_source == "Software"
        tip = "Takes one part now."
        command = ("TriggerSoftware", "TriggerSoftware", _LIGHT, FeatureKind.COMMAND, "Beginner")
        features.append(Feature(*command, readable=False, writable=armed, tooltip=tip))
        return tuple(features)

    def describe(self, names: Sequence[str]) -> tuple[Feature, ...]:
        """These features with their values now, in this order; a name that the camera does not have is left out."""
        known = {feature.name: feature for feature in self.snapshot()}
        return tuple(known[name] for name in names if name in known)

    def execute(self, name: str) -> None:
        """Execute a command.

        Raises:
            OperationalError: CAM-004, no such command, or the camera was not armed.
        """
        if name != "TriggerSoftware":
            raise OperationalError("CAM-004", f"{name}: the camera has no such command.")
        try:
            self._fire()
        except TriggerRefused as error:
            raise OperationalError("CAM-004", f"The camera refused: {error}.") from error

    def save(self) -> FeatureLines:
        """The settings, to be written back with `load`."""
        state = self.state()
        return tuple((name, _text(getattr(state, _WRITABLE[name][3]))) for name in _SAVED)

    def load(self, lines: Sequence[tuple[str, str]]) -> tuple[FeatureResult, ...]:
        """Write settings, each as far as the camera takes it, and say what became of each. Nothing is undone."""
        results = tuple(self._load(name, text) for name, text in lines)
        if any(result.problem for result in results):
            # What stands in the way of another, as an offset of a width, may be gone by now.
            results = tuple(self._load(name, text) for name, text in lines)
        return results

    def _load(self, name: str, text: str) -> FeatureResult:
        problem = "the camera has no such setting" if name not in _WRITABLE else ""
        if not problem and self.get(name) != text:
            try:
                problem = "" if _alike(self.set(name, text), text) else "the camera kept another value"
            except OperationalError as error:
                problem = error.message.removeprefix(f"{name}: ").rstrip(".")
        return FeatureResult(name, text, self.get(name) if name in _WRITABLE else "", problem)

    def get(self, name: str) -> str:
        """One value as text.

        Raises:
            OperationalError: CAM-004, no such feature, or a command.
        """
        for feature in self.snapshot():
            if feature.name == name and feature.readable:
                return feature.value
        raise OperationalError("CAM-004", f"{name}: the camera has no such feature that can be read.")

    def set(self, name: str, value: str) -> str:
        """Write, and return what was kept.

        Raises:
            OperationalError: CAM-004 with the reason of the refusal; the old value stays.
            TriggerRefused: `TriggerSoftware` was written while the camera was not armed.
        """
        if name == "TriggerSoftware":
            self._fire()
            return ""
        if name not in _WRITABLE:
            known = name in self._names or name in ("WidthMax", "HeightMax")
            reason = "it cannot be written" if known else "the camera has no such feature"
            raise OperationalError("CAM-004", f"{name}: {reason}.")
        _, kind, unit, field, entries, live = _WRITABLE[name]
        if self._streaming() and not live:
            raise OperationalError("CAM-004", f"{name}: it is locked while the camera streams.")
        with self._lock:
            if kind is FeatureKind.ENUMERATION and value not in entries:
                raise OperationalError("CAM-004", f"{name}: {value!r} is none of {', '.join(entries)}.")
            kept = value if kind is FeatureKind.ENUMERATION else self._number(name, value, unit)
            change: dict[str, Any] = {field: kept}
            self._state = replace(self._state, **change)
        self._changed()
        return _text(kept)

    def _number(self, name: str, value: str, unit: str) -> float | int:
        low, high, step = self._limits(name, self._state)
        try:
            asked = float(value)
        except ValueError:
            asked = math.nan
        if not (low is not None and high is not None and low <= asked <= high):
            raise OperationalError(
                "CAM-004", f"{name}: {value} is outside {low:g} to {high:g} {unit}.".replace(" .", ".")
            )
        if _WRITABLE[name][1] is FeatureKind.INTEGER:
            return int(asked - (asked - low) % (step or 1))
        return asked if not step else round(asked / step) * step

    def _limits(self, name: str, state: CameraState) -> tuple[float | None, float | None, float | None]:
        """Lowest, highest, step; of areas they depend on each other, as in a real camera."""
        sensor = self._sensor
        limits: dict[str, tuple[float, float, float]] = {
            "Width": (MIN_AREA_PX, sensor.width - state.offset_x, INCREMENT_PX),
            "Height": (MIN_AREA_PX, sensor.height - state.offset_y, INCREMENT_PX),
            "OffsetX": (0, sensor.width - state.width, INCREMENT_PX),
            "OffsetY": (0, sensor.height - state.height, INCREMENT_PX),
            "ExposureTime": (20, 1_000_000, 1),
            "Gain": (0, 24, 0.1),
            "AcquisitionFrameRate": (0.1, 200, 0),
        }
        low, high, step = limits.get(name, (None, None, None))
        return low, high, step or None


def _alike(kept: str, asked: str) -> bool:
    try:
        return math.isclose(float(kept), float(asked), abs_tol=1e-6)
    except ValueError:
        return kept == asked


def _text(value: str | float | int) -> str:
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, int) else repr(round(value, 6))
