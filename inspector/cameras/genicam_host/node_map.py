"""GenICam's node maps as `nodes.Nodes`: values past every cache, and refusals in the camera's own words."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from genicam import genapi, gentl

from inspector.cameras.genicam_host.words import sentence, told
from inspector.cameras.nodes import FeatureRefused, Value, as_text
from inspector.core.camera_features import Feature, FeatureKind

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
_NO_FLOAT_LIMIT = 1e300
_NO_WHOLE_LIMIT = 2.0**63 - 2**10


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """What the camera or its driver will not do, as the camera says it."""
    try:
        yield
    except (genapi.GenericException, gentl.GenericException) as error:
        raise FeatureRefused(sentence(error)) from error
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

    def available(self) -> bool:
        """Whether it has a meaning with the camera's present settings."""
        return self._access() in (*_READABLE, *_WRITABLE)

    def done(self) -> bool:
        """Whether a command that was executed has ended. FeatureRefused."""
        if self._kind is not FeatureKind.COMMAND:
            return True
        with refusals():
            return bool(self._node.is_done())

    def read(self) -> Value:
        """The value, past every cache. FeatureRefused."""
        with refusals():
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
        with refusals():
            if self._kind is FeatureKind.COMMAND:
                self._node.execute()
            else:
                self._node.set_value(value)

    def limits(self) -> tuple[float | None, float | None, float | None]:
        """Smallest and largest value and step of a number, None where the camera sets none. FeatureRefused."""
        if self._kind not in (FeatureKind.INTEGER, FeatureKind.FLOAT):
            return None, None, None
        # GenApi tells the ends of its own numbers for what has no limit.
        unlimited = _NO_WHOLE_LIMIT if self._kind is FeatureKind.INTEGER else _NO_FLOAT_LIMIT
        with refusals():
            fixed = self._node.inc_mode == genapi.EIncMode.fixedIncrement
            low, high = (
                limit if abs(limit) < unlimited else None for limit in (float(self._node.min), float(self._node.max))
            )
            return low, high, float(self._node.inc) if fixed else None

    def entries(self) -> tuple[str, ...]:
        """Names that an enumeration offers now. FeatureRefused."""
        if self._kind is not FeatureKind.ENUMERATION:
            return ()
        with refusals():
            return tuple(str(name) for name in self._node.symbolics)

    def _missing_entries(self, offered: tuple[str, ...]) -> tuple[str, ...]:
        """Entries that exist and cannot be chosen now."""
        if self._kind is not FeatureKind.ENUMERATION:
            return ()
        with refusals():
            names = (
                str(entry.symbolic) for entry in self._node.entries if entry.get_access_mode() != genapi.EAccessMode.NI
            )
            return tuple(name for name in names if name not in offered)

    def describe(self, category: str) -> Feature:
        """Everything about it that people want to see; what it does not tell stays empty."""
        node = self._node.node
        readable, writable = self.readable(), self.writable()
        limits: tuple[float | None, float | None, float | None] = (None, None, None)
        value = ""
        entries: tuple[str, ...] = ()
        missing: tuple[str, ...] = ()
        with contextlib.suppress(FeatureRefused):
            value = as_text(self.read()) if readable else ""
            entries = self.entries()
            missing = self._missing_entries(entries)
            limits = self.limits() if readable else limits
        return Feature(
            name=self.name,
            display_name=told(lambda: node.display_name) or self.name,
            category=category,
            kind=self._kind,
            visibility=told(lambda: genapi.EVisibility(node.visibility).name),
            readable=readable,
            writable=writable,
            value=value,
            unit=told(lambda: self._node.unit) if self._kind in (FeatureKind.INTEGER, FeatureKind.FLOAT) else "",
            minimum=limits[0],
            maximum=limits[1],
            step=limits[2],
            entries=entries,
            tooltip=told(lambda: node.tooltip),
            description=told(lambda: node.description),
            available=self.available(),
            unavailable_entries=missing,
            selected_by=_selectors(node),
            polling_ms=_polling_ms(node),
            streamable=told(node.is_streamable) == "True",
        )


def _selectors(node: Any) -> tuple[str, ...]:  # noqa: ANN401 - untyped library
    """Features that choose which value this one means."""
    try:
        names = [str(selector.node.name) for selector in node.selecting_features]
    except (genapi.GenericException, AttributeError):
        return ()
    return tuple(name for name in names if name != str(node.name))


def _polling_ms(node: Any) -> int:  # noqa: ANN401 - untyped library
    """After how long its value is old, by its own word or by that of the register behind it; -1 stands for never."""
    try:
        times = [int(each.polling_time) for each in (node, *(child.node for child in node.children))]
    except (genapi.GenericException, AttributeError):
        return 0
    return min((time for time in times if time > 0), default=0)


class GenicamNodes:
    """A node map."""

    def __init__(self, node_map: Any) -> None:  # noqa: ANN401 - untyped library
        """Wrap the library's node map."""
        self._map = node_map
        self._paths: dict[str, str] = {}

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

    def describe(self, names: Sequence[str] | None = None) -> Iterator[Feature]:
        """All features, those in categories by the way to them, then the rest; or only these, in their order."""
        if not self._paths:
            self._paths = dict(self._places())
        for name in self._paths if names is None else names:
            node = self.find(name)
            if node is not None and name in self._paths:
                yield node.describe(self._paths[name])

    def _places(self) -> Iterator[tuple[str, str]]:
        """Every feature and its category; the description of a camera never changes while it is open."""
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
                else:
                    yield child_name, path
        for interface in self._map.nodes:
            name = str(interface.node.name)
            if name not in seen and interface.node.is_feature():
                seen.add(name)
                yield name, ""

    def _children(self, category: str) -> list[Any]:
        try:
            return list(self._map.get_node(category).features)
        except (genapi.GenericException, AttributeError):
            return []
