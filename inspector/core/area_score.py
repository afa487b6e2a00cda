"""A frame's score when small regions do not count: the highest limit at which some region is still large enough.

With it a limit can be moved without looking for regions again: a part fails exactly when this score is above the limit
(the same rule as `core.decision.decide` with its 8-connected regions).
"""

import math

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap


def score_at_area(anomaly_map: AnomalyMap, min_area_px: float) -> float:
    """The score of a frame whose regions below an area do not fail it; 0 when all of it together is too small.

    Cells are added from the highest value down until one connected group is large enough, so a small area costs little
    more than sorting the map.

    Args:
        anomaly_map: of the frame.
        min_area_px: in pixels of the frame; a region of exactly this area counts. 0 gives the map's own score.
    """
    cells = math.ceil(min_area_px / anomaly_map.cell_px**2 - 1e-9)
    if cells <= 1:
        return anomaly_map.score
    values = anomaly_map.values
    if cells > values.size:
        return 0.0
    return _first_group(values, cells)


def _first_group(values: NDArray[np.float32], cells: int) -> float:
    """Value of the cell with which a group first has this many cells; 0 when only cells without a value would do."""
    height, width = values.shape
    flat = values.ravel()
    order = np.argsort(-flat, kind="stable")
    parent: dict[int, int] = {}
    size: dict[int, int] = {}

    def root(cell: int) -> int:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for cell in order.tolist():
        if not flat[cell] > 0:
            return 0.0
        parent[cell], size[cell] = cell, 1
        row, column = divmod(cell, width)
        for y in range(max(0, row - 1), min(height, row + 2)):
            for x in range(max(0, column - 1), min(width, column + 2)):
                other = y * width + x
                if other != cell and other in parent:
                    first, second = root(cell), root(other)
                    if first != second:
                        if size[first] < size[second]:
                            first, second = second, first
                        parent[second] = first
                        size[first] += size[second]
        if size[root(cell)] >= cells:
            return float(flat[cell])
    return 0.0
