"""Teaching: what it would do, what it does, and that nothing is left of one that did not end well."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras.picture_folder import PictureFiles
from inspector.core.check import CheckResult
from inspector.core.draft import RecipeDraft, new_draft
from inspector.core.errors import OperationalError
from inspector.core.ports import ModelStore
from inspector.core.recipe import Framing, Recipe
from inspector.core.sample import Tray
from inspector.core.setup_ports import LonePicture, MapShelf, Teacher, TeachPhase, TileShape
from inspector.services.clock import SystemClock
from inspector.services.samples import SampleService
from inspector.services.scoring import ScoringService
from inspector.services.teaching import (
    DRAFT_NAME,
    LoneSample,
    TeachingNews,
    TeachingOutcome,
    TeachingParts,
    TeachingService,
    TeachStage,
)
from inspector.services.teaching_plan import MODEL_NAME, TeachDepth, TeachObstacle, TeachRefused
from inspector.storage.database import Database
from inspector.storage.map_shelf import FileMapShelf
from inspector.storage.recipe_pictures import FileRecipePictures
from inspector.storage.samples import SqlSampleStore
from inspector.training.teacher import ProcessTeacher
from inspector.vision.device import DeviceChoice
from inspector.vision.regions import find_regions
from inspector.vision.store import FolderModelStore
from tests.support.model import one_region
from tests.support.recipe_store import MemoryRecipeStore
from tests.support.setup_stores import MemoryDraftStore
from tests.support.teacher import ScriptedTeach, ScriptedTeacher, TaughtStore

SHIPPED = Recipe("cap", 1, "demo")


def grain(number: int, value: int, side: int = 64) -> np.ndarray:
    """A part with a grain of its own, whose first pixel, and so whose score × 128, is given."""
    rng = np.random.default_rng([number, value])
    image = np.kron(rng.integers(20, 220, (8, 8)), np.ones((side // 8, side // 8))).astype(np.uint8)
    image[0, 0] = value
    return image


def part(number: int, *, bad: bool = False) -> np.ndarray:
    """A gray disk with grain for a real network, 96 px; a bad one has a dark hole."""
    rng = np.random.default_rng(number)
    y, x = np.mgrid[:96, :96] - 48 + rng.uniform(-3, 3, (2, 1, 1))
    picture = np.where(np.hypot(y, x) < 34, 150.0, 60.0) + np.kron(rng.normal(0, 9, (24, 24)), np.ones((4, 4)))
    if bad:
        picture[36:56, 36:56] = 5
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


class Bench:
    """A station's set-up around a teacher, real or scripted."""

    def __init__(
        self, folder: Path, database: Database, make: Callable[["Bench"], tuple[Teacher, ModelStore, ModelStore]]
    ):
        self.folder = folder
        self.models_dir, self.drafts_dir = folder / "models", folder / "models" / ".drafts"
        self.samples = SampleService(SqlSampleStore(database, folder), PictureFiles())
        self.recipes = MemoryRecipeStore()
        self.drafts = MemoryDraftStore()
        self.teacher, self.models, scratch = make(self)
        self.line_runs = False
        self.bugs: list[Exception] = []
        self.parts = TeachingParts(
            teacher=self.teacher,
            samples=self.samples,
            recipes=self.recipes,
            drafts=self.drafts,
            models=self.models,
            scoring=self._scoring(self.models, FileMapShelf(folder / "maps")),
            draft_scoring=self._scoring(scratch, FileMapShelf(folder / "draft maps")),
            samples_root=folder,
            models_dir=self.models_dir,
            drafts_dir=self.drafts_dir,
            line_runs=lambda: self.line_runs,
        )
        self.news: list[TeachingNews] = []
        self.outcomes: list[TeachingOutcome] = []
        self.on_news: Callable[[TeachingNews], None] = lambda _: None
        self._changed = threading.Condition()
        self.service = self.serve(self.parts)

    def serve(self, parts: TeachingParts) -> TeachingService:
        service = TeachingService(parts, on_failure=self.bugs.append)
        service.progressed.connect(self._on_news)
        service.finished.connect(self._on_finished)
        return service

    def _scoring(self, models: ModelStore, shelf: MapShelf) -> ScoringService:
        regions = find_regions if isinstance(models, FolderModelStore) else one_region
        shape = TileShape(256, 16, 1)
        pictures = FileRecipePictures(self.folder)
        return ScoringService(models, self.samples, shelf, pictures, regions, SystemClock(), tile_shape=lambda _: shape)

    def _on_news(self, news: TeachingNews) -> None:
        self.news.append(news)
        self.on_news(news)

    def _on_finished(self, outcome: TeachingOutcome) -> None:
        with self._changed:
            self.outcomes.append(outcome)
            self._changed.notify_all()

    def until_finished(self, timeout_s: float = 10.0) -> TeachingOutcome:
        give_up_at = time.monotonic() + timeout_s
        with self._changed:
            while not self.outcomes:
                assert time.monotonic() < give_up_at, f"never finished; last {self.news[-1:]}, bugs {self.bugs}"
                self._changed.wait(0.1)
        return self.outcomes.pop()

    def product(self, name: str, *, good: int = 10, bad: int = 2, first: int = 0, **recipe: object) -> RecipeDraft:
        """A set-up with samples."""
        draft = new_draft(name, model_name="demo").with_recipe(**recipe)
        for number in range(good):
            self.samples.add(draft.id, grain(first + number, 20 + number), Tray.GOOD, source="test")
        for number in range(bad):
            self.samples.add(draft.id, grain(first + number, 200 + number), Tray.BAD, source="test")
        self.drafts.save(draft)
        return draft

    def publish(self, draft: RecipeDraft, **changes: object) -> Recipe:
        recipe = replace(draft.recipe, version=1, **changes)
        self.recipes.publish(recipe, setup_id=draft.id)
        return recipe

    def close(self) -> None:
        assert self.service.close()
        self.parts.scoring.close()
        self.parts.draft_scoring.close()


@pytest.fixture
def store() -> TaughtStore:
    return TaughtStore(demo=("board", "brushed", "cap"))


@pytest.fixture
def bench(tmp_path: Path, store: TaughtStore) -> Iterator[Bench]:
    database = Database.open(tmp_path / "station.sqlite")
    scratch = TaughtStore()

    def make(bench: Bench) -> tuple[Teacher, ModelStore, ModelStore]:
        return ScriptedTeacher({bench.models_dir: store, bench.drafts_dir: scratch}), store, scratch

    made = Bench(tmp_path, database, make)
    yield made
    made.close()
    assert made.teacher.open == 0  # type: ignore[attr-defined]
    database.close()


def codes(plan) -> list[TeachObstacle]:
    return [code for code, _ in plan.obstacles]


def test_a_plan_names_what_is_taught_left_out_and_forgotten(bench: Bench) -> None:
    other = bench.product("lid", first=100)
    bench.publish(other)
    bench.product("nut", good=2, first=200)
    draft = bench.product("gear", first=300)
    bench.samples.add(draft.id, grain(300, 20), Tray.GOOD, source="test")  # a copy teaches nothing
    plan = bench.service.plan(draft)
    assert [(one.product, one.teach, one.check) for one in plan.products] == [("gear", 6, 4), ("lid", 6, 4)]
    assert plan.left_out == (("nut", "1 good samples teach and 1 check"),)
    assert str(plan.base) == "demo v1"
    assert plan.forgets == ("board", "brushed", "cap")
    assert codes(plan) == [TeachObstacle.FORGETS]
    assert "recipes keep the model" in plan.obstacles[0][1]
    assert bench.service.plan(draft, accept_forgetting=True).obstacles == ()
    drafted = bench.service.plan(draft, TeachDepth.DRAFT)
    assert (drafted.base, drafted.forgets, drafted.obstacles) == (None, (), ())


def test_it_says_why_it_cannot_begin(bench: Bench) -> None:
    draft = bench.product("", good=3)
    bench.line_runs = True
    with pytest.raises(TeachRefused, match="line runs") as refused:
        bench.service.start(draft)
    assert [code for code, _ in refused.value.obstacles] == [
        TeachObstacle.LINE_RUNS,
        TeachObstacle.NAMELESS,
        TeachObstacle.TOO_FEW,
        TeachObstacle.FORGETS,
    ]
    allowed = bench.serve(replace(bench.parts, beside_line=True))
    assert TeachObstacle.LINE_RUNS not in codes(allowed.plan(draft))
    twin = bench.product("lid", first=100)
    bench.publish(twin)
    assert TeachObstacle.SAME_NAME in codes(bench.service.plan(bench.product("lid", first=200)))


def test_recipes_that_take_the_newest_model_must_not_lose_their_product(bench: Bench, store: TaughtStore) -> None:
    store.add(MODEL_NAME, ("nut",))
    bench.recipes.publish(Recipe("nut", 1, MODEL_NAME))
    draft = bench.product("gear")
    assert TeachObstacle.FORGETS_IN_USE in codes(bench.service.plan(draft, accept_forgetting=True))
    bench.recipes.publish(Recipe("nut", 2, MODEL_NAME, model_version=1))
    assert codes(bench.service.plan(draft, accept_forgetting=True)) == []


def test_a_new_model_comes_with_everybodys_check_before_and_after(bench: Bench, store: TaughtStore) -> None:
    other = bench.product("lid", first=100)
    bench.publish(other)
    draft = bench.product("gear", first=300, mm_per_px=0.1)
    bench.service.start(draft, accept_forgetting=True, steps=4)
    outcome = bench.until_finished()
    assert str(outcome.model) == "station v1"
    assert (outcome.problem, outcome.cancelled) == (None, False)
    assert outcome.recipe is not None
    assert (outcome.recipe.model_name, outcome.recipe.model_version) == (MODEL_NAME, 1)
    assert (outcome.recipe.scale, outcome.recipe.mm_per_px) == (0.5, 0.1)
    gear, lid = outcome.checks
    assert (gear.product, gear.before, gear.after) == ("gear", None, CheckResult(0, 4, 2, 2))
    assert (lid.before, lid.after, str(lid.old_model)) == (CheckResult(0, 4, 2, 2), CheckResult(0, 4, 2, 2), "demo v1")
    assert outcome.worse == ()
    stages = list(dict.fromkeys(news.stage for news in bench.news))
    assert stages == [TeachStage.DRAFT, TeachStage.DRAFT_SCORES, TeachStage.NETWORK, TeachStage.CHECK]
    (scored,) = (news.scored for news in bench.news if news.scored is not None)
    assert len(scored.samples) == 12
    assert scored.model.name == DRAFT_NAME
    drafted, taught = bench.teacher.tasks  # type: ignore[attr-defined]
    assert (drafted.draft, drafted.base, taught.draft, taught.steps) == (True, None, False, 4)
    assert taught.base == store.known["demo", 1].folder
    assert {picture.product for picture in taught.pictures} == {"gear", "lid"}
    assert sum(picture.check for picture in taught.pictures) == 8
    assert all((bench.folder / picture.path).is_file() for picture in taught.pictures)
    assert [ref.name for ref in bench.teacher.discarded] == [DRAFT_NAME]  # type: ignore[attr-defined]


def test_a31_a_product_that_gets_worse_is_named_with_both_numbers(bench: Bench, store: TaughtStore) -> None:
    bench.publish(bench.product("lid", first=100))
    store.gains["station v1"] = 0.5
    draft = bench.product("gear", first=300)
    bench.service.start(draft, accept_forgetting=True)
    outcome = bench.until_finished()
    lid = outcome.checks[1]
    assert (lid.before, lid.after) == (CheckResult(0, 4, 2, 2), CheckResult(0, 4, 0, 2))
    assert lid.worse
    assert outcome.worse == ("lid",)
    assert not outcome.checks[0].worse


def test_a_draft_of_a_model_can_be_all(bench: Bench) -> None:
    bench.service.start(bench.product("gear"), TeachDepth.DRAFT, accept_forgetting=True)
    assert str(bench.until_finished().model) == "station v1"
    (task,) = bench.teacher.tasks  # type: ignore[attr-defined]
    assert (task.draft, task.models_dir) == (True, bench.models_dir)


def test_a_good_sample_that_sets_the_limit_alone_is_told_of_this_product_only(bench: Bench) -> None:
    other = bench.product("lid", first=100)
    draft = bench.product("gear", first=300)
    mine, theirs = bench.samples.list(draft.id)[3], bench.samples.list(other.id)[3]
    bench.teacher.lone = {"lid": LonePicture(theirs.path, 3.0)}
    bench.service.start(draft, accept_forgetting=True, steps=4)
    assert bench.until_finished().lone is None
    bench.teacher.lone |= {"gear": LonePicture(mine.path, 1.5)}
    bench.service.start(draft, accept_forgetting=True, steps=4)
    assert bench.until_finished().lone == LoneSample(mine, 1.5)


def test_the_next_model_is_taught_further_from_the_last(bench: Bench, store: TaughtStore) -> None:
    draft = bench.product("gear")
    bench.service.start(draft, TeachDepth.DRAFT, accept_forgetting=True)
    bench.until_finished()
    plan = bench.service.plan(draft)
    assert (str(plan.base), plan.forgets, plan.obstacles) == ("station v1", (), ())


def test_the_next_can_begin_as_soon_as_the_end_is_told(bench: Bench) -> None:
    draft = bench.product("gear")
    plans = []
    bench.service.finished.connect(lambda _: plans.append(bench.service.plan(draft, accept_forgetting=True)))
    bench.service.start(draft, TeachDepth.DRAFT, accept_forgetting=True)
    bench.until_finished()
    bench.service.close()
    assert [codes(plan) for plan in plans] == [[]]


@pytest.mark.expected_log("Thread teach failed")
def test_a_bug_ends_with_an_outcome_and_without_a_model(bench: Bench, store: TaughtStore) -> None:
    def fail(news: TeachingNews) -> None:
        if news.stage is TeachStage.CHECK:
            bench.parts.scoring.score_set = None  # type: ignore[assignment, method-assign]

    bench.on_news = fail
    bench.publish(bench.product("lid", first=100))
    before = store.list()
    bench.service.start(bench.product("gear"), TeachDepth.DRAFT, accept_forgetting=True)
    outcome = bench.until_finished()
    assert outcome.model is None
    assert outcome.problem is not None
    assert store.list() == before
    bench.service.close()
    assert len(bench.bugs) == 1


def test_a_name_is_taught_in_one_form_whatever_keyboard_it_came_from(bench: Bench) -> None:
    draft = bench.product("Gehau\u0308se")
    bench.service.start(draft, TeachDepth.DRAFT, accept_forgetting=True)
    outcome = bench.until_finished()
    assert outcome.checks[0].product == "Gehaüse"
    assert outcome.recipe is not None
    assert outcome.recipe.model_product == "Gehaüse"


def test_only_one_at_a_time(bench: Bench) -> None:
    going, checked = threading.Event(), threading.Event()

    def hold(_: ScriptedTeach) -> None:
        going.set()
        assert checked.wait(10)

    bench.teacher.while_training = hold  # type: ignore[attr-defined]
    draft = bench.product("gear")
    bench.service.start(draft, accept_forgetting=True)
    assert going.wait(10)
    assert bench.service.running
    assert bench.service.pid == ScriptedTeach.pid
    assert codes(bench.service.plan(draft, accept_forgetting=True)) == [TeachObstacle.BUSY]
    checked.set()
    assert bench.until_finished().model is not None


@pytest.mark.parametrize("stage", list(TeachStage))
def test_a32_cancelled_at_any_time_the_old_model_stands_alone(
    bench: Bench, store: TaughtStore, stage: TeachStage
) -> None:
    bench.on_news = lambda news: bench.service.cancel() if news.stage is stage else None
    before = store.list()
    bench.service.start(bench.product("gear"), accept_forgetting=True)
    outcome = bench.until_finished()
    assert outcome.cancelled
    assert (outcome.model, outcome.problem) == (None, None)
    assert store.list() == before
    assert bench.service.pid is None


def test_a32_a_teaching_that_fails_leaves_the_old_model_and_says_why(bench: Bench, store: TaughtStore) -> None:
    def crash(_: ScriptedTeach) -> None:
        raise OperationalError("SYS-001", "The training process was ended by signal SIGKILL.", "")

    bench.teacher.while_training = crash  # type: ignore[attr-defined]
    before = store.list()
    bench.service.start(bench.product("gear"), accept_forgetting=True)
    outcome = bench.until_finished()
    assert isinstance(outcome.problem, OperationalError)
    assert (outcome.problem.code, outcome.cancelled, outcome.model) == ("SYS-001", False, None)
    assert store.list() == before


@pytest.mark.parametrize(
    ("own", "other", "scales"),
    [
        ({"framing": Framing.TILES, "scale": 0.25}, None, {"gear": 0.25}),
        (
            {"framing": Framing.TILES, "scale": 0.25},
            {"framing": Framing.TILES_AND_WHOLE, "scale": 0.5},
            {"gear": 0.25, "lid": 0.5},
        ),
        ({"framing": Framing.TILES, "scale": 0.25}, {"framing": Framing.WHOLE}, {"gear": 0.25}),
        ({"framing": Framing.WHOLE}, None, {}),
    ],
)
def test_every_product_is_taught_at_the_scale_chosen_for_it(bench: Bench, own, other, scales) -> None:
    if other is not None:
        bench.publish(bench.product("lid", first=100, **other))
    assert bench.service.plan(bench.product("gear", **own)).scales == scales


# --- with real processes ---------------------------------------------------------------------------------------------


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Bench]:
    database = Database.open(tmp_path / "station.sqlite")

    def make(bench: Bench) -> tuple[Teacher, ModelStore, ModelStore]:
        stores = (FolderModelStore((place,), DeviceChoice.CPU) for place in (bench.models_dir, bench.drafts_dir))
        return ProcessTeacher("cpu"), *stores

    made = Bench(tmp_path, database, make)
    yield made
    made.close()
    database.close()


def real_product(bench: Bench) -> RecipeDraft:
    draft = new_draft("disk")
    for number in range(10):
        bench.samples.add(draft.id, part(number), Tray.GOOD, source="test")
    for number in range(2):
        bench.samples.add(draft.id, part(50 + number, bad=True), Tray.BAD, source="test")
    return draft


def left_behind(bench: Bench) -> list[str]:
    """Everything in the folder of models but logs."""
    found = (path for path in bench.models_dir.rglob("*") if path.is_file() and path.suffix != ".log")
    return sorted(path.relative_to(bench.models_dir).as_posix() for path in found)


def test_a_real_draft_is_taught_from_the_samples_where_they_lie(station: Bench) -> None:
    draft = real_product(station)
    station.service.start(draft, TeachDepth.DRAFT)
    outcome = station.until_finished(120)
    assert outcome.problem is None
    assert str(outcome.model) == "station v1"
    assert outcome.checks[0].after == CheckResult(0, 4, 2, 2)
    assert [path for path in left_behind(station) if not path.startswith("station/1/")] == []
    (summary,) = station.models.list()
    assert (summary.products, summary.problem) == (("disk",), "")
    assert outcome.recipe is not None
    assert station.parts.scoring.score(replace(draft, recipe=outcome.recipe)).check(1.0).bad_found == 2
    assert outcome.lone is None
    wrong = station.samples.add(draft.id, part(60, bad=True), Tray.GOOD, source="test")
    station.service.start(draft, TeachDepth.DRAFT)
    outcome = station.until_finished(120)
    assert outcome.lone is not None
    assert outcome.lone.sample.id == wrong.id
    assert outcome.lone.times > 1.2


@pytest.mark.kill
def test_a32_a_killed_process_leaves_no_half_model(station: Bench) -> None:
    killed: list[int] = []

    def kill(news: TeachingNews) -> None:
        if news.phase is TeachPhase.FEATURES and station.service.pid is not None and not killed:
            killed.append(station.service.pid)
            (station.models_dir / MODEL_NAME / ".new-half").mkdir(parents=True)
            os.kill(killed[0], signal.SIGKILL)

    station.on_news = kill
    station.service.start(real_product(station), TeachDepth.DRAFT)
    outcome = station.until_finished(120)
    assert killed
    assert isinstance(outcome.problem, OperationalError)
    assert "SIGKILL" in outcome.problem.message
    assert station.models.list() == ()
    assert left_behind(station) == []
    assert not (station.models_dir / MODEL_NAME).exists()


def test_a_real_network_is_taught_after_its_draft(station: Bench) -> None:
    station.service.start(real_product(station), steps=2)
    outcome = station.until_finished(300)
    assert outcome.problem is None
    assert str(outcome.model) == "station v1"
    assert {news.loss is not None for news in station.news if news.phase is TeachPhase.TRAIN} >= {True}
    assert sum(news.scored is not None for news in station.news) == 1
    assert not list(station.drafts_dir.glob("draft*"))
