"""Step Publish: what is missing is said with the way there, and nothing is published that should not be."""

from dataclasses import replace

import pytest

from inspector.core.check import CheckResult
from inspector.core.draft import (
    BLOCKER_CODES,
    Blocker,
    DraftBlocked,
    JudgedCheck,
    MeasuredTiming,
    PublishFacts,
    RecipeDraft,
    Step,
    basis_of,
    publish_blockers,
)
from inspector.core.errors import OperationalError
from inspector.core.recipe import StoredShot
from inspector.ui.recipes.check_list import Check, check_lines, check_of
from inspector.ui.recipes.publish import PublishStep
from inspector.ui.tools import PageTools
from tests.support.setup_steps import MODEL, ScriptedRecipes, ScriptedScoring, ScriptedVersions, make_desk, make_draft


def ready() -> RecipeDraft:
    draft = make_draft()
    basis = basis_of(draft.recipe, MODEL)
    draft = draft.with_recipe(self_test=StoredShot("recipes/shot.png", "c" * 64, 0.41, basis))
    return replace(
        draft,
        judged=JudgedCheck(MODEL, basis, "", draft.recipe.rule, CheckResult(0, 60, 11, 12)),
        timing=MeasuredTiming(200, 38.2, 51.7, 412.0, basis),
        base_version=7,
        base_product="CAP-32",
    )


class Bench:
    def __init__(self, qtbot, tools: PageTools, draft: RecipeDraft) -> None:
        self.desk = make_desk()
        self.step = PublishStep(tools, self.desk, draft)
        qtbot.addWidget(self.step)
        self.step.resize(1250, 620)
        self.step.show()
        self.step.show_draft(draft)
        self.step.enter()
        self.qtbot = qtbot

    @property
    def recipes(self) -> ScriptedRecipes:
        assert isinstance(self.desk.recipes, ScriptedRecipes)
        return self.desk.recipes


@pytest.fixture
def bench(qtbot, tools: PageTools) -> Bench:
    bench = Bench(qtbot, tools, ready())
    bench.step.show_blockers(())
    return bench


def test_every_blocker_has_its_line() -> None:
    draft = make_draft()
    for code in BLOCKER_CODES:
        for step in Step:
            blocker = Blocker(step, code, "text", ("1", "2", "3"))
            lines = check_lines(draft, [blocker], {})
            assert sum(bool(line.problems) and "text" not in line.problems for line in lines) >= 1, code
            assert check_of(blocker) in Check


def test_what_is_missing_is_said_with_the_way_there(qtbot, tools: PageTools) -> None:
    draft = make_draft()
    bench = Bench(qtbot, tools, draft)
    bench.step.show_blockers(publish_blockers(draft, PublishFacts()))
    row = bench.step.list.rows[Check.CAMERA]
    assert not row.done
    assert "picture limits" in row.text
    assert row.go.isVisible()
    with qtbot.waitSignal(bench.step.asked) as asked:
        row.go.click()
    assert asked.args == [Step.CAMERA]
    assert not bench.step.publish.isEnabled()
    assert "Open on the list" in bench.step.missing.text()


def test_before_anything_is_known_nothing_can_be_published(qtbot, tools: PageTools) -> None:
    bench = Bench(qtbot, tools, ready())
    assert not bench.step.publish.isEnabled()


def test_a_reason_is_asked_for(bench: Bench) -> None:
    assert bench.step.publish.isEnabled()
    bench.step.publish.click()
    assert bench.recipes.published == []
    assert "why" in bench.step._reason.note


def test_publishing_hands_over_draft_and_reason_and_tells_the_frame(bench: Bench) -> None:
    bench.step.reason.setPlainText("  better light ")
    with bench.qtbot.waitSignal(bench.step.published) as published:
        bench.step.publish.click()
    assert published.args[0].version == 8
    assert bench.recipes.published == [(bench.step.draft, "better light")]
    line = bench.desk.line
    assert isinstance(line, ScriptedVersions)
    assert line.used == [(published.args[0], False)]


def test_now_is_a_choice_and_the_next_lot_is_the_rule(bench: Bench) -> None:
    assert bench.step.now.isVisible()
    assert not bench.step.now.isChecked()
    bench.step.now.click()
    bench.step.reason.setPlainText("urgent")
    with bench.qtbot.waitSignal(bench.step.published):
        bench.step.publish.click()
    assert bench.desk.line.used[0][1] is True


def test_another_product_leaves_the_line_alone(qtbot, tools: PageTools) -> None:
    draft = ready().with_recipe(product="other")
    bench = Bench(qtbot, tools, draft)
    bench.step.show_blockers(())
    assert bench.step.now.isHidden()
    bench.step.reason.setPlainText("new")
    with qtbot.waitSignal(bench.step.published):
        bench.step.publish.click()
    assert bench.desk.line.used == []


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (DraftBlocked([Blocker(Step.MODEL, "other_worse", "", ("gasket",))]), "Open on the list"),
        (OperationalError("RCP-001", "The model is gone."), "The model is gone"),
    ],
)
def test_a_refused_publication_says_why_and_keeps_everything(bench: Bench, refusal: Exception, words: str) -> None:
    bench.recipes.refusal = refusal
    bench.step.reason.setPlainText("better light")
    with bench.qtbot.assertNotEmitted(bench.step.published):
        bench.step.publish.click()
        bench.qtbot.waitUntil(lambda: words in bench.step.missing.text())
    assert bench.step.reason.toPlainText() == "better light"


def test_differences_to_the_version_before_are_listed(bench: Bench) -> None:
    bench.qtbot.waitUntil(lambda: bench.step.differences.rowCount() > 0)
    fields = [bench.step.differences.item(row, 0).text() for row in range(bench.step.differences.rowCount())]
    assert "Self-test shot" in fields


def test_the_time_of_200_shots_is_measured_here(bench: Bench) -> None:
    changed: list[RecipeDraft] = []
    bench.step.changed.connect(changed.append)
    bench.step.show_draft(replace(bench.step.draft, timing=None))
    bench.step.list.rows[Check.TIMING].work.click()
    bench.qtbot.waitUntil(lambda: bool(changed))
    assert changed[-1].timing.shots == 200
    assert "52 ms" in bench.step.list.rows[Check.TIMING].text


def test_the_self_test_shot_is_stored_and_checked_again(bench: Bench) -> None:
    told: list[dict[str, float]] = []
    bench.step.measured.connect(told.append)
    changed: list[RecipeDraft] = []
    bench.step.changed.connect(changed.append)
    bench.step.show_draft(bench.step.draft.with_recipe(self_test=None))
    bench.step.list.rows[Check.SELF_TEST].work.click()
    bench.qtbot.waitUntil(lambda: bool(changed))
    assert changed[-1].recipe.self_test.score == 0.41
    assert told[-1] == {"self_test_score": 0.41}


def test_what_the_stored_shot_scores_now_reaches_the_check_list(qtbot, tools: PageTools) -> None:
    bench = Bench(qtbot, tools, ready())
    assert isinstance(bench.desk.scoring, ScriptedScoring)
    bench.desk.scoring.shot_score = 0.43
    told: list[dict[str, float]] = []
    bench.step.measured.connect(told.append)
    bench.step.enter()
    qtbot.waitUntil(lambda: {"self_test_score": 0.43} in told)


def test_bad_samples_that_would_pass_are_not_overlooked(bench: Bench) -> None:
    row = bench.step.list.rows[Check.PROMISE]
    assert row.done
    assert "let pass: 1" in row.text
    assert row.go.isVisible()
    assert bench.step.publish.isEnabled()


def test_the_record_names_the_user_and_pretends_no_signature(bench: Bench) -> None:
    assert "wei" in bench.step.signed.text()
    assert "no signature" in bench.step.signed.text()
