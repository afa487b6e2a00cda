"""A line that remembers what it was told: for the simulated line, for tests, and while no real output is wired."""

import threading
from collections import Counter, deque
from dataclasses import dataclass

from inspector.core.decision import Decision, Verdict

_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as the line heard it."""

    frame_id: int
    verdict: Verdict
    simulated: bool


class SimulatedOutput:
    """Implements `core.ports.LineOutput` without wires; safe to read from any thread."""

    def __init__(self) -> None:
        """Begin as a line should: not ready, rejecting."""
        self._lock = threading.Lock()
        self._answers: deque[Told] = deque(maxlen=_REMEMBERED)
        self._counts: Counter[Verdict] = Counter()
        self._ready = False
        self._fault = False
        self._beats = 0

    @property
    def answers(self) -> tuple[Told, ...]:
        """The newest thousand answers, oldest first."""
        with self._lock:
            return tuple(self._answers)

    @property
    def is_ready(self) -> bool:
        """Whether parts may come."""
        return self._ready

    @property
    def is_fault(self) -> bool:
        """Whether the line was told of a fault."""
        return self._fault

    @property
    def beats(self) -> int:
        """Heartbeats so far."""
        return self._beats

    def count(self, verdict: Verdict) -> int:
        """Answers of one kind so far."""
        with self._lock:
            return self._counts[verdict]

    def ready(self, *, ready: bool) -> None:
        """Whether parts may come."""
        self._ready = ready

    def report(self, frame_id: int, decision: Decision, *, simulated: bool) -> None:
        """Remember one answer."""
        with self._lock:
            self._answers.append(Told(frame_id, decision.verdict, simulated))
            self._counts[decision.verdict] += 1

    def fault(self, *, active: bool) -> None:
        """Whether a fault stands."""
        self._fault = active

    def beat(self) -> None:
        """Count a heartbeat."""
        self._beats += 1

    def close(self) -> None:
        """Everything to reject."""
        self._ready = False
