"""Waking the main thread for what other threads put into a mailbox: once, however much arrives, and not too often."""

import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot


class Waking(QObject):
    """`due` tells, in the main thread, to empty the mailbox."""

    due = Signal()
    _woken = Signal()

    def __init__(self, least_interval_ms: int) -> None:
        """Wake nobody yet.

        Args:
            least_interval_ms: between two times that the mailbox is emptied.
        """
        super().__init__()
        self._least_interval_ms = least_interval_ms
        self._lock = threading.Lock()
        self._sent = False
        self._emptied_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tell)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def wake(self) -> None:
        """Something lies in the mailbox; any thread, after it was put there."""
        with self._lock:
            if self._sent:
                return
            self._sent = True
        self._woken.emit()

    def stop(self) -> None:
        """What was to come does not come; the next `wake` counts again. Main thread."""
        self._timer.stop()
        with self._lock:
            self._sent = False

    @Slot()
    def _on_woken(self) -> None:
        if not self._sent:
            return  # this event was posted before `stop`
        since_ms = (time.monotonic() - self._emptied_s) * 1000
        if since_ms >= self._least_interval_ms:
            self._tell()
        else:
            self._timer.start(round(self._least_interval_ms - since_ms))

    @Slot()
    def _tell(self) -> None:
        self._emptied_s = time.monotonic()
        # Before the mailbox is emptied: what arrives from now on wakes again, and nothing can be left lying.
        with self._lock:
            self._sent = False
        self.due.emit()
