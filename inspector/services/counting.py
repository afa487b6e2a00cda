"""Sums of the lot and of the shift, as the station shows them."""

from datetime import datetime, timedelta

from inspector.core.decision import Verdict
from inspector.core.ports import RecordStore
from inspector.core.record import Counts
from inspector.services.clock import Clock

_SHIFT_STARTS_H = (6, 14, 22)


class PartCounter:
    """Begins with what the records say and counts on; simulated parts are never added to real ones (FS-12)."""

    def __init__(self, records: RecordStore, clock: Clock, *, simulated: bool) -> None:
        """Start at zero; `load` reads the records of real or of simulated parts."""
        self._records = records
        self._clock = clock
        self._simulated = simulated
        self._shift = shift_start(clock.now().astimezone())
        self.lot = ""
        self.lot_counts = Counts()
        self.shift_counts = Counts()

    def use(self, *, simulated: bool) -> None:
        """The camera turned out to be a real one, or not: begin with the sums of its kind."""
        if simulated != self._simulated:
            self._simulated = simulated
            self.load()

    def load(self) -> None:
        """Read the sums from the records."""
        self.shift_counts = self._records.counts(since=self._shift, simulated=self._simulated)
        self.open_lot(self.lot)

    def open_lot(self, lot: str) -> None:
        """Begin or go on with a lot. Parts without a lot are summed over the shift."""
        self.lot = lot
        self.lot_counts = self._records.counts(lot=lot, since=None if lot else self._shift, simulated=self._simulated)

    def count(self, verdict: Verdict) -> None:
        """One more part; a new shift begins at zero."""
        shift = shift_start(self._clock.now().astimezone())
        if shift > self._shift:
            self._shift = shift
            self.shift_counts = Counts()
            if not self.lot:
                self.lot_counts = Counts()
        self.lot_counts = self.lot_counts.plus(verdict)
        self.shift_counts = self.shift_counts.plus(verdict)


def shift_start(now: datetime) -> datetime:
    """When the shift of a moment began; shifts begin at 6, 14 and 22 o'clock of the station's time."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [midnight - timedelta(hours=2), *(midnight + timedelta(hours=hour) for hour in _SHIFT_STARTS_H)]
    return max(start for start in starts if start <= now)
