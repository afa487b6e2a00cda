"""Scores of a draft's samples, so that a limit can be dragged at once; times and the shot for the self-test, too.

All methods may take minutes and belong to background threads. One model is loaded at a time, apart from the line's; the
work is done by a thread of low priority, and while the line runs it takes a quarter of the time at the most.
"""

import logging
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.area_score import score_at_area
from inspector.core.check import CheckResult, check_limit
from inspector.core.decision import map_problem
from inspector.core.draft import LEAST_TIMING_SHOTS, JudgedCheck, MeasuredTiming, RecipeDraft, basis_of
from inspector.core.errors import InspectorError, InvalidInput, OperationalError
from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.ports import AnomalyModel, ModelStore, RegionFinder
from inspector.core.recipe import DecisionRule, Recipe, StoredShot
from inspector.core.recipe_ports import RecipePictureStore
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Tray, Use, check_set, samples_key
from inspector.core.setup_ports import MapShelf, TileShape
from inspector.core.tile_plan import TileFacts, plan_tiles
from inspector.services.background import LowPriority
from inspector.services.clock import Clock
from inspector.services.pipeline import Pipeline
from inspector.services.samples import SampleService

logger = logging.getLogger(__name__)

_REMEMBERED: Final = 20_000
_WARM_UP: Final = 3
_MEASURED: Final = 5
_REST: Final = 3

Report = Callable[[int, int], None]
Asked = Callable[[], bool]


def _silent(_done: int, _total: int) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ScoredSamples:
    """What a model says of a draft's samples.

    Attributes:
        model: that scored.
        basis: `core.draft.basis_of` the recipe and the model.
        rule: whose smallest area is in the scores; its limit is not.
        samples: scored ones, each with `score` and `scored_by`; a small region that does not fail a part is not in the
            score.
        failed: id and reason of samples that could not be scored.
        cancelled: a person ended it; the others have no score yet.
    """

    model: ModelRef
    basis: str
    rule: DecisionRule
    samples: tuple[Sample, ...]
    failed: tuple[tuple[str, str], ...] = ()
    cancelled: bool = False

    @property
    def scores(self) -> dict[str, float]:
        """By id of the sample."""
        return {one.id: one.score for one in self.samples if one.score is not None}

    def check(self, limit: float) -> CheckResult:
        """What a limit does to the check set; at once."""
        good, bad = self.check_scores()
        return check_limit(good, bad, limit)

    def check_scores(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Scores of the check set, good and bad."""
        good, bad = check_set(self.samples)
        return (
            tuple(one.score for one in good if one.score is not None),
            tuple(one.score for one in bad if one.score is not None),
        )

    def wrong_side(self, limit: float) -> tuple[Sample, ...]:
        """Good samples above a limit and bad ones within it, the worst first."""
        wrong = [one for one in self.samples if one.score is not None and _is_wrong(one, one.score, limit)]
        return tuple(sorted(wrong, key=lambda one: -abs((one.score or 0.0) - limit)))

    def judged(self, all_samples: Sequence[Sample], limit: float, worse: Sequence[str] = ()) -> JudgedCheck:
        """The check as a draft keeps it.

        Args:
            all_samples: of the set-up now.
            limit: that a person has chosen.
            worse: other products that the model judges worse.
        """
        rule = replace(self.rule, score_threshold=limit)
        return JudgedCheck(self.model, self.basis, samples_key(all_samples), rule, self.check(limit), tuple(worse))


@dataclass(slots=True)
class _Loaded:
    """The model in hand and what it was prepared for."""

    model: AnomalyModel
    recipe: Recipe | None = None
    size: Size | None = None
    shape: tuple[int, int] = (0, 0)
    facts: dict[tuple[object, ...], TileFacts] = field(default_factory=dict)


class ScoringService:
    """Runs a draft's recipe over its samples."""

    def __init__(
        self,
        models: ModelStore,
        samples: SampleService,
        shelf: MapShelf,
        pictures: RecipePictureStore,
        find_regions: RegionFinder,
        clock: Clock,
        *,
        tile_shape: Callable[[AnomalyModel], TileShape],
        memory_mb: Callable[[], float] = lambda: 0.0,
        line_runs: Asked = _never,
    ) -> None:
        """Load nothing yet.

        Args:
            models: where models come from; what it loads is this service's own.
            samples: of all set-ups.
            shelf: for maps of scored samples.
            pictures: where the shot for the self-test is kept.
            find_regions: as the line uses it.
            clock: as the line uses it.
            tile_shape: how a loaded model cuts frames.
            memory_mb: the most memory that the computing device gave to this program; 0 if it is not known.
            line_runs: whether the line runs now, so that most of the time must be left to it.
        """
        self._models = models
        self._samples = samples
        self._shelf = shelf
        self._pictures = pictures
        self._find_regions = find_regions
        self._clock = clock
        self._tile_shape = tile_shape
        self._memory_mb = memory_mb
        self._line_runs = line_runs
        self._thread = LowPriority("scoring")
        self._loaded: _Loaded | None = None
        # Raw scores by basis and picture, so that what was scored once is not scored again while a person works.
        self._raw: dict[tuple[str, str], float] = {}

    def close(self) -> None:
        """Let work in hand end soon, and free the model."""
        self._thread.close(self._clear)

    # --- scores ------------------------------------------------------------------------------------------------------

    def score(self, draft: RecipeDraft, *, progress: Report = _silent, cancelled: Asked = _never) -> ScoredSamples:
        """Score every sample of a draft, the check set first, and keep the scores with the samples.

        Args:
            draft: its recipe, as it would be published.
            progress: done and total, in this thread.
            cancelled: asked before each sample.

        Raises:
            InvalidInput: the recipe names no model, or does not fit it.
            OperationalError: RCP-001, no such model; RCP-002, it was altered; GPU-001, out of memory.
        """
        samples = sorted(self._samples.list(draft.id), key=_importance)
        scored = self._thread.run(lambda: self._score(draft.recipe, samples, progress, cancelled))
        self._samples.set_scores(scored.samples)
        return scored

    def score_set(
        self, recipe: Recipe, samples: Sequence[Sample], *, progress: Report = _silent, cancelled: Asked = _never
    ) -> ScoredSamples:
        """Score some samples with any recipe; nothing is kept with the samples. Raises as `score`."""
        return self._thread.run(lambda: self._score(recipe, samples, progress, cancelled))

    def map_of(self, draft: RecipeDraft, sample: Sample) -> AnomalyMap:
        """The map of one sample; made anew when it is not kept any more.

        Raises:
            InvalidInput, OperationalError: as `score`; DAT-002, the picture is missing or altered.
        """
        return self._thread.run(lambda: self._map_of(draft.recipe, sample))

    def model_ref(self, recipe: Recipe) -> ModelRef:
        """Which model a recipe would use now. Raises as `score`."""
        return self._thread.run(lambda: self._load(recipe).model.ref)

    def taught_recipe(self, model: ModelRef, product: str, recipe: Recipe) -> Recipe:
        """A recipe that looks at parts as a model was taught to: its framing, scale and overlap.

        A product that the model was not taught keeps its own view. Raises as `score`.
        """
        wanted = replace(recipe, model_name=model.name, model_version=model.version)
        taught = self._thread.run(lambda: self._recipe_for(wanted, product))
        if taught is None:
            return wanted
        own = "" if recipe.product == product else product
        return replace(
            wanted,
            model_product=own,
            framing=taught.framing,
            scale=taught.scale,
            overlap_px=taught.overlap_px,
        )

    def forget(self) -> None:
        """Free the model and the maps; what is asked next loads anew."""
        self._thread.run(self._clear)

    # --- times -------------------------------------------------------------------------------------------------------

    def tile_facts(self, draft: RecipeDraft) -> TileFacts:
        """How the draft's model cuts frames, and what a tile costs on this computer.

        Measured once for each model, on a drawn picture; what cannot be measured is None.

        Raises:
            InvalidInput, OperationalError: as `score`.
        """
        return self._thread.run(lambda: self._tile_facts(draft.recipe))

    def measure_timing(
        self,
        draft: RecipeDraft,
        *,
        shots: int = LEAST_TIMING_SHOTS,
        progress: Report = _silent,
        cancelled: Asked = _never,
    ) -> MeasuredTiming | None:
        """Measure the way from a frame's arrival to its decision, on the draft's own pictures in turn.

        The line's own work is in it while it runs, as it would be with the recipe in force beside it.

        Returns:
            None when it was cancelled.

        Raises:
            InvalidInput: there are no samples, or the recipe cannot be used.
            OperationalError: as `score`, and DAT-002.
        """
        samples = self._samples.list(draft.id)
        if not samples:
            raise InvalidInput(["there is no picture to measure with; add samples first"])
        size = draft.recipe.image_size or samples[-1].size
        fitting = [one for one in samples if one.size == size][:16]
        if not fitting:
            raise InvalidInput([f"no sample measures {size}, as the recipe asks"])
        images = [self._samples.load(one) for one in fitting]
        return self._thread.run(lambda: self._timing(draft.recipe, size, images, shots, progress, cancelled))

    # --- the shot for the self-test ----------------------------------------------------------------------------------

    def store_shot(self, draft: RecipeDraft) -> StoredShot:
        """Keep a usual good picture with its score, by which the recipe can test itself.

        Raises:
            InvalidInput: there is no good sample, or it has no score with this recipe.
            OperationalError: as `score`, and DAT-002.
        """
        good = [one for one in self._samples.list(draft.id) if one.tray is Tray.GOOD and one.counts]
        wanted = draft.recipe.image_size
        good = [one for one in good if wanted is None or one.size == wanted]
        if not good:
            raise InvalidInput(["there is no good sample of the recipe's picture size"])
        image, score, basis = self._thread.run(lambda: self._usual_shot(draft.recipe, good))
        if not score > 0:
            raise InvalidInput(["the picture has no score: the area holds nothing"])
        stored = self._pictures.save(image)
        return StoredShot(stored.path, stored.sha256, score, basis)

    def check_shot(self, draft: RecipeDraft) -> float:
        """What the stored shot scores now.

        Raises:
            InvalidInput: no shot is stored.
            OperationalError: as `score`, and DAT-002.
        """
        shot = draft.recipe.self_test
        if shot is None:
            raise InvalidInput(["no shot is stored"])
        image = self._pictures.load(shot.path, shot.sha256)
        return self._thread.run(lambda: self._infer_image(self._load(draft.recipe), draft.recipe, image).score)

    # --- in the thread of this service --------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._unload()
        self._shelf.clear()
        self._raw.clear()

    def _map_of(self, recipe: Recipe, sample: Sample) -> AnomalyMap:
        loaded = self._load(recipe)
        basis = basis_of(recipe, loaded.model.ref)
        kept = self._shelf.get(_key(basis, sample))
        return kept if kept is not None else self._infer(loaded, recipe, basis, sample)

    def _recipe_for(self, recipe: Recipe, product: str) -> Recipe | None:
        model = self._load(recipe).model
        return model.recipe_for(product) if product in model.products else None

    def _tile_facts(self, recipe: Recipe) -> TileFacts:
        loaded = self._load(recipe)
        key = (loaded.model.ref, recipe.framing, recipe.model_product or recipe.product)
        if key not in loaded.facts:
            loaded.facts[key] = self._measure_tiles(loaded, recipe)
        return loaded.facts[key]

    def _timing(
        self,
        recipe: Recipe,
        size: Size,
        images: Sequence[NDArray[np.uint8]],
        shots: int,
        progress: Report,
        cancelled: Asked,
    ) -> MeasuredTiming | None:
        loaded = self._load(recipe)
        judged = replace(_runnable(recipe), rule=recipe.rule)
        pipeline = Pipeline(loaded.model, judged, self._find_regions, self._clock)
        loaded.recipe = loaded.size = None
        pipeline.prepare(size)
        times_ms: list[float] = []
        for number in range(-_WARM_UP, shots):
            if cancelled() or self._thread.closing.is_set():
                return None
            progress(max(0, number), shots)
            began_s = time.perf_counter()
            inspection = pipeline.inspect(self._frame(images[number % len(images)]))
            if number >= 0:
                times_ms.append((time.perf_counter() - began_s) * 1000)
            if inspection.decision.score is None and number == -_WARM_UP:
                logger.warning("Timing without a map: %s", inspection.decision.detail)
            self._rest(began_s)
        progress(shots, shots)
        p50, p99 = (float(np.percentile(times_ms, share, method="higher")) for share in (50, 99))
        return MeasuredTiming(len(times_ms), p50, p99, self._memory_mb(), basis_of(recipe, loaded.model.ref))

    def _usual_shot(self, recipe: Recipe, good: Sequence[Sample]) -> tuple[NDArray[np.uint8], float, str]:
        """Picture, score and basis of the good sample in the middle: neither an easy part nor a doubtful one."""
        loaded = self._load(recipe)
        basis = basis_of(recipe, loaded.model.ref)
        checking = [one for one in good if one.use is Use.CHECK] or list(good)
        known = {one.id: score for one in checking if (score := self._raw.get((basis, one.sha256))) is not None}
        ordered = sorted((one for one in checking if one.id in known), key=lambda one: known[one.id]) or checking
        chosen = ordered[len(ordered) // 2]
        return self._samples.load(chosen), self._infer(loaded, recipe, basis, chosen).score, basis

    def _rest(self, began_s: float) -> None:
        """Leave three quarters of the time to a running line."""
        if self._line_runs():
            self._thread.closing.wait(_REST * (time.perf_counter() - began_s))

    def _score(self, recipe: Recipe, samples: Sequence[Sample], progress: Report, cancelled: Asked) -> ScoredSamples:
        loaded = self._load(recipe)
        ref = loaded.model.ref
        basis = basis_of(recipe, ref)
        area_px = 0.0 if recipe.mm_per_px is None else recipe.rule.min_area_mm2 / recipe.mm_per_px**2
        scored: list[Sample] = []
        failed: list[tuple[str, str]] = []
        ended = False
        for done, sample in enumerate(_by_size(samples)):
            if ended := (cancelled() or self._thread.closing.is_set()):
                break
            progress(done, len(samples))
            try:
                score = self._score_one(loaded, recipe, basis, sample, area_px)
            except InspectorError as error:
                if isinstance(error, OperationalError) and error.code != "DAT-002":
                    raise
                logger.warning("Sample %s has no score: %s", sample.id, error)
                failed.append((sample.id, str(error)))
                continue
            scored.append(replace(sample, score=score, scored_by=ref))
        else:
            progress(len(samples), len(samples))
        return ScoredSamples(ref, basis, recipe.rule, tuple(scored), tuple(failed), ended)

    def _score_one(self, loaded: _Loaded, recipe: Recipe, basis: str, sample: Sample, area_px: float) -> float:
        known = self._raw.get((basis, sample.sha256))
        if known is not None and area_px <= 0:
            return known
        kept = self._shelf.get(_key(basis, sample)) if known is not None else None
        anomaly_map = kept if kept is not None else self._infer(loaded, recipe, basis, sample)
        return score_at_area(anomaly_map, area_px) if area_px > 0 else anomaly_map.score

    def _infer(self, loaded: _Loaded, recipe: Recipe, basis: str, sample: Sample) -> AnomalyMap:
        anomaly_map = self._infer_image(loaded, recipe, self._samples.load(sample))
        self._shelf.put(_key(basis, sample), anomaly_map)
        if len(self._raw) >= _REMEMBERED:
            self._raw.clear()
        self._raw[basis, sample.sha256] = anomaly_map.score
        return anomaly_map

    def _infer_image(self, loaded: _Loaded, recipe: Recipe, image: NDArray[np.uint8]) -> AnomalyMap:
        self._prepare(loaded, recipe, Size.of(image.shape))
        began_s = time.perf_counter()
        anomaly_map = loaded.model.infer(self._frame(image))
        self._rest(began_s)
        problem = map_problem(anomaly_map, loaded.shape, loaded.model.ref)
        if problem:
            raise InvalidInput([problem])
        return anomaly_map

    def _load(self, recipe: Recipe) -> _Loaded:
        """The recipe's model; version 0 is the newest, so it is looked for each time."""
        if not recipe.model_name:
            raise InvalidInput(["no model is chosen"])
        loaded = self._loaded
        version = recipe.model_version or self._newest(recipe.model_name)
        if loaded is None or (loaded.model.ref.name, loaded.model.ref.version) != (recipe.model_name, version):
            self._unload()
            loaded = self._loaded = _Loaded(self._models.load(recipe.model_name, version))
        return loaded

    def _newest(self, name: str) -> int:
        return max((one.ref.version for one in self._models.list() if one.ref.name == name), default=0)

    def _unload(self) -> None:
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.model.close()

    def _prepare(self, loaded: _Loaded, recipe: Recipe, size: Size) -> None:
        wanted = _runnable(recipe)
        if (loaded.recipe, loaded.size) != (wanted, size):
            loaded.recipe = loaded.size = None  # a failure leaves nothing prepared
            loaded.shape = loaded.model.prepare(wanted, size)
            loaded.recipe, loaded.size = wanted, size

    def _frame(self, image: NDArray[np.uint8]) -> Frame:
        return Frame(
            np.ascontiguousarray(image), 0, "samples", datetime.now(UTC), self._clock.monotonic_ns(), simulated=True
        )

    def _measure_tiles(self, loaded: _Loaded, recipe: Recipe) -> TileFacts:
        shape = self._tile_shape(loaded.model)
        facts = TileFacts(tile_px=shape.tile_px, cell_px=shape.cell_px, rim_cells=shape.rim_cells)
        points: list[tuple[int, float]] = []
        before_mb = self._memory_mb()
        for sides in (1, 3):
            size = Size(shape.tile_px, shape.tile_px * sides)
            try:
                drawn = replace(_runnable(recipe), include=(), ignore=(), scale=1.0, image_size=None)
                count = plan_tiles(drawn, size, facts).count
                with self._measuring(loaded, drawn, size) as once:
                    points.append((count, statistics.median(once() for _ in range(_MEASURED))))
            except InspectorError as error:
                logger.info("Tiles of %s are not measured: %s", loaded.model.ref, error)
                return facts
        (few, few_ms), (many, many_ms) = points
        per_tile = (many_ms - few_ms) / (many - few) if many > few else few_ms / max(few, 1)
        per_tile = max(per_tile, 0.0)
        used_mb = max(0.0, self._memory_mb() - before_mb)
        return replace(
            facts,
            ms_per_tile=per_tile,
            ms_per_frame=max(0.0, few_ms - few * per_tile),
            mb_per_tile=used_mb / many if used_mb > 0 else None,
            mb_base=max(0.0, self._memory_mb() - used_mb),
        )

    @contextmanager
    def _measuring(self, loaded: _Loaded, recipe: Recipe, size: Size) -> Iterator[Callable[[], float]]:
        self._prepare(loaded, recipe, size)
        image = np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)

        def once() -> float:
            began_s = time.perf_counter()
            loaded.model.infer(self._frame(image))
            took_ms = (time.perf_counter() - began_s) * 1000
            self._rest(began_s)
            return took_ms

        for _ in range(_WARM_UP):
            once()
        yield once


def _runnable(recipe: Recipe) -> Recipe:
    """The recipe as a model can be prepared with, though a person has not filled in every field yet."""
    return replace(recipe, product=recipe.product.strip() or "sample", image_size=None, rule=DecisionRule(), version=0)


def _key(basis: str, sample: Sample) -> str:
    return f"{basis}/{sample.sha256}"


def _importance(sample: Sample) -> int:
    """The check set first, so that the result can be read before everything is scored."""
    if sample.tray is Tray.BAD:
        return 1
    return 0 if sample.tray is Tray.GOOD and sample.use is Use.CHECK else 2


def _by_size(samples: Sequence[Sample]) -> list[Sample]:
    """In the given order, but each size in one go: another size must be prepared for."""
    sizes = list(dict.fromkeys(one.size for one in samples))
    return sorted(samples, key=lambda one: sizes.index(one.size))


def _is_wrong(sample: Sample, score: float, limit: float) -> bool:
    if sample.tray is Tray.GOOD:
        return not score <= limit
    return sample.tray is Tray.BAD and score <= limit
