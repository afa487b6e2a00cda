"""The child's end of a camera process: requests in, answers, events, beats and log lines out.

A child that hangs inside a driver cannot look at the pipe, and no Python thread of it can run either. A C-level
watchdog (`faulthandler`) ends it by itself then, and writes where it hung; it is set anew with every beat and every
announced call.
"""

import contextlib
import faulthandler
import json
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate

from inspector.core.errors import OperationalError, TriggerRefused

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import TracebackType

logger = logging.getLogger(__name__)

BEAT_S = 0.1
WATCHDOG_S = 3.0
"""How long a child may hang with nobody to kill it before it ends itself."""
_FORCED_EXIT = 70


class ParentGone(Exception):
    """The program closed its end of the pipe or died: stop the camera and end."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something the program asks for; every request gets exactly one answer or refusal."""

    what: str
    number: int
    fields: Mapping[str, Any] = field(default_factory=dict)


class Link:
    """The child's end of the pipe. One thread, except for log lines."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        """Take over the pipe's end."""
        self._pipe = pipe
        self._lock = threading.Lock()
        self._beat_at = 0.0

    def receive(self, timeout_s: float) -> Request | None:
        """The next request, or None after `timeout_s`.

        Raises:
            ParentGone: nobody will ever ask again.
        """
        try:
            if not self._pipe.poll(timeout_s):
                return None
            message = json.loads(self._pipe.recv_bytes())
        except (EOFError, OSError) as error:
            raise ParentGone from error
        return Request(message.pop("kind"), message.pop("request"), message)

    def send(self, kind: str, **fields: object) -> None:
        """Tell the program something.

        Raises:
            ParentGone: nobody listens.
        """
        data = json.dumps({"kind": kind, **fields}).encode()
        with self._lock:
            try:
                if sys.platform != "win32" and not select.select([], [self._pipe.fileno()], [], 0)[1]:
                    # The program stands still, not the driver: wait for it, however long.
                    faulthandler.cancel_dump_traceback_later()
                self._pipe.send_bytes(data)
            except OSError as error:
                raise ParentGone from error

    def answer(self, request: Request, **value: object) -> None:
        """Answer a request."""
        self.send("answer", request=request.number, value=value)

    def refuse(self, request: Request, error: OperationalError | TriggerRefused) -> None:
        """Answer a request with an error, which is raised again where it was asked."""
        parts = (error.code, error.message, error.hint) if isinstance(error, OperationalError) else ("", str(error), "")
        self.send("answer", request=request.number, refused=parts)

    def beat(self, **counters: object) -> None:
        """Show life; every turn of the loop calls this, and every 100 ms it is sent."""
        now = time.monotonic()
        if now - self._beat_at >= BEAT_S:
            self._beat_at = now
            _watch(WATCHDOG_S)
            self.send("beat", **counters)

    @contextlib.contextmanager
    def busy(self, what: str, limit_s: float) -> Iterator[None]:
        """Announce a call that may block, and for how long it may before this process is killed."""
        self.send("busy", what=what, limit_s=limit_s)
        _watch(limit_s + WATCHDOG_S)
        try:
            yield
        finally:
            self._beat_at = 0.0
            self.beat()


def _watch(limit_s: float) -> None:
    """End this process from C if this is not called again in time; Python may not be able to run by then."""
    file = sys.stderr if sys.stderr is not None else sys.__stderr__
    if file is not None:
        faulthandler.dump_traceback_later(limit_s, exit=True, file=file)


class _PipeHandler(logging.Handler):
    """Sends log records to the program."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(ParentGone):
            self._link.send("log", name=record.name, level=record.levelno, text=self.format(record))


class _Evidence:
    """Logs what is about to end this process, and lets it."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        """Log, and leave without a second traceback on standard error."""
        if error is not None and not isinstance(error, (ParentGone, SystemExit)):
            logger.error("the camera process ends by a fault of its own", exc_info=error)
            _leave(_FORCED_EXIT)


def _leave(code: int) -> None:
    """End now: the destructors of a driver in an unknown state may hang or crash."""
    logging.shutdown()
    os._exit(code)


def run_child(
    pipe: "Connection[Any, Any]",
    level: int,
    body: Callable[Concatenate[Link, ...], None],
    args: tuple[object, ...],
) -> None:
    """The child's first function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - a windowed program has none; kept open for good
    faulthandler.enable(file=sys.stderr)
    link = Link(pipe)
    root = logging.getLogger()
    root.handlers[:] = [_PipeHandler(link)]
    root.setLevel(level)
    with _Evidence(), contextlib.suppress(ParentGone):
        body(link, *args)
    _leave(0)
