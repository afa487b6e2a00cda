"""Versions of the database: which one a file has, what to do about it, and a copy before anything is changed (R-11)."""

import os
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from inspector.core.errors import OperationalError
from inspector.storage.files import make_folder, replace
from inspector.storage.sqlite import CHECK_DISK, connect_plain

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection, migrations: Path = MIGRATIONS) -> None:
    """Run every missing version inside the transaction that `connection` has begun."""
    config = _config(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def newest_version(migrations: Path = MIGRATIONS) -> str:
    """The version that this program writes."""
    head = ScriptDirectory.from_config(_config(migrations)).get_current_head()
    if head is None:
        raise RuntimeError(f"{migrations} holds no versions")
    return head


def version_of(path: Path) -> str:
    """The version of a database file.

    Raises:
        OperationalError: DAT-002, it has none, so it is not ours.
    """
    connection = connect_plain(path)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if "alembic_version" in tables:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if row is not None:
                return str(row[0])
    finally:
        connection.close()
    raise OperationalError(
        "DAT-002",
        f"{path} is a database, but not one of this program.",
        "Choose another data folder, or move the file away.",
    )


def is_older(found: str, path: Path, migrations: Path = MIGRATIONS) -> bool:
    """Whether a file needs an upgrade.

    Raises:
        OperationalError: DAT-002, a newer program has written it.
    """
    newest = newest_version(migrations)
    if found == newest:
        return False
    known = {script.revision for script in ScriptDirectory.from_config(_config(migrations)).walk_revisions()}
    if found in known:
        return True
    raise OperationalError(
        "DAT-002",
        f"The database {path} was written by a newer program: it has version {found}, this program knows {newest}.",
        "Install the newer program again, or restore a backup that this one has made. Nothing was changed.",
    )


def back_up(path: Path, folder: Path, version: str) -> Path:
    """Copy a database that nobody writes to, and open the copy to see that it is whole.

    Raises:
        OperationalError: DAT-002, the copy failed; there is no half one.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"{path.stem}-v{version}-{stamp}{path.suffix}"
    temporary = target.with_name(target.name + ".tmp")
    try:
        make_folder(folder)
        for left_by_a_crash in folder.glob("*.tmp"):
            left_by_a_crash.unlink()
        try:
            _copy(path, temporary)
            replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The database {path} cannot be copied to {folder}: {error.strerror or error}.", CHECK_DISK
        ) from error
    return target


def _copy(path: Path, target: Path) -> None:
    source = connect_plain(path)
    try:
        source.execute("VACUUM INTO ?", (str(target),))
        copy = connect_plain(target)
        try:
            finding = copy.execute("PRAGMA quick_check").fetchone()[0]
            if finding != "ok" or _row_counts(copy) != _row_counts(source):
                raise OperationalError("DAT-002", f"The copy {target} differs from {path} ({finding}).", CHECK_DISK)
        finally:
            copy.close()
    finally:
        source.close()
    with target.open("r+b") as file:
        os.fsync(file.fileno())


def _row_counts(connection: object) -> dict[str, int]:
    execute = connection.execute  # type: ignore[attr-defined]  # the library has no types
    tables = [name for (name,) in execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {table: execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}


def _config(migrations: Path) -> Config:
    config = Config()
    # Alembic reads its options with interpolation, so a percent sign in a folder's name must be doubled.
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config
