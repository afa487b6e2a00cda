"""Every problem of a table is named once, with its place; nothing is filled in silently."""

from datetime import UTC, datetime

import pytest

from inspector.vision.toml_table import TomlTable


def test_what_is_there_comes_back() -> None:
    when = datetime(2026, 11, 1, tzinfo=UTC)
    root = TomlTable({"a": "x", "b": 3, "c": 0.5, "d": True, "e": when, "f": [1, 2.5], "g": ["x", "y"], "h": {}}, "")
    assert (root.text("a"), root.integer("b", 1), root.number("c"), root.boolean("d")) == ("x", 3, 0.5, True)
    assert (root.time("e"), root.numbers("f", 2), root.names("g")) == (when, (1.0, 2.5), ("x", "y"))
    root.table("h").finish()
    root.finish()
    assert root.problems == []


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (lambda table: table.text("a"), ""),
        (lambda table: table.integer("a", 2), 1),
        (lambda table: table.integer("a", 0), True),
        (lambda table: table.number("a"), float("nan")),
        (lambda table: table.number("a"), False),
        (lambda table: table.boolean("a"), 1),
        (lambda table: table.time("a"), datetime(2026, 11, 1)),  # noqa: DTZ001 (without zone, that is the point)
        (lambda table: table.numbers("a", 2), [1.0]),
        (lambda table: table.numbers("a", None), [1.0, float("inf")]),
        (lambda table: table.names("a"), ["x", ""]),
        (lambda table: table.table("a"), 3),
    ],
)
def test_what_is_wrong_or_missing_is_named_with_its_place(ask, value) -> None:
    root = TomlTable({"inner": {"a": value}}, "")
    ask(root.table("inner"))
    (problem,) = root.problems
    assert problem.startswith("inner.a: expected ")
    empty = TomlTable({"inner": {}}, "")
    ask(empty.table("inner"))
    (problem,) = empty.problems
    assert problem.startswith("inner.a: missing key, expected ")


def test_of_a_missing_table_only_that_is_said() -> None:
    root = TomlTable({}, "")
    root.table("inner").text("a")
    assert root.problems == ["inner: missing key, expected a table"]


def test_what_nobody_asked_for_is_unknown() -> None:
    root = TomlTable({"a": 1, "b": 2}, "")
    root.integer("a", 0)
    root.finish()
    assert root.problems == ["b: unknown key"]


def test_facts_are_text_or_numbers() -> None:
    table = TomlTable({"steps": 3, "seed": "x", "ready": True}, "training.")
    assert table.facts() == {"steps": 3, "seed": "x", "ready": True}
    assert table.problems == ["training.ready: expected text or a number, found True"]
