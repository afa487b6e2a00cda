"""A recipe in the making: what the six steps collect, and what still keeps it from being published.

The rules of product.md 5 live here as one pure function, so that the step bar, the check list and the service that
publishes cannot disagree.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from inspector.core.area import area_cells
from inspector.core.check import CheckResult
from inspector.core.errors import InvalidInput
from inspector.core.recipe import DecisionRule, Recipe, StoredShot, TriggerMode
from inspector.core.refs import ModelRef, new_id
from inspector.core.sample import LEAST_CHECK, LEAST_GOOD, SampleCounts

LEAST_TIMING_SHOTS: Final = 200
SELF_TEST_TOLERANCE: Final = 0.01
_AREA_CELLS: Final = 128  # along the longer side; finer than any tile grid, coarse enough for an instant answer
_AUTO_EXPOSURE: Final = "ExposureAuto"


class Step(Enum):
    """The steps of a set-up, in the order in which they are shown."""

    PRODUCT = "product"
    CAMERA = "camera"
    AREA = "area"
    SAMPLES = "samples"
    MODEL = "model"
    PUBLISH = "publish"


class StepState(Enum):
    """What the step bar shows."""

    OPEN = "open"
    """Not visited yet."""
    DONE = "done"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class JudgedCheck:
    """How the check set was judged, and by what, so that numbers never outlive what they rest on.

    Attributes:
        model: that scored.
        basis: `basis_of` the draft's recipe and that model.
        samples: `core.sample.samples_key` of the samples.
        rule: limit and smallest area at which was counted.
        result: the counts.
        worse: other products whose check set this model judges worse than the model they use.
    """

    model: ModelRef
    basis: str
    samples: str
    rule: DecisionRule
    result: CheckResult
    worse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasuredTiming:
    """Times from the arrival of a frame to its answer, measured on this computer with this recipe.

    Attributes:
        shots: how many were measured.
        memory_mb: of the device, at the most.
        basis: `basis_of` recipe and model.
    """

    shots: int
    p50_ms: float
    p99_ms: float
    memory_mb: float = 0.0
    basis: str = ""


@dataclass(frozen=True, slots=True)
class RecipeDraft:
    """Everything that the six steps collect.

    Attributes:
        id: of the set-up, time-ordered; the same for all versions of a product, so that its samples stay with it.
        recipe: in the making; its version is 0 and it may have problems.
        base_product, base_version: the published version it was begun from; "" and 0 for a new product.
        allowed_per_1000: good parts that may be rejected.
        auto_exposure: the camera's automatic exposure was on when it was last looked at.
        lacks_trigger: nothing but itself can start the camera's pictures, as it was last looked at.
        visited: steps that a person has seen.
        changed_at: aware UTC.
    """

    id: str
    recipe: Recipe
    base_product: str = ""
    base_version: int = 0
    allowed_per_1000: float = 10.0
    auto_exposure: bool = False
    lacks_trigger: bool = False
    judged: JudgedCheck | None = None
    timing: MeasuredTiming | None = None
    visited: tuple[Step, ...] = ()
    changed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    changed_by: str = ""

    def with_recipe(self, **changes: object) -> "RecipeDraft":
        """This draft with fields of its recipe replaced."""
        return replace(self, recipe=replace(self.recipe, **changes))  # type: ignore[arg-type]  # checked by the fields

    def with_rule(self, **changes: float) -> "RecipeDraft":
        """This draft with another limit or smallest area."""
        return self.with_recipe(rule=replace(self.recipe.rule, **changes))

    def with_visited(self, step: Step) -> "RecipeDraft":
        """This draft after a person has seen a step."""
        return self if step in self.visited else replace(self, visited=(*self.visited, step))


def new_draft(product: str = "", *, by: str = "", model_name: str = "") -> RecipeDraft:
    """A blank set-up."""
    recipe = Recipe(product=product, version=0, model_name=model_name)
    return RecipeDraft(id=new_id(), recipe=recipe, changed_at=datetime.now(UTC), changed_by=by)


def draft_of(recipe: Recipe, setup_id: str, *, by: str = "") -> RecipeDraft:
    """A set-up that begins with a published version. It must be judged and timed again before it is published."""
    return RecipeDraft(
        id=setup_id,
        recipe=replace(recipe, version=0),
        base_product=recipe.product,
        base_version=recipe.version,
        visited=tuple(step for step in Step if step is not Step.PUBLISH),
        changed_at=datetime.now(UTC),
        changed_by=by,
    )


def recipe_of(draft: RecipeDraft, version: int) -> Recipe:
    """The recipe to publish: the model's version is the one that was judged, never "the newest".

    Raises:
        InvalidRecipe: it cannot be used.
    """
    pinned = draft.recipe.model_version
    if not pinned and draft.judged is not None and draft.judged.model.name == draft.recipe.model_name:
        pinned = draft.judged.model.version
    return replace(draft.recipe, version=version, model_version=pinned).validated()


def basis_of(recipe: Recipe, model: ModelRef) -> str:
    """What scores and times rest on, as a SHA-256: the model and everything that decides what it sees.

    The limit is not part of it: it may be moved without scoring anything again.
    """
    seen = (
        model.name,
        model.version,
        model.sha256,
        recipe.model_product or recipe.product,
        recipe.image_size,
        recipe.include,
        recipe.ignore,
        recipe.framing.value,
        float(recipe.scale),
        recipe.overlap_px,
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PublishFacts:
    """What must be known beside the draft to say whether it may be published.

    Attributes:
        taken_names: names of other products.
        taken_codes: line code and name of the other products that have it.
        samples: counted.
        samples_key: `core.sample.samples_key` of the samples now; "" if not known.
        other_worse: products whose check set the chosen model judges worse than before.
        deadline_ms: of the station, on top of the recipe's own; None if it has none.
        memory_mb: that a model may use; None if not known.
        expected_ms, expected_mb: of the tile grid as it is drawn; None if not known.
        self_test_score: of the stored shot with the recipe now; None if not measured.
    """

    taken_names: frozenset[str] = frozenset()
    taken_codes: Mapping[int, str] = field(default_factory=dict)
    samples: SampleCounts = field(default_factory=SampleCounts)
    samples_key: str = ""
    other_worse: tuple[str, ...] = ()
    deadline_ms: float | None = None
    memory_mb: float | None = None
    expected_ms: float | None = None
    expected_mb: float | None = None
    self_test_score: float | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a draft cannot be published.

    Attributes:
        step: where it is put right.
        code: stable key; the window has a sentence for each of `BLOCKER_CODES`.
        text: English sentence, for logs and tests.
        values: what the sentence names, as text, in its order.
    """

    step: Step
    code: str
    text: str
    values: tuple[str, ...] = ()


BLOCKER_CODES: Final = (
    "name_missing",
    "name_too_long",
    "name_control",
    "name_changed",
    "name_taken",
    "code_missing",
    "code_taken",
    "camera_missing",
    "limits_missing",
    "scale_missing",
    "auto_exposure",
    "free_run",
    "software_trigger",
    "no_trigger",
    "area_empty",
    "grid_too_slow",
    "grid_too_large",
    "good_too_few",
    "check_too_few",
    "model_missing",
    "not_scored",
    "scored_before_change",
    "other_worse",
    "timing_missing",
    "timing_before_change",
    "timing_late",
    "memory_exceeded",
    "check_not_kept",
    "self_test_missing",
    "self_test_before_change",
    "self_test_differs",
    "reason_missing",
    "recipe_invalid",
)


class DraftBlocked(InvalidInput):
    """A draft cannot be published; `blockers` says why."""

    subject = "The draft"

    def __init__(self, blockers: Iterable[Blocker]) -> None:
        """Keep the blockers beside their sentences."""
        self.blockers = tuple(blockers)
        super().__init__(blocker.text for blocker in self.blockers)


def publish_blockers(draft: RecipeDraft, facts: PublishFacts) -> tuple[Blocker, ...]:
    """Every reason why a draft cannot be published, in the order of the steps; empty when it can."""
    found = (
        *_product(draft, facts),
        *_camera(draft),
        *_area(draft.recipe, facts),
        *_samples(facts),
        *_model(draft, facts),
        *_checks(draft, facts),
    )
    # Whatever no step has a word for must still not be published.
    problems = () if found else replace(draft.recipe, version=1).problems()
    return (*found, *(Blocker(Step.PUBLISH, "recipe_invalid", problem, (problem,)) for problem in problems))


def step_states(draft: RecipeDraft, facts: PublishFacts) -> dict[Step, StepState]:
    """What the step bar shows for each step."""
    blocked = {blocker.step for blocker in publish_blockers(draft, facts)}
    states = {}
    for step in Step:
        if step in draft.visited:
            states[step] = StepState.PROBLEM if step in blocked else StepState.DONE
        else:
            states[step] = StepState.OPEN
    return states


def _product(draft: RecipeDraft, facts: PublishFacts) -> list[Blocker]:
    recipe = draft.recipe
    found = []
    name = recipe.product.strip()
    if not name:
        found.append(Blocker(Step.PRODUCT, "name_missing", "The product has no name."))
    elif len(recipe.product) > 128:
        found.append(Blocker(Step.PRODUCT, "name_too_long", "The name is longer than 128 characters."))
    elif any(ord(character) < 32 for character in recipe.product):
        found.append(Blocker(Step.PRODUCT, "name_control", "The name holds a control character."))
    elif draft.base_product not in ("", recipe.product):
        text = f"A published product keeps its name, {draft.base_product}; copy it to give another."
        found.append(Blocker(Step.PRODUCT, "name_changed", text, (draft.base_product,)))
    elif name.casefold() in {taken.strip().casefold() for taken in facts.taken_names}:
        found.append(Blocker(Step.PRODUCT, "name_taken", f"Another product is named {name}.", (name,)))
    if not 1 <= recipe.line_code <= 9999:
        found.append(Blocker(Step.PRODUCT, "code_missing", "The line code, 1 to 9999, is missing."))
    elif recipe.line_code in facts.taken_codes:
        other = facts.taken_codes[recipe.line_code]
        values = (str(recipe.line_code), other)
        found.append(Blocker(Step.PRODUCT, "code_taken", f"Line code {values[0]} belongs to {other}.", values))
    return found


def _camera(draft: RecipeDraft) -> list[Blocker]:
    recipe = draft.recipe
    extra = dict(recipe.camera.extra)
    found = []
    if not recipe.camera_id:
        found.append(Blocker(Step.CAMERA, "camera_missing", "No camera is chosen."))
    if recipe.picture_limits is None:
        found.append(Blocker(Step.CAMERA, "limits_missing", "The picture limits are not learned."))
    if recipe.mm_per_px is None:
        found.append(Blocker(Step.CAMERA, "scale_missing", "The scale in mm is not set."))
    if draft.auto_exposure or extra.get(_AUTO_EXPOSURE, "Off") != "Off":
        found.append(Blocker(Step.CAMERA, "auto_exposure", "The camera's automatic exposure is on."))
    if draft.lacks_trigger:
        # Another trigger would not help, so that nobody is told to choose one.
        text = "The camera has no trigger, so that parts cannot start its pictures."
        found.append(Blocker(Step.CAMERA, "no_trigger", text))
    elif recipe.camera.trigger is TriggerMode.FREE and not is_replay(recipe.camera_id):
        found.append(Blocker(Step.CAMERA, "free_run", "The camera runs free; parts need a trigger."))
    elif recipe.camera.trigger is TriggerMode.SOFTWARE:
        # On the line nothing gives software triggers: such a recipe would wait for its first part for ever.
        text = "The camera waits for software triggers, which nobody gives on the line."
        found.append(Blocker(Step.CAMERA, "software_trigger", text))
    return found


def _area(recipe: Recipe, facts: PublishFacts) -> list[Blocker]:
    found = []
    if area_is_empty(recipe):
        found.append(Blocker(Step.AREA, "area_empty", "Nothing of the picture is inspected."))
    deadline_ms = _deadline_ms(recipe, facts)
    if facts.expected_ms is not None and not facts.expected_ms < deadline_ms:
        values = (f"{facts.expected_ms:.0f}", f"{deadline_ms:.0f}")
        text = f"The tiles need about {values[0]} ms; the line waits {values[1]} ms."
        found.append(Blocker(Step.AREA, "grid_too_slow", text, values))
    if _exceeds(facts.expected_mb, facts.memory_mb):
        values = (f"{facts.expected_mb:.0f}", f"{facts.memory_mb:.0f}")
        text = f"The tiles need about {values[0]} MB; there are {values[1]} MB."
        found.append(Blocker(Step.AREA, "grid_too_large", text, values))
    return found


def _samples(facts: PublishFacts) -> list[Blocker]:
    found = []
    counts = facts.samples
    if counts.good < LEAST_GOOD:
        values = (str(counts.good), str(LEAST_GOOD))
        text = f"There are {counts.good} good samples; {LEAST_GOOD} are needed, near-copies not counted."
        found.append(Blocker(Step.SAMPLES, "good_too_few", text, values))
    if counts.check < LEAST_CHECK:
        values = (str(counts.check), str(LEAST_CHECK))
        text = f"The check set has {counts.check} good samples; {LEAST_CHECK} are needed."
        found.append(Blocker(Step.SAMPLES, "check_too_few", text, values))
    return found


def _model(draft: RecipeDraft, facts: PublishFacts) -> list[Blocker]:
    recipe, judged = draft.recipe, draft.judged
    if not recipe.model_name:
        return [Blocker(Step.MODEL, "model_missing", "No model is chosen.")]
    found = []
    named = str(recipe.model_name) + (f" v{recipe.model_version}" if recipe.model_version else "")
    if judged is None or not _chosen(recipe, judged.model):
        found.append(Blocker(Step.MODEL, "not_scored", f"The samples were never scored with {named}.", (named,)))
    elif (
        judged.basis != basis_of(recipe, judged.model)
        or judged.rule != recipe.rule
        or (facts.samples_key and judged.samples != facts.samples_key)
    ):
        text = "Area, samples or limit changed after the samples were scored."
        found.append(Blocker(Step.MODEL, "scored_before_change", text))
    worse = tuple(dict.fromkeys((*facts.other_worse, *(judged.worse if judged is not None else ()))))
    if worse:
        names = ", ".join(worse)
        found.append(Blocker(Step.MODEL, "other_worse", f"This model judges other products worse: {names}.", (names,)))
    return found


def _checks(draft: RecipeDraft, facts: PublishFacts) -> list[Blocker]:
    return [*_timing(draft, facts), *_promise(draft), *_self_test(draft, facts)]


def _timing(draft: RecipeDraft, facts: PublishFacts) -> list[Blocker]:
    timing = draft.timing
    if timing is None or timing.shots < LEAST_TIMING_SHOTS:
        text = f"The time of {LEAST_TIMING_SHOTS} shots is not measured."
        return [Blocker(Step.PUBLISH, "timing_missing", text, (str(LEAST_TIMING_SHOTS),))]
    if not _current(draft, timing.basis):
        return [Blocker(Step.PUBLISH, "timing_before_change", "Area or model changed after the time was measured.")]
    found = []
    deadline_ms = _deadline_ms(draft.recipe, facts)
    if not timing.p99_ms < deadline_ms:
        values = (f"{timing.p99_ms:.0f}", f"{deadline_ms:.0f}")
        text = f"One part in a hundred needs more than {values[0]} ms; the line waits {values[1]} ms."
        found.append(Blocker(Step.PUBLISH, "timing_late", text, values))
    if _exceeds(timing.memory_mb, facts.memory_mb):
        values = (f"{timing.memory_mb:.0f}", f"{facts.memory_mb:.0f}")
        text = f"The recipe needs {values[0]} MB; there are {values[1]} MB."
        found.append(Blocker(Step.PUBLISH, "memory_exceeded", text, values))
    return found


def _promise(draft: RecipeDraft) -> list[Blocker]:
    judged = draft.judged
    if judged is None or judged.result.keeps(draft.allowed_per_1000):
        return []
    result = judged.result
    values = (str(result.good_rejected), str(result.good), f"{draft.allowed_per_1000:g}")
    text = f"{values[0]} of {values[1]} good parts are rejected; {values[2]} of 1000 are allowed."
    return [Blocker(Step.PUBLISH, "check_not_kept", text, values)]


def _self_test(draft: RecipeDraft, facts: PublishFacts) -> list[Blocker]:
    shot = draft.recipe.self_test
    if shot is None:
        return [Blocker(Step.PUBLISH, "self_test_missing", "No shot is stored for the self-test.")]
    if not _current(draft, shot.basis):
        text = "Area or model changed after the self-test shot was stored."
        return [Blocker(Step.PUBLISH, "self_test_before_change", text)]
    now = facts.self_test_score
    if now is not None and not same_score(shot, now):
        values = (f"{now:.3f}", f"{shot.score:.3f}")
        text = f"The stored shot scores {values[0]} instead of {values[1]}."
        return [Blocker(Step.PUBLISH, "self_test_differs", text, values)]
    return []


def same_score(shot: StoredShot, score: float) -> bool:
    """Whether a stored shot gives its score again, within 1 %."""
    return abs(score - shot.score) <= SELF_TEST_TOLERANCE * abs(shot.score)


def is_replay(camera_id: str) -> bool:
    """Whether the pictures come from a folder: each of them is one part, and no signal could tell more."""
    return camera_id.startswith("folder:")


def area_is_empty(recipe: Recipe) -> bool:
    """Whether the polygons leave nothing to inspect; a recipe without picture size is not looked at."""
    size = recipe.image_size
    if size is None or min(size.height, size.width) < 1:
        return False
    cell_px = max(1.0, max(size.height, size.width) / _AREA_CELLS)
    return not bool(area_cells(size, cell_px, recipe.include, recipe.ignore).any())


def _chosen(recipe: Recipe, model: ModelRef) -> bool:
    return model.name == recipe.model_name and recipe.model_version in (0, model.version)


def _current(draft: RecipeDraft, basis: str) -> bool:
    """Whether something was measured with the recipe as it is and the model that judged."""
    return draft.judged is not None and basis == basis_of(draft.recipe, draft.judged.model)


def _deadline_ms(recipe: Recipe, facts: PublishFacts) -> float:
    own = float(recipe.output.deadline_ms)
    return own if facts.deadline_ms is None else min(own, facts.deadline_ms)


def _exceeds(needed: float | None, budget: float | None) -> bool:
    return needed is not None and budget is not None and (not math.isfinite(needed) or needed > budget)
