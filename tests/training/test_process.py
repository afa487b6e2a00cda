"""The training as a process: followed, cancelled, resumed, refused, killed."""

import dataclasses
import json
import os
import signal
import subprocess
import sys

import pytest

from inspector.core.errors import InvalidInput, OperationalError
from inspector.training import process
from inspector.training.checkpoint import FILE
from inspector.training.job import Phase, TrainingCancelled, TrainingJob
from inspector.training.process import TrainingProcess, exit_words
from inspector.vision.store import read_model_folder
from tests.support.drawn_data import draw_data


@pytest.fixture
def job(tmp_path):
    return TrainingJob(draw_data(tmp_path / "data", good=6), "drawn", tmp_path / "models", device="cpu", steps=6)


def cancel_in_training(process):
    for update in process.updates():
        if update.phase is Phase.TRAIN:
            process.cancel()


def test_a_training_is_cancelled_then_resumed_to_its_end(job):
    with TrainingProcess(job) as process:
        with pytest.raises(TrainingCancelled, match="--resume goes on"):
            cancel_in_training(process)
        assert "INFO" in process.log_file.read_text("utf-8")
    assert (job.scratch / FILE).is_file()
    assert not (job.models_dir / "drawn").exists()
    with TrainingProcess(dataclasses.replace(job, resume=True)) as process:
        phases = [update.phase for update in process.updates()]
        outcome = process.outcome()
    assert phases[-1] is Phase.WRITE
    assert outcome.steps == 6
    content = read_model_folder(job.models_dir / "drawn" / "1")
    assert content.ref == outcome.ref
    offset_x, offset_y = content.manifest.offset_px  # measured, of this backbone and padding
    assert 0.5 < offset_x < 3
    assert 0.5 < offset_y < 3
    assert not job.scratch.exists()


def test_a_training_whose_parent_died_keeps_its_checkpoint(job, tmp_path):
    path = tmp_path / "job.json"
    path.write_text(job.to_json(), "utf-8")
    child = subprocess.Popen(
        [sys.executable, "-m", "inspector.training.child", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with child.stdin, child.stdout:
        for line in child.stdout:
            if json.loads(line)["phase"] == "train":
                break
    assert child.wait(60) == 3
    assert (job.scratch / FILE).is_file()
    assert not (job.models_dir / "drawn").exists()


def test_what_is_wrong_with_the_data_comes_back_in_full(job):
    for path in (job.data / "disk" / "train" / "good").iterdir():
        path.write_bytes(b"")
    with TrainingProcess(job) as process, pytest.raises(InvalidInput) as caught:
        list(process.updates())
    assert "no usable good picture" in caught.value.problems[0]
    assert any("000.png: the file is empty" in problem for problem in caught.value.problems)


def test_a_killed_process_is_said_to_be_killed_and_nothing_is_written(job):
    with TrainingProcess(job) as process:
        updates = process.updates()
        next(updates)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(OperationalError, match=r"SYS-001.*SIGKILL, which the system sends when memory runs out"):
            list(updates)
        with pytest.raises(ValueError, match="has not ended well"):
            process.outcome()
    assert not (job.models_dir / "drawn").exists()


def test_leaving_ends_the_process(job):
    with TrainingProcess(job) as process:
        next(process.updates())
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
    process.close()


def test_a_wrong_job_starts_no_process(job):
    with pytest.raises(InvalidInput, match="exclude each other"):
        TrainingProcess(dataclasses.replace(job, minutes=1))


def test_models_that_cannot_be_written_start_no_process(job):
    job.models_dir.write_text("in the way")
    with pytest.raises(OperationalError, match="DAT-002"):
        TrainingProcess(job)


def test_a_wrong_job_file_ends_with_code_2(tmp_path):
    path = tmp_path / "job.json"
    path.write_text('{"data": 3}')
    child = subprocess.run(
        [sys.executable, "-m", "inspector.training.child", str(path)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert child.returncode == 2
    assert '"kind": "invalid"' in child.stdout


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended well"), (3, "was cancelled"), (9, "ended with code 9"), (-15, "was ended by signal SIGTERM")],
)
def test_exit_codes_in_words(code, words):
    assert exit_words(code) == words


def test_the_child_gets_large_pages_unless_a_person_says_otherwise(monkeypatch):
    monkeypatch.delenv("THP_MEM_ALLOC_ENABLE", raising=False)
    assert process._environment()["THP_MEM_ALLOC_ENABLE"] == "1"
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", "0")
    assert process._environment()["THP_MEM_ALLOC_ENABLE"] == "0"
