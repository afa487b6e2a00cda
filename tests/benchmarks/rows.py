"""The rows of the ablation, in order of importance: baselines, the base and its noise, and one changed factor each.

No row names a category: the table must read the same on a pack nobody has seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from inspector.vision.networks.config import (
    DetectorConfig,
    FeatureNorm,
    NeighbourWhere,
    PaddingMode,
    PositionKind,
    QueryMode,
)
from tests.benchmarks.augmenting import augmented, drift, turn_at_random
from tests.benchmarks.baselines import (
    bank_and_gaussian,
    bank_per_category_space,
    bank_sizes,
    gaussian,
    nearest_random,
    untrained_network,
)
from tests.benchmarks.bench import Bench, Result, base_arrangement, cosine_maps
from tests.benchmarks.heads import Arrangement, Objective, untrained
from tests.benchmarks.judging import figures
from tests.benchmarks.products import adding, few_samples, few_samples_bank, single_models
from tests.benchmarks.residuals import residual_rules

Row = Callable[[Bench], list[Result]]


def base(bench: Bench) -> list[Result]:
    """The base row, and what statistics of its residuals add: they need no further training."""
    taught = bench.taught(base_arrangement(), bench.steps)
    return [bench.judge("base", "base", "light preset, mirrored borders", taught), *residual_rules(bench, taught)]


def bank_spaces(bench: Bench) -> list[Result]:
    """The bank in the feature spaces that the rows of factors give their networks; needs no training."""
    results = []
    for name in ("zero_padding", "no_norm", "levels_234", "whitened"):
        _group, what, arrangement = _FACTORS[name]
        pack = bench.pack(arrangement)
        banks = bench.banks_of(untrained(arrangement, bench.teaching(arrangement)))
        judges = {"bank": {one.name: figures(one, banks.maps[one.name]) for one in pack}}
        result = Result(f"bank_{name}", "baseline", f"greedy coreset, {what}", 0, banks.seconds, judges)
        results.append(replace(result, head_ms=banks.ms_per_tile))
    return results


def _factor(row: str, group: str, what: str, arrangement: Arrangement) -> Row:
    def run(bench: Bench) -> list[Result]:
        maps = cosine_maps if arrangement.objective is Objective.COSINE else None
        return [bench.judge(row, group, what, bench.taught(arrangement, bench.steps), maps=maps)]

    return run


def _longer(bench: Bench) -> list[Result]:
    taught = bench.taught(base_arrangement(), 2 * bench.steps)
    return [bench.judge("steps_x2", "budget", "twice the steps", taught)]


def _config(**changes: object) -> Arrangement:
    arrangement = base_arrangement()
    config = DetectorConfig.from_dict(arrangement.config.to_dict() | _plain(changes))
    return replace(arrangement, config=config)


def _plain(changes: Mapping[str, object]) -> dict[str, object]:
    sites = changes.get("neighbour_where")
    if isinstance(sites, NeighbourWhere):
        return dict(changes) | {"neighbour_where": {"enc": sites.enc, "dec1": sites.dec1, "dec2": sites.dec2}}
    return dict(changes)


def _rate(factor: float) -> Arrangement:
    arrangement = base_arrangement()
    return replace(arrangement, plan=replace(arrangement.plan, learning_rate=arrangement.plan.learning_rate * factor))


def _clip(clip: float | None) -> Arrangement:
    arrangement = base_arrangement()
    return replace(arrangement, plan=replace(arrangement.plan, clip=clip))


_BASE = base_arrangement()
_NOWHERE = NeighbourWhere(enc=False, dec1=False, dec2=False)

_FACTORS: dict[str, tuple[str, str, Arrangement]] = {
    "seed1": ("noise", "base, seed 1", replace(_BASE, seed=1)),
    "seed2": ("noise", "base, seed 2", replace(_BASE, seed=2)),
    "zero_padding": ("features", "zero padding in the backbone", _config(padding=PaddingMode.ZEROS)),
    "no_norm": ("features", "raw features", _config(feature_norm=FeatureNorm.NONE)),
    "cosine_loss": ("objective", "cosine as loss and as map", replace(_BASE, objective=Objective.COSINE)),
    "mask_off": ("masking", "no neighbour mask", _config(neighbour_where=_NOWHERE)),
    "single_query": ("architecture", "single query", _config(query_mode=QueryMode.SINGLE)),
    "hard": ("objective", "worst quarter of tokens weighted 10 : 1", replace(_BASE, objective=Objective.HARD)),
    "whitened": ("features", "whitened features as input and target", replace(_BASE, whitened=True)),
    "jitter_off": ("masking", "no jitter", _config(jitter_scale=0.0)),
    "jitter_half": ("masking", "half the jitter", _config(jitter_scale=_BASE.config.jitter_scale / 2)),
    "neighbour_3": ("masking", "neighbour mask 3 x 3", _config(neighbour=3)),
    "neighbour_5": ("masking", "neighbour mask 5 x 5", _config(neighbour=5)),
    "neighbour_9": ("masking", "neighbour mask 9 x 9", _config(neighbour=9)),
    "lr_half": ("budget", "half the learning rate", _rate(0.5)),
    "lr_double": ("budget", "twice the learning rate", _rate(2.0)),
    "clip_off": ("budget", "gradients not clipped", _clip(None)),
    "clip_tenth": ("budget", "gradients clipped to a tenth of the usual norm, as published", _clip(0.1)),
    "levels_234": ("features", "levels 2, 3, 4", _config(levels=[2, 3, 4])),
    "hidden_256": ("architecture", "hidden 256 in 8 heads", _config(hidden=256, heads=8)),
    "heads_8": ("architecture", "8 heads of 16", _config(heads=8)),
    "dropout": ("architecture", "dropout 0.1", _config(dropout=0.1)),
    "sine": ("architecture", "sine positions", _config(position=PositionKind.SINE)),
}


def _all() -> dict[str, Row]:
    factors = {name: _factor(name, *parts) for name, parts in _FACTORS.items()}
    first = ("seed1", "seed2", "zero_padding", "no_norm", "cosine_loss", "mask_off", "single_query", "hard", "whitened")
    second = ("jitter_off", "jitter_half", "neighbour_3", "neighbour_5", "neighbour_9", "lr_half", "lr_double")
    rows: dict[str, Row] = {
        "nearest_random": nearest_random,
        "bank_sizes": bank_sizes,
        "bank_spaces": bank_spaces,
        "bank_own_space": bank_per_category_space,
        "gaussian": gaussian,
        "bank_gaussian": bank_and_gaussian,
        "untrained": untrained_network,
        "few_samples_bank": few_samples_bank,
        "base": base,
    }
    rows |= {name: factors[name] for name in first}
    rows["single_models"] = single_models
    rows["add_largest"] = adding(largest=True)
    rows["add_smallest"] = adding(largest=False)
    rows["turned"] = augmented("turned", "three copies more of each picture, mirrored or turned", turn_at_random)
    rows["drift"] = augmented("drift", "three copies more of each picture, moved and brighter or darker", drift)
    rows |= {name: factors[name] for name in second}
    rows["few_samples"] = few_samples
    rows |= {name: factors[name] for name in factors if name not in rows}
    rows["steps_x2"] = _longer
    return rows


ROWS: dict[str, Row] = _all()
"""Every row by name, most important first."""
