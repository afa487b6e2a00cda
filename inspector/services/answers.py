"""Every trigger gets exactly one answer, in order, and a late one is a reject (R-03, FS-2, FS-5)."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from inspector.core.decision import Decision, Reason, Verdict, not_inspected
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.ports import LineOutput
from inspector.core.recipe import Recipe
from inspector.services.clock import Clock
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _OpenPart:
    part: Frame | MissedFrame
    deadline_ns: int
    recipe: Recipe


class Answers:
    """The book of open parts, and the thread that closes those whose time is over.

    The inspect thread and the deadline thread both answer, always the oldest open part first and under one lock, so
    answers keep the order of triggers and a part is answered once. A decision that comes after its part was closed is
    turned into NOT_INSPECTED, LATE: the line has read a reject, and the record says the same.
    """

    def __init__(
        self,
        output: LineOutput,
        clock: Clock,
        *,
        on_undelivered: Callable[[OperationalError], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """Nothing is open; the deadline thread starts with `start`."""
        self._output = output
        self._clock = clock
        self._on_undelivered = on_undelivered
        self._changed = threading.Condition()
        self._open: deque[_OpenPart] = deque()
        self._triggers = 0
        self._answered = 0
        self._worker = Worker("deadline", self._run, on_failure)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Parts that were opened, were answered, and are open, since the last reset."""
        with self._changed:
            return self._triggers, self._answered, len(self._open)

    def start(self) -> None:
        """Start the deadline thread."""
        self._worker.start()

    def close(self, timeout_s: float = 2.0) -> bool:
        """End the deadline thread."""
        self._worker.request_stop()
        with self._changed:
            self._changed.notify_all()
        return self._worker.join(timeout_s)

    def reset(self) -> None:
        """Begin a new count; every part must have been answered.

        Raises:
            RuntimeError: a part is still open.
        """
        with self._changed:
            if self._open:
                raise RuntimeError(f"{len(self._open)} parts have no answer yet")
            self._triggers = self._answered = 0

    def open(self, part: Frame | MissedFrame, recipe: Recipe, deadline_ms: int) -> None:
        """A part has been triggered; its time runs from the arrival of its frame."""
        with self._changed:
            self._triggers += 1
            self._open.append(_OpenPart(part, part.received_ns + deadline_ms * 1_000_000, recipe))
            self._changed.notify_all()

    def is_open(self, frame_id: int) -> bool:
        """Whether a part still waits for its answer."""
        with self._changed:
            return any(entry.part.frame_id == frame_id for entry in self._open)

    def answer(self, part: Frame | MissedFrame, decision: Decision) -> Decision:
        """Tell the line, unless the part was closed already.

        Returns:
            The decision as the line knows it, with the time of the answer; LATE when this one came too late.
        """
        with self._changed:
            if self._open and self._open[0].part.frame_id == part.frame_id:
                entry = self._open[0]
                if self._clock.monotonic_ns() <= entry.deadline_ns:
                    self._open.popleft()
                    return self._report(part, decision)
                self._close_oldest()
            return self._late(part, decision)

    def _run(self, stop: threading.Event) -> None:
        """The deadline thread: it only ever rejects."""
        with self._changed:
            while not stop.is_set():
                now_ns = self._clock.monotonic_ns()
                while self._open and self._open[0].deadline_ns < now_ns:
                    self._close_oldest()
                wait_s = (self._open[0].deadline_ns - now_ns) / 1e9 + 1e-3 if self._open else None
                self._changed.wait(wait_s)

    def _close_oldest(self) -> None:
        entry = self._open.popleft()
        late = not_inspected(entry.recipe, Reason.LATE, "no answer within the deadline")
        logger.warning("Part %d was answered late: reject", entry.part.frame_id)
        self._report(entry.part, late)

    def _report(self, part: Frame | MissedFrame, decision: Decision) -> Decision:
        try:
            self._output.report(part.frame_id, decision, simulated=part.simulated)
        except OperationalError as error:
            # The line has not heard it and rejects by itself (FS-3); the record must not claim a PASS.
            self._on_undelivered(error)
            decision = _rejected(decision, Reason.NOT_DELIVERED, str(error))
        self._answered += 1
        return self._stamped(part, decision)

    def _late(self, part: Frame | MissedFrame, decision: Decision) -> Decision:
        return self._stamped(part, _rejected(decision, Reason.LATE, f"decided {decision.verdict.value} too late"))

    def _stamped(self, part: Frame | MissedFrame, decision: Decision) -> Decision:
        answer_ms = max(0, self._clock.monotonic_ns() - part.received_ns) / 1e6
        return replace(decision, timings=replace(decision.timings, answer_ms=answer_ms))


def _rejected(decision: Decision, reason: Reason, detail: str) -> Decision:
    return replace(decision, verdict=Verdict.NOT_INSPECTED, reason=reason, detail=detail)
