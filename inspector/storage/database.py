"""The station's database file: created whole, checked, backed up, migrated, and opened for one writer and many readers.

Nothing that holds records is ever deleted here: a damaged file is set aside with the date in its name, a newer one is
refused, an older one is copied before it is changed.
"""

import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from inspector.core.errors import OperationalError
from inspector.storage import schema
from inspector.storage.files import make_folder, replace, sync_folder
from inspector.storage.network_drive import network_drive
from inspector.storage.schema import MIGRATIONS
from inspector.storage.sqlite import (
    CHECK_DISK,
    SqliteError,
    connect_plain,
    is_damage,
    operational_errors,
    reading_engine,
    require_version,
    writing_engine,
)

logger = logging.getLogger(__name__)

BACKUP_FOLDER = "backups"
_MAGIC = b"SQLite format 3\x00"
# Reading every page takes about 10 ms per MB on a slow disk; larger files are checked in the background, not at start.
_CHECKED_AT_OPEN_BYTES = 64_000_000


class Database:
    """An open database. One connection writes, guarded by a lock; each read has a connection of its own.

    Attributes:
        path: of the file.
        notice: what a person must be told about the opening, for example that a damaged file was set aside; None when
            all was well.
    """

    def __init__(self, path: Path, notice: OperationalError | None = None) -> None:
        """Connect to a file that is up to date; use `Database.open`."""
        self.path = path
        self.notice = notice
        self._lock = threading.Lock()
        self._writing = writing_engine(path)
        self._reading = reading_engine(path)
        self._identity = _identity(path)
        self._connection = self._writing.connect()

    @classmethod
    def open(cls, path: Path, *, migrations: Path = MIGRATIONS) -> "Database":
        """Open a database, after making, mending or upgrading it as needed.

        Args:
            path: the file; its folder is made when it is missing.
            migrations: Alembic's folder.

        Raises:
            OperationalError: DAT-002, naming the file and what to do: folder not writable or on a network drive, disk
                full, locked, written by a newer program, or not a database of this program.
        """
        require_version()
        _require_writable(path.parent)
        notice = _set_aside_if_damaged(path)
        with operational_errors(path):
            if path.exists():
                _bring_up_to_date(path, migrations)
            else:
                _create(path, migrations)
            return cls(path, notice)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction of the one writer: on disk when the block ends, undone when it raises.

        Raises:
            OperationalError: DAT-002, nothing was written.
        """
        with self._lock, operational_errors(self.path):
            # SQLite goes on "writing" to a file that was deleted or replaced under it.
            if _identity(self.path) != self._identity:
                raise OperationalError(
                    "DAT-002",
                    f"The database {self.path} was deleted or replaced while it was open.",
                    "Put the file back and restart the program.",
                )
            with self._connection.begin():
                yield self._connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the records; any thread, end it soon, because the log cannot shrink meanwhile.

        Raises:
            OperationalError: DAT-002.
        """
        with operational_errors(self.path), self._reading.connect() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file; idempotent."""
        with self._lock:
            self._reading.dispose()
            self._connection.close()
            self._writing.dispose()


def _require_writable(folder: Path) -> None:
    try:
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"probe")
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The data folder {folder} cannot be written: {error.strerror or error}.", CHECK_DISK
        ) from error
    remote = network_drive(folder)
    if remote:
        raise OperationalError(
            "DAT-002",
            f"The data folder {folder} lies on a {remote}, where a database can be damaged.",
            "Choose a data folder on a disk of this computer.",
        )


def _set_aside_if_damaged(path: Path) -> OperationalError | None:
    """Rename a file that holds no readable database, with its log; returns what to tell."""
    if not path.exists():
        return None
    if not path.is_file():
        raise OperationalError("DAT-002", f"{path} is not a file.", "Move it away; the database belongs there.")
    with operational_errors(path):
        damage = _damage(path)
    if not damage:
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S_%fZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    try:
        for end in ("-wal", "-shm", ""):
            part = path.with_name(path.name + end)
            if part.exists():
                part.rename(aside.with_name(aside.name + end))
        sync_folder(path.parent)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The database {path} {damage} and cannot be set aside: {error.strerror}.", CHECK_DISK
        ) from error
    notice = OperationalError(
        "DAT-002",
        f"The database {path} {damage}. It was set aside as {aside.name}, and a new, empty one was begun.",
        "Call maintenance: the records before now are in that file or in a backup.",
    )
    logger.warning("%s", notice)
    return notice


def _damage(path: Path) -> str:
    """What is wrong with a file, as the end of a sentence; "" when it is a sound database."""
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
    if not head:
        return "is empty"
    if head != _MAGIC:
        return "is not a database"
    connection = connect_plain(path)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if path.stat().st_size <= _CHECKED_AT_OPEN_BYTES:
            finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if finding != "ok":
                return f"is damaged ({str(finding).splitlines()[-1]})"
    except SqliteError as error:
        if is_damage(error):
            return f"is damaged ({error})"
        raise
    finally:
        connection.close()
    return ""


def _create(path: Path, migrations: Path) -> None:
    """Make a new database under another name first, so that a power cut leaves none or a whole one."""
    new = path.with_name(path.name + ".new")
    for end in ("-wal", "-shm", ""):
        new.with_name(new.name + end).unlink(missing_ok=True)
    engine = writing_engine(new)
    try:
        with operational_errors(path), engine.connect() as connection, connection.begin():
            schema.upgrade(connection, migrations)
    finally:
        engine.dispose()
    replace(new, path)


def _bring_up_to_date(path: Path, migrations: Path) -> None:
    found = schema.version_of(path)
    if not schema.is_older(found, path, migrations):
        return
    backup = schema.back_up(path, path.parent / BACKUP_FOLDER, found)
    logger.warning("Database %s has version %s; it was copied to %s and is migrated now", path, found, backup)
    engine = writing_engine(path)
    try:
        with engine.connect() as connection, connection.begin():
            schema.upgrade(connection, migrations)
    finally:
        engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
