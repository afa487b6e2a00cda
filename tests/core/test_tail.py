"""Limits beyond the scores: known tails are found again, the promise is marked, and odd scores are not continued."""

import numpy as np
import pytest
from scipy import stats

from inspector.core.calibration import Promise, conformal_limit
from inspector.core.tail import Tail, extrapolate, fit_tail, limit_for_rate

# Distribution, its shape, and how far the limit at a quarter of 1/n may be off in its logarithm, by number of scores.
TAILS = {
    "exponential": (stats.expon(), 0.0, {600: 0.35, 20_000: 0.11}),
    "ends at 1": (stats.uniform(), -1.0, {600: 0.004, 20_000: 0.0005}),
    "ends slowly": (stats.genpareto(-0.3), -0.3, {600: 0.12, 20_000: 0.02}),
    "heavy": (stats.genpareto(0.3), 0.3, {600: 0.7, 20_000: 0.27}),
}
SHAPE_ERROR = {600: 0.32, 20_000: 0.06}


def largest(scores, tail):
    return np.sort(scores)[-tail.exceedances :]


@pytest.mark.parametrize("name", TAILS)
@pytest.mark.parametrize("n", SHAPE_ERROR)
def test_known_tails_are_found_again(name, n):
    """Root mean square errors of 60 samples; the bounds lie a third above what was measured."""
    distribution, shape, limit_error = TAILS[name]
    true_limit = distribution.ppf(1 - 0.25 / n)
    tails = [fit_tail(distribution.rvs(n, random_state=seed)) for seed in range(60)]
    shapes = np.array([tail.shape for tail in tails])
    limits = np.array([tail.limit(0.25 / n) for tail in tails])
    assert np.sqrt(np.mean((shapes - shape) ** 2)) < SHAPE_ERROR[n]
    assert np.sqrt(np.mean(np.log(limits / true_limit) ** 2)) < limit_error[n]


@pytest.mark.parametrize("shape", [-0.5, 0.0, 0.4])
def test_limit_and_rate_are_each_others_inverse(shape):
    tail = Tail(threshold=0.8, scale=0.05, shape=shape, exceedances=50, samples=1000)
    assert tail.limit(tail.share) == pytest.approx(0.8)
    for rate in (0.04, 1e-3, 1e-5):
        assert tail.rate(tail.limit(rate)) == pytest.approx(rate)
    exact = 0.8 + 0.05 * (-np.log(0.02) if shape == 0 else (0.02**-shape - 1) / shape)
    assert tail.limit(1e-3) == pytest.approx(exact)
    if shape < 0:
        assert tail.rate(0.8 - 0.05 / shape + 1e-6) == 0.0


@pytest.mark.parametrize("name", TAILS)
def test_interval_and_upper_rate_hold_what_they_say(name):
    distribution, *_ = TAILS[name]
    rate, runs, n = 1e-3, 100, 600
    true_limit = distribution.ppf(1 - rate)
    inside = below = 0
    for seed in range(runs):
        scores = distribution.rvs(n, random_state=seed)
        tail = fit_tail(scores)
        assert tail is not None
        found = extrapolate(tail, largest(scores, tail), rate)
        assert found.low < found.limit < found.high
        inside += found.low <= true_limit <= found.high
        below += distribution.sf(max(found.limit, scores.max())) <= found.upper_rate
    # The bootstrap is approximate: a few points below 95 % are stated in the module.
    assert inside >= 85
    assert below >= 85


def test_which_promise_is_made_follows_from_the_number_of_scores():
    scores = stats.lognorm(0.15).rvs(2000, random_state=3)
    for n, promise in [(20, Promise.NOT_REACHED), (599, Promise.NOT_REACHED), (600, Promise.EXTRAPOLATED)]:
        found = limit_for_rate(scores[:n], 0.001)
        assert found.calibration.promise is promise
        assert (found.extrapolation is not None) is (promise is Promise.EXTRAPOLATED)
        assert found.calibration.limit >= scores[:n].max()
        # What holds without assumption is not embellished by the tail.
        assert found.calibration.upper_rate == conformal_limit(scores[:n], 0.001).upper_rate
    assert limit_for_rate(scores[:999], 0.001).calibration == conformal_limit(scores[:999], 0.001)
    assert limit_for_rate(scores[:999], 0.001).extrapolation is None


def test_a_limit_is_the_same_at_every_call_and_in_any_order():
    scores = stats.gamma(4).rvs(800, random_state=4)
    assert limit_for_rate(scores, 5e-4) == limit_for_rate(scores[::-1], 5e-4)


@pytest.mark.parametrize("unit", [1e-3, 1e4])
def test_a_limit_does_not_depend_on_the_unit(unit):
    scores = stats.gamma(4).rvs(800, random_state=4)
    plain, scaled = limit_for_rate(scores, 5e-4), limit_for_rate(scores * unit, 5e-4)
    assert scaled.calibration.limit == pytest.approx(plain.calibration.limit * unit, rel=1e-6)
    assert plain.extrapolation is not None
    assert scaled.extrapolation is not None
    assert scaled.extrapolation.fit == plain.extrapolation.fit


def test_what_has_no_such_tail_is_shown_and_not_continued():
    # Two kinds of good parts, the rarer one scoring around 3: the largest 5 % have a gap in their middle.
    random = np.random.default_rng(5)
    scores = np.concatenate([random.normal(1, 0.1, 880), random.normal(3, 0.02, 20)])
    found = limit_for_rate(scores, 5e-4)
    assert found.extrapolation is not None
    assert not found.extrapolation.fits
    assert found.calibration.promise is Promise.NOT_REACHED
    assert found.calibration.limit == scores.max()


def test_good_fits_are_rarely_refused():
    refused = 0
    for seed in range(60):
        found = limit_for_rate(stats.norm(5, 1).rvs(600, random_state=seed), 1e-3)
        assert found.extrapolation is not None
        refused += not found.extrapolation.fits
    assert refused <= 4


@pytest.mark.parametrize("scores", [np.ones(900), np.r_[np.ones(800), np.full(100, 2.0)], np.zeros(900)])
def test_equal_scores_have_no_tail(scores):
    assert fit_tail(scores) is None
    found = limit_for_rate(scores, 1e-3)
    assert found.calibration.promise is Promise.NOT_REACHED
    assert found.calibration.limit == scores.max()


def test_rounded_scores_still_have_a_tail():
    scores = np.round(stats.gamma(4).rvs(900, random_state=6), 1)
    found = limit_for_rate(scores, 5e-4)
    assert np.isfinite(found.calibration.limit)


@pytest.mark.parametrize("scores", [[], [1.0, float("nan")], [float("inf")] * 900])
def test_scores_that_cannot_be_ranked_are_refused(scores):
    with pytest.raises(ValueError, match="finite"):
        limit_for_rate(scores, 0.001)
    if scores:
        with pytest.raises(ValueError, match="finite"):
            fit_tail(scores)
