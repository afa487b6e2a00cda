"""The station page with a scripted line: what people see and press."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from inspector.core.line import Balance, LineState
from inspector.ui.main_window import MainWindow
from inspector.ui.station.lot_sheet import LotSheet
from inspector.ui.station.page import StationPage
from inspector.ui.station.product_sheet import ProductSheet
from inspector.ui.station.questions import BalanceSheet, StopQuestion
from inspector.ui.widgets.verdict_banner import Tone
from tests.support.scripted_line import ScriptedLine, draw_part, fault

IMAGE = draw_part(64, 80)
GOOD, BAD = 0.38, 2.41


@pytest.fixture
def page(window: MainWindow) -> StationPage:
    return window.station_page


@pytest.fixture
def running(line: ScriptedLine, page: StationPage, qtbot) -> ScriptedLine:
    line.set_state(LineState.RUNNING)
    qtbot.waitUntil(lambda: page.controls.pause.isEnabled())
    return line


def inspect(line: ScriptedLine, page: StationPage, qtbot, *scores: float | None) -> None:
    for score in scores:
        line.part(score, image=None if score is None else IMAGE)
    before = len(page.showing.parts) + page.showing.since
    qtbot.waitUntil(lambda: len(page.showing.parts) + page.showing.since >= before + len(scores))


def press(page: StationPage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(page.well, key, modifier)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_good_part_is_calm_and_plain(running: ScriptedLine, page: StationPage, qtbot) -> None:
    """A-16: no heat on a part that passed, whatever its map says below the limit."""
    inspect(running, page, qtbot, 0.9)
    assert page.column.banner.content.tone is Tone.OK
    assert not page.well.content.heat
    assert page.view_bar.heat.isChecked()


def test_a_rejected_part_is_held_and_later_ones_are_counted(running: ScriptedLine, page: StationPage, qtbot) -> None:
    """A-19."""
    inspect(running, page, qtbot, BAD, GOOD, GOOD, GOOD)
    banner = page.column.banner
    assert (banner.content.word, banner.content.note) == ("NG", "+3 OK")
    assert page.well.content.part.decision.score == BAD
    assert page.well.content.heat
    assert [part.passed for part in page.strip_bar.strip.visible_parts] == [False, True, True, True]
    qtbot.waitUntil(lambda: banner.content.word == "OK", timeout=4000)
    assert banner.content.note == ""


def test_sums_are_those_of_the_line(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD, BAD, None)
    lot, shift = page.column.counters.counts
    assert (lot.passed, lot.failed, lot.not_inspected) == (1, 1, 1)
    assert shift == running.shift_counts


def test_a_missed_frame_is_said_in_the_well(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, None)
    assert page.well.content.picture is None
    assert page.well.content.message == "There is no picture of this part"
    assert page.column.banner.content.tone is Tone.NOT_INSPECTED


def test_time_is_shown_against_what_the_recipe_allows(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD)
    assert page.column.time.text() == "Time 38 of 120 ms"


def test_stopped_grays_the_picture_and_the_verdict(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, BAD)
    running.set_state(LineState.STOPPED)
    qtbot.waitUntil(lambda: page.well.content.greyed)
    assert page.column.banner.content.dimmed


def test_an_overdue_part_dims_the_verdict(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD)
    qtbot.waitUntil(lambda: page.column.banner.content.dimmed, timeout=4000)
    assert page.column.banner.content.reason == "waiting for part"


def test_a_missing_record_is_shouted(running: ScriptedLine, page: StationPage, qtbot) -> None:
    running.balance = Balance(triggers=5, answers=5, records=4)
    qtbot.waitUntil(lambda: page.column.counters.unaccounted == 1, timeout=5000)
    assert page.column.counters.balance_text() == "1 part unaccounted"
    page.column.counters.balance_asked.emit()
    assert isinstance(page.asking.sheet, BalanceSheet)


def test_a_simulated_source_is_said_on_header_and_well(make_window, qtbot) -> None:
    """A-22, on the screen."""
    window = make_window(ScriptedLine(simulated=True))
    assert window.header.badge.isVisible()
    assert window.station_page.well.content.simulated


def test_a_real_source_carries_no_badge(window: MainWindow) -> None:
    assert not window.header.badge.isVisible()
    assert not window.station_page.well.content.simulated


def test_pictures_of_old_parts_are_shown_small(running: ScriptedLine, page: StationPage, qtbot) -> None:
    page._pictures._budget = page._reject_pictures._budget = 1
    for _ in range(3):
        inspect(running, page, qtbot, GOOD)
    page._on_part_chosen(page.showing.parts[0].id)
    assert page.well.content.preview
    assert page.well.content.picture is page.showing.parts[0].thumbnail


# --- what is pressed -------------------------------------------------------------------------------------------------


def test_start_needs_a_product_and_no_stopping_fault(line: ScriptedLine, page: StationPage, qtbot) -> None:
    start = page.controls.start
    assert start.isEnabled()
    line.set_faults((fault("CAM-001"),))
    qtbot.waitUntil(lambda: not start.isEnabled())
    line.acknowledge("CAM-001")
    qtbot.waitUntil(lambda: start.isEnabled())


def test_the_page_works_by_keys_alone(line: ScriptedLine, page: StationPage, window: MainWindow, qtbot) -> None:
    """A-43, station part."""
    QTest.keyPress(page.well, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: ("start",) in line.asked, timeout=5000)
    QTest.keyRelease(page.well, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.controls.pause.isEnabled())
    inspect(line, page, qtbot, GOOD, BAD)
    press(page, Qt.Key.Key_F)
    assert line.asked[-1] == ("flag", page.showing.shown.id, True)
    press(page, Qt.Key.Key_F5)
    assert page.showing.frozen
    press(page, Qt.Key.Key_Left)
    assert page.showing.shown is page.showing.parts[-2]
    press(page, Qt.Key.Key_Right)
    assert page.showing.shown is page.showing.parts[-1]
    press(page, Qt.Key.Key_Escape)
    assert not page.showing.frozen
    press(page, Qt.Key.Key_L)
    assert page.showing.shown is page.showing.last_reject
    press(page, Qt.Key.Key_F5)
    press(page, Qt.Key.Key_N)
    assert page.strip_bar.strip.rejects_only
    press(page, Qt.Key.Key_H)
    press(page, Qt.Key.Key_O)
    assert not page.view_bar.heat.isChecked()
    assert not page.view_bar.outline.isChecked()
    press(page, Qt.Key.Key_F10)
    assert line.asked[-1] == ("pause",)
    qtbot.waitUntil(lambda: page.controls.product.isEnabled())
    press(page, Qt.Key.Key_F10, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(page.asking.sheet, StopQuestion)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert line.asked[-1] == ("stop",)


def test_focus_goes_through_every_control_by_tab(
    page: StationPage, running: ScriptedLine, window: MainWindow, qtbot
) -> None:
    inspect(running, page, qtbot, BAD)
    page.well.setFocus()
    reached = set()
    for _ in range(60):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        reached.add(window.focusWidget())
    bar, controls = page.view_bar, page.controls
    wanted = [bar.fit, bar.actual, bar.keep, bar.heat, bar.outline, bar.freeze, controls.pause, controls.stop]
    wanted += [controls.lot, controls.flag, page.column.counters, page.column.last_reject, page.strip_bar.left]
    wanted += [page.strip_bar.all, page.strip_bar.rejects, window.header.language, window.header.theme]
    assert [widget.accessibleName() for widget in wanted if widget not in reached] == []


def test_letters_never_start_or_stop_a_line(running: ScriptedLine, page: StationPage) -> None:
    for key in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1):
        press(page, Qt.Key(key))
    assert not {("start",), ("pause",), ("stop",)} & set(running.asked)


def test_the_f9_key_must_be_held(line: ScriptedLine, page: StationPage, qtbot) -> None:
    QTest.keyClick(page.well, Qt.Key.Key_F9)
    qtbot.wait(1200)
    assert line.asked == []


def test_stopping_names_its_effect_and_can_be_left(running: ScriptedLine, page: StationPage, qtbot) -> None:
    page.controls.stop.click()
    question = page.asking.sheet
    assert isinstance(question, StopQuestion)
    assert question.confirm.text() == "Stop inspecting"
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert page.asking.sheet is None
    assert ("stop",) not in running.asked
    page.controls.stop.click()
    page.asking.sheet.confirm.click()
    assert running.asked[-1] == ("stop",)


def test_a_start_under_way_is_given_up_without_asking(line: ScriptedLine, page: StationPage, qtbot) -> None:
    line.set_state(LineState.STARTING)
    qtbot.waitUntil(lambda: page.controls.stop.isEnabled())
    page.controls.stop.click()
    assert line.asked == [("stop",)]


def test_a_question_never_covers_the_verdict_or_the_buttons(running: ScriptedLine, page: StationPage, qtbot) -> None:
    for ask in (page.asking.ask_stop, page.asking.ask_product, page.asking.ask_lot, page._on_balance_asked):
        ask()
        sheet = page.asking.sheet
        box = sheet.geometry()
        for kept in (page.column, page.controls, page.strip_bar):
            area = kept.rect().translated(kept.mapTo(sheet.parentWidget(), kept.rect().topLeft()))
            assert not box.intersects(area), type(sheet).__name__
        sheet.dismiss()


# --- freezing --------------------------------------------------------------------------------------------------------


def test_freezing_stands_still_while_the_line_goes_on(running: ScriptedLine, page: StationPage, qtbot) -> None:
    """A-20."""
    inspect(running, page, qtbot, GOOD, BAD)
    page.view_bar.freeze.click()
    frozen = page.showing.shown
    sums = page.column.counters.counts
    dots = page.column.trend.points()
    for _ in range(12):
        running.part(GOOD, image=IMAGE)
    qtbot.waitUntil(lambda: page.showing.since == 12)
    assert page.well.content.part is frozen
    assert page.well.content.headline.startswith("Frozen, 12 parts since")
    assert page.column.counters.counts == sums
    assert page.column.trend.points() == dots
    assert len(page.strip_bar.strip.visible_parts) == 2
    assert not page.controls.product.isEnabled()
    assert not page.controls.start.isEnabled()
    page.controls.pause.click()
    assert running.asked[-1] == ("pause",)
    page.view_bar.freeze.click()
    assert not page.showing.frozen
    assert len(page.strip_bar.strip.visible_parts) == 14
    assert page.column.counters.counts[0].total == 14


def test_freezing_ends_after_a_minute(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD)
    page.view_bar.freeze.click()
    page._showing._frozen_at_s -= 61
    qtbot.waitUntil(lambda: not page.showing.frozen)
    assert not page.view_bar.freeze.isChecked()


def test_freezing_needs_a_part(running: ScriptedLine, page: StationPage) -> None:
    assert not page.view_bar.freeze.isEnabled()
    press(page, Qt.Key.Key_F5)
    assert not page.showing.frozen


def test_touching_a_thumbnail_freezes_on_it(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, BAD, GOOD, GOOD)
    strip = page.strip_bar.strip
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.cell_rect(13).center())
    assert page.showing.shown is page.showing.parts[0]
    assert page.well.content.edge


def test_a_frozen_good_part_shows_its_heat_on_wish(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, 0.9)
    page.view_bar.freeze.click()
    assert page.well.content.heat


# --- zoom ------------------------------------------------------------------------------------------------------------


def test_the_next_part_fits_again_unless_the_zoom_is_kept(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD)
    page.well.zoom_in()
    inspect(running, page, qtbot, GOOD)
    assert not page.well.zoomed
    page.view_bar.keep.click()
    page.well.zoom_in()
    inspect(running, page, qtbot, GOOD)
    assert page.well.zoomed
    press(page, Qt.Key.Key_0)
    assert not page.well.zoomed


# --- flag, lot, product ----------------------------------------------------------------------------------------------


def test_flagging_can_be_undone(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, BAD)
    part = page.showing.shown
    page.controls.flag.click()
    assert page.notice.text == f"Part {part.frame_id} is on the review list"
    page.notice._button.click()
    assert running.asked[-2:] == [("flag", part.id, True), ("flag", part.id, False)]
    assert page.notice.text == "Taken off the review list"


def test_a_new_lot_shows_the_old_sums_and_names_the_new_one(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD, BAD)
    page.controls.lot.click()
    sheet = page.asking.sheet
    assert isinstance(sheet, LotSheet)
    assert "2 parts: 1 OK, 1 NG, 0 not inspected" in sheet._sums.text()
    assert not sheet.confirm.isEnabled()
    QTest.keyClicks(sheet.field, "2411-08")
    assert sheet.confirm.text() == "Start lot 2411-08"
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    assert running.asked[-1] == ("new_lot", "2411-08")
    qtbot.waitUntil(lambda: page.notice.text == "Lot 2411-08 has begun")
    assert page.column.counters.counts[0].total == 0


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "Scan or type"),
        ("   ", "Scan or type"),
        ("2411-07", "running already"),
        ("x" * 65, "at most 64"),
        ("a\u202eb", "cannot be shown"),
        ("a\u0007b", "cannot be shown"),
    ],
)
def test_a_lot_that_cannot_be_is_refused_with_the_reason(page: StationPage, typed: str, problem: str) -> None:
    page.controls.lot.click()
    page.asking.sheet.field.setText(typed)
    assert problem in page.asking.sheet.problem()
    assert not page.asking.sheet.confirm.isEnabled()


def test_letters_typed_into_a_field_are_only_letters(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD)
    page.controls.lot.click()
    QTest.keyClicks(page.asking.sheet.field, "FLOHN01")
    assert page.asking.sheet.field.text() == "FLOHN01"
    assert not page.showing.frozen
    assert not any(asked[0] == "flag" for asked in running.asked)


def test_changing_the_product_names_it_in_the_button(line: ScriptedLine, page: StationPage, qtbot) -> None:
    page.controls.product.click()
    sheet = page.asking.sheet
    assert isinstance(sheet, ProductSheet)
    qtbot.waitUntil(lambda: sheet.list.count() == 2)
    assert sheet.confirm.text() == "Change to Rubber gasket v2"
    sheet.list.setCurrentRow(0)
    assert not sheet.confirm.isEnabled(), "the product in use cannot be chosen again"
    sheet.search.setText("GASK")
    assert sheet.list.count() == 1
    sheet.confirm.click()
    assert line.asked == [("change_recipe", "gasket")]
    qtbot.waitUntil(lambda: "Rubber gasket v2" in page.notice.text)


def test_the_product_is_changed_by_keys_alone(line: ScriptedLine, page: StationPage, qtbot) -> None:
    page.controls.product.click()
    sheet = page.asking.sheet
    qtbot.waitUntil(lambda: sheet.list.count() == 2)
    chosen = sheet.list.currentRow()
    QTest.keyClick(sheet.search, Qt.Key.Key_Up)
    assert sheet.list.currentRow() == chosen - 1
    QTest.keyClick(sheet.search, Qt.Key.Key_Return)
    assert line.asked == [], "the product in use is no change"
    QTest.keyClick(sheet.search, Qt.Key.Key_Down)
    QTest.keyClick(sheet.search, Qt.Key.Key_Return)
    assert line.asked == [("change_recipe", "gasket")]
    assert page.asking.sheet is None


def test_a_start_closes_the_list_of_products(line: ScriptedLine, page: StationPage, qtbot) -> None:
    page.controls.product.click()
    qtbot.waitUntil(lambda: page.asking.sheet.list.count() == 2)
    page.asking.start()
    assert page.asking.sheet is None
    assert line.asked == [("start",)]


def test_a_product_that_is_not_there_is_said(line: ScriptedLine, page: StationPage, qtbot) -> None:
    line.known_recipes = ()
    page.controls.product.click()
    assert page.asking.sheet._state.text() == "Working…"
    qtbot.waitUntil(lambda: page.asking.sheet._state.text() == "No product is published yet.")


def test_another_product_begins_with_an_empty_page(running: ScriptedLine, page: StationPage, qtbot) -> None:
    inspect(running, page, qtbot, GOOD, BAD)
    running.change_recipe(replace(running.known_recipes[1]))
    qtbot.waitUntil(lambda: page.showing.parts == ())
    assert page.column.last_reject.part is None


# --- language and theme ----------------------------------------------------------------------------------------------


def test_the_language_changes_at_once_and_nothing_else_does(
    running: ScriptedLine, page: StationPage, window: MainWindow, remembered: list[tuple[str, str]], qtbot
) -> None:
    """A-40."""
    inspect(running, page, qtbot, BAD)
    asked = list(running.asked)
    window.header.language.click()
    qtbot.waitUntil(lambda: page.controls.pause.text() == "暂停", timeout=1000)
    assert page.column.banner.content.qualifier == "不合格"
    assert window.header.language.text() == "EN"
    window.header.language.click()
    qtbot.waitUntil(lambda: page.controls.pause.text() == "Pause", timeout=1000)
    assert remembered == [("language", "zh_CN"), ("language", "en")]
    assert running.asked == asked


def test_the_theme_changes_at_once(
    page: StationPage, window: MainWindow, remembered: list[tuple[str, str]], qtbot
) -> None:
    assert window.header.theme.text() == "Dark"
    window.header.theme.click()
    qtbot.wait(20)
    assert window.grab().toImage().pixelColor(3, 3).lightness() < 80
    assert window.header.theme.text() == "Light"
    assert remembered == [("theme", "dark")]
