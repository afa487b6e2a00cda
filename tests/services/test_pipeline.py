from dataclasses import replace

import pytest

from inspector.core.decision import Reason, Verdict
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.recipe import Recipe
from inspector.services.clock import SystemClock
from inspector.services.pipeline import Pipeline
from tests.support.model import ScriptedModel, fail, one_region
from tests.support.values import RECIPE, frame, missed


def pipeline(model: ScriptedModel | None = None, recipe: Recipe = RECIPE) -> Pipeline:
    return Pipeline(model or ScriptedModel(), recipe, one_region, SystemClock())


def test_a_frame_becomes_an_inspection_with_its_map() -> None:
    inspection = pipeline().inspect(frame(7, value=64), "lot 1")
    assert inspection.decision.verdict is Verdict.PASS
    assert inspection.decision.ratio == pytest.approx(0.5)
    assert inspection.anomaly_map is not None
    assert (inspection.lot, inspection.frame.frame_id, inspection.simulated) == ("lot 1", 7, True)
    bad = pipeline().inspect(frame(8, value=255))
    assert bad.decision.verdict is Verdict.FAIL
    assert len(bad.decision.regions) == 1


def test_a_missed_frame_is_answered_without_the_model() -> None:
    model = ScriptedModel()
    inspection = pipeline(model).inspect(missed(3))
    assert (inspection.decision.verdict, inspection.decision.reason) == (Verdict.NOT_INSPECTED, Reason.GAP)
    assert model.prepared == []


@pytest.mark.expected_log("The model failed on frame 1")
@pytest.mark.parametrize(
    "error", [RuntimeError("device lost"), OperationalError("GPU-001", "Out of memory.", ""), MemoryError()]
)
def test_a_model_that_fails_costs_one_part(error: Exception) -> None:
    #
    model = ScriptedModel({1: fail(error)})
    line = pipeline(model)
    failed = line.inspect(frame(1, value=1))
    assert (failed.decision.verdict, failed.decision.reason) == (Verdict.NOT_INSPECTED, Reason.MODEL_FAILED)
    assert failed.anomaly_map is None
    assert line.inspect(frame(2, value=1)).decision.verdict is Verdict.PASS
    assert len(model.prepared) == 2, "prepared anew after a failure"


def test_an_untrustworthy_map_is_not_shown_as_one() -> None:
    #
    model = ScriptedModel()
    model.ref = replace(model.ref, version=2)
    line = pipeline(model)
    line.prepare(Size(64, 96))
    model_answer = model.infer(frame(1))
    model.infer = lambda _: replace(model_answer, score=float("nan"))  # type: ignore[method-assign]
    inspection = line.inspect(frame(1))
    assert (inspection.decision.verdict, inspection.decision.reason) == (Verdict.NOT_INSPECTED, Reason.INVALID_MAP)
    assert inspection.anomaly_map is None


def test_a_frame_of_another_size_is_not_inspected_where_the_recipe_fixes_it() -> None:
    fixed = pipeline(recipe=replace(RECIPE, image_size=Size(64, 96)))
    assert fixed.inspect(frame(1, value=1)).decision.verdict is Verdict.PASS
    wrong = fixed.inspect(frame(2, height=65))
    assert (wrong.decision.verdict, wrong.decision.reason) == (Verdict.NOT_INSPECTED, Reason.WRONG_SIZE)
    assert "96 × 65" in wrong.decision.detail


def test_any_size_is_prepared_where_the_recipe_leaves_it_open() -> None:
    model = ScriptedModel()
    line = pipeline(model)
    for height in (64, 64, 32, 64):
        assert line.inspect(frame(1, height=height, value=1)).decision.verdict is Verdict.PASS
    assert [size.height for size in model.prepared] == [64, 32, 64]
