"""In what two recipes differ, field by field, for people who decide whether to publish."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Final

from inspector.core.geometry import Polygon, Rect, Size
from inspector.core.picture_limits import Range
from inspector.core.recipe import Recipe

_LEFT_OUT: Final = frozenset({"version", "self_test.basis", "self_test.sha256"})


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that is not the same.

    Attributes:
        key: stable English name, a path with dots such as "camera.exposure_us"; the window has a word for it.
        before, after: as text without units; "" where there is nothing.
    """

    key: str
    before: str
    after: str


def compare(before: Recipe, after: Recipe) -> tuple[FieldDifference, ...]:
    """Every field that differs, in the order of the recipe's fields. The version is none of them."""
    old, new = dict(_fields("", before)), dict(_fields("", after))
    # A group that is missing on one side has its place where the other side has it.
    keys = list(new)
    for place, key in enumerate(old):
        if key not in new:
            keys.insert(place, key)
    return tuple(
        FieldDifference(key, _text(old.get(key)), _text(new.get(key)))
        for key in keys
        if key not in _LEFT_OUT and old.get(key) != new.get(key)
    )


def _fields(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Names and values below a value, each group taken apart into what people call a field."""
    if isinstance(value, Size | Rect | Polygon | Range) or not is_dataclass(value):
        yield from _pairs(path, value)
        return
    for field in fields(value):
        yield from _fields(f"{path}.{field.name}" if path else field.name, getattr(value, field.name))


def _pairs(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Names and texts, such as titles by language, are fields of their own."""
    named = isinstance(value, tuple) and all(
        isinstance(one, tuple) and len(one) == 2 and all(isinstance(part, str) for part in one) for one in value
    )
    if named and isinstance(value, tuple) and value:
        for name, text in value:
            yield f"{path}.{name}", text
    elif value not in (None, ()):
        yield path, value


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Enum():
            return str(value.value)
        case float():
            return f"{value:g}"
        case Size():
            return str(value)
        case Rect():
            return f"{value.width:g} × {value.height:g} + {value.x:g}, {value.y:g}"
        case Range():
            return f"{value.low:.3g} – {value.high:.3g}"
        case Polygon():
            return " ".join(f"({x:g}, {y:g})" for x, y in value.points)
        case tuple():
            return "; ".join(_text(one) for one in value)
        case _:
            return str(value)
