"""Try on history against the truth: what the line's own rule says of the very same maps."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Decision, Verdict, decide
from inspector.core.draft import RecipeDraft, draft_of
from inspector.core.errors import InvalidInput
from inspector.core.geometry import Polygon, Size
from inspector.core.ports import ModelSummary
from inspector.core.recipe import DecisionRule, Framing, Recipe
from inspector.core.record import Inspection, StoredFile, record_of
from inspector.core.refs import ModelRef, new_id
from inspector.services import trial as trial_module
from inspector.services.trial import TrialService
from inspector.storage.database import Database
from inspector.storage.history import SqlHistory
from inspector.storage.images import FileImageStore
from inspector.storage.records import SqlRecordStore
from inspector.storage.tables import inspections, models, names, regions
from inspector.vision.regions import find_regions
from tests.support.model import ScriptedModelStore
from tests.support.recipe_store import MemoryRecipeStore
from tests.support.values import MODEL, frame, missed

SIZE = Size(96, 160)
CELLS = (6, 10)
BEGAN = datetime(2026, 11, 1, 6, tzinfo=UTC)
RIGHT = Polygon(((80, 0), (160, 0), (160, 96), (80, 96)))
V1 = Recipe("cap", 1, "demo", image_size=SIZE, mm_per_px=0.5)


class OneModel(ScriptedModelStore):
    def list(self) -> tuple[ModelSummary, ...]:
        return (ModelSummary(MODEL, Path()),)


class Bench:
    def __init__(self, folder: Path, database: Database) -> None:
        self.database = database
        self.records = SqlRecordStore(database)
        self.images = FileImageStore(folder)
        self.recipes = MemoryRecipeStore(V1)
        self.trial = TrialService(SqlHistory(database), self.images, self.recipes, OneModel())
        self.maps: dict[str, AnomalyMap] = {}

    def judge(self, anomaly_map: AnomalyMap, recipe: Recipe) -> Decision:
        return decide(recipe, anomaly_map, expected_shape=CELLS, model=MODEL, find_regions=find_regions)

    def inspect(self, recipe: Recipe, values: np.ndarray, *, minutes: int = 0, keep_map: bool | None = None) -> str:
        """One part by a recipe; its map is kept as the station does, with what was rejected."""
        anomaly_map = AnomalyMap(values.astype(np.float32), 16.0, float(values.astype(np.float32).max()), MODEL)
        decision = self.judge(anomaly_map, recipe)
        made = Inspection(new_id(), frame(1), decision, anomaly_map=anomaly_map)
        record = replace(record_of(made, BEGAN), captured_at=BEGAN + timedelta(minutes=minutes))
        if keep_map if keep_map is not None else decision.verdict is not Verdict.PASS:
            stored: StoredFile = self.images.save_map(made.id, anomaly_map, record.captured_at)
            record = replace(record, map_path=stored.path, map_sha256=stored.sha256)
        self.maps[made.id] = anomaly_map
        self.records.add([record])
        return made.id

    def run(self, recipe: Recipe, **named: object) -> trial_module.Trial:
        return self.trial.run(self.draft(recipe), simulated=True, **named)  # type: ignore[arg-type]

    def draft(self, recipe: Recipe) -> RecipeDraft:
        return draft_of(recipe, new_id())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = Database.open(tmp_path / "station.sqlite")
    yield Bench(tmp_path, database)
    database.close()


def random_values(rng: np.random.Generator) -> np.ndarray:
    values = rng.uniform(0, 0.6, CELLS)
    for _ in range(int(rng.integers(0, 4))):
        y, x, size = int(rng.integers(0, 5)), int(rng.integers(0, 9)), int(rng.integers(1, 4))
        values[y : y + size, x : x + size] = rng.uniform(0.5, 3)
    return values


def rule(limit: float, area: float = 0.0) -> DecisionRule:
    return DecisionRule(limit, area)


@pytest.mark.parametrize("old", [rule(1.0), rule(1.2, 100.0)], ids=["no area", "area"])
@pytest.mark.parametrize(
    "new",
    [
        {"rule": rule(1.0)},
        {"rule": rule(0.7)},
        {"rule": rule(1.6)},
        {"rule": rule(1.2, 64.0)},
        {"rule": rule(1.2, 200.0)},
        {"rule": rule(0.8, 200.0)},
        {"rule": rule(1.6, 130.0)},
        {"ignore": (RIGHT,)},
        {"ignore": (RIGHT,), "rule": rule(0.8, 130.0)},
        {"include": (RIGHT,), "rule": rule(1.5)},
    ],
    ids=str,
)
def test_whatever_it_says_is_what_the_line_would_have_said(bench: Bench, old: DecisionRule, new: dict) -> None:
    version = replace(V1, version=2, rule=old)
    bench.recipes.publish(version)
    rng = np.random.default_rng(7)
    for _ in range(150):
        bench.inspect(version, random_values(rng))
    draft = replace(version, **new)
    found = bench.run(draft)
    unknown = set(found.unknown)
    truth: dict[str, tuple[Verdict, Verdict]] = {}
    for record_id, anomaly_map in bench.maps.items():
        values = anomaly_map.values.copy()
        if draft.ignore:
            values[:, 5:] = 0
        if draft.include:
            values[:, :5] = 0
        seen = AnomalyMap(values, 16.0, float(values.max()), MODEL)
        truth[record_id] = (bench.judge(anomaly_map, version).verdict, bench.judge(seen, draft).verdict)
    changed = {part.record_id: (part.before, part.after) for part in found.changed}
    expected = {
        record_id: both for record_id, both in truth.items() if both[0] is not both[1] and record_id not in unknown
    }
    assert changed == expected
    assert found.parts + len(unknown) == 150
    known = [both for record_id, both in truth.items() if record_id not in unknown]
    assert found.before.failed == sum(before is Verdict.FAIL for before, _ in known)
    assert found.after.failed == sum(after is Verdict.FAIL for _, after in known)
    if "rule" in new and not (draft.include or draft.ignore) and new["rule"].min_area_mm2 == 0:
        assert not unknown
    # What was rejected has its map, so only parts that passed may stay open.
    assert all(truth[record_id][0] is Verdict.PASS for record_id in unknown)


def test_places_that_nobody_looked_at_are_not_judged(bench: Bench) -> None:
    version = replace(V1, version=2, ignore=(RIGHT,))
    bench.recipes.publish(version)
    values = np.zeros(CELLS)
    values[0, 0] = 0.5
    passed = bench.inspect(version, values, keep_map=True)
    values[0, 0] = 2.0
    bench.inspect(version, values)
    found = bench.run(replace(version, ignore=()))
    assert found.unknown == (passed,)
    assert found.changed == ()
    assert found.after.failed == 1


def test_parts_without_a_verdict_stay_so_and_are_counted(bench: Bench) -> None:
    made = Inspection(new_id(), missed(1), bench.judge(AnomalyMap(np.zeros((1, 1), np.float32), 16.0, 0.0, MODEL), V1))
    bench.records.add([record_of(made, BEGAN)])
    bench.inspect(V1, np.zeros(CELLS))
    found = bench.run(replace(V1, rule=rule(0.1)))
    assert (found.before.not_inspected, found.after.not_inspected, found.changed) == (1, 1, ())


def test_what_another_model_or_another_view_said_is_left_out_and_counted(bench: Bench) -> None:
    bench.recipes.publish(replace(V1, version=2, framing=Framing.TILES))
    bench.inspect(V1, np.full(CELLS, 0.9))
    bench.inspect(replace(V1, version=2), np.full(CELLS, 0.9))
    other = bench.draft(replace(V1, rule=rule(0.5)))
    found = bench.trial.run(other, simulated=True)
    assert (found.parts, found.other_view, found.other_model, len(found.changed)) == (1, 1, 0, 1)
    unlike = TrialService(
        SqlHistory(bench.database), bench.images, bench.recipes, _models(ModelRef("demo", 2, "1" * 64))
    )
    left_out = unlike.run(other, simulated=True)
    assert (left_out.parts, left_out.other_view, left_out.other_model) == (0, 0, 2)


def _models(ref: ModelRef) -> ScriptedModelStore:
    class Newer(ScriptedModelStore):
        def list(self) -> tuple[ModelSummary, ...]:
            return (ModelSummary(ref, Path()), ModelSummary(MODEL, Path()))

    return Newer()


def test_only_the_asked_period_and_kind_of_parts_counts(bench: Bench) -> None:
    for minutes in range(6):
        bench.inspect(V1, np.full(CELLS, 0.9), minutes=minutes)
    draft = bench.draft(replace(V1, rule=rule(0.5)))
    since, until = BEGAN + timedelta(minutes=2), BEGAN + timedelta(minutes=5)
    found = bench.trial.run(draft, since=since, until=until, simulated=True)
    assert (found.parts, len(found.changed)) == (3, 3)
    assert [part.record_id for part in found.changed] == list(bench.maps)[4:1:-1]
    assert bench.trial.run(draft).parts == 0


def test_maps_that_take_too_long_leave_parts_open(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_module, "MAPS_S", -1.0)
    for _ in range(3):
        bench.inspect(V1, np.full(CELLS, 2.0))
    found = bench.run(replace(V1, ignore=(RIGHT,)))
    assert (found.parts, len(found.unknown)) == (0, 3)


def test_it_can_be_cancelled(bench: Bench) -> None:
    for _ in range(3):
        bench.inspect(V1, np.full(CELLS, 2.0))
    found = bench.run(replace(V1, ignore=(RIGHT,)), cancelled=lambda: True)
    assert found.cancelled
    assert len(found.unknown) == 3


def test_a_draft_without_name_or_model_is_refused(bench: Bench) -> None:
    draft = bench.draft(V1)
    with pytest.raises(InvalidInput, match="no model"):
        bench.trial.run(draft.with_recipe(model_name=""))
    with pytest.raises(InvalidInput, match="no model nothing"):
        bench.trial.run(draft.with_recipe(model_name="nothing"))
    with pytest.raises(InvalidInput, match="without a name"):
        bench.trial.run(replace(draft, base_product="").with_recipe(product=""))


def stored_parts(database: Database, count: int) -> None:
    """Parts of a shift, as the recorder would have stored them: every twentieth rejected, each with two regions."""
    rng = np.random.default_rng(3)
    scores = rng.gamma(4, 0.12, count)
    scores[::20] = rng.uniform(1.01, 4, len(scores[::20]))
    base = {
        "frame_id": 1, "recorded_at": BEGAN, "reason_key": 1, "limit_": 1.0, "source_key": 1, "product_key": 2,
        "recipe_version": 1, "model_key": 1, "simulated": 0, "waited_us": 1.0, "model_us": 30.0, "answer_us": 40.0,
        "awaited": 0, "shed": 0, "flagged": 0,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(names), [{"key": 1, "text": "simulated:cap"}, {"key": 2, "text": "cap"}])
        connection.execute(
            insert(models), {"key": 1, "name": MODEL.name, "version": MODEL.version, "sha256": MODEL.sha256}
        )
        connection.execute(
            insert(inspections),
            [
                {
                    **base,
                    "sequence": number,
                    "id": f"{number:032x}",
                    "captured_at": BEGAN + timedelta(seconds=number),
                    "verdict": "fail" if score > 1 else "pass",
                    "score": float(score),
                    "map_path": f"maps/{number}" if score > 1 else None,
                }
                for number, score in enumerate(scores, 1)
            ],
        )
        connection.execute(
            insert(regions),
            [
                {"sequence": number, "rank": rank, "x": 0.0, "y": 0.0, "width": 32.0, "height": 32.0, "mean": 1.0}
                | {"area_px": 1024.0 / (rank + 1), "peak": float(score)}
                for number, score in enumerate(scores, 1)
                if score > 1
                for rank in range(2)
            ],
        )


@pytest.mark.parametrize("limit", [0.8, 1.5])
def test_a30_fifty_thousand_parts_within_five_seconds(tmp_path: Path, limit: float) -> None:
    database = Database.open(tmp_path / "station.sqlite")
    stored_parts(database, 50_000)
    service = TrialService(SqlHistory(database), FileImageStore(tmp_path), MemoryRecipeStore(V1), OneModel())
    began_s = time.perf_counter()
    found = service.run(draft_of(replace(V1, rule=rule(limit)), new_id()))
    assert time.perf_counter() - began_s < 5
    assert found.parts == 50_000
    assert found.changed
    verdicts = {part.after for part in found.changed}
    assert verdicts == ({Verdict.FAIL} if limit < 1 else {Verdict.PASS})
    assert found.unknown == ()
    database.close()
