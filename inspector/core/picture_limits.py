"""What a good picture of a product looks like in seven numbers, and the limits that are learned from some.

A model that was taught sharp, evenly lit pictures says little about a blurred or dark one, and may well pass it: a
picture without detail scores low. Such a picture must not be judged (FS-9).

Everything is measured on pixels picked from the frame, so that 5 MP cost about as much as 0.5 MP. Detail is measured
along picked rows and columns at full resolution, because skipping pixels along them would hide a blur.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

DARK_LEVEL: Final = 2
BRIGHT_LEVEL: Final = 253
"""Gray values at and beyond which a pixel counts as clipped; a level beside the end, because of converters' noise."""
LEAST_SHOTS: Final = 5
USUAL_SHOTS: Final = 20

_SAMPLED_SIDE: Final = 256
_DETAIL_LINES: Final = 64
_DETAIL_STEP: Final = 2
_EVENNESS_BLOCKS: Final = 3
_CENTER_FIELDS: Final = 64  # so that single noisy lines do not decide where the part is
_EDGE_SHARE: Final = 0.25  # of the strongest field; what lies below is noise and has no place


class PictureFault(Enum):
    """What is likely wrong with a picture."""

    DARK = "dark"
    BRIGHT = "bright"
    CLIPPED_DARK = "clipped_dark"
    CLIPPED_BRIGHT = "clipped_bright"
    BLURRED = "blurred"
    NOISY = "noisy"
    UNEVEN = "uneven"
    SHIFTED = "shifted"


@dataclass(frozen=True, slots=True)
class PictureMeasure:
    """A picture in seven numbers.

    Attributes:
        brightness: mean gray value, 0 to 255.
        dark_share, bright_share: of pixels that are clipped, 0 to 1. In color a pixel is clipped bright when one of its
            channels is, and clipped dark when all are.
        sharpness: root mean square of gray steps over two pixels, in percent of the mean brightness.
        evenness: darkest over brightest of nine fields of the picture, 0 to 1.
        center_x, center_y: center of the picture's detail as a share of width and height; it moves with the part.
    """

    brightness: float
    dark_share: float
    bright_share: float
    sharpness: float
    evenness: float
    center_x: float
    center_y: float


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both allowed."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse what holds nothing.

        Raises:
            ValueError: not finite, or the wrong way round.
        """
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError(f"{self.low} to {self.high} is no range")


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What each number of a picture may be.

    Attributes:
        shots: how many pictures these limits were learned from; 0 when a person wrote them.
    """

    brightness: Range
    dark_share: Range
    bright_share: Range
    sharpness: Range
    evenness: Range
    center_x: Range
    center_y: Range
    shots: int = 0

    def violations(self, measure: PictureMeasure) -> tuple[PictureFault, ...]:
        """What is likely wrong with a picture, the likeliest cause first; empty when it may be judged.

        Light comes first, because too much or too little of it disturbs every other number.
        """
        found = []
        for name, below, above in _FAULTS:
            value, allowed = getattr(measure, name), getattr(self, name)
            # Positive logic: what is not a number is inside no range.
            if not value >= allowed.low:
                found.append(below)
            elif not value <= allowed.high:
                found.append(above)
        return tuple(dict.fromkeys(found))


_FAULTS: Final = (
    ("brightness", PictureFault.DARK, PictureFault.BRIGHT),
    ("bright_share", PictureFault.CLIPPED_BRIGHT, PictureFault.CLIPPED_BRIGHT),
    ("dark_share", PictureFault.CLIPPED_DARK, PictureFault.CLIPPED_DARK),
    ("sharpness", PictureFault.BLURRED, PictureFault.NOISY),
    ("evenness", PictureFault.UNEVEN, PictureFault.UNEVEN),
    ("center_x", PictureFault.SHIFTED, PictureFault.SHIFTED),
    ("center_y", PictureFault.SHIFTED, PictureFault.SHIFTED),
)


def measure_picture(image: NDArray[np.uint8]) -> PictureMeasure:
    """Measure a frame; about 3 ms for 5 MP in color on one slow core.

    Args:
        image: uint8 (H, W) or (H, W, 3) RGB.
    """
    height, width = image.shape[:2]
    sampled = image[:: math.ceil(height / _SAMPLED_SIDE), :: math.ceil(width / _SAMPLED_SIDE)]
    brightest = sampled if sampled.ndim == 2 else sampled.max(axis=2)
    gray = _gray(sampled)
    brightness = float(gray.mean())
    sharpness, center_x, center_y = _detail(image, brightness)
    return PictureMeasure(
        brightness=brightness,
        dark_share=float(np.mean(brightest <= DARK_LEVEL)),
        bright_share=float(np.mean(brightest >= BRIGHT_LEVEL)),
        sharpness=sharpness,
        evenness=_evenness(gray),
        center_x=center_x,
        center_y=center_y,
    )


def learn(measures: Sequence[PictureMeasure]) -> PictureLimits:
    """Limits from pictures of good parts, taken as the line will take them.

    Each number may leave the span of what was seen by that span again, and by no less than what a good station varies
    in a month, so that twenty shots in one minute do not make limits that fail in the evening. Less clipping and more
    evenness than seen are never wrong.

    Raises:
        ValueError: fewer than `LEAST_SHOTS` pictures.
    """
    if len(measures) < LEAST_SHOTS:
        raise ValueError(f"picture limits need at least {LEAST_SHOTS} pictures, got {len(measures)}")

    def span(name: str) -> tuple[float, float, float]:
        values = [float(getattr(one, name)) for one in measures]
        return min(values), max(values), max(values) - min(values)

    low, high, wide = span("brightness")
    room = max(wide, 8.0, 0.08 * high)
    brightness = Range(max(low - room, 0.0), min(high + room, 255.0))
    shares = {}
    for name in ("dark_share", "bright_share"):
        _, high, wide = span(name)
        shares[name] = Range(0.0, min(high + max(wide, 0.01, 0.25 * high), 1.0))
    low, high, wide = span("sharpness")
    sharpness = Range(max(low - max(wide, 0.25 * low), 0.0), high + max(2 * wide, 0.6 * high, 1.0))
    low, _, wide = span("evenness")
    evenness = Range(max(low - max(wide, 0.1), 0.0), 1.0)
    centers = {}
    for name in ("center_x", "center_y"):
        low, high, wide = span(name)
        room = max(wide, 0.05)
        centers[name] = Range(max(low - room, 0.0), min(high + room, 1.0))
    return PictureLimits(
        brightness=brightness,
        dark_share=shares["dark_share"],
        bright_share=shares["bright_share"],
        sharpness=sharpness,
        evenness=evenness,
        center_x=centers["center_x"],
        center_y=centers["center_y"],
        shots=len(measures),
    )


def measure_names() -> tuple[str, ...]:
    """The numbers of a picture, in the order in which people read them."""
    return tuple(field.name for field in fields(PictureMeasure))


def _gray(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w) gray values; in color a mean with green counted twice, close to what an eye sees."""
    if image.ndim == 2:
        return image.astype(np.float32)
    whole = image.astype(np.float32)
    return np.asarray((whole[..., 0] + 2 * whole[..., 1] + whole[..., 2]) / 4, np.float32)


def _detail(image: NDArray[np.uint8], brightness: float) -> tuple[float, float, float]:
    """Sharpness and the center of detail: steps along some rows and along some columns, each at full resolution."""
    channel = image if image.ndim == 2 else image[..., 1]
    across, down = _steps(channel), _steps(channel.T)
    if across is None or down is None:
        return 0.0, 0.5, 0.5
    sharpness = 100 * math.sqrt(float(across.mean() + down.mean()) / 2) / max(brightness, 1.0)
    return sharpness, _center(across), _center(down)


def _steps(channel: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Mean squared step at each place along the lines of an array; None when they are too short to have one."""
    lines, length = channel.shape
    if length <= _DETAIL_STEP:
        return None
    chosen = np.unique(np.linspace(0, lines - 1, _DETAIL_LINES).astype(np.intp))
    values = channel[chosen].astype(np.float32)
    step = values[:, _DETAIL_STEP:] - values[:, :-_DETAIL_STEP]
    return np.asarray(np.einsum("ij,ij->j", step, step) / chosen.size, np.float32)


def _center(energy: NDArray[np.float32]) -> float:
    """Center of the places with much energy, as a share of the length; noise alone has none and gives the middle."""
    fields = np.array([field.mean() for field in np.array_split(energy, min(_CENTER_FIELDS, energy.size))])
    strong = np.maximum(fields - _EDGE_SHARE * fields.max(), 0)
    total = float(strong.sum())
    return float((strong * (np.arange(fields.size) + 0.5)).sum()) / (total * fields.size) if total > 0 else 0.5


def _evenness(gray: NDArray[np.float32]) -> float:
    """Darkest over brightest mean of nine fields; 1 for a picture that is black all over."""
    means = [
        float(block.mean())
        for band in np.array_split(gray, _EVENNESS_BLOCKS, axis=0)
        for block in np.array_split(band, _EVENNESS_BLOCKS, axis=1)
        if block.size
    ]
    return min(means) / max(means) if max(means) > 0 else 1.0
