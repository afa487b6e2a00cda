"""Enlarged maps lie on their causes, and heat means the same in every picture."""

import numpy as np
import pytest

from inspector.core.anomaly import AnomalyMap
from inspector.core.geometry import Size
from inspector.core.refs import ModelRef
from inspector.vision.rendering import map_to_frame, overlay

REF = ModelRef("tiny", 1, "")


def make_map(values: np.ndarray, cell_px: float = 16.0, offset: tuple[float, float] = (0.0, 0.0)) -> AnomalyMap:
    return AnomalyMap(values.astype(np.float32), cell_px, float(values.max()), REF, offset)


@pytest.mark.parametrize("offset", [(0.0, 0.0), (5.0, -3.0), (-7.5, 7.5)])
@pytest.mark.parametrize("cell_px", [16.0, 11.25, 43.2])
def test_the_center_of_heat_lies_on_its_cell(cell_px: float, offset: tuple[float, float]) -> None:
    values = np.zeros((9, 12))
    values[4, 7] = 1
    size = Size(int(9 * cell_px), int(12 * cell_px))
    found = map_to_frame(make_map(values, cell_px, offset), size)
    assert found.dtype == np.float32
    assert found.shape == (size.height, size.width)
    y, x = np.indices(found.shape) + 0.5
    total = found.sum()
    assert (x * found).sum() / total == pytest.approx(7.5 * cell_px + offset[0], abs=0.05)
    assert (y * found).sum() / total == pytest.approx(4.5 * cell_px + offset[1], abs=0.05)
    assert found.max() > 0.9


def test_enlarging_equals_half_pixel_interpolation() -> None:
    import torch

    values = np.random.default_rng(0).random((6, 5)).astype(np.float32)
    wanted = torch.nn.functional.interpolate(
        torch.from_numpy(values)[None, None], scale_factor=16, mode="bilinear", align_corners=False
    )[0, 0].numpy()
    np.testing.assert_allclose(map_to_frame(make_map(values), Size(96, 80)), wanted, atol=1e-6)


def test_heat_is_fixed_to_the_limit_and_never_stretched() -> None:
    frame = np.full((128, 128, 3), 90, np.uint8)
    cool = make_map(np.full((8, 8), 0.49))
    assert np.array_equal(overlay(frame, cool, 1.0), frame)
    warm = overlay(frame, make_map(np.full((8, 8), 0.8)), 1.0)
    assert (warm != frame).any()
    assert np.array_equal(warm, overlay(frame, make_map(np.full((8, 8), 1.6)), 2.0))


def test_lightness_rises_with_the_ratio() -> None:
    frame = np.full((64, 64), 60, np.uint8)
    brightness = [
        overlay(frame, make_map(np.full((4, 4), ratio)), 1.0)[20:40, 20:40].mean() for ratio in (0.7, 0.99, 1.5, 2.0)
    ]
    assert brightness == sorted(brightness)


@pytest.mark.parametrize("value", [1.2, 1.001])
def test_what_is_above_the_limit_has_a_contour(value: float) -> None:
    values = np.zeros((8, 8))
    values[3, 4] = value
    picture = overlay(np.full((128, 128), 90, np.uint8), make_map(values), 1.0)
    near = picture[40:72, 56:88]
    assert (near == 255).all(axis=2).any()
    values[3, 4] = 0.99
    without = overlay(np.full((128, 128), 90, np.uint8), make_map(values), 1.0)
    assert not (without == 255).all(axis=2).any()


def test_what_is_not_a_number_is_painted() -> None:
    frame = np.full((64, 64, 3), 90, np.uint8)
    values = np.zeros((4, 4))
    values[1, 1] = np.nan
    assert (overlay(frame, make_map(values), 1.0) != frame).any()


def test_the_frame_itself_is_not_touched() -> None:
    frame = np.full((64, 64, 3), 90, np.uint8)
    frame.flags.writeable = False
    overlay(frame, make_map(np.full((4, 4), 3.0)), 1.0)
    assert (frame == 90).all()
