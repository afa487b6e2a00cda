"""Whether the seams of tiles show in the maps of a picture: steps at them, and the same picture cut elsewhere.

Maps are raw here, without level or contrast: what is compared are shares of a picture's own values (uniad.md 13.3).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Recipe
from inspector.core.tiling import TileGrid
from inspector.training.samples import Sample, load_picture
from inspector.vision.model import TiledModel
from inspector.vision.networks.config import STRIDE_PX


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A raw map (h, w) of tiles, and the share (N, h, w) that each tile has in each cell."""

    values: NDArray[np.float32]
    shares: NDArray[np.float32]

    def edges(self, axis: int) -> NDArray[np.bool_]:
        """Of all steps from a cell to the next along an axis: where some tile's share begins or ends."""
        return np.asarray(np.diff(self.shares > 0, axis=axis + 1).any(axis=0))

    @property
    def band(self) -> NDArray[np.bool_]:
        """Cells that several tiles share."""
        return np.asarray(np.count_nonzero(self.shares > 0, axis=0) > 1)

    def part(self, low: Sequence[int], high: Sequence[int]) -> "Look":
        """The cells from one corner (y, x) up to another."""
        kept = (slice(low[0], high[0]), slice(low[1], high[1]))
        return Look(self.values[kept], self.shares[:, *kept])


def measure_seams(model: TiledModel, recipe: Recipe, samples: Sequence[Sample], *, left_px: int = 0) -> dict[str, Any]:
    """Figures of every picture, and of good and defective ones together.

    Args:
        model: taught the recipe's product in tiles.
        recipe: how it is cut.
        samples: test pictures.
        left_px: columns of every picture that are cut off at its left, for example a backdrop.
    """
    # In whole tokens, so that both looks have their tokens at the same places of the picture.
    half_px = (model.manifest.geometry.tile_px - recipe.overlap_px) // 2 // STRIDE_PX * STRIDE_PX
    rows: list[dict[str, Any]] = []
    for sample in samples:
        picture = load_picture(sample)[:, left_px:]
        values, grid = look(model, recipe, np.ascontiguousarray(picture))
        moved = shifted(model, recipe, picture, half_px)
        rows.append(
            {
                "name": sample.name,
                "defective": sample.defective,
                "tiles": grid.count,
                "seam_steps": round(seam_steps(values, grid), 4),
                "half_stride": differences(*moved) | with_and_without(*moved),
                "half_token": differences(*shifted(model, recipe, picture, STRIDE_PX // 2)),
            }
        )
    kinds = {"good": False, "defective": True}
    groups = {name: [row for row in rows if row["defective"] is kind] for name, kind in kinds.items()}
    return {"pooled": {name: _pooled(group) for name, group in groups.items() if group}, "pictures": rows}


def look(model: TiledModel, recipe: Recipe, picture: NDArray[np.uint8]) -> tuple[NDArray[np.float32], TileGrid]:
    """The raw map of a picture's tiles, and how it was cut."""
    model.prepare(recipe, Size.of(picture.shape))
    values, grid = model.views(picture).tiles, model.plan.grid
    if values is None or grid is None:
        raise ValueError(f"{recipe.product} is not looked at in tiles")
    return values, grid


def shares(grid: TileGrid) -> NDArray[np.float32]:
    """The share (N, h, w) that each tile has in each cell of the map."""
    padded = (grid.padded_size.height // grid.stride_px, grid.padded_size.width // grid.stride_px)
    found = np.zeros((grid.count, *padded), np.float32)
    for share, (y, x), weights in zip(found, grid.origins // grid.stride_px, grid.weights, strict=True):
        share[y : y + grid.cells, x : x + grid.cells] = weights
    return found[:, : grid.map_shape[0], : grid.map_shape[1]]


def seam_steps(values: NDArray[np.float32], grid: TileGrid) -> float:
    """Mean absolute step from cell to cell at seams, over that of the same map elsewhere; about 1 where none shows.

    A map is enlarged from tokens, so a step is held against steps at the same place in a token of the leading tile.
    """
    seen = Look(values, shares(grid))
    leader = seen.shares.argmax(axis=0)
    found, usual = 0.0, 0.0
    for axis in (0, 1):
        steps, edges = np.abs(np.diff(values, axis=axis)), seen.edges(axis)
        cells = np.indices(values.shape)[axis] - grid.origins[leader, axis] // grid.stride_px
        places = np.delete(cells % (STRIDE_PX // grid.stride_px), 0, axis=axis)
        for place in np.unique(places[edges]):
            here = places == place
            found += float(steps[edges & here].sum())
            usual += float(steps[~edges & here].mean()) * int((edges & here).sum())
    return found / usual if usual else math.nan


def shifted(model: TiledModel, recipe: Recipe, picture: NDArray[np.uint8], shift_px: int) -> tuple[Look, Look]:
    """The part that two crops of a picture share, an overlap away from their borders, as each of them shows it.

    They lie so many network pixels apart along axes of several tiles, and hold whole strides there, so that the tiles
    of both lie equally far from each other. Only that part counts in both, so that both are cut off at its peak.
    """
    tile_px, step_px = model.manifest.geometry.tile_px, model.manifest.geometry.tile_px - recipe.overlap_px
    sides = [int(side * recipe.scale) for side in picture.shape[:2]]
    strides = [max(0, side - shift_px - tile_px) // step_px for side in sides]
    lengths = [tile_px + count * step_px if count else side for count, side in zip(strides, sides, strict=True)]
    shifts = [shift_px if count else 0 for count in strides]
    margins = [recipe.overlap_px if count else 0 for count in strides]

    def seen(places: Sequence[int]) -> Look:
        crop = tuple(
            slice(round(place / recipe.scale), round((place + length) / recipe.scale))
            for place, length in zip(places, lengths, strict=True)
        )
        low = [shift + margin - place for shift, margin, place in zip(shifts, margins, places, strict=True)]
        high = [length - margin - place for length, margin, place in zip(lengths, margins, places, strict=True)]
        (top, left), (bottom, right) = ([side / recipe.scale for side in corner] for corner in (low, high))
        area = Polygon(((left, top), (right, top), (right, bottom), (left, bottom)))
        values, grid = look(model, replace(recipe, include=(area,)), np.ascontiguousarray(picture[crop]))
        corners = ([math.ceil(side / grid.stride_px) for side in corner] for corner in (low, high))
        return Look(values, shares(grid)).part(*corners)

    return seen((0, 0)), seen(shifts)


def differences(first: Look, second: Look) -> dict[str, float]:
    """Of one cell's values: a hot one's in shares of its own heat, a cold one's of what is usual; and of the peaks."""
    mean = (first.values + second.values) / 2
    found = np.abs(first.values - second.values) / np.maximum(mean, np.median(mean))
    return {
        "median": round(float(np.median(found)), 4),
        "p99": round(float(np.quantile(found, 0.99)), 4),
        "max": round(float(found.max()), 4),
        "score": round(abs(float(first.values.max() / second.values.max()) - 1), 4),
    }


def with_and_without(first: Look, second: Look) -> dict[str, float]:
    """Steps at seams, and values in bands that tiles share, over those of the same places in the look without one.

    What the picture shows is the same in both, so that it cancels out.
    """
    steps = np.zeros(2)
    for axis in (0, 1):
        sizes = [np.abs(np.diff(one.values, axis=axis)) for one in (first, second)]
        steps += _paired(sizes, [one.edges(axis) for one in (first, second)])
    level = _paired([first.values, second.values], [first.band, second.band])
    return {"steps": round(float(steps[0] / steps[1]), 4), "level": round(float(level[0] / level[1]), 4)}


def _paired(values: Sequence[NDArray[np.float32]], marks: Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Sums where only one of two is marked: of the one that is, and of the other."""
    only = (marks[0] & ~marks[1], marks[1] & ~marks[0])
    marked = values[0][only[0]].sum() + values[1][only[1]].sum()
    bare = values[1][only[0]].sum() + values[0][only[1]].sum()
    return np.array([marked, bare], np.float64)


def _pooled(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Over pictures: the middle of all figures, and the worst of the largest differences."""
    found: dict[str, Any] = {"pictures": len(rows), "seam_steps": round(median(row["seam_steps"] for row in rows), 4)}
    for shift in ("half_stride", "half_token"):
        columns = {name: [row[shift][name] for row in rows] for name in rows[0][shift]}
        found[shift] = {name: max(v) if name == "max" else round(median(v), 4) for name, v in columns.items()}
    return found
