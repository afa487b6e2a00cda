"""What is wrong now, and what was wrong and nobody has seen yet (FS-17)."""

import threading
from collections.abc import Callable
from dataclasses import replace

from inspector.core.emitter import Emitter
from inspector.core.errors import OperationalError
from inspector.core.line import Fault, FaultLife, Severity, severity_of
from inspector.services.clock import Clock


class FaultBoard:
    """Faults by code, from any thread. A fault that is gone but not acknowledged stays."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing wrong."""
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self.changed: Emitter[tuple[Fault, ...]] = Emitter("FaultBoard.changed")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """In the order of the fault bar: unacknowledged first, then severity, then time."""
        with self._lock:
            return self._sorted()

    @property
    def stops_line(self) -> bool:
        """Whether something active makes verdicts untrustworthy."""
        return any(fault.severity is Severity.STOP and fault.life is not FaultLife.GONE_NEW for fault in self.faults)

    def report(self, error: OperationalError) -> None:
        """Put a fault on the board; one that stands there keeps its time and takes the new text."""
        self._change(lambda: self._put(error))

    def gone(self, code: str) -> None:
        """The cause is away: an acknowledged fault leaves, another one stays until somebody has read it."""
        self._change(lambda: self._gone(code))

    def acknowledge(self, code: str) -> None:
        """Somebody has read it: silences it; one whose cause is away leaves."""
        self._change(lambda: self._acknowledge(code))

    def _put(self, error: OperationalError) -> None:
        known = self._faults.get(error.code)
        if known is None or known.life is FaultLife.GONE_NEW:
            self._faults[error.code] = Fault(
                error.code, severity_of(error.code), error.message, error.hint, self._clock.now()
            )
        else:
            self._faults[error.code] = replace(known, message=error.message, hint=error.hint)

    def _gone(self, code: str) -> None:
        fault = self._faults.get(code)
        if fault is None:
            return
        if fault.life is FaultLife.ACTIVE_ACKNOWLEDGED:
            del self._faults[code]
        else:
            self._faults[code] = replace(fault, life=FaultLife.GONE_NEW)

    def _acknowledge(self, code: str) -> None:
        fault = self._faults.get(code)
        if fault is None:
            return
        if fault.life is FaultLife.GONE_NEW:
            del self._faults[code]
        else:
            self._faults[code] = replace(fault, life=FaultLife.ACTIVE_ACKNOWLEDGED)

    def _change(self, change: Callable[[], None]) -> None:
        with self._lock:
            before = self._sorted()
            change()
            after = self._sorted()
        if after != before:
            self.changed.emit(after)

    def _sorted(self) -> tuple[Fault, ...]:
        return tuple(
            sorted(
                self._faults.values(),
                key=lambda fault: (fault.life is FaultLife.ACTIVE_ACKNOWLEDGED, fault.severity, fault.since),
            )
        )
