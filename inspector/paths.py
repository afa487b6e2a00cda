"""Where everything lives: one place decides, so that nothing else guesses a folder.

The program runs from a source tree or frozen (an installed program). What ships with it is read-only and lies beside
the code: `resources/` and the shipped `models/`. What a station produces lies in its data folder, which the person or
`settings.toml` may choose.

    <data>/inspector.sqlite     records, recipes, lots
    <data>/images/              pictures and heat maps, by day
    <data>/models/              models taught on this station
    <data>/logs/                rotating log files, crash evidence
    <data>/settings.toml        how this station is wired, when the data folder was chosen by `--data-dir`
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP_NAME = "Inspector"
SETTINGS_FILE_NAME = "settings.toml"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folders and files of one station below its data folder; asking creates nothing."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file with records, recipes and lots."""
        return self.root / "inspector.sqlite"

    @property
    def images(self) -> Path:
        """Pictures and heat maps; the database names them relative to the data folder."""
        return self.root / "images"

    @property
    def models(self) -> Path:
        """Models taught on this station, one folder per name and version."""
        return self.root / "models"

    @property
    def logs(self) -> Path:
        """Log files and crash evidence."""
        return self.root / "logs"

    @property
    def run_marker(self) -> Path:
        """Tells the next start how this run ended."""
        return self.root / "last-run.json"


def shipped_root() -> Path:
    """The folder that holds what ships with the program.

    Returns:
        The source tree, or the unpacked bundle of a frozen program.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    return Path(bundle) if bundle else Path(__file__).resolve().parent.parent


def resources_dir() -> Path:
    """Icons, styles, translations, color maps and samples; read-only."""
    return shipped_root() / "resources"


def models_dir() -> Path:
    """The models that ship with the program; in a source tree also where `train` puts new ones by default."""
    return shipped_root() / "models"


def is_installed() -> bool:
    """Whether this is a frozen program and not a source tree."""
    return bool(getattr(sys, "frozen", False))


def default_data_dir() -> Path:
    """The data folder of a station that chose none: the user's own data folder of this system."""
    return Path(platformdirs.user_data_path(APP_NAME, appauthor=False))


def settings_file(data_dir: Path | None = None) -> Path:
    """The settings file to read.

    Args:
        data_dir: data folder named on the command line. Such a station is self-contained: its settings lie inside it,
            so that it cannot pick up those of the user's station.

    Returns:
        A path that need not exist; a missing file means default settings.
    """
    folder = data_dir or Path(platformdirs.user_config_path(APP_NAME, appauthor=False))
    return folder / SETTINGS_FILE_NAME
