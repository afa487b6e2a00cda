"""Stored tiles with the maps they must give: how a model that silently turned wrong is found (R-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_TOLERANCE: Final = 2e-3
"""Largest difference of a cell, relative to its tile's largest value, that float32 runtimes may have (uniad.md 15).

Twice the specification's 1e-3, because residuals are small differences of large numbers; scores off by 2 % are ten
times that.
"""

SCORE_TOLERANCE: Final = 0.01
"""Largest relative difference of a tile's score under reduced precision."""

CELL_TOLERANCE: Final = 0.03
"""Largest difference of a cell, relative to its tile's largest value, under reduced precision."""


@dataclass(frozen=True, slots=True, eq=False)
class SelfTest:
    """Tiles and their token maps, as the torch detector gave them in float32.

    Attributes:
        tiles: uint8 (N, S, S, 3), RGB.
        maps: float32 (N, t, t), raw.
    """

    tiles: NDArray[np.uint8]
    maps: NDArray[np.float32]

    def problems(self, tile_px: int, cells: int) -> list[str]:
        """Why the arrays do not belong to a model with this geometry; empty when they do."""
        count = len(self.tiles)
        found = []
        if self.tiles.shape != (count, tile_px, tile_px, 3):
            found.append(f"self-test tiles are {self.tiles.shape}, expected (N, {tile_px}, {tile_px}, 3)")
        if self.maps.shape != (count, cells, cells):
            found.append(f"self-test maps are {self.maps.shape}, expected ({count}, {cells}, {cells})")
        elif not (np.isfinite(self.maps).all() and (self.maps.max(axis=(1, 2), initial=0) > 0).all()):
            found.append("self-test maps must be finite and not empty of signal")
        return found


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far maps are from their reference.

    Attributes:
        cell: largest difference of a cell, relative to the largest value of its tile's reference.
        score: largest relative difference of a tile's maximum.
        ordered: whether tiles whose reference scores differ by more than twice the score tolerance keep their order.
    """

    cell: float
    score: float
    ordered: bool

    @property
    def exact(self) -> bool:
        """Equal but for the rounding of another float32 runtime."""
        return self.cell <= EXACT_TOLERANCE

    @property
    def acceptable(self) -> bool:
        """Near enough for verdicts to stay the same, so that reduced precision may be used."""
        return self.cell <= CELL_TOLERANCE and self.score <= SCORE_TOLERANCE and self.ordered


def compare_maps(maps: NDArray[np.float32], reference: NDArray[np.float32]) -> Agreement:
    """Compare token maps (N, t, t) with their reference; a value that is not finite is infinitely far."""
    if maps.shape != reference.shape or not np.isfinite(maps).all():
        return Agreement(float("inf"), float("inf"), ordered=False)
    scores, wanted = maps.max(axis=(1, 2)), reference.max(axis=(1, 2))
    cell = float((np.abs(maps - reference).max(axis=(1, 2)) / wanted).max())
    score = float((np.abs(scores - wanted) / wanted).max())
    order = np.argsort(wanted)
    gap = wanted[order][None, :] > wanted[order][:, None] * (1 + 2 * SCORE_TOLERANCE)
    kept = scores[order][None, :] > scores[order][:, None]
    return Agreement(cell, score, ordered=bool(kept[gap].all()))
