import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text

from inspector.core.decision import Verdict
from inspector.core.errors import OperationalError
from inspector.storage.database import Database
from inspector.storage.records import SqlRecordStore
from tests.support.records import record, regions


@pytest.fixture
def store(database: Database) -> SqlRecordStore:
    return SqlRecordStore(database)


def _fill(store: SqlRecordStore) -> tuple[int, OperationalError]:
    """Add batches of 20 until one is refused; how many records were acknowledged, and what was said."""
    for stored in range(0, 20_000, 20):
        try:
            store.add([record(number, label="x" * 200) for number in range(20)])
        except OperationalError as error:
            return stored, error
    raise AssertionError("nothing was refused")


def _count(database: Database, table: str) -> int:
    with database.read() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_an_id_that_could_not_name_a_file_is_refused(store: SqlRecordStore) -> None:
    with pytest.raises(ValueError, match="not an id"):
        store.add([record(1, id="../../etc/passwd")])


def test_a_label_from_a_file_name_in_no_encoding_is_kept(store: SqlRecordStore) -> None:
    part = record(1, label="caf\udce9.png")
    store.add([part])
    found = store.get(part.id)
    assert found is not None
    assert found.label == r"caf\udce9.png"


def test_names_are_kept_once(store: SqlRecordStore, database: Database) -> None:
    for number in range(5):
        store.add([record(number, lot="A"), record(number, lot="B")])
    # source, product, reason, and two lots
    assert _count(database, "names") == 5
    assert _count(database, "models") == 1
    again = SqlRecordStore(database)
    again.add([record(9, lot="A")])
    assert _count(database, "names") == 5


def test_a_batch_with_a_bad_record_stores_none_of_it(store: SqlRecordStore, database: Database) -> None:
    good, bad = record(1, lot="new"), record(2**70)
    with pytest.raises(OverflowError):
        store.add([good, bad])
    assert _count(database, "inspections") == 0
    # The name that the failed batch had made is made again.
    store.add([good])
    found = store.get(good.id)
    assert found is not None
    assert found.lot == "new"


def test_deleting_a_record_takes_its_regions_along(store: SqlRecordStore, database: Database) -> None:
    store.add([record(1, Verdict.FAIL, regions=regions(3))])
    with database.write() as connection:
        connection.execute(text("DELETE FROM inspections"))
    assert _count(database, "regions") == 0


def test_more_records_than_sqlite_binds_at_once_are_read(store: SqlRecordStore) -> None:
    store.add([record(number, Verdict.FAIL, regions=regions(1)) for number in range(1200)])
    found = store.recent(1200)
    assert len(found) == 1200
    assert all(len(one.regions) == 1 for one in found)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT verdict, count(*) FROM inspections WHERE captured_at >= 5 AND simulated = 0", "inspections_by_time"),
        ("SELECT id FROM inspections WHERE lot_key = 3 ORDER BY sequence DESC LIMIT 9", "inspections_by_lot"),
        ("SELECT id FROM inspections WHERE verdict = 'fail' ORDER BY sequence DESC LIMIT 9", "inspections_by_verdict"),
        (
            "SELECT id FROM inspections WHERE product_key = 1 AND recipe_version = 2 ORDER BY sequence DESC LIMIT 9",
            "inspections_by_recipe",
        ),
        ("SELECT id FROM inspections WHERE awaited = 1", "inspections_awaited"),
        ("SELECT id FROM inspections WHERE flagged = 1 ORDER BY sequence DESC LIMIT 9", "inspections_flagged"),
    ],
)
def test_history_questions_are_answered_from_an_index_without_sorting(
    database: Database, query: str, index: str
) -> None:
    with database.read() as connection:
        plan = " ".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.fault
@pytest.mark.promise("R-15")
def test_a_full_disk_stores_none_of_the_batch_and_goes_on_when_there_is_room(
    store: SqlRecordStore, database: Database
) -> None:
    """`max_page_count` makes SQLite itself say that the disk is full."""
    store.add([record(0)])
    with database.write() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 3}"))
    stored, error = _fill(store)
    stored += 1
    assert error.code == "DAT-002"
    assert "disk is full" in error.message
    assert store.counts().total == stored
    with database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 100000"))
    store.add([record(1)])
    assert store.counts().total == stored + 1


_FILL = """
import resource, sys
from pathlib import Path
from inspector.core.errors import OperationalError
from inspector.storage.database import Database
from inspector.storage.records import SqlRecordStore
from tests.support.records import record
database = Database.open(Path(sys.argv[1]))
store = SqlRecordStore(database)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
stored = 0
try:
    while True:
        store.add([record(n, label="x" * 200) for n in range(20)])
        stored += 20
except OperationalError as error:
    assert error.code == "DAT-002", error
assert store.counts().total == stored
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
store.add([record(1)])
assert store.counts().total == stored + 1
database.close()
print(stored + 1)
"""


@pytest.mark.fault
@pytest.mark.promise("R-15")
def test_a_file_that_may_not_grow_is_an_error_of_the_world(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    done = subprocess.run([sys.executable, "-c", _FILL, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    database = Database.open(path)
    assert database.notice is None
    assert SqlRecordStore(database).counts().total == int(done.stdout)
    database.close()


@pytest.mark.fault
@pytest.mark.promise("R-15")
def test_a_disk_that_fills_up_keeps_what_was_acknowledged(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=600k")
    ballast = folder / "ballast"
    ballast.write_bytes(b"\0" * 100_000)
    database = Database.open(folder / "station.sqlite")
    store = SqlRecordStore(database)
    stored, error = _fill(store)
    assert error.code == "DAT-002"
    assert str(folder) in error.message
    assert store.counts().total == stored
    ballast.unlink()
    store.add([record(1)])
    database.close()
    connection = dbapi2.connect(str(folder / "station.sqlite"))
    assert connection.execute("SELECT count(*) FROM inspections").fetchone() == (stored + 1,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


_WRITE_FOR_EVER = """
import sys
from pathlib import Path
from inspector.core.decision import Verdict
from inspector.storage.database import Database
from inspector.storage.records import SqlRecordStore
from tests.support.records import record, regions
store = SqlRecordStore(Database.open(Path(sys.argv[1])))
while True:
    batch = [record(n, Verdict.FAIL, regions=regions(3)) for n in range(7)]
    store.add(batch)
    for one in batch:
        print(one.id, flush=True)
"""


@pytest.mark.kill
@pytest.mark.promise("R-07")
@pytest.mark.parametrize("acknowledged", [1, 40, 333])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "station.sqlite"
    child = subprocess.Popen([sys.executable, "-c", _WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        said = [child.stdout.readline().strip() for _ in range(acknowledged)]
        child.send_signal(signal.SIGKILL)
        # What was in the pipe when the program died had been acknowledged as well; a line may be cut.
        said += [line.strip() for line in child.stdout if line.endswith("\n")]
    database = Database.open(path)
    store = SqlRecordStore(database)
    assert database.notice is None
    found = {one.id: one for one in store.recent(1_000_000)}
    database.close()
    assert set(said) <= set(found)
    assert len(found) % 7 == 0
    assert all(len(one.regions) == 3 for one in found.values())
    connection = dbapi2.connect(str(path))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@pytest.mark.benchmark
def test_ten_million_parts_fit_into_two_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "station.sqlite"
    Database.open(path).close()
    empty = path.stat().st_size
    database = Database.open(path)
    store = SqlRecordStore(database)
    parts = 5000
    for start in range(0, parts, 100):
        store.add(
            [
                record(
                    number,
                    Verdict.PASS if number % 50 else Verdict.FAIL,
                    lot="L-2026-11",
                    regions=regions(number % 50 == 0),
                )
                for number in range(start, start + 100)
            ]
        )
    database.close()
    bytes_each = (path.stat().st_size - empty) / parts
    assert bytes_each <= 200, f"{bytes_each:.0f} bytes a part"
