"""The grab thread: owns the camera from opening to closing and finds it again when it is lost."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from inspector.core.errors import OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Size
from inspector.core.ports import Camera, CameraCatalog, CameraInfo
from inspector.core.recipe import Recipe, TriggerMode
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

_SLICE_MS = 100
_FIRST_FRAME_MS = 10_000
_BACK_OFF_S = (1.0, 2.0, 3.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class GrabListener:
    """What the grab thread says, always from its own thread; each must return at once.

    Attributes:
        opened: the camera stands with the recipe's settings; the size of its frames, or None if only the first part
            will tell.
        part: the next part in order.
        lost: the camera cannot be used; the thread goes on to look for it.
        found: it answers again and was closed; a person may start the line.
        finished: the source has an end and reached it, or the asked number of parts was delivered.
    """

    opened: Callable[[CameraInfo, Size | None], None]
    part: Callable[[Frame | MissedFrame], None]
    lost: Callable[[OperationalError], None]
    found: Callable[[], None]
    finished: Callable[[], None]


class Grabber:
    """Delivers the parts of one run of the line, numbered from 1 without gaps, also across a pause."""

    def __init__(
        self,
        catalog: CameraCatalog,
        source: str,
        recipe: Recipe,
        listener: GrabListener,
        *,
        on_failure: Callable[[Exception], None],
        limit: int | None = None,
    ) -> None:
        """Prepare a run.

        Args:
            catalog: opens the source.
            source: camera id.
            recipe: its camera settings and frame size.
            listener: hears everything.
            on_failure: a bug of ours ended the thread.
            limit: parts after which the run is finished; None for no limit.
        """
        self._catalog = catalog
        self._source = source
        self._recipe = recipe
        self._listener = listener
        self._limit = limit
        self._streaming = threading.Event()
        self._wake = threading.Condition()
        self._delivered = 0
        self._worker = Worker("grab", self._run, on_failure)

    def start(self) -> None:
        """Open the camera in the grab thread; parts come only after `resume`."""
        self._worker.start()

    def resume(self) -> None:
        """Let parts come."""
        self._streaming.set()
        self._notify()

    def pause(self) -> None:
        """No new parts; the camera stays open."""
        self._streaming.clear()
        self._notify()

    def stop(self, timeout_s: float = 8.0) -> bool:
        """End the run and close the camera."""
        self._worker.request_stop()
        self._notify()
        return self._worker.join(timeout_s)

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _run(self, stop: threading.Event) -> None:
        try:
            camera = self._catalog.open(self._source)
            try:
                applied = camera.apply(self._recipe.camera)
                if applied.settings.trigger is not self._recipe.camera.trigger:
                    raise OperationalError(
                        "CAM-004",
                        f"{self._source} has no trigger, and the recipe wants {self._recipe.camera.trigger.value}.",
                        "Choose a recipe that runs freely, or another camera.",
                    )
                if applied.lacking:
                    logger.warning("%s has no %s", self._source, ", ".join(applied.lacking))
                self._listener.opened(camera.info, self._frame_size(camera, stop))
                self._deliver(camera, stop)
            finally:
                camera.close()
        except OperationalError as error:
            logger.info("Camera %s: %s", self._source, error)
            self._listener.lost(error)
            self._search(stop)

    def _frame_size(self, camera: Camera, stop: threading.Event) -> Size | None:
        """What frames will measure: as the recipe says, or by a trial frame of a camera that runs freely."""
        if self._recipe.image_size is not None:
            return self._recipe.image_size
        if self._recipe.camera.trigger is not TriggerMode.FREE:
            return None
        camera.start()
        try:
            for _ in range(_FIRST_FRAME_MS // _SLICE_MS):
                part = camera.next(_SLICE_MS)
                if isinstance(part, Frame):
                    return part.size
                if stop.is_set() or camera.finished:
                    break
        finally:
            camera.stop()
        return None

    def _deliver(self, camera: Camera, stop: threading.Event) -> None:
        while not stop.is_set():
            with self._wake:
                self._wake.wait_for(lambda: self._streaming.is_set() or stop.is_set())
            if stop.is_set():
                return
            base = self._delivered
            camera.start()
            try:
                while self._streaming.is_set() and not stop.is_set():
                    part = camera.next(_SLICE_MS)
                    if part is None:
                        if camera.finished:
                            self._listener.finished()
                            return
                        continue
                    self._delivered += 1
                    self._listener.part(replace(part, frame_id=base + part.frame_id) if base else part)
                    if self._delivered == self._limit:
                        self._listener.finished()
                        return
            finally:
                camera.stop()

    def _search(self, stop: threading.Event) -> None:
        """Try to reach the camera with growing pauses, for ever, until it answers or the run ends (FS-7)."""
        attempt = 0
        while not stop.wait(_BACK_OFF_S[min(attempt, len(_BACK_OFF_S) - 1)]):
            attempt += 1
            try:
                camera = self._catalog.open(self._source)
                try:
                    camera.apply(self._recipe.camera)
                finally:
                    camera.close()
            except OperationalError as error:
                logger.info("Camera %s, attempt %d: %s", self._source, attempt, error)
            else:
                self._listener.found()
                return
