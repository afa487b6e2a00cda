"""A GenICam device without GenICam: pictures on time, triggers, and every fault on request. Runs in a camera process.

Faults are ordered through the feature `Fault`, in words: "drop 3", "incomplete", "duplicate", "jump 5000", "freeze",
"error the link broke", "restart", "slow 30" (every register), "height0", "padding 5", "format 12345", "short",
"large", "swallow" (the next software trigger), "late 300" (ms), "line" (a part at the line trigger), "random 7" (seeded
drops, incomplete and repeated pictures from now on).
"""

import random
import time

import numpy as np

from inspector.cameras.device import DriverError, RawBuffer
from inspector.cameras.host_loop import HostLoop
from inspector.cameras.link import Link
from inspector.core.camera_features import Feature, FeatureKind
from tests.support.camera_nodes import FakeNode, modern_camera

HEIGHT, WIDTH = 48, 64
MONO8 = 0x01080001


class FakeDevice:
    def __init__(self, period_s: float, *, short_ids: bool = False) -> None:
        self.short_ids = short_ids
        self.nodes = modern_camera()
        for name, value in (("WidthMax", WIDTH), ("HeightMax", HEIGHT), ("OffsetX", 0), ("OffsetY", 0)):
            self.nodes.by_name[name].value = value
        for name, value in (("Width", WIDTH), ("Height", HEIGHT)):
            self.nodes.by_name[name].value = self.nodes.by_name[name].maximum = value
        self.nodes.by_name["AcquisitionFrameRate"].value = 1 / period_s
        self.nodes.by_name["AcquisitionFrameRate"].maximum = 10_000
        self.nodes.by_name["PixelFormat"].names += ("JPEG",)
        self.nodes._add(FakeNode("Fault", "", FeatureKind.STRING, keeps=self._order))
        self.nodes.by_name["TriggerSoftware"].keeps = lambda value: self._expose() or ""
        mode = self.nodes.by_name["TriggerMode"]
        mode.read = self._slow(mode.read)
        self._slow_s = 0.0
        self._period_s = period_s
        self._running = False
        self._frozen = False
        self._due: list[float] = []
        self._next_at = 0.0
        self._number = 0
        self._late_s = 0.003
        self._once: dict[str, object] = {}
        self._random: random.Random | None = None
        self._repeat: RawBuffer | None = None
        self.given_back = 0
        self.delivered = 0

    def _slow(self, read):
        def slowly():
            time.sleep(self._slow_s)
            return read()

        return slowly

    def _order(self, text: str) -> str:
        word, _, rest = str(text).partition(" ")
        match word:
            case "freeze":
                self._frozen = True
            case "restart":
                self._frozen = True
                self.nodes.by_name["TriggerMode"].value = "Off"
            case "slow":
                self._slow_s = float(rest)
            case "late":
                self._late_s = float(rest) / 1e3
            case "line":
                self._expose()
            case "random":
                self._random = random.Random(int(rest))
            case "":
                pass
            case _:
                self._once[word] = rest
        return ""

    def _expose(self) -> None:
        if self._once.pop("swallow", None) is None:
            self._due.append(time.monotonic() + self._late_s)

    def start(self, rate_hz: float | None) -> None:
        self._running = True
        self._number = 0
        self._next_at = time.monotonic()

    def wait(self, timeout_ms: int) -> RawBuffer | None:
        if "error" in self._once:
            raise DriverError(str(self._once["error"]))
        if self._repeat is not None:
            buffer, self._repeat = self._repeat, None
            self.delivered += 1
            return buffer
        free = self.nodes["TriggerMode"] == "Off"
        due = self._next_at if free else min(self._due, default=float("inf"))
        now = time.monotonic()
        if self._frozen or due > now + timeout_ms / 1e3:
            time.sleep(timeout_ms / 1e3)
            return None
        time.sleep(max(0.0, due - now))
        if free:
            self._next_at += self._period_s
        else:
            self._due.remove(due)
        self.delivered += 1
        return self._buffer()

    def _buffer(self) -> RawBuffer:
        once = self._once
        self._number += 1 + int(once.pop("drop", 0) or 0) + int(once.pop("jump", 0) or 0)
        complete = once.pop("incomplete", None) is None
        repeat = once.pop("duplicate", None) is not None
        if self._random is not None:
            chance = self._random.random()
            self._number += self._random.randint(1, 9) if chance < 0.03 else 0
            complete, repeat = complete and not 0.03 < chance < 0.06, repeat or 0.06 < chance < 0.09
        height, width, padding = int(self.nodes["Height"]), int(self.nodes["Width"]), int(once.get("padding", 0) or 0)
        if once.pop("large", None) is not None:
            height = width = 400
        image = np.full((height, width + padding), 0xEE, np.uint8)
        image[:, :width] = self._number % 251
        data = image.tobytes() + b"\xcc" * 100
        buffer = RawBuffer(
            token=self,
            data=data,
            complete=complete,
            frame_id=self._number,
            pixel_format=int(once.pop("format", MONO8) or MONO8),
            height=0 if "height0" in once else height,
            width=width,
            padding_x=padding,
            filled=10 if once.pop("short", None) is not None else height * (width + padding),
            timestamp_ns=self._number * 1_000_000,
        )
        self._repeat = buffer if repeat else None
        return buffer

    def give_back(self, buffer: RawBuffer) -> None:
        assert buffer.token is self
        self.given_back += 1

    def stop(self) -> None:
        if self.given_back != self.delivered:
            raise DriverError(f"{self.delivered - self.given_back} buffers were kept")
        self._running = False

    def describe(self, names=None):
        for name in self.nodes.by_name if names is None else names:
            node = self.nodes.by_name[name]
            yield Feature(name, name, "", node.kind, "Beginner", node.readable(), node.writable())

    def close(self, *, dead: bool) -> None:
        self._running = False


def with_output(link: Link, period: str) -> None:
    """A camera with an output line."""
    device = FakeDevice(float(period))
    device.nodes.choice("LineSelector", "Line2")
    device.nodes.choice("LineMode", "Output")
    device.nodes.choice("LineSource", "Off", "UserOutput1")
    device.nodes.choice("UserOutputSelector", "UserOutput1")
    device.nodes.switch("UserOutputValue", value=True)
    _serve(link, device)


def camera(link: Link, period: str) -> None:
    """Body of a camera process with one fake camera; `period` in seconds."""
    _serve(link, FakeDevice(float(period)))


def old_camera(link: Link, period: str) -> None:
    """One that counts with 16 bits."""
    _serve(link, FakeDevice(float(period), short_ids=True))


def _serve(link: Link, device: FakeDevice) -> None:
    loop = HostLoop(link, device)
    while True:
        link.beat()
        request = link.receive(0.05)
        if request is not None:
            break
    if request.what == "close":
        link.answer(request)
        return
    fields = {"vendor": "Test", "model": "Fake", "serial": "7", "user_name": "", "interface": ""}
    link.answer(request, driver_version="1", found=[fields], camera=fields, **loop.describe_camera())
    loop.run()
