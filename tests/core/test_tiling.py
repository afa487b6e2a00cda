import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.geometry import Size
from inspector.core.tiling import TileGrid, build_grid

sides = st.integers(1, 2500)


def grid_of(height: int, width: int, overlap_px: int = 64, rim: int = 1) -> TileGrid:
    return build_grid(Size(height, width), tile_px=256, stride_px=16, overlap_px=overlap_px, rim_cells=rim)


def cut(plane: np.ndarray, grid: TileGrid) -> np.ndarray:
    """Tile values of a model stub that returns what lies under each cell."""
    cells = grid.cells
    return np.stack([plane[y : y + cells, x : x + cells] for y, x in grid.origins // grid.stride_px])


@given(sides, sides, st.sampled_from([(48, 1), (64, 1), (128, 1), (96, 2), (240, 1)]))
def test_every_cell_is_covered_and_weights_sum_to_one(height: int, width: int, tiling: tuple[int, int]) -> None:
    grid = grid_of(height, width, *tiling)
    assert np.allclose(grid.blend(np.ones((grid.count, 16, 16), np.float32)), 1, atol=1e-5)


@given(sides, sides, st.integers(0, 2**32 - 1))
def test_blending_what_every_tile_agrees_on_gives_it_back(height: int, width: int, seed: int) -> None:
    grid = grid_of(height, width)
    plane = np.random.default_rng(seed).random(
        (grid.padded_size.height // 16, grid.padded_size.width // 16), dtype=np.float32
    )
    joined = grid.blend(cut(plane, grid))
    assert np.allclose(joined, plane[: joined.shape[0], : joined.shape[1]], atol=1e-5)


@given(sides, sides)
def test_tiles_stay_inside_and_extend_the_frame_by_less_than_a_cell(height: int, width: int) -> None:
    grid = grid_of(height, width)
    ends = grid.origins + 256
    assert (grid.origins >= 0).all()
    assert ends[:, 0].max() == grid.padded_size.height
    assert ends[:, 1].max() == grid.padded_size.width
    assert grid.padded_size.height - max(height, 256) < 16
    assert grid.padded_size.width - max(width, 256) < 16
    assert not (grid.origins % 16).any()


@given(st.integers(257, 2500))
def test_overlaps_are_at_least_what_was_asked(width: int) -> None:
    columns = np.unique(grid_of(256, width, overlap_px=96).origins[:, 1])
    assert (np.diff(columns) <= 256 - 96).all()


def test_counts_of_the_specification() -> None:
    # Tiles of 512 in steps of 448, and of 256 in steps of 224, over 2448 x 2048.
    frame = Size(2048, 2448)
    assert build_grid(frame, tile_px=512, stride_px=32, overlap_px=64, rim_cells=0).count == 30
    assert build_grid(frame, tile_px=256, stride_px=16, overlap_px=32, rim_cells=0).count == 99


def test_rim_counts_for_nothing_where_a_neighbor_covers_it_but_counts_at_the_frame_edge() -> None:
    grid = grid_of(256, 448)
    left, right = grid.weights
    assert left[0, 0] == 1
    assert right[0, -1] == 1
    assert (left[:, -1] == 0).all()
    assert (right[:, 0] == 0).all()


def test_tiles_outside_the_area_are_left_out_and_their_cells_are_zero() -> None:
    area = np.zeros((32, 64), np.bool_)
    area[4:8, 2:6] = True
    grid = build_grid(Size(512, 1024), tile_px=256, stride_px=16, overlap_px=64, area=area)
    assert grid.count == 1
    joined = grid.blend(np.ones((1, 16, 16), np.float32))
    assert joined[area].min() == 1
    assert joined[~area].max() == 0


@pytest.mark.parametrize(
    ("tile", "stride", "overlap", "message"),
    [
        (250, 16, 64, "multiple"),
        (256, 16, 16, "overlap"),
        (256, 16, 256, "overlap"),
        (0, 16, 64, "multiple"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(tile: int, stride: int, overlap: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_grid(Size(500, 500), tile_px=tile, stride_px=stride, overlap_px=overlap)


def test_empty_area_and_wrong_tile_values_are_refused() -> None:
    with pytest.raises(ValueError, match="no cell"):
        build_grid(Size(256, 256), tile_px=256, stride_px=16, overlap_px=64, area=np.zeros((16, 16), np.bool_))
    with pytest.raises(ValueError, match="expected"):
        grid_of(256, 256).blend(np.zeros((2, 16, 16), np.float32))
