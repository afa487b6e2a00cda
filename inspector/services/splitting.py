"""Which samples teach and which check: automatic, by whole capture groups, and never back again.

A sample that taught a model says nothing about it. So one that checks goes on checking, and new ones are shared out as
they come: of the first twenty good ones eight check, of forty half, so that a rate can be told from them; of more than
a hundred a fifth.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from inspector.core.check import LEAST_TO_SAY
from inspector.core.sample import LEAST_CHECK, LEAST_GOOD, Sample, Tray, Use

CHECK_SHARE: Final = 0.2
_MOST_SHARE: Final = 0.5


def wanted_check(good: int) -> int:
    """How many of so many good samples should check.

    With fewer than `LEAST_TO_SAY` in the check set nothing can be said about the rate of false rejects, so that set is
    filled first, but never with more than half of what there is: the rest must teach.
    """
    if good < LEAST_GOOD:
        return round(good * LEAST_CHECK / LEAST_GOOD)
    half = LEAST_TO_SAY / _MOST_SHARE
    if good < half:
        return round(LEAST_CHECK + (good - LEAST_GOOD) * (LEAST_TO_SAY - LEAST_CHECK) / (half - LEAST_GOOD))
    return max(LEAST_TO_SAY, round(good * CHECK_SHARE))


def shared_out(samples: Iterable[Sample], new: Iterable[str] = ()) -> tuple[Sample, ...]:
    """Samples whose use must change, changed; empty when all is well.

    Args:
        samples: all of a set-up.
        new: ids of those that came into the tray of good ones just now, and have not taught yet.
    """
    fresh = frozenset(new)
    groups: dict[str, list[Sample]] = {}
    for sample in sorted(samples, key=lambda one: one.id):
        if sample.tray is Tray.GOOD:
            groups.setdefault(sample.capture_group, []).append(sample)
    uses: dict[str, Use] = {}
    good = check = 0
    for group, members in sorted(groups.items(), key=lambda item: all(one.id in fresh for one in item[1])):
        counted = sum(one.counts for one in members)
        good += counted
        old = [one for one in members if one.id not in fresh]
        if old:
            use = Use.CHECK if any(one.use is Use.CHECK for one in old) else Use.TEACH
        else:
            use = Use.CHECK if counted and check + counted <= wanted_check(good) else Use.TEACH
        uses[group] = use
        check += counted if use is Use.CHECK else 0
    _top_up(groups, uses, wanted_check(good) - check)
    return tuple(
        replace(one, use=uses[group])
        for group, members in groups.items()
        for one in members
        if one.use is not uses[group]
    )


def _top_up(groups: dict[str, list[Sample]], uses: dict[str, Use], missing: int) -> None:
    """After samples were deleted or moved: let groups that taught check, spread over all of them."""
    teaching = [group for group in groups if uses[group] is Use.TEACH and any(one.counts for one in groups[group])]
    if missing <= 0 or len(teaching) < 2:
        return
    for place in _spread(len(teaching), missing):
        counted = sum(one.counts for one in groups[teaching[place]])
        if counted <= missing:
            uses[teaching[place]] = Use.CHECK
            missing -= counted


def _spread(count: int, wanted: int) -> Sequence[int]:
    """Places evenly over `count`, never all of them."""
    taken = min(wanted, count - 1)
    return [(2 * number + 1) * count // (2 * taken) for number in range(taken)]
