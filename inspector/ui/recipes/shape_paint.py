"""How an area is drawn over a picture: what is left out is veiled, so that what is inspected stays as it is.

Kinds differ by line and hatching, never by color alone; blue is what is selected.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from inspector.core.geometry import Polygon, Rect
from inspector.ui.look import Look
from inspector.ui.recipes.shapes import Area, Point, ShapeKind, Spot

_DARK = QColor("#101112")
_LIGHT = QColor("#FFFFFF")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A polygon that is not closed yet.

    Attributes:
        points: in pixels of the frame.
        cursor: where the next point would go; None for nowhere.
    """

    kind: ShapeKind
    points: tuple[Point, ...] = ()
    cursor: Point | None = None
    box_from: Point | None = None


def polygon_path(points: Sequence[Point], to_screen: QTransform) -> QPainterPath:
    """A closed outline on the screen."""
    path = QPainterPath()
    path.addPolygon(to_screen.map(QPolygonF([QPointF(x, y) for x, y in points])))
    path.closeSubpath()
    return path


def paint_area(painter: QPainter, look: Look, frame: QRectF, area: Area, to_screen: QTransform) -> None:
    """Veil and hatch what is not inspected, and draw every outline."""
    kept = QPainterPath()
    if area.include:
        for polygon in area.include:
            kept = kept.united(polygon_path(polygon.points, to_screen))
    else:
        kept.addRect(frame)
    ignored = QPainterPath()
    for polygon in area.ignore:
        ignored = ignored.united(polygon_path(polygon.points, to_screen))
    left_out = QPainterPath()
    left_out.addRect(frame)
    veil = look.color("bg_well")
    veil.setAlpha(165)
    painter.fillPath(left_out.subtracted(kept.subtracted(ignored)), veil)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    hatch = QColor(_LIGHT)
    hatch.setAlpha(110)
    painter.fillPath(ignored, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
    for kind in ShapeKind:
        for polygon in area.of(kind):
            _outline(painter, polygon, kind, to_screen, _LIGHT)


def paint_tiles(painter: QPainter, tiles: Sequence[Rect], to_screen: QTransform) -> None:
    """Every tile as a thin box; where tiles overlap the picture is a little lighter."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    # Hundreds of overlapping fills would hide the picture.
    fill = QColor(_LIGHT)
    fill.setAlpha(14)
    dark, light = QColor(_DARK), QColor(_LIGHT)
    dark.setAlpha(150)
    light.setAlpha(190)
    boxes = [to_screen.mapRect(QRectF(tile.x, tile.y, tile.width, tile.height)) for tile in tiles]
    for box in boxes:
        painter.fillRect(box, fill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, shift in ((dark, 1), (light, 0)):
        painter.setPen(QPen(color, 1))
        painter.drawRects([box.translated(shift, shift) for box in boxes])


def paint_selected(painter: QPainter, look: Look, area: Area, spot: Spot, to_screen: QTransform) -> None:
    """Blue outline, a square for each point, a circle where an edge can be bent."""
    blue = look.color("well_focus")
    points = area.points(spot)
    _outline(painter, Polygon(points), spot.kind, to_screen, blue)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = look.px(2.6)
    for x, y in middles(points):
        center = to_screen.map(QPointF(x, y))
        painter.setPen(QPen(_DARK, 1))
        painter.setBrush(look.color("bg_well"))
        painter.drawEllipse(center, side * 0.34, side * 0.34)
        painter.setPen(QPen(blue, 1.5))
        painter.drawEllipse(center, side * 0.3, side * 0.3)
    for index, (x, y) in enumerate(points):
        center = to_screen.map(QPointF(x, y))
        chosen = index == spot.point
        half = side * (0.72 if chosen else 0.5)
        box = QRectF(center.x() - half, center.y() - half, 2 * half, 2 * half)
        painter.setPen(QPen(_DARK, 3))
        painter.setBrush(blue if chosen else _LIGHT)
        painter.drawRect(box)
        painter.setPen(QPen(_LIGHT if chosen else blue, 1.5))
        painter.drawRect(box)


def paint_sketch(painter: QPainter, look: Look, sketch: Sketch, to_screen: QTransform) -> None:
    """What was clicked so far, the line to the pointer, and the ring that closes the shape."""
    blue = look.color("well_focus")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if sketch.box_from is not None and sketch.cursor is not None:
        corners = [to_screen.map(QPointF(x, y)) for x, y in (sketch.box_from, sketch.cursor)]
        for color, width in ((_DARK, 3.5), (blue, 1.8)):
            painter.setPen(_pen(color, width, sketch.kind))
            painter.drawRect(QRectF(corners[0], corners[1]).normalized())
        return
    spots = [to_screen.map(QPointF(x, y)) for x, y in sketch.points]
    if sketch.cursor is not None:
        spots.append(to_screen.map(QPointF(*sketch.cursor)))
    for color, width in ((_DARK, 3.5), (blue, 1.8)):
        painter.setPen(_pen(color, width, sketch.kind))
        painter.drawPolyline(QPolygonF(spots))
    radius = look.px(1.1)
    for index, center in enumerate(spots[: len(sketch.points)]):
        painter.setPen(QPen(_DARK, 3))
        painter.setBrush(_LIGHT)
        painter.drawEllipse(center, radius, radius)
        if index == 0 and len(sketch.points) >= 3:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((_DARK, 4), (blue, 2)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(center, 2.2 * radius, 2.2 * radius)


def paint_cross(painter: QPainter, look: Look, at: QPointF) -> None:
    """The pointer of the keyboard."""
    arm = look.px(3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for color, width in ((_DARK, 5), (look.color("well_focus"), 2)):
        painter.setPen(QPen(color, width))
        painter.drawLine(QPointF(at.x() - arm, at.y()), QPointF(at.x() + arm, at.y()))
        painter.drawLine(QPointF(at.x(), at.y() - arm), QPointF(at.x(), at.y() + arm))


def middles(points: Sequence[Point]) -> list[Point]:
    """The middle of each edge; the one after point i is at i."""
    return [((x0 + x1) / 2, (y0 + y1) / 2) for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True)]


def _outline(painter: QPainter, polygon: Polygon, kind: ShapeKind, to_screen: QTransform, color: QColor) -> None:
    path = polygon_path(polygon.points, to_screen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_DARK, 4.0))
    painter.drawPath(path)
    painter.setPen(_pen(color, 2.0, kind))
    painter.drawPath(path)


def _pen(color: QColor, width: float, kind: ShapeKind) -> QPen:
    pen = QPen(color, width)
    if kind is ShapeKind.IGNORE:
        pen.setDashPattern([4.0, 3.0])
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
