"""Pictures and maps go to disk in a thread of their own, so that a large one never delays a record.

A 5 MP picture takes 200 ms to encode on a slow core, as long as a record may take altogether (R-07). So the record is
stored first, as "awaited", and told about its files when they are whole. Libraries encode without Python's lock.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from inspector.core.decision import Verdict
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.ports import ImageStore
from inspector.core.record import Inspection, KeptFiles
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 0.1
LAST_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class KeepPolicy:
    """Which parts keep picture and map; those that were rejected always do (product.md 11).

    Attributes:
        pass_every: keeps every so many-th part that passed; 0 keeps none of them.
        first_of_run: keeps the first part after each start of the line.
    """

    pass_every: int = 50
    first_of_run: bool = True

    def keeps(self, inspection: Inspection, passes: int) -> bool:
        """Whether to keep an inspection's files.

        Args:
            inspection: with or without a picture.
            passes: how many parts passed in this run, this one included.
        """
        if inspection.decision.verdict is not Verdict.PASS:
            return True
        if self.first_of_run and inspection.frame.frame_id == 1:
            return True
        return self.pass_every > 0 and passes % self.pass_every == 0


class PictureWriter:
    """A bounded backlog of pictures and the thread that writes them.

    When the backlog is half full, pictures of passes are refused; when it is full, all are. What was refused or given
    up is counted in `shed` (FS-6).
    """

    def __init__(
        self,
        images: ImageStore,
        told: Callable[[KeptFiles], None],
        failure_changed: Callable[[OperationalError | None], None],
        *,
        budget_bytes: int,
    ) -> None:
        """Nothing runs yet.

        Args:
            images: where to write; used by the picture thread only.
            told: called in the picture thread once per accepted picture, in order, with what became of it.
            failure_changed: called in the picture thread when writing fails, and with None when it goes on.
            budget_bytes: how much memory waiting pictures may hold.
        """
        self._images = images
        self._told = told
        self._failure_changed = failure_changed
        self._budget_bytes = budget_bytes
        self._changed = threading.Condition()
        self._waiting: deque[Inspection] = deque()
        self._bytes = 0
        self._shed = 0
        self._open = False
        self._worker = Worker("pictures", self._run, self._on_bug)

    @property
    def shed(self) -> int:
        """Pictures that should have been kept and were not."""
        return self._shed

    @property
    def half_full(self) -> bool:
        """Whether pictures of passes are refused now."""
        return self._bytes * 2 > self._budget_bytes

    def start(self) -> None:
        """Begin to write."""
        self._open = True
        self._worker.start()

    def offer(self, inspection: Inspection, *, needed: bool, crowded: bool = False) -> bool:
        """Take an inspection's picture and map into the backlog; returns at once.

        Args:
            inspection: with a picture, a map or both.
            needed: False for parts that passed, whose pictures are given up first.
            crowded: the caller's own queue is half full, so only needed pictures are to be taken.

        Returns:
            Whether it was taken; False was counted as shed.
        """
        size = _size_bytes(inspection)
        with self._changed:
            # One picture is taken whatever its size, or a small budget would never let any through.
            fits = not self._waiting or self._bytes + size <= self._budget_bytes
            if not (self._open and fits and (needed or not (crowded or self.half_full))):
                self._shed += 1
                return False
            self._waiting.append(inspection)
            self._bytes += size
            self._changed.notify_all()
            return True

    def close(self, timeout_s: float) -> bool:
        """Write what waits, then end; what could not be written in time is given up. Returns whether all was written.

        A write that the system does not return from keeps the thread alive beyond the time; that is logged.
        """
        with self._changed:
            self._open = False
            self._changed.notify_all()
        if self._worker.alive and not self._worker.join(timeout_s):
            self._worker.stop(LAST_RETRY_S)
        left = self._give_up_all()
        if left:
            logger.error("%d pictures were given up at the end of the program", left)
        return not left

    def _run(self, stop: threading.Event) -> None:
        while self._write_next(stop):
            pass

    def _write_next(self, stop: threading.Event) -> bool:
        """Wait for a picture and write it; False at the end. Apart from the loop, so that an idle thread holds none."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._open)
            if not self._waiting:
                return False
            inspection = self._waiting[0]
        files = self._write_until_done(inspection, stop)
        if files is None:
            return False
        with self._changed:
            if not self._waiting:  # given up by `close`, which does not wait for a write that hangs
                return False
            self._waiting.popleft()
            self._bytes -= _size_bytes(inspection)
        self._told(files)
        return True

    def _write_until_done(self, inspection: Inspection, stop: threading.Event) -> KeptFiles | None:
        """Write a picture, again and again while the disk refuses; None when told to stop."""
        wait_s = FIRST_RETRY_S
        failing = False
        while True:
            try:
                files = self._write(inspection)
            except OperationalError as error:
                if not failing:
                    logger.error("Pictures cannot be written, trying again: %s", error)
                failing = True
                self._failure_changed(error)
                if stop.wait(wait_s):
                    return None
                wait_s = min(2 * wait_s, LAST_RETRY_S)
            else:
                if failing:
                    logger.info("Pictures are written again")
                    self._failure_changed(None)
                return files

    def _write(self, inspection: Inspection) -> KeptFiles:
        frame, anomaly_map = inspection.frame, inspection.anomaly_map
        return KeptFiles(
            record_id=inspection.id,
            image=self._images.save_frame(inspection.id, frame) if isinstance(frame, Frame) else None,
            map=self._images.save_map(inspection.id, anomaly_map, frame.captured_at) if anomaly_map else None,
        )

    def _give_up_all(self) -> int:
        with self._changed:
            left = list(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            self._shed += len(left)
        for inspection in left:
            self._told(KeptFiles(inspection.id))
        return len(left)

    def _on_bug(self, error: Exception) -> None:
        with self._changed:
            self._open = False
        self._failure_changed(
            OperationalError("SYS-001", f"Pictures are no longer written: {error!r}.", "Restart the program.")
        )
        self._give_up_all()


def has_files(inspection: Inspection) -> bool:
    """Whether there is anything to write."""
    return isinstance(inspection.frame, Frame) or inspection.anomaly_map is not None


def _size_bytes(inspection: Inspection) -> int:
    image = inspection.frame.image.nbytes if isinstance(inspection.frame, Frame) else 0
    return image + (inspection.anomaly_map.values.nbytes if inspection.anomaly_map is not None else 0)
