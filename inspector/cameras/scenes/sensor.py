"""Light and sensor of the simulated camera: what turns a drawn part into a picture a camera could have taken.

Everything works on uint8 in blocks that stay in the processor's cache: a 20-megapixel frame passes in a few tens of
milliseconds, where float32 images would take a second.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size

_BLOCK_PX = 768
_TILE_PX = 1280
_GRID = (36, 48)
_SHOT_SIGMA = 1.35
_READ_SIGMA = 0.55


@dataclass(frozen=True, slots=True)
class Exposure:
    """How long and how much amplified, against the setting the scene was drawn for.

    Attributes:
        ratio: exposure time over the nominal one.
        gain_db: analogue gain; amplifies signal and noise.
    """

    ratio: float = 1.0
    gain_db: float = 0.0


NOMINAL = Exposure()


@dataclass(frozen=True, slots=True, eq=False)
class LightField:
    """Light over the frame.

    Attributes:
        grid: float32 (h, w, 3), a coarse map of factors that is spread over the frame.
    """

    grid: NDArray[np.float32]

    @classmethod
    def vary(cls, rng: np.random.Generator, size: Size, vignette: float, gradient: float = 0.05) -> "LightField":
        """Light of a common station: a fall-off to the corners, a slope, ±6 % drift, a slight change of colour."""
        y, x = grid_coordinates(size)
        level = 1 + rng.uniform(-0.06, 0.06)
        direction = rng.uniform(0, 2 * math.pi)
        slope = rng.uniform(0, gradient) * (x * math.cos(direction) + y * math.sin(direction))
        falloff = 1 - vignette * (x**2 + y**2) / 2
        warmth = rng.uniform(-0.015, 0.015)
        colour = np.array([1 + warmth, 1, 1 - warmth], np.float32)
        grid = (level * falloff * (1 + slope))[..., None] * colour
        return cls(grid.astype(np.float32))


def grid_coordinates(size: Size) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Row and column coordinates of the coarse light map, -1 to 1 along the longer side."""
    longer = max(size.height, size.width)
    y = np.linspace(-1, 1, _GRID[0], dtype=np.float32) * (size.height / longer)
    x = np.linspace(-1, 1, _GRID[1], dtype=np.float32) * (size.width / longer)
    rows, columns = np.meshgrid(y, x, indexing="ij")
    return rows, columns


class Sensor:
    """Multiplies with light, exposure and gain, clips, and adds noise. One thread at a time."""

    def __init__(self) -> None:
        """Noise is made when the first picture is taken."""
        self._unit: NDArray[np.float32] | None = None
        self._noise: tuple[float, NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def expose(
        self, image: NDArray[np.uint8], light: LightField, exposure: Exposure, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Take the picture: in place, and returned."""
        height, width = image.shape[:2]
        peak = float(light.grid.max())
        gain = 10 ** (exposure.gain_db / 20)
        factors = cv2.resize(
            np.round(light.grid * (255 / peak)).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR
        )
        scale = peak * exposure.ratio * gain / 255
        plus, minus = self._noise_of(math.hypot(_SHOT_SIGMA * math.sqrt(gain), _READ_SIGMA * gain))
        for top in range(0, height, _BLOCK_PX):
            for left in range(0, width, _BLOCK_PX):
                block = image[top : top + _BLOCK_PX, left : left + _BLOCK_PX]
                cv2.multiply(block, factors[top : top + _BLOCK_PX, left : left + _BLOCK_PX], block, scale)
                # Each block takes another window of the noise, so that no repetition can be seen or learned.
                dy, dx = (int(v) for v in rng.integers(_TILE_PX - _BLOCK_PX, size=2))
                window = (slice(dy, dy + block.shape[0]), slice(dx, dx + block.shape[1]))
                cv2.add(block, plus[window], block)
                cv2.subtract(block, minus[window], block)
        return image

    def _noise_of(self, sigma: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Noise of one strength, split into what is added and what is taken away, both saturating."""
        if self._noise is None or self._noise[0] != sigma:
            if self._unit is None:
                self._unit = _unit_noise()
            rounded = np.round(self._unit * np.float32(sigma))
            plus = np.clip(rounded, 0, 255).astype(np.uint8)
            minus = np.clip(-rounded, 0, 255).astype(np.uint8)
            self._noise = (sigma, plus, minus)
        return self._noise[1], self._noise[2]


def _unit_noise() -> NDArray[np.float32]:
    """Noise of a color camera, deviation 1: mostly brightness, a little color spread by the demosaic."""
    rng = np.random.default_rng(20)
    shape = (_TILE_PX, _TILE_PX)
    brightness = rng.standard_normal((*shape, 1), np.float32)
    color = np.asarray(cv2.GaussianBlur(rng.standard_normal((*shape, 3), np.float32), (0, 0), 0.8), np.float32)
    color = color / color.std()
    return np.asarray(0.87 * brightness + 0.49 * color, np.float32)
