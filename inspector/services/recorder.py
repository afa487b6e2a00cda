"""What was answered gets on disk, in order, within 200 ms, and nothing is lost silently (R-07, R-13, R-15, FS-14).

Whatever waits is stored in one transaction; while it is being synced the next parts gather. So a lone part is stored
at once, and under load the disk's syncs are shared.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from inspector.core.decision import Verdict
from inspector.core.emitter import Emitter
from inspector.core.errors import OperationalError
from inspector.core.ports import ImageStore, RecordStore
from inspector.core.record import Inspection, InspectionRecord, KeptFiles, record_of
from inspector.services.clock import Clock
from inspector.services.pictures import FIRST_RETRY_S, LAST_RETRY_S, KeepPolicy, PictureWriter, has_files
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

CAPACITY = 256
PICTURE_BUDGET_BYTES = 300_000_000
_BATCH = 64
_STOP_S = 6.0  # longer than the store waits for a lock, so that the thread gets the chance to hear


@dataclass(frozen=True, slots=True)
class _Flag:
    record_id: str
    flagged: bool


_Job = InspectionRecord | KeptFiles | _Flag


class Recorder:
    """Takes inspections from the line and stores them: the thread "record" rows, the thread "pictures" files.

    Attributes:
        recorded: a record is on disk; emitted in the record thread. Its files follow, see `InspectionRecord.awaited`.
        failed: records or pictures cannot be written now, or a record was lost; once per trouble, in any thread. The
            recorder tries on by itself; whether the line stops is for others to decide (FS-14).
        recovered: all trouble that `failed` announced is over.
    """

    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        policy: KeepPolicy,
        clock: Clock,
        *,
        capacity: int = CAPACITY,
        picture_budget_bytes: int = PICTURE_BUDGET_BYTES,
    ) -> None:
        """Nothing runs yet.

        Args:
            records: written by the record thread only.
            images: written by the picture thread only.
            policy: which pictures are kept.
            clock: for the time of recording.
            capacity: how many records may wait.
            picture_budget_bytes: how much memory waiting pictures may hold.
        """
        self.recorded: Emitter[InspectionRecord] = Emitter("recorded")
        self.failed: Emitter[OperationalError] = Emitter("recorder failed")
        self.recovered: Emitter[None] = Emitter("recorder recovered")
        self._records = records
        self._policy = policy
        self._clock = clock
        self._capacity = capacity
        self._pictures = PictureWriter(
            images, self._on_files, self._on_picture_failure, budget_bytes=picture_budget_bytes
        )
        self._worker = Worker("record", self._run, self._on_bug)
        self._changed = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._open = False
        self._draining = False
        self._passes = 0
        self._submitted = 0
        self._recorded = 0
        self._lost = 0
        # What is wrong now, by where: "records", "pictures", "full", "bug".
        self._troubles: dict[str, OperationalError] = {}

    @property
    def submitted(self) -> int:
        """Inspections handed over since the program began."""
        return self._submitted

    @property
    def recorded_count(self) -> int:
        """Of those, on disk."""
        return self._recorded

    @property
    def lost(self) -> int:
        """Of those, never to be on disk; each is named in the log."""
        return self._lost

    @property
    def waiting(self) -> int:
        """Of those, still in memory."""
        with self._changed:
            return self._waiting()

    @property
    def shed(self) -> int:
        """Pictures that should have been kept and were not; their records are complete."""
        return self._pictures.shed

    @property
    def failure(self) -> OperationalError | None:
        """What keeps records or pictures from the disk now; None when all is well."""
        with self._changed:
            return next(iter(self._troubles.values()), None)

    def start(self) -> None:
        """Begin to take and store."""
        self._open = True
        self._draining = False
        self._worker.start()
        self._pictures.start()

    def submit(self, inspection: Inspection) -> None:
        """Hand over one inspection; any thread, returns at once.

        A record that finds no room is lost: counted, named in the log, and announced by `failed`.
        """
        record = record_of(inspection, self._clock.now())
        with self._changed:
            self._submitted += 1
            taken = self._open and self._waiting() <= self._capacity
            if taken:
                self._jobs.append(self._with_files(inspection, record))
                self._changed.notify_all()
            else:
                self._lost += 1
        if not taken:
            self._announce_loss([record], "the recorder is full" if self._open else "the recorder is closed")

    def submit_waiting(self, inspection: Inspection) -> None:
        """Hand over one inspection that can wait, so that nothing is shed or lost: for replay, never for the line.

        Raises:
            OperationalError: nothing can be written, and there is no room to wait; the inspection was not taken.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._has_room() or self._troubles or not self._open)
            if not self._has_room() and self._troubles:
                raise next(iter(self._troubles.values()))
        self.submit(inspection)

    def flag(self, record_id: str, *, flagged: bool) -> None:
        """Put a part on the review list, or take it off, after its record is stored; returns at once."""
        with self._changed:
            self._jobs.append(_Flag(record_id, flagged))
            self._changed.notify_all()

    def keep(self, inspection: Inspection) -> bool:
        """Keep the files of a part that was submitted before, whatever the policy said; False when there is no room."""
        return not has_files(inspection) or self._pictures.offer(inspection, needed=True)

    def close(self, timeout_s: float = 10.0) -> bool:
        """Store what waits, then end; idempotent.

        Returns:
            Whether every record is on disk. Those that are not are counted as lost and named in the log.
        """
        until = monotonic() + timeout_s
        with self._changed:
            self._open = False
        self._pictures.close(timeout_s / 2)
        with self._changed:
            self._draining = True
            self._changed.notify_all()
        if self._worker.alive and not self._worker.join(max(0.0, until - monotonic())):
            self._worker.stop(_STOP_S)
        with self._changed:
            left = [job for job in self._jobs if isinstance(job, InspectionRecord)]
            self._jobs.clear()
            self._lost += len(left)
        if left:
            self._announce_loss(left, "the program ended before they could be written")
        return not self._lost

    # --- the record thread -------------------------------------------------------------------------------------------

    def _run(self, stop: threading.Event) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._draining)
                batch = [self._jobs[index] for index in range(min(_BATCH, len(self._jobs)))]
            if not batch or not self._store(batch, stop):
                return

    def _store(self, batch: Sequence[_Job], stop: threading.Event) -> bool:
        """Store a batch; jobs leave the queue only when they are on disk. False when told to stop before that."""
        now = self._clock.now()
        records = [replace(job, recorded_at=now) for job in batch if isinstance(job, InspectionRecord)]
        files = [job for job in batch if isinstance(job, KeptFiles)]
        flags = [job for job in batch if isinstance(job, _Flag)]

        def write() -> None:
            # Each is harmless when repeated, so a batch that failed half-way is simply written again.
            if records:
                self._records.add(records)
            if files:
                self._records.attach(files)
            for flag in flags:
                self._records.flag(flag.record_id, flagged=flag.flagged)

        if not self._until_done(write, stop):
            return False
        with self._changed:
            for _ in batch:
                self._jobs.popleft()
            self._recorded += len(records)
            roomy = self._waiting() * 2 <= self._capacity
            self._changed.notify_all()
        if roomy:
            self._end_trouble("full")
        for record in records:
            self.recorded.emit(record)
        return True

    def _until_done(self, write: Callable[[], None], stop: threading.Event) -> bool:
        """Try again and again while the disk refuses; False when told to stop."""
        wait_s = FIRST_RETRY_S
        while True:
            try:
                write()
            except OperationalError as error:
                self._begin_trouble("records", error)
                if stop.wait(wait_s):
                    return False
                wait_s = min(2 * wait_s, LAST_RETRY_S)
            else:
                self._end_trouble("records")
                return True

    # --- what the others say -----------------------------------------------------------------------------------------

    def _on_files(self, files: KeptFiles) -> None:
        """Picture thread: a picture is on disk, or given up."""
        with self._changed:
            self._jobs.append(files)
            self._changed.notify_all()

    def _on_picture_failure(self, error: OperationalError | None) -> None:
        if error is None:
            self._end_trouble("pictures")
        else:
            self._begin_trouble("pictures", error)

    def _on_bug(self, error: Exception) -> None:
        self._open = False
        self._begin_trouble(
            "bug", OperationalError("SYS-001", f"Records are no longer written: {error!r}.", "Restart the program.")
        )

    # --- inside the lock ---------------------------------------------------------------------------------------------

    def _waiting(self) -> int:
        return self._submitted - self._recorded - self._lost

    def _has_room(self) -> bool:
        return self._waiting() * 2 < self._capacity and not self._pictures.half_full

    def _with_files(self, inspection: Inspection, record: InspectionRecord) -> InspectionRecord:
        """Send an inspection's files on their way if they are to be kept; the record says whether they are coming."""
        passed = record.verdict is Verdict.PASS
        if record.frame_id == 1:
            self._passes = 0
        self._passes += passed
        if not has_files(inspection) or not self._policy.keeps(inspection, self._passes):
            return record
        crowded = self._waiting() * 2 > self._capacity
        taken = self._pictures.offer(inspection, needed=not passed, crowded=crowded)
        return replace(record, awaited=taken, shed=not taken)

    # --- trouble -----------------------------------------------------------------------------------------------------

    def _announce_loss(self, records: Sequence[InspectionRecord], why: str) -> None:
        for record in records:
            logger.error("Record lost, %s: part %d, %s, %s", why, record.frame_id, record.verdict.value, record.id)
        first = records[0]
        self._begin_trouble(
            "full",
            OperationalError(
                "DAT-002",
                f"The record of part {first.frame_id} was lost: {why}.",
                "Check the disk that holds the records; the log names every lost record.",
            ),
        )

    def _begin_trouble(self, where: str, error: OperationalError) -> None:
        with self._changed:
            known = self._troubles.get(where)
            self._troubles[where] = error
            self._changed.notify_all()
        if known is None or known.message != error.message:
            if where == "records":
                logger.error("Records cannot be written, trying again: %s", error)
            self.failed.emit(error)

    def _end_trouble(self, where: str) -> None:
        with self._changed:
            if self._troubles.pop(where, None) is None:
                return
            over = not self._troubles
        logger.info("The recorder is over its trouble with %s", where)
        if over:
            self.recovered.emit(None)
