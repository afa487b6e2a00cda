"""How a recipe cuts its frames into tiles, which scale finds a defect of a given size, and what that costs.

A model fixes the side of a tile and of a cell; a computer fixes what a tile costs. Both are handed in, so that the
set-up shows the grid that the line will use and a time that was measured, or none.
"""

import math
from dataclasses import dataclass
from typing import Final

from inspector.core.area import area_cells
from inspector.core.geometry import Polygon, Rect, Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.tiling import build_grid

MOST_SCALE: Final = 4.0
_SCALE_STEPS: Final = 64  # scales are multiples of 1/64, as training chooses them
_MOST_TILES: Final = 4096


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What a model and a computer say of a tile.

    Attributes:
        tile_px, cell_px: sides of a tile and of a cell, in network pixels.
        rim_cells: cells at a tile's border that a neighbor must cover.
        token_px: side of what the network sees as one place, in network pixels.
        ms_per_tile, ms_per_frame: measured on this computer; None when it was not measured.
        mb_per_tile, mb_base: memory of a tile in work, and of the model itself; None when not measured.
    """

    tile_px: int
    cell_px: int
    rim_cells: int = 1
    token_px: int = 16
    ms_per_tile: float | None = None
    ms_per_frame: float = 0.0
    mb_per_tile: float | None = None
    mb_base: float = 0.0

    @property
    def reliable_px(self) -> int:
        """A defect that is at least this large in network pixels is found reliably: one token (uniad.md 13.1)."""
        return self.token_px

    @property
    def limit_px(self) -> int:
        """A defect smaller than this in network pixels is not to be relied on."""
        return self.token_px // 2

    @property
    def usual_overlap_px(self) -> int:
        """A quarter of a tile, and never less than the rims need."""
        return self.cell_px * max(self.tile_px // self.cell_px // 4, 2 * self.rim_cells + 1)


@dataclass(frozen=True, slots=True)
class TilePlan:
    """The tiles of one frame.

    Attributes:
        tiles: in pixels of the frame; they may reach over its far edges, where the frame is mirrored.
        whole: the whole frame is looked at once more, as one tile.
        area_share: of the frame's cells that count, 0 to 1.
        problem: why there is no plan, in English; "" when there is one.
    """

    tiles: tuple[Rect, ...] = ()
    whole: bool = False
    area_share: float = 0.0
    problem: str = ""

    @property
    def count(self) -> int:
        """Tiles that a frame costs."""
        return len(self.tiles) + self.whole

    def expected_ms(self, facts: TileFacts) -> float | None:
        """Time of the model for one frame; None when no tile was measured."""
        return None if facts.ms_per_tile is None else facts.ms_per_frame + self.count * facts.ms_per_tile

    def expected_mb(self, facts: TileFacts) -> float | None:
        """Memory of the model for one frame; None when it was not measured."""
        return None if facts.mb_per_tile is None else facts.mb_base + self.count * facts.mb_per_tile


@dataclass(frozen=True, slots=True)
class Cut:
    """Framing and scale that find a defect.

    Attributes:
        defect_px: the smallest defect in network pixels after scaling.
        reliable: it covers at least one token.
        findable: it covers at least half a token.
    """

    framing: Framing
    scale: float
    overlap_px: int
    defect_px: float
    reliable: bool
    findable: bool


def plan_tiles(recipe: Recipe, frame_size: Size, facts: TileFacts) -> TilePlan:
    """Lay the tiles of a recipe over a frame, as the model will.

    Never raises: what cannot be laid comes back with its problem, because a person is still drawing.
    """
    if recipe.framing is Framing.WHOLE:
        share = float(area_cells(frame_size, _coarse_px(frame_size), recipe.include, recipe.ignore).mean())
        return TilePlan(whole=share > 0, area_share=share, problem="" if share > 0 else "the area is empty")
    scale = recipe.scale
    scaled = Size(max(1, round(frame_size.height * scale)), max(1, round(frame_size.width * scale)))
    step = max(facts.tile_px - recipe.overlap_px, facts.cell_px)
    if math.ceil(scaled.height / step) * math.ceil(scaled.width / step) > _MOST_TILES:
        return TilePlan(problem=f"more than {_MOST_TILES} tiles")
    area = area_cells(scaled, facts.cell_px, _scaled(recipe.include, scale), _scaled(recipe.ignore, scale))
    if not area.any():
        return TilePlan(problem="the area is empty")
    try:
        grid = build_grid(
            scaled,
            tile_px=facts.tile_px,
            stride_px=facts.cell_px,
            overlap_px=recipe.overlap_px,
            rim_cells=facts.rim_cells,
            area=area,
        )
    except ValueError as error:
        return TilePlan(problem=str(error))
    side = facts.tile_px / scale
    tiles = tuple(Rect(x / scale, y / scale, side, side) for y, x in grid.origins.tolist())
    return TilePlan(tiles, recipe.framing is Framing.TILES_AND_WHOLE, float(area.mean()))


def cut_for(defect_px: float, frame_size: Size, facts: TileFacts) -> Cut:
    """The largest tiles on which a defect is still found reliably, because fewer tiles answer sooner.

    A frame that fits into one tile at that scale is looked at as a whole. A frame is never enlarged: that shows nothing
    that is not there, so a defect of less than a token stays one that is found less reliably, and is said to be.

    Args:
        defect_px: extent of the smallest defect in pixels of the frame.
        frame_size: of the frame.
        facts: of the model.

    Raises:
        ValueError: a defect without an extent.
    """
    if not (math.isfinite(defect_px) and defect_px > 0):
        raise ValueError(f"a defect of {defect_px} px has no extent")
    wanted = facts.reliable_px / defect_px
    scale = min(1.0, max(1, math.ceil(wanted * _SCALE_STEPS - 1e-9)) / _SCALE_STEPS)
    long_px, short_px = max(frame_size.height, frame_size.width), min(frame_size.height, frame_size.width)
    squash = facts.tile_px / long_px
    if squash >= wanted or long_px <= facts.tile_px:
        seen = defect_px * min(squash, facts.tile_px / short_px)
        framing = Framing.WHOLE
    else:
        seen = defect_px * scale
        # A long and thin frame squashed to a square tells little.
        framing = Framing.TILES_AND_WHOLE if long_px <= 2 * short_px else Framing.TILES
    return Cut(
        framing=framing,
        scale=1.0 if framing is Framing.WHOLE else scale,
        overlap_px=facts.usual_overlap_px,
        defect_px=seen,
        reliable=seen >= facts.reliable_px * 0.999,
        findable=seen >= facts.limit_px * 0.999,
    )


def seen_px(recipe: Recipe, defect_px: float, frame_size: Size, facts: TileFacts) -> float:
    """Extent of a defect in network pixels, as a recipe cuts its frames."""
    if recipe.framing is Framing.WHOLE:
        return defect_px * facts.tile_px / max(frame_size.height, frame_size.width)
    return defect_px * recipe.scale


def _scaled(polygons: tuple[Polygon, ...], scale: float) -> tuple[Polygon, ...]:
    return tuple(Polygon(tuple((x * scale, y * scale) for x, y in polygon.points)) for polygon in polygons)


def _coarse_px(size: Size) -> float:
    """Cells with which the share of an area is told to a hundredth."""
    return max(1.0, max(size.height, size.width) / 128)
