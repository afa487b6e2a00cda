"""Heavy work that must never slow the line: one thread of low priority, one piece of work at a time."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from inspector.core.errors import OperationalError

logger = logging.getLogger(__name__)

_NICE: Final = 10

T = TypeVar("T")


class LowPriority:
    """Runs work for callers that wait for it.

    Where threads have priorities of their own (Linux), this one gives way to those of the line, and so do the threads
    that libraries start from it: with a model in each, 90 % of a contested processor goes to the line.
    """

    def __init__(self, name: str) -> None:
        """Name the thread; it starts with the first work."""
        self._pool = ThreadPoolExecutor(1, name, initializer=_step_back)
        self._closed = False
        self.closing = threading.Event()

    def run(self, work: Callable[[], T]) -> T:
        """Wait for earlier work, do this, and return what it returns; not from within work.

        Raises:
            OperationalError: SYS-001: the program is closing; and whatever the work raises.
        """
        try:
            future = self._pool.submit(self._unless_closing, work)
        except RuntimeError as error:
            raise _closing() from error
        return future.result()

    def close(self, last: Callable[[], None] = lambda: None) -> None:
        """Do `last` after the work in hand, which should end soon, and end the thread; idempotent."""
        self.closing.set()
        if not self._closed:
            self._closed = True
            self._pool.submit(last)
        self._pool.shutdown(wait=True)

    def _unless_closing(self, work: Callable[[], T]) -> T:
        if self.closing.is_set():
            raise _closing()
        return work()


def _closing() -> OperationalError:
    return OperationalError("SYS-001", "The program is closing.")


def _step_back() -> None:
    """Lower the priority of the calling thread; Linux counts it for each thread, other systems go on as before."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
