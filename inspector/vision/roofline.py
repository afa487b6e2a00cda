"""How much arithmetic a tile costs, and how fast this machine could do it: what a measured time is held against.

The multiply-accumulates of convolutions and matrix products are counted from the configuration and the modules' shapes;
everything else a network does (norms, softmax, copies) is left out, as usual. What depends on no tile is computed once
and left out too. The attainable speed is that of one large matrix product in the same runtime, precision and threads,
measured on the spot; no network reaches it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import nn

from inspector.vision.networks.config import DetectorConfig, QueryMode
from inspector.vision.openvino_graph import ov

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.vision.networks.detector import Detector
    from inspector.vision.networks.encoder import Encoder
    from inspector.vision.networks.memory import ProductMemory

_SIDE: Final = 1024
"""Of the measured product: large enough that only arithmetic counts, 20 ms a core."""

_CUDA_SIDE: Final = 8192
"""The same for a CUDA device: the smaller product ends before the next one is launched."""

_CHAIN: Final = 2
_REPEATS: Final = 7
_DTYPES: Final = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Multiply-accumulates a tile, by part of the detector."""

    backbone: int
    head: int
    memory: int

    @property
    def total(self) -> int:
        """Of the whole detector."""
        return self.backbone + self.head + self.memory

    def to_dict(self) -> dict[str, int]:
        """Plain JSON types."""
        return {"backbone": self.backbone, "head": self.head, "memory": self.memory, "total": self.total}


def count_arithmetic(detector: Detector, product: int | None = None) -> Arithmetic:
    """What one tile costs; nothing is measured.

    Args:
        detector: of any state.
        product: whose tile, where a part that the product weighs by 0 is left out; None counts every part.
    """
    config = detector.config
    weights = (1.0, 1.0) if product is None else detector.memory.weights_of(product)
    return Arithmetic(
        backbone=count_encoder(detector.encoder, config.input_size),
        head=count_head(config) if weights[0] else 0,
        memory=count_memory(detector.memory, config.tokens, distance=weights[1] > 0),
    )


def count_memory(memory: ProductMemory, tokens: int, *, distance: bool) -> int:
    """Multiply-accumulates of looking every token of a tile, and the four detail tokens in each, up in the memory."""
    coarse = memory.tokens[0].numel() if distance else 0
    return tokens * (coarse + 4 * memory.detail[0].numel())


def count_encoder(encoder: Encoder, side: int) -> int:
    """Multiply-accumulates of the convolutions, read off the shapes that one black tile takes on its way."""
    found = 0

    def note(module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        nonlocal found
        weight = module.get_parameter("weight")
        found += output[0].numel() * weight[0].numel()

    hooks = [
        module.register_forward_hook(note) for module in encoder.modules() if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    try:
        with torch.inference_mode():
            encoder(torch.zeros(1, 3, side, side, device=next(encoder.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    return found


def count_head(config: DetectorConfig) -> int:
    """Multiply-accumulates of UniAD's transformer: linear layers, and the two products of every attention.

    What no tile changes is computed once: layer by layer, the projected queries of dec1; with a single query, all of
    the first layer's dec1, which is then given its learned queries as keys and values too, and dec2's projected query.
    """
    tokens, hidden = config.tokens, config.hidden
    projection = tokens * hidden * hidden
    attention = 4 * projection + 2 * tokens * tokens * hidden
    ffn = 2 * tokens * hidden * config.ffn
    encoder = config.enc_layers * (attention + ffn)
    decoder = config.dec_layers * (2 * attention + ffn)
    layerwise = config.query_mode is QueryMode.LAYERWISE
    constant = config.dec_layers * projection if layerwise else attention + projection
    return 2 * tokens * config.channels * hidden + encoder + decoder - constant


def attainable_gflops(runtime: str, threads: int) -> float:
    """The fastest of a few large matrix products, in 10^9 floating-point operations a second.

    A multiply-accumulate is two operations. Takes a fifth of a second or so.

    Args:
        runtime: as `Runtime.name` says it, for example "openvino bf16"; torch means the current CUDA device, if any.
        threads: on the processor.

    Raises:
        ValueError: no such runtime.
    """
    library, _, precision = runtime.partition(" ")
    if library == "openvino":
        side, work = _SIDE, _openvino_product(precision, threads)
    elif library == "torch" and precision in _DTYPES:
        side = _CUDA_SIDE if torch.cuda.is_available() else _SIDE
        work = _torch_product(_DTYPES[precision], side)
    else:
        raise ValueError(f"{runtime!r} is no runtime")
    work()
    spent_ns = []
    for _ in range(_REPEATS):
        begin = time.perf_counter_ns()
        work()
        spent_ns.append(time.perf_counter_ns() - begin)
    return 2 * _CHAIN * side**3 / min(spent_ns)


def _openvino_product(precision: str, threads: int) -> Callable[[], object]:
    # A chain, because OpenVINO likes to keep the end of a graph in float32.
    matrix = np.random.default_rng(0).standard_normal((_SIDE, _SIDE), np.float32)
    tensor = source = ov.opset13.parameter([_SIDE, _SIDE], np.float32)
    for _ in range(_CHAIN):
        tensor = ov.opset13.matmul(tensor, ov.opset13.constant(matrix), transpose_a=False, transpose_b=True)
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
    }
    request = ov.Core().compile_model(ov.Model([tensor], [source]), "CPU", options).create_infer_request()
    request.set_input_tensor(ov.Tensor(matrix))
    return lambda: request.infer()


def _torch_product(dtype: torch.dtype, side: int) -> Callable[[], object]:
    cuda = torch.cuda.is_available()
    matrix = torch.randn(side, side, dtype=dtype, device="cuda" if cuda else "cpu")

    def work() -> None:
        tensor = matrix
        for _ in range(_CHAIN):
            tensor = tensor @ matrix
        if cuda:
            torch.cuda.synchronize()

    return work
