"""Whether the good parts of today still score like those that the limit was made from.

The limit keeps its false-reject rate only while new good parts are like the held-out ones. Light that ages, a lens that
gets dirty or another lot of material moves the scores; upward, good parts are rejected; downward, defects pass, because
a picture without detail scores low. Both are told, and the limit is never moved (uniad.md 14).

Two questions are asked of a window of accepted parts. Is it chance? A rank test against the held-out scores, which
needs no assumption about their distribution and is exact enough in its normal approximation: from 20 against 200 scores
it errs to the safe side. Does it matter? Nearly two of three pairs must point the same way, and the median must have
moved by a twentieth of the limit, so that a large sample alone never raises an alarm.

A line asks all day. One window of 200 parts after the other at 5 parts a second makes 2160 tests in 24 h, so each may
be wrong in `ALPHA` = 1 / 216 000 cases, and a day in less than one of a hundred: by adding up, hence also though all
windows are compared with the same held-out scores.

Source: Mann and Whitney 1947, with ties; Vargha and Delaney 2000 for the effect.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

WINDOW: Final = 200
"""Accepted parts per test; windows do not overlap."""
LEAST_HELD_OUT: Final = 20
"""With fewer held-out scores only a change that everybody sees could be told from chance."""
TESTS_A_DAY: Final = 2160
ALPHA: Final = 0.01 / TESTS_A_DAY
LEAST_EFFECT: Final = 0.15
LEAST_SHIFT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Drift:
    """What a window of recent scores says against the held-out ones.

    Attributes:
        p_value: two-sided; how often chance alone parts them so far.
        effect: chance that a recent part scores higher than a held-out one, less one half: -0.5 to 0.5.
        recent, held_out: medians in multiples of the limit.
    """

    p_value: float
    effect: float
    recent: float
    held_out: float

    @property
    def shift(self) -> float:
        """How far the median moved, in multiples of the limit."""
        return self.recent - self.held_out

    @property
    def drifted(self) -> bool:
        """Whether it is neither chance nor trifling."""
        return self.p_value < ALPHA and self._matters(1.0)

    @property
    def settled(self) -> bool:
        """Whether an alarm may go: well below what raised it, so that it does not come and go."""
        return not self._matters(0.5)

    def _matters(self, share: float) -> bool:
        return abs(self.effect) >= share * LEAST_EFFECT and abs(self.shift) >= share * LEAST_SHIFT


def compare(recent: Sequence[float], held_out: Sequence[float], limit: float) -> Drift:
    """Compare scores of accepted parts with those of held-out good parts, in any order.

    Held-out scores above the limit are left out, because no accepted part can be there.

    Args:
        recent: of parts that passed, none above the limit.
        held_out: of good parts that taught nothing.
        limit: in the unit of the scores, above 0.

    Raises:
        ValueError: no recent or no held-out scores, scores that are not finite, or a limit that is not above 0.
    """
    new, old = np.asarray(recent, np.float64), within_limit(held_out, limit)
    if new.size == 0 or old.size == 0 or not np.isfinite(new).all():
        raise ValueError("drift needs scores on both sides, and all of them finite")
    values, places, ties = np.unique(np.concatenate([new, old]), return_inverse=True, return_counts=True)
    # Tied scores share the mean of their ranks.
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[places]
    pairs, total = new.size * old.size, new.size + old.size
    above = float(ranks[: new.size].sum()) - new.size * (new.size + 1) / 2 - pairs / 2
    variance = pairs / 12 * (total + 1 - float((ties**3 - ties).sum()) / (total * (total - 1)))
    # All scores equal: no variance, and nothing parts them. The half is the correction for whole ranks.
    z = max(abs(above) - 0.5, 0.0) / math.sqrt(variance) if values.size > 1 else 0.0
    return Drift(
        p_value=math.erfc(z / math.sqrt(2)),
        effect=above / pairs,
        recent=float(np.median(new)) / limit,
        held_out=float(np.median(old)) / limit,
    )


def within_limit(scores: Sequence[float], limit: float) -> NDArray[np.float64]:
    """The scores that a part may have and be accepted.

    Raises:
        ValueError: scores that are not finite, or a limit that is not above 0.
    """
    values = np.asarray(scores, np.float64)
    if not np.isfinite(values).all() or not (math.isfinite(limit) and limit > 0):
        raise ValueError("drift needs finite scores and a limit above 0")
    return values[values <= limit]
