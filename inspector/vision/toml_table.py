"""Reading TOML strictly: every key is asked for, of a kind; what is missing, wrong or unknown is collected, not raised.

So a person who wrote a file by hand, or got one damaged, hears of all of it at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

Fact = str | int | float
"""A plain fact about the training: nothing in the program depends on it, people and reports read it."""


class TomlTable:
    """One TOML table being read: remembers what was asked for and collects every problem in the root's list.

    Attributes:
        problems: sentences for people, shared with all tables within.
        present: whether there is a table at all; of one that is not, only that is a problem.
    """

    def __init__(self, data: object, path: str, problems: list[str] | None = None) -> None:
        """Read `data`, which should be a table; `path` names it in problems, with a dot at its end, and "" the root."""
        self.problems = [] if problems is None else problems
        self.present = isinstance(data, Mapping)
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self._path = path
        self._known: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Whether a key that may be absent is there."""
        return key in self._data

    def problem(self, key: str, expected: str, found: object) -> None:
        """Note a value that is not what was expected."""
        self.problems.append(f"{self._path}{key}: expected {expected}, found {found!r}")

    def finish(self) -> None:
        """Name the keys that nobody asked for."""
        self.problems += [f"{self._path}{key}: unknown key" for key in self._data if key not in self._known]

    def text(self, key: str) -> str:
        """Text, not empty; "" after a problem."""
        value = self._get(key)
        if isinstance(value, str) and value:
            return value
        self._wrong(key, "text", value)
        return ""

    def integer(self, key: str, least: int) -> int:
        """A whole number from `least` on; `least` after a problem."""
        value = self._get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self._wrong(key, f"a whole number from {least}", value)
        return least

    def number(self, key: str) -> float:
        """A finite number; 0.0 after a problem."""
        value = self._get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self._wrong(key, "a finite number", value)
        return 0.0

    def boolean(self, key: str) -> bool:
        """True or false; False after a problem."""
        value = self._get(key)
        if isinstance(value, bool):
            return value
        self._wrong(key, "true or false", value)
        return False

    def time(self, key: str) -> datetime:
        """A date and time with zone."""
        value = self._get(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        self._wrong(key, "a date and time with zone", value)
        return datetime.min  # noqa: DTZ901 (never used: a problem was recorded)

    def numbers(self, key: str, count: int | None) -> tuple[float, ...]:
        """So many finite numbers, any number of them for None; zeros after a problem."""
        value = self._get(key)
        if isinstance(value, list) and (count is None or len(value) == count) and all(map(_is_number, value)):
            return tuple(float(item) for item in value)
        self._wrong(key, f"{'a list of' if count is None else count} finite numbers", value)
        return (0.0,) * (count or 0)

    def names(self, key: str) -> tuple[str, ...]:
        """Texts, none of them empty; () after a problem."""
        value = self._get(key)
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        self._wrong(key, "a list of names", value)
        return ()

    def table(self, key: str) -> TomlTable:
        """A table within; an empty one after a problem."""
        value = self._get(key)
        if not isinstance(value, Mapping):
            self._wrong(key, "a table", value)
        return TomlTable(value, f"{self._path}{key}.", self.problems)

    def tables(self) -> list[tuple[str, TomlTable]]:
        """Every value as a table, by its key."""
        return [(key, self.table(key)) for key in self._data]

    def facts(self) -> dict[str, Fact]:
        """Every value as text or a number."""
        for key, value in self._data.items():
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                self.problem(key, "text or a number", value)
        return dict(self.take_all())

    def texts(self) -> dict[str, str]:
        """Every value as text."""
        return {key: self.text(key) for key in self._data}

    def take_all(self) -> Mapping[str, Any]:
        """Everything as it is, for whoever reads it himself."""
        self._known |= set(self._data)
        return self._data

    def _get(self, key: str) -> Any:  # noqa: ANN401 (TOML holds anything)
        self._known.add(key)
        return self._data.get(key)

    def _wrong(self, key: str, expected: str, value: object) -> None:
        if not self.present:
            return  # the missing table was named once; its keys would only repeat that
        if key in self._data:
            self.problem(key, expected, value)
        else:
            self.problems.append(f"{self._path}{key}: missing key, expected {expected}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
