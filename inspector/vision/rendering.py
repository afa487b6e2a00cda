"""Maps at the size of their frame, and pictures with heat for reports: the one place where cells become pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from inspector.core.geometry import Size
from inspector.core.heat import LOWEST, heat_colors
from inspector.vision.preprocess import as_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.core.anomaly import AnomalyMap

_DARK: Final = (20, 8, 32)
_LIGHT: Final = (255, 255, 255)
_LINE_SHARE: Final = 600  # a contour is one pixel wide per so many pixels of the frame's longer side


def map_to_frame(anomaly_map: AnomalyMap, size: Size) -> NDArray[np.float32]:
    """Enlarge a map to its frame: linear between cell centers, constant beyond the outermost, moved by the offset.

    Args:
        anomaly_map: float32 (h, w).
        size: of the frame.

    Returns:
        float32 (H, W); pixel (y, x) has its center at (x + 0.5, y + 0.5).
    """
    offset_x, offset_y = anomaly_map.offset_px
    rows = _enlarge(anomaly_map.values, size.height, anomaly_map.cell_px, offset_y)  # (H, w)
    return np.ascontiguousarray(_enlarge(rows.T, size.width, anomaly_map.cell_px, offset_x).T)


def overlay(frame: NDArray[np.uint8], anomaly_map: AnomalyMap, limit: float) -> NDArray[np.uint8]:
    """A frame with heat on the fixed scale and the limit as a contour.

    Args:
        frame: (H, W) gray or (H, W, 3) RGB.
        anomaly_map: of this frame.
        limit: in the map's unit.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    picture = np.array(as_rgb(frame))
    height, width = picture.shape[:2]
    ratio = map_to_frame(anomaly_map, Size(height, width)) / np.float32(limit)
    hot = np.flatnonzero(~(ratio < LOWEST).all(axis=1))  # what is not a number is painted, too
    if hot.size == 0:
        return picture
    # Only the rows that show anything are mixed: frames are large and heat is small.
    rows = np.s_[int(hot[0]) : int(hot[-1]) + 1]
    colors = heat_colors(ratio[rows])
    alpha = colors[..., 3:].astype(np.float32) / 255
    mixed = picture[rows].astype(np.float32) * (1 - alpha) + colors[..., :3].astype(np.float32) * alpha
    picture[rows] = np.rint(mixed).astype(np.uint8)
    above = (ratio > 1).astype(np.uint8)
    # Between pixels a lone peak may be lost; its own pixel is marked, so that the verdict always has its contour.
    for row, column in zip(*np.nonzero(anomaly_map.values > np.float64(limit)), strict=True):
        y = int((row + 0.5) * anomaly_map.cell_px + anomaly_map.offset_px[1])
        x = int((column + 0.5) * anomaly_map.cell_px + anomaly_map.offset_px[0])
        above[min(max(y, 0), height - 1), min(max(x, 0), width - 1)] = 1
    contours, _ = cv2.findContours(above, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    thickness = max(1, round(max(height, width) / _LINE_SHARE))
    cv2.drawContours(picture, contours, -1, _DARK, thickness * 2 + 1)
    cv2.drawContours(picture, contours, -1, _LIGHT, thickness)
    return picture


def _enlarge(values: NDArray[np.float32], length: int, cell_px: float, offset_px: float) -> NDArray[np.float32]:
    """Linear interpolation of (n, m) along the first axis to (length, m)."""
    place = (np.arange(length) + 0.5 - offset_px) / cell_px - 0.5
    place = np.clip(place, 0, len(values) - 1)
    low = np.floor(place).astype(np.intp)
    high = np.minimum(low + 1, len(values) - 1)
    share = (place - low).astype(np.float32)[:, None]
    return np.asarray(values[low] * (1 - share) + values[high] * share, np.float32)
