"""Buttons that are held, that count two touches once, and that keep their words."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import HOLD_S, Button, HoldButton, two_line_width


@pytest.fixture
def held(qtbot, look: Look) -> HoldButton:
    button = HoldButton(look, "start", key="F9")
    button.setText("Start")
    qtbot.addWidget(button)
    button.show()
    return button


def test_holding_for_a_second_does_it(held: HoldButton, qtbot) -> None:
    began = time.monotonic()
    with qtbot.waitSignal(held.held, timeout=5000):
        qtbot.mousePress(held, Qt.MouseButton.LeftButton)
    assert time.monotonic() - began >= HOLD_S
    qtbot.mouseRelease(held, Qt.MouseButton.LeftButton)


def test_letting_go_too_early_does_nothing(held: HoldButton, qtbot) -> None:
    with qtbot.assertNotEmitted(held.held, wait=1200):
        qtbot.mousePress(held, Qt.MouseButton.LeftButton)
        qtbot.wait(300)
        assert held.holding
        held.grab()
        qtbot.mouseRelease(held, Qt.MouseButton.LeftButton)
    assert not held.holding


def test_the_space_key_holds_as_well(held: HoldButton, qtbot) -> None:
    with qtbot.waitSignal(held.held, timeout=5000):
        QTest.keyPress(held, Qt.Key.Key_Space)
    QTest.keyRelease(held, Qt.Key.Key_Space)


def test_a_button_that_is_locked_is_let_go(held: HoldButton, qtbot) -> None:
    with qtbot.assertNotEmitted(held.held, wait=1200):
        qtbot.mousePress(held, Qt.MouseButton.LeftButton)
        held.setEnabled(False)
    assert not held.holding
    held.begin_hold()
    assert not held.holding


def test_two_touches_at_once_count_once(qtbot, look: Look) -> None:
    button = Button(look, "pause")
    qtbot.addWidget(button)
    button.show()
    clicks: list[int] = []
    button.clicked.connect(lambda: clicks.append(1))
    for _ in range(3):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(clicks) == 1
    qtbot.wait(320)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(clicks) == 2


@pytest.mark.parametrize("text", ["Change product", "更换产品", "Stop", "Show all faults that stand", "x"])
def test_a_word_fits_on_two_lines_at_the_least_size(qtbot, look: Look, text: str) -> None:
    button = Button(look, "product", height_mm=20.0, key="F7")
    qtbot.addWidget(button)
    button.setText(text)
    button.resize(button.minimumSizeHint())
    button.show()
    assert button.text_fits()
    button.grab()


def test_two_lines_are_never_wider_than_one(look: Look) -> None:
    metrics = QFontMetrics(look.font(TypeSize.BODY))
    for text in ("Change product", "更换产品", "word", "", "a b c d e f"):
        assert two_line_width(metrics, text) <= metrics.horizontalAdvance(text)


def test_buttons_of_the_line_are_twenty_millimeters_high(look: Look, qtbot) -> None:
    button = HoldButton(look, "start")
    qtbot.addWidget(button)
    assert button.sizeHint().height() == look.px(20)


def test_a_button_is_named_for_screen_readers(qtbot, look: Look) -> None:
    button = Button(look, "pause")
    qtbot.addWidget(button)
    button.setText("Pause")
    assert button.accessibleName() == "Pause"
    button.setText("暂停")
    assert button.accessibleName() == "暂停"
    named = Button(look, "left")
    qtbot.addWidget(named)
    named.setAccessibleName("Part before")
    named.setText("<")
    assert named.accessibleName() == "Part before"
