"""What a model says of a draft's samples, and what a limit makes of it: at once, while it is dragged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inspector.core.check import CheckResult, check_limit
from inspector.core.draft import JudgedCheck
from inspector.core.recipe import DecisionRule
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Tray, check_set, samples_key


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


def _is_wrong(sample: Sample, score: float, limit: float) -> bool:
    if sample.tray is Tray.GOOD:
        return not score <= limit
    return sample.tray is Tray.BAD and score <= limit
