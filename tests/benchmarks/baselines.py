"""What needs no training: banks, one Gaussian per category, and a network that never learned."""

import torch

from tests.benchmarks.bench import BANK_SIZE, Bench, Result, base_arrangement, build_banks, three_judges
from tests.benchmarks.heads import WHITENING_FLOOR, untrained, whitening
from tests.benchmarks.judging import Maps, figures
from tests.benchmarks.pack import Category
from tests.benchmarks.residuals import per_channel, plain, residuals_of, whitened

SIZES = (512, 1024, 2048, 4096)


def nearest_random(bench: Bench) -> list[Result]:
    """Nearest neighbour among random tokens."""
    detector, pack = bench.light_head, bench.pack(base_arrangement())
    banks = build_banks(detector, pack, greedy=False)
    what = f"nearest of {BANK_SIZE} random tokens per category"
    judges = {"bank": {one.name: figures(one, banks.maps[one.name]) for one in pack}}
    return [Result("nearest_random", "baseline", what, 0, banks.seconds, judges, head_ms=banks.ms_per_tile)]


def bank_sizes(bench: Bench) -> list[Result]:
    """Greedy coresets of several sizes in the network's feature space."""
    detector, pack = bench.light_head, bench.pack(base_arrangement())
    results = []
    for size in SIZES:
        banks = build_banks(detector, pack, size=size)
        judges = {"bank": {one.name: figures(one, banks.maps[one.name]) for one in pack}}
        what = f"greedy coreset of {size} tokens per category"
        results.append(Result(f"bank_{size}", "baseline", what, 0, banks.seconds, judges, head_ms=banks.ms_per_tile))
    return results


def bank_per_category_space(bench: Bench) -> list[Result]:
    """The coreset with each category standardized by itself, not by the statistics all share."""
    pack = bench.pack(base_arrangement())
    maps: dict[str, Maps] = {}
    seconds = 0.0
    for category in pack:
        own = untrained(base_arrangement(), {category.name: category.split()[0]})
        banks = build_banks(own, (category,))
        maps |= banks.maps
        seconds += banks.seconds
    judges = {"bank": {one.name: figures(one, maps[one.name]) for one in pack}}
    what = f"greedy coreset of {BANK_SIZE}, features standardized per category"
    return [Result("bank_own_space", "baseline", what, 0, seconds, judges)]


def gaussian(bench: Bench) -> list[Result]:
    """Length of the whitened feature, one Gaussian per category, standardized per category first."""
    pack = bench.pack(base_arrangement())
    judges = {"gaussian": {one.name: figures(one, _gaussian_maps(one)) for one in pack}}
    return [Result("gaussian", "baseline", "one Gaussian per category on the features", 0, 0.0, judges)]


def bank_and_gaussian(bench: Bench) -> list[Result]:
    """What a fusion reaches without any training: the bank with the Gaussian in the network's place."""
    pack = bench.pack(base_arrangement())
    gaussians = {category.name: _gaussian_maps(category) for category in pack}
    judges = three_judges(pack, gaussians, bench.banks_of(bench.light_head).maps)
    what = "greedy coreset fused with one Gaussian per category"
    return [Result("bank_gaussian", "baseline", what, 0, 0.0, {"fusion": judges["fusion"]})]


@torch.no_grad()
def _gaussian_maps(category: Category) -> Maps:
    teaching, held_out = category.split()
    own = untrained(base_arrangement(), {category.name: teaching})
    tokens = own.normalized(teaching).flatten(0, 1)
    matrix, mean = whitening([tokens], WHITENING_FLOOR), tokens.mean(dim=0)

    def lengths(pictures: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = ((own.normalized(pictures) - mean) @ matrix).norm(dim=-1)
        return found.reshape(-1, *own.config.grid)

    return Maps(lengths(category.test), lengths(held_out))


def untrained_network(bench: Bench) -> list[Result]:
    """A random head with the statistics of its residuals on good parts."""
    pack = bench.pack(base_arrangement())
    found = {one.name: residuals_of(bench.light_head, one) for one in pack}
    rules = {"l2": plain, "channel": per_channel, "whitened": whitened}
    judges = {name: {one.name: figures(one, rule(found[one.name])) for one in pack} for name, rule in rules.items()}
    return [Result("untrained", "baseline", "random head, calibrated residuals", 0, 0.0, judges)]
