from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inspector.core.decision import Verdict
from inspector.core.record import InspectionRecord, KeptFiles
from inspector.core.refs import new_id
from inspector.storage.database import Database
from inspector.storage.images import FileImageStore
from inspector.storage.reconcile import reconcile
from inspector.storage.records import SqlRecordStore
from tests.support.records import CAPTURED_AT, record
from tests.support.values import anomaly_map, frame


@pytest.fixture
def records(database: Database) -> SqlRecordStore:
    return SqlRecordStore(database)


@pytest.fixture
def images(tmp_path: Path) -> FileImageStore:
    return FileImageStore(tmp_path)


def _failed(records: SqlRecordStore, frame_id: int = 1, **changes: object) -> InspectionRecord:
    """A record of a rejected part whose files are still to come."""
    part = record(frame_id, Verdict.FAIL, awaited=True, **changes)
    records.add([part])
    return part


def _keep(images: FileImageStore, part: InspectionRecord, *, picture: bool = True, heat: bool = True) -> KeptFiles:
    image = images.save_frame(part.id, replace(frame(), captured_at=part.captured_at)) if picture else None
    return KeptFiles(part.id, image, images.save_map(part.id, anomaly_map([[2.0]]), part.captured_at) if heat else None)


def test_a_new_station_has_nothing_to_reconcile(records: SqlRecordStore, images: FileImageStore) -> None:
    report = reconcile(records, images)
    assert report.agrees
    assert report.last is None


@pytest.mark.promise("R-08")
def test_files_that_were_whole_before_the_crash_find_their_record(
    records: SqlRecordStore, images: FileImageStore
) -> None:
    part = _failed(records)
    kept = _keep(images, part)
    report = reconcile(records, images)
    found = records.get(part.id)
    assert report.agrees
    assert report.adopted == (part.id,)
    assert report.last == found
    assert found is not None
    assert kept.image is not None
    assert kept.map is not None
    assert (found.image_path, found.image_sha256) == (kept.image.path, kept.image.sha256)
    assert (found.map_path, found.map_sha256) == (kept.map.path, kept.map.sha256)
    assert not found.awaited
    assert not found.shed


@pytest.mark.promise("R-08")
def test_files_that_never_became_whole_are_given_up(
    records: SqlRecordStore, images: FileImageStore, tmp_path: Path
) -> None:
    part = _failed(records)
    (tmp_path / "images/.incoming").mkdir(parents=True)
    (tmp_path / f"images/.incoming/{part.id}.png").write_bytes(b"half")
    report = reconcile(records, images)
    found = records.get(part.id)
    assert report.given_up == (part.id,)
    assert report.swept == 1
    assert found is not None
    assert found.shed
    assert not found.awaited
    assert reconcile(records, images).given_up == ()


def test_a_picture_without_its_map_is_adopted_alone(records: SqlRecordStore, images: FileImageStore) -> None:
    part = _failed(records)
    _keep(images, part, heat=False)
    reconcile(records, images)
    found = records.get(part.id)
    assert found is not None
    assert found.image_path
    assert not found.map_path


def test_a_record_whose_file_is_gone_is_named(records: SqlRecordStore, images: FileImageStore, tmp_path: Path) -> None:
    whole, robbed = _failed(records, 1), _failed(records, 2)
    records.attach([_keep(images, whole), _keep(images, robbed)])
    found = records.get(robbed.id)
    assert found is not None
    (tmp_path / found.image_path).unlink()
    report = reconcile(records, images)
    assert report.missing == (robbed.id,)
    assert not report.agrees


@pytest.mark.promise("R-08")
def test_a_file_without_a_record_is_set_aside_and_named(
    records: SqlRecordStore, images: FileImageStore, tmp_path: Path
) -> None:
    part = _failed(records)
    records.attach([_keep(images, part)])
    lost = record(2, captured_at=CAPTURED_AT + timedelta(minutes=40), id=new_id())
    _keep(images, lost, heat=False)
    report = reconcile(records, images)
    assert report.orphans == (f"orphans/{lost.id}.png",)
    assert (tmp_path / report.orphans[0]).exists()
    again = reconcile(records, images)
    assert again.agrees
    assert again.last == records.get(part.id)


def test_older_hours_are_not_looked_through(records: SqlRecordStore, images: FileImageStore, tmp_path: Path) -> None:
    old = _failed(records, 1, captured_at=CAPTURED_AT - timedelta(hours=3))
    files = _keep(images, old)
    records.attach([files])
    _failed(records, 2)
    assert files.image is not None
    (tmp_path / files.image.path).unlink()
    assert reconcile(records, images).missing == ()


def test_files_of_a_database_that_was_set_aside_stay_where_they_are(
    records: SqlRecordStore, images: FileImageStore, tmp_path: Path
) -> None:
    before = record(1)
    files = _keep(images, before)
    _failed(records, 2)
    report = reconcile(records, images)
    assert report.orphans == ()
    assert files.image is not None
    assert (tmp_path / files.image.path).exists()
