"""Sizes, boxes and polygons in pixels. Points are (x, y), y down."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Height and width in pixels, in the order of numpy's shape."""

    height: int
    width: int

    def __str__(self) -> str:
        """As people say it: width first."""
        return f"{self.width} × {self.height}"

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> "Size":
        """Take the first two numbers of an array's shape."""
        return cls(shape[0], shape[1])


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright box; `x`, `y` is its upper left corner, width and height are exclusive of the far edge."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline of at least three (x, y) points in pixels of the frame."""

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse what is no area.

        Raises:
            ValueError: fewer than three points.
        """
        if len(self.points) < 3:
            raise ValueError(f"a polygon needs at least 3 points, got {len(self.points)}")
