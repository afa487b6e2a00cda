"""How fast a model is on this machine, with its runtime, its bare network and torch eager measured side by side.

Machines are noisy, so the variants take turns frame by frame and medians are compared.
"""

from __future__ import annotations

import contextlib
import copy
import statistics
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import torch

from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.refs import ModelRef
from inspector.vision.device import DeviceChoice, default_threads, peak_memory_mb
from inspector.vision.manifest import Manifest
from inspector.vision.model import TiledModel
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import STRIDE_PX, light
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.networks.memory import Weights
from inspector.vision.preprocess import mirror_extend
from inspector.vision.regions import find_regions
from inspector.vision.roofline import Arithmetic, attainable_gflops, count_arithmetic
from inspector.vision.runtimes import TorchRuntime, make_self_test
from inspector.vision.store import SELF_TEST_TILES, read_model_folder
from inspector.vision.tiles import FramePlan, cut_frame, plan_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.vision.selftest import SelfTest

DEFAULT_SCALE: Final = 0.5
"""Network pixels per frame pixel when nothing else is asked for: 30 tiles or so in a frame of 5 megapixels."""

EAGER_FRAMES: Final = 3
"""Torch eager is slow and only a yardstick: it is measured on so many frames at most."""

_SEED: Final = 20
_OVERLAP_PX: Final = 64
_WARM_UP: Final = 2


def run_bench(
    folder: Path | None,
    frame: Size,
    *,
    frames: int = 20,
    device: DeviceChoice = DeviceChoice.AUTO,
    threads: int | None = None,
    scale: float | None = None,
) -> dict[str, Any]:
    """Measure a model on drawn frames, cut into tiles.

    Args:
        folder: a version folder of a model; None takes an untrained light detector on the real backbone.
        frame: size of the frames.
        frames: how many are measured, after a warm-up.
        device: where to run.
        threads: on the processor; None takes the default.
        scale: network pixels per frame pixel; None takes that of the model's first product that is taught in tiles,
            else `DEFAULT_SCALE`.

    Returns:
        What `bench --json` writes: "device", "runtime", "frame", "tiles", "ms" {"p50", "p99"}, "stages_ms" by stage,
        "bare_model_ms", "ratio_to_bare_model", "peak_memory_mb"; besides "threads", "scale", "frames", "product",
        "load_ms", "prepare_ms", "torch_eager_ms" and "roofline". Times are medians a frame, the bare model's and torch
        eager's for the same tiles. "roofline" holds "mmac_per_tile" (10^6 multiply-accumulates) by part and in
        "total", "attainable_gflops", "model_gflops" that the bare model reached, "share" of the attainable, and
        "model_ms", the time of the same arithmetic at the attainable speed.

    Raises:
        OperationalError: RCP-001, RCP-002, GPU-001.
        InvalidRecipe: the scale makes no sense for this frame.
    """
    begin = time.perf_counter_ns()
    image = draw_frame(frame)
    manifest, detector, self_test = _untrained(image) if folder is None else _stored(folder)
    recipe = _recipe(manifest, scale)
    threads = threads or default_threads()
    plan = plan_frame(recipe, frame, manifest.geometry)
    reference = copy.deepcopy(detector)
    yardstick = TorchRuntime(reference, manifest.input)
    model = TiledModel.from_detector(
        _measurable(manifest),
        detector,
        ModelRef(manifest.name, manifest.version, ""),
        device=device,
        threads=threads,
        self_test=self_test,
    )
    with contextlib.closing(model), contextlib.closing(yardstick), _torch_threads(threads):
        loaded = time.perf_counter_ns()
        model.prepare(recipe, frame)
        model.self_test()
        prepared = time.perf_counter_ns()
        found = _measure(model, yardstick, image, plan, frames)
        bare_ms = statistics.median(found.bare_ms)
        on_host = model.runtime.startswith("openvino")  # which leaves out what the product does not ask for
        arithmetic = count_arithmetic(reference, manifest.memory.index(recipe.product) if on_host else None)
        result = {
            "device": model.device,
            "runtime": model.runtime,
            "frame": f"{frame.width}x{frame.height}",
            "tiles": plan.tiles,
            "ms": {
                "p50": round(statistics.median(found.frame_ms), 2),
                "p99": round(float(np.percentile(found.frame_ms, 99)), 2),
            },
            "stages_ms": {stage: round(statistics.median(times), 2) for stage, times in found.stage_ms.items()},
            "bare_model_ms": round(bare_ms, 2),
            "ratio_to_bare_model": round(statistics.median(found.frame_ms) / bare_ms, 3),
            "torch_eager_ms": round(statistics.median(found.eager_ms), 2),
            "peak_memory_mb": round(peak_memory_mb(), 1),
            "threads": threads,
            "scale": recipe.scale,
            "frames": frames,
            "product": recipe.product,
            "load_ms": round((loaded - begin) / 1e6),
            "prepare_ms": round((prepared - loaded) / 1e6),
            "roofline": _roofline(arithmetic, plan.tiles, bare_ms, attainable_gflops(model.runtime, threads)),
        }
    return result


def _roofline(arithmetic: Arithmetic, tiles: int, bare_ms: float, attainable: float) -> dict[str, Any]:
    gflop = 2 * arithmetic.total * tiles / 1e9
    return {
        "mmac_per_tile": {part: round(count / 1e6, 1) for part, count in arithmetic.to_dict().items()},
        "attainable_gflops": round(attainable, 1),
        "model_gflops": round(gflop / bare_ms * 1e3, 1),
        "share": round(gflop / bare_ms * 1e3 / attainable, 3),
        "model_ms": round(gflop / attainable * 1e3, 2),
    }


@contextlib.contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """Give torch eager as many threads as the runtime it is compared with."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def draw_frame(size: Size) -> NDArray[np.uint8]:
    """A frame to measure with: smooth shapes and grain, the same every time; RGB."""
    random = np.random.default_rng(_SEED)
    coarse = random.integers(40, 216, (max(2, size.height // 96), max(2, size.width // 96), 3), np.uint8)
    smooth = cv2.resize(coarse, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    grain = random.integers(0, 24, (size.height, size.width, 1), np.uint8)
    return np.asarray(cv2.add(np.asarray(smooth), np.repeat(grain, 3, axis=2)), np.uint8)


@dataclass(slots=True)
class _Times:
    """What was measured, in milliseconds, frame by frame."""

    frame_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    eager_ms: list[float] = field(default_factory=list)
    stage_ms: dict[str, list[float]] = field(default_factory=dict)


def _measure(
    model: TiledModel, yardstick: TorchRuntime, image: NDArray[np.uint8], plan: FramePlan, frames: int
) -> _Times:
    found = _Times()
    tiles = cut_frame(image, plan)
    yardstick.prepare(len(tiles))
    part = Frame(image, 1, "bench", datetime.now(UTC), time.monotonic_ns())
    # Two fifths of the largest value: some cells are above, as on a bad part, so that regions cost what they may cost.
    threshold = model.infer(part).score * 0.4
    for number in range(-_WARM_UP, frames):
        begin = time.perf_counter_ns()
        anomaly_map = model.infer(part)
        inferred = time.perf_counter_ns()
        find_regions(anomaly_map, threshold)
        ended = time.perf_counter_ns()
        bare_ms = _timed(model.run_bare)
        if number < 0:
            continue
        stages = {**model.stage_ms, "regions": (ended - inferred) / 1e6}
        for stage, value in stages.items():
            found.stage_ms.setdefault(stage, []).append(value)
        found.frame_ms.append((ended - begin) / 1e6)
        found.bare_ms.append(bare_ms)
        if len(found.eager_ms) < EAGER_FRAMES:
            found.eager_ms.append(_timed(lambda: yardstick.run(tiles)))
    return found


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begin) / 1e6


def _stored(folder: Path) -> tuple[Manifest, Detector, SelfTest]:
    content = read_model_folder(folder)
    return content.manifest, content.detector, content.self_test


def _untrained(image: NDArray[np.uint8]) -> tuple[Manifest, Detector, SelfTest]:
    torch.manual_seed(_SEED)
    detector = build_detector(light(), backbone_state=load_lite0_weights())
    detector.memory.weigh(0, Weights(1.0, 1.0, 0.5))  # so that both parts have to work
    side = detector.config.input_size
    manifest = Manifest(
        name="untrained",
        version=1,
        created_at=datetime.now(UTC),
        preset="light",
        detector=detector.config,
        input=detector.input_statistics,
        offset_px=(0.0, 0.0),
        rim_cells=STRIDE_PX // detector.config.cell_px,
        overlap_px=_OVERLAP_PX,
        memory=("bench",),
        products={},
        training={},
        license="none",
    )
    places = np.random.default_rng(_SEED).random((SELF_TEST_TILES, 2))
    picture = mirror_extend(image, Size(max(image.shape[0], side), max(image.shape[1], side)))
    corners = (places * (picture.shape[0] - side + 1, picture.shape[1] - side + 1)).astype(int)
    tiles = np.stack([picture[y : y + side, x : x + side] for y, x in corners])
    return manifest, detector, make_self_test(detector, manifest.input, tiles, np.zeros(len(tiles), np.int32))


def _measurable(manifest: Manifest) -> Manifest:
    """The model with levels for tiles, whatever it was taught; its scores stay, because they decide the precision."""
    products = {name: replace(entry, tile_level=entry.tile_level or 1.0) for name, entry in manifest.products.items()}
    return replace(manifest, products=products)


def _recipe(manifest: Manifest, scale: float | None) -> Recipe:
    taught = [entry for entry in manifest.products.values() if entry.framing is not Framing.WHOLE]
    chosen = scale or (taught[0].scale if taught else DEFAULT_SCALE)
    overlap_px = taught[0].overlap_px if taught else manifest.overlap_px
    return Recipe(
        product=next(iter(manifest.products), "bench"),
        version=0,
        model_name=manifest.name,
        framing=Framing.TILES,
        scale=chosen,
        overlap_px=overlap_px,
    ).validated()
