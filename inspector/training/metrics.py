"""How good scores and maps are, by the field's usual measures, in our own numpy.

Scores of frames are few and measured exactly. Pixels are many (hundreds of millions at source resolution), so they
are counted in a histogram whose bins are the upper bits of float32: 2**20 bins for every value there is, 2.4e-4 wide
in relation to the value. Values in one bin count as equal, half for and half against; `auroc_error` bounds what that
can have changed, usually less than 1e-4.

An area below 0.5 stays below 0.5: a detector that sorts the wrong way round is bad, not good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

FPR_LIMIT: Final = 0.3
"""AUPRO integrates up to this false-positive rate, as MVTec's evaluation does."""

_KEPT_BITS: Final = 20  # 8 of exponent, 12 of mantissa; the sign is gone, maps are never below 0
_DROPPED_BITS: Final = 31 - _KEPT_BITS


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Points of a curve in the unit square, for drawing: x ascending."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


def auroc(good: Sequence[float], defective: Sequence[float]) -> float:
    """Probability that a defective sample scores above a good one, equal scores counted half; NaN without both.

    Source: Mann and Whitney (1947).
    """
    positives, negatives = _steps(good, defective)
    return _auroc(positives, negatives)


def average_precision(good: Sequence[float], defective: Sequence[float]) -> float:
    """Mean precision over the recalls at which a defective sample is found, without interpolation; NaN without both."""
    positives, negatives = _steps(good, defective)
    return _average_precision(positives, negatives)


def f1_max(good: Sequence[float], defective: Sequence[float]) -> float:
    """Largest harmonic mean of precision and recall over all thresholds; NaN without both."""
    positives, negatives = _steps(good, defective)
    return _f1_max(positives, negatives)


def roc_curve(good: Sequence[float], defective: Sequence[float]) -> Curve:
    """False-positive rate against true-positive rate, from (0, 0) to (1, 1)."""
    positives, negatives = _steps(good, defective)
    return Curve(_rates(negatives), _rates(positives))


@dataclass(frozen=True, slots=True, eq=False)
class PixelFigures:
    """What a `PixelCounter` found; NaN where there were no defective pixels, or no good ones."""

    auroc: float
    auroc_error: float
    average_precision: float
    f1_max: float
    aupro: float
    roc: Curve
    pro: Curve


class PixelCounter:
    """Counts pixels of any number of maps of any size; memory stays at 24 MiB."""

    def __init__(self, *, connectivity: int = 8) -> None:
        """`connectivity` 8 or 4: whether pixels that touch at a corner belong to one region."""
        self._connectivity = connectivity
        self._good = np.zeros(1 << _KEPT_BITS, np.int64)
        self._defective = np.zeros(1 << _KEPT_BITS, np.int64)
        self._overlap = np.zeros(1 << _KEPT_BITS, np.float64)  # every region weighs 1, whatever its size
        self._regions = 0

    @property
    def regions(self) -> int:
        """Connected regions of all masks so far."""
        return self._regions

    def add(self, values: NDArray[np.float32], mask: NDArray[np.bool_]) -> None:
        """Count one frame.

        Args:
            values: (H, W), the map at the frame's resolution, none below 0.
            mask: (H, W), True on the defect; all False for a good frame.

        Raises:
            ValueError: shapes differ, or a value is negative or not finite.
        """
        if values.shape != mask.shape:
            raise ValueError(f"map {values.shape} and mask {mask.shape} differ in size")
        if not (np.isfinite(values).all() and values.min(initial=0) >= 0):
            raise ValueError("map values must be finite and not below 0")
        # + 0.0 turns -0.0 into 0.0; for what is not negative, the order of the bits is the order of the values.
        bins = (values.astype(np.float32) + np.float32(0)).view(np.uint32) >> np.uint32(_DROPPED_BITS)
        size = 1 << _KEPT_BITS
        self._good += np.bincount(bins[~mask], minlength=size)
        if not mask.any():
            return
        self._defective += np.bincount(bins[mask], minlength=size)
        count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=self._connectivity)
        sizes = np.bincount(labels[mask], minlength=count)
        self._overlap += np.bincount(bins[mask], weights=1 / sizes[labels[mask]], minlength=size)
        self._regions += count - 1

    def figures(self) -> PixelFigures:
        """All measures of what was counted so far."""
        used = np.flatnonzero(self._good + self._defective)[::-1]  # from the highest value down
        good = self._good[used].astype(np.float64)
        defective = self._defective[used].astype(np.float64)
        fpr = _rates(good)
        overlap = np.concatenate([[0.0], np.cumsum(self._overlap[used])]) / max(self._regions, 1)
        ties = float((good * defective).sum())
        pairs = float(good.sum() * defective.sum())
        return PixelFigures(
            auroc=_auroc(defective, good),
            auroc_error=ties / (2 * pairs) if pairs else float("nan"),
            average_precision=_average_precision(defective, good),
            f1_max=_f1_max(defective, good),
            aupro=_area_up_to(fpr, overlap, FPR_LIMIT) / FPR_LIMIT if self._regions and good.sum() else float("nan"),
            roc=Curve(fpr, _rates(defective)),
            pro=Curve(fpr, overlap),
        )


# Below, scores are given as two arrays of counts over the distinct values, from the highest value down.


def _steps(good: Sequence[float], defective: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scores = np.concatenate([np.asarray(good, np.float64), np.asarray(defective, np.float64)])
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite")
    values, places = np.unique(-scores, return_inverse=True)
    split = len(good)
    negatives = np.bincount(places[:split], minlength=values.size).astype(np.float64)
    positives = np.bincount(places[split:], minlength=values.size).astype(np.float64)
    return positives, negatives


def _rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share found at each threshold, beginning with none; NaN if there is nothing to find."""
    total = counts.sum()
    found = np.concatenate([[0.0], np.cumsum(counts)])
    return found / total if total else np.full(found.shape, np.nan)


def _auroc(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    return float(np.trapezoid(_rates(positives), _rates(negatives)))


def _average_precision(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    if not positives.sum() or not negatives.sum():
        return float("nan")
    hits = np.cumsum(positives)
    precision = hits / (hits + np.cumsum(negatives))
    return float((precision * positives).sum() / positives.sum())


def _f1_max(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> float:
    if not positives.sum() or not negatives.sum():
        return float("nan")
    hits = np.cumsum(positives)
    return float((2 * hits / (hits + np.cumsum(negatives) + positives.sum())).max())


def _area_up_to(x: NDArray[np.float64], y: NDArray[np.float64], limit: float) -> float:
    """Area below a polyline from x = 0 to the limit; the last piece is cut by interpolation."""
    inside = int(np.searchsorted(x, limit, side="right"))
    if inside == x.size:
        return float(np.trapezoid(y, x))
    at_limit = y[inside - 1] + (y[inside] - y[inside - 1]) * (limit - x[inside - 1]) / (x[inside] - x[inside - 1])
    return float(np.trapezoid(np.append(y[:inside], at_limit), np.append(x[:inside], limit)))
