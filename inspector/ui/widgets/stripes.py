"""Diagonal stripes: blue for what is simulated, shaded for what was not inspected. They never carry meaning alone.

One tile is drawn once and repeated by the painter; drawing every stripe took 87 ms for a large picture well.
"""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF, QTransform

from inspector.ui.look import Look


def paint_hatch(painter: QPainter, rect: QRect, color: QColor, stripe_px: int) -> None:
    """Stripes of 45 degrees over a rectangle, each as wide as the gap between them."""
    ratio = painter.device().devicePixelRatioF()
    brush = QBrush(_tile(color.rgba(), max(2, round(stripe_px * ratio))))
    brush.setTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
    painter.save()
    painter.setBrushOrigin(rect.topLeft())
    painter.fillRect(rect, brush)
    painter.restore()


def paint_stripes(painter: QPainter, rect: QRect, width_px: int, color: QColor, look: Look) -> None:
    """A striped frame along the inside of a rectangle."""
    x, y, width, height = rect.x(), rect.y(), rect.width(), rect.height()
    painter.save()
    for side in (
        QRect(x, y, width, width_px),
        QRect(x, y + height - width_px, width, width_px),
        QRect(x, y + width_px, width_px, height - 2 * width_px),
        QRect(x + width - width_px, y + width_px, width_px, height - 2 * width_px),
    ):
        painter.fillRect(side, look.color("bg_raised"))
        paint_hatch(painter, side, color, look.px(2.2))
    painter.setPen(QPen(color, 1))
    painter.drawRect(rect.adjusted(width_px - 1, width_px - 1, -width_px, -width_px))
    painter.restore()


@lru_cache(maxsize=32)
def _tile(rgba: int, stripe_px: int) -> QImage:
    """A square that repeats without a seam: one stripe and one gap along each side."""
    side = 2 * stripe_px
    tile = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(rgba))
    for left in (-side, 0, side):
        corners = (left, side), (left + side, 0), (left + side + stripe_px, 0), (left + stripe_px, side)
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    painter.end()
    return tile
