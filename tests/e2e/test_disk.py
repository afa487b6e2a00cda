"""Full and read-only disks, for real: a small file system of its own (needs root, which a CI machine is)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.app import open_application
from inspector.cli.main import main
from inspector.config import Settings
from inspector.core.errors import OperationalError
from inspector.core.line import LineState
from inspector.paths import DataFolder
from inspector.services.headless import HeadlessRun
from inspector.storage.database import Database
from inspector.storage.records import SqlRecordStore

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None, reason="mounting needs root"
)


def mounted(folder: Path, options: str) -> bool:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    if not mounted(disk, "size=14m"):
        pytest.skip("this machine may not mount a tmpfs")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.expected_log("DAT-002|Thread pictures did not end|pictures were given up")
def test_a15_a_disk_that_fills_stops_the_line_and_loses_nothing(small_disk: Path) -> None:
    # Every part is defective, so every picture of 1.5 MB is to be kept.
    settings = Settings(source="simulated:brushed?rate=5&defect_every=1")
    data = DataFolder(small_disk)
    with open_application(settings, data) as application:
        run = HeadlessRun(application.line)
        run.run(200)
        assert run.ended is LineState.FAULTED
        assert "DAT-002" in [fault.code for fault in application.line.faults]
    answered = run.counts.total
    balance = application.line.balance
    assert balance.triggers == balance.answers == balance.records == answered
    database = Database.open(data.database)
    try:
        records = SqlRecordStore(database).recent(1000)
        assert len(records) == answered
        for record in records:
            assert not record.image_path or (small_disk / record.image_path).stat().st_size > 0
    finally:
        database.close()


def test_a_read_only_data_folder_is_refused_with_its_name(small_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert main(["run", "--headless", "--frames", "1", "--data-dir", str(small_disk)]) == 1
    text = capsys.readouterr().err
    assert "DAT-002" in text
    assert str(small_disk) in text
    with pytest.raises(OperationalError), open_application(Settings(), DataFolder(small_disk)):
        pass
