"""How one sample is drawn in a tray: the picture, what it is used for, and signs for what was noticed."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from inspector.core.sample import Sample, SampleFlag
from inspector.ui.formats import ratio_text
from inspector.ui.look import Look
from inspector.ui.recipes.sample_model import SampleModel, SampleRole
from inspector.ui.recipes.sample_words import FLAG_ICONS, FLAG_ORDER, use_word
from inspector.ui.theme import TypeSize

_PICTURE_MM = 25.0
_GAP_MM = 1.0


class SampleCell(QStyledItemDelegate):
    """All cells have one size, so that a view of thousands is laid out at once."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        """Draw for a view."""
        super().__init__(parent)
        self._look = look
        self.limit: float | None = None
        """Scores are shown as multiples of it; None shows no score."""

    def sizeHint(
        self, option: QStyleOptionViewItem | None = None, index: QModelIndex | QPersistentModelIndex | None = None
    ) -> QSize:
        """A square and one line."""
        look = self._look
        side = look.px(_PICTURE_MM) + 2 * look.px(_GAP_MM)
        return QSize(side, side + QFontMetrics(look.font(TypeSize.SMALL)).height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Picture, signs, words, then what says that it is chosen."""
        sample = index.data(SampleRole.SAMPLE)
        if not isinstance(sample, Sample):
            return
        look = self._look
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        gap = look.px(_GAP_MM)
        side = look.px(_PICTURE_MM)
        picture = QRect(rect.left() + gap, rect.top() + gap, side, side)
        painter.save()
        painter.fillRect(picture, look.color("bg_well"))
        image = index.data(SampleRole.IMAGE)
        if isinstance(image, QImage):
            _paint_inside(painter, picture, image)
        else:
            self._paint_absent(painter, picture, index, sample)
        self._paint_signs(painter, picture, sample)
        self._paint_words(painter, rect, picture, sample)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(look.color("bg_raised"), 1))
            painter.drawRect(picture.adjusted(3, 3, -4, -4))
            painter.setPen(QPen(look.color("focus"), 4))
            painter.drawRect(picture.adjusted(1, 1, -2, -2))
        elif state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(look.color("focus"), 2, Qt.PenStyle.DashLine))
            painter.drawRect(picture.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_absent(
        self, painter: QPainter, picture: QRect, index: QModelIndex | QPersistentModelIndex, sample: Sample
    ) -> None:
        """A part's outline while it is fetched; a warning when it cannot be read."""
        model = index.model()
        lost = isinstance(model, SampleModel) and model.thumbnails.unreadable(sample)
        side = self._look.px(8)
        ink = self._look.color("well_text").name()
        center = picture.center()
        name = "unbalance" if lost else "part"
        self._look.icons.paint(painter, name, ink, center.x() - side / 2, center.y() - side / 2, side)

    def _paint_signs(self, painter: QPainter, picture: QRect, sample: Sample) -> None:
        look = self._look
        side, pad = look.px(4.4), look.px(0.5)
        left = picture.left()
        for flag in FLAG_ORDER:
            if flag not in sample.flags:
                continue
            plate = QRect(left, picture.top(), side + 2 * pad, side + 2 * pad)
            quiet = flag is SampleFlag.NEAR_COPY
            painter.fillRect(plate, look.color("bg_panel" if quiet else "check_fill"))
            ink = look.color("text_1" if quiet else "check_ink").name()
            look.icons.paint(painter, FLAG_ICONS[flag], ink, plate.left() + pad, plate.top() + pad, side)
            left += plate.width() + 1
        if not sample.counts:
            veil = look.color("bg_well")
            veil.setAlpha(120)
            painter.fillRect(picture.adjusted(0, side + 2 * pad, 0, 0), veil)

    def _paint_words(self, painter: QPainter, rect: QRect, picture: QRect, sample: Sample) -> None:
        look = self._look
        painter.setFont(look.font(TypeSize.SMALL))
        metrics = QFontMetrics(painter.font())
        line = QRect(rect.left() + look.px(_GAP_MM), picture.bottom() + 1, picture.width(), metrics.height())
        right = ""
        if self.limit is not None and sample.score is not None:
            right = f"{ratio_text(sample.score / self.limit)} ×"
        painter.setPen(look.color("text_1"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        room = line.width() - metrics.horizontalAdvance(right) - (look.px(1) if right else 0)
        left = metrics.elidedText(sample.defect or use_word(sample), Qt.TextElideMode.ElideRight, room)
        painter.setPen(look.color("text_1" if sample.defect else "text_2"))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, left)


def _paint_inside(painter: QPainter, box: QRect, image: QImage) -> None:
    """As large as the box allows, undistorted."""
    scale = min(box.width() / image.width(), box.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    center = QRectF(box).center()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(center.x() - width / 2, center.y() - height / 2, width, height), image)
