"""`train --draft` as people call it: quick, judged by its memory, and usable by `evaluate` at once."""

import json
from pathlib import Path

import pytest

from inspector.cli.main import main
from inspector.cli.train import _say_outcome
from inspector.core.refs import ModelRef
from inspector.training.job import ProductOutcome, TrainingOutcome
from inspector.vision.manifest import Judge
from inspector.vision.networks.config import MEMORY_TOKENS
from inspector.vision.store import read_model_folder
from tests.support.drawn_data import draw_data


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return code, output.out + output.err


def test_a_draft_is_there_in_seconds_and_finds_what_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = draw_data(tmp_path / "data", good=8)
    models, file = tmp_path / "models", tmp_path / "train.json"
    code, text = said(
        capsys,
        *("train", "--data", data, "--name", "quick", "--draft", "--device", "cpu"),
        *("--models-dir", models, "--json", file),
    )
    assert code == 0, text
    assert "a draft, not trained" in text
    assert not [line for line in text.splitlines() if line.startswith("train ")]
    outcome = TrainingOutcome.from_dict(json.loads(file.read_text("utf-8")))
    assert (outcome.ref.name, outcome.steps, outcome.loss) == ("quick", 0, None)
    assert outcome.seconds < 60  # 10 on two cores with nothing else to do
    content = read_model_folder(models / "quick" / "1")
    assert content.manifest.products["disk"].weighing.judge is Judge.MEMORY
    assert content.detector.memory.size == MEMORY_TOKENS

    result = tmp_path / "evaluate.json"
    code, text = said(
        capsys, "evaluate", "--model", models / "quick", "--data", data, "--device", "cpu", "--json", result
    )
    assert code == 0, text
    disk = json.loads(result.read_text("utf-8"))["categories"]["disk"]
    assert disk["image_auroc"] == 1.0
    assert disk["aupro"] > 0.7


def test_a_picture_that_sets_a_limit_alone_is_said_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    common = (18, 24, 18, "whole", 1.0, False, 0.01, 0.1)
    products = {"cap": ProductOutcome(*common), "disk": ProductOutcome(*common, "disk/train/good/7.png", 1.52)}
    _say_outcome(TrainingOutcome(ModelRef("m", 1, ""), "m/1", "light", "CPU", 0, None, 9.0, 0, products), None)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "alone" in line]
    assert "disk/train/good/7.png sets the limit alone: it scores 1.52 times the next good picture." in line
    assert "remove it, and teach again" in line


def test_a_draft_that_cannot_be_is_refused_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("train", "--data", tmp_path, "--name", "n", "--models-dir", tmp_path / "models", "--draft")
    for more, words in (
        (("--resume",), "draft: it trains nothing"),
        (("--preset", "faithful"), "draft: the preset faithful has no memory"),
    ):
        code, text = said(capsys, *asked, *more)
        assert code == 1
        assert words in text
    assert not (tmp_path / "models").exists()
