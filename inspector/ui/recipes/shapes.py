"""The polygons of an area while a person draws them: every change is a new state, so that undo is a list.

Polygons are in pixels of the frame and stay inside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from inspector.core.geometry import Polygon, Size

Point = tuple[float, float]

_MOST_STATES = 200


class ShapeKind(Enum):
    """What a polygon does."""

    INCLUDE = "include"
    IGNORE = "ignore"


class EditorTool(Enum):
    """What a click does."""

    CHANGE = "change"
    INCLUDE = "include"
    IGNORE = "ignore"

    @property
    def kind(self) -> ShapeKind | None:
        """The kind of polygon that is drawn; None while changing."""
        return None if self is EditorTool.CHANGE else ShapeKind(self.value)


@dataclass(frozen=True, slots=True)
class Spot:
    """A polygon of an area, or one of its points.

    Attributes:
        index: of the polygon among those of its kind.
        point: of the point in it; -1 for the polygon itself.
    """

    kind: ShapeKind
    index: int
    point: int = -1


@dataclass(frozen=True, slots=True)
class Area:
    """Include and ignore polygons, as a recipe holds them."""

    include: tuple[Polygon, ...] = ()
    ignore: tuple[Polygon, ...] = ()

    def of(self, kind: ShapeKind) -> tuple[Polygon, ...]:
        """The polygons of a kind."""
        return self.include if kind is ShapeKind.INCLUDE else self.ignore

    def points(self, spot: Spot) -> tuple[Point, ...]:
        """The points of the polygon that a spot lies on."""
        return self.of(spot.kind)[spot.index].points

    def has(self, spot: Spot) -> bool:
        """Whether there is such a polygon and point."""
        polygons = self.of(spot.kind)
        return 0 <= spot.index < len(polygons) and spot.point < len(polygons[spot.index].points)

    def spots(self) -> tuple[Spot, ...]:
        """Every point of every polygon, in the order in which keys go through them."""
        return tuple(
            Spot(kind, index, point)
            for kind in ShapeKind
            for index, polygon in enumerate(self.of(kind))
            for point in range(len(polygon.points))
        )

    def with_polygons(self, kind: ShapeKind, polygons: Sequence[Polygon]) -> "Area":
        """This area with other polygons of a kind."""
        if kind is ShapeKind.INCLUDE:
            return replace(self, include=tuple(polygons))
        return replace(self, ignore=tuple(polygons))

    def with_added(self, kind: ShapeKind, polygon: Polygon) -> "Area":
        """This area with one more polygon."""
        return self.with_polygons(kind, (*self.of(kind), polygon))

    def with_points(self, spot: Spot, points: Sequence[Point]) -> "Area":
        """This area with other points for one polygon."""
        polygons = list(self.of(spot.kind))
        polygons[spot.index] = Polygon(tuple(points))
        return self.with_polygons(spot.kind, polygons)

    def without(self, spot: Spot) -> "Area":
        """This area without a point, or without its polygon when that would leave fewer than three points."""
        points = self.points(spot)
        if spot.point >= 0 and len(points) > 3:
            return self.with_points(spot, points[: spot.point] + points[spot.point + 1 :])
        return self.with_polygons(spot.kind, [one for i, one in enumerate(self.of(spot.kind)) if i != spot.index])


class Drawing:
    """An area in the making, with undo and redo."""

    def __init__(self, area: Area | None = None) -> None:
        """Begin with an area and nothing to undo."""
        self.area = area or Area()
        self._before: list[Area] = []
        self._after: list[Area] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._after)

    def put(self, area: Area) -> bool:
        """Take a change; the same area again is none."""
        if area == self.area:
            return False
        self._before = [*self._before, self.area][-_MOST_STATES:]
        self._after.clear()
        self.area = area
        return True

    def undo(self) -> bool:
        """Take the last change back."""
        if not self._before:
            return False
        self._after.append(self.area)
        self.area = self._before.pop()
        return True

    def redo(self) -> bool:
        """Make a change again that was taken back."""
        if not self._after:
            return False
        self._before.append(self.area)
        self.area = self._after.pop()
        return True


def inside(point: Point, size: Size) -> Point:
    """The point of the frame that is nearest."""
    return (min(max(point[0], 0.0), float(size.width)), min(max(point[1], 0.0), float(size.height)))


def rectangle(first: Point, second: Point) -> Polygon:
    """The upright box between two corners."""
    (x0, x1), (y0, y1) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    return Polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def contains(polygon: Polygon, point: Point) -> bool:
    """Even-odd rule for one point."""
    x, y = point
    found = False
    points = polygon.points
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            found = not found
    return found
