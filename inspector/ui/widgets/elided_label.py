"""A line that gives up its end before it takes room from what matters more; the whole text is in its tool tip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize


class ElidedLabel(QWidget):
    """One line of text in a type size and color token."""

    def __init__(
        self,
        look: Look,
        *,
        size: TypeSize = TypeSize.BODY,
        token: str = "text_1",
        bold: bool = False,
        alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        parent: QWidget | None = None,
    ) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._look, self._size, self._token, self._bold, self._alignment = look, size, token, bold, alignment
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        look.changed.connect(self.update)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """The whole text."""
        metrics = self._metrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        metrics = self._metrics()
        return QSize(min(metrics.horizontalAdvance(self._text) + 2, 4 * metrics.averageCharWidth()), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much as fits."""
        painter = QPainter(self)
        painter.setFont(self._look.font(self._size, bold=self._bold))
        painter.setPen(self._look.color(self._token))
        shown = self._metrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self._alignment | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._look.font(self._size, bold=self._bold))
