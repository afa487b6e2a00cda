"""The two ways data is handed over: folders in MVTec's layout, and UniAD's JSON-lines manifest with our additions."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from inspector.core.errors import InvalidInput
from inspector.training.pictures import SUFFIXES
from inspector.training.samples import Sample, Skipped, Split, natural_key

MAX_LISTED: Final = 20
"""Problems listed in one message; the rest is counted."""


def read_source(source: Path, image_root: Path | None) -> tuple[list[Sample], list[Skipped]]:
    """All samples a source names, good and defective, and what it holds besides; no picture is opened.

    Raises:
        InvalidInput: the source is missing, empty or malformed.
    """
    if source.is_dir():
        if image_root is not None:
            raise InvalidInput(["--image-root belongs to a manifest file, but the data given is a folder"])
        return _read_folder(source)
    if source.is_file():
        return _read_manifest(source, image_root or source.parent), []
    raise InvalidInput([f"{source}: no such file or folder"])


def name_problem(name: str) -> str:
    """Why a product cannot have this name; empty if it can."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return "the name is not valid text"
    if not name.strip() or len(name) > 128:
        return "a name of 1 to 128 characters is needed"
    if any(ord(character) < 32 for character in name):
        return "control characters are not allowed in a name"
    return ""


def shortened(problems: Sequence[str]) -> list[str]:
    """The first problems, and how many more there are."""
    if len(problems) <= MAX_LISTED:
        return list(problems)
    return [*problems[:MAX_LISTED], f"and {len(problems) - MAX_LISTED} more"]


# --- MVTec layout ----------------------------------------------------------------------------------------------------


def _read_folder(root: Path) -> tuple[list[Sample], list[Skipped]]:
    try:
        if _is_category(root):
            categories = [root.resolve()]  # resolved, because the name of "." is empty
        else:
            categories = sorted(path for path in root.iterdir() if path.is_dir() and _is_category(path))
    except OSError as error:
        raise InvalidInput([f"{root}: cannot be read: {error.strerror or error}"]) from error
    if not categories:
        raise InvalidInput(
            [f"{root}: no category found; expected <category>/train/good/ or <category>/test/<kind>/ with pictures"]
        )
    samples: list[Sample] = []
    skipped: list[Skipped] = []
    for category in categories:
        problem = name_problem(category.name)
        if problem:
            skipped.append(Skipped(repr(category.name), problem))
            continue
        _read_category(category, samples, skipped)
    return samples, skipped


def _is_category(folder: Path) -> bool:
    return (folder / "train" / "good").is_dir() or (folder / "test").is_dir()


def _read_category(category: Path, samples: list[Sample], skipped: list[Skipped]) -> None:
    product = unicodedata.normalize("NFC", category.name)
    samples.extend(
        Sample(path, _shown(path, category), product, defective=False, split=Split.TRAIN)
        for path in _pictures(category / "train" / "good", skipped)
    )
    test = category / "test"
    for folder in sorted(path for path in test.iterdir() if path.is_dir()) if test.is_dir() else []:
        masks = {path.stem: path for path in _pictures(category / "ground_truth" / folder.name, skipped)}
        defective = folder.name != "good"
        samples.extend(
            Sample(
                path,
                _shown(path, category),
                product,
                defective=defective,
                split=Split.TEST,
                kind=folder.name,
                mask=masks.get(f"{path.stem}_mask", masks.get(path.stem)) if defective else None,
            )
            for path in _pictures(folder, skipped)
        )


def _pictures(folder: Path, skipped: list[Skipped]) -> list[Path]:
    if not folder.is_dir():
        return []
    found: list[Path] = []
    for path in sorted(folder.iterdir(), key=lambda path: natural_key(path.name)):
        if path.name.startswith(".") or path.is_dir():
            continue
        if path.suffix.lower() in SUFFIXES:
            found.append(path)
        else:
            skipped.append(Skipped(str(path), "not a picture file"))
    return found


def _shown(path: Path, category: Path) -> str:
    return path.relative_to(category.parent).as_posix()


# --- JSON-lines manifest ---------------------------------------------------------------------------------------------

_ROI_NUMBERS: Final = 4
_SPLITS: Final = {"train": Split.TRAIN, "held_out": Split.HELD_OUT, "test": Split.TEST}
_KEYS: Final = frozenset(
    {"filename", "label", "label_name", "maskname", "clsname", "view", "lot", "part_id", "roi", "split"}
)


def _read_manifest(manifest: Path, image_root: Path) -> list[Sample]:
    try:
        lines = manifest.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput([f"{manifest}: cannot be read as UTF-8 text: {error}"]) from error
    if not image_root.is_dir():
        raise InvalidInput([f"{image_root}: no such folder for pictures"])
    samples: list[Sample] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            samples.append(_sample_from(json.loads(line), image_root))
        except (ValueError, TypeError) as error:
            problems.append(f"{manifest.name} line {number}: {error}")
    if problems:
        raise InvalidInput(shortened(problems))
    if not samples:
        raise InvalidInput([f"{manifest}: holds no line"])
    return samples


def _sample_from(row: object, root: Path) -> Sample:
    if not isinstance(row, dict):
        raise TypeError("not a JSON object")
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise ValueError(f"unknown keys {', '.join(map(repr, unknown))}")
    filename = _text(row, "filename", needed=True)
    label = row.get("label")
    if isinstance(label, bool) or label not in (0, 1):
        raise ValueError(f"label must be 0 (good) or 1 (defect), not {label!r}")
    split = row.get("split")
    if split is not None and split not in _SPLITS:
        raise ValueError(f"split must be one of {', '.join(_SPLITS)}, not {split!r}")
    mask = _text(row, "maskname")
    return Sample(
        path=_inside_root(root, filename),
        name=filename,
        product=_product(row, filename),
        defective=label == 1,
        split=Split.ANY if split is None else _SPLITS[split],
        kind=_text(row, "label_name") or ("defect" if label else "good"),
        mask=_inside_root(root, mask) if mask and label else None,
        part_id=_text(row, "part_id"),
        lot=_text(row, "lot"),
        roi=_roi(row.get("roi")),
    )


def _product(row: Mapping[str, Any], filename: str) -> str:
    name = _text(row, "clsname")
    if not name:  # The original falls back to the folder above <split>/<kind>/<file>.
        parts = PurePosixPath(filename).parts
        if len(parts) < 4:
            raise ValueError("clsname is missing, and the file name does not tell it")
        name = parts[-4]
    view = _text(row, "view")
    name = unicodedata.normalize("NFC", f"{name}/{view}" if view else name)
    problem = name_problem(name)
    if problem:
        raise ValueError(f"clsname: {problem}")
    return name


def _text(row: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    value = row.get(key)
    if value is None and not needed:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and key in ("lot", "part_id", "view"):
        value = str(value)
    if not isinstance(value, str) or (needed and not value):
        raise TypeError(f"{key} must be text, not {value!r}")
    return value


def _roi(value: object) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != _ROI_NUMBERS or not all(type(number) is int for number in value):
        raise ValueError(f"roi must be [x, y, width, height] in whole pixels, not {value!r}")
    x, y, width, height = value
    if x < 0 or y < 0 or width < 1 or height < 1:
        raise ValueError(f"roi {value!r} is no area")
    return x, y, width, height


def _inside_root(root: Path, name: str) -> Path:
    relative = PurePosixPath(name.replace("\\", "/"))
    if relative.is_absolute() or ".." in relative.parts or ":" in relative.parts[0]:
        raise ValueError(f"{name!r} leads out of the picture folder; write paths relative to it")
    return root.joinpath(*relative.parts)
