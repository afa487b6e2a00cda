"""The pictures of parts that a product is set up with: their trays, flags and use, and how they are counted."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from inspector.core.geometry import Size
from inspector.core.refs import ModelRef

LEAST_GOOD: Final = 20
"""Good samples, near-copies counted once, below which a product cannot be published."""
LEAST_CHECK: Final = 8
"""Good samples in the check set below which a product cannot be published."""


class Tray(Enum):
    """Where a person put a sample."""

    GOOD = "good"
    BAD = "bad"
    UNSORTED = "unsorted"


class Use(Enum):
    """What a sample is for; the program decides, whole capture groups at a time."""

    TEACH = "teach"
    """It may teach the model."""
    CHECK = "check"
    """It never teaches, so that its score can be trusted."""


class SampleFlag(Enum):
    """What the program has noticed about a sample."""

    OUTSIDE_LIMITS = "outside_limits"
    NEAR_COPY = "near_copy"
    """Nearly the same as another one, which is counted instead."""
    ODD_ONE_OUT = "odd_one_out"


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture of one part.

    Attributes:
        id: time-ordered.
        setup_id: id of the set-up (`RecipeDraft.id`) it belongs to, the same for all versions of a product.
        defect: what is wrong with a bad part, in a person's words; "" if not said.
        path: relative to the data folder, with forward slashes; "" before it is stored.
        sha256: of the file's bytes; "" before it is stored.
        captured_at: aware UTC.
        group: pictures taken together, which must not be split; "" is a group of its own.
        source: "camera:<id>", "import:<file name>", or "history:<record id>".
        fingerprint: 64 bits of a perceptual hash, 8 bytes; empty when there is none.
        score: by `scored_by`; None when not scored.
    """

    id: str
    setup_id: str
    tray: Tray
    captured_at: datetime
    size: Size
    source: str = ""
    defect: str = ""
    group: str = ""
    path: str = ""
    sha256: str = ""
    fingerprint: bytes = b""
    flags: frozenset[SampleFlag] = frozenset()
    use: Use = Use.TEACH
    score: float | None = None
    scored_by: ModelRef | None = None

    @property
    def capture_group(self) -> str:
        """Its group; a sample without one is alone in its own."""
        return self.group or self.id

    @property
    def counts(self) -> bool:
        """Whether it adds to the number of samples: near-copies do not."""
        return SampleFlag.NEAR_COPY not in self.flags


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """How many samples there are.

    Attributes:
        good: near-copies counted once.
        bad, unsorted: all of them.
        near_copies: good samples that are not counted.
        teach, check: the two parts of `good`.
        odd, outside: samples in any tray with these flags.
    """

    good: int = 0
    bad: int = 0
    unsorted: int = 0
    near_copies: int = 0
    teach: int = 0
    check: int = 0
    odd: int = 0
    outside: int = 0

    @property
    def total(self) -> int:
        """All pictures."""
        return self.good + self.near_copies + self.bad + self.unsorted


def count_samples(samples: Iterable[Sample]) -> SampleCounts:
    """Count by tray and use."""
    good = bad = unsorted = copies = check = odd = outside = 0
    for sample in samples:
        odd += SampleFlag.ODD_ONE_OUT in sample.flags
        outside += SampleFlag.OUTSIDE_LIMITS in sample.flags
        if sample.tray is Tray.BAD:
            bad += 1
        elif sample.tray is Tray.UNSORTED:
            unsorted += 1
        elif not sample.counts:
            copies += 1
        else:
            good += 1
            check += sample.use is Use.CHECK
    return SampleCounts(good, bad, unsorted, copies, good - check, check, odd, outside)


def check_set(samples: Iterable[Sample]) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """The good and the bad samples by which a limit is judged; bad ones never teach, so all of them check."""
    known = tuple(samples)
    good = tuple(one for one in known if one.tray is Tray.GOOD and one.use is Use.CHECK and one.counts)
    return good, tuple(one for one in known if one.tray is Tray.BAD)


def samples_key(samples: Iterable[Sample]) -> str:
    """What the numbers of a check rest on, as a SHA-256: it changes when a picture or its tray does."""
    good, bad = check_set(samples)
    lines = sorted([f"good {one.sha256}" for one in good] + [f"bad {one.sha256}" for one in bad])
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
