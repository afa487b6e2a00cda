import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.refs import ModelRef, new_id
from inspector.core.sample import Sample, Tray, Use
from inspector.storage.database import Database
from inspector.storage.samples import SqlSampleStore

PICTURE = np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
SETUP = new_id()


@pytest.fixture
def store(database: Database, tmp_path: Path) -> SqlSampleStore:
    return SqlSampleStore(database, tmp_path)


def plain() -> Sample:
    return Sample(new_id(), SETUP, Tray.UNSORTED, datetime(2026, 7, 1, tzinfo=UTC), Size(1, 1))


def _swap(file: Path) -> None:
    Image.fromarray(np.zeros((64, 96, 3), np.uint8)).save(file, format="PNG")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("tamper", "said"),
    [(_swap, "hash"), (_cut, "hash"), (Path.unlink, "cannot be read"), (lambda file: file.write_bytes(b""), "hash")],
    ids=["another picture", "cut", "deleted", "empty"],
)
def test_a_picture_that_was_tampered_with_is_refused(store: SqlSampleStore, tmp_path: Path, tamper, said: str) -> None:
    made = store.add(plain(), PICTURE)
    tamper(tmp_path / made.path)
    with pytest.raises(OperationalError, match=said) as caught:
        store.load(made)
    assert caught.value.code == "DAT-002"


@pytest.mark.parametrize("path", ["../secret.png", "/etc/passwd", "images/x.png", "samples/../../x", "C:/x", "samples"])
def test_a_path_that_leads_elsewhere_is_refused(store: SqlSampleStore, path: str) -> None:
    made = replace(store.add(plain(), PICTURE), path=path)
    for read in (store.load, store.thumbnail):
        with pytest.raises(OperationalError, match="leads outside"):
            read(made)


def test_a_link_out_of_the_data_folder_is_refused(store: SqlSampleStore, tmp_path: Path) -> None:
    made = store.add(plain(), PICTURE)
    outside = tmp_path.parent / f"{tmp_path.name}-outside.png"
    file = tmp_path / made.path
    file.rename(outside)
    try:
        file.symlink_to(outside)
        with pytest.raises(OperationalError, match="leads outside"):
            store.load(made)
    finally:
        outside.unlink()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE samples SET flags = 'shiny'", "UPDATE samples SET use = 'sell'", "UPDATE samples SET tray = 'x'"],
)
def test_a_row_that_was_altered_is_refused(store: SqlSampleStore, database: Database, statement: str) -> None:
    made = store.add(plain(), PICTURE)
    with database.write() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text(statement))
        connection.execute(text("PRAGMA ignore_check_constraints = OFF"))
    with pytest.raises(OperationalError, match="altered"):
        store.get(made.id)


def test_a_thumbnail_that_is_lost_or_spoiled_is_made_again(store: SqlSampleStore, tmp_path: Path) -> None:
    made = store.add(plain(), PICTURE)
    (file,) = (tmp_path / made.path).parent.glob("*.jpg")
    for spoil in (Path.unlink, lambda one: one.write_bytes(b"nothing")):
        spoil(file)
        assert np.array_equal(store.thumbnail(made), PICTURE)
        assert file.stat().st_size > 1000


def test_files_of_deleted_samples_and_of_a_crash_go_at_the_clean_up_and_no_others(
    store: SqlSampleStore, tmp_path: Path
) -> None:
    kept, gone = store.add(plain(), PICTURE), store.add(plain(), PICTURE)
    half = tmp_path / "samples" / ".incoming" / "x.png"
    half.write_bytes(b"half")
    store.delete([gone.id])
    assert (tmp_path / gone.path).is_file()
    assert store.clean_up() == 1
    names = {file.stem for file in (tmp_path / kept.path).parent.iterdir()}
    assert names == {kept.id}
    assert not half.exists()


@pytest.mark.kill
def test_a_program_killed_while_it_stores_leaves_whole_samples(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, threading, numpy as np; from datetime import UTC, datetime; from pathlib import Path\n"
        "from inspector.core.geometry import Size\n"
        "from inspector.core.refs import new_id\n"
        "from inspector.core.sample import Sample, Tray\n"
        "from inspector.storage.database import Database\n"
        "from inspector.storage.samples import SqlSampleStore\n"
        "folder = Path(sys.argv[1])\n"
        "store = SqlSampleStore(Database.open(folder / 'station.sqlite'), folder)\n"
        "picture = np.random.default_rng(1).integers(0, 255, (700, 900, 3), np.uint8)\n"
        "kill = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGKILL))\n"
        "setup = new_id()\n"
        "for number in range(10_000):\n"
        "    store.add(Sample(new_id(), setup, Tray.GOOD, datetime.now(UTC), Size(1, 1)), picture)\n"
        "    if number == 2: kill.start()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    database = Database.open(tmp_path / "station.sqlite")
    store = SqlSampleStore(database, tmp_path)
    store.clean_up()
    (setup,) = store.setups()
    found = store.list(setup)
    assert len(found) >= 3
    for sample in found:
        assert store.load(sample).shape == (700, 900, 3)
    database.close()


def test_two_thousand_samples_are_listed_and_changed_at_once(
    store: SqlSampleStore, database: Database, tmp_path: Path
) -> None:
    first = store.add(plain(), PICTURE)
    with database.write() as connection:
        connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1999) INSERT INTO samples"
                " SELECT randomblob(16), setup_id, tray, use, captured_at, height, width, source, defect,"
                " capture_group, path, sha256, fingerprint, flags, score, model_key, deleted_at FROM samples, n"
            )
        )
    began = perf_counter()
    found = store.list(SETUP)
    listed = perf_counter() - began
    assert len(found) == 2000
    scored = [replace(one, score=0.5, scored_by=ModelRef("demo", 1, "00"), use=Use.CHECK) for one in found]
    began = perf_counter()
    store.update(scored)
    updated = perf_counter() - began
    assert all(one.score == 0.5 for one in store.list(SETUP))
    assert listed < 0.5
    assert updated < 1.5
    store.delete([one.id for one in found if one.id != first.id])
    assert [one.id for one in store.list(SETUP)] == [first.id]
