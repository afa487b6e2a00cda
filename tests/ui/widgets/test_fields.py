"""Fields hand over what is right and say what is not; nothing changes by accident."""

import pytest
from PySide6.QtCore import Qt

from inspector.ui.widgets.fields import Choice, Field, NumberField, Tick
from inspector.ui.widgets.slide import SlideField


@pytest.fixture
def number(look, qtbot) -> NumberField:
    number = NumberField(look, low=1, high=100, decimals=2)
    qtbot.addWidget(number)
    number.show()
    return number


def typed(number: NumberField, qtbot, text: str) -> tuple[list[float], list[str]]:
    entered: list[float] = []
    refused: list[str] = []
    number.entered.connect(entered.append)
    number.refused.connect(refused.append)
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, text)
    qtbot.keyClick(number, Qt.Key.Key_Return)
    return entered, refused


@pytest.mark.parametrize(("text", "value"), [("12.5", 12.5), ("12,5", 12.5), (" 3 ", 3.0), ("100", 100.0)])
def test_a_number_is_handed_over(number: NumberField, qtbot, text: str, value: float) -> None:
    entered, refused = typed(number, qtbot, text)
    assert entered == [value]
    assert refused == [""]


@pytest.mark.parametrize(
    ("text", "said"), [("0", "1 to 100"), ("101", "1 to 100"), ("ten", "no number"), ("nan", "1 to")]
)
def test_what_is_no_number_or_too_large_is_refused_and_stays(number: NumberField, qtbot, text: str, said: str) -> None:
    entered, refused = typed(number, qtbot, text)
    assert entered == []
    assert said in refused[0]
    assert number.text() == text


def test_whole_numbers_only_where_only_they_mean_something(number: NumberField, qtbot) -> None:
    number.set_range(1, 100, 0)
    entered, refused = typed(number, qtbot, "2.5")
    assert entered == []
    assert "whole" in refused[0]


def test_esc_brings_the_old_number_back(number: NumberField, qtbot) -> None:
    number.set_value(7)
    number.setFocus()
    qtbot.keyClicks(number, "9")
    qtbot.keyClick(number, Qt.Key.Key_Escape)
    assert number.text() == "7"


def test_a_note_is_read_to_those_who_do_not_see_it(look, qtbot) -> None:
    number = NumberField(look)
    field = Field(look, number)
    qtbot.addWidget(field)
    field.set_word("Exposure")
    field.set_note("too long", problem=True)
    assert number.accessibleName() == "Exposure"
    assert number.accessibleDescription() == "too long"
    assert field.note == "too long"
    field.set_note("")
    assert field.note == ""


def test_a_slider_over_a_wide_range_is_logarithmic_and_ends_at_both_ends(look, qtbot) -> None:
    slide = SlideField(look)
    qtbot.addWidget(slide)
    slide.set_limits(10.0, 1_000_000.0, None, whole=False, unit="us")
    entered: list[float] = []
    slide.entered.connect(entered.append)
    for place in (0, 500, 1000):
        slide.slider.setValue(1)
        slide.slider.setValue(place)
    assert entered[1] == 10.0
    assert 3000 < entered[3] < 3300
    assert entered[-1] == 1_000_000.0
    assert slide.unit.text() == "µs"


def test_a_slider_keeps_to_the_steps_of_the_camera(look, qtbot) -> None:
    slide = SlideField(look)
    qtbot.addWidget(slide)
    slide.set_limits(16, 640, 8, whole=True, unit="px")
    entered: list[float] = []
    slide.entered.connect(entered.append)
    slide.slider.setValue(333)
    assert (entered[0] - 16) % 8 == 0


def test_a_tick_and_a_choice_are_worked_by_keys(look, qtbot) -> None:
    tick, choice = Tick(look), Choice(look)
    for widget in (tick, choice):
        qtbot.addWidget(widget)
        widget.show()
    tick.setText("Grid")
    qtbot.keyClick(tick, Qt.Key.Key_Space)
    assert tick.isChecked()
    choice.addItems(["one", "two"])
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == "two"
    assert not tick.grab().isNull()
    assert not choice.grab().isNull()
