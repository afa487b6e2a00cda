"""How this station is wired: `settings.toml` read into one frozen value.

Every wrong key and value is reported at once, with its line, because a person at a machine corrects a file in one go or
not at all. A file written by a newer program is refused and never rewritten: dropping a key that we do not know could
change how parts are judged.

All keys, with their defaults:

    version = 1                      # of this file's format
    station_name = "Inspector"       # shown in the header
    data_dir = "/var/lib/inspector"  # records, pictures, logs; absent: the user's data folder
    language = "system"              # system, en, zh_CN
    theme = "system"                 # system, light, dark
    source = "simulated:cap"       # camera to inspect with; `main.py sources` lists ids
    recipe = ""                      # product to load at start; empty: the program's default for the source
    device = "auto"                  # auto, cpu, cuda
    deadline_ms = 500                # answer every part within this; absent: the recipe's deadline alone
    records_required = true          # stop the line when records cannot be written
    teach_beside_line = false        # a product may be taught while the line runs, which takes time from it
    keep_every_nth_pass_image = 50   # 1 keeps every picture of a good part, 0 none
    genicam_driver_folders = []      # folders with GenTL producers (*.cti)
    show_test_camera = false         # offer the test camera inside the genicam package
"""

import math
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

import tomli_w

from inspector.core.errors import InvalidSettings, OperationalError

FORMAT_VERSION = 1
DEFAULT_SOURCE = "simulated:cap"
_MAX_TEXT = 128
_MAX_FILE_BYTES = 1_000_000


class Language(Enum):
    """Language of the window."""

    SYSTEM = "system"
    ENGLISH = "en"
    CHINESE = "zh_CN"


class Theme(Enum):
    """Colors of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class DeviceChoice(Enum):
    """Where the model runs; AUTO takes CUDA when it is there."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class Settings:
    """One station's wiring.

    Attributes:
        station_name: shown in the header, at most 128 characters.
        data_dir: records, pictures and logs; None takes `paths.default_data_dir()`.
        language, theme: of the window.
        source: camera id, as listed by `main.py sources`.
        recipe: product to load at start; "" takes the program's default for the source.
        device: where the model runs.
        deadline_ms: answer every part within this time, even when its recipe allows longer; None adds no limit.
        records_required: stop the line when records cannot be written (FS-14).
        teach_beside_line: a product may be taught while the line runs.
        keep_every_nth_pass_image: 1 keeps the picture of every good part, 50 of one in fifty, 0 of none.
        genicam_driver_folders: folders with GenTL producers, searched besides `GENICAM_GENTL64_PATH`.
        show_test_camera: offer the test camera inside the genicam package.
    """

    station_name: str = "Inspector"
    data_dir: Path | None = None
    language: Language = Language.SYSTEM
    theme: Theme = Theme.SYSTEM
    source: str = DEFAULT_SOURCE
    recipe: str = ""
    device: DeviceChoice = DeviceChoice.AUTO
    deadline_ms: int | None = None
    records_required: bool = True
    teach_beside_line: bool = False
    keep_every_nth_pass_image: int = 50
    genicam_driver_folders: tuple[Path, ...] = ()
    show_test_camera: bool = False


def load(path: Path) -> Settings:
    """Read the settings file.

    Args:
        path: the file; a missing one gives the default settings.

    Returns:
        The settings; relative folders in the file are taken from the file's own folder.

    Raises:
        InvalidSettings: with every problem, each with its line; also when the file is newer than the program.
        OperationalError: DAT-002, the file is there but cannot be read.
    """
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise InvalidSettings([f"{path}: larger than {_MAX_FILE_BYTES} bytes"])
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The settings file {path} cannot be read: {error.strerror}.", "Check the rights of the file."
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSettings([f"{path}: not a UTF-8 text (byte {error.start})"]) from error
    return parse(text, name=str(path), base=path.parent)


def parse(text: str, *, name: str = "settings.toml", base: Path | None = None) -> Settings:
    """Turn the text of a settings file into settings.

    Args:
        text: TOML.
        name: what to call the file in problems.
        base: folder from which relative folders are taken; None leaves them relative.

    Raises:
        InvalidSettings: with every problem.
    """
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings([f"{name}: {error}"]) from error
    lines = _lines_of_keys(text)

    def at(key: str) -> str:
        return f"{name}, line {lines[key]}: {key}" if key in lines else f"{name}: {key}"

    version = table.pop("version", FORMAT_VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise InvalidSettings([f"{at('version')} must be a whole number from 1"])
    if version > FORMAT_VERSION:
        newer = f"{at('version')} {version} is newer than this program, which reads up to {FORMAT_VERSION}"
        raise InvalidSettings([f"{newer}; nothing was changed"])
    problems = []
    values: dict[str, Any] = {}
    for key, raw in table.items():
        reader = _READERS.get(key)
        if reader is None:
            problems.append(f"{at(key)} is not a known key; known: {', '.join(_READERS)}")
            continue
        try:
            values[key] = reader(raw)
        except ValueError as error:
            problems.append(f"{at(key)} {error}")
    if problems:
        raise InvalidSettings(problems)
    if base is not None:
        if "data_dir" in values:
            values["data_dir"] = base / values["data_dir"]
        if "genicam_driver_folders" in values:
            values["genicam_driver_folders"] = tuple(base / folder for folder in values["genicam_driver_folders"])
    return Settings(**values)


def save(settings: Settings, path: Path) -> None:
    """Write the settings that differ from the defaults; the file is whole or untouched.

    Raises:
        OperationalError: DAT-002, the file cannot be written.
    """
    table: dict[str, Any] = {"version": FORMAT_VERSION}
    default = Settings()
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if value != getattr(default, field.name):
            table[field.name] = _plain(value)
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            tomli_w.dump(table, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OperationalError(
            "DAT-002",
            f"The settings file {path} cannot be written: {error.strerror}.",
            "Check the rights of the folder and the free space.",
        ) from error


def _plain(value: object) -> object:
    """A value as TOML knows it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _lines_of_keys(text: str) -> Mapping[str, int]:
    """Line of each key and table at the top of the file; a key inside a table counts as its table."""
    found: dict[str, int] = {}
    inside_table = False
    for number, line in enumerate(text.splitlines(), start=1):
        if table := re.match(r"\s*\[+\s*[\"']?([\w-]+)", line):
            inside_table = True
            found.setdefault(table[1], number)
        elif not inside_table and (key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]", line)):
            found.setdefault(key[1], number)
    return found


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"must be a text in quotes, not {_kind(raw)}")
    if len(raw) > _MAX_TEXT:
        raise ValueError(f"has {len(raw)} characters; at most {_MAX_TEXT} are allowed")
    if not raw.isprintable():
        raise ValueError("has control characters")
    return raw


def _filled_text(raw: object) -> str:
    text = _text(raw)
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _source(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"must be a text in quotes, not {_kind(raw)}")
    # Paths and addresses may be long; only their beginning is ours to check.
    if not re.match(r"(genicam|folder|video|simulated):.", raw) or not raw.isprintable():
        raise ValueError(f"{raw!r} must begin with genicam:, folder:, video: or simulated: and name a source")
    return raw


def _folder(raw: object) -> Path:
    if not isinstance(raw, str):
        raise ValueError(f"must be a folder in quotes, not {_kind(raw)}")
    if not raw.strip() or not raw.isprintable():
        raise ValueError("must name a folder")
    return Path(raw).expanduser()


def _folders(raw: object) -> tuple[Path, ...]:
    if not isinstance(raw, list):
        raise ValueError(f"must be a list of folders, not {_kind(raw)}")
    return tuple(_folder(item) for item in raw)


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(f"must be true or false, not {_kind(raw)}")
    return raw


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise ValueError(f"must be a whole number, not {_kind(raw)}")
        if not low <= raw <= high:
            raise ValueError(f"{raw} is outside {low} to {high}")
        return raw

    return read


def _one_of(choices: type[Enum]) -> Callable[[object], Enum]:
    def read(raw: object) -> Enum:
        allowed = [choice.value for choice in choices]
        if not isinstance(raw, str) or raw not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {_kind(raw)}")
        return choices(raw)

    return read


def _kind(raw: object) -> str:
    """A wrong value in words, short enough for one line."""
    if isinstance(raw, float) and not math.isfinite(raw):
        return f"the number {raw}"
    if isinstance(raw, bool | int | float | str):
        return repr(raw)[:60]
    if isinstance(raw, dict):
        return "a table"
    return "a list" if isinstance(raw, list) else "a date or time"


_READERS: Mapping[str, Callable[[object], object]] = {
    "station_name": _filled_text,
    "data_dir": _folder,
    "language": _one_of(Language),
    "theme": _one_of(Theme),
    "source": _source,
    "recipe": _text,
    "device": _one_of(DeviceChoice),
    "deadline_ms": _whole(1, 600_000),
    "records_required": _flag,
    "teach_beside_line": _flag,
    "keep_every_nth_pass_image": _whole(0, 1_000_000),
    "genicam_driver_folders": _folders,
    "show_test_camera": _flag,
}
