"""The frame around the pages."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from inspector.core.line import FaultLife, LineState
from inspector.ui.keys_sheet import KeysSheet
from inspector.ui.main_window import MainWindow
from inspector.ui.station.questions import CloseQuestion, FaultListSheet, FaultSheet, StopQuestion
from tests.support.scripted_line import ScriptedLine, draw_part, fault

IMAGE = draw_part(64, 80)


def test_the_header_says_what_is_running(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    header = window.header
    assert (header.station.text, header.product.text, header.lot.text) == ("Station A", "Cap 32 mm v7", "Lot 2411-07")
    line.set_state(LineState.RUNNING)
    qtbot.waitUntil(lambda: header.state.accessibleName() == "Running")
    line.change_recipe(line.known_recipes[1])
    line.new_lot("9")
    qtbot.waitUntil(lambda: header.lot.text == "Lot 9")
    assert header.product.text == "Rubber gasket v2"


def test_without_product_and_lot_the_header_says_so(make_window) -> None:
    line = ScriptedLine(recipe=None)
    line.lot = ""
    header = make_window(line).header
    assert (header.product.text, header.lot.text) == ("No product", "No lot")


def test_f8_acknowledges_the_worst_fault(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    line.set_faults((fault("DAT-001"), fault("CAM-002")))
    qtbot.waitUntil(lambda: window.fault_bar.isVisible())
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert line.asked == [("acknowledge", "CAM-002")]
    qtbot.waitUntil(lambda: window.fault_bar.faults[0].code == "DAT-001")


def test_a_fault_that_is_gone_leaves_the_bar_when_it_was_seen(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    """A-45."""
    line.set_faults((fault("CAM-003", life=FaultLife.GONE_NEW),))
    qtbot.waitUntil(lambda: window.fault_bar.isVisible())
    QTest.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: not window.fault_bar.isVisible())


def test_help_says_the_steps_and_what_maintenance_needs(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    line.set_faults((fault("CAM-002"),))
    qtbot.waitUntil(lambda: window.fault_bar.isVisible())
    window.fault_bar.rows[0]._help.click()
    sheet = window.station_page.asking.sheet
    assert isinstance(sheet, FaultSheet)
    assert sheet.title.text() == "CAM-002  Camera lost"
    assert "no answer for 2.0 s" in sheet._facts.text()


def test_all_faults_are_listed(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    line.set_faults(tuple(fault(code) for code in ("CAM-002", "DAT-001", "LIN-002", "SYS-002")))
    qtbot.waitUntil(lambda: window.fault_bar.isVisible())
    window.fault_bar.rows[0]._more.click()
    sheet = window.station_page.asking.sheet
    assert isinstance(sheet, FaultListSheet)
    assert sheet.title.text() == "4 faults"
    sheet._acknowledge.click()
    assert len([asked for asked in line.asked if asked[0] == "acknowledge"]) == 4


def test_a_page_never_covers_the_fault_bar(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    line.set_faults((fault("CAM-002"),))
    qtbot.waitUntil(lambda: window.fault_bar.isVisible())
    window.show_page(1)
    assert window.fault_bar.isVisible()
    assert window.fault_bar.geometry().bottom() < window.pages.geometry().top()


def test_keys_are_listed_on_a_question_mark(window: MainWindow) -> None:
    QTest.keyClick(window.station_page.well, Qt.Key.Key_Question)
    assert isinstance(window.station_page.asking.sheet, KeysSheet)
    QTest.keyClick(window.station_page.asking.sheet, Qt.Key.Key_Escape)
    assert window.station_page.asking.sheet is None


def test_pause_and_stop_work_from_every_page(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    line.set_state(LineState.RUNNING)
    qtbot.waitUntil(lambda: window.station_page.controls.pause.isEnabled())
    window.show_page(1)
    QTest.keyClick(window, Qt.Key.Key_F10)
    assert line.asked == [("pause",)]
    QTest.keyClick(window, Qt.Key.Key_F10, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentIndex() == 0
    assert isinstance(window.station_page.asking.sheet, StopQuestion)


def test_a_question_does_not_follow_to_another_page(window: MainWindow) -> None:
    window.station_page.controls.lot.click()
    window.show_page(1)
    assert window.station_page.asking.sheet is None


def test_pages_are_opened_by_key_and_tab(window: MainWindow, qtbot) -> None:
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert window.pages.currentIndex() == 1
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert window.pages.currentIndex() == 0
    qtbot.mouseClick(window.tabs.tabs[1], Qt.MouseButton.LeftButton)
    assert window.pages.currentIndex() == 1


def test_closing_a_resting_line_asks_nothing(window: MainWindow) -> None:
    assert window.close()


@pytest.mark.parametrize("state", [LineState.RUNNING, LineState.PAUSED, LineState.STARTING])
def test_closing_a_line_at_work_asks_first(line: ScriptedLine, window: MainWindow, state: LineState) -> None:
    line.set_state(state)
    assert not window.close()
    assert window.isVisible()
    question = window.station_page.asking.sheet
    assert isinstance(question, CloseQuestion)
    question.confirm.click()
    assert line.asked == [("stop",)]
    assert not window.isVisible()


def test_a_session_that_ends_closes_without_asking(line: ScriptedLine, window: MainWindow) -> None:
    line.set_state(LineState.RUNNING)
    window.allow_close()
    assert window.close()


def test_news_after_the_window_was_closed_reach_nobody(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    window.close_now()
    window.shut_down()
    line.part(0.3, image=IMAGE)
    qtbot.wait(60)
    assert window.station_page.showing.parts == ()


@pytest.mark.promise("R-27")
def test_questions_leave_nothing_behind(line: ScriptedLine, window: MainWindow, qtbot) -> None:
    page = window.station_page
    line.set_state(LineState.RUNNING)
    qtbot.wait(50)

    def open_and_close() -> None:
        for ask in (
            page.asking.ask_stop,
            page.asking.ask_lot,
            page.asking.ask_product,
            window._on_keys,
            page._on_balance_asked,
        ):
            ask()
            qtbot.wait(5)
            page.asking.sheet.dismiss()
            qtbot.wait(5)

    open_and_close()
    before = len(window.findChildren(object))
    for _ in range(5):
        open_and_close()
    assert len(window.findChildren(object)) == before
