"""The same network run by torch or by OpenVINO, behind one contract: tiles in, token maps out.

On a processor the runtime decides the speed, not the network. Measured on a shared AMD EPYC (Zen 4), light detector
with memory at 256 px, a single thread, ms a tile: torch eager 34, OpenVINO float32 18.3, bfloat16 12.1; for a product
that the memory alone judges 10.6 and 7.5. Two tiles a request save bfloat16 another 3 %, from four on the caches are
too small. Tried and left out: int8 (20 % of noise in the self-test's cells, 5 % faster; 17 % with the memory in int8
as well), and mirroring the borders before a block widens its map (1 % under bfloat16, 2.6 % in float32).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from inspector.vision.device import device_name
from inspector.vision.openvino_graph import convert, fix_shapes, keep_float32, leave_out, ov
from inspector.vision.selftest import SCORE_TOLERANCE, SelfTest, compare_maps

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.vision.networks.backbone import InputStatistics
    from inspector.vision.networks.detector import Detector

logger = logging.getLogger(__name__)

INPUT_NAME: Final = "tiles"
PRODUCTS_NAME: Final = "products"
OUTPUT_NAME: Final = "maps"
"""What the tensors of an exported network are called."""

TORCH_BATCH: Final = 4
"""Tiles a forward pass of torch takes; with more the kernel clears pages longer than torch computes."""


class Runtime(Protocol):
    """A loaded detector. One thread at a time; `run` releases Python's lock while it works."""

    @property
    def device(self) -> str:
        """Where it runs, for people."""

    @property
    def name(self) -> str:
        """What runs it, for example "openvino bf16"."""

    @property
    def tile_px(self) -> int:
        """Side of a tile."""

    @property
    def input(self) -> NDArray[np.uint8]:
        """The prepared input, (n, S, S, 3); filling it in place saves `run` a copy."""

    @property
    def products(self) -> NDArray[np.int32]:
        """Number of each prepared tile's product, (n,); may be changed in place after `prepare`, which fills it."""

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        """What the stored tiles must give in the runtime's precision."""

    def prepare(self, tiles: int, product: int = 0) -> None:
        """Fix the number of tiles of every `run` until the next call, allocate and warm up for tiles of one product.

        OperationalError GPU-001: out of memory. ValueError: fewer than one tile.
        """

    def run(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Token maps float32 (n, t, t) of RGB tiles uint8 (n, S, S, 3); the array is overwritten by the next run.

        ValueError: another shape than prepared. OperationalError GPU-001.
        """

    def close(self) -> None:
        """Free memory; idempotent."""


_Parts = tuple[bool, bool]
"""Whether the network's residual and the memory's distance are needed."""


class PixelDetector(nn.Module):
    """A detector from uint8 pixels: what both runtimes run, and what is exported."""

    mean: Tensor
    factor: Tensor

    def __init__(self, detector: Detector, statistics: InputStatistics) -> None:
        """Shares the detector's weights."""
        super().__init__()
        self.detector = detector
        self.register_buffer("mean", torch.tensor(statistics.mean) * 255, persistent=False)
        self.register_buffer("factor", 1 / (torch.tensor(statistics.std) * 255), persistent=False)

    def forward(self, tiles: Tensor, products: Tensor) -> Tensor:
        """(N, S, S, 3) uint8, or float of the same values, and (N,) numbers of products -> (N, t, t) float32."""
        return self.maps(tiles, products, rebuild=True)  # apart, because an exported graph may have no switches

    def maps(self, tiles: Tensor, products: Tensor, *, rebuild: bool) -> Tensor:
        """As `forward`; without the head where `rebuild` is False, see `Detector.forward`."""
        x = (tiles.float() - self.mean) * self.factor
        # A permuted view of (N, S, S, 3) is channels-last already, the layout convolutions like best.
        maps: Tensor = self.detector(x.permute(0, 3, 1, 2), products, rebuild=rebuild)
        return maps[:, 0]


class TorchRuntime:
    """Torch eager in float32 on the processor: the yardstick the others are held to."""

    def __init__(self, detector: Detector, statistics: InputStatistics) -> None:
        """Shares the detector, which must stay on the processor and in eval mode."""
        self.tile_px = detector.config.input_size
        self._network: PixelDetector | None = PixelDetector(detector.eval(), statistics)
        self._input = np.zeros((0, self.tile_px, self.tile_px, 3), np.uint8)
        self._products = np.zeros(0, np.int32)

    @property
    def device(self) -> str:
        """Where it runs, for people."""
        return device_name(torch.device("cpu"))

    @property
    def name(self) -> str:
        """What runs it."""
        return "torch float32"

    @property
    def input(self) -> NDArray[np.uint8]:
        """The prepared input."""
        return self._input

    @property
    def products(self) -> NDArray[np.int32]:
        """Number of each prepared tile's product."""
        return self._products

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        """The stored maps themselves."""
        return self_test.maps

    def prepare(self, tiles: int, product: int = 0) -> None:
        """Allocate the input; torch needs nothing else."""
        _check_count(tiles)
        self._input = np.zeros((tiles, self.tile_px, self.tile_px, 3), np.uint8)
        self._products = np.full(tiles, product, np.int32)

    def run(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Token maps of the tiles."""
        _check_tiles(tiles, self._input)
        if self._network is None:
            raise ValueError("the runtime is closed")
        # Read anew: calibration weighs products while this runtime is at work.
        rebuild = bool(self._network.detector.memory.weights[self._products, 0].any())
        with torch.inference_mode():
            parts = [
                self._network.maps(
                    torch.from_numpy(tiles[start : start + TORCH_BATCH]),
                    torch.from_numpy(self._products[start : start + TORCH_BATCH]),
                    rebuild=rebuild,
                )
                for start in range(0, len(tiles), TORCH_BATCH)
            ]
            return np.asarray(torch.cat(parts).numpy(), np.float32)

    def close(self) -> None:
        """Let go of the network."""
        self._network = None


class OpenVinoRuntime:
    """OpenVINO on the processor, converted in memory from the torch detector at load.

    Every batch is an inference request of its own, bound to its slice of the input and the output, so that a frame
    costs no copies and no Python between its tiles. Tiles whose products leave the judgment to the network or to the
    memory alone run through a graph without the other part.
    """

    def __init__(
        self,
        detector: Detector,
        statistics: InputStatistics,
        *,
        threads: int,
        self_test: SelfTest | None = None,
        score_tolerance: float = SCORE_TOLERANCE,
    ) -> None:
        """Convert, and choose the precision.

        Args:
            detector: in eval mode, on the processor; not kept.
            statistics: how pixels are scaled.
            threads: processors to use.
            self_test: the evidence that bfloat16 needs; None stays with float32.
            score_tolerance: how much noise bfloat16 may add to scores; see `selftest.score_tolerance`.
        """
        self.tile_px = detector.config.input_size
        self._cells = detector.config.cells
        self._threads = threads
        self._core = ov.Core()
        self._model: Any = convert(PixelDetector(detector.eval(), statistics), self.tile_px)
        keep_float32(self._model)
        self._weights: NDArray[np.float32] = detector.memory.weights.numpy(force=True).copy()
        self._model_has_memory = detector.memory.size > 0
        self._input = np.zeros((0, self.tile_px, self.tile_px, 3), np.uint8)
        self._products = np.zeros(0, np.int32)
        self._output = np.zeros((0, self._cells, self._cells), np.float32)
        self._compiled: dict[tuple[int, int, str, _Parts], Any] = {}
        self._requests: dict[_Parts, list[Any]] = {}
        self._count = 0
        self._precision = "f32"
        self._reference: NDArray[np.float32] | None = None
        if self_test is not None:
            self._choose_precision(self_test, score_tolerance)
            self._compiled = {key: value for key, value in self._compiled.items() if key[2] == self._precision}
            self._requests = {}

    @property
    def device(self) -> str:
        """Where it runs, for people."""
        return device_name(torch.device("cpu"))

    @property
    def name(self) -> str:
        """What runs it."""
        return f"openvino {self._precision}"

    @property
    def input(self) -> NDArray[np.uint8]:
        """The prepared input."""
        return self._input[: self._count]

    @property
    def products(self) -> NDArray[np.int32]:
        """Number of each prepared tile's product."""
        return self._products[: self._count]

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        """The stored maps, or the accepted ones of reduced precision."""
        return self_test.maps if self._reference is None else self._reference

    def prepare(self, tiles: int, product: int = 0) -> None:
        """Compile for this number of tiles and warm up; the same number again costs next to nothing."""
        _check_count(tiles)
        if self._model is None:
            raise ValueError("the runtime is closed")
        if tiles != self._count:
            padded = tiles + -tiles % choose_batch(tiles, self._threads)[0]
            self._input = np.zeros((padded, self.tile_px, self.tile_px, 3), np.uint8)
            self._products = np.zeros(padded, np.int32)
            self._output = np.zeros((padded, self._cells, self._cells), np.float32)
            self._requests = {}
            self._count = tiles
        self._products[:] = product
        if self._needed() not in self._requests:
            self.run(self.input)

    def run(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Token maps of the tiles."""
        _check_tiles(tiles, self.input)
        if not np.shares_memory(tiles, self._input):
            self._input[: self._count] = tiles
        parts = self._needed()
        if parts not in self._requests:
            self._requests[parts] = self._bind(parts)
        for request in self._requests[parts]:
            request.start_async()
        for request in self._requests[parts]:
            request.wait()
        return self._output[: self._count]

    def close(self) -> None:
        """Let go of the network."""
        self._model = None
        self._requests = {}
        self._compiled = {}
        self._count = 0
        self._input = self._input[:0]

    def _needed(self) -> _Parts:
        """Which parts the products of the prepared tiles ask for."""
        residual, distance, _ = self._weights[self.products].T
        return bool(residual.any()), bool(distance.any())

    def _bind(self, parts: _Parts) -> list[Any]:
        """Requests for every batch of the prepared tiles."""
        batch, streams = choose_batch(self._count, self._threads)
        compiled = self._compile(batch, streams, parts)
        return [self._request(compiled, start, batch) for start in range(0, len(self._input), batch)]

    def _compile(self, batch: int, streams: int, parts: _Parts) -> Any:  # noqa: ANN401 (openvino has no types)
        """Compiled once for each layout: frames of many sizes share a few."""
        key = (batch, streams, self._precision, parts)
        if key not in self._compiled:
            residual, distance = parts
            alone = residual != distance and self._model_has_memory
            model = leave_out(self._model, residual=distance) if alone else self._model.clone()
            fix_shapes(model, batch, self.tile_px)
            options = {
                "INFERENCE_PRECISION_HINT": self._precision,
                "INFERENCE_NUM_THREADS": self._threads,
                "NUM_STREAMS": streams,
                "ENABLE_CPU_PINNING": False,  # two processes pinned to the same cores would halve each other
            }
            self._compiled[key] = self._core.compile_model(model, "CPU", options)
        return self._compiled[key]

    def _request(self, compiled: Any, start: int, batch: int) -> Any:  # noqa: ANN401 (openvino has no types)
        request = compiled.create_infer_request()
        request.set_input_tensor(0, ov.Tensor(self._input[start : start + batch], shared_memory=True))
        request.set_input_tensor(1, ov.Tensor(self._products[start : start + batch], shared_memory=True))
        request.set_output_tensor(ov.Tensor(self._output[start : start + batch], shared_memory=True))
        return request

    def _choose_precision(self, self_test: SelfTest, score_tolerance: float) -> None:
        """Take bfloat16 when the processor has it and the stored tiles come out near enough.

        Their maps in that precision then become the reference of later self-tests, which so stay sharp.
        """
        if score_tolerance <= 0 or "BF16" not in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            return
        exact = compare_maps(self._run_once(self_test), self_test.maps)
        if not exact.exact:
            return  # a model that is wrong in float32 already; the self-test says so
        self._precision = "bf16"
        maps = self._run_once(self_test)
        found = compare_maps(maps, self_test.maps)
        if found.acceptable(score_tolerance):
            self._reference = maps
            logger.info("bfloat16 taken: %s", found)
        else:
            self._precision = "f32"
            logger.info("bfloat16 refused: %s; scores may by %.2f%%", found, score_tolerance * 100)

    def _run_once(self, self_test: SelfTest) -> NDArray[np.float32]:
        self._count = 0  # the precision may have changed since
        self.prepare(len(self_test.tiles))
        self.products[:] = self_test.products
        maps = self.run(self_test.tiles).copy()
        self._count = 0
        return maps


def make_self_test(
    detector: Detector, statistics: InputStatistics, tiles: NDArray[np.uint8], products: NDArray[np.int32]
) -> SelfTest:
    """The self-test of a model: what torch says in float32 about tiles uint8 (N, S, S, 3) of products (N,)."""
    runtime = TorchRuntime(detector, statistics)
    runtime.prepare(len(tiles))
    runtime.products[:] = products
    return SelfTest(tiles, runtime.run(tiles), products)


def write_openvino(network: PixelDetector, path: Path, batch: int) -> None:
    """Write a network as OpenVINO's own format in float32, `path` (.xml) and its weights beside it (.bin).

    Batch and size are fixed. OSError: it cannot be written.
    """
    side = network.detector.config.input_size
    model = convert(network, side)
    fix_shapes(model, batch, side)
    model.inputs[0].set_names({INPUT_NAME})
    model.inputs[1].set_names({PRODUCTS_NAME})
    model.outputs[0].set_names({OUTPUT_NAME})
    try:
        ov.save_model(model, path, compress_to_fp16=False)
    except RuntimeError as error:
        raise OSError(f"{path} was not written: {error}") from error


def run_file(path: Path, self_test: SelfTest, *, threads: int | None = None) -> NDArray[np.float32]:
    """What an exported file says about the stored tiles, run by OpenVINO in float32: maps (N, t, t).

    A batch fixed in the file is filled up with the last tile. OSError: OpenVINO cannot read the file.
    """
    options: dict[str, str | int] = {"INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False}
    if threads is not None:
        options["INFERENCE_NUM_THREADS"] = threads
    try:
        compiled = ov.Core().compile_model(path, "CPU", options)
    except RuntimeError as error:
        raise OSError(f"{path} cannot be read: {error}") from error
    batch = compiled.input(INPUT_NAME).shape[0]
    count = len(self_test.tiles)
    parts = []
    for start in range(0, count, batch):
        rows = np.minimum(np.arange(start, start + batch), count - 1)
        inputs = {INPUT_NAME: self_test.tiles[rows], PRODUCTS_NAME: self_test.products[rows]}
        parts.append(compiled(inputs)[OUTPUT_NAME].copy())
    return np.asarray(np.concatenate(parts)[:count], np.float32)


def openvino_version() -> str:
    """Of the library that converts and runs."""
    return str(ov.get_version())


def choose_batch(tiles: int, threads: int) -> tuple[int, int]:
    """Tiles per inference request and parallel streams for a frame of so many tiles.

    A single tile gets all threads; more tiles are dealt out to one stream per thread, two at a time when there are
    enough of them that the rest hardly counts.
    """
    if tiles == 1:
        return 1, 1
    streams = min(tiles, threads)
    return (2 if tiles >= 8 * streams else 1), streams


def _check_count(tiles: int) -> None:
    if tiles < 1:
        raise ValueError(f"a runtime is prepared for at least one tile, not {tiles}")


def _check_tiles(tiles: NDArray[np.uint8], prepared: NDArray[np.uint8]) -> None:
    if tiles.dtype != np.uint8 or tiles.shape != prepared.shape:
        raise ValueError(f"expected uint8 tiles {prepared.shape}, got {tiles.dtype} {tiles.shape}")
