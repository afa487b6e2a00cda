"""A bad part among good ones, with a teacher that does as it is told, and with a real one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras.picture_folder import PictureFiles
from inspector.core.errors import InvalidInput
from inspector.core.ports import ModelStore
from inspector.core.refs import new_id
from inspector.core.sample import SampleFlag, Tray
from inspector.core.setup_ports import TeachCancelled, Teacher, TileShape
from inspector.services.clock import SystemClock
from inspector.services.odd_ones import OddOnes
from inspector.services.samples import SampleService
from inspector.services.scoring import ScoringService
from inspector.services.teaching_plan import TeachRefused
from inspector.storage.database import Database
from inspector.storage.map_shelf import FileMapShelf
from inspector.storage.recipe_pictures import FileRecipePictures
from inspector.storage.samples import SqlSampleStore
from inspector.training.teacher import ProcessTeacher
from inspector.vision.device import DeviceChoice
from inspector.vision.regions import find_regions
from inspector.vision.store import FolderModelStore
from tests.support.model import one_region
from tests.support.teacher import ScriptedTeacher, TaughtStore

SETUP = new_id()


class Bench:
    def __init__(
        self, folder: Path, database: Database, teacher: Teacher, drafts: ModelStore, drafts_dir: Path
    ) -> None:
        self.samples = SampleService(SqlSampleStore(database, folder), PictureFiles())
        self.teacher = teacher
        self.drafts = drafts
        self.line_runs = False
        self.scoring = ScoringService(
            drafts,
            self.samples,
            FileMapShelf(folder / "maps"),
            FileRecipePictures(folder),
            find_regions if isinstance(drafts, FolderModelStore) else one_region,
            SystemClock(),
            tile_shape=lambda _: TileShape(256, 16, 1),
        )
        self.odd = OddOnes(
            teacher,
            self.samples,
            self.scoring,
            samples_root=folder,
            drafts_dir=drafts_dir,
            may_teach=lambda: not self.line_runs,
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = Database.open(tmp_path / "station.sqlite")
    drafts, drafts_dir = TaughtStore(), tmp_path / "drafts"
    made = Bench(tmp_path, database, ScriptedTeacher({drafts_dir: drafts}), drafts, drafts_dir)
    yield made
    made.scoring.close()
    assert made.drafts.list() == ()
    database.close()


def add(bench: Bench, value: int, number: int, *, side: int = 64) -> str:
    rng = np.random.default_rng([value, number])
    image = np.kron(rng.integers(20, 220, (8, 8)), np.ones((side // 8, side // 8))).astype(np.uint8)
    image[0, 0] = value
    return bench.samples.add(SETUP, image, Tray.GOOD, source="test").id


def test_what_stands_out_is_flagged_and_nobody_vouches_for_himself(bench: Bench) -> None:
    ids = [add(bench, 60 + number, number) for number in range(12)]
    odd = add(bench, 200, 99)
    seen: list[tuple[int, int]] = []
    found = bench.odd.find(SETUP, progress=lambda done, total: seen.append((done, total)))
    assert found == (odd,)
    flagged = {one.id for one in bench.samples.list(SETUP) if SampleFlag.ODD_ONE_OUT in one.flags}
    assert flagged == {odd}
    assert seen[-1] == (39, 39)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    (task,) = bench.teacher.tasks  # type: ignore[attr-defined]
    assert (task.draft, task.scales) == (True, {})
    halves = {name: {one.path for one in task.pictures if one.product == name} for name in "ab"}
    assert {len(half) for half in halves.values()} == {6, 7}
    assert not halves["a"] & halves["b"]
    assert len(ids) + 1 == len(task.pictures)


def test_large_pictures_are_taught_small(bench: Bench) -> None:
    for number in range(8):
        add(bench, 60 + number, number, side=1024)
    bench.odd.find(SETUP)
    task = bench.teacher.tasks[0]  # type: ignore[attr-defined]
    assert task.scales == dict.fromkeys({picture.product for picture in task.pictures}, 0.5)


def test_too_few_a_running_line_and_a_person_end_it(bench: Bench) -> None:
    for number in range(7):
        add(bench, 60 + number, number)
    with pytest.raises(InvalidInput, match="7 good samples are too few"):
        bench.odd.find(SETUP)
    add(bench, 200, 8)
    bench.line_runs = True
    with pytest.raises(TeachRefused, match="line runs"):
        bench.odd.find(SETUP)
    bench.line_runs = False
    with pytest.raises(TeachCancelled):
        bench.odd.find(SETUP, cancelled=lambda: True)
    assert bench.samples.counts(SETUP).odd == 0


def part(number: int, *, bad: bool = False) -> np.ndarray:
    """A disk at any place and turn with grain, so that only what it looks like tells a bad one."""
    rng = np.random.default_rng(number)
    y, x = np.mgrid[:96, :96] - 48 + rng.uniform(-12, 12, (2, 1, 1))
    picture = np.where(np.hypot(y, x) < 28, 150.0, 60.0) + np.kron(rng.normal(0, 8, (48, 48)), np.ones((2, 2)))
    if bad:
        top, left = np.array([48, 48]) - np.array([y[0, 0] + 48, x[0, 0] + 48]).astype(int) + rng.integers(-8, 0, 2)
        picture[top : top + 9, left : left + 9] = 240
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def test_a27_a_real_draft_finds_the_bad_part_that_a_quick_look_does_not(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "station.sqlite")
    drafts_dir = tmp_path / "models" / ".drafts"
    bench = Bench(
        tmp_path, database, ProcessTeacher("cpu"), FolderModelStore((drafts_dir,), DeviceChoice.CPU), drafts_dir
    )
    for number in range(11):
        bench.samples.add(SETUP, part(number), Tray.GOOD, source="test")
    bad = bench.samples.add(SETUP, part(70, bad=True), Tray.GOOD, source="test")
    assert bad.id not in bench.samples.flag_odd(SETUP)
    assert bad.id in bench.odd.find(SETUP)[:3]
    assert bench.drafts.list() == ()
    bench.scoring.close()
    database.close()
