"""Tables to be read: no word is cut because a row is too low."""

import pytest
from PySide6.QtCore import QRect, Qt

from inspector.ui.look import Look
from inspector.ui.recipes.plain_table import PlainTable

TEXT = "11 → 11 of 12 good parts"


@pytest.mark.parametrize("width", range(300, 520, 20))
def test_rows_are_as_high_as_their_words_where_they_are_drawn(look: Look, qtbot, width: int) -> None:
    table = PlainTable(3)
    qtbot.addWidget(table)
    table.resize(width, 300)
    table.show()
    table.show_rows([("board", "0", TEXT)])
    qtbot.wait(10)
    # The padding of the style sheet, and Qt's margin around a text.
    room = table.columnWidth(2) - look.px(4.5) - 2 * 3
    wrapped = Qt.TextFlag.TextWordWrap
    needed = table.fontMetrics().boundingRect(QRect(0, 0, room, 10_000), wrapped, TEXT).height()
    assert table.rowHeight(0) >= needed


def test_a_cell_says_its_text_or_more_as_a_tool_tip(look: Look, qtbot) -> None:
    table = PlainTable(2)
    qtbot.addWidget(table)
    table.show_rows([("a", "b")])
    assert [table.item(0, column).toolTip() for column in range(2)] == ["a", "b"]
    table.show_rows([("a", "b")], [("first", "second")])
    assert [table.item(0, column).toolTip() for column in range(2)] == ["first", "second"]
