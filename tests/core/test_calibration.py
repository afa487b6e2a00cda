import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from inspector.core.calibration import Promise, beta_quantile, conformal_limit, rejection_bound


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from([0.05, 0.5, 0.95]))
def test_beta_quantile_equals_scipy(a: int, b: int, probability: float) -> None:
    assert beta_quantile(a, b, probability) == pytest.approx(stats.beta.ppf(probability, a, b), abs=1e-9)


@pytest.mark.parametrize(("n", "upper"), [(100, 0.0295), (300, 0.0208), (1000, 0.0156)])
def test_uncertainty_of_the_specification(n: int, upper: float) -> None:
    assert conformal_limit(np.arange(n, dtype=float).tolist(), 0.01).upper_rate == pytest.approx(upper, abs=6e-5)


@pytest.mark.parametrize(("n", "bound"), [(60, 0.049), (20, 0.139)])
def test_none_rejected_of_few_promises_little(n: int, bound: float) -> None:
    # "0 of 60 (true rate may be up to 4.9 %)", with 20: 13.9 %.
    assert rejection_bound(0, n) == pytest.approx(bound, abs=5e-4)
    assert rejection_bound(n, n) == 1.0


def test_realized_rate_follows_the_beta_law() -> None:
    random = np.random.default_rng(5)
    n, rate, runs = 200, 0.05, 4000
    calibration = [conformal_limit(scores.tolist(), rate) for scores in random.random((runs, n))]
    # For uniform scores the realized false-reject rate of a limit is simply what lies above it.
    realized = 1 - np.array([one.limit for one in calibration])
    k = calibration[0].rank
    assert k == 191
    assert stats.kstest(realized, stats.beta(n + 1 - k, k).cdf).pvalue > 0.01
    assert realized.mean() == pytest.approx(calibration[0].expected_rate, abs=2e-3)


@pytest.mark.parametrize(("n", "rate"), [(99, 0.01), (300, 0.01), (1000, 0.01), (1500, 0.001)])
def test_the_promised_upper_rate_covers_in_19_of_20_calibrations(n: int, rate: float) -> None:
    random = np.random.default_rng(n)
    runs = 2000
    found = [conformal_limit(scores.tolist(), rate) for scores in random.random((runs, n))]
    covered = sum(1 - one.limit <= one.upper_rate for one in found)
    # Beta's quantile is exact for continuous scores, so only chance parts the count from 95 % of the runs.
    assert stats.binomtest(covered, runs, 0.95).pvalue > 0.001


def test_too_few_samples_take_the_largest_score_and_say_so() -> None:
    few = conformal_limit([3.0, 1.0, 2.0], 0.01)
    assert (few.limit, few.rank, few.reached) == (3.0, 3, False)
    assert few.expected_rate == pytest.approx(0.25)
    assert few.promise is Promise.NOT_REACHED
    enough = conformal_limit([float(i) for i in range(99)], 0.01)
    assert enough.reached
    assert enough.promise is Promise.EXCHANGEABLE


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.floats(0.001, 0.5))
def test_no_more_good_parts_than_promised_lie_above_the_limit(scores: list[float], rate: float) -> None:
    found = conformal_limit(scores, rate)
    assert sum(score > found.limit for score in scores) <= len(scores) - found.rank
    assert found.limit in scores


@pytest.mark.parametrize("scores", [[], [1.0, float("nan")], [float("inf")]])
def test_scores_that_cannot_be_ranked_are_refused(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="calibration needs"):
        conformal_limit(scores, 0.01)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, float("nan")])
def test_rates_outside_zero_to_one_are_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="target rate"):
        conformal_limit([1.0], rate)
