"""One set-up's samples in memory, and what of their pictures is compared with the next one."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from inspector.core.sample import Sample, Tray
from inspector.services.likeness import GRID


class KnownSamples:
    """What is known of one set-up.

    Attributes:
        samples: as they are stored, by id.
        ids: whose pictures are compared; also of samples that were deleted and may come back.
        alike: pairs that are nearly the same, in any tray, both ways round.
        unwritten: ids of samples that differ from what is stored.
    """

    def __init__(self, samples: Iterable[Sample]) -> None:
        """Take what is stored; no picture is known yet."""
        self.samples = {sample.id: sample for sample in samples}
        self.ids: list[str] = []
        self.alike: dict[str, set[str]] = {}
        self.unwritten: set[str] = set()
        self._looks = np.empty((0, GRID * GRID), np.float32)

    @property
    def looks(self) -> NDArray[np.float32]:
        """One row for each of `ids`."""
        return self._looks[: len(self.ids)]

    def add(self, sample_id: str, look: NDArray[np.float32]) -> None:
        """Remember a picture as `likeness.look_of` sees it."""
        if len(self.ids) >= len(self._looks):
            grown = np.empty((max(64, 2 * len(self.ids)), look.size), np.float32)
            grown[: len(self.ids)] = self.looks
            self._looks = grown
        self._looks[len(self.ids)] = look
        self.ids.append(sample_id)

    def pair(self, one: str, other: str) -> None:
        """Remember that two pictures are nearly the same."""
        self.alike.setdefault(one, set()).add(other)
        self.alike.setdefault(other, set()).add(one)

    def copies(self) -> Iterator[tuple[Sample, str]]:
        """Each sample, oldest first, with the id of the one in its tray that it is nearly the same as, or ""."""
        originals: dict[str, Tray] = {}
        for sample in sorted(self.samples.values(), key=lambda one: one.id):
            like = [other for other in self.alike.get(sample.id, ()) if originals.get(other) is sample.tray]
            if like:
                yield sample, min(like)
            else:
                originals[sample.id] = sample.tray
                yield sample, ""
