"""`DraftStore`, `SampleStore` and `RecipePictureStore` in memory."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inspector.core.draft import RecipeDraft
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.record import StoredFile
from inspector.core.sample import Sample


class MemoryDraftStore:
    """Keeps drafts."""

    def __init__(self, *drafts: RecipeDraft) -> None:
        self._drafts = {draft.id: draft for draft in drafts}

    def save(self, draft: RecipeDraft) -> None:
        self._drafts[draft.id] = draft

    def get(self, draft_id: str) -> RecipeDraft | None:
        return self._drafts.get(draft_id)

    def list(self) -> tuple[RecipeDraft, ...]:
        return tuple(sorted(self._drafts.values(), key=lambda draft: (draft.changed_at, draft.id), reverse=True))

    def delete(self, draft_id: str) -> None:
        self._drafts.pop(draft_id, None)


class MemorySampleStore:
    """Keeps samples with their pictures."""

    def __init__(self) -> None:
        self._samples: dict[str, Sample] = {}
        self._pictures: dict[str, NDArray[np.uint8]] = {}
        self._deleted: set[str] = set()

    def add(self, sample: Sample, image: NDArray[np.uint8]) -> Sample:
        sha256 = hashlib.sha256(image.tobytes()).hexdigest()
        path = f"samples/{sample.setup_id}/{sample.id}.png"
        made = replace(sample, path=path, sha256=sha256, size=Size.of(image.shape))
        self._samples[made.id] = made
        self._pictures[made.id] = image.copy()
        return made

    def update(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            if sample.id in self._samples and sample.id not in self._deleted:
                old = self._samples[sample.id]
                self._samples[sample.id] = replace(
                    sample,
                    setup_id=old.setup_id,
                    captured_at=old.captured_at,
                    size=old.size,
                    source=old.source,
                    path=old.path,
                    sha256=old.sha256,
                )

    def delete(self, sample_ids: Sequence[str]) -> None:
        self._deleted.update(one for one in sample_ids if one in self._samples)

    def restore(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            if sample.id not in self._pictures:
                raise OperationalError("DAT-002", f"The file {sample.path} is gone.")
        self._deleted.difference_update(sample.id for sample in samples)
        self.update(samples)

    def get(self, sample_id: str) -> Sample | None:
        return None if sample_id in self._deleted else self._samples.get(sample_id)

    def list(self, setup_id: str) -> tuple[Sample, ...]:
        kept = (one for one in self._samples.values() if one.setup_id == setup_id and one.id not in self._deleted)
        return tuple(sorted(kept, key=lambda one: one.id))

    def setups(self) -> tuple[str, ...]:
        return tuple(sorted({one.setup_id for one in self._samples.values() if one.id not in self._deleted}))

    def load(self, sample: Sample) -> NDArray[np.uint8]:
        try:
            return self._pictures[sample.id]
        except KeyError:
            raise OperationalError("DAT-002", f"The file {sample.path} cannot be read.") from None

    def thumbnail(self, sample: Sample) -> NDArray[np.uint8]:
        image = self.load(sample)
        step = -(-max(image.shape[:2]) // 256)
        return np.ascontiguousarray(image[::step, ::step])

    def clean_up(self) -> int:
        gone = len(self._deleted)
        for sample_id in self._deleted:
            del self._samples[sample_id], self._pictures[sample_id]
        self._deleted.clear()
        return gone


class MemoryRecipePictures:
    """Keeps the pictures that recipes name."""

    def __init__(self) -> None:
        self._pictures: dict[str, NDArray[np.uint8]] = {}

    def save(self, image: NDArray[np.uint8]) -> StoredFile:
        sha256 = hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
        self._pictures[f"recipes/{sha256}.png"] = image.copy()
        return StoredFile(f"recipes/{sha256}.png", sha256)

    def load(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        if path not in self._pictures or sha256 not in ("", path[8:-4]):
            raise OperationalError("DAT-002", f"The file {path} cannot be read.")
        return self._pictures[path]
