"""Regions: which cells belong together, and where they lie in the frame."""

import numpy as np
import pytest

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.geometry import Rect, Size
from inspector.core.refs import ModelRef
from inspector.vision.regions import find_regions

REF = ModelRef("tiny", 1, "")


def regions(values: list[list[float]], threshold: float = 1.0, **changes: object) -> list[DefectRegion]:
    array = np.array(values, np.float32)
    arguments = {"values": array, "cell_px": 10.0, "score": float(array.max()), "model": REF, **changes}
    return list(find_regions(AnomalyMap(**arguments), threshold))


def test_cells_that_touch_by_a_corner_are_one_region() -> None:
    found = regions([[2, 0, 0], [0, 4, 0], [0, 0, 0]])
    assert found == [DefectRegion(Rect(0, 0, 20, 20), 200.0, 4.0, 3.0, (pytest.approx(35 / 3), pytest.approx(35 / 3)))]


def test_the_largest_peak_comes_first() -> None:
    found = regions([[2, 0, 9], [0, 0, 0], [3, 0, 5]])
    assert [region.peak for region in found] == [9, 5, 3, 2]
    assert found[0].box == Rect(20, 0, 10, 10)


def test_a_value_at_the_threshold_is_not_above_it() -> None:
    assert regions([[1.0, 0.5]]) == []


def test_float32_and_float64_agree_on_the_threshold() -> None:
    # 1.1 in float32 is a little more than 1.1 in float64, and core.decision compares in float64.
    value = float(np.float32(1.1))
    assert value > 1.1
    assert len(regions([[value]], threshold=1.1)) == 1


def test_offset_moves_and_the_frame_clips() -> None:
    found = regions([[0, 0], [0, 2]], offset_px=(4.0, -3.0), frame_size=Size(18, 19))
    assert found[0].box == Rect(14, 7, 5, 10)
    assert found[0].centroid == (19, 12)
    left = regions([[2, 0]], offset_px=(-4.0, -3.0))
    assert left[0].box == Rect(0, 0, 6, 7)
    assert left[0].area_px == 100


def test_a_clean_map_has_none() -> None:
    assert regions([[0.1, 0.2]]) == []
