import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.core.errors import OperationalError
from inspector.storage.station_lock import LOCK_FILE_NAME, StationLock
from tests.storage.conftest import remount

_HOLD = """
import sys
from pathlib import Path
from inspector.storage.station_lock import StationLock
with StationLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def _hold(folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


@pytest.mark.promise("R-24")
def test_a_second_program_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    with _hold(tmp_path) as child:
        with pytest.raises(OperationalError, match=rf"process {child.pid}\b") as caught:
            StationLock(tmp_path).acquire()
        assert str(tmp_path) in caught.value.message
        child.communicate("end\n")
    with StationLock(tmp_path):
        pass


@pytest.mark.promise("R-24")
def test_the_same_program_cannot_take_it_twice(tmp_path: Path) -> None:
    with StationLock(tmp_path), pytest.raises(OperationalError, match=rf"process {os.getpid()}\b"):
        StationLock(tmp_path).acquire()
    with StationLock(tmp_path):
        pass


@pytest.mark.kill
@pytest.mark.promise("R-24")
def test_a_killed_program_locks_nobody_out(tmp_path: Path) -> None:
    with _hold(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
    assert (tmp_path / LOCK_FILE_NAME).read_text().strip() == str(child.pid)
    with StationLock(tmp_path):
        pass


@pytest.mark.promise("R-24")
def test_a_copied_folder_is_free(tmp_path: Path) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    with StationLock(original):
        shutil.copytree(original, copy)
        with StationLock(copy):
            pass


def test_releasing_twice_is_harmless(tmp_path: Path) -> None:
    lock = StationLock(tmp_path)
    lock.release()
    lock.acquire()
    lock.release()
    lock.release()


@pytest.mark.fault
def test_a_folder_that_cannot_be_written_is_named(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=64k")
    remount(folder, "ro")
    with pytest.raises(OperationalError, match=str(folder)) as caught:
        StationLock(folder).acquire()
    assert caught.value.code == "DAT-002"
