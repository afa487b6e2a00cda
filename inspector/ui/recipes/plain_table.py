"""A table to be read: rows are chosen, nothing is edited, and long words wrap."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)


class _WrappedCell(QStyledItemDelegate):
    """Asks for the height that a text needs where it is drawn: Qt forgets the style sheet's padding when it wraps."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As Qt's, for the width that the padding leaves."""
        bare = QStyleOptionViewItem(option)
        bare.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
        style = option.widget.style()
        text = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, bare, option.widget)
        narrowed = QStyleOptionViewItem(option)
        narrowed.rect.setWidth(text.width())
        return super().sizeHint(narrowed, index)


class PlainTable(QTableWidget):
    """Columns share the width; every cell has its whole text as a tool tip."""

    def __init__(self, columns: int) -> None:
        """Begin empty."""
        super().__init__(0, columns)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.setItemDelegate(_WrappedCell(self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_rows(self, rows: Sequence[Sequence[str]], tips: Sequence[Sequence[str]] | None = None) -> None:
        """Show texts.

        Args:
            rows: texts of each row.
            tips: tool tips in their place; None says the texts again, for cells that are cut.
        """
        self.setRowCount(len(rows))
        for number, (texts, said) in enumerate(zip(rows, tips or rows, strict=True)):
            for column, (text, tip) in enumerate(zip(texts, said, strict=True)):
                item = QTableWidgetItem(text)
                item.setToolTip(tip)
                self.setItem(number, column, item)
        self._fit_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other widths break the words elsewhere."""
        super().resizeEvent(event)
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Heights follow all cells; by itself the table looks only at those whose text changed."""
        self.resizeRowsToContents()
