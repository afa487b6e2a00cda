"""Job files and outcomes survive the process border, and wrong ones say everything that is wrong."""

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
)


def test_a_job_survives_its_file():
    assert TrainingJob.from_json(JOB.to_json()) == JOB
    assert TrainingJob.from_json('{"data": "d", "name": "n", "models_dir": "m", "minutes": 3}').minutes == 3.0


def test_every_problem_is_listed_at_once():
    job = TrainingJob(
        Path("d"), "../x", Path("m"), steps=0, minutes=float("nan"), device="tpu", seed=-1, scale=9, license=" "
    )
    assert [problem.split(":")[0] for problem in job.problems()] == [
        "name",
        "steps and minutes exclude each other",
        "steps",
        "minutes",
        "device",
        "seed",
        "scale",
        "license",
    ]


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
    product = ProductOutcome(10, 3, 10, "whole", 1.0, reached=False, target_rate=0.01, upper_rate=0.6)
    outcome = TrainingOutcome(
        ModelRef("cap", 2, "ab"), "m/cap/2", "light", "CPU", 5, 0.5, 9.0, 0, {"cap": product}, (("a.png", "empty"),)
    )
    assert TrainingOutcome.from_dict(json.loads(json.dumps(outcome.to_dict()))) == outcome
    assert outcome.to_dict()["skipped"] == [{"name": "a.png", "reason": "empty"}]
