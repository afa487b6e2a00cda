"""The score without small regions says what the decision says, at every limit."""

import numpy as np
import pytest

from inspector.core.anomaly import AnomalyMap
from inspector.core.area_score import score_at_area
from inspector.core.decision import Verdict, decide
from inspector.core.geometry import Size
from inspector.core.recipe import DecisionRule, Recipe
from inspector.core.refs import ModelRef
from inspector.vision.regions import find_regions

MODEL = ModelRef("demo", 1, "a" * 64)


def make_map(values: np.ndarray, cell_px: float = 4.0) -> AnomalyMap:
    values = values.astype(np.float32)
    size = Size(round(values.shape[0] * cell_px), round(values.shape[1] * cell_px))
    return AnomalyMap(values, cell_px, float(values.max()), MODEL, frame_size=size)


def test_a_small_area_keeps_the_score_of_the_map() -> None:
    anomaly_map = make_map(np.random.default_rng(0).random((20, 30)))
    assert score_at_area(anomaly_map, 0) == anomaly_map.score
    assert score_at_area(anomaly_map, 16) == anomaly_map.score


def test_a_single_hot_cell_does_not_count_where_two_are_asked_for() -> None:
    values = np.zeros((9, 9))
    values[1, 1] = 5.0
    values[6, 6:8] = 2.0
    assert score_at_area(make_map(values), 32) == 2.0
    assert score_at_area(make_map(values), 48) == 0.0


def test_cells_that_touch_at_a_corner_are_one_region() -> None:
    values = np.zeros((9, 9))
    values[2, 2], values[3, 3] = 4.0, 3.0
    assert score_at_area(make_map(values), 32) == 3.0


def test_an_area_larger_than_the_frame_never_fails_a_part() -> None:
    assert score_at_area(make_map(np.ones((4, 4))), 1e9) == 0.0


@pytest.mark.parametrize("seed", range(12))
def test_a_part_fails_exactly_when_the_score_is_above_the_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random((24, 32)) ** 3
    values[5:9, 5:9] += rng.random() * 1.5
    anomaly_map = make_map(values, cell_px=4.0)
    area_px = float(rng.choice([20.0, 48.0, 64.0, 200.0, 400.0]))
    score = score_at_area(anomaly_map, area_px)
    for limit in (*np.linspace(0.05, 2.5, 40), score, np.nextafter(score, 0)):
        if not limit > 0:
            continue
        recipe = Recipe(
            product="p",
            version=1,
            model_name="demo",
            mm_per_px=1.0,
            rule=DecisionRule(score_threshold=float(limit), min_area_mm2=area_px),
        )
        decision = decide(recipe, anomaly_map, expected_shape=(24, 32), model=MODEL, find_regions=find_regions)
        assert (decision.verdict is Verdict.FAIL) == (score > limit), limit
