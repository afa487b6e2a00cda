"""Work of minutes with progress and cancel: importing, scoring, measuring.

One at a time for each `LongWork`. Progress comes from a background thread into one mailbox and is shown at most ten
times a second; the answer comes through `Background`, so a window that is gone hears nothing.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.core.errors import InspectorError
from inspector.ui.background import Background

_STEP_MS = 100
_LEAST_SHARE = 0.02
_LEAST_S = 1.0

T = TypeVar("T")


class Control:
    """What the work is handed: where to say how far it is, and whether to go on."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._done = (0, 0)

    def progress(self, done: int, total: int) -> None:
        """Say how far it is; any thread."""
        with self._lock:
            self._done = (done, total)

    def cancelled(self) -> bool:
        """Whether a person wants no more of it; any thread."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to end."""
        self._cancelled.set()

    @property
    def state(self) -> tuple[int, int]:
        """How far it is."""
        with self._lock:
            return self._done


class LongWork(QObject):
    """Runs one piece of work; `progressed` carries (done, total, seconds left or None)."""

    progressed = Signal(int, int, object)
    ended = Signal()

    def __init__(self, background: Background) -> None:
        """Run nothing yet."""
        super().__init__()
        self._background = background
        self._control: Control | None = None
        self._began_s = 0.0
        self._done: Callable[..., None] | None = None
        self._failed: Callable[[InspectorError], None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._on_step)

    @property
    def running(self) -> bool:
        """Whether there is work in hand."""
        return self._control is not None

    @property
    def cancelling(self) -> bool:
        """Whether it was asked to end and has not yet."""
        return self._control is not None and self._control.cancelled()

    def start(
        self, fn: Callable[[Control], T], done: Callable[[T], None], failed: Callable[[InspectorError], None]
    ) -> bool:
        """Begin; False while something else is in hand.

        Args:
            fn: touches no widget; asks `cancelled` again and again.
            done: a method of a QObject; also called with what a cancelled work hands back.
            failed: likewise.
        """
        if self.running:
            return False
        control = self._control = Control()
        self._done, self._failed = done, failed
        self._began_s = time.monotonic()
        self._timer.start()
        self._background.run(partial(fn, control), self, self._on_done, self._on_failed, takes_long=True)
        self.progressed.emit(0, 0, None)
        return True

    def cancel(self) -> None:
        """Ask the work to end; its answer still comes."""
        if self._control is not None:
            self._control.cancel()

    def _on_step(self) -> None:
        if self._control is not None:
            done, total = self._control.state
            self.progressed.emit(done, total, self._seconds_left(done, total))

    def _seconds_left(self, done: int, total: int) -> float | None:
        """From the pace so far; None while that says little."""
        elapsed_s = time.monotonic() - self._began_s
        if not total or done < _LEAST_SHARE * total or not done or elapsed_s < _LEAST_S:
            return None
        return elapsed_s * (total - done) / done

    def _end(self) -> None:
        self._timer.stop()
        self._control = None
        self.ended.emit()

    def _on_done(self, answer: object) -> None:
        self._end()
        if self._done is not None:
            self._done(answer)

    def _on_failed(self, error: InspectorError) -> None:
        self._end()
        if self._failed is not None:
            self._failed(error)
