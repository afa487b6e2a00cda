"""How news travels up from the threads of the line without knowing who listens."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Emitter(Generic[T]):
    """A list of listeners for one kind of news; safe to use from any thread.

    Listeners run in the thread that emits and must return at once. One that raises is logged and does not keep
    the others from hearing: a screen must never change a verdict (FS-16).
    """

    def __init__(self, name: str) -> None:
        """Name the emitter for the log."""
        self._name = name
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[T], None], ...] = ()

    def connect(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Add a listener; the returned function takes it away again."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def disconnect() -> None:
            with self._lock:
                self._listeners = tuple(kept for kept in self._listeners if kept is not listener)

        return disconnect

    def emit(self, payload: T) -> None:
        """Tell every listener, in the order they were connected."""
        for listener in self._listeners:
            try:
                listener(payload)
            except Exception:
                logger.exception("A listener of %s failed", self._name)
