"""The last scores on a scale that never changes."""

import pytest

from inspector.ui.look import Look
from inspector.ui.parts import part_of
from inspector.ui.widgets.trend_plot import SHOWN, TOP, TrendPlot
from tests.support.scripted_line import ScriptedLine, draw_part

IMAGE = draw_part(16, 20)


@pytest.fixture
def plot(qtbot, look: Look) -> TrendPlot:
    plot = TrendPlot(look)
    qtbot.addWidget(plot)
    plot.resize(300, 120)
    plot.show()
    return plot


def feed(plot: TrendPlot, *scores: float | None) -> None:
    line = ScriptedLine()
    plot.set_parts([part_of(line.part(score, image=IMAGE)) for score in scores])


def test_the_newest_stands_at_the_right(plot: TrendPlot) -> None:
    feed(plot, 0.25, 0.5)
    assert plot.points() == [(SHOWN - 1.0, 0.25), (float(SHOWN), 0.5)]
    plot.grab()


def test_the_last_sixty_are_shown(plot: TrendPlot) -> None:
    feed(plot, *[0.5] * 90)
    assert len(plot.points()) == SHOWN


def test_what_is_higher_than_the_scale_stands_at_its_edge(plot: TrendPlot) -> None:
    feed(plot, 12.0, None)
    assert [y for _, y in plot.points()] == [TOP, 0.0]
    before = plot._view.viewRange()
    feed(plot, 0.01)
    assert plot._view.viewRange() == before


def test_colors_follow_the_theme(plot: TrendPlot, look: Look) -> None:
    feed(plot, 0.3, 2.0)
    look.set_theme("dark")
    assert plot._plot.backgroundBrush().color() == look.color("bg_panel")
