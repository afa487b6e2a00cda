from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.decision import Decision, Reason, Verdict, decide, missed
from inspector.core.frame import MissReason
from inspector.core.geometry import Rect
from inspector.core.recipe import DecisionRule, Recipe
from tests.support.values import MODEL, RECIPE, anomaly_map

SHAPE = (2, 2)


def region(area_px: float) -> DefectRegion:
    return DefectRegion(Rect(0, 0, 1, 1), area_px, 2.0, 2.0, (0.5, 0.5))


def judge(found: AnomalyMap, recipe: Recipe = RECIPE, regions: tuple[DefectRegion, ...] = (region(256),)) -> Decision:
    return decide(recipe, found, expected_shape=SHAPE, model=MODEL, find_regions=lambda *_: regions)


def test_equal_to_the_limit_passes_and_just_above_fails() -> None:
    #
    at_limit = judge(anomaly_map([[0.2, 1.0], [0.1, 0.3]]))
    assert (at_limit.verdict, at_limit.ratio) == (Verdict.PASS, 1.0)
    above = judge(anomaly_map([[0.2, float(np.nextafter(np.float32(1), np.float32(2)))], [0.1, 0.3]]))
    assert (above.verdict, above.reason) == (Verdict.FAIL, Reason.ABOVE_LIMIT)
    assert above.regions == (region(256),)


@given(
    numpy_st.arrays(
        np.float32,
        st.sampled_from([(2, 2), (0, 2), (1, 4), (3, 3)]),
        elements=st.sampled_from([0.5, np.nan, np.inf, -np.inf, -1.0, -0.0]),
    ),
    st.sampled_from([0.5, np.nan, np.inf, 0.0, -1.0]),
    st.sampled_from([1.0, np.nan, np.inf, 0.0, -1.0]),
)
def test_only_a_fresh_finite_complete_map_passes(values: np.ndarray, score: float, limit: float) -> None:
    recipe = replace(RECIPE, rule=DecisionRule(score_threshold=limit))
    decision = judge(AnomalyMap(values, 16.0, score, MODEL), recipe)
    trustworthy = (
        values.shape == SHAPE
        and bool(np.isfinite(values).all())
        and values.min() >= 0
        and score == values.max()
        and limit == 1.0
    )
    assert (decision.verdict is Verdict.PASS) == trustworthy
    assert decision.verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (anomaly_map(np.zeros((2, 2)), score=0.5), "not the maximum"),
        (anomaly_map(np.zeros((2, 2)), model=replace(MODEL, version=2)), "comes from"),
        (AnomalyMap(np.zeros((2, 2)), 16.0, 0.0, MODEL), "float64"),  # type: ignore[arg-type]
    ],
)
def test_a_map_that_contradicts_itself_is_not_judged(found: AnomalyMap, words: str) -> None:
    decision = judge(found)
    assert (decision.verdict, decision.reason) == (Verdict.NOT_INSPECTED, Reason.INVALID_MAP)
    assert words in decision.detail


def test_regions_below_the_smallest_area_do_not_fail_a_part() -> None:
    recipe = replace(RECIPE, rule=DecisionRule(min_area_mm2=1.0), mm_per_px=0.1)
    found = anomaly_map([[0.2, 3.0], [0.1, 0.3]])
    assert judge(found, recipe, (region(99),)).verdict is Verdict.PASS
    kept = judge(found, recipe, (region(100), region(99)))
    assert kept.verdict is Verdict.FAIL
    assert kept.regions == (region(100),)


@pytest.mark.parametrize("reason", list(MissReason))
def test_every_missed_frame_is_not_inspected_for_its_own_reason(reason: MissReason) -> None:
    decision = missed(RECIPE, reason, "why")
    assert decision.verdict is Verdict.NOT_INSPECTED
    assert decision.reason.value == reason.value
    assert decision.ratio is None
