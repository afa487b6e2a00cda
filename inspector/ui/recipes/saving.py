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


class DraftWriter:
    """Holds the newest draft and writes it; no part of Qt, because it is worked with in other threads."""

    def __init__(self, store: Callable[[RecipeDraft], object], draft: RecipeDraft) -> None:
        """Take the draft as it is stored now.

        Args:
            store: writes a draft; on disk when it returns.
            draft: needs no writing.
        """
        self._store = store
        self._lock = threading.Lock()
        self._written = draft
        self.newest = draft
        self.forgotten = False

    @property
    def unsaved(self) -> bool:
        """Whether something waits to be written."""
        return self.newest is not self._written and not self.forgotten

    def write(self) -> datetime:
        """Write what waits, in the thread that calls; waits for a write that is under way.

        Returns:
            When everything was on disk, aware UTC.

        Raises:
            InspectorError: it cannot be written.
        """
        # Whoever holds the lock writes the newest, so an older draft can never land on a newer one.
        with self._lock:
            draft = self.newest
            if draft is not self._written and not self.forgotten:
                self._store(draft)
                self._written = draft
        return datetime.now(UTC)


class DraftSaver(QObject):
    """Saves one draft again and again.

    `saved` carries the time; `failed` the error, after which it tries again by itself until it succeeds.
    """

    saving = Signal()
    saved = Signal(object)
    failed = Signal(object)

    def __init__(
        self, background: Background, store: Callable[[RecipeDraft], object], draft: RecipeDraft, parent: QObject
    ) -> None:
        """Take the draft as it is stored now.

        Args:
            background: runs `store`.
            store: writes a draft; on disk when it returns. Not in the main thread, except at the very end.
            draft: needs no writing.
            parent: owner.
        """
        super().__init__(parent)
        self._background = background
        self.writer = DraftWriter(store, draft)
        self._running = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)
        self._latest = QTimer(self)
        self._latest.setSingleShot(True)
        self._latest.setInterval(_LONGEST_MS)
        self._latest.timeout.connect(self.save_now)

    def put(self, draft: RecipeDraft) -> None:
        """Take a newer draft; it is written soon."""
        self.writer.newest = draft
        if self.writer.forgotten:
            return
        self._timer.start(PAUSE_MS)
        if not self._latest.isActive():
            self._latest.start()

    def save_now(self) -> None:
        """Write in the background without waiting for a pause."""
        self._timer.stop()
        self._latest.stop()
        if not self.writer.unsaved or self._running:
            return
        self._running = True
        self.saving.emit()
        self._background.run(self.writer.write, self, self._on_saved, self._on_failed, topic="save")

    def forget(self) -> None:
        """Write nothing any more: the draft was published or is discarded. What is being written is still written."""
        self._timer.stop()
        self._latest.stop()
        self.writer.forgotten = True

    def _on_saved(self, when: datetime) -> None:
        self._running = False
        self.saved.emit(when)
        if self.writer.unsaved and not self._timer.isActive():
            self.save_now()

    def _on_failed(self, error: InspectorError) -> None:
        self._running = False
        self.failed.emit(error)
        if not self.writer.forgotten:
            self._timer.start(_AGAIN_MS)
