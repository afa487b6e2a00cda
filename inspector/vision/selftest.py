"""Stored tiles with the maps they must give: how a model that silently turned wrong is found (R-05)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

EXACT_TOLERANCE: Final = 2e-4
"""Largest difference of a cell, relative to its tile's largest value, between float32 runtimes.

The specification allows 1e-3 (uniad.md 15). Measured: torch and OpenVINO differ by 2e-6 on one processor, and a head
that never learned hides a projection that is 2 % off behind 6e-4, so the test may and must be sharper.
"""

SCORE_TOLERANCE: Final = 0.01
"""Largest root mean square of the tiles' relative score differences under reduced precision, whatever the product."""

SPREAD_SHARE: Final = 0.25
"""The same as a share of how far the scores of a product's good parts spread: noise of a quarter of the spread widens
it by 3 %. A fixed number would not do: good parts of one product spread by 6 %, of another by 1.4 %, while bfloat16
added 0.4 % to one light detector and 0.9 % to another (measured, 2026-11).
"""

WORST_TOLERANCE: Final = 0.04
"""Largest relative difference of any tile's score under reduced precision."""

ORDER_GAP: Final = 0.04
"""Tiles whose scores differ by more than this must keep their order."""

BIAS_TOLERANCE: Final = 0.005
"""Largest mean relative difference of the scores under reduced precision: a bias would move the limit."""

CELL_TOLERANCE: Final = 0.015
"""Largest root mean square difference of the cells, relative to their tile's largest value, under reduced precision."""


@dataclass(frozen=True, slots=True, eq=False)
class SelfTest:
    """Tiles and their token maps, as the torch detector gave them in float32.

    Attributes:
        tiles: uint8 (N, S, S, 3), RGB.
        maps: float32 (N, t, t), raw.
        products: int32 (N,), number of each tile's product in the model's memory.
    """

    tiles: NDArray[np.uint8]
    maps: NDArray[np.float32]
    products: NDArray[np.int32]

    def problems(self, tile_px: int, cells: int, products: int) -> list[str]:
        """Why the arrays do not belong to a model with this geometry; empty when they do."""
        count = len(self.tiles)
        found = []
        if self.tiles.shape != (count, tile_px, tile_px, 3):
            found.append(f"self-test tiles are {self.tiles.shape}, expected (N, {tile_px}, {tile_px}, 3)")
        if self.products.shape != (count,) or not ((self.products >= 0) & (self.products < products)).all():
            found.append(f"self-test products must be {count} numbers from 0 to {products - 1}")
        if self.maps.shape != (count, cells, cells):
            found.append(f"self-test maps are {self.maps.shape}, expected ({count}, {cells}, {cells})")
        elif not (np.isfinite(self.maps).all() and (self.maps.max(axis=(1, 2), initial=0) > 0).all()):
            found.append("self-test maps must be finite and not empty of signal")
        return found


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far maps are from their reference; differences of cells are relative to their tile's largest value.

    Attributes:
        cell: largest difference of a cell.
        cell_rms: root mean square difference of the cells.
        score: largest relative difference of a tile's maximum.
        score_rms, bias: root mean square and mean of these differences, the mean with its sign.
        ordered: whether tiles whose reference scores differ by more than `ORDER_GAP` keep their order.
    """

    cell: float
    cell_rms: float
    score: float
    score_rms: float
    bias: float
    ordered: bool

    @property
    def exact(self) -> bool:
        """Equal but for the rounding of another float32 runtime."""
        return self.cell <= EXACT_TOLERANCE

    def acceptable(self, score_tolerance: float = SCORE_TOLERANCE) -> bool:
        """Near enough for verdicts to stay the same, so that reduced precision may be used."""
        return (
            self.cell_rms <= CELL_TOLERANCE
            and self.score_rms <= score_tolerance
            and self.score <= WORST_TOLERANCE
            and abs(self.bias) <= BIAS_TOLERANCE
            and self.ordered
        )

    def __str__(self) -> str:
        """For the log."""
        return (
            f"cells differ by {self.cell_rms:.2%}, scores by {self.score_rms:.2%},"
            f" {self.score:.2%} at most and {self.bias:+.2%} on average"
        )


_FAR: Final = Agreement(math.inf, math.inf, math.inf, math.inf, math.inf, ordered=False)


def compare_maps(maps: NDArray[np.float32], reference: NDArray[np.float32]) -> Agreement:
    """Compare token maps (N, t, t) with their reference; a value that is not finite is infinitely far."""
    if maps.shape != reference.shape or not np.isfinite(maps).all():
        return _FAR
    scores, wanted = maps.max(axis=(1, 2)), reference.max(axis=(1, 2))
    cells = np.abs(maps - reference) / wanted[:, None, None]
    ratio = scores / wanted - 1
    order = np.argsort(wanted)
    gap = wanted[order][None, :] > wanted[order][:, None] * (1 + ORDER_GAP)
    kept = scores[order][None, :] > scores[order][:, None]
    return Agreement(
        cell=float(cells.max()),
        cell_rms=float(np.sqrt(np.square(cells).mean())),
        score=float(np.abs(ratio).max()),
        score_rms=float(np.sqrt(np.square(ratio).mean())),
        bias=float(ratio.mean()),
        ordered=bool(kept[gap].all()),
    )


def score_tolerance(products: Iterable[Sequence[float]]) -> float:
    """How much noise the scores of a model may get: set by its product of the narrowest spread.

    Args:
        products: the held-out good parts' scores of every product. Without any, nothing says how much noise is
            bearable, and the answer is 0: models are calibrated in float32.
    """
    spreads = [float(np.std(np.log(np.maximum(scores, _SMALLEST_SCORE)))) for scores in products]
    return min(SCORE_TOLERANCE, SPREAD_SHARE * min(spreads, default=0.0))


_SMALLEST_SCORE: Final = 1e-9
