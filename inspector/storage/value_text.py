"""Frozen dataclasses of `core` as canonical JSON and back: equal values give equal bytes, nothing unknown is read over.

The text follows the fields of the classes, so that a new field needs no word here. Fields must be present with their
own type; numbers are finite; what is wrong is listed all at once. Fields that a class gained after its texts were in
use are named as `later`: they are left out while they hold their default, so that older texts stay readable and keep
their bytes.
"""

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from inspector.core.errors import InvalidInput

Later = Mapping[type, frozenset[str]]
"""By class, the names of fields that older texts lack."""

_NONE_LATER: Later = {}


def to_text(document: object) -> str:
    """Canonical JSON: sorted keys, no blanks, shortest numbers.

    Raises:
        ValueError: a number is not finite, or a text holds what no encoding can carry.
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    text.encode()
    return text


def parse(text: str, *, most_characters: int) -> object:
    """JSON, read strictly.

    Raises:
        InvalidInput: too long, no JSON, a number that is none, or a field that occurs twice.
    """
    if len(text) > most_characters:
        raise InvalidInput([f"{len(text)} characters are more than it can have"])
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise InvalidInput([f"not JSON: {error}"]) from error


def encoded(kind: Any, value: Any, later: Later = _NONE_LATER) -> object:  # noqa: ANN401 - a type and a value of it
    """A value of an annotated type as what JSON knows."""
    if value is None:
        return None
    if get_origin(kind) in (Union, types.UnionType):
        return encoded(_not_none(kind), value, later)
    if is_dataclass(kind):
        left_out = later.get(type(value), frozenset())
        return {
            field.name: encoded(hint, getattr(value, field.name), later)
            for field, hint in _hints(kind)
            if not (field.name in left_out and getattr(value, field.name) == _default(field))
        }
    if get_origin(kind) is tuple:
        return [encoded(one_kind, one, later) for one_kind, one in zip(_kinds(kind, len(value)), value, strict=True)]
    if isinstance(value, Enum):
        return value.value
    if kind is datetime:
        return value.astimezone(UTC).isoformat()
    if kind is float:
        return float(value) + 0.0  # 1 and 1.0 are equal, and so are 0.0 and -0.0: one text for both
    return value


def decoded(
    kind: Any,  # noqa: ANN401 - a type expression
    value: object,
    where: str,
    problems: list[str],
    later: Later = _NONE_LATER,
) -> object:
    """Build a value of an annotated type; on a problem note it and return something, which is then never used."""
    if get_origin(kind) in (Union, types.UnionType):
        return None if value is None else decoded(_not_none(kind), value, where, problems, later)
    if is_dataclass(kind):
        return _decoded_dataclass(kind, value, where, problems, later)
    if get_origin(kind) is tuple:
        return _decoded_tuple(kind, value, where, problems, later)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            problems.append(f"{where}: {value!r} is none of {', '.join(str(one.value) for one in kind)}")
            return None
    if kind is float and type(value) in (int, float):
        number = float(value) if abs(value) < 1e300 else math.inf  # type: ignore[arg-type]  # checked in the line above
        if not math.isfinite(number):
            problems.append(f"{where}: {value!r} is not a finite number")
        return number
    if kind is datetime:
        return _decoded_time(value, where, problems)
    if type(value) is not kind:
        problems.append(f"{where}: {value!r} is not {kind.__name__}")
    return value


def _decoded_time(value: object, where: str, problems: list[str]) -> object:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problems.append(f"{where}: {value!r} is not a time with zone")
        return None
    return moment.astimezone(UTC)


def _decoded_dataclass(
    kind: Any,  # noqa: ANN401 - a type expression
    value: object,
    where: str,
    problems: list[str],
    later: Later,
) -> object:
    if not isinstance(value, Mapping):
        problems.append(f"{where}: {value!r} is not a group of fields")
        return None
    hints = {field.name: hint for field, hint in _hints(kind)}
    problems += [f"{where}.{name}: unknown" for name in value if name not in hints]
    needed = [name for name in hints if name not in later.get(kind, frozenset())]
    problems += [f"{where}.{name}: missing" for name in needed if name not in value]
    before = len(problems)
    parts = {
        name: decoded(hint, value[name], f"{where}.{name}", problems, later)
        for name, hint in hints.items()
        if name in value
    }
    if len(problems) > before or not parts.keys() >= set(needed):
        return None
    try:
        return kind(**parts)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None


def _decoded_tuple(
    kind: Any,  # noqa: ANN401 - a type expression
    value: object,
    where: str,
    problems: list[str],
    later: Later,
) -> object:
    if not isinstance(value, list):
        problems.append(f"{where}: {value!r} is not a list")
        return ()
    kinds = _kinds(kind, len(value))
    if len(kinds) != len(value):
        problems.append(f"{where}: {len(kinds)} values are needed, not {len(value)}")
        return ()
    return tuple(
        decoded(one_kind, one, f"{where}[{index}]", problems, later)
        for index, (one_kind, one) in enumerate(zip(kinds, value, strict=True))
    )


def _not_none(kind: Any) -> Any:  # noqa: ANN401
    """What an optional field holds when it holds something."""
    (inner,) = (one for one in get_args(kind) if one is not type(None))
    return inner


def _kinds(kind: Any, length: int) -> tuple[Any, ...]:  # noqa: ANN401
    """The types of a tuple's elements."""
    kinds = get_args(kind)
    return (kinds[0],) * length if len(kinds) == 2 and kinds[1] is Ellipsis else kinds


def _hints(kind: Any) -> tuple[tuple[Field[Any], Any], ...]:  # noqa: ANN401
    hints = get_type_hints(kind)
    return tuple((one, hints[one.name]) for one in fields(kind))


def _default(field: Field[Any]) -> object:
    """What a field holds when it is not given; the field itself when it must be given."""
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else field


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field occurs twice")
    return found
