"""One picture that alone sets a limit is named; the top of an ordinary tail is not."""

import numpy as np
import pytest

from inspector.training.outlier import COMPARED, stands_apart

TAILS = {
    "normal": lambda random, count: random.lognormal(0, 0.2, count),
    "gamma": lambda random, count: random.gamma(9, 1, count),
    "Gumbel": lambda random, count: 5 + random.gumbel(0, 1, count),
}


@pytest.mark.parametrize("count", [12, 70, 500])
@pytest.mark.parametrize("tail", TAILS)
def test_ordinary_scores_are_seldom_suspected_and_a_far_one_is_found(tail, count):
    random = np.random.default_rng(1)
    suspected = found = 0
    for _ in range(300):
        scores = TAILS[tail](random, count) ** 0.2  # so narrow that twice as high is far, whatever the tail
        suspected += stands_apart(scores) is not None
        top = scores.max() * 2
        times = stands_apart([*scores, top])
        assert times is None or times == pytest.approx(2)
        found += times is not None
    assert suspected <= 10  # of 300; measured are 1.3 % and less
    assert found > 280


def test_the_order_of_scores_does_not_matter_and_the_factor_is_to_the_next():
    scores = [*np.linspace(1.0, 1.2, 20), 3.0]
    assert stands_apart(scores) == stands_apart(scores[::-1]) == pytest.approx(2.5)


def test_too_few_to_know_a_tail_say_nothing():
    scores = [1.0, 1.1, 1.2] * 4
    assert stands_apart([*scores[:COMPARED], 50.0]) is None
    assert stands_apart([*scores[: COMPARED + 1], 50.0]) is not None


def test_equal_scores_and_zeros_are_no_reason_to_fail():
    assert stands_apart([1.0] * 20) is None
    assert stands_apart([0.0] * 20) is None
    assert stands_apart([*[1.0] * 19, 1.5]) == pytest.approx(1.5)
