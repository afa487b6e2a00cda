"""The live picture of a set-up: with a grid, with two points for the scale, or with a part of the sensor to choose.

Points and boxes are in pixels of the frame. Everything that the mouse does, keys do as well.
"""

import math
from dataclasses import replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from inspector.core.geometry import Rect
from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent

_DARK, _LIGHT = QColor("#101112"), QColor("#FFFFFF")
_REACH_MM = 4.0
_LEAST_BOX_PX = 16
_FAR_STEP_PX = 10


class LiveMode(Enum):
    """What a press on the picture does."""

    LOOK = "look"
    SCALE = "scale"
    BOX = "box"


Point = tuple[float, float]


class LiveView(ImageView):
    """`scale_changed`: the two points moved. `box_drawn` carries a `Rect`. `pointed` carries a pixel, or None."""

    scale_changed = Signal()
    box_drawn = Signal(object)
    pointed = Signal(object)

    def __init__(self, look: Look) -> None:
        """Begin without a grid, looking."""
        super().__init__(look)
        self.setMouseTracking(True)
        self.mode = LiveMode.LOOK
        self.grid = False
        self.points: tuple[Point, ...] = ()
        self._active = 0
        self._held = False
        self._box: tuple[Point, Point] | None = None

    @property
    def distance_px(self) -> float | None:
        """Between the two points; None while there are not two."""
        return math.dist(*self.points) if len(self.points) == 2 else None

    def set_content(self, content: WellContent) -> None:
        """Show the newest picture; while points are placed the picture stands still, because parts move."""
        held = self.content.picture
        new = content.picture
        if self.mode is LiveMode.SCALE and _same_size(held, new):
            content = replace(content, picture=held)
        super().set_content(content)

    def set_mode(self, mode: LiveMode) -> None:
        """Change what a press does; a half drawn box goes."""
        self.mode, self._box, self._held = mode, None, False
        if mode is LiveMode.LOOK:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)
        self.update()

    def set_grid(self, *, on: bool) -> None:
        """Show thirds and the middle, or not."""
        self.grid = on
        self.update()

    def clear_points(self) -> None:
        """Begin the scale anew."""
        self.points, self._active = (), 0
        self.scale_changed.emit()
        self.update()

    def place_points(self) -> None:
        """Two points to be moved, for those who have no mouse."""
        height, width = self._frame_shape()
        self.points, self._active = ((0.25 * width, 0.5 * height), (0.75 * width, 0.5 * height)), 0
        self.scale_changed.emit()
        self.update()

    # --- events -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take or place a point, begin a box, or drag the picture."""
        where = self._pixel(event.position())
        if self.mode is LiveMode.LOOK or where is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._held = True
        if self.mode is LiveMode.BOX:
            self._box = (where, where)
        else:
            near = self._near(event.position())
            if near is not None:
                self._active = near
            elif len(self.points) < 2:
                self.points = (*self.points, where)
                self._active = len(self.points) - 1
            self._move(where)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say which pixel lies below, and move what is held."""
        where = self._pixel(event.position())
        self.pointed.emit(None if where is None else (int(where[0]), int(where[1])))
        if not self._held:
            super().mouseMoveEvent(event)
        elif where is not None:
            if self.mode is LiveMode.BOX and self._box is not None:
                self._box = (self._box[0], where)
                self.update()
            elif self.mode is LiveMode.SCALE:
                self._move(where)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a box that is large enough is a part of the sensor."""
        if not self._held:
            super().mouseReleaseEvent(event)
            return
        self._held = False
        if self.mode is LiveMode.BOX and self._box is not None:
            (x0, y0), (x1, y1) = self._box
            self._box = None
            left, top, width, height = min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
            if min(width, height) >= _LEAST_BOX_PX:
                self.box_drawn.emit(Rect(round(left), round(top), round(width), round(height)))
        self.update()

    def leaveEvent(self, event: object) -> None:
        """No pixel lies below any more."""
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the active point, Space takes the other one, Delete begins anew."""
        step = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }.get(Qt.Key(event.key()))
        if self.mode is not LiveMode.SCALE:
            super().keyPressEvent(event)
        elif step is not None and self.points:
            far = _FAR_STEP_PX if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            x, y = self.points[self._active]
            self._move((x + far * step[0], y + far * step[1]))
        elif event.key() == Qt.Key.Key_Space:
            if len(self.points) < 2:
                self.place_points()
            else:
                self._active = 1 - self._active
            self.update()
        elif event.key() == Qt.Key.Key_Delete:
            self.clear_points()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, then what is drawn over it."""
        super().paintEvent(event)
        if self.content.picture is None:
            return
        painter = QPainter(self)
        if self.grid:
            self._paint_grid(painter)
        if self.mode is LiveMode.SCALE or self.points:
            self._paint_scale(painter)
        if self._box is not None:
            box = QRectF(self._screen(self._box[0]), self._screen(self._box[1])).normalized()
            for color, width in ((_DARK, 4.0), (_LIGHT, 2.0)):
                painter.setPen(QPen(color, width))
                painter.drawRect(box)
        painter.end()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def _pixel(self, position: QPointF) -> Point | None:
        """The pixel under a place on this widget; None beside the frame or without one."""
        if self.content.picture is None:
            return None
        frame = self.frame_rect()
        x, y = (position.x() - frame.x()) / self.scale, (position.y() - frame.y()) / self.scale
        height, width = self._frame_shape()
        return (x, y) if 0 <= x < width and 0 <= y < height else None

    def _screen(self, point: Point) -> QPointF:
        frame = self.frame_rect()
        return QPointF(frame.x() + point[0] * self.scale, frame.y() + point[1] * self.scale)

    def _near(self, position: QPointF) -> int | None:
        """The point that a finger meant."""
        reach = self._look.px(_REACH_MM)
        distances = [QLineF(self._screen(point), position).length() for point in self.points]
        best = min(range(len(distances)), key=distances.__getitem__, default=None)
        return best if best is not None and distances[best] <= reach else None

    def _move(self, where: Point) -> None:
        if not self.points:
            return
        height, width = self._frame_shape()
        kept = (min(max(where[0], 0.0), width - 1.0), min(max(where[1], 0.0), height - 1.0))
        self.points = tuple(kept if i == self._active else point for i, point in enumerate(self.points))
        self.scale_changed.emit()
        self.update()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _paint_grid(self, painter: QPainter) -> None:
        frame = self.frame_rect()
        dark, light = QColor(_DARK), QColor(_LIGHT)
        dark.setAlpha(140)
        light.setAlpha(150)
        for color, width in ((dark, 3.0), (light, 1.0)):
            painter.setPen(QPen(color, width))
            for share in (1 / 3, 1 / 2, 2 / 3):
                x, y = frame.x() + share * frame.width(), frame.y() + share * frame.height()
                painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
                painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))

    def _paint_scale(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = [self._screen(point) for point in self.points]
        arm = self._look.px(2.5)
        for color, width in ((_DARK, 4.0), (_LIGHT, 2.0)):
            painter.setPen(QPen(color, width))
            if len(places) == 2:
                painter.drawLine(places[0], places[1])
            for place in places:
                painter.drawLine(place - QPointF(arm, 0), place + QPointF(arm, 0))
                painter.drawLine(place - QPointF(0, arm), place + QPointF(0, arm))
        if self.mode is LiveMode.SCALE and places:
            painter.setPen(QPen(self._look.color("well_focus"), 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(places[min(self._active, len(places) - 1)], arm, arm)
        painter.setFont(self._look.font(TypeSize.BODY, bold=True))
        for number, place in enumerate(places, start=1):
            text = place + QPointF(arm, -arm)
            for color, shift in ((_DARK, 1.5), (_LIGHT, 0.0)):
                painter.setPen(color)
                painter.drawText(text + QPointF(shift, shift), str(number))


def _same_size(one: NDArray[np.uint8] | None, other: NDArray[np.uint8] | None) -> bool:
    return one is not None and other is not None and one.shape[:2] == other.shape[:2]
