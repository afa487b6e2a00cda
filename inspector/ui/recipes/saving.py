"""Keeps a draft: written within 300 ms of the last change, away from the main thread, and always the newest one."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.core.draft import RecipeDraft
from inspector.core.errors import InspectorError
from inspector.ui.background import Background

PAUSE_MS = 150
"""A person types on; the rest of the 300 ms is for the disk."""
_LONGEST_MS = 1000  # while a handle is dragged without a pause
_AGAIN_MS = 3000


class DraftSaver(QObject):
    """Saves one draft again and again.

    `saved` carries the time; `failed` the error, after which it tries again by itself until it succeeds.
    """

    saving = Signal()
    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, background: Background, store: Callable[[RecipeDraft], object], draft: RecipeDraft) -> None:
        """Take the draft as it is stored now.

        Args:
            background: runs `store`.
            store: writes a draft; on disk when it returns. Not in the main thread, except at the very end.
            draft: needs no writing.
        """
        super().__init__()
        self._background, self._store = background, store
        self._lock = threading.Lock()
        self._newest = self._written = draft
        self._running = self._forgotten = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)
        self._latest = QTimer(self)
        self._latest.setSingleShot(True)
        self._latest.setInterval(_LONGEST_MS)
        self._latest.timeout.connect(self.save_now)

    @property
    def unsaved(self) -> bool:
        """Whether something waits to be written."""
        return self._newest is not self._written

    def put(self, draft: RecipeDraft) -> None:
        """Take a newer draft; it is written soon."""
        self._newest = draft
        if self._forgotten:
            return
        self._timer.start(PAUSE_MS)
        if not self._latest.isActive():
            self._latest.start()

    def save_now(self) -> None:
        """Write in the background without waiting for a pause."""
        self._timer.stop()
        self._latest.stop()
        if not self.unsaved or self._running:
            return
        self._running = True
        self.saving.emit()
        self._background.run(self.write, self, self._on_saved, self._on_failed, topic="save")

    def forget(self) -> None:
        """Write nothing any more: the draft was published or discarded."""
        self._timer.stop()
        self._latest.stop()
        with self._lock:
            self._forgotten = True

    def write(self) -> datetime:
        """Write what waits, in the thread that calls.

        Returns:
            When everything was on disk, aware UTC.

        Raises:
            InspectorError: it cannot be written.
        """
        # Whoever holds the lock writes the newest, so an older draft can never land on a newer one.
        with self._lock:
            draft = self._newest
            if draft is not self._written and not self._forgotten:
                self._store(draft)
                self._written = draft
        return datetime.now(UTC)

    def _on_saved(self, when: datetime) -> None:
        self._running = False
        self.saved.emit(when)
        if self.unsaved and not self._forgotten and not self._timer.isActive():
            self.save_now()

    def _on_failed(self, error: InspectorError) -> None:
        self._running = False
        self.failed.emit(error)
        self._timer.start(_AGAIN_MS)
