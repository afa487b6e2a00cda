"""What a drawn product is: a plan for every part number, and a picture with its ground truth.

A part is a function of scene, seed and part number alone, so that a test, a training set and a fault report name the
same picture by three words. Products draw what lies under the camera; light and sensor are added here, the same way
for all of them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes.sensor import NOMINAL, Exposure, LightField, Sensor
from inspector.core.geometry import Size

MIN_SIDE_PX = 64
"""Below this a product would be a handful of pixels and its defects none."""
MAX_SIZE = Size(3648, 5472)
"""The largest sensor that is simulated: 20 megapixels."""


class DefectKind(Enum):
    """What can be wrong with a part."""

    SCRATCH = "scratch"
    DENT = "dent"
    STAIN = "stain"
    MISSING = "missing"
    FOREIGN_BODY = "foreign_body"
    MISPLACED = "misplaced"


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One part before it is drawn: which it is, and what is wrong with it."""

    number: int
    seed: int = 0
    defect: DefectKind | None = None

    def rng(self, stream: int) -> np.random.Generator:
        """Chance for one aspect of this part; aspects do not disturb each other when one of them draws more."""
        return np.random.default_rng([abs(self.seed), self.number, stream])


@dataclass(frozen=True, slots=True)
class DefectPlan:
    """Which part numbers are defective.

    Attributes:
        every: each part whose number it divides is defective (A-01); 0 for none.
        rate: the share of defective parts, by chance; takes the place of `every` when given.
    """

    every: int = 10
    rate: float | None = None

    def part(self, number: int, seed: int, kinds: tuple[DefectKind, ...]) -> PartPlan:
        """Decide about one part. Defects by `every` go through all kinds before one repeats."""
        if self.rate is not None:
            chance = np.random.default_rng([abs(seed), number, 1])
            bad = bool(chance.random() < self.rate)
            kind = kinds[int(chance.integers(len(kinds)))]
            return PartPlan(number, seed, kind if bad else None)
        if self.every <= 0 or number % self.every != 0:
            return PartPlan(number, seed)
        round_number, place = divmod(number // self.every - 1, len(kinds))
        order = np.random.default_rng([abs(seed), round_number, 2]).permutation(len(kinds))
        return PartPlan(number, seed, kinds[int(order[place])])


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPart:
    """A picture with its ground truth.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        mask: uint8 (H, W), 255 where the part is defective, else 0.
        defect: the value of its `DefectKind`, or None for a good part.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    defect: str | None


class Scene(ABC):
    """One product. Keeps its static layers for the last size drawn; one thread at a time.

    Attributes:
        name: the word after `simulated:`.
        title: what people read.
        kinds: the defects that make sense for it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[tuple[DefectKind, ...]]

    def __init__(self) -> None:
        """Nothing is drawn yet."""
        self._sensor = Sensor()
        self._prepared: Size | None = None

    def draw(self, part: PartPlan, size: Size, exposure: Exposure = NOMINAL) -> DrawnPart:
        """Draw one part as the camera sees it.

        The first picture of a size also builds the static layers, which takes several times as long.

        Raises:
            ValueError: the size is outside `MIN_SIDE_PX` to `MAX_SIZE`, or the defect is none of this scene's.
        """
        check_size(size)
        if part.defect is not None and part.defect not in self.kinds:
            raise ValueError(f"{self.name} has no defect {part.defect.value}")
        if self._prepared != size:
            self._prepared = None
            self._prepare(size)
            self._prepared = size
        image, mask = self._compose(part, size)
        rng = part.rng(10)
        image = self._sensor.expose(image, self._light(part, size), exposure, rng)
        return DrawnPart(image, mask, None if part.defect is None else part.defect.value)

    @abstractmethod
    def _prepare(self, size: Size) -> None:
        """Build what all parts of this size share."""

    @abstractmethod
    def _compose(self, part: PartPlan, size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Draw the part under even light: RGB (H, W, 3) and mask (H, W), both new arrays."""

    @abstractmethod
    def _light(self, part: PartPlan, size: Size) -> LightField:
        """How the light falls on this part."""


def check_size(size: Size) -> None:
    """Refuse a sensor size that cannot be drawn.

    Raises:
        ValueError: with the limits.
    """
    shorter, longer = sorted((size.height, size.width))
    if shorter < MIN_SIDE_PX or longer > MAX_SIZE.width or shorter > MAX_SIZE.height:
        raise ValueError(
            f"a simulated sensor measures {MIN_SIDE_PX} × {MIN_SIDE_PX} to {MAX_SIZE} pixels, {size} was asked"
        )
