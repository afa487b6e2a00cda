"""Buttons for gloves: flat, large, with a word that may take two lines, and a ring that fills while one is held."""

import time
from enum import Enum

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.focus import FocusRing, paint_focus

HOLD_S = 1.0
_MARK_MM = 4.0
_LINE_MM = 42.0
_RING_STEP_MS = 33
_TOUCH_PAUSE_S = 0.3  # two touches within this count once


class ButtonKind(Enum):
    """How much a button asks for attention."""

    PLAIN = "plain"
    PRIMARY = "primary"
    WELL = "well"


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """A color between two; `share` of the second."""
    return QColor(
        round(first.red() + (second.red() - first.red()) * share),
        round(first.green() + (second.green() - first.green()) * share),
        round(first.blue() + (second.blue() - first.blue()) * share),
    )


def two_line_width(metrics: QFontMetrics, text: str) -> int:
    """Least width at which the text fits on two lines."""
    full = metrics.horizontalAdvance(text)
    breaks = [i for i, sign in enumerate(text) if sign == " "] or [
        i for i in range(1, len(text)) if ord(text[i]) > 0x2E80
    ]
    halves = (
        max(metrics.horizontalAdvance(text[:i].strip()), metrics.horizontalAdvance(text[i:].strip())) for i in breaks
    )
    return min(halves, default=full)


class Button(FocusRing, QAbstractButton):
    """Icon, word, and the key that does the same in small."""

    def __init__(
        self,
        look: Look,
        icon: str = "",
        *,
        height_mm: float = 15.0,
        kind: ButtonKind = ButtonKind.PLAIN,
        key: str = "",
        checkable: bool = False,
        line_mm: float = _LINE_MM,
        parent: QWidget | None = None,
    ) -> None:
        """Make a button; its word is set with `setText`.

        Args:
            look: colors and sizes.
            icon: of the set in `resources/icons`; "" for none.
            height_mm: 20 for buttons of the line, 15 for the others.
            kind: how it is filled.
            key: shown in small; the page binds it.
            checkable: stays down.
            line_mm: a longer word would rather take two lines, where the button is high enough for them.
            parent: owner.
        """
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._height_mm = height_mm
        self._line_mm = line_mm
        self._kind = kind
        self._key = key
        self._last_touch_s = -1.0
        self._marked = False
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self._on_look_changed)

    def set_icon(self, icon: str) -> None:
        """Change the icon."""
        self._icon = icon
        self.update()

    @property
    def marked(self) -> bool:
        """Whether it shows that something is missing behind it."""
        return self._marked

    def set_marked(self, *, marked: bool) -> None:
        """Show in its corner that something is missing behind it, or no longer."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    def set_kind(self, kind: ButtonKind) -> None:
        """Change how it is filled."""
        self._kind = kind
        self.update()

    def setText(self, text: str) -> None:
        """Set the word; screen readers say it with the key."""
        super().setText(text)
        if not self.accessibleName() or self.property("named_by_text"):
            self.setAccessibleName(text)
            self.setProperty("named_by_text", True)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The word on one line, unless that is very long."""
        metrics = self._metrics()
        longest = self._look.px(self._line_mm)
        width = metrics.horizontalAdvance(self.text())
        if width > longest and self._takes_two_lines():
            width = max(two_line_width(metrics, self.text()), longest)
        return QSize(self._around(width), self._look.px(self._height_mm))

    def minimumSizeHint(self) -> QSize:
        """The word on two lines, where the button is high enough for them."""
        metrics = self._metrics()
        two = self._takes_two_lines()
        width = two_line_width(metrics, self.text()) if two else metrics.horizontalAdvance(self.text()) + 2
        return QSize(self._around(width), self._look.px(self._height_mm))

    def text_fits(self) -> bool:
        """Whether nothing of the word is cut off at the present size; for tests of layouts."""
        box = self._text_rect()
        needed = self._metrics().boundingRect(box, self._flags(), self.text())
        return needed.width() <= box.width() and needed.height() <= self.height()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._look.font(TypeSize.BODY, bold=self._kind is ButtonKind.PRIMARY))

    def _takes_two_lines(self) -> bool:
        return self._look.px(self._height_mm) >= 2 * self._metrics().lineSpacing()

    def _icon_px(self) -> int:
        return self._look.px(6.0 if self._height_mm >= 18 else 5.0)

    def _pad(self) -> int:
        return self._look.px(2.5)

    def _around(self, text_width: int) -> int:
        """Width of the whole button around a text."""
        icon = self._icon_px() if self._icon else 0
        gap = self._look.px(1.8) if self._icon and self.text() else 0
        return max(self._look.px(self._height_mm), text_width + icon + gap + 2 * self._pad() + 2)

    def _flags(self) -> int:
        left = Qt.AlignmentFlag.AlignLeft if self._icon else Qt.AlignmentFlag.AlignHCenter
        return int(left) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)

    def _content(self) -> tuple[int, QRect]:
        """X of the icon and the box of the word: both together in the middle."""
        metrics = self._metrics()
        icon = self._icon_px() if self._icon else 0
        gap = self._look.px(1.8) if icon and self.text() else 0
        room = self.width() - 2 * self._pad() - icon - gap
        one_line = metrics.horizontalAdvance(self.text()) + 2
        wanted = one_line
        if one_line > room:
            wanted = min(room, two_line_width(metrics, self.text()) + 2)
        width = max(0, min(room, wanted))
        left = (self.width() - icon - gap - width) // 2
        return left, QRect(left + icon + gap, 0, max(width, 1), self.height())

    def _text_rect(self) -> QRect:
        return self._content()[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw fill, border, icon, word, key and focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink, border = self._colors()
        painter.fillRect(self.rect(), fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(border, 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self.isChecked():
            bar = self._look.px(1.1)
            blue = "well_focus" if self._kind is ButtonKind.WELL else "focus"
            painter.fillRect(0, self.height() - bar, self.width(), bar, self._look.color(blue))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, box = self._content()
        metrics = self._metrics()
        text_height = metrics.boundingRect(box, self._flags(), self.text()).height()
        small = QFontMetrics(self._look.font(TypeSize.SMALL))
        shows_key = bool(self._key) and text_height + small.height() <= self.height() - self._look.px(1.2)
        shift = small.height() // 2 if shows_key else 0
        if self._icon:
            side = self._icon_px()
            y = (self.height() - side) // 2
            self._look.icons.paint(painter, self._icon, ink.name(), left, y, side)
        painter.setPen(ink)
        painter.setFont(self._look.font(TypeSize.BODY, bold=self._kind is ButtonKind.PRIMARY))
        painter.drawText(box.translated(0, -shift), self._flags(), self.text())
        if shows_key:
            painter.setFont(self._look.font(TypeSize.SMALL))
            painter.setPen(mix(ink, fill, 0.25) if self.isEnabled() else ink)
            key_box = QRect(box.left(), 0, self.width() - box.left(), self.height()).translated(0, text_height // 2)
            painter.drawText(key_box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._key)
        if self._marked:
            side = self._look.px(_MARK_MM)
            ng = self._look.color("ng_fill").name()
            self._look.icons.paint(painter, "step_problem", ng, self.width() - side, 0, side)
        if self.shows_ring:
            paint_focus(painter, self._look, self.rect())
        painter.end()

    def _colors(self) -> tuple[QColor, QColor, QColor]:
        """Fill, ink, border."""
        look = self._look
        if not self.isEnabled():
            return look.color("bg_panel"), look.color("text_off"), look.color("line_soft")
        if self._kind is ButtonKind.PRIMARY:
            fill, ink, border = look.color("text_1"), look.color("bg_raised"), look.color("text_1")
        elif self._kind is ButtonKind.WELL:
            fill, ink, border = look.color("bg_well"), look.color("well_text"), look.color("line_strong")
        else:
            fill, ink, border = look.color("bg_raised"), look.color("text_1"), look.color("line_strong")
        if self.isDown():
            fill = mix(fill, ink, 0.18)
        return fill, ink, border

    # --- events -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a touch, unless it follows the last one too closely."""
        now = time.monotonic()
        if now - self._last_touch_s < _TOUCH_PAUSE_S:
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Remember when the touch ended."""
        if self.isDown():
            self._last_touch_s = time.monotonic()
        super().mouseReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew when enabled or disabled."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.update()

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()


class HoldButton(Button):
    """Does its work only after it was held for a second, with mouse, finger or key; a ring shows how far."""

    held = Signal()

    def __init__(self, look: Look, icon: str, *, height_mm: float = 20.0, key: str = "") -> None:
        """As `Button`; `held` is emitted instead of `clicked`."""
        super().__init__(look, icon, height_mm=height_mm, kind=ButtonKind.PRIMARY, key=key)
        self._since_s: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_RING_STEP_MS)
        self._timer.timeout.connect(self._on_step)

    @property
    def holding(self) -> bool:
        """Whether someone holds it now."""
        return self._since_s is not None

    def begin_hold(self) -> None:
        """Someone began to hold, here or with the key of the page."""
        if self.isEnabled() and self._since_s is None:
            self._since_s = time.monotonic()
            self._timer.start()
            self.update()

    def end_hold(self) -> None:
        """Someone let go; too early does nothing."""
        self._since_s = None
        self._timer.stop()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to fill the ring."""
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.begin_hold()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        super().mouseReleaseEvent(event)
        self.end_hold()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter hold as well."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.begin_hold()
            event.accept()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.end_hold()
            event.accept()
            return
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A button that is taken away is let go."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.end_hold()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring around the icon while held."""
        super().paintEvent(event)
        if self._since_s is None:
            return
        share = min(1.0, (time.monotonic() - self._since_s) / HOLD_S)
        left, _ = self._content()
        side = self._icon_px()
        ring = QRectF(left, (self.height() - side) / 2, side, side).adjusted(-5, -5, 5, 5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(mix(self._look.color("text_1"), self._look.color("bg_raised"), 0.35), 4))
        painter.drawEllipse(ring)
        pen = QPen(self._look.color("bg_raised"), 4)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(ring, 90 * 16, -round(share * 360 * 16))
        painter.end()

    def _on_step(self) -> None:
        if self._since_s is not None and time.monotonic() - self._since_s >= HOLD_S:
            self.end_hold()
            self.setDown(False)
            self.held.emit()
        else:
            self.update()
