"""Every code that can reach the screen has words."""

from dataclasses import replace

import pytest

from inspector.core.anomaly import DefectRegion
from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.geometry import Rect, Size
from inspector.core.line import LineState, Severity, StartStep, fault_codes
from inspector.core.recipe import Recipe
from inspector.core.refs import RecipeRef
from inspector.ui import messages
from inspector.ui.look import Look
from inspector.ui.translation import Language, Translation
from tests.support.scripted_line import fault

SIZE = Size(900, 1200)


def decision(*regions: DefectRegion, reason: Reason = Reason.ABOVE_LIMIT) -> Decision:
    return Decision(Verdict.FAIL, reason, 1.0, RecipeRef("cap", 1), score=2.0, regions=regions)


def region(x: float, y: float, area_px: float = 720.0) -> DefectRegion:
    return DefectRegion(Rect(x - 5, y - 5, 10, 10), area_px, 2.0, 1.5, (x, y))


@pytest.mark.parametrize("code", fault_codes())
def test_every_fault_has_a_name_and_steps_in_both_languages(translation: Translation, code: str) -> None:
    english = messages.fault_text(fault(code))
    assert english.name
    assert english.steps
    assert english.name != fault(code).message
    translation.set_language(Language.CHINESE)
    chinese = messages.fault_text(fault(code))
    assert chinese.name != english.name
    assert chinese.steps != english.steps


def test_an_unknown_fault_shows_what_the_program_wrote(qapp) -> None:
    text = messages.fault_text(replace(fault("CAM-001"), code="NEW-001", message="what happened", hint="what to do"))
    assert (text.name, text.steps) == ("what happened", "what to do")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(qapp, reason: Reason) -> None:
    assert messages.reason_text(decision(reason=reason), SIZE, None)


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [(10, 10, "upper left"), (600, 10, "top"), (1190, 890, "lower right"), (600, 450, "center"), (1200, 450, "right")],
)
def test_a_mark_is_said_with_its_place(qapp, x: float, y: float, place: str) -> None:
    assert messages.reason_text(decision(region(x, y)), SIZE, None) == f"Mark, {place}"


def test_a_mark_is_said_with_its_size_where_the_scale_is_known(qapp) -> None:
    assert messages.reason_text(decision(region(10, 10)), SIZE, 0.05) == "1.8 mm² mark, upper left"
    assert messages.reason_text(decision(region(10, 10, 7200)), SIZE, 0.05) == "18 mm² mark, upper left"


def test_further_marks_are_counted(qapp) -> None:
    assert messages.reason_text(decision(region(10, 10), region(99, 9)), SIZE, None) == "Mark, upper left, and 1 more"


def test_a_part_above_its_limit_without_regions_is_still_said(qapp) -> None:
    assert messages.reason_text(decision(), SIZE, None) == "Something is above the limit"


def test_the_large_word_is_the_same_in_every_language(translation: Translation) -> None:
    assert [messages.verdict_name(verdict) for verdict in Verdict] == ["OK", "NG", "NG not inspected"]
    translation.set_language(Language.CHINESE)
    assert [messages.verdict_word(verdict) for verdict in Verdict] == ["OK", "NG", "NG"]
    assert [messages.verdict_name(verdict) for verdict in Verdict] == ["OK 合格", "NG 不合格", "NG 未检测"]


def test_products_are_called_by_their_title_in_the_language_of_the_window(qapp) -> None:
    recipe = Recipe("cap", 7, "demo", title=(("en", "Cap"), ("zh_CN", "瓶盖")))
    assert messages.product_title(recipe, "zh_CN") == "瓶盖"
    assert messages.product_title(replace(recipe, title=(("en", "Cap"),)), "zh_CN") == "Cap"
    assert messages.product_title(replace(recipe, title=()), "zh_CN") == "cap"


def test_a_made_up_recipe_is_called_unpublished(qapp) -> None:
    assert messages.version_text(7) == "v7"
    assert messages.version_text(0) == "unpublished"


def test_every_verdict_state_and_severity_has_an_icon_and_a_word(look: Look) -> None:
    named = [*messages.VERDICT_ICONS.values(), *messages.SEVERITY_ICONS.values(), *messages.STATE_ICONS.values()]
    assert set(named) <= set(look.icons.names)
    assert set(messages.VERDICT_ICONS) == set(Verdict)
    words = [messages.state_word(state) for state in LineState]
    words += [messages.severity_word(severity) for severity in Severity]
    words += [messages.step_text(step) for step in StartStep]
    assert all(words)
