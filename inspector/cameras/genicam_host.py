"""What runs in a GenICam camera process: Harvesters and the GenICam binding, behind `host_loop.Device`. Only here.

The binding holds Python's lock during every driver call, and drivers crash, so nothing of it is ever imported in the
program. Of the library little is used, because the rest hides time limits, copies or fails (cameras.md 3, 4): opening,
announcing and revoking buffers. Pictures are taken from the new-buffer event itself (`new_buffer_event`), decoded by
us, and given back uncleared.

**Quirks of `viky.cti`**, the GenTL test producer inside the genicam package, for who tests with it: it needs no
environment variables; its buffers are 10 240 080 bytes whatever the picture; `size_filled` says 2 560 020 for every
format and size; chunks are on at opening; it offers no timestamps, exposure, gain, trigger, offsets or WidthMax, and
sizes from 100 to 800; a change of size or format while streaming is accepted and takes effect some eight buffers
later, each buffer saying what it holds; with the Range component on, buffers are multi-part, part sizes are four times
too small, and asking a part for its data type leaks. `PLAYTL_LOG_LEVEL=5 PLAYTL_GENTL_LOGGING=1` makes it write every
GenTL call to standard output. It has no lock between processes: two programs may open one device.
"""

import contextlib
import logging
import math
import re
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from genicam import genapi, gentl

from inspector.cameras.features import FeatureRefused, Value, as_text, quiet
from inspector.cameras.host_loop import DriverError, HostLoop, RawBuffer
from inspector.cameras.pixel_formats import BY_VALUE
from inspector.cameras.process import Link, Request
from inspector.core.errors import OperationalError
from inspector.core.ports import Feature, FeatureKind

with warnings.catch_warnings():  # its import would show every warning of this process once
    from harvesters.core import Harvester, ImageAcquirer, ParameterKey, ParameterSet

logger = logging.getLogger(__name__)

SCAN_LIMIT_S: Final = 10.0
OPEN_LIMIT_S: Final = 15.0
_MIN_BUFFERS = 8
_BUFFERED_S = 0.4
_MAX_BUFFER_BYTES = 512 * 1024 * 1024
_WHERE = re.compile(r" : \w+Exception thrown .*", re.DOTALL)
_IDENTITY = ("vendor", "model", "serial")

_KINDS = {
    genapi.EInterfaceType.intfIInteger: FeatureKind.INTEGER,
    genapi.EInterfaceType.intfIFloat: FeatureKind.FLOAT,
    genapi.EInterfaceType.intfIBoolean: FeatureKind.BOOLEAN,
    genapi.EInterfaceType.intfIEnumeration: FeatureKind.ENUMERATION,
    genapi.EInterfaceType.intfIString: FeatureKind.STRING,
    genapi.EInterfaceType.intfICommand: FeatureKind.COMMAND,
}
_READABLE = (genapi.EAccessMode.RO, genapi.EAccessMode.RW)
_WRITABLE = (genapi.EAccessMode.WO, genapi.EAccessMode.RW)


# --- entry points of the child processes -----------------------------------------------------------------------------


def run_scan(link: Link, driver_file: str) -> None:
    """Body of a scan process: answers one "scan" with what a driver file finds, or with its error."""
    request = _wait_for(link, "scan")
    if request is None:
        return
    harvester = None
    try:
        with link.busy("scan", SCAN_LIMIT_S):
            harvester, devices = _scan(driver_file)
        link.answer(request, **_driver_fields(harvester), cameras=[device.fields for device in devices])
    except OperationalError as error:
        link.refuse(request, error)
    if (request := _wait_for(link, "close")) is not None:
        if harvester is not None:
            harvester.reset()
        link.answer(request)


def run_camera(link: Link, driver_file: str) -> None:
    """Body of a camera process: opens the camera that the first request names, and serves it."""
    request = _wait_for(link, "open")
    if request is None:
        return
    loop = None
    try:
        with link.busy("open", OPEN_LIMIT_S):
            harvester, devices = _scan(driver_file)
            answer: dict[str, Any] = {**_driver_fields(harvester), "found": [device.fields for device in devices]}
            wanted = next((device for device in devices if device.matches(request.fields["identity"])), None)
            if wanted is None:
                harvester.reset()
            else:
                loop = HostLoop(link, GenicamDevice(harvester, wanted))
                answer |= {"camera": wanted.fields, **loop.describe_camera()}
        link.answer(request, **answer)
    except OperationalError as error:
        loop = None
        link.refuse(request, error)
    if loop is not None:
        loop.run()
    elif (request := _wait_for(link, "close")) is not None:
        link.answer(request)


def _wait_for(link: Link, what: str) -> Request | None:
    """The request that comes first, or None if the program closes instead."""
    while True:
        link.beat()
        request = link.receive(0.05)
        if request is not None and request.what == "close" != what:
            link.answer(request)
            return None
        if request is not None:
            return request


# --- finding ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A camera that a driver lists."""

    info: Any
    fields: dict[str, str]

    def matches(self, wanted: dict[str, str]) -> bool:
        """Whether this is the camera with that identity; an empty part matches any."""
        return all(not value or self.fields.get(key) == value for key, value in wanted.items())


class _LastWarning(logging.Handler):
    """Keeps what the library only logs: why a driver file could not be loaded."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()


def _scan(driver_file: str) -> tuple[Harvester, list[_Found]]:
    """Load exactly one driver file and list its cameras.

    Raises:
        OperationalError: CAM-001, the driver cannot be used; its own sentence is in the message.
    """
    begun = time.monotonic()
    library = logging.getLogger("harvesters.core")
    last = _LastWarning()
    # The library logs to standard error by itself; what it says belongs into our log, and its errors are handled here.
    library.handlers[:] = [last]
    library.setLevel(logging.WARNING)
    harvester = Harvester()
    harvester.add_file(driver_file)
    harvester.update()
    library.handlers.clear()
    if not _systems(harvester):
        raise OperationalError("CAM-001", f"The camera driver {driver_file} cannot be used: {_sentence(last.text)}")
    devices = [_Found(info, _identity(info)) for info in harvester.device_info_list]
    seen: dict[tuple[str, ...], int] = {}
    for device in devices:
        key = tuple(device.fields[part] for part in _IDENTITY)
        seen[key] = seen.get(key, 0) + 1
    for device in devices:
        if seen[tuple(device.fields[part] for part in _IDENTITY)] > 1:
            device.fields["interface"] = _text(partial(getattr, device.info.parent, "id_"))
    logger.info("%s found %d cameras in %.0f ms", driver_file, len(devices), (time.monotonic() - begun) * 1e3)
    return harvester, devices


def _systems(harvester: Harvester) -> list[Any]:
    """The loaded drivers; the library keeps them to itself."""
    systems: list[Any] = harvester._systems  # noqa: SLF001 - a test says when it moves
    return systems


def _identity(info: Any) -> dict[str, str]:  # noqa: ANN401 - untyped library
    """What a camera says of itself; every field may be missing, and some raise."""
    return {
        "vendor": _text(lambda: info.vendor),
        "model": _text(lambda: info.model),
        "serial": _text(lambda: info.serial_number),
        "user_name": _text(lambda: info.user_defined_name),
        "interface": "",
    }


def _driver_fields(harvester: Harvester) -> dict[str, object]:
    systems = _systems(harvester)
    if not systems:
        return {}
    system = systems[0]
    return {
        "driver_vendor": _text(lambda: system.vendor),
        "driver_version": _text(lambda: system.version),
        "transport": _text(lambda: system.tl_type),
    }


def _text(read: Callable[[], object]) -> str:
    try:
        value = read()
    except (gentl.GenericException, genapi.GenericException, AttributeError):
        return ""
    return "" if value is None else str(value)


def _sentence(error: object) -> str:
    """The camera's or driver's own words, without where in the library they were said."""
    text = str(error).strip() or type(error).__name__
    start = "(Message from the source: "
    if start in text:
        text = text.split(start, 1)[1].rsplit(") (ID:", 1)[0]
    return _WHERE.sub("", text.removeprefix("GenTL exception: ")).strip()


# --- features --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What the camera or its driver will not do, as the camera says it."""
    try:
        yield
    except (genapi.GenericException, gentl.GenericException) as error:
        raise FeatureRefused(_sentence(error)) from error
    except (TypeError, OverflowError) as error:
        raise FeatureRefused(str(error)) from error


class GenicamNode:
    """One feature of a node map."""

    def __init__(self, interface: Any, kind: FeatureKind) -> None:  # noqa: ANN401 - untyped library
        """Wrap the library's interface of this kind."""
        self._node = interface
        self._kind = kind

    @property
    def name(self) -> str:
        """Its name in the node map."""
        return str(self._node.node.name)

    @property
    def kind(self) -> FeatureKind:
        """What it holds."""
        return self._kind

    def _access(self) -> int:
        try:
            return int(self._node.get_access_mode())
        except (genapi.GenericException, gentl.GenericException):
            return int(genapi.EAccessMode.NA)

    def readable(self) -> bool:
        """Whether it can be read now."""
        return self._kind is not FeatureKind.COMMAND and self._access() in _READABLE

    def writable(self) -> bool:
        """Whether it can be written now."""
        return self._access() in _WRITABLE

    def read(self) -> Value:
        """The value, past every cache. FeatureRefused."""
        with _refusals():
            value = self._node.get_value(False, True)  # verify, ignore_cache
        match self._kind:
            case FeatureKind.INTEGER:
                return int(value)
            case FeatureKind.FLOAT:
                return float(value)
            case FeatureKind.BOOLEAN:
                return bool(value)
            case _:
                return str(value)

    def write(self, value: Value) -> None:
        """Write, or execute a command. FeatureRefused."""
        with _refusals():
            if self._kind is FeatureKind.COMMAND:
                self._node.execute()
            else:
                self._node.set_value(value)

    def limits(self) -> tuple[float | None, float | None, float | None]:
        """Smallest and largest value and step of a number. FeatureRefused."""
        if self._kind not in (FeatureKind.INTEGER, FeatureKind.FLOAT):
            return None, None, None
        with _refusals():
            fixed = self._node.inc_mode == genapi.EIncMode.fixedIncrement
            return float(self._node.min), float(self._node.max), float(self._node.inc) if fixed else None

    def entries(self) -> tuple[str, ...]:
        """Names that an enumeration offers now. FeatureRefused."""
        if self._kind is not FeatureKind.ENUMERATION:
            return ()
        with _refusals():
            return tuple(str(name) for name in self._node.symbolics)

    def describe(self, category: str) -> Feature:
        """Everything about it that people want to see; what it does not tell stays empty."""
        node = self._node.node
        readable, writable = self.readable(), self.writable()
        limits: tuple[float | None, float | None, float | None] = (None, None, None)
        value = ""
        entries: tuple[str, ...] = ()
        with contextlib.suppress(FeatureRefused):
            entries = self.entries()
            limits = self.limits() if readable else limits
            value = as_text(self.read()) if readable else ""
        finite = tuple(limit if limit is not None and math.isfinite(limit) else None for limit in limits)
        return Feature(
            name=self.name,
            display_name=_text(lambda: node.display_name) or self.name,
            category=category,
            kind=self._kind,
            visibility=_text(lambda: genapi.EVisibility(node.visibility).name),
            readable=readable,
            writable=writable,
            value=value,
            unit=_text(lambda: self._node.unit) if self._kind in (FeatureKind.INTEGER, FeatureKind.FLOAT) else "",
            minimum=finite[0],
            maximum=finite[1],
            step=finite[2],
            entries=entries,
            tooltip=_text(lambda: node.tooltip),
        )


class GenicamNodes:
    """A node map."""

    def __init__(self, node_map: Any) -> None:  # noqa: ANN401 - untyped library
        """Wrap the library's node map."""
        self._map = node_map

    def find(self, name: str) -> GenicamNode | None:
        """A feature that this camera implements, or None."""
        try:
            interface = self._map.get_node(name)
            kind = _KINDS.get(interface.node.principal_interface_type)
            if kind is None or interface.get_access_mode() == genapi.EAccessMode.NI:
                return None
        except (genapi.GenericException, AttributeError):
            return None
        return GenicamNode(interface, kind)

    def describe(self) -> Iterator[Feature]:
        """All features: those in categories by the way to them, then the rest."""
        seen: set[str] = set()
        pending = [("Root", "")]
        while pending:
            name, path = pending.pop(0)
            for child in self._children(name):
                child_name = str(child.node.name)
                if child_name in seen:
                    continue
                seen.add(child_name)
                if child.node.principal_interface_type == genapi.EInterfaceType.intfICategory:
                    pending.append((child_name, f"{path}/{child_name}".lstrip("/")))
                elif (node := self.find(child_name)) is not None:
                    yield node.describe(path)
        for interface in self._map.nodes:
            name = str(interface.node.name)
            if name not in seen and interface.node.is_feature() and (node := self.find(name)) is not None:
                seen.add(name)
                yield node.describe("")

    def _children(self, category: str) -> list[Any]:
        try:
            return list(self._map.get_node(category).features)
        except (genapi.GenericException, AttributeError):
            return []


# --- the device ------------------------------------------------------------------------------------------------------


def new_buffer_event(acquirer: ImageAcquirer) -> Any:  # noqa: ANN401 - untyped library
    """The event that says that a buffer is filled.

    The library offers it only through `fetch()`, which has no time limit while incomplete buffers keep coming, ignores
    its limit in background mode and measures by the wall clock. Hence this one look into the library, whose version is
    pinned.
    """
    return next(iter(acquirer._new_buffer_event_monitor_dict.values()))  # noqa: SLF001 - a test says when it moves


class GenicamDevice:
    """One camera, opened for control."""

    def __init__(self, harvester: Harvester, found: _Found) -> None:
        """Open and quiet a camera that `_scan` found.

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
                f"The camera {found.fields['model']} {found.fields['serial']} cannot be opened: {_sentence(error)}",
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
        if _text(lambda: self._acquirer.device.tl_type) != "GEV":
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
            raise DriverError(_sentence(error)) from error
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
            raise DriverError(_sentence(error)) from error
        buffer = self._event.buffer
        try:
            return self._header(buffer)
        except gentl.GenericException as error:
            self._queue(buffer)
            raise DriverError(_sentence(error)) from error

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
        frequency = _text(lambda: self._acquirer.device.timestamp_frequency)
        if not frequency.isdigit() or int(frequency) == 0:
            self._unavailable.add("frequency")
            return None
        return int(ticks) * 1_000_000_000 // int(frequency)

    def give_back(self, buffer: RawBuffer) -> None:
        """Let the driver fill this buffer again. DriverError."""
        try:
            self._queue(buffer.token)
        except gentl.GenericException as error:
            raise DriverError(_sentence(error)) from error

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
            raise DriverError(_sentence(error)) from error

    def describe(self) -> Iterator[Feature]:
        """Every feature with its value, one by one."""
        return self._nodes.describe()

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
                logger.info("while closing: %s", _sentence(error))

    def _announced(self) -> list[Any]:
        return list(self._acquirer._announced_buffers)  # noqa: SLF001 - the library's stop fails on a dead camera
