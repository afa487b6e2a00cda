"""Drawing with a pointer and with keys gives the same area, and whatever is done can be undone."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from inspector.core.geometry import Polygon
from inspector.ui.look import Look
from inspector.ui.recipes.polygon_editor import PolygonEditor
from inspector.ui.recipes.shapes import Area, EditorTool, ShapeKind, Spot
from tests.support.scripted_line import draw_part

SQUARE = Polygon(((100.0, 100.0), (300.0, 100.0), (300.0, 300.0), (100.0, 300.0)))


@pytest.fixture
def editor(qtbot, look: Look) -> PolygonEditor:
    editor = PolygonEditor(look)
    qtbot.addWidget(editor)
    editor.resize(640, 480)
    editor.show_picture(draw_part(480, 640))
    with qtbot.waitExposed(editor):
        editor.show()
    return editor


def place(editor: PolygonEditor, x: float, y: float) -> QPoint:
    rect = editor.frame_rect()
    return QPointF(rect.x() + x * editor.scale, rect.y() + y * editor.scale).toPoint()


def click(qtbot, editor: PolygonEditor, x: float, y: float) -> None:
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton, pos=place(editor, x, y))


def drag(qtbot, editor: PolygonEditor, start: tuple[float, float], end: tuple[float, float]) -> None:
    qtbot.mousePress(editor, Qt.MouseButton.LeftButton, pos=place(editor, *start))
    qtbot.mouseMove(editor, place(editor, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    qtbot.mouseMove(editor, place(editor, *end))
    qtbot.mouseRelease(editor, Qt.MouseButton.LeftButton, pos=place(editor, *end))


def near(polygon: Polygon, points: list[tuple[float, float]]) -> bool:
    return len(polygon.points) == len(points) and all(
        abs(x - wx) <= 2 and abs(y - wy) <= 2 for (x, y), (wx, wy) in zip(polygon.points, points, strict=True)
    )


def test_clicks_set_points_and_the_first_one_closes_the_shape(qtbot, editor: PolygonEditor) -> None:
    editor.choose_tool(EditorTool.INCLUDE)
    points = [(100.0, 100.0), (400.0, 120.0), (300.0, 350.0)]
    for x, y in points:
        click(qtbot, editor, x, y)
    assert editor.sketching
    assert editor.drawing.area == Area()
    with qtbot.waitSignal(editor.edited) as edited:
        click(qtbot, editor, 101, 101)
    assert near(edited.args[0].include[0], points)
    assert editor.tool is EditorTool.CHANGE
    assert editor.selected == Spot(ShapeKind.INCLUDE, 0)


def test_a_drag_makes_a_box(qtbot, editor: PolygonEditor) -> None:
    editor.choose_tool(EditorTool.IGNORE)
    drag(qtbot, editor, (300, 300), (200, 150))
    assert near(editor.drawing.area.ignore[0], [(200, 150), (300, 150), (300, 300), (200, 300)])


def test_a_point_is_dragged_and_undo_brings_it_back(qtbot, editor: PolygonEditor) -> None:
    editor.show_area(Area(include=(SQUARE,)))
    with qtbot.waitSignal(editor.edited):
        drag(qtbot, editor, (300, 300), (420, 400))
    assert near(editor.drawing.area.include[0], [(100, 100), (300, 100), (420, 400), (100, 300)])
    with qtbot.waitSignal(editor.edited) as edited:
        editor.undo()
    assert edited.args[0].include == (SQUARE,)


def test_an_edge_is_bent_at_its_middle(qtbot, editor: PolygonEditor) -> None:
    editor.show_area(Area(include=(SQUARE,)))
    click(qtbot, editor, 150, 250)
    assert editor.selected == Spot(ShapeKind.INCLUDE, 0)
    drag(qtbot, editor, (200, 100), (210, 40))
    assert near(editor.drawing.area.include[0], [(100, 100), (210, 40), (300, 100), (300, 300), (100, 300)])


def test_points_cannot_leave_the_picture(qtbot, editor: PolygonEditor) -> None:
    editor.show_area(Area(include=(SQUARE,)))
    drag(qtbot, editor, (300, 300), (5000, 5000))
    assert editor.drawing.area.include[0].points[2] == (640.0, 480.0)


def test_everything_goes_with_keys(qtbot, editor: PolygonEditor) -> None:
    editor.choose_tool(EditorTool.INCLUDE)
    editor.setFocus()
    moves = (Qt.Key.Key_Left, Qt.Key.Key_Up), (Qt.Key.Key_Right, Qt.Key.Key_Right), (Qt.Key.Key_Down, Qt.Key.Key_Down)
    for keys in moves:
        for key in keys:
            qtbot.keyClick(editor, key, Qt.KeyboardModifier.ShiftModifier)
        qtbot.keyClick(editor, Qt.Key.Key_Space)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert len(editor.drawing.area.include) == 1
    assert len(editor.drawing.area.include[0].points) == 3
    qtbot.keyClick(editor, Qt.Key.Key_PageDown)
    assert editor.selected == Spot(ShapeKind.INCLUDE, 0, 0)
    before = editor.drawing.area.include[0].points[0]
    qtbot.keyClick(editor, Qt.Key.Key_Right)
    assert editor.drawing.area.include[0].points[0][0] > before[0]
    qtbot.keyClick(editor, Qt.Key.Key_Insert)
    assert len(editor.drawing.area.include[0].points) == 4
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    assert len(editor.drawing.area.include[0].points) == 3
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    assert len(editor.drawing.area.include[0].points) == 3 if editor.selected else editor.drawing.area == Area()


def test_escape_drops_what_is_begun(qtbot, editor: PolygonEditor) -> None:
    editor.choose_tool(EditorTool.INCLUDE)
    click(qtbot, editor, 50, 50)
    click(qtbot, editor, 150, 50)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.sketching
    assert editor.tool is EditorTool.INCLUDE
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.tool is EditorTool.CHANGE


def test_undo_takes_the_last_point_of_a_begun_shape(qtbot, editor: PolygonEditor) -> None:
    editor.choose_tool(EditorTool.INCLUDE)
    for x in (50, 150, 250):
        click(qtbot, editor, x, 60)
    assert editor.can_close
    editor.undo()
    assert editor.sketching
    assert not editor.can_close


def test_without_a_picture_nothing_can_be_drawn(qtbot, look: Look) -> None:
    editor = PolygonEditor(look)
    qtbot.addWidget(editor)
    editor.show_picture(None, "no picture")
    editor.choose_tool(EditorTool.INCLUDE)
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton)
    qtbot.keyClick(editor, Qt.Key.Key_Space)
    assert not editor.sketching


def test_drawing_stays_on_its_place_while_zoomed(qtbot, editor: PolygonEditor) -> None:
    editor.zoom_in()
    editor.zoom_in()
    editor.choose_tool(EditorTool.INCLUDE)
    drag(qtbot, editor, (280, 200), (360, 280))
    assert near(editor.drawing.area.include[0], [(280, 200), (360, 200), (360, 280), (280, 280)])
