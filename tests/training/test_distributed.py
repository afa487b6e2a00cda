"""Two processes over gloo train as one does, and end as one does: finished, cancelled, failed, killed or hanging."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from inspector.core.errors import OperationalError
from inspector.training.checkpoint import FILE
from inspector.training.distributed import ALONE, Peers
from inspector.training.job import TrainingJob
from inspector.training.placement import Placement
from inspector.training.trainer import Budget
from inspector.vision.store import read_model_folder
from tests.support.drawn_data import draw_data
from tests.support.training_ranks import PLAN, draw, free_port, make_cache, make_trainer, started

STEPS = 20
MAIN = Path(__file__).parents[2] / "main.py"


@pytest.fixture(scope="module")
def ranks():
    with started() as ranks:
        yield ranks


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What a single process makes of the same training."""
    cache = make_cache(tmp_path_factory.mktemp("alone"))
    trainer = make_trainer(cache)
    assert trainer.run(Budget(steps=STEPS), reported=lambda _: None, stop=lambda: False)
    return trainer, cache


def distance(found, expected):
    """Between the weights of two states, (name -> array) and a trainer's.

    Over all weights together: what the gradient of a weight does not move at all, rounding does, by Adam's full step.
    """
    assert set(found) >= {name for name in expected if name.startswith("model.")}
    gaps = [found[name] - value.numpy() for name, value in expected.items() if name.startswith("model.head.")]
    return float(np.sqrt(sum(np.square(gap).sum() for gap in gaps)))


def test_two_processes_give_the_weights_of_one(ranks, alone, tmp_path):
    trainer, cache = alone
    first, second = ranks.run("train", folder=tmp_path, budget=Budget(steps=STEPS))
    assert first.result["finished"]
    assert second.result["finished"]
    assert first.result["facts"]["steps"] == second.result["facts"]["steps"] == STEPS
    assert first.result["facts"]["loss"] == pytest.approx(trainer.loss, rel=1e-5)
    fresh = {name: value.numpy() for name, value in make_trainer(cache).state().items()}
    assert distance(first.result["state"], trainer.state()) < 1e-3 * distance(fresh, trainer.state())
    for name, value in first.result["state"].items():  # not about: to the bit, or they would drift apart
        assert np.array_equal(value, second.result["state"][name]), name


def test_the_cache_arrives_whole_and_in_order(ranks, alone, tmp_path):
    _, cache = alone
    for ending in ranks.run("train", folder=tmp_path, budget=Budget(steps=1)):
        assert np.array_equal(ending.result["taken"], cache.take(np.arange(len(cache))).numpy())
        assert np.array_equal(ending.result["product_of"], cache.product_of)


def test_dropout_differs_between_ranks_and_training_still_agrees(ranks, tmp_path):
    first, second = ranks.run("train", folder=tmp_path, budget=Budget(steps=5), dropout=0.2)
    for name, value in first.result["state"].items():
        assert np.array_equal(value, second.result["state"][name]), name


def test_noise_of_the_ranks_is_that_of_the_whole_batch(ranks, tmp_path):
    whole = draw(ALONE, tmp_path, batch=5)
    parts = [ending.result for ending in ranks.run("draw", folder=tmp_path, batch=5)]
    *per_tile, dropped = zip(whole, *parts, strict=True)
    for expected, *found in per_tile:
        if expected.ndim:
            assert np.array_equal(np.concatenate(found), expected)
        else:
            assert found == [expected, expected]  # one draw for the whole batch
    assert not np.array_equal(dropped[1], dropped[2])


def test_a_training_resumed_by_two_goes_on_where_one_stopped(ranks, alone, tmp_path):
    trainer, cache = alone
    fresh = {name: value.numpy() for name, value in make_trainer(cache).state().items()}
    half = make_trainer(cache)
    assert not half.run(Budget(steps=STEPS), reported=lambda _: None, stop=lambda: half.steps == STEPS // 2)
    start = (
        {name: value.numpy() for name, value in half.state().items()},
        {"steps": half.steps, "seconds": half.seconds, "loss": half.loss},
    )
    first, _ = ranks.run("train", folder=tmp_path, budget=Budget(steps=STEPS), start=start)
    assert first.result["facts"]["steps"] == STEPS
    assert first.result["facts"]["loss"] == pytest.approx(trainer.loss, rel=1e-5)
    assert distance(first.result["state"], trainer.state()) < 1e-3 * distance(fresh, trainer.state())


@pytest.mark.parametrize("rank", [0, 1])
def test_cancelling_one_rank_ends_both_after_the_same_step(ranks, tmp_path, rank):
    endings = ranks.run("train", folder=tmp_path, budget=Budget(steps=10_000), stop_at=(rank, 3))
    assert [ending.result["finished"] for ending in endings] == [False, False]
    assert [ending.result["facts"]["steps"] for ending in endings] == [3, 3]


def test_the_clock_of_rank_0_ends_a_budget_of_seconds(ranks, tmp_path):
    endings = ranks.run("train", folder=tmp_path, budget=Budget(seconds=1.5))
    assert all(ending.result["finished"] for ending in endings)
    steps = [ending.result["facts"]["steps"] for ending in endings]
    assert steps[0] == steps[1] > 1


@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_on_one_rank_ends_the_other_at_once_and_says_why(ranks, tmp_path, rank):
    endings = ranks.run("train", folder=tmp_path, budget=Budget(steps=10_000), fail_at=(rank, 3))
    assert endings[rank].error == "ZeroDivisionError"
    other = endings[1 - rank]
    assert other.error == "OperationalError"
    assert f"process {rank} of 2 ended: ZeroDivisionError: a bug of ours" in other.text
    assert other.seconds < 15  # the timeout is 30


def test_a_rank_that_hangs_costs_no_more_than_the_timeout(ranks, tmp_path):
    endings = ranks.run("train", folder=tmp_path, budget=Budget(steps=10_000), hang_at=(1, 3), timeout_s=2)
    assert endings[0].error == "OperationalError"
    assert "does not answer" in endings[0].text
    assert endings[1].error == "OperationalError"


def test_a_killed_rank_ends_the_other(tmp_path):
    with started() as ranks:
        endings = ranks.run("train", folder=tmp_path, budget=Budget(steps=10_000), kill_at=(1, 3))
    assert endings[1] is None
    assert "one of them ended: it was killed" in endings[0].text
    assert endings[0].seconds < 15


def job(tmp_path, **more):
    return TrainingJob(
        draw_data(tmp_path / "data", good=6),
        "drawn",
        tmp_path / "models",
        **{"device": "cpu", "steps": 3, **more},
    )


def test_one_rank_writes_the_model_of_both(ranks, tmp_path):
    first, second = ranks.run("teach", folder=tmp_path, job=job(tmp_path))
    assert (first.result["steps"], second.error) == (3, "")
    assert [folder.name for folder in (tmp_path / "models" / "drawn").iterdir()] == ["1"]
    assert read_model_folder(tmp_path / "models" / "drawn" / "1").manifest.training["steps"] == 3


def test_a_draft_leaves_the_other_rank_in_peace(ranks, tmp_path):
    first, second = ranks.run("teach", folder=tmp_path, job=job(tmp_path, steps=None, draft=True))
    assert (first.error, second.error) == ("", "")
    assert (first.result["steps"], first.result["loss"]) == (0, None)
    assert read_model_folder(tmp_path / "models" / "drawn" / "1").manifest.training["steps"] == 0


def test_what_is_wrong_with_the_data_ends_the_ranks_that_wait_for_it(ranks, tmp_path):
    wrong = job(tmp_path)
    for path in (wrong.data / "disk" / "train" / "good").iterdir():
        path.write_bytes(b"")
    first, second = ranks.run("teach", folder=tmp_path, job=wrong)
    assert first.error == "InvalidInput"
    assert second.error == "OperationalError"
    assert "process 0 of 2 ended: Input is not valid" in second.text


def test_cancelling_while_features_are_read_ends_the_ranks_that_wait_for_them(ranks, tmp_path):
    endings = ranks.run("teach", folder=tmp_path, job=job(tmp_path), cancel_after=(0, 2))
    assert [ending.error for ending in endings] == ["TrainingCancelled", "TrainingCancelled"]


def test_a_cancelled_training_of_two_keeps_a_checkpoint_that_both_go_on_from(ranks, tmp_path):
    wanted = job(tmp_path, steps=6)
    endings = ranks.run("teach", folder=tmp_path, job=wanted, cancel_after=(1, 3))
    assert [ending.error for ending in endings] == ["TrainingCancelled", "TrainingCancelled"]
    assert "--resume goes on from there" in endings[0].text
    assert (wanted.scratch / FILE).is_file()
    first, second = ranks.run("teach", folder=tmp_path, job=job(tmp_path, steps=6, resume=True))
    assert (first.result["steps"], second.error) == (6, "")


def test_ranks_that_do_not_come_are_missed(monkeypatch):
    for name, value in {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port(), "RANK": 0, "WORLD_SIZE": 2}.items():
        monkeypatch.setenv(name, str(value))
    with pytest.raises(OperationalError, match="did not find each other"):
        Peers.join(Placement(0, 2, 0, 2), cuda=False, timeout_s=0.5)


def test_a_process_alone_touches_nothing(alone):
    loss = torch.tensor(2.0)
    assert ALONE.agree(0.25, stop=True) == (0.25, True)
    assert ALONE.part(7) == slice(0, 7)
    assert ALONE.average([], loss, 7) is loss
    assert ALONE.share(loss, ()) is loss
    assert not torch.distributed.is_initialized()


def test_a_batch_smaller_than_the_number_of_processes_is_refused(alone):
    many = Peers()
    many.size = PLAN.batch + 1
    with pytest.raises(ValueError, match="cannot be split over 6"):
        make_trainer(alone[1], many)


# --- the program as people start it ----------------------------------------------------------------------------------


def torchrun(tmp_path, *more):
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = ["train", "--data", tmp_path / "data", "--name", "drawn", "--models-dir", tmp_path / "models"]
    return subprocess.Popen(
        [*launcher, MAIN, *command, "--device", "cpu", "--json", tmp_path / "out.json", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_torchrun_trains_a_model_and_one_process_speaks(tmp_path):
    draw_data(tmp_path / "data", good=6)
    with torchrun(tmp_path, "--steps", "5") as process:
        said, errors = process.communicate(timeout=150)
    assert process.returncode == 0, errors
    assert said.count("Model drawn v1") == 1
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["steps"] == 5
    assert read_model_folder(tmp_path / "models" / "drawn" / "1").ref.version == 1


def test_ending_torchrun_ends_every_process_and_keeps_a_checkpoint(tmp_path):
    draw_data(tmp_path / "data", good=6)
    with torchrun(tmp_path, "--steps", "100000") as process:
        for line in process.stdout:
            if line.startswith("train"):
                break
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)  # ends only when no process holds the pipe any more
    assert process.returncode != 0
    assert "--resume goes on from there" in errors
    assert (tmp_path / "models" / ".training" / "drawn" / FILE).is_file()
    assert not (tmp_path / "models" / "drawn").exists()
