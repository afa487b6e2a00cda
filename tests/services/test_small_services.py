"""Worker, streaks, counting, health and disk probes."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.ports import ProbeResult
from inspector.core.refs import RecipeRef
from inspector.services.counting import shift_start
from inspector.services.disk import free_space_probe, writable_probe
from inspector.services.health import HealthService
from inspector.services.streaks import NotInspectedStreak
from inspector.services.worker import Worker


def decision(verdict: Verdict, reason: Reason = Reason.GAP) -> Decision:
    return Decision(verdict, reason, 1.0, RecipeRef("cap", 1))


def test_a_worker_stops_when_asked_and_can_start_again() -> None:
    worker = Worker("test", lambda stop: stop.wait(10) or None, lambda _: None)
    for _ in range(2):
        worker.start()
        with pytest.raises(RuntimeError, match="runs already"):
            worker.start()
        assert worker.alive
        assert worker.stop(5)
        assert not worker.alive


@pytest.mark.expected_log("Thread test failed")
def test_a_bug_in_a_worker_reaches_its_owner() -> None:
    failures: list[Exception] = []

    def run(_: threading.Event) -> None:
        raise ZeroDivisionError

    worker = Worker("test", run, failures.append)
    worker.start()
    assert worker.join(5)
    assert [type(failure) for failure in failures] == [ZeroDivisionError]


@pytest.mark.expected_log("did not end within")
def test_a_worker_that_does_not_end_is_said_so() -> None:
    release = threading.Event()
    worker = Worker("test", lambda _: release.wait(10) or None, lambda _: None)
    worker.start()
    assert not worker.stop(0.05)
    release.set()
    assert worker.join(5)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.GAP, "CAM-003"),
        (Reason.LATE, "TIM-001"),
        (Reason.MODEL_FAILED, "GPU-001"),
        (Reason.INVALID_MAP, "GPU-001"),
        (Reason.WRONG_SIZE, "CAM-006"),
        (Reason.NOT_DELIVERED, "LIN-001"),
    ],
)
def test_three_in_a_row_stop_the_line_and_name_the_cause(reason: Reason, code: str) -> None:
    streak = NotInspectedStreak()
    bad = decision(Verdict.NOT_INSPECTED, reason)
    assert [streak.after(one) for one in (bad, bad, decision(Verdict.FAIL), bad, bad)] == [None] * 5
    fault = streak.after(bad)
    assert fault is not None
    assert fault.code == code
    streak.reset()
    assert streak.after(bad) is None


@pytest.mark.parametrize(
    ("now", "start"),
    [("05:59", "20T22:00"), ("06:00", "21T06:00"), ("13:59", "21T06:00"), ("14:00", "21T14:00"), ("23:30", "21T22:00")],
)
def test_shifts_begin_at_six_fourteen_and_twenty_two(now: str, start: str) -> None:
    at = datetime.fromisoformat(f"2026-11-21T{now}:00+00:00")
    assert shift_start(at) == datetime.fromisoformat(f"2026-11-{start}:00").replace(tzinfo=UTC)


def health(probe: Callable[[], ProbeResult]) -> tuple[HealthService, list[str]]:
    heard: list[str] = []
    service = HealthService(
        [probe],
        report=lambda error: heard.append(f"+{error.code}"),
        gone=lambda code: heard.append(f"-{code}"),
        on_failure=lambda error: heard.append(repr(error)),
    )
    return service, heard


def test_health_reports_what_appears_and_takes_back_what_is_over() -> None:
    codes = iter(["", "DAT-001", "DAT-001", "DAT-002", ""])
    service, heard = health(lambda: ProbeResult("Disk", "text", next(codes)))
    for _ in range(5):
        service.sample()
    assert heard == ["+DAT-001", "+DAT-002", "-DAT-001", "-DAT-002"]


def test_health_looks_by_itself() -> None:
    looked = threading.Event()

    def probe() -> ProbeResult:
        looked.set()
        return ProbeResult("Disk", "fine")

    service, _ = health(probe)
    service.start()
    assert looked.wait(5)
    assert service.close()


@pytest.mark.parametrize(("free", "code"), [(4, "DAT-002"), (14, "DAT-001"), (16, "")])
def test_free_space_is_judged_by_share(free: int, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    #
    usage = type("Usage", (), {"total": 100, "free": free, "used": 100 - free})
    monkeypatch.setattr("inspector.services.disk.shutil.disk_usage", lambda _: usage)
    assert free_space_probe(tmp_path)().code == code


def test_a_data_folder_or_database_that_goes_away_is_noticed(tmp_path: Path) -> None:
    #
    folder = tmp_path / "data"
    folder.mkdir()
    database = folder / "inspector.sqlite"
    database.write_bytes(b"rows")
    probe = writable_probe(folder, database)
    assert probe().code == ""
    database.rename(folder / "moved")
    database.write_bytes(b"rows")
    assert probe().code == "DAT-002"
    (folder / "moved").unlink()
    database.unlink()
    folder.rmdir()
    assert probe().code == "DAT-002"
    assert free_space_probe(folder)().code == "DAT-002"
