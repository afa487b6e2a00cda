"""Looks once a second at what inspection depends on, and tells the line what is wrong and what is well again."""

import logging
import threading
from collections.abc import Callable, Sequence

from inspector.core.emitter import Emitter
from inspector.core.errors import OperationalError
from inspector.core.ports import Probe, ProbeResult
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

_PERIOD_S = 1.0
_STALL_S = 5.0


class HealthService:
    """Runs probes in a thread of its own; a code that appears is reported once, one that disappears is taken back."""

    def __init__(
        self,
        probes: Sequence[Probe],
        *,
        report: Callable[[OperationalError], None],
        gone: Callable[[str], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """Keep the probes; nothing is looked at before `start`."""
        self._probes = tuple(probes)
        self._report = report
        self._gone = gone
        self._active: frozenset[str] = frozenset()
        self._worker = Worker("health", self._run, on_failure)
        self.sampled: Emitter[tuple[ProbeResult, ...]] = Emitter("HealthService.sampled")

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def close(self, timeout_s: float = 3.0) -> bool:
        """End the thread."""
        return self._worker.stop(timeout_s)

    def sample(self) -> tuple[ProbeResult, ...]:
        """Look once, now, and report what changed."""
        results = tuple(probe() for probe in self._probes)
        for result in results:
            if result.code and result.code not in self._active:
                self._report(OperationalError(result.code, f"{result.name}: {result.text}", result.hint))
        codes = frozenset(result.code for result in results if result.code)
        for code in self._active - codes:
            logger.info("%s is over", code)
            self._gone(code)
        self._active = codes
        self.sampled.emit(results)
        return results

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.sample()
            stop.wait(_PERIOD_S)


def stall_probe(stalled_s: Callable[[], float]) -> Probe:
    """Whether the inspect thread still passes its check-point: GPU-001 when it hangs (R-17)."""

    def probe() -> ProbeResult:
        stalled = stalled_s()
        if stalled > _STALL_S:
            text = f"no part was finished for {stalled:.0f} s: the model does not answer."
            return ProbeResult("Inspection", text, "GPU-001", "Restart the program; call maintenance if it returns.")
        return ProbeResult("Inspection", "passes its check-point")

    return probe
