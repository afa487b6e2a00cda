"""After a crash rows and files must agree: what was being written is finished or given up, what is left over is named.

Cheap on purpose, because it runs at every start: records that still awaited their files, and the last hour.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspector.core.errors import OperationalError
from inspector.core.record import InspectionRecord, KeptFiles
from inspector.storage.images import FileImageStore
from inspector.storage.records import SqlRecordStore

logger = logging.getLogger(__name__)

ORPHANS = "orphans"
_LOOK_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What was found at start.

    Attributes:
        last: the newest record; None in a new database.
        adopted: records whose files were whole on disk but not named yet; now they are.
        given_up: records whose files never became whole; marked as shed.
        missing: records of the last hour that name a file which is not there.
        orphans: files of the last hour without a record, by their new path. Each is the trace of a part that was
            answered but whose record was lost (R-08).
        swept: half-written files that were deleted.
    """

    last: InspectionRecord | None
    adopted: tuple[str, ...]
    given_up: tuple[str, ...]
    missing: tuple[str, ...]
    orphans: tuple[str, ...]
    swept: int

    @property
    def agrees(self) -> bool:
        """Whether nothing was missing or left over."""
        return not self.missing and not self.orphans


def reconcile(records: SqlRecordStore, images: FileImageStore) -> ReconcileReport:
    """Make rows and files agree again; before the recorder starts.

    Raises:
        OperationalError: DAT-002, database or files cannot be read or written.
    """
    try:
        swept = images.sweep()
        adopted, given_up = _finish_awaited(records, images)
        first, last = records.first(), next(iter(records.recent(1)), None)
        missing: tuple[str, ...] = ()
        orphans: tuple[str, ...] = ()
        if first is not None and last is not None:
            since = last.captured_at - _LOOK_BACK
            named = records.with_files_since(since)
            missing = tuple(record.id for record in named if not _files_exist(record, images))
            orphans = _set_orphans_aside(first.id, since, last.captured_at, records, images)
    except OSError as error:
        raise OperationalError(
            "DAT-002",
            f"The files of the last run cannot be looked through: {error}.",
            "Check that the disk is connected and may be written.",
        ) from error
    report = ReconcileReport(last, adopted, given_up, missing, orphans, swept)
    if swept or adopted or given_up or not report.agrees:
        logger.warning(
            "After the last run: %d half-written files deleted, %d records found their files, %d gave them up, "
            "%d records miss a file: %s; %d files without a record: %s",
            swept,
            len(adopted),
            len(given_up),
            len(missing),
            ", ".join(missing),
            len(orphans),
            ", ".join(orphans),
        )
    return report


def _finish_awaited(records: SqlRecordStore, images: FileImageStore) -> tuple[tuple[str, ...], tuple[str, ...]]:
    outcome = [
        KeptFiles(
            record.id,
            images.stored(images.path_of_frame(record.id, record.captured_at)),
            images.stored(images.path_of_map(record.id, record.captured_at)),
        )
        for record in records.awaiting_files()
    ]
    if outcome:
        records.attach(outcome)
    adopted = tuple(files.record_id for files in outcome if files.image or files.map)
    given_up = tuple(files.record_id for files in outcome if not (files.image or files.map))
    return adopted, given_up


def _files_exist(record: InspectionRecord, images: FileImageStore) -> bool:
    return all(images.exists(path) for path in (record.image_path, record.map_path) if path)


def _set_orphans_aside(
    first_id: str, since: datetime, until: datetime, records: SqlRecordStore, images: FileImageStore
) -> tuple[str, ...]:
    """Look through the hour folders from `since` to one hour after the newest record.

    Files older than the first record belong to a database that was set aside, or to one that a backup will bring back.
    """
    moved = []
    hours = int((until - since) / _LOOK_BACK) + 2
    for hour in range(hours):
        for record_id, path in tuple(images.in_hour(since + hour * _LOOK_BACK)):
            if record_id < first_id:
                continue
            record = records.get(record_id)
            if record is None or path not in (record.image_path, record.map_path):
                moved.append(images.set_aside(path, ORPHANS))
    return tuple(moved)
