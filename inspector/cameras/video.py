"""USB cameras, network streams and video files through OpenCV, each in a process of its own.

For trials and for cheap cameras beside a line, never a production camera: nothing numbers its frames, nothing confirms
its settings.
"""

import contextlib
import logging
import math
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from inspector.cameras.exits import ExitLedger
from inspector.cameras.meter import StreamMeter
from inspector.cameras.process import CameraProcess, Message
from inspector.cameras.ring import Ring
from inspector.cameras.video_host import OPEN_LIMIT_S, run_video
from inspector.core.camera_features import FeatureAccess
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.ports import AppliedSettings, CameraInfo, DigitalLine, StreamStatistics
from inspector.core.recipe import CameraSettings, TriggerMode

logger = logging.getLogger(__name__)

FILE_SUFFIXES = frozenset(
    {".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".ts", ".wmv", ".mjpg", ".mjpeg"}
)
SCHEMES = frozenset({"rtsp", "rtsps", "http", "https", "udp"})
_FRAME_TIMEOUT_S = 2.0
_LIMIT_S = 2.5
_DRIVER = "OpenCV video"
_HINT_LOST = "Check cable, power and network. When the camera is back: Acknowledge, then Start."
_LACKING = (
    "exposure_us",
    "gain_db",
    "trigger_line",
    "trigger_delay_us",
    "pixel_format",
    "roi",
    "black_level",
    "gamma",
    "white_balance",
)


@dataclass(frozen=True, slots=True)
class VideoPlace:
    """Where a video comes from.

    Attributes:
        source: as OpenCV opens it: digits, URL, or absolute path.
        live: frames come by themselves, whether they are taken or not.
        shown: for people and logs; without a password.
    """

    source: str
    live: bool
    shown: str

    @classmethod
    def of(cls, text: str) -> "VideoPlace":
        """Understand index, URL or path.

        Raises:
            OperationalError: CAM-001, none of them, or no such file.
        """
        if text.isascii() and text.isdigit() and len(text) <= 3:
            return cls(text, live=True, shown=f"camera {text}")
        scheme, slashes, rest = text.partition("://")
        if slashes:
            if scheme.lower() not in SCHEMES or not rest:
                raise OperationalError(
                    "CAM-001", f"“{scheme}” is no kind of stream.", f"Known are {', '.join(sorted(SCHEMES))}."
                )
            return cls(text, live=True, shown=_without_password(text))
        path = Path(text).absolute()
        if not path.is_file():
            raise OperationalError(
                "CAM-001", f"The video file {path} does not exist.", "Give a path, a URL or an index."
            )
        if path.suffix.lower() not in FILE_SUFFIXES:
            raise OperationalError(
                "CAM-001", f"{path} is no video file.", f"Video files end in {', '.join(sorted(FILE_SUFFIXES))}."
            )
        return cls(str(path), live=False, shown=str(path))


class VideoCamera:
    """Implements `core.ports.Camera` for what OpenCV can open.

    A file plays at its own rate, at the one that was asked, or as fast as it is read (rate 0), and waits for its
    reader. A live source hands out its newest frame only.
    """

    def __init__(
        self,
        place: VideoPlace,
        camera_id: str = "",
        *,
        rate_hz: float | None = None,
        loop: bool = False,
        ledger: ExitLedger | None = None,
    ) -> None:
        """Start the process and open the source; up to 15 s.

        Args:
            place: what to open.
            camera_id: under which it was asked for.
            rate_hz: of a file; None for its own, 0 for as fast as it is read.
            loop: begin a file again after its end.
            ledger: counts processes that end by themselves.

        Raises:
            OperationalError: CAM-001, it cannot be opened; CAM-005, OpenCV ended too often; CAM-006, no memory for it.
        """
        if ledger is not None:
            ledger.check(_DRIVER)
        self._place = place
        self._rate_hz = rate_hz
        self._software_trigger = False
        self._running = False
        self._closed = False
        self._ended = False
        self._finished = False
        self._failure: OperationalError | None = None
        self._frame_id = 0
        self._gaps = 0
        self._part_asked_s: float | None = None
        self._waiting: deque[Message] = deque()
        self._meter = StreamMeter()
        self._ring: Ring | None = None
        self._process = CameraProcess(
            run_video,
            (place.source, place.live, loop),
            name=f"video {place.shown}",
            on_event=self._on_event,
            driver=_DRIVER,
            ledger=ledger,
        )
        try:
            opened = self._process.request("open", limit_s=2 * OPEN_LIMIT_S)
            self._ring = Ring.create(opened["height"] * opened["width"] * 3)
            self._process.request("ring", limit_s=_LIMIT_S, name=self._ring.name)
        except OperationalError:
            self.close()
            raise
        self._info = CameraInfo(
            id=_without_password(camera_id) or f"video:{place.shown}",
            kind="video",
            vendor="OpenCV",
            model=f"{opened['width']} × {opened['height']}, {opened['fps']:g} Hz",
            serial=place.shown,
            user_name=Path(place.shown).name,
            driver=opened["backend"],
            simulated=True,
        )

    @property
    def info(self) -> CameraInfo:
        """What was opened."""
        return self._info

    @property
    def features(self) -> FeatureAccess | None:
        """Its properties are ignored by most drivers, so none are offered."""
        return None

    @property
    def output(self) -> DigitalLine | None:
        """It drives nothing."""
        return None

    @property
    def finished(self) -> bool:
        """Whether the last frame of a file was handed out."""
        return self._finished

    @property
    def suspected_gaps(self) -> int:
        """How often a live source was silent for more than 2.5 periods since its start; any thread."""
        return self._gaps

    @property
    def pid(self) -> int:
        """The video process."""
        return self._process.pid

    def apply(self, settings: CameraSettings) -> AppliedSettings:
        """Take trigger and, for a file, rate; a line trigger becomes free run."""
        self._require_open()
        if self._running:
            raise OperationalError("CAM-004", "Settings can only be written while the camera is stopped.")
        lacking = [name for name in _LACKING if getattr(settings, name) is not None]
        lacking += [f"extra {name}" for name, _ in settings.extra]
        if settings.trigger is TriggerMode.LINE:
            lacking.insert(0, "trigger")
        if settings.rate_hz is not None:
            if self._place.live:
                lacking.append("rate_hz")
            elif not settings.rate_hz > 0:
                raise OperationalError("CAM-004", f"Rate: asked {settings.rate_hz:g} Hz, must be above 0.")
            else:
                self._rate_hz = settings.rate_hz
        self._software_trigger = settings.trigger is TriggerMode.SOFTWARE
        kept = CameraSettings(
            trigger=TriggerMode.SOFTWARE if self._software_trigger else TriggerMode.FREE,
            rate_hz=None if self._place.live or not self._rate_hz else self._rate_hz,
        )
        return AppliedSettings(kept, tuple(lacking))

    def start(self) -> None:
        """Begin to deliver; a file begins with its first frame."""
        self._require_open()
        self.stop()
        with self._process.condition:
            self._frame_id = self._gaps = 0
            self._ended = self._finished = False
            self._failure = None
            self._part_asked_s = None
            self._drop_waiting()
            if self._ring is not None:
                self._ring.free_all()
            self._meter.restart()
            self._running = True
        # 0 is the file's own rate for the process, where 0 for us is as fast as possible.
        rate_hz = 0.0 if self._rate_hz is None else self._rate_hz or 1e9
        self._process.request("start", limit_s=2 * OPEN_LIMIT_S, rate_hz=rate_hz, triggered=self._software_trigger)

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        """The next frame, or None: nothing within the time, or the end of the file."""
        self._require_open()
        give_up_at = time.monotonic() + timeout_ms / 1000
        condition = self._process.condition
        with condition:
            while self._running:
                if self._waiting:
                    return self._hand_out(self._waiting.popleft())
                if self._ended:
                    self._finished = True
                    return None
                if self._failure is not None:
                    raise self._failure
                self._process.check()
                now = time.monotonic()
                if self._part_asked_s is not None and now - self._part_asked_s > _FRAME_TIMEOUT_S:
                    return self._miss()
                if now >= give_up_at:
                    return None
                condition.wait(min(give_up_at - now, 0.1))
        return None

    def trigger(self, part_number: int) -> None:
        """The next frame of a file, or of a live source from now on."""
        if self._closed or not self._running:
            raise TriggerRefused("the source is stopped")
        if not self._software_trigger:
            raise TriggerRefused("the source runs freely; it is not set to software trigger")
        if self._part_asked_s is not None:
            raise TriggerRefused("the part before is still awaited")
        if self._ended:
            raise TriggerRefused("the source has reached its end")
        self._part_asked_s = time.monotonic()
        self._process.request("trigger", limit_s=_LIMIT_S)

    def stop(self) -> None:
        """Deliver nothing more; wakes a waiting `next`."""
        with self._process.condition:
            was_running, self._running = self._running, False
            self._process.condition.notify_all()
        if was_running and not self._process.lost:
            with contextlib.suppress(OperationalError):
                self._process.request("stop", limit_s=_LIMIT_S)

    def close(self) -> None:
        """End the process and give the memory back."""
        if self._closed:
            return
        self._closed = True
        with self._process.condition:
            self._running = False
            self._process.condition.notify_all()
        self._process.close(limit_s=2.0)
        with self._process.condition:
            self._waiting.clear()
            if self._ring is not None:
                self._ring.close()
                self._ring = None

    def statistics(self) -> StreamStatistics:
        """Numbers of the stream."""
        return self._meter.read()

    def _require_open(self) -> None:
        if self._closed:
            raise OperationalError("CAM-002", "Camera lost: it was closed.")

    # --- under the process's condition -------------------------------------------------------------------------------

    def _on_event(self, message: Message) -> None:
        """Reader thread: note what came."""
        match message["kind"]:
            case "frame" if not self._running:
                self._free(message)
            case "frame":
                if self._place.live:
                    self._drop_waiting()
                self._gaps = message["gaps"]
                message["received_ns"] = time.monotonic_ns()
                message["captured_at"] = datetime.now(UTC)
                self._waiting.append(message)
            case "end":
                self._ended = True
            case "failed":
                self._failure = OperationalError("CAM-002", f"Camera lost: {message['reason']}.", _HINT_LOST)
            case "unusable":
                self._failure = OperationalError(
                    "CAM-006",
                    f"Size {message['width']} × {message['height']} does not match what was opened.",
                    "Stop and start the line, which opens the source again.",
                )

    def _hand_out(self, message: Message) -> Frame:
        if self._ring is None:
            raise OperationalError("CAM-002", "Camera lost: it was closed.")
        try:
            image = self._ring.take(message["slot"], tuple(message["shape"]))
        except ValueError as error:
            raise OperationalError("CAM-002", f"Camera lost: {error}.", _HINT_LOST) from error
        self._part_asked_s = None
        self._frame_id += 1
        position = message["position"]
        frame = Frame(
            image=image,
            frame_id=self._frame_id,
            camera_id=self._info.id,
            captured_at=message["captured_at"],
            received_ns=message["received_ns"],
            source_format="BGR8" if image.ndim == 3 else "Mono8",
            simulated=True,
            label="" if self._place.live else f"frame {position}",
        )
        decode_ms = message["decode_ms"]
        self._meter.count(frame, decode_ms if math.isfinite(decode_ms) else 0.0, self._ring.free_count())
        return frame

    def _miss(self) -> MissedFrame:
        self._part_asked_s = None
        self._frame_id += 1
        missed = MissedFrame(
            frame_id=self._frame_id,
            camera_id=self._info.id,
            reason=MissReason.NO_IMAGE,
            captured_at=datetime.now(UTC),
            received_ns=time.monotonic_ns(),
            detail=f"no frame within {_FRAME_TIMEOUT_S:g} s",
            simulated=True,
        )
        self._meter.count(missed, 0.0, 0)
        return missed

    def _drop_waiting(self) -> None:
        while self._waiting:
            self._free(self._waiting.popleft())

    def _free(self, message: Message) -> None:
        if self._ring is not None and 0 <= message["slot"] < self._ring.slots:
            self._ring.free(message["slot"])


def _without_password(url: str) -> str:
    """The same URL with its user information hidden: ids stand in logs and records."""
    if "://" not in url or "@" not in url:
        return url
    prefix, _, rest = url.partition("://")
    authority = urlsplit(f"//{rest}").netloc
    _, at, host = authority.rpartition("@")
    return f"{prefix}://…@{host}{rest[len(authority) :]}" if at else url
