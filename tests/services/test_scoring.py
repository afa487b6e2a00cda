"""Scores, times and the self-test shot of a draft, with real files and a model that does as it is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras.picture_folder import PictureFiles
from inspector.core.anomaly import AnomalyMap
from inspector.core.check import CheckResult
from inspector.core.draft import basis_of, new_draft
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.frame import Frame
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import DecisionRule, Recipe
from inspector.core.sample import Tray, Use, samples_key
from inspector.core.setup_ports import TileShape
from inspector.services.clock import SystemClock
from inspector.services.samples import SampleService
from inspector.services.scoring import ScoringService
from inspector.storage.database import Database
from inspector.storage.map_shelf import FileMapShelf
from inspector.storage.recipe_pictures import FileRecipePictures
from inspector.storage.samples import SqlSampleStore
from inspector.vision.regions import find_regions
from tests.support.model import ScriptedModel, ScriptedModelStore
from tests.support.values import MODEL

DRAFT = replace(new_draft("cap", model_name="demo"), recipe=Recipe("cap", 0, "demo", model_version=1, mm_per_px=0.5))


class CountingModel(ScriptedModel):
    """Counts what it was asked; two cells of a map of six carry the score, the right one half of it."""

    inferred = 0

    def infer(self, frame: Frame) -> AnomalyMap:
        self.inferred += 1
        anomaly_map = super().infer(frame)
        values = anomaly_map.values.copy()
        values[0, 2] = values[1, 2] / 2
        return replace(anomaly_map, values=values)


class Bench:
    def __init__(self, folder: Path, database: Database) -> None:
        self.samples = SampleService(SqlSampleStore(database, folder), PictureFiles())
        self.model = CountingModel()
        self.models = ScriptedModelStore(self.model)
        self.shelf = FileMapShelf(folder / "maps")
        self.line_runs = False
        self.scoring = ScoringService(
            self.models,
            self.samples,
            self.shelf,
            FileRecipePictures(folder),
            find_regions,
            SystemClock(),
            tile_shape=lambda _: TileShape(256, 16, 1),
            memory_mb=lambda: 700.0,
            line_runs=lambda: self.line_runs,
        )

    def fill(self, *values: int, tray: Tray = Tray.GOOD, side: int = 64) -> None:
        """Parts with a grain of their own whose first pixel, and so whose score × 128, is given."""
        for number, value in enumerate(values):
            rng = np.random.default_rng([value, number, side])
            image = np.kron(rng.integers(20, 220, (8, 8)), np.ones((side // 8, side // 8))).astype(np.uint8)
            image[0, 0] = value
            self.samples.add(DRAFT.id, image, tray, source="test")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = Database.open(tmp_path / "station.sqlite")
    made = Bench(tmp_path, database)
    yield made
    made.scoring.close()
    assert made.model.closed or not made.models.loads
    database.close()


def test_samples_get_scores_that_a_limit_can_be_dragged_over(bench: Bench) -> None:
    bench.fill(*range(20, 44))
    bench.fill(100, 160, tray=Tray.BAD)
    seen: list[tuple[int, int]] = []
    scored = bench.scoring.score(DRAFT, progress=lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 26), (26, 26))
    assert scored.model == MODEL
    assert scored.basis == basis_of(DRAFT.recipe, MODEL)
    kept = bench.samples.list(DRAFT.id)
    assert {one.id: one.score for one in kept} == scored.scores
    assert {one.scored_by for one in kept} == {MODEL}
    assert scored.check(1.0) == CheckResult(0, 10, 1, 2)
    lowest = min(scored.check_scores()[0])
    assert scored.check(lowest) == CheckResult(9, 10, 2, 2)
    (missed,) = scored.wrong_side(1.0)
    assert missed.tray is Tray.BAD
    assert missed.score == pytest.approx(100 / 128)
    judged = scored.judged(kept, 1.0, ("board",))
    assert judged.rule == DecisionRule(1.0)
    assert (judged.samples, judged.worse, judged.result) == (samples_key(kept), ("board",), scored.check(1.0))


def test_the_check_set_is_scored_first(bench: Bench) -> None:
    bench.fill(*range(20, 40))
    stopped = bench.scoring.score(DRAFT, cancelled=lambda: bench.model.inferred >= 8)
    assert stopped.cancelled
    assert {one.use for one in stopped.samples} == {Use.CHECK}
    assert sum(one.score is not None for one in bench.samples.list(DRAFT.id)) == 8


def test_nothing_is_scored_twice_until_what_is_seen_changes(bench: Bench) -> None:
    bench.fill(20, 21, 22)
    first = bench.scoring.score(DRAFT)
    bench.fill(23)
    assert bench.scoring.score(DRAFT.with_rule(score_threshold=2.0)).scores | first.scores
    assert bench.model.inferred == 4
    area = DRAFT.with_recipe(ignore=(Polygon(((0, 0), (9, 0), (9, 9))),))
    bench.scoring.score(area)
    assert bench.model.inferred == 8
    assert bench.models.loads == 1


def test_small_regions_do_not_make_a_score(bench: Bench) -> None:
    bench.fill(200)
    # Cells measure 32 px of 0.5 mm: one has 256 mm², and the part's two cells are connected at half its score.
    one_cell = bench.scoring.score(DRAFT.with_rule(min_area_mm2=256.0))
    two_cells = bench.scoring.score(DRAFT.with_rule(min_area_mm2=257.0))
    three_cells = bench.scoring.score(DRAFT.with_rule(min_area_mm2=600.0))
    scores = [next(iter(one.scores.values())) for one in (one_cell, two_cells, three_cells)]
    assert scores == [200 / 128, 100 / 128, 0.0]
    assert bench.model.inferred == 1


def test_a_map_is_there_after_scoring_and_made_again_when_it_was_thrown_away(bench: Bench) -> None:
    bench.fill(90)
    bench.scoring.score(DRAFT)
    (sample,) = bench.samples.list(DRAFT.id)
    kept = bench.scoring.map_of(DRAFT, sample)
    bench.shelf.clear()
    made = bench.scoring.map_of(DRAFT, sample)
    assert np.array_equal(kept.values, made.values)
    assert (kept.score, kept.model, kept.cell_px) == (made.score, made.model, made.cell_px)
    assert bench.model.inferred == 2


def test_pictures_of_each_size_are_prepared_for_once(bench: Bench) -> None:
    for number in range(3):
        bench.fill(20 + number, side=64)
        bench.fill(60 + number, side=128)
    assert len(bench.scoring.score(DRAFT).samples) == 6
    assert sorted(size.width for size in bench.model.prepared) == [64, 128]


@pytest.mark.expected_log("cannot be compared")
def test_an_altered_picture_has_no_score_and_is_named(bench: Bench, tmp_path: Path) -> None:
    bench.fill(20, 21)
    first = bench.samples.list(DRAFT.id)[0]
    (tmp_path / first.path).write_bytes(b"something else")
    (tmp_path / first.path.replace(".png", ".jpg")).unlink()
    scored = bench.scoring.score(DRAFT)
    assert [sample_id for sample_id, _ in scored.failed] == [first.id]
    assert len(scored.samples) == 1
    database = Database.open(tmp_path / "station.sqlite")
    again = SampleService(SqlSampleStore(database, tmp_path), PictureFiles())
    assert again.originals(DRAFT.id) == {}
    database.close()


def test_a_draft_without_a_model_or_with_an_unknown_one_is_refused(bench: Bench) -> None:
    bench.fill(20)
    with pytest.raises(InvalidInput, match="no model is chosen"):
        bench.scoring.score(DRAFT.with_recipe(model_name=""))
    with pytest.raises(OperationalError, match="RCP-001"):
        bench.scoring.score(DRAFT.with_recipe(model_name="nothing"))


def test_a_nameless_product_can_be_scored(bench: Bench) -> None:
    bench.fill(20)
    assert bench.scoring.score(DRAFT.with_recipe(product="")).scores


def test_times_come_from_two_hundred_shots(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match="add samples first"):
        bench.scoring.measure_timing(DRAFT)
    bench.fill(20, 21, 200)
    timing = bench.scoring.measure_timing(DRAFT)
    assert timing is not None
    assert timing.shots == 200
    assert 0 < timing.p50_ms <= timing.p99_ms
    assert (timing.memory_mb, timing.basis) == (700.0, basis_of(DRAFT.recipe, MODEL))
    assert bench.scoring.measure_timing(DRAFT, cancelled=lambda: True) is None
    with pytest.raises(InvalidInput, match="no sample measures"):
        bench.scoring.measure_timing(DRAFT.with_recipe(image_size=Size(10, 10)))


def test_the_self_test_shot_is_a_usual_good_part(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match="no good sample"):
        bench.scoring.store_shot(DRAFT)
    bench.fill(*range(20, 40))
    bench.fill(220, tray=Tray.BAD)
    scored = bench.scoring.score(DRAFT)
    shot = bench.scoring.store_shot(DRAFT)
    good, _ = scored.check_scores()
    assert shot.score in good
    assert min(good) < shot.score < max(good)
    assert shot.basis == scored.basis
    with_shot = DRAFT.with_recipe(self_test=shot)
    assert bench.scoring.check_shot(with_shot) == shot.score
    with pytest.raises(InvalidInput, match="no shot is stored"):
        bench.scoring.check_shot(DRAFT)


def test_what_a_tile_costs_is_measured_once(bench: Bench) -> None:
    facts = bench.scoring.tile_facts(DRAFT)
    assert (facts.tile_px, facts.cell_px, facts.rim_cells) == (256, 16, 1)
    assert facts.ms_per_tile is not None
    assert facts.ms_per_tile >= 0
    asked = bench.model.inferred
    assert bench.scoring.tile_facts(DRAFT) == facts
    assert bench.model.inferred == asked


def test_a_running_line_gets_most_of_the_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(bench.scoring._thread.closing, "wait", lambda seconds: waits.append(seconds) or False)
    bench.fill(20, 21)
    bench.line_runs = True
    bench.scoring.score(DRAFT)
    assert len(waits) == 2
    assert all(seconds > 0 for seconds in waits)


def test_closing_ends_a_score_in_hand(bench: Bench) -> None:
    bench.fill(*range(20, 30))
    scored = bench.scoring.score(
        DRAFT, progress=lambda done, _: bench.scoring._thread.closing.set() if done == 3 else None
    )
    assert scored.cancelled
    assert len(scored.samples) == 4
    with pytest.raises(OperationalError, match="closing"):
        bench.scoring.score(DRAFT)
