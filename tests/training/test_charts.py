"""Charts: sound SVG, the right ends, and nothing that breaks on odd input."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from inspector.training.charts import HEIGHT, WIDTH, curve_chart, score_chart
from inspector.training.metrics import Curve, roc_curve


def points(svg):
    (line,) = re.findall(r'<polyline points="([^"]+)"', svg)
    return np.array([[float(value) for value in pair.split(",")] for pair in line.split()])


def inside(svg):
    ElementTree.fromstring(svg)
    numbers = [(float(x), float(y)) for x, y in re.findall(r'x="(-?[\d.]+)" y="(-?[\d.]+)"', svg)]
    return all(-1 <= x <= WIDTH + 1 and -1 <= y <= HEIGHT + 1 for x, y in numbers)


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    x = np.linspace(0, 1, 100_000)
    svg = curve_chart([("a", "red", Curve(x, np.sqrt(x)))], x_title="x", y_title="y")
    drawn = points(svg)
    assert 50 < len(drawn) <= 240
    assert drawn[0, 0] < drawn[-1, 0]
    assert drawn[0, 1] > drawn[-1, 1]
    assert inside(svg)


def test_a_curve_is_cut_at_the_axis_end():
    svg = curve_chart(
        [("a", "red", Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0])))], x_title="x", y_title="y", x_limit=0.3
    )
    drawn = points(svg)
    height = drawn[0, 1] - drawn[-1, 1]
    full = points(
        curve_chart([("a", "red", Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0])))], x_title="", y_title="")
    )
    assert height == pytest.approx(0.3 * (full[0, 1] - full[-1, 1]), abs=0.2)


def test_curves_without_meaning_are_said_to_be_missing():
    svg = curve_chart([("a", "red", roc_curve([1.0], []))], x_title="x", y_title="y")
    assert "<polyline" not in svg
    assert "needs good and defective pictures" in svg


@pytest.mark.parametrize(
    ("good", "defective"),
    [([0.5, 0.7], [1.2, 3.0]), ([0.5], []), ([], [2.0]), ([], []), ([0.0, 0.0], [0.0]), ([1.0], [1.0])],
)
def test_histograms_of_anything_stay_inside(good, defective):
    svg = score_chart(good, defective, 1.0)
    assert "limit" in svg
    assert inside(svg)


def test_labels_are_escaped():
    svg = curve_chart([("<a>&", "red", roc_curve([0.0], [1.0]))], x_title="<", y_title=">")
    ElementTree.fromstring(svg)
