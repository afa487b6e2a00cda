"""What one training tells while it runs: how far it is, what it left out, and that a person ended it."""

import logging
import math
import time
from collections.abc import Callable
from typing import Final

from inspector.core.errors import InspectorError
from inspector.training.job import Phase, TrainingCancelled, TrainingProgress
from inspector.training.samples import Sample, Skipped
from inspector.training.sources import MAX_LISTED

logger = logging.getLogger(__name__)

REPORT_EVERY_S: Final = 0.25


class RunNews:
    """Begins to count when it is made.

    Attributes:
        cancelled: whether a person ended it.
        limit_s: seconds for the whole; None for no limit.
        skipped: what was left out, and why.
    """

    def __init__(
        self, progress: Callable[[TrainingProgress], None], cancelled: Callable[[], bool], limit_s: float | None
    ) -> None:
        """Tell nothing yet.

        Args:
            progress: called often; must return at once.
            cancelled: asked often.
            limit_s: seconds for the whole; None for no limit.
        """
        self.cancelled = cancelled
        self.limit_s = limit_s
        self.skipped: list[Skipped] = []
        self._progress = progress
        self._started = time.perf_counter()
        self._last_report, self._last_phase = -math.inf, Phase.READ

    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self._started

    def check_cancelled(self) -> None:
        """Go on, or raise `TrainingCancelled`."""
        if self.cancelled():
            raise TrainingCancelled("cancelled; no model was written")

    def skip(self, sample: Sample, error: InspectorError) -> None:
        """A picture cannot be used; said once for each."""
        if all(entry.name != sample.name for entry in self.skipped):
            logger.warning("Left out %r: %s", sample.name, error)
            self.skipped.append(Skipped(sample.name, str(error)))

    def reasons(self) -> list[str]:
        """Why the first pictures were left out, for a message."""
        return [f"{entry.name}: {entry.reason}" for entry in self.skipped[:MAX_LISTED]]

    def report(
        self,
        phase: Phase,
        step: int,
        steps: int,
        *,
        loss: float | None = None,
        gradient_norm: float | None = None,
        seconds_left: float | None = None,
        message: str = "",
    ) -> None:
        """Tell how far it is; most calls of a fast phase tell nothing."""
        now = self.elapsed()
        news = bool(message) or phase is not self._last_phase or step >= steps
        if not news and now - self._last_report < REPORT_EVERY_S:
            return
        self._last_report, self._last_phase = now, phase
        if seconds_left is None and self.limit_s is not None:
            seconds_left = max(self.limit_s - now, 0.0)
        self._progress(TrainingProgress(phase, step, steps, loss, gradient_norm, now, seconds_left, message))
