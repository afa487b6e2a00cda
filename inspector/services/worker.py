"""One named thread with one owner: start, stop, join within a time, and a failure that cannot be missed."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Worker:
    """Runs a function in a thread of its own until it returns or is told to stop.

    The function gets an event and must return soon after it is set. An exception that leaves it is a bug of ours: it is
    logged with its traceback and handed to `on_failure`, in the worker's thread, so that the line can be made safe.
    """

    def __init__(
        self, name: str, run: Callable[[threading.Event], None], on_failure: Callable[[Exception], None]
    ) -> None:
        """Name the thread; nothing runs yet."""
        self._name = name
        self._run = run
        self._on_failure = on_failure
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread.

        Raises:
            RuntimeError: it runs already.
        """
        if self.alive:
            raise RuntimeError(f"{self._name} runs already")
        self._stop.clear()
        self._thread = threading.Thread(target=self._guarded, name=self._name)
        self._thread.start()

    def request_stop(self) -> None:
        """Ask the function to return; does not wait."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it did not come within the time. From its own thread it does not wait."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout_s)
        if thread.is_alive():
            logger.error("Thread %s did not end within %.1f s", self._name, timeout_s)
            return False
        return True

    def stop(self, timeout_s: float) -> bool:
        """Ask and wait; False when the thread did not end within the time."""
        self.request_stop()
        return self.join(timeout_s)

    def _guarded(self) -> None:
        try:
            self._run(self._stop)
        except Exception as error:
            logger.exception("Thread %s failed", self._name)
            self._on_failure(error)
