"""QLT-001: told by a running line when its good parts score otherwise, taken back when they do not, never more."""

import logging
from dataclasses import replace

import numpy as np
import pytest

from inspector.core.decision import Verdict
from inspector.core.drift import WINDOW
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.refs import ModelRef, RecipeRef
from inspector.services.drift import DriftWatch
from tests.support.camera import ScriptedCamera, ScriptedCatalog
from tests.support.line import running_line
from tests.support.model import ScriptedModel
from tests.support.records import record
from tests.support.values import MODEL, RECIPE, frame

OTHER_MODEL = ModelRef("demo", 2, "1" * 64)
HELD_OUT = tuple(np.linspace(0.4, 0.6, 40))


class Watched:
    """A watch with what it said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.faults: list[OperationalError] = []
        self.watch = DriftWatch(report=self._report, gone=lambda code: self.said.append(f"-{code}"))
        self._number = 0

    def _report(self, error: OperationalError) -> None:
        self.said.append(f"+{error.code}")
        self.faults.append(error)

    def feed(self, shift: float = 0.0, count: int = WINDOW, **changes: object) -> None:
        for score in np.linspace(0.4, 0.6, count) + shift:
            self._number += 1
            values = {"recipe": RECIPE.ref, "score": float(score), "limit": 1.0} | changes
            self.watch.after(record(self._number, **values))


@pytest.fixture
def line() -> Watched:
    made = Watched()
    made.watch.begin(RECIPE, MODEL, HELD_OUT)
    return made


def test_good_parts_that_score_as_before_are_no_news(line):
    for _ in range(10):
        line.feed()
    assert line.said == []


@pytest.mark.parametrize("shift", [0.1, -0.1])
def test_drift_is_told_both_ways_and_taken_back(line, shift):
    line.feed(shift, WINDOW - 1)
    assert line.said == []
    line.feed(shift, 1)
    line.feed(shift)
    line.feed(0.6 * shift)
    assert line.said[:2] == ["+QLT-001", "+QLT-001"]
    assert "-QLT-001" not in line.said
    line.feed()
    line.feed()
    assert line.said[-1] == "-QLT-001"
    assert line.said.count("-QLT-001") == 1


def test_the_message_names_both_medians(line):
    line.feed(0.1)
    assert line.faults[0].message == (
        "The last 200 accepted parts of cap v1 score 0.60 × limit in the middle, the held-out good parts 0.50 × limit."
    )


def test_scores_are_compared_in_multiples_of_the_recipes_limit():
    line = Watched()
    loose = replace(RECIPE, rule=replace(RECIPE.rule, score_threshold=4.0))
    line.watch.begin(loose, MODEL, HELD_OUT)
    line.feed(0.1)  # a fortieth of this limit
    assert line.said == []
    line.feed(0.3)
    assert line.said == ["+QLT-001"]


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": Verdict.FAIL},
        {"verdict": Verdict.NOT_INSPECTED, "score": None},
        {"recipe": RecipeRef("cap", 2)},
        {"model": OTHER_MODEL},
        {"score": 1.2},
    ],
)
def test_what_is_not_an_accepted_part_of_this_run_does_not_count(line, changes):
    line.feed(0.3, 3 * WINDOW, **changes)
    assert line.said == []


def test_another_product_begins_anew_and_the_alarm_goes(line):
    line.feed(0.1)
    line.feed(0.1, WINDOW // 2)
    line.watch.begin(replace(RECIPE, product="lid"), MODEL, HELD_OUT)
    assert line.said == ["+QLT-001", "-QLT-001"]
    line.feed(0.1, WINDOW // 2)
    line.feed(0.1, WINDOW - 1, recipe=RecipeRef("lid", 1))
    assert line.said == ["+QLT-001", "-QLT-001"]


def test_stop_and_start_go_on_with_the_window(line):
    line.feed(0.1, WINDOW // 2)
    line.watch.begin(RECIPE, MODEL, HELD_OUT)
    line.feed(0.1, WINDOW // 2)
    assert line.said == ["+QLT-001"]


@pytest.mark.parametrize("held_out", [(), HELD_OUT[:19], (*HELD_OUT[:19], 1.5)])
def test_with_few_held_out_scores_it_is_silent_and_says_so_once(held_out, caplog):
    line = Watched()
    with caplog.at_level(logging.INFO):
        for product in ("cap", "lid", "cap"):
            line.watch.begin(replace(RECIPE, product=product), MODEL, held_out)
            line.feed(0.3, recipe=RecipeRef(product, 1))
    assert line.said == []
    told = [entry.message for entry in caplog.records if "is not watched" in entry.message]
    assert len(told) == 2
    assert "cap v1" in told[0]
    assert "20 are needed" in told[0]


def test_a_running_line_shows_it_and_runs_on(monkeypatch):
    monkeypatch.setattr("inspector.services.drift.WINDOW", 30)
    model = ScriptedModel()
    model.held_out = HELD_OUT
    camera = ScriptedCamera()
    recipe = replace(RECIPE, image_size=Size(64, 96))

    def feed(values):
        for value in values:
            camera.feed([frame(len(line.inspections) + 1, value=value)])
            line.until_inspected(len(line.inspections) + 1)

    with running_line(ScriptedCatalog(camera), model=model, recipe=recipe) as line:
        line.service.start()
        line.until_state(LineState.RUNNING)
        feed(range(82, 112))  # 0.64 to 0.87 of the limit
        line.until(lambda: line.codes() == ["QLT-001"], "the fault")
        assert line.service.status.state is LineState.RUNNING
        assert line.service.recipe == recipe
        line.service.acknowledge("QLT-001")
        feed([52 + number * 25 // 30 for number in range(30)])  # 0.41 to 0.6
        line.until(lambda: line.codes() == [], "the end of the fault")
        assert {answer.verdict for answer in line.output.answers} == {Verdict.PASS}
        assert line.service.status.state is LineState.RUNNING
        line.service.stop()
        line.until_state(LineState.STOPPED)
