"""`RecordStore` in memory, with a disk that can be told to refuse or to wait."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from inspector.core.record import Counts, InspectionRecord, KeptFiles
from inspector.core.refs import RecipeRef

if TYPE_CHECKING:
    from inspector.core.errors import OperationalError


class MemoryRecordStore:
    """Keeps records in the order of storing.

    Attributes:
        error: raised by every write while it is set.
        gate: writes wait until it is set; it is set at first.
        entered: set whenever a write has begun.
        batches: size of every `add` that succeeded.
    """

    def __init__(self) -> None:
        self.error: OperationalError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.batches: list[int] = []
        self._records: dict[str, InspectionRecord] = {}

    def add(self, records: Sequence[InspectionRecord]) -> None:
        if not records:
            return
        self._write()
        for record in records:
            self._records.setdefault(record.id, record)
        self.batches.append(len(records))

    def attach(self, files: Sequence[KeptFiles]) -> None:
        if not files:
            return
        self._write()
        for one in files:
            record = self._records.get(one.record_id)
            if record is None:
                continue
            if one.image or one.map:
                self._records[record.id] = replace(
                    record,
                    image_path=one.image.path if one.image else "",
                    image_sha256=one.image.sha256 if one.image else "",
                    map_path=one.map.path if one.map else "",
                    map_sha256=one.map.sha256 if one.map else "",
                    awaited=False,
                    shed=False,
                )
            elif record.awaited:
                self._records[record.id] = replace(record, awaited=False, shed=True)

    def get(self, record_id: str) -> InspectionRecord | None:
        return self._records.get(record_id)

    def recent(self, limit: int) -> tuple[InspectionRecord, ...]:
        return tuple(reversed(self._records.values()))[:limit]

    def counts(self, *, lot: str | None = None, since: datetime | None = None, simulated: bool | None = None) -> Counts:
        sums = Counts()
        for record in tuple(self._records.values()):
            if (
                (lot is None or record.lot == lot)
                and (since is None or record.captured_at >= since)
                and (simulated is None or record.simulated == simulated)
            ):
                sums = sums.plus(record.verdict)
        return sums

    def last_inspected(self, recipe: RecipeRef) -> datetime | None:
        return max((one.captured_at for one in self._records.values() if one.recipe == recipe), default=None)

    def flag(self, record_id: str, *, flagged: bool) -> None:
        self._write()
        if record_id in self._records:
            self._records[record_id] = replace(self._records[record_id], flagged=flagged)

    def _write(self) -> None:
        self.entered.set()
        assert self.gate.wait(30), "nobody opened the gate"
        if self.error is not None:
            raise self.error
