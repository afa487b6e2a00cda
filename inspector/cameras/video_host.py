"""The video process: OpenCV opens and reads here, where it may block for seconds without harm.

A file waits for its reader, a live source never does: there only the newest frame counts. See `video.py` for the other
side, `process.py` for what both sides say to each other.
"""

import logging
import math
import os
import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.link import Link, Request
from inspector.cameras.ring import Ring
from inspector.core.errors import OperationalError

logger = logging.getLogger(__name__)

OPEN_LIMIT_S = 15.0
READ_LIMIT_S = 6.0
_STEP_S = 0.005
_IDLE_S = 0.05
_DEFAULT_FPS = 25.0
_GAP_PERIODS = 2.5
_STALE_S = 2.0
_HINT = "Check that it exists, that no other program uses it, and cable, power or address."


@dataclass(slots=True)
class _Stream:
    """One run from start to stop.

    Attributes:
        period_s: time between frames of a file; 0 for as fast as they are taken.
        triggered: frames are sent only when asked for.
        wanted: how many were asked for and not sent yet.
        due_s: when the next frame of a file may be sent.
        read_s: when the last frame of a live source came.
    """

    period_s: float
    triggered: bool
    wanted: int = 0
    due_s: float = 0.0
    read_s: float = 0.0
    position: int = 0
    gaps: int = 0


def run_video(link: Link, source: str, live: bool, loop: bool) -> None:
    """First function of the video process.

    Args:
        link: to the program.
        source: index of a USB camera as digits, URL, or path of a file.
        live: whether frames come by themselves.
        loop: begin a file again after its end.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    host = _VideoHost(link, source, live=live, loop=loop)
    while not host.closed:
        request = link.receive(host.patience_s())
        if request is not None:
            host.serve(request)
        else:
            host.turn()
        link.beat()


class _VideoHost:
    """The capture and what is asked of it."""

    def __init__(self, link: Link, source: str, *, live: bool, loop: bool) -> None:
        self._link = link
        self._source = source
        self._live = live
        self._loop = loop
        self._capture: cv2.VideoCapture | None = None
        self._ring: Ring | None = None
        self._stream: _Stream | None = None
        self._fps = _DEFAULT_FPS
        self._frames = 0
        self._ahead: NDArray[np.uint8] | None = None
        self._stopped_s = math.inf
        self.closed = False

    def patience_s(self) -> float:
        """How long the loop may wait for a request before it must look after the stream."""
        stream = self._stream
        if stream is None or (stream.triggered and not stream.wanted and not self._live):
            return _IDLE_S
        if self._live:
            return 0.0
        return min(_STEP_S, max(0.0, stream.due_s - time.monotonic()))

    def serve(self, request: Request) -> None:
        """Answer one request."""
        try:
            match request.what:
                case "open":
                    self._link.answer(request, **self._open())
                    return
                case "ring":
                    self._ring = Ring.attach(str(request.fields["name"]))
                case "start":
                    self._start(float(request.fields["rate_hz"]), triggered=bool(request.fields["triggered"]))
                case "trigger":
                    if self._stream is not None:
                        self._stream.wanted += 1
                case "stop":
                    self._stream = None
                    self._stopped_s = time.monotonic()
                case "close":
                    self._end()
            self._link.answer(request)
        except OperationalError as error:
            self._link.refuse(request, error)

    def turn(self) -> None:
        """Move the stream on by one frame at most."""
        stream, ring = self._stream, self._ring
        if stream is None or ring is None or (stream.triggered and not stream.wanted and not self._live):
            return
        if not self._live and time.monotonic() < stream.due_s:
            return
        if self._ahead is None:
            self._ahead = self._read(stream)
            if self._ahead is None:
                self._stream = None
                return
        if stream.triggered and not stream.wanted:
            self._ahead = None
            return
        slot = ring.acquire()
        if slot is None:
            # A live source goes on with its next frame, a file with the same one.
            if self._live:
                self._ahead = None
            else:
                time.sleep(_STEP_S)
            return
        self._send(stream, ring, slot, self._ahead)
        self._ahead = None

    def _open(self) -> dict[str, object]:
        with self._link.busy("open", OPEN_LIMIT_S):
            self._capture = self._new_capture()
        capture = self._capture
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._fps = fps if math.isfinite(fps) and 0.1 <= fps <= 1000 else _DEFAULT_FPS
        frames = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self._frames = int(frames) if math.isfinite(frames) and frames > 0 else 0
        # Properties lie; the size of a frame that was really read does not.
        with self._link.busy("first frame", READ_LIMIT_S):
            first = _frame(capture)
        if first is None:
            raise OperationalError("CAM-001", f"The video {self._shown()} gives no frames.", _HINT)
        if not self._live:
            capture.release()
            self._capture = None
        return {
            "height": first.shape[0],
            "width": first.shape[1],
            "fps": self._fps,
            "frames": self._frames,
            "backend": self._backend,
        }

    def _new_capture(self) -> cv2.VideoCapture:
        if self._source.isdigit():
            capture = cv2.VideoCapture(int(self._source))
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        else:
            # Its own limits lie below ours, so that it says what is wrong before it is killed.
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 10_000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 5_000]
            capture = cv2.VideoCapture(self._source, cv2.CAP_FFMPEG, limits)
        if not capture.isOpened():
            raise OperationalError("CAM-001", f"The video {self._shown()} cannot be opened.", _HINT)
        self._backend = capture.getBackendName()
        return capture

    def _start(self, rate_hz: float, *, triggered: bool) -> None:
        """A file begins with its first frame; `rate_hz` 0 takes the file's own rate."""
        # A live source that nobody read for a while would begin with what it kept since then.
        if not self._live or time.monotonic() - self._stopped_s > _STALE_S:
            self._reopen()
        rate_hz = rate_hz or self._fps
        now = time.monotonic()
        self._ahead = None
        self._stream = _Stream(0.0 if triggered else 1 / rate_hz, triggered, due_s=now, read_s=now)

    def _reopen(self) -> None:
        if self._capture is not None:
            self._capture.release()
        with self._link.busy("open", OPEN_LIMIT_S):
            self._capture = self._new_capture()

    def _read(self, stream: _Stream) -> NDArray[np.uint8] | None:
        """The next frame; None at the end of a file or when a live source fails, which the program is told."""
        for attempt in (1, 2):
            if self._capture is None:
                break
            with self._link.busy("read", READ_LIMIT_S):
                frame = _frame(self._capture)
            if frame is not None:
                self._watch(stream)
                return frame
            if self._live or not self._loop or attempt == 2:
                break
            self._reopen()
        if self._live:
            self._link.send("failed", reason="no pictures")
            return None
        if stream.position < self._frames - 1 and not self._loop:
            logger.warning("video %s ends at frame %d of %d", self._shown(), stream.position, self._frames)
        self._link.send("end")
        return None

    def _watch(self, stream: _Stream) -> None:
        """Nothing numbers the frames of a live source, so a gap in time is all that can be noticed."""
        stream.position += 1
        now = time.monotonic()
        if self._live and stream.position > 1 and now - stream.read_s > _GAP_PERIODS / self._fps:
            stream.gaps += 1
            logger.warning("video %s: %.0f ms without a frame", self._shown(), (now - stream.read_s) * 1000)
        stream.read_s = now

    def _send(self, stream: _Stream, ring: Ring, slot: int, frame: NDArray[np.uint8]) -> None:
        began_s = time.perf_counter()
        if frame.nbytes > ring.slot_bytes:
            self._stream = None
            self._link.send("unusable", width=frame.shape[1], height=frame.shape[0])
            return

        def paint(flat: NDArray[np.uint8]) -> tuple[int, ...]:
            target = flat[: frame.size].reshape(frame.shape)
            if frame.ndim == 3:
                cv2.cvtColor(frame, cv2.COLOR_BGR2RGB, target)
            else:
                target[:] = frame
            return frame.shape

        shape = ring.fill(slot, paint)
        if stream.triggered:
            stream.wanted -= 1
        stream.due_s = max(stream.due_s + stream.period_s, time.monotonic() - stream.period_s)
        decode_ms = (time.perf_counter() - began_s) * 1000
        self._link.send(
            "frame", slot=slot, shape=shape, position=stream.position, gaps=stream.gaps, decode_ms=decode_ms
        )

    def _end(self) -> None:
        self.closed = True
        self._stream = None
        if self._capture is not None:
            with self._link.busy("close", 3.0):
                self._capture.release()
        if self._ring is not None:
            self._ring.close()

    def _shown(self) -> str:
        """The source without a password, for messages."""
        head, at, tail = self._source.rpartition("@")
        scheme, slashes, _ = head.partition("://")
        return f"{scheme}://…@{tail}" if at and slashes else self._source


def _frame(capture: cv2.VideoCapture) -> NDArray[np.uint8] | None:
    """One frame as OpenCV gives it, BGR or gray; None if there is none."""
    ok, frame = capture.read()
    if not ok or frame.dtype != np.uint8 or frame.ndim not in (2, 3) or 0 in frame.shape:
        return None
    if frame.ndim == 3 and frame.shape[2] == 1:
        frame = frame[..., 0]
    return np.ascontiguousarray(frame, np.uint8) if frame.ndim == 2 or frame.shape[2] == 3 else None
