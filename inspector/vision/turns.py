"""The ways to turn a picture or a map that lose nothing and keep its shape."""

from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


class Turn(StrEnum):
    """How a picture is turned; half is by 180 degrees. Turned twice it is as it was."""

    LEFT_RIGHT = "left-right"
    TOP_BOTTOM = "top-bottom"
    HALF = "half"

    @property
    def axes(self) -> tuple[int, ...]:
        """Axes of an array [y, x] that run backwards."""
        return {Turn.LEFT_RIGHT: (1,), Turn.TOP_BOTTOM: (0,), Turn.HALF: (0, 1)}[self]


def turned(array: NDArray[T], turn: Turn | None) -> NDArray[T]:
    """A picture or map (H, W) or (H, W, C) turned, contiguous, of the same shape; None leaves it as it is."""
    if turn is None:
        return array
    return np.ascontiguousarray(np.flip(array, turn.axes))
