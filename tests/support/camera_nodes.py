"""A camera's features on a dictionary, with the habits of real cameras: locks, limits, steps, rounding, refusals."""

from collections.abc import Callable
from dataclasses import dataclass, field

from inspector.cameras.nodes import FeatureRefused, Value
from inspector.core.camera_features import FeatureKind


@dataclass
class FakeNode:
    """One feature; `keeps` turns what is written into what the camera holds."""

    name: str
    value: Value
    kind: FeatureKind
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    names: tuple[str, ...] = ()
    locked: Callable[[], bool] = lambda: False
    keeps: Callable[[Value], Value] = lambda value: value
    written: list = field(default_factory=list)
    readable_: bool = True

    def readable(self) -> bool:
        return self.readable_ and self.kind is not FeatureKind.COMMAND

    def writable(self) -> bool:
        return not self.locked()

    def available(self) -> bool:
        return self.readable() or self.kind is FeatureKind.COMMAND

    def done(self) -> bool:
        return True

    def read(self) -> Value:
        if not self.readable():
            raise FeatureRefused(f"{self.name} cannot be read.")
        return self.value

    def write(self, value: Value) -> None:
        if not self.writable():
            raise FeatureRefused(f"{self.name} is locked.")
        if self.names and value not in self.names:
            raise FeatureRefused(f"{value} is no entry of {self.name}.")
        if self.minimum is not None and not self.minimum <= value <= self.maximum:
            raise FeatureRefused(f"Value = {value} must be within {self.minimum:g} and {self.maximum:g}.")
        if self.kind is FeatureKind.INTEGER and self.step and (value - (self.minimum or 0)) % self.step:
            raise FeatureRefused(f"Value = {value} is off the increment {self.step:g}.")
        self.written.append(value)
        self.value = self.keeps(value)

    def limits(self):
        return self.minimum, self.maximum, self.step

    def entries(self) -> tuple[str, ...]:
        return self.names


class FakeNodes:
    """Features by name; every write is also kept in `order`."""

    def __init__(self) -> None:
        self.by_name: dict[str, FakeNode] = {}
        self.order: list[tuple[str, Value]] = []

    def find(self, name: str) -> FakeNode | None:
        return self.by_name.get(name)

    def __getitem__(self, name: str) -> Value:
        return self.by_name[name].value

    def _add(self, node: FakeNode) -> FakeNode:
        self.by_name[node.name] = node
        nodes, write = self, node.write

        def logged(value: Value) -> None:
            write(value)
            nodes.order.append((node.name, value))

        node.write = logged
        return node

    def number(self, name: str, value: float, low: float = 0, high: float = 1e9, step: float | None = None, **more):
        kind = FeatureKind.INTEGER if isinstance(value, int) else FeatureKind.FLOAT
        return self._add(FakeNode(name, value, kind, low, high, step, **more))

    def choice(self, name: str, value: str, *others: str, **more):
        return self._add(FakeNode(name, value, FeatureKind.ENUMERATION, names=(value, *others), **more))

    def switch(self, name: str, *, value: bool = False, **more):
        return self._add(FakeNode(name, value, FeatureKind.BOOLEAN, **more))

    def command(self, name: str, does: Callable[[], None] = lambda: None, **more):
        return self._add(FakeNode(name, "", FeatureKind.COMMAND, keeps=lambda value: does() or "", **more))


def modern_camera() -> FakeNodes:
    """An area camera of today's SFNC: everything there, autos on, area moved, trigger left on by somebody."""
    nodes = FakeNodes()
    nodes.command("AcquisitionStop")
    nodes.choice("AcquisitionMode", "SingleFrame", "Continuous")
    nodes.choice("PixelFormat", "Mono8", "Mono12p", "BayerRG8")
    nodes.number("WidthMax", 2448)
    nodes.number("HeightMax", 2048)
    nodes.number("OffsetX", 448, 0, 2400, 8)
    nodes.number("OffsetY", 48, 0, 2000, 8)
    nodes.number("Width", 2000, 16, 2448, 16)
    nodes.number("Height", 2000, 16, 2048, 8)
    nodes.choice("ExposureAuto", "Continuous", "Off")
    nodes.choice("ExposureMode", "TriggerWidth", "Timed")
    auto = nodes.by_name["ExposureAuto"]
    nodes.number("ExposureTime", 10_000.0, 20, 1e6, 3.0, locked=lambda: auto.value != "Off")
    nodes.choice("GainAuto", "Continuous", "Off")
    nodes.choice("GainSelector", "DigitalAll", "All")
    nodes.number("Gain", 6.0, 0, 24)
    nodes.choice("BlackLevelSelector", "DigitalAll", "All")
    nodes.number("BlackLevel", 0.0, 0, 31)
    nodes.switch("GammaEnable")
    gamma_on = nodes.by_name["GammaEnable"]
    nodes.number("Gamma", 1.0, 0.1, 4, locked=lambda: not gamma_on.value)
    nodes.choice("BalanceWhiteAuto", "Once", "Off")
    nodes.choice("BalanceRatioSelector", "Red", "Blue")
    nodes.number("BalanceRatio", 1.0, 0.1, 8)
    nodes.switch("AcquisitionFrameRateEnable")
    rate_on = nodes.by_name["AcquisitionFrameRateEnable"]
    nodes.number("AcquisitionFrameRate", 30.0, 1, 100, locked=lambda: not rate_on.value)
    nodes.choice("TriggerSelector", "AcquisitionStart", "FrameStart")
    nodes.choice("TriggerMode", "On", "Off")
    nodes.choice("TriggerSource", "Line3", "Line1", "Software")
    nodes.choice("TriggerActivation", "RisingEdge", "FallingEdge")
    nodes.number("TriggerDelay", 0.0, 0, 1e6)
    nodes.command("TriggerSoftware")
    return nodes
