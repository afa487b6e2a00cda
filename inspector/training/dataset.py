"""What a person hands over to teach or to test: folders in MVTec's layout, or UniAD's JSON-lines manifest.

Both become the same frozen `Sample` values. Whatever cannot be used is left out with its name and reason, and the list
travels with the data, so that nothing is dropped in silence.
"""

import hashlib
import json
import logging
import math
import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.errors import InvalidInput
from inspector.core.geometry import Size
from inspector.training.pictures import SUFFIXES, UnusablePicture, probe_picture, read_mask, read_picture

logger = logging.getLogger(__name__)

HELD_OUT_SHARE: Final = 0.2
MAX_LISTED: Final = 20
"""Problems listed in one message; the rest is counted."""


class Split(Enum):
    """What a sample may be used for."""

    TRAIN = "train"
    HELD_OUT = "held_out"
    TEST = "test"
    ANY = "any"
    """The source does not say: good ones may teach, and all may test."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture of one part.

    Attributes:
        product: the product, and after a slash the view if there are several.
        name: path as the source writes it; what people read.
        kind: name of the defect; "good" for good parts.
        mask: None for good parts, and for defects nobody outlined.
        roi: x, y, width, height in pixels; everything outside is cut off. None keeps all.
        size: of the picture, before `roi`.
        sha256: of the file.
    """

    path: Path
    name: str
    product: str
    defective: bool
    split: Split
    kind: str = "good"
    mask: Path | None = None
    part_id: str = ""
    lot: str = ""
    roi: tuple[int, int, int, int] | None = None
    size: Size = field(default_factory=lambda: Size(0, 0))
    sha256: str = ""

    @property
    def frame_size(self) -> Size:
        """What `load_picture` returns measures this."""
        return self.size if self.roi is None else Size(self.roi[3], self.roi[2])


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples of one or several products."""

    source: str
    samples: tuple[Sample, ...]
    skipped: tuple[Skipped, ...]

    @property
    def products(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(sorted({sample.product for sample in self.samples}))

    def of(self, product: str, *splits: Split) -> tuple[Sample, ...]:
        """Samples of one product in the given splits, in natural order of their names."""
        found = [sample for sample in self.samples if sample.product == product and sample.split in splits]
        return tuple(sorted(found, key=lambda sample: natural_key(sample.name)))

    @property
    def sha256(self) -> str:
        """Hash of which picture is what; equal for equal data, wherever it lies."""
        lines = sorted(
            f"{s.product}\0{s.split.value}\0{s.defective}\0{s.name}\0{s.roi}\0{s.sha256}" for s in self.samples
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_for_training(source: Path, image_root: Path | None = None) -> Dataset:
    """Good pictures that may teach, with size and hash; the same picture twice is taken once.

    Raises:
        InvalidInput: the source is missing, empty, malformed, or holds no usable good picture.
    """
    return _probed(_read(source, image_root, _teaches), once=True)


def read_for_test(source: Path, image_root: Path | None = None) -> Dataset:
    """Test pictures, good and defective, with size and hash.

    Raises:
        InvalidInput: the source is missing, empty, malformed, or holds no usable test picture.
    """
    return _probed(_read(source, image_root, _tests), once=False)


def load_picture(sample: Sample) -> NDArray[np.uint8]:
    """Decode a sample, cut to its region of interest; uint8 (H, W) or (H, W, 3) RGB.

    Raises:
        UnusablePicture: the file cannot be trusted.
    """
    pixels = read_picture(sample.path)
    if Size.of(pixels.shape) != sample.size:
        raise UnusablePicture(f"measures {Size.of(pixels.shape)}, and {sample.size} when it was first looked at")
    if sample.roi is None:
        return pixels
    x, y, width, height = sample.roi
    return np.ascontiguousarray(pixels[y : y + height, x : x + width])


def load_mask(sample: Sample) -> NDArray[np.bool_] | None:
    """Outline of the defect, same size as `load_picture`: empty for a good part, None when nobody drew it.

    Raises:
        UnusablePicture: the file cannot be trusted, or does not fit its picture.
    """
    if not sample.defective:
        return np.zeros((sample.frame_size.height, sample.frame_size.width), np.bool_)
    if sample.mask is None:
        return None
    mask = read_mask(sample.mask, sample.size)
    if sample.roi is None:
        return mask
    x, y, width, height = sample.roi
    return np.ascontiguousarray(mask[y : y + height, x : x + width])


def hold_out(samples: Sequence[Sample], *, seed: int) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Set good samples of one product apart for calibration: about a fifth, at least 6 of 20 and more.

    Samples whose source says so are held out as told. Otherwise whole parts are held out if every sample names its
    part, else whole lots, else runs of neighboring file names: neighboring captures are near-copies, and a near-copy
    of a teaching picture would make the limit too tight.

    Args:
        samples: all of one product, in natural order of their names.
        seed: same seed, same samples, same choice.

    Returns:
        Those that teach, and those held out; both in the given order, neither empty.

    Raises:
        InvalidInput: fewer than two samples, or all of one part.
    """
    if not samples:
        raise ValueError("no samples")
    product = samples[0].product
    told = tuple(sample for sample in samples if sample.split is Split.HELD_OUT)
    if told and len(told) < len(samples):
        return tuple(sample for sample in samples if sample.split is not Split.HELD_OUT), told
    if len(samples) < 2:
        raise InvalidInput([f"{product}: {len(samples)} good picture; at least 2 are needed, 20 or more are advised"])
    wanted = held_out_count(len(samples))
    groups = _groups(samples, wanted)
    order = list(range(len(groups)))
    random.Random(f"{seed} {product}").shuffle(order)
    chosen: set[int] = set()
    for index in order:
        if len(chosen) >= wanted:
            break
        if len(chosen) + len(groups[index]) < len(samples):  # never all of them
            chosen.update(groups[index])
    if not chosen:
        raise InvalidInput([f"{product}: all good pictures show one part; limits need at least two parts"])
    teaching = tuple(sample for index, sample in enumerate(samples) if index not in chosen)
    return teaching, tuple(sample for index, sample in enumerate(samples) if index in chosen)


def held_out_count(samples: int) -> int:
    """How many of so many good samples are kept for calibration."""
    least = 6 if samples >= 20 else 1
    return min(max(round(samples * HELD_OUT_SHARE), least), samples - 1)


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts "img-9" before "img-10"."""
    parts = re.split(r"(\d+)", name)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


def _groups(samples: Sequence[Sample], wanted: int) -> list[list[int]]:
    for names in ([sample.part_id for sample in samples], [sample.lot for sample in samples]):
        if all(names) and len(set(names)) > 1:
            by_name: dict[str, list[int]] = {}
            for index, name in enumerate(names):
                by_name.setdefault(name, []).append(index)
            return list(by_name.values())
    run = math.ceil(wanted / 4)  # four runs from different places: one odd stretch must not set the limit alone
    return [list(range(start, min(start + run, len(samples)))) for start in range(0, len(samples), run)]


def _teaches(sample: Sample) -> bool:
    return not sample.defective and sample.split is not Split.TEST


def _tests(sample: Sample) -> bool:
    return sample.split in (Split.TEST, Split.ANY)


def _read(source: Path, image_root: Path | None, wanted: Callable[[Sample], bool]) -> Dataset:
    if source.is_dir():
        if image_root is not None:
            raise InvalidInput(["--image-root belongs to a manifest file, but the data given is a folder"])
        found = _read_folder(source)
    elif source.is_file():
        found = _read_manifest(source, image_root or source.parent)
    else:
        raise InvalidInput([f"{source}: no such file or folder"])
    return replace(found, samples=tuple(sample for sample in found.samples if wanted(sample)))


def _probed(dataset: Dataset, *, once: bool) -> Dataset:
    samples: list[Sample] = []
    skipped = list(dataset.skipped)
    seen: dict[tuple[str, str, object], str] = {}
    for sample in dataset.samples:
        try:
            facts = probe_picture(sample.path)
        except UnusablePicture as error:
            skipped.append(Skipped(sample.name, str(error)))
            continue
        if sample.roi is not None and not _inside(sample.roi, facts.size):
            skipped.append(Skipped(sample.name, f"roi {list(sample.roi)} is not inside the {facts.size} picture"))
            continue
        key = (sample.product, facts.sha256, sample.roi)
        if once and key in seen:
            skipped.append(Skipped(sample.name, f"same picture as {seen[key]}"))
            continue
        seen[key] = sample.name
        samples.append(replace(sample, size=facts.size, sha256=facts.sha256))
    for entry in skipped:
        logger.warning("Left out %r: %s", entry.name, entry.reason)
    if not samples:
        reasons = [f"{entry.name}: {entry.reason}" for entry in skipped]
        kind = "good picture to teach" if once else "test picture"
        raise InvalidInput([f"{dataset.source}: no usable {kind} found", *_shortened(reasons)])
    return Dataset(dataset.source, tuple(samples), tuple(skipped))


def _inside(roi: tuple[int, int, int, int], size: Size) -> bool:
    x, y, width, height = roi
    return x + width <= size.width and y + height <= size.height


# --- MVTec layout ----------------------------------------------------------------------------------------------------


def _read_folder(root: Path) -> Dataset:
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
    return Dataset(str(root), tuple(samples), tuple(skipped))


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


def _read_manifest(manifest: Path, image_root: Path) -> Dataset:
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
        raise InvalidInput(_shortened(problems))
    if not samples:
        raise InvalidInput([f"{manifest}: holds no line"])
    return Dataset(str(manifest), tuple(samples), ())


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


def _shortened(problems: Sequence[str]) -> list[str]:
    if len(problems) <= MAX_LISTED:
        return list(problems)
    return [*problems[:MAX_LISTED], f"and {len(problems) - MAX_LISTED} more"]
