import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pysqlite3 import dbapi2

from inspector.core.errors import OperationalError
from inspector.storage import schema
from inspector.storage.database import Database
from inspector.storage.records import SqlRecordStore
from inspector.storage.tables import metadata
from tests.support.records import record

_NEXT = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None

def upgrade():
    op.execute("ALTER TABLE inspections ADD COLUMN serial VARCHAR")
    op.execute("CREATE TABLE shifts (key INTEGER PRIMARY KEY)")
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Migrations of a later program."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / "v0003_next.py").write_text(_NEXT, encoding="utf-8")
    return folder


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A database of this program with one record."""
    path = tmp_path / "data" / "station.sqlite"
    database = Database.open(path)
    SqlRecordStore(database).add([record(41)])
    database.close()
    return path


def test_the_migrations_build_exactly_the_tables_that_the_program_uses(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_new_file_has_the_newest_version(database: Database) -> None:
    assert schema.version_of(database.path) == schema.newest_version()


@pytest.mark.promise("R-11")
def test_an_older_file_is_copied_then_migrated(old_file: Path, newer: Path) -> None:
    database = Database.open(old_file, migrations=newer)
    try:
        assert schema.version_of(old_file) == "0003"
        assert [one.frame_id for one in SqlRecordStore(database).recent(5)] == [41]
    finally:
        database.close()
    (backup,) = (old_file.parent / "backups").iterdir()
    assert "v0002" in backup.name
    assert schema.version_of(backup) == "0002"
    copy = Database.open(backup)
    assert [one.frame_id for one in SqlRecordStore(copy).recent(5)] == [41]
    copy.close()


@pytest.mark.promise("R-11")
def test_a_newer_file_is_refused_and_not_touched(old_file: Path, newer: Path) -> None:
    Database.open(old_file, migrations=newer).close()
    content = old_file.read_bytes()
    with pytest.raises(OperationalError, match="version 0003, this program knows 0002") as caught:
        Database.open(old_file)
    assert caught.value.code == "DAT-002"
    assert old_file.read_bytes() == content


@pytest.mark.promise("R-11")
def test_a_migration_that_fails_changes_nothing(old_file: Path, newer: Path) -> None:
    version = newer / "versions" / "v0003_next.py"
    version.write_text(_NEXT + "    op.execute('SELECT nonsense FROM nowhere')\n", encoding="utf-8")
    with pytest.raises(Exception, match="nowhere"):
        Database.open(old_file, migrations=newer)
    assert schema.version_of(old_file) == "0002"
    database = Database.open(old_file)
    assert [one.frame_id for one in SqlRecordStore(database).recent(5)] == [41]
    database.close()


@pytest.mark.kill
@pytest.mark.promise("R-11")
def test_a_program_killed_inside_a_migration_leaves_the_old_version(old_file: Path, newer: Path) -> None:
    version = newer / "versions" / "v0003_next.py"
    version.write_text(_NEXT + "    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from inspector.storage.database import Database\n"
        "Database.open(Path(sys.argv[1]), migrations=Path(sys.argv[2]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(old_file), str(newer)], capture_output=True, check=False)
    assert done.returncode == -9
    assert schema.version_of(old_file) == "0002"
    version.write_text(_NEXT, encoding="utf-8")
    database = Database.open(old_file, migrations=newer)
    assert [one.frame_id for one in SqlRecordStore(database).recent(5)] == [41]
    database.close()


def test_a_backup_that_cannot_be_written_stops_the_upgrade(old_file: Path, newer: Path) -> None:
    (old_file.parent / "backups").write_bytes(b"in the way")
    with pytest.raises(OperationalError, match="cannot be copied"):
        Database.open(old_file, migrations=newer)
    assert schema.version_of(old_file) == "0002"


def test_a_backup_holds_the_rows_and_can_shrink_like_the_original(old_file: Path, tmp_path: Path) -> None:
    backup = schema.back_up(old_file, tmp_path / "copies", "0002")
    connection = dbapi2.connect(str(backup))
    assert connection.execute("SELECT count(*) FROM inspections").fetchone() == (1,)
    assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    connection.close()
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
