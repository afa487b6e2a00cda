"""Pictures on their way to become samples: a queue with an end, and a thread that writes what waits in it."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from inspector.core.errors import InspectorError
from inspector.core.frame import Frame
from inspector.core.picture_limits import PictureLimits
from inspector.core.sample import Sample, Tray
from inspector.services.samples import SampleService
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

WAITING_SAMPLES: Final = 64


@dataclass(slots=True)
class Wish:
    """Samples that a person asked for; `left` None for one on each trigger until it is stopped."""

    setup_id: str
    tray: Tray
    left: int | None
    limits: PictureLimits | None
    defect: str


class SampleWriter:
    """Writes in a thread of its own; what waits when it is told to stop is still written."""

    def __init__(
        self,
        samples: SampleService,
        *,
        kept: Callable[[Sample, int | None], None],
        refused: Callable[[InspectorError], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """Write nothing yet.

        Args:
            samples: takes the pictures.
            kept: hears of each sample and how many are left, in the thread that writes.
            refused: hears why a picture is not kept, in the thread that writes.
            on_failure: a bug of ours ended the thread.
        """
        self._samples = samples
        self._kept = kept
        self._refused = refused
        self._waiting: queue.Queue[tuple[Wish, Frame]] = queue.Queue(WAITING_SAMPLES)
        self._worker = Worker("samples", self._write, on_failure)

    def start(self) -> None:
        """Start the thread."""
        self._worker.start()

    def stop(self, timeout_s: float) -> bool:
        """Write what waits and end the thread; True when it ended in time."""
        return self._worker.stop(timeout_s)

    def put(self, wish: Wish, frame: Frame) -> bool:
        """Hand over a picture as the wish stands now; False when too many wait. Returns at once."""
        try:
            self._waiting.put_nowait((replace(wish), frame))
        except queue.Full:
            return False
        return True

    def _write(self, stop: threading.Event) -> None:
        while True:
            try:
                wish, frame = self._waiting.get(timeout=0.2)
            except queue.Empty:
                if stop.is_set():
                    return
                continue
            left = None if wish.left is None else max(0, wish.left - 1)
            try:
                sample = self._samples.add(
                    wish.setup_id,
                    frame.image,
                    wish.tray,
                    source=f"camera:{frame.camera_id}",
                    limits=wish.limits,
                    defect=wish.defect,
                    captured_at=frame.captured_at,
                )
            except InspectorError as error:
                logger.warning("A sample is not kept: %s", error)
                self._refused(error)
            else:
                self._kept(sample, left)
