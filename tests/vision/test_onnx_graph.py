import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from inspector.vision.onnx_graph import fold_constants


def graph(batch: int | str) -> onnx.ModelProto:
    """y = x * (2 * 3), given the shape that x has anyway by a reshape that computes it."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "first"], ["rows"], axis=0),
        helper.make_node("Unsqueeze", ["rows", "axis"], ["rows1"]),
        helper.make_node("Concat", ["rows1", "rest"], ["wanted"], axis=0),
        helper.make_node("Mul", ["two", "three"], ["six"]),
        helper.make_node("Reshape", ["x", "wanted"], ["same"]),
        helper.make_node("Mul", ["same", "six"], ["y"]),
    ]
    constants = {
        "first": np.array(0),
        "axis": np.array([0]),
        "rest": np.array([-1]),
        "two": np.float32(2),
        "three": np.full((1, 4), 3, np.float32),
    }
    return helper.make_model(
        helper.make_graph(
            nodes,
            "drawn",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 4])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 4])],
            [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )


def kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def test_only_what_a_tile_changes_stays() -> None:
    model = graph(3)
    before = model.SerializeToString()
    folded = fold_constants(model)
    onnx.checker.check_model(folded, full_check=True)
    assert kinds(folded) == ["Reshape", "Mul"]
    assert {tensor.name for tensor in folded.graph.initializer} == {"wanted", "six"}  # what nobody needs is gone
    assert model.SerializeToString() == before
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    (y,) = ReferenceEvaluator(folded).run(None, {"x": x})
    assert y == pytest.approx(x * 6)


def test_a_shape_that_is_not_known_stays_computed() -> None:
    assert kinds(fold_constants(graph("n"))) == ["Shape", "Gather", "Unsqueeze", "Concat", "Reshape", "Mul"]
