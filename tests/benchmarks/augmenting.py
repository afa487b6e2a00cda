"""Rows about changed copies of the good pictures as further teaching for the network: turned, or light that drifts."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from inspector.vision.turns import Turn, turned
from tests.benchmarks.bench import Bench, Result, base_arrangement
from tests.benchmarks.heads import teach
from tests.benchmarks.pack import Change, encode

COPIES = 3
"""Changed copies of every teaching picture."""

SHIFT_SHARE = 1 / 64
"""Largest shift either way, as a share of a picture's side: 4 px of the network's input."""

GAIN, OFFSET = 0.1, 8
"""Largest changes of brightness: as a share, and in gray levels."""


def turn_at_random(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Mirrored either way, or turned by half."""
    return turned(image, list(Turn)[random.integers(len(Turn))])


def drift(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """A little brighter or darker, and moved by a few pixels: what happens on a line."""
    height, width = image.shape[:2]
    most = int(min(height, width) * SHIFT_SHARE)
    y, x = random.integers(0, 2 * most + 1, 2)
    around = ((most, most), (most, most), (0, 0))[: image.ndim]
    moved = np.pad(image, around, mode="reflect")[y : y + height, x : x + width]
    gain, offset = random.uniform(1 - GAIN, 1 + GAIN), random.uniform(-OFFSET, OFFSET)
    return np.clip(moved * gain + offset, 0, 255).round().astype(np.uint8)


def augmented(
    row: str, what: str, change: Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]
) -> Callable[[Bench], list[Result]]:
    """The base, taught also with `COPIES` changed copies of every picture; judged as the base."""

    def run(bench: Bench) -> list[Result]:
        arrangement = base_arrangement()
        random = np.random.default_rng(0)
        teaching = with_copies(bench, lambda image: change(image, random))
        return [bench.judge(row, "augmentation", what, teach(arrangement, teaching, bench.steps))]

    return run


def with_copies(bench: Bench, change: Change) -> Mapping[str, torch.Tensor]:
    """Teaching tokens of every category, those of the copies behind those of the pictures."""
    arrangement = base_arrangement()
    teaching = bench.teaching(arrangement)
    for category in bench.pack(arrangement):
        samples = category.split_samples()[0]
        copies = [encode(samples, arrangement.config, change) for _ in range(COPIES)]
        teaching[category.name] = torch.cat([teaching[category.name], *copies])
    return teaching
