"""From a map to the places people look at: connected cells above a threshold, in pixels of the frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.geometry import Rect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def find_regions(anomaly_map: AnomalyMap, threshold: float) -> Sequence[DefectRegion]:
    """Connected cells (8-connected) above the threshold; implements `core.ports.RegionFinder`.

    Args:
        anomaly_map: its offset is applied, and boxes are clipped to its frame.
        threshold: in the map's unit; a value equal to it is not above it.

    Returns:
        Regions by falling peak.
    """
    # In float64, as `core.decision` compares: the verdict and the regions must never disagree by a rounding.
    above = (anomaly_map.values > np.float64(threshold)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(above, connectivity=8, ltype=cv2.CV_32S)
    found = (_region(anomaly_map, np.asarray(labels), np.asarray(stats), label) for label in range(1, count))
    return tuple(sorted(found, key=lambda region: -region.peak))


def _region(anomaly_map: AnomalyMap, labels: NDArray[np.int32], stats: NDArray[np.int32], label: int) -> DefectRegion:
    left, top, width, height, cells = (int(value) for value in stats[label])
    window = np.s_[top : top + height, left : left + width]
    inside = labels[window] == label
    values = anomaly_map.values[window][inside].astype(np.float64)
    rows, columns = np.nonzero(inside)
    cell_px, size = anomaly_map.cell_px, anomaly_map.frame_size
    limit_x, limit_y = (size.width, size.height) if size else (math.inf, math.inf)
    x0, x1 = (_clipped(edge * cell_px + anomaly_map.offset_px[0], limit_x) for edge in (left, left + width))
    y0, y1 = (_clipped(edge * cell_px + anomaly_map.offset_px[1], limit_y) for edge in (top, top + height))
    weight = values / values.sum()
    center_x = ((columns + left + 0.5) * cell_px * weight).sum() + anomaly_map.offset_px[0]
    center_y = ((rows + top + 0.5) * cell_px * weight).sum() + anomaly_map.offset_px[1]
    return DefectRegion(
        box=Rect(x0, y0, x1 - x0, y1 - y0),
        area_px=cells * cell_px**2,
        peak=float(values.max()),
        mean=float(values.mean()),
        centroid=(_clipped(float(center_x), limit_x), _clipped(float(center_y), limit_y)),
    )


def _clipped(place: float, length: float) -> float:
    return min(max(place, 0.0), float(length))
