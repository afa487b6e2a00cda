"""Fields of a form: a word above, a control as high as a finger, and a sentence below where something is wrong.

The wheel changes nothing here: people scroll a form with it, and a limit that was changed by scrolling is never found.
"""

import math

from PySide6.QtCore import QLocale, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.focus import FocusRing, paint_focus

FIELD_MM = 10.0


class Field(QWidget):
    """A control between its word and what is to be said about it."""

    def __init__(self, look: Look, control: QWidget, *, unit: str = "") -> None:
        """Take the control; its word is set with `set_word`.

        Args:
            look: colors and sizes.
            control: becomes a child.
            unit: stands behind the control; the same in every language.
        """
        super().__init__()
        self.control = control
        self._word = QLabel()
        self._word.setProperty("role", "second")
        self._word.setBuddy(control)
        self._word.setWordWrap(True)
        self._notes = tuple(QLabel() for _ in ("small", "problem"))
        for label, role in zip(self._notes, ("small", "problem"), strict=True):
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(0.8))
        layout.addWidget(self._word)
        row = QHBoxLayout()
        row.setSpacing(look.px(1.5))
        row.addWidget(control, 1)
        if control.maximumWidth() < look.px(200):
            row.addStretch(1)
        if unit:
            sign = QLabel(unit)
            sign.setProperty("role", "second")
            row.addWidget(sign)
        layout.addLayout(row)
        for label in self._notes:
            layout.addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    @property
    def note(self) -> str:
        """What stands below; "" for nothing."""
        return next((label.text() for label in self._notes if not label.isHidden()), "")

    def set_word(self, word: str) -> None:
        """Name the control, for eyes and screen readers."""
        self._word.setText(word)
        self.control.setAccessibleName(word)

    def set_note(self, text: str, *, problem: bool = False) -> None:
        """Say something about the control; "" takes it away.

        Args:
            text: in the language of the window.
            problem: strong instead of quiet.
        """
        for label, shown in zip(self._notes, (not problem, problem), strict=True):
            label.setText(text)
            label.setVisible(shown and bool(text))
        self.control.setAccessibleDescription(text)


class NumberField(QLineEdit):
    """A number, handed over with Enter or when the keyboard leaves; Esc brings the old one back.

    `entered` carries the number; what is no number, or lies outside, is refused with `refused` and the text stays.
    """

    entered = Signal(float)
    refused = Signal(str)

    def __init__(self, look: Look, *, low: float = -math.inf, high: float = math.inf, decimals: int = 3) -> None:
        """Begin empty.

        Args:
            look: colors and sizes.
            low: least number that is allowed.
            high: largest number that is allowed.
            decimals: at most shown; 0 takes whole numbers only.
        """
        super().__init__()
        self.setProperty("field", "engineer")
        self._locale = QLocale.c()
        self._low, self._high, self._decimals = low, high, decimals
        self._value: float | None = None
        self.setMinimumWidth(look.px(24))
        self.editingFinished.connect(self.commit)

    @property
    def value(self) -> float | None:
        """The number that was handed over last."""
        return self._value

    def set_range(self, low: float, high: float, decimals: int | None = None) -> None:
        """Change what is allowed."""
        self._low, self._high = low, high
        if decimals is not None and decimals != self._decimals:
            self._decimals = decimals
            self.set_value(self._value)

    def set_value(self, value: float | None) -> None:
        """Show a number; None empties the field. A text that is being typed stays."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self._show()

    def number_text(self, value: float) -> str:
        """The number as it stands in the field."""
        text = self._locale.toString(float(value), "f", self._decimals)
        return text.rstrip("0").rstrip(".") if "." in text else text

    def commit(self) -> None:
        """Hand over what was typed; nothing typed hands over nothing."""
        if not self.isModified():
            return
        text = self.text().strip().replace(",", ".")
        if not text:
            self._show()
            return
        try:
            value = float(text)
        except ValueError:
            self.refused.emit(self.tr("{text} is no number").format(text=text))
            return
        if self._decimals == 0 and value != round(value):
            self.refused.emit(self.tr("A whole number is needed"))
        elif not (math.isfinite(value) and self._low <= value <= self._high):
            low, high = (self.number_text(end) if math.isfinite(end) else "…" for end in (self._low, self._high))
            self.refused.emit(self.tr("{low} to {high} is possible").format(low=low, high=high))
        else:
            self._value = value
            self._show()
            self.refused.emit("")
            self.entered.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc brings the old number back; only an untouched field lets it through."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._show()
            self.refused.emit("")
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ready to be typed over."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def _show(self) -> None:
        self.setText("" if self._value is None else self.number_text(self._value))
        self.setModified(False)


class Choice(FocusRing, QComboBox):
    """One of several, drawn like our other fields."""

    def __init__(self, look: Look) -> None:
        """Begin without entries."""
        super().__init__()
        self._look = look
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(12)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The longest entry, within reason."""
        metrics = QFontMetrics(self._look.font(TypeSize.BODY))
        longest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        return QSize(min(longest, self._look.px(70)) + self._look.px(12), self._look.px(FIELD_MM))

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(self._look.px(22), self._look.px(FIELD_MM))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The form scrolls instead."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Flat, with a wedge that says that there is more."""
        look = self._look
        painter = QPainter(self)
        enabled = self.isEnabled()
        painter.fillRect(self.rect(), look.color("bg_raised" if enabled else "bg_panel"))
        painter.setPen(QPen(look.color("line_strong" if enabled else "line_soft"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        pad, side = look.px(2.5), look.px(1.6)
        ink = look.color("text_1" if enabled else "text_off")
        painter.setPen(QPen(ink, 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y = self.width() - pad - 2 * side, self.height() // 2 - side // 2
        painter.drawLine(x, y, x + side, y + side)
        painter.drawLine(x + side, y + side, x + 2 * side, y)
        font = look.font(TypeSize.BODY)
        painter.setFont(font)
        painter.setPen(ink)
        box = QRect(pad, 0, x - 2 * pad, self.height())
        text = QFontMetrics(font).elidedText(self.currentText(), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        if self.hasFocus():
            paint_focus(painter, look, self.rect())
        painter.end()


class Tick(FocusRing, QAbstractButton):
    """A box that is ticked or not, with its word."""

    def __init__(self, look: Look) -> None:
        """Begin without a tick."""
        super().__init__()
        self._look = look
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def setText(self, text: str) -> None:
        """Set the word; screen readers say it."""
        super().setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Box and word."""
        look = self._look
        width = QFontMetrics(look.font(TypeSize.BODY)).horizontalAdvance(self.text())
        return QSize(look.px(10) + width + look.px(2), look.px(FIELD_MM))

    def text_fits(self) -> bool:
        """Whether the whole word is seen, in as many lines as the height has room for."""
        look = self._look
        room = self.rect().adjusted(look.px(8.5), 0, 0, 0)
        needed = QFontMetrics(look.font(TypeSize.BODY)).boundingRect(
            QRect(0, 0, room.width(), 10_000), int(Qt.TextFlag.TextWordWrap), self.text()
        )
        return needed.height() <= room.height() and needed.width() <= room.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A square, a tick, the word."""
        look = self._look
        painter = QPainter(self)
        side = look.px(5)
        top = (self.height() - side) // 2
        box = QRect(look.px(1.5), top, side, side)
        enabled = self.isEnabled()
        painter.fillRect(box, look.color("bg_raised" if enabled else "bg_panel"))
        painter.setPen(QPen(look.color("line_strong" if enabled else "line_soft"), 2))
        painter.drawRect(box)
        ink = look.color("text_1" if enabled else "text_off")
        if self.isChecked():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(ink, 3))
            painter.drawLine(box.left() + side // 5, top + side // 2, box.left() + side * 2 // 5, top + side * 3 // 4)
            painter.drawLine(
                box.left() + side * 2 // 5, top + side * 3 // 4, box.left() + side * 5 // 6, top + side // 4
            )
        painter.setPen(ink)
        painter.setFont(look.font(TypeSize.BODY))
        words = self.rect().adjusted(look.px(8.5), 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), self.text())
        if self.shows_ring:
            paint_focus(painter, look, self.rect())
        painter.end()
