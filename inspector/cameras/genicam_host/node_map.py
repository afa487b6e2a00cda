"""GenICam's node maps as `nodes.Nodes`: values past every cache, and refusals in the camera's own words."""

import contextlib
import math
from collections.abc import Iterator
from typing import Any

from genicam import genapi, gentl

from inspector.cameras.genicam_host.words import sentence, told
from inspector.cameras.nodes import FeatureRefused, Value, as_text
from inspector.core.ports import Feature, FeatureKind

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
        """Smallest and largest value and step of a number. FeatureRefused."""
        if self._kind not in (FeatureKind.INTEGER, FeatureKind.FLOAT):
            return None, None, None
        with refusals():
            fixed = self._node.inc_mode == genapi.EIncMode.fixedIncrement
            return float(self._node.min), float(self._node.max), float(self._node.inc) if fixed else None

    def entries(self) -> tuple[str, ...]:
        """Names that an enumeration offers now. FeatureRefused."""
        if self._kind is not FeatureKind.ENUMERATION:
            return ()
        with refusals():
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
            display_name=told(lambda: node.display_name) or self.name,
            category=category,
            kind=self._kind,
            visibility=told(lambda: genapi.EVisibility(node.visibility).name),
            readable=readable,
            writable=writable,
            value=value,
            unit=told(lambda: self._node.unit) if self._kind in (FeatureKind.INTEGER, FeatureKind.FLOAT) else "",
            minimum=finite[0],
            maximum=finite[1],
            step=finite[2],
            entries=entries,
            tooltip=told(lambda: node.tooltip),
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
