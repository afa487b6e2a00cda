"""A small drawing board in the units of a product, for what is easier drawn than computed.

Colors and heights are drawn twice as fine as the picture and then averaged; `finish` lights the heights, so that every
step and chamfer catches the same lamp as everything else in the scene.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes.surface import Array, Material, shade
from inspector.core.geometry import Size

Color = tuple[int, int, int]
_SHIFT = 4
_Draw = Callable[[NDArray[np.uint8], Color | int], object]


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A drawn piece with its shadow, ready to be laid on a picture.

    Attributes:
        rgb: uint8 (h, w, 3), already weighted with `alpha`.
        alpha: uint8 (h, w), of piece and shadow together.
        body: uint8 (h, w), of the piece alone: its ground truth when it is missing.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    body: NDArray[np.uint8]

    @property
    def center(self) -> tuple[float, float]:
        """Its middle in its own pixels."""
        return self.alpha.shape[1] / 2, self.alpha.shape[0] / 2


class Sketch:
    """A canvas around (0, 0), x right and y down, in units; `scale` pixels of the picture measure one unit."""

    def __init__(self, width: float, height: float, scale: float, margin: float = 0) -> None:
        """Make an empty canvas that reaches `margin` beyond width and height on every side."""
        pixels = (math.ceil((width + 2 * margin) * scale), math.ceil((height + 2 * margin) * scale))
        self._fine = 2 if max(pixels) < 2400 else 1
        self._scale = scale
        self._unit = scale * self._fine
        self._size = Size(max(2, pixels[1]), max(2, pixels[0]))
        shape = (self._size.height * self._fine, self._size.width * self._fine)
        self._origin = (shape[1] / 2, shape[0] / 2)
        self.color = np.zeros((*shape, 3), np.uint8)
        self.alpha = np.zeros(shape, np.uint8)
        self.relief = np.zeros(shape, np.float32)

    def polygon(self, points: list[tuple[float, float]], color: Color, z: float | None = None) -> None:
        """Fill a polygon; `z` sets its height in units, None leaves what is there."""
        corners = [np.array([self._fixed(*point) for point in points], np.int32)]
        self._paint(lambda image, value: cv2.fillPoly(image, corners, value, cv2.LINE_AA, _SHIFT), color)
        if z is not None:
            cv2.fillPoly(self.relief, corners, z * self._unit, cv2.LINE_8, _SHIFT)

    def box(
        self, x: float, y: float, width: float, height: float, color: Color, z: float | None = None, corner: float = 0
    ) -> None:
        """Fill a box given by its middle, with rounded corners."""
        w, h = width / 2, height / 2
        r = min(corner, w, h)
        if r <= 0:
            points = [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]
        else:
            points = []
            for cx, cy, start in ((w - r, h - r, 0), (-w + r, h - r, 90), (-w + r, -h + r, 180), (w - r, -h + r, 270)):
                for step in range(7):
                    angle = math.radians(start + step * 15)
                    points.append((x + cx + r * math.cos(angle), y + cy + r * math.sin(angle)))
        self.polygon(points, color, z)

    def disk(self, x: float, y: float, radius: float, color: Color, z: float | None = None) -> None:
        """Fill a circle."""
        middle, reach = self._fixed(x, y), max(1, round(radius * self._unit * (1 << _SHIFT)))
        self._paint(lambda image, value: cv2.circle(image, middle, reach, value, -1, cv2.LINE_AA, _SHIFT), color)
        if z is not None:
            cv2.circle(self.relief, middle, reach, z * self._unit, -1, cv2.LINE_8, _SHIFT)

    def line(self, points: list[tuple[float, float]], width: float, color: Color, z: float | None = None) -> None:
        """Draw a line of straight pieces with round ends."""
        corners = [np.array([self._fixed(*point) for point in points], np.int32)]
        thick = max(1, round(width * self._unit))
        self._paint(lambda image, value: cv2.polylines(image, corners, False, value, thick, cv2.LINE_AA, _SHIFT), color)
        if z is not None:
            cv2.polylines(self.relief, corners, False, z * self._unit, thick, cv2.LINE_8, _SHIFT)

    def text(self, words: str, x: float, y: float, height: float, color: Color, *, upright: bool = False) -> None:
        """Write words around a middle point; capitals are `height` units tall; `upright` turns them to read upward."""
        scale = height * self._unit / 21.0
        thick = max(1, round(height * self._unit / 9))
        (wide, tall), base = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
        ink = np.zeros((tall + base + 4, wide + 4), np.uint8)
        cv2.putText(ink, words, (2, tall + 2), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick, cv2.LINE_AA)
        if upright:
            ink = np.rot90(ink)
        left = round(self._origin[0] + x * self._unit - ink.shape[1] / 2)
        top = round(self._origin[1] + y * self._unit - ink.shape[0] / 2)
        self.stamp(ink, left, top, color)

    def stamp(self, ink: NDArray[np.uint8], left: int, top: int, color: Color) -> None:
        """Print a mask at a place given in fine pixels; what reaches outside is cut."""
        height, width = self.alpha.shape
        y0, x0, y1, x1 = max(0, top), max(0, left), min(height, top + ink.shape[0]), min(width, left + ink.shape[1])
        if y0 >= y1 or x0 >= x1:
            return
        part = ink[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32)[..., None] / 255
        under = self.color[y0:y1, x0:x1]
        under[:] = (under * (1 - part) + np.array(color, np.float32) * part).astype(np.uint8)

    def grid_px(self, x: float, y: float) -> tuple[float, float]:
        """Units to fine pixels, for what is stamped."""
        return self._origin[0] + x * self._unit, self._origin[1] + y * self._unit

    @property
    def unit_px(self) -> float:
        """Fine pixels per unit."""
        return self._unit

    def lit(self, material: Material, soften: float = 0.7) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The lit picture (h, w, 3) and its alpha (h, w), at the size of the picture."""
        relief: Array = np.asarray(cv2.GaussianBlur(self.relief, (0, 0), max(0.5, soften * self._unit)), np.float32)
        bright = shade(self.color, relief, material)
        size = (self._size.width, self._size.height)
        rgb = cv2.resize(bright, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self.alpha, size, interpolation=cv2.INTER_AREA)
        return np.asarray(rgb, np.uint8), np.asarray(alpha, np.uint8)

    def finish(self, material: Material, lift: float, soften: float = 0.7) -> Sprite:
        """Light it, and add the shadow of something `lift` units high."""
        rgb, alpha = self.lit(material, soften)
        weighted = cv2.multiply(rgb, cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR), scale=1 / 255)
        reach = lift * self._scale
        shift = np.array([[1, 0, reach * 0.55], [0, 1, reach * 0.7]], np.float32)
        thrown = cv2.GaussianBlur(
            cv2.warpAffine(alpha, shift, alpha.shape[::-1]), (0, 0), max(0.5, 0.35 * reach)
        ).astype(np.float32)
        body = alpha.astype(np.float32) / 255
        total = body + (1 - body) * thrown / 255 * 0.55
        return Sprite(np.asarray(weighted, np.uint8), np.round(total * 255).astype(np.uint8), alpha)

    def _fixed(self, x: float, y: float) -> tuple[int, int]:
        factor = 1 << _SHIFT
        return (
            round((self._origin[0] + x * self._unit - 0.5) * factor),
            round((self._origin[1] + y * self._unit - 0.5) * factor),
        )

    def _paint(self, draw: _Draw, color: Color) -> None:
        draw(self.color, color)
        draw(self.alpha, 255)
