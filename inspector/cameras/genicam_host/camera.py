"""One camera, opened through Harvesters: buffers from the new-buffer event, given back uncleared. A `device.Device`."""

import contextlib
import logging
import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from genicam import genapi, gentl
from harvesters.core import Harvester, ImageAcquirer, ParameterKey, ParameterSet

from inspector.cameras.device import DriverError, RawBuffer
from inspector.cameras.features import quiet
from inspector.cameras.genicam_host.finding import Found
from inspector.cameras.genicam_host.node_map import GenicamNodes
from inspector.cameras.genicam_host.words import sentence, told
from inspector.cameras.nodes import FeatureRefused
from inspector.cameras.pixel_formats import BY_VALUE
from inspector.core.camera_features import Feature
from inspector.core.errors import OperationalError

logger = logging.getLogger(__name__)

_MIN_BUFFERS = 8
_BUFFERED_S = 0.4
_MAX_BUFFER_BYTES = 512 * 1024 * 1024


def new_buffer_event(acquirer: ImageAcquirer) -> Any:  # noqa: ANN401 - untyped library
    """The event that says that a buffer is filled.

    The library offers it only through `fetch()`, which has no time limit while incomplete buffers keep coming, ignores
    its limit in background mode and measures by the wall clock. Hence this one look into the library, whose version is
    pinned.

    Raises:
        OperationalError: CAM-006, the camera has no data stream.
    """
    for event in acquirer._new_buffer_event_monitor_dict.values():  # noqa: SLF001 - a test says when it moves
        return event
    raise OperationalError("CAM-006", "The camera cannot be used: it has no data stream.")


class GenicamDevice:
    """One camera, opened for control."""

    def __init__(self, harvester: Harvester, found: Found) -> None:
        """Open and quiet a camera that `scan` found.

        Raises:
            OperationalError: CAM-002, the driver does not let it be opened.
        """
        begun = time.monotonic()
        self._harvester = harvester
        self._unavailable: set[str] = set()
        self._started = False
        self._closed = False
        interrupt = signal.getsignal(signal.SIGINT)
        try:
            config = ParameterSet({ParameterKey.ENABLE_AUTO_CHUNK_DATA_UPDATE: False})
            self._acquirer = harvester.create(harvester.device_info_list.index(found.info), config=config)
        except (gentl.GenericException, genapi.GenericException) as error:
            raise OperationalError(
                "CAM-002",
                f"The camera {found.fields['model']} {found.fields['serial']} cannot be opened: {sentence(error)}",
                "Another program may use it; a camera that was cut off needs some seconds.",
            ) from error
        signal.signal(signal.SIGINT, interrupt)
        self._nodes = GenicamNodes(self._acquirer.remote_device.node_map)
        self._event = new_buffer_event(self._acquirer)
        logger.info("opened %s in %.0f ms", found.fields["model"], (time.monotonic() - begun) * 1e3)
        try:
            quiet(self._nodes)
        except FeatureRefused as refusal:
            logger.warning("the camera was not brought to rest: %s", refusal)
        self._set_stream("StreamBufferHandlingMode", "OldestFirst")

    def _set_stream(self, name: str, value: str) -> None:
        """Set a feature of the data stream, where there is one."""
        streams = self._acquirer.data_streams
        node_map = streams[0].node_map if streams else None
        node = GenicamNodes(node_map).find(name) if node_map is not None else None
        if node is not None and node.writable() and value in node.entries():
            with contextlib.suppress(FeatureRefused):
                node.write(value)

    @property
    def nodes(self) -> GenicamNodes:
        """Its features."""
        return self._nodes

    @property
    def short_ids(self) -> bool:
        """GigE Vision counts with 16 bits unless extended ids are on."""
        if told(lambda: self._acquirer.device.tl_type) != "GEV":
            return False
        extended = self._nodes.find("GevGVSPExtendedIDMode")
        return extended is None or not extended.readable() or extended.read() == "Off"

    def start(self, rate_hz: float | None) -> None:
        """Announce buffers for 0.4 s of pictures, at most 512 MB, and let them come. DriverError."""
        self._unavailable.clear()
        try:
            wanted = max(_MIN_BUFFERS, self._acquirer.min_num_buffers, math.ceil(_BUFFERED_S * (rate_hz or 0.0)))
            most = max(self._acquirer.min_num_buffers, _MAX_BUFFER_BYTES // max(1, self._payload_bytes()))
            self._acquirer.num_buffers = min(wanted, most)
            self._acquirer.start()
        except (gentl.GenericException, genapi.GenericException, AttributeError, ValueError) as error:
            raise DriverError(sentence(error)) from error
        self._started = True

    def _payload_bytes(self) -> int:
        stream = self._acquirer.data_streams[0]
        if stream.defines_payload_size():
            return int(stream.payload_size)
        return int(self._acquirer.remote_device.node_map.PayloadSize.value)

    def wait(self, timeout_ms: int) -> RawBuffer | None:
        """The next buffer, or None after the time. DriverError."""
        try:
            self._event.update_event_data(timeout_ms)
        except gentl.TimeoutException:
            return None
        except gentl.GenericException as error:
            raise DriverError(sentence(error)) from error
        buffer = self._event.buffer
        try:
            return self._header(buffer)
        except gentl.GenericException as error:
            self._queue(buffer)
            raise DriverError(sentence(error)) from error

    def _header(self, buffer: Any) -> RawBuffer:  # noqa: ANN401 - untyped library
        """What the buffer says of itself; each item may be unavailable."""
        common = {
            "token": buffer,
            "data": buffer.raw_buffer,
            # "Not implemented" counts as complete.
            "complete": not self._ask(buffer, "_is_incomplete"),
            "frame_id": self._ask(buffer, "frame_id"),
            "filled": self._ask(buffer, "size_filled"),
            "big_endian": self._ask(buffer, "pixel_endianness") == gentl.PIXELENDIANNESS_IDS.PIXELENDIANNESS_BIG,
            "timestamp_ns": self._timestamp_ns(buffer),
        }
        if self._ask(buffer, "payload_type") == gentl.PAYLOADTYPE_INFO_IDS.PAYLOAD_TYPE_MULTI_PART:
            return self._part_header(buffer, common)
        return RawBuffer(
            **common,
            pixel_format=self._ask(buffer, "pixel_format"),
            height=self._ask(buffer, "height"),
            width=self._ask(buffer, "width"),
            padding_x=self._ask(buffer, "padding_x") or 0,
            offset=self._ask(buffer, "image_offset") or 0,
        )

    @staticmethod
    def _part_header(buffer: Any, common: dict[str, Any]) -> RawBuffer:  # noqa: ANN401 - untyped library
        """The first part that is a two-dimensional picture; told by its format, as asking for the type leaks."""
        parts = list(buffer.parts)
        for part in parts:
            if part.data_format in BY_VALUE:
                return RawBuffer(
                    **{**common, "filled": None},
                    pixel_format=part.data_format,
                    height=part.height,
                    width=part.width,
                    padding_x=part.x_padding,
                    offset=part.data_offset,
                    other_parts=len(parts) - 1,
                )
        other = parts[0].data_format if parts else None
        return RawBuffer(**common, pixel_format=other, height=1, width=1)

    def _ask(self, buffer: Any, name: str) -> Any:  # noqa: ANN401 - untyped library
        """One item of a buffer, or None; what is not offered once is not asked for again in this stream."""
        if name in self._unavailable:
            return None
        try:
            value = getattr(buffer, name)
            return value() if callable(value) else value
        except (gentl.NotAvailableException, gentl.NotImplementedException, gentl.InvalidParameterException):
            self._unavailable.add(name)
            return None
        except gentl.NoDataException:
            return None

    def _timestamp_ns(self, buffer: Any) -> int | None:  # noqa: ANN401 - untyped library
        """The camera's clock: in nanoseconds if offered, else ticks by frequency, else None."""
        stamp = self._ask(buffer, "timestamp_ns")
        if stamp is not None:
            return int(stamp)
        ticks = self._ask(buffer, "timestamp")
        if ticks is None or "frequency" in self._unavailable:
            return None
        frequency = told(lambda: self._acquirer.device.timestamp_frequency)
        if not frequency.isdigit() or int(frequency) == 0:
            self._unavailable.add("frequency")
            return None
        return int(ticks) * 1_000_000_000 // int(frequency)

    def give_back(self, buffer: RawBuffer) -> None:
        """Let the driver fill this buffer again. DriverError."""
        try:
            self._queue(buffer.token)
        except gentl.GenericException as error:
            raise DriverError(sentence(error)) from error

    @staticmethod
    def _queue(buffer: Any) -> None:  # noqa: ANN401 - untyped library
        # Clearing is the library's default: 10 MB under the lock for every picture.
        buffer.parent.queue_buffer(buffer, False)

    def stop(self) -> None:
        """End the stream; buffers are revoked. DriverError."""
        if not self._started:
            return
        self._started = False
        try:
            self._acquirer.stop()
        except (gentl.GenericException, genapi.GenericException) as error:
            raise DriverError(sentence(error)) from error

    def describe(self, names: Sequence[str] | None = None) -> Iterator[Feature]:
        """Every feature with its value, one by one; with names only those that the camera has, in that order."""
        return self._nodes.describe(names)

    def close(self, *, dead: bool) -> None:
        """Give everything back; a dead camera is not asked for anything. Never raises, idempotent."""
        if self._closed:
            return
        self._closed = True
        steps: list[Callable[[], object]] = [self.stop]
        if dead:
            # The library's own stop raises in that state and leaves the driver unusable.
            steps = []
            for stream in self._acquirer.data_streams:
                steps.append(partial(stream.stop_acquisition, gentl.ACQ_STOP_FLAGS_LIST.ACQ_STOP_FLAGS_KILL))
                steps.append(partial(stream.flush_buffer_queue, gentl.ACQ_QUEUE_TYPE_LIST.ACQ_QUEUE_ALL_DISCARD))
                steps.extend(partial(stream.revoke_buffer, buffer) for buffer in self._announced())
        for step in [*steps, self._acquirer.destroy, self._harvester.reset]:
            try:
                step()
            except (gentl.GenericException, genapi.GenericException, DriverError, AttributeError, ValueError) as error:
                logger.info("while closing: %s", sentence(error))

    def _announced(self) -> list[Any]:
        return list(self._acquirer._announced_buffers)  # noqa: SLF001 - the library's stop fails on a dead camera
