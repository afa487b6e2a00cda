import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from inspector.core.decision import Verdict
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.record import Inspection, InspectionRecord
from inspector.services.clock import SystemClock
from inspector.services.pictures import KeepPolicy
from inspector.services.recorder import Recorder
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.records import inspection
from tests.support.values import frame

_FULL = OperationalError("DAT-002", "The disk is full.", "Free space.")
_TIME_S = 20
_EVERY_THIRD = KeepPolicy(pass_every=3)


class Station:
    """A recorder on disks in memory, and what it said."""

    def __init__(self, policy: KeepPolicy = _EVERY_THIRD, **limits: int) -> None:
        self.records = MemoryRecordStore()
        self.images = MemoryImageStore()
        self.recorder = Recorder(self.records, self.images, policy, SystemClock(), **limits)
        self.recorded: queue.Queue[InspectionRecord] = queue.Queue()
        self.failed: queue.Queue[OperationalError] = queue.Queue()
        self.recovered = threading.Event()
        self.recorder.recorded.connect(self.recorded.put)
        self.recorder.failed.connect(self.failed.put)
        self.recorder.recovered.connect(lambda _: self.recovered.set())

    def submit(self, *verdicts: Verdict) -> list[Inspection]:
        parts = [inspection(number, verdict) for number, verdict in enumerate(verdicts, self.recorder.submitted + 1)]
        for part in parts:
            self.recorder.submit(part)
        return parts


@pytest.fixture
def station() -> Iterator[Station]:
    made = Station()
    made.recorder.start()
    yield made
    made.records.error = made.images.error = None
    made.records.gate.set()
    made.images.gate.set()
    made.recorder.close()


@pytest.fixture
def small() -> Iterator[Station]:
    """Room for eight records and four pictures of 64 × 96 with their maps."""
    made = Station(KeepPolicy(pass_every=1), capacity=8, picture_budget_bytes=4 * (64 * 96 + 8))
    made.recorder.start()
    yield made
    made.records.error = made.images.error = None
    made.records.gate.set()
    made.images.gate.set()
    made.recorder.close()


def _ids(parts: list[Inspection]) -> list[str]:
    return [part.id for part in parts]


@pytest.mark.promise("R-07")
def test_every_part_is_recorded_in_order(station: Station) -> None:
    parts = station.submit(*[Verdict.PASS, Verdict.FAIL, Verdict.NOT_INSPECTED] * 40)
    assert station.recorder.close()
    assert [record.id for record in reversed(station.records.recent(1000))] == _ids(parts)
    assert [station.recorded.get(timeout=_TIME_S).id for _ in parts] == _ids(parts)
    recorder = station.recorder
    assert (recorder.submitted, recorder.recorded_count, recorder.waiting) == (120, 120, 0)
    assert (recorder.shed, recorder.lost, recorder.failure) == (0, 0, None)


def test_a_record_says_what_the_part_was(station: Station) -> None:
    part = replace(inspection(5, Verdict.FAIL), lot="L-7")
    station.recorder.submit(part)
    record = station.recorded.get(timeout=_TIME_S)
    assert (record.id, record.frame_id, record.lot) == (part.id, 5, "L-7")
    assert (record.verdict, record.reason, record.score, record.limit) == (Verdict.FAIL, "above_limit", 2.5, 1.0)
    assert (record.source, record.simulated, record.model) == ("simulated:test", True, part.decision.model)
    assert (record.waited_ms, record.model_ms, record.answer_ms) == (0.5, 30.25, 31.75)
    assert record.regions[0].peak == 2.5
    assert record.captured_at == part.frame.captured_at
    assert record.recorded_at >= record.captured_at


def test_rejected_parts_keep_picture_and_map_and_some_good_ones_do(station: Station) -> None:
    # The first of the run, every third that passed, and all that were rejected.
    verdicts = [Verdict.PASS] * 6 + [Verdict.FAIL, Verdict.PASS]
    parts = station.submit(*verdicts)
    late = inspection(9, Verdict.NOT_INSPECTED, part=frame(9))
    gap = inspection(10, Verdict.NOT_INSPECTED)
    for one in (late, gap):
        station.recorder.submit(one)
    assert station.recorder.close()
    kept = [station.records.get(part.id) for part in (*parts, late, gap)]
    assert [bool(record.image_path) for record in kept if record] == [
        *(True, False, True, False, False, True),
        *(True, False, True, False),
    ]
    assert [bool(record.map_path) for record in kept if record] == [
        *(True, False, True, False, False, True),
        *(True, False, False, False),
    ]
    for record in kept:
        assert record is not None
        assert not record.awaited
        if record.image_path:
            station.images.load_frame(record.image_path, record.image_sha256)


@pytest.mark.promise("R-07")
def test_a_picture_that_takes_long_does_not_delay_records(station: Station) -> None:
    station.images.gate.clear()
    parts = station.submit(Verdict.FAIL, Verdict.PASS, Verdict.FAIL)
    records = [station.recorded.get(timeout=_TIME_S) for _ in parts]
    assert [record.id for record in records] == _ids(parts)
    assert [record.awaited for record in records] == [True, False, True]
    assert all(not record.image_path for record in records)
    station.images.gate.set()
    assert station.recorder.close()
    found = station.records.get(parts[2].id)
    assert found is not None
    assert found.image_path
    assert not found.awaited


@pytest.mark.promise("R-13")
@pytest.mark.expected_log("Records cannot be written, trying again")
def test_a_disk_that_refuses_for_a_while_loses_nothing(station: Station) -> None:
    station.records.error = _FULL
    parts = station.submit(*[Verdict.FAIL] * 10)
    assert station.failed.get(timeout=_TIME_S).code == "DAT-002"
    assert station.recorder.failure is _FULL
    assert station.recorder.waiting == 10
    assert not station.recovered.is_set()
    station.records.error = None
    assert station.recovered.wait(_TIME_S)
    assert station.recorder.failure is None
    assert [station.recorded.get(timeout=_TIME_S).id for _ in parts] == _ids(parts)
    assert station.recorder.close()
    assert station.failed.empty(), "one trouble is announced once"
    assert all(record.image_path for record in station.records.recent(10))


@pytest.mark.promise("R-15")
@pytest.mark.expected_log("Pictures cannot be written, trying again")
def test_pictures_that_cannot_be_written_are_tried_again_beside_the_records(station: Station) -> None:
    station.images.error = _FULL
    (part,) = station.submit(Verdict.FAIL)
    assert station.failed.get(timeout=_TIME_S) is _FULL
    assert station.recorded.get(timeout=_TIME_S).awaited
    station.images.error = None
    assert station.recovered.wait(_TIME_S)
    assert station.recorder.close()
    found = station.records.get(part.id)
    assert found is not None
    assert found.image_path


@pytest.mark.expected_log("1 pictures were given up")
@pytest.mark.expected_log("Pictures cannot be written")
@pytest.mark.expected_log("Thread pictures did not end")
def test_a_picture_that_can_never_be_written_is_given_up_at_the_end_and_its_record_says_so(station: Station) -> None:
    station.images.error = _FULL
    (part,) = station.submit(Verdict.FAIL)
    station.failed.get(timeout=_TIME_S)
    assert station.recorder.close(timeout_s=0.5)
    found = station.records.get(part.id)
    assert found is not None
    assert found.shed
    assert not found.awaited
    assert station.recorder.shed == 1


def test_pictures_of_good_parts_are_shed_first_and_every_shed_picture_is_counted(small: Station) -> None:
    small.images.gate.clear()
    failed = small.submit(*[Verdict.FAIL] * 3)  # three of four places
    passed = small.submit(Verdict.PASS)  # more than half full
    more = small.submit(Verdict.FAIL, Verdict.FAIL)  # one fits, one does not
    small.images.gate.set()
    assert small.recorder.close()
    shed = [record.id for record in reversed(small.records.recent(10)) if record.shed]
    assert shed == [passed[0].id, more[1].id]
    assert small.recorder.shed == 2
    assert small.recorder.lost == 0
    for part in (*failed, more[0]):
        record = small.records.get(part.id)
        assert record is not None
        assert record.image_path


@pytest.mark.promise("R-13")
@pytest.mark.expected_log("Record lost, the recorder is full: part 9, fail")
@pytest.mark.expected_log("Record lost, the recorder is full: part 10, pass")
def test_a_full_recorder_names_what_it_loses_and_says_when_it_is_over(small: Station) -> None:
    small.records.gate.clear()
    parts = small.submit(*[Verdict.PASS] * 8)
    small.submit(Verdict.FAIL, Verdict.PASS)
    first = small.failed.get(timeout=_TIME_S)
    assert first.code == "DAT-002"
    assert "part 9" in first.message
    assert small.recorder.failure is not None
    recorder = small.recorder
    assert (recorder.submitted, recorder.waiting, recorder.lost) == (10, 8, 2)
    small.records.gate.set()
    assert small.recovered.wait(_TIME_S)
    assert recorder.failure is None
    assert not recorder.close(), "records were lost"
    assert [record.id for record in reversed(small.records.recent(20))] == _ids(parts)
    assert (recorder.recorded_count, recorder.waiting, recorder.lost) == (8, 0, 2)


@pytest.mark.expected_log("Record lost, the recorder is closed")
def test_a_part_after_the_end_is_named_too(station: Station) -> None:
    station.recorder.close()
    station.submit(Verdict.PASS)
    assert station.recorder.lost == 1
    assert station.failed.get_nowait().code == "DAT-002"


@pytest.mark.expected_log("Record lost, the program ended before they could be written")
@pytest.mark.expected_log("Records cannot be written")
@pytest.mark.expected_log("Thread record did not end")
def test_what_cannot_be_written_at_the_end_is_named(station: Station) -> None:
    station.records.error = _FULL
    station.submit(Verdict.PASS, Verdict.PASS)
    assert not station.recorder.close(timeout_s=0.3)
    recorder = station.recorder
    assert (recorder.submitted, recorder.recorded_count, recorder.lost, recorder.waiting) == (2, 0, 2, 0)


def test_what_waits_is_stored_in_shared_transactions(station: Station) -> None:
    station.records.gate.clear()
    station.submit(Verdict.PASS)
    assert station.records.entered.wait(_TIME_S)
    station.submit(*[Verdict.PASS] * 100)
    station.records.gate.set()
    assert station.recorder.close()
    assert sum(station.records.batches) == 101
    assert len(station.records.batches) <= 4


def test_a_flag_waits_for_its_record(station: Station) -> None:
    station.records.gate.clear()
    (part,) = station.submit(Verdict.PASS)
    station.recorder.flag(part.id, flagged=True)
    station.records.gate.set()
    assert station.recorder.close()
    found = station.records.get(part.id)
    assert found is not None
    assert found.flagged


def test_a_part_whose_picture_was_not_kept_can_be_kept_later(station: Station) -> None:
    parts = station.submit(Verdict.PASS, Verdict.PASS)
    station.recorded.get(timeout=_TIME_S)
    assert station.recorder.keep(parts[1])
    assert station.recorder.close()
    found = station.records.get(parts[1].id)
    assert found is not None
    assert found.image_path
    assert found.map_path


def test_replay_waits_for_room_and_sheds_nothing(small: Station) -> None:
    parts = [inspection(number, Verdict.PASS) for number in range(1, 101)]
    for part in parts:
        small.recorder.submit_waiting(part)
    assert small.recorder.close()
    assert [record.id for record in reversed(small.records.recent(1000))] == _ids(parts)
    assert (small.recorder.shed, small.recorder.lost) == (0, 0)
    assert all(record.image_path for record in small.records.recent(1000))


@pytest.mark.expected_log("Records cannot be written")
def test_replay_hears_that_nothing_can_be_written(small: Station) -> None:
    small.records.error = _FULL

    def replay() -> None:
        for number in range(1, 100):
            small.recorder.submit_waiting(inspection(number, Verdict.NOT_INSPECTED))

    with pytest.raises(OperationalError, match="disk is full"):
        replay()
    assert small.recorder.lost == 0
    small.records.error = None


@pytest.mark.promise("R-21")
@pytest.mark.expected_log("Thread record failed")
@pytest.mark.expected_log("Record lost")
def test_a_bug_in_the_record_thread_is_announced_and_nothing_is_taken_any_more(station: Station) -> None:
    station.records.error = ValueError("a bug")  # type: ignore[assignment]
    station.submit(Verdict.PASS)
    assert station.failed.get(timeout=_TIME_S).code == "SYS-001"
    station.submit(Verdict.PASS)
    assert station.recorder.failure is not None
    assert not station.recorder.close()
    assert station.recorder.lost == 2


@pytest.mark.promise("R-21")
@pytest.mark.expected_log("Thread pictures failed")
def test_a_bug_in_the_picture_thread_leaves_the_records_whole(station: Station) -> None:
    station.images.error = ValueError("a bug")  # type: ignore[assignment]
    (first,) = station.submit(Verdict.FAIL)
    assert station.failed.get(timeout=_TIME_S).code == "SYS-001"
    (second,) = station.submit(Verdict.FAIL)
    assert station.recorder.close()
    for part in (first, second):
        found = station.records.get(part.id)
        assert found is not None
        assert found.shed
        assert not found.awaited
    assert station.recorder.shed == 2


def test_a_policy_can_keep_no_good_part() -> None:
    policy = KeepPolicy(pass_every=0, first_of_run=False)
    assert not policy.keeps(inspection(1, Verdict.PASS), 1)
    assert policy.keeps(inspection(1, Verdict.FAIL), 0)


def test_closing_twice_is_harmless(station: Station) -> None:
    assert station.recorder.close()
    assert station.recorder.close()


def test_a_recorder_that_never_started_closes() -> None:
    assert Station().recorder.close()


def test_frames_of_parts_that_keep_no_picture_are_let_go(station: Station) -> None:
    """Otherwise 256 waiting records would hold 256 pictures."""
    station.records.gate.clear()
    station.images.gate.clear()
    station.submit(Verdict.PASS)
    let_go, kept = inspection(2, Verdict.PASS), inspection(3, Verdict.FAIL)
    assert isinstance(let_go.frame, Frame)
    assert isinstance(kept.frame, Frame)
    before = [sys.getrefcount(let_go), sys.getrefcount(let_go.frame), sys.getrefcount(kept)]
    station.recorder.submit(let_go)
    station.recorder.submit(kept)
    after = [sys.getrefcount(let_go), sys.getrefcount(let_go.frame), sys.getrefcount(kept)]
    assert after == [before[0], before[1], before[2] + 1]
