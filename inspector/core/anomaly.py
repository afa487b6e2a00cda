"""What a model says about a frame: a small map of anomaly values, and the regions found in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Rect, Size
from inspector.core.refs import ModelRef


@dataclass(frozen=True, slots=True, eq=False)
class AnomalyMap:
    """One value per cell; higher is more anomalous.

    Attributes:
        values: float32 (h, w), read-only. In multiples of the level that the model learned from this product's
            held-out good parts, so 1.0 is about the largest value a good part shows. Cells outside the area are 0.
        cell_px: side of a cell in pixels of the frame.
        offset_px: (x, y) in pixels of the frame by which the drawing must be moved so that heat lies on its cause;
            the value of cell (r, c) belongs to ((c + 0.5) * cell_px + x, (r + 0.5) * cell_px + y).
        score: the frame's score: the maximum of the map inside the area.
        model: which model said so.
        frame_size: of the frame; regions are clipped to it, because the last cells may reach over its edge. None when
            it is not known.
    """

    values: NDArray[np.float32]
    cell_px: float
    score: float
    model: ModelRef
    offset_px: tuple[float, float] = (0.0, 0.0)
    frame_size: Size | None = None

    def __post_init__(self) -> None:
        """Seal the array; its content is judged by `core.decision`, not here."""
        self.values.flags.writeable = False


@dataclass(frozen=True, slots=True)
class DefectRegion:
    """A connected group of cells above the limit, in pixels of the frame.

    Attributes:
        box: upright box around the cells.
        area_px: area of the cells.
        peak, mean: of the map's values inside, same unit as the map.
        centroid: (x, y), weighted by value.
    """

    box: Rect
    area_px: float
    peak: float
    mean: float
    centroid: tuple[float, float]
