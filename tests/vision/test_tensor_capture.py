"""What a CUDA graph demands of a frame's work: no value is read on the host, no shape depends on values.

No CUDA device is needed to see that: PyTorch's fake tensors have shapes but no values, so reading one raises.
"""

import pytest
import torch
from torch._subclasses.fake_tensor import DataDependentOutputException, DynamicOutputShapeException, FakeTensorMode

from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing
from inspector.vision.tensor_engine import TensorEngine
from inspector.vision.tiles import ModelGeometry, plan_frame
from tests.support.vision import SQUARE, TINY_PX, tiny_detector, tiny_recipe

SIZE = Size(131, 257)


@pytest.mark.parametrize("ignore", [(), (SQUARE,)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("product", range(3))
def test_a_frame_is_worked_on_without_reading_a_value(product: int, channels: int, ignore: tuple[Polygon, ...]) -> None:
    detector = tiny_detector(3)
    engine = TensorEngine(detector, detector.input_statistics, torch.device("cpu"))
    recipe = tiny_recipe(Framing.TILES_AND_WHOLE, ignore=ignore)
    plan = plan_frame(recipe, SIZE, ModelGeometry(TINY_PX, 8))
    engine.prepare(plan, product)
    assert engine._prepared is not None
    with FakeTensorMode(allow_non_fake_inputs=True), torch.no_grad():
        frame = torch.zeros(SIZE.height, SIZE.width, channels, dtype=torch.uint8)
        assert engine._forward(frame, engine._prepared).shape == (2, *plan.map_shape)


def test_reading_a_value_would_be_seen() -> None:
    with FakeTensorMode():
        maps = torch.zeros(3, 4)
        with pytest.raises(DataDependentOutputException):
            maps.max().item()
        with pytest.raises(DynamicOutputShapeException):
            maps[maps > 0]


def test_the_detector_stays_as_it_was() -> None:
    """The engine folds batch norms, which would leave a model that cannot be stored."""
    detector = tiny_detector(3)
    names = list(detector.state_dict())
    engine = TensorEngine(detector, detector.input_statistics, torch.device("cpu"))
    assert list(detector.state_dict()) == names
    assert engine._network is not None
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in engine._network.modules())
