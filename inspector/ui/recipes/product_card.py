"""A product as a card: its picture, what people call it, and what state it is in."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from inspector.services.recipes import ProductCard, ProductState
from inspector.ui.look import Look
from inspector.ui.messages import version_text
from inspector.ui.recipes.product_model import CARD_ROLE, PICTURE_ROLE, state_text
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import mix
from inspector.ui.widgets.focus import paint_focus

_WIDTH_MM, _PICTURE_MM = 62.0, 34.0
STATE_SIGNS = {
    ProductState.DRAFT: ("edit", "text_2"),
    ProductState.PUBLISHED: ("step_done", "ok_edge"),
    ProductState.RETIRED: ("archive", "text_2"),
}


class CardDelegate(QStyledItemDelegate):
    """Paints cards; all of one size, so that a list of a thousand lays out at once."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        """Take the look; the view repaints when it changes."""
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Picture and four lines."""
        look = self._look
        lines = QFontMetrics(look.font(TypeSize.BODY)).height() + 3 * QFontMetrics(look.font(TypeSize.SMALL)).height()
        return QSize(look.px(_WIDTH_MM), look.px(_PICTURE_MM) + lines + look.px(8))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one card."""
        look = self._look
        card: ProductCard = index.data(CARD_ROLE)
        state: QStyle.StateFlag = option.state
        whole: QRect = option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        box = whole.adjusted(look.px(1), look.px(1), -look.px(1), -look.px(1))
        fill = look.color("focus") if chosen else look.color("bg_raised")
        ink = look.color("on_focus") if chosen else look.color("text_1")
        second = mix(ink, fill, 0.15) if chosen else look.color("text_2")
        painter.save()
        painter.fillRect(box, fill)
        painter.setPen(QPen(look.color("line_strong"), 1))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        well = QRect(box.left() + 1, box.top() + 1, box.width() - 2, look.px(_PICTURE_MM))
        painter.fillRect(well, look.color("bg_well"))
        self._paint_picture(painter, well, index.data(PICTURE_ROLE))
        pad = look.px(2.5)
        line = QRect(box.left() + pad, well.bottom() + look.px(1.5), box.width() - 2 * pad, 0)
        title = index.data(int(Qt.ItemDataRole.DisplayRole))
        line = self._write(painter, line, title, ink, bold=True)
        name = [card.product] if card.product and card.product != title else []
        details = [*name, version_text(card.version) if card.version else self.tr("never published")]
        line = self._write(painter, line, "  ·  ".join(filter(None, (*details, card.model))), second, small=True)
        last = index.sibling(index.row(), 5).data(int(Qt.ItemDataRole.DisplayRole))
        used = self.tr("Last used: {time}").format(time=last)
        line = self._write(painter, line, used, second, small=True)
        side = look.px(4)
        icon, token = STATE_SIGNS[card.state]
        sign = ink if chosen else look.color(token)
        look.icons.paint(painter, icon, sign.name(), line.left(), line.top() + look.px(0.3), side)
        self._write(painter, line.adjusted(side + look.px(1.5), 0, 0, 0), state_text(card), ink, small=True)
        if state & QStyle.StateFlag.State_HasFocus:
            paint_focus(painter, look, box)
        painter.restore()

    def _paint_picture(self, painter: QPainter, well: QRect, image: QImage | None) -> None:
        look = self._look
        if not isinstance(image, QImage) or image.isNull():
            side = look.px(12)
            x, y = well.center().x() - side // 2, well.center().y() - side // 2
            look.icons.paint(painter, "part", look.palette.well_text, x, y, side)
            return
        key = f"card-{image.cacheKey()}-{well.width()}x{well.height()}"
        pixmap = QPixmap()
        if not QPixmapCache.find(key, pixmap):
            pixmap = QPixmap.fromImage(image).scaled(
                well.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            QPixmapCache.insert(key, pixmap)
        free = QPoint(well.width() - pixmap.width(), well.height() - pixmap.height()) / 2
        painter.drawPixmap(well.topLeft() + free, pixmap)

    def _write(
        self, painter: QPainter, line: QRect, text: str, ink: QColor, *, bold: bool = False, small: bool = False
    ) -> QRect:
        """One line that gives up its end; returns where the next one begins."""
        font = self._look.font(TypeSize.SMALL if small else TypeSize.BODY, bold=bold)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(ink)
        box = QRect(line.left(), line.top(), line.width(), metrics.height())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        return line.translated(0, metrics.height() + self._look.px(0.5))
