"""What the steps need of scoring and measuring; `services.scoring` fulfils it, tests play it from a script."""

from collections.abc import Callable
from typing import Protocol

from inspector.core.anomaly import AnomalyMap
from inspector.core.draft import MeasuredTiming, RecipeDraft
from inspector.core.recipe import Recipe, StoredShot
from inspector.core.sample import Sample
from inspector.core.tile_plan import TileFacts
from inspector.services.scored_samples import ScoredSamples

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class ScoringWork(Protocol):
    """Scores and measures with the model of a draft. Any thread but the main one."""

    def tile_facts(self, draft: RecipeDraft) -> TileFacts:
        """Sides of the model's tiles, and what one costs on this computer as far as it was measured."""

    def score(self, draft: RecipeDraft, *, progress: Progress, cancelled: Cancelled) -> ScoredSamples:
        """Score every sample; seconds to minutes."""

    def map_of(self, draft: RecipeDraft, sample: Sample) -> AnomalyMap:
        """One sample's map, kept from the scoring or made again."""

    def measure_timing(self, draft: RecipeDraft, *, progress: Progress, cancelled: Cancelled) -> MeasuredTiming | None:
        """Times over 200 shots; None when it was cancelled."""

    def store_shot(self, draft: RecipeDraft) -> StoredShot:
        """Score a good sample of the check set and keep its picture."""

    def check_shot(self, draft: RecipeDraft) -> float:
        """What the stored shot scores now."""


class LineVersions(Protocol):
    """A line that takes a new version of its product. Any thread; returns at once."""

    def use_version(self, recipe: Recipe, *, now: bool = False) -> None:
        """From the next lot on or, at once, with a pause for as long as Start takes."""
