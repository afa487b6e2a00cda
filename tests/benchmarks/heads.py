"""Heads to compare: the detector with one thing changed, taught by the trainer itself.

What the configuration cannot say (another loss, a whitened feature space) is a subclass here, because it is an
experiment; what wins moves into the package.
"""

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F  # noqa: N812, torch's own name for it

from inspector.training.features import FeatureCache
from inspector.training.presets import TrainingPlan
from inspector.training.trainer import Budget, Trainer
from inspector.vision.networks.backbone import build_encoder
from inspector.vision.networks.config import DetectorConfig, FeatureNorm
from inspector.vision.networks.detector import Detector
from inspector.vision.networks.fuser import Fuser

CHUNK = 32
"""Pictures a head sees at once."""

HARD_SHARE = 0.25
EASY_WEIGHT = 0.1
"""With hard-position mining, what the other tokens' errors weigh (as Dinomaly shrinks their gradients)."""

WHITENING_FLOOR = 1e-2
"""Added to the variances of the standardized space before dividing by them."""


class Objective(StrEnum):
    """What a head is fitted to."""

    L2 = "l2"
    COSINE = "cosine"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All that defines a taught head but its data and its number of steps."""

    config: DetectorConfig
    plan: TrainingPlan
    objective: Objective = Objective.L2
    whitened: bool = False
    seed: int = 0

    @property
    def feature_space(self) -> str:
        """Equal for arrangements whose normalized tokens are equal when taught the same pictures."""
        config = self.config
        return f"{config.padding} {config.feature_norm} {config.levels} {config.resize_mode} {self.whitened}"


class WhiteningFuser(Fuser):
    """Standardizes channels, then turns and scales them so that good tokens have unit covariance."""

    matrix: Tensor

    def __init__(self, config: DetectorConfig) -> None:
        super().__init__(config)
        self.register_buffer("matrix", torch.eye(config.channels))

    def normalize(self, tokens: Tensor) -> Tensor:
        return super().normalize(tokens) @ self.matrix


class Experiment(Detector):
    """A detector whose backbone is never asked: it works on cached tokens."""

    def __init__(self, arrangement: Arrangement) -> None:
        config = arrangement.config
        super().__init__(config, build_encoder(config.backbone, config.levels, config.padding), products=1)
        self.arrangement = arrangement
        if arrangement.whitened:
            self.fuser = WhiteningFuser(config)

    def loss(self, tokens: Tensor) -> Tensor:
        """As the detector's, or the objective under test."""
        objective = self.arrangement.objective
        if objective is Objective.L2:
            return super().loss(tokens)
        reconstruction = self.reconstruct(tokens, jitter=self.training)
        if objective is Objective.COSINE:
            return (1 - F.cosine_similarity(reconstruction, tokens, dim=-1)).mean()
        errors = (reconstruction - tokens).square().mean(dim=-1).flatten()
        limit = torch.quantile(errors.detach(), 1 - HARD_SHARE)
        weights = torch.where(errors.detach() >= limit, 1.0, EASY_WEIGHT)
        return (weights * errors).sum() / weights.sum()

    @torch.no_grad()
    def normalized(self, tokens: Tensor) -> Tensor:
        """Cached tokens (n, N, all C) float16 as the head sees them: (n, N, C) float32."""
        return self.fuser.normalize(self.kept(tokens).float())

    def kept(self, tokens: Tensor) -> Tensor:
        """Channels of the configured levels, out of those of all levels."""
        everything = Fuser(_with_all_levels(self.config)).channel_ranges
        if len(self.config.levels) == len(everything):
            return tokens
        parts = [tokens[..., slice(*everything[level])] for level in self.config.levels]
        return torch.cat(parts, dim=-1)

    @torch.no_grad()
    def residuals(self, tokens: Tensor) -> Tensor:
        """Reconstruction minus target (n, N, C) of cached tokens."""
        self.eval()
        parts = [self.normalized(part) for part in torch.split(tokens, CHUNK)]
        return torch.cat([self.head(part) - part for part in parts])

    @torch.no_grad()
    def cosines(self, tokens: Tensor) -> Tensor:
        """1 - cosine of reconstruction and target, (n, N)."""
        self.eval()
        parts = [self.normalized(part) for part in torch.split(tokens, CHUNK)]
        found = [1 - F.cosine_similarity(self.head(part), part, dim=-1) for part in parts]
        return torch.cat(found).clamp_min(0)


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """A head after its steps.

    Attributes:
        loss: smoothed, of the last steps, with jitter.
    """

    detector: Experiment
    steps: int
    seconds: float
    loss: float
    statistics: tuple[Tensor, Tensor] = field(repr=False)


def untrained(arrangement: Arrangement, teaching: Mapping[str, Tensor]) -> Experiment:
    """A head as it starts, with the feature statistics of good pictures."""
    torch.manual_seed(arrangement.seed)
    detector = Experiment(arrangement).eval()
    _set_statistics(detector, teaching, _cache(detector, teaching).channel_statistics())
    return detector


def teach(
    arrangement: Arrangement,
    teaching: Mapping[str, Tensor],
    steps: int,
    *,
    statistics: tuple[Tensor, Tensor] | None = None,
) -> Taught:
    """Fit a fresh head.

    Args:
        arrangement: what to teach, and how.
        teaching: cached tokens by product.
        steps: of the budget.
        statistics: of the channels; None takes those of the teaching tokens.
    """
    torch.manual_seed(arrangement.seed)
    detector = Experiment(arrangement).eval()
    cache = _cache(detector, teaching)
    statistics = statistics or cache.channel_statistics()
    _set_statistics(detector, teaching, statistics)
    return _run(detector, cache, steps, statistics)


def teach_more(taught: Taught, teaching: Mapping[str, Tensor], steps: int) -> Taught:
    """Go on from a taught head with other data and a new budget; what the features are divided by stays."""
    return _run(taught.detector, _cache(taught.detector, teaching), steps, taught.statistics)


def write_taught(taught: Taught, file: Path) -> None:
    """Keep a taught head."""
    facts = {"steps": taught.steps, "seconds": taught.seconds, "loss": taught.loss}
    metadata = {name: str(value) for name, value in facts.items()}
    state = {name: value.contiguous() for name, value in taught.detector.head_state().items()}
    save_file(state, file, metadata=metadata)


def read_taught(arrangement: Arrangement, file: Path) -> Taught:
    """What `write_taught` kept."""
    detector = Experiment(arrangement).eval()
    with safe_open(file, framework="pt") as opened:
        metadata = opened.metadata()
        detector.load_head_state({name: opened.get_tensor(name) for name in opened.keys()})  # noqa: SIM118, no mapping
    statistics = (detector.fuser.feature_mean, detector.fuser.feature_std)
    return Taught(detector, int(metadata["steps"]), float(metadata["seconds"]), float(metadata["loss"]), statistics)


def head_ms(detector: Experiment, reference: Experiment, *, batch: int = 8, rounds: int = 9) -> tuple[float, float]:
    """Milliseconds per tile of a head alone, and in relation to the reference; both timed in turn."""
    found: list[tuple[float, float]] = []
    with torch.no_grad():
        inputs = [torch.randn(batch, one.config.tokens, one.config.channels) for one in (detector, reference)]
        for _ in range(rounds):
            times = []
            for one, x in zip((detector, reference), inputs, strict=True):
                began = time.perf_counter()
                one.head(x)
                times.append((time.perf_counter() - began) * 1e3 / batch)
            found.append((times[0], times[1]))
    return median(own for own, _ in found), median(own / other for own, other in found)


def _run(detector: Experiment, cache: FeatureCache, steps: int, statistics: tuple[Tensor, Tensor]) -> Taught:
    arrangement = detector.arrangement
    trainer = Trainer(detector, cache, arrangement.plan, seed=arrangement.seed)
    trainer.run(Budget(steps=steps), reported=lambda _: None, stop=lambda: False)
    return Taught(detector, steps, trainer.seconds, trainer.loss, statistics)


def _cache(detector: Experiment, teaching: Mapping[str, Tensor]) -> FeatureCache:
    config = detector.config
    tiles = sum(len(tokens) for tokens in teaching.values())
    cache = FeatureCache(list(teaching), tiles, config.tokens, config.channels, Path(tempfile.gettempdir()))
    for number, tokens in enumerate(teaching.values()):
        for part in torch.split(tokens, CHUNK):
            cache.add(number, detector.kept(part))
    return cache


def _set_statistics(detector: Experiment, teaching: Mapping[str, Tensor], statistics: tuple[Tensor, Tensor]) -> None:
    if detector.config.feature_norm is not FeatureNorm.NONE:
        detector.fuser.set_statistics(*statistics)
    if isinstance(detector.fuser, WhiteningFuser):
        spaces = [detector.normalized(tokens).flatten(0, 1) for tokens in teaching.values()]
        detector.fuser.matrix.copy_(whitening(spaces, WHITENING_FLOOR))


def whitening(spaces: Sequence[Tensor], floor: float) -> Tensor:
    """(C, C) matrix that gives tokens (n, C) of every space, about its own mean, unit covariance on average."""
    covariance = torch.stack([torch.cov(tokens.T) for tokens in spaces]).mean(dim=0).double()
    values, vectors = torch.linalg.eigh(covariance)
    matrix: Tensor = vectors / (values.clamp_min(0) + floor).sqrt()
    return matrix.float()


def _with_all_levels(config: DetectorConfig) -> DetectorConfig:
    return DetectorConfig(input_size=config.input_size, jitter_scale=0.0, backbone=config.backbone)
