"""Samples of a product in the making: how they come in, what is noticed about them, and which of them check.

All methods read or write files and the database, so none of them is for the main thread. One caller at a time works on
the samples; the others wait for as long as one picture takes.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.emitter import Emitter
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.geometry import Size
from inspector.core.picture_limits import PictureLimits, measure_picture
from inspector.core.ports import ImageStore, RecordStore, SampleStore
from inspector.core.refs import new_id
from inspector.core.sample import Sample, SampleCounts, SampleFlag, Tray, Use, count_samples
from inspector.core.setup_ports import PictureReader
from inspector.services.known_samples import KnownSamples
from inspector.services.likeness import alike, fingerprint, look_of, outliers, quick_oddness, same_texture
from inspector.services.splitting import shared_out

logger = logging.getLogger(__name__)

_UNDO_STEPS: Final = 50


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is; `name` is the file in hand."""

    done: int
    total: int
    name: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of a folder.

    Attributes:
        added: ids of the new samples, near-copies included.
        near_copies: how many of them are nearly the same as another sample.
        skipped: name and reason of each file that was left out.
        cancelled: a person ended it; what was added until then stays.
    """

    added: tuple[str, ...]
    near_copies: int
    skipped: tuple[tuple[str, str], ...]
    cancelled: bool


class SampleService:
    """The trays of all set-ups.

    Attributes:
        changed: id of a set-up whose samples changed; in the thread that changed them.
    """

    def __init__(
        self,
        store: SampleStore,
        reader: PictureReader,
        *,
        records: RecordStore | None = None,
        images: ImageStore | None = None,
    ) -> None:
        """Nothing is read yet.

        Args:
            store: keeps them.
            reader: of files that people bring.
            records: of parts that may become samples; None offers none.
            images: their pictures.
        """
        self._store = store
        self._reader = reader
        self._records = records
        self._images = images
        self._lock = threading.RLock()
        self._known: dict[str, KnownSamples] = {}
        self._deleted: list[tuple[str, tuple[Sample, ...]]] = []
        self.changed: Emitter[str] = Emitter("SampleService.changed")

    # --- what there is -----------------------------------------------------------------------------------------------

    def list(self, setup_id: str) -> tuple[Sample, ...]:
        """All samples of a set-up, oldest first."""
        return self._store.list(setup_id)

    def counts(self, setup_id: str) -> SampleCounts:
        """How many there are."""
        return count_samples(self._store.list(setup_id))

    def thumbnail(self, sample: Sample) -> NDArray[np.uint8]:
        """A small picture for eyes. OperationalError DAT-002."""
        return self._store.thumbnail(sample)

    def load(self, sample: Sample) -> NDArray[np.uint8]:
        """The picture, checked. OperationalError DAT-002."""
        return self._store.load(sample)

    def originals(self, setup_id: str) -> dict[str, str]:
        """For each near-copy the sample that it is nearly the same as."""
        with self._lock:
            known = self._know(setup_id)
            return {one.id: other for one, other in known.copies() if other}

    @property
    def can_undo(self) -> bool:
        """Whether something was deleted since the program began that can be brought back."""
        return bool(self._deleted)

    # --- in ----------------------------------------------------------------------------------------------------------

    def add(
        self,
        setup_id: str,
        image: NDArray[np.uint8],
        tray: Tray,
        *,
        source: str,
        limits: PictureLimits | None = None,
        group: str = "",
        defect: str = "",
        captured_at: datetime | None = None,
    ) -> Sample:
        """Keep a picture, and say what is noticed about it.

        Args:
            setup_id: of the draft.
            image: uint8 (H, W) or (H, W, 3) RGB.
            tray: where it goes.
            source: as `Sample.source`.
            limits: of the draft; a picture outside them is flagged, not refused.
            group: pictures taken together; near-copies join the group of what they are like by themselves.
            defect: of a bad part.
            captured_at: aware UTC; None is now.

        Raises:
            OperationalError: DAT-002, it cannot be written.
        """
        with self._lock:
            sample = self._add(setup_id, image, tray, source, limits, group, defect, captured_at)
        self.changed.emit(setup_id)
        return sample

    def import_folder(
        self,
        setup_id: str,
        folder: Path,
        tray: Tray,
        *,
        limits: PictureLimits | None = None,
        defect: str = "",
        progress: Callable[[ImportProgress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ImportOutcome:
        """Bring in every picture of a folder and of those in it, in natural order.

        Args:
            setup_id: of the draft.
            folder: of a person's choice.
            tray: for all of them.
            limits: of the draft.
            defect: of bad parts.
            progress: called before each file, in this thread.
            cancelled: asked before each file.

        Raises:
            OperationalError: CAM-001, the folder holds no pictures or cannot be read; DAT-002, a sample cannot be
                written.
        """
        files = self._reader.list(folder)
        added: list[Sample] = []
        skipped: list[tuple[str, str]] = []
        ended = False
        for done, file in enumerate(files):
            name = _shown(file, folder)
            if ended := cancelled():
                break
            progress(ImportProgress(done, len(files), name))
            try:
                image = self._reader.read(file)
            except InspectorError as error:
                logger.warning("Left out %s: %s", name, error)
                skipped.append((name, str(error)))
                continue
            with self._lock:
                added.append(self._add(setup_id, image, tray, f"import:{name}", limits, "", defect, None))
            self.changed.emit(setup_id)
        progress(ImportProgress(len(files), len(files), ""))
        copies = sum(not one.counts for one in added)
        logger.info("Imported %d of %d files from %s, %d near-copies", len(added), len(files), folder, copies)
        return ImportOutcome(tuple(one.id for one in added), copies, tuple(skipped), ended)

    def add_from_history(
        self, setup_id: str, record_ids: Sequence[str], tray: Tray, *, limits: PictureLimits | None = None
    ) -> ImportOutcome:
        """Bring in inspected parts whose pictures were kept.

        Raises:
            OperationalError: DAT-002, a sample cannot be written.
        """
        added: list[Sample] = []
        skipped: list[tuple[str, str]] = []
        for record_id in record_ids:
            record = self._records.get(record_id) if self._records is not None else None
            if record is None or self._images is None or not record.image_path:
                skipped.append((record_id, "its picture was not kept" if record else "there is no such part"))
                continue
            try:
                image = self._images.load_frame(record.image_path, record.image_sha256)
            except OperationalError as error:
                skipped.append((record_id, error.message))
                continue
            source = f"history:{record_id}"
            added.append(self.add(setup_id, image, tray, source=source, limits=limits, captured_at=record.captured_at))
        copies = sum(not one.counts for one in added)
        return ImportOutcome(tuple(one.id for one in added), copies, tuple(skipped), cancelled=False)

    # --- sorting -----------------------------------------------------------------------------------------------------

    def move(self, sample_ids: Iterable[str], tray: Tray, defect: str | None = None) -> None:
        """Put samples into another tray; `defect` names what is wrong with bad ones, None leaves the name.

        Among the bad parts none is an odd one out: a person has answered that question.
        """

        def moved(sample: Sample) -> Sample:
            name = sample.defect if defect is None else defect
            flags = sample.flags - {SampleFlag.ODD_ONE_OUT} if tray is Tray.BAD else sample.flags
            return replace(sample, tray=tray, defect=name if tray is Tray.BAD else "", flags=flags)

        self._change(sample_ids, moved)

    def name_defect(self, sample_ids: Iterable[str], defect: str) -> None:
        """Say what is wrong with bad parts."""
        self._change(sample_ids, lambda sample: replace(sample, defect=defect))

    def accept_odd(self, sample_ids: Iterable[str]) -> None:
        """A person has looked at odd ones and found them good."""
        self._change(sample_ids, lambda sample: replace(sample, flags=sample.flags - {SampleFlag.ODD_ONE_OUT}))

    def delete(self, sample_ids: Iterable[str]) -> tuple[Sample, ...]:
        """Take samples out; returns them. `undo_delete` brings them back until the program ends."""
        with self._lock, self._settling() as setups:
            gone = self._find(sample_ids)
            self._store.delete([sample.id for sample in gone])
            for sample in gone:
                self._know(sample.setup_id).samples.pop(sample.id, None)
            setups.update(sample.setup_id for sample in gone)
            for setup_id in setups:
                self._deleted.append((setup_id, tuple(one for one in gone if one.setup_id == setup_id)))
            del self._deleted[:-_UNDO_STEPS]
        return gone

    def undo_delete(self) -> tuple[Sample, ...]:
        """Bring back what was deleted last; empty when there is nothing.

        Raises:
            OperationalError: DAT-002, a file is gone.
        """
        with self._lock, self._settling() as setups:
            if not self._deleted:
                return ()
            setup_id, samples = self._deleted.pop()
            self._store.restore(samples)
            self._know(setup_id).samples.update((sample.id, sample) for sample in samples)
            setups.add(setup_id)
        return samples

    def measure_limits(self, setup_id: str, limits: PictureLimits | None) -> None:
        """Flag every sample anew after the picture limits changed; reads every picture.

        Raises:
            OperationalError: DAT-002, a picture is missing or altered.
        """
        with self._lock, self._settling() as setups:
            changed = []
            for sample in self._know(setup_id).samples.values():
                flags = sample.flags - {SampleFlag.OUTSIDE_LIMITS}
                if limits is not None and limits.violations(measure_picture(self._store.load(sample))):
                    flags |= {SampleFlag.OUTSIDE_LIMITS}
                if flags != sample.flags:
                    changed.append(replace(sample, flags=flags))
            self._write(changed)
            setups.add(setup_id)

    def flag_odd(self, setup_id: str, oddness: dict[str, float] | None = None, *, most: int = 3) -> tuple[str, ...]:
        """Flag good samples that stand out, and return their ids, the oddest first.

        Args:
            setup_id: of the draft.
            oddness: by id, as `services.odd_ones` or a model found it; None compares the small pictures, which is quick
                and finds what is wrong altogether: another product, a part upside down.
            most: how many are flagged at the most.
        """
        with self._lock, self._settling() as setups:
            known = self._know(setup_id)
            samples = [one for one in known.samples.values() if one.tray is Tray.GOOD]
            if oddness is None:
                places = {sample_id: place for place, sample_id in enumerate(known.ids)}
                rows = [places[one.id] for one in samples if one.id in places]
                values = dict(zip((known.ids[row] for row in rows), quick_oddness(known.looks[rows]), strict=True))
            else:
                values = oddness
            rated = [one.id for one in samples if one.id in values]
            odd = tuple(rated[place] for place in outliers([values[one] for one in rated], most=most))
            changed = []
            for one in samples:
                flags = one.flags - {SampleFlag.ODD_ONE_OUT} | ({SampleFlag.ODD_ONE_OUT} if one.id in odd else set())
                if flags != one.flags:
                    changed.append(replace(one, flags=flags))
            self._write(changed)
            setups.add(setup_id)
        return odd

    def set_scores(self, samples: Sequence[Sample]) -> None:
        """Keep scores that a model gave; nothing else about the samples changes."""
        with self._lock:
            scores = {one.id: one for one in samples}
            present = self._find(scores)
            self._write(
                [replace(one, score=scores[one.id].score, scored_by=scores[one.id].scored_by) for one in present]
            )
        for setup_id in {one.setup_id for one in present}:
            self.changed.emit(setup_id)

    # --- within the lock ---------------------------------------------------------------------------------------------

    def _add(
        self,
        setup_id: str,
        image: NDArray[np.uint8],
        tray: Tray,
        source: str,
        limits: PictureLimits | None,
        group: str,
        defect: str,
        captured_at: datetime | None,
    ) -> Sample:
        known = self._know(setup_id)
        outside = limits is not None and bool(limits.violations(measure_picture(image)))
        sample = self._store.add(
            Sample(
                id=new_id(),
                setup_id=setup_id,
                tray=tray,
                captured_at=captured_at or datetime.now(UTC),
                size=Size.of(image.shape),
                source=source,
                defect=defect if tray is Tray.BAD else "",
                group=group,
                flags=frozenset({SampleFlag.OUTSIDE_LIMITS}) if outside else frozenset(),
                use=Use.TEACH,
            ),
            image,
        )
        known.samples[sample.id] = sample
        self._compare(known, sample)
        self._settle(known, new={sample.id})
        return known.samples[sample.id]

    def _compare(self, known: KnownSamples, sample: Sample) -> None:
        """Remember a picture, and which others it is nearly the same as."""
        small = self._store.thumbnail(sample)
        look = look_of(small)
        for place in alike(look, known.looks):
            other = known.samples.get(known.ids[int(place)])
            if other is None:
                continue
            if other.sha256 == sample.sha256 or same_texture(small, self._store.thumbnail(other)):
                known.pair(sample.id, other.id)
        known.add(sample.id, look)
        if not sample.fingerprint:
            known.samples[sample.id] = replace(sample, fingerprint=fingerprint(small))
            known.unwritten.add(sample.id)

    def _know(self, setup_id: str) -> KnownSamples:
        """What is known of a set-up's pictures; read from the small pictures when it is opened."""
        known = self._known.get(setup_id)
        if known is None:
            known = KnownSamples(self._store.list(setup_id))
            for sample in tuple(known.samples.values()):
                try:
                    self._compare(known, sample)
                except OperationalError as error:
                    logger.error("A sample cannot be compared: %s", error)
            self._known[setup_id] = known
        return known

    @contextmanager
    def _settling(self) -> Iterator[set[str]]:
        """Put near-copies and split right in every set-up that is named, then tell of them."""
        setups: set[str] = set()
        yield setups
        for setup_id in setups:
            self._settle(self._know(setup_id))
            self.changed.emit(setup_id)

    def _settle(self, known: KnownSamples, new: Iterable[str] = ()) -> None:
        settled: dict[str, Sample] = {}
        for sample, original in known.copies():
            flags = sample.flags - {SampleFlag.NEAR_COPY} | ({SampleFlag.NEAR_COPY} if original else set())
            group = settled[original].capture_group if original else sample.group
            settled[sample.id] = replace(sample, flags=flags, group=group)
        for sample in shared_out(settled.values(), new):
            settled[sample.id] = sample
        self._write(
            [one for one in settled.values() if one != known.samples[one.id] or one.id in known.unwritten], known
        )

    def _change(self, sample_ids: Iterable[str], change: Callable[[Sample], Sample]) -> None:
        with self._lock:
            found = self._find(sample_ids)
            changed = [change(sample) for sample in found]
            self._write(changed)
            became_good = {
                after.id
                for before, after in zip(found, changed, strict=True)
                if after.tray is Tray.GOOD and before.tray is not Tray.GOOD
            }
            setups = {sample.setup_id for sample in changed}
            for setup_id in setups:
                self._settle(self._know(setup_id), new=became_good)
        for setup_id in setups:
            self.changed.emit(setup_id)

    def _write(self, samples: Sequence[Sample], known: KnownSamples | None = None) -> None:
        """Store changed samples, and know them so."""
        self._store.update(samples)
        for sample in samples:
            there = known or self._know(sample.setup_id)
            there.samples[sample.id] = sample
            there.unwritten.discard(sample.id)

    def _find(self, sample_ids: Iterable[str]) -> tuple[Sample, ...]:
        """Samples by id; those that are gone are left out."""
        found = []
        for sample_id in dict.fromkeys(sample_ids):
            stored = self._store.get(sample_id)
            if stored is not None:
                found.append(self._know(stored.setup_id).samples.get(sample_id, stored))
        return tuple(found)


def _shown(file: Path, folder: Path) -> str:
    """A file's name as people find it again."""
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
