"""How a map in shares of the limit becomes the map people see, in which good parts stay dark.

Distances in a feature space are never near 0: on good parts of some products every cell reaches 0.7 and every peak 0.95
of the limit. Shown as they are, the whole picture would glow and all scores would crowd below 1. So shares below the
limit are raised to a power, the contrast, at which a usual good part's peak comes to one half, where heat begins; above
the limit the curve goes on along its tangent. The order of all values stays, and so do limit and verdict.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

HIGHEST_CONTRAST: Final = 20.0
"""Peaks of good parts above 0.966 of the limit are not pulled down all the way."""

_USUAL: Final = 0.5


def choose_contrast(usual_peak: float) -> float:
    """The contrast that brings a usual good part's peak, a share of the limit, to one half; 1 where it is below."""
    if usual_peak <= _USUAL:
        return 1.0
    if usual_peak >= 1:
        return HIGHEST_CONTRAST
    return min(math.log(_USUAL) / math.log(usual_peak), HIGHEST_CONTRAST)


def raise_contrast(shares: NDArray[np.float32], contrast: float) -> NDArray[np.float32]:
    """Shares of the limit, 0 or more, of any shape, at this contrast; what is not finite stays so."""
    factor = np.float32(contrast)
    raised = np.where(shares > 1, 1 + factor * (shares - np.float32(1)), np.minimum(shares, np.float32(1)) ** factor)
    return np.asarray(raised, np.float32)


def lower_contrast(value: float, contrast: float) -> float:
    """The share of the limit that has this value at this contrast."""
    return float(1 + (value - 1) / contrast if value > 1 else value ** (1 / contrast))
