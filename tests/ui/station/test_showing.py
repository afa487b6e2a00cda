"""Which part stands on the page: newest, held, or frozen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.ui.parts import Part, part_of
from inspector.ui.station.showing import FREEZE_S, HOLD_S, KEPT, Showing
from tests.support.scripted_line import ScriptedLine, draw_part

IMAGE = draw_part(16, 20)


def parts(*scores: float | None) -> list[Part]:
    line = ScriptedLine()
    return [part_of(line.part(score, image=IMAGE)) for score in scores]


def test_nothing_is_shown_before_the_first_part() -> None:
    showing = Showing()
    assert showing.shown is None
    assert not showing.tick(100.0)


def test_the_newest_part_is_shown() -> None:
    showing = Showing()
    first, second = parts(0.3, 0.4)
    showing.add([first, second], 0.0)
    assert showing.shown is second


def test_a_rejected_part_stays_while_others_pass() -> None:
    """A-19."""
    showing = Showing()
    reject, *passed = parts(2.0, 0.3, 0.3, 0.3)
    showing.add([reject], 10.0)
    for index, part in enumerate(passed):
        showing.add([part], 10.2 + 0.3 * index)
    assert showing.shown is reject
    assert showing.passed_since == 3
    assert showing.parts == (reject, *passed)
    assert not showing.tick(10.0 + HOLD_S - 0.01)
    assert showing.shown is reject
    assert showing.tick(10.0 + HOLD_S)
    assert showing.shown is passed[-1]
    assert showing.passed_since == 0


def test_a_rejected_part_that_nothing_follows_stays_for_good() -> None:
    showing = Showing()
    (reject,) = parts(2.0)
    showing.add([reject], 0.0)
    showing.tick(100.0)
    assert showing.shown is reject
    assert showing.passed_since == 0


def test_a_newer_rejected_part_takes_over_and_is_held_as_long() -> None:
    showing = Showing()
    first, passed, second, later = parts(2.0, 0.3, None, 0.3)
    showing.add([first, passed, second], 0.0)
    showing.add([later], 1.0)
    assert showing.shown is second
    assert showing.passed_since == 1
    assert showing.last_reject is second


def test_a_part_that_passes_after_the_hold_is_shown_at_once() -> None:
    showing = Showing()
    reject, passed = parts(2.0, 0.3)
    showing.add([reject], 0.0)
    showing.add([passed], HOLD_S)
    assert showing.shown is passed


def test_freezing_stands_still_and_counts() -> None:
    """A-20."""
    showing = Showing()
    first, *later = parts(0.3, 0.3, 2.0, 0.3)
    showing.add([first], 0.0)
    showing.freeze(None, 1.0)
    showing.add(later, 2.0)
    assert showing.frozen
    assert showing.shown is first
    assert showing.parts == (first,)
    assert showing.since == 3
    assert showing.last_reject is None
    assert showing.seconds_left(11.0) == pytest.approx(FREEZE_S - 10)
    showing.unfreeze(5.0)
    assert showing.shown is later[-1]
    assert showing.parts == (first, *later)
    assert showing.last_reject is later[1]


def test_freezing_ends_by_itself() -> None:
    showing = Showing()
    first, second = parts(0.3, 0.4)
    showing.add([first], 0.0)
    showing.freeze(None, 1.0)
    showing.add([second], 2.0)
    assert not showing.tick(1.0 + FREEZE_S - 0.1)
    assert showing.tick(1.0 + FREEZE_S)
    assert not showing.frozen
    assert showing.shown is second


def test_moving_to_another_part_keeps_the_count() -> None:
    showing = Showing()
    first, second, third = parts(0.3, 0.3, 0.3)
    showing.add([first, second], 0.0)
    showing.freeze(second, 1.0)
    showing.add([third], 2.0)
    showing.freeze(first, 30.0)
    assert showing.shown is first
    assert showing.since == 1
    assert showing.seconds_left(30.0) == FREEZE_S


def test_freezing_without_a_part_does_nothing() -> None:
    showing = Showing()
    showing.freeze(None, 0.0)
    assert not showing.frozen


def test_waiting_begins_after_twice_the_usual_interval_and_never_within_a_second() -> None:
    showing = Showing()
    assert not showing.waiting(100.0)
    for index, part in enumerate(parts(*[0.3] * 5)):
        showing.add([part], 0.05 * index)
    assert not showing.waiting(1.1)
    assert showing.waiting(1.3)
    slow = Showing()
    for index, part in enumerate(parts(*[0.3] * 5)):
        slow.add([part], 4.0 * index)
    assert not slow.waiting(16.0 + 7.9)
    assert slow.waiting(16.0 + 8.1)


@given(st.lists(st.tuples(st.sampled_from([0.3, 2.0, None]), st.floats(0, 1)), max_size=30))
def test_a_rejected_part_is_never_gone_before_its_time(script: list[tuple[float | None, float]]) -> None:
    showing = Showing()
    now, shown_at = 0.0, {}
    for score, wait in script:
        before = showing.shown
        now += wait
        showing.tick(now)
        if before is not None and not before.passed and showing.shown is not before:
            assert now - shown_at[before.id] >= HOLD_S - 1e-9
        (part,) = parts(score)
        held = showing.shown
        showing.add([part], now)
        if held is not None and not held.passed and showing.shown is not held and part.passed:
            assert now - shown_at[held.id] >= HOLD_S - 1e-9
        if showing.shown is part:
            shown_at[part.id] = now


def test_the_last_parts_are_kept() -> None:
    showing = Showing()
    many = parts(*[0.3] * (KEPT + 5))
    showing.add(many, 0.0)
    assert showing.parts == tuple(many[5:])
    assert showing.part(many[5].id) is many[5]
    assert showing.part(many[0].id) is None


def test_the_last_rejected_part_is_found_after_it_left_the_strip() -> None:
    showing = Showing()
    many = parts(2.0, *[0.3] * KEPT)
    showing.add(many, 0.0)
    assert showing.part(many[0].id) is many[0]
