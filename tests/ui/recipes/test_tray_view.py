"""A tray as it is drawn: a bar only where there is something to scroll, and cells that stay where they are."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QImage

from inspector.core.sample import Sample, SampleFlag, Tray
from inspector.ui.recipes.sample_model import SampleModel
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.recipes.thumbnails import Thumbnails
from inspector.ui.recipes.tray_view import TrayView
from inspector.ui.tools import PageTools
from tests.support.scripted_line import draw_part
from tests.support.setup_steps import add_samples, make_desk, make_draft
from tests.support.setup_stores import MemorySampleStore


class Shown:
    """A tray of its own."""

    def __init__(self, qtbot, tools: PageTools) -> None:
        self.qtbot, self.store, self.setup_id = qtbot, MemorySampleStore(), make_draft().id
        picture = draw_part(48, 64)
        self.model = SampleModel(Thumbnails(tools.background, lambda sample: picture))
        self.view = TrayView(tools.look, Tray.GOOD, self.model)
        qtbot.addWidget(self.view)
        self.view.resize(330, 420)
        self.view.show()

    def hold(self, count: int) -> None:
        samples: list[Sample] = []
        if count:
            samples = list(add_samples(self.store, self.setup_id, Tray.GOOD, count, height=48, width=64))
        self.model.set_samples(samples)
        self.qtbot.wait(150)  # Qt lays a list out a tenth of a second after its width changed

    @property
    def bar_is_seen(self) -> bool:
        """Whether anything is drawn in the room of the bar."""
        bar = self.view.list.verticalScrollBar()
        image = self.view.list.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        # Without the border of a list that has the keyboard.
        box = bar.geometry().translated(bar.parentWidget().pos()).adjusted(0, 4, 0, -4)
        colors = {image.pixel(box.center().x(), y) for y in range(box.top(), box.bottom() + 1)}
        return len(colors) > 1

    @property
    def columns(self) -> int:
        tops = [self.view.list.visualRect(self.model.index(row, 0)).top() for row in range(self.model.rowCount())]
        return tops.count(tops[0])


@pytest.fixture
def shown(qtbot, tools: PageTools) -> Iterator[Shown]:
    shown = Shown(qtbot, tools)
    yield shown
    shown.view.hide()


def test_an_empty_tray_shows_no_bar(shown: Shown) -> None:
    shown.hold(0)
    assert not shown.bar_is_seen
    shown.hold(2)
    assert not shown.bar_is_seen


def test_a_bar_comes_and_goes_without_moving_a_cell(shown: Shown) -> None:
    shown.hold(4)
    columns, width = shown.columns, shown.view.list.viewport().width()
    assert columns == 3
    assert not shown.bar_is_seen
    for count in (40, 4, 40):
        shown.hold(count)
        assert (shown.columns, shown.view.list.viewport().width()) == (columns, width)
        assert shown.bar_is_seen == (count == 40)


def test_the_lists_of_a_step_begin_at_one_height(qtbot, tools: PageTools) -> None:
    store, draft = MemorySampleStore(), make_draft()
    good = add_samples(store, draft.id, Tray.GOOD, 12, height=48, width=64)
    flags = frozenset({SampleFlag.NEAR_COPY}), frozenset({SampleFlag.ODD_ONE_OUT})
    store.update([replace(one, flags=flag) for one, flag in zip(good, flags, strict=False)])
    step = SamplesStep(tools, make_desk(store), draft)
    qtbot.addWidget(step)
    step.resize(1280, 560)
    step.show()
    step.show_draft(draft)
    step.enter()
    qtbot.waitUntil(lambda: step.book.loaded)
    lines = set()
    for width in (900, 1900, 900):
        step.resize(width, 560)
        qtbot.wait(30)
        tops = {view.list.mapTo(step, view.list.rect().topLeft()).y() for view in step.trays.values()}
        assert len(tops) == 1
        lines.add(step.trays[Tray.GOOD].note_height())
    assert len(lines) == 2  # narrow, the note of the good ones takes two lines
    step.leave()
    step.close_step()
