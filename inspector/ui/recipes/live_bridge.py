"""News of the set-up's camera as Qt signals: the newest picture only, however busy the window is."""

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from inspector.services.capture import CaptureService, CaptureStatus, LearnProgress
from inspector.services.live_shot import LiveShot
from inspector.ui.waking import Waking

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST_INTERVAL_MS = 40  # 25 pictures a second are enough to turn a lens by


class LiveBridge(QObject):
    """Listens between `open` and `close`; signals carry the service's own values, in the main thread."""

    status_changed = Signal(object)
    shot_arrived = Signal(object)
    learning_changed = Signal(object)

    def __init__(self, capture: CaptureService) -> None:
        """Listen to nothing yet."""
        super().__init__()
        self._capture = capture
        self._lock = threading.Lock()
        self._status: CaptureStatus | None = None
        self._shot: LiveShot | None = None
        self._learning: LearnProgress | None = None
        self._disconnects: tuple[Callable[[], None], ...] = ()
        self._waking = Waking(_LEAST_INTERVAL_MS)
        self._waking.due.connect(self._deliver)

    def open(self) -> None:
        """Begin to listen; idempotent."""
        if not self._disconnects:
            self._disconnects = (
                self._capture.status_changed.connect(self._hear_status),
                self._capture.shot_arrived.connect(self._hear_shot),
                self._capture.learned.connect(self._hear_learning),
            )

    def close(self) -> None:
        """Stop listening; what waits is dropped."""
        for disconnect in self._disconnects:
            disconnect()
        self._disconnects = ()
        self._waking.stop()
        with self._lock:
            self._status = self._shot = self._learning = None

    # --- in threads of the service ------------------------------------------------------------------------------------

    def _hear_status(self, status: CaptureStatus) -> None:
        with self._lock:
            self._status = status
        self._waking.wake()

    def _hear_shot(self, shot: LiveShot) -> None:
        with self._lock:
            self._shot = shot
        self._waking.wake()

    def _hear_learning(self, progress: LearnProgress) -> None:
        with self._lock:
            self._learning = progress
        self._waking.wake()

    # --- in the main thread -------------------------------------------------------------------------------------------

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            status, self._status = self._status, None
            shot, self._shot = self._shot, None
            learning, self._learning = self._learning, None
        if not self._disconnects:
            return
        if status is not None:
            self.status_changed.emit(status)
        if shot is not None:
            self.shot_arrived.emit(shot)
        if learning is not None:
            self.learning_changed.emit(learning)
