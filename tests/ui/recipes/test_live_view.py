"""Points for the scale and boxes for the sensor, by mouse and by keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from inspector.ui.recipes.live_view import LiveMode, LiveView
from inspector.ui.widgets.well_content import WellContent


@pytest.fixture
def view(look, show) -> LiveView:
    view = show(LiveView(look), 800, 640)
    view.set_content(WellContent(picture=np.full((256, 320), 90, np.uint8)))
    return view


def place(view: LiveView, x: float, y: float) -> QPoint:
    return view._screen((x, y)).toPoint()


def test_two_presses_place_two_points_and_a_third_takes_the_near_one(view: LiveView, qtbot) -> None:
    view.set_mode(LiveMode.SCALE)
    for x, y in ((40, 100), (240, 100)):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place(view, x, y))
    assert view.distance_px == pytest.approx(200, abs=2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place(view, 241, 101))
    QTest.mouseMove(view, place(view, 140, 100))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place(view, 140, 100))
    assert view.distance_px == pytest.approx(100, abs=3)


def test_keys_do_the_same(view: LiveView, qtbot) -> None:
    view.set_mode(LiveMode.SCALE)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.distance_px == 160
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.distance_px == 161
    qtbot.keyClick(view, Qt.Key.Key_Space)
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.distance_px == 171
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert view.distance_px is None


def test_points_stay_inside_the_picture(view: LiveView, qtbot) -> None:
    view.set_mode(LiveMode.SCALE)
    view.place_points()
    for _ in range(20):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.points[0][0] == 0


def test_a_box_is_drawn_and_a_slip_is_none(view: LiveView, qtbot) -> None:
    view.set_mode(LiveMode.BOX)
    boxes = []
    view.box_drawn.connect(boxes.append)
    for end in ((60, 55), (160, 105)):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=place(view, 50, 50))
        QTest.mouseMove(view, place(view, *end))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place(view, *end))
    assert len(boxes) == 1
    assert (boxes[0].width, boxes[0].height) == (pytest.approx(110, abs=2), pytest.approx(55, abs=2))


def test_looking_places_nothing_and_names_the_pixel(view: LiveView, qtbot) -> None:
    pointed: list[object] = []
    view.pointed.connect(pointed.append)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place(view, 40, 100))
    QTest.mouseMove(view, place(view, 41, 101))
    assert view.points == ()
    assert pointed[-1] in {(40, 100), (41, 101), (41, 100), (40, 101)}


def test_the_grid_and_the_points_are_drawn(view: LiveView) -> None:
    plain = view.grab().toImage()
    view.set_grid(on=True)
    assert view.grab().toImage() != plain
    view.set_grid(on=False)
    view.place_points()
    assert view.grab().toImage() != plain


def test_the_picture_stands_still_while_points_are_placed(view: LiveView) -> None:
    first = view.content.picture
    view.set_mode(LiveMode.SCALE)
    moved = np.full((256, 320), 200, np.uint8)
    view.set_content(WellContent(picture=moved))
    assert view.content.picture is first
    # Another size is another picture: points on it would mean nothing.
    view.set_content(WellContent(picture=moved[:128]))
    assert view.content.picture is not first
    view.set_mode(LiveMode.LOOK)
    view.set_content(WellContent(picture=moved))
    assert view.content.picture is moved
