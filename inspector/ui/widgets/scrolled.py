"""A list that is as high as what it holds where there is room, and scrolls where there is not."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from inspector.ui.look import Look

_LEAST_MM = 30.0


class Scrolled(QScrollArea):
    """Scrolls up and down only.

    Its least height is that of a few lines and never a fixed one: where a page is low, its layout takes room from this
    list, and not from the buttons below it.
    """

    def __init__(self, look: Look, inside: QWidget) -> None:
        """Show a widget that has a layout."""
        super().__init__()
        self._look, self._inside = look, inside
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        """Of everything inside, with room for a bar beside it."""
        inside, room = self._inside, width - self.verticalScrollBar().sizeHint().width()
        return inside.heightForWidth(room) if inside.hasHeightForWidth() else inside.sizeHint().height()

    def minimumSizeHint(self) -> QSize:
        """A few lines."""
        return QSize(super().minimumSizeHint().width(), self._look.px(_LEAST_MM))
