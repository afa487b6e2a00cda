"""What statistics of the residual on good parts make of one and the same head (uniad.md, section 18)."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F  # noqa: N812, torch's own name for it

from inspector.training.coreset import choose_coreset, nearest_distance
from tests.benchmarks.bench import BANK_SIZE, Bench, Result, on_grid, three_judges
from tests.benchmarks.heads import Experiment, Taught, whitening
from tests.benchmarks.judging import Maps, figures, geometric_of, maximum_of, mean_of
from tests.benchmarks.pack import Category

RESIDUAL_FLOOR = 0.1
"""Added to the variances of standardized residuals before whitening."""

SHRINKAGE = 8
"""Pictures that a channel's spread over all positions counts for at each position."""


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Reconstruction minus target (n, N, C) of one category by one head, computed once for all rules."""

    detector: Experiment
    category: Category
    teaching: Tensor
    held_out: Tensor
    test: Tensor

    def maps(self, test: Tensor, held_out: Tensor) -> Maps:
        """Maps of values (n, N) of the test pictures and of those held out."""
        return Maps(on_grid(self.detector, test), on_grid(self.detector, held_out))

    def lengths(self, changed: Callable[[Tensor], Tensor]) -> Maps:
        """Maps of the lengths of residuals after `changed`."""
        return self.maps(changed(self.test).norm(dim=-1), changed(self.held_out).norm(dim=-1))

    @property
    def spread(self) -> Tensor:
        """Standard deviation per channel on good parts."""
        return self.teaching.std(dim=(0, 1)).clamp_min(1e-6)


Rule = Callable[[Residuals], Maps]


def residuals_of(detector: Experiment, category: Category) -> Residuals:
    """Run a head over one category."""
    teaching, held_out = category.split()
    return Residuals(
        detector,
        category,
        detector.residuals(teaching),
        detector.residuals(held_out),
        detector.residuals(category.test),
    )


def plain(residuals: Residuals) -> Maps:
    """The detector's own rule: length of the residual."""
    return residuals.lengths(lambda part: part)


def per_channel(residuals: Residuals) -> Maps:
    """Residual divided by its spread per channel."""
    spread = residuals.spread
    return residuals.lengths(lambda part: part / spread)


def per_position(residuals: Residuals) -> Maps:
    """Length of the residual divided by its mean at the same position."""
    mean = residuals.teaching.norm(dim=-1).mean(dim=0)
    return residuals.maps(residuals.test.norm(dim=-1) / mean, residuals.held_out.norm(dim=-1) / mean)


def per_channel_position(residuals: Residuals) -> Maps:
    """Residual standardized per channel and position; few pictures lean on the channel's spread."""
    teaching = residuals.teaching
    mean, pictures = teaching.mean(dim=0), len(teaching)
    variance = (teaching - mean).square().mean(dim=0)
    overall = variance.mean(dim=0, keepdim=True)
    spread = ((pictures * variance + SHRINKAGE * overall) / (pictures + SHRINKAGE)).sqrt()
    return residuals.lengths(lambda part: (part - mean) / spread)


def whitened(residuals: Residuals) -> Maps:
    """Residual whitened by the full covariance on good parts."""
    spread = residuals.spread
    tokens = (residuals.teaching / spread).flatten(0, 1)
    mean, matrix = tokens.mean(dim=0), whitening([tokens], RESIDUAL_FLOOR)
    return residuals.lengths(lambda part: (part / spread - mean) @ matrix)


def residual_bank(residuals: Residuals) -> Maps:
    """Distance to the nearest residual of good parts."""
    spread = residuals.spread
    tokens = (residuals.teaching / spread).flatten(0, 1)
    bank = tokens[choose_coreset(tokens, BANK_SIZE, seed=0)].clone()
    parts = (residuals.test, residuals.held_out)
    test, held_out = (nearest_distance((part / spread).flatten(0, 1), bank) for part in parts)
    return residuals.maps(test, held_out)


def cosine(residuals: Residuals) -> Maps:
    """1 - cosine of reconstruction and target."""

    def distance(tokens: Tensor, part: Tensor) -> Tensor:
        target = residuals.detector.normalized(tokens)
        return (1 - F.cosine_similarity(part + target, target, dim=-1)).clamp_min(0)

    held_out = residuals.category.split()[1]
    return residuals.maps(distance(residuals.category.test, residuals.test), distance(held_out, residuals.held_out))


RULES: dict[str, Rule] = {
    "channel": per_channel,
    "position": per_position,
    "channel_position": per_channel_position,
    "whitened": whitened,
    "residual_bank": residual_bank,
    "cosine": cosine,
}
"""Maps of one taught head, by rule."""


def residual_rules(bench: Bench, taught: Taught) -> list[Result]:
    """A result per rule, alone and fused with the bank, and other ways to fuse."""
    detector, pack = taught.detector, bench.pack(taught.detector.arrangement)
    banks = bench.banks_of(detector).maps
    found = {one.name: residuals_of(detector, one) for one in pack}
    results = []
    for name, rule in RULES.items():
        judges = three_judges(pack, {one.name: rule(found[one.name]) for one in pack}, banks)
        del judges["bank"]
        what = f"base, residuals judged by rule {name}"
        results.append(Result(f"rule_{name}", "residual statistics", what, taught.steps, taught.seconds, judges))
    fusions = {
        name: {one.name: figures(one, fuse(plain(found[one.name]), banks[one.name])) for one in pack}
        for name, fuse in (("maximum", maximum_of), ("geometric mean", geometric_of))
    }
    fusions["with whitened"] = {
        one.name: figures(
            one,
            mean_of(mean_of(plain(found[one.name]), whitened(found[one.name])), banks[one.name]),
        )
        for one in pack
    }
    what = "base and bank, fused otherwise than by the mean"
    results.append(Result("fusions", "fusion", what, taught.steps, taught.seconds, fusions))
    return results
