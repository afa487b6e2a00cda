"""The limit is dragged, moved by keys or typed, and the picture of the scores follows."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from inspector.ui.look import Look
from inspector.ui.recipes.histogram import ScoreHistogram, round_values


@pytest.fixture
def plot(qtbot, look: Look) -> ScoreHistogram:
    plot = ScoreHistogram(look)
    qtbot.addWidget(plot)
    plot.resize(700, 260)
    rng = np.random.default_rng(1)
    plot.set_scores(rng.lognormal(-0.7, 0.3, 200).tolist(), rng.lognormal(0.9, 0.5, 20).tolist())
    plot.set_limit(1.2, 1.1)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


def test_the_axis_is_logarithmic_and_holds_every_score(plot: ScoreHistogram) -> None:
    x = [plot.x_of(value) for value in (0.25, 0.5, 1.0, 2.0)]
    assert np.allclose(np.diff(x), x[1] - x[0])
    for score in (*plot._good, *plot._bad):
        assert 0 < plot.x_of(float(score)) < plot.width()
    assert plot.score_at(plot.x_of(0.5)) == pytest.approx(0.5, rel=1e-3)


def test_dragging_moves_the_limit_and_letting_go_settles_it(qtbot, plot: ScoreHistogram) -> None:
    moved: list[float] = []
    settled: list[float] = []
    plot.moved.connect(moved.append)
    plot.settled.connect(settled.append)
    y = plot.height() // 2
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(0.8)), y))
    for score in (0.9, 1.0, 1.5):
        qtbot.mouseMove(plot, QPoint(round(plot.x_of(score)), y))
    assert settled == []
    assert moved[-1] == pytest.approx(1.5, rel=0.02)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(1.5)), y))
    assert settled == [moved[-1]]


def test_a_draft_that_comes_back_does_not_tear_the_line_from_the_hand(qtbot, plot: ScoreHistogram) -> None:
    y = plot.height() // 2
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(0.8)), y))
    before = plot.limit
    plot.set_limit(1.2, 1.1)
    assert plot.limit == before


def test_keys_move_by_a_hundredth_and_a_tenth(qtbot, plot: ScoreHistogram) -> None:
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.limit == pytest.approx(1.212)
    qtbot.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert plot.limit == pytest.approx(1.102, rel=1e-3)
    with qtbot.waitSignal(plot.reset_asked):
        qtbot.keyClick(plot, Qt.Key.Key_Home)


def test_scores_of_nothing_do_not_break_the_axis(qtbot, plot: ScoreHistogram) -> None:
    for good, bad in (([], []), ([0.0, 0.0], []), ([], [5.0]), ([1.0], [1.0])):
        plot.set_scores(good, bad)
        plot.set_limit(1.0, None)
        plot.grab()


def test_the_wrong_side_is_told_from_the_right_one(plot: ScoreHistogram) -> None:
    def picture() -> bytes:
        image = plot.grab().toImage()
        return image.constBits().tobytes()

    plot.set_limit(10.0, None)
    before = picture()
    plot.set_limit(0.3, None)
    assert picture() != before


def test_values_of_the_axis_are_round() -> None:
    assert round_values(0.09, 5.5) == pytest.approx([0.1, 0.2, 0.5, 1.0, 2.0, 5.0])
    assert 1.5 in round_values(1.0, 3.0)
