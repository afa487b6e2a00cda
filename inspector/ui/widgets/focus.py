"""The ring around what the keyboard is on; people who point never see it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPen

from inspector.ui.look import Look

_BY_KEY = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
        Qt.FocusReason.PopupFocusReason,
    }
)
# The window came back to the front, or a menu closed: whatever was before stays.
_UNCHANGED = frozenset({Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.MenuBarFocusReason})


if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    _Base = QWidget
else:
    _Base = object  # Qt allows a class one Qt base only, and some widgets are buttons


class FocusRing(_Base):
    """Knows whether a widget's focus came by key; stands before the Qt class among the bases."""

    _ring = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember how the focus came."""
        if event.reason() not in _UNCHANGED:
            self._ring = event.reason() in _BY_KEY
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    @property
    def shows_ring(self) -> bool:
        """Whether the ring is to be drawn now."""
        return self.hasFocus() and self._ring


def paint_focus(painter: QPainter, look: Look, rect: QRect) -> None:
    """Ring of 3 px with a light edge, so that it shows on the picture well too."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.color("bg_raised"), 1))
    painter.drawRect(rect.adjusted(0, 0, -1, -1))
    painter.setPen(QPen(look.color("focus"), 3))
    painter.drawRect(rect.adjusted(2, 2, -3, -3))
    painter.restore()
