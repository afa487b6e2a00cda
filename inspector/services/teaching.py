"""Teaching a product: a model of the planned products, made in a process of its own.

A model is a new version or nothing: until the last file is written the old one stands, and a teaching that was
cancelled, failed or killed leaves no trace. Nothing that the station inspects with changes; a recipe must be published
for that.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

from inspector.core.check import CheckResult
from inspector.core.draft import RecipeDraft
from inspector.core.emitter import Emitter
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.ports import ModelStore
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import DraftStore, RecipeStore
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Use, check_set
from inspector.core.setup_ports import TaughtModel, TeachCancelled, Teacher, TeachPhase, TeachPicture, TeachTask
from inspector.services.samples import SampleService
from inspector.services.scored_samples import ScoredSamples
from inspector.services.scoring import ScoringService
from inspector.services.teaching_plan import TaughtSetup, TeachDepth, TeachingPlan, TeachingPlanner, TeachRefused
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

DRAFT_NAME: Final = "draft"


class TeachStage(Enum):
    """What is being done."""

    DRAFT = "draft"
    DRAFT_SCORES = "draft_scores"
    NETWORK = "network"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class TeachingNews:
    """How far a teaching is.

    Attributes:
        phase: of the process; None while samples are scored.
        step, steps: done and expected in this phase; `steps` 0 while unknown.
        loss: smoothed; None outside training.
        seconds_left: of this stage; None while unknown.
        scored: the draft model's scores, once, when they are there.
    """

    stage: TeachStage
    phase: TeachPhase | None = None
    step: int = 0
    steps: int = 0
    loss: float | None = None
    seconds: float = 0.0
    seconds_left: float | None = None
    message: str = ""
    scored: ScoredSamples | None = None


@dataclass(frozen=True, slots=True)
class ProductCheck:
    """One product's check set under the old and the new model, each at the limit of the product's recipe.

    Attributes:
        before: None when there is no published recipe, or its model cannot be used.
        old_model: that judged `before`.
    """

    product: str
    before: CheckResult | None
    after: CheckResult
    old_model: ModelRef | None = None

    @property
    def worse(self) -> bool:
        """Whether the new model rejects more good parts or finds fewer bad ones."""
        before = self.before
        if before is None:
            return False
        return self.after.good_rejected > before.good_rejected or self.after.bad_found < before.bad_found


@dataclass(frozen=True, slots=True)
class LoneSample:
    """A good sample that alone sets its product's limit: a bad part in the wrong tray, or a rare one.

    Attributes:
        times: its score over the next good sample's.
    """

    sample: Sample
    times: float


@dataclass(frozen=True, slots=True)
class TeachingOutcome:
    """How a teaching ended.

    Attributes:
        model: the new model; None when there is none.
        recipe: the draft's recipe with the new model, looking at parts as it was taught.
        checks: every product's check set, this product first.
        skipped: name and reason of pictures that could not be read.
        lone: this product's good sample that sets the limit alone, if there is one.
        problem: why there is no model; None when there is one, or when a person cancelled.
        cancelled: a person ended it; the old model stands.
    """

    draft_id: str
    model: ModelRef | None = None
    recipe: Recipe | None = None
    checks: tuple[ProductCheck, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    lone: LoneSample | None = None
    problem: InspectorError | None = None
    cancelled: bool = False
    seconds: float = 0.0

    @property
    def worse(self) -> tuple[str, ...]:
        """Other products whose check set the new model judges worse."""
        return tuple(check.product for check in self.checks[1:] if check.worse)


@dataclass(frozen=True, slots=True)
class TeachingParts:
    """What the service works with; built by `app`.

    Attributes:
        samples_root: folder that the samples' paths are relative to.
        models_dir: where the station's own models are.
        drafts_dir: a hidden folder for drafts of models, which nobody else reads.
        scoring: with the station's models.
        draft_scoring: with the models in `drafts_dir`.
        line_runs: whether the line runs now.
        beside_line: teaching may begin while it does.
    """

    teacher: Teacher
    samples: SampleService
    recipes: RecipeStore
    drafts: DraftStore
    models: ModelStore
    scoring: ScoringService
    draft_scoring: ScoringService
    samples_root: Path
    models_dir: Path
    drafts_dir: Path
    line_runs: Callable[[], bool]
    beside_line: bool = False


class TeachingService:
    """One teaching at a time.

    Attributes:
        progressed: often; in the thread of the teaching.
        finished: once for each start; in the thread of the teaching.
    """

    def __init__(self, parts: TeachingParts, *, on_failure: Callable[[Exception], None]) -> None:
        """Nothing runs yet; `on_failure` hears of a bug of ours."""
        self._parts = parts
        self._planner = TeachingPlanner(
            parts.samples,
            parts.recipes,
            parts.drafts,
            parts.models,
            line_runs=parts.line_runs,
            beside_line=parts.beside_line,
        )
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._busy = False
        self._cancelled = threading.Event()
        self._cancel_process: Callable[[], None] = lambda: None
        self._pid: int | None = None
        self.progressed: Emitter[TeachingNews] = Emitter("TeachingService.progressed")
        self.finished: Emitter[TeachingOutcome] = Emitter("TeachingService.finished")

    @property
    def running(self) -> bool:
        """Whether something is being taught."""
        return self._busy

    @property
    def pid(self) -> int | None:
        """The teaching process now; None while there is none."""
        return self._pid

    def plan(
        self, draft: RecipeDraft, depth: TeachDepth = TeachDepth.FULL, *, accept_forgetting: bool = False
    ) -> TeachingPlan:
        """What teaching would do, and why it cannot begin. Reads the database.

        Args:
            draft: of the product.
            depth: how much is taught.
            accept_forgetting: a person has read which products the new model will not know, and agrees.
        """
        setups = self._planner.setups(draft)
        return self._planner.plan(draft, setups, depth, accept_forgetting=accept_forgetting, running=self.running)

    def start(
        self,
        draft: RecipeDraft,
        depth: TeachDepth = TeachDepth.FULL,
        *,
        accept_forgetting: bool = False,
        minutes: float | None = None,
        steps: int | None = None,
    ) -> TeachingPlan:
        """Begin to teach; `finished` tells the end. Not for the main thread.

        Args:
            draft: of the product.
            depth: how much is taught.
            accept_forgetting: as in `plan`.
            minutes: budget of the network; None takes the program's own.
            steps: budget of the network in steps instead.

        Raises:
            TeachRefused: it cannot begin now.
        """
        with self._lock:
            setups = self._planner.setups(draft)
            plan = self._planner.plan(draft, setups, depth, accept_forgetting=accept_forgetting, running=self.running)
            if plan.obstacles:
                raise TeachRefused(plan.obstacles)
            self._cancelled.clear()
            chosen = [one for one in setups if one.setup_id in {product.setup_id for product in plan.products}]
            run = _Run(draft, plan, chosen, minutes, steps)
            self._busy = True
            self._worker = Worker("teach", lambda stop: self._teach(run, stop), self._on_failure)
            self._worker.start()
        return plan

    def cancel(self) -> None:
        """End the teaching in hand; keeps nothing. Any thread, returns at once."""
        self._cancelled.set()
        self._cancel_process()

    def close(self, timeout_s: float = 40.0) -> bool:
        """End the teaching in hand and wait for its end; True when it came in time."""
        self.cancel()
        worker = self._worker
        return worker is None or worker.stop(timeout_s)

    # --- the thread of the teaching ----------------------------------------------------------------------------------

    def _teach(self, run: "_Run", stop: threading.Event) -> None:
        written: list[TaughtModel] = []
        # What is told when a bug of ours ends this thread: whoever waits must hear something.
        outcome = TeachingOutcome(
            run.draft.id, problem=OperationalError("SYS-001", "The teaching failed.", "See the log.")
        )
        try:
            outcome = self._taught(run, written)
        except TeachCancelled as error:
            logger.info("Teaching was cancelled: %s", error)
            outcome = TeachingOutcome(run.draft.id, cancelled=True)
        except InspectorError as error:
            if self._cancelled.is_set() or stop.is_set():
                outcome = TeachingOutcome(run.draft.id, cancelled=True)
            else:
                logger.warning("Teaching failed: %s", error)
                outcome = TeachingOutcome(run.draft.id, problem=error)
        finally:
            if outcome.model is None:
                for model in written:
                    self._discard(model)
            self._busy = False
            self.finished.emit(outcome)

    def _taught(self, run: "_Run", written: list[TaughtModel]) -> TeachingOutcome:
        parts, plan = self._parts, run.plan
        if plan.depth is TeachDepth.FULL:
            self._show_draft(run)
            task = run.task(parts, draft=False, base=self._folder_of(plan.base))
            model = self._process(task, TeachStage.NETWORK)
        else:
            model = self._process(run.task(parts, draft=True), TeachStage.DRAFT)
        written.append(model)
        recipe = self._with_model(run.draft.recipe, model, run.setups[0].product)
        checks = [self._check(setup, model) for setup in run.setups]
        self._go_on()
        logger.info("Taught %s: %s", model.ref, ", ".join(model.products))
        return TeachingOutcome(
            draft_id=run.draft.id,
            model=model.ref,
            recipe=recipe,
            checks=tuple(checks),
            skipped=model.skipped,
            lone=_lone_sample(run.setups[0], model),
            seconds=model.seconds,
        )

    def _show_draft(self, run: "_Run") -> None:
        """A draft of the model, for scores to look at while the network is taught; nobody keeps it."""
        parts = self._parts
        task = replace(run.task(parts, draft=True), models_dir=parts.drafts_dir, name=DRAFT_NAME)
        model = self._process(task, TeachStage.DRAFT)
        try:
            recipe = replace(
                parts.draft_scoring.taught_recipe(model.ref, run.setups[0].product, run.draft.recipe),
                model_name=DRAFT_NAME,
                model_version=model.ref.version,
            )
            scored = parts.draft_scoring.score_set(
                recipe,
                run.setups[0].samples,
                progress=lambda done, total: self.progressed.emit(
                    TeachingNews(TeachStage.DRAFT_SCORES, step=done, steps=total)
                ),
                cancelled=self._cancelled.is_set,
            )
            self._go_on()
            self.progressed.emit(
                TeachingNews(
                    TeachStage.DRAFT_SCORES, step=len(scored.samples), steps=len(scored.samples), scored=scored
                )
            )
        finally:
            parts.draft_scoring.forget()
            self._discard(model)

    def _process(self, task: TeachTask, stage: TeachStage) -> TaughtModel:
        self._go_on()
        process = self._parts.teacher.start(task)
        with closing(process):
            self._pid, self._cancel_process = process.pid, process.cancel
            try:
                if self._cancelled.is_set():
                    process.cancel()
                for news in process.updates():
                    self.progressed.emit(
                        TeachingNews(
                            stage,
                            news.phase,
                            news.step,
                            news.steps,
                            news.loss,
                            news.seconds,
                            news.seconds_left,
                            news.message,
                        )
                    )
                return process.result()
            finally:
                self._pid, self._cancel_process = None, lambda: None

    def _check(self, setup: TaughtSetup, model: TaughtModel) -> ProductCheck:
        """A product's check set by the model of its published recipe, and by the new one."""
        good, bad = check_set(setup.samples)
        limit = setup.recipe.rule.score_threshold
        before: CheckResult | None = None
        old_model: ModelRef | None = None
        if setup.published is not None:
            try:
                scored = self._score(setup.published, (*good, *bad))
                before, old_model = scored.check(setup.published.rule.score_threshold), scored.model
            except InspectorError as error:
                self._go_on()
                logger.warning("The check set of %s has no old scores: %s", setup.product, error)
        after = self._score(self._with_model(setup.recipe, model, setup.product), (*good, *bad))
        return ProductCheck(setup.product, before, after.check(limit), old_model)

    def _score(self, recipe: Recipe, samples: tuple[Sample, ...]) -> ScoredSamples:
        scored = self._parts.scoring.score_set(
            recipe,
            samples,
            progress=lambda done, total: self.progressed.emit(
                TeachingNews(TeachStage.CHECK, step=done, steps=total, message=recipe.product)
            ),
            cancelled=self._cancelled.is_set,
        )
        self._go_on()
        return scored

    def _with_model(self, recipe: Recipe, model: TaughtModel, product: str) -> Recipe:
        """A recipe with the new model, looking at parts as the model was taught."""
        taught = self._parts.scoring.taught_recipe(model.ref, product, recipe)
        return replace(taught, model_name=model.ref.name, model_version=model.ref.version)

    def _folder_of(self, model: ModelRef | None) -> Path | None:
        if model is None:
            return None
        for summary in self._parts.models.list():
            if summary.ref == model:
                return summary.folder
        raise OperationalError("RCP-001", f"The model {model} is gone.", "Teach again.")

    def _discard(self, model: TaughtModel) -> None:
        try:
            self._parts.teacher.discard(model)
        except OperationalError as error:
            logger.warning("%s", error)

    def _go_on(self) -> None:
        if self._cancelled.is_set():
            raise TeachCancelled("a person ended it")


@dataclass(frozen=True, slots=True)
class _Run:
    """One teaching: the draft, what was planned, and the set-ups that take part, the draft's first."""

    draft: RecipeDraft
    plan: TeachingPlan
    setups: list[TaughtSetup]
    minutes: float | None
    steps: int | None

    def task(self, parts: TeachingParts, *, draft: bool, base: Path | None = None) -> TeachTask:
        return TeachTask(
            pictures=tuple(
                TeachPicture(one.path, setup.product, check=one.use is Use.CHECK, group=one.capture_group)
                for setup in self.setups
                for one in setup.teaching
            ),
            image_root=parts.samples_root,
            models_dir=parts.models_dir,
            name=self.plan.name,
            draft=draft,
            base=base,
            minutes=None if draft else self.minutes,
            steps=None if draft else self.steps,
            scales=self.plan.scales,
        )


def _lone_sample(setup: TaughtSetup, model: TaughtModel) -> LoneSample | None:
    lone = model.lone.get(setup.product)
    if lone is None:
        return None
    sample = next((one for one in setup.samples if one.path == lone.path), None)
    return None if sample is None else LoneSample(sample, lone.times)
