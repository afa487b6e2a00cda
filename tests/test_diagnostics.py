import contextlib
import json
import logging
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from inspector import diagnostics
from inspector.core.errors import OperationalError

ROOT = Path(__file__).resolve().parent.parent


def _raise_in_thread() -> None:
    def work() -> None:
        raise ValueError("lost in a thread")

    thread = threading.Thread(target=work, name="grab")
    thread.start()
    thread.join()


def _raise_in_destructor() -> None:
    class Leaky:
        def __del__(self) -> None:
            raise ValueError("lost in a destructor")

    Leaky()


@pytest.mark.promise("R-21")
@pytest.mark.expected_log("unhandled exception in")
@pytest.mark.parametrize(
    ("provoke", "place", "text"),
    [
        (_raise_in_thread, "thread grab", "lost in a thread"),
        (_raise_in_destructor, "__del__", "lost in a destructor"),
    ],
)
def test_no_exception_disappears(provoke, place, text, caplog) -> None:  # type: ignore[no-untyped-def]
    crashes: list[tuple[str, BaseException]] = []
    with diagnostics.crash_hooks(lambda where, error: crashes.append((where, error))):
        provoke()

    [(where, error)] = crashes
    assert place in where
    assert str(error) == text
    assert caplog.records[-1].exc_info is not None, "the traceback belongs in the log"


@pytest.mark.promise("R-21")
@pytest.mark.expected_log("unhandled exception in main thread")
def test_the_main_thread_is_covered_and_control_c_is_not_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    crashes: list[str] = []
    with diagnostics.crash_hooks(lambda where, _error: crashes.append(where)):
        sys.excepthook(ValueError, ValueError("x"), None)
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert crashes == ["main thread"]
    assert "KeyboardInterrupt" in capsys.readouterr().err


@pytest.mark.expected_log("unhandled exception")
@pytest.mark.expected_log("the crash listener failed")
def test_a_listener_that_fails_hides_nothing() -> None:
    def listener(_where: str, _error: BaseException) -> None:
        raise RuntimeError("outputs are gone too")

    with diagnostics.crash_hooks(listener):
        sys.excepthook(ValueError, ValueError("x"), None)


def test_hooks_are_put_back() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with diagnostics.crash_hooks():
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_log_lines_and_warnings_reach_the_file_in_utc(tmp_path: Path) -> None:
    with diagnostics.log_files(tmp_path / "logs") as file:
        logging.getLogger("inspector.somewhere").info("camera %s opened", "A")
        warnings.showwarning("old", UserWarning, "somewhere.py", 1)

    lines = file.read_text(encoding="utf-8").splitlines()
    assert any(line.endswith("inspector.somewhere: camera A opened") and "Z INFO" in line for line in lines)
    assert any("py.warnings" in line and "UserWarning: old" in line for line in lines)
    logging.getLogger("inspector.somewhere").info("after the end")
    assert "after the end" not in file.read_text(encoding="utf-8")


@pytest.mark.promise("R-22")
@pytest.mark.skipif(sys.platform == "win32", reason="the signal's name differs")
def test_a_native_crash_leaves_evidence_and_is_known_at_the_next_start(tmp_path: Path) -> None:
    crash = (
        "import ctypes, sys, pathlib\n"
        "from inspector import diagnostics\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "with diagnostics.log_files(folder), diagnostics.run_marker(folder / 'last-run.json'):\n"
        "    ctypes.string_at(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", crash, str(tmp_path)], cwd=ROOT, check=False, timeout=60)

    assert done.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in (tmp_path / diagnostics.CRASH_FILE_NAME).read_text(encoding="utf-8")
    with diagnostics.run_marker(tmp_path / "last-run.json") as last:
        assert last.ended_badly
        assert last.recent_bad_ends == 1
        assert last.started_at is not None


def _crash(marker: Path) -> int:
    """Start and end by an exception; gives the bad ends known at the start."""
    known = -1
    with contextlib.suppress(RuntimeError), diagnostics.run_marker(marker) as last:
        known = last.recent_bad_ends
        raise RuntimeError("crash")
    return known


@pytest.mark.promise("R-22")
def test_a_crash_loop_is_counted_and_a_good_end_forgets_it(tmp_path: Path) -> None:
    marker = tmp_path / "last-run.json"
    assert [_crash(marker) for _ in range(3)] == [0, 1, 2]
    with diagnostics.run_marker(marker) as last:
        assert last.recent_bad_ends == 3
    with diagnostics.run_marker(marker) as last:
        assert last == diagnostics.LastRun(last.started_at, ended_badly=False, recent_bad_ends=0)


@pytest.mark.parametrize("end", [OperationalError("CAM-001", "not found"), KeyboardInterrupt(), SystemExit(1)])
def test_an_end_that_a_person_was_told_or_asked_for_is_in_order(tmp_path: Path, end: BaseException) -> None:
    marker = tmp_path / "last-run.json"
    with pytest.raises(type(end)), diagnostics.run_marker(marker):
        raise end
    with diagnostics.run_marker(marker) as last:
        assert not last.ended_badly


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"bad_ends": 7, "started_at": 5}', '{"running": true, "bad_ends": ["x", 1]}']
)
def test_a_torn_marker_does_not_stop_a_start(tmp_path: Path, text: str) -> None:
    marker = tmp_path / "last-run.json"
    marker.write_text(text, encoding="utf-8")
    with diagnostics.run_marker(marker) as last:
        assert last.started_at is None
    assert json.loads(marker.read_text(encoding="utf-8"))["running"] is False


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="DAT-002"), diagnostics.run_marker(tmp_path / "none" / "last-run.json"):
        pass
