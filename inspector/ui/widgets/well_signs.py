"""What stands on the picture well besides the picture: scale, legend, notes, and brackets that point."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.overlay import LEGEND_TO
from inspector.ui.widgets.well_content import WellContent

translate = QCoreApplication.translate  # lupdate knows calls of this name

_SCALE_LENGTHS_MM = tuple(step * 10.0**power for power in range(-3, 5) for step in (1, 2, 5))


def paint_scale_bar(painter: QPainter, look: Look, well: QRect, px_per_mm: float) -> None:
    """A round number of millimeters, at most a fifth of the well; nothing where none fits."""
    fitting = [mm for mm in _SCALE_LENGTHS_MM if mm * px_per_mm <= well.width() / 5]
    if not fitting:
        return
    length = fitting[-1]
    width = round(length * px_per_mm)
    text = f"{length:g} mm"
    font = look.font(TypeSize.SMALL)
    metrics = QFontMetrics(font)
    gap = look.px(2)
    box_width = max(width, metrics.horizontalAdvance(text)) + 2 * gap
    box_height = metrics.height() + look.px(3.2)
    box = QRect(well.left() + gap, well.bottom() - gap - box_height, box_width, box_height)
    _paint_backing(painter, look, box)
    painter.setPen(look.color("well_text"))
    painter.setFont(font)
    painter.drawText(box.adjusted(0, 0, 0, -look.px(2.2)), Qt.AlignmentFlag.AlignCenter, text)
    bar = QRect(box.center().x() - width // 2, box.bottom() - look.px(2), width, look.px(0.9))
    painter.fillRect(bar, look.color("well_text"))


def paint_legend(painter: QPainter, look: Look, well: QRect, ramp_image: QImage) -> None:
    """The ramp with × limit; the limit is marked as it is in the picture."""
    font = look.font(TypeSize.SMALL)
    metrics = QFontMetrics(font)
    gap = look.px(2)
    ramp_width, ramp_height = look.px(34), look.px(3)
    unit = translate("ImageView", "× limit", "legend of the heat colors")
    width = ramp_width + 3 * gap + metrics.horizontalAdvance(unit)
    height = metrics.height() + ramp_height + look.px(2.6)
    box = QRect(well.right() - gap - width, well.bottom() - gap - height, width, height)
    _paint_backing(painter, look, box)
    ramp = QRect(box.left() + gap, box.top() + look.px(1.2), ramp_width, ramp_height)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(ramp, ramp_image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QPen(look.color("well_text"), 1))
    painter.drawRect(ramp.adjusted(-1, -1, 0, 0))
    painter.setFont(font)
    for value in (0, 1, 2):
        x = ramp.left() + round(ramp.width() * value / LEGEND_TO)
        text = str(value)
        half = metrics.horizontalAdvance(text) // 2
        painter.drawText(QPoint(x - half, ramp.bottom() + metrics.ascent() + 2), text)
    middle = ramp.left() + round(ramp.width() / LEGEND_TO)
    painter.fillRect(middle - 2, ramp.top() - 2, 5, ramp.height() + 4, QColor("#101112"))
    painter.fillRect(middle - 1, ramp.top() - 2, 3, ramp.height() + 4, QColor("#FFFFFF"))
    painter.drawText(QPoint(ramp.right() + gap, ramp.bottom()), unit)


def paint_edge(painter: QPainter, look: Look, rect: QRect, rim_px: int) -> None:
    """Gray edge while frozen; inside the stripes, so that both are seen."""
    width = look.px(1.0)
    pen = QPen(look.color("line_soft"), width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = rim_px + width // 2
    painter.drawRect(rect.adjusted(inset, inset, -inset - 1, -inset - 1))


def paint_message(painter: QPainter, look: Look, well: QRect, content: WellContent) -> None:
    """Icon and words in the middle, on a plate when there is a picture below."""
    if not content.message:
        return
    font = look.font(TypeSize.TITLE)
    width = min(well.width() - look.px(10), look.px(110))
    flags = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
    text = QFontMetrics(font).boundingRect(QRect(0, 0, width, well.height()), flags, content.message)
    side = look.px(18) if content.icon else 0
    gap = look.px(3) if content.icon else 0
    if side + gap + text.height() > well.height():
        # A low well has room for the words alone, which say more than the icon.
        side = gap = 0
        font, width = look.font(TypeSize.BODY), well.width() - look.px(4)
        text = QFontMetrics(font).boundingRect(QRect(0, 0, width, well.height()), flags, content.message)
    painter.setFont(font)
    painter.setPen(look.color("well_text"))
    top = well.center().y() - (side + gap + text.height()) // 2
    if content.picture is not None:
        pad = look.px(4)
        backing = QRect(0, 0, max(text.width(), side) + 2 * pad, side + gap + text.height() + 2 * pad)
        backing.moveCenter(well.center())
        _paint_backing(painter, look, backing)
    if side:
        color = look.color("well_text").name()
        look.icons.paint(painter, content.icon, color, well.center().x() - side / 2, top, side)
    painter.drawText(
        QRect(well.center().x() - width // 2, top + side + gap, width, text.height()), flags, content.message
    )


def paint_headline(painter: QPainter, look: Look, well: QRect, text: str) -> int:
    """The line over the upper edge; returns where the room below it begins."""
    if not text:
        return well.top()
    font = look.font(TypeSize.BODY, bold=True)
    metrics = QFontMetrics(font)
    box = QRect(well.left(), well.top(), well.width(), metrics.height() + look.px(2))
    painter.fillRect(box, look.color("bg_raised"))
    painter.setPen(look.color("text_1"))
    painter.setFont(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - look.px(4))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
    return box.bottom()


def paint_notes(painter: QPainter, look: Look, well: QRect, top: int, notes: Sequence[str]) -> None:
    """Short lines in the upper left corner, below `top`."""
    font = look.font(TypeSize.SMALL)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    gap = look.px(1.5)
    y = top + gap
    for note in notes:
        width = min(metrics.horizontalAdvance(note) + 2 * gap, well.width() - 2 * gap)
        box = QRect(well.left() + gap, y, width, metrics.height() + gap)
        _paint_backing(painter, look, box)
        painter.setPen(look.color("well_text"))
        text = metrics.elidedText(note, Qt.TextElideMode.ElideRight, width - gap)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        y += box.height() + gap // 2


def paint_bracket(painter: QPainter, look: Look, box: QRectF) -> None:
    """Corners around a region, so that a small one is found from afar."""
    pad = look.px(2.0)
    least = look.px(9.0)
    box = box.adjusted(-pad, -pad, pad, pad)
    grow_x, grow_y = max(0.0, (least - box.width()) / 2), max(0.0, (least - box.height()) / 2)
    box = box.adjusted(-grow_x, -grow_y, grow_x, grow_y)
    arm = min(look.px(4.0), box.width() / 3, box.height() / 3)
    corners = [
        (corner, QPointF(dx, 0), QPointF(0, dy))
        for corner, dx, dy in (
            (box.topLeft(), arm, arm),
            (box.topRight(), -arm, arm),
            (box.bottomRight(), -arm, -arm),
            (box.bottomLeft(), arm, -arm),
        )
    ]
    for color, width in ((QColor("#101112"), 5.0), (QColor("#FF7F45"), 2.6)):
        painter.setPen(QPen(color, width))
        for corner, across, down in corners:
            painter.drawPolyline([corner + across, corner, corner + down])


def _paint_backing(painter: QPainter, look: Look, box: QRect) -> None:
    """A plate that keeps letters readable over any picture."""
    backing = look.color("bg_well")
    backing.setAlpha(215)
    painter.fillRect(box, backing)
