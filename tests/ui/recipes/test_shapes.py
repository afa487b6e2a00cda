"""Polygons in the making: every change can be taken back, and none leaves the picture."""

from inspector.core.geometry import Polygon, Size
from inspector.ui.recipes.shapes import Area, Drawing, ShapeKind, Spot, contains, inside, rectangle

SQUARE = rectangle((10.0, 10.0), (30.0, 40.0))
TRIANGLE = Polygon(((0.0, 0.0), (10.0, 0.0), (0.0, 10.0)))


def test_undo_goes_back_step_by_step_and_redo_forward() -> None:
    drawing = Drawing()
    states = [drawing.area]
    for polygon in (SQUARE, TRIANGLE):
        drawing.put(drawing.area.with_added(ShapeKind.INCLUDE, polygon))
        states.append(drawing.area)
    assert drawing.undo()
    assert drawing.area == states[1]
    assert drawing.undo()
    assert drawing.area == states[0]
    assert not drawing.undo()
    assert drawing.redo()
    assert drawing.redo()
    assert drawing.area == states[2]
    assert not drawing.redo()


def test_a_new_change_forgets_what_was_taken_back() -> None:
    drawing = Drawing()
    drawing.put(Area(include=(SQUARE,)))
    drawing.undo()
    drawing.put(Area(ignore=(SQUARE,)))
    assert not drawing.can_redo


def test_the_same_area_again_is_no_change() -> None:
    drawing = Drawing(Area(include=(SQUARE,)))
    assert not drawing.put(Area(include=(SQUARE,)))
    assert not drawing.can_undo


def test_the_last_points_of_a_triangle_go_with_it() -> None:
    area = Area(include=(SQUARE, TRIANGLE))
    assert len(area.without(Spot(ShapeKind.INCLUDE, 0, 2)).include[0].points) == 3
    assert area.without(Spot(ShapeKind.INCLUDE, 1, 0)).include == (SQUARE,)
    assert area.without(Spot(ShapeKind.INCLUDE, 0)).include == (TRIANGLE,)


def test_points_stay_on_the_picture() -> None:
    assert inside((-5.0, 1000.0), Size(480, 640)) == (0.0, 480.0)


def test_a_point_lies_inside_or_not() -> None:
    assert contains(TRIANGLE, (2.0, 2.0))
    assert not contains(TRIANGLE, (8.0, 8.0))
