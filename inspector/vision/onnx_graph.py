"""Makes an exported ONNX graph as static as the network is: what does not depend on the tiles becomes a constant.

Traced graphs compute shapes, and the queries' projections, again for every tile, though both are known beforehand.
Runtimes for small devices accept no such arithmetic, and people who read the graph look for the network in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fold_constants(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network without shape arithmetic and without anything that no tile changes.

    Args:
        model: with static inputs; left untouched.

    Returns:
        A model whose nodes all depend on an input. Node by node, ONNX's own reference did the arithmetic.
    """
    folded = onnx.ModelProto()
    folded.CopyFrom(model)
    count = -1
    while count != len(folded.graph.node):  # folding a shape lets the next one be inferred
        count = len(folded.graph.node)
        del folded.graph.value_info[:]
        folded = shape_inference.infer_shapes(folded, strict_mode=True, data_prop=True)
        _fold_once(folded.graph)
    del folded.graph.value_info[:]
    return folded


def _fold_once(graph: onnx.GraphProto) -> None:
    shapes = {value.name: _static_shape(value) for value in (*graph.input, *graph.value_info)}
    shapes |= {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    known: dict[str, NDArray[np.generic]] = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    kept: list[onnx.NodeProto] = []
    for node in graph.node:
        shape = shapes.get(node.input[0]) if node.op_type == "Shape" and not node.attribute else None
        if shape is not None:
            known[node.output[0]] = np.array(shape, np.int64)
        elif all(name in known for name in node.input if name):
            inputs = {name: known[name] for name in node.input if name}
            values = ReferenceEvaluator(node).run(None, inputs)
            known |= {name: np.asarray(value) for name, value in zip(node.output, values, strict=True)}
        else:
            kept.append(node)
    needed = {name for node in kept for name in node.input}
    del graph.node[:]
    graph.node.extend(kept)
    del graph.initializer[:]
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, order="C"), name) for name, value in known.items() if name in needed
    )


def _static_shape(value: onnx.ValueInfoProto) -> tuple[int, ...] | None:
    kind = value.type.tensor_type
    if not kind.HasField("shape") or not all(side.HasField("dim_value") for side in kind.shape.dim):
        return None
    return tuple(side.dim_value for side in kind.shape.dim)
