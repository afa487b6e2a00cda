"""What is known of a draft's samples and their scores, and what follows from it: counts, a proposal, the judged check.

Plain values and functions, so that the page that shows them stays a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inspector.core.check import ProposedLimit, check_limit, limit_for
from inspector.core.draft import JudgedCheck, RecipeDraft, basis_of
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Tray, check_set, samples_key

_SAME = 0.002  # a limit within this share of a proposal is the proposal


@dataclass(frozen=True, slots=True)
class Judging:
    """Scores beside the samples they belong to.

    Attributes:
        model: that scored; None before it did.
        basis: what the scores rest on.
        scores: by sample id.
        unseen: the model was not taught with these samples, so all good ones may check it, not only those set aside.
    """

    samples: tuple[Sample, ...] = ()
    model: ModelRef | None = None
    basis: str = ""
    scores: Mapping[str, float] | None = None
    unseen: bool = False

    @property
    def good(self) -> tuple[Sample, ...]:
        """Good samples that check the model and have a score."""
        return self._scored(self._checking())

    @property
    def bad(self) -> tuple[Sample, ...]:
        """Bad samples that have a score."""
        return self._scored(check_set(self.samples)[1])

    @property
    def unscored(self) -> int:
        """Samples that check the model and have no score."""
        return len(self._checking()) + len(check_set(self.samples)[1]) - len(self.good) - len(self.bad)

    def values(self, samples: Iterable[Sample]) -> tuple[float, ...]:
        """Their scores, in their order."""
        return tuple(self.scores[one.id] for one in samples) if self.scores is not None else ()

    def proposed(self, allowed_per_1000: float) -> ProposedLimit | None:
        """The limit by the rule; None without scores of good samples."""
        good = self.values(self.good)
        return limit_for(good, allowed_per_1000, self.values(self.bad)) if good else None

    def fits(self, draft: RecipeDraft) -> bool:
        """Whether the scores rest on the draft as it is."""
        return (
            self.model is not None
            and self.scores is not None
            and self.basis == basis_of(draft.recipe, self.model)
            and self.model.name == draft.recipe.model_name
            and draft.recipe.model_version in (0, self.model.version)
        )

    def judged(self, draft: RecipeDraft, worse: tuple[str, ...]) -> JudgedCheck | None:
        """The check at the draft's limit; None while a sample of it has no score, or scores rest on something else."""
        if self.model is None or not self.fits(draft) or self.unscored or not self.good:
            return None
        rule = draft.recipe.rule
        result = check_limit(self.values(self.good), self.values(self.bad), rule.score_threshold)
        return JudgedCheck(self.model, self.basis, samples_key(self.samples), rule, result, worse)

    def _checking(self) -> tuple[Sample, ...]:
        if not self.unseen:
            return check_set(self.samples)[0]
        return tuple(one for one in self.samples if one.tray is Tray.GOOD and one.counts)

    def _scored(self, samples: Iterable[Sample]) -> tuple[Sample, ...]:
        return tuple(one for one in samples if self.scores is not None and one.id in self.scores)


def remembered(draft: RecipeDraft, samples: tuple[Sample, ...]) -> Judging:
    """The scores that are stored with the samples, if the draft still rests on them; after a restart, for example."""
    judged = draft.judged
    if judged is None:
        return Judging(samples)
    scores = {one.id: one.score for one in samples if one.score is not None and one.scored_by == judged.model}
    kept = Judging(samples, judged.model, judged.basis, scores)
    # A score leaves regions out that were too small to count at its time.
    same_area = judged.rule.min_area_mm2 == draft.recipe.rule.min_area_mm2
    return kept if scores and same_area and kept.fits(draft) else Judging(samples)


def follows(limit: float, proposed: ProposedLimit | None) -> bool:
    """Whether a limit is the proposed one, so that it may move with the proposal."""
    return proposed is not None and abs(limit - proposed.limit) <= _SAME * proposed.limit


def written(limit: float) -> float:
    """A limit with four figures, as it stands in its field."""
    return float(f"{limit:.4g}")
