"""The recorder on real files: in time, through a full disk, and through a kill."""

import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pysqlite3 import dbapi2

from inspector.core.decision import Verdict
from inspector.core.errors import OperationalError
from inspector.services.clock import SystemClock
from inspector.services.pictures import KeepPolicy
from inspector.services.recorder import Recorder
from inspector.storage.database import Database
from inspector.storage.images import FileImageStore
from inspector.storage.reconcile import reconcile
from inspector.storage.records import SqlRecordStore
from tests.support.records import inspection
from tests.support.values import anomaly_map

_TIME_S = 30


@pytest.mark.benchmark
@pytest.mark.promise("R-07")
def test_records_are_durable_in_time(tmp_path: Path) -> None:
    """20 parts/s of 1280 × 1024 RGB, every tenth rejected: on disk within 200 ms (p99), with picture and map."""
    database = Database.open(tmp_path / "station.sqlite")
    store = SqlRecordStore(database)
    recorder = Recorder(store, FileImageStore(tmp_path), KeepPolicy(pass_every=10), SystemClock())
    durable_ns: dict[str, int] = {}
    submitted_ns: dict[str, int] = {}
    recorder.recorded.connect(lambda record: durable_ns.__setitem__(record.id, time.monotonic_ns()))
    recorder.start()
    image = np.random.default_rng(0).normal(128, 3, (1024, 1280, 3)).astype(np.uint8)
    found = anomaly_map(np.full((64, 80), 2.0))
    tick = threading.Event()
    for number in range(1, 61):
        part = inspection(number, Verdict.PASS if number % 10 else Verdict.FAIL)
        part = replace(part, frame=replace(part.frame, image=image), anomaly_map=found)
        submitted_ns[part.id] = time.monotonic_ns()
        recorder.submit(part)
        tick.wait(0.05)  # the pace of the line
    assert recorder.close()
    records = store.recent(100)
    database.close()
    rejected = [record for record in records if record.verdict is Verdict.FAIL]
    assert (len(records), len(rejected)) == (60, 6)
    assert all(record.image_path and record.map_path for record in rejected)
    assert recorder.shed == recorder.lost == 0
    waits_ms = np.array([(durable_ns[record_id] - start) / 1e6 for record_id, start in submitted_ns.items()])
    p50_ms, p99_ms = np.percentile(waits_ms, [50, 99])
    assert p99_ms <= 200, f"submit to durable: p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms"


@pytest.mark.fault
@pytest.mark.promise("R-15")
@pytest.mark.expected_log("cannot be written, trying again")
def test_a_full_disk_is_said_and_survived(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=8m")
    ballast = folder / "ballast"
    ballast.write_bytes(b"\0" * 4_000_000)
    database = Database.open(folder / "station.sqlite")
    store, images = SqlRecordStore(database), FileImageStore(folder)
    recorder = Recorder(store, images, KeepPolicy(), SystemClock(), picture_budget_bytes=3 * 512 * 512 * 3)
    failed: queue.Queue[OperationalError] = queue.Queue()
    recovered = threading.Event()
    recorder.failed.connect(failed.put)
    recorder.recovered.connect(lambda _: recovered.set())
    recorder.start()
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    submitted: list[str] = []

    def submit_until_full() -> None:
        while True:
            part = inspection(len(submitted) + 1, Verdict.FAIL)
            recorder.submit_waiting(replace(part, frame=replace(part.frame, image=noise)))
            submitted.append(part.id)

    with pytest.raises(OperationalError):
        submit_until_full()
    error = failed.get(timeout=_TIME_S)
    assert error.code == "DAT-002"
    assert str(folder) in error.message
    assert recorder.failure is not None
    ballast.unlink()
    assert recovered.wait(_TIME_S)
    assert recorder.close()
    found = {record.id: record for record in store.recent(1000)}
    assert set(found) == set(submitted)
    for record in found.values():
        images.load_frame(record.image_path, record.image_sha256)
    assert recorder.lost == 0
    database.close()


_RECORD_FOR_EVER = """
import sys, time
from dataclasses import replace
from pathlib import Path
import numpy as np
from inspector.core.decision import Verdict
from inspector.services.clock import SystemClock
from inspector.services.pictures import KeepPolicy
from inspector.services.recorder import Recorder
from inspector.storage.database import Database
from inspector.storage.images import FileImageStore
from inspector.storage.records import SqlRecordStore
from tests.support.records import inspection
folder = Path(sys.argv[1])
recorder = Recorder(
    SqlRecordStore(Database.open(folder / "station.sqlite")), FileImageStore(folder), KeepPolicy(), SystemClock()
)
recorder.start()
noise = np.random.default_rng(0).integers(0, 256, (400, 500, 3), np.uint8)
number = 0
while True:
    number += 1
    part = inspection(number, Verdict.PASS if number % 3 else Verdict.FAIL)
    part = replace(part, frame=replace(part.frame, image=noise))
    print(part.id, time.monotonic_ns(), flush=True)
    recorder.submit(part)
    time.sleep(0.02)
"""


@pytest.mark.kill
@pytest.mark.promise("R-07")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_a_kill_nothing_older_than_200_ms_is_lost_and_files_and_rows_agree(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    child = subprocess.Popen([sys.executable, "-c", _RECORD_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(chance.randint(12, 60))]
        threading.Event().wait(chance.uniform(0, 0.05))
        killed_ns = time.monotonic_ns()
        child.send_signal(signal.SIGKILL)
        lines += [line for line in child.stdout if line.endswith("\n")]
    submitted = {record_id: int(at_ns) for record_id, at_ns in (line.split() for line in lines)}
    due = {record_id for record_id, at_ns in submitted.items() if at_ns < killed_ns - 200_000_000}

    database = Database.open(tmp_path / "station.sqlite")
    store, images = SqlRecordStore(database), FileImageStore(tmp_path)
    report = reconcile(store, images)
    records = {record.id: record for record in store.recent(100_000)}
    database.close()

    assert database.notice is None
    assert due
    assert due <= set(records) <= set(submitted)
    assert report.agrees
    assert not any(record.awaited for record in records.values())
    for record in records.values():
        assert bool(record.image_path) != record.shed or record.verdict is Verdict.PASS
        if record.image_path:
            images.load_frame(record.image_path, record.image_sha256)
        if record.map_path:
            images.load_map(record.map_path, record.map_sha256)
    named = {path for record in records.values() for path in (record.image_path, record.map_path) if path}
    there = {
        file.relative_to(tmp_path).as_posix()
        for kind in ("images", "maps")
        for file in (tmp_path / kind).rglob("*")
        if file.is_file()
    }
    assert there == named
    connection = dbapi2.connect(str(tmp_path / "station.sqlite"))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
