"""What is looked at in a frame, and how the answers become one map: views, tiles, cells.

A frame has up to two views: its tiles at the recipe's scale, and the whole picture squashed to one tile. Each view has
its own level, so views are joined only after division by it (uniad.md 13.5). The whole picture may be looked at twice,
the second time turned: the mean of both maps is less noisy than either (docs/adr/0018). Tiles overlap anyway.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from inspector.core.area import area_cells
from inspector.core.contrast import raise_contrast
from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.tiling import TileGrid, build_grid
from inspector.vision.preprocess import as_rgb, mirror_extend, resize, scaled_size
from inspector.vision.turns import turned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.vision.turns import Turn

MOST_TILES: Final = 4096
"""A recipe that asks for more tiles in a frame is a mistake of its scale."""

PEAK_PX: Final = 32
"""Side in network pixels of the window whose mean is a frame's score."""


@dataclass(frozen=True, slots=True)
class ModelGeometry:
    """What a trained model fixes: sides of tile and cell, discarded rim, offset (dx, dy); px are network pixels."""

    tile_px: int
    cell_px: int
    rim_cells: int = 0
    offset_px: tuple[float, float] = (0.0, 0.0)

    @property
    def cells(self) -> int:
        """Cells along a side of a tile."""
        return self.tile_px // self.cell_px


@dataclass(frozen=True, slots=True, eq=False)
class WholeView:
    """The whole picture as one tile, and the way of its tokens to the map's cells.

    All of the frame, also where only a part of it counts: a model is taught with whole frames. Enlarging the area to
    the view would show it at a scale at which nothing was learned, and good parts would score far above the limit.

    Attributes:
        rows, columns: float32 (h, t) and (w, t); the map is rows @ tokens @ columns.T, linear between token centers.
        nearest: int64 (t * t,), the flat cell under each token's center. Such a cell gets at least the token's own
            value, so that interpolation never weakens a peak.
        second_look: how the picture is turned to be looked at once more; None where one look is all.
    """

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    nearest: NDArray[np.int64]
    second_look: Turn | None = None

    @property
    def tiles(self) -> int:
        """Tiles that it costs."""
        return 1 if self.second_look is None else 2


@dataclass(frozen=True, slots=True, eq=False)
class FramePlan:
    """Geometry of one recipe on one frame size.

    Attributes:
        image_size: of the frame, in its own pixels.
        geometry: what the model fixes.
        grid: tiles over the scaled frame; None without tiles.
        whole: None without the whole picture.
        cell_px: side of a map's cell in pixels of the frame.
        offset_px: as in `AnomalyMap`.
        area: bool (h, w), cells that count.
    """

    image_size: Size
    geometry: ModelGeometry
    grid: TileGrid | None
    whole: WholeView | None
    cell_px: float
    offset_px: tuple[float, float]
    area: NDArray[np.bool_]

    @property
    def tiles(self) -> int:
        """Tiles a frame costs: the grid's first, then the whole picture, then the same turned."""
        return (self.grid.count if self.grid else 0) + (self.whole.tiles if self.whole else 0)

    @property
    def tile_px(self) -> int:
        """Side of a tile in network pixels."""
        return self.geometry.tile_px

    @property
    def peak_cells(self) -> int:
        """Side in cells of the window whose mean is a frame's score."""
        return PEAK_PX // self.geometry.cell_px

    @property
    def map_shape(self) -> tuple[int, int]:
        """(h, w) of the frame's map."""
        return (int(self.area.shape[0]), int(self.area.shape[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """A frame resized for its views, RGB: to be cut into tiles, and squashed to one; None for a view not taken."""

    tiled: NDArray[np.uint8] | None
    whole: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True, eq=False)
class ViewMaps:
    """Raw maps of a frame's views, float32 (h, w) on the same cells, 0 outside the area; None for a view not taken."""

    tiles: NDArray[np.float32] | None
    whole: NDArray[np.float32] | None

    @property
    def tile_score(self) -> float:
        """Largest raw value of the tiles; 0.0 without tiles."""
        return 0.0 if self.tiles is None else float(self.tiles.max())

    @property
    def whole_score(self) -> float:
        """Largest raw value of the whole picture; 0.0 when it was not taken."""
        return 0.0 if self.whole is None else float(self.whole.max())

    def fused(self, tile_level: float, whole_level: float, contrast: float = 1.0) -> NDArray[np.float32]:
        """One map, 1 at the limit: the larger of the views in multiples of their levels, cell by cell, at a contrast.

        What is not finite stays so.
        """
        parts = []
        if self.tiles is not None:
            parts.append(self.tiles / np.float32(tile_level))
        if self.whole is not None:
            parts.append(self.whole / np.float32(whole_level))
        joined = parts[0] if len(parts) == 1 else np.maximum(parts[0], parts[1])
        return raise_contrast(joined, contrast)


def plan_frame(recipe: Recipe, image_size: Size, geometry: ModelGeometry, second_look: Turn | None = None) -> FramePlan:
    """Lay a recipe over a frame size.

    Args:
        recipe: what is looked at.
        image_size: of the frames.
        geometry: what the model fixes.
        second_look: how the whole picture, if it is looked at, is turned for a second look.

    Raises:
        InvalidRecipe: the area holds nothing of the frame, the overlap does not fit the model's tiles, or there would
            be more than `MOST_TILES` tiles.
    """
    if recipe.framing is Framing.WHOLE:
        return _plan_whole(recipe, image_size, geometry, second_look)
    scale = recipe.scale
    scaled = scaled_size(image_size, scale)
    stride_px = geometry.cell_px
    area = area_cells(scaled, stride_px, _scaled(recipe.include, scale), _scaled(recipe.ignore, scale))
    _check_area(area)
    step_px = max(geometry.tile_px - recipe.overlap_px, stride_px)
    if math.ceil(scaled.height / step_px) * math.ceil(scaled.width / step_px) > MOST_TILES:
        raise InvalidRecipe([f"scale: {scale} makes {scaled} of a frame of {image_size}, more than {MOST_TILES} tiles"])
    try:
        grid = build_grid(
            scaled,
            tile_px=geometry.tile_px,
            stride_px=stride_px,
            overlap_px=recipe.overlap_px,
            rim_cells=geometry.rim_cells,
            area=area,
        )
    except ValueError as error:
        raise InvalidRecipe([f"overlap_px: {error}"]) from error
    cell_px = stride_px / scale
    offset_px = (geometry.offset_px[0] / scale, geometry.offset_px[1] / scale)
    whole = None
    if recipe.framing is Framing.TILES_AND_WHOLE:
        shape = (area.shape[0], area.shape[1])
        whole = _whole_view(image_size, geometry, cell_px, offset_px, shape, second_look)
    return FramePlan(image_size, geometry, grid, whole, cell_px, offset_px, grid.area)


def resize_frame(image: NDArray[np.uint8], plan: FramePlan) -> Pictures:
    """Resize a frame for each view, and mirror-extend it for the tiles.

    Args:
        image: (H, W) or (H, W, 3) of the plan's size.
        plan: from `plan_frame`.
    """
    tiled = whole = None
    if plan.grid is not None:
        tiled = as_rgb(mirror_extend(resize(image, plan.grid.image_size), plan.grid.padded_size))
    if plan.whole is not None:
        whole = as_rgb(resize(image, Size(plan.tile_px, plan.tile_px)))
    return Pictures(tiled, whole)


def cut_tiles(pictures: Pictures, plan: FramePlan, out: NDArray[np.uint8]) -> None:
    """Copy what a plan looks at into (N, S, S, 3), in the order of `FramePlan.tiles`."""
    side = plan.tile_px
    if plan.grid is not None and pictures.tiled is not None:
        for tile, (y, x) in zip(out, plan.grid.origins.tolist(), strict=False):
            tile[:] = pictures.tiled[y : y + side, x : x + side]
    if plan.whole is not None and pictures.whole is not None:
        out[-plan.whole.tiles] = pictures.whole
        if plan.whole.second_look is not None:
            out[-1] = turned(pictures.whole, plan.whole.second_look)


def cut_frame(image: NDArray[np.uint8], plan: FramePlan) -> NDArray[np.uint8]:
    """Everything a plan looks at in a frame, as uint8 RGB (N, S, S, 3) in the order that `join_views` takes."""
    out = np.empty((plan.tiles, plan.tile_px, plan.tile_px, 3), np.uint8)
    cut_tiles(resize_frame(image, plan), plan, out)
    return out


def join_views(values: NDArray[np.float32], plan: FramePlan) -> ViewMaps:
    """Make the views' maps of token maps (N, t, t), in the order of `cut_frame`."""
    tiles = whole = None
    if plan.grid is not None:
        blended = plan.grid.blend(values[: plan.grid.count])
        tiles = clip_at_peak(blended, peak_windows(plan.area, plan.peak_cells))
    if plan.whole is not None:
        seen = values[-plan.whole.tiles]
        if plan.whole.second_look is not None:
            seen = (seen + turned(values[-1], plan.whole.second_look)) / np.float32(2)
        everywhere = np.ones_like(seen, np.bool_)
        whole = _spread(clip_at_peak(seen, peak_windows(everywhere, plan.peak_cells)), plan.whole, plan.area)
    return ViewMaps(tiles, whole)


def peak_windows(area: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Windows (h - side + 1, w - side + 1) of side x side cells that lie in the area (h, w) with every cell."""
    inside: NDArray[np.bool_] = _window_sums(area.astype(np.float32), side) == side * side
    return inside


def clip_at_peak(values: NDArray[np.float32], windows: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Cut a map (h, w) off at the largest mean of its windows, from `peak_windows`, so that this is its maximum.

    A defect that can be seen touches more than one token, or two neighboring ones share it; the highest of hundreds of
    single values is mostly noise. What is not finite stays so. Without any window nothing is cut.

    Source: UniAD scores a picture by the maximum of a 16 x 16 px mean of its map (uniad.md 11.3).
    """
    if not windows.any():
        return values
    side = values.shape[0] - windows.shape[0] + 1
    means = _window_sums(values, side) / np.float32(side * side)
    return np.where(np.isfinite(values), np.minimum(values, means[windows].max()), values)


def _window_sums(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Sum of every window of side x side; (0, ...) where none fits. By slices: running sums would spread infinities."""
    height, width = (max(0, length - side + 1) for length in values.shape)
    rows = sum((values[shift : shift + height] for shift in range(1, side)), start=values[:height])
    return sum((rows[:, shift : shift + width] for shift in range(1, side)), start=rows[:, :width])


def _spread(tokens: NDArray[np.float32], view: WholeView, area: NDArray[np.bool_]) -> NDArray[np.float32]:
    joined = view.rows @ tokens @ view.columns.T
    np.maximum.at(joined.reshape(-1), view.nearest, tokens.reshape(-1))
    return np.where(area, joined, np.float32(0))


def _plan_whole(recipe: Recipe, image_size: Size, geometry: ModelGeometry, second_look: Turn | None) -> FramePlan:
    width, height = image_size.width, image_size.height
    # Cells are square in the frame; the finer of the two pitches, so that every token has a cell of its own.
    cell_px = min(width, height) / geometry.cells
    offset_px = _whole_offset(image_size, geometry, second_look)
    area = area_cells(image_size, cell_px, recipe.include, recipe.ignore)
    _check_area(area)
    view = _whole_view(image_size, geometry, cell_px, offset_px, (area.shape[0], area.shape[1]), second_look)
    return FramePlan(image_size, geometry, None, view, cell_px, offset_px, area)


def _whole_view(
    image_size: Size,
    geometry: ModelGeometry,
    cell_px: float,
    offset_px: tuple[float, float],
    shape: tuple[int, int],
    second_look: Turn | None,
) -> WholeView:
    width, height = image_size.width, image_size.height
    cells = geometry.cells
    # Where the whole view's own offset differs from the map's, its tokens are moved against each other by the rest.
    own_x, own_y = _whole_offset(image_size, geometry, second_look)
    rows, row_of = _axis(shape[0], cell_px, own_y - offset_px[1], height / cells, cells)
    columns, column_of = _axis(shape[1], cell_px, own_x - offset_px[0], width / cells, cells)
    nearest = (row_of[:, None] * shape[1] + column_of[None, :]).reshape(-1)
    return WholeView(rows, columns, nearest, second_look)


def _whole_offset(image_size: Size, geometry: ModelGeometry, second_look: Turn | None) -> tuple[float, float]:
    """(dx, dy) of the whole view's map in pixels of the frame; along axes that are turned, two looks cancel it."""
    turned_axes = () if second_look is None else second_look.axes
    dx, dy = geometry.offset_px
    return (
        0.0 if 1 in turned_axes else dx * image_size.width / geometry.tile_px,
        0.0 if 0 in turned_axes else dy * image_size.height / geometry.tile_px,
    )


def _axis(
    count: int, cell_px: float, start_px: float, token_px: float, tokens: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Linear weights (count, tokens) of tokens at each cell's center, clamped at the ends; and each token's cell."""
    center = ((np.arange(count) + 0.5) * cell_px - start_px) / token_px - 0.5
    center = np.clip(np.round(center, 9), 0, tokens - 1)
    low = np.minimum(np.floor(center).astype(np.int64), tokens - 2)
    weights = np.zeros((count, tokens), np.float32)
    index = np.arange(count)
    weights[index, low] = 1 - (center - low)
    weights[index, low + 1] = center - low
    cell_of = np.floor(((np.arange(tokens) + 0.5) * token_px + start_px) / cell_px).astype(np.int64)
    return weights, np.clip(cell_of, 0, count - 1)


def _scaled(polygons: Sequence[Polygon], scale: float) -> tuple[Polygon, ...]:
    return tuple(Polygon(tuple((x * scale, y * scale) for x, y in polygon.points)) for polygon in polygons)


def _check_area(area: NDArray[np.bool_]) -> None:
    if not area.any():
        raise InvalidRecipe(["include, ignore: no cell of the frame is left to be inspected"])
