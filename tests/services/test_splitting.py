"""How many of the good samples check: enough to say a rate as soon as that leaves enough to teach."""

import pytest

from inspector.core.check import LEAST_TO_SAY, CheckResult
from inspector.core.sample import LEAST_CHECK, LEAST_GOOD
from inspector.services.splitting import wanted_check


@pytest.mark.parametrize(
    ("good", "check"), [(0, 0), (10, 4), (LEAST_GOOD, LEAST_CHECK), (30, 14), (40, 20), (44, 20), (100, 20), (209, 42)]
)
def test_the_check_set_of_so_many_good_samples(good: int, check: int) -> None:
    assert wanted_check(good) == check


def test_neither_part_ever_shrinks_and_teaching_keeps_half() -> None:
    checks = [wanted_check(good) for good in range(500)]
    teaches = [good - check for good, check in enumerate(checks)]
    assert checks == sorted(checks)
    assert teaches == sorted(teaches)
    assert all(teach >= check for teach, check in zip(teaches, checks, strict=True))


def test_forty_good_samples_are_enough_to_say_a_rate() -> None:
    assert CheckResult(0, wanted_check(39), 0, 0).too_few
    assert not CheckResult(0, wanted_check(40), 0, 0).too_few
    assert wanted_check(40) == LEAST_TO_SAY
