"""What every `RecordStore` must do."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inspector.core.decision import Verdict
from inspector.core.ports import RecordStore
from inspector.core.record import Counts, KeptFiles, StoredFile
from inspector.core.refs import ModelRef, RecipeRef, new_id
from inspector.storage.database import Database
from inspector.storage.records import SqlRecordStore
from tests.support.record_store import MemoryRecordStore
from tests.support.records import CAPTURED_AT, record, regions


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordStore]:
    if request.param == "memory":
        yield MemoryRecordStore()
        return
    database = Database.open(tmp_path / "station.sqlite")
    yield SqlRecordStore(database)
    database.close()


def test_a_new_store_is_empty(store: RecordStore) -> None:
    assert store.recent(10) == ()
    assert store.counts() == Counts()
    assert store.get(new_id()) is None
    assert store.get("no id at all") is None


def test_every_field_comes_back(store: RecordStore) -> None:
    kept = record(
        7,
        Verdict.FAIL,
        source="folder:/pictures/50 %",
        label="broken_large/000.png",
        lot="L-17'; DROP TABLE inspections; --",
        detail="说明",
        score=math.pi,
        limit=0.1 + 0.2,
        recipe=RecipeRef("帽", 12),
        model=ModelRef("demo", 4, "ab" * 32),
        regions=regions(3),
        awaited=True,
    )
    store.add([kept])
    assert store.get(kept.id) == kept
    assert store.recent(1) == (kept,)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_record_without_score_model_or_lot(store: RecordStore, verdict: Verdict) -> None:
    kept = record(1, verdict, score=None, model=None, lot="", regions=())
    store.add([kept])
    assert store.get(kept.id) == kept


def test_a_limit_that_is_no_number_stays_so(store: RecordStore) -> None:
    kept = record(1, Verdict.NOT_INSPECTED, limit=math.nan)
    store.add([kept])
    found = store.get(kept.id)
    assert found is not None
    assert math.isnan(found.limit)


def test_times_come_back_to_the_microsecond_in_utc(store: RecordStore) -> None:
    far = record(1, captured_at=CAPTURED_AT.replace(year=2038, month=12, microsecond=999_999))
    store.add([far])
    found = store.get(far.id)
    assert found is not None
    assert found.captured_at == far.captured_at
    assert found.captured_at.utcoffset() == timedelta(0)


def test_recent_is_newest_first_in_the_order_of_storing(store: RecordStore) -> None:
    # The clock went back between the second and the third (FS-13).
    parts = [record(number) for number in (1, 2, 3, 4)]
    parts[2] = replace(parts[2], captured_at=CAPTURED_AT - timedelta(hours=1), id="0" * 32)
    store.add(parts[:2])
    store.add(parts[2:])
    assert [one.frame_id for one in store.recent(3)] == [4, 3, 2]
    assert len(store.recent(100)) == 4
    assert store.recent(0) == ()


def test_regions_belong_to_their_record_in_their_order(store: RecordStore) -> None:
    parts = [record(number, Verdict.FAIL, regions=regions(number)) for number in range(4)]
    store.add(parts)
    assert [len(one.regions) for one in store.recent(4)] == [3, 2, 1, 0]
    assert store.recent(4) == tuple(reversed(parts))


def test_a_batch_may_be_repeated(store: RecordStore) -> None:
    first, second = record(1), record(2, Verdict.FAIL, regions=regions(2))
    store.add([first])
    store.add([first, second])
    store.add([first, second])
    assert store.counts().total == 2
    assert store.get(second.id) == second


def test_an_empty_batch_is_nothing(store: RecordStore) -> None:
    store.add([])
    store.attach([])
    assert store.counts() == Counts()


def test_counts_by_lot_time_and_kind(store: RecordStore) -> None:
    store.add(
        [
            record(1, lot="A", simulated=False),
            record(2, lot="A", simulated=True),
            record(3, Verdict.FAIL, lot="A", simulated=False),
            record(4, Verdict.NOT_INSPECTED, lot="B", simulated=False),
            record(5, lot="", simulated=False, captured_at=CAPTURED_AT + timedelta(hours=1)),
        ]
    )
    assert store.counts() == Counts(3, 1, 1)
    assert store.counts(lot="A") == Counts(2, 1, 0)
    assert store.counts(lot="A", simulated=False) == Counts(1, 1, 0)
    assert store.counts(lot="") == Counts(1, 0, 0)
    assert store.counts(lot="%") == Counts()
    assert store.counts(since=CAPTURED_AT) == Counts(3, 1, 1)
    assert store.counts(since=CAPTURED_AT + timedelta(microseconds=1)) == Counts(1, 0, 0)
    assert store.counts(simulated=True) == Counts(1, 0, 0)


def test_files_are_named_once_they_are_whole(store: RecordStore) -> None:
    both, picture_only, given_up, other = (record(number, Verdict.FAIL, awaited=True) for number in range(4))
    store.add([both, picture_only, given_up, other])
    image, found = StoredFile("images/a.png", "ab" * 32), StoredFile("maps/a.safetensors", "cd" * 32)
    store.attach([KeptFiles(both.id, image, found), KeptFiles(picture_only.id, image), KeptFiles(given_up.id)])
    assert store.get(both.id) == replace(
        both,
        awaited=False,
        image_path=image.path,
        image_sha256=image.sha256,
        map_path=found.path,
        map_sha256=found.sha256,
    )
    assert store.get(picture_only.id) == replace(
        picture_only, awaited=False, image_path=image.path, image_sha256=image.sha256
    )
    assert store.get(given_up.id) == replace(given_up, awaited=False, shed=True)
    assert store.get(other.id) == other


def test_giving_up_never_takes_away_files_that_are_kept(store: RecordStore) -> None:
    kept = record(1, Verdict.FAIL, awaited=True)
    image = StoredFile("images/a.png", "ab" * 32)
    store.add([kept])
    store.attach([KeptFiles(kept.id, image)])
    store.attach([KeptFiles(kept.id)])
    assert store.get(kept.id) == replace(kept, awaited=False, image_path=image.path, image_sha256=image.sha256)


def test_a_flag_is_set_and_taken_off(store: RecordStore) -> None:
    part = record(1)
    store.add([part])
    store.flag(part.id, flagged=True)
    assert store.get(part.id) == replace(part, flagged=True)
    store.flag(part.id, flagged=False)
    assert store.get(part.id) == part


def test_flagging_a_record_that_is_not_there_makes_none(store: RecordStore) -> None:
    store.flag(new_id(), flagged=True)
    assert store.counts() == Counts()


def test_when_a_recipe_was_last_used(store: RecordStore) -> None:
    cap, newer = RecipeRef("cap", 1), RecipeRef("cap", 2)
    store.add([record(n, recipe=cap, captured_at=CAPTURED_AT + timedelta(minutes=n)) for n in range(3)])
    store.add([record(3, recipe=newer, captured_at=CAPTURED_AT)])
    assert store.last_inspected(cap) == CAPTURED_AT + timedelta(minutes=2)
    assert store.last_inspected(newer) == CAPTURED_AT
    assert store.last_inspected(RecipeRef("cap", 3)) is None
    assert store.last_inspected(RecipeRef("lid", 1)) is None
