"""The pass/fail rule: pure, and written in positive logic, so that nothing odd can slip through as PASS (R-02)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.frame import MissReason
from inspector.core.picture_limits import PictureFault
from inspector.core.recipe import Recipe
from inspector.core.refs import ModelRef, RecipeRef


class Verdict(Enum):
    """What the line is told. Only PASS lets a part go."""

    PASS = "pass"
    FAIL = "fail"
    NOT_INSPECTED = "not_inspected"


class Reason(Enum):
    """Why the verdict is what it is; the window has a sentence for each."""

    WITHIN_LIMIT = "within_limit"
    ABOVE_LIMIT = "above_limit"
    INCOMPLETE = "incomplete"
    GAP = "gap"
    OVERRUN = "overrun"
    NO_IMAGE = "no_image"
    WRONG_SIZE = "wrong_size"
    PICTURE_DARK = "picture_dark"
    PICTURE_BRIGHT = "picture_bright"
    PICTURE_CLIPPED_DARK = "picture_clipped_dark"
    PICTURE_CLIPPED_BRIGHT = "picture_clipped_bright"
    PICTURE_BLURRED = "picture_blurred"
    PICTURE_NOISY = "picture_noisy"
    PICTURE_UNEVEN = "picture_uneven"
    PICTURE_SHIFTED = "picture_shifted"
    MODEL_FAILED = "model_failed"
    INVALID_MAP = "invalid_map"
    WRONG_MODEL = "wrong_model"
    LATE = "late"
    NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, slots=True)
class Timings:
    """Where a part's time went, in milliseconds; 0 where a stage did not happen.

    Attributes:
        waited_ms: from arrival of the frame to the start of its inspection.
        model_ms: map from pixels, upload and download included.
        regions_ms: regions and decision.
        answer_ms: from arrival of the frame to the answer at the line.
    """

    waited_ms: float = 0.0
    model_ms: float = 0.0
    regions_ms: float = 0.0
    answer_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Verdict with its reasons.

    Attributes:
        score: the map's score; None when there is no trustworthy one.
        limit: the threshold that was in force.
        regions: what exceeds the limit, largest peak first.
        detail: English, for log and record; the window speaks from `reason`.
    """

    verdict: Verdict
    reason: Reason
    limit: float
    recipe: RecipeRef
    score: float | None = None
    regions: tuple[DefectRegion, ...] = ()
    model: ModelRef | None = None
    detail: str = ""
    timings: Timings = Timings()

    @property
    def ratio(self) -> float | None:
        """Score as a multiple of the limit, the number people see; None without a score."""
        return None if self.score is None else self.score / self.limit


_MISSED = {
    MissReason.INCOMPLETE: Reason.INCOMPLETE,
    MissReason.GAP: Reason.GAP,
    MissReason.OVERRUN: Reason.OVERRUN,
    MissReason.NO_IMAGE: Reason.NO_IMAGE,
}


_OUTSIDE_LIMITS = {fault: Reason(f"picture_{fault.value}") for fault in PictureFault}
PICTURE_REASONS = frozenset(_OUTSIDE_LIMITS.values())
"""The picture leaves its learned limits, so it was not judged (FS-9)."""


def not_inspected(recipe: Recipe, reason: Reason, detail: str = "", *, model: ModelRef | None = None) -> Decision:
    """The decision for a part that could not be judged: rejected and recorded (FS-2)."""
    return Decision(
        verdict=Verdict.NOT_INSPECTED,
        reason=reason,
        limit=recipe.rule.score_threshold,
        recipe=recipe.ref,
        model=model,
        detail=detail,
    )


def missed(recipe: Recipe, reason: MissReason, detail: str = "") -> Decision:
    """The decision for a part whose frame is missing."""
    return not_inspected(recipe, _MISSED[reason], detail)


def outside_limits(recipe: Recipe, faults: Sequence[PictureFault], *, model: ModelRef | None = None) -> Decision:
    """The decision for a part whose picture leaves its learned limits, named after the likeliest cause (FS-9)."""
    detail = "picture outside its limits: " + ", ".join(fault.value for fault in faults)
    return not_inspected(recipe, _OUTSIDE_LIMITS[faults[0]], detail, model=model)


def map_problem(anomaly_map: AnomalyMap, expected_shape: tuple[int, int], model: ModelRef) -> str:
    """Why a map cannot be trusted; empty when it can.

    Args:
        anomaly_map: as the model returned it.
        expected_shape: (h, w) that the model promised for this frame size.
        model: the model that was loaded.
    """
    values = anomaly_map.values
    if values.dtype != np.float32 or values.shape != expected_shape or values.size == 0:
        return f"map is {values.dtype} {values.shape}, expected float32 {expected_shape}"
    if not bool(np.isfinite(values).all()):
        return "map holds values that are not finite"
    if not math.isfinite(anomaly_map.score):
        return f"score is {anomaly_map.score}"
    if anomaly_map.score != float(values.max()):
        return f"score {anomaly_map.score} is not the maximum of the map {float(values.max())}"
    if float(values.min()) < 0:
        return "map holds values below 0"
    if anomaly_map.model != model:
        return f"map comes from {anomaly_map.model}, not from {model}"
    return ""


def decide(
    recipe: Recipe,
    anomaly_map: AnomalyMap,
    *,
    expected_shape: tuple[int, int],
    model: ModelRef,
    find_regions: Callable[[AnomalyMap, float], Sequence[DefectRegion]],
) -> Decision:
    """Judge one part.

    Regions are looked for only when the score demands it, so a good part costs nothing more. With a smallest area set,
    a part whose every region is smaller passes.

    Args:
        recipe: the recipe in force.
        anomaly_map: as the model returned it.
        expected_shape: (h, w) that the model promised for this frame size.
        model: the model that was loaded.
        find_regions: connected cells above a threshold, largest peak first.
    """
    problem = map_problem(anomaly_map, expected_shape, model)
    if problem:
        return not_inspected(recipe, Reason.INVALID_MAP, problem, model=model)
    limit = recipe.rule.score_threshold
    if not (math.isfinite(limit) and limit > 0):
        return not_inspected(recipe, Reason.INVALID_MAP, f"limit is {limit}", model=model)
    score = anomaly_map.score
    regions: tuple[DefectRegion, ...] = ()
    if not score <= limit:
        regions = tuple(find_regions(anomaly_map, limit))
        if recipe.rule.min_area_mm2 > 0 and recipe.mm_per_px is not None:
            smallest_px = recipe.rule.min_area_mm2 / recipe.mm_per_px**2
            regions = tuple(region for region in regions if not region.area_px < smallest_px)
            passes = not regions
        else:
            passes = False
    else:
        passes = True
    return Decision(
        verdict=Verdict.PASS if passes else Verdict.FAIL,
        reason=Reason.WITHIN_LIMIT if passes else Reason.ABOVE_LIMIT,
        limit=limit,
        recipe=recipe.ref,
        score=score,
        regions=regions,
        model=model,
    )
