"""Bodies of camera processes for tests: what a driver may do, without a driver. Imported by the child as well."""

import ctypes
import logging
import os
import signal
import sys
import time
from pathlib import Path

from inspector.cameras.link import Link, ParentGone, Request
from inspector.cameras.ring import Ring
from inspector.core.errors import OperationalError, TriggerRefused

logger = logging.getLogger(__name__)


def obedient(link: Link) -> None:
    """Answers, refuses, logs, streams numbers and misbehaves, all on request."""
    while True:
        link.beat(turns=1)
        request = link.receive(0.02)
        if request is None:
            continue
        if request.what == "close":
            link.answer(request)
            return
        _serve(link, request)


def _serve(link: Link, request: Request) -> None:
    match request.what:
        case "echo":
            link.answer(request, got=request.fields["text"])
        case "refuse":
            link.refuse(request, OperationalError("CAM-004", "It was refused.", "Ask for less."))
        case "refuse_trigger":
            link.refuse(request, TriggerRefused("not armed"))
        case "log":
            logger.warning("a line from the %s", "child")
            link.answer(request)
        case "count":
            for number in range(request.fields["to"]):
                link.send("number", value=number)
            link.answer(request)
        case "slow":
            with link.busy("slow", request.fields["announced_s"]):
                time.sleep(request.fields["takes_s"])
            link.answer(request)
        case "hang":
            link.answer(request)
            time.sleep(60)
        case "exit":
            os._exit(request.fields["code"])
        case "crash":
            ctypes.string_at(0)
        case "raise":
            raise RuntimeError("a bug of ours")
        case "state":
            heavy = [name for name in ("torch", "PySide6", "cv2", "sqlalchemy", "pytest") if name in sys.modules]
            ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            open_files = Path("/proc/self/fd").glob("*")  # empty where there is no such thing
            handles = [str(handle.readlink()) for handle in open_files if handle.is_symlink()]
            link.answer(request, heavy=heavy, sigint_ignored=ignored, handles=handles, pid=os.getpid())
        case "paint":
            ring = Ring.attach(request.fields["ring"])
            slot = ring.acquire()
            if slot is not None:
                ring.fill(slot, lambda flat: _paint(flat, request.fields["value"]))
            ring.close()
            link.answer(request, slot=slot)


def _paint(flat, value: int) -> tuple[int, ...]:
    flat[:12] = value
    return (3, 4)


def ignores_the_pipe(link: Link) -> None:
    """Beats once, then hangs in something that no Python thread can interrupt, as a driver does."""
    link.beat()
    request = link.receive(10)
    assert request is not None
    link.answer(request)
    ctypes.PyDLL(None).usleep(30_000_000)  # PyDLL keeps Python's lock


def notes_the_end(link: Link, path: str) -> None:
    """Writes a file when the program is gone."""
    try:
        obedient(link)
    except ParentGone:
        Path(path).write_text("parent gone", encoding="ascii")
        raise
