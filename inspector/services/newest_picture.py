"""The newest picture of a camera that may be faster than an eye, and how many came."""

import time
from typing import Final

from inspector.core.frame import Frame
from inspector.core.ports import Camera

SHOTS_PER_S: Final = 20.0
"""Live pictures that are measured and shown; of more that come, the newest."""

_SLICE_MS: Final = 50
_MOST_AT_ONCE: Final = 16


class NewestPicture:
    """Belongs to the thread of the camera.

    Attributes:
        received: pictures that came since `begin`, used or not.
        missed: parts that came without a picture since then.
    """

    def __init__(self) -> None:
        """Nothing came yet."""
        self.received = self.missed = 0
        self._newest: Frame | None = None
        self._next_at = 0.0

    def begin(self) -> None:
        """The camera was started: count anew, and forget what is left."""
        self.received = self.missed = 0
        self._newest = None

    def take(self, camera: Camera, *, each: bool) -> None:
        """Take what is there, waiting for it a moment.

        Args:
            camera: delivers; one that came to its end is started again.
            each: one part at a time, because every picture is wanted.

        Raises:
            OperationalError: the camera is lost; what came before can still be used.
        """
        wait_ms = _SLICE_MS
        if self._newest is not None:
            wait_ms = min(wait_ms, max(1, round((self._next_at - time.monotonic()) * 1000)))
        for _ in range(1 if each else _MOST_AT_ONCE):
            part = camera.next(wait_ms)
            wait_ms = 0
            if isinstance(part, Frame):
                self.received += 1
                self._newest = part
            elif part is not None:
                self.missed += 1
            else:
                break
        if camera.finished:
            # A folder or film has an end; a person who sets up a product wants it again.
            camera.stop()
            camera.start()

    def due(self, *, at_once: bool) -> Frame | None:
        """The picture to use now, once; None while there is none, or the last one was used too short a time ago."""
        now = time.monotonic()
        if self._newest is None or not (at_once or now >= self._next_at):
            return None
        self._next_at = now + 1 / SHOTS_PER_S
        return self.left_over()

    def left_over(self) -> Frame | None:
        """The picture that was not used yet, whatever the time."""
        frame, self._newest = self._newest, None
        return frame
