"""The loop: budgets, balance, clipping, and a resumed run that equals one that was never interrupted."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inspector.core.errors import OperationalError
from inspector.training.checkpoint import Progress, read_checkpoint, write_checkpoint
from inspector.training.features import FeatureCache
from inspector.training.presets import Preset, Schedule, TrainingPlan, preset
from inspector.training.trainer import Budget, Trainer
from inspector.vision.networks.config import light
from inspector.vision.networks.detector import build_detector

CONFIG = replace(light(input_size=128), hidden=16, heads=2, ffn=32, enc_layers=1, dec_layers=1, dropout=0.1)
PLAN = TrainingPlan(1e-3, 1e-4, Schedule.COSINE, batch=4, clip=1.0)


def make_trainer(tmp_path, *, plan=PLAN, counts=(6, 3), seed=5):
    generator = torch.Generator().manual_seed(1)
    cache = FeatureCache([f"p{i}" for i in range(len(counts))], sum(counts), CONFIG.tokens, CONFIG.channels, tmp_path)
    for product, count in enumerate(counts):
        cache.add(product, torch.randn(count, CONFIG.tokens, CONFIG.channels, generator=generator) + product)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        detector = build_detector(CONFIG, backbone_state=None)
    detector.fuser.set_statistics(*cache.channel_statistics())
    return Trainer(detector, cache, plan, seed=seed), detector


def run(trainer, steps, *, stop_at=None):
    reports = []
    budget = Budget(steps=steps)
    finished = trainer.run(budget, reported=reports.append, stop=lambda: trainer.steps == stop_at)
    return finished, reports


def test_a_resumed_run_equals_an_uninterrupted_one_to_the_bit(tmp_path):
    whole, _ = make_trainer(tmp_path)
    assert run(whole, 50)[0]
    first, _ = make_trainer(tmp_path)
    assert not run(first, 50, stop_at=25)[0]
    write_checkpoint(tmp_path, first.state(), Progress("job", first.steps, first.seconds, first.loss))
    torch.rand(100)  # whatever else happens in between
    second, _ = make_trainer(tmp_path)
    tensors, kept = read_checkpoint(tmp_path, "job")
    second.restore(tensors, steps=kept.steps, seconds=kept.seconds, loss=kept.loss)
    assert run(second, 50)[0]
    expected, found = whole.state(), second.state()
    assert set(expected) == set(found)
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert whole.loss == second.loss


def test_another_seed_gives_another_run(tmp_path):
    states = []
    for seed in (1, 2):
        trainer, _ = make_trainer(tmp_path, seed=seed)
        run(trainer, 3)
        states.append(trainer.state())
    assert any(not torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_training_lowers_the_loss_and_leaves_encoder_and_global_randomness_alone(tmp_path):
    trainer, detector = make_trainer(tmp_path)
    encoder = {name: value.clone() for name, value in detector.encoder.state_dict().items()}
    before = torch.random.get_rng_state()
    _, reports = run(trainer, 120)
    assert reports[-1].loss < 0.9 * reports[0].loss
    assert all(torch.equal(value, detector.encoder.state_dict()[name]) for name, value in encoder.items())
    assert torch.equal(before, torch.random.get_rng_state())
    assert not detector.training


def test_rare_products_are_drawn_as_often_as_frequent_ones(tmp_path):
    trainer, _ = make_trainer(tmp_path, counts=(200, 2))
    drawn = []
    cache = trainer._cache
    trainer._cache = type("Spy", (), {"take": lambda _, tiles: drawn.append(tiles)})()
    for trainer.steps in range(200):
        trainer._batch()
    rare = (cache.product_of[np.concatenate(drawn)] == 1).mean()
    assert 0.44 < rare < 0.56


def test_reports_count_down_and_carry_the_norm_before_clipping(tmp_path):
    trainer, _ = make_trainer(tmp_path, plan=replace(PLAN, clip=1e-6))
    _, reports = run(trainer, 5)
    assert [report.steps for report in reports] == [1, 2, 3, 4, 5]
    assert reports[-1].seconds_left == 0
    assert all(report.gradient_norm > 1e-3 for report in reports)


def test_a_budget_in_seconds_ends_near_its_time(tmp_path):
    trainer, _ = make_trainer(tmp_path)
    reports = []
    assert trainer.run(Budget(seconds=0.3), reported=reports.append, stop=lambda: False)
    assert 0.3 <= trainer.seconds < 1.0
    assert reports[-1].expected_steps == trainer.steps


@pytest.mark.parametrize("arguments", [{}, {"steps": 3, "seconds": 4.0}, {"steps": 0}, {"seconds": -1.0}])
def test_a_budget_without_a_single_end_is_refused(arguments):
    with pytest.raises(ValueError, match="budget"):
        Budget(**arguments)


def test_divergence_is_an_error_not_a_model(tmp_path):
    trainer, detector = make_trainer(tmp_path)
    with torch.no_grad():
        next(detector.trainable_parameters()).fill_(float("nan"))
    with pytest.raises(OperationalError, match="diverged"):
        run(trainer, 2)


def test_an_empty_cache_is_refused(tmp_path):
    detector = build_detector(CONFIG, backbone_state=None)
    with pytest.raises(ValueError, match="empty"):
        Trainer(detector, FeatureCache(["a"], 1, CONFIG.tokens, CONFIG.channels, tmp_path), PLAN, seed=0)


def test_the_schedules():
    cosine = preset(Preset.LIGHT)[1]
    assert cosine.rate_at(0) < cosine.rate_at(0.02) < cosine.rate_at(0.04) == cosine.learning_rate
    assert cosine.rate_at(0.5) > cosine.rate_at(0.9) > cosine.rate_at(1.0) == 0
    step = preset(Preset.FAITHFUL)[1]
    assert step.rate_at(0) == step.rate_at(0.79) == 1e-4
    assert step.rate_at(0.8) == pytest.approx(1e-5)
    assert (step.batch, step.clip, step.weight_decay) == (8, 0.1, 1e-4)
