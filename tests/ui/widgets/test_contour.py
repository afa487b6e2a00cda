"""The line around what exceeds the limit."""

import time

import numpy as np
import pytest

from inspector.ui.widgets.contour import contour_segments


def ends(segments: np.ndarray) -> dict[tuple[float, float], int]:
    counted: dict[tuple[float, float], int] = {}
    for point in segments.reshape(-1, 2).round(6).tolist():
        counted[tuple(point)] = counted.get(tuple(point), 0) + 1
    return counted


def test_nothing_above_gives_no_line() -> None:
    assert contour_segments(np.full((4, 5), 1.0, np.float32), 1.0).shape == (0, 2, 2)


def test_one_cell_is_enclosed_by_four_segments_around_its_center() -> None:
    values = np.zeros((3, 3), np.float32)
    values[1, 2] = 2.0
    segments = contour_segments(values, 1.0)
    assert segments.shape == (4, 2, 2)
    assert sorted(ends(segments)) == [(2.0, 1.5), (2.5, 1.0), (2.5, 2.0), (3.0, 1.5)]


@pytest.mark.parametrize("seed", range(5))
def test_lines_are_closed(seed: int) -> None:
    values = np.random.default_rng(seed).random((12, 17)).astype(np.float32)
    counted = ends(contour_segments(values, 0.5))
    assert counted
    assert set(counted.values()) <= {2, 4}


def test_lines_lie_where_the_map_crosses_the_limit() -> None:
    y, x = np.mgrid[0:40, 0:50].astype(np.float32)
    values = np.maximum(0, 3 - 0.2 * np.hypot(x - 24, y - 19)).astype(np.float32)
    points = contour_segments(values, 1.0).reshape(-1, 2)
    radius = np.hypot(points[:, 0] - 24.5, points[:, 1] - 19.5)
    assert np.abs(radius - 10.0).max() < 0.1


def test_a_large_map_takes_milliseconds() -> None:
    values = np.random.default_rng(0).random((256, 342)).astype(np.float32) ** 4
    began = time.thread_time()
    contour_segments(values, 0.9)
    assert time.thread_time() - began < 0.05
