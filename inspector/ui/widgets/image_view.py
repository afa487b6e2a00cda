"""The picture well: one part, what is wrong with it, and how large it is.

Painting is cheap on purpose: the frame is wrapped without a copy, shrunk once per frame and size with an area filter
(5 ms for 5 megapixels), and heat is one small image that the painter enlarges.
"""

import logging

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
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
from inspector.ui.widgets.focus import FocusRing, paint_focus
from inspector.ui.widgets.overlay import Overlay, build_overlay, legend_image
from inspector.ui.widgets.stripes import paint_stripes
from inspector.ui.widgets.well_content import WellContent
from inspector.ui.widgets.well_signs import (
    paint_bracket,
    paint_edge,
    paint_headline,
    paint_legend,
    paint_message,
    paint_notes,
    paint_scale_bar,
)

logger = logging.getLogger(__name__)

_ZOOM_STEP = 1.25
_MOST_ZOOM = 32.0
_CRISP_FROM = 4.0  # screen pixels per frame pixel; from here pixels are shown as squares


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
            if content.mm_per_px is not None:
                paint_scale_bar(painter, self._look, well, self.scale / content.mm_per_px)
            if self._heat_shown():
                paint_legend(painter, self._look, well, self._legend)
        if content.simulated:
            paint_stripes(painter, self.rect(), self._look.px(2.6), self._look.color("focus"), self._look)
        if content.edge:
            paint_edge(painter, self._look, self.rect(), self._look.px(2.6) if content.simulated else 0)
        paint_message(painter, self._look, well, content)
        below = paint_headline(painter, self._look, well, content.headline)
        paint_notes(painter, self._look, well, below, self._notes())
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
            paint_bracket(painter, self._look, to_screen.mapRect(box))

    def _notes(self) -> list[str]:
        content = self._content
        notes = list(content.notes)
        if self._overlay_failed and not content.greyed and (content.heat or content.outline):
            notes.append(self.tr("overlay unavailable"))
        if content.preview and self._image is not None:
            notes.append(self.tr("preview; the full picture is no longer in memory"))
        return notes

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
