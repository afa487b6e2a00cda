"""Damage that can lie on any product: scratches, dents, stains and things that do not belong there.

Each function returns a small `Overlay`; `apply` lays it on the picture and writes the ground truth. Sizes are given in
pixels by the product, which knows its scale.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes.surface import smooth_noise
from inspector.core.geometry import Size

Array = NDArray[np.float32]
Color = tuple[float, float, float]
_FINE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A patch of damage; arrays are float32 (h, w) or (h, w, 3) and share their first two sides.

    Attributes:
        left, top: where it lies in the picture; may reach outside.
        factor: multiplies what is there, (h, w, 3).
        color: what covers it, (h, w, 3).
        alpha: how much is covered, (h, w), 0 to 1.
        extent: how much each pixel belongs to the damage, (h, w); ground truth from 0.5 on.
    """

    left: int
    top: int
    factor: Array
    color: Array
    alpha: Array
    extent: Array


def apply(
    overlay: Overlay,
    image: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    allowed: NDArray[np.uint8] | None = None,
) -> None:
    """Lay damage on a picture and mark it, in place.

    Args:
        overlay: what to lay on.
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (H, W) ground truth.
        allowed: uint8 (H, W), 0 where the damage cannot be (outside the part); None allows it everywhere.
    """
    height, width = mask.shape
    rows, columns = overlay.alpha.shape
    top, left = max(0, overlay.top), max(0, overlay.left)
    bottom, right = min(height, overlay.top + rows), min(width, overlay.left + columns)
    if top >= bottom or left >= right:
        return
    here = (slice(top, bottom), slice(left, right))
    there = (slice(top - overlay.top, bottom - overlay.top), slice(left - overlay.left, right - overlay.left))
    factor, alpha, extent = overlay.factor[there], overlay.alpha[there], overlay.extent[there]
    if allowed is not None:
        share = allowed[here].astype(np.float32) * np.float32(1 / 255)
        factor = 1 + (factor - 1) * share[..., None]
        alpha, extent = alpha * share, extent * share
    before = image[here].astype(np.float32)
    after = before * factor * (1 - alpha[..., None]) + overlay.color[there] * alpha[..., None]
    image[here] = np.clip(np.round(after), 0, 255).astype(np.uint8)
    # Damage thinner than a pixel still belongs somewhere: to where it shows most.
    mask[here][extent >= 0.5 * min(1.0, float(extent.max()))] = 255


def scratch(
    center: tuple[float, float],
    angle: float,
    length_px: float,
    width_px: float,
    rng: np.random.Generator,
    *,
    bright: Color,
    strength: float,
) -> Overlay:
    """A thin, slightly bent line whose depth comes and goes, with a bright and a dark flank."""
    bend = rng.uniform(-0.16, 0.16) * length_px
    steps = np.linspace(-0.5, 0.5, 48)
    wobble = np.cumsum(rng.standard_normal(48)) * 0.006 * length_px / math.sqrt(48)
    across = bend * (1 - 4 * steps**2) + wobble
    x = center[0] + length_px * steps * math.cos(angle) - across * math.sin(angle)
    y = center[1] + length_px * steps * math.sin(angle) + across * math.cos(angle)
    press = np.clip(np.sin((steps + 0.5) * math.pi) ** 0.5 * (0.75 + 0.35 * np.sin(steps * rng.uniform(9, 25))), 0.2, 1)
    patch = _Patch.around(x, y, margin_px=3 * width_px + 4)
    line = np.zeros(patch.fine_shape, np.uint8)
    points = patch.fine_points(x, y)
    for i in range(len(points) - 1):
        thickness = max(1, round(float(width_px * press[i]) * _FINE))
        level = round(255 * float(0.45 + 0.55 * press[i]))
        cv2.line(line, points[i], points[i + 1], level, thickness, cv2.LINE_AA)
    core = patch.shrink(line)
    # The flank that turns away from the lamp (upper left) is dark.
    shift = np.array([[1, 0, 0.7 * width_px], [0, 1, 0.7 * width_px]], np.float32)
    flank = cv2.warpAffine(core, shift, core.shape[::-1])
    factor = np.repeat((1 - 0.55 * strength * np.clip(flank - core, 0, 1))[..., None], 3, axis=2)
    extent = cv2.dilate(core, np.ones((3, 3), np.uint8)) * 1.6
    return patch.overlay(factor, _flat(bright, core.shape), core * strength, extent)


def dent(center: tuple[float, float], radius_px: float, rng: np.random.Generator, *, depth: float) -> Overlay:
    """A shallow pit: the side toward the lamp in shadow, the far side lit, a glint at the rim."""
    stretch = rng.uniform(0.75, 1.3)
    turn = rng.uniform(0, math.pi)
    patch = _Patch.disk(center, radius_px * 1.9)
    dx, dy = patch.coordinates(center)
    u = (dx * math.cos(turn) + dy * math.sin(turn)) / (radius_px * stretch)
    v = (-dx * math.sin(turn) + dy * math.cos(turn)) / (radius_px / stretch)
    radius = np.sqrt(u * u + v * v)
    irregular = 1 + 0.07 * smooth_noise(Size.of(radius.shape), max(4.0, radius_px * 0.9), rng)
    radius = radius * irregular
    pit = -np.exp(-((radius / 0.66) ** 2.6))
    gx, gy = np.gradient(cv2.GaussianBlur(pit, (0, 0), max(0.6, radius_px * 0.06)))[::-1]
    lean = (gx * -0.63 + gy * -0.78) * radius_px
    lit = 1 - depth * 0.42 * lean
    bottom = 1 - 0.10 * depth * np.exp(-((radius / 0.6) ** 4))
    glint = np.clip((lean * -1 - 0.75) * 0.5 * depth, 0, 0.8).astype(np.float32)
    factor = np.repeat(np.clip(lit * bottom, 0.25, 1.9)[..., None], 3, axis=2)
    extent = (radius < 0.98).astype(np.float32)
    return patch.overlay(factor, _flat((255, 255, 250), radius.shape), glint, extent)


def stain(
    center: tuple[float, float], radius_px: float, rng: np.random.Generator, *, tint: Color, strength: float
) -> Overlay:
    """A dried spill: irregular outline, thin in the middle, dark where it dried last, a few drops beside it."""
    patch = _Patch.disk(center, radius_px * 2.2)
    dx, dy = patch.coordinates(center)
    size = Size.of(dx.shape)
    turn, stretch = rng.uniform(0, math.pi), rng.uniform(0.7, 1.0)
    u = dx * math.cos(turn) + dy * math.sin(turn)
    v = (-dx * math.sin(turn) + dy * math.cos(turn)) / stretch
    radius = np.sqrt(u * u + v * v) / radius_px
    ragged = 0.16 * smooth_noise(size, radius_px * 0.8, rng) + 0.05 * smooth_noise(size, radius_px * 0.25, rng)
    outline = radius + ragged
    soft = max(1.0, radius_px * 0.05) / radius_px
    body = 1 / (1 + np.exp(np.clip((outline - 0.9) / soft * 2.2, -30, 30)))
    edge = np.exp(-(((outline - 0.86) / 0.07) ** 2))
    cloud = 0.8 + 0.2 * np.tanh(smooth_noise(size, radius_px * 0.4, rng))
    amount = np.clip(body * (0.62 * cloud) + 0.38 * edge * body, 0, 1)
    extent = body.astype(np.float32)
    for _ in range(int(rng.integers(0, 4))):
        drop_px = radius_px * rng.uniform(0.05, 0.13)
        away, where = rng.uniform(1.15, 1.75) * radius_px, rng.uniform(0, 2 * math.pi)
        distance = np.hypot(dx - away * math.cos(where), dy - away * math.sin(where))
        drop = np.clip((drop_px - distance) / max(0.8, drop_px * 0.25) + 0.5, 0, 1)
        amount = np.maximum(amount, drop * 0.8)
        extent = np.maximum(extent, drop).astype(np.float32)
    color = np.array(tint, np.float32) / 255
    factor = 1 - strength * amount[..., None] * (1 - color)
    zero = np.zeros(radius.shape, np.float32)
    return patch.overlay(factor.astype(np.float32), _flat((0, 0, 0), radius.shape), zero, extent)


def fiber(
    center: tuple[float, float], length_px: float, width_px: float, rng: np.random.Generator, *, color: Color
) -> Overlay:
    """A hair or thread that lies on the part, with its soft shadow."""
    heading = rng.uniform(0, 2 * math.pi)
    turns = np.cumsum(rng.normal(0, 0.11, 64)) + np.linspace(0, rng.uniform(-2.6, 2.6), 64)
    x = np.cumsum(np.cos(heading + turns)) * length_px / 64
    y = np.cumsum(np.sin(heading + turns)) * length_px / 64
    x, y = x - x.mean() + center[0], y - y.mean() + center[1]
    patch = _Patch.around(x, y, margin_px=5 * width_px + 5)
    line = np.zeros(patch.fine_shape, np.uint8)
    points = np.array(patch.fine_points(x, y), np.int32)
    cv2.polylines(line, [points], False, 255, max(1, round(width_px * _FINE)), cv2.LINE_AA)
    body = patch.shrink(line)
    return _lying(patch, body, _flat(color, body.shape), width_px, rng)


def crumb(center: tuple[float, float], radius_px: float, rng: np.random.Generator, *, color: Color) -> Overlay:
    """A chip, crumb or flake with facets that catch the light, and its shadow."""
    corners = int(rng.integers(6, 10))
    angles = (np.arange(corners) + rng.uniform(-0.4, 0.4, corners)) * (2 * math.pi / corners)
    reach = radius_px * rng.uniform(0.6, 1.2, corners)
    x, y = center[0] + reach * np.cos(angles), center[1] + reach * np.sin(angles)
    patch = _Patch.around(x, y, margin_px=0.8 * radius_px + 5)
    shape = np.zeros(patch.fine_shape, np.uint8)
    cv2.fillPoly(shape, [np.array(patch.fine_points(x, y), np.int32)], 255, cv2.LINE_AA)
    body = patch.shrink(shape)
    relief = smooth_noise(Size.of(body.shape), max(2.0, radius_px * 0.55), rng)
    light = np.clip(0.9 + 0.35 * relief, 0.3, 1.9)[..., None]
    faceted = np.clip(_flat(color, body.shape) * light, 0, 255).astype(np.float32)
    return _lying(patch, body, faceted, radius_px * 0.4, rng)


def ball(center: tuple[float, float], radius_px: float, *, color: Color) -> Overlay:
    """A bright sphere: a solder ball or a bearing ball."""
    patch = _Patch.disk(center, radius_px * 2.4)
    dx, dy = patch.coordinates(center)
    radius = np.sqrt(dx * dx + dy * dy) / radius_px
    body = np.clip((1 - radius) * radius_px + 0.5, 0, 1).astype(np.float32)
    up = np.sqrt(np.clip(1 - radius**2, 0, 1))
    toward = np.clip((-0.42 * dx - 0.52 * dy) / radius_px + 0.74 * up, 0, 1)
    gleam = np.exp(-((np.hypot(dx / radius_px + 0.3, dy / radius_px + 0.36) / 0.28) ** 2))
    tone = (0.22 + 0.72 * toward**1.5 + 0.6 * gleam)[..., None]
    tinted = np.clip(_flat(color, body.shape) * tone, 0, 255).astype(np.float32)
    return _lying(patch, body, tinted, radius_px * 0.5, None)


def _lying(patch: "_Patch", body: Array, color: Array, height_px: float, rng: np.random.Generator | None) -> Overlay:
    """Something on top of the surface: opaque, with a shadow away from the lamp."""
    lift = height_px * (0.8 if rng is None else float(rng.uniform(0.6, 1.4)))
    shift = np.array([[1, 0, lift * 0.8 + 0.5], [0, 1, lift + 0.5]], np.float32)
    shadow = cv2.GaussianBlur(cv2.warpAffine(body, shift, body.shape[::-1]), (0, 0), 0.7 + lift * 0.5)
    factor = np.repeat((1 - 0.5 * shadow)[..., None], 3, axis=2).astype(np.float32)
    extent = cv2.dilate(body, np.ones((3, 3), np.uint8)) * 1.3
    return patch.overlay(factor, color, body * 0.96, extent)


@dataclass(frozen=True, slots=True)
class _Patch:
    """A box of whole pixels around a piece of damage, drawn four times as fine for smooth edges."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, x: NDArray[np.float64], y: NDArray[np.float64], margin_px: float) -> "_Patch":
        left, top = math.floor(x.min() - margin_px), math.floor(y.min() - margin_px)
        return cls(left, top, math.ceil(x.max() + margin_px) - left, math.ceil(y.max() + margin_px) - top)

    @classmethod
    def disk(cls, center: tuple[float, float], reach_px: float) -> "_Patch":
        x, y = np.array([center[0]]), np.array([center[1]])
        return cls.around(x, y, reach_px + 2)

    @property
    def fine_shape(self) -> tuple[int, int]:
        return self.height * _FINE, self.width * _FINE

    def fine_points(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[tuple[int, int]]:
        return [
            (round((float(px) - self.left) * _FINE), round((float(py) - self.top) * _FINE))
            for px, py in zip(x, y, strict=True)
        ]

    def shrink(self, fine: NDArray[np.uint8]) -> Array:
        small = cv2.resize(fine, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32) * np.float32(1 / 255)

    def coordinates(self, center: tuple[float, float]) -> tuple[Array, Array]:
        x = np.arange(self.width, dtype=np.float32) + (self.left + 0.5 - center[0])
        y = np.arange(self.height, dtype=np.float32) + (self.top + 0.5 - center[1])
        columns, rows = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return columns, rows

    def overlay(self, factor: Array, color: Array, alpha: Array, extent: Array) -> Overlay:
        return Overlay(self.left, self.top, factor, color, alpha, extent)


def _flat(color: Color, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(np.array(color, np.float32), (*shape[:2], 3))
