"""Scores of a draft's samples, so that a limit can be dragged at once; times and the shot for the self-test, too.

All methods may take minutes and belong to background threads. One model is loaded at a time, apart from the line's; the
work is done by a thread of low priority, and while the line runs it takes a quarter of the time at the most.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.area_score import score_at_area
from inspector.core.draft import LEAST_TIMING_SHOTS, MeasuredTiming, RecipeDraft, basis_of
from inspector.core.errors import InspectorError, InvalidInput, OperationalError
from inspector.core.geometry import Size
from inspector.core.ports import AnomalyModel, ModelStore, RegionFinder
from inspector.core.recipe import Recipe, StoredShot
from inspector.core.recipe_ports import RecipePictureStore
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Tray, Use
from inspector.core.setup_ports import MapShelf, TileShape
from inspector.core.tile_plan import TileFacts
from inspector.services.background import LowPriority
from inspector.services.clock import Clock
from inspector.services.model_in_hand import WARM_UP, Loaded, ModelInHand, runnable
from inspector.services.pipeline import Pipeline
from inspector.services.samples import SampleService
from inspector.services.scored_samples import ScoredSamples

logger = logging.getLogger(__name__)

_REMEMBERED: Final = 20_000
_REST: Final = 3

Report = Callable[[int, int], None]
Asked = Callable[[], bool]


def _silent(_done: int, _total: int) -> None:
    pass


def _never() -> bool:
    return False


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
        self._samples = samples
        self._shelf = shelf
        self._pictures = pictures
        self._find_regions = find_regions
        self._clock = clock
        self._memory_mb = memory_mb
        self._line_runs = line_runs
        self._thread = LowPriority("scoring")
        self._model = ModelInHand(models, clock, tile_shape=tile_shape, memory_mb=memory_mb, rest=self._rest)
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
        return self._thread.run(lambda: self._model.load(recipe).model.ref)

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
        return self._thread.run(lambda: self._model.infer(self._model.load(draft.recipe), draft.recipe, image).score)

    # --- in the thread of this service --------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._model.unload()
        self._shelf.clear()
        self._raw.clear()

    def _map_of(self, recipe: Recipe, sample: Sample) -> AnomalyMap:
        loaded = self._model.load(recipe)
        basis = basis_of(recipe, loaded.model.ref)
        kept = self._shelf.get(_key(basis, sample))
        return kept if kept is not None else self._infer(loaded, recipe, basis, sample)

    def _recipe_for(self, recipe: Recipe, product: str) -> Recipe | None:
        model = self._model.load(recipe).model
        return model.recipe_for(product) if product in model.products else None

    def _tile_facts(self, recipe: Recipe) -> TileFacts:
        loaded = self._model.load(recipe)
        key = (loaded.model.ref, recipe.framing, recipe.model_product or recipe.product)
        if key not in loaded.facts:
            loaded.facts[key] = self._model.measure_tiles(loaded, recipe)
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
        loaded = self._model.load(recipe)
        judged = replace(runnable(recipe), rule=recipe.rule)
        pipeline = Pipeline(loaded.model, judged, self._find_regions, self._clock)
        loaded.recipe = loaded.size = None
        pipeline.prepare(size)
        times_ms: list[float] = []
        for number in range(-WARM_UP, shots):
            if cancelled() or self._thread.closing.is_set():
                return None
            progress(max(0, number), shots)
            began_s = time.perf_counter()
            inspection = pipeline.inspect(self._model.frame(images[number % len(images)]))
            if number >= 0:
                times_ms.append((time.perf_counter() - began_s) * 1000)
            if inspection.decision.score is None and number == -WARM_UP:
                logger.warning("Timing without a map: %s", inspection.decision.detail)
            self._rest(began_s)
        progress(shots, shots)
        p50, p99 = (float(np.percentile(times_ms, share, method="higher")) for share in (50, 99))
        return MeasuredTiming(len(times_ms), p50, p99, self._memory_mb(), basis_of(recipe, loaded.model.ref))

    def _usual_shot(self, recipe: Recipe, good: Sequence[Sample]) -> tuple[NDArray[np.uint8], float, str]:
        """Picture, score and basis of the good sample in the middle: neither an easy part nor a doubtful one."""
        loaded = self._model.load(recipe)
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
        loaded = self._model.load(recipe)
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

    def _score_one(self, loaded: Loaded, recipe: Recipe, basis: str, sample: Sample, area_px: float) -> float:
        known = self._raw.get((basis, sample.sha256))
        if known is not None and area_px <= 0:
            return known
        kept = self._shelf.get(_key(basis, sample)) if known is not None else None
        anomaly_map = kept if kept is not None else self._infer(loaded, recipe, basis, sample)
        return score_at_area(anomaly_map, area_px) if area_px > 0 else anomaly_map.score

    def _infer(self, loaded: Loaded, recipe: Recipe, basis: str, sample: Sample) -> AnomalyMap:
        anomaly_map = self._model.infer(loaded, recipe, self._samples.load(sample))
        self._shelf.put(_key(basis, sample), anomaly_map)
        if len(self._raw) >= _REMEMBERED:
            self._raw.clear()
        self._raw[basis, sample.sha256] = anomaly_map.score
        return anomaly_map


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
