"""A recipe as canonical JSON and back: equal recipes give equal bytes, and nothing unknown is read over.

The text follows the fields of `core.recipe`, so that a new field needs no word here. Every field must be present with
its own type; numbers are finite; what is wrong is listed all at once.
"""

import json
import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from inspector.core.errors import InvalidRecipe
from inspector.core.recipe import Recipe

FORMAT = 1
_MAX_CHARACTERS = 1_000_000


def recipe_to_text(recipe: Recipe) -> str:
    """Canonical JSON: sorted keys, no blanks, shortest numbers.

    Raises:
        InvalidRecipe: a number is not finite, or a text holds what no encoding can carry.
    """
    document = {"format": FORMAT, "recipe": _encoded(Recipe, recipe)}
    try:
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError as error:
        raise InvalidRecipe([str(error)]) from error
    return text


def recipe_from_text(text: str) -> Recipe:
    """The recipe of a text.

    Raises:
        InvalidRecipe: with every problem: no JSON, unknown or missing fields, wrong types, or a recipe that contradicts
            itself.
    """
    if len(text) > _MAX_CHARACTERS:
        raise InvalidRecipe([f"{len(text)} characters are more than a recipe has"])
    try:
        document = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise InvalidRecipe([f"not JSON: {error}"]) from error
    if not isinstance(document, dict) or set(document) != {"format", "recipe"} or document["format"] != FORMAT:
        raise InvalidRecipe([f"not a recipe of format {FORMAT}"])
    problems: list[str] = []
    recipe = _decoded(Recipe, document["recipe"], "recipe", problems)
    if problems:
        raise InvalidRecipe(problems)
    if not isinstance(recipe, Recipe):
        raise InvalidRecipe(["not a recipe"])
    return recipe.validated()


def _encoded(kind: Any, value: Any) -> object:  # noqa: ANN401 - a type expression and a value of it
    if value is None:
        return None
    if get_origin(kind) in (Union, types.UnionType):
        return _encoded(_not_none(kind), value)
    if is_dataclass(kind):
        return {name: _encoded(hint, getattr(value, name)) for name, hint in _hints(kind).items()}
    if get_origin(kind) is tuple:
        return [_encoded(one_kind, one) for one_kind, one in zip(_kinds(kind, len(value)), value, strict=True)]
    if isinstance(value, Enum):
        return value.value
    if kind is float:
        return float(value) + 0.0  # 1 and 1.0 are equal, and so are 0.0 and -0.0: one text for both
    return value


def _decoded(kind: Any, value: object, where: str, problems: list[str]) -> object:  # noqa: ANN401 - a type expression
    """Build a value of an annotated type; on a problem note it and return something, which is then never used."""
    if get_origin(kind) in (Union, types.UnionType):
        return None if value is None else _decoded(_not_none(kind), value, where, problems)
    if is_dataclass(kind):
        return _decoded_dataclass(kind, value, where, problems)
    if get_origin(kind) is tuple:
        return _decoded_tuple(kind, value, where, problems)
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
    if type(value) is not kind:
        problems.append(f"{where}: {value!r} is not {kind.__name__}")
    return value


def _decoded_dataclass(kind: Any, value: object, where: str, problems: list[str]) -> object:  # noqa: ANN401
    if not isinstance(value, Mapping):
        problems.append(f"{where}: {value!r} is not a group of fields")
        return None
    hints = _hints(kind)
    problems += [f"{where}.{name}: unknown" for name in value if name not in hints]
    problems += [f"{where}.{name}: missing" for name in hints if name not in value]
    before = len(problems)
    parts = {
        name: _decoded(hint, value[name], f"{where}.{name}", problems) for name, hint in hints.items() if name in value
    }
    if len(problems) > before or len(parts) < len(hints):
        return None
    try:
        return kind(**parts)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None


def _decoded_tuple(kind: Any, value: object, where: str, problems: list[str]) -> object:  # noqa: ANN401
    if not isinstance(value, list):
        problems.append(f"{where}: {value!r} is not a list")
        return ()
    kinds = _kinds(kind, len(value))
    if len(kinds) != len(value):
        problems.append(f"{where}: {len(kinds)} values are needed, not {len(value)}")
        return ()
    return tuple(
        _decoded(one_kind, one, f"{where}[{index}]", problems)
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


def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field occurs twice")
    return found
