"""From scores of held-out good parts to a limit that can be defended, with its uncertainty.

Source: split conformal prediction; the realized false-reject rate of the k-th smallest of n scores follows
Beta(n + 1 - k, k). Specification in uniad.md 14.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

CONFIDENCE = 0.95


class Promise(Enum):
    """On what the false-reject rate of a limit rests; weaker from line to line."""

    EXCHANGEABLE = "exchangeable"
    """The scores alone: it holds as long as new good parts are like those that were held out."""
    EXTRAPOLATED = "extrapolated"
    """The shape of the tail, fitted and continued beyond the largest score (`core.tail`)."""
    NOT_REACHED = "not_reached"
    """Nothing: there are too few scores for the rate that was asked for."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A limit and what may be promised of it.

    Attributes:
        limit: parts above it are rejected.
        samples: number of held-out good parts it comes from.
        rank: the limit is the rank-th smallest of their scores.
        target_rate: the false-reject rate that was asked for.
        expected_rate: the mean of the realized rate, (samples + 1 - rank) / (samples + 1).
        upper_rate: 95 % upper bound of the realized rate.
        reached: whether so few samples can promise the target at all; if not, the limit is the largest score or above.
        extrapolated: the limit continues a fitted tail beyond the scores; never together with `reached`.
    """

    limit: float
    samples: int
    rank: int
    target_rate: float
    expected_rate: float
    upper_rate: float
    reached: bool
    extrapolated: bool = False

    @property
    def promise(self) -> Promise:
        """On what the target rate rests."""
        if self.reached:
            return Promise.EXCHANGEABLE
        return Promise.EXTRAPOLATED if self.extrapolated else Promise.NOT_REACHED


def conformal_limit(scores: Sequence[float], target_rate: float) -> Calibration:
    """Choose the limit for a target false-reject rate from scores of good parts that were never trained on.

    Args:
        scores: one per frame, made by exactly the runtime pipeline.
        target_rate: share of good parts that may be rejected, in (0, 1).

    Raises:
        ValueError: no scores, scores that are not finite, or a rate outside (0, 1).
    """
    values = np.sort(np.asarray(scores, np.float64))
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError("calibration needs at least one score, and all of them finite")
    if not 0 < target_rate < 1:
        raise ValueError(f"target rate {target_rate} is outside 0 to 1")
    n = int(values.size)
    # The tolerance keeps (n + 1)(1 - a) from being pushed over an integer by rounding of the product.
    wanted = math.ceil((n + 1) * (1 - target_rate) - 1e-9)
    rank = min(max(wanted, 1), n)
    return Calibration(
        limit=float(values[rank - 1]),
        samples=n,
        rank=rank,
        target_rate=target_rate,
        expected_rate=(n + 1 - rank) / (n + 1),
        upper_rate=beta_quantile(n + 1 - rank, rank, CONFIDENCE),
        reached=wanted <= n,
    )


def rejection_bound(rejected: int, samples: int) -> float:
    """95 % upper bound of the true reject rate after `rejected` of `samples` good parts were rejected.

    Source: Clopper and Pearson, one-sided.
    """
    if not 0 <= rejected <= samples or samples < 1:
        raise ValueError(f"{rejected} of {samples} parts cannot be")
    return 1.0 if rejected == samples else beta_quantile(rejected + 1, samples - rejected, CONFIDENCE)


def beta_quantile(a: int, b: int, probability: float) -> float:
    """Quantile of the Beta distribution for whole parameters >= 1, by bisection of the binomial tail.

    P(Beta(a, b) <= x) = P(Binomial(a + b - 1, x) >= a). What does not depend on x is worked out once: a hand that drags
    a limit over thousands of scores asks for this again and again.
    """
    n = a + b - 1
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1, dtype=np.float64)))])
    # The shorter tail is summed.
    lower = a <= b
    hits = np.arange(a, dtype=np.float64) if lower else np.arange(a, n + 1, dtype=np.float64)
    whole = hits.astype(np.intp)
    ways = factorials[n] - factorials[whole] - factorials[n - whole]
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if not 0 < middle < 1:
            break  # as near to the end as numbers go
        tail = float(np.exp(ways + hits * math.log(middle) + (n - hits) * math.log1p(-middle)).sum())
        if (1.0 - tail if lower else tail) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
