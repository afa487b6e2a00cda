"""Teaching a product: a model of all products that have samples, made in a process of its own.

A model is a new version or nothing: until the last file is written the old one stands, and a teaching that was
cancelled, failed or killed leaves no trace. Nothing that the station inspects with changes; a recipe must be published
for that.
"""

import logging
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final

from inspector.core.check import CheckResult
from inspector.core.draft import RecipeDraft
from inspector.core.emitter import Emitter
from inspector.core.errors import InspectorError, InvalidInput, OperationalError
from inspector.core.ports import ModelStore, ModelSummary
from inspector.core.recipe import Framing, Recipe
from inspector.core.recipe_ports import DraftStore, RecipeStore
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Tray, Use, check_set
from inspector.core.setup_ports import TaughtModel, TeachCancelled, Teacher, TeachPhase, TeachPicture, TeachTask
from inspector.services.samples import SampleService
from inspector.services.scoring import ScoredSamples, ScoringService
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

MODEL_NAME: Final = "station"
"""Of the models that this station teaches; those that ship with the program have other names and are never touched."""

DRAFT_NAME: Final = "draft"
LEAST_TEACH: Final = 4
LEAST_CHECK: Final = 1
_BASE_PRESET: Final = "light"


class TeachDepth(Enum):
    """How much is taught."""

    DRAFT = "draft"
    """The memory of good parts alone: seconds."""
    FULL = "full"
    """A draft first, so that there are scores to look at, and then the network: minutes."""


class TeachStage(Enum):
    """What is being done."""

    DRAFT = "draft"
    DRAFT_SCORES = "draft_scores"
    NETWORK = "network"
    CHECK = "check"


class TeachObstacle(Enum):
    """Why teaching cannot begin; the window has a sentence for each."""

    BUSY = "busy"
    """A product is being taught already."""
    LINE_RUNS = "line_runs"
    NAMELESS = "nameless"
    SAME_NAME = "same_name"
    """Two set-ups have this name."""
    TOO_FEW = "too_few"
    FORGETS = "forgets"
    """The new model would not know products that the old one knows, and nobody has agreed to that."""
    FORGETS_IN_USE = "forgets_in_use"
    """A published recipe takes the newest model of this name and would lose its product."""


class TeachRefused(InvalidInput):
    """Teaching cannot begin.

    Attributes:
        obstacles: every reason.
    """

    subject = "The teaching"

    def __init__(self, obstacles: Iterable[tuple[TeachObstacle, str]]) -> None:
        """Keep codes and sentences."""
        self.obstacles = tuple(obstacles)
        super().__init__(text for _, text in self.obstacles)


@dataclass(frozen=True, slots=True)
class PlannedProduct:
    """A product that the model will know.

    Attributes:
        teach, check: good samples, near-copies left out.
    """

    product: str
    setup_id: str
    teach: int
    check: int


@dataclass(frozen=True, slots=True)
class TeachingPlan:
    """What teaching a draft would do; a person reads it before the start.

    Attributes:
        name: of the model that gets a new version.
        base: the model whose network is taught further; None begins anew.
        forgets: products that the base knows and the new model will not, because there are no samples of them here.
            Their recipes keep the model they name.
        left_out: products with samples that are too few to teach, and why.
        scales: of the tiles of products that are looked at in tiles; of others the size of the pictures decides.
        obstacles: why it cannot begin now; empty when it can.
    """

    draft_id: str
    depth: TeachDepth
    name: str
    products: tuple[PlannedProduct, ...]
    base: ModelRef | None = None
    forgets: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    scales: Mapping[str, float] = field(default_factory=dict)
    obstacles: tuple[tuple[TeachObstacle, str], ...] = ()


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
class TeachingOutcome:
    """How a teaching ended.

    Attributes:
        model: the new model; None when there is none.
        recipe: the draft's recipe with the new model, looking at parts as it was taught.
        checks: every product's check set, this product first.
        skipped: name and reason of pictures that could not be read.
        problem: why there is no model; None when there is one, or when a person cancelled.
        cancelled: a person ended it; the old model stands.
    """

    draft_id: str
    model: ModelRef | None = None
    recipe: Recipe | None = None
    checks: tuple[ProductCheck, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
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


@dataclass(frozen=True, slots=True)
class _Setup:
    """A set-up with samples: its product, the recipe that judges it now, and the samples."""

    setup_id: str
    product: str
    published: Recipe | None
    recipe: Recipe
    samples: tuple[Sample, ...]

    @property
    def teaching(self) -> tuple[Sample, ...]:
        """Good samples that teach or check; near-copies do neither."""
        return tuple(one for one in self.samples if one.tray is Tray.GOOD and one.counts)

    @property
    def planned(self) -> PlannedProduct:
        good = self.teaching
        check = sum(one.use is Use.CHECK for one in good)
        return PlannedProduct(self.product, self.setup_id, len(good) - check, check)

    @property
    def enough(self) -> bool:
        planned = self.planned
        return planned.teach >= LEAST_TEACH and planned.check >= LEAST_CHECK


class TeachingService:
    """One teaching at a time.

    Attributes:
        progressed: often; in the thread of the teaching.
        finished: once for each start; in the thread of the teaching.
    """

    def __init__(self, parts: TeachingParts, *, on_failure: Callable[[Exception], None]) -> None:
        """Nothing runs yet; `on_failure` hears of a bug of ours."""
        self._parts = parts
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
        setups = self._setups(draft)
        return self._plan(draft, setups, depth, accept_forgetting=accept_forgetting)

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
            setups = self._setups(draft)
            plan = self._plan(draft, setups, depth, accept_forgetting=accept_forgetting)
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

    # --- before the start --------------------------------------------------------------------------------------------

    def _setups(self, draft: RecipeDraft) -> list[_Setup]:
        """Every set-up with samples, the draft's first."""
        published = {one.product: one for one in self._parts.recipes.list()}
        drafts = {one.id: one for one in self._parts.drafts.list()}
        drafts[draft.id] = draft
        owners = {
            version.setup_id: product
            for product in published
            for version in self._parts.recipes.versions(product)
            if version.setup_id
        }
        found = []
        for setup_id in dict.fromkeys((draft.id, *owners, *drafts)):
            samples = self._parts.samples.list(setup_id)
            other = drafts.get(setup_id)
            recipe = published.get(owners.get(setup_id, other.base_product if other is not None else ""))
            making = draft.recipe if setup_id == draft.id else recipe or (other.recipe if other is not None else None)
            if making is not None and (samples or setup_id == draft.id):
                # Training writes names in this form, whatever keyboard they came from.
                name = unicodedata.normalize("NFC", making.product.strip())
                found.append(_Setup(setup_id, name, recipe, making, samples))
        return found

    def _plan(
        self, draft: RecipeDraft, setups: list[_Setup], depth: TeachDepth, *, accept_forgetting: bool
    ) -> TeachingPlan:
        own, *others = setups
        obstacles = list(self._obstacles_now(own))
        left_out = []
        chosen = [own]
        for other in others:
            if not other.enough or not other.product:
                planned = other.planned
                left_out.append((other.product, f"{planned.teach} good samples teach and {planned.check} check"))
            else:
                chosen.append(other)
        names = [one.product for one in chosen]
        obstacles += [
            (TeachObstacle.SAME_NAME, f"two set-ups are named {name!r}; rename one of them")
            for name in sorted({name for name in names if name and names.count(name) > 1})
        ]
        base = self._base(draft)
        if base is not None and depth is TeachDepth.DRAFT and base.ref.name != MODEL_NAME:
            base = None  # a draft takes nothing over, and models of other names stay as they are
        taught = frozenset(names)
        forgets = tuple(sorted(set(base.products) - taught)) if base is not None else ()
        obstacles += self._forgetting(base, forgets, taught, accepted=accept_forgetting)
        return TeachingPlan(
            draft_id=draft.id,
            depth=depth,
            name=MODEL_NAME,
            products=tuple(one.planned for one in chosen),
            base=None if base is None or depth is TeachDepth.DRAFT else base.ref,
            forgets=forgets,
            left_out=tuple(left_out),
            scales={one.product: one.recipe.scale for one in chosen if one.recipe.framing is not Framing.WHOLE},
            obstacles=tuple(obstacles),
        )

    def _obstacles_now(self, own: _Setup) -> Iterable[tuple[TeachObstacle, str]]:
        if self.running:
            yield TeachObstacle.BUSY, "a product is being taught already"
        if self._parts.line_runs() and not self._parts.beside_line:
            yield TeachObstacle.LINE_RUNS, "the line runs; stop it first"
        if not own.product:
            yield TeachObstacle.NAMELESS, "the product has no name"
        if not own.enough:
            planned = own.planned
            yield (
                TeachObstacle.TOO_FEW,
                f"{planned.teach} good samples teach and {planned.check} check;"
                f" {LEAST_TEACH} and {LEAST_CHECK} are needed at the least",
            )

    def _base(self, draft: RecipeDraft) -> ModelSummary | None:
        """The newest model of this station; before there is one, the model that the draft uses now."""
        usable = [one for one in self._parts.models.list() if not one.problem and one.preset == _BASE_PRESET]
        for name in (MODEL_NAME, draft.recipe.model_name):
            versions = [one for one in usable if one.ref.name == name]
            if versions:
                return max(versions, key=lambda one: one.ref.version)
        return None

    def _forgetting(
        self, base: ModelSummary | None, forgets: tuple[str, ...], taught: frozenset[str], *, accepted: bool
    ) -> Iterable[tuple[TeachObstacle, str]]:
        moving = [
            recipe.product
            for recipe in self._parts.recipes.list()
            if recipe.model_name == MODEL_NAME
            and recipe.model_version == 0
            and (recipe.model_product or recipe.product) not in taught
        ]
        if moving:
            yield (
                TeachObstacle.FORGETS_IN_USE,
                f"recipes of {', '.join(moving)} take the newest model {MODEL_NAME}, which would not know them;"
                " publish them with a fixed version first",
            )
        if base is not None and forgets and not accepted:
            yield (
                TeachObstacle.FORGETS,
                f"{base.ref} knows {', '.join(forgets)}, of which there are no samples here; the new model will not"
                " know them, and their recipes keep the model they name",
            )

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

    def _check(self, setup: _Setup, model: TaughtModel) -> ProductCheck:
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
    setups: list[_Setup]
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
