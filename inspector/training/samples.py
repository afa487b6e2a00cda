"""One picture of one part, with what its source says of it."""

import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size
from inspector.training.pictures import UnusablePicture, read_mask, read_picture


class Split(Enum):
    """What a sample may be used for."""

    TRAIN = "train"
    HELD_OUT = "held_out"
    TEST = "test"
    ANY = "any"
    """The source does not say: good ones may teach, and all may test."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of one part.

    Attributes:
        product: the product, and after a slash the view if there are several.
        name: path as the source writes it; what people read.
        kind: name of the defect; "good" for good parts.
        mask: None for good parts, and for defects nobody outlined.
        roi: x, y, width, height in pixels; everything outside is cut off. None keeps all.
        size: of the picture, before `roi`.
        sha256: of the file.
    """

    path: Path
    name: str
    product: str
    defective: bool
    split: Split
    kind: str = "good"
    mask: Path | None = None
    part_id: str = ""
    lot: str = ""
    roi: tuple[int, int, int, int] | None = None
    size: Size = field(default_factory=lambda: Size(0, 0))
    sha256: str = ""

    @property
    def frame_size(self) -> Size:
        """What `load_picture` returns measures this."""
        return self.size if self.roi is None else Size(self.roi[3], self.roi[2])


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out, and why."""

    name: str
    reason: str


def load_picture(sample: Sample) -> NDArray[np.uint8]:
    """Decode a sample, cut to its region of interest; uint8 (H, W) or (H, W, 3) RGB.

    Raises:
        UnusablePicture: the file cannot be trusted.
    """
    pixels = read_picture(sample.path)
    if Size.of(pixels.shape) != sample.size:
        raise UnusablePicture(f"measures {Size.of(pixels.shape)}, and {sample.size} when it was first looked at")
    if sample.roi is None:
        return pixels
    x, y, width, height = sample.roi
    return np.ascontiguousarray(pixels[y : y + height, x : x + width])


def load_mask(sample: Sample) -> NDArray[np.bool_] | None:
    """Outline of the defect, same size as `load_picture`: empty for a good part, None when nobody drew it.

    Raises:
        UnusablePicture: the file cannot be trusted, or does not fit its picture.
    """
    if not sample.defective:
        return np.zeros((sample.frame_size.height, sample.frame_size.width), np.bool_)
    if sample.mask is None:
        return None
    mask = read_mask(sample.mask, sample.size)
    if sample.roi is None:
        return mask
    x, y, width, height = sample.roi
    return np.ascontiguousarray(mask[y : y + height, x : x + width])


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts "img-9" before "img-10"."""
    parts = re.split(r"(\d+)", name)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)
