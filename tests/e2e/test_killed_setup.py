"""kill -9 in each of the six steps of a set-up, with the whole program as a child: at most the last field is lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.app import open_records
from inspector.config import Settings
from inspector.core.draft import RecipeDraft, Step
from inspector.core.recipe import TriggerMode
from inspector.core.sample import Sample, Tray
from inspector.paths import DataFolder

ROOT = Path(__file__).resolve().parents[2]


def kill_in(step: Step, folder: Path, *, at: str = "begun") -> tuple[RecipeDraft, tuple[Sample, ...]]:
    """Let the program work in a step, kill it at a word, open its folder as the next start does: draft and samples."""
    for name, count in (("pictures", 6), ("more", 60)):
        (folder / name).mkdir()
        for number in range(count):
            # Noise, so that none of them is nearly another one.
            picture = np.random.default_rng(1000 * count + number).integers(0, 256, (48, 64), np.uint8)
            picture = cv2.resize(picture, (320, 240), interpolation=cv2.INTER_NEAREST)
            assert cv2.imwrite(str(folder / name / f"{number:03}.png"), picture)
    command = [sys.executable, "-m", "tests.support.killed_station", str(folder), step.value]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = []
        while not said or said[-1] not in (at, "", "it never happened"):
            said.append(child.stdout.readline().strip())
        child.kill()
        child.wait(20)
    assert said[-1] == at, said
    data = DataFolder(folder / "data")
    with open_records(Settings(), data) as kept:
        (draft,) = kept.drafts.list()
        samples = kept.samples.list(draft.id)
        for sample in samples:
            # Whole or not there at all: each has its picture, with the bytes it was stored with.
            assert kept.samples.load(sample).shape[:2] == (240, 320)
        files = {file.name for file in (data.root / "samples").rglob("*.png")}
        # A picture is written before its row, so the one in hand may lie there without it.
        assert len(files - {Path(sample.path).name for sample in samples}) <= 1
        assert not [one for one in kept.recipes.list() if one.product == "bottle"]
    return draft, samples


def product(draft: RecipeDraft) -> None:
    assert draft.recipe.notes.startswith("brown glass")


def camera(draft: RecipeDraft) -> None:
    settings = draft.recipe.camera
    assert (settings.exposure_us, settings.trigger) == (2500.0, TriggerMode.SOFTWARE)
    assert draft.recipe.camera_id.startswith("simulated:brushed")
    assert draft.recipe.picture


def area(draft: RecipeDraft) -> None:
    (ignored,) = draft.recipe.ignore
    assert len(ignored.points) == 3
    assert draft.recipe.smallest_defect_mm == 0.75


def model(draft: RecipeDraft) -> None:
    assert draft.recipe.model_name == "demo"
    assert (draft.allowed_per_1000, draft.recipe.rule.score_threshold) == (2.5, 0.8)


def nothing_more(draft: RecipeDraft) -> None:
    assert Step.PUBLISH in draft.visited


@pytest.mark.parametrize(
    ("step", "holds"),
    [
        (Step.PRODUCT, product),
        (Step.CAMERA, camera),
        (Step.AREA, area),
        (Step.MODEL, model),
        (Step.PUBLISH, nothing_more),
    ],
)
def test_a_kill_costs_at_most_the_last_field(tmp_path: Path, step: Step, holds: Callable[[RecipeDraft], None]) -> None:
    draft, samples = kill_in(step, tmp_path)
    assert (draft.recipe.product, draft.recipe.line_code) == ("bottle", 77)
    assert samples == ()
    holds(draft)


def test_a_kill_during_an_import_costs_at_most_the_picture_in_hand(tmp_path: Path) -> None:
    draft, samples = kill_in(Step.SAMPLES, tmp_path)
    assert (draft.recipe.product, draft.recipe.line_code) == ("bottle", 77)
    assert 8 <= len(samples) < 66, "killed in the middle of it"
    assert {sample.tray for sample in samples} == {Tray.GOOD}
    more = len(samples) - 6
    expected = [f"{number:03}.png" for count in (6, more) for number in range(count)]
    assert sorted(sample.source.rpartition(":")[2] for sample in samples) == sorted(expected)
