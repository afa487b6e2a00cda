"""The whole station without a window: real camera adapters, the shipped model, a real database, real files."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.app import open_application
from inspector.cameras.catalog import Catalog
from inspector.cli.main import main
from inspector.config import Settings
from inspector.core.decision import Verdict
from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.ports import Camera
from inspector.core.record import Inspection
from inspector.paths import DataFolder
from inspector.storage.database import Database
from inspector.storage.images import FileImageStore
from inspector.storage.reconcile import reconcile
from inspector.storage.records import SqlRecordStore

ROOT = Path(__file__).resolve().parents[2]
LINE = "simulated:brushed?defect_every=4&rate=2"


def run(tmp_path: Path, *arguments: str) -> tuple[int, dict]:
    result = tmp_path / "result.json"
    code = main(["run", "--headless", "--data-dir", str(tmp_path / "data"), "--json", str(result), *arguments])
    return code, json.loads(result.read_text(encoding="utf-8"))


def test_a01_the_simulated_line_finds_its_defects_and_accounts_for_every_part(tmp_path: Path) -> None:
    code, result = run(tmp_path, "--source", LINE, "--frames", "12")
    assert code == 0
    assert result["triggers"] == result["answers"] == result["records"] == 12
    assert result["not_inspected"] == 0
    assert 2 <= result["fail"] <= 4, "three of twelve parts are defective"
    data = DataFolder(tmp_path / "data")
    database = Database.open(data.database)
    try:
        records = SqlRecordStore(database).recent(100)
        assert len(records) == 12
        assert all(record.simulated for record in records)
        failed = [record for record in records if record.verdict is Verdict.FAIL]
        assert all(record.regions and (data.root / record.image_path).is_file() for record in failed)
        assert all((data.root / record.map_path).is_file() for record in failed)
    finally:
        database.close()


def test_a_real_genicam_camera_keeps_the_sum_while_its_format_and_size_change(tmp_path: Path) -> None:
    code, result = run(tmp_path, "--source", "genicam:viky", "--frames", "30")
    assert code == 0, result
    assert result["triggers"] == result["answers"] == result["records"] == 30
    assert result["recipe"] == "default v0"
    code, result = run(
        tmp_path,
        *("--source", "genicam:viky", "--frames", "20"),
        *("--feature", "PixelFormat=Mono8", "--feature", "Width=433", "--feature", "Height=217"),
    )
    assert code == 0, result
    assert result["triggers"] == result["answers"] == result["records"] == 20


def test_size_and_format_of_a_genicam_camera_may_change_while_it_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Camera] = []

    class Listening(Catalog):
        """Remembers what it opened, as a second program on the camera would have it."""

        def open(self, camera_id: str) -> Camera:
            opened.append(super().open(camera_id))
            return opened[-1]

    monkeypatch.setattr("inspector.app.build_catalog", lambda _: Listening())
    with open_application(Settings(source="genicam:viky"), DataFolder(tmp_path / "data")) as application:
        line = application.line
        sizes: list[Size] = []
        inspected = _Waiting()

        def look(inspection: Inspection) -> None:
            if isinstance(inspection.frame, Frame):
                sizes.append(inspection.frame.size)
            inspected.look(inspection)

        line.inspected.connect(look)
        line.start()
        inspected.until(lambda: len(sizes) >= 3)
        features = opened[-1].features
        assert features is not None
        features.set("Width", "433")
        features.set("Height", "217")
        inspected.until(lambda: Size(217, 433) in sizes)
        features.set("PixelFormat", "Mono8")
        before = len(sizes)
        inspected.until(lambda: len(sizes) >= before + 5)
        line.stop()
        states = _Waiting()
        line.status_changed.connect(states.look)
        states.until(lambda: line.status.state is LineState.STOPPED)
    balance = line.balance
    assert balance.triggers == balance.answers == balance.records
    assert {*sizes} <= {Size(400, 400), Size(400, 433), Size(217, 433)}, "never a skewed picture"


def test_a02_a03_missed_frames_keep_their_place(tmp_path: Path) -> None:
    source = "simulated:cap?rate=5&script=incomplete(every=6)"
    code, result = run(tmp_path, "--source", source, "--frames", "12")
    assert code == 0
    assert result["not_inspected"] == 2
    assert result["triggers"] == result["answers"] == result["records"] == 12


@pytest.mark.expected_log("The line stops: CAM-002")
def test_a04_a_lost_camera_comes_back_and_the_station_goes_on(tmp_path: Path) -> None:
    settings = Settings(source="simulated:cap?rate=5&script=after(3).lose(0.5)")
    with open_application(settings, DataFolder(tmp_path / "data")) as application:
        line = application.line
        states = _Waiting()
        line.status_changed.connect(states.look)
        line.faults_changed.connect(states.look)
        line.start()
        states.until(lambda: line.status.state is LineState.FAULTED)
        assert [fault.code for fault in line.faults] == ["CAM-002"]
        states.until(lambda: line.faults[0].life.value == "gone_new")
        line.acknowledge("CAM-002")
        states.until(lambda: line.status.state is LineState.STOPPED)
        inspected = _Waiting()
        line.inspected.connect(inspected.look)
        line.start()
        inspected.until(lambda: inspected.looks > 0)


class _Waiting:
    """Waits for something that emitters announce."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.looks = 0

    def look(self, _: object) -> None:
        with self._changed:
            self.looks += 1
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, 30), "never happened"


def test_a09_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    source = "simulated:brushed?rate=3&defect_every=2"
    process = subprocess.Popen(
        [sys.executable, "main.py", "run", "--headless", "--source", source, "--data-dir", str(data.root)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    seen: list[tuple[datetime, int]] = []
    for line in process.stdout:
        if found := re.match(r"  part (\d+)", line):
            seen.append((datetime.now(UTC), int(found[1])))
            if len(seen) == 8:
                break
    process.send_signal(signal.SIGKILL)
    killed_at = datetime.now(UTC)
    process.wait(10)
    process.stdout.close()
    settled = [number for at, number in seen if at < killed_at - timedelta(milliseconds=200)]
    assert settled
    database = Database.open(data.database)
    try:
        assert database.notice is None
        records, images = SqlRecordStore(database), FileImageStore(data.root)
        numbers = {record.frame_id for record in records.recent(1000)}
        assert set(settled) <= numbers
        assert numbers == set(range(1, max(numbers) + 1)), "no part is missing in between"
        assert reconcile(records, images).missing == ()
        for record in records.recent(1000):
            assert not record.image_path or (data.root / record.image_path).is_file()
    finally:
        database.close()
    with open_application(Settings(source=source), data) as application:
        assert application.line.status.state is LineState.STOPPED
