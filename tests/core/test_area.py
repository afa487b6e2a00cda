import numpy as np

from inspector.core.area import area_cells
from inspector.core.geometry import Polygon, Size


def box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return Polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def test_without_polygons_every_cell_counts() -> None:
    assert area_cells(Size(100, 50), 16, (), ()).shape == (7, 4)
    assert area_cells(Size(100, 50), 16, (), ()).all()


def test_a_cell_counts_from_half_coverage() -> None:
    cells = area_cells(Size(32, 64), 16, (box(8, 0, 44, 32),), ())
    assert cells.tolist() == [[True, True, True, False]] * 2
    assert area_cells(Size(32, 64), 16, (box(11, 0, 44, 32),), ()).tolist() == [[False, True, True, False]] * 2


def test_ignore_cuts_out_of_include_and_out_of_the_whole_frame() -> None:
    ignored = box(16, 16, 32, 32)
    whole = area_cells(Size(64, 64), 16, (), (ignored,))
    assert not whole[1, 1]
    assert whole.sum() == 15
    part = area_cells(Size(64, 64), 16, (box(0, 0, 32, 32),), (ignored,))
    assert np.argwhere(part).tolist() == [[0, 0], [0, 1], [1, 0]]


def test_a_concave_polygon_leaves_its_notch_out() -> None:
    notch = Polygon(((0, 0), (64, 0), (64, 64), (48, 64), (48, 16), (16, 16), (16, 64), (0, 64)))
    cells = area_cells(Size(64, 64), 16, (notch,), ())
    assert cells.tolist() == [[True] * 4, *[[True, False, False, True]] * 3]
