"""The simulated line: a camera over a belt that draws its parts, with seeded defects and scripted faults.

It is what a new user sees first, what tests run against, and what the shipped demonstration model was taught. It can
never pass for a production camera: `simulated` is set on the camera and on every frame.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from inspector.cameras.faults import Fault, FaultKind, FaultScript
from inspector.cameras.paced import SLOTS, Mishap, Pace, PacedSource, Shot
from inspector.cameras.scenes.registry import SCENES
from inspector.cameras.scenes.scene import DefectPlan, check_size
from inspector.cameras.scenes.sensor import Exposure
from inspector.cameras.simulated_features import NOMINAL_EXPOSURE_US, CameraState, SimulatedFeatures
from inspector.core.camera_features import FeatureAccess
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Rect, Size
from inspector.core.ports import AppliedSettings, CameraInfo, DigitalLine, StreamStatistics
from inspector.core.recipe import CameraSettings, TriggerMode

logger = logging.getLogger(__name__)

DEFAULT_SIZE = Size(768, 960)
"""Of the frames that the shipped recipes expect."""
DEFAULT_RATE_HZ = 4.0
DEFAULT_SEED = 11
"""Not that of a drawn data set (0): nobody should judge a model by the very parts it was taught."""
_RING_BYTES = 256 * 2**20
_PROBE_LIMIT_S = 1.7
_TRIGGERED_SLACK_S = 0.2
_LOST = {
    FaultKind.HANG: "no pictures",
    FaultKind.LOSE: "not answering",
    FaultKind.RESTART: "camera restarted",
    FaultKind.OTHER_CAMERA: "not answering",
}


@dataclass(frozen=True, slots=True)
class LineOptions:
    """How a simulated line is built.

    Attributes:
        size: of the sensor.
        seed: another seed, other parts.
        rate_hz: parts per second in free run and at the light barrier.
        defects: which parts are defective.
        script: what goes wrong with the camera.
    """

    size: Size = DEFAULT_SIZE
    seed: int = DEFAULT_SEED
    rate_hz: float = DEFAULT_RATE_HZ
    defects: DefectPlan = field(default_factory=DefectPlan)
    script: FaultScript = field(default_factory=FaultScript)


class SimulatedDevice:
    """The device itself, as it stands on the line whether it is opened or not.

    It remembers what a camera cannot remember across openings: which faults of the script have happened, whether it is
    plugged in, and whether somebody exchanged it. The catalog keeps one for each id.
    """

    def __init__(
        self, scene: str, options: LineOptions | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Put it on the line.

        Args:
            scene: a name in `SCENES`.
            options: how it is built.
            clock: for how long it stays unplugged.

        Raises:
            ValueError: no such scene, or a size that cannot be drawn.
        """
        if scene not in SCENES:
            raise ValueError(f"there is no scene {scene!r}")
        options = options or LineOptions()
        check_size(options.size)
        self.scene = scene
        self.options = options
        self._clock = clock
        self._serial = f"SIM-{scene.upper()}-{options.seed}"
        self._found_serial = self._serial
        self._gone_until = -math.inf
        self._happened: set[int] = set()

    @property
    def serial(self) -> str:
        """The serial number that is expected here."""
        return self._serial

    def meet(self) -> None:
        """Look for it, as opening does.

        Raises:
            OperationalError: CAM-001, it is not plugged in; CAM-007, another one is.
        """
        if self._clock() < self._gone_until:
            raise OperationalError(
                "CAM-001", f"No camera “{SCENES[self.scene].title}, {self._serial}”.", "Check power, cable, address."
            )
        if self._found_serial != self._serial:
            raise OperationalError(
                "CAM-007", f"Expected camera {self._serial}, found {self._found_serial}.", "Connect the right camera."
            )

    def faults(self, number: int) -> tuple[Fault, ...]:
        """What goes wrong with this part. What happens once does not happen again after reopening."""
        found = []
        for index, fault in enumerate(self.options.script.faults):
            if not fault.hits(number) or index in self._happened:
                continue
            if not fault.every and (fault.kind is not FaultKind.DROP or number >= fault.first + int(fault.value) - 1):
                self._happened.add(index)
            found.append(fault)
            if fault.kind is FaultKind.LOSE:
                self._gone_until = self._clock() + fault.value
            elif fault.kind is FaultKind.OTHER_CAMERA:
                self._found_serial = f"{self._serial}-B"
        return tuple(found)


class SimulatedCamera:
    """Implements `core.ports.Camera` for a drawn line."""

    def __init__(self, device: SimulatedDevice, camera_id: str = "") -> None:
        """Open it.

        Raises:
            OperationalError: CAM-001 or CAM-007, see `SimulatedDevice.meet`.
        """
        device.meet()
        self._device = device
        options = device.options
        self._scene = SCENES[device.scene]()
        title = self._scene.title
        self._info = CameraInfo(
            id=camera_id or f"simulated:{device.scene}",
            kind="simulated",
            vendor="Inspector",
            model=f"Simulated line, {title}",
            serial=device.serial,
            user_name=title,
            simulated=True,
        )
        picture_bytes = options.size.height * options.size.width * 3
        self._source = PacedSource(
            self._info.id,
            self._draw,
            mishap=self._mishap,
            slots=max(2, min(SLOTS, _RING_BYTES // picture_bytes)),
        )
        names = {
            "DeviceVendorName": self._info.vendor,
            "DeviceModelName": self._info.model,
            "DeviceSerialNumber": device.serial,
            "DeviceUserID": title,
        }
        self._features = SimulatedFeatures(
            CameraState(options.size.width, options.size.height, rate_hz=options.rate_hz),
            names,
            streaming=lambda: self._source.running,
            changed=self._source.refresh,
            fire=lambda: self._source.trigger(None),
        )
        self._closed = False

    @property
    def info(self) -> CameraInfo:
        """What was opened."""
        return self._info

    @property
    def features(self) -> FeatureAccess:
        """The feature table."""
        return self._features

    @property
    def output(self) -> DigitalLine | None:
        """It drives nothing."""
        return None

    @property
    def finished(self) -> bool:
        """A line has no end."""
        return False

    def apply(self, settings: CameraSettings) -> AppliedSettings:
        """Write settings and read them back: see `core.ports.Camera.apply`."""
        self._require_open()
        if self._source.running:
            raise OperationalError("CAM-004", "Settings can only be written while the camera is stopped.")
        refused: list[str] = []
        for name, asked in _wanted(settings):
            try:
                self._features.set(name, asked)
            except OperationalError as error:
                refused.append(error.message.rstrip("."))
        if settings.roi is not None:
            refused += self._set_area(settings.roi)
        if refused:
            raise OperationalError("CAM-004", "; ".join(refused) + ".", "Correct the camera step of the recipe.")
        return AppliedSettings(_kept(settings, self._features.state()), _lacking(settings))

    def start(self) -> None:
        """Let parts come, from number 1."""
        self._require_open()
        state = self._features.state()
        if state.trigger_mode == "On" and state.trigger_source == "Software":
            # Three exposures, the readout and some slack, as for a real camera.
            timeout_s = 3e-6 * state.exposure_us + _TRIGGERED_SLACK_S
            self._source.start(Pace(None, mute_limit_s=_PROBE_LIMIT_S, frame_timeout_s=timeout_s))
            return
        period_s = 1 / state.rate_hz
        limit_s = max(1.0, 5 * period_s) if state.trigger_mode == "Off" else _PROBE_LIMIT_S
        self._source.start(Pace(period_s, mute_limit_s=limit_s))

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        """The next part in order."""
        self._require_open()
        return self._source.next(timeout_ms)

    def trigger(self, part_number: int) -> None:
        """Let the part with this number come now."""
        if self._closed:
            raise TriggerRefused("the camera is closed")
        self._source.trigger(part_number)

    def stop(self) -> None:
        """Let no more parts come."""
        self._source.stop()

    def close(self) -> None:
        """Give the device back."""
        self._closed = True
        self._source.close()

    def statistics(self) -> StreamStatistics:
        """Numbers of the stream."""
        return self._source.statistics()

    def _require_open(self) -> None:
        if self._closed:
            raise OperationalError("CAM-002", "Camera lost: it was closed.")

    def _set_area(self, roi: Rect) -> list[str]:
        """Width and height first with no offset, then the offsets, as SFNC wants it."""
        refused = []
        area = (("Width", roi.width), ("Height", roi.height), ("OffsetX", roi.x), ("OffsetY", roi.y))
        for name, value in (("OffsetX", 0.0), ("OffsetY", 0.0), *area):
            try:
                self._features.set(name, f"{value:g}")
            except OperationalError as error:
                refused.append(error.message.rstrip("."))
        return refused

    def _draw(self, number: int) -> Shot:
        """Drawing thread: one part as the camera sees it."""
        began_s = time.perf_counter()
        state = self._features.state()
        options = self._device.options
        part = options.defects.part(number, options.seed, self._scene.kinds)
        exposure = Exposure(state.exposure_us / NOMINAL_EXPOSURE_US, state.gain_db)
        drawn = self._scene.draw(part, options.size, exposure)
        rows = slice(state.offset_y, state.offset_y + state.height)
        columns = slice(state.offset_x, state.offset_x + state.width)
        image = drawn.image[rows, columns]
        if any(fault.kind is FaultKind.WRONG_SIZE and fault.hits(number) for fault in options.script.faults):
            image = image[: max(1, state.height * 3 // 4), : max(1, state.width * 3 // 4)]
        if state.pixel_format == "Mono8":
            image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        return Shot(
            image=np.ascontiguousarray(image),
            label=f"part {number} {drawn.defect or 'good'}",
            source_format=state.pixel_format,
            exposure_us=state.exposure_us,
            gain_db=state.gain_db,
            work_ms=(time.perf_counter() - began_s) * 1000,
        )

    def _mishap(self, number: int) -> Mishap | None:
        """What the script does to this part."""
        mishap = Mishap()
        for fault in self._device.faults(number):
            logger.info("%s: scripted fault %s at part %d", self._info.id, fault.kind.value, number)
            mishap = _happen(mishap, fault, self._device.options.size)
        return mishap


def _happen(mishap: Mishap, fault: Fault, size: Size) -> Mishap:
    """Add one fault to what happens to a part."""
    match fault.kind:
        case FaultKind.DROP:
            return replace(mishap, dropped=True)
        case FaultKind.INCOMPLETE:
            total = size.height * size.width * 3
            return replace(mishap, incomplete=f"received {total * 5 // 8192} of {total // 1024} kB")
        case FaultKind.HANG:
            return replace(mishap, mute_s=fault.value, reason=_LOST[fault.kind])
        case FaultKind.LOSE | FaultKind.RESTART | FaultKind.OTHER_CAMERA:
            return replace(mishap, mute_s=math.inf, reason=_LOST[fault.kind])
        case FaultKind.JUMP_ID:
            return replace(mishap, jump=int(fault.value))
        case FaultKind.LATE:
            return replace(mishap, late_s=fault.value / 1000)
        case FaultKind.WRONG_SIZE:
            return mishap


def _wanted(settings: CameraSettings) -> list[tuple[str, str]]:
    """Settings as features, in the order in which a camera takes them."""
    wanted: list[tuple[str, str]] = []
    if settings.pixel_format is not None:
        wanted.append(("PixelFormat", settings.pixel_format))
    wanted.append(("TriggerMode", "Off"))
    if settings.exposure_us is not None:
        wanted.append(("ExposureTime", repr(settings.exposure_us)))
    if settings.gain_db is not None:
        wanted.append(("Gain", repr(settings.gain_db)))
    if settings.rate_hz is not None:
        wanted.append(("AcquisitionFrameRate", repr(settings.rate_hz)))
    if settings.trigger is not TriggerMode.FREE:
        source = "Software" if settings.trigger is TriggerMode.SOFTWARE else settings.trigger_line or "Line1"
        wanted += [("TriggerSource", source), ("TriggerMode", "On")]
    return wanted + list(settings.extra)


def _lacking(settings: CameraSettings) -> tuple[str, ...]:
    """What was asked and this camera does not have."""
    absent = ("trigger_delay_us", "black_level", "gamma", "white_balance")
    return tuple(name for name in absent if getattr(settings, name) is not None)


def _kept(asked: CameraSettings, state: CameraState) -> CameraSettings:
    """Settings as read back."""
    trigger = TriggerMode.FREE
    if state.trigger_mode == "On":
        trigger = TriggerMode.SOFTWARE if state.trigger_source == "Software" else TriggerMode.LINE
    return CameraSettings(
        exposure_us=state.exposure_us,
        gain_db=state.gain_db,
        trigger=trigger,
        trigger_line=state.trigger_source if trigger is TriggerMode.LINE else None,
        pixel_format=state.pixel_format,
        roi=Rect(state.offset_x, state.offset_y, state.width, state.height),
        rate_hz=state.rate_hz,
        extra=asked.extra,
    )
