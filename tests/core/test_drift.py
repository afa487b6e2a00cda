"""Drift is told when it is neither chance nor trifling, and hardly ever otherwise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from inspector.core.drift import ALPHA, TESTS_A_DAY, WINDOW, compare

scores = st.lists(st.integers(1, 12).map(lambda value: value / 12), min_size=2, max_size=60)


def good(random, count, mean=0.7, spread=0.07):
    return np.minimum(random.normal(mean, spread, count), 1.0)


@given(scores, scores)
def test_the_test_equals_scipys_also_with_ties(recent, held_out):
    found = compare(recent, held_out, 1.0)
    if len({*recent, *held_out}) == 1:
        assert (found.p_value, found.effect, found.shift) == (1.0, 0.0, 0.0)
        return
    exact = stats.mannwhitneyu(recent, held_out, method="asymptotic", use_continuity=True)
    assert found.p_value == pytest.approx(min(exact.pvalue, 1.0), abs=1e-9)
    assert found.effect == pytest.approx(exact.statistic / (len(recent) * len(held_out)) - 0.5)
    assert not found.drifted or abs(found.shift) >= 0.05


@pytest.mark.parametrize("held_out", [20, 43, 100])
def test_the_normal_approximation_errs_to_the_safe_side_so_far_out(held_out):
    """At the alarm's own level an exact test says that chance is rarer still."""
    random = np.random.default_rng(1)
    checked = 0
    for shift in np.linspace(0.01, 0.12, 60):
        recent, old = good(random, WINDOW, 0.5 + shift), good(random, held_out, 0.5)
        found = compare(recent, old, 1.0)
        if 0.05 * ALPHA < found.p_value < 20 * ALPHA:
            exact = stats.mannwhitneyu(recent, old, method="exact").pvalue
            assert exact <= 1.05 * found.p_value
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("held_out", [20, 43, 300])
def test_days_without_drift_raise_no_alarm(held_out):
    """Five days of windows, each day against held-out scores of its own; the level lets one day in a hundred fail."""
    random = np.random.default_rng(2)
    lowest = 1.0
    for _ in range(5):
        old = good(random, held_out)
        for window in good(random, TESTS_A_DAY * WINDOW).reshape(-1, WINDOW):
            found = compare(window, old, 1.0)
            lowest = min(lowest, found.p_value)
            assert not found.drifted
    assert lowest > ALPHA


def test_p_values_of_exchangeable_scores_are_what_they_say():
    random = np.random.default_rng(3)
    p_values = [compare(good(random, WINDOW), good(random, 40), 1.0).p_value for _ in range(3000)]
    for level in (0.1, 0.01):
        assert stats.binomtest(sum(p <= level for p in p_values), 3000, level).pvalue > 0.001


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(("held_out", "spreads", "power"), [(20, 2.0, 0.95), (40, 1.5, 0.95), (100, 1.0, 0.9)])
def test_a_drift_that_matters_is_found_in_the_first_window(held_out, spreads, power, direction):
    random = np.random.default_rng(4)
    found = [
        compare(good(random, WINDOW, 0.7 + direction * spreads * 0.07), good(random, held_out), 1.0) for _ in range(200)
    ]
    assert np.mean([one.drifted for one in found]) >= power
    assert all(np.sign(one.effect) == direction == np.sign(one.shift) for one in found if one.drifted)


def test_a_trifle_in_many_scores_is_no_alarm():
    random = np.random.default_rng(5)
    found = compare(good(random, 5000, 0.71), good(random, 5000, 0.70), 1.0)
    assert found.p_value < ALPHA
    assert not found.drifted
    assert found.settled


def test_an_alarm_stays_until_scores_are_well_back():
    old = np.linspace(0.5, 0.7, 100)
    raised, between, back = (compare(old + shift, old, 1.0) for shift in (0.08, 0.04, 0.01))
    assert raised.drifted
    assert not raised.settled
    assert not between.drifted
    assert not between.settled
    assert back.settled


def test_held_out_scores_above_the_limit_are_left_out():
    """A tenth of the held-out parts was above the limit, and no accepted part can be there: that is no drift."""
    random = np.random.default_rng(6)
    held_out = random.normal(0.8, 0.2, 2000)
    recent = [score for score in random.normal(0.8, 0.2, 2000) if score <= 1.0]
    found = compare(recent, held_out.tolist(), 1.0)
    assert found.p_value > 0.01
    assert found.held_out == pytest.approx(np.median(held_out[held_out <= 1.0]))


def test_shift_is_in_multiples_of_the_limit():
    assert compare([30.0, 30.0], [20.0, 20.0], 40.0).shift == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("recent", "held_out", "limit"),
    [
        ([], [0.5], 1.0),
        ([0.5], [], 1.0),
        ([0.5], [1.5], 1.0),
        ([float("nan")], [0.5], 1.0),
        ([0.5], [float("inf")], 1.0),
        ([0.5], [0.5], 0.0),
        ([0.5], [0.5], float("nan")),
    ],
)
def test_what_cannot_be_compared_is_refused(recent, held_out, limit):
    with pytest.raises(ValueError, match="drift needs"):
        compare(recent, held_out, limit)
