"""Time as an argument, so that tests can move it (R-28)."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for stamps, monotonic time for durations."""

    def now(self) -> datetime:
        """Aware UTC."""

    def monotonic_ns(self) -> int:
        """Never goes back."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The computer's own clocks."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """Never goes back."""
        return time.monotonic_ns()
