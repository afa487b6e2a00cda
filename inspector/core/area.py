"""Which cells of a map belong to the area that a recipe inspects."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Polygon, Size

_SAMPLES = 4  # points along each side of a cell; 16 a cell tell its coverage to 6 %


def area_cells(
    frame_size: Size, cell_px: float, include: Sequence[Polygon], ignore: Sequence[Polygon]
) -> NDArray[np.bool_]:
    """Cells of which at least half lies inside an include polygon and outside every ignore polygon.

    Args:
        frame_size: in pixels of the frame.
        cell_px: side of a cell in pixels of the frame.
        include: no polygon means the whole frame.
        ignore: what is cut out again.

    Returns:
        bool (h, w), h = ceil(height / cell_px).
    """
    shape = (math.ceil(frame_size.height / cell_px - 1e-9), math.ceil(frame_size.width / cell_px - 1e-9))
    if not include and not ignore:
        return np.ones(shape, np.bool_)
    y = (np.arange(shape[0] * _SAMPLES) + 0.5) * cell_px / _SAMPLES
    x = (np.arange(shape[1] * _SAMPLES) + 0.5) * cell_px / _SAMPLES
    inside = np.zeros((y.size, x.size), np.bool_) if include else np.ones((y.size, x.size), np.bool_)
    for polygon in include:
        inside |= _contains(polygon, y, x)
    for polygon in ignore:
        inside &= ~_contains(polygon, y, x)
    coverage = inside.reshape(shape[0], _SAMPLES, shape[1], _SAMPLES).mean(axis=(1, 3))
    return np.asarray(coverage >= 0.5)


def _contains(polygon: Polygon, y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Even-odd rule for every point of a grid, one edge at a time."""
    inside = np.zeros((y.size, x.size), np.bool_)
    points = polygon.points
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        crosses = (y0 > y) != (y1 > y)
        if crosses.any():
            rows = np.flatnonzero(crosses)
            edge_x = x0 + (y[rows] - y0) * (x1 - x0) / (y1 - y0)
            inside[rows] ^= x[None, :] < edge_x[:, None]
    return inside
