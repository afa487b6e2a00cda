"""The line where a map crosses the limit.

Source: marching squares (Lorensen and Cline, 1987, in two dimensions), all cells at once, because a loop in Python over
153 x 128 cells would hold the window for a tenth of a second.
"""

import numpy as np
from numpy.typing import NDArray

_LEFT, _TOP, _RIGHT, _BOTTOM = range(4)
# Which edges a segment joins, by corners above the level: upper left 1, upper right 2, lower right 4, lower left 8.
_SEGMENTS: tuple[tuple[tuple[int, int], ...], ...] = (
    (),
    ((_LEFT, _TOP),),
    ((_TOP, _RIGHT),),
    ((_LEFT, _RIGHT),),
    ((_RIGHT, _BOTTOM),),
    ((_LEFT, _TOP), (_RIGHT, _BOTTOM)),
    ((_TOP, _BOTTOM),),
    ((_LEFT, _BOTTOM),),
    ((_BOTTOM, _LEFT),),
    ((_TOP, _BOTTOM),),
    ((_TOP, _RIGHT), (_BOTTOM, _LEFT)),
    ((_RIGHT, _BOTTOM),),
    ((_LEFT, _RIGHT),),
    ((_TOP, _RIGHT),),
    ((_LEFT, _TOP),),
    (),
)


def contour_segments(values: NDArray[np.float32], level: float) -> NDArray[np.float64]:
    """Segments of the closed lines around everything above a level.

    Args:
        values: (h, w); a cell's value stands at its center. Outside the map counts as 0.
        level: above 0; a value equal to it is not above.

    Returns:
        (n, 2, 2): two ends as (x, y) in cells, so that the center of cell (r, c) is (c + 0.5, r + 0.5).
    """
    padded = np.pad(np.asarray(values, np.float64), 1)
    above = padded > level
    codes = (
        above[:-1, :-1].astype(np.uint8)
        | (above[:-1, 1:].astype(np.uint8) << 1)
        | (above[1:, 1:].astype(np.uint8) << 2)
        | (above[1:, :-1].astype(np.uint8) << 3)
    )
    rows, columns = np.nonzero((codes > 0) & (codes < 15))
    if rows.size == 0:
        return np.zeros((0, 2, 2))
    found = codes[rows, columns]
    corners = (
        padded[rows, columns],
        padded[rows, columns + 1],
        padded[rows + 1, columns + 1],
        padded[rows + 1, columns],
    )
    edges = _edge_points(rows, columns, corners, level)
    segments = []
    for code, pairs in enumerate(_SEGMENTS):
        chosen = found == code
        if chosen.any():
            segments += [np.stack((edges[first][chosen], edges[second][chosen]), axis=1) for first, second in pairs]
    # Padded corner (0, 0) is the center of the cell at (-1, -1).
    return np.concatenate(segments) - 0.5


def _edge_points(
    rows: NDArray[np.intp], columns: NDArray[np.intp], corners: tuple[NDArray[np.float64], ...], level: float
) -> tuple[NDArray[np.float64], ...]:
    """Where the level crosses each of the four edges of each square; nonsense on edges it does not cross."""
    upper_left, upper_right, lower_right, lower_left = corners
    x, y = columns.astype(np.float64), rows.astype(np.float64)
    return (
        np.stack((x, y + _share(upper_left, lower_left, level)), axis=1),
        np.stack((x + _share(upper_left, upper_right, level), y), axis=1),
        np.stack((x + 1, y + _share(upper_right, lower_right, level)), axis=1),
        np.stack((x + _share(lower_left, lower_right, level), y + 1), axis=1),
    )


def _share(start: NDArray[np.float64], end: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    difference = end - start
    safe = np.where(difference == 0, 1.0, difference)
    return np.clip((level - start) / safe, 0.0, 1.0)
