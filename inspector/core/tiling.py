"""Where tiles lie on a frame and how their scores join into one map.

Everything here is in network pixels: the frame after the recipe's scale. Origins are multiples of the network's
stride, so the cells of overlapping tiles coincide and joining them needs no interpolation. Sides that are no multiple
of the stride are mirror-extended by less than one cell, and sides shorter than a tile up to one tile; never black.

Source: overlap-add with tapered windows; specification in uniad.md 13.1 to 13.3.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size


@dataclass(frozen=True, slots=True, eq=False)
class TileGrid:
    """Tiles over one frame size.

    Attributes:
        image_size: the scaled frame, in network pixels.
        padded_size: after mirror extension to the right and below.
        tile_px: side of a tile; stride_px: side of a cell; both in network pixels.
        origins: int32 (N, 2) as (y, x), multiples of `stride_px`, row-major.
        weights: float32 (N, t, t), t cells a side: how much each cell of each tile counts. They sum to 1 over the tiles
            that cover a cell.
        area: bool (h, w), cells that count; the others are 0 in every map.
    """

    image_size: Size
    padded_size: Size
    tile_px: int
    stride_px: int
    origins: NDArray[np.int32]
    weights: NDArray[np.float32]
    area: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Number of tiles."""
        return int(self.origins.shape[0])

    @property
    def cells(self) -> int:
        """Cells along a side of a tile."""
        return self.tile_px // self.stride_px

    @property
    def map_shape(self) -> tuple[int, int]:
        """(h, w) of the map: the cells that touch the frame."""
        return (int(self.area.shape[0]), int(self.area.shape[1]))

    def blend(self, tile_values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Join overlapping tile values into one map; the reference that device code must equal.

        Args:
            tile_values: (N, t, t), tiles in the order of `origins`.

        Returns:
            (h, w); cells outside the area are 0.

        Raises:
            ValueError: the shape differs from (count, cells, cells).
        """
        cells = self.cells
        if tile_values.shape != (self.count, cells, cells):
            raise ValueError(f"expected {(self.count, cells, cells)} tile values, got {tile_values.shape}")
        padded = (self.padded_size.height // self.stride_px, self.padded_size.width // self.stride_px)
        joined = np.zeros(padded, np.float32)
        for (y, x), values, weights in zip(self.origins // self.stride_px, tile_values, self.weights, strict=True):
            joined[y : y + cells, x : x + cells] += values * weights
        height, width = self.map_shape
        return np.where(self.area, joined[:height, :width], np.float32(0))


def build_grid(
    image_size: Size,
    *,
    tile_px: int,
    stride_px: int,
    overlap_px: int,
    rim_cells: int = 1,
    area: NDArray[np.bool_] | None = None,
) -> TileGrid:
    """Lay tiles over a frame.

    Args:
        image_size: the scaled frame in network pixels.
        tile_px: side of a tile, a multiple of `stride_px`.
        stride_px: side of a cell.
        overlap_px: least overlap of neighbors; rounded up to whole cells. At least `2 * rim_cells + 1` cells.
        rim_cells: cells at a tile's border that are discarded where a neighbor covers them, because tokens at the rim
            see one-sided context; kept at the frame's own edges.
        area: bool (h, w) with h = ceil(height / stride_px); None counts every cell. Tiles without a cell of the area
            are left out.

    Raises:
        ValueError: sizes that do not fit together, or an empty area.
    """
    if tile_px <= 0 or stride_px <= 0 or tile_px % stride_px:
        raise ValueError(f"tile {tile_px} px is not a positive multiple of the stride {stride_px} px")
    if min(image_size.height, image_size.width) < 1:
        raise ValueError(f"image size {image_size} has a side below 1")
    cells = tile_px // stride_px
    overlap = math.ceil(overlap_px / stride_px)
    if not 2 * rim_cells + 1 <= overlap < cells:
        raise ValueError(
            f"overlap {overlap_px} px must be {2 * rim_cells + 1} to {cells - 1} cells of {stride_px} px"
            f" with a rim of {rim_cells}"
        )
    shape = (math.ceil(image_size.height / stride_px), math.ceil(image_size.width / stride_px))
    if area is None:
        area = np.ones(shape, np.bool_)
    if area.shape != shape:
        raise ValueError(f"area is {area.shape} cells, the frame has {shape}")
    if not area.any():
        raise ValueError("the area holds no cell of the frame")
    rows = _axis_origins(shape[0], cells, overlap)
    columns = _axis_origins(shape[1], cells, overlap)
    row_weights = _axis_weights(rows, cells, rim_cells)
    column_weights = _axis_weights(columns, cells, rim_cells)
    origins: list[tuple[int, int]] = []
    weights: list[NDArray[np.float64]] = []
    for y, row_weight in zip(rows, row_weights, strict=True):
        for x, column_weight in zip(columns, column_weights, strict=True):
            if area[y : y + cells, x : x + cells].any():
                origins.append((y * stride_px, x * stride_px))
                weights.append(np.outer(row_weight, column_weight))
    all_weights = np.stack(weights).astype(np.float32)
    cell_origins = np.asarray(origins, np.int32)
    for array in (cell_origins, all_weights, area):
        array.flags.writeable = False
    return TileGrid(
        image_size=image_size,
        padded_size=Size(max(shape[0], cells) * stride_px, max(shape[1], cells) * stride_px),
        tile_px=tile_px,
        stride_px=stride_px,
        origins=cell_origins,
        weights=all_weights,
        area=area,
    )


def _axis_origins(length: int, cells: int, overlap: int) -> list[int]:
    """Origins along one axis in cells, spread evenly so that overlaps are nearly equal."""
    if length <= cells:
        return [0]
    step = cells - overlap
    count = math.ceil((length - cells) / step) + 1
    return [round(index * (length - cells) / (count - 1)) for index in range(count)]


def _axis_weights(origins: list[int], cells: int, rim: int) -> list[NDArray[np.float64]]:
    """One window per tile of an axis: 0 in the discarded rim, a ramp across the overlap, 1 inside; they sum to 1."""
    length = origins[-1] + cells
    windows = []
    for index, origin in enumerate(origins):
        window = np.ones(cells)
        if index > 0:
            window *= _ramp(cells, origins[index - 1] + cells - origin, rim)
        if index < len(origins) - 1:
            window *= _ramp(cells, origin + cells - origins[index + 1], rim)[::-1]
        windows.append(window)
    total = np.zeros(length)
    for origin, window in zip(origins, windows, strict=True):
        total[origin : origin + cells] += window
    return [window / total[origin : origin + cells] for origin, window in zip(origins, windows, strict=True)]


def _ramp(cells: int, overlap: int, rim: int) -> NDArray[np.float64]:
    """Rising edge of a window whose first `overlap` cells are shared with the tile before it."""
    position = np.arange(cells)
    return np.clip((position - rim + 1) / (overlap - 2 * rim + 1), 0.0, 1.0)
