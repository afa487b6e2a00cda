"""The later steps of a set-up around real samples in memory and a scripted model, for tests and for pictures."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Verdict
from inspector.core.draft import MeasuredTiming, PublishFacts, RecipeDraft, basis_of, new_draft
from inspector.core.emitter import Emitter
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.ports import ModelSummary
from inspector.core.recipe import Framing, Recipe, StoredShot
from inspector.core.recipe_ports import PublishedVersion
from inspector.core.record import Counts
from inspector.core.refs import ModelRef, new_id
from inspector.core.sample import Sample, Tray, Use
from inspector.core.tile_plan import TileFacts
from inspector.services.samples import SampleService
from inspector.services.scored_samples import ScoredSamples
from inspector.services.teaching import TeachingNews, TeachingOutcome
from inspector.services.teaching_plan import TeachDepth, TeachingPlan, TeachObstacle
from inspector.services.trial import ChangedPart, Trial
from inspector.ui.recipes.desk import SetupDesk
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.scripted_line import draw_map, draw_part
from tests.support.setup_stores import MemoryRecipePictures, MemorySampleStore

MODEL = ModelRef("demo", 3, "a" * 64)
OLDER = ModelRef("demo", 2, "b" * 64)


class DrawnPictures:
    """A folder of pictures that are drawn when they are read; the name says what is wrong."""

    def __init__(self, count: int = 6, side: int = 96) -> None:
        self.count, self.side = count, side
        self.read_by: set[str] = set()
        self.wait: Callable[[], None] = lambda: None

    def list(self, folder: Path) -> tuple[Path, ...]:
        return tuple(folder / f"{number:03}.png" for number in range(self.count))

    def read(self, path: Path) -> NDArray[np.uint8]:
        self.wait()
        self.read_by.add(threading.current_thread().name)
        if path.stem.endswith("4"):
            raise OperationalError("DAT-002", "it is no picture")
        return draw_part(self.side, self.side, seed=int(path.stem))


class ScriptedModels:
    """Two versions of one model."""

    def list(self) -> tuple[ModelSummary, ...]:
        return (
            ModelSummary(MODEL, Path("demo/3"), products=("cap", "board")),
            ModelSummary(OLDER, Path("demo/2"), products=("board",)),
        )


class ScriptedScoring:
    """Gives every sample the score that a test wants."""

    def __init__(self) -> None:
        self.scores: dict[str, float] = {}
        self.facts = TileFacts(tile_px=224, cell_px=8, ms_per_tile=3.0, ms_per_frame=2.0, mb_per_tile=1.5, mb_base=300)
        self.samples: SampleService | None = None
        self.asked: list[str] = []
        self.threads: set[str] = set()
        self.hold = threading.Event()
        self.hold.set()
        self.shot_score = 0.41

    def tile_facts(self, draft: RecipeDraft) -> TileFacts:
        self.threads.add(threading.current_thread().name)
        self.asked.append(draft.recipe.model_name)
        return self.facts

    def score(
        self, draft: RecipeDraft, *, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> ScoredSamples:
        assert self.samples is not None
        self.threads.add(threading.current_thread().name)
        samples = self.samples.list(draft.id)
        model = OLDER if draft.recipe.model_version == OLDER.version else MODEL
        found: dict[str, float] = {}
        for done, sample in enumerate(samples):
            progress(done, len(samples))
            self.hold.wait(10)
            if cancelled():
                break
            found[sample.id] = self.scores.get(sample.id, 0.5)
        scored = [replace(one, score=found[one.id], scored_by=model) for one in samples if one.id in found]
        self.samples.set_scores(scored)
        basis = basis_of(draft.recipe, model)
        return ScoredSamples(model, basis, draft.recipe.rule, tuple(scored), cancelled=cancelled())

    def map_of(self, draft: RecipeDraft, sample: Sample) -> AnomalyMap:
        size = sample.size
        score = self.scores.get(sample.id, 0.5)
        return draw_map(size.height, size.width, cell_px=max(4.0, size.width / 60), score=score, spot=(0.4, 0.4))

    def measure_timing(
        self, draft: RecipeDraft, *, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> MeasuredTiming | None:
        progress(200, 200)
        return MeasuredTiming(200, 38.2, 51.7, 412.0, basis_of(draft.recipe, MODEL))

    def store_shot(self, draft: RecipeDraft) -> StoredShot:
        return StoredShot("recipes/shot.png", "c" * 64, 0.41, basis_of(draft.recipe, MODEL))

    def check_shot(self, draft: RecipeDraft) -> float:
        return self.shot_score


class ScriptedRecipes:
    """Only what the later steps ask of `RecipeService`."""

    def __init__(self) -> None:
        self.published: list[tuple[RecipeDraft, str]] = []
        self.refusal: Exception | None = None

    def versions(self, product: str) -> tuple[PublishedVersion, ...]:
        recipe = make_draft().with_rule(score_threshold=1.0).recipe
        return (PublishedVersion(product, 7, replace(recipe, version=7), datetime(2026, 11, 1, tzinfo=UTC)),)

    def publish(self, draft: RecipeDraft, reason: str, known: PublishFacts | None = None) -> Recipe:
        if self.refusal is not None:
            raise self.refusal
        self.published.append((draft, reason))
        return replace(draft.recipe, version=draft.base_version + 1)


class ScriptedTeaching:
    """A teaching that a test leads by the hand."""

    def __init__(self) -> None:
        self.progressed: Emitter[TeachingNews] = Emitter("progressed")
        self.finished: Emitter[TeachingOutcome] = Emitter("finished")
        self.running = False
        self.obstacles: tuple[tuple[TeachObstacle, str], ...] = ()
        self.started: list[tuple[RecipeDraft, TeachDepth, bool]] = []
        self.cancelled = 0

    def plan(self, draft: RecipeDraft, depth: TeachDepth) -> TeachingPlan:
        return TeachingPlan(draft.id, depth, "station", (), forgets=("board",), obstacles=self.obstacles)

    def start(self, draft: RecipeDraft, depth: TeachDepth, *, accept_forgetting: bool = False) -> TeachingPlan:
        self.started.append((draft, depth, accept_forgetting))
        self.running = True
        return TeachingPlan(draft.id, depth, "station", ())

    def cancel(self) -> None:
        self.cancelled += 1

    def end(self, outcome: TeachingOutcome) -> None:
        self.running = False
        self.finished.emit(outcome)


class ScriptedTrial:
    """A history in which every tenth part changes."""

    def __init__(self, parts: int = 12_430) -> None:
        self.parts = parts
        self.asked: list[tuple[RecipeDraft, bool]] = []
        self.threads: set[str] = set()

    def run(self, draft: RecipeDraft, *, since, simulated, progress, cancelled) -> Trial:
        self.asked.append((draft, simulated))
        self.threads.add(threading.current_thread().name)
        changed = tuple(
            ChangedPart(new_id(), Verdict.FAIL, Verdict.PASS, 1.05 + 0.001 * number) for number in range(55)
        )
        before, after = Counts(self.parts - 96, 96, 2), Counts(self.parts - 41, 41, 2)
        return Trial(before, after, changed, ("x",), 12, 0, 0.8)


class ScriptedVersions:
    """A line that remembers which version it was handed."""

    def __init__(self) -> None:
        self.used: list[tuple[Recipe, bool]] = []

    def use_version(self, recipe: Recipe, *, now: bool = False) -> None:
        self.used.append((recipe, now))


def make_draft(**changes: object) -> RecipeDraft:
    draft = new_draft("CAP-32", model_name="demo")
    recipe = {
        "line_code": 7,
        "image_size": Size(480, 640),
        "mm_per_px": 0.05,
        "scale": 0.5,
        "framing": Framing.TILES_AND_WHOLE,
        **changes,
    }
    return draft.with_recipe(**recipe)


def add_samples(
    store: MemorySampleStore,
    setup_id: str,
    tray: Tray,
    count: int,
    *,
    height: int = 96,
    width: int = 128,
    defect: str = "",
    pictures: list[NDArray[np.uint8]] | None = None,
) -> list[Sample]:
    """Put samples straight into the store; every fourth good one checks."""
    made = []
    drawn = pictures or [
        draw_part(height, width, seed=seed, defect=(0.36, 0.33) if tray is Tray.BAD else None) for seed in range(4)
    ]
    for number in range(count):
        image = drawn[number % len(drawn)]
        sample = Sample(
            id=new_id(),
            setup_id=setup_id,
            tray=tray,
            captured_at=datetime(2026, 11, 21, 10, 0, number % 60, tzinfo=UTC),
            size=Size.of(image.shape),
            source=f"import:{tray.value}/{number:03}.png",
            defect=defect,
            use=Use.CHECK if number % 4 == 3 and tray is Tray.GOOD else Use.TEACH,
        )
        made.append(store.add(sample, image))
    return made


def make_desk(store: MemorySampleStore | None = None, reader: DrawnPictures | None = None) -> SetupDesk:
    """A desk whose samples are real and whose model is scripted."""
    samples = SampleService(store or MemorySampleStore(), reader or DrawnPictures())
    scoring = ScriptedScoring()
    scoring.samples = samples
    return SetupDesk(
        recipes=ScriptedRecipes(),  # type: ignore[arg-type]
        cameras=None,  # type: ignore[arg-type]
        models=ScriptedModels(),  # type: ignore[arg-type]
        pictures=MemoryRecipePictures(),
        user="wei",
        product_in_use=lambda: "CAP-32",
        line=ScriptedVersions(),
        teaching=ScriptedTeaching(),  # type: ignore[arg-type]
        trial=ScriptedTrial(),  # type: ignore[arg-type]
        records=MemoryRecordStore(),
        images=MemoryImageStore(),
        samples=samples,
        scoring=scoring,
    )
