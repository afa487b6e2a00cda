"""Limits from few scores: exact where conformal prediction reaches, with an honest margin where it cannot."""

import math
from statistics import NormalDist, median

import numpy as np
import pytest
from scipy.stats import t as student

from inspector.core.calibration import Promise, conformal_limit
from inspector.core.recipe import Framing
from inspector.training.framing import ProductFraming
from inspector.training.levels import ViewScores, limit_with_margin, product_entry, student_quantile
from inspector.vision.manifest import Judge, Weighing

WEIGHING = Weighing(Judge.BOTH, {Judge.BOTH: 0.9})
WHOLE = ProductFraming(Framing.WHOLE, 1.0, 64)
BOTH = ProductFraming(Framing.TILES_AND_WHOLE, 0.5, 64)


def good(rng, count, mean=1.0, spread=0.1):
    return np.exp(rng.normal(mean, spread, count)).tolist()


def test_with_enough_scores_the_limit_is_the_conformal_one():
    rng = np.random.default_rng(0)
    scores = good(rng, 150)
    assert limit_with_margin(scores, good(rng, 30), 0.01) == conformal_limit(scores, 0.01)


@pytest.mark.parametrize(("held_out", "teaching"), [(3, 12), (6, 24), (20, 32), (60, 32)])
def test_few_scores_keep_the_false_reject_rate_near_its_target(held_out, teaching):
    rng = np.random.default_rng(1)
    rates, plain = [], []
    for _ in range(200):
        held = good(rng, held_out)
        found = limit_with_margin(held, good(rng, teaching, mean=0.8), 0.01)
        fresh = np.asarray(good(rng, 500))
        rates.append((fresh > found.limit).mean())
        plain.append((fresh > max(held)).mean())
        assert not found.reached
        assert found.limit >= max(held)
    assert np.mean(rates) < 0.015
    assert np.mean(plain) > 1 / (held_out + 1) * 0.7  # what it would be without the margin


@pytest.mark.parametrize("spread", [0.05, 0.07, 0.2])
@pytest.mark.parametrize("held_out", [6, 12, 20, 60])
def test_teaching_frames_that_spread_otherwise_do_not_spoil_the_limit(held_out, spread):
    rng = np.random.default_rng(4)
    rates = []
    for _ in range(300):
        limit = limit_with_margin(good(rng, held_out), good(rng, 32, mean=0.8, spread=spread), 0.01).limit
        rates.append(1 - NormalDist(1.0, 0.1).cdf(math.log(limit)))
    assert np.mean(rates) < 0.03


def test_rare_rejects_are_extrapolated_where_the_tail_can_be_seen_and_marked():
    rng = np.random.default_rng(6)
    frames = [ViewScores(0.0, score) for score in good(rng, 700)]
    entry = product_entry(WHOLE, frames, frames[:30], target_rate=0.001, weighing=WEIGHING)
    assert entry.calibration.promise is Promise.EXTRAPOLATED
    assert entry.calibration.limit == 1.0
    assert entry.scores[-1] <= 1.0
    assert entry.problems() == []


@pytest.mark.parametrize("framing", [WHOLE, BOTH])
def test_levels_make_one_the_limit(framing):
    rng = np.random.default_rng(2)
    both = framing is BOTH

    def frames(count, mean):
        return [
            ViewScores(tiles if both else 0.0, whole)
            for tiles, whole in zip(good(rng, count, mean + 2), good(rng, count, mean), strict=True)
        ]

    held_out, teaching = frames(120, 1.0), frames(30, 0.9)
    entry = product_entry(framing, held_out, teaching, weighing=WEIGHING)
    assert entry.problems() == []
    assert entry.calibration.limit == 1.0
    assert entry.calibration.reached
    assert (entry.tile_level > 0) is both

    def score(view):
        return max(view.whole / entry.whole_level, view.tiles / entry.tile_level if both else 0.0)

    assert sorted(score(view) for view in held_out) == pytest.approx(list(entry.shares), abs=1e-5)
    assert median(entry.scores) == pytest.approx(0.5, abs=1e-3)
    assert sum(score(view) > 1 + 1e-9 for view in held_out) == 120 - entry.calibration.rank


def test_one_held_out_frame_is_enough_for_a_limit():
    entry = product_entry(WHOLE, [ViewScores(0.0, 2.0)], [ViewScores(0.0, 1.5)], weighing=WEIGHING)
    assert entry.whole_level == pytest.approx(2.0)
    assert not entry.calibration.reached
    assert entry.weighing is WEIGHING


def test_equal_scores_give_a_limit_that_lets_them_pass():
    entry = product_entry(WHOLE, [ViewScores(0.0, 2.0)] * 8, [ViewScores(0.0, 2.0)] * 8, weighing=WEIGHING)
    assert entry.scores[-1] <= 1.0


def test_student_quantile_equals_scipy():
    for freedom in (4, 10, 30, 200):
        for probability in (0.9, 0.99, 0.999):
            exact = student.ppf(probability, freedom)
            assert math.isclose(student_quantile(probability, freedom), exact, rel_tol=0.01 if freedom > 4 else 0.03)
