"""What must stay in float32 does, whatever OpenVINO is asked for."""

from typing import Any

import numpy as np
import pytest

from inspector.vision.openvino_graph import MEMORY_SCOPE, convert, fix_shapes, keep_float32, ov
from inspector.vision.runtimes import PixelDetector
from tests.support.vision import TINY_PX, tiny_detector


def profiled(model: Any) -> dict[str, str]:
    """Name and kernel of every matrix product of two computed operands, run under a hint of bfloat16."""
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "bf16", "PERF_COUNT": True})
    request = compiled.create_infer_request()
    request.infer([np.zeros((1, TINY_PX, TINY_PX, 3), np.uint8), np.zeros(1, np.int32)])
    return {node.node_name: node.exec_type for node in request.get_profiling_info() if node.node_type == "MatMul"}


def graph() -> Any:
    detector = tiny_detector(3)  # with a single product OpenVINO keeps its memory in float32 by itself
    model = convert(PixelDetector(detector, detector.input_statistics), TINY_PX)
    fix_shapes(model, 1, TINY_PX)
    return model


def test_the_memory_is_found_and_nothing_else_changes() -> None:
    model = graph()
    names = [node.get_friendly_name() for node in model.get_ordered_ops()]
    assert keep_float32(model) == 2  # of tokens and of their detail
    assert sorted(node.get_friendly_name() for node in model.get_ordered_ops()) == sorted(names)
    assert keep_float32(model, "no such part") == 0
    tiles = np.random.default_rng(0).integers(0, 255, (1, TINY_PX, TINY_PX, 3), np.uint8)
    inputs = [tiles, np.zeros(1, np.int32)]
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    before, after = (ov.Core().compile_model(one, "CPU", exact)(inputs)[0] for one in (graph(), model))
    np.testing.assert_allclose(after, before, rtol=1e-5)


@pytest.mark.skipif(
    "BF16" not in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"), reason="the processor has no bfloat16"
)
def test_the_memory_stays_in_float32_under_bfloat16() -> None:
    def reduced(kernels: dict[str, str]) -> list[bool]:
        return [kernel.endswith("bf16") for kernel in kernels.values()]

    assert True in reduced(profiled(graph()))
    model = graph()
    keep_float32(model)
    found = profiled(model)
    assert found, MEMORY_SCOPE
    assert reduced(found) == [False] * len(found)
