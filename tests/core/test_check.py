import numpy as np
import pytest

from inspector.core.check import MARGIN, CheckResult, LimitRule, check_limit, limit_for, rejected_interval


@pytest.mark.parametrize(("good", "upper"), [(60, 0.049), (20, 0.139)])
def test_no_reject_among_some_says_how_bad_it_may_still_be(good: int, upper: float) -> None:
    low, high = rejected_interval(0, good)
    assert low == 0
    assert round(high, 3) == upper


def test_the_interval_is_the_exact_one() -> None:
    # Clopper-Pearson, one-sided at 95 % each: qbeta(0.05, 3, 58) and qbeta(0.95, 4, 57) of R.
    low, high = rejected_interval(3, 60)
    assert low == pytest.approx(0.01378, abs=1e-4)
    assert high == pytest.approx(0.1245, abs=1e-3)
    assert rejected_interval(5, 5)[1] == 1.0


def test_a_shift_is_said_in_two_figures() -> None:
    assert CheckResult(0, 60, 11, 12).rejected_of(9600) == (0, 470)


def test_below_twenty_good_parts_no_rate_is_said() -> None:
    assert CheckResult(0, 19, 0, 0).too_few
    assert not CheckResult(0, 20, 0, 0).too_few
    assert CheckResult(0, 0, 0, 0).rejected_bounds == (0.0, 1.0)


def test_how_many_bad_parts_are_found_has_a_bound_too() -> None:
    assert CheckResult(0, 60, 12, 12).found_lower == pytest.approx(0.05 ** (1 / 12))
    assert CheckResult(0, 60, 0, 0).found_lower == 0


@pytest.mark.parametrize("counts", [(3, 2, 0, 0), (-1, 2, 0, 0), (0, 0, 1, 0)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        CheckResult(*counts)


def test_a_promise_is_kept_as_long_as_the_counts_do_not_speak_against_it() -> None:
    assert CheckResult(0, 60, 0, 0).keeps(10)
    assert CheckResult(2, 60, 0, 0).keeps(10)
    assert not CheckResult(6, 60, 0, 0).keeps(10)


def test_a_score_that_equals_the_limit_passes_and_no_number_does_not() -> None:
    assert check_limit([1.0, 1.01, float("nan")], [0.5, 2.0], 1.0) == CheckResult(2, 3, 1, 2)


def test_few_parts_take_the_largest_score_and_a_margin() -> None:
    found = limit_for([0.1 * n for n in range(1, 31)], 10)
    assert found.rule is LimitRule.LARGEST
    assert found.base == pytest.approx(3.0)
    assert found.limit == pytest.approx(3.0 * (1 + MARGIN))
    assert not found.too_few


def test_enough_parts_take_the_score_at_the_rate() -> None:
    found = limit_for([n / 100 for n in range(1, 101)], 50)
    assert found.rule is LimitRule.AT_RATE
    assert found.base == pytest.approx(0.96)


def test_many_parts_continue_the_tail() -> None:
    scores = np.random.default_rng(3).gamma(9, 0.05, 800).tolist()
    found = limit_for(scores, 0.5)
    assert found.rule is LimitRule.EXTRAPOLATED
    assert found.limit >= max(scores)
    assert found.margin == 0


def test_a_bad_part_never_falls_into_the_margin() -> None:
    found = limit_for([1.0] * 30, 10, bad=[0.4, 1.06, 5.0])
    assert found.limit == pytest.approx(1.03)
    assert found.margin == pytest.approx(0.03)
    assert limit_for([1.0] * 30, 10, bad=[3.0]).limit == pytest.approx(1.1)


def test_a_limit_needs_scores() -> None:
    with pytest.raises(ValueError, match="score"):
        limit_for([], 10)
