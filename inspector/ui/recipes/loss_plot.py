"""How teaching goes: the loss over steps on a log axis."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.ui.look import Look
from inspector.ui.recipes.histogram import round_values
from inspector.ui.theme import TypeSize


class LossPlot(QWidget):
    """One line; lower is better."""

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__()
        self._look = look
        self._points: tuple[tuple[int, float], ...] = ()
        self._steps = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)
        self._retranslate()

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """(step, loss) as drawn."""
        return self._points

    def set_losses(self, points: Sequence[tuple[int, float]], steps: int = 0) -> None:
        """Show these.

        Args:
            points: (step, loss), in order; what is no positive number is left out.
            steps: where the axis ends; 0 ends it with the last point.
        """
        self._points = tuple((step, loss) for step, loss in points if math.isfinite(loss) and loss > 0)
        self._steps = max(steps, self._points[-1][0] if self._points else 0)
        self.update()

    def sizeHint(self) -> QSize:
        """Grows with the column."""
        return QSize(self._look.px(70), self._look.px(34))

    def minimumSizeHint(self) -> QSize:
        """Less than this cannot be read."""
        return QSize(self._look.px(40), self._look.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, line, last value."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("bg_raised"))
        painter.setPen(QPen(look.color("line_strong"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        font = look.font(TypeSize.SMALL)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        if len(self._points) < 2:
            painter.setPen(look.color("text_2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("The loss appears here"))
            painter.end()
            return
        losses = [loss for _, loss in self._points]
        low, high = min(losses) / 1.1, max(losses) * 1.1
        left = metrics.horizontalAdvance("0.0001") + look.px(2)
        box = QRectF(left, look.px(2), self.width() - left - look.px(3), self.height() - metrics.height() - look.px(4))

        def place(step: float, loss: float) -> QPointF:
            return QPointF(
                box.left() + box.width() * step / max(1, self._steps),
                box.bottom() - box.height() * math.log(loss / low) / math.log(high / low),
            )

        room = -math.inf
        for value in reversed(round_values(low, high)):
            y = place(0, value).y()
            painter.setPen(QPen(look.color("line_soft"), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            if y - room >= metrics.height():
                painter.setPen(look.color("text_2"))
                spot = QRectF(0, y - metrics.height() / 2, left - look.px(1), metrics.height())
                painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:.3g}")
                room = y
        painter.setPen(look.color("text_2"))
        below = QRectF(box.left(), box.bottom() + look.px(0.5), box.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self.tr("step {step}").format(step=self._points[-1][0]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("text_1"), 2))
        painter.drawPolyline(QPolygonF([place(step, loss) for step, loss in self._points]))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Say the name again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.update()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Loss while teaching"))
