"""Diagonal stripes: blue for what is simulated, tinted for what was not inspected. They never carry text alone."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from inspector.ui.look import Look


def paint_hatch(painter: QPainter, rect: QRect, color: QColor, stripe_px: int) -> None:
    """Stripes of 45 degrees over a rectangle, each as wide as the gap between them."""
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    height, step = rect.height(), 2 * stripe_px
    left, top = rect.left(), rect.top()
    x = left - height - step
    while x < rect.right() + step:
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(x, top + height),
                    QPointF(x + height, top),
                    QPointF(x + height + stripe_px, top),
                    QPointF(x + stripe_px, top + height),
                ]
            )
        )
        x += step
    painter.restore()


def paint_stripes(painter: QPainter, rect: QRect, width_px: int, color: QColor, look: Look) -> None:
    """A striped frame along the inside of a rectangle."""
    painter.save()
    inside = rect.adjusted(width_px, width_px, -width_px, -width_px)
    painter.setClipRegion(QRegion(rect).subtracted(QRegion(inside)))
    painter.fillRect(rect, look.color("bg_raised"))
    paint_hatch(painter, rect, color, look.px(2.2))
    painter.setPen(QPen(color, 1))
    painter.drawRect(inside.adjusted(-1, -1, 0, 0))
    painter.restore()
