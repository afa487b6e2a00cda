"""The picture well: one part, what is wrong with it, and how large it is.

Painting is cheap on purpose: the frame is wrapped without a copy, shrunk once per frame and size with an area filter
(5 ms for 5 megapixels), and heat is one small image that the painter enlarges.
"""

import logging
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from inspector.ui.look import Look
from inspector.ui.messages import verdict_name
from inspector.ui.parts import Part
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.focus import FocusRing, paint_focus
from inspector.ui.widgets.overlay import LEGEND_TO, Overlay, build_overlay, legend_image
from inspector.ui.widgets.stripes import paint_stripes

logger = logging.getLogger(__name__)

_ZOOM_STEP = 1.25
_MOST_ZOOM = 32.0
_CRISP_FROM = 4.0  # screen pixels per frame pixel; from here pixels are shown as squares
_SCALE_LENGTHS_MM = tuple(step * 10.0**power for power in range(-3, 5) for step in (1, 2, 5))


@dataclass(frozen=True, slots=True, eq=False)
class WellContent:
    """What the well shows.

    Attributes:
        part: drives overlay and accessibility; None for none.
        picture: uint8 frame, or a smaller stand-in; None for none.
        preview: the picture is a stand-in, because the full one is no longer in memory.
        heat, outline: what may be drawn over it.
        mm_per_px: of the frame; None hides the scale bar.
        greyed: it is not what happens now.
        simulated: stripes around it.
        icon, message: shown instead of, or over, the picture.
        headline: one large line over the upper edge, while frozen.
        notes: short lines in the upper left corner.
        edge: a gray edge around the well, while frozen.
    """

    part: Part | None = None
    picture: NDArray[np.uint8] | None = None
    preview: bool = False
    heat: bool = True
    outline: bool = True
    mm_per_px: float | None = None
    greyed: bool = False
    simulated: bool = False
    icon: str = ""
    message: str = ""
    headline: str = ""
    notes: tuple[str, ...] = field(default=())
    edge: bool = False

    def same_as(self, other: "WellContent") -> bool:
        """Whether painting both gives the same; arrays are compared by identity."""
        return all(
            getattr(self, entry.name) is getattr(other, entry.name)
            or (entry.name not in ("part", "picture") and getattr(self, entry.name) == getattr(other, entry.name))
            for entry in fields(self)
        )


class ImageView(FocusRing, QWidget):
    """A frame with zoom and its overlay."""

    zoom_changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._look = look
        self._content = WellContent()
        self._image: QImage | None = None
        self._image_of: NDArray[np.uint8] | None = None
        self._shrunk: QImage | None = None
        self._overlay: Overlay | None = None
        self._overlay_of: Part | None = None
        self._overlay_failed = False
        self._zoom: float | None = None
        self._center = QPointF(0.5, 0.5)
        self._dragged_from: QPoint | None = None
        self._legend, self._legend_pixels = legend_image()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.grabGesture(Qt.GestureType.PinchGesture)
        look.changed.connect(self.update)
        self._describe()

    # --- content ------------------------------------------------------------------------------------------------------

    @property
    def content(self) -> WellContent:
        """What is shown."""
        return self._content

    @property
    def overlay_failed(self) -> bool:
        """Whether the overlay of the present part could not be drawn."""
        return self._overlay_failed

    def set_content(self, content: WellContent) -> None:
        """Show something else; what did not change is neither prepared nor painted again."""
        if content.same_as(self._content):
            return
        self._content = content
        if content.picture is not self._image_of:
            self._image_of = content.picture
            self._image = None if content.picture is None else _wrap(content.picture)
            self._shrunk = None
        if content.part is not self._overlay_of:
            self._overlay_of = content.part
            self._prepare_overlay(content.part)
            self._describe()
        self.update()

    def _prepare_overlay(self, part: Part | None) -> None:
        self._overlay, self._overlay_failed = None, False
        if part is None:
            return
        try:
            self._overlay = build_overlay(part)
        except (ValueError, TypeError, MemoryError):
            logger.warning("overlay of part %s is unavailable", part.id, exc_info=True)
        judged = part.decision.score is not None
        self._overlay_failed = self._overlay is None or (judged and self._overlay.heat is None)

    # --- view ---------------------------------------------------------------------------------------------------------

    @property
    def zoomed(self) -> bool:
        """Whether the picture does not just fit."""
        return self._zoom is not None

    @property
    def scale(self) -> float:
        """Screen pixels per pixel of the frame."""
        return self._fit_scale() if self._zoom is None else self._zoom

    def fit(self) -> None:
        """Show the whole picture."""
        if self._zoom is not None:
            self._zoom = None
            self._center = QPointF(0.5, 0.5)
            self.zoom_changed.emit()
            self.update()

    def actual_size(self) -> None:
        """One pixel of the screen for one of the frame."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), QPointF(self._well().center()))

    def zoom_in(self) -> None:
        """One step nearer."""
        self._zoom_to(self.scale * _ZOOM_STEP, QPointF(self._well().center()))

    def zoom_out(self) -> None:
        """One step farther."""
        self._zoom_to(self.scale / _ZOOM_STEP, QPointF(self._well().center()))

    def frame_rect(self) -> QRectF:
        """Where the whole frame lies on this widget."""
        height, width = self._frame_shape()
        scale, well = self.scale, QRectF(self._well())
        return QRectF(
            well.center().x() - self._center.x() * width * scale,
            well.center().y() - self._center.y() * height * scale,
            width * scale,
            height * scale,
        )

    def sizeHint(self) -> QSize:
        """As large as there is room."""
        return QSize(self._look.px(200), self._look.px(140))

    def minimumSizeHint(self) -> QSize:
        """Smaller than this a defect is not seen."""
        return QSize(self._look.px(90), self._look.px(45))

    def _frame_shape(self) -> tuple[int, int]:
        """Height and width of the frame, also while a smaller stand-in is shown."""
        part = self._content.part
        if part is not None and part.image_size is not None:
            return part.image_size.height, part.image_size.width
        return (self._image.height(), self._image.width()) if self._image is not None else (1, 1)

    def _well(self) -> QRect:
        """The widget without stripes and edge."""
        rim = self._look.px(2.6) if self._content.simulated else 0
        rim += self._look.px(1.0) if self._content.edge else 0
        return self.rect().adjusted(rim, rim, -rim, -rim)

    def _fit_scale(self) -> float:
        height, width = self._frame_shape()
        well = self._well()
        return max(1e-6, min(well.width() / width, well.height() / height))

    def _zoom_to(self, scale: float, anchor: QPointF) -> None:
        """Change the scale; the point under the anchor stays where it is."""
        if self._image is None:
            return
        scale = min(max(scale, self._fit_scale()), _MOST_ZOOM)
        if scale <= self._fit_scale() * 1.001:
            self.fit()
            return
        before = self.frame_rect()
        share = QPointF((anchor.x() - before.x()) / before.width(), (anchor.y() - before.y()) / before.height())
        height, width = self._frame_shape()
        middle = QRectF(self._well()).center()
        self._zoom = scale
        self._center = QPointF(
            share.x() - (anchor.x() - middle.x()) / (width * scale),
            share.y() - (anchor.y() - middle.y()) / (height * scale),
        )
        self._keep_inside()
        self.zoom_changed.emit()
        self.update()

    def _keep_inside(self) -> None:
        """Do not let the picture be dragged out of the well."""
        height, width = self._frame_shape()
        half_x = min(0.5, self._well().width() / (2 * width * self.scale))
        half_y = min(0.5, self._well().height() / (2 * height * self.scale))
        self._center = QPointF(
            min(max(self._center.x(), half_x), 1 - half_x), min(max(self._center.y(), half_y), 1 - half_y)
        )

    # --- events -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Pinch, of a touch screen or a touch pad."""
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._zoom_to(self.scale * pinch.scaleFactor(), pinch.centerPoint())
                return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_to(self.scale * (1 + event.value()), event.position())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        steps = event.angleDelta().y() / 120
        if steps:
            self._zoom_to(self.scale * _ZOOM_STEP**steps, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() is Qt.MouseButton.LeftButton and self.zoomed:
            self._dragged_from = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the picture."""
        if self._dragged_from is None:
            return
        position = event.position().toPoint()
        moved = position - self._dragged_from
        self._dragged_from = position
        height, width = self._frame_shape()
        self._center -= QPointF(moved.x() / (width * self.scale), moved.y() / (height * self.scale))
        self._keep_inside()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End dragging."""
        self._dragged_from = None
        self.unsetCursor()
        super().mouseReleaseEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The shrunk copy has another size now."""
        self._shrunk = None
        if self.zoomed:
            self._keep_inside()
        super().resizeEvent(event)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Well, picture, overlay, then what explains them."""
        content = self._content
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_well"))
        well = self._well()
        if self._image is not None:
            painter.save()
            painter.setClipRect(well)
            self._paint_picture(painter, self._image)
            if not content.greyed:
                self._paint_overlay(painter)
            painter.restore()
            if content.greyed:
                veil = self._look.color("bg_well")
                veil.setAlpha(150)
                painter.fillRect(well, veil)
            self._paint_scale_bar(painter, well)
            if self._heat_shown():
                self._paint_legend(painter, well)
        if content.simulated:
            paint_stripes(painter, self.rect(), self._look.px(2.6), self._look.color("focus"), self._look)
        if content.edge:
            self._paint_edge(painter)
        self._paint_message(painter, well)
        below = self._paint_headline(painter, well)
        self._paint_notes(painter, well, below)
        if self.shows_ring:
            paint_focus(painter, self._look, self.rect())
        painter.end()

    def _paint_picture(self, painter: QPainter, image: QImage) -> None:
        target = self.frame_rect()
        ratio = self.devicePixelRatioF()
        if self._zoom is None and target.width() * ratio < image.width():
            if self._shrunk is None:
                wanted = QSize(max(1, round(target.width() * ratio)), max(1, round(target.height() * ratio)))
                self._shrunk = image.scaled(
                    wanted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
                self._shrunk.setDevicePixelRatio(ratio)
            painter.drawImage(target.topLeft(), self._shrunk)
            return
        smooth = target.width() * ratio / image.width() < _CRISP_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=smooth or self._content.preview)
        painter.drawImage(target, image)

    def _heat_shown(self) -> bool:
        return (
            self._content.heat
            and not self._content.greyed
            and self._overlay is not None
            and self._overlay.heat is not None
        )

    def _paint_overlay(self, painter: QPainter) -> None:
        if self._overlay is None:
            return
        rect, scale = self.frame_rect(), self.scale
        to_screen = QTransform.fromTranslate(rect.x(), rect.y()).scale(scale, scale)
        if self._heat_shown() and self._overlay.heat is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(to_screen.mapRect(self._overlay.heat_rect), self._overlay.heat)
        if not self._content.outline:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = [to_screen.map(line) for line in self._overlay.contour]
        for color, width in ((QColor("#101112"), 3.5), (QColor("#FFFFFF"), 1.5)):
            pen = QPen(color, width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLines(lines)
        for box in self._overlay.boxes:
            self._paint_bracket(painter, to_screen.mapRect(box))

    def _paint_bracket(self, painter: QPainter, box: QRectF) -> None:
        """Corners around a region, so that a small one is found from afar."""
        pad = self._look.px(2.0)
        least = self._look.px(9.0)
        box = box.adjusted(-pad, -pad, pad, pad)
        grow_x, grow_y = max(0.0, (least - box.width()) / 2), max(0.0, (least - box.height()) / 2)
        box = box.adjusted(-grow_x, -grow_y, grow_x, grow_y)
        arm = min(self._look.px(4.0), box.width() / 3, box.height() / 3)
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

    def _paint_scale_bar(self, painter: QPainter, well: QRect) -> None:
        mm_per_px = self._content.mm_per_px
        if mm_per_px is None:
            return
        px_per_mm = self.scale / mm_per_px
        fitting = [mm for mm in _SCALE_LENGTHS_MM if mm * px_per_mm <= well.width() / 5]
        if not fitting:
            return
        length = fitting[-1]
        width = round(length * px_per_mm)
        text = f"{length:g} mm"
        font = self._look.font(TypeSize.SMALL)
        metrics = QFontMetrics(font)
        gap = self._look.px(2)
        box_width = max(width, metrics.horizontalAdvance(text)) + 2 * gap
        box_height = metrics.height() + self._look.px(3.2)
        box = QRect(well.left() + gap, well.bottom() - gap - box_height, box_width, box_height)
        self._paint_backing(painter, box)
        painter.setPen(self._look.color("well_text"))
        painter.setFont(font)
        painter.drawText(box.adjusted(0, 0, 0, -self._look.px(2.2)), Qt.AlignmentFlag.AlignCenter, text)
        bar = QRect(box.center().x() - width // 2, box.bottom() - self._look.px(2), width, self._look.px(0.9))
        painter.fillRect(bar, self._look.color("well_text"))

    def _paint_legend(self, painter: QPainter, well: QRect) -> None:
        """The ramp with × limit; the limit is marked as it is in the picture."""
        font = self._look.font(TypeSize.SMALL)
        metrics = QFontMetrics(font)
        gap = self._look.px(2)
        ramp_width, ramp_height = self._look.px(34), self._look.px(3)
        unit = self.tr("× limit", "legend of the heat colors")
        width = ramp_width + 3 * gap + metrics.horizontalAdvance(unit)
        height = metrics.height() + ramp_height + self._look.px(2.6)
        box = QRect(well.right() - gap - width, well.bottom() - gap - height, width, height)
        self._paint_backing(painter, box)
        ramp = QRect(box.left() + gap, box.top() + self._look.px(1.2), ramp_width, ramp_height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(ramp, self._legend)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(QPen(self._look.color("well_text"), 1))
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

    def _paint_backing(self, painter: QPainter, box: QRect) -> None:
        backing = self._look.color("bg_well")
        backing.setAlpha(215)
        painter.fillRect(box, backing)

    def _paint_edge(self, painter: QPainter) -> None:
        """Gray edge while frozen; inside the stripes, so that both are seen."""
        width = self._look.px(1.0)
        rim = self._look.px(2.6) if self._content.simulated else 0
        pen = QPen(self._look.color("line_soft"), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = rim + width // 2
        painter.drawRect(self.rect().adjusted(inset, inset, -inset - 1, -inset - 1))

    def _paint_message(self, painter: QPainter, well: QRect) -> None:
        content = self._content
        if not content.message:
            return
        font = self._look.font(TypeSize.TITLE)
        painter.setFont(font)
        painter.setPen(self._look.color("well_text"))
        width = min(well.width() - self._look.px(10), self._look.px(110))
        flags = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
        text = QFontMetrics(font).boundingRect(QRect(0, 0, width, well.height()), flags, content.message)
        side = self._look.px(18) if content.icon else 0
        gap = self._look.px(3) if content.icon else 0
        top = well.center().y() - (side + gap + text.height()) // 2
        if self._image is not None:
            pad = self._look.px(4)
            backing = QRect(0, 0, max(text.width(), side) + 2 * pad, side + gap + text.height() + 2 * pad)
            backing.moveCenter(well.center())
            self._paint_backing(painter, backing)
        if content.icon:
            color = self._look.color("well_text").name()
            self._look.icons.paint(painter, content.icon, color, well.center().x() - side / 2, top, side)
        painter.drawText(
            QRect(well.center().x() - width // 2, top + side + gap, width, text.height()), flags, content.message
        )

    def _paint_headline(self, painter: QPainter, well: QRect) -> int:
        """The line over the upper edge; returns where the room below it begins."""
        text = self._content.headline
        if not text:
            return well.top()
        font = self._look.font(TypeSize.BODY, bold=True)
        metrics = QFontMetrics(font)
        box = QRect(well.left(), well.top(), well.width(), metrics.height() + self._look.px(2))
        painter.fillRect(box, self._look.color("bg_raised"))
        painter.setPen(self._look.color("text_1"))
        painter.setFont(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - self._look.px(4))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
        return box.bottom()

    def _paint_notes(self, painter: QPainter, well: QRect, top: int) -> None:
        notes = list(self._content.notes)
        if self._overlay_failed and not self._content.greyed and (self._content.heat or self._content.outline):
            notes.append(self.tr("overlay unavailable"))
        if self._content.preview and self._image is not None:
            notes.append(self.tr("preview; the full picture is no longer in memory"))
        font = self._look.font(TypeSize.SMALL)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        gap = self._look.px(1.5)
        y = top + gap
        for note in notes:
            width = min(metrics.horizontalAdvance(note) + 2 * gap, well.width() - 2 * gap)
            box = QRect(well.left() + gap, y, width, metrics.height() + gap)
            self._paint_backing(painter, box)
            painter.setPen(self._look.color("well_text"))
            text = metrics.elidedText(note, Qt.TextElideMode.ElideRight, width - gap)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            y += box.height() + gap // 2

    def changeEvent(self, event: QEvent) -> None:
        """Say notes again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()
            self.update()

    def _describe(self) -> None:
        """What screen readers say; the verdict itself is said by its own block."""
        part = self._content.part
        name = self.tr("Picture")
        if part is not None:
            name = self.tr("Picture of part {number}: {verdict}").format(
                number=part.frame_id, verdict=verdict_name(part.verdict)
            )
        self.setAccessibleName(name)


def _wrap(picture: NDArray[np.uint8]) -> QImage:
    """A QImage over the array's own memory; the view holds the array as long as the image."""
    height, width = picture.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if picture.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(picture.data, width, height, picture.strides[0], kind)
