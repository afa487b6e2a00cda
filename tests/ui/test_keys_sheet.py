"""The sheet of keys: all of them where there is room, scrolled above its button where there is not."""

import pytest

from inspector.ui.keys_sheet import KeysSheet
from inspector.ui.main_window import MainWindow
from inspector.ui.translation import Language, Translation
from tests.support.scripted_line import ScriptedLine
from tests.ui.test_layout import lying_over_another


def opened(window: MainWindow, qtbot) -> KeysSheet:
    window.header.keys.click()
    (sheet,) = (one for one in window.findChildren(KeysSheet) if one.isVisible())
    qtbot.wait(60)
    return sheet


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
@pytest.mark.parametrize("language", Language)
def test_the_list_ends_above_the_button(
    make_window, translation: Translation, line: ScriptedLine, qtbot, language: Language, size: tuple[int, int]
) -> None:
    translation.set_language(language)
    sheet = opened(make_window(line, *size), qtbot)
    assert lying_over_another(sheet) == []
    assert sheet.area.geometry().bottom() < sheet.close_button.geometry().top()
    assert sheet.rect().contains(sheet.close_button.geometry())
    sheet.dismiss()


def test_a_small_window_scrolls_to_the_last_key(make_window, line: ScriptedLine, qtbot) -> None:
    sheet = opened(make_window(line, 1280, 800), qtbot)
    bar = sheet.area.verticalScrollBar()
    assert bar.maximum() > 0
    last = sheet._labels[-1]
    sheet.area.ensureWidgetVisible(last)
    view = sheet.area.viewport()
    assert view.rect().contains(last.mapTo(view, last.rect().center()))
    sheet.dismiss()


@pytest.mark.parametrize("language", Language)
def test_a_large_window_shows_all_keys_at_once_on_one_line_each(
    make_window, translation: Translation, line: ScriptedLine, qtbot, language: Language
) -> None:
    translation.set_language(language)
    sheet = opened(make_window(line, 1920, 1080), qtbot)
    assert sheet.area.verticalScrollBar().maximum() == 0
    assert {label.heightForWidth(label.width()) for label in sheet._labels} == {sheet._labels[0].sizeHint().height()}
    sheet.dismiss()
