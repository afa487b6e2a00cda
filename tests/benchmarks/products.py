"""Rows about products instead of networks: one model or several, one more product, few pictures."""

from collections.abc import Callable
from dataclasses import replace

from tests.benchmarks.bench import (
    Bench,
    Result,
    base_arrangement,
    build_banks,
    good_error,
    l2_maps,
    three_judges,
)
from tests.benchmarks.heads import Taught, teach, teach_more, untrained
from tests.benchmarks.judging import Maps, figures
from tests.benchmarks.pack import Category

COUNTS = (8, 16, 32, 64, None)
"""Good pictures per category of the curve; None is all."""

CURVE_SHARE = 0.5
"""Of the steps, at each point of the curve."""


def single_models(bench: Bench) -> list[Result]:
    """One network per category, each with its share of the steps; features as the unified network sees them."""
    arrangement = base_arrangement()
    teaching, pack = bench.teaching(arrangement), bench.pack(arrangement)
    shared = _statistics(bench)
    steps = max(1, bench.steps // len(pack))
    network: dict[str, Maps] = {}
    losses, errors, seconds = [], [], 0.0
    for category in pack:
        taught = teach(arrangement, {category.name: teaching[category.name]}, steps, statistics=shared.statistics)
        network[category.name] = l2_maps(taught.detector, category, None)
        losses.append(taught.loss)
        errors.append(good_error(taught.detector, (category,)))
        seconds += taught.seconds
    judges = three_judges(pack, network, bench.banks_of(shared.detector).maps)
    what = f"one network per category, {steps} steps each"
    result = Result("single_models", "unified", what, bench.steps, seconds, judges)
    return [replace(result, loss=sum(losses) / len(losses), good_error=sum(errors) / len(errors))]


def adding(*, largest: bool) -> Callable[[Bench], list[Result]]:
    """Teach all products but the one with most or fewest good pictures, then all with half the steps."""

    def run(bench: Bench) -> list[Result]:
        arrangement = base_arrangement()
        teaching, pack = bench.teaching(arrangement), bench.pack(arrangement)
        last = sorted(teaching, key=lambda name: (len(teaching[name]), name))[-1 if largest else 0]
        old = {name: tokens for name, tokens in teaching.items() if name != last}
        known = tuple(category for category in pack if category.name != last)
        name = "add_largest" if largest else "add_smallest"
        taught = teach(arrangement, old, bench.steps)
        before = _judged(f"{name}:before", f"all products but {last}", taught, known)
        more = teach_more(taught, teaching, bench.steps // 2)
        more = replace(more, seconds=taught.seconds + more.seconds, steps=taught.steps + more.steps)
        return [before, _judged(f"{name}:after", f"the same, then {last} added with replay", more, pack)]

    return run


def few_samples(bench: Bench) -> list[Result]:
    """Network, bank and fusion by the number of good pictures per category; a fifth of them is held out."""
    arrangement = base_arrangement()
    pack = bench.pack(arrangement)
    results = []
    for count in COUNTS:
        teaching = {category.name: category.split(count)[0] for category in pack}
        taught = teach(arrangement, teaching, round(bench.steps * CURVE_SHARE))
        network = {category.name: l2_maps(taught.detector, category, count) for category in pack}
        banks = build_banks(taught.detector, pack, count=count)
        name = "all" if count is None else str(count)
        judges = three_judges(pack, network, banks.maps)
        what = f"{name} good pictures per category"
        result = Result(f"samples_{name}", "few samples", what, taught.steps, taught.seconds, judges, loss=taught.loss)
        results.append(result)
    return results


def few_samples_bank(bench: Bench) -> list[Result]:
    """The same curve for the bank alone, which needs no training; features are standardized by these pictures only."""
    arrangement = base_arrangement()
    pack = bench.pack(arrangement)
    results = []
    for count in COUNTS:
        teaching = {category.name: category.split(count)[0] for category in pack}
        banks = build_banks(untrained(arrangement, teaching), pack, count=count)
        name = "all" if count is None else str(count)
        judges = {"bank": {category.name: figures(category, banks.maps[category.name]) for category in pack}}
        what = f"{name} good pictures per category, bank alone"
        results.append(Result(f"bank_samples_{name}", "few samples", what, 0, banks.seconds, judges))
    return results


def _judged(row: str, what: str, taught: Taught, pack: tuple[Category, ...]) -> Result:
    network = {category.name: l2_maps(taught.detector, category, None) for category in pack}
    banks = build_banks(taught.detector, pack)
    judges = three_judges(pack, network, banks.maps)
    error = good_error(taught.detector, pack)
    return Result(
        row, "adding a product", what, taught.steps, taught.seconds, judges, loss=taught.loss, good_error=error
    )


def _statistics(bench: Bench) -> Taught:
    detector = bench.light_head
    fuser = detector.fuser
    return Taught(detector, 0, 0.0, float("nan"), (fuser.feature_mean.clone(), fuser.feature_std.clone()))
