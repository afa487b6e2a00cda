"""A camera process that answers, refuses, hangs, crashes or is killed never takes the program with it."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from inspector.cameras.exits import ExitLedger, exit_words
from inspector.cameras.process import CameraProcess
from inspector.core.errors import OperationalError, TriggerRefused
from tests.support import camera_hosts

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture
def events():
    return []


@pytest.fixture
def ledger():
    return ExitLedger()


@pytest.fixture
def process(events, ledger):
    started = CameraProcess(
        camera_hosts.obedient, (), name="test camera", on_event=events.append, driver="fake.cti", ledger=ledger
    )
    yield started
    started.close()


def wait_until_lost(process: CameraProcess, limit_s: float) -> tuple[OperationalError, float]:
    begun = time.monotonic()
    with process.condition:
        while time.monotonic() - begun < limit_s:
            try:
                process.check()
            except OperationalError as error:
                return error, time.monotonic() - begun
            process.condition.wait(0.05)
    raise AssertionError(f"not lost within {limit_s} s")


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_request_is_answered(process):
    assert process.request("echo", limit_s=5, text="grün") == {"got": "grün"}


def test_a_refusal_is_raised_where_it_was_asked(process):
    with pytest.raises(OperationalError) as caught:
        process.request("refuse", limit_s=5)
    assert (caught.value.code, caught.value.message, caught.value.hint) == (
        "CAM-004",
        "It was refused.",
        "Ask for less.",
    )
    with pytest.raises(TriggerRefused, match="not armed"):
        process.request("refuse_trigger", limit_s=5)
    assert process.request("echo", limit_s=5, text="still there") == {"got": "still there"}


def test_events_come_in_order_and_before_the_answer(process, events):
    process.request("count", limit_s=10, to=2000)
    assert [event["value"] for event in events] == list(range(2000))


def test_log_lines_of_the_child_appear_under_their_own_name(process, caplog):
    with caplog.at_level(logging.WARNING):
        process.request("log", limit_s=5)
    assert ("tests.support.camera_hosts", logging.WARNING, "a line from the child") in caplog.record_tuples


def test_the_child_is_light_ignores_ctrl_c_and_inherits_nothing(process):
    with Path(__file__).open(encoding="utf-8"):  # a handle that must not reach the child
        state = process.request("state", limit_s=5)
    assert state["sigint_ignored"]
    assert state["heavy"] == []
    assert __file__ not in state["handles"]


def test_a_slow_call_within_its_announced_limit_is_no_loss(process):
    process.request("slow", limit_s=5, takes_s=1.4, announced_s=2.0)
    assert process.request("echo", limit_s=5, text="alive") == {"got": "alive"}


def test_a_call_over_its_announced_limit_is_a_loss(process):
    process.request("echo", limit_s=5, text="started")
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="does not answer during “slow”") as caught:
        process.request("slow", limit_s=20, takes_s=30, announced_s=0.5)
    assert caught.value.code == "CAM-002"
    assert time.monotonic() - begun < 2
    assert process.lost


def test_an_answer_that_does_not_come_is_a_loss_for_everyone(process):
    process.request("echo", limit_s=5, text="started")
    with pytest.raises(OperationalError, match=r"no answer to “nonsense” within 0\.3 s"):
        process.request("nonsense", limit_s=0.3)
    with pytest.raises(OperationalError, match="CAM-002"):
        process.request("echo", limit_s=5, text="again")


@pytest.mark.fault
def test_a_mute_child_is_lost_within_two_seconds(process):
    process.request("hang", limit_s=5)
    error, after_s = wait_until_lost(process, 5)
    assert error.code == "CAM-002"
    assert after_s < 2


@posix
@pytest.mark.kill
@pytest.mark.parametrize(("number", "words"), [(signal.SIGKILL, "a kill from outside"), (signal.SIGSTOP, "silent for")])
def test_a_killed_or_stopped_child_is_lost_within_two_seconds(process, number, words):
    process.request("echo", limit_s=5, text="started")
    os.kill(process.pid, number)
    error, after_s = wait_until_lost(process, 5)
    assert error.code == "CAM-002"
    assert words in error.message
    assert after_s < 2
    process.close()
    assert gone(process.pid)


@pytest.mark.fault
@pytest.mark.parametrize(
    ("what", "fields", "words"),
    [
        ("exit", {"code": 139}, "a memory fault (code 139)"),
        ("exit", {"code": 0}, "ended without being asked"),
        pytest.param("crash", {}, "a memory fault", marks=posix),
    ],
)
def test_a_child_that_ends_by_itself_is_lost_in_words(process, what, fields, words):
    process.request("echo", limit_s=5, text="started")
    begun = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        process.request(what, limit_s=10, **fields)
    assert caught.value.code == "CAM-002"
    assert words in caught.value.message
    assert time.monotonic() - begun < 2


@pytest.mark.fault
@pytest.mark.expected_log("ends by a fault of its own")
def test_a_bug_in_the_child_is_logged_with_its_traceback(process, caplog):
    with pytest.raises(OperationalError, match="CAM-002"):
        process.request("raise", limit_s=10)
    process.close()
    assert "RuntimeError: a bug of ours" in caplog.text


def test_three_ends_by_itself_bar_the_driver_until_acknowledged(process, ledger):
    with pytest.raises(OperationalError):
        process.request("exit", limit_s=10, code=139)
    ledger.check("fake.cti")
    ledger.note("fake.cti")
    ledger.note("fake.cti")
    with pytest.raises(OperationalError, match=r"CAM-005: The camera driver fake.cti ended 3 times"):
        ledger.check("fake.cti")
    ledger.check("other.cti")
    ledger.acknowledge("fake.cti")
    ledger.check("fake.cti")


def test_ends_long_ago_do_not_bar_a_driver():
    now = [0.0]
    ledger = ExitLedger(limit=3, window_s=600, clock=lambda: now[0])
    for now[0] in (0.0, 300.0, 601.0):
        ledger.note("a.cti")
    ledger.check("a.cti")
    now[0] = 700.0
    ledger.note("a.cti")
    with pytest.raises(OperationalError, match="CAM-005"):
        ledger.check("a.cti")


def test_a_process_that_we_ended_says_nothing_about_its_driver(process, ledger):
    for _ in range(3):
        process.close()
    with pytest.raises(OperationalError):
        process.check()
    ledger.check("fake.cti")


def test_close_is_quick_and_leaves_nothing(process):
    process.request("echo", limit_s=5, text="started")
    pid = process.pid
    begun = time.monotonic()
    process.close()
    process.close()
    assert time.monotonic() - begun < 1
    assert gone(pid)
    with pytest.raises(OperationalError):
        process.request("echo", limit_s=1, text="too late")


@posix
@pytest.mark.kill
def test_close_of_a_stopped_child_keeps_its_limit(process):
    process.request("echo", limit_s=5, text="started")
    os.kill(process.pid, signal.SIGSTOP)
    begun = time.monotonic()
    process.close(limit_s=1.0)
    assert time.monotonic() - begun < 3
    assert gone(process.pid)


def test_a_standstill_of_the_program_is_not_blamed_on_the_camera(process, monkeypatch):
    process.request("echo", limit_s=5, text="started")
    real = time.monotonic
    ahead = [0.0]
    monkeypatch.setattr("inspector.cameras.process.time.monotonic", lambda: real() + ahead[0])
    process.check()
    ahead[0] = 3600.0  # suspended for an hour
    process.check()
    assert process.request("echo", limit_s=5, text="alive") == {"got": "alive"}


PROGRAM = """
    import sys, time
    from inspector.cameras.process import CameraProcess
    from tests.support import camera_hosts

    if __name__ == "__main__":
        process = CameraProcess(camera_hosts.BODY, ARGS, name="c", on_event=lambda message: None)
        process.request("echo", limit_s=10, text="x")
        print(process.pid, flush=True)
        END
"""


def run_program(tmp_path: Path, body: str, args: str, end: str) -> subprocess.Popen:
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(PROGRAM.replace("BODY", body).replace("ARGS", args).replace("END", end)))
    return subprocess.Popen(
        [sys.executable, str(file)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until(condition, limit_s: float) -> bool:
    give_up_at = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


@posix
@pytest.mark.kill
def test_a_child_whose_program_was_killed_ends_within_three_seconds(tmp_path):
    note = tmp_path / "note"
    program = run_program(tmp_path, "notes_the_end", f"({str(note)!r},)", "time.sleep(60)")
    with program:
        child = int(program.stdout.readline())
        program.kill()
        assert wait_until(lambda: gone(child), 3)
    assert note.read_text() == "parent gone"


@posix
@pytest.mark.kill
def test_a_child_that_hangs_in_its_driver_ends_too_when_its_program_is_gone(tmp_path):
    program = run_program(tmp_path, "ignores_the_pipe", "()", "time.sleep(60)")
    with program:
        child = int(program.stdout.readline())
        program.kill()
        assert wait_until(lambda: gone(child), 5)


@posix
def test_a_program_that_forgets_to_close_still_ends(tmp_path):
    program = run_program(tmp_path, "obedient", "()", "pass")
    with program:
        child = int(program.stdout.readline())
        assert program.wait(10) == 0
        assert wait_until(lambda: gone(child), 3)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "still running"),
        (0, "ended without being asked"),
        (-11, "ended by a memory fault (code -11)"),
        (-9, "ended by a kill from outside (code -9)"),
        (-64, "ended by SIGRTMAX (code -64)"),
        (134, "ended by an internal failure (abort) (code 134)"),
        (-1073741819, "ended by a memory fault (code 0xC0000005)"),
        (70, "ended with an error (code 70)"),
    ],
)
def test_exit_codes_in_words(code, words):
    assert exit_words(code) == words
