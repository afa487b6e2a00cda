"""The tick that says that every part is accounted for."""

from inspector.core.line import Balance
from inspector.ui.station.balance import BalanceWatch

GOOD = Balance(triggers=10, answers=9, in_hand=1, records=8, waiting=1)
BAD = Balance(triggers=10, answers=9, in_hand=0, records=9, waiting=0)


def feed(watch: BalanceWatch, *readings: tuple[float, Balance]) -> int:
    return [watch.add(balance, now) for now, balance in readings][-1]


def test_parts_in_hand_and_waiting_are_accounted_for() -> None:
    assert feed(BalanceWatch(), *((0.1 * step, GOOD) for step in range(40))) == 0


def test_a_part_that_is_missing_shows_after_two_seconds() -> None:
    watch = BalanceWatch()
    assert feed(watch, *((0.1 * step, BAD) for step in range(20))) == 0
    assert feed(watch, (2.0, BAD)) == 1


def test_numbers_read_in_the_middle_of_a_move_do_not_show() -> None:
    readings = [(0.1 * step, BAD if step % 3 else GOOD) for step in range(60)]
    assert feed(BalanceWatch(), *readings) == 0


def test_the_tick_returns_when_the_sum_holds_again() -> None:
    watch = BalanceWatch()
    feed(watch, *((0.1 * step, BAD) for step in range(40)))
    assert feed(watch, (4.1, GOOD)) == 0
