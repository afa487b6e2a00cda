"""Job files and outcomes survive the process border, and wrong ones say everything that is wrong."""

import dataclasses
import json
from pathlib import Path

import pytest

from inspector.core.errors import InvalidInput
from inspector.core.refs import ModelRef
from inspector.training.job import ProductOutcome, TrainingJob, TrainingOutcome
from inspector.training.presets import Preset
from inspector.vision.networks.config import Backbone

JOB = TrainingJob(
    Path("data"),
    "cap",
    Path("models"),
    image_root=Path("img"),
    preset=Preset.FAITHFUL,
    backbone=Backbone.EFFICIENTNET_B4,
    minutes=2.5,
    seed=7,
    scale=0.5,
    scales={"gear": 0.25},
)


def test_a_job_survives_its_file():
    assert TrainingJob.from_json(JOB.to_json()) == JOB
    assert TrainingJob.from_json('{"data": "d", "name": "n", "models_dir": "m", "minutes": 3}').minutes == 3.0


def test_every_problem_is_listed_at_once():
    job = TrainingJob(
        Path("d"),
        "../x",
        Path("m"),
        steps=0,
        minutes=float("nan"),
        device="tpu",
        seed=-1,
        scale=9,
        license=" ",
        scales={"a": 0.0},
    )
    assert [problem.split(":")[0] for problem in job.problems()] == [
        "name",
        "steps and minutes exclude each other",
        "steps",
        "minutes",
        "device",
        "seed",
        "scale",
        "scale of a",
        "license",
    ]


DRAFT = TrainingJob(Path("data"), "cap", Path("models"), draft=True)


@pytest.mark.parametrize("more", [{"minutes": 3.0}, {"steps": 5}, {"resume": True}], ids=str)
def test_a_draft_trains_nothing_so_it_has_no_budget(more):
    assert DRAFT.problems() == ()
    assert dataclasses.replace(DRAFT, **more).problems() == (
        "draft: it trains nothing, so steps, minutes and resume make no sense with it",
    )


def test_a_draft_needs_a_memory():
    job = dataclasses.replace(DRAFT, preset=Preset.FAITHFUL)
    assert job.problems() == ("draft: the preset faithful has no memory to judge with",)


def test_a_draft_survives_its_file_and_is_found_wrong_there_too():
    assert TrainingJob.from_json(DRAFT.to_json()) == DRAFT
    with pytest.raises(InvalidInput, match="draft: it trains nothing"):
        TrainingJob.from_json(dataclasses.replace(DRAFT, steps=5).to_json())
    with pytest.raises(InvalidInput, match="draft: must be bool"):
        TrainingJob.from_json('{"data": "d", "name": "n", "models_dir": "m", "draft": 1}')


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"data": "d", "name": "n", "models_dir": "m", "sped": 1}', "unknown key 'sped'"),
        ('{"data": "d", "name": "n"}', "missing key 'models_dir'"),
        ('{"data": 1, "name": "n", "models_dir": "m", "steps": true}', "data: must be text.*steps: must be int"),
        ('{"data": "d", "name": "n", "models_dir": "m", "preset": "fast"}', "preset"),
        ('{"data": "d", "name": "N N", "models_dir": "m"}', "may not become a folder"),
    ],
)
def test_wrong_job_files_are_refused(text, match):
    with pytest.raises(InvalidInput, match=match):
        TrainingJob.from_json(text)


def test_an_outcome_survives_json():
    product = ProductOutcome(
        10, 3, 10, "whole", 1.0, reached=False, target_rate=0.01, upper_rate=0.6, lone="a/7.png", lone_times=1.5
    )
    outcome = TrainingOutcome(
        ModelRef("cap", 2, "ab"), "m/cap/2", "light", "CPU", 5, 0.5, 9.0, 0, {"cap": product}, (("a.png", "empty"),)
    )
    assert TrainingOutcome.from_dict(json.loads(json.dumps(outcome.to_dict()))) == outcome
    draft = dataclasses.replace(outcome, steps=0, loss=None)
    assert TrainingOutcome.from_dict(json.loads(json.dumps(draft.to_dict(), allow_nan=False))) == draft
    assert outcome.to_dict()["skipped"] == [{"name": "a.png", "reason": "empty"}]
