"""A GenICam camera's features and output line as the program sees them: every call asks its camera process."""

import time
from collections.abc import Sequence

from inspector.cameras.messages import feature_from, result_from
from inspector.cameras.process import CameraProcess
from inspector.core.camera_features import Feature, FeatureLines, FeatureResult
from inspector.core.errors import OperationalError, TriggerRefused

_FEATURE_LIMIT_S = 5.0
_SNAPSHOT_LIMIT_S = 20.0
_PULSE_LIMIT_S = 0.02


class GenicamFeatures:
    """A camera's own features. Any thread; each call is a request to the camera process, while pictures go on."""

    def __init__(self, process: CameraProcess) -> None:
        """Ask this process."""
        self._process = process

    def snapshot(self) -> tuple[Feature, ...]:
        """Every feature with its value now; fetched in slices, so that pictures go on."""
        answer = self._process.request("snapshot", limit_s=_SNAPSHOT_LIMIT_S, late_code="CAM-004")
        return tuple(feature_from(fields) for fields in answer["features"])

    def describe(self, names: Sequence[str]) -> tuple[Feature, ...]:
        """These features with their values now, in this order; a name that the camera does not have is left out."""
        answer = self._process.request("snapshot", limit_s=_SNAPSHOT_LIMIT_S, late_code="CAM-004", names=list(names))
        return tuple(feature_from(fields) for fields in answer["features"])

    def get(self, name: str) -> str:
        """One value as text, read without cache. OperationalError CAM-004: no such feature, or not readable."""
        return str(self._process.request("get", limit_s=_FEATURE_LIMIT_S, name=name)["value"])

    def set(self, name: str, value: str) -> str:
        """Write and read back; returns the kept value; a command is executed. OperationalError CAM-004."""
        return str(self._process.request("set", limit_s=_FEATURE_LIMIT_S, name=name, text=value)["value"])

    def execute(self, name: str) -> None:
        """Execute a command and wait until the camera is done. OperationalError CAM-004: refused, or not done.

        `TriggerSoftware` counts as a trigger: its picture is a part without a number.
        """
        try:
            self._process.request("execute", limit_s=_FEATURE_LIMIT_S + 1, name=name)
        except TriggerRefused as error:
            raise OperationalError("CAM-004", f"The camera refused: {error}.") from error

    def save(self) -> FeatureLines:
        """The camera's settings, to be written back with `load`. OperationalError CAM-004."""
        answer = self._process.request("save", limit_s=_SNAPSHOT_LIMIT_S, late_code="CAM-004")
        return tuple((name, text) for name, text in answer["lines"])

    def load(self, lines: Sequence[tuple[str, str]]) -> tuple[FeatureResult, ...]:
        """Write settings, each as far as the camera takes it, and say what became of each. Nothing is undone."""
        answer = self._process.request(
            "load", limit_s=_SNAPSHOT_LIMIT_S, late_code="CAM-004", lines=[list(line) for line in lines]
        )
        return tuple(result_from(fields) for fields in answer["results"])


class GenicamOutput:
    """The output line that the camera process found wired as an output, switched off."""

    def __init__(self, process: CameraProcess) -> None:
        """Ask this process."""
        self._process = process

    def pulse(self, duration_us: int) -> None:
        """One pulse of at most 10 ms. OperationalError LIN-001: not delivered in time.

        A pulse that could not begin in time is never given later: it would let the next part go.
        """
        begin_by_ns = time.monotonic_ns() + int(_PULSE_LIMIT_S * 1e9)
        limit_s = _PULSE_LIMIT_S + duration_us / 1e6
        fields = {"duration_us": duration_us, "begin_by_ns": begin_by_ns}
        try:
            self._process.request("pulse", limit_s=limit_s, late_code="LIN-001", **fields)
        except OperationalError as error:
            if error.code == "LIN-001":
                raise
            raise OperationalError(
                "LIN-001", f"The camera's output did not switch: {error.message}", "Check the camera."
            ) from error
