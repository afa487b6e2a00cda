from collections.abc import Callable
from dataclasses import replace

import pytest

from inspector.core.check import CheckResult
from inspector.core.draft import (
    BLOCKER_CODES,
    JudgedCheck,
    MeasuredTiming,
    PublishFacts,
    RecipeDraft,
    Step,
    StepState,
    basis_of,
    draft_of,
    new_draft,
    publish_blockers,
    recipe_of,
    step_states,
)
from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Polygon, Size
from inspector.core.picture_limits import PictureLimits, Range
from inspector.core.recipe import CameraSettings, DecisionRule, StoredShot, TriggerMode
from inspector.core.refs import ModelRef
from inspector.core.sample import SampleCounts

ANY = Range(0.0, 255.0)
LIMITS = PictureLimits(ANY, ANY, ANY, ANY, ANY, ANY, ANY, shots=20)
MODEL = ModelRef("demo", 3, "ab" * 32)
WHOLE = Polygon(((0.0, 0.0), (640.0, 0.0), (640.0, 480.0), (0.0, 480.0)))
FACTS = PublishFacts(samples=SampleCounts(good=40, check=12, teach=28), samples_key="k", memory_mb=1000.0)


def complete() -> RecipeDraft:
    draft = new_draft("bottle", model_name="demo").with_recipe(
        line_code=7,
        camera_id="simulated:cap",
        camera=CameraSettings(trigger=TriggerMode.LINE),
        image_size=Size(480, 640),
        picture_limits=LIMITS,
        mm_per_px=0.1,
    )
    basis = basis_of(draft.recipe, MODEL)
    draft = draft.with_recipe(self_test=StoredShot("recipes/x.png", "00" * 32, 0.5, basis))
    return replace(
        draft,
        judged=JudgedCheck(MODEL, basis, "k", DecisionRule(), CheckResult(0, 12, 3, 3)),
        timing=MeasuredTiming(200, 40.0, 60.0, 500.0, basis),
    )


def codes(draft: RecipeDraft, facts: PublishFacts = FACTS) -> list[str]:
    return [blocker.code for blocker in publish_blockers(draft, facts)]


def test_a_complete_draft_may_be_published() -> None:
    assert publish_blockers(complete(), FACTS) == ()


def test_a_new_draft_says_everything_that_is_missing_in_the_order_of_the_steps() -> None:
    found = publish_blockers(new_draft(), PublishFacts())
    assert [blocker.code for blocker in found] == [
        "name_missing",
        "code_missing",
        "camera_missing",
        "limits_missing",
        "scale_missing",
        "free_run",
        "good_too_few",
        "check_too_few",
        "model_missing",
        "timing_missing",
        "self_test_missing",
    ]
    order = list(Step)
    assert [order.index(one.step) for one in found] == sorted(order.index(one.step) for one in found)


Change = Callable[[RecipeDraft], RecipeDraft]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.with_recipe(product="x" * 129, model_product="bottle"), ["name_too_long"]),
        (lambda d: d.with_recipe(product="a\nb", model_product="bottle"), ["name_control"]),
        (lambda d: replace(d, base_product="cap", base_version=2), ["name_changed"]),
        (lambda d: replace(d, base_product="bottle", base_version=2), []),
        (lambda d: d.with_recipe(line_code=10_000), ["code_missing"]),
        (lambda d: d.with_recipe(camera_id=""), ["camera_missing"]),
        (lambda d: d.with_recipe(picture_limits=None), ["limits_missing"]),
        (lambda d: d.with_recipe(mm_per_px=None), ["scale_missing"]),
        (lambda d: d.with_recipe(camera=CameraSettings()), ["free_run"]),
        (lambda d: d.with_recipe(camera=CameraSettings(trigger=TriggerMode.SOFTWARE)), ["software_trigger"]),
        (lambda d: d.with_recipe(camera=CameraSettings(), camera_id="folder:/parts"), []),
        (lambda d: replace(d, auto_exposure=True), ["auto_exposure"]),
        (lambda d: replace(d, lacks_trigger=True), ["no_trigger"]),
        (lambda d: replace(d.with_recipe(camera=CameraSettings()), lacks_trigger=True), ["no_trigger"]),
        (
            lambda d: d.with_recipe(
                camera=CameraSettings(trigger=TriggerMode.LINE, extra=(("ExposureAuto", "Continuous"),))
            ),
            ["auto_exposure"],
        ),
        (
            lambda d: d.with_recipe(camera=CameraSettings(trigger=TriggerMode.LINE, extra=(("ExposureAuto", "Off"),))),
            [],
        ),
        (
            lambda d: d.with_recipe(ignore=(WHOLE,)),
            ["area_empty", "scored_before_change", "timing_before_change", "self_test_before_change"],
        ),
        (lambda d: d.with_recipe(model_name=""), ["model_missing"]),
        (lambda d: d.with_recipe(model_name="other"), ["not_scored"]),
        (lambda d: d.with_recipe(model_version=4), ["not_scored"]),
        (lambda d: d.with_recipe(model_version=3), []),
        (lambda d: d.with_rule(score_threshold=2.0), ["scored_before_change"]),
        (lambda d: d.with_recipe(scale=0.0), None),
        (lambda d: replace(d, judged=None), ["not_scored", "timing_before_change", "self_test_before_change"]),
        (lambda d: replace(d, judged=replace(d.judged, worse=("cap",))), ["other_worse"]),
        (lambda d: replace(d, judged=replace(d.judged, result=CheckResult(6, 12, 3, 3))), ["check_not_kept"]),
        (lambda d: replace(d, timing=replace(d.timing, shots=199)), ["timing_missing"]),
        (lambda d: replace(d, timing=replace(d.timing, p99_ms=2000.0)), ["timing_late"]),
        (lambda d: replace(d, timing=replace(d.timing, p99_ms=float("nan"))), ["timing_late"]),
        (lambda d: replace(d, timing=replace(d.timing, memory_mb=1500.0)), ["memory_exceeded"]),
        (lambda d: d.with_recipe(self_test=None), ["self_test_missing"]),
        (lambda d: d.with_recipe(notes="seen", title=(("en", "Bottle"),)), []),
        (lambda d: d.with_recipe(smallest_defect_mm=-1.0), ["recipe_invalid"]),
    ],
)
def test_each_thing_that_is_wrong_is_named(change: Change, expected: list[str] | None) -> None:
    found = codes(change(complete()))
    assert found if expected is None else found == expected
    assert set(found) <= set(BLOCKER_CODES)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(FACTS, taken_names=frozenset({"BOTTLE "})), ["name_taken"]),
        (replace(FACTS, taken_codes={7: "cap"}), ["code_taken"]),
        (replace(FACTS, samples=SampleCounts(good=19, check=8)), ["good_too_few"]),
        (replace(FACTS, samples=SampleCounts(good=20, check=7)), ["check_too_few"]),
        (replace(FACTS, samples_key="other"), ["scored_before_change"]),
        (replace(FACTS, other_worse=("cap", "board")), ["other_worse"]),
        (replace(FACTS, expected_ms=2500.0), ["grid_too_slow"]),
        (replace(FACTS, deadline_ms=50.0), ["timing_late"]),
        (replace(FACTS, expected_mb=1001.0), ["grid_too_large"]),
        (replace(FACTS, self_test_score=0.504), []),
        (replace(FACTS, self_test_score=0.52), ["self_test_differs"]),
        (replace(FACTS, self_test_score=float("nan")), ["self_test_differs"]),
    ],
)
def test_what_is_around_the_draft_counts_too(facts: PublishFacts, expected: list[str]) -> None:
    assert codes(complete(), facts) == expected


def test_the_other_product_is_named() -> None:
    (blocker,) = publish_blockers(complete(), replace(FACTS, taken_codes={7: "cap"}))
    assert blocker.values == ("7", "cap")
    assert "cap" in blocker.text


def test_steps_are_open_until_visited_then_done_or_a_problem() -> None:
    draft = new_draft("bottle").with_recipe(line_code=3)
    assert set(step_states(draft, PublishFacts()).values()) == {StepState.OPEN}
    for step in (Step.PRODUCT, Step.CAMERA, Step.CAMERA):
        draft = draft.with_visited(step)
    states = step_states(draft, PublishFacts())
    assert states[Step.PRODUCT] is StepState.DONE
    assert states[Step.CAMERA] is StepState.PROBLEM
    assert states[Step.AREA] is StepState.OPEN
    assert len(draft.visited) == 2


def test_the_published_recipe_names_the_version_of_the_model_that_judged() -> None:
    recipe = recipe_of(complete(), 4)
    assert (recipe.version, recipe.model_version) == (4, 3)
    assert recipe.picture_limits == LIMITS


def test_a_draft_that_cannot_be_a_recipe_is_refused() -> None:
    with pytest.raises(InvalidRecipe):
        recipe_of(new_draft(), 1)


def test_editing_begins_with_the_published_version_and_keeps_its_samples() -> None:
    draft = complete()
    edited = draft_of(recipe_of(draft, 4), draft.id)
    assert (edited.id, edited.base_version, edited.recipe.version) == (draft.id, 4, 0)
    assert "not_scored" in codes(edited)


def test_the_basis_of_scores_follows_what_the_model_sees_and_not_the_limit() -> None:
    recipe = complete().recipe
    basis = basis_of(recipe, MODEL)
    assert basis_of(replace(recipe, rule=DecisionRule(9.0), notes="x", line_code=9), MODEL) == basis
    assert basis_of(replace(recipe, scale=1), MODEL) == basis
    for other in (replace(recipe, scale=0.5), replace(recipe, include=(WHOLE,)), replace(recipe, product="cup")):
        assert basis_of(other, MODEL) != basis
    assert basis_of(recipe, replace(MODEL, sha256="cd" * 32)) != basis
