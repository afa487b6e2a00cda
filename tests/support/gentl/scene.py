"""What the test camera must have seen: its scene once more in numpy, to compare pictures with value by value."""

import numpy as np
from numpy.typing import NDArray

from tests.support.gentl.table import FORMATS, NOMINAL_EXPOSURE_US

BARS = (
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 255),
    (0, 0, 0),
    (128, 128, 128),
    (255, 255, 0),
    (64, 192, 32),
)
BAR_PX = 32


def light(exposure_us: float = NOMINAL_EXPOSURE_US, gain_db: float = 0.0) -> float:
    """How bright the scene is; 1.0 at nominal exposure without gain."""
    return exposure_us / NOMINAL_EXPOSURE_US * 10.0 ** (gain_db / 20.0)


def ramp(
    height: int,
    width: int,
    *,
    x: int = 0,
    y: int = 0,
    mirrored: bool = False,
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0),
    black: float = 0.0,
) -> NDArray[np.int64]:
    """Red, green and blue of the ramp, 16 bits, (H, W, 3), for the area that begins at x, y."""
    columns = np.arange(x, x + width)[:: -1 if mirrored else 1]
    base = columns[None, :] * 257 + np.arange(y, y + height)[:, None] * 1031
    colours = np.stack([(base + channel * 21845) & 0xFFFF for channel in range(3)], axis=2).astype(np.int64)
    fixed = np.array([round(factor * 4096) for factor in factors])
    return np.minimum((colours * fixed >> 12) + round(black * 256), 0xFFFF)


def bars(height: int, width: int, *, x: int = 0) -> NDArray[np.uint8]:
    """The color bars as RGB, (H, W, 3)."""
    columns = np.arange(x, x + width) // BAR_PX % len(BARS)
    return np.broadcast_to(np.array(BARS, np.uint8)[columns], (height, width, 3)).copy()


def inside_bars(width: int, *, x: int = 0, margin: int = 4) -> NDArray[np.bool_]:
    """Columns that are far from the edge of a bar, where demosaicing has nothing to guess."""
    columns = np.arange(x, x + width)
    place = columns % BAR_PX
    far = (place >= margin) & (place < BAR_PX - margin)
    far[:margin] = far[-margin:] = False
    return far


def bayer_channels(name: str, height: int, width: int, *, x: int = 0, y: int = 0) -> NDArray[np.int64]:
    """Which of red, green and blue each pixel of a Bayer sensor has, (H, W), for the area that begins at x, y."""
    first, second = ("RGB".index(letter) for letter in FORMATS[name][4])
    # The second line holds the one colour that is missing, and green where the first line has none.
    other = 2 if 0 in (first, second) else 0
    third, fourth = (other, 1) if first == 1 else (1, other)
    block = np.array([[first, second], [third, fourth]])
    rows, columns = np.arange(y, y + height) % 2, np.arange(x, x + width) % 2
    return block[rows[:, None], columns[None, :]]


def of_422(colours: NDArray[np.int64]) -> NDArray[np.float64]:
    """RGB, (H, W, 3), after luma for each pixel and color for each pair, full range, as floats."""
    red, green, blue = (colours[..., channel].astype(float) for channel in range(3))
    luma = np.floor((299 * red + 587 * green + 114 * blue + 500) / 1000)
    cb = np.clip(np.floor((128_500 - 169 * red - 331 * green + 500 * blue) / 1000), 0, 255)
    cr = np.clip(np.floor((128_500 + 500 * red - 419 * green - 81 * blue) / 1000), 0, 255)
    cb, cr = (np.repeat(plane[:, ::2], 2, axis=1) - 128 for plane in (cb, cr))
    return np.clip(np.stack([luma + 1.403 * cr, luma - 0.344 * cb - 0.714 * cr, luma + 1.773 * cb], axis=2), 0, 255)
