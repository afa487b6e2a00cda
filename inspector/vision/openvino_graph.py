"""From torch to OpenVINO's graph, and what of it must stay in float32 whatever the rest is computed in.

OpenVINO itself is imported here alone; `runtimes` takes it from here.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any, Final

import numpy as np
import torch
from torch import nn

# A station tells nobody what it runs: without this, converting a model starts threads that report to the maker of
# OpenVINO. It falls back to a stub of its own.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
import openvino as ov  # noqa: E402

__all__ = ["MEMORY_SCOPE", "convert", "fix_shapes", "keep_float32", "leave_out", "ov"]

MEMORY_SCOPE: Final = "detector.memory/"
"""What the names of the memory's nodes contain after conversion."""

_ENDS: Final = {True: "detector/aten::sqrt/Sqrt", False: f"{MEMORY_SCOPE}aten::sqrt/Sqrt"}
"""Ends of the names of the nodes in which the network's residual and the memory's distance are complete."""


def convert(network: nn.Module, side: int) -> Any:  # noqa: ANN401 (openvino has no types)
    """A network of tiles uint8 (N, S, S, 3) and products (N,) as a graph in float32 of any batch; `side` is S."""
    example = (torch.zeros(2, side, side, 3, dtype=torch.uint8), torch.zeros(2, dtype=torch.int32))
    with torch.inference_mode(), warnings.catch_warnings():
        # Tracing warns that sizes become constants; here they are constants: the batch is reshaped, the rest fixed. It
        # is deprecated in favor of torch.export, which takes half as long again to be exported and converted.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # type: ignore[attr-defined]
        warnings.filterwarnings("ignore", r".*torch\.jit", DeprecationWarning)
        # Left to itself OpenVINO traces and then checks the trace, 10 of 13 seconds; the self-test checks what matters.
        traced = torch.jit.trace(network, example, check_trace=False)  # type: ignore[no-untyped-call]
        return ov.convert_model(traced, example_input=example)


def fix_shapes(model: Any, batch: int, side: int) -> None:  # noqa: ANN401 (openvino has no types)
    """Give a converted graph its batch and tile size."""
    tiles, products = model.inputs
    model.reshape({tiles: [batch, side, side, 3], products: [batch]})


def leave_out(model: Any, *, residual: bool) -> Any:  # noqa: ANN401 (openvino has no types)
    """A copy of the graph in which the residual, or else the distance, is 0; what only led there is gone.

    For products that weigh it by 0. ValueError: the graph has no such part.
    """
    copied = model.clone()
    ends = [node for node in copied.get_ordered_ops() if node.get_friendly_name().endswith(_ENDS[residual])]
    if len(ends) != 1:
        raise ValueError(f"the graph has {len(ends)} nodes named {_ENDS[residual]}")
    nothing = ov.opset13.constant(np.zeros((1, 1), np.float32))
    for target in ends[0].output(0).get_target_inputs():
        target.replace_source_output(nothing.output(0))
    copied.validate_nodes_and_infer_types()
    return copied


def keep_float32(model: Any, scope: str = MEMORY_SCOPE) -> int:  # noqa: ANN401 (openvino has no types)
    """Let the matrix products of one part stay in float32 under any precision hint; returns how many there are.

    OpenVINO marks such nodes for its own purposes, but lets Python set the mark only by way of a file. So each product
    gives its place to one that was read from a file with the mark. Without it bfloat16 added 1.6 % of noise to the
    cells of a memory's map instead of 1.4 %, and 1.0 % to the scores instead of 0.75 %; it costs 7 % of the time.
    """
    products = [
        node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "MatMul" and scope in node.get_friendly_name()
    ]
    for node in products:
        transposed = node.get_attributes()
        text = _MARKED.format(a=int(transposed["transpose_a"]), b=int(transposed["transpose_b"]), side=_SIDE)
        read = ov.Core().read_model(text.encode(), ov.Tensor(np.zeros(0, np.uint8)))
        (marked,) = (other for other in read.get_ops() if other.get_type_name() == "MatMul")
        for target, source in zip(marked.inputs(), node.inputs(), strict=True):
            target.replace_source_output(source.get_source_output())
        marked.set_friendly_name(node.get_friendly_name())
        for target in node.output(0).get_target_inputs():
            target.replace_source_output(marked.output(0))
    model.validate_nodes_and_infer_types()
    return len(products)


_SIDE: Final = 'precision="FP32"><dim>-1</dim><dim>-1</dim><dim>-1</dim></port>'

_MARKED: Final = """<?xml version="1.0"?>
<net name="marked" version="11">
<layers>
<layer id="0" name="a" type="Parameter" version="opset1"><data shape="?,?,?" element_type="f32"/>
<output><port id="0" {side}</output></layer>
<layer id="1" name="b" type="Parameter" version="opset1"><data shape="?,?,?" element_type="f32"/>
<output><port id="0" {side}</output></layer>
<layer id="2" name="product" type="MatMul" version="opset1"><data transpose_a="{a}" transpose_b="{b}"/>
<rt_info><attribute name="DisablePrecisionConversion" version="0" value="dynamic:f16,bf16"/></rt_info>
<input><port id="0" {side}<port id="1" {side}</input>
<output><port id="2" {side}</output></layer>
<layer id="3" name="result" type="Result" version="opset1"><input><port id="0" {side}</input></layer>
</layers>
<edges>
<edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
<edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
<edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
</edges>
</net>"""
