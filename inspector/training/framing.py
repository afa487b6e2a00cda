"""How each product's pictures become network input, decided from nothing but their sizes and number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from inspector.core.geometry import Size
from inspector.core.recipe import Framing
from inspector.core.tiling import build_grid
from inspector.vision.networks.config import STRIDE_PX, DetectorConfig
from inspector.vision.tiles import ModelGeometry

WHOLE_UP_TO: Final = 2.5
"""A frame whose long side is at most this many network inputs is judged whole: one token covers at most 40 px."""

SQUARE_UP_TO: Final = 2.0
"""Frames longer than this times their width are not squashed into a square."""

MAX_TILES: Final = 64
"""Tiles a frame may cost on a CPU."""

RIM_PX: Final = STRIDE_PX
"""Border of a tile in network pixels that a neighbor replaces: a token (uniad.md 13.2)."""

THUMBNAIL_FROM: Final = 20
"""Good pictures from which the whole frame is judged besides its tiles; fewer cannot calibrate a second view."""


@dataclass(frozen=True, slots=True)
class ProductFraming:
    """What `Recipe.framing`, `scale` and `overlap_px` are for a product."""

    framing: Framing
    scale: float
    overlap_px: int


def geometry_of(config: DetectorConfig, offset_px: tuple[float, float] = (0.0, 0.0)) -> ModelGeometry:
    """How frames are tiled for a detector."""
    return ModelGeometry(config.input_size, config.cell_px, RIM_PX // config.cell_px, offset_px)


def choose_framing(
    sizes: Sequence[Size], geometry: ModelGeometry, *, scale: float | None = None, whole: bool = False
) -> ProductFraming:
    """Choose how a product is framed.

    The rule, for the median long and short side of the product's good pictures (they may differ in size):

    1. Long side at most `WHOLE_UP_TO` network inputs and at most `SQUARE_UP_TO` times the short side: WHOLE. Shrinking
       so little keeps what a defect is made of, and one tile sees the whole part.
    2. Otherwise tiles at scale 1, so that no detail is lost. If that takes more than `MAX_TILES` tiles a frame, the
       scale is the largest that does not.
    3. Tiles cannot see what is larger than themselves, so the whole frame is added as one more view when it can be
       shrunk to a square without distorting it (2 : 1 at most) and `THUMBNAIL_FROM` pictures are there to calibrate
       it.

    Args:
        sizes: of the product's good pictures, at least one.
        geometry: of the model that is taught.
        scale: network pixels per frame pixel, where a person chose it; then the frame is always cut into tiles.
        whole: a person wants the frame squashed into one tile, whatever its size.

    Source: uniad.md 13.1 and 13.5.
    """
    if not sizes:
        raise ValueError("no sizes to choose a framing from")
    long_px = median(max(size.height, size.width) for size in sizes)
    aspect = median(max(size.height, size.width) / min(size.height, size.width) for size in sizes)
    overlap_px = default_overlap_px(geometry)
    if whole or (scale is None and long_px <= WHOLE_UP_TO * geometry.tile_px and aspect <= SQUARE_UP_TO):
        return ProductFraming(Framing.WHOLE, 1.0, overlap_px)
    largest = max(sizes, key=lambda size: size.height * size.width)
    scale = scale or _largest_scale(largest, geometry, overlap_px)
    thumbnail = aspect <= SQUARE_UP_TO and len(sizes) >= THUMBNAIL_FROM
    return ProductFraming(Framing.TILES_AND_WHOLE if thumbnail else Framing.TILES, scale, overlap_px)


def default_overlap_px(geometry: ModelGeometry) -> int:
    """A quarter of a tile in whole cells, and at least what discarding the rim needs."""
    return geometry.cell_px * max(geometry.cells // 4, 2 * geometry.rim_cells + 1)


def tiles_per_frame(size: Size, scale: float, geometry: ModelGeometry, overlap_px: int) -> int:
    """Tiles that a frame of this size is cut into at a scale."""
    scaled = Size(max(1, round(size.height * scale)), max(1, round(size.width * scale)))
    grid = build_grid(
        scaled,
        tile_px=geometry.tile_px,
        stride_px=geometry.cell_px,
        overlap_px=overlap_px,
        rim_cells=geometry.rim_cells,
    )
    return grid.count


def _largest_scale(size: Size, geometry: ModelGeometry, overlap_px: int) -> float:
    # In steps of 1/64, so that the recipe shows a number people can repeat.
    for steps in range(64, 0, -1):
        scale = steps / 64
        if tiles_per_frame(size, scale, geometry, overlap_px) <= MAX_TILES:
            return scale
    return math.ldexp(1.0, -6)
