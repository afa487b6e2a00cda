"""What the rows of the ablation are made with: packs and banks read once, and the usual way to judge a taught head."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from inspector.training.coreset import choose_coreset, nearest_distance
from inspector.training.presets import Preset, preset
from inspector.vision.networks.config import PaddingMode
from tests.benchmarks.heads import Arrangement, Experiment, Taught, head_ms, read_taught, teach, untrained, write_taught
from tests.benchmarks.judging import Figures, Judged, Maps, figures, mean_of
from tests.benchmarks.pack import Category, read_pack

logger = logging.getLogger(__name__)

BANK_SIZE = 2048
"""Tokens a bank keeps of each category."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line group of the table.

    Attributes:
        judges: figures by category, by who judged: network, bank, fusion, or what the row is about.
        seconds: to teach, features not counted; a bank's are those of choosing its coreset, all categories together.
        loss: smoothed training loss in the row's own space and with jitter.
        good_error: mean squared residual of held-out good pictures without jitter, mean over categories.
        head_ms, head_ratio: per tile, and in relation to the light head timed in turn with it.
    """

    row: str
    group: str
    what: str
    steps: int
    seconds: float
    judges: Mapping[str, Judged]
    loss: float | None = None
    good_error: float | None = None
    head_ms: float | None = None
    head_ratio: float | None = None
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Banks:
    """One bank per category, as maps."""

    maps: Mapping[str, Maps]
    seconds: float
    ms_per_tile: float


def base_arrangement() -> Arrangement:
    """The light preset with mirrored borders; every other row changes one thing. Banks are kept apart from it here."""
    config, plan = preset(Preset.LIGHT)
    return Arrangement(replace(config, padding=PaddingMode.REFLECT, memory=0, detail=0), plan)


@dataclass(eq=False)
class Bench:
    """State of a campaign.

    Attributes:
        steps: of every taught row, unless the row is about steps.
        stored: folder for encoded pictures between calls, or None.
    """

    data: Path
    steps: int
    stored: Path | None
    _packs: dict[str, tuple[Category, ...]] = field(default_factory=dict)
    _banks: dict[str, Banks] = field(default_factory=dict)

    def pack(self, arrangement: Arrangement) -> tuple[Category, ...]:
        """The categories as this arrangement's backbone sees them; tokens hold all levels."""
        config = replace(arrangement.config, levels=base_arrangement().config.levels)
        key = f"{config.backbone} {config.input_size} {config.padding} {config.resize_mode}"
        if key not in self._packs:
            self._packs[key] = read_pack(self.data, config, stored=self.stored)
        return self._packs[key]

    def teaching(self, arrangement: Arrangement) -> dict[str, Tensor]:
        """Tokens that teach, by category."""
        return {category.name: category.split()[0] for category in self.pack(arrangement)}

    def taught(self, arrangement: Arrangement, steps: int) -> Taught:
        """A head taught with every category; read back if an earlier call with the same folder taught it."""
        file = None
        if self.stored is not None:
            key = hashlib.sha256(f"{arrangement} {steps} {self.data.resolve()}".encode()).hexdigest()
            file = self.stored / f"head-{key[:16]}.safetensors"
            if file.is_file():
                return read_taught(arrangement, file)
        taught = teach(arrangement, self.teaching(arrangement), steps)
        if file is not None:
            write_taught(taught, file)
        return taught

    @cached_property
    def light_head(self) -> Experiment:
        """What heads are timed against."""
        return untrained(base_arrangement(), self.teaching(base_arrangement()))

    def banks_of(self, detector: Experiment) -> Banks:
        """Coreset banks in this detector's feature space, made once for all detectors that share it."""
        space = detector.arrangement.feature_space
        if space not in self._banks:
            self._banks[space] = build_banks(detector, self.pack(detector.arrangement))
        return self._banks[space]

    def judge(self, row: str, group: str, what: str, taught: Taught, *, maps: "NetworkMaps | None" = None) -> Result:
        """The usual three judges of a head taught with everything."""
        detector = taught.detector
        pack = self.pack(detector.arrangement)
        network = {one.name: (maps or l2_maps)(detector, one, None) for one in pack}
        ms, ratio = head_ms(detector, self.light_head)
        return Result(
            row,
            group,
            what,
            taught.steps,
            taught.seconds,
            three_judges(pack, network, self.banks_of(detector).maps),
            loss=taught.loss,
            good_error=good_error(detector, pack),
            head_ms=ms,
            head_ratio=ratio,
        )


NetworkMaps = Callable[[Experiment, Category, int | None], Maps]
"""(detector, category, number of good pictures or None for all) -> maps."""


def three_judges(
    pack: tuple[Category, ...], network: Mapping[str, Maps], bank: Mapping[str, Maps]
) -> dict[str, dict[str, Figures]]:
    """Network, bank and their fusion on every category that both know."""
    known = [category for category in pack if category.name in network and category.name in bank]
    return {
        "network": {one.name: figures(one, network[one.name]) for one in known},
        "bank": {one.name: figures(one, bank[one.name]) for one in known},
        "fusion": {one.name: figures(one, mean_of(network[one.name], bank[one.name])) for one in known},
    }


def l2_maps(detector: Experiment, category: Category, count: int | None) -> Maps:
    """The detector's own rule: length of the residual."""
    held_out = category.split(count)[1]
    return Maps(
        on_grid(detector, detector.residuals(category.test).norm(dim=-1)),
        on_grid(detector, detector.residuals(held_out).norm(dim=-1)),
    )


def cosine_maps(detector: Experiment, category: Category, count: int | None) -> Maps:
    """1 - cosine of reconstruction and target."""
    held_out = category.split(count)[1]
    return Maps(on_grid(detector, detector.cosines(category.test)), on_grid(detector, detector.cosines(held_out)))


def on_grid(detector: Experiment, values: Tensor) -> Tensor:
    """(n, N) -> (n, h, w)."""
    return values.reshape(-1, *detector.config.grid)


def good_error(detector: Experiment, pack: tuple[Category, ...]) -> float:
    """Mean squared residual on held-out good pictures, every category counting the same."""
    errors = [float(detector.residuals(category.split()[1]).square().mean()) for category in pack]
    return sum(errors) / len(errors)


@torch.no_grad()
def build_banks(
    detector: Experiment,
    pack: tuple[Category, ...],
    *,
    count: int | None = None,
    size: int = BANK_SIZE,
    greedy: bool = True,
) -> Banks:
    """A bank per category of a detector's normalized tokens.

    Args:
        detector: for its feature space alone.
        pack: what to make banks of.
        count: good pictures, as of `Category.split`.
        size: tokens kept per category.
        greedy: by coreset, or at random.
    """
    maps, seconds = {}, 0.0
    ms = 0.0
    for category in pack:
        teaching, held_out = category.split(count)
        tokens = detector.normalized(teaching).flatten(0, 1)
        began = time.perf_counter()
        if greedy:
            kept = choose_coreset(tokens, size, seed=0)
        else:
            kept = torch.randperm(len(tokens), generator=torch.Generator().manual_seed(0))[:size]
        bank = tokens[kept].clone()
        seconds += time.perf_counter() - began

        def distances(pictures: Tensor, bank: Tensor = bank) -> Tensor:
            normalized = detector.normalized(pictures).flatten(0, 1)
            return nearest_distance(normalized, bank).reshape(-1, *detector.config.grid)

        began = time.perf_counter()
        test = distances(category.test)
        ms = (time.perf_counter() - began) * 1e3 / len(test)
        maps[category.name] = Maps(test, distances(held_out))
    return Banks(maps, seconds, ms)
