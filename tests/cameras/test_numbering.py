"""Every trigger becomes one frame or one missed frame: gaps, wraps, duplicates, restarts, late and stray pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cameras.numbering import MOST_MISSED, FrameIds, NumberingLost, Triggers
from inspector.core.errors import TriggerRefused

ALL_ONES = 2**64 - 1


def gaps(ids: list[int | None], *, short: bool) -> list[int | None]:
    counter = FrameIds(short=short)
    return [counter.take(number) for number in ids]


@pytest.mark.parametrize(
    ("ids", "short", "expected"),
    [
        ([1, 2, 3], False, [0, 0, 0]),
        ([500, 501], False, [0, 0]),  # some cameras go on counting
        ([0, 1, 2], False, [0, 0, 0]),  # USB3 Vision counts from 0
        ([1, 2, 5, 6], False, [0, 0, 2, 0]),
        ([1, 1002], False, [0, 1000]),
        ([65534, 65535, 1, 2], True, [0, 0, 0, 0]),  # 0 does not exist
        ([65530, 3], True, [0, 7]),
        ([65534, 65535, 1, 2], False, [0, 0, 0, 0]),  # the first wrap shows the width
        ([65535, 65536, 65537], True, [0, 0, 0]),  # and so does a larger number
        ([5, 5, 6], False, [0, None, 0]),
        ([5, 6, 4, 7], False, [0, 0, None, 0]),
        ([0, 0, 0], True, [0, 0, 0]),  # not supported
        ([ALL_ONES, 7, ALL_ONES, 9], False, [0, 0, 0, 1]),
        ([None, None], False, [0, 0]),
    ],
)
def test_gaps_by_the_cameras_own_numbers(ids, short, expected):
    assert gaps(ids, short=short) == expected


@pytest.mark.parametrize(
    ("ids", "short"),
    [
        ([1, 1003], False),
        ([50, 1], False),
        ([500, 1], True),
        ([50, 0], False),
        ([5000, 100], False),
        ([10, 30000], True),
    ],
)
def test_a_camera_that_counts_anew_is_lost(ids, short):
    with pytest.raises(NumberingLost, match=f"picture {ids[1]} came after {ids[0]}"):
        gaps(ids, short=short)


def test_pictures_that_stay_behind_are_not_dropped_for_ever():
    with pytest.raises(NumberingLost):
        gaps([100, *range(50, 70)], short=False)


def test_duplicates_are_counted():
    counter = FrameIds(short=False)
    for number in (1, 1, 2, 2, 3):
        counter.take(number)
    assert counter.duplicates == 2


@given(
    start=st.integers(1, 65_535),
    steps=st.lists(st.integers(1, 40), min_size=1, max_size=200),
    short=st.booleans(),
)
def test_frames_and_missed_ones_are_all_that_was_sent(start, steps, short):
    sent, ids = start, [start]
    for step in steps:
        sent += step
        ids.append((sent - 1) % 65_535 + 1 if short else sent)
    found = gaps(ids, short=short)
    assert sum(found) + len(found) == sum(steps) + 1


def test_the_limit_is_the_one_of_the_design():
    assert MOST_MISSED == 1000


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def triggers(now):
    return Triggers(lambda: now[0], timeout_s=0.5)


def test_a_picture_belongs_to_the_open_trigger(triggers):
    triggers.open(7)
    assert triggers.match() == 7
    triggers.open(8)
    assert triggers.match() == 8
    assert triggers.stray == 0


def test_a_second_trigger_waits_for_the_first(triggers):
    triggers.open(7)
    with pytest.raises(TriggerRefused, match="part 7"):
        triggers.open(8)
    triggers.cancel()
    triggers.open(8)


def test_a_trigger_without_a_picture_expires_once(triggers, now):
    triggers.open(7)
    now[0] = 0.49
    assert triggers.expired() is None
    now[0] = 0.5
    assert triggers.expired() == 7
    assert triggers.expired() is None
    assert triggers.match() is None  # too late: it belongs to nobody
    assert triggers.stray == 1


def test_a_picture_that_nobody_triggered_is_stray(triggers):
    assert triggers.match() is None
    assert triggers.stray == 1
