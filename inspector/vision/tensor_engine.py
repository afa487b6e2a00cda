"""Frames on a CUDA device: one upload, one small map down, nothing waits in between.

The frame goes up once as uint8 from pinned memory; resize, tiles, scaling, network and joining are tensors of static
shape, recorded once as a CUDA graph and replayed. The same code runs on the processor, where tests hold it against
OpenCV and `TileGrid.blend`.

Not yet run on a CUDA device: no machine with one was at hand when this was written. What is tested is everything but
the streams, the graph and half precision; also, with tensors that have no values, that nothing in a frame reads one.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from inspector.core.errors import OperationalError
from inspector.vision.device import device_name
from inspector.vision.networks.attention import Attention
from inspector.vision.networks.folding import fold_batch_norms
from inspector.vision.preprocess import mirror_indices
from inspector.vision.runtimes import PixelDetector
from inspector.vision.selftest import SCORE_TOLERANCE, SelfTest, compare_maps
from inspector.vision.tiles import FramePlan, ViewMaps, peak_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from inspector.core.tiling import TileGrid
    from inspector.vision.networks.backbone import InputStatistics
    from inspector.vision.networks.detector import Detector

logger = logging.getLogger(__name__)

BATCH: Final = 32
"""Tiles a forward pass takes on the device."""

WARM_UP: Final = 3
"""Eager passes before recording, so that libraries have chosen their kernels (PyTorch, CUDA graphs)."""

_RECORDING: Final = threading.Lock()
"""PyTorch records one graph at a time in a process; models may be prepared in several threads."""

_DTYPE_NAMES: Final = {torch.float32: "float32", torch.bfloat16: "bf16", torch.float16: "fp16"}


@dataclass(frozen=True, slots=True, eq=False)
class Taps:
    """Resampling along one axis: output i is the sum over k of weight[k, i] * input[index[k, i]]."""

    index: Tensor
    weight: Tensor

    def apply(self, x: Tensor, dim: int) -> Tensor:
        """Resample one axis of a float tensor."""
        shape = [1] * x.ndim
        shape[dim] = -1
        out = x.index_select(dim, self.index[0]) * self.weight[0].view(shape)
        for index, weight in zip(self.index[1:], self.weight[1:], strict=True):
            out = out + x.index_select(dim, index) * weight.view(shape)
        return out


def make_taps(length: int, target: int, padded: int, device: torch.device) -> Taps | None:
    """Taps from `length` pixels to `target`, mirror-extended to `padded`; None when nothing changes.

    Mean over the area when shrinking, linear when growing, as `preprocess.resize`.
    """
    if length == target == padded:
        return None
    factor = length / target
    place = np.arange(target)
    if target < length:
        low, high = place * factor, (place + 1) * factor
        first = np.floor(low + 1e-9).astype(np.int64)
        count = int((np.ceil(high - 1e-9).astype(np.int64) - first).max())
        pixel = first[None] + np.arange(count)[:, None]  # (K, target)
        cover = np.minimum(high, pixel + 1) - np.maximum(low, pixel)
        weight = np.clip(cover, 0, None) / factor
    else:
        center = np.clip((place + 0.5) * factor - 0.5, 0, length - 1)
        first = np.floor(center).astype(np.int64)
        pixel = np.stack([first, first + 1])
        weight = np.stack([1 - (center - first), center - first])
    mirror = mirror_indices(target, padded)
    index = np.clip(pixel, 0, length - 1)[:, mirror]
    return Taps(torch.from_numpy(index).to(device), torch.from_numpy(weight[:, mirror].astype(np.float32)).to(device))


def resample(x: Tensor, rows: Taps | None, columns: Taps | None) -> Tensor:
    """Resample (H, W, C) and round as uint8 pixels would be, so that host and device see the same picture."""
    if rows is None and columns is None:
        return x
    if rows is not None:
        x = rows.apply(x, 0)
    if columns is not None:
        x = columns.apply(x, 1)
    return x.round()


@dataclass(frozen=True, slots=True, eq=False)
class BlendTable:
    """Which tile values make a cell: (K, h, w) indices into the flat values, and their weights; 0 outside the area.

    A gather instead of an overlap-add, because sums by atomics differ from run to run.
    """

    index: Tensor
    weight: Tensor

    def blend(self, values: Tensor) -> Tensor:
        """Join (N, t, t) into (h, w), equal to `TileGrid.blend`."""
        flat = values.reshape(-1)
        joined = flat[self.index[0]] * self.weight[0]
        for index, weight in zip(self.index[1:], self.weight[1:], strict=True):
            joined = joined + flat[index] * weight
        return joined


def make_blend_table(grid: TileGrid, device: torch.device) -> BlendTable:
    """The gather form of a grid's overlap-add."""
    height, width = grid.map_shape
    cells = grid.cells
    layers: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    filled = np.zeros((height, width), np.int64)
    for tile, (y, x) in enumerate((grid.origins // grid.stride_px).tolist()):
        bottom, right = min(y + cells, height), min(x + cells, width)
        part = grid.weights[tile, : bottom - y, : right - x]
        source = tile * cells * cells + np.arange(cells * cells).reshape(cells, cells)[: bottom - y, : right - x]
        rows, columns = np.nonzero((part > 0) & grid.area[y:bottom, x:right])
        level = filled[y + rows, x + columns]
        while len(layers) <= int(level.max(initial=0)):
            layers.append((np.zeros((height, width), np.int64), np.zeros((height, width), np.float32)))
        for number in np.unique(level).tolist():
            mine = level == number
            index, weight = layers[number]
            index[y + rows[mine], x + columns[mine]] = source[rows[mine], columns[mine]]
            weight[y + rows[mine], x + columns[mine]] = part[rows[mine], columns[mine]]
        filled[y + rows, x + columns] += 1
    return BlendTable(
        torch.from_numpy(np.stack([index for index, _ in layers])).to(device),
        torch.from_numpy(np.stack([weight for _, weight in layers])).to(device),
    )


def clip_at_peak(values: Tensor, windows: Tensor, side: int) -> Tensor:
    """As `tiles.clip_at_peak`, without shapes that depend on values."""
    if not windows.numel():
        return values  # fewer cells than a window
    means = values.unfold(0, side, 1).unfold(1, side, 1).mean(dim=(-2, -1))
    peak = torch.where(windows, means, -torch.inf).amax()
    return torch.where(values.isfinite() & windows.any(), torch.minimum(values, peak), values)


def _joined_looks(values: Tensor, plan: FramePlan) -> Tensor:
    """The whole picture's token map (t, t) of all token maps (N, t, t), as `tiles.join_views` takes it."""
    if plan.whole is None or plan.whole.second_look is None:
        return values[-1]
    return (values[-2] + values[-1].flip(plan.whole.second_look.axes)) / 2


def halve_weights(network: nn.Module, dtype: torch.dtype) -> None:
    """Keep the weights of convolutions and products as autocast would make them of float32 for every frame anew."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.to(dtype)
        elif isinstance(module, Attention):
            module.in_weight.data = module.in_weight.data.to(dtype)
            module.in_bias.data = module.in_bias.data.to(dtype)


class TensorEngine:
    """Implements `model.Engine` with torch alone."""

    def __init__(
        self,
        detector: Detector,
        statistics: InputStatistics,
        device: torch.device,
        *,
        self_test: SelfTest | None = None,
        score_tolerance: float = SCORE_TOLERANCE,
    ) -> None:
        """Copy the detector to the device, fold its batch norms there, and choose the precision.

        Args:
            detector: in eval mode afterwards; not kept.
            statistics: how pixels are scaled.
            device: a CUDA device; the processor only in tests.
            self_test: the evidence that half precision needs; None stays with float32.
            score_tolerance: how much noise half precision may add to scores; see `selftest.score_tolerance`.
        """
        self._device = device
        self._dtype = torch.float32
        self._reference: NDArray[np.float32] | None = None
        self._prepared: _Prepared | None = None
        self._stage_ms: dict[str, float] = {}
        with self._guard():
            network = PixelDetector(copy.deepcopy(detector.eval()), statistics).to(device)
            fold_batch_norms(network.detector.encoder)
            network.detector.encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            # Looked up in float32 anyway; else every frame would convert what it looks up once more.
            network.detector.memory.tokens = network.detector.memory.tokens.float()
            network.detector.memory.detail = network.detector.memory.detail.float()
            self._network: PixelDetector | None = network
            if device.type == "cuda" and self_test is not None:
                self._choose_precision(self_test, score_tolerance)

    @property
    def device(self) -> str:
        """Where it runs, for people."""
        return device_name(self._device)

    @property
    def name(self) -> str:
        """What runs it."""
        return f"torch {_DTYPE_NAMES[self._dtype]}"

    @property
    def stage_ms(self) -> Mapping[str, float]:
        """Where the last frame's time went: upload (into pinned memory), device (everything else)."""
        return self._stage_ms

    def prepare(self, plan: FramePlan, product: int) -> None:
        """Allocate, warm up and record for gray and for RGB frames of one plan and product."""
        self._prepared = None  # give the old buffers back first
        with self._guard(), torch.no_grad():
            self._prepared = _Prepared(plan, product, self._device)
            for channels in (1, 3):
                self._prepared.lanes[channels] = self._make_lane(self._prepared, channels)

    def views(self, image: NDArray[np.uint8]) -> ViewMaps:
        """Raw maps of a frame of the prepared plan."""
        prepared = self._prepared
        if prepared is None:
            raise ValueError("the engine is not prepared")
        begin = time.perf_counter_ns()
        lane = prepared.lanes[1 if image.ndim == 2 else 3]
        np.copyto(lane.staging.numpy(), image.reshape(lane.staging.shape))
        uploaded = time.perf_counter_ns()
        with self._guard(), torch.no_grad():
            lane.frame.copy_(lane.staging, non_blocking=True)
            lane.work()
            lane.answer.copy_(lane.maps, non_blocking=True)
            if self._device.type == "cuda":
                torch.cuda.current_stream(self._device).synchronize()  # the only wait of a frame
        maps = lane.answer.numpy().copy()
        self._stage_ms = {
            "upload": (uploaded - begin) / 1e6,
            "device": (time.perf_counter_ns() - uploaded) / 1e6,
        }
        plan = prepared.plan
        return ViewMaps(maps[0] if plan.grid else None, maps[-1] if plan.whole else None)

    def run_bare(self) -> None:
        """Run the network alone on black tiles that lie on the device already."""
        prepared = self._prepared
        if prepared is None:
            raise ValueError("the engine is not prepared")
        with self._guard(), torch.no_grad():
            if prepared.bare is None:
                shape = (prepared.plan.tiles, prepared.plan.tile_px, prepared.plan.tile_px, 3)
                tiles = torch.zeros(shape, dtype=torch.uint8, device=self._device)
                prepared.bare = self._record(lambda: self._score(tiles, prepared.products), prepared.pool)
            prepared.bare()
            if self._device.type == "cuda":
                torch.cuda.current_stream(self._device).synchronize()

    def check(self, self_test: SelfTest) -> NDArray[np.float32]:
        """Token maps of stored tiles."""
        with self._guard(), torch.no_grad():
            tiles, products = (torch.from_numpy(x.copy()) for x in (self_test.tiles, self_test.products))
            values = self._score(tiles.to(self._device), products.to(self._device))
            return np.asarray(values.cpu().numpy(), np.float32)

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        """What `check` must give in the precision that was chosen."""
        return self_test.maps if self._reference is None else self._reference

    def close(self) -> None:
        """Free memory; idempotent."""
        self._prepared = None
        self._network = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _make_lane(self, prepared: _Prepared, channels: int) -> _Lane:
        lane = _Lane(prepared.plan, channels, self._device)
        lane.work = self._record(lambda: lane.maps.copy_(self._forward(lane.frame, prepared)), prepared.pool)
        return lane

    def _record(self, work: Callable[[], object], pool: Any) -> Callable[[], object]:  # noqa: ANN401 (torch names no type)
        """On CUDA: warm up on a stream aside, record as a graph, and return its replay. Elsewhere the work itself."""
        if self._device.type != "cuda":
            return work
        side = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                work()
        torch.cuda.current_stream(self._device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        # Other threads may work on the device meanwhile; by default whatever they allocate would spoil the recording.
        # Graphs run one after the other and leave their answers in buffers outside, so they may share their memory.
        with _RECORDING, torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
            work()
        return graph.replay

    def _forward(self, frame: Tensor, prepared: _Prepared) -> Tensor:
        """Maps (V, h, w) float32 of a frame (H, W, C) uint8; static shapes, no waiting, no host values."""
        x = frame.float()
        plan, side = prepared.plan, prepared.plan.tile_px
        tiles = []
        if plan.grid is not None:
            scaled = resample(x, *prepared.grid_taps)
            tiles += [scaled[top : top + side, left : left + side] for top, left in plan.grid.origins.tolist()]
        if plan.whole is not None:
            tiles.append(resample(x, *prepared.whole_taps))
            if plan.whole.second_look is not None:
                tiles.append(tiles[-1].flip(plan.whole.second_look.axes))
        values = self._score(torch.stack(tiles), prepared.products)
        maps = []
        if prepared.table is not None:
            maps.append(clip_at_peak(prepared.table.blend(values), prepared.windows, plan.peak_cells))
        if prepared.rows is not None and prepared.columns is not None and prepared.nearest is not None:
            tokens = clip_at_peak(_joined_looks(values, plan), prepared.whole_windows, plan.peak_cells)
            spread = (prepared.rows @ tokens @ prepared.columns.T).reshape(-1)
            spread = spread.scatter_reduce(0, prepared.nearest, tokens.reshape(-1), "amax")
            maps.append(torch.where(prepared.area, spread.view(plan.map_shape), 0.0))
        return torch.stack(maps)

    def _score(self, tiles: Tensor, products: Tensor) -> Tensor:
        """Token maps (N, t, t) float32 of tiles (N, S, S, 1 or 3) with values of uint8, of products (N,).

        Autocast computes convolutions and products in half precision and keeps softmax and norms in float32; the
        detector makes its map in float32 (uniad.md 10).
        """
        if self._network is None:
            raise ValueError("the engine is closed")
        half = self._dtype is not torch.float32
        # Without TF32: float32 is the yardstick of the self-test, so it must be what its name says.
        exact = torch.backends.cudnn.flags(enabled=torch.backends.cudnn.enabled, allow_tf32=half)
        with exact, torch.autocast(self._device.type, self._dtype, enabled=half, cache_enabled=False):
            parts = [
                self._network(tiles[start : start + BATCH], products[start : start + BATCH])
                for start in range(0, len(tiles), BATCH)
            ]
        return torch.cat(parts).float()

    def _choose_precision(self, self_test: SelfTest, score_tolerance: float) -> None:
        """Take half precision when the stored tiles come out near enough in it."""
        if not compare_maps(self.check(self_test), self_test.maps).exact:
            return  # wrong in float32 already; the self-test says so
        # Devices without bfloat16 emulate it: slowly, and not in every convolution.
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        self._dtype = torch.bfloat16 if native else torch.float16
        maps = self.check(self_test)
        found = compare_maps(maps, self_test.maps)
        accepted = found.acceptable(score_tolerance)
        verdict = "taken" if accepted else "refused"
        logger.info("%s %s: %s", self.name, verdict, found)
        if accepted and self._network is not None:
            self._reference = maps
            halve_weights(self._network, self._dtype)
        else:
            self._dtype = torch.float32

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn the device's failures into a fault; on the processor a RuntimeError is a bug of ours and stays one."""
        try:
            yield
        except RuntimeError as error:  # torch.cuda.OutOfMemoryError is one
            if self._device.type != "cuda":
                raise
            raise OperationalError(
                "GPU-001", f"{self.device} failed: {str(error).splitlines()[0]}", "Restart the program."
            ) from error


class _Lane:
    """Static buffers of frames with one number of channels, and the graph that works on them."""

    def __init__(self, plan: FramePlan, channels: int, device: torch.device) -> None:
        shape = (plan.image_size.height, plan.image_size.width, channels)
        maps = ((plan.grid is not None) + (plan.whole is not None), *plan.map_shape)
        pinned = device.type == "cuda"
        self.staging = torch.zeros(shape, dtype=torch.uint8, pin_memory=pinned)
        self.frame = torch.zeros(shape, dtype=torch.uint8, device=device)
        self.maps = torch.zeros(maps, device=device)
        self.answer = torch.zeros(maps, pin_memory=pinned)
        self.work: Callable[[], object] = lambda: None


class _Prepared:
    """A plan's geometry as tensors on the device."""

    def __init__(self, plan: FramePlan, product: int, device: torch.device) -> None:
        self.plan = plan
        self.products = torch.full((plan.tiles,), product, dtype=torch.int32, device=device)
        self.lanes: dict[int, _Lane] = {}
        self.bare: Callable[[], object] | None = None
        # Of this plan's graphs alone: torch refuses the pool of graphs that are gone.
        self.pool = torch.cuda.graph_pool_handle() if device.type == "cuda" else None
        size, side = plan.image_size, plan.tile_px
        self.area = torch.from_numpy(plan.area.copy()).to(device)
        self.windows = torch.from_numpy(peak_windows(plan.area, plan.peak_cells)).to(device)
        whole = np.ones((plan.geometry.cells, plan.geometry.cells), np.bool_)
        self.whole_windows = torch.from_numpy(peak_windows(whole, plan.peak_cells)).to(device)
        self.grid_taps: tuple[Taps | None, Taps | None] = (None, None)
        self.whole_taps: tuple[Taps | None, Taps | None] = (None, None)
        self.table: BlendTable | None = None
        self.rows: Tensor | None = None
        self.columns: Tensor | None = None
        self.nearest: Tensor | None = None
        if plan.grid is not None:
            scaled, padded = plan.grid.image_size, plan.grid.padded_size
            self.grid_taps = (
                make_taps(size.height, scaled.height, padded.height, device),
                make_taps(size.width, scaled.width, padded.width, device),
            )
            self.table = make_blend_table(plan.grid, device)
        if plan.whole is not None:
            self.whole_taps = (make_taps(size.height, side, side, device), make_taps(size.width, side, side, device))
            self.rows = torch.from_numpy(plan.whole.rows).to(device)
            self.columns = torch.from_numpy(plan.whole.columns).to(device)
            self.nearest = torch.from_numpy(plan.whole.nearest).to(device)
