"""The tabs of the pages, as large as a finger, with the key that opens each."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import mix
from inspector.ui.widgets.focus import FocusRing, paint_focus

_HEIGHT_MM = 15.0


class Tabs(QWidget):
    """One row; the chosen one joins the page below."""

    chosen = Signal(int)

    def __init__(self, look: Look, keys: Sequence[str], parent: QWidget | None = None) -> None:
        """Make a tab for each key; words are set with `set_words`."""
        super().__init__(parent)
        self._look = look
        self.tabs = tuple(_Tab(look, key) for key in keys)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.px(2.5), 0, look.px(2.5), 0)
        layout.setSpacing(0)
        for tab in self.tabs:
            layout.addWidget(tab)
            tab.clicked.connect(self._on_clicked)
        layout.addStretch(1)
        look.changed.connect(self.update)

    def set_words(self, words: Sequence[str]) -> None:
        """Name the pages."""
        for tab, word in zip(self.tabs, words, strict=True):
            tab.setText(word)
            tab.setAccessibleName(word)
            tab.updateGeometry()

    def choose(self, index: int) -> None:
        """Show which page is open."""
        for number, tab in enumerate(self.tabs):
            tab.setChecked(number == index)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The panel they stand on."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_panel"))
        painter.end()

    def _on_clicked(self) -> None:
        for number, tab in enumerate(self.tabs):
            if tab is self.sender():
                self.chosen.emit(number)


class _Tab(FocusRing, QAbstractButton):
    """A word and a key."""

    def __init__(self, look: Look, key: str) -> None:
        super().__init__()
        self._look, self._key = look, key
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        word = QFontMetrics(self._look.font(TypeSize.BODY, bold=True)).horizontalAdvance(self.text())
        key = QFontMetrics(self._look.font(TypeSize.SMALL)).horizontalAdvance(self._key)
        return QSize(word + key + self._look.px(14), self._look.px(_HEIGHT_MM))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        fill = look.color("bg_window" if self.isChecked() else "bg_panel")
        painter.fillRect(self.rect(), mix(fill, look.color("text_1"), 0.15) if self.isDown() else fill)
        if self.isChecked():
            painter.fillRect(0, 0, self.width(), look.px(1.0), look.color("text_1"))
        pad = look.px(5)
        font = look.font(TypeSize.BODY, bold=self.isChecked())
        painter.setFont(font)
        painter.setPen(look.color("text_1" if self.isChecked() else "text_2"))
        box = self.rect().adjusted(pad, 0, -pad, 0)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        painter.setFont(look.font(TypeSize.SMALL))
        painter.setPen(look.color("text_2"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self._key)
        if self.shows_ring:
            paint_focus(painter, look, self.rect())
        painter.end()
