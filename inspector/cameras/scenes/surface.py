"""Surfaces for drawn products: noise, heights and how they shine. Used once a size, for static layers."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Material:
    """How a surface answers light.

    Attributes:
        ambient, diffuse: share of even and of directed light.
        gloss, gloss_power: strength and narrowness of the highlight of the main lamp.
        ring, ring_slope, ring_width: reflection of a ring lamp around the lens, seen where the surface leans by
            `ring_slope` (tangent) in any direction.
    """

    ambient: float = 0.45
    diffuse: float = 0.6
    gloss: float = 0.25
    gloss_power: float = 40.0
    ring: float = 0.0
    ring_slope: float = 0.6
    ring_width: float = 0.2


_STRIP_ROWS = 64

LAMP = np.array([-0.42, -0.52, 0.74], np.float32)
"""Direction to the main lamp: from the upper left, x right, y down, z to the camera."""


def smooth_noise(size: Size, cell_px: float, rng: np.random.Generator) -> Array:
    """Soft noise with deviation 1 and about `cell_px` from hill to hill."""
    rows = max(2, round(size.height / cell_px) + 2)
    columns = max(2, round(size.width / cell_px) + 2)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    fine = cv2.resize(coarse, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    fine -= fine.mean()
    deviation = float(fine.std())
    return np.asarray(fine / deviation if deviation > 0 else fine, np.float32)


def grain(size: Size, length_px: float, rng: np.random.Generator, *, along_x: bool = True) -> Array:
    """White noise smeared along one axis, deviation 1: brushing, extrusion, rolling."""
    # Even chance becomes bell-shaped by smearing, and bytes come ten times as fast as normal numbers.
    chance = np.frombuffer(rng.bytes(size.height * size.width), np.uint8).reshape(size.height, size.width)
    noise = chance.astype(np.float32)
    noise -= np.float32(127.5)
    length = max(1, round(length_px))
    # Two passes of a box are close to a bell and cost the same for any length.
    kernel = (length, 1) if along_x else (1, length)
    cv2.blur(noise, kernel, noise)
    cv2.blur(noise, kernel, noise)
    noise *= np.float32(1 / max(float(cv2.meanStdDev(noise)[1][0, 0]), 1e-6))
    return noise


def shade(albedo: NDArray[np.uint8], height: Array, material: Material) -> NDArray[np.uint8]:
    """Light a surface.

    Args:
        albedo: uint8 (H, W, 3) RGB.
        height: float32 (H, W) in pixels, so that slopes are true.
        material: how it answers.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    lit = np.empty_like(albedo)
    for top in range(0, height.shape[0], _STRIP_ROWS):
        # One row more on both sides for the slopes; strips keep the work in the processor's cache.
        above, below = max(0, top - 1), min(height.shape[0], top + _STRIP_ROWS + 1)
        rows = slice(top, min(height.shape[0], top + _STRIP_ROWS))
        inner = slice(top - above, top - above + rows.stop - rows.start)
        gx = cv2.Sobel(height[above:below], cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)[inner]
        gy = cv2.Sobel(height[above:below], cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)[inner]
        slopes = np.asarray(gx, np.float32), np.asarray(gy, np.float32)
        _shade_strip(albedo[rows], *slopes, material, lit[rows])
    return lit


def _shade_strip(
    albedo: NDArray[np.uint8],
    gx: Array,
    gy: Array,
    material: Material,
    out: NDArray[np.uint8],
) -> None:
    steep = gx * gx + gy * gy
    norm = 1 / np.sqrt(1 + steep)
    toward = np.maximum((LAMP[2] - gx * LAMP[0] - gy * LAMP[1]) * norm, 0)
    half = LAMP + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    facing = np.clip((half[2] - gx * half[0] - gy * half[1]) * norm, 0, 1)
    body = np.float32(material.ambient) + np.float32(material.diffuse / LAMP[2]) * toward
    shine = np.float32(255 * material.gloss) * np.asarray(cv2.pow(facing, material.gloss_power))
    if material.ring > 0:
        lean = (np.sqrt(steep) - np.float32(material.ring_slope)) / np.float32(material.ring_width)
        shine += np.float32(255 * material.ring) * np.exp(-lean * lean)
    for channel in range(3):
        out[..., channel] = np.clip(albedo[..., channel] * body + shine, 0, 255)


def as_u8(array: cv2.typing.MatLike) -> NDArray[np.uint8]:
    """Tell the type checker what OpenCV does not: this is a picture of bytes."""
    return np.asarray(array, np.uint8)


def blend(under: NDArray[np.uint8], over: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> None:
    """Lay a picture that is already weighted with its alpha over another, in place; uint8 throughout."""
    rest = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2BGR)
    cv2.multiply(under, rest, under, 1 / 255)
    cv2.add(under, over, under)


def darken(under: NDArray[np.uint8], factor: NDArray[np.uint8]) -> None:
    """Multiply a picture with a gray factor (255 leaves it as it is), in place: shadows."""
    cv2.multiply(under, cv2.cvtColor(factor, cv2.COLOR_GRAY2BGR), under, 1 / 255)
