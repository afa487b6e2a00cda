from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inspector.core.geometry import Size
from inspector.core.sample import Sample, SampleFlag, Tray, Use, check_set, count_samples, samples_key

ONE = Sample("1", "setup", Tray.GOOD, datetime(2026, 1, 1, tzinfo=UTC), Size(8, 8), sha256="aa")
COPY = replace(ONE, id="2", flags=frozenset({SampleFlag.NEAR_COPY}), use=Use.CHECK)
CHECK = replace(ONE, id="3", sha256="bb", use=Use.CHECK)
BAD = replace(ONE, id="4", sha256="cc", tray=Tray.BAD, flags=frozenset({SampleFlag.OUTSIDE_LIMITS}))
UNSORTED = replace(ONE, id="5", tray=Tray.UNSORTED, flags=frozenset({SampleFlag.ODD_ONE_OUT}))


def test_near_copies_are_not_counted_twice() -> None:
    counts = count_samples([ONE, COPY, CHECK, BAD, UNSORTED])
    assert (counts.good, counts.near_copies, counts.bad, counts.unsorted) == (2, 1, 1, 1)
    assert (counts.teach, counts.check, counts.odd, counts.outside, counts.total) == (1, 1, 1, 1, 5)


def test_bad_parts_check_and_never_teach() -> None:
    assert check_set([ONE, COPY, CHECK, BAD, UNSORTED]) == ((CHECK,), (BAD,))


@pytest.mark.parametrize(
    "changed",
    [replace(CHECK, sha256="dd"), replace(CHECK, tray=Tray.BAD), replace(CHECK, use=Use.TEACH)],
    ids=["picture", "tray", "use"],
)
def test_the_key_of_the_samples_changes_with_what_is_judged(changed: Sample) -> None:
    assert samples_key([ONE, CHECK, BAD]) != samples_key([ONE, changed, BAD])


def test_the_key_of_the_samples_does_not_change_with_order_scores_or_teaching() -> None:
    key = samples_key([ONE, CHECK, BAD])
    assert samples_key([BAD, replace(CHECK, score=0.3), ONE]) == key
    assert samples_key([CHECK, BAD]) == key


def test_a_sample_without_group_is_alone() -> None:
    assert ONE.capture_group == "1"
    assert replace(ONE, group="g").capture_group == "g"
