"""Picture and overlay: nothing on a good part, the same color for the same value on every part."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from inspector.core.anomaly import AnomalyMap
from inspector.ui.look import Look
from inspector.ui.parts import part_of
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.overlay import build_overlay
from inspector.ui.widgets.well_content import WellContent
from tests.support.scripted_line import MODEL, ScriptedLine, draw_part

HEIGHT, WIDTH = 256, 320


@pytest.fixture
def view(qtbot, look: Look) -> ImageView:
    view = ImageView(look)
    qtbot.addWidget(view)
    view.resize(640, 512)
    view.show()
    return view


def content(score: float | None, **more) -> WellContent:
    line = ScriptedLine()
    inspection = line.part(score, image=draw_part(HEIGHT, WIDTH, seed=1), **more)
    picture = getattr(inspection.frame, "image", None)
    return WellContent(part=part_of(inspection), picture=picture)


def pixels(view: ImageView) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def colorfulness(image: np.ndarray) -> int:
    return int((image.max(axis=2) - image.min(axis=2)).max())


def test_a_picture_is_shown_without_a_copy(view: ImageView) -> None:
    shown = content(0.3)
    view.set_content(shown)
    assert view._image is not None
    assert view._image_of is shown.picture
    assert view._image.constBits().tobytes()[:12] == shown.picture.tobytes()[:12]


def test_a_good_part_has_no_color_at_all(view: ImageView) -> None:
    """A-16: below half the limit nothing is painted, even with heat on."""
    view.set_content(replace(content(0.49), heat=True))
    assert colorfulness(pixels(view)[:440]) < 24


def test_a_rejected_part_is_marked(view: ImageView) -> None:
    view.set_content(content(2.4))
    assert colorfulness(pixels(view)[:440]) > 100


def test_heat_and_outline_can_be_taken_away(view: ImageView) -> None:
    view.set_content(replace(content(2.4), heat=False, outline=False))
    assert colorfulness(pixels(view)) < 24


def test_the_same_value_has_the_same_color_on_every_part() -> None:
    """A-17: a bright neighbor elsewhere changes nothing."""
    one = np.full((16, 20), 0.2, np.float32)
    one[4, 5] = 1.3
    other = one.copy()
    other[12, 15] = 40.0
    colors = []
    for values in (one, other):
        overlay = build_overlay(part_of(ScriptedLine().part(0.3 if values is None else 2.0, values=values)))
        assert overlay.pixels is not None
        colors.append(overlay.pixels)
    same = one == other
    assert (colors[0][same] == colors[1][same]).all()
    assert (colors[0][12, 15] != colors[1][12, 15]).any()


def test_heat_lies_on_its_cause(look: Look) -> None:
    part = part_of(ScriptedLine().part(2.0, image=draw_part(HEIGHT, WIDTH)))
    values = np.zeros((16, 20), np.float32)
    values[3, 4] = 2.0
    moved = replace(part, anomaly_map=AnomalyMap(values, 16.0, 2.0, MODEL, offset_px=(5.0, -3.0)))
    overlay = build_overlay(moved)
    assert (overlay.heat_rect.x(), overlay.heat_rect.y()) == (5.0, -3.0)
    xs = [point.x() for line in overlay.contour for point in (line.p1(), line.p2())]
    ys = [point.y() for line in overlay.contour for point in (line.p1(), line.p2())]
    assert (min(xs) + max(xs)) / 2 == pytest.approx(4.5 * 16 + 5)
    assert (min(ys) + max(ys)) / 2 == pytest.approx(3.5 * 16 - 3)


def test_an_overlay_that_cannot_be_drawn_is_said_over_the_picture(view: ImageView) -> None:
    shown = content(2.4)
    view.set_content(replace(shown, part=replace(shown.part, anomaly_map=None)))
    assert view.overlay_failed
    bad = AnomalyMap(np.full((4, 4), np.nan, np.float32), 16.0, 1.0, MODEL)
    view.set_content(replace(shown, part=replace(shown.part, anomaly_map=bad)))
    assert view.overlay_failed
    view.grab()
    view.set_content(shown)
    assert not view.overlay_failed


def test_a_part_without_a_verdict_needs_no_overlay(view: ImageView) -> None:
    view.set_content(content(None))
    assert not view.overlay_failed


def test_the_whole_picture_fits(view: ImageView) -> None:
    view.set_content(content(0.3))
    rect = view.frame_rect()
    assert not view.zoomed
    assert rect.width() <= view.width() + 1
    assert rect.height() <= view.height() + 1
    assert max(view.width() - rect.width(), view.height() - rect.height()) >= -1


def test_one_to_one_shows_a_pixel_per_pixel_and_fit_returns(view: ImageView) -> None:
    view.resize(200, 160)
    view.set_content(content(0.3))
    view.actual_size()
    assert view.zoomed
    assert view.scale == pytest.approx(1.0)
    view.fit()
    assert not view.zoomed


def test_zooming_keeps_the_point_under_the_pointer(view: ImageView) -> None:
    view.set_content(content(0.3))
    anchor = QPointF(200, 150)

    def share() -> tuple[float, float]:
        rect = view.frame_rect()
        return ((anchor.x() - rect.x()) / rect.width(), (anchor.y() - rect.y()) / rect.height())

    view._zoom_to(view.scale * 3, anchor)
    before = share()
    view._zoom_to(view.scale * 1.5, anchor)
    assert share() == pytest.approx(before)


def test_dragging_never_loses_the_picture(view: ImageView, qtbot) -> None:
    view.set_content(content(0.3))
    for _ in range(6):
        view.zoom_in()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    for step in range(30):
        qtbot.mouseMove(view, QPoint(300 + 60 * step, 200 + 60 * step))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)
    rect = view.frame_rect()
    assert rect.left() <= 1
    assert rect.top() <= 1


def test_zooming_out_ends_at_the_whole_picture(view: ImageView) -> None:
    view.set_content(content(0.3))
    view.zoom_in()
    for _ in range(5):
        view.zoom_out()
    assert not view.zoomed


def test_a_smaller_stand_in_lies_where_the_frame_would(view: ImageView) -> None:
    shown = content(2.4)
    view.set_content(shown)
    full = view.frame_rect()
    view.set_content(replace(shown, picture=shown.part.thumbnail, preview=True))
    assert view.frame_rect() == full


def test_an_unchanged_content_is_not_painted_again(view: ImageView, qtbot) -> None:
    shown = content(0.3)
    view.set_content(shown)
    qtbot.wait(30)
    painted = []
    view.paintEvent = lambda event: painted.append(event)  # type: ignore[method-assign]
    view.set_content(replace(shown))
    qtbot.wait(30)
    assert painted == []


def test_simulated_parts_have_stripes_around_the_well(view: ImageView, look: Look) -> None:
    view.set_content(replace(content(0.3), simulated=True))
    rim = pixels(view)[2, 5:300]
    blue = look.color("focus")
    wanted = np.array([blue.red(), blue.green(), blue.blue()])
    hits = (np.abs(rim - wanted).sum(axis=1) < 30).mean()
    assert 0.3 < hits < 0.7


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mm_per_px", [None, 1e-4, 0.05, 3.0, 1e6])
def test_every_decoration_can_be_painted(view: ImageView, look: Look, theme: str, mm_per_px: float | None) -> None:
    look.set_theme(theme)
    shown = replace(
        content(2.4), mm_per_px=mm_per_px, edge=True, headline="x" * 300, notes=("y" * 300,), message="z " * 99
    )
    view.set_content(replace(shown, icon="part", greyed=True))
    view.grab()
    view.set_content(shown)
    view.grab()
