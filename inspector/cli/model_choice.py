"""Which model a command speaks of: a name in the models folder, or a folder."""

import argparse
from pathlib import Path

from inspector import paths
from inspector.cli.stations import read_station
from inspector.core.errors import OperationalError
from inspector.vision.store import FolderModelStore


def models_dir(options: argparse.Namespace) -> Path:
    """Where models are read and written: as asked, else the source tree's folder, else the station's own."""
    chosen: Path | None = options.models_dir
    if chosen is not None:
        return chosen.resolve()
    if not paths.is_installed():
        return paths.models_dir()
    return read_station(options)[1].models


def model_folder(options: argparse.Namespace, text: str) -> Path:
    """The folder of a model or of one of its versions that `text`, a name or a folder, means.

    Raises:
        OperationalError: RCP-001: there is no such model; names those there are.
    """
    folder = Path(text)
    if (folder / "manifest.toml").is_file() or (folder.is_dir() and any(folder.glob("*/manifest.toml"))):
        return folder.resolve()
    root = models_dir(options)
    found = FolderModelStore([root]).list()
    for summary in found:
        if summary.ref.name == text:
            return summary.folder
    there = ", ".join(str(summary.ref) for summary in found) or "none"
    raise OperationalError(
        "RCP-001", f"There is no model {text!r} in {root}, and no model folder of that name.", f"There are: {there}."
    )
