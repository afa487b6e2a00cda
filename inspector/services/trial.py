"""Try on history: what a draft's limit and area would have said of parts that were judged already, without a model.

Scores decide nearly all of them. Where a smallest area or another area is asked for, regions as they were stored decide
what they can, kept maps the rest, and what neither can say is counted as not known instead of guessed.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.area import area_cells
from inspector.core.area_score import score_at_area
from inspector.core.decision import Verdict
from inspector.core.draft import RecipeDraft
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.ports import ImageStore, ModelStore
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import RecipeStore
from inspector.core.record import Counts
from inspector.core.refs import ModelRef
from inspector.core.setup_ports import HistoryParts, HistorySource

logger = logging.getLogger(__name__)

MAPS_S: Final = 3.0
"""Time for reading maps; what is not read by then is not known."""

_PASS, _FAIL, _NOT_INSPECTED, _UNKNOWN = 0, 1, 2, 3
_VERDICTS: Final = {_PASS: Verdict.PASS, _FAIL: Verdict.FAIL, _NOT_INSPECTED: Verdict.NOT_INSPECTED}
_EVERY: Final = 50


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A part that the draft would have judged otherwise."""

    record_id: str
    before: Verdict
    after: Verdict
    score: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft would have said.

    Attributes:
        before: as the parts were judged; parts that are not known or left out are in none of the sums.
        after: as the draft judges them.
        changed: newest first.
        unknown: ids of parts of which neither regions nor a kept map tell what the draft would say.
        other_model: parts that another model judged, which says nothing of this one's scores.
        other_view: parts that were looked at with another framing or scale.
        seconds: that it took.
        cancelled: a person ended it; parts that needed a map are not known.
    """

    before: Counts
    after: Counts
    changed: tuple[ChangedPart, ...]
    unknown: tuple[str, ...]
    other_model: int
    other_view: int
    seconds: float
    cancelled: bool = False

    @property
    def parts(self) -> int:
        """Parts that were compared."""
        return self.before.total


class TrialService:
    """Any thread but the main one."""

    def __init__(self, history: HistorySource, images: ImageStore, recipes: RecipeStore, models: ModelStore) -> None:
        """Nothing is read yet."""
        self._history = history
        self._images = images
        self._recipes = recipes
        self._models = models

    def run(
        self,
        draft: RecipeDraft,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        simulated: bool = False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Trial:
        """Compare the draft with what was decided.

        Args:
            draft: its limit, smallest area, polygons and model.
            since: of capture, included; None from the first part on.
            until: of capture, not included; None to the last.
            simulated: look at simulated parts instead of real ones (FS-12).
            progress: maps read and to be read.
            cancelled: asked now and then.

        Raises:
            InvalidInput: the draft belongs to no published product, or names no model.
        """
        began_s = time.perf_counter()
        product = draft.base_product or draft.recipe.product
        if not product:
            raise InvalidInput(["a product without a name has no history"])
        model = self._model(draft)
        parts = self._history.parts(product, since=since, until=until, simulated=simulated)
        same_model = parts.model == (parts.models.index(model) if model in parts.models else -2)
        judged = parts.verdict != _NOT_INSPECTED
        views = self._views(product, parts.version, draft.recipe)
        comparable = np.zeros(len(parts), np.bool_)
        after = np.full(len(parts), _NOT_INSPECTED, np.uint8)
        for version, view in views.items():
            of_version = parts.version == version
            if view is None:
                continue
            comparable |= of_version
            after = np.where(of_version, _by_numbers(parts, view), after)
        after = np.where(judged, after, _NOT_INSPECTED).astype(np.uint8)
        usable = comparable & (same_model | ~judged)
        open_places = np.flatnonzero(usable & (after == _UNKNOWN))[::-1]
        ended = self._by_maps(parts, views, open_places, after, progress, cancelled)
        known = usable & (after != _UNKNOWN)
        changed = np.flatnonzero(known & (after != parts.verdict))[::-1]
        return Trial(
            before=_counts(parts.verdict[known]),
            after=_counts(after[known]),
            changed=tuple(
                ChangedPart(
                    parts.ids[place],
                    _VERDICTS[int(parts.verdict[place])],
                    _VERDICTS[int(after[place])],
                    float(parts.score[place]),
                )
                for place in changed.tolist()
            ),
            unknown=tuple(parts.ids[place] for place in np.flatnonzero(usable & (after == _UNKNOWN))[::-1].tolist()),
            other_model=int(np.count_nonzero(judged & ~same_model)),
            other_view=int(np.count_nonzero(judged & same_model & ~comparable)),
            seconds=time.perf_counter() - began_s,
            cancelled=ended,
        )

    def _model(self, draft: RecipeDraft) -> ModelRef:
        recipe, judged = draft.recipe, draft.judged
        if not recipe.model_name:
            raise InvalidInput(["no model is chosen"])
        if (
            judged is not None
            and judged.model.name == recipe.model_name
            and recipe.model_version in (0, judged.model.version)
        ):
            return judged.model
        found = [one.ref for one in self._models.list() if one.ref.name == recipe.model_name and not one.problem]
        chosen = [ref for ref in found if recipe.model_version in (0, ref.version)]
        if not chosen:
            raise InvalidInput([f"there is no model {recipe.model_name} v{recipe.model_version}"])
        return max(chosen, key=lambda ref: ref.version)

    def _views(self, product: str, versions: NDArray[np.int64], new: Recipe) -> "dict[int, _View | None]":
        """For each version that judged, how the draft compares with it; None where it looked at parts otherwise."""
        found: dict[int, _View | None] = {}
        for version in np.unique(versions).tolist():
            try:
                old = self._recipes.get(product, version) if version else None
            except OperationalError as error:
                logger.warning("Parts of %s v%d are left out: %s", product, version, error)
                old = None
            found[version] = None if old is None else _view(old, new)
        return found

    def _by_maps(
        self,
        parts: HistoryParts,
        views: "dict[int, _View | None]",
        places: NDArray[np.intp],
        after: NDArray[np.uint8],
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> bool:
        """Decide what only a kept map can say, newest parts first; True when a person ended it."""
        with_map = [place for place in places.tolist() if parts.map_path[place]]
        give_up_at = time.perf_counter() + MAPS_S
        for done, place in enumerate(with_map):
            if done % _EVERY == 0:
                progress(done, len(with_map))
                if cancelled():
                    return True
            if time.perf_counter() > give_up_at:
                logger.info("Maps of %d of %d parts were not read in time", len(with_map) - done, len(with_map))
                return False
            view = views[int(parts.version[place])]
            if view is None:
                continue
            try:
                anomaly_map = self._images.load_map(parts.map_path[place], parts.map_sha256[place])
            except OperationalError as error:
                logger.warning("A map cannot be read: %s", error)
                continue
            after[place] = view.judge(anomaly_map)
        progress(len(with_map), len(with_map))
        return False


@dataclass(frozen=True, slots=True)
class _View:
    """How a draft compares with a version that judged the same frames in the same way.

    Attributes:
        limit: of the draft.
        area_px, old_area_px: smallest areas of the draft and of the version, in pixels of the frame.
        same_area: both inspect the same polygons.
        grown: the draft inspects places that the version did not; of those no map tells anything.
    """

    new: Recipe
    limit: float
    area_px: float
    old_area_px: float
    same_area: bool
    grown: bool

    def judge(self, anomaly_map: AnomalyMap) -> int:
        """What the draft says of a kept map."""
        if not self.same_area:
            size = anomaly_map.frame_size or self.new.image_size
            if size is None:
                return _UNKNOWN
            cells = area_cells(size, anomaly_map.cell_px, self.new.include, self.new.ignore)
            if cells.shape != anomaly_map.values.shape:
                return _UNKNOWN
            values = np.where(cells, anomaly_map.values, np.float32(0))
            anomaly_map = replace(anomaly_map, values=values, score=float(values.max()))
        if score_at_area(anomaly_map, self.area_px) > self.limit:
            return _FAIL
        return _UNKNOWN if self.grown else _PASS


def _view(old: Recipe, new: Recipe) -> _View | None:
    """None when the two look at frames in different ways, so that one's scores say nothing of the other's."""
    same = (
        (old.model_product or old.product) == (new.model_product or new.product)
        and old.framing is new.framing
        and (old.scale, old.overlap_px) == (new.scale, new.overlap_px)
        and (new.image_size is None or old.image_size in (None, new.image_size))
    )
    if not same:
        return None
    same_area = (old.include, old.ignore) == (new.include, new.ignore)
    return _View(
        new=new,
        limit=new.rule.score_threshold,
        area_px=_smallest_px(new),
        old_area_px=_smallest_px(old),
        same_area=same_area,
        grown=not same_area and _has_grown(old, new),
    )


def _smallest_px(recipe: Recipe) -> float:
    return 0.0 if recipe.mm_per_px is None else recipe.rule.min_area_mm2 / recipe.mm_per_px**2


def _has_grown(old: Recipe, new: Recipe) -> bool:
    """Whether the new area holds cells that the old one did not; assumed when the frame's size is not known."""
    size = new.image_size or old.image_size
    if size is None:
        return bool(old.include or old.ignore)
    cell_px = max(4.0, max(size.height, size.width) / 256)
    before = area_cells(size, cell_px, old.include, old.ignore)
    return bool((area_cells(size, cell_px, new.include, new.ignore) & ~before).any())


def _by_numbers(parts: HistoryParts, view: _View) -> NDArray[np.uint8]:
    """What scores and stored regions say of each part; `_UNKNOWN` where they do not.

    Stored regions are those above the limit of then that were not smaller than the smallest area of then.
    """
    above = ~(parts.score <= view.limit)
    if view.same_area and view.area_px <= 0:
        return np.where(above, _FAIL, _PASS).astype(np.uint8)
    count = len(parts)
    large = parts.region_area_px >= view.area_px
    still = parts.region_peak > view.limit
    has_large = np.bincount(parts.region_part[large], minlength=count)[:count] > 0
    may_fail = np.bincount(parts.region_part[large & still], minlength=count)[:count] > 0
    after = np.full(count, _UNKNOWN, np.uint8)
    if view.same_area:
        # At a lower limit a region only grows; at a higher one it shrinks, or goes.
        after[(view.limit <= parts.limit) & has_large] = _FAIL
        seen_all = (view.limit >= parts.limit) & (view.area_px >= view.old_area_px)
        after[seen_all & ~may_fail] = _PASS
        after[~above] = _PASS
    elif not view.grown:
        after[~above] = _PASS
    return after


def _counts(verdicts: NDArray[np.uint8]) -> Counts:
    passed, failed, unseen = (int(np.count_nonzero(verdicts == value)) for value in (_PASS, _FAIL, _NOT_INSPECTED))
    return Counts(passed, failed, unseen)
