"""Tells when the accepted parts of a running line no longer score like the held-out good parts of its model: QLT-001.

It only warns: the limit stays where it was published (FS-11), and nothing is stopped.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from inspector.core.decision import Verdict
from inspector.core.drift import LEAST_HELD_OUT, WINDOW, Drift, compare, within_limit
from inspector.core.errors import OperationalError
from inspector.core.recipe import Recipe
from inspector.core.record import InspectionRecord
from inspector.core.refs import ModelRef, RecipeRef

logger = logging.getLogger(__name__)

CODE: Final = "QLT-001"


@dataclass(slots=True)
class _Watched:
    """One recipe judged by one model, and the window in hand."""

    recipe: RecipeRef
    model: ModelRef
    limit: float
    held_out: tuple[float, ...]
    window: list[float] = field(default_factory=list)
    alarmed: bool = False

    def same_as(self, other: "_Watched") -> bool:
        return (self.recipe, self.model, self.limit, self.held_out) == (
            other.recipe,
            other.model,
            other.limit,
            other.held_out,
        )


class DriftWatch:
    """Compares one window of accepted parts after the other; `begin` and `after` may come from different threads."""

    def __init__(self, *, report: Callable[[OperationalError], None], gone: Callable[[str], None]) -> None:
        """Watch nothing yet."""
        self._report = report
        self._gone = gone
        self._lock = threading.Lock()
        self._watched: _Watched | None = None
        self._told: set[tuple[RecipeRef, ModelRef]] = set()

    def begin(self, recipe: Recipe, model: ModelRef, held_out: Sequence[float]) -> None:
        """A run begins. The window goes on when recipe and model are those of the last run.

        Args:
            recipe: in force.
            model: which judges.
            held_out: scores of its held-out good parts as `AnomalyModel.held_out_scores` gives them.
        """
        limit = recipe.rule.score_threshold
        following = _Watched(recipe.ref, model, limit, tuple(within_limit(held_out, limit)))
        with self._lock:
            before = self._watched
            if before is not None and before.same_as(following):
                return
            self._watched = following
            if before is not None and before.alarmed:
                self._gone(CODE)
        if len(following.held_out) < LEAST_HELD_OUT and (recipe.ref, model) not in self._told:
            self._told.add((recipe.ref, model))
            logger.info(
                "Drift of %s is not watched: model %s has %d held-out scores to compare with, %d are needed",
                recipe.ref,
                model,
                len(following.held_out),
                LEAST_HELD_OUT,
            )

    def after(self, record: InspectionRecord) -> None:
        """Take one record; every full window is compared. Records of another recipe or model are passed over."""
        # What is told stays within the lock, so that no news of one product comes after the beginning of the next.
        with self._lock:
            watched = self._watched
            if watched is None or (score := _score(record, watched)) is None:
                return
            watched.window.append(score)
            if len(watched.window) == WINDOW:
                found = compare(watched.window, watched.held_out, watched.limit)
                watched.window.clear()
                self._tell(watched, found)

    def _tell(self, watched: _Watched, found: Drift) -> None:
        if found.drifted:
            fault = _fault(watched.recipe, found)
            if not watched.alarmed:
                logger.warning("%s p = %.1g, effect %+.2f", fault, found.p_value, found.effect)
            watched.alarmed = True
            self._report(fault)
        elif watched.alarmed and found.settled:
            logger.info("Accepted parts of %s score like the held-out ones again", watched.recipe)
            watched.alarmed = False
            self._gone(CODE)


def _score(record: InspectionRecord, watched: _Watched) -> float | None:
    """The score that counts: of an accepted part, within the limit, of what is watched; None for any other record.

    A part that passes above the limit, because its regions are small, has no counterpart among the held-out ones.
    """
    counts = (
        len(watched.held_out) >= LEAST_HELD_OUT
        and record.verdict is Verdict.PASS
        and (record.recipe, record.model) == (watched.recipe, watched.model)
        and record.score is not None
        and record.score <= watched.limit
    )
    return record.score if counts else None


def _fault(recipe: RecipeRef, found: Drift) -> OperationalError:
    return OperationalError(
        CODE,
        f"The last {WINDOW} accepted parts of {recipe} score {found.recent:.2f} × limit in the middle,"
        f" the held-out good parts {found.held_out:.2f} × limit.",
        "Tell the shift lead; look at light, lens and material. The limit was not moved.",
    )
