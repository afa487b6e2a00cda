"""The numbers behind a limit: how many good parts it rejects, how many bad ones it finds, and how sure that is.

Source: Clopper and Pearson's exact bounds, each one-sided at 95 %, through `core.calibration`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from inspector.core.calibration import CONFIDENCE, beta_quantile, rejection_bound
from inspector.core.tail import limit_for_rate

LEAST_TO_SAY: Final = 20
"""Good parts in the check set below which no rate is said."""
MARGIN: Final = 0.1
"""Laid on top of a limit that rests on good parts alone, as a share of it."""


def rejected_interval(rejected: int, good: int) -> tuple[float, float]:
    """Lower and upper bound of the true reject rate after `rejected` of `good` parts were rejected.

    Each bound is wrong in one of twenty cases: 0 of 60 gives 0 to 4.9 %, 0 of 20 gives 0 to 13.9 %.

    Raises:
        ValueError: no parts, or more rejected than there are.
    """
    upper = rejection_bound(rejected, good)
    return (beta_quantile(rejected, good - rejected + 1, 1 - CONFIDENCE) if rejected else 0.0), upper


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a limit does to the check set.

    Attributes:
        good_rejected, good: good parts above the limit, and all.
        bad_found, bad: bad parts above the limit, and all.
    """

    good_rejected: int
    good: int
    bad_found: int
    bad: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be.

        Raises:
            ValueError: below 0, or more than there are.
        """
        if not (0 <= self.good_rejected <= self.good and 0 <= self.bad_found <= self.bad):
            raise ValueError(f"{self.good_rejected} of {self.good} and {self.bad_found} of {self.bad} cannot be")

    @property
    def too_few(self) -> bool:
        """Whether there are too few good parts to say a rate."""
        return self.good < LEAST_TO_SAY

    @property
    def rejected_bounds(self) -> tuple[float, float]:
        """Lower and upper bound of the true reject rate of good parts; (0, 1) without parts."""
        return rejected_interval(self.good_rejected, self.good) if self.good else (0.0, 1.0)

    @property
    def found_lower(self) -> float:
        """Lower bound of the true share of bad parts that are found; 0 without parts."""
        return 1 - rejection_bound(self.bad - self.bad_found, self.bad) if self.bad else 0.0

    def rejected_of(self, parts: int) -> tuple[int, int]:
        """How many good parts of a shift may be rejected, from and to, rounded to two figures."""
        low, high = self.rejected_bounds
        return _two_figures(low * parts), _two_figures(high * parts)

    def keeps(self, allowed_per_1000: float) -> bool:
        """Whether these counts agree with the promised rate: they would not be surprising if it were true."""
        return self.rejected_bounds[0] <= allowed_per_1000 / 1000


def check_limit(good: Sequence[float], bad: Sequence[float], limit: float) -> CheckResult:
    """Count scores above a limit; one that equals it passes (A-18), one that is not a number is above it."""
    return CheckResult(
        sum(not score <= limit for score in good), len(good), sum(not score <= limit for score in bad), len(bad)
    )


class LimitRule(Enum):
    """How a limit was come by."""

    AT_RATE = "at_rate"
    """The score that the allowed share of good parts exceeds, plus the margin."""
    EXTRAPOLATED = "extrapolated"
    """The tail of the good parts' scores, continued to the allowed rate; it needs no margin."""
    LARGEST = "largest"
    """The largest score of a good part, plus the margin: there are too few parts for the allowed rate."""


@dataclass(frozen=True, slots=True)
class ProposedLimit:
    """A limit and what it rests on.

    Attributes:
        base: the score it starts from.
        margin: share of `base` on top; smaller than `MARGIN` when a bad part would fall into it.
        good: number of good parts it comes from.
    """

    limit: float
    rule: LimitRule
    base: float
    margin: float
    good: int

    @property
    def too_few(self) -> bool:
        """Whether it comes from too few good parts to say a rate."""
        return self.good < LEAST_TO_SAY


def limit_for(scores: Sequence[float], allowed_per_1000: float, bad: Sequence[float] = ()) -> ProposedLimit:
    """Propose a limit.

    Args:
        scores: of good parts of the check set.
        allowed_per_1000: good parts that may be rejected, in (0, 1000).
        bad: scores of bad parts. They never raise a limit; one that lies just above the good parts cuts the margin to
            half the way there.

    Raises:
        ValueError: no scores, scores that are not finite, or a rate outside its range.
    """
    found = limit_for_rate(scores, allowed_per_1000 / 1000).calibration
    base = max(found.limit, 1e-6)
    if found.extrapolated:
        return ProposedLimit(base, LimitRule.EXTRAPOLATED, base, 0.0, len(scores))
    rule = LimitRule.AT_RATE if found.reached else LimitRule.LARGEST
    limit = base * (1 + MARGIN)
    lowest_bad = min((score for score in bad if score > base), default=math.inf)
    if lowest_bad <= limit:
        limit = (base + lowest_bad) / 2
    return ProposedLimit(limit, rule, base, limit / base - 1, len(scores))


def _two_figures(number: float) -> int:
    if number < 1:
        return round(number)
    digits = 1 - math.floor(math.log10(number))
    return round(round(number, digits))
