"""Numbers and times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from inspector.ui.formats import clock_text, count_text, elapsed_text, percent_text, ratio_text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.0, "0.00"), (0.384, "0.38"), (1.0, "1.00"), (2.41, "2.41"), (12.5, "12.50"), (1.004, "1.004")],
)
def test_a_multiple_of_the_limit(ratio: float, text: str) -> None:
    assert ratio_text(ratio) == text


@given(st.floats(min_value=0, max_value=100))
def test_a_rejected_part_never_reads_as_the_limit(ratio: float) -> None:
    """A-18: exactly the limit reads 1.00; anything above reads as more."""
    text = ratio_text(ratio)
    if ratio > 1:
        assert text.startswith(">") or float(text) > 1
    else:
        assert float(text) <= 1


def test_decimals_follow_the_language() -> None:
    assert ratio_text(2.41, QLocale("de_DE")) == "2,41"
    assert ratio_text(2.41, QLocale("zh_CN")) == "2.41"


def test_thousands_are_parted_by_a_space_that_no_line_ends_in() -> None:
    assert count_text(1234567) == "1\u202f234\u202f567"
    assert count_text(999) == "999"


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (1.0, "100.0\u202f%"), (0.9999, "99.9\u202f%"), (0.974, "97.4\u202f%"), (0, "0.0\u202f%")],
)
def test_yield_reads_100_only_when_nothing_was_rejected(share: float | None, text: str) -> None:
    assert percent_text(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "00:00"), (42, "00:42"), (3599, "59:59"), (3909, "1:05:09"), (3 * 86400 + 4 * 3600 + 600, "3\u202fd 04:10")],
)
def test_how_long_something_stands(seconds: int, text: str) -> None:
    assert elapsed_text(timedelta(seconds=seconds)) == text


def test_times_are_those_of_the_station() -> None:
    when = datetime(2026, 11, 21, 14, 32, 5, tzinfo=UTC)
    assert clock_text(when) == when.astimezone().strftime("%H:%M:%S")
