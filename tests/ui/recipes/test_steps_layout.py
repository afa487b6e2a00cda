"""Nothing of the later steps is cut off at 1280 x 800, in either language and in one that is longer than both."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from inspector.core.draft import PublishFacts, publish_blockers
from inspector.core.sample import Tray
from inspector.core.setup_ports import TeachPhase
from inspector.services.teaching import TeachingNews, TeachStage
from inspector.ui.recipes.area import AreaStep
from inspector.ui.recipes.model import ModelStep
from inspector.ui.recipes.publish import PublishStep
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.recipes.shapes import EditorTool
from inspector.ui.recipes.step import StepPage
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language, Translation
from inspector.ui.widgets.buttons import Button
from tests.support.pseudo import PseudoTranslator
from tests.support.setup_steps import add_samples, make_desk, make_draft
from tests.support.setup_stores import MemorySampleStore
from tests.ui.test_layout import cut_off

WIDTH, HEIGHT = 1280, 800
ABOVE_MM, BELOW_MM = 62.0, 14.0  # header, tabs and step bar; the row with Back and Next


class Room(QWidget):
    """A window with as much room for a step as the frame leaves it."""

    def __init__(self, tools: PageTools, step: StepPage) -> None:
        super().__init__()
        self.setObjectName("window")
        px = tools.look.px
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(2.5), px(ABOVE_MM), px(2.5), px(BELOW_MM))
        layout.addWidget(step)
        self.resize(WIDTH, HEIGHT)


def build(name: str, tools: PageTools, qtbot) -> tuple[Room, StepPage]:
    store = MemorySampleStore()
    desk = make_desk(store)
    draft = make_draft(smallest_defect_mm=0.8)
    add_samples(store, draft.id, Tray.GOOD, 12, height=48, width=64)
    add_samples(store, draft.id, Tray.BAD, 3, height=48, width=64, defect="scratch")
    kinds = {"area": AreaStep, "samples": SamplesStep, "model": ModelStep, "publish": PublishStep}
    step = kinds[name](tools, desk, draft)
    room = Room(tools, step)
    qtbot.addWidget(room)
    room.show()
    step.show_draft(draft)
    step.enter()
    qtbot.wait(80)
    return room, step


def scenes(step: StepPage, qtbot) -> Iterator[str]:
    """Every state of a step that shows something else."""
    yield "entered"
    step.show_blockers(publish_blockers(step.draft, PublishFacts()))
    yield "blocked"
    if isinstance(step, AreaStep):
        step.bar.tools[EditorTool.INCLUDE].click()
        for point in ((5.0, 5.0), (30.0, 5.0), (30.0, 30.0)):
            step.editor._click(point)
        yield "drawing"
        step.editor.close_shape()
        yield "drawn"
    elif isinstance(step, SamplesStep):
        for tray in (Tray.GOOD, Tray.BAD):
            step.trays[tray].list.choose(step.models[tray].samples[0].id)
            yield tray.value
    elif isinstance(step, ModelStep):
        step.start_scoring()
        qtbot.waitUntil(lambda: step.draft.judged is not None)
        for name in step.side.places:
            step.side.open(name)
            yield name
        step.side.teach._on_news(TeachingNews(TeachStage.NETWORK, TeachPhase.TRAIN, 5, 90, 0.4, 3.0, 400.0), [(5, 0.4)])
        step.side.open("teach")
        yield "teaching"
    elif isinstance(step, PublishStep):
        step.show_blockers(())
        step.publish.click()
        yield "asked for a reason"


def look_at(name: str, tools: PageTools, qtbot) -> dict[str, list[str]]:
    room, step = build(name, tools, qtbot)
    found = {}
    for scene in scenes(step, qtbot):
        qtbot.wait(60)
        room.grab()
        assert (room.width(), room.height()) == (WIDTH, HEIGHT), scene
        problems = cut_off(room)
        if problems:
            found[scene] = problems
    step.leave()
    step.close_step()
    qtbot.wait(20)
    return found


@pytest.mark.parametrize("name", ["area", "samples", "model", "publish"])
@pytest.mark.parametrize("language", Language)
def test_a40_nothing_is_cut_off(
    qtbot, tools: PageTools, translation: Translation, name: str, language: Language
) -> None:
    translation.set_language(language)
    assert look_at(name, tools, qtbot) == {}


@pytest.mark.parametrize("name", ["area", "samples", "model", "publish"])
def test_a40_nothing_is_cut_off_in_a_long_language(qtbot, tools: PageTools, name: str) -> None:
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        assert look_at(name, tools, qtbot) == {}
    finally:
        QCoreApplication.removeTranslator(translator)


@pytest.mark.parametrize("name", ["area", "samples", "model", "publish"])
def test_every_control_has_a_name_and_changes_with_the_language(
    qtbot, tools: PageTools, translation: Translation, name: str
) -> None:
    room, step = build(name, tools, qtbot)
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in room.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(room)
        and not widget.accessibleName()
        and not widget.inherits("QHeaderView")
    ]
    assert nameless == []

    def words() -> dict[QWidget, str]:
        kinds = (Button, QLabel)
        return {one: one.text() for one in room.findChildren(QWidget) if isinstance(one, kinds) and one.isVisible()}

    english = words()
    translation.set_language(Language.CHINESE)
    qtbot.wait(60)
    chinese = words()
    same = {"", "mm", "mm²", "CAP-32 · 7", "307\u00a0MB"}
    left = [text for one, text in english.items() if chinese.get(one) == text]
    assert [text for text in left if not text.isdecimal() and text not in same] == []
    step.leave()
    step.close_step()
