"""Nothing is cut off at 1280 x 800, in either language and in one that is longer than both."""

from itertools import combinations

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QWidget

from inspector.core.line import LineState
from inspector.ui.main_window import MainWindow
from inspector.ui.translation import Language, Translation
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.elided_label import ElidedLabel
from inspector.ui.widgets.sheet import Sheet
from inspector.ui.widgets.verdict_banner import VerdictBanner
from tests.support.pseudo import PseudoTranslator
from tests.support.scripted_line import RECIPE, ScriptedLine, draw_part, fault

IMAGE = draw_part(64, 80)


def cut_off(window: MainWindow) -> list[str]:
    """Every text that does not fit into its widget, and every widget that hangs out of the window."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or widget.visibleRegion().isEmpty():
            continue
        box = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        scrolled = widget.parent() is not None and widget.parent().objectName() == "qt_scrollarea_viewport"
        inside = window.rect().contains(box) or scrolled
        if not inside and not _in_scroll_area(widget):
            found.append(f"{type(widget).__name__} at {box}")
        if isinstance(widget, Button) and widget.text() and not widget.text_fits():
            found.append(f"button {widget.text()!r} of {widget.width()} px")
        if isinstance(widget, VerdictBanner) and not widget.text_fits():
            found.append(f"verdict {widget.content}")
        if isinstance(widget, Sheet):
            found += lying_over_another(widget)
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            if needed > widget.height() + 1:
                found.append(f"label {widget.text()!r}: {widget.height()} of {needed} px")
    return found


def lying_over_another(sheet: Sheet) -> list[str]:
    """Parts of a sheet that are squeezed into each other."""
    kind = Qt.FindChildOption.FindDirectChildrenOnly
    parts = [one for one in sheet.findChildren(QWidget, options=kind) if one.isVisibleTo(sheet)]
    return [
        f"{type(one).__name__} at {one.geometry()} over {type(other).__name__} at {other.geometry()}"
        for one, other in combinations(parts, 2)
        if one.geometry().intersects(other.geometry())
    ]


def _in_scroll_area(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if parent.inherits("QAbstractScrollArea"):
            return True
        parent = parent.parentWidget()
    return False


def fill(line: ScriptedLine) -> None:
    line.set_state(LineState.RUNNING)
    for index in range(20):
        line.part(2.0 if index % 6 == 5 else 0.4, image=IMAGE)
    line.part(None)


@pytest.fixture
def long_language(translation: Translation):
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def states(line: ScriptedLine, window: MainWindow):
    """Every state of the page, one after the other."""
    page = window.station_page
    yield "empty"
    fill(line)
    yield "running"
    page.view_bar.freeze.click()
    yield "frozen"
    page._unfreeze()
    for name, open_sheet in (
        ("stop", page.asking.ask_stop),
        ("product", page.asking.ask_product),
        ("lot", page.asking.ask_lot),
        ("balance", page._on_balance_asked),
        ("keys", window._on_keys),
    ):
        open_sheet()
        yield name
        page.asking.sheet.dismiss()
    page._on_flag()
    yield "flag"
    line.set_faults((fault("CAM-002"), fault("DAT-001"), fault("LIN-002"), fault("SYS-002")))
    line.set_state(LineState.FAULTED)
    yield "fault"
    window._on_fault_list()
    yield "fault list"
    page.asking.sheet.dismiss()
    window._on_fault_help(line.faults[0])
    yield "fault help"
    page.asking.sheet.dismiss()
    window.show_page(1)
    yield "history"


def look_at_all(line: ScriptedLine, window: MainWindow, qtbot) -> dict[str, list[str]]:
    found = {}
    for name in states(line, window):
        qtbot.wait(60)
        window.grab()
        assert window.width() <= 1280, name
        assert window.height() <= 800, name
        problems = cut_off(window)
        if problems:
            found[name] = problems
    return found


@pytest.mark.parametrize("language", Language)
def test_nothing_is_cut_off(
    make_window, translation: Translation, line: ScriptedLine, qtbot, language: Language
) -> None:
    """A-40, at the least size of a screen."""
    translation.set_language(language)
    window = make_window(line)
    assert look_at_all(line, window, qtbot) == {}


@pytest.mark.usefixtures("long_language")
def test_nothing_is_cut_off_in_a_long_language(make_window, line: ScriptedLine, qtbot) -> None:
    window = make_window(line)
    assert look_at_all(line, window, qtbot) == {}


def test_an_upright_screen_stacks_the_column_under_the_picture(make_window, line: ScriptedLine, qtbot) -> None:
    window = make_window(line, 1080, 1900)
    fill(line)
    qtbot.wait(60)
    page = window.station_page
    assert page.column.geometry().top() > page.well.geometry().bottom()
    assert window.width() <= 1080


def test_without_a_product_the_button_to_choose_one_is_large(make_window, qtbot) -> None:
    window = make_window(ScriptedLine(recipe=None))
    choose = window.station_page.column.choose
    assert choose.isVisible()
    assert choose.height() >= window.station_page._look.px(20)
    assert window.height() <= 800


def test_switching_the_language_keeps_the_size_of_the_window(make_window, line: ScriptedLine, qtbot) -> None:
    window = make_window(line)
    before = window.size()
    for _ in range(2):
        window.header.language.click()
        qtbot.wait(30)
        assert window.size() == before


def test_every_control_has_a_name_for_screen_readers(make_window, line: ScriptedLine, qtbot) -> None:
    window = make_window(line)
    fill(line)
    qtbot.wait(60)
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(window)
        and not widget.accessibleName()
        and not widget.inherits("QHeaderView")
    ]
    assert [f"{type(widget).__name__} {widget.objectName()}" for widget in nameless] == []


def test_texts_of_the_page_all_change_with_the_language(make_window, line: ScriptedLine, qtbot) -> None:
    window = make_window(line)
    fill(line)
    qtbot.wait(60)

    def words() -> dict[QWidget, str]:
        kinds = (Button, QLabel, ElidedLabel)
        named = [widget for widget in window.findChildren(QWidget) if isinstance(widget, kinds)]
        return {w: w.text if isinstance(w, ElidedLabel) else w.text() for w in named if w.isVisibleTo(window)}

    same_in_both = {"", "1:1", "?", "Station A", window.header.clock.text, window.station_page.view_bar.info.text}
    english = words()
    window.header.language.click()
    qtbot.wait(60)
    chinese = words()
    left = [text for widget, text in english.items() if chinese.get(widget) == text and text not in same_in_both]
    assert left == []
    assert RECIPE.title[1][1] in window.header.product.text
