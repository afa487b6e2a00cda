"""Step Model and limit: scores, a limit that moves everything at once, and what is written down for Publish."""

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from inspector.core.check import CheckResult
from inspector.core.draft import RecipeDraft, basis_of
from inspector.core.sample import Sample, Tray, Use, samples_key
from inspector.services.teaching import LoneSample, ProductCheck, TeachingOutcome
from inspector.services.teaching_plan import TeachDepth, TeachObstacle
from inspector.ui.recipes.model import ModelStep
from inspector.ui.tools import PageTools
from inspector.ui.widgets.sheet import Question
from tests.support.setup_steps import (
    MODEL,
    OLDER,
    ScriptedScoring,
    ScriptedTeaching,
    ScriptedTrial,
    add_samples,
    make_desk,
    make_draft,
)
from tests.support.setup_stores import MemorySampleStore


class Bench:
    """A step with many good and some bad samples of known scores."""

    def __init__(self, qtbot, tools: PageTools, good: int = 60, bad: int = 12) -> None:
        self.store = MemorySampleStore()
        self.draft = make_draft()
        self.desk = make_desk(self.store)
        # Every picture is another one, so that none is a near-copy.
        noise = np.random.default_rng(5).integers(0, 256, (good + bad, 16, 16), np.uint8)
        self.good = self._check(add_samples(self.store, self.draft.id, Tray.GOOD, good, pictures=list(noise[:good])))
        self.bad = add_samples(self.store, self.draft.id, Tray.BAD, bad, pictures=list(noise[good:]))
        scoring = self.desk.scoring
        assert isinstance(scoring, ScriptedScoring)
        self.scoring = scoring
        scoring.scores = {one.id: 0.2 + 0.5 * i / max(good, 1) for i, one in enumerate(self.good)}
        scoring.scores |= {one.id: 0.9 + 0.2 * i for i, one in enumerate(self.bad)}
        self.step = ModelStep(tools, self.desk, self.draft)
        qtbot.addWidget(self.step)
        self.changed: list[RecipeDraft] = []
        self.step.changed.connect(self.changed.append)
        self.step.resize(1250, 620)
        with qtbot.waitExposed(self.step):
            self.step.show()
        self.step.show_draft(self.draft)
        self.step.enter()
        qtbot.waitUntil(lambda: self.step.book.loaded and self.step.model.count() == 2)
        self.qtbot = qtbot

    def _check(self, samples: list[Sample]) -> list[Sample]:
        checked = [replace(one, use=Use.CHECK) for one in samples]
        self.store.update(checked)
        return checked

    def score(self) -> None:
        self.step.score.click()
        self.qtbot.waitUntil(lambda: not self.step.work.running and self.step.judging.scores is not None, timeout=15000)

    @property
    def teaching(self) -> ScriptedTeaching:
        assert isinstance(self.desk.teaching, ScriptedTeaching)
        return self.desk.teaching


@pytest.fixture
def bench(qtbot, tools: PageTools):
    bench = Bench(qtbot, tools)
    yield bench
    bench.step.leave()
    bench.step.close_step()


def test_a_product_that_the_model_never_learned_begins_with_teaching(bench: Bench) -> None:
    step = bench.step
    assert step.side.places["teach"].isChecked()
    assert "not taught this product" in step.state.text()
    # Nothing was scored, so nothing is said to be on the right side.
    assert step.side.places["wrong"].text() == "Wrong: –"
    assert step.side.wrong.rejected.message == "Known once the samples are scored."
    bench.score()
    assert "not taught" not in step.state.text()
    assert step.side.wrong.rejected.message == "No good sample is rejected."


def test_scoring_proposes_a_limit_and_writes_the_check_down(bench: Bench) -> None:
    bench.score()
    draft = bench.step.draft
    judged = draft.judged
    assert judged is not None
    assert judged.model == MODEL
    assert judged.basis == basis_of(draft.recipe, MODEL)
    assert judged.samples == samples_key(bench.store.list(draft.id))
    assert judged.rule == draft.recipe.rule
    assert judged.result == CheckResult(0, 60, 12, 12)
    assert 0.7 < draft.recipe.rule.score_threshold < 0.9
    assert "0 of 60 (true rate may be up to 4.9 %)" in bench.step.limit.result.text()
    assert not any(name.startswith("MainThread") for name in bench.scoring.threads)


def test_the_limit_as_settled_is_what_is_judged(bench: Bench) -> None:
    bench.score()
    bench.step.limit.limit.setFocus()
    bench.step.limit.limit.setText("0.5")
    bench.step.limit.limit.setModified(True)
    bench.step.limit.limit.commit()
    judged = bench.step.draft.judged
    assert judged is not None
    assert judged.rule.score_threshold == 0.5
    assert judged.result.good_rejected == sum(bench.scoring.scores[one.id] > 0.5 for one in bench.good)
    assert "Set by hand" in bench.step.limit.rule.text()
    bench.step.limit.propose.click()
    assert bench.step.draft.judged.result.good_rejected == 0


def test_a_dragged_limit_reaches_the_draft_only_when_it_is_let_go(bench: Bench) -> None:
    bench.score()
    before = bench.step.draft
    plot = bench.step.limit.histogram
    y = plot.height() // 2
    bench.qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(0.6)), y))
    bench.qtbot.mouseMove(plot, QPoint(round(plot.x_of(0.4)), y))
    assert bench.step.draft == before
    assert len(bench.step.side.wrong.rejected.model().samples) > 0
    assert "Rejected: 0" not in bench.step.side.wrong.tabs[0].text()
    bench.qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(0.4)), y))
    assert bench.step.draft.recipe.rule.score_threshold == plot.limit


def test_a29_counts_and_lists_follow_the_hand_within_100_ms(qtbot, tools: PageTools) -> None:
    """With 2 000 samples, each move of the limit redraws counts, sentence and both lists."""
    bench = Bench(qtbot, tools, good=1900, bad=100)
    bench.score()
    times = []
    for limit in np.geomspace(0.25, 3.0, 40):
        began = time.perf_counter()
        bench.step.limit.histogram._move(float(f"{limit:.4g}"))
        bench.step.repaint()
        times.append(time.perf_counter() - began)
        rejected = sum(
            score > bench.step.limit.histogram.limit for score in bench.step.judging.values(bench.step.judging.good)
        )
        assert bench.step.limit.counts.good_rejected == rejected
        assert len(bench.step.side.wrong.rejected.model().samples) == rejected
    # One slow moment of a shared computer is not the program's.
    assert sorted(times)[-2] < 0.1, sorted(times)[-5:]
    bench.step.close_step()


def test_moving_a_sample_needs_no_scoring(bench: Bench) -> None:
    bench.score()
    threads = len(bench.scoring.threads)
    wrong = bench.good[-1]
    bench.step.book.move([wrong.id], Tray.BAD)
    judged = bench.step.draft.judged
    assert judged is not None
    assert (judged.result.good, judged.result.bad) == (59, 13)
    assert len(bench.scoring.threads) == threads


def test_a_new_sample_without_a_score_leaves_the_check_open(bench: Bench) -> None:
    bench.score()
    judged = bench.step.draft.judged
    add_samples(bench.store, bench.draft.id, Tray.BAD, 1, pictures=[np.ones((16, 16), np.uint8)])
    bench.step.book.refresh()
    bench.qtbot.waitUntil(lambda: bench.step.judging.unscored == 1)
    assert "Not scored yet: 1 sample." in bench.step.state.text()
    assert bench.step.draft.judged == judged


def test_a_model_that_was_taught_with_the_samples_is_checked_by_those_set_aside(bench: Bench) -> None:
    """And one that never saw them by all good ones, which says more."""
    bench.store.update([replace(one, use=Use.TEACH) for one in bench.good[:40]])
    bench.step.book.refresh()
    bench.qtbot.waitUntil(lambda: sum(one.use is Use.TEACH for one in bench.step.book.of(Tray.GOOD)) == 40)
    bench.score()
    assert bench.step.draft.judged.result.good == 60
    assert "not taught with them" in bench.step.limit.rule.text()
    bench.step.edit(bench.step.draft.with_recipe(model_product="cap"))
    bench.score()
    assert bench.step.draft.judged.result.good == 20
    assert "never taught" in bench.step.limit.rule.text()


def test_another_model_makes_the_scores_count_no_more(bench: Bench) -> None:
    bench.score()
    bench.step.model.setCurrentIndex(1)
    bench.step.model.activated.emit(1)
    recipe = bench.step.draft.recipe
    assert (recipe.model_name, recipe.model_version) == (OLDER.name, OLDER.version)
    assert bench.step.limit.histogram._good.size == 0
    assert "Score the samples" in bench.step.limit.result.text()
    bench.score()
    assert bench.step.draft.judged.model == OLDER


def test_scores_survive_a_restart(qtbot, tools: PageTools, bench: Bench) -> None:
    bench.score()
    again = ModelStep(tools, bench.desk, bench.step.draft)
    qtbot.addWidget(again)
    again.show()
    again.show_draft(bench.step.draft)
    again.enter()
    qtbot.waitUntil(lambda: again.judging.fits(again.draft))
    assert "0 of 60" in again.limit.result.text()
    again.close_step()


def test_scoring_can_be_cancelled_and_what_was_scored_stays(bench: Bench) -> None:
    bench.scoring.hold.clear()
    bench.step.score.click()
    bench.qtbot.waitUntil(lambda: bench.step.progress.isVisible())
    bench.step.progress.cancel.click()
    bench.scoring.hold.set()
    bench.qtbot.waitUntil(lambda: not bench.step.work.running)
    assert bench.step.draft.judged is None
    assert bench.step.score.isEnabled()


def test_the_allowed_rate_moves_a_limit_that_follows_the_rule(bench: Bench) -> None:
    bench.score()
    before = bench.step.draft.recipe.rule.score_threshold
    bench.step.limit.allowed_entered.emit(200.0)
    assert bench.step.draft.allowed_per_1000 == 200.0
    assert bench.step.draft.recipe.rule.score_threshold < before
    bench.step.limit._on_typed(1.3)
    bench.step.limit.allowed_entered.emit(10.0)
    assert bench.step.draft.recipe.rule.score_threshold == 1.3


def test_a_chosen_sample_is_shown_with_its_heat(bench: Bench) -> None:
    bench.score()
    bench.step.limit._on_typed(0.5)
    bench.step.side.wrong.choose(bench.good[-1].id)
    view = bench.step.side.view
    bench.qtbot.waitUntil(lambda: view.well.content.part is not None)
    assert view.well.content.part.anomaly_map is not None
    assert "× limit" in view.text.text()


def test_history_is_tried_without_holding_the_window(bench: Bench) -> None:
    panel = bench.step.side.trial
    bench.step.side.open("trial")
    panel.start.click()
    bench.qtbot.waitUntil(lambda: panel.model.rowCount() == 55)
    trial = bench.desk.trial
    assert isinstance(trial, ScriptedTrial)
    assert not any(name.startswith("MainThread") for name in trial.threads)
    assert "NG 96 → 41" in panel.answer.text()
    with bench.qtbot.waitSignal(panel.opened):
        panel.table.selectRow(2)
    bench.step.limit._on_typed(2.0)
    assert "try again" in panel.answer.text()


# --- teaching ---------------------------------------------------------------------------------------------------------


def outcome(bench: Bench, *, worse: bool) -> TeachingOutcome:
    fine, poor = CheckResult(0, 60, 11, 12), CheckResult(3, 60, 11, 12)
    return TeachingOutcome(
        draft_id=bench.draft.id,
        model=MODEL,
        recipe=replace(bench.step.draft.recipe, model_name="demo", model_version=MODEL.version, scale=0.25),
        checks=(ProductCheck("CAP-32", None, fine), ProductCheck("gasket", fine, poor if worse else fine, OLDER)),
    )


def test_a_taught_model_is_taken_and_scored(bench: Bench) -> None:
    panel = bench.step.side.teach
    panel.ask(TeachDepth.DRAFT)
    bench.qtbot.waitUntil(lambda: len(bench.teaching.started) == 1)
    bench.teaching.end(outcome(bench, worse=False))
    bench.qtbot.waitUntil(lambda: bench.step.draft.judged is not None)
    recipe = bench.step.draft.recipe
    assert (recipe.model_version, recipe.scale) == (MODEL.version, 0.25)
    assert bench.step.draft.judged.worse == ()


def test_a_good_sample_that_sets_the_limit_alone_is_shown_where_it_is_said(bench: Bench) -> None:
    side = bench.step.side
    lone = LoneSample(bench.good[7], 1.52)
    side.teach.ask(TeachDepth.DRAFT)
    bench.qtbot.waitUntil(lambda: bench.teaching.running)
    assert not side.view.isVisible()
    bench.teaching.end(replace(outcome(bench, worse=False), lone=lone))
    bench.qtbot.waitUntil(lambda: "sets the limit alone" in side.teach.state.text())
    assert "at 1.5 times the next score" in side.teach.state.text()
    bench.qtbot.waitUntil(side.view.isVisible)
    bench.qtbot.waitUntil(lambda: side.view.well.content.picture is not None)
    np.testing.assert_array_equal(side.view.well.content.picture, bench.store.load(lone.sample))
    side.open("others")
    assert not side.view.isVisible()
    side.open("teach")
    assert side.view.isVisible()
    # The picture goes with the words, also when nothing new is taught in the end.
    side.teach.ask(TeachDepth.DRAFT)
    assert not side.view.isVisible()
    bench.qtbot.waitUntil(lambda: bench.teaching.running)
    bench.teaching.end(TeachingOutcome(bench.draft.id, cancelled=True))
    bench.qtbot.waitUntil(lambda: "cancelled" in side.teach.state.text())
    assert not side.view.isVisible()


def test_a31_another_product_that_got_worse_is_written_down_and_shown(bench: Bench) -> None:
    bench.step.side.teach.ask(TeachDepth.FULL)
    bench.qtbot.waitUntil(lambda: bench.teaching.running)
    bench.teaching.end(outcome(bench, worse=True))
    bench.qtbot.waitUntil(lambda: bench.step.draft.judged is not None)
    assert bench.step.draft.judged.worse == ("gasket",)
    table = bench.step.side.others
    assert "gasket" in table.sentence.text()
    texts = [[table.table.item(row, column).text() for column in range(3)] for row in range(2)]
    assert texts[0] == ["CAP-32", "– → 0 / 60", "– → 11 / 12"]
    assert texts[1] == ["gasket: worse", "0 → 3 / 60", "11 → 11 / 12"]
    tips = [[table.table.item(row, column).toolTip() for column in (1, 2)] for row in range(2)]
    assert tips[0] == [
        "Good parts rejected by the new model: 0 of 60. There is no old one.",
        "Bad parts found by the new model: 11 of 12. There is no old one.",
    ]
    assert tips[1] == [
        "Good parts rejected: 0 by the old model, 3 of 60 by the new one.",
        "Bad parts found: 11 by the old model, 11 of 12 by the new one.",
    ]
    # Dragging the limit of this product does not wash it away.
    bench.step.limit._on_typed(1.1)
    assert bench.step.draft.judged.worse == ("gasket",)


@pytest.mark.parametrize("problem", [None, ValueError("the process ended")])
def test_a32_a_teaching_without_a_model_changes_nothing(bench: Bench, problem: Exception | None) -> None:
    before = bench.step.draft
    bench.step.side.teach.ask(TeachDepth.FULL)
    bench.qtbot.waitUntil(lambda: bench.teaching.running)
    bench.step.side.teach.cancel.click()
    assert bench.teaching.cancelled == 1
    bench.teaching.end(TeachingOutcome(bench.draft.id, problem=problem, cancelled=problem is None))
    bench.qtbot.waitUntil(lambda: "old model stays" in bench.step.side.teach.state.text())
    assert bench.step.draft == before
    assert not bench.step.side.teach.busy


def test_what_is_in_the_way_of_teaching_is_said(bench: Bench) -> None:
    bench.teaching.obstacles = ((TeachObstacle.LINE_RUNS, "the line runs"),)
    bench.step.side.teach.ask(TeachDepth.DRAFT)
    bench.qtbot.waitUntil(lambda: "line runs" in bench.step.side.teach.state.text())
    assert bench.teaching.started == []
    assert bench.step.side.teach.quick.isEnabled()


def test_forgetting_products_is_asked_first(bench: Bench) -> None:
    bench.teaching.obstacles = ((TeachObstacle.FORGETS, "board"),)
    bench.step.side.teach.ask(TeachDepth.FULL)
    bench.qtbot.waitUntil(lambda: bool(bench.step.window().findChildren(Question)))
    question = bench.step.window().findChildren(Question)[0]
    assert bench.teaching.started == []
    question.confirm.click()
    bench.qtbot.waitUntil(lambda: len(bench.teaching.started) == 1)
    assert bench.teaching.started[0][2] is True


def test_closing_the_set_up_ends_a_teaching_that_nobody_would_read(bench: Bench) -> None:
    bench.teaching.running = True
    bench.step.close_step()
    assert bench.teaching.cancelled == 1
