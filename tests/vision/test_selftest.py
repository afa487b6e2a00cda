"""When maps count as equal, near enough, or wrong."""

import numpy as np
import pytest

from inspector.vision.selftest import SCORE_TOLERANCE, SelfTest, compare_maps, score_tolerance
from tests.support.vision import in_turn

REFERENCE = np.random.default_rng(0).random((16, 4, 4), np.float32) * np.arange(1, 17, dtype=np.float32)[:, None, None]


def test_equal_maps_are_exact() -> None:
    found = compare_maps(REFERENCE, REFERENCE)
    assert found.exact
    assert found.acceptable()


@pytest.mark.parametrize("factor", [1.02, 0.98])
def test_two_percent_off_is_not_exact_and_not_acceptable(factor: float) -> None:
    found = compare_maps(REFERENCE * np.float32(factor), REFERENCE)
    assert not found.exact
    assert not found.acceptable()


def test_small_noise_is_acceptable_but_a_swapped_order_is_not() -> None:
    noise = 1 + np.random.default_rng(1).normal(0, 0.004, REFERENCE.shape).astype(np.float32)
    assert compare_maps(REFERENCE * noise, REFERENCE).acceptable()
    assert not compare_maps(REFERENCE[::-1], REFERENCE).acceptable()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_infinitely_far(bad: float) -> None:
    maps = REFERENCE.copy()
    maps[3, 2, 1] = bad
    found = compare_maps(maps, REFERENCE)
    assert not found.exact
    assert not found.acceptable()


def test_wrong_shapes_and_empty_maps_are_named() -> None:
    tiles = np.zeros((16, 64, 64, 3), np.uint8)
    numbers = in_turn(16, 3)
    assert SelfTest(tiles, REFERENCE, numbers).problems(64, 4, 3) == []
    assert "expected (N, 32, 32, 3)" in SelfTest(tiles, REFERENCE, numbers).problems(32, 4, 3)[0]
    assert "self-test maps are" in SelfTest(tiles, REFERENCE[:3], numbers).problems(64, 4, 3)[0]
    assert "signal" in SelfTest(tiles, REFERENCE * 0, numbers).problems(64, 4, 3)[0]
    for wrong in (numbers[:3], numbers - 1, numbers + 1):
        assert SelfTest(tiles, REFERENCE, wrong).problems(64, 4, 3) == [
            "self-test products must be 16 numbers from 0 to 2"
        ]


def test_noise_may_be_a_quarter_of_the_narrowest_spread() -> None:
    wide = np.exp(np.random.default_rng(2).normal(0, 0.2, 200)).tolist()
    narrow = np.exp(np.random.default_rng(3).normal(0, 0.014, 200)).tolist()
    assert score_tolerance([wide]) == SCORE_TOLERANCE
    assert score_tolerance([wide, narrow]) == pytest.approx(0.0035, rel=0.1)
    # No product, one part or equal scores tell nothing of a spread: no noise is allowed.
    assert score_tolerance([]) == 0
    assert score_tolerance([wide, [1.0]]) == 0


def test_a_narrow_product_refuses_noise_that_a_wide_one_bears() -> None:
    noise = 1 + np.random.default_rng(1).normal(0, 0.004, REFERENCE.shape).astype(np.float32)
    found = compare_maps(REFERENCE * noise, REFERENCE)
    assert found.acceptable()
    assert not found.acceptable(0.001)
