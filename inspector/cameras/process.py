"""A camera process: how the program and a driver's child process talk, and what happens when one falls silent.

Drivers block for seconds, hold Python's lock while they do, and crash (cameras.md 3). Each open camera therefore lives
in a child process, and this module is everything about such a process that does not depend on the kind of camera.
GenICam and video both use it:

    program                                     child
    CameraProcess(body, args, on_event=…)  ──►  body(link, *args)          one loop, one thread
    .request("apply", …, limit_s=5)        ──►  link.receive(timeout_s) -> Request
    answer, or the error re-raised         ◄──  link.answer(…) / link.refuse(error)
    on_event(message)                      ◄──  link.send("frame", slot=3, …)
                                           ◄──  link.beat(…) every 100 ms;  with link.busy("open", 15): a slow call

Messages are JSON objects, so neither side ever unpickles what a process full of vendor code has sent. Log records of
the child come through the same pipe and are logged in the program under their own names.

**Why multiprocessing's spawn and not a command line of our own**: it hands the pipe over on Linux and Windows alike,
keeps every other handle out of the child, and in a frozen program starts the same executable again, where
`multiprocessing.freeze_support()` at the top of `main.py` is all it needs (`python -m` does not exist there). Its
price is that the child imports `main.py` once more, as a module that is not `__main__`; that file must therefore
import nothing heavy outside its guard. The child's own imports are this module, the body's module and `core`.

**Ends that are noticed.** The parent watches the beat (`CameraProcess.check`). The child watches the pipe: its end
means that the program is gone. A child that hangs inside a driver cannot look at the pipe, and no Python thread of it
can run either; a C-level watchdog (`faulthandler`) ends it by itself then and writes where it hung.
"""

import contextlib
import json
import logging
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from typing import Any, Concatenate

from inspector.cameras.exits import ExitLedger, exit_words
from inspector.cameras.link import Link, run_child
from inspector.core.errors import OperationalError, TriggerRefused

logger = logging.getLogger(__name__)

Message = dict[str, Any]

SILENCE_LIMIT_S = 1.0
"""No beat for this long, outside a busy call, means that the driver does not answer."""

_HINT_LOST = "Check cable and power. When the camera is back: Acknowledge, then Start."
_STEP_S = 0.1
_LONGEST_STEP_S = 0.5


class CameraProcess:
    """A child process with a driver in it, seen from the program.

    A reader thread takes every message out of the pipe, so that the child never waits for us and a child that stops in
    the middle of a message never blocks anyone else. Who waits for something calls `check` between short waits on
    `condition`; that is where a dead or mute process is noticed, killed and turned into CAM-002.

    Any thread may call any method. `on_event` runs in the reader thread while `condition` is held: append to something
    and return.
    """

    def __init__(
        self,
        body: Callable[Concatenate[Link, ...], None],
        args: tuple[object, ...],
        *,
        name: str,
        on_event: Callable[[Message], None],
        driver: str = "",
        ledger: ExitLedger | None = None,
    ) -> None:
        """Start the process; returns before it is ready, so the first request waits for its imports as well.

        Args:
            body: a module-level function; runs in the child and returns after a "close" request.
            args: what else it gets; plain values.
            name: for threads, processes and the log, for example "camera Viky 0".
            on_event: takes every message that is none of this module's own.
            driver: what the ledger knows it by.
            ledger: told when the process ends by itself.
        """
        self.condition = threading.Condition()
        self._name = name
        self._driver = driver
        self._ledger = ledger
        self._on_event = on_event
        self._send_lock = threading.Lock()
        self._answers: dict[int, Message | None] = {}
        self._last_request = 0
        self._lost: OperationalError | None = None
        self._asked_to_end = False
        self._pipe_ended = False
        self._busy = "start"
        self._limit_s = 15.0
        self._silent_s = 0.0
        self._checked_at = time.monotonic()
        self._counters: Message = {}

        context = multiprocessing.get_context("spawn")
        self._pipe, child_pipe = context.Pipe(duplex=True)
        self._process = context.Process(
            target=run_child,
            args=(child_pipe, logging.getLogger().getEffectiveLevel(), body, args),
            name=name,
            daemon=True,
        )
        with _no_interrupt():
            self._process.start()
        self._pid = self._process.pid or 0
        child_pipe.close()
        self._reader = threading.Thread(target=self._read, name=f"{name} reader")
        self._reader.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._pid

    @property
    def counters(self) -> Message:
        """What came with the last beat."""
        return self._counters

    @property
    def lost(self) -> bool:
        """Whether this process is of no use any more."""
        return self._lost is not None

    def request(self, what: str, *, limit_s: float, late_code: str = "", **fields: object) -> Message:
        """Ask the child for something and wait for its answer.

        Args:
            what: name of the request.
            limit_s: after this the child counts as not answering and is killed.
            late_code: for a request that may come too late without harm: raise this code then, and kill nothing.
            fields: plain values that JSON can carry.

        Raises:
            OperationalError: what the child refused with, CAM-002 when there is no child to answer, or `late_code`.
            TriggerRefused: what the child refused with.
        """
        with self.condition:
            if self._lost is not None:
                raise self._lost
            self._last_request += 1
            number = self._last_request
            self._answers[number] = None
        try:
            self._send({"kind": what, "request": number, **fields})
            give_up_at = time.monotonic() + limit_s
            with self.condition:
                while (answer := self._answers[number]) is None:
                    self.check()
                    remaining_s = give_up_at - time.monotonic()
                    if remaining_s <= 0 and late_code:
                        raise OperationalError(late_code, f"The camera did not answer “{what}” within {limit_s:g} s.")
                    if remaining_s <= 0:
                        self.declare_lost(f"no answer to “{what}” within {limit_s:g} s")
                    self.condition.wait(min(max(remaining_s, 0.0), _STEP_S))
        finally:
            with self.condition:
                self._answers.pop(number, None)
        return _unpack(answer)

    def check(self) -> None:
        """Notice a process that is gone or mute. Call it often while waiting; it costs microseconds.

        Silence is counted only while somebody looks, at most half a second per look: a program that stood still itself
        (a suspended machine, a debugger) must not blame the camera for it.

        Raises:
            OperationalError: CAM-002.
        """
        with self.condition:
            if self._lost is not None:
                raise self._lost
            now = time.monotonic()
            self._silent_s += min(now - self._checked_at, _LONGEST_STEP_S)
            self._checked_at = now
            if self._pipe_ended:
                self._process.join(0.5)
                code = self._process.exitcode
                if self._ledger is not None and not self._asked_to_end and code not in (None, 0):
                    self._ledger.note(self._driver)
                self.declare_lost("driver " + (exit_words(code) if code is not None else "closed its pipe"))
            elif self._silent_s > self._limit_s:
                doing = f" during “{self._busy}”" if self._busy else ""
                self.declare_lost(f"driver does not answer{doing}, silent for {self._silent_s:.1f} s")

    def declare_lost(self, reason: str) -> None:
        """Kill the process and say so to everyone who waits, now and later.

        Raises:
            OperationalError: CAM-002, always.
        """
        with self.condition:
            if self._lost is None:
                self._lost = OperationalError("CAM-002", f"Camera lost: {reason}.", _HINT_LOST)
                logger.warning("%s: lost: %s", self._name, reason)
                self._process.kill()
                self.condition.notify_all()
            raise self._lost

    def close(self, limit_s: float = 2.0) -> None:
        """End the process: politely, and by force after `limit_s`. Idempotent; never raises for a dead driver."""
        if self._asked_to_end:
            return
        self._asked_to_end = True
        give_up_at = time.monotonic() + limit_s
        with contextlib.suppress(OperationalError):
            self.request("close", limit_s=limit_s)
            self._process.join(max(0.1, give_up_at - time.monotonic()))
        if self._process.exitcode is None:
            self._process.kill()
        self._process.join(1.0)
        self._reader.join(1.0)
        with self.condition:
            if self._lost is None:
                self._lost = OperationalError("CAM-002", "Camera lost: it was closed.")
            self.condition.notify_all()
        if self._process.exitcode is None or self._reader.is_alive():
            # Only a process that the kernel itself cannot end is still there; it must not keep the program.
            logger.error("%s: process %d cannot be ended", self._name, self._pid)
            return
        self._process.close()
        self._pipe.close()

    def _send(self, message: Message) -> None:
        try:
            with self._send_lock:
                self._pipe.send_bytes(json.dumps(message).encode())
        except OSError:
            with self.condition:
                self._pipe_ended = True
                self.check()

    def _read(self) -> None:
        """Reader thread: until the pipe ends, or a program that ends without closing its camera does."""
        main = threading.main_thread()
        while main.is_alive():
            try:
                if not self._pipe.poll(0.5):
                    continue
                message = json.loads(self._pipe.recv_bytes())
            except (EOFError, OSError, ValueError):
                break
            with self.condition:
                self._take(message)
                self.condition.notify_all()
        else:
            self._process.kill()
        with self.condition:
            self._pipe_ended = True
            self.condition.notify_all()

    def _take(self, message: Message) -> None:
        kind = message.pop("kind")
        self._silent_s = 0.0
        if kind == "beat":
            self._counters = message
            self._busy, self._limit_s = "", SILENCE_LIMIT_S
        elif kind == "busy":
            self._busy, self._limit_s = message["what"], message["limit_s"]
        elif kind == "answer":
            if message["request"] in self._answers:
                self._answers[message["request"]] = message
        elif kind == "log":
            _log(message)
        else:
            self._on_event({"kind": kind, **message})


def _unpack(answer: Message) -> Message:
    refusal = answer.get("refused")
    if refusal is not None:
        code, text, hint = refusal
        raise OperationalError(code, text, hint) if code else TriggerRefused(text)
    value: Message = answer.get("value") or {}
    return value


def _log(message: Message) -> None:
    target = logging.getLogger(message["name"])
    if target.isEnabledFor(message["level"]):
        target.log(message["level"], "%s", message["text"])


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start a child with SIGINT blocked: Ctrl-C reaches the whole group, also a child that is still importing."""
    if sys.platform == "win32":
        yield
        return
    # It would unblock SIGINT if it had to start in between.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
