"""Which part the page shows: the newest, a rejected one that is held, or the one it is frozen on. No Qt, no clock.

A rejected part stays at least 1.5 s, because at twenty parts a second nobody would see it; parts that pass meanwhile
go to the strip and are counted beside it. Times are seconds of a monotonic clock that the caller reads.
"""

import statistics
from collections import deque
from collections.abc import Iterable
from itertools import pairwise

from inspector.ui.parts import Part

HOLD_S = 1.5
FREEZE_S = 60.0
KEPT = 200
_LEAST_WAIT_S = 1.0
_INTERVALS = 20


class Showing:
    """What stands on the page, as a small state machine."""

    def __init__(self) -> None:
        """Nothing was inspected yet."""
        self._parts: deque[Part] = deque(maxlen=KEPT)
        self._later: deque[Part] = deque(maxlen=KEPT)
        self._shown: Part | None = None
        self._held_until_s: float | None = None
        self._passed_since = 0
        self._frozen: Part | None = None
        self._frozen_at_s = 0.0
        self._since = 0
        self._last_reject: Part | None = None
        self._arrivals_s: deque[float] = deque(maxlen=_INTERVALS + 1)

    # --- what to draw -------------------------------------------------------------------------------------------------

    @property
    def shown(self) -> Part | None:
        """The part of picture and verdict."""
        return self._frozen or self._shown

    @property
    def parts(self) -> tuple[Part, ...]:
        """The last parts, oldest first; those that came while frozen are not among them yet."""
        return tuple(self._parts)

    @property
    def passed_since(self) -> int:
        """Parts that passed since the held one; 0 when none is held."""
        return self._passed_since if self._held_until_s is not None and self._frozen is None else 0

    @property
    def frozen(self) -> bool:
        """Whether the page stands still."""
        return self._frozen is not None

    @property
    def since(self) -> int:
        """Parts since the page stands still."""
        return self._since

    @property
    def last_reject(self) -> Part | None:
        """The newest part that was rejected."""
        return self._last_reject

    def seconds_left(self, now_s: float) -> float:
        """Until the page moves again by itself."""
        return max(0.0, self._frozen_at_s + FREEZE_S - now_s) if self._frozen else 0.0

    def waiting(self, now_s: float) -> bool:
        """Whether the next part is overdue: twice the usual interval, at least a second."""
        if not self._arrivals_s:
            return False
        arrivals = list(self._arrivals_s)
        usual = statistics.median(b - a for a, b in pairwise(arrivals)) if arrivals[1:] else 0
        return now_s - arrivals[-1] > max(_LEAST_WAIT_S, 2 * usual)

    def part(self, part_id: str) -> Part | None:
        """A part of the strip, or the last rejected one, by its id."""
        known = [*self._parts, *([self._last_reject] if self._last_reject else [])]
        return next((part for part in known if part.id == part_id), None)

    # --- what happens -------------------------------------------------------------------------------------------------

    def add(self, parts: Iterable[Part], now_s: float) -> None:
        """New parts, oldest first."""
        for part in parts:
            self._arrivals_s.append(now_s)
            if self._frozen is not None:
                self._later.append(part)
                self._since += 1
            else:
                self._take(part, now_s)

    def tick(self, now_s: float) -> bool:
        """Let holding and freezing end in time; whether something changed."""
        if self._frozen is not None and now_s >= self._frozen_at_s + FREEZE_S:
            self.unfreeze(now_s)
            return True
        if self._held_until_s is not None and self._frozen is None and now_s >= self._held_until_s:
            newest = self._parts[-1]
            self._held_until_s = None
            self._passed_since = 0
            if newest is not self._shown:
                self._shown = newest
                return True
        return False

    def freeze(self, part: Part | None, now_s: float) -> None:
        """Stand still on a part, or on the shown one; on another part of a page that stands still already."""
        target = part or self.shown
        if target is None:
            return
        if self._frozen is None:
            self._since = 0
        self._frozen = target
        self._frozen_at_s = now_s

    def unfreeze(self, now_s: float) -> None:
        """Go on with the newest; what came meanwhile joins the strip."""
        if self._frozen is None:
            return
        self._frozen = None
        self._held_until_s = None
        later, self._later = self._later, deque(maxlen=KEPT)
        for part in later:
            self._take(part, now_s)
        # Everything is shown at once now; what was held meanwhile is history.
        if self._parts:
            self._shown = self._parts[-1]
            self._held_until_s = None if self._shown.passed else self._held_until_s

    def _take(self, part: Part, now_s: float) -> None:
        self._parts.append(part)
        if not part.passed:
            self._last_reject = part
            self._shown = part
            self._held_until_s = now_s + HOLD_S
            self._passed_since = 0
        elif self._held_until_s is not None and now_s < self._held_until_s:
            self._passed_since += 1
        else:
            self._shown = part
            self._held_until_s = None
            self._passed_since = 0
