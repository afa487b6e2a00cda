"""A run of the line without a window: starts it, waits for its end, and sums up what it did."""

import threading
import time

from inspector.core.emitter import Emitter
from inspector.core.line import LineState, LineStatus
from inspector.core.record import Counts, Inspection
from inspector.services.inspection import InspectionService

_ENDED = (LineState.STOPPED, LineState.FAULTED)


class HeadlessRun:
    """One run from Start to Stopped or Fault; counts until the line is closed, because a fault still drains parts.

    Attributes:
        inspected: every inspection, already counted; in the inspect thread.
        answer_ms: from arrival to answer, for every part.
        counts: sums by verdict.
        ended: the state that ended the run.
        rate_hz: parts per second between the first and the last answer.
    """

    def __init__(self, line: InspectionService) -> None:
        """Nothing runs yet."""
        self._line = line
        self._ended = threading.Event()
        self._first_s = self._last_s = 0.0
        self.inspected: Emitter[Inspection] = Emitter("HeadlessRun.inspected")
        self.answer_ms: list[float] = []
        self.counts = Counts()
        self.ended = LineState.STOPPED

    @property
    def rate_hz(self) -> float:
        """Parts per second; 0 for fewer than two parts."""
        span_s = self._last_s - self._first_s
        return (len(self.answer_ms) - 1) / span_s if span_s > 0 else 0.0

    def run(self, limit: int | None) -> None:
        """Inspect until `limit` parts are answered, the source ends, somebody stops the line, or it faults."""
        self._line.inspected.connect(self._count)
        self._line.status_changed.connect(self._watch)
        self._line.start(limit)
        # Waiting in slices lets the interpreter deliver signals.
        while not self._ended.wait(0.2):
            pass

    def _count(self, inspection: Inspection) -> None:
        self._last_s = time.perf_counter()
        self._first_s = self._first_s or self._last_s
        self.answer_ms.append(inspection.decision.timings.answer_ms)
        self.counts = self.counts.plus(inspection.decision.verdict)
        self.inspected.emit(inspection)

    def _watch(self, status: LineStatus) -> None:
        if status.state in _ENDED:
            self.ended = status.state
            self._ended.set()
