"""The components of the drawn circuit board, each a sprite in board units."""

import math

import cv2
import numpy as np

from inspector.cameras.scenes.sketch import Color, Sketch, Sprite
from inspector.cameras.scenes.surface import Material

TIN: Color = (188, 190, 192)
GOLD: Color = (206, 170, 92)
EPOXY: Color = (38, 38, 41)
LASER: Color = (138, 140, 142)
PRINT: Color = (226, 228, 224)

_PLASTIC = Material(0.5, 0.5, 0.10, 22, 0.05, 0.5, 0.3)
_METAL = Material(0.33, 0.46, 0.34, 26, 0.14, 0.45, 0.3)


def chip(scale: float, body: Color, mark: str) -> Sprite:
    """A two-pole chip, 30 × 15: ceramic body between tinned ends and solder."""
    art = Sketch(38, 16, scale, 5)
    for side in (-1, 1):
        art.box(side * 15.5, 0, 7, 15, (150, 152, 153), 0.5, 3)
        art.box(side * 12.2, 0, 6, 14.5, (206, 207, 206), 3.0, 1.2)
    art.box(0, 0, 20, 14.5, body, 3.2, 0.6)
    if mark:
        art.text(mark, 0, 0, 6.6, (214, 214, 210))
    return art.finish(_PLASTIC, 3.5, 0.6)


def led(scale: float, lens: Color) -> Sprite:
    """A light-emitting diode, 34 × 20, with a clear lens over the die."""
    art = Sketch(42, 20, scale, 5)
    for side in (-1, 1):
        art.box(side * 16, 0, 9, 17, (178, 180, 180), 0.8, 2)
    art.box(0, 0, 26, 19, (214, 208, 186), 3.0, 1)
    art.disk(0, 0, 7.6, lens, 4.6)
    art.disk(0.5, 0.5, 3, tuple(min(255, c + 50) for c in lens))  # type: ignore[arg-type]
    return art.finish(_PLASTIC, 4, 0.9)


def leaded(scale: float, width: float, height: float, per_side: int, pitch: float, marks: tuple[str, ...]) -> Sprite:
    """A small-outline package: gull-wing leads left and right."""
    art = Sketch(width + 34, height, scale, 8)
    for side in (-1, 1):
        for row in range(per_side):
            y = (row - (per_side - 1) / 2) * pitch
            _lead(art, side * (width / 2 + 7), y, 18, pitch * 0.42)
    art.box(0, 0, width, height, EPOXY, 5.5, 1)
    art.box(0, 0, width - 5, height - 5, (45, 45, 48), 6.6, 1)
    art.disk(-width / 2 + 10, -height / 2 + 10, 3.6, (30, 30, 32), 5.8)
    _marks(art, marks, 8.5 if width < 80 else 10.5)
    return art.finish(_PLASTIC, 7, 0.8)


def quad(scale: float, side: float, per_side: int, marks: tuple[str, ...]) -> Sprite:
    """A quad flat package with leads on all sides."""
    art = Sketch(side + 36, side + 36, scale, 6)
    pitch = (side - 22) / (per_side - 1)
    for index in range(per_side):
        offset = (index - (per_side - 1) / 2) * pitch
        for end in (-1, 1):
            _lead(art, end * (side / 2 + 7), offset, 19, pitch * 0.46)
            art.box(offset, end * (side / 2 + 7), pitch * 0.46, 19, (196, 197, 196), 1.6)
            art.box(offset, end * (side / 2 + 13), pitch * 0.5, 7, (168, 169, 168), 0.6)
    corner = 9
    half = side / 2
    art.polygon(
        [(-half + corner, -half), (half - 4, -half), (half, -half + 4), (half, half - 4), (half - 4, half),
         (-half + 4, half), (-half, half - 4), (-half, -half + corner)],
        EPOXY, 5.5,
    )  # fmt: skip
    art.box(0, 0, side - 8, side - 8, (45, 45, 48), 6.8, 3)
    art.disk(-half + 22, -half + 22, 6.5, (31, 31, 33), 5.8)
    _marks(art, marks, 13)
    return art.finish(_PLASTIC, 8, 0.8)


def regulator(scale: float) -> Sprite:
    """A power package: epoxy body on a metal tab, three leads."""
    art = Sketch(100, 150, scale, 8)
    art.box(0, -52, 92, 30, TIN, 2.2, 2)
    for x in (-30, 0, 30):
        art.box(x, 58, 12, 34, (194, 195, 194), 1.6)
    art.box(0, 0, 100, 84, EPOXY, 8, 2)
    art.box(0, 0, 93, 77, (44, 44, 47), 9.4, 2)
    _marks(art, ("VR2940", "5.0  J47"), 10.5)
    return art.finish(_PLASTIC, 9, 0.8)


def can(scale: float, radius: float, marks: tuple[str, ...]) -> Sprite:
    """An aluminium electrolytic capacitor on its plastic base, dark segment at the minus pole."""
    side = 2 * radius + 8
    art = Sketch(side + 18, side, scale, 14)
    for end in (-1, 1):
        art.box(end * side / 2, 0, 16, 11, (190, 191, 190), 1.2)
    h = side / 2
    art.polygon([(-h, -h + 14), (-h + 14, -h), (h, -h), (h, h), (-h + 14, h), (-h, h - 14)], (26, 26, 28), 4)
    art.disk(0, 0, radius, (150, 152, 154), 16)
    art.disk(0, 0, radius - 3, (202, 204, 205), 18)
    angles = np.linspace(-0.9, 0.9, 20)
    reach = radius - 4.5
    segment = [(-reach * math.cos(float(a)), reach * math.sin(float(a))) for a in angles]
    art.polygon(segment, (48, 50, 56))
    for row, words in enumerate(marks):
        art.text(words, 5, (row - (len(marks) - 1) / 2) * 14, 8.6, (60, 62, 66))
    return art.finish(_METAL, 14, 1.0)


def coil(scale: float) -> Sprite:
    """A shielded power inductor."""
    art = Sketch(96, 90, scale, 10)
    for end in (-1, 1):
        art.box(end * 41, 0, 16, 44, (188, 189, 188), 1.5)
    art.box(0, 0, 88, 88, (58, 59, 62), 10, 14)
    art.box(0, 0, 80, 80, (66, 67, 70), 12, 12)
    art.disk(0, 0, 30, (74, 75, 78), 10.5)
    art.disk(0, 0, 27, (62, 63, 66), 12)
    art.text("220", 0, 0, 15, (212, 212, 206))
    return art.finish(_PLASTIC, 11, 1.0)


def crystal(scale: float) -> Sprite:
    """A quartz in its flat metal case."""
    art = Sketch(104, 42, scale, 8)
    for end in (-1, 1):
        art.box(end * 48, 0, 12, 9, (190, 191, 190), 1.2)
    art.box(0, 0, 92, 40, (150, 152, 154), 5, 20)
    art.box(0, 0, 84, 32, (208, 209, 208), 9, 16)
    art.text("16.000", 0, 0, 11, (96, 98, 102))
    return art.finish(_METAL, 9, 1.0)


def relay(scale: float) -> Sprite:
    """A sealed relay in a cream box."""
    art = Sketch(176, 124, scale, 16)
    art.box(0, 0, 176, 124, (196, 184, 156), 22, 4)
    art.box(0, 0, 169, 117, (222, 211, 182), 25, 4)
    art.line([(-66, 28), (-20, 28), (-20, 40), (20, 40), (20, 28), (66, 28)], 2.2, (96, 88, 74))
    art.text("RY2-24V", 0, -30, 17, (74, 68, 60))
    art.text("5A 250VAC  CN", 0, -4, 10, (92, 86, 76))
    art.disk(-74, -46, 4, (150, 140, 116), 22)
    return art.finish(_PLASTIC, 20, 1.2)


def shield(scale: float) -> Sprite:
    """A radio module under its shielding can, with a laser-marked label."""
    art = Sketch(150, 196, scale, 10)
    art.box(0, 0, 150, 196, (168, 170, 172), 6, 3)
    art.box(0, 0, 143, 189, (204, 205, 205), 9, 4)
    for x in (-58, 58):
        for y in (-80, 80):
            art.disk(x, y, 5, (150, 151, 152), 7)
    art.box(0, -84, 60, 5, (150, 152, 153), 8)
    art.text("WM-220", 0, -38, 17, (88, 90, 94))
    art.text("ID  2AB4N", 0, -10, 10, (104, 106, 110))
    art.text("REV 0197", 0, 12, 10, (104, 106, 110))
    _code(art, 0, 50, 46, 14, 3, (86, 88, 92))
    return art.finish(_METAL, 9, 0.9)


def coin(scale: float) -> Sprite:
    """A coin cell under its spring."""
    art = Sketch(164, 164, scale, 12)
    art.box(0, 0, 160, 70, (30, 31, 33), 6, 8)
    art.disk(0, 0, 74, (158, 160, 162), 12)
    art.disk(0, 0, 70, (206, 207, 206), 14)
    art.disk(0, 0, 60, (194, 196, 196), 13.4)
    art.text("+", 0, -34, 22, (128, 130, 132))
    art.text("CR2032", 0, 2, 15, (130, 132, 134))
    art.text("3V", 0, 28, 13, (130, 132, 134))
    art.box(0, -66, 34, 26, (200, 201, 200), 17, 3)
    art.box(0, 68, 34, 22, (200, 201, 200), 17, 3)
    return art.finish(_METAL, 12, 1.2)


def header(scale: float, columns: int) -> Sprite:
    """A double row of pins in black plastic."""
    pitch = 26.0
    wide = columns * pitch
    art = Sketch(wide, 56, scale, 12)
    for column in range(columns):
        x = (column - (columns - 1) / 2) * pitch
        art.box(x, 0, pitch - 1.5, 54, (30, 30, 32), 12, 4)
        for y in (-13, 13):
            art.box(x, y, 11, 11, (150, 118, 52), 18, 1)
            art.box(x, y, 7, 7, (232, 200, 122), 22, 1)
    return art.finish(_PLASTIC, 14, 0.8)


def terminals(scale: float, poles: int) -> Sprite:
    """A green terminal block: a screw and an opening for every wire."""
    pitch = 44.0
    tall = poles * pitch
    art = Sketch(100, tall, scale, 16)
    art.box(0, 0, 100, tall, (34, 118, 74), 18, 2)
    for pole in range(poles):
        y = (pole - (poles - 1) / 2) * pitch
        art.box(10, y, 74, pitch - 4, (42, 138, 88), 22, 2)
        art.disk(14, y, 16.5, (18, 64, 40), 10)
        art.disk(14, y, 14.5, (192, 194, 194), 15)
        turn = 0.35 + 0.7 * pole
        dx, dy = 12 * math.cos(turn), 12 * math.sin(turn)
        art.line([(14 - dx, y - dy), (14 + dx, y + dy)], 4, (86, 88, 90), 11)
        art.box(-38, y, 18, 26, (16, 44, 30), 6, 2)
    return art.finish(_PLASTIC, 16, 1.0)


def usb(scale: float) -> Sprite:
    """A square metal socket at the edge of the board."""
    art = Sketch(136, 120, scale, 14)
    art.box(0, 0, 136, 120, (170, 172, 174), 18, 3)
    art.box(3, 0, 126, 112, (206, 207, 207), 21, 3)
    for y in (-30, 30):
        art.box(20, y, 40, 14, (120, 122, 124), 16, 2)
        art.box(24, y, 30, 9, (192, 194, 194), 19, 2)
    art.line([(-52, -56), (-52, 56)], 2.4, (140, 142, 144), 18)
    return art.finish(_METAL, 16, 1.1)


def socket(scale: float, poles: int) -> Sprite:
    """A white wire connector with its pins."""
    pitch = 27.0
    tall = poles * pitch + 18
    art = Sketch(72, tall, scale, 12)
    art.box(0, 0, 72, tall, (214, 212, 202), 18, 3)
    art.box(-5, 0, 50, tall - 14, (180, 178, 168), 8, 2)
    art.box(30, 0, 8, tall * 0.5, (196, 194, 184), 22)
    for pole in range(poles):
        y = (pole - (poles - 1) / 2) * pitch
        art.box(-6, y, 26, 8, (150, 152, 152), 11)
        art.box(-6, y, 22, 5, (220, 221, 220), 13)
    return art.finish(_PLASTIC, 14, 1.0)


def screw(scale: float, turn: float) -> Sprite:
    """A pan-head screw with a cross recess, on its washer."""
    art = Sketch(66, 66, scale, 10)
    art.disk(0, 0, 33, (150, 152, 154), 2)
    art.disk(0, 0, 28, (176, 178, 180), 5)
    for radius, z in ((24, 9.0), (22, 11.5), (19, 13.2), (15, 14.2), (10, 14.7)):
        art.disk(0, 0, radius, (190, 192, 194), z)
    for arm in (turn, turn + math.pi / 2):
        dx, dy = 14 * math.cos(arm), 14 * math.sin(arm)
        art.line([(-dx, -dy), (dx, dy)], 5.4, (84, 86, 90), 8)
    art.disk(0, 0, 5.5, (58, 60, 64), 5)
    return art.finish(_METAL, 10, 1.2)


def label(scale: float, serial: int) -> Sprite:
    """A paper label with a square code and a serial number that differs on every board."""
    art = Sketch(178, 62, scale, 4)
    art.box(0, 0, 178, 62, (232, 232, 226), 0.8, 3)
    _code(art, -62, 0, 46, 16, serial, (34, 34, 36))
    art.text("MC-4027 C", 26, -16, 10.5, (44, 44, 46))
    art.text(f"SN {serial % 1_000_000:06d}", 26, 2, 11.5, (44, 44, 46))
    art.text("24VDC  RoHS", 26, 19, 8.5, (70, 70, 72))
    return art.finish(Material(0.55, 0.45, 0.03, 12), 1.2, 0.5)


def _lead(art: Sketch, x: float, y: float, length: float, width: float) -> None:
    """One gull-wing lead along x: knee near the body, foot in its solder."""
    art.box(x, y, length, width, (198, 199, 198), 1.8)
    art.box(x + math.copysign(length * 0.3, x), y, length * 0.45, width * 1.15, (170, 171, 170), 0.6)


def _marks(art: Sketch, marks: tuple[str, ...], height: float) -> None:
    for row, words in enumerate(marks):
        art.text(words, 0, (row - (len(marks) - 1) / 2) * height * 1.75, height, LASER)


def _code(art: Sketch, x: float, y: float, side: float, cells: int, value: int, ink: Color) -> None:
    """A matrix code: solid left and lower edge, dashed upper and right edge, the rest by value."""
    bits = np.random.default_rng([7, value]).integers(0, 2, (cells, cells)).astype(np.uint8)
    bits[:, 0], bits[-1, :] = 1, 1
    bits[0, :], bits[:, -1] = np.arange(cells) % 2 == 0, np.arange(cells) % 2 == 1
    pixels = max(cells, round(side * art.unit_px))
    left, top = art.grid_px(x - side / 2, y - side / 2)
    mask = cv2.resize(bits * 255, (pixels, pixels), interpolation=cv2.INTER_NEAREST)
    art.stamp(np.asarray(mask, np.uint8), round(left), round(top), ink)
