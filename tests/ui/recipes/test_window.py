"""The Recipes page in the window: its tab, its keys, its languages, and a line that notices nothing of it."""

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt

from inspector.cameras.catalog import Catalog
from inspector.core.draft import Step
from inspector.core.line import LineState
from inspector.services.capture import CaptureState
from inspector.ui.main_window import MainWindow, StationInfo
from inspector.ui.tools import PageTools
from inspector.ui.widgets.sheet import Sheet
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.scripted_line import ScriptedLine, draw_part
from tests.support.setup_desk import SetupStation
from tests.ui.test_layout import cut_off

CAMERA = "simulated:cap?size=320x256&rate=20"


@pytest.fixture
def wired(station: SetupStation) -> SetupStation:
    station.open_cameras(Catalog(), CAMERA)
    return station


@pytest.fixture
def window(wired: SetupStation, tools: PageTools, line: ScriptedLine, qtbot) -> Iterator[MainWindow]:
    info = StationInfo("Station A", records=MemoryRecordStore(), images=MemoryImageStore(), setup=wired.desk())
    window = MainWindow(line, tools, info)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.close_now()
    window.shut_down()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def opened(window: MainWindow, qtbot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: window.recipes_page.list.model.rowCount() == 3)


def camera_step(window: MainWindow, qtbot) -> None:
    window.recipes_page.list.new.click()
    qtbot.waitUntil(lambda: window.recipes_page.setup is not None)
    window.recipes_page.setup.go_to(Step.CAMERA)
    qtbot.waitUntil(lambda: window.recipes_page.setup.step.shot is not None, timeout=20_000)


def test_f3_opens_the_page_and_f2_f4_leave_it(window: MainWindow, qtbot) -> None:
    opened(window, qtbot)
    assert [tab.text() for tab in window.tabs.tabs] == ["Station", "Recipes", "History"]
    assert window.pages.currentWidget() is window.recipes_page
    qtbot.keyClick(window, Qt.Key.Key_F4)
    assert window.pages.currentWidget() is window.history_page
    qtbot.keyClick(window, Qt.Key.Key_F2)
    assert window.pages.currentWidget() is window.station_page


def test_another_page_gives_the_camera_back_and_this_one_takes_it_again(
    window: MainWindow, wired: SetupStation, qtbot
) -> None:
    opened(window, qtbot)
    camera_step(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: wired.capture.status.state is CaptureState.CLOSED, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_F3)
    assert window.recipes_page.setup is not None
    qtbot.waitUntil(lambda: wired.capture.status.state is CaptureState.LIVE, timeout=20_000)


def places(window: MainWindow, qtbot) -> Iterator[str]:
    """Everything of the page that can be seen, one after the other."""
    page = window.recipes_page

    def done() -> None:
        for sheet in window.findChildren(Sheet):
            sheet.dismiss()

    yield "list"
    page.list.as_table.click()
    yield "table"
    page.list.search.setText("nothing like it")
    yield "no match"
    page.list.search.setText("")
    for name in ("compare", "export"):
        page.list.select("cap")
        page.list.deeds[name].click()
        yield name
        done()
    camera_step(window, qtbot)
    for number, button in enumerate(page.setup.step.ui.choices):
        button.click()
        yield f"camera {number}"
    page.setup.go_to(Step.PRODUCT)
    yield "product"


def test_a40_switching_the_language_cuts_nothing_off_and_disturbs_nothing(
    window: MainWindow, line: ScriptedLine, qtbot
) -> None:
    """A-40 on the Recipes page: both ways within a second, nothing cut off at 1280 x 800, inspection goes on."""
    line.set_state(LineState.RUNNING)
    opened(window, qtbot)
    image = draw_part(64, 80)
    found, slowest = {}, 0.0
    for name in places(window, qtbot):
        for _ in range(2):
            line.part(0.4, image=image)
            began = time.monotonic()
            window.header.language.click()
            qtbot.wait(1)
            slowest = max(slowest, time.monotonic() - began)
            qtbot.wait(40)
            window.grab()
            problems = cut_off(window)
            if problems:
                found[name] = problems
            assert (window.width(), window.height()) == (1280, 800)
    assert found == {}
    assert slowest < 1.0
    assert line.status.state is LineState.RUNNING


def test_keys_alone_take_a_product_to_its_scale(window: MainWindow, qtbot) -> None:
    """A-43: name, code, camera and scale without a mouse."""
    opened(window, qtbot)
    qtbot.keyClick(window.recipes_page.list.view, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.recipes_page.setup is not None)
    setup = window.recipes_page.setup

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(window.focusWidget() or window, key, modifier)

    qtbot.keyClicks(setup.step.name, "bottle")
    press(Qt.Key.Key_Tab)
    assert window.focusWidget() is setup.step.code
    qtbot.keyClicks(setup.step.code, "77")
    press(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert setup.step.step is Step.CAMERA
    assert window.focusWidget() is setup.step.ui.camera
    qtbot.waitUntil(lambda: setup.step.shot is not None, timeout=20_000)
    # Of buttons that exclude each other Tab meets the chosen one; arrows choose among them.
    for _ in range(60):
        press(Qt.Key.Key_Tab)
        if window.focusWidget() is setup.step.ui.choices[0]:
            break
    press(Qt.Key.Key_Right)
    assert setup.step.ui.choices[1].hasFocus()
    assert setup.step.ui.choices[1].shows_ring
    assert setup.step.ui.scale.isVisible()
    setup.step.ui.scale.points.setFocus(Qt.FocusReason.TabFocusReason)
    press(Qt.Key.Key_Space)
    assert setup.step.ui.view.hasFocus()
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Right)
    setup.step.ui.scale.length.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(setup.step.ui.scale.length, "15.9\r")
    assert setup.draft.recipe.mm_per_px == pytest.approx(0.1)
    assert setup.draft.recipe.line_code == 77


def test_closing_the_window_keeps_what_was_typed_last(window: MainWindow, wired: SetupStation, qtbot) -> None:
    opened(window, qtbot)
    window.recipes_page.list.new.click()
    qtbot.waitUntil(lambda: window.recipes_page.setup is not None)
    qtbot.keyClicks(window.recipes_page.setup.step.name, "bottle")
    window.shut_down()
    assert [draft.recipe.product for draft in wired.drafts.list()] == ["bottle"]


def test_every_control_of_the_page_has_a_name_for_screen_readers(window: MainWindow, qtbot) -> None:
    opened(window, qtbot)
    widgets: Callable[[], list[str]] = lambda: [  # noqa: E731 - asked twice
        f"{type(widget).__name__} of {type(widget.parent()).__name__}"
        for widget in window.recipes_page.findChildren(type(window).__mro__[1])
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(window)
        and not widget.accessibleName()
        and not widget.inherits("QHeaderView")
        and not widget.inherits("QScrollArea")
    ]
    assert widgets() == []
    camera_step(window, qtbot)
    assert widgets() == []
