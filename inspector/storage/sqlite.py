"""How this program talks to SQLite: which library, which settings, and what its errors mean to a person.

The `pysqlite3` wheel brings its own SQLite, because Debian 12 and older wheels of other makers carry one that can
corrupt a write-ahead log when it is reset (fixed in 3.51.3).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from inspector.core.errors import OperationalError

OLDEST_VERSION = (3, 51, 3)
BUSY_TIMEOUT_MS = 5000
SqliteError = dbapi2.Error
CHECK_DISK = "Check that the disk is connected, has room, and may be written."

# Primary result codes, https://sqlite.org/rescode.html
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26

_MEANINGS = {
    _BUSY: ("is locked by another program", "Close the viewer, copy tool or scanner that holds it."),
    _LOCKED: ("is locked by another program", "Close the viewer, copy tool or scanner that holds it."),
    _READONLY: ("may only be read", "Make the data folder writable."),
    _IOERR: ("could not be read or written by the system", CHECK_DISK),
    _CORRUPT: ("is damaged", "Call maintenance. Restart the program to set the file aside and begin a new one."),
    _FULL: ("could not grow because the disk is full", "Free space on the disk that holds the records."),
    _CANTOPEN: ("cannot be opened", CHECK_DISK),
    _NOTADB: ("is not a database", "Restart the program to set the file aside and begin a new one."),
}


def require_version(version: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """Refuse an SQLite that can damage the database.

    Raises:
        OperationalError: DAT-002, it is too old.
    """
    if version < OLDEST_VERSION:
        raise OperationalError(
            "DAT-002",
            f"SQLite {_dotted(version)} can damage a database; {_dotted(OLDEST_VERSION)} or newer is needed.",
            "Install the program again: it brings its own.",
        )


def writing_engine(path: Path) -> Engine:
    """For the one connection that writes: each transaction takes the write lock when it begins, never half-way."""
    return _engine(path, begin="BEGIN IMMEDIATE", query_only=False)


def reading_engine(path: Path) -> Engine:
    """For short reads beside the writer; writing through it is refused by SQLite."""
    return _engine(path, begin="BEGIN", query_only=True)


def connect_plain(path: Path) -> Any:  # noqa: ANN401 - the library has no types
    """A bare connection that changes no setting of the file; the caller closes it."""
    return dbapi2.connect(str(path), timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)


@contextmanager
def operational_errors(path: Path) -> Iterator[None]:
    """Turn what the world did to a database into an `OperationalError`; our own mistakes pass through.

    Raises:
        OperationalError: DAT-002 with the file and what to do.
    """
    try:
        yield
    except DBAPIError as error:
        raise _meaning(error.orig, path) or error from error
    except SqliteError as error:
        raise _meaning(error, path) or error from error


def is_damage(error: BaseException) -> bool:
    """Whether an error of the library says that the file itself is broken."""
    return _primary_code(error) in (_CORRUPT, _NOTADB)


def _engine(path: Path, *, begin: str, query_only: bool) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        module=dbapi2,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the library has no types
        # Without this the library begins transactions on its own, deferred, and loses updates (measured: 299 of 400).
        connection.isolation_level = None
        if not query_only:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts only while the file has no table yet
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_size_limit = 64000000")  # a log that a slow reader let grow is cut again
            connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA query_only = {int(query_only)}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _meaning(error: BaseException | None, path: Path) -> OperationalError | None:
    code = _primary_code(error)
    if code not in _MEANINGS:
        return None
    what, hint = _MEANINGS[code]
    return OperationalError("DAT-002", f"The database {path} {what} ({error}).", hint)


def _primary_code(error: BaseException | None) -> int:
    """The low byte of SQLite's extended code; 0 when the error is none of SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
