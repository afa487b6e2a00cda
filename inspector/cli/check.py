"""`check`: is this installation whole? Every point is looked at, also after one has failed."""

import argparse
import importlib
import importlib.metadata
import importlib.util
import platform
from collections.abc import Callable

from inspector import config, paths
from inspector.app import build_catalog, build_models, check_storage
from inspector.cli.stations import read_station
from inspector.cli.writing import say, write_json
from inspector.config import Settings
from inspector.core.errors import InspectorError, OperationalError
from inspector.paths import DataFolder
from inspector.services.disk import free_space_probe

_LIBRARIES = (
    "torch",
    "openvino",
    "onnx",
    "numpy",
    "cv2",
    "PySide6.QtWidgets",
    "pyqtgraph",
    "sqlalchemy",
    "alembic",
    "safetensors",
    "PIL",
)


def run(options: argparse.Namespace) -> int:
    """Look at everything; 1 when something is broken."""
    settings, data = config.Settings(), DataFolder(paths.default_data_dir())
    checks: list[tuple[str, Callable[[], str]]] = [("settings", lambda: "can be read")]
    try:
        settings, data = read_station(options)
    except InspectorError as error:
        problem = error
        checks = [("settings", lambda: _raise(problem))]
    checks += [(f"library {name}", lambda name=name: _library(name)) for name in _LIBRARIES]  # type: ignore[misc]
    checks += [
        ("camera driver", _genicam),
        ("data folder", lambda: check_storage(data)),
        ("disk", lambda: _disk(data)),
        ("cameras", lambda: f"{len(build_catalog(settings).scan())} sources"),
    ]
    checks += _models(settings, data)
    results = []
    for name, look in checks:
        try:
            detail, passed = look(), True
        # A library that cannot be loaded fails in ways of its own: a missing symbol, an illegal file, a wrong version.
        except (InspectorError, ImportError, OSError, RuntimeError, ValueError) as error:
            detail, passed = str(error), False
        results.append({"name": name, "ok": passed, "detail": detail})
        say(f"{'ok    ' if passed else 'BROKEN'}  {name}: {detail}")
    broken = [result["name"] for result in results if not result["ok"]]
    write_json(options.json, {"ok": not broken, "python": platform.python_version(), "checks": results})
    say("Everything works." if not broken else f"Broken: {', '.join(map(str, broken))}")
    return 1 if broken else 0


def _raise(error: InspectorError) -> str:
    raise error


def _library(name: str) -> str:
    module = importlib.import_module(name)
    top = importlib.import_module(name.partition(".")[0])
    version = getattr(module, "__version__", None) or getattr(top, "__version__", "version unknown")
    return str(version)


def _genicam() -> str:
    """Found but not loaded: drivers live in a process of their own."""
    if importlib.util.find_spec("harvesters") is None or importlib.util.find_spec("genicam") is None:
        raise OperationalError("CAM-001", "The GenICam libraries are not installed.", "Run the set-up again.")
    return f"harvesters {importlib.metadata.version('harvesters')}, genicam {importlib.metadata.version('genicam')}"


def _disk(data: DataFolder) -> str:
    folder = data.root
    while not folder.exists():
        folder = folder.parent
    result = free_space_probe(folder)()
    if result.code == "DAT-002":
        raise OperationalError(result.code, result.text, result.hint)
    return result.text


def _models(settings: Settings, data: DataFolder) -> list[tuple[str, Callable[[], str]]]:
    """One check per model: hashes, loading, and the stored self-test."""
    store = build_models(settings, data)

    def test(name: str, version: int) -> str:
        model = store.load(name, version)
        try:
            model.self_test()
            return f"self-test equal on {model.device}, {model.runtime}; products {', '.join(model.products)}"
        finally:
            model.close()

    def none() -> str:
        raise OperationalError("RCP-001", f"There is no model in {paths.models_dir()}.", "Teach one with `train`.")

    found = store.list()
    if not found:
        return [("models", none)]
    return [
        (
            f"model {summary.ref}",
            lambda name=summary.ref.name, version=summary.ref.version: test(name, version),  # type: ignore[misc]
        )
        for summary in found
    ]
