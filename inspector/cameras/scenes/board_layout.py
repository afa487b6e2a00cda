"""Where everything sits on the drawn circuit board, and the bare board itself.

Units: the board measures 1140 × 880, (0, 0) is its middle.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes import board_parts as parts
from inspector.cameras.scenes.sketch import Color, Sketch, Sprite
from inspector.cameras.scenes.surface import Material, smooth_noise
from inspector.core.geometry import Size

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, HEIGHT = 1140, 880
SCREW_TURNS = 9

_MASK: Color = (14, 78, 46)
_COPPER: Color = (26, 104, 62)
_PAD: Color = (204, 172, 98)
_PASTE: Color = (168, 170, 168)
_SILK: Color = (222, 226, 220)
_BOARD = Material(0.5, 0.5, 0.10, 30)


@dataclass(frozen=True, slots=True)
class Placed:
    """One component.

    Attributes:
        name: as printed on the board; the first letter tells its kind.
        sprite: key of its drawing.
        x, y: middle in units.
        turn: degrees, clockwise as seen.
        pads: where solder is, (x, y, width, height) about the middle before turning.
        loose: how likely it is missing or misplaced against others; 0 for never.
    """

    name: str
    sprite: str
    x: float
    y: float
    turn: int = 0
    pads: tuple[tuple[float, float, float, float], ...] = ()
    loose: float = 0.0


def sprites(scale: float) -> dict[str, Sprite]:
    """Draw every kind of component once."""
    tan, black, gray = (176, 146, 104), (36, 36, 40), (120, 112, 104)
    makers: dict[str, Callable[[], Sprite]] = {
        "c": lambda: parts.chip(scale, tan, ""),
        "c2": lambda: parts.chip(scale, gray, ""),
        "r103": lambda: parts.chip(scale, black, "103"),
        "r472": lambda: parts.chip(scale, black, "472"),
        "red": lambda: parts.led(scale, (196, 60, 48)),
        "green": lambda: parts.led(scale, (92, 176, 84)),
        "so8": lambda: parts.leaded(scale, 64, 78, 4, 19, ("AX072", "C9K")),
        "so8b": lambda: parts.leaded(scale, 64, 78, 4, 19, ("24C64", "WP4")),
        "so16": lambda: parts.leaded(scale, 84, 164, 8, 19.5, ("DRV", "2003X", "7BK4")),
        "mcu": lambda: parts.quad(scale, 196, 25, ("MC32-A", "407-100", "GQ2 93 Y", "LOT 241")),
        "reg": lambda: parts.regulator(scale),
        "can": lambda: parts.can(scale, 37, ("100", "35V", "RVT")),
        "can2": lambda: parts.can(scale, 29, ("47", "25V")),
        "coil": lambda: parts.coil(scale),
        "crystal": lambda: parts.crystal(scale),
        "relay": lambda: parts.relay(scale),
        "shield": lambda: parts.shield(scale),
        "coin": lambda: parts.coin(scale),
        "header": lambda: parts.header(scale, 12),
        "terminals": lambda: parts.terminals(scale, 6),
        "usb": lambda: parts.usb(scale),
        "socket": lambda: parts.socket(scale, 5),
    }
    drawn = {key: maker() for key, maker in makers.items()}
    for index in range(SCREW_TURNS):
        drawn[f"screw{index}"] = parts.screw(scale, math.pi / 2 * index / SCREW_TURNS)
    return drawn


def components() -> tuple[Placed, ...]:
    """The whole assembly, in the order in which it is laid."""
    chip_pads = ((-14.5, 0, 12, 16), (14.5, 0, 12, 16))
    found: list[Placed] = []

    def row(prefix: str, first: int, kind: str, start: tuple[float, float], step: tuple[float, float], n: int) -> None:
        turn = 0 if step[0] == 0 else 90
        for i in range(n):
            place = (start[0] + i * step[0], start[1] + i * step[1])
            found.append(Placed(f"{prefix}{first + i}", kind, *place, turn, chip_pads, 1.0))

    row("C", 10, "c", (-222, -80), (0, 26), 7)
    row("R", 10, "r103", (92, -80), (0, 26), 7)
    row("C", 20, "c2", (-150, -178), (27, 0), 8)
    row("R", 20, "r472", (-160, 138), (27, 0), 9)
    row("C", 30, "c", (330, 0), (0, 26), 4)
    row("R", 30, "r103", (150, 262), (27, 0), 6)
    row("R", 40, "r472", (190, -262), (0, 26), 5)
    row("C", 40, "c", (-398, 158), (27, 0), 4)
    row("C", 50, "c2", (150, 140), (0, 26), 3)
    led_pads = ((-16, 0, 13, 19), (16, 0, 13, 19))
    for i in range(6):
        kind = "green" if i % 3 else "red"
        found.append(Placed(f"D{i + 1}", kind, 152 + i * 29, 330, 90, led_pads, 1.0))
    so8_pads = tuple((s * 44.0, (r - 1.5) * 19, 20.0, 10.0) for s in (-1, 1) for r in range(4))
    so16_pads = tuple((s * 54.0, (r - 3.5) * 19.5, 20.0, 10.0) for s in (-1, 1) for r in range(8))
    can_pads = ((-40, 0, 28, 14), (40, 0, 28, 14))
    found += [
        Placed("U2", "so16", 268, -196, 0, so16_pads, 0.8),
        Placed("U3", "so8", 232, 30, 0, so8_pads, 1.6),
        Placed("U4", "so8b", 232, 142, 0, so8_pads, 1.6),
        Placed("U1", "mcu", -66, 0, 0, _quad_pads(196, 25)),
        Placed("Y1", "crystal", 10, -232, 0, ((-46, 0, 22, 16), (46, 0, 22, 16)), 1.6),
        Placed("U5", "reg", -330, 292, 0, ((0, -52, 96, 34), *((x, 66, 16, 26) for x in (-30.0, 0.0, 30.0)))),
        Placed("L1", "coil", -196, 292, 0, ((-41, 0, 24, 50), (41, 0, 24, 50)), 0.8),
        Placed("C1", "can", -332, 72, 0, can_pads, 1.6),
        Placed("C2", "can", -332, -40, 0, can_pads, 1.6),
        Placed("C3", "can2", -74, 292, 0, can_pads, 1.6),
        Placed("C4", "can2", 16, 292, 0, can_pads, 1.6),
        Placed("K1", "relay", -318, -208, 0, tuple((x, y, 20.0, 20.0) for x in (-70.0, 70.0) for y in (-40.0, 40.0))),
        Placed("M1", "shield", 424, 190, 0, ((0, 0, 140, 186),)),
        Placed("B1", "coin", 418, -196, 0, ((0, -66, 40, 30), (0, 68, 40, 30)), 0.3),
        Placed("J3", "header", 40, -394, 0, tuple(
            ((c - 5.5) * 26.0, y, 14.0, 14.0) for c in range(12) for y in (-13.0, 13.0))),
        Placed("J1", "terminals", -508, -172, 0, tuple((14.0, (p - 2.5) * 44, 26.0, 26.0) for p in range(6))),
        Placed("J2", "usb", -496, 128, 0, ((0, -50, 60, 16), (0, 50, 60, 16))),
        Placed("J4", "socket", 526, -10, 0, tuple((-6.0, (p - 2) * 27.0, 30.0, 14.0) for p in range(5)), 0.3),
    ]  # fmt: skip
    for i, (x, y) in enumerate(((-520, -390), (520, -390), (-520, 390), (520, 390))):
        found.append(Placed(f"H{i + 1}", "screw", x, y, 0, (), 2.0))
    return tuple(found)


def bare_board(scale: float, placed: tuple[Placed, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The board without components: RGB and outline alpha, uint8, at the size of the picture."""
    rng = np.random.default_rng(59)
    art = Sketch(WIDTH, HEIGHT, scale, 4)
    art.box(0, 0, WIDTH, HEIGHT, (96, 116, 70), 2, 12)
    art.box(0, 0, WIDTH - 5, HEIGHT - 5, _MASK, 2, 10)
    art.box(0, 0, WIDTH - 40, HEIGHT - 40, _COPPER, 2.35, 8)
    for x, y, w, h in ((424, 60, 190, 60), (-300, -100, 330, 20), (-508, 20, 110, 60)):
        art.box(x, y, w, h, _MASK, 2, 4)
    for route in _routes(placed):
        art.line(list(route), 13, _MASK, 2.0)
    for route in _routes(placed):
        art.line(list(route), 5.6, _COPPER, 2.4)
    _vias(art, placed, rng)
    for one in placed:
        _footprint(art, one)
    _silk(art, placed)
    weave = smooth_noise(Size.of(art.relief.shape), max(2.0, 3.2 * art.unit_px), rng)
    art.relief += (0.02 * art.unit_px * weave).astype(np.float32)
    rgb, alpha = art.lit(_BOARD, 0.45)
    tone = 1 + 0.012 * smooth_noise(Size.of(alpha.shape), 90 * scale, rng)
    toned = np.clip(rgb.astype(np.float32) * tone[..., None], 0, 255).astype(np.uint8)
    weighted = cv2.multiply(toned, cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR), scale=1 / 255)
    return np.asarray(weighted, np.uint8), alpha


def _quad_pads(side: float, per_side: int) -> tuple[tuple[float, float, float, float], ...]:
    pitch = (side - 22) / (per_side - 1)
    found: list[tuple[float, float, float, float]] = []
    for index in range(per_side):
        offset = (index - (per_side - 1) / 2) * pitch
        for end in (-1, 1):
            found.append((end * (side / 2 + 10), offset, 18, pitch * 0.62))
            found.append((offset, end * (side / 2 + 10), pitch * 0.62, 18))
    return tuple(found)


def _pads_of(one: Placed) -> list[tuple[float, float, float, float]]:
    """Pads in board units; turns are whole quarters."""
    if one.turn % 180 == 0:
        return [(one.x + x, one.y + y, w, h) for x, y, w, h in one.pads]
    return [(one.x - y, one.y + x, h, w) for x, y, w, h in one.pads]


def _routes(placed: tuple[Placed, ...]) -> list[list[tuple[float, float]]]:
    """Traces: parallel buses with 45° bends from the controller to what it serves, and power to the rest."""
    found: list[list[tuple[float, float]]] = []

    def bus(start: tuple[float, float], step: tuple[float, float], n: int, legs: list[tuple[float, float]]) -> None:
        for i in range(n):
            x, y = start[0] + i * step[0], start[1] + i * step[1]
            points = [(x, y)]
            for dx, dy in legs:
                # The inner trace of a bend turns earlier, which keeps the distance.
                x, y = x + dx, y + dy
                points.append((x, y))
            found.append(points)

    bus((48, -66), (0, 14), 9, [(64, 0), (46, -46), (40, 0)])
    bus((48, 62), (0, 14), 2, [(50, 0), (30, 30), (54, 0)])
    bus((-140, -116), (14, 0), 10, [(0, -48), (36, -36), (0, -170)])
    bus((-140, 116), (14, 0), 10, [(0, 34), (-24, 24), (0, 60)])
    bus((-182, -66), (0, 14), 8, [(-60, 0), (-24, 24), (-56, 0)])
    bus((-182, 60), (0, 14), 3, [(-40, 0), (-40, 40), (-150, 0)])
    bus((-452, -280), (0, 44), 6, [(40, 0), (18, 18), (26, 0)])
    bus((-424, 96), (0, 14), 5, [(40, 0), (22, 22), (90, 0)])
    bus((322, -262), (0, 19.5), 7, [(36, 0), (16, 16), (14, 0)])
    bus((276, 2), (0, 19), 4, [(26, 0), (20, 20), (40, 0)])
    bus((276, 114), (0, 19), 4, [(30, 0), (12, 12), (30, 0)])
    bus((490, -60), (0, 27), 5, [(-40, 0), (-30, 30), (-50, 0)])
    bus((152, 312), (29, 0), 6, [(0, -30)])
    bus((-100, -374), (26, 0), 11, [(0, 50), (10, 10), (0, 40)])
    return found


def _vias(art: Sketch, placed: tuple[Placed, ...], rng: np.random.Generator) -> None:
    """Through-connections, kept off the pads."""
    pads = np.array([pad for one in placed for pad in _pads_of(one)])
    for x, y in rng.uniform((-540, -410), (540, 410), (260, 2)):
        near = (np.abs(pads[:, 0] - x) < pads[:, 2] / 2 + 12) & (np.abs(pads[:, 1] - y) < pads[:, 3] / 2 + 12)
        if near.any():
            continue
        art.disk(x, y, 6.2, _MASK, 2.1)
        art.disk(x, y, 4.6, _COPPER, 2.6)
        art.disk(x, y, 2.0, (8, 36, 22), 1.2)


def _footprint(art: Sketch, one: Placed) -> None:
    """Pads with printed solder, and the ring of a mounting hole."""
    if one.sprite == "screw":
        art.disk(one.x, one.y, 38, _MASK, 2)
        art.disk(one.x, one.y, 34, _PAD, 2.4)
        art.disk(one.x, one.y, 17, (16, 17, 18), 0)
        return
    for x, y, w, h in _pads_of(one):
        art.box(x, y, w + 4, h + 4, _MASK, 2.0, 2)
        art.box(x, y, w, h, _PAD, 2.3, 1.5)
        art.box(x, y, w * 0.72, h * 0.72, _PASTE, 2.9, 2)


def _silk(art: Sketch, placed: tuple[Placed, ...]) -> None:
    """White print: outlines, names, the maker's words."""
    outlines = {"so8": (74, 86), "so8b": (74, 86), "so16": (94, 172), "mcu": (240, 240), "reg": (112, 164),
                "coil": (108, 98), "relay": (188, 136), "header": (324, 66), "terminals": (112, 276),
                "usb": (148, 132), "socket": (84, 164), "shield": (166, 212), "can": (104, 92), "can2": (86, 76),
                "crystal": (118, 52)}  # fmt: skip
    for one in placed:
        if one.sprite in outlines:
            w, h = outlines[one.sprite][0] / 2, outlines[one.sprite][1] / 2
            x, y = one.x, one.y
            frame = [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h), (x - w, y - h)]
            art.line(frame, 1.6, _SILK)
            art.text(one.name, x + w - 14, y - h - 9, 10, _SILK)
    art.text("MC-4027", -352, -380, 22, _SILK)
    art.text("MOTOR CONTROL  REV C", -318, -350, 10, _SILK)
    groups = (
        ("C10-16", -222, -104), ("R10-16", 92, -104), ("C20-27", -56, -205), ("R20-28", -52, 164),
        ("R30-35", 218, 236), ("R40-44", 164, -284), ("D1-D6", 332, 332), ("C30-33", 330, -22),
    )  # fmt: skip
    for words, x, y in groups:
        art.text(words, x, y, 9, _SILK)
    for i, words in enumerate(("RUN", "COM", "ERR", "IO1", "IO2", "IO3")):
        art.text(words, 152 + i * 29, 366, 8, _SILK)
    for i, words in enumerate(("+24", "GND", "A", "B", "NO", "C")):
        art.text(words, -440, -282 + i * 44, 9, _SILK)
