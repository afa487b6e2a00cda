"""Large pictures cut into tiles: whether the seams show in maps, and what a tile more costs in time and memory.

    python -m tests.benchmarks.hires MODEL_FOLDER PACK_DIR OUT.json [--threads 2] [--seams-only] [--left PX]

For every product that the model was taught in tiles, on the pack's own test pictures:

- `seam_steps`: are steps of the map, from one cell to the next, larger where a tile's share begins or ends?
- `half_stride`: does the map change when the same picture is cut elsewhere, half a stride away? `steps` and `level`
  are ratios of the same places with and without a seam there. `half_token` is the yardstick: there the grid of tokens
  moves as well, which changes a map without any seam.
- `time`, `memory`: of a frame by its number of tiles, of a picture cropped or mirrored on to a size.
"""

import argparse
import gc
import json
import math
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.recipe import Framing, Recipe
from inspector.training.dataset import read_for_test
from inspector.training.samples import Split, load_picture
from inspector.vision.device import peak_memory_mb
from inspector.vision.model import TiledModel
from inspector.vision.store import load_model
from tests.benchmarks.seams import measure_seams

TILES = (1, 2, 4, 8, 16, 24, 32, 48, 60)
ALIKE_FROM = 16
"""Frames of fewer tiles run in smaller batches, by another compiled graph, whose size has nothing to do with tiles."""

ROUNDS = 15
"""Frames of every size that are timed, one of each in turn, because machines are noisy."""

FRAMES = 3
"""After so many frames a process holds what it will ever hold."""


def main() -> None:
    """Measure, print, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seams-only", action="store_true", help="measure neither time nor memory")
    parser.add_argument("--left", type=int, default=0, help="pixels cut off at the left before seams are looked for")
    options = parser.parse_args()
    dataset = read_for_test(options.pack)
    model = load_model(options.model, threads=options.threads)
    report: dict[str, Any] = {"runtime": model.runtime, "device": model.device, "threads": options.threads}
    for product in dataset.products:
        taught = model.recipe_for(product)
        if taught.framing is Framing.WHOLE:
            continue
        recipe, samples = replace(taught, framing=Framing.TILES), dataset.of(product, Split.TEST)
        found = report[product] = measure_seams(model, recipe, samples, left_px=options.left)
        say(f"{product} at scale {recipe.scale}", found["pooled"])
        if options.seams_only:
            continue
        sized = {count: with_tiles(load_picture(samples[0]), count, model, recipe) for count in TILES}
        memory = [memory_of_frames(options.model, recipe, sized[count], options.threads) for count in TILES]
        loading, judging = zip(*memory, strict=True)
        alike = TILES.index(ALIKE_FROM)
        found["memory"] = {"loading_mb": loading, "judging_mb": judging, "line": line(TILES[alike:], judging[alike:])}
        found["time"] = time_in_turn(model, recipe, sized)
        say("memory", found["memory"])
        say("time", found["time"])
    options.out.write_text(json.dumps(report, indent=1), encoding="utf-8")


def say(name: str, found: dict[str, Any]) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(f"{name} {json.dumps(found)}\n")
    sys.stdout.flush()


def with_tiles(picture: NDArray[np.uint8], count: int, model: TiledModel, recipe: Recipe) -> NDArray[np.uint8]:
    """A picture cropped or mirrored on to so many tiles, about as wide as high, but in no more rows than it has."""
    tile_px = model.manifest.geometry.tile_px
    step_px = tile_px - recipe.overlap_px
    most = max(1, math.ceil((picture.shape[0] * recipe.scale - tile_px) / step_px) + 1)
    rows = max(number for number in range(1, most + 1) if count % number == 0 and number**2 <= count)
    height, width = (round((tile_px + (number - 1) * step_px) / recipe.scale) for number in (rows, count // rows))
    more = [(0, max(0, wanted - there)) for wanted, there in zip((height, width), picture.shape[:2], strict=True)]
    extended = np.pad(picture, [*more, (0, 0)][: picture.ndim], mode="symmetric")
    return np.ascontiguousarray(extended[:height, :width])


def time_in_turn(model: TiledModel, recipe: Recipe, sized: dict[int, NDArray[np.uint8]]) -> dict[str, Any]:
    """Milliseconds by number of tiles, from the picture in memory to its map: the median, and the least.

    The least is what the machine does where nothing else holds it up for one frame.
    """
    spent: dict[int, list[float]] = {count: [] for count in sized}
    random = np.random.default_rng(0)
    for _ in range(ROUNDS):
        for count in random.permutation(list(sized)).tolist():
            model.prepare(recipe, Size.of(sized[count].shape))
            infer(model, sized[count])
            began = time.perf_counter()
            infer(model, sized[count])
            spent[count].append((time.perf_counter() - began) * 1e3)
    kept = {"median": [median(each) for each in spent.values()], "least": [min(each) for each in spent.values()]}
    return {name: {"ms": [round(value, 2) for value in ms], "line": line(list(spent), ms)} for name, ms in kept.items()}


def infer(model: TiledModel, picture: NDArray[np.uint8]) -> None:
    """One frame."""
    model.infer(Frame(picture, 1, "benchmark", datetime.now(UTC), time.monotonic_ns()))


def memory_of_frames(folder: Path, recipe: Recipe, picture: NDArray[np.uint8], threads: int) -> tuple[float, float]:
    """Peak memory in MB of a process of its own: while it loads the model, and while it judges frames of one size."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(_load_and_judge, folder, recipe, picture, threads).result()


def _load_and_judge(folder: Path, recipe: Recipe, picture: NDArray[np.uint8], threads: int) -> tuple[float, float]:
    model = load_model(folder, threads=threads)
    loading = peak_memory_mb()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak from here on (man 5 proc)
    model.prepare(recipe, Size.of(picture.shape))
    for _ in range(FRAMES):
        infer(model, picture)
    return round(loading, 1), round(peak_memory_mb(), 1)


def line(tiles: Sequence[int], values: Sequence[float]) -> dict[str, float]:
    """Least squares: what a frame costs, what each tile adds, and the share of the variance that this explains."""
    each, fixed = np.polyfit(tiles, values, 1)
    rest = np.asarray(values) - (fixed + each * np.asarray(tiles))
    explained = 1 - float(np.square(rest).sum() / np.square(np.asarray(values) - np.mean(values)).sum())
    return {"fixed": round(float(fixed), 2), "each": round(float(each), 3), "r2": round(explained, 5)}


if __name__ == "__main__":
    main()
