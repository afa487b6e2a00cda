"""A newly published version on a line that runs: from the next lot, or now (A-33)."""

from dataclasses import replace

import pytest

from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.recipe import DecisionRule, Recipe
from tests.support.camera import ScriptedCamera, ScriptedCatalog
from tests.support.line import RunningLine, running_line
from tests.support.values import RECIPE, frame

V7 = replace(RECIPE, version=7, image_size=Size(64, 96))
V8 = replace(V7, version=8, rule=DecisionRule(0.5))


def versions(line: RunningLine) -> list[int]:
    return [inspection.decision.recipe.version for inspection in line.inspections]


def publish(line: RunningLine, recipe: Recipe, *, now: bool) -> None:
    line.recipes.publish(recipe)
    line.service.use_version(recipe, now=now)


def test_a33_the_old_version_judges_until_the_next_lot() -> None:
    first, second = ScriptedCamera([frame(1, value=100)]), ScriptedCamera()
    with running_line(ScriptedCatalog(first, second), recipe=V7) as line:
        line.service.start()
        line.until_inspected(1)
        publish(line, V8, now=False)
        line.until(lambda: line.service.upcoming == V8, "the version waits")
        first.feed([frame(2, value=100)])
        line.until_inspected(2)
        assert line.service.recipe == V7
        line.service.new_lot("2411-08")
        line.until(lambda: line.service.lot == "2411-08", "the lot")
        line.until_state(LineState.RUNNING)
        second.feed([frame(1, value=100)])
        line.until_inspected(3)
        line.until(lambda: line.recorder.recorded_count == 3, "3 records")
        assert line.service.upcoming is None
        assert line.service.recipe == V8
        assert versions(line) == [7, 7, 8]
        assert [inspection.lot for inspection in line.inspections] == ["", "", "2411-08"]
        kept = [(record.recipe.version, record.verdict.value) for record in reversed(line.records.recent(10))]
        assert kept == [(7, "pass"), (7, "pass"), (8, "fail")]
        assert line.models.loads == 1
        assert line.faults.faults == ()


def test_now_finishes_the_parts_in_hand_and_goes_on_by_itself() -> None:
    first, second = ScriptedCamera([frame(1, value=100)]), ScriptedCamera([frame(1, value=100)])
    with running_line(ScriptedCatalog(first, second), recipe=V7) as line:
        line.service.start()
        line.until_inspected(1)
        publish(line, V8, now=True)
        line.until_inspected(2)
        assert versions(line) == [7, 8]
        assert line.service.status.state is LineState.RUNNING
        assert line.output.is_ready


def test_what_is_left_of_an_asked_number_of_parts_is_judged_by_the_new_version() -> None:
    first, second = ScriptedCamera([frame(1, value=10)]), ScriptedCamera([frame(1, value=10), frame(2, value=10)])
    with running_line(ScriptedCatalog(first, second), recipe=V7) as line:
        line.service.start(limit=3)
        line.until_inspected(1)
        publish(line, V8, now=True)
        line.until_inspected(3)
        line.until_state(LineState.STOPPED)
        assert versions(line) == [7, 8, 8]


@pytest.mark.parametrize("now", [True, False])
def test_a_stopped_line_stays_stopped(*, now: bool) -> None:
    with running_line(ScriptedCatalog(ScriptedCamera([frame(1, value=10)])), recipe=V7) as line:
        publish(line, V8, now=now)
        line.until(lambda: V8 in (line.service.recipe, line.service.upcoming), "the version is known")
        assert (line.service.recipe == V8) is now
        line.service.new_lot("next")
        line.until(lambda: line.service.recipe == V8, "the new lot has the new version")
        assert line.states == []
        line.service.start()
        line.until_inspected(1)
        assert versions(line) == [8]


def test_a_paused_line_takes_the_new_version_at_its_next_start() -> None:
    catalog = ScriptedCatalog(ScriptedCamera([frame(1, value=10)]), ScriptedCamera([frame(1, value=10)]))
    with running_line(catalog, recipe=V7) as line:
        line.service.start()
        line.until_inspected(1)
        line.service.pause()
        line.until_state(LineState.PAUSED)
        publish(line, V8, now=True)
        line.until(lambda: line.service.recipe == V8, "the version")
        assert line.service.status.state is LineState.PAUSED
        line.service.start()
        line.until_inspected(2)
        assert versions(line) == [7, 8]


def test_another_product_is_none_of_the_lines_business() -> None:
    camera = ScriptedCamera([frame(1, value=10)])
    with running_line(ScriptedCatalog(camera), recipe=V7) as line:
        line.service.start()
        line.until_inspected(1)
        publish(line, replace(V8, product="board"), now=True)
        line.service.use_version(V7)
        camera.feed([frame(2, value=10)])
        line.until_inspected(2)
        assert versions(line) == [7, 7]
        assert line.service.upcoming is None
        assert line.states.count(LineState.RUNNING) == 1


def test_a_change_of_product_forgets_the_version_that_waits() -> None:
    with running_line(ScriptedCatalog(), recipe=V7) as line:
        publish(line, V8, now=False)
        line.until(lambda: line.service.upcoming == V8, "the version waits")
        line.service.change_recipe(replace(V7, product="board"))
        line.until(lambda: line.service.upcoming is None, "it is forgotten")
        line.service.new_lot("next")
        line.until(lambda: line.service.lot == "next", "the lot")
        assert line.service.recipe is not None
        assert line.service.recipe.product == "board"


@pytest.mark.expected_log("The line stops: RCP-001")
def test_a_version_that_cannot_start_stops_the_line() -> None:
    with running_line(ScriptedCatalog(ScriptedCamera([frame(1, value=10)])), recipe=V7) as line:
        line.service.start()
        line.until_inspected(1)
        publish(line, replace(V8, model_name="nothing"), now=True)
        line.until_state(LineState.FAULTED)
        assert line.codes() == ["RCP-001"]
        assert not line.output.is_ready
