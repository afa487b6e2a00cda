"""The samples of one set-up as the window knows them: shown at once, stored in order, and undone step by step.

A press must be seen within 100 ms and the disk may take longer, so a change is made here first and handed to the
service afterwards. The service may notice more (near-copies, another split); its list is taken over as soon as nothing
of ours is on its way any more.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from inspector.core.errors import InspectorError
from inspector.core.picture_limits import PictureLimits
from inspector.core.sample import Sample, SampleFlag, Tray
from inspector.services.samples import ImportOutcome, ImportProgress, SampleService
from inspector.ui.background import Background
from inspector.ui.recipes.long_work import Control

_QUIET_MS = 150
_MOST_UNDO = 100


@dataclass(frozen=True, slots=True)
class _Undo:
    """What was done: samples as they were before; deleted ones are brought back, others put back."""

    samples: tuple[Sample, ...]
    deleted: bool


class SampleBook(QObject):
    """`changed`: the list is another; `failed` carries an error that a person must read."""

    changed = Signal()
    failed = Signal(object)
    _heard = Signal()

    def __init__(self, background: Background, service: SampleService, setup_id: str) -> None:
        """Begin empty; `refresh` reads."""
        super().__init__()
        self._background, self._service, self._setup_id = background, service, setup_id
        self._samples: dict[str, Sample] = {}
        self._waiting: deque[Callable[[], object]] = deque()
        self._running = False
        self._stale = False
        self._closed = False
        self._undo: list[_Undo] = []
        self.loaded = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_QUIET_MS)
        self._timer.timeout.connect(self.refresh)
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        self._disconnect = service.changed.connect(self._hear)

    def close(self) -> None:
        """Listen no more; what was handed over is still stored."""
        self._closed = True
        self._disconnect()
        self._timer.stop()

    # --- reading ------------------------------------------------------------------------------------------------------

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All, oldest first."""
        return tuple(self._samples.values())

    def of(self, tray: Tray) -> tuple[Sample, ...]:
        """Those of a tray."""
        return tuple(sample for sample in self._samples.values() if sample.tray is tray)

    def get(self, sample_id: str) -> Sample | None:
        """One sample as it is now."""
        return self._samples.get(sample_id)

    def defects(self) -> tuple[str, ...]:
        """Names that were given to defects, the most frequent first."""
        counts: dict[str, int] = {}
        for sample in self._samples.values():
            if sample.defect:
                counts[sample.defect] = counts.get(sample.defect, 0) + 1
        return tuple(sorted(counts, key=lambda name: (-counts[name], name)))

    @property
    def can_undo(self) -> bool:
        """Whether something can be taken back."""
        return bool(self._undo)

    def refresh(self) -> None:
        """Read the list again, after what is on its way."""
        self._stale = True
        self._next()

    def thumbnail(self, sample: Sample) -> NDArray[np.uint8]:
        """A small picture; in the background."""
        return self._service.thumbnail(sample)

    def load(self, sample: Sample) -> NDArray[np.uint8]:
        """The picture; in the background."""
        return self._service.load(sample)

    def originals(self) -> dict[str, str]:
        """For each near-copy what it is like; in the background."""
        return self._service.originals(self._setup_id)

    # --- changing -----------------------------------------------------------------------------------------------------

    def move(self, ids: Sequence[str], tray: Tray) -> None:
        """Put samples into a tray; the name of a defect goes with the tray Bad."""
        before = tuple(one for one in self._known(ids) if one.tray is not tray)
        if before:
            self._remember(_Undo(before, deleted=False))
            self._show(_moved(one, tray) for one in before)
            self._hand_over(partial(self._service.move, [one.id for one in before], tray))

    def name_defect(self, ids: Sequence[str], defect: str) -> None:
        """Say what is wrong with bad samples; others are put into Bad by it."""
        before = tuple(one for one in self._known(ids) if one.tray is not Tray.BAD or one.defect != defect)
        if before:
            self._remember(_Undo(before, deleted=False))
            self._show(replace(one, tray=Tray.BAD, defect=defect) for one in before)
            self._hand_over(partial(self._service.move, [one.id for one in before], Tray.BAD, defect))

    def accept_odd(self, ids: Sequence[str]) -> None:
        """A person looked at odd ones and found them good."""
        self._hand_over(partial(self._service.accept_odd, list(ids)))

    def delete(self, ids: Sequence[str]) -> int:
        """Take samples out; returns how many."""
        gone = self._known(ids)
        if gone:
            self._remember(_Undo(gone, deleted=True))
            for sample in gone:
                del self._samples[sample.id]
            self.changed.emit()
            self._hand_over(partial(self._service.delete, [one.id for one in gone]))
        return len(gone)

    def undo(self) -> bool:
        """Take back the last thing that was done; False when there is none."""
        if not self._undo:
            return False
        last = self._undo.pop()
        self._show(last.samples)
        if last.deleted:
            self._hand_over(self._service.undo_delete)
        else:
            for tray, defect in sorted({(one.tray.value, one.defect) for one in last.samples}):
                ids = [one.id for one in last.samples if (one.tray.value, one.defect) == (tray, defect)]
                self._hand_over(partial(self._service.move, ids, Tray(tray), defect))
        return True

    def import_folder(self, folder: Path, tray: Tray, limits: PictureLimits | None, control: Control) -> ImportOutcome:
        """Bring in a folder; in the background, minutes."""

        def tell(progress: ImportProgress) -> None:
            control.progress(progress.done, progress.total)

        return self._service.import_folder(
            self._setup_id, folder, tray, limits=limits, progress=tell, cancelled=control.cancelled
        )

    def flag_odd(self) -> tuple[str, ...]:
        """Look for samples that stand out; in the background."""
        return self._service.flag_odd(self._setup_id)

    # --- inner --------------------------------------------------------------------------------------------------------

    def _known(self, ids: Sequence[str]) -> tuple[Sample, ...]:
        return tuple(self._samples[one] for one in dict.fromkeys(ids) if one in self._samples)

    def _remember(self, undo: _Undo) -> None:
        self._undo = [*self._undo, undo][-_MOST_UNDO:]

    def _show(self, samples: Iterable[Sample]) -> None:
        self._samples.update((sample.id, sample) for sample in samples)
        self._samples = dict(sorted(self._samples.items()))
        self.changed.emit()

    def _hand_over(self, work: Callable[[], object]) -> None:
        self._waiting.append(work)
        self._stale = True
        self._next()

    def _next(self) -> None:
        """One thing at a time and in order, because two threads would overtake each other."""
        if self._running:
            return
        if self._waiting:
            self._running = True
            self._background.run(self._waiting.popleft(), self, self._on_done, self._on_failed)
        elif self._stale and not self._closed:
            self._running, self._stale = True, False
            read = partial(self._service.list, self._setup_id)
            self._background.run(read, self, self._on_list, self._on_failed)

    def _on_done(self, _answer: object) -> None:
        self._running = False
        self._next()

    def _on_list(self, samples: tuple[Sample, ...]) -> None:
        self._running = False
        if not self._waiting:
            fresh = {sample.id: sample for sample in samples}
            news = not self.loaded or fresh != self._samples
            self._samples, self.loaded = fresh, True
            if news:
                self.changed.emit()
        self._next()

    def _on_failed(self, error: InspectorError) -> None:
        """What is shown is not what is stored: read it again."""
        self._running = False
        self._undo.clear()
        self._stale = True
        self.failed.emit(error)
        self._next()

    def _hear(self, setup_id: str) -> None:
        """In the thread that changed them."""
        if setup_id == self._setup_id:
            self._heard.emit()

    @Slot()
    def _on_heard(self) -> None:
        """An import tells of every picture; the list is read at most a few times a second."""
        if not self._closed and not self._timer.isActive():
            self._timer.start()


def _moved(sample: Sample, tray: Tray) -> Sample:
    """As the service will say it: among the bad ones none is an odd one out."""
    if tray is Tray.BAD:
        return replace(sample, tray=tray, flags=sample.flags - {SampleFlag.ODD_ONE_OUT})
    return replace(sample, tray=tray, defect="")
