"""What a syntax tree can prove of the window: who may cross threads, and that nothing is kept alive by a lambda."""

import ast
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "inspector" / "ui"
FILES = sorted(UI.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def connects(path: Path) -> list[tuple[int, ast.expr]]:
    """Line and receiver of every `.connect(receiver, …)`."""
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and node.args]
    return [(call.lineno, call.args[0]) for call in calls if getattr(call.func, "attr", "") == "connect"]


@pytest.mark.promise("R-26")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_receivers_are_methods_or_signals_of_objects(path: Path) -> None:
    """Lambdas, partials and plain functions run in the sending thread, silently."""
    bad = [line for line, receiver in connects(path) if not isinstance(receiver, ast.Attribute)]
    assert not bad, f"{path.name}: lines {bad}"


@pytest.mark.promise("R-27")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_lambda_holds_a_widget(path: Path) -> None:
    bad = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Lambda)
        and any(isinstance(name, ast.Name) and name.id == "self" for name in ast.walk(node.body))
    ]
    assert not bad, f"{path.name}: lines {bad}"


@pytest.mark.promise("R-26")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_the_bridge_listens_to_emitters_of_the_line(path: Path) -> None:
    emitters = {"inspected", "status_changed", "faults_changed", "recipe_changed", "lot_changed", "records_changed"}
    bad = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in emitters
        and isinstance(node.value.value, (ast.Name, ast.Attribute))
        and getattr(node.value.value, "id", getattr(node.value.value, "attr", "")) in {"line", "_line"}
    ]
    assert path.name == "bridge.py" or not bad, f"{path.name}: lines {bad}"


def test_only_background_and_nobody_else_starts_threads() -> None:
    starters = {"Thread", "QThread", "QThreadPool", "ThreadPoolExecutor"}
    found = {
        path.name
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in starters
    }
    assert found == {"background.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_event_loop_is_never_turned_by_hand(path: Path) -> None:
    assert "processEvents" not in path.read_text(encoding="utf-8")
