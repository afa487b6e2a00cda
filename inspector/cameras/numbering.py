"""Which part a picture belongs to: gaps in a camera's own numbers, and open software triggers. No clock, no driver.

Every trigger must become exactly one frame or one missed frame, in order (cameras.md 6). The camera's number is only
used to learn how many pictures were lost on the way; the program counts for itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from inspector.core.errors import TriggerRefused

MOST_MISSED = 1000
"""A larger jump is no loss but a camera that counts anew."""
_RING_16 = 65_535
"""GigE Vision without extended ids counts 1 … 65535 and goes on with 1; 0 means that it does not count."""
_INVALID = (0xFFFF_FFFF_FFFF_FFFF, -1)
_MOST_DUPLICATES = 8


class NumberingLost(Exception):
    """The camera's numbers no longer tell how many pictures are missing; the text says what was seen."""


class FrameIds:
    """Follows the numbers of one stream, from its start to its end."""

    def __init__(self, *, short: bool) -> None:
        """Begin a stream.

        Args:
            short: the transport counts with 16 bits. Corrected by what is seen: a number above 65535, or a first wrap.
        """
        self._short = short
        self._last: int | None = None
        self._duplicates = 0
        self.duplicates = 0

    def take(self, number: int | None) -> int | None:
        """Account for a buffer.

        Args:
            number: as the camera counted; None if it did not say.

        Returns:
            How many pictures are missing before this one; None for a picture that was there already.

        Raises:
            NumberingLost: the camera started to count anew, or jumped further than any loss.
        """
        if number is None or number in _INVALID or (number == 0 and self._short):
            return 0
        last, self._last = self._last, number
        if last is None:
            return 0
        if self._short and max(number, last) > _RING_16:
            self._short = False
        elif not self._short and last <= _RING_16 < last + MOST_MISSED and 0 < number <= MOST_MISSED:
            self._short = True  # the first wrap seen
        step = (number - last) % _RING_16 if self._short else number - last
        if 1 <= step <= MOST_MISSED + 1:
            self._duplicates = 0
            return step - 1
        backwards = step == 0 or (step > _RING_16 - MOST_MISSED if self._short else step > -MOST_MISSED and step < 0)
        restarted = number <= 1 and step != 0
        if restarted or not backwards or self._duplicates >= _MOST_DUPLICATES:
            raise NumberingLost(f"numbering: picture {number} came after {last}")
        self._last = last
        self._duplicates += 1
        self.duplicates += 1
        return None


@dataclass(frozen=True, slots=True)
class _OpenTrigger:
    part_number: int
    give_up_at: float


class Triggers:
    """The open software trigger; at most one, because a camera that is exposing drops a second one silently."""

    def __init__(self, clock: Callable[[], float], timeout_s: float = 1.0) -> None:
        """Begin a stream with no open trigger.

        Args:
            clock: monotonic seconds.
            timeout_s: how long a picture may take from its trigger; may be changed, for triggers to come.
        """
        self._clock = clock
        self.timeout_s = timeout_s
        self._open: _OpenTrigger | None = None
        self.stray = 0

    def open(self, part_number: int) -> None:
        """Register a trigger before it is sent.

        Raises:
            TriggerRefused: the last one has not had its picture yet.
        """
        if self._open is not None:
            raise TriggerRefused(f"part {self._open.part_number} still waits for its picture")
        self._open = _OpenTrigger(part_number, self._clock() + self.timeout_s)

    def cancel(self) -> None:
        """The trigger could not be sent."""
        self._open = None

    def match(self) -> int | None:
        """A picture came: the part it belongs to, or None for a stray one, which is counted."""
        trigger, self._open = self._open, None
        if trigger is None:
            self.stray += 1
            return None
        return trigger.part_number

    def expired(self) -> int | None:
        """The part whose picture did not come in time; None while there is nothing to say."""
        if self._open is None or self._clock() < self._open.give_up_at:
            return None
        part_number = self._open.part_number
        self._open = None
        return part_number
