import pytest
import torch
from torch import Tensor

from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import light
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.networks.offset import SPOT_PX, change_centroids, measure_offset, textured_tiles
from tests.support.vision import light_offset


@pytest.fixture(scope="module")
def detector() -> Detector:
    return build_detector(light(), backbone_state=load_lite0_weights())


@pytest.fixture(scope="module")
def offset() -> tuple[float, float]:
    return light_offset()


def shifted_means(dx: int, dy: int) -> object:
    """Stand-in features: the mean brightness of each cell, of a tile moved by (dx, dy) against the grid."""

    def features(x: Tensor) -> Tensor:
        moved = torch.roll(x, (-dy, -dx), dims=(2, 3))
        return torch.nn.functional.avg_pool2d(moved, 16).flatten(2).transpose(1, 2)

    return features


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (5, -3), (-7, 7)])
def test_finds_a_known_offset(dx: int, dy: int) -> None:
    found = measure_offset(shifted_means(dx, dy), 256, textures=8, spots=64)
    assert found == pytest.approx((dx, dy), abs=0.75)


def test_features_that_see_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="do not react"):
        measure_offset(lambda x: torch.zeros(len(x), 256, 4), 256)


def test_measured_offset_is_small_and_repeatable(detector: Detector, offset: tuple[float, float]) -> None:
    dx, dy = offset
    assert 0 < dx < 4
    assert 0 < dy < 4
    assert measure_offset(detector.features, 256, textures=4, seed=8) == pytest.approx(offset, abs=0.7)
    once, again = (measure_offset(detector.features, 256, textures=1, spots=2, seed=3) for _ in range(2))
    assert once == again


def mean_errors(detector: Detector, corners: Tensor) -> Tensor:
    """Where a spot is found minus where it is, (n, 2) px, mean over textures, without any correction."""
    tiles = textured_tiles(6, 256, torch.Generator().manual_seed(9))
    found = torch.stack([change_centroids(detector.features, tile, corners) for tile in tiles]).mean(dim=0)
    return found - (corners + (SPOT_PX - 1) / 2)


def test_corrected_map_is_right_all_over_the_tile(detector: Detector, offset: tuple[float, float]) -> None:
    places = torch.tensor([28, 60, 125, 190, 222])
    diagonals = torch.cat([torch.stack([places, places], dim=1), torch.stack([places, places.flip(0)], dim=1)])
    errors = mean_errors(detector, diagonals) + torch.tensor(offset)
    assert float(errors.abs().max()) < 4
    # The outermost token cannot follow a spot beyond its own middle; tiling discards that rim.
    rim = mean_errors(detector, torch.tensor([[4, 4], [246, 246]])) + torch.tensor(offset)
    assert float(rim.abs().max()) < 12


def test_corner_alignment_drifts_across_the_tile(detector: Detector) -> None:
    # The published geometry puts token i on pixel 17 i of 256: left on one side of the tile, right on the other.
    corners = torch.tensor([[28, 125], [222, 125]])
    centres = corners + (SPOT_PX - 1) / 2
    tokens = (mean_errors(detector, corners) + centres - 7.5) / 16
    left, right = (tokens * 255 / 15 - centres)[:, 0].tolist()
    assert left < -4
    assert right > 2
