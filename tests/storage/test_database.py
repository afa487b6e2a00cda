import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text

from inspector.core.errors import OperationalError
from inspector.storage.database import Database
from inspector.storage.sqlite import require_version
from tests.storage.conftest import remount

_HOLD_LOCK = """
import sys
from pysqlite3 import dbapi2
connection = dbapi2.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
connection.close()
"""


def _pragma(database: Database, name: str, *, writer: bool) -> object:
    with database.write() if writer else database.read() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_the_writer_survives_power_cuts_and_the_file_can_shrink(database: Database) -> None:
    assert _pragma(database, "journal_mode", writer=True) == "wal"
    assert _pragma(database, "synchronous", writer=True) == 2
    assert _pragma(database, "foreign_keys", writer=True) == 1
    assert _pragma(database, "busy_timeout", writer=True) == 5000
    assert _pragma(database, "auto_vacuum", writer=True) == 2


def test_a_reader_cannot_write(database: Database) -> None:
    assert _pragma(database, "query_only", writer=False) == 1
    with pytest.raises(OperationalError), database.read() as connection:
        connection.execute(text("INSERT INTO names (text) VALUES ('x')"))


def test_the_writer_takes_the_lock_when_it_begins(database: Database) -> None:
    other = dbapi2.connect(str(database.path), isolation_level=None, timeout=0)
    with database.write(), pytest.raises(dbapi2.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def half_a_job() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO names (text) VALUES ('x')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_a_job()
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM names")).scalar() == 0


def test_a_reader_sees_one_state_while_the_writer_goes_on(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM names")).scalar() == 0
        with database.write() as writer:
            writer.execute(text("INSERT INTO names (text) VALUES ('x')"))
        assert reader.execute(text("SELECT count(*) FROM names")).scalar() == 0
    with database.read() as reader:
        assert reader.execute(text("SELECT count(*) FROM names")).scalar() == 1


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder 50 %" / "station.sqlite"
    database = Database.open(path)
    database.close()
    assert path.exists()
    assert database.notice is None
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_closing_twice_is_harmless(database: Database) -> None:
    database.close()
    database.close()


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"SQLite format 3\x00" + b"\xff" * 5000], ids=["empty", "text", "broken header"]
)
def test_a_file_that_is_no_database_is_set_aside_and_announced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "station.sqlite"
    path.write_bytes(content)
    database = Database.open(path)
    try:
        assert database.notice is not None
        assert database.notice.code == "DAT-002"
        (aside,) = tmp_path.glob("station.damaged-*.sqlite")
        assert aside.name in database.notice.message
        assert aside.read_bytes() == content
        with database.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM inspections")).scalar() == 0
    finally:
        database.close()
    again = Database.open(path)
    again.close()
    assert again.notice is None


def test_a_damaged_page_is_found_at_the_opening(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    database = Database.open(path)
    with database.write() as connection:
        connection.execute(text("INSERT INTO names (text) VALUES (:text)"), [{"text": f"{n:0500}"} for n in range(400)])
    database.close()
    content = bytearray(path.read_bytes())
    content[100_000:140_000] = b"\xaa" * 40_000
    path.write_bytes(content)
    database = Database.open(path)
    database.close()
    assert database.notice is not None
    (aside,) = tmp_path.glob("station.damaged-*.sqlite")
    assert aside.read_bytes() == bytes(content)


def test_a_cut_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    Database.open(path).close()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    database = Database.open(path)
    database.close()
    assert database.notice is not None


def test_somebody_elses_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    other = dbapi2.connect(str(path))
    other.execute("CREATE TABLE songs (title)")
    other.commit()
    other.close()
    content = path.read_bytes()
    with pytest.raises(OperationalError, match="not one of this program"):
        Database.open(path)
    assert path.read_bytes() == content


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    path.mkdir()
    with pytest.raises(OperationalError, match="not a file"):
        Database.open(path)


@pytest.mark.skipif(sys.platform != "linux", reason="uses a folder of Linux in which nobody may write")
def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(OperationalError, match="/sys/inspector") as caught:
        Database.open(Path("/sys/inspector/station.sqlite"))
    assert caught.value.code == "DAT-002"
    assert caught.value.hint


@pytest.mark.fault
def test_a_read_only_disk_is_named(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=4m")
    Database.open(folder / "station.sqlite").close()
    remount(folder, "ro")
    with pytest.raises(OperationalError, match=str(folder)) as caught:
        Database.open(folder / "station.sqlite")
    assert caught.value.code == "DAT-002"


@pytest.mark.fault
def test_a_full_disk_at_the_first_start_is_named_and_leaves_nothing_half(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=64k")
    path = folder / "station.sqlite"
    with pytest.raises(OperationalError) as caught:
        Database.open(path)
    assert caught.value.code == "DAT-002"
    assert not path.exists()
    remount(folder, "size=4m")
    database = Database.open(path)
    database.close()
    assert database.notice is None


@pytest.mark.fault
@pytest.mark.promise("R-16")
def test_a_database_deleted_or_replaced_under_us_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    database = Database.open(path)
    path.rename(tmp_path / "moved.sqlite")
    with pytest.raises(OperationalError, match="deleted or replaced"), database.write():
        pass
    path.write_bytes(b"another")
    with pytest.raises(OperationalError, match="deleted or replaced"), database.write():
        pass
    database.close()


@pytest.mark.fault
@pytest.mark.promise("R-13")
def test_a_database_locked_by_another_program_for_a_second_loses_nothing(database: Database) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD_LOCK, str(database.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "locked\n"
        release = threading.Timer(1.0, lambda: holder.communicate("go\n"))
        release.start()
        with database.write() as connection:
            connection.execute(text("INSERT INTO names (text) VALUES ('x')"))
        release.join()
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM names")).scalar() == 1


def test_a_lock_that_lasts_is_said(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("PRAGMA busy_timeout = 10"))
    other = dbapi2.connect(str(database.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked by another program") as caught, database.write():
        pass
    assert caught.value.code == "DAT-002"
    other.execute("COMMIT")
    other.close()
    with database.write():
        pass


def test_an_sqlite_that_can_damage_the_file_is_refused() -> None:
    require_version()
    require_version((3, 51, 3))
    with pytest.raises(OperationalError, match=r"3\.51\.2 can damage"):
        require_version((3, 51, 2))
