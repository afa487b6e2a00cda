"""Drawing what is inspected on the picture itself: with mouse, finger or keys, and nothing that cannot be taken back.

Two tools draw, one changes. A click sets a point, a drag makes a box; what is selected shows its points. Whatever is
done with the pointer has a key: arrows move, Space sets a point, Enter closes, Page keys go from point to point,
Insert adds and Delete removes one.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QTransform

from inspector.core.geometry import Polygon, Rect, Size
from inspector.ui.look import Look
from inspector.ui.recipes.shape_paint import (
    Sketch,
    middles,
    paint_area,
    paint_cross,
    paint_selected,
    paint_sketch,
    paint_tiles,
)
from inspector.ui.recipes.shapes import Area, Drawing, EditorTool, Point, ShapeKind, Spot, contains, inside, rectangle
from inspector.ui.widgets.focus import paint_focus
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent

_DRAG_FROM_PX = 5  # a hand that clicks moves less
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PolygonEditor(ImageView):
    """A picture with an area that can be drawn.

    `edited` carries the new `Area` after every finished change; `state_changed` says that tool, selection, sketch or
    what can be undone is another.
    """

    edited = Signal(object)
    state_changed = Signal()

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__(look)
        self.tool = EditorTool.CHANGE
        self.drawing = Drawing()
        self.selected: Spot | None = None
        self.tiles: tuple[Rect, ...] = ()
        self._size: Size | None = None
        self._sketch: tuple[Point, ...] = ()
        self._cursor: Point | None = None
        self._by_key = False
        self._pressed: QPointF | None = None
        self._grabbed: Spot | None = None
        self._moving: Area | None = None
        self.setMouseTracking(True)

    # --- content ------------------------------------------------------------------------------------------------------

    def show_picture(
        self, picture: NDArray[np.uint8] | None, message: str = "", mm_per_px: float | None = None
    ) -> None:
        """Draw on another picture."""
        self._size = None if picture is None else Size.of(picture.shape)
        self.set_content(WellContent(picture=picture, message=message, icon="part", mm_per_px=mm_per_px))
        self._cursor = None

    def show_area(self, area: Area) -> None:
        """Show an area from elsewhere; nothing of before can be undone. The same area again changes nothing."""
        if area != self.drawing.area:
            self.drawing = Drawing(area)
            self._select(None)

    def show_tiles(self, tiles: tuple[Rect, ...]) -> None:
        """Draw these tiles; none hides the grid."""
        self.tiles = tiles
        self.update()

    @property
    def sketching(self) -> bool:
        """Whether a polygon is begun and not closed."""
        return bool(self._sketch)

    @property
    def can_close(self) -> bool:
        """Whether the begun polygon has enough points."""
        return len(self._sketch) >= 3

    # --- what buttons and keys do -------------------------------------------------------------------------------------

    def choose_tool(self, tool: EditorTool) -> None:
        """Change what a click does; a begun polygon is dropped."""
        self.tool = tool
        self._sketch, self._pressed = (), None
        self.setCursor(Qt.CursorShape.ArrowCursor if tool is EditorTool.CHANGE else Qt.CursorShape.CrossCursor)
        self._select(None)

    def close_shape(self) -> None:
        """End the begun polygon, and select it."""
        kind = self.tool.kind
        if kind is not None and self.can_close:
            points, self._sketch = self._sketch, ()
            self._add(kind, Polygon(points))

    def undo(self) -> None:
        """Take back the last point of a begun polygon, else the last change."""
        if self._sketch:
            self._sketch = self._sketch[:-1]
            self._tell()
        elif self.drawing.undo():
            self._select(None)
            self.edited.emit(self.drawing.area)

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.drawing.redo():
            self._select(None)
            self.edited.emit(self.drawing.area)

    def delete_selected(self) -> None:
        """Remove the selected point; a polygon goes as a whole when it is selected, or when no area would be left."""
        spot = self.selected
        if spot is None:
            return
        area = self.drawing.area.without(spot)
        whole = len(area.of(spot.kind)) < len(self.drawing.area.of(spot.kind))
        self._put(area)
        self._select(None if whole else Spot(spot.kind, spot.index))

    def add_point(self) -> None:
        """Put a point in the middle of the edge behind the selected point, and select it."""
        spot = self.selected
        if spot is None:
            return
        points = list(self.drawing.area.points(spot))
        after = max(spot.point, 0)
        points.insert(after + 1, middles(points)[after])
        self._put(self.drawing.area.with_points(spot, points))
        self._select(Spot(spot.kind, spot.index, after + 1))

    def step_selection(self, step: int) -> None:
        """Select the point before (-1) or after (1)."""
        spots = self.drawing.area.spots()
        if spots:
            now = spots.index(self.selected) if self.selected in spots else (-1 if step > 0 else 0)
            self._select(spots[(now + step) % len(spots)])

    # --- pointer ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set a point, take hold of one, select a polygon, or move the picture."""
        if event.button() is not Qt.MouseButton.LeftButton or self._size is None:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._by_key = False
        self._pressed = event.position()
        self._cursor = self._at(event.position())
        if self.tool is EditorTool.CHANGE and not self._take_hold(event.position()):
            super().mousePressEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held; show where the next point would go."""
        if self._size is None:
            return
        self._cursor = self._at(event.position())
        if self._grabbed is not None and self._moving is not None:
            points = list(self._moving.points(self._grabbed))
            points[self._grabbed.point] = self._cursor
            self._moving = self._moving.with_points(self._grabbed, points)
        elif self.tool is EditorTool.CHANGE:
            super().mouseMoveEvent(event)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish a click, a box or a move."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None or self._size is None:
            super().mouseReleaseEvent(event)
            return
        start, self._pressed = self._pressed, None
        kind = self.tool.kind
        if kind is None:
            moved, self._moving, self._grabbed = self._moving, None, None
            if moved is not None:
                self._put(moved)
            else:
                super().mouseReleaseEvent(event)
        elif not self._sketch and (event.position() - start).manhattanLength() > 2 * _DRAG_FROM_PX:
            self._add(kind, rectangle(self._at(start), self._at(event.position())))
        else:
            self._click(self._at(event.position()))

    def _click(self, point: Point) -> None:
        """One more point, or the first one again: then the polygon is closed."""
        if self.can_close and self._near(self._sketch[0], point):
            self.close_shape()
            return
        if not self._sketch or not self._same(self._sketch[-1], point):
            self._sketch = (*self._sketch, point)
        self._tell()

    def _take_hold(self, position: QPointF) -> bool:
        """Grab a point of the selected polygon, the middle of one of its edges, or select what lies here."""
        here = self._at(position)
        area = self.drawing.area
        for spot in area.spots():
            if self._near(area.points(spot)[spot.point], here):
                self._grab(spot, area)
                return True
        if self.selected is not None:
            points = area.points(self.selected)
            for index, middle in enumerate(middles(points)):
                if self._near(middle, here):
                    bent = (*points[: index + 1], here, *points[index + 1 :])
                    self._grab(
                        Spot(self.selected.kind, self.selected.index, index + 1), area.with_points(self.selected, bent)
                    )
                    return True
        for kind in reversed(ShapeKind):
            for index, polygon in enumerate(area.of(kind)):
                if contains(polygon, here):
                    self._select(Spot(kind, index))
                    return False  # the picture may still be moved from here
        self._select(None)
        return False

    def _grab(self, spot: Spot, area: Area) -> None:
        self._grabbed, self._moving = spot, area
        self._select(spot)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Everything that the pointer does."""
        key = Qt.Key(event.key())
        if self._size is None or not self._on_key(
            key, fast=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        ):
            super().keyPressEvent(event)

    def _on_key(self, key: Qt.Key, *, fast: bool) -> bool:
        if key in _ARROWS:
            self._move_by_key(*_ARROWS[key], 10 if fast else 1)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.step_selection(1 if key is Qt.Key.Key_PageDown else -1)
        elif key is Qt.Key.Key_Space and self.tool is not EditorTool.CHANGE:
            self._click(self._cursor_now())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.sketching:
            self.close_shape()
        elif key is Qt.Key.Key_Insert:
            self.add_point()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self._sketch:
                self.undo()
            else:
                self.delete_selected()
        elif key is Qt.Key.Key_Escape and (self._sketch or self.tool is not EditorTool.CHANGE or self.selected):
            self.choose_tool(self.tool if self._sketch else EditorTool.CHANGE)
        else:
            return False
        return True

    def _move_by_key(self, dx: int, dy: int, steps: int) -> None:
        """Move the selected point, or the cross while drawing; one step is one pixel of the screen, at least."""
        assert self._size is not None
        step = max(1.0, 1 / self.scale) * steps
        spot = self.selected
        if self.tool is EditorTool.CHANGE:
            if spot is None:
                return
            moved = [
                inside((x + dx * step, y + dy * step), self._size) if spot.point in (-1, index) else (x, y)
                for index, (x, y) in enumerate(self.drawing.area.points(spot))
            ]
            self._put(self.drawing.area.with_points(spot, moved))
            return
        x, y = self._cursor_now()
        self._by_key = True
        self._cursor = inside((x + 4 * dx * step, y + 4 * dy * step), self._size)
        self.update()

    def _cursor_now(self) -> Point:
        assert self._size is not None
        return self._cursor or (self._size.width / 2, self._size.height / 2)

    # --- inner --------------------------------------------------------------------------------------------------------

    def _add(self, kind: ShapeKind, polygon: Polygon) -> None:
        self._put(self.drawing.area.with_added(kind, polygon))
        self.tool = EditorTool.CHANGE
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._select(Spot(kind, len(self.drawing.area.of(kind)) - 1))

    def _put(self, area: Area) -> None:
        if self.drawing.put(area):
            self.edited.emit(area)
        self._tell()

    def _select(self, spot: Spot | None) -> None:
        self.selected = spot
        self._tell()

    def _tell(self) -> None:
        self.state_changed.emit()
        self.update()

    def _at(self, position: QPointF) -> Point:
        assert self._size is not None
        rect = self.frame_rect()
        return inside(((position.x() - rect.x()) / self.scale, (position.y() - rect.y()) / self.scale), self._size)

    def _near(self, first: Point, second: Point) -> bool:
        reach = self._look.px(2.2) / self.scale
        return abs(first[0] - second[0]) <= reach and abs(first[1] - second[1]) <= reach

    def _same(self, first: Point, second: Point) -> bool:
        return max(abs(first[0] - second[0]), abs(first[1] - second[1])) * self.scale < 1

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The cross of the keyboard goes with the keyboard."""
        self._by_key = False
        super().focusOutEvent(event)

    def leaveEvent(self, event: object) -> None:
        """No line to a pointer that is elsewhere."""
        if not self._by_key:
            self._cursor = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, then tiles, area, what is selected and what is being drawn."""
        super().paintEvent(event)
        if self._size is None:
            return
        painter = QPainter(self)
        rect = self.frame_rect()
        to_screen = QTransform.fromTranslate(rect.x(), rect.y()).scale(self.scale, self.scale)
        painter.setClipRect(rect.adjusted(-1, -1, 1, 1))
        area = self._moving or self.drawing.area
        paint_area(painter, self._look, rect, area, to_screen)
        paint_tiles(painter, self.tiles, to_screen)
        painter.setClipping(False)
        if self.selected is not None and area.has(self.selected):
            paint_selected(painter, self._look, area, self.selected, to_screen)
        kind = self.tool.kind
        if kind is not None:
            dragged = self._pressed is not None and not self._sketch
            begun = self._at(self._pressed) if dragged and self._pressed is not None else None
            paint_sketch(painter, self._look, Sketch(kind, self._sketch, self._cursor, begun), to_screen)
            if self._by_key and self._cursor is not None:
                paint_cross(painter, self._look, to_screen.map(QPointF(*self._cursor)))
        if self.shows_ring:
            paint_focus(painter, self._look, self.rect())
        painter.end()
