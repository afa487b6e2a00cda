"""What is drawn over a part: heat against the limit, the limit's contour, brackets around what exceeds it.

Heat is fixed to the limit and never stretched to a picture: the same color means the same thing on every part (A-17).
The map stays small; the painter enlarges it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QImage

from inspector.core.heat import HIGHEST, heat_colors
from inspector.ui.parts import Part
from inspector.ui.widgets.contour import contour_segments

LEGEND_TO = HIGHEST


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Ready to be painted, in pixels of the frame.

    Attributes:
        heat: one pixel per cell with alpha; None when there is no map.
        heat_rect: where the map lies on the frame.
        contour: the limit; empty when nothing exceeds it.
        boxes: of the defect regions.
        pixels: keeps the heat's memory alive.
    """

    heat: QImage | None
    heat_rect: QRectF
    contour: tuple[QLineF, ...]
    boxes: tuple[QRectF, ...]
    pixels: NDArray[np.uint8] | None = None


def build_overlay(part: Part) -> Overlay:
    """Prepare the drawing of one part; about 2 ms for 153 x 128 cells.

    Raises:
        ValueError: the map cannot be drawn.
    """
    boxes = tuple(
        QRectF(region.box.x, region.box.y, region.box.width, region.box.height) for region in part.decision.regions
    )
    anomaly_map = part.anomaly_map
    if anomaly_map is None:
        return Overlay(None, QRectF(), (), boxes)
    values = anomaly_map.values
    if values.ndim != 2 or values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"the map of part {part.id} cannot be drawn: {values.shape}")
    limit = part.decision.limit
    pixels = np.ascontiguousarray(heat_colors(values / np.float32(limit)))
    height, width = values.shape
    cell, (x, y) = anomaly_map.cell_px, anomaly_map.offset_px
    heat = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    ends = contour_segments(values, limit) * cell + (x, y)
    contour = tuple(QLineF(x0, y0, x1, y1) for (x0, y0), (x1, y1) in ends.tolist())
    return Overlay(heat, QRectF(x, y, width * cell, height * cell), contour, boxes, pixels)


def legend_image() -> tuple[QImage, NDArray[np.uint8]]:
    """The ramp from 0 to twice the limit as one row, and the memory it stands on."""
    ramp = np.linspace(0, LEGEND_TO, 256, dtype=np.float32)[None, :]
    pixels = np.ascontiguousarray(heat_colors(ramp))
    return QImage(pixels.data, 256, 1, 1024, QImage.Format.Format_RGBA8888), pixels
