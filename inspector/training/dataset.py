"""What a person hands over to teach or to test, looked at before use, and what of it sets the limit.

Whatever cannot be used is left out with its name and reason, and the list travels with the data, so that nothing is
dropped in silence.
"""

import hashlib
import logging
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from inspector.core.errors import InvalidInput
from inspector.core.geometry import Size
from inspector.training.pictures import UnusablePicture, probe_picture
from inspector.training.samples import Sample, Skipped, Split, natural_key
from inspector.training.sources import read_source, shortened

logger = logging.getLogger(__name__)

HELD_OUT_SHARE: Final = 0.2


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
    return _read(source, image_root, _teaches, once=True)


def read_for_test(source: Path, image_root: Path | None = None) -> Dataset:
    """Test pictures, good and defective, with size and hash.

    Raises:
        InvalidInput: the source is missing, empty, malformed, or holds no usable test picture.
    """
    return _read(source, image_root, _tests, once=False)


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
    groups = capture_groups(samples)
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


def capture_groups(samples: Sequence[Sample]) -> list[list[int]]:
    """Indices of samples of one product that may be near-copies: of one part, of one lot, or neighbors by name."""
    for names in ([sample.part_id for sample in samples], [sample.lot for sample in samples]):
        if all(names) and len(set(names)) > 1:
            by_name: dict[str, list[int]] = {}
            for index, name in enumerate(names):
                by_name.setdefault(name, []).append(index)
            return list(by_name.values())
    # Of what is held out, four runs from different places: one odd stretch must not set the limit alone.
    run = math.ceil(held_out_count(len(samples)) / 4)
    return [list(range(start, min(start + run, len(samples)))) for start in range(0, len(samples), run)]


def _teaches(sample: Sample) -> bool:
    return not sample.defective and sample.split is not Split.TEST


def _tests(sample: Sample) -> bool:
    return sample.split in (Split.TEST, Split.ANY)


def _read(source: Path, image_root: Path | None, wanted: Callable[[Sample], bool], *, once: bool) -> Dataset:
    named, skipped = read_source(source, image_root)
    samples: list[Sample] = []
    seen: dict[tuple[str, str, object], str] = {}
    for sample in filter(wanted, named):
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
        raise InvalidInput([f"{source}: no usable {kind} found", *shortened(reasons)])
    return Dataset(str(source), tuple(samples), tuple(skipped))


def _inside(roi: tuple[int, int, int, int], size: Size) -> bool:
    x, y, width, height = roi
    return x + width <= size.width and y + height <= size.height
