"""The one loop of a GenICam camera process: requests in, pictures out, and a probe when it is silent.

Everything here happens in the child, in one thread. The loop never waits longer than 5 ms in the driver, so a trigger
or a stop is served at once; whatever may take longer is announced (`Link.busy`). The driver itself is behind `Device`,
which `genicam_host` implements with Harvesters and tests implement without.

Per buffer: learn from the camera's number what is missing, decode into a free slot of the ring, tell the program, and
give the buffer back, always. A picture that cannot be used is a missed frame and a fault (CAM-006), never a guess.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import cv2

from inspector.cameras import features
from inspector.cameras.features import FeatureRefused, Nodes
from inspector.cameras.messages import feature_fields, settings_fields, settings_from
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
    decoded_shape,
    usable,
)
from inspector.cameras.process import Link, ParentGone, Request
from inspector.cameras.ring import Ring
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import MissReason
from inspector.core.ports import Feature, FeatureKind
from inspector.core.recipe import TriggerMode

logger = logging.getLogger(__name__)

WAIT_MS = 5
FIRST_FRAME_S = 10.0
_IDLE_S = 0.02
_APPLY_LIMIT_S = 5.0
_START_LIMIT_S = 5.0
_STOP_LIMIT_S = 3.0
_PROBE_LIMIT_S = 1.2
_PROBE_EVERY_S = 0.5
_SLICE_S = 0.008
_LONGEST_PULSE_S = 0.01
_EXPOSURES = {"ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw", "Gain", "GainAbs", "GainRaw"}


class DriverError(Exception):
    """The driver failed; the text is its own sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class RawBuffer:
    """A buffer as the driver delivered it; None where the driver does not say.

    Attributes:
        token: what the device needs to give the buffer back.
        data: the whole buffer; valid until it is given back.
        pixel_format: PFNC number.
        offset: bytes before the picture.
        filled: bytes received.
        other_parts: parts of a multi-part buffer that are left out.
    """

    token: object
    data: bytes
    complete: bool
    frame_id: int | None
    pixel_format: int | None
    height: int | None
    width: int | None
    padding_x: int = 0
    offset: int = 0
    filled: int | None = None
    big_endian: bool = False
    timestamp_ns: int | None = None
    other_parts: int = 0


class Device(Protocol):
    """An opened camera, in the camera process. Every method may raise DriverError."""

    @property
    def nodes(self) -> Nodes:
        """Its features."""

    @property
    def short_ids(self) -> bool:
        """Whether its transport counts with 16 bits."""

    def start(self, rate_hz: float | None) -> None:
        """Announce buffers and let pictures come."""

    def wait(self, timeout_ms: int) -> RawBuffer | None:
        """The next buffer, or None after the time."""

    def give_back(self, buffer: RawBuffer) -> None:
        """Let the driver fill this buffer again."""

    def stop(self) -> None:
        """End the stream; buffers are revoked."""

    def describe(self) -> Iterator[Feature]:
        """Every feature with its value, one by one."""

    def close(self, *, dead: bool) -> None:
        """Give everything back; a dead camera is not asked for anything. Never raises."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """When a buffer came, by the monotonic clock and by the calendar."""

    received_ns: int
    utc_ns: int


@dataclass(slots=True)
class _Stream:
    """What one stream has, from its start to its end."""

    ring: Ring
    ids: FrameIds
    triggers: Triggers
    mode: TriggerMode
    period_s: float | None
    fallback: tuple[int | None, int, int]
    shift: tuple[int, int]
    exposure_us: float | None
    gain_db: float | None
    heard_at: float
    probed_at: float
    frames: int = 0
    last_fault: str = ""
    parts_told: bool = False


class HostLoop:
    """Serves one camera until it is asked to close or the program is gone."""

    def __init__(self, link: Link, device: Device) -> None:
        """Take over an opened device."""
        self._link = link
        self._device = device
        self._stream: _Stream | None = None
        self._lost = False
        self._closing = False
        self._sensor_pattern: str | None = None
        self._snapshots: deque[tuple[Request, Iterator[Feature], list[dict[str, Any]]]] = deque()

    def run(self) -> None:
        """Loop. ParentGone leaves with the device closed."""
        cv2.setNumThreads(1)  # threads that spin beside the driver's own cost more than they bring at these sizes
        try:
            while not self._closing:
                self._link.beat(**self._counters())
                request = self._link.receive(0 if self._stream is not None or self._snapshots else _IDLE_S)
                if request is not None:
                    self._serve(request)
                if self._snapshots:
                    self._continue_snapshot()
                if self._stream is not None:
                    self._step(self._stream)
        except ParentGone:
            self._close()
            raise

    # --- requests ---

    def _serve(self, request: Request) -> None:
        try:
            match request.what:
                case "apply":
                    self._link.answer(request, **self._apply(request.fields))
                case "start":
                    self._link.answer(request, **self._start(request.fields))
                case "stop":
                    self._stop()
                    self._link.answer(request)
                case "trigger":
                    self._trigger(request.fields["part_number"])
                    self._link.answer(request)
                case "snapshot":
                    self._snapshots.append((request, self._device.describe(), []))
                case "get":
                    self._link.answer(request, value=self._get(request.fields["name"]))
                case "set":
                    self._link.answer(request, value=self._set(request.fields["name"], request.fields["text"]))
                case "find_output":
                    with self._link.busy("looking for the output line", _APPLY_LIMIT_S):
                        line = features.find_output(self._device.nodes)
                    self._link.answer(request, line=line)
                case "pulse":
                    self._link.answer(request, took_us=self._pulse(**request.fields))
                case "close":
                    self._close()
                    self._link.answer(request)
                case unknown:
                    raise OperationalError("SYS-001", f"The camera process does not know “{unknown}”.")
        except (OperationalError, TriggerRefused) as error:
            self._link.refuse(request, error)
        except (FeatureRefused, DriverError) as error:
            self._link.refuse(request, OperationalError("CAM-004", f"The camera refused: {error}"))

    def describe_camera(self) -> dict[str, object]:
        """What the program needs to know to make a ring, after opening and after every change of settings.

        Raises:
            OperationalError: CAM-006, the camera does not tell how large its pictures are.
        """
        try:
            height, width = features.sensor_size(self._device.nodes)
        except FeatureRefused as refusal:
            raise OperationalError("CAM-006", f"The camera cannot be used: {refusal}") from refusal
        return {"sensor": [height, width]}

    def _apply(self, fields: Any) -> dict[str, object]:  # noqa: ANN401 - JSON
        self._check_lost()
        if self._stream is not None:
            raise OperationalError("CAM-004", "Settings are applied only while the camera is stopped.")
        with self._link.busy("apply", _APPLY_LIMIT_S):
            settings = settings_from(fields["settings"])
            if settings.pixel_format is not None and settings.pixel_format not in BY_NAME:
                raise OperationalError(
                    "CAM-004",
                    f"Pixel format: asked {settings.pixel_format}, which cannot be read.",
                    f"Use one of {self._formats()}.",
                )
            applied = features.apply_settings(self._device.nodes, settings)
            node = self._device.nodes.find("PixelFormat")
            self._sensor_pattern = settings.pixel_format if node is not None else None
            return {
                "settings": settings_fields(applied.settings),
                "lacking": list(applied.lacking),
                **self.describe_camera(),
            }

    def _check_lost(self) -> None:
        if self._lost:
            raise OperationalError("CAM-002", "Camera lost: open it again.")

    def _formats(self) -> str:
        node = self._device.nodes.find("PixelFormat")
        names = usable(node.entries()) if node is not None else ()
        return ", ".join(names) or "the formats that Inspector reads; this camera offers none of them"

    def _start(self, fields: Any) -> dict[str, object]:  # noqa: ANN401 - JSON
        self._check_lost()
        if self._stream is not None:
            raise OperationalError("CAM-004", "The camera streams already.")
        nodes = self._device.nodes
        with self._link.busy("start", _START_LIMIT_S):
            features.select_picture(nodes)
            self._check_format()
            mode = features.trigger_mode(nodes)
            rate = features.rate_hz(nodes)
            exposure = features.exposure_us(nodes)
            gain = features.gain_db(nodes)
            fallback, shift = self._fallback(), self._bayer_shift()
            timeout_ms = fields.get("frame_timeout_ms") or 3 * (exposure or 0.0) / 1e3 + self._readout_ms(rate) + 200
            ring = Ring.attach(fields["ring"])
            try:
                self._device.start(rate)
            except DriverError as error:
                ring.close()
                raise OperationalError("CAM-002", f"The camera does not start: {error}") from error
            now = time.monotonic()
            self._stream = _Stream(
                ring=ring,
                ids=FrameIds(short=self._device.short_ids),
                triggers=Triggers(time.monotonic, timeout_ms / 1e3),
                mode=mode,
                period_s=1 / rate if rate else None,
                fallback=fallback,
                shift=shift,
                exposure_us=exposure,
                gain_db=gain,
                heard_at=now,
                probed_at=now,
            )
        return {"trigger": mode.value}

    def _check_format(self) -> None:
        node = self._device.nodes.find("PixelFormat")
        if node is None or not node.readable():
            return
        name = features.as_text(node.read())
        if name not in BY_NAME:
            raise OperationalError(
                "CAM-006", f"The camera sends {name}, which cannot be read.", f"Use one of {self._formats()}."
            )

    @staticmethod
    def _readout_ms(rate: float | None) -> float:
        """Readout is not told by cameras; a whole period at the highest rate bounds it."""
        return 1e3 / rate if rate else 100.0

    def _fallback(self) -> tuple[int | None, int, int]:
        """Format and size as the camera says, for drivers whose buffers say nothing."""
        nodes = self._device.nodes
        node = nodes.find("PixelFormat")
        name = features.as_text(node.read()) if node is not None and node.readable() else ""
        value = BY_NAME[name].value if name in BY_NAME else None
        return value, int(features.number_of(nodes, "Height") or 0), int(features.number_of(nodes, "Width") or 0)

    def _bayer_shift(self) -> tuple[int, int]:
        """Where the picture starts in the Bayer pattern, if the camera still names the pattern of its sensor.

        Most cameras name the pattern of the picture: with an odd offset the format's name has changed by itself since
        it was written. Then there is nothing to correct.
        """
        nodes = self._device.nodes
        node = nodes.find("PixelFormat")
        if node is None or not node.readable():
            return 0, 0
        if self._sensor_pattern is not None and features.as_text(node.read()) != self._sensor_pattern:
            return 0, 0
        mirrored = nodes.find("ReverseX")
        return bayer_shift(
            int(features.number_of(nodes, "OffsetX") or 0),
            int(features.number_of(nodes, "OffsetY") or 0),
            reverse_x=mirrored is not None and mirrored.readable() and mirrored.read() is True,
            width=int(features.number_of(nodes, "Width") or 0),
        )

    def _trigger(self, part_number: int) -> None:
        stream = self._stream
        if stream is None or stream.mode is not TriggerMode.SOFTWARE:
            raise TriggerRefused("the camera does not wait for a software trigger")
        node = self._device.nodes.find("TriggerSoftware")
        if node is None or not node.writable():
            raise TriggerRefused("the camera is not ready for a trigger")
        stream.triggers.open(part_number)
        try:
            node.write("")
        except FeatureRefused as refusal:
            stream.triggers.cancel()
            raise TriggerRefused(str(refusal)) from refusal

    def _stop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            with self._link.busy("stop", _STOP_LIMIT_S):
                if not self._lost:
                    self._device.stop()
        finally:
            stream.ring.close()

    def _close(self) -> None:
        self._closing = True
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.ring.close()
        try:
            with self._link.busy("close", _STOP_LIMIT_S):
                self._device.close(dead=self._lost)
        except ParentGone:
            self._device.close(dead=self._lost)  # a second time, if it was the end of the announcement that failed

    # --- features ---

    def _node(self, name: str) -> features.Node:
        node = self._device.nodes.find(name)
        if node is None:
            raise OperationalError("CAM-004", f"The camera has no feature “{name}”.")
        return node

    def _get(self, name: str) -> str:
        node = self._node(name)
        if not node.readable():
            raise OperationalError("CAM-004", f"{name} cannot be read now.")
        with self._link.busy(f"reading {name}", _APPLY_LIMIT_S):
            return features.as_text(node.read())

    def _set(self, name: str, text: str) -> str:
        node = self._node(name)
        with self._link.busy(f"writing {name}", _APPLY_LIMIT_S):
            if not node.writable():
                raise OperationalError("CAM-004", f"{name} cannot be written now.")
            before = features.as_text(node.read()) if node.readable() else ""
            node.write(text if node.kind is FeatureKind.COMMAND else features.from_text(node.kind, text))
            kept = features.as_text(node.read()) if node.readable() else ""
        logger.info("feature %s: %s -> %s, kept %s", name, before or "-", text, kept or "-")
        if self._stream is not None and name in _EXPOSURES:
            self._stream.exposure_us = features.exposure_us(self._device.nodes)
            self._stream.gain_db = features.gain_db(self._device.nodes)
        if self._stream is not None and "FrameRate" in name:
            rate = features.rate_hz(self._device.nodes)
            self._stream.period_s = 1 / rate if rate else None
        return kept

    def _continue_snapshot(self) -> None:
        """A slice of a snapshot; pictures go on in between."""
        request, rest, done = self._snapshots[0]
        until = time.monotonic() + _SLICE_S
        with self._link.busy("reading features", _APPLY_LIMIT_S):
            for feature in rest:
                done.append(feature_fields(feature))
                if time.monotonic() > until:
                    return
        self._snapshots.popleft()
        self._link.answer(request, features=done)

    def _pulse(self, duration_us: int, begin_by_ns: int) -> int:
        """One pulse on the output line; the time it took, in microseconds."""
        if time.monotonic_ns() > begin_by_ns:
            raise OperationalError("LIN-001", "The pulse came too late to be given.")
        begun = time.monotonic()
        features.set_output(self._device.nodes, active=True)
        time.sleep(min(duration_us / 1e6, _LONGEST_PULSE_S))
        features.set_output(self._device.nodes, active=False)
        return int((time.monotonic() - begun) * 1e6)

    # --- pictures ---

    def _step(self, stream: _Stream) -> None:
        try:
            buffer = self._device.wait(WAIT_MS)
            if buffer is not None:
                stream.heard_at = stream.probed_at = time.monotonic()
                try:
                    self._picture(stream, buffer)
                finally:
                    self._device.give_back(buffer)
            elif stream.mode is TriggerMode.FREE:
                self._expect_pictures(stream)
            else:
                self._expect_life(stream)
        except DriverError as error:
            self._lose(f"driver error: {error}")
        except NumberingLost as error:
            self._lose(str(error))
        if self._stream is None:
            return
        part_number = stream.triggers.expired()
        if part_number is not None:
            self._missed(MissReason.NO_IMAGE, 1, "no picture after the trigger", label=str(part_number))

    def _expect_pictures(self, stream: _Stream) -> None:
        limit_s = FIRST_FRAME_S if not stream.frames else max(1.0, 5 * (stream.period_s or 0.0))
        silent_s = time.monotonic() - stream.heard_at
        if silent_s > limit_s:
            self._lose(f"no pictures for {silent_s:.1f} s")

    def _expect_life(self, stream: _Stream) -> None:
        """A camera that waits for triggers may be silent for hours; ask it for a setting that a restart would undo."""
        now = time.monotonic()
        if now - stream.heard_at < _PROBE_EVERY_S or now - stream.probed_at < _PROBE_EVERY_S:
            return
        try:
            with self._link.busy("probe", _PROBE_LIMIT_S):
                node = self._device.nodes.find("TriggerMode")
                value = node.read() if node is not None and node.readable() else None
        except FeatureRefused as refusal:
            self._lose(f"not answering: {refusal}")
            return
        if value is None:
            self._lose("not answering: its trigger cannot be read any more")
        elif value != "On":
            self._lose("camera restarted: its trigger is not set any more")
        stream.probed_at = time.monotonic()

    def _lose(self, reason: str) -> None:
        stream, self._stream = self._stream, None
        self._lost = True
        if stream is not None:
            stream.ring.close()
        logger.warning("the camera is lost: %s", reason)
        self._link.send("lost", reason=reason)

    def _picture(self, stream: _Stream, buffer: RawBuffer) -> None:
        arrival = _Arrival(time.monotonic_ns(), time.time_ns())
        software = stream.mode is TriggerMode.SOFTWARE
        missing = stream.ids.take(buffer.frame_id)
        if missing is None:
            logger.debug("picture %s came twice", buffer.frame_id)
            return
        if missing and not software:
            # With a software trigger a lost picture is the trigger that gets none.
            self._missed(MissReason.GAP, missing, f"before the camera's number {buffer.frame_id}", arrival=arrival)
        label = ""
        if software:
            part_number = stream.triggers.match()
            if part_number is None:
                logger.warning("a picture came that nobody had triggered; it was dropped (CAM-003)")
                return
            label = str(part_number)
        stream.frames += 1
        if not buffer.complete:
            received = "unknown" if buffer.filled is None else f"{buffer.filled / 1000:.0f}"
            detail = f"received {received} of {len(buffer.data) / 1000:.0f} kB"
            self._missed(MissReason.INCOMPLETE, 1, detail, label=label, arrival=arrival)
            return
        slot = stream.ring.acquire()
        if slot is None:
            self._missed(MissReason.OVERRUN, 1, "the program was not ready", label=label, arrival=arrival)
            return
        self._send_picture(stream, buffer, slot, label, arrival)

    def _send_picture(self, stream: _Stream, buffer: RawBuffer, slot: int, label: str, arrival: _Arrival) -> None:
        begun = time.perf_counter()
        try:
            pixel_format, layout = self._layout(stream, buffer)

            def paint(flat: Bytes) -> tuple[int, ...]:
                return decode(buffer.data, pixel_format, layout, flat).shape

            shape = stream.ring.fill(slot, paint)
        except PictureError as error:
            self._missed(MissReason.INCOMPLETE, 1, str(error), label=label, arrival=arrival)
            if stream.last_fault != str(error):
                stream.last_fault = str(error)
                self._link.send("fault", code="CAM-006", message=f"The picture cannot be used: {error}.")
            return
        decode_ms = (time.perf_counter() - begun) * 1e3
        if buffer.other_parts and not stream.parts_told:
            stream.parts_told = True
            logger.warning("each buffer has %d more parts than the picture; they are ignored", buffer.other_parts)
        self._link.send(
            "frame",
            slot=slot,
            shape=shape,
            format=pixel_format.name,
            camera_frame_id=buffer.frame_id,
            camera_timestamp_ns=buffer.timestamp_ns,
            exposure_us=stream.exposure_us,
            gain_db=stream.gain_db,
            label=label,
            decode_ms=round(decode_ms, 3),
            free_slots=stream.ring.free_count(),
            **asdict(arrival),
        )

    @staticmethod
    def _layout(stream: _Stream, buffer: RawBuffer) -> tuple[PixelFormat, Layout]:
        """Format and place of the picture, checked against what was received. PictureError."""
        value, height, width = stream.fallback
        value = buffer.pixel_format or value
        pixel_format = BY_VALUE.get(value) if value is not None else None
        if pixel_format is None:
            raise PictureError(f"format {'unknown' if value is None else f'0x{value:08X}'} cannot be read")
        layout = Layout(
            buffer.height or height,
            buffer.width or width,
            buffer.padding_x,
            buffer.offset,
            buffer.big_endian,
            stream.shift,
        )
        check_size(pixel_format, layout, len(buffer.data), buffer.filled)
        shape = decoded_shape(pixel_format, layout)
        needed = layout.height * layout.width * (3 if len(shape) == 3 else 1)
        if needed > stream.ring.slot_bytes:
            raise PictureError(f"{layout.width} × {layout.height} {pixel_format.name} is larger than the sensor said")
        return pixel_format, layout

    def _missed(
        self, reason: MissReason, count: int, detail: str, *, label: str = "", arrival: _Arrival | None = None
    ) -> None:
        arrival = arrival or _Arrival(time.monotonic_ns(), time.time_ns())
        self._link.send("missed", reason=reason.value, count=count, detail=detail, label=label, **asdict(arrival))

    def _counters(self) -> dict[str, object]:
        stream = self._stream
        return {} if stream is None else {"duplicates": stream.ids.duplicates, "stray": stream.triggers.stray}
