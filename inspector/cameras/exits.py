"""How a camera process ended, in words, and how often a driver may end before nobody starts it again (CAM-005)."""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable

from inspector.core.errors import OperationalError

_SIGNAL_WORDS = {
    "SIGSEGV": "a memory fault",
    "SIGBUS": "a memory fault",
    "SIGABRT": "an internal failure (abort)",
    "SIGILL": "an illegal instruction",
    "SIGFPE": "an arithmetic fault",
    "SIGKILL": "a kill from outside",
    "SIGTERM": "a request to end",
}
_WINDOWS_WORDS = {
    0xC0000005: "a memory fault",
    0xC0000409: "a damaged stack",
    0xC000001D: "an illegal instruction",
    0xC0000094: "an arithmetic fault",
    0xC0000135: "a missing DLL",
}


def exit_words(code: int | None) -> str:
    """Say in words how a process ended.

    Args:
        code: as `multiprocessing` reports it: negative for a signal; None while it runs.
    """
    if code is None:
        return "still running"
    if code == 0:
        return "ended without being asked"
    if code & 0xFFFFFFFF in _WINDOWS_WORDS:
        return f"ended by {_WINDOWS_WORDS[code & 0xFFFFFFFF]} (code 0x{code & 0xFFFFFFFF:08X})"
    number = -code if code < 0 else code - 128 if 128 < code < 160 else 0
    if number:
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return f"ended by {_SIGNAL_WORDS.get(name, name)} (code {code})"
    return f"ended with an error (code {code})"


class ExitLedger:
    """Counts how often drivers ended by themselves, and forbids the next attempt after too many (CAM-005).

    The catalog owns one for the life of the program and hands it to every camera process it starts. Only ends that
    nobody asked for count; a process that we killed because its camera was unplugged says nothing about the driver.
    Any thread.
    """

    def __init__(self, limit: int = 3, window_s: float = 600.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Forbid a driver after `limit` ends within `window_s`."""
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: dict[str, deque[float]] = {}
        self._barred: dict[str, int] = {}

    def note(self, driver: str) -> None:
        """A process of this driver ended by itself."""
        now = self._clock()
        with self._lock:
            ends = self._ends.setdefault(driver, deque())
            ends.append(now)
            while ends and now - ends[0] > self._window_s:
                ends.popleft()
            if len(ends) >= self._limit:
                self._barred[driver] = len(ends)

    def check(self, driver: str) -> None:
        """Let an attempt through, or not.

        Raises:
            OperationalError: CAM-005, this driver ended too often and nobody has acknowledged that yet.
        """
        with self._lock:
            count = self._barred.get(driver)
        if count is not None:
            raise OperationalError(
                "CAM-005", f"The camera driver {driver} ended {count} times.", "Update it or call support."
            )

    def acknowledge(self, driver: str | None = None) -> None:
        """Allow attempts again, for one driver or for all; the count starts afresh."""
        with self._lock:
            for name in [driver] if driver is not None else list(self._ends):
                self._ends.pop(name, None)
                self._barred.pop(name, None)
