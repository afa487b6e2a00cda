"""Samples with a real database and real files: what comes in, what is noticed, who checks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cameras.picture_folder import PictureFiles
from inspector.core.errors import OperationalError
from inspector.core.picture_limits import learn, measure_picture
from inspector.core.refs import ModelRef, new_id
from inspector.core.sample import LEAST_CHECK, Sample, SampleFlag, Tray, Use, check_set
from inspector.services.samples import ImportProgress, SampleService
from inspector.storage.database import Database
from inspector.storage.samples import SqlSampleStore
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.records import record
from tests.support.values import frame

SETUP = new_id()


def part(seed: int, *, bad: bool = False, noise: int | None = None) -> np.ndarray:
    """A gray disk with its own grain, which lies a little elsewhere on every part; a bad one has a hole.

    `noise` takes the same part once more, with other noise of the sensor.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:120, :160].astype(np.float32)
    dy, dx = rng.uniform(-4, 4, 2)
    grain = np.kron(rng.normal(0, 12, (30, 40)), np.ones((4, 4)))
    picture = np.where(np.hypot(y - 60 - dy, x - 80 - dx) < 42, 150.0, 60.0) + grain
    if bad:
        picture[50:66, 70:86] = 10
    if noise is not None:
        picture += np.random.default_rng(1000 + noise).normal(0, 2, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SampleService]:
    database = Database.open(tmp_path / "station.sqlite")
    yield SampleService(SqlSampleStore(database, tmp_path), PictureFiles())
    database.close()


def fill(service: SampleService, count: int, tray: Tray = Tray.GOOD, first: int = 0) -> list[Sample]:
    return [service.add(SETUP, part(first + i, bad=tray is Tray.BAD), tray, source="test") for i in range(count)]


def write(folder: Path, name: str, image: np.ndarray) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    Image.fromarray(image).save(folder / name)


def check_ids(service: SampleService) -> set[str]:
    return {one.id for one in service.list(SETUP) if one.use is Use.CHECK}


def test_a26_the_same_picture_twenty_times_counts_once(service: SampleService, tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path / "in", f"{number}.png", part(1))
    outcome = service.import_folder(SETUP, tmp_path / "in", Tray.GOOD)
    assert (len(outcome.added), outcome.near_copies) == (20, 19)
    counts = service.counts(SETUP)
    assert (counts.good, counts.near_copies, counts.total) == (1, 19, 20)
    first, *others = service.list(SETUP)
    assert set(service.originals(SETUP).items()) == {(one.id, first.id) for one in others}
    assert {one.group for one in others} == {first.id}


def test_the_same_part_under_other_noise_is_a_near_copy_and_other_parts_are_not(service: SampleService) -> None:
    fill(service, 12)
    again = service.add(SETUP, part(3, noise=1), Tray.GOOD, source="test")
    assert SampleFlag.NEAR_COPY in again.flags
    assert service.originals(SETUP)[again.id] == service.list(SETUP)[3].id
    assert service.counts(SETUP).good == 12


def test_a_part_with_a_hole_is_no_copy_of_itself_without(service: SampleService) -> None:
    fill(service, 2)
    assert service.add(SETUP, part(1, bad=True), Tray.GOOD, source="test").counts


def test_plain_gray_parts_are_told_apart_by_their_texture(service: SampleService) -> None:
    rng = np.random.default_rng(0)
    for _ in range(4):
        service.add(SETUP, rng.normal(128, 4, (64, 64)).astype(np.uint8), Tray.GOOD, source="test")
    assert service.counts(SETUP).good == 4


def test_copies_do_not_cross_trays_and_step_forward_when_the_first_goes(service: SampleService) -> None:
    first, second, third = (service.add(SETUP, part(1, noise=i), Tray.GOOD, source="test") for i in range(3))
    assert [one.counts for one in service.list(SETUP)] == [True, False, False]
    service.move([third.id], Tray.BAD, "scratch")
    assert [(one.counts, one.defect) for one in service.list(SETUP)] == [(True, ""), (False, ""), (True, "scratch")]
    service.delete([first.id])
    assert service.list(SETUP)[0].id == second.id
    assert service.list(SETUP)[0].counts
    service.undo_delete()
    assert [one.counts for one in service.list(SETUP)] == [True, False, True]
    service.move([third.id], Tray.GOOD)
    assert [one.counts for one in service.list(SETUP)] == [True, False, False]


def test_what_was_noticed_is_known_after_a_restart(service: SampleService, tmp_path: Path) -> None:
    fill(service, 3)
    database = Database.open(tmp_path / "station.sqlite")
    again = SampleService(SqlSampleStore(database, tmp_path), PictureFiles())
    assert SampleFlag.NEAR_COPY in again.add(SETUP, part(1), Tray.GOOD, source="test").flags
    assert all(len(one.fingerprint) == 8 for one in again.list(SETUP))
    database.close()


def test_the_split_grows_with_the_samples_and_nobody_who_checks_ever_teaches(service: SampleService) -> None:
    before: set[str] = set()
    for step in range(5):
        fill(service, 10, first=10 * step)
        now = check_ids(service)
        assert before <= now
        before = now
    counts = service.counts(SETUP)
    assert (counts.good, counts.teach, counts.check) == (50, 30, 20)
    assert [sum(one.use is Use.CHECK for one in service.list(SETUP)[:20])] == [LEAST_CHECK]


def test_parts_of_one_group_stay_together(service: SampleService) -> None:
    for number in range(24):
        service.add(SETUP, part(number), Tray.GOOD, source="test", group=f"burst {number // 3}")
    uses: dict[str, set[Use]] = {}
    for one in service.list(SETUP):
        uses.setdefault(one.group, set()).add(one.use)
    assert all(len(kinds) == 1 for kinds in uses.values())
    assert 6 <= service.counts(SETUP).check <= 9


def test_a_near_copy_goes_where_the_one_it_is_like_went(service: SampleService) -> None:
    fill(service, 20)
    for original in service.list(SETUP):
        number = service.list(SETUP).index(original)
        service.add(SETUP, part(number, noise=1), Tray.GOOD, source="test")
        if number == 5:
            break
    by_id = {one.id: one for one in service.list(SETUP)}
    pairs = service.originals(SETUP)
    assert len(pairs) == 6
    assert all(by_id[copy].use is by_id[original].use for copy, original in pairs.items())
    good, _ = check_set(by_id.values())
    assert len(good) == LEAST_CHECK


def test_moving_and_deleting_keeps_enough_to_check(service: SampleService) -> None:
    fill(service, 24)
    service.delete(sorted(check_ids(service))[:4])
    assert service.counts(SETUP).check == LEAST_CHECK
    unsorted = [one.id for one in fill(service, 20, Tray.UNSORTED, first=100)]
    assert service.counts(SETUP).check == LEAST_CHECK
    service.move(unsorted, Tray.GOOD)
    counts = service.counts(SETUP)
    assert (counts.good, counts.check) == (40, 20)


def test_an_import_says_what_it_left_out_and_why(service: SampleService, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, "2.png", part(2))
    write(folder, "10.png", part(10))
    write(folder / "deeper", "1.png", part(1))
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n rest")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "notes.txt").write_text("not a picture")
    seen: list[ImportProgress] = []
    outcome = service.import_folder(SETUP, folder, Tray.BAD, defect="hole", progress=seen.append)
    assert [name for name, _ in outcome.skipped] == ["broken.png", "empty.jpg"]
    assert "is empty" in outcome.skipped[1][1]
    assert [one.source for one in service.list(SETUP)] == ["import:2.png", "import:10.png", "import:deeper/1.png"]
    assert {one.defect for one in service.list(SETUP)} == {"hole"}
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (0, 5, 5)
    with pytest.raises(OperationalError, match="does not exist"):
        service.import_folder(SETUP, tmp_path / "nowhere", Tray.GOOD)


def test_a_cancelled_import_keeps_what_it_has(service: SampleService, tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path / "in", f"{number}.png", part(number))
    outcome = service.import_folder(
        SETUP, tmp_path / "in", Tray.GOOD, cancelled=lambda: service.counts(SETUP).total == 2
    )
    assert outcome.cancelled
    assert len(outcome.added) == service.counts(SETUP).total == 2


def test_pictures_outside_the_limits_are_flagged_and_kept(service: SampleService) -> None:
    limits = learn([measure_picture(part(number)) for number in range(6)])
    dark = (part(7) * 0.4).astype(np.uint8)
    assert service.add(SETUP, part(8), Tray.GOOD, source="test", limits=limits).flags == frozenset()
    assert service.add(SETUP, dark, Tray.GOOD, source="test", limits=limits).flags == {SampleFlag.OUTSIDE_LIMITS}
    service.measure_limits(SETUP, None)
    assert service.counts(SETUP).outside == 0
    service.measure_limits(SETUP, limits)
    assert [SampleFlag.OUTSIDE_LIMITS in one.flags for one in service.list(SETUP)] == [False, True]


def test_a27_a_quick_look_finds_a_bad_part_among_good_ones(service: SampleService) -> None:
    fill(service, 15)
    bad = service.add(SETUP, part(50, bad=True), Tray.GOOD, source="test")
    fill(service, 14, first=15)
    odd = service.flag_odd(SETUP)
    assert bad.id in odd[:3]
    assert service.counts(SETUP).odd == len(odd) <= 3
    service.accept_odd(odd)
    assert service.counts(SETUP).odd == 0


def test_scores_from_elsewhere_name_the_odd_ones(service: SampleService) -> None:
    good = fill(service, 8)
    values = {one.id: 1.0 + 0.01 * place for place, one in enumerate(good)}
    assert service.flag_odd(SETUP, values) == ()
    assert service.flag_odd(SETUP, {**values, good[4].id: 3.0, good[2].id: 5.0}) == (good[2].id, good[4].id)


def test_deleted_samples_come_back_as_they_were(service: SampleService) -> None:
    fill(service, 5)
    before = service.list(SETUP)
    one, other = (sample for sample in before if sample.use is Use.TEACH and sample.id != before[0].id)
    heard: list[str] = []
    service.changed.connect(heard.append)
    assert not service.can_undo
    assert service.delete([one.id, other.id, "nothing"]) == (one, other)
    assert len(service.list(SETUP)) == 3
    assert service.undo_delete() == (one, other)
    assert service.list(SETUP) == before
    assert service.undo_delete() == ()
    assert heard == [SETUP, SETUP]


def test_scores_are_kept_and_nothing_else(service: SampleService) -> None:
    (sample,) = fill(service, 1)
    model = ModelRef("station", 2, "0" * 64)
    service.move([sample.id], Tray.BAD, "dent")
    service.set_scores([replace(sample, score=1.5, scored_by=model)])
    (kept,) = service.list(SETUP)
    assert (kept.tray, kept.defect, kept.score, kept.scored_by) == (Tray.BAD, "dent", 1.5, model)


def test_parts_of_history_become_samples_where_their_picture_was_kept(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "station.sqlite")
    images, records = MemoryImageStore(), MemoryRecordStore()
    kept, unkept = record(), record()
    stored = images.save_frame(kept.id, frame(1, height=64, width=64, value=90))
    kept = replace(
        kept, image_path=stored.path, image_sha256=stored.sha256, captured_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    records.add([kept, unkept])
    service = SampleService(SqlSampleStore(database, tmp_path), PictureFiles(), records=records, images=images)
    outcome = service.add_from_history(SETUP, [kept.id, unkept.id, new_id()], Tray.UNSORTED)
    (sample,) = service.list(SETUP)
    assert (sample.source, sample.captured_at, sample.tray) == (f"history:{kept.id}", kept.captured_at, Tray.UNSORTED)
    assert [reason for _, reason in outcome.skipped] == ["its picture was not kept", "there is no such part"]
    database.close()


def test_a_thousand_samples_cost_little_when_one_more_comes(
    service: SampleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work for one picture grows with the number of samples by cheap steps only: no file is read again."""
    fill(service, 6)
    read: list[str] = []
    original = SqlSampleStore.thumbnail

    def counted(self: SqlSampleStore, sample: Sample) -> np.ndarray:
        read.append(sample.id)
        return original(self, sample)

    monkeypatch.setattr(SqlSampleStore, "thumbnail", counted)
    fill(service, 1, first=6)
    assert len(read) == 1
