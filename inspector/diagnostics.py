"""Evidence: log files, hooks that let no exception disappear, and a marker that tells how the last run ended.

Python reports an unhandled exception in several places (main thread, other threads, destructors and callbacks, native
crashes) and loses most of them when the program has no console. Everything ends in one log folder here, and the owner
of the line is told, so that it can bring the outputs to their safe state (R-21, R-22). The Qt message handler belongs
to `ui`, which is the only place that knows Qt.
"""

import contextlib
import faulthandler
import json
import logging
import logging.handlers
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from inspector.core.errors import InspectorError, OperationalError

logger = logging.getLogger(__name__)

LOG_FILE_NAME = "inspector.log"
CRASH_FILE_NAME = "crash.log"
_MAX_LOG_BYTES = 5_000_000
_KEPT_LOG_FILES = 20
_LOOP_WINDOW = timedelta(minutes=5)
_MAX_MARKER_BYTES = 65_536
_LINE_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"

CrashListener = Callable[[str, BaseException], None]
"""Told once per unhandled exception: where it was ("thread grab"), and the exception."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the run before this one ended.

    Attributes:
        started_at: UTC; None if there was none.
        ended_badly: it did not end in order: bug, crash, kill or power cut.
        recent_bad_ends: bad ends among the starts of the last five minutes, this one included; three mean a crash loop.
    """

    started_at: datetime | None
    ended_badly: bool
    recent_bad_ends: int


class _OneLineFormatter(logging.Formatter):
    """The console shows the cause; the traceback is for the file."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        return line


def start_console(level: int = logging.WARNING) -> logging.Handler:
    """Show log lines of a level and above on standard error.

    Returns:
        The handler, to be given to `logging.Logger.removeHandler` by who wants silence again.
    """
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(_OneLineFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(min(root.level or logging.INFO, logging.INFO))
    return handler


@contextlib.contextmanager
def log_files(folder: Path, level: int = logging.INFO) -> Iterator[Path]:
    """Write the log to rotating files, and native crashes beside them, until the block ends.

    Args:
        folder: made if it does not exist.
        level: of the log file.

    Yields:
        The log file.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOG_FILE_NAME
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_MAX_LOG_BYTES, backupCount=_KEPT_LOG_FILES, encoding="utf-8", errors="backslashreplace"
    )
    handler.setLevel(level)
    formatter = logging.Formatter(_LINE_FORMAT, _TIME_FORMAT)
    formatter.converter = time.gmtime  # local time would fold over itself on a daylight-saving night
    handler.setFormatter(formatter)
    root = logging.getLogger()
    previous_level = root.level
    root.setLevel(min(level, root.level or level))
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    with (folder / CRASH_FILE_NAME).open("a", encoding="utf-8") as crash_file:
        faulthandler.enable(file=crash_file, all_threads=True)
        logger.info("Inspector starts on Python %s, %s", platform.python_version(), platform.platform())
        try:
            yield path
        finally:
            faulthandler.disable()
            logging.captureWarnings(capture=False)
            root.removeHandler(handler)
            root.setLevel(previous_level)
            handler.close()


@contextlib.contextmanager
def crash_hooks(on_crash: CrashListener | None = None) -> Iterator[None]:
    """Log every unhandled exception with its traceback, and tell the listener, until the block ends.

    Args:
        on_crash: called in the thread of the exception after it was logged. It may bring outputs to their safe state;
            what it raises is logged and goes no further.
    """

    def report(where: str, error: BaseException, trace: TracebackType | None) -> None:
        logger.critical("unhandled exception in %s", where, exc_info=(type(error), error, trace))
        if on_crash is None:
            return
        try:
            on_crash(where, error)
        except Exception:  # the last line of defence: a second failure must not hide the first
            logger.exception("the crash listener failed")

    def main_hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            report("main thread", error, trace)

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            name = args.thread.name if args.thread is not None else "unknown"
            report(f"thread {name}", args.exc_value, args.exc_traceback)

    def unraisable_hook(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            report(f"{args.err_msg or 'callback or destructor'}: {args.object!r}", args.exc_value, args.exc_traceback)

    previous = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = main_hook, thread_hook, unraisable_hook
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = previous


@contextlib.contextmanager
def run_marker(path: Path) -> Iterator[LastRun]:
    """Learn how the last run ended, and leave word for the next one (R-22).

    Args:
        path: the marker; its folder must exist and belong to this program alone.

    Yields:
        What is known of the last run.

    Raises:
        OperationalError: DAT-002, the file cannot be read or written.
    """
    try:
        previous = _read_marker(path)
        now = datetime.now(UTC)
        ended_badly = bool(previous.get("running", False))
        started_at = _time(previous.get("started_at"))
        written = previous.get("bad_ends")
        ends = [_time(text) for text in written] if isinstance(written, list) else []
        bad_ends = [end for end in ends if end is not None and now - end < _LOOP_WINDOW]
        if ended_badly:
            bad_ends.append(now)
            logger.warning("the last run, started at %s, ended badly; see %s", started_at, CRASH_FILE_NAME)
        marker = {"started_at": now.isoformat(), "bad_ends": [end.isoformat() for end in bad_ends]}
        _write_marker(path, marker | {"running": True})
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"{path} cannot be written: {error.strerror}.", "Check the rights of the data folder."
        ) from error
    in_order = False
    try:
        yield LastRun(started_at, ended_badly, len(bad_ends))
        in_order = True
    except (InspectorError, KeyboardInterrupt, SystemExit):
        in_order = True  # said to a person, or asked for by one
        raise
    finally:
        if in_order:
            try:
                _write_marker(path, marker | {"running": False, "bad_ends": []})
            except OSError:
                # The disk may be what ended the run; the next start then says so, and that is no lie.
                logger.warning("%s could not be written", path)


def _time(text: object) -> datetime | None:
    """A time from the marker; None for anything else, since a torn marker must not stop a start."""
    try:
        parsed = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return parsed if parsed is not None and parsed.tzinfo is not None else None


def _read_marker(path: Path) -> dict[str, Any]:
    """What the last run left; nothing when there was none or its file is torn."""
    try:
        with path.open("rb") as file:
            marker = json.loads(file.read(_MAX_MARKER_BYTES))
    except (FileNotFoundError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def _write_marker(path: Path, marker: dict[str, Any]) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(json.dumps(marker).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
