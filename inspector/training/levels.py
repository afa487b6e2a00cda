"""From raw scores of held-out good frames to the levels that make 1.0 the limit.

With 99 held-out frames and more, the conformal limit keeps a target of 1 % false rejects without any assumption. With
fewer it cannot: the largest of n scores is exceeded by one good part in n + 1, every seventh part for n = 6. A rarer
target is extrapolated where there are scores enough to see a tail (`core.tail`). Else a margin is laid on top, and said
to be one: the upper bound for one more part if the logarithms of scores are normal,

    exp(m + t * s * sqrt(1 + 1 / n)),

with m the mean of the n held-out log scores, s the spread pooled from held-out and teaching frames, each around its own
mean, and t Student's quantile. Teaching frames score lower, because the model has seen them, and may also spread less:
half as much would let a limit that counts all 32 of them reject 7 % of good parts for n = 6, 3 % for n = 20. So they
count as no more than `TAUGHT_FREEDOM` degrees of freedom, which leaves 2.4 % and 1.4 %. Where they do spread alike, by
15 %, that raises the limit by 6 % for n = 6, and by 1 % for n = 20. The limit is the larger of this and the largest
held-out score.

Source: split conformal prediction (uniad.md 14); prediction interval of a normal sample.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist, median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.calibration import Calibration, Promise
from inspector.core.contrast import choose_contrast, raise_contrast
from inspector.core.tail import limit_for_rate
from inspector.training.framing import ProductFraming
from inspector.vision.manifest import ProductEntry, Weighing

TARGET_RATE: Final = 0.01
SMALLEST_SCORE: Final = 1e-9
TAUGHT_FREEDOM: Final = 4


@dataclass(frozen=True, slots=True)
class ViewScores:
    """Raw scores of one frame; 0 for a view that is not taken."""

    tiles: float
    whole: float


def product_entry(
    framing: ProductFraming,
    held_out: Sequence[ViewScores],
    teaching: Sequence[ViewScores],
    *,
    weighing: Weighing,
    target_rate: float = TARGET_RATE,
) -> ProductEntry:
    """Levels of a product, so that the calibrated limit of its fused scores is exactly 1.

    The contrast brings a usual good part's peak to half the limit, below which nothing is painted (product.md A-16).

    Each view gets the limit of its own scores, which makes views comparable; the limit of their larger one then scales
    both.

    Args:
        framing: how the frames were looked at.
        held_out: good frames that taught nothing, by the pipeline that will judge.
        teaching: some of those that taught, by the same pipeline.
        weighing: what the map was made of.
        target_rate: share of good parts that may be rejected.

    Raises:
        ValueError: no held-out scores, or scores that are not finite.
    """
    tile_limit = _view_limit(lambda scores: scores.tiles, held_out, teaching, target_rate)
    whole_limit = _view_limit(lambda scores: scores.whole, held_out, teaching, target_rate)

    def fused(scores: ViewScores) -> float:
        return max(
            scores.tiles / tile_limit if tile_limit else 0.0,
            scores.whole / whole_limit if whole_limit else 0.0,
        )

    fused_held_out = [fused(scores) for scores in held_out]
    found = limit_with_margin(fused_held_out, [fused(scores) for scores in teaching], target_rate)
    shares = [score / found.limit for score in fused_held_out]
    contrast = choose_contrast(median(shares))
    return ProductEntry(
        framing=framing.framing,
        scale=framing.scale,
        overlap_px=framing.overlap_px,
        tile_level=tile_limit * found.limit,
        whole_level=whole_limit * found.limit,
        contrast=contrast,
        calibration=replace(found, limit=1.0),
        scores=tuple(raise_contrast(np.sort(np.asarray(shares, np.float32)), contrast).astype(float).tolist()),
        weighing=weighing,
    )


def limit_with_margin(held_out: Sequence[float], teaching: Sequence[float], target_rate: float) -> Calibration:
    """The conformal or extrapolated limit, or the largest score with the margin of this module when neither is reached.

    `reached`, `expected_rate` and `upper_rate` stay those of the conformal rank: what is promised without assumptions.

    Raises:
        ValueError: as `conformal_limit`.
    """
    found = limit_for_rate(held_out, target_rate).calibration
    if found.promise is not Promise.NOT_REACHED or len(held_out) + len(teaching) < 4:
        return found
    return replace(found, limit=max(found.limit, _prediction_bound(held_out, teaching, target_rate)))


def student_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t distribution, for probabilities up to 0.999; within 1 % above 4 degrees of freedom.

    With 2 it is 2 % too small, with 3 or 4 less than 1 %: the limit of a handful of parts is that much too strict.

    Source: Abramowitz and Stegun 26.7.5.
    """
    z = NormalDist().inv_cdf(probability)
    z2 = z * z
    g1 = (z2 + 1) * z / 4
    g2 = ((5 * z2 + 16) * z2 + 3) * z / 96
    g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) * z / 384
    g4 = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) * z / 92160
    return z + g1 / freedom + g2 / freedom**2 + g3 / freedom**3 + g4 / freedom**4


def _view_limit(
    view: Callable[[ViewScores], float],
    held_out: Sequence[ViewScores],
    teaching: Sequence[ViewScores],
    target_rate: float,
) -> float:
    values = [view(scores) for scores in held_out]
    if max(values, default=0.0) <= 0.0:
        return 0.0
    return limit_with_margin(values, [view(scores) for scores in teaching], target_rate).limit


def _prediction_bound(held_out: Sequence[float], teaching: Sequence[float], target_rate: float) -> float:
    held = np.log(np.maximum(np.asarray(held_out, np.float64), SMALLEST_SCORE))
    taught = np.log(np.maximum(np.asarray(teaching, np.float64), SMALLEST_SCORE))
    held_freedom = held.size - 1
    taught_freedom = min(max(taught.size - 1, 0), TAUGHT_FREEDOM)
    freedom = held_freedom + taught_freedom
    variance = held_freedom * _variance(held) + taught_freedom * _variance(taught)
    factor = student_quantile(1 - target_rate, freedom) * math.sqrt((1 + 1 / held.size) / freedom)
    return math.exp(float(held.mean()) + factor * math.sqrt(variance))


def _variance(values: NDArray[np.float64]) -> float:
    return float(values.var(ddof=1)) if values.size > 1 else 0.0
