"""A GenICam camera as the program sees it: requests to its camera process, and pictures copied out of its ring.

The driver lives in a process of its own (`genicam_host`); nothing of it is imported here. This side numbers the parts,
copies each picture once into an array of its own, and turns a process that is gone or mute into CAM-002. Coming back
after a loss is opening again: `close()`, then `open_camera()` with the same id, after 1, 2, 3, 5, 10, 10 … s; settings
are applied and compared again, because a camera forgets them on power loss. The `ExitLedger` that is handed in says
CAM-005 instead when the driver's process ended by itself three times in ten minutes.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from inspector.cameras.drivers import Identity, bundled_producer, camera_info
from inspector.cameras.exits import ExitLedger
from inspector.cameras.genicam_features import GenicamFeatures, GenicamOutput
from inspector.cameras.link import Link
from inspector.cameras.messages import settings_fields, settings_from
from inspector.cameras.meter import StreamMeter
from inspector.cameras.process import CameraProcess, Message
from inspector.cameras.ring import Ring
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.ports import AppliedSettings, CameraInfo, StreamStatistics
from inspector.core.recipe import CameraSettings

logger = logging.getLogger(__name__)

_OPEN_LIMIT_S = 20.0
_APPLY_LIMIT_S = 6.0
_START_LIMIT_S = 6.0
_STOP_LIMIT_S = 2.5
_CLOSE_LIMIT_S = 2.0
_CLOSE_LOST_LIMIT_S = 0.2
_OUTPUT_LIMIT_S = 5.0
_TRIGGER_LIMIT_S = 1.0
_WAIT_S = 0.1


def open_camera(camera_id: str, files: Iterable[Path], ledger: ExitLedger | None = None) -> "GenicamCamera":
    """Open the camera with this id, whichever of these drivers finds it.

    Args:
        camera_id: `genicam:<vendor>/<model>/<serial>`, or `genicam:viky` for the first device of the test producer. A
            camera of that producer is opened when it is named, also when its file is not among the files.
        files: driver files, from `drivers.driver_files`.
        ledger: bars drivers that keep ending, and is told when this one does.

    Raises:
        OperationalError: CAM-001 not found, naming the cameras found and the drivers that failed; CAM-002 it cannot be
            opened now; CAM-005 its driver ended too often; CAM-007 another camera of the same make in its place.
    """
    identity = Identity.parse(camera_id)
    tried = list(files)
    if identity is None or identity.is_test_camera:
        test = bundled_producer()
        if test is None:
            raise OperationalError("CAM-001", "The test camera is not installed.", "Install the genicam package.")
        tried = [test]
    found: list[CameraInfo] = []
    errors: list[str] = []
    for file in tried:
        try:
            return GenicamCamera.open(file, identity, ledger)
        except NotListedError as error:
            found.extend(error.found)
        except OperationalError as error:
            if error.code != "CAM-001" and len(tried) == 1:
                raise
            errors.append(error.message)
    raise _not_found(camera_id, identity, found, errors)


class NotListedError(Exception):
    """A driver works and does not list the camera; carries those it does list."""

    def __init__(self, found: Sequence[CameraInfo]) -> None:
        """Keep what was found."""
        super().__init__(f"found {len(found)} other cameras")
        self.found = found


def _not_found(
    camera_id: str, identity: Identity | None, found: Sequence[CameraInfo], errors: Sequence[str]
) -> OperationalError:
    alike = [info for info in found if identity and (info.vendor, info.model) == (identity.vendor, identity.model)]
    if identity is not None and len(alike) == 1:
        return OperationalError(
            "CAM-007",
            f"Another {identity.model} in its place: expected serial {identity.serial}, found {alike[0].serial}.",
            "Connect the right camera, or choose the new one in the recipe.",
        )
    names = ", ".join(info.id for info in found) or "none"
    failed = "".join(f" {error}" for error in errors)
    return OperationalError(
        "CAM-001", f"No camera “{camera_id}”. Found: {names}.{failed}", "Check power, cable and address."
    )


class GenicamCamera:
    """One camera, opened in a camera process of its own. Implements `ports.Camera`."""

    def __init__(self, file: Path, identity: Identity | None, ledger: ExitLedger | None) -> None:
        """Start the process; `open` is how to get a usable camera."""
        self._events: deque[Message] = deque()
        self._meter = StreamMeter()
        self._ring: Ring | None = None
        self._sensor: tuple[int, ...] = ()
        self._streaming = False
        self._closed = False
        self._lost: OperationalError | None = None
        self._next_id = 1
        self._output: GenicamOutput | None = None
        self._info = CameraInfo(identity.camera_id if identity is not None else "genicam:", "genicam")
        self._process = CameraProcess(
            _camera_body,
            (str(file),),
            name=f"camera {identity.model} {identity.serial}" if identity is not None else f"camera of {file.name}",
            on_event=self._on_event,
            driver=str(file),
            ledger=ledger,
        )
        self._features = GenicamFeatures(self._process)

    @classmethod
    def open(cls, file: Path, identity: Identity | None, ledger: ExitLedger | None = None) -> "GenicamCamera":
        """Open a camera of one driver file; `identity` None takes its first. At most 15 s.

        Raises:
            NotListedError: the driver works and does not list it.
            OperationalError: CAM-001 the driver cannot be used; CAM-002 the camera cannot be opened now, or the driver
                hung or crashed; CAM-005 the driver is barred.
        """
        if ledger is not None:
            ledger.check(str(file))
        camera = cls(file, identity, ledger)
        opened = False
        try:
            camera._open(file, identity)
            opened = True
        finally:
            if not opened:
                camera.close()
        return camera

    def _open(self, file: Path, identity: Identity | None) -> None:
        begun = time.monotonic()
        wanted = {} if identity is None else identity.fields()
        answer = self._process.request("open", limit_s=_OPEN_LIMIT_S, identity=wanted)
        if "camera" not in answer:
            raise NotListedError([camera_info(file, camera, answer) for camera in answer["found"]])
        self._info = camera_info(file, answer["camera"], answer)
        self._sensor = tuple(answer["sensor"])
        if self._process.request("find_output", limit_s=_OUTPUT_LIMIT_S)["line"] is not None:
            self._output = GenicamOutput(self._process)
        logger.info("opened %s with %s in %.1f s", self._info.id, self._info.driver, time.monotonic() - begun)

    @property
    def info(self) -> CameraInfo:
        """What was opened."""
        return self._info

    @property
    def features(self) -> "GenicamFeatures":
        """The camera's node map."""
        return self._features

    @property
    def output(self) -> "GenicamOutput | None":
        """The camera's output line; None if it has none that is wired as an output."""
        return self._output

    @property
    def finished(self) -> bool:
        """A camera never ends by itself."""
        return False

    @property
    def process_id(self) -> int:
        """The camera process, for the list of processes in a bug report."""
        return self._process.pid

    def apply(self, settings: CameraSettings) -> AppliedSettings:
        """Write settings and read them back; stopped only; 5 s. OperationalError CAM-004 lists every difference."""
        self._check_lost()
        answer = self._process.request("apply", limit_s=_APPLY_LIMIT_S, settings=settings_fields(settings))
        self._sensor = tuple(answer["sensor"])
        applied = AppliedSettings(settings_from(answer["settings"]), tuple(answer["lacking"]))
        logger.info("%s holds %s, lacks %s", self._info.id, applied.settings, applied.lacking or "nothing")
        return applied

    def start(self) -> None:
        """Begin to deliver; frame ids begin at 1. OperationalError CAM-002, CAM-006."""
        self._check_lost()
        if self._streaming:
            return
        height, width = self._sensor
        if self._ring is None or self._ring.picture_bytes != height * width * 3:
            self._release_ring()
            self._ring = Ring.create(height * width * 3)
        self._ring.free_all()
        with self._process.condition:
            self._events.clear()
            self._next_id = 1
            self._streaming = True
        self._meter.restart()
        try:
            self._process.request("start", limit_s=_START_LIMIT_S, ring=self._ring.name)
        except OperationalError:
            self._streaming = False
            self._release_ring()
            raise

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        """The next part in order; None: nothing within the time, or at once when not started or stopped meanwhile.

        OperationalError CAM-002: the camera is lost, now and at every later call; CAM-006: a picture cannot be used,
        said once for each reason, after the missed frame of its part.
        """
        give_up_at = time.monotonic() + timeout_ms / 1e3
        with self._process.condition:
            while not self._events:
                self._check_lost()
                self._process.check()
                remaining_s = give_up_at - time.monotonic()
                if remaining_s <= 0 or not self._streaming:
                    return None
                self._process.condition.wait(min(remaining_s, _WAIT_S))
            event = self._events[0]
            if event.get("count", 1) > 1:
                event["count"] -= 1
            else:
                self._events.popleft()
            part_id = self._next_id
            if event["kind"] in ("frame", "missed"):
                self._next_id += 1
        match event["kind"]:
            case "frame":
                return self._frame(event, part_id)
            case "missed":
                return self._missed(event, part_id)
            case "lost":
                self._lost = OperationalError(
                    "CAM-002",
                    f"Camera lost: {event['reason']}.",
                    "Check cable and power. When the camera is back: Acknowledge, then Start.",
                )
                raise self._lost
            case _:
                raise OperationalError(
                    event["code"], event["message"], "Set the camera to a supported format and size."
                )

    def trigger(self, part_number: int) -> None:
        """Software trigger. TriggerRefused if not armed, or the last one still waits for its picture."""
        self._check_lost()
        self._process.request("trigger", limit_s=_TRIGGER_LIMIT_S, part_number=part_number)

    def stop(self) -> None:
        """End delivery; idempotent; at most 3 s; never raises for a dead device."""
        if not self._streaming:
            return
        self._streaming = False
        try:
            self._process.request("stop", limit_s=_STOP_LIMIT_S)
        except OperationalError as error:
            logger.info("%s did not stop in order: %s", self._info.id, error.message)
        with self._process.condition:
            lost = next((event for event in self._events if event["kind"] == "lost"), None)
            self._events.clear()
            if lost is not None:
                self._events.append(lost)
            self._process.condition.notify_all()

    def close(self) -> None:
        """Give the device back and end its process; idempotent, from any state; at most 3 s."""
        if self._closed:
            return
        self._closed = True
        self._streaming = False
        self._process.close(_CLOSE_LIMIT_S if self._lost is None else _CLOSE_LOST_LIMIT_S)
        self._events.clear()
        self._release_ring()

    def statistics(self) -> StreamStatistics:
        """Numbers of the stream; any thread."""
        return self._meter.read()

    def _check_lost(self) -> None:
        if self._lost is not None:
            raise self._lost
        if self._closed:
            raise OperationalError("CAM-002", "Camera lost: it was closed.")

    def _release_ring(self) -> None:
        ring, self._ring = self._ring, None
        if ring is not None:
            ring.close()

    def _on_event(self, event: Message) -> None:
        """Reader thread. Overruns in a row are one entry: a program that stands still must not fill its memory."""
        if event["kind"] != "lost" and not self._streaming:
            return
        last = self._events[-1] if self._events else None
        if (
            last is not None
            and event["kind"] == last["kind"] == "missed"
            and event["reason"] == last["reason"] == MissReason.OVERRUN.value
            and event["label"] == last["label"]
        ):
            last["count"] += event["count"]
        else:
            self._events.append(event)

    def _frame(self, event: Message, part_id: int) -> Frame:
        if self._ring is None:
            raise OperationalError("CAM-002", "Camera lost: it was closed.")
        frame = Frame(
            image=self._ring.take(event["slot"], tuple(event["shape"])),
            frame_id=part_id,
            camera_id=self._info.id,
            captured_at=_utc(event),
            received_ns=event["received_ns"],
            camera_timestamp_ns=event["camera_timestamp_ns"],
            camera_frame_id=event["camera_frame_id"],
            source_format=event["format"],
            exposure_us=event["exposure_us"],
            gain_db=event["gain_db"],
            simulated=self._info.simulated,
            label=event["label"],
        )
        self._meter.count(frame, event["decode_ms"], event["free_slots"])
        return frame

    def _missed(self, event: Message, part_id: int) -> MissedFrame:
        missed = MissedFrame(
            frame_id=part_id,
            camera_id=self._info.id,
            reason=MissReason(event["reason"]),
            captured_at=_utc(event),
            received_ns=event["received_ns"],
            detail=event["detail"],
            simulated=self._info.simulated,
            label=event["label"],
        )
        self._meter.count(missed, 0.0, self._ring.free_count() if self._ring is not None else 0)
        return missed


def _utc(event: Message) -> datetime:
    return datetime.fromtimestamp(event["utc_ns"] / 1e9, UTC)


def _camera_body(link: Link, driver_file: str) -> None:
    # The binding holds Python's lock, so it is imported in the child only.
    from inspector.cameras.genicam_host.entry import run_camera

    run_camera(link, driver_file)
