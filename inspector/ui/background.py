"""Short work that a page must wait for, away from the main thread.

The page asks again before the first answer came: only the answer to the last question is delivered. The owner is gone
when the answer comes: it is dropped. Owner and receivers are QObjects and their methods, so nothing is kept alive and
nothing runs in a foreign thread (R-26, R-27).
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from inspector.core.errors import InspectorError, OperationalError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Background(QObject):
    """Two threads for reads of pages, and two more for work of minutes, so that no read waits behind it."""

    _finished = Signal(int)

    def __init__(self) -> None:
        """Start nothing yet; threads begin with the first work."""
        super().__init__()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="background")
        self._long_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="long-work")
        self._lock = threading.Lock()
        self._answers: dict[int, tuple[object, InspectorError | None]] = {}
        self._waiting: dict[int, tuple[QObject, str, Callable[..., None], Callable[[InspectorError], None]]] = {}
        self._newest: dict[tuple[int, str], int] = {}
        self._number = 0
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        fn: Callable[[], T],
        owner: QObject,
        done: Callable[[T], None],
        failed: Callable[[InspectorError], None],
        *,
        topic: str = "",
        takes_long: bool = False,
    ) -> None:
        """Do `fn` in a background thread and hand its answer to the owner in the main thread.

        Args:
            fn: touches no widget.
            owner: the answer is dropped when it no longer exists.
            done: a method of the owner.
            failed: a method of the owner; a bug in `fn` arrives as SYS-001, with its traceback in the log.
            topic: a newer question of the same owner and topic supersedes this one.
            takes_long: `fn` may take more than a second; whoever asks must be able to cancel it.
        """
        self._number += 1
        number = self._number
        key = (id(owner), topic)
        superseded = self._newest.get(key)
        if superseded is not None:
            self._waiting.pop(superseded, None)
        self._newest[key] = number
        self._waiting[number] = (owner, topic, done, failed)
        (self._long_pool if takes_long else self._pool).submit(self._work, number, fn)

    def close(self) -> None:
        """Drop what has not begun, wait for what has; no answer is delivered any more."""
        self._waiting.clear()
        self._newest.clear()
        for pool in (self._pool, self._long_pool):
            pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, number: int, fn: Callable[[], object]) -> None:
        answer: object = None
        error: InspectorError | None = None
        try:
            answer = fn()
        except InspectorError as known:
            error = known
        except Exception as bug:
            logger.exception("background work failed")
            error = OperationalError("SYS-001", f"{type(bug).__name__}: {bug}")
        with self._lock:
            self._answers[number] = (answer, error)
        self._finished.emit(number)

    @Slot(int)
    def _on_finished(self, number: int) -> None:
        with self._lock:
            answer, error = self._answers.pop(number)
        waiting = self._waiting.pop(number, None)
        if waiting is None:
            return
        owner, topic, done, failed = waiting
        if self._newest.get((id(owner), topic)) == number:
            del self._newest[(id(owner), topic)]
        if not shiboken6.isValid(owner):
            return
        if error is None:
            done(answer)
        else:
            failed(error)
