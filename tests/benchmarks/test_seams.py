"""The measures of seams see one that is there, and none where there is none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.core.geometry import Size
from inspector.core.tiling import build_grid
from tests.benchmarks.hires import line
from tests.benchmarks.seams import Look, differences, seam_steps, shares, with_and_without

GRID = build_grid(Size(256, 256 + 16 * 192), tile_px=256, stride_px=8, overlap_px=64, rim_cells=2)


def _enlarged(width: int) -> NDArray[np.float32]:
    """Noise of tokens, enlarged to cells: steps within a token are smaller than between two."""
    tokens = np.random.default_rng(3).random((16, width // 2 + 1), np.float32)
    cells = np.repeat(np.repeat(tokens, 2, axis=0), 2, axis=1)
    found: NDArray[np.float32] = (0.75 * cells[:, 1 : width + 1] + 0.25 * cells[:, :width] + 1).astype(np.float32)
    return np.roll(found, 1, axis=1)


def _look(values: NDArray[np.float32], *, hot: float) -> Look:
    """As tiles show it of which every second is hotter by so much."""
    extra = np.where(np.arange(GRID.count) % 2, np.float32(hot), np.float32(0))
    share = shares(GRID)
    return Look(values + np.tensordot(extra, share, axes=1), share)


def test_a_step_between_tiles_shows_and_none_does_not() -> None:
    values = _enlarged(GRID.map_shape[1])
    assert seam_steps(_look(values, hot=0).values, GRID) == pytest.approx(1, abs=0.1)
    assert seam_steps(_look(values, hot=5).values, GRID) > 1.5


def test_the_same_place_with_and_without_a_seam_tells_them_apart_exactly() -> None:
    values = _enlarged(GRID.map_shape[1])
    bare = Look(values, np.ones((1, *GRID.map_shape), np.float32))
    assert with_and_without(_look(values, hot=0), bare) == {"steps": 1.0, "level": 1.0}
    found = with_and_without(_look(values, hot=5), bare)
    assert found["steps"] > 1.5
    assert found["level"] > 1.5


def test_a_difference_counts_against_its_own_heat_or_what_is_usual() -> None:
    usual, share = np.ones((4, 4), np.float32), np.ones((1, 4, 4), np.float32)
    hot, cold = usual.copy(), usual.copy()
    hot[0, 0], cold[0, 0] = 9, 11
    assert differences(Look(hot, share), Look(cold, share))["max"] == pytest.approx(0.2)
    hot[0, 0], cold[0, 0] = 0, 0.1
    found = differences(Look(hot, share), Look(cold, share))
    assert found["max"] == pytest.approx(0.1)
    assert found["median"] == 0


def test_a_straight_line_is_found_again() -> None:
    assert line((1, 2, 10), (7, 9, 25)) == {"fixed": 5, "each": 2, "r2": 1}
