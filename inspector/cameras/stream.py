"""One stream of a camera process: buffers become pictures in the ring, missed parts, or the end of the camera.

Per buffer: learn from the camera's number what is missing, decode into a free slot of the ring, tell the program, and
give the buffer back, always. A picture that cannot be used is a missed frame and a fault (CAM-006), never a guess. A
lost camera says nothing, so silence is judged here as well (cameras.md 9): in free run by the rate, while waiting for
triggers by reading back a setting that a restart would undo.
"""

import logging
import time
from dataclasses import asdict, dataclass

from inspector.cameras import readings
from inspector.cameras.device import Device, DriverError, RawBuffer
from inspector.cameras.link import Link
from inspector.cameras.nodes import FeatureRefused, Nodes, as_text, number_of
from inspector.cameras.numbering import FrameIds, NumberingLost, Triggers
from inspector.cameras.pixel_formats import (
    BY_NAME,
    BY_VALUE,
    Bytes,
    Layout,
    PictureError,
    PixelFormat,
    bayer_shift,
    check_size,
    decode,
    expected_bytes,
)
from inspector.cameras.ring import Ring
from inspector.core.errors import TriggerRefused
from inspector.core.frame import MissReason
from inspector.core.recipe import TriggerMode

logger = logging.getLogger(__name__)

WAIT_MS = 5
FIRST_FRAME_S = 10.0
_PROBE_LIMIT_S = 1.2
_PROBE_EVERY_S = 0.5
_TRIGGER_SLACK_MS = 200.0
_UNKNOWN_READOUT_MS = 100.0
NO_PART = 0
"""A trigger that somebody gave by hand: its picture belongs to no part of the line."""


class CameraLost(Exception):
    """The camera is of no use until it is opened again; the text is the reason."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """When a buffer came, by the monotonic clock and by the calendar."""

    received_ns: int
    utc_ns: int

    @classmethod
    def now(cls) -> "_Arrival":
        return cls(time.monotonic_ns(), time.time_ns())


class Stream:
    """What comes from a camera between start and stop."""

    def __init__(self, link: Link, device: Device, ring_name: str, written_format: str | None) -> None:
        """Read what is in force, attach the ring, and let pictures come.

        Args:
            link: to the program.
            device: stopped, with its settings applied.
            ring_name: the program's ring.
            written_format: the pixel format that was written last, None if none was.

        Raises:
            FeatureRefused, DriverError: the camera does not say what is in force, or does not start.
        """
        self._link = link
        self._device = device
        self._nodes = device.nodes
        self.mode = readings.trigger_mode(self._nodes)
        self._selector = self._selected_trigger()
        self._trigger_told = True
        self._heard_at = self._probed_at = time.monotonic()
        self._fallback = _format_and_size(self._nodes)
        self._shift = _bayer_shift(self._nodes, written_format)
        self._ids = FrameIds(short=device.short_ids)
        self._triggers = Triggers(time.monotonic)
        self.read_settings()
        self._frames = 0
        self._last_fault = ""
        self._parts_told = False
        self._ring = Ring.attach(ring_name)
        try:
            device.start(1 / self._period_s if self._period_s else None)
        except DriverError:
            self._ring.close()
            raise
        self._heard_at = self._probed_at = time.monotonic()

    def read_settings(self) -> None:
        """Take over what is in force now; called again when somebody changed a feature. FeatureRefused."""
        rate_hz = readings.rate_hz(self._nodes)
        self._period_s = 1 / rate_hz if rate_hz else None
        self._exposure_us = readings.exposure_us(self._nodes)
        self._gain_db = readings.gain_db(self._nodes)
        readout_ms = 1e3 * self._period_s if self._period_s else _UNKNOWN_READOUT_MS
        delay_us = number_of(self._nodes, "TriggerDelay", "TriggerDelayAbs") or 0.0
        exposure_us = 3 * (self._exposure_us or 0.0)
        self._triggers.timeout_s = (exposure_us + delay_us + 1e3 * (readout_ms + _TRIGGER_SLACK_MS)) / 1e6

    def read_trigger(self) -> None:
        """Take over the trigger that is in force now, after somebody wrote one of its features. FeatureRefused."""
        # While somebody looks at another trigger, nothing can be learned of the one that takes the pictures.
        self._trigger_told = self._selected_trigger() == self._selector
        mode = readings.trigger_mode(self._nodes) if self._trigger_told else self.mode
        if mode is not self.mode:
            logger.info("the trigger was changed while pictures come: %s", mode.value)
            self.mode = mode
            self._triggers.cancel()
            self._heard_at = self._probed_at = time.monotonic()

    def _selected_trigger(self) -> str:
        """Which trigger the features of triggers mean now; "" on cameras that have one."""
        node = self._nodes.find("TriggerSelector")
        return as_text(node.read()) if node is not None and node.readable() else ""

    def end(self) -> None:
        """Let go of the ring; the device is stopped by who stops it."""
        self._ring.close()

    def counters(self) -> dict[str, int]:
        """What was dropped without being a missed part."""
        return {"duplicates": self._ids.duplicates, "stray": self._triggers.stray}

    def trigger(self, part_number: int) -> None:
        """Send a software trigger.

        Raises:
            TriggerRefused: the camera does not wait for one, or the last one still has no picture.
        """
        node = self._nodes.find("TriggerSoftware")
        if self.mode is not TriggerMode.SOFTWARE or node is None or not node.writable():
            raise TriggerRefused("the camera does not wait for a software trigger")
        self._triggers.open(part_number)
        try:
            node.write("")
        except FeatureRefused as refusal:
            self._triggers.cancel()
            raise TriggerRefused(str(refusal)) from refusal

    def step(self) -> None:
        """Wait for one buffer, at most 5 ms, and do what follows from it or from its absence.

        Raises:
            CameraLost: silent, restarted, counting anew, or its driver failed.
        """
        try:
            buffer = self._device.wait(WAIT_MS)
            if buffer is not None:
                self._heard_at = self._probed_at = time.monotonic()
                try:
                    self._take(buffer)
                finally:
                    self._device.give_back(buffer)
            elif self.mode is TriggerMode.FREE:
                self._expect_pictures()
            else:
                self._expect_life()
        except DriverError as error:
            raise CameraLost(f"driver error: {error}") from error
        except NumberingLost as error:
            raise CameraLost(str(error)) from error
        part_number = self._triggers.expired()
        if part_number is not None:
            self._missed(MissReason.NO_IMAGE, 1, "no picture after the trigger", str(part_number), _Arrival.now())

    def _expect_pictures(self) -> None:
        limit_s = FIRST_FRAME_S if not self._frames else max(1.0, 5 * (self._period_s or 0.0))
        silent_s = time.monotonic() - self._heard_at
        if silent_s > limit_s:
            raise CameraLost(f"no pictures for {silent_s:.1f} s")

    def _expect_life(self) -> None:
        """A camera that waits for triggers may be silent for hours; ask it for a setting that a restart would undo."""
        if time.monotonic() - self._probed_at < _PROBE_EVERY_S:
            return
        try:
            with self._link.busy("probe", _PROBE_LIMIT_S):
                node = self._nodes.find("TriggerMode")
                value = node.read() if node is not None and node.readable() else None
        except FeatureRefused as refusal:
            raise CameraLost(f"not answering: {refusal}") from refusal
        if value is None:
            raise CameraLost("not answering: its trigger cannot be read any more")
        if value != "On" and self._trigger_told:
            raise CameraLost("camera restarted: its trigger is not set any more")
        self._probed_at = time.monotonic()

    def _take(self, buffer: RawBuffer) -> None:
        """Account for a buffer, in the order in which parts were triggered."""
        arrival = _Arrival.now()
        missing = self._ids.take(buffer.frame_id)
        if missing is None:
            logger.debug("picture %s came twice", buffer.frame_id)
            return
        label = ""
        if self.mode is TriggerMode.SOFTWARE:
            # Here a lost picture is the trigger that gets none, so that gaps say nothing new.
            part_number = self._triggers.match()
            if part_number is None:
                logger.warning("a picture came that nobody had triggered; it was dropped (CAM-003)")
                return
            label = str(part_number) if part_number != NO_PART else ""
        elif missing:
            detail = f"before the camera's number {buffer.frame_id}"
            self._missed(MissReason.GAP, missing, detail, label, arrival)
        self._frames += 1
        if not buffer.complete:
            self._missed(MissReason.INCOMPLETE, 1, self._received(buffer), label, arrival)
            return
        slot = self._ring.acquire()
        if slot is None:
            self._missed(MissReason.OVERRUN, 1, "the program was not ready", label, arrival)
            return
        self._send(buffer, slot, label, arrival)

    def _send(self, buffer: RawBuffer, slot: int, label: str, arrival: _Arrival) -> None:
        begun = time.perf_counter()
        try:
            pixel_format, layout = self._layout(buffer)
            check_size(pixel_format, layout, len(buffer.data), buffer.filled)

            def paint(flat: Bytes) -> tuple[int, ...]:
                return decode(buffer.data, pixel_format, layout, flat).shape

            shape = self._ring.fill(slot, paint)
        except PictureError as error:
            self._missed(MissReason.INCOMPLETE, 1, str(error), label, arrival)
            if self._last_fault != str(error):
                self._last_fault = str(error)
                self._link.send("fault", code="CAM-006", message=f"The picture cannot be used: {error}.")
            return
        decode_ms = (time.perf_counter() - begun) * 1e3
        if buffer.other_parts and not self._parts_told:
            self._parts_told = True
            logger.warning("each buffer has %d more parts than the picture; they are ignored", buffer.other_parts)
        self._link.send(
            "frame",
            slot=slot,
            shape=shape,
            format=pixel_format.name,
            camera_frame_id=buffer.frame_id,
            camera_timestamp_ns=buffer.timestamp_ns,
            exposure_us=self._exposure_us,
            gain_db=self._gain_db,
            label=label,
            decode_ms=round(decode_ms, 3),
            free_slots=self._ring.free_count(),
            **asdict(arrival),
        )

    def _layout(self, buffer: RawBuffer) -> tuple[PixelFormat, Layout]:
        """Format and place of the picture: as the buffer says, else as the camera said at start. PictureError."""
        value, height, width = self._fallback
        value = buffer.pixel_format or value
        pixel_format = BY_VALUE.get(value) if value is not None else None
        if pixel_format is None:
            raise PictureError(f"format {'unknown' if value is None else f'0x{value:08X}'} cannot be read")
        place = (buffer.height or height, buffer.width or width, buffer.padding_x, buffer.offset)
        return pixel_format, Layout(*place, big_endian=buffer.big_endian, bayer_shift=self._shift)

    def _received(self, buffer: RawBuffer) -> str:
        """How much of an incomplete picture came, as far as the driver says."""
        filled = "an unknown part" if buffer.filled is None else f"{buffer.filled / 1000:.0f}"
        try:
            expected = expected_bytes(*self._layout(buffer))
        except PictureError:
            expected = len(buffer.data)
        return f"received {filled} of {expected / 1000:.0f} kB"

    def _missed(self, reason: MissReason, count: int, detail: str, label: str, arrival: _Arrival) -> None:
        self._link.send("missed", reason=reason.value, count=count, detail=detail, label=label, **asdict(arrival))


def _format_and_size(nodes: Nodes) -> tuple[int | None, int, int]:
    """PFNC number, height and width as the camera says, for drivers whose buffers say nothing."""
    node = nodes.find("PixelFormat")
    name = as_text(node.read()) if node is not None and node.readable() else ""
    value = BY_NAME[name].value if name in BY_NAME else None
    return value, int(number_of(nodes, "Height") or 0), int(number_of(nodes, "Width") or 0)


def _bayer_shift(nodes: Nodes, written_format: str | None) -> tuple[int, int]:
    """Where the picture starts in the Bayer pattern, if the camera still names the pattern of its sensor.

    A camera that names the pattern of the picture has changed the format's name by itself since it was written, when
    the area began at an odd place. Then there is nothing to correct.
    """
    node = nodes.find("PixelFormat")
    if node is None or not node.readable():
        return 0, 0
    if written_format is not None and as_text(node.read()) != written_format:
        return 0, 0
    mirrored = nodes.find("ReverseX")
    return bayer_shift(
        int(number_of(nodes, "OffsetX") or 0),
        int(number_of(nodes, "OffsetY") or 0),
        reverse_x=mirrored is not None and mirrored.readable() and mirrored.read() is True,
        width=int(number_of(nodes, "Width") or 0),
    )
