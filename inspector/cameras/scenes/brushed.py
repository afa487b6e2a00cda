"""Brushed stainless sheet: a texture without an object, so nothing repeats from part to part but its kind."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes import defects
from inspector.cameras.scenes.scene import DefectKind, PartPlan, Scene
from inspector.cameras.scenes.sensor import LightField, grid_coordinates
from inspector.cameras.scenes.surface import as_u8, grain
from inspector.core.geometry import Size

_TONE = 150
_STEEL = np.array([0.985, 0.995, 1.0], np.float32)


class BrushedScene(Scene):
    """Sheet on its way under a bar light: grain along the line, faint roller marks, a band of highlight."""

    name = "brushed"
    title = "Brushed steel sheet"
    kinds = (DefectKind.SCRATCH, DefectKind.DENT, DefectKind.STAIN, DefectKind.FOREIGN_BODY)

    def _prepare(self, size: Size) -> None:
        """Two sheets of grain larger than the frame; every part is cut from another place of both."""
        rng = np.random.default_rng(31)
        self._scale = max(0.25, min(size.height / 1024, size.width / 1280))
        margin = max(32, size.width // 8), max(32, size.height // 8)
        larger = Size(size.height + margin[1], size.width + margin[0])
        self._fine = _sheet(larger, self._scale, rng, (7, 45, 260), (0.62, 0.70, 0.55), 11.0)
        self._coarse = _sheet(larger, self._scale, rng, (22, 120, 900), (0.40, 0.75, 0.80), 9.0)

    def _compose(self, part: PartPlan, size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rng = part.rng(3)
        gray = cv2.addWeighted(_cut(self._fine, size, rng), 1.0, _cut(self._coarse, size, rng), 1.0, _TONE - 256.0)
        image = as_u8(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB))
        mask = np.zeros((size.height, size.width), np.uint8)
        if part.defect is not None:
            for overlay in _damage(part.defect, size, self._scale, part.rng(4)):
                defects.apply(overlay, image, mask)
        return image, mask

    def _light(self, part: PartPlan, size: Size) -> LightField:
        """Brushed metal spreads a lamp across its grain: a broad band that wanders a little, and roller chatter."""
        rng = part.rng(5)
        light = LightField.vary(rng, size, vignette=0.22)
        y, x = grid_coordinates(size)
        place, tilt = rng.uniform(-0.12, 0.12), rng.uniform(-0.08, 0.08)
        away = x - place - tilt * y
        band = 0.80 + 0.30 * np.exp(-((away / 0.42) ** 2)) + 0.05 * np.exp(-((away / 0.12) ** 2))
        phase = rng.uniform(0, 2 * math.pi)
        chatter = 1 + 0.008 * np.sin(x * 21 + 0.4 * y + phase)
        grid = light.grid * (band * chatter)[..., None] * _STEEL
        return LightField(grid.astype(np.float32))


def _sheet(
    size: Size,
    scale: float,
    rng: np.random.Generator,
    lengths: tuple[int, int, int],
    weights: tuple[float, float, float],
    contrast: float,
) -> NDArray[np.uint8]:
    """Gray grain around 128, made of strokes of three lengths."""
    total = np.zeros((size.height, size.width), np.float32)
    for length, weight in zip(lengths, weights, strict=True):
        total += weight * grain(size, length * scale, rng)
    # Strokes are cut by single grains of abrasive: a few are deep, most are not.
    deep = grain(size, lengths[1] * scale * 1.5, rng)
    total -= 1.1 * np.clip(deep - 2.2, 0, 2)
    total *= np.float32(contrast)
    total += np.float32(128)
    return np.clip(total, 0, 255, out=total).astype(np.uint8)


def _cut(sheet: NDArray[np.uint8], size: Size, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A window of the sheet, perhaps mirrored."""
    top = int(rng.integers(sheet.shape[0] - size.height))
    left = int(rng.integers(sheet.shape[1] - size.width))
    window = sheet[top : top + size.height, left : left + size.width]
    mirror = int(rng.integers(4))
    return window if mirror == 3 else as_u8(cv2.flip(window, mirror - 1))


def _damage(kind: DefectKind, size: Size, scale: float, rng: np.random.Generator) -> list[defects.Overlay]:
    """What is wrong with this sheet, anywhere but at the very edge."""
    center = (size.width * rng.uniform(0.1, 0.9), size.height * rng.uniform(0.1, 0.9))
    if kind is DefectKind.SCRATCH:
        steep = rng.uniform(0.35, 1.2) * rng.choice([-1, 1])
        length = scale * rng.uniform(90, 330)
        width = scale * rng.uniform(1.3, 2.6)
        strength = rng.uniform(0.55, 0.9)
        return [
            defects.scratch(center, steep, length, width, rng, bright=(236, 238, 240), strength=strength),
        ]
    if kind is DefectKind.DENT:
        return [defects.dent(center, scale * rng.uniform(14, 42), rng, depth=rng.uniform(0.55, 1.0))]
    if kind is DefectKind.STAIN:
        tint = [(120, 92, 60), (70, 66, 60), (96, 104, 120)][int(rng.integers(3))]
        return [defects.stain(center, scale * rng.uniform(18, 62), rng, tint=tint, strength=rng.uniform(0.4, 0.8))]
    if rng.random() < 0.5:
        color = [(40, 36, 34), (206, 204, 196), (60, 80, 140)][int(rng.integers(3))]
        length = scale * rng.uniform(60, 190)
        return [defects.fiber(center, length, scale * rng.uniform(1.4, 2.6), rng, color=color)]
    color = [(46, 42, 40), (196, 168, 96), (120, 58, 40)][int(rng.integers(3))]
    return [defects.crumb(center, scale * rng.uniform(6, 17), rng, color=color)]
