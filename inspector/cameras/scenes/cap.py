"""Moulded bottle cap on a conveyor belt: an object that lies somewhere near the middle, slightly turned.

The cap is built once a size as a height field (skirt with ribs, edge, panel, embossed words), lit and kept; a part is
that picture with its damage, moved and turned onto another piece of belt. Turns are small, so that light that turns
with the part is not seen.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes import defects
from inspector.cameras.scenes.scene import DefectKind, PartPlan, Scene
from inspector.cameras.scenes.sensor import LightField
from inspector.cameras.scenes.surface import Array, Material, as_u8, blend, darken, grain, shade, smooth_noise
from inspector.core.geometry import Size

_RIBS = 96
_RADIUS = 340
"""Outer radius in pixels of a 1280 × 1024 frame."""
_PLASTIC = (24, 88, 172)
_PLASTIC_MATERIAL = Material(0.40, 0.56, 0.46, 34, 0.20, 0.55, 0.22)
_BELT_MATERIAL = Material(0.5, 0.5, 0.05, 14)
_LETTER_HEIGHT = 0.0115
"""In radii."""
_TURN = math.radians(9)
_SHIFT = 34


class CapScene(Scene):
    """A blue cap, ring light and a lamp from the upper left, dark belt with a woven face."""

    name = "cap"
    title = "Bottle cap"
    kinds = (DefectKind.SCRATCH, DefectKind.DENT, DefectKind.STAIN, DefectKind.MISSING, DefectKind.FOREIGN_BODY)

    def _prepare(self, size: Size) -> None:
        rng = np.random.default_rng(47)
        self._scale = min(size.height / 1024, size.width / 1280)
        self._radius = _RADIUS * self._scale
        self._side = 2 * math.ceil(self._radius * 1.03) + 4
        height, self._alpha, albedo, self._letters = _cap(self._side, self._radius, rng)
        self._lit = shade(albedo, height, _PLASTIC_MATERIAL)
        unfilled = height - np.float32(_LETTER_HEIGHT * self._radius / 255) * self._letters
        self._smooth = shade(albedo, unfilled, _PLASTIC_MATERIAL)
        margin = max(16, round(96 * self._scale))
        self._belt = _belt(Size(size.height + margin, size.width + margin), self._scale, rng)

    def _compose(self, part: PartPlan, size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rng = part.rng(3)
        cap, alpha = self._lit.copy(), self._alpha
        damage = np.zeros(alpha.shape, np.uint8)
        if part.defect is DefectKind.MISSING:
            alpha = self._leave_out(cap, damage, part.rng(4))
        elif part.defect is not None:
            for overlay in self._damage(part.defect, part.rng(4)):
                defects.apply(overlay, cap, damage, None if part.defect is DefectKind.FOREIGN_BODY else alpha)
        image = _window(self._belt, size, rng)
        to_frame = self._pose(size, rng)
        mask = self._lay(image, cap, alpha, damage, to_frame)
        return image, mask

    def _light(self, part: PartPlan, size: Size) -> LightField:
        return LightField.vary(part.rng(5), size, vignette=0.16)

    def _pose(self, size: Size, rng: np.random.Generator) -> NDArray[np.float32]:
        """Where this cap lies: cap pixels to frame pixels."""
        turn = rng.uniform(-_TURN, _TURN)
        x = size.width / 2 + rng.uniform(-1, 1) * _SHIFT * self._scale
        y = size.height / 2 + rng.uniform(-1, 1) * _SHIFT * 0.7 * self._scale
        cos, sin, middle = math.cos(turn), math.sin(turn), self._side / 2
        matrix = [[cos, -sin, x - cos * middle + sin * middle], [sin, cos, y - sin * middle - cos * middle]]
        return np.array(matrix, np.float32)

    def _lay(
        self,
        image: NDArray[np.uint8],
        cap: NDArray[np.uint8],
        alpha: NDArray[np.uint8],
        damage: NDArray[np.uint8],
        to_frame: NDArray[np.float32],
    ) -> NDArray[np.uint8]:
        """Lay the cap on the belt with its shadow; returns the mask of the whole frame."""
        height, width = image.shape[:2]
        middle = self._side / 2
        x, y = (to_frame @ np.array([middle, middle, 1], np.float32)).tolist()
        reach = self._radius * 1.28
        left, top = max(0, math.floor(x - reach)), max(0, math.floor(y - reach))
        right, bottom = min(width, math.ceil(x + reach)), min(height, math.ceil(y + reach))
        here = to_frame.copy()
        here[:, 2] -= (left, top)
        area = (right - left, bottom - top)
        box = image[top:bottom, left:right]
        # The shadow is soft, so a quarter of the pixels is enough.
        small = (max(1, area[0] // 4), max(1, area[1] // 4))
        drop = 0.055 * self._radius
        thrown = here.copy()
        thrown[:, 2] += (drop * 0.8, drop)
        thrown *= 0.25
        blob = cv2.GaussianBlur(cv2.warpAffine(self._alpha, thrown, small), (0, 0), max(0.6, 0.012 * self._radius))
        contact = here * np.float32(0.25)
        near = cv2.GaussianBlur(cv2.warpAffine(self._alpha, contact, small), (0, 0), max(0.6, 0.022 * self._radius))
        shadow = 255 - 0.42 * blob.astype(np.float32) - 0.30 * near.astype(np.float32)
        darken(box, as_u8(cv2.resize(shadow.astype(np.uint8), area, interpolation=cv2.INTER_LINEAR)))
        weighted = cv2.multiply(cap, cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR), scale=1 / 255)
        blend(box, as_u8(cv2.warpAffine(weighted, here, area)), as_u8(cv2.warpAffine(alpha, here, area)))
        mask = np.zeros((height, width), np.uint8)
        if damage.any():
            marked = cv2.warpAffine(damage, here, area)
            mask[top:bottom, left:right] = np.where(marked >= 128, 255, 0)
        return mask

    def _leave_out(
        self, cap: NDArray[np.uint8], damage: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """A short shot: ribs and rim were not filled over an arc, or some letters are missing. Returns the outline."""
        if rng.random() < 0.5:
            return self._short_rim(cap, damage, rng)
        for _ in range(20):
            start, half = rng.uniform(-math.pi, math.pi), rng.uniform(0.10, 0.24)
            here, u, v = self._sector(start, 0.575, 0.28)
            band = np.clip((half - np.abs(v)) * 30 + 0.5, 0, 1) * np.clip((0.105 - np.abs(u - 0.575)) * 40 + 0.5, 0, 1)
            with_words, without = cap[here].astype(np.float32), self._smooth[here].astype(np.float32)
            letters = (self._letters[here] > 60) & (band > 0.5)
            if letters.sum() > 900 * self._scale**2:
                break
        cap[here] = np.clip(with_words + (without - with_words) * band[..., None], 0, 255).astype(np.uint8)
        reach = max(3, round(9 * self._scale) | 1)
        filled = cv2.morphologyEx(letters.astype(np.uint8) * 255, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
        damage[here] = filled
        return self._alpha

    def _short_rim(
        self, cap: NDArray[np.uint8], damage: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """A bite out of the ribs, with a dark edge where the wall is thin."""
        start, half, bite = rng.uniform(-math.pi, math.pi), rng.uniform(0.05, 0.14), rng.uniform(0.035, 0.075)
        here, u, v = self._sector(start, 0.93, 0.2)
        arc = np.abs(v)
        edge = 0.985 - bite * np.sqrt(np.clip(1 - (arc / half) ** 2, 0, 1)) + 0.012 * np.sin(v * 60 + start * 7)
        within = arc < half
        soft = np.clip((edge - u) * self._radius + 0.5, 0, 1)
        damage[here][within & (u > edge) & (u < 1.0)] = 255
        rim = np.exp(-(((u - edge) * self._radius / (3.5 * self._scale)) ** 2)) * within
        cap[here] = np.clip(cap[here] * (1 - 0.35 * rim[..., None]), 0, 255).astype(np.uint8)
        alpha = self._alpha.copy()
        alpha[here] = np.where(within, alpha[here] * soft, alpha[here]).astype(np.uint8)
        return alpha

    def _sector(self, start: float, away: float, reach: float) -> tuple[tuple[slice, slice], Array, Array]:
        """The box around a place on the cap: where it is, and radius and angle from `start` of its pixels."""
        middle, radius = self._side / 2, self._radius
        x, y = middle + away * radius * math.cos(start), middle + away * radius * math.sin(start)
        left, top = max(0, math.floor(x - reach * radius)), max(0, math.floor(y - reach * radius))
        right = min(self._side, math.ceil(x + reach * radius))
        bottom = min(self._side, math.ceil(y + reach * radius))
        columns = (np.arange(left, right, dtype=np.float32) + np.float32(0.5 - middle)) / np.float32(radius)
        rows = (np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - middle)) / np.float32(radius)
        dx, dy = np.meshgrid(columns, rows)
        turned = (np.arctan2(dy, dx) - start + math.pi) % (2 * math.pi) - math.pi
        return (slice(top, bottom), slice(left, right)), np.hypot(dx, dy), np.asarray(turned, np.float32)

    def _damage(self, kind: DefectKind, rng: np.random.Generator) -> list[defects.Overlay]:
        away, where = self._radius * 0.80 * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
        middle = self._side / 2
        center = (middle + away * math.cos(where), middle + away * math.sin(where))
        scale = self._scale
        if kind is DefectKind.SCRATCH:
            length, width = scale * rng.uniform(60, 220), scale * rng.uniform(1.4, 3.0)
            strength = rng.uniform(0.55, 0.9)
            angle = rng.uniform(0, math.pi)
            return [defects.scratch(center, angle, length, width, rng, bright=(168, 196, 232), strength=strength)]
        if kind is DefectKind.DENT:
            return [defects.dent(center, scale * rng.uniform(16, 40), rng, depth=rng.uniform(0.6, 1.0))]
        if kind is DefectKind.STAIN:
            tint = [(96, 66, 40), (40, 38, 40), (120, 104, 30)][int(rng.integers(3))]
            return [defects.stain(center, scale * rng.uniform(14, 46), rng, tint=tint, strength=rng.uniform(0.5, 0.9))]
        pick = rng.random()
        if pick < 0.4:
            color = [(34, 30, 30), (214, 208, 196)][int(rng.integers(2))]
            length = scale * rng.uniform(70, 180)
            return [defects.fiber(center, length, scale * rng.uniform(1.5, 2.6), rng, color=color)]
        color = [(58, 48, 42), (176, 178, 182), (196, 150, 84)][int(rng.integers(3))]
        return [defects.crumb(center, scale * rng.uniform(7, 18), rng, color=color)]


def _polar(side: int, radius: float) -> tuple[Array, Array]:
    """Distance from the middle in radii and angle, of every pixel of the cap's canvas."""
    line = (np.arange(side, dtype=np.float32) + 0.5 - side / 2) / np.float32(radius)
    x, y = np.meshgrid(line, line)
    return np.sqrt(x * x + y * y), np.arctan2(y, x)


def _smoothstep(value: Array, low: float, high: float) -> Array:
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _cap(
    side: int, radius: float, rng: np.random.Generator
) -> tuple[Array, NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Height in pixels, outline, color, and where the letters are."""
    fine = 2 if side < 1600 else 1
    big, reach = side * fine, radius * fine
    u, v = _polar(big, reach)
    rib = _smoothstep(np.float32(0.5) + np.float32(0.5) * np.cos(v * _RIBS), 0.12, 0.88)
    outline = 0.978 + 0.013 * rib
    alpha = np.clip((outline - u) * reach + 0.5, 0, 1)
    # Profile from the outside in: ribbed skirt, rounded edge, rim land, groove, panel with a low dome.
    height = 0.10 * (1 - _smoothstep(u, 0.86, 1.0))
    height += 0.016 * rib * _smoothstep(u, 0.865, 0.90)
    height -= 0.030 * _smoothstep(u, 0.80, 0.865)
    height -= 0.012 * np.exp(-(((u - 0.765) / 0.011) ** 2))
    height -= 0.020 * (1 - _smoothstep(u, 0.715, 0.745))
    height += 0.006 * np.exp(-(((u - 0.44) / 0.008) ** 2)) - 0.045 * np.clip(u, 0, 0.74) ** 2
    height -= 0.008 * np.exp(-((u / 0.022) ** 2)) - 0.005 * np.exp(-(((u - 0.035) / 0.008) ** 2))
    height = height.astype(np.float32) * np.float32(reach)
    words = _words(big, reach)
    height += np.float32(_LETTER_HEIGHT * reach) * words
    height += 0.0095 * reach * _emblem(big, reach)
    eroded = smooth_noise(Size(big, big), 2.4 * fine, rng) * np.clip((0.72 - u) * 60, 0, 1)
    height += (0.035 * fine * eroded).astype(np.float32)
    albedo = np.empty((big, big, 3), np.float32)
    flow = 1 + 0.018 * smooth_noise(Size(big, big), reach * 0.22, rng)
    light = 1 + 0.10 * _smoothstep(u, 0.84, 0.98)
    albedo[:] = np.array(_PLASTIC, np.float32)
    albedo *= (flow * light)[..., None]
    size = (side, side)
    height = cv2.resize(height, size, interpolation=cv2.INTER_AREA) / fine
    outline_u8 = cv2.resize((alpha * 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    color = cv2.resize(np.clip(albedo, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    letters = cv2.resize((words * 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    return (
        np.asarray(height, np.float32),
        np.asarray(outline_u8, np.uint8),
        np.asarray(color, np.uint8),
        np.asarray(letters, np.uint8),
    )


def _words(side: int, radius: float) -> Array:
    """Words around the panel, 0 to 1 with soft flanks: written on a strip, then bent into a circle."""
    around, tall = round(2 * math.pi * 0.575 * radius), round(0.20 * radius)
    strip = np.zeros((tall, around), np.uint8)
    text = "ALPINA  SPRING  WATER   +   PUSH  DOWN  TO  OPEN   +   "
    size = tall / 46
    thick = max(1, round(tall / 15))
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, size, thick)
    cv2.putText(strip, text, (0, round((tall + high) / 2)), cv2.FONT_HERSHEY_DUPLEX, size, 255, thick, cv2.LINE_AA)
    strip = np.asarray(cv2.resize(strip[:, : max(1, wide)], (around, tall), interpolation=cv2.INTER_AREA), np.uint8)
    u, v = _polar(side, radius)
    map_x = ((v / (2 * math.pi)) % 1 * around).astype(np.float32)
    map_y = (((0.675 - u) / 0.20) * tall).astype(np.float32)
    bent = cv2.remap(strip, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return _flanks(as_u8(bent), radius)


def _emblem(side: int, radius: float) -> Array:
    """Peaks over waves in the middle, 0 to 1 with soft flanks."""
    mask = np.zeros((side, side), np.uint8)
    middle = side / 2

    def at(x: float, y: float) -> tuple[int, int]:
        return round(middle + x * radius), round(middle + y * radius)

    peaks = [(-0.27, 0.07), (-0.12, -0.16), (-0.04, -0.05), (0.07, -0.25), (0.28, 0.07)]
    cv2.fillPoly(mask, [np.array([at(*p) for p in peaks], np.int32)], 255, cv2.LINE_AA)
    snow = [(0.07, -0.19), (0.115, -0.115), (0.07, -0.09), (0.025, -0.12)]
    cv2.fillPoly(mask, [np.array([at(*p) for p in snow], np.int32)], 0, cv2.LINE_AA)
    for row in range(3):
        x = np.linspace(-0.26 + 0.04 * row, 0.26 - 0.04 * row, 60)
        y = 0.14 + 0.065 * row + 0.016 * np.sin(x * 34 + row)
        points = np.array([at(float(a), float(b)) for a, b in zip(x, y, strict=True)], np.int32)
        cv2.polylines(mask, [points], False, 255, max(1, round(0.022 * radius)), cv2.LINE_AA)
    return _flanks(mask, radius)


def _flanks(mask: NDArray[np.uint8], radius: float) -> Array:
    """Moulded edges are never sharp."""
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.5, radius * 0.0042))
    return np.asarray(soft, np.float32) * np.float32(1 / 255)


def _belt(size: Size, scale: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Dark belt: embossed weave, wear along its way, dust."""
    y = np.arange(size.height, dtype=np.float32)[:, None] / np.float32(scale)
    x = np.arange(size.width, dtype=np.float32)[None, :] / np.float32(scale)
    # sin(a + b) · sin(a − b), written so that only lines are computed
    weave = np.sin(x * 0.52) ** 2 - np.sin(y * 0.52) ** 2
    height = weave * np.float32(0.55 * scale) + np.float32(0.10) * smooth_noise(size, 2.2, rng)
    tone = 58 + 2.2 * smooth_noise(size, 140 * scale, rng) + 1.8 * grain(size, 240 * scale, rng)
    tone += 3.2 * np.clip(grain(size, 60 * scale, rng) - 1.6, 0, 3)
    dust = np.clip(smooth_noise(size, max(2.0, 3.2 * scale), rng) - 3.4, 0, 1.2)
    tone += 26 * dust
    channels = [cv2.convertScaleAbs(tone, alpha=share) for share in (0.93, 1.02, 1.03)]
    return shade(np.asarray(cv2.merge(channels), np.uint8), height, _BELT_MATERIAL)


def _window(belt: NDArray[np.uint8], size: Size, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another piece of the belt for every part."""
    top = int(rng.integers(belt.shape[0] - size.height))
    left = int(rng.integers(belt.shape[1] - size.width))
    return belt[top : top + size.height, left : left + size.width].copy()
