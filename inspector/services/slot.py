"""The short queue between grab and inspect threads: it never holds more than two pictures and never loses a part."""

import threading
from collections import deque

from inspector.core.frame import Frame, MissedFrame, MissReason

CAPACITY = 2


class FrameSlot:
    """Parts in the order of their triggers.

    When two pictures wait already, the newest gives up its picture and waits as `MissedFrame(OVERRUN)` in its place, so
    the line still gets its answer, in order (FS-5, FS-6).
    """

    def __init__(self) -> None:
        """Start empty."""
        self._parts: deque[Frame | MissedFrame] = deque()
        self._changed = threading.Condition()
        self._pictures = 0

    def put(self, part: Frame | MissedFrame) -> Frame | MissedFrame:
        """Queue a part; returns what was queued, which is a missed frame when there was no room. Never waits."""
        with self._changed:
            if isinstance(part, Frame):
                if self._pictures >= CAPACITY:
                    part = overrun(part)
                else:
                    self._pictures += 1
            self._parts.append(part)
            self._changed.notify()
            return part

    def take(self, timeout_s: float) -> Frame | MissedFrame | None:
        """The oldest part; None when none came within the time."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._parts), timeout_s):
                return None
            part = self._parts.popleft()
            if isinstance(part, Frame):
                self._pictures -= 1
            return part

    def __len__(self) -> int:
        """Parts that wait."""
        with self._changed:
            return len(self._parts)


def overrun(frame: Frame) -> MissedFrame:
    """What is left of a frame that came while two others waited."""
    return MissedFrame(
        frame_id=frame.frame_id,
        camera_id=frame.camera_id,
        reason=MissReason.OVERRUN,
        captured_at=frame.captured_at,
        received_ns=frame.received_ns,
        detail="two pictures waited already",
        simulated=frame.simulated,
        label=frame.label,
    )
