"""Whole trainings, small: from drawn pictures to a model folder that loads and finds defects."""

import contextlib
import dataclasses
import json
import shutil
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.recipe import Framing
from inspector.training import teaching
from inspector.training.checkpoint import FILE
from inspector.training.evaluate import evaluate
from inspector.training.job import Phase, TrainingCancelled, TrainingJob, TrainingOutcome, TrainingProgress
from inspector.training.presets import Schedule, TrainingPlan
from inspector.training.teaching import run_job
from inspector.training.weighing import CLEARLY
from inspector.vision.backbones import import_backbone
from inspector.vision.device import DeviceChoice
from inspector.vision.manifest import Judge, Weighing
from inspector.vision.networks.backbone import build_encoder
from inspector.vision.networks.config import Backbone, PaddingMode
from inspector.vision.networks.encoder import UNIT_INPUT
from inspector.vision.store import load_model, read_model_folder
from inspector.vision.turns import Turn
from tests.support.drawn_data import draw_data
from tests.support.vision import tiny_config

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

PLAN = TrainingPlan(2e-3, 1e-4, Schedule.COSINE, batch=8, clip=1.0)


@pytest.fixture(autouse=True, scope="module")
def _small_and_quick():
    """The real backbone under a tiny head; the offset is measured in its own tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teaching, "preset", lambda *_: (tiny_config(), PLAN))
        patch.setattr(teaching, "measure_offset", lambda *_, **__: (1.5, 1.5))
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return draw_data(tmp_path_factory.mktemp("data"), good=24, strips=5, strip_px=240)


def job(data, tmp_path, **more):
    return TrainingJob(data, "drawn", tmp_path / "models", device="cpu", **{"steps": 20, **more})


def teach(job, cancelled=lambda: False):
    reports = []
    return run_job(job, reports.append, cancelled), reports


class Taught(NamedTuple):
    """A training that ran to its end, for the tests that only look at it."""

    root: Path
    outcome: TrainingOutcome
    reports: list[TrainingProgress]

    @property
    def models(self) -> Path:
        return self.root / "models" / "drawn"


@pytest.fixture(scope="module")
def taught(data, tmp_path_factory, _small_and_quick):
    root = tmp_path_factory.mktemp("taught")
    return Taught(root, *teach(job(data, root)))


@pytest.fixture(scope="module")
def drafted(data, tmp_path_factory, _small_and_quick):
    root = tmp_path_factory.mktemp("drafted")
    return Taught(root, *teach(job(data, root, steps=None, draft=True)))


def test_a_training_writes_a_model_that_loads_tests_itself_and_knows_its_limits(taught):
    tmp_path, outcome, reports = taught
    assert [report.phase for report in reports if report.message][-1] is Phase.WRITE
    assert {report.phase for report in reports} == set(Phase)
    assert (outcome.ref.name, outcome.ref.version, outcome.steps) == ("drawn", 1, 20)
    content = read_model_folder(tmp_path / "models" / "drawn" / "1")
    assert content.ref == outcome.ref
    entries = content.manifest.products
    assert entries["disk"].framing is Framing.WHOLE
    assert entries["fabric"].framing is Framing.TILES
    assert all(entry.calibration.limit == 1.0 for entry in entries.values())
    # A product that the memory judges alone sets its limit on all its pictures.
    limiting = 24 if entries["disk"].weighing.judge is Judge.MEMORY else 6
    assert (outcome.products["disk"].teaching, outcome.products["disk"].limiting) == (18, limiting)
    assert content.manifest.memory == ("disk", "fabric")
    assert set(content.self_test.products.tolist()) == {0, 1}
    for number, name in enumerate(content.manifest.memory):
        weighing, weights = entries[name].weighing, content.detector.memory.weights_of(number)
        assert set(weighing.drawn_auroc) == set(Judge)
        assert weighing.drawn_auroc[weighing.judge] >= max(weighing.drawn_auroc.values()) - CLEARLY
        assert (weights.residual > 0) is (weighing.judge is not Judge.MEMORY)
        assert (weights.distance > 0) is (weighing.judge is not Judge.NETWORK)
        assert content.detector.memory.tokens[number].any()
        assert content.detector.memory.detail[number].any()
        assert weights.detail > 0
    card = (tmp_path / "models" / "drawn" / "1" / "card.md").read_text("utf-8")
    assert "--steps 20" in card
    assert (
        f"| disk | {entries['disk'].weighing.judge.value} | {entries['disk'].weighing.drawn_auroc[Judge.BOTH]:.3f}"
        in card
    )
    assert str(tmp_path) not in card  # the place of folders on one machine means nothing on another
    assert not (tmp_path / "models" / ".training" / "drawn").exists()
    model = load_model(tmp_path / "models" / "drawn", DeviceChoice.CPU, threads=1)
    try:
        model.self_test()
        assert model.recipe_for("fabric").framing is Framing.TILES
    finally:
        model.close()


def test_what_people_hold_out_is_not_remembered_either(data, tmp_path, monkeypatch):
    known = []

    def remembering(detector, caches, *rest, **more):
        known.append([len(cache) for cache in caches])
        return remember(detector, caches, *rest, **more)

    remember = teaching.remember
    monkeypatch.setattr(teaching, "remember", remembering)
    pictures = sorted((data / "disk" / "train" / "good").iterdir())
    for told in (False, True):
        lines = [
            {"filename": path.relative_to(data).as_posix(), "label": 0, "clsname": "disk"}
            | ({"split": "held_out" if number < 6 else "train"} if told else {})
            for number, path in enumerate(pictures)
        ]
        manifest = tmp_path / f"{told}.jsonl"
        manifest.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        teach(job(manifest, tmp_path, steps=None, draft=True, image_root=data))
    assert known == [[18, 6], [18, 0]]


def test_turned_pictures_are_remembered_of_the_product_that_may_be_turned(data, tmp_path, monkeypatch):
    def memory(turns):
        monkeypatch.setattr(teaching, "find_turns", lambda *_, **__: {"disk": turns, "fabric": ()})
        outcome, _ = teach(job(data, tmp_path, steps=None, draft=True))
        folder = tmp_path / "models" / "drawn" / str(outcome.ref.version)
        return read_model_folder(folder), (folder / "card.md").read_text("utf-8")

    plain, plain_card = memory(())
    both, both_card = memory((Turn.TOP_BOTTOM, Turn.HALF))
    assert [entry.turns for entry in plain.manifest.products.values()] == [(), ()]
    assert [entry.turns for entry in both.manifest.products.values()] == [(Turn.TOP_BOTTOM, Turn.HALF), ()]
    assert plain.manifest.second_looks == {}
    assert both.manifest.second_looks == {"disk": Turn.HALF}
    assert "| disk | 18 | 18 | 24 | whole frame in one tile | no |" in plain_card
    assert (
        "| disk | 18 | 18 | 24 | whole frame in one tile, the whole frame also turned (half): the mean of both counts"
        " | top-bottom, half |"
    ) in both_card
    before, after = plain.detector.memory, both.detector.memory
    assert torch.equal(before.tokens[1], after.tokens[1])
    assert torch.equal(before.detail[1], after.detail[1])
    assert not torch.equal(before.tokens[0], after.tokens[0])
    assert not torch.equal(before.detail[0], after.detail[0])


def test_a_bad_picture_among_the_good_ones_is_named_when_it_sets_the_limit(data, tmp_path):
    spoiled = tmp_path / "data"
    shutil.copytree(data / "disk", spoiled / "disk")
    shutil.copy(data / "disk" / "test" / "hole" / "000.png", spoiled / "disk" / "train" / "good" / "odd.png")
    outcome, _ = teach(job(spoiled, tmp_path, steps=None, draft=True))
    disk = outcome.products["disk"]
    assert disk.lone == "disk/train/good/odd.png"
    assert disk.lone_times > 1.2
    card = (tmp_path / "models" / "drawn" / "1" / "card.md").read_text("utf-8")
    assert f"`disk/train/good/odd.png` sets the limit of disk alone: it scores {disk.lone_times:.2f} times" in card


def test_a_draft_is_judged_by_its_memory_and_can_be_used_at_once(data, drafted):
    tmp_path, outcome, reports = drafted
    assert {report.phase for report in reports} == set(Phase) - {Phase.TRAIN}
    assert (outcome.steps, outcome.loss) == (0, None)
    assert outcome.products["disk"].lone == ""
    folder = tmp_path / "models" / "drawn" / "1"
    content = read_model_folder(folder)
    assert content.manifest.training["steps"] == 0
    assert "loss" not in content.manifest.training
    assert [entry.weighing for entry in content.manifest.products.values()] == [Weighing(Judge.MEMORY, {})] * 2
    assert [content.detector.memory.weights_of(number).residual for number in (0, 1)] == [0, 0]
    card = (folder / "card.md").read_text("utf-8")
    assert "--draft" in card
    assert "--minutes" not in card
    assert "| disk | memory | – | – | – |" in card
    assert not (tmp_path / "models" / ".training" / "drawn").exists()
    with contextlib.closing(load_model(folder, DeviceChoice.CPU, threads=1)) as model:
        model.self_test()
        found = evaluate(model, data).to_dict()
    # Pictures of 96 and 80 px under a network of 64 px, whose cells are a sixth of a disk: the holes are seen.
    assert found["mean"]["image_auroc"] > 0.9
    assert found["mean"]["aupro"] > 0.5


def test_a_draft_does_not_depend_on_chance(data, drafted, tmp_path):
    torch.rand(100)  # whatever else happens in between
    again = Taught(tmp_path, *teach(job(data, tmp_path, steps=None, draft=True)))
    hashes = [read_model_folder(side.models / "1").manifest.files for side in (drafted, again)]
    assert hashes[0]["weights.safetensors"] == hashes[1]["weights.safetensors"]


def test_an_interrupted_and_resumed_training_gives_the_same_weights(data, taught, tmp_path):
    steps = []

    def run(job, stop_after):
        def progress(report):
            if report.phase is Phase.TRAIN:
                steps.append(report.step)

        return run_job(job, progress, lambda: len(steps) == stop_after)

    interrupted = job(data, tmp_path)
    with pytest.raises(TrainingCancelled, match="after 1 steps"):
        run(interrupted, 1)
    kept = [path.name for path in (tmp_path / "models" / ".training" / "drawn").iterdir()]
    assert kept == [FILE]
    assert not (tmp_path / "models" / "drawn").exists()
    resumed = run(dataclasses.replace(interrupted, resume=True), -1)
    assert resumed.steps == 20
    hashes = [read_model_folder(root / "models" / "drawn" / "1").manifest.files for root in (taught.root, tmp_path)]
    assert hashes[0]["weights.safetensors"] == hashes[1]["weights.safetensors"]
    assert taught.outcome.loss == resumed.loss


def test_another_training_cannot_be_resumed(data, tmp_path):
    wanted = job(data, tmp_path)
    with pytest.raises(InvalidInput, match="no interrupted training"):
        teach(dataclasses.replace(wanted, resume=True))
    phases = set()
    with pytest.raises(TrainingCancelled):
        run_job(wanted, lambda report: phases.add(report.phase), lambda: Phase.TRAIN in phases)
    with pytest.raises(InvalidInput, match="other data, preset, seed or budget"):
        teach(dataclasses.replace(wanted, resume=True, seed=1))


def test_cancelling_while_features_are_read_leaves_nothing(data, tmp_path):
    calls = iter(range(10_000))
    with pytest.raises(TrainingCancelled):
        teach(job(data, tmp_path), cancelled=lambda: next(calls) > 3)
    assert list((tmp_path / "models").rglob("*")) == []


def test_a_time_budget_holds_for_the_whole(data, tmp_path):
    began = time.monotonic()
    outcome, reports = teach(job(data, tmp_path, steps=None, minutes=0.05))
    assert time.monotonic() - began < 11
    assert outcome.steps > 2
    left = [report.seconds_left for report in reports if report.phase is Phase.TRAIN]
    assert all(value is not None and value <= 3 for value in left)
    assert left[0] > left[-1]


def test_pictures_that_turn_out_bad_are_named(data, tmp_path):
    copy = shutil.copytree(data, tmp_path / "data")
    good = copy / "disk" / "train" / "good"
    for name in ("000.png", "001.png"):  # the header is sound, the pixels are not
        path = good / name
        path.write_bytes(path.read_bytes()[:-300])
    outcome, _ = teach(job(copy, tmp_path, steps=1))
    assert {name for name, _ in outcome.skipped} == {f"disk/train/good/{name}" for name in ("000.png", "001.png")}
    assert "000.png" in (tmp_path / "models" / "drawn" / "1" / "card.md").read_text("utf-8")


def test_a_product_without_a_readable_picture_is_refused(data, tmp_path):
    copy = shutil.copytree(data, tmp_path / "data")
    for path in (copy / "fabric" / "train" / "good").iterdir():
        path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InvalidInput, match="fabric: no teaching picture could be read"):
        teach(job(copy, tmp_path, steps=1))


def test_a_folder_that_cannot_hold_models_is_refused_before_any_work(data, tmp_path):
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(OperationalError, match="DAT-002: Models cannot be written"):
        teach(job(data, tmp_path))


def test_a_wrong_job_is_refused(data, tmp_path):
    with pytest.raises(InvalidInput, match="may not become a folder"):
        teach(dataclasses.replace(job(data, tmp_path), name="A B"))


def test_a_handful_of_pictures_still_gives_a_full_self_test(tmp_path):
    root = draw_data(tmp_path / "data", good=3)
    teach(job(root, tmp_path, steps=1))
    tiles = read_model_folder(tmp_path / "models" / "drawn" / "1").self_test.tiles
    assert len(tiles) >= 16
    assert len(np.unique(tiles.reshape(len(tiles), -1), axis=0)) >= 12


def test_an_imported_backbone_teaches_and_is_recorded(tmp_path, monkeypatch):
    data = draw_data(tmp_path / "data", good=3)
    b4 = Backbone.TF_EFFICIENTNET_B4
    config = dataclasses.replace(tiny_config(), backbone=b4)
    monkeypatch.setattr(teaching, "preset", lambda *_: (config, PLAN))
    wanted = job(data, tmp_path, steps=1, backbone=b4)
    with pytest.raises(OperationalError, match="no weights of the backbone tf_efficientnet_b4"):
        teach(wanted)
    torch.manual_seed(0)
    weights = tmp_path / "b4.pth"
    torch.save(build_encoder(b4, (1, 2, 3, 4), PaddingMode.ZEROS).state_dict(), weights)
    record, _ = import_backbone(wanted.models_dir, weights, "tf_efficientnet_b4.ap_in1k")
    teach(wanted)
    folder = tmp_path / "models" / "drawn" / "1"
    content = read_model_folder(folder)
    assert content.manifest.training["backbone_sha256"] == record.source_sha256
    assert content.manifest.training["backbone_weights"] == "tf_efficientnet_b4.ap_in1k"
    assert content.manifest.input == content.detector.input_statistics == UNIT_INPUT
    assert "--backbone tf_efficientnet_b4" in (folder / "card.md").read_text("utf-8")


def test_teaching_further_starts_from_what_the_base_knows(data, taught, tmp_path):
    further, _ = teach(job(data, tmp_path, steps=1, base=taught.models))
    fresh, _ = teach(job(data, tmp_path, steps=1))
    assert abs(further.loss - taught.outcome.loss) < abs(further.loss - fresh.loss)


def test_one_more_product_leaves_the_memory_of_the_others_alone(data, tmp_path):
    alone = tmp_path / "alone"
    shutil.copytree(data / "fabric", alone / "fabric")
    teach(job(alone, tmp_path, steps=1))
    base = tmp_path / "models" / "drawn"
    teach(job(data, tmp_path, steps=1, base=base))
    old, new = (read_model_folder(base / str(number)) for number in (1, 2))
    # The new one comes last, whatever its name, so that the old one keeps its number and with it all chance.
    assert (old.manifest.memory, new.manifest.memory) == (("fabric",), ("fabric", "disk"))
    assert torch.equal(old.detector.fuser.feature_mean, new.detector.fuser.feature_mean)
    assert torch.equal(old.detector.memory.tokens[0], new.detector.memory.tokens[0])
    assert torch.equal(old.detector.memory.detail[0], new.detector.memory.detail[0])


def test_a_base_of_another_kind_is_refused_before_any_picture_is_read(data, taught, tmp_path, monkeypatch):
    monkeypatch.setattr(teaching, "read_for_training", lambda *_: pytest.fail("pictures were read"))
    monkeypatch.setattr(teaching, "preset", lambda *_: (dataclasses.replace(tiny_config(), ffn=96), PLAN))
    with pytest.raises(InvalidInput, match="another kind"):
        teach(job(data, tmp_path, steps=1, base=taught.models))


def test_a_product_that_the_data_lacks_is_forgotten_and_said_to_be(data, taught, tmp_path, caplog):
    alone = tmp_path / "alone"
    shutil.copytree(data / "disk", alone / "disk")
    teach(job(alone, tmp_path, steps=1, base=taught.models))
    assert "knew fabric; without their pictures" in caplog.text


def test_frames_are_squashed_when_a_person_wants_it(data, tmp_path):
    outcome, _ = teach(job(data, tmp_path, steps=None, draft=True, whole=True))
    assert {product.framing for product in outcome.products.values()} == {"whole"}
