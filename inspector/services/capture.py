"""A camera opened for set-up: live pictures with their numbers, samples, and picture limits, in a thread of its own.

Commands return at once and are carried out by that thread, which alone owns the camera; news comes through emitters, in
that thread. The line comes first: a camera that it uses is refused here, and one that it wants is given back.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from inspector.core.camera_features import FeatureAccess
from inspector.core.emitter import Emitter
from inspector.core.errors import InspectorError, OperationalError, TriggerRefused
from inspector.core.frame import Frame
from inspector.core.picture_limits import (
    LEAST_SHOTS,
    USUAL_SHOTS,
    PictureLimits,
    PictureMeasure,
    learn,
    measure_picture,
)
from inspector.core.ports import AppliedSettings, Camera, CameraCatalog, CameraInfo
from inspector.core.recipe import CameraSettings
from inspector.core.sample import Sample, Tray
from inspector.services.live_shot import LiveShot, histogram
from inspector.services.newest_picture import NewestPicture
from inspector.services.sample_writer import WAITING_SAMPLES, SampleWriter, Wish
from inspector.services.samples import SampleService
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

_BACK_OFF_S: Final = (1.0, 2.0, 3.0, 5.0, 10.0)
_GIVE_BACK_S: Final = 3.0

_LINE_HAS_IT: Final = "The line uses this camera."
_STOP_LINE: Final = "Stop the line, or choose another camera."


class CaptureState(Enum):
    """What the camera of the set-up is doing."""

    CLOSED = "closed"
    OPENING = "opening"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    REFUSED = "refused"
    """It is not tried again by itself: another settings or another camera is needed, or the line has it."""


@dataclass(frozen=True, slots=True)
class CaptureStatus:
    """What the camera of the set-up is doing, as one value.

    Attributes:
        camera: what was opened; stays while it is looked for.
        problem: why there is no picture, or why the last settings were refused.
        applied: what the camera kept of the settings.
        capturing: samples that are still to come; None for one on each trigger until it is stopped; 0 for none.
    """

    state: CaptureState = CaptureState.CLOSED
    camera: CameraInfo | None = None
    problem: OperationalError | None = None
    applied: AppliedSettings | None = None
    capturing: int | None = 0

    @property
    def simulated(self) -> bool:
        """Whether the source is not a production camera (FS-12)."""
        return self.camera is not None and self.camera.simulated


@dataclass(frozen=True, slots=True)
class LearnProgress:
    """How far learning the picture limits is; `limits` come with the last shot, `problem` in their place."""

    done: int
    of: int
    limits: PictureLimits | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Captured:
    """A sample that was taken, or why it could not be kept; `left` as `CaptureStatus.capturing`."""

    sample: Sample | None
    left: int | None
    problem: str = ""


class CaptureService:
    """One camera at a time for whoever sets up a product.

    Attributes:
        status_changed, shot_arrived, learned, captured: in the thread of the camera or of the samples; listeners must
            return at once, and keep the newest shot only.
    """

    def __init__(
        self,
        catalog: CameraCatalog,
        samples: SampleService,
        *,
        line_camera: Callable[[], str] = lambda: "",
        on_failure: Callable[[Exception], None],
    ) -> None:
        """Open nothing yet.

        Args:
            catalog: opens cameras.
            samples: takes the pictures.
            line_camera: id of the camera that the line holds now; "" for none.
            on_failure: a bug of ours ended one of the threads.
        """
        self._catalog = catalog
        self._line_camera = line_camera
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._worker = Worker("capture", self._run, on_failure)
        self._writer = SampleWriter(samples, kept=self._on_kept, refused=self._on_refused, on_failure=on_failure)
        self._status = CaptureStatus()
        self._stopping = threading.Event()
        # Of the camera's thread alone:
        self._camera: Camera | None = None
        self._wanted: tuple[str, CameraSettings] | None = None
        self._attempts = 0
        self._retry_at = 0.0
        self._peak = 0.0
        self._newest = NewestPicture()
        self._wish: Wish | None = None
        self._learning: deque[PictureMeasure] | None = None
        self._learn_shots = 0
        self.status_changed: Emitter[CaptureStatus] = Emitter("CaptureService.status_changed")
        self.shot_arrived: Emitter[LiveShot] = Emitter("CaptureService.shot_arrived")
        self.learned: Emitter[LearnProgress] = Emitter("CaptureService.learned")
        self.captured: Emitter[Captured] = Emitter("CaptureService.captured")

    @property
    def status(self) -> CaptureStatus:
        """What the camera is doing; any thread."""
        return self._status

    @property
    def features(self) -> FeatureAccess | None:
        """The opened camera's features; None while there is none, or for a source without. Calls on it may block."""
        camera = self._camera
        return None if camera is None or self._status.state is not CaptureState.LIVE else camera.features

    # --- commands; any thread, return at once ------------------------------------------------------------------------

    def start(self) -> None:
        """Start the threads; no camera is opened."""
        self._worker.start()
        self._writer.start()

    def end(self, timeout_s: float = 10.0) -> bool:
        """Give the camera back, write what waits, and end the threads; True when all ended in time."""
        self._stopping.set()
        self._commands.put(self._close)
        ended = self._worker.stop(timeout_s)
        return self._writer.stop(timeout_s) and ended

    def open(self, camera_id: str, settings: CameraSettings) -> None:
        """Open a camera, write its settings, and let pictures come; another one is closed first."""
        self._commands.put(lambda: self._open(camera_id, settings))

    def close(self) -> None:
        """Give the camera back."""
        self._commands.put(self._close)

    def apply(self, settings: CameraSettings) -> None:
        """Stop, write all settings, read them back, go on; what was refused stands in the status."""
        self._commands.put(lambda: self._apply(settings))

    def remember(self, settings: CameraSettings) -> None:
        """Take settings that the camera has already, to be written after a reconnect; nothing is written now."""
        self._commands.put(lambda: self._remember(settings))

    def trigger(self) -> None:
        """One software trigger; a camera that is not armed for it says so in the status."""
        self._commands.put(self._trigger)

    def reset_peak(self) -> None:
        """Begin anew to hold the highest sharpness."""
        self._commands.put(self._reset_peak)

    def learn_limits(self, shots: int = USUAL_SHOTS) -> None:
        """Learn picture limits from the next pictures, which must show good parts as the line will."""
        self._commands.put(lambda: self._learn(shots))

    def cancel_learning(self) -> None:
        """Forget what was seen for the limits."""
        self._commands.put(self._forget_learning)

    def capture(
        self,
        setup_id: str,
        tray: Tray,
        *,
        count: int | None = 1,
        limits: PictureLimits | None = None,
        defect: str = "",
    ) -> None:
        """Keep the next pictures as samples; a camera that waits for a software trigger gets one for a single picture.

        Args:
            setup_id: of the draft.
            tray: where they go.
            count: how many; None keeps one on each trigger until `stop_capturing`.
            limits: of the draft.
            defect: of bad parts.
        """
        self._commands.put(lambda: self._capture(Wish(setup_id, tray, count, limits, defect)))

    def stop_capturing(self) -> None:
        """Keep no more pictures."""
        self._commands.put(lambda: self._capture(None))

    def give_back(self, camera_id: str, timeout_s: float = _GIVE_BACK_S) -> bool:
        """The line wants a camera: close it if it is ours, and wait; any thread but our own. True when it is free."""
        wanted = self._wanted
        if wanted is None or _device(wanted[0]) != _device(camera_id):
            return True
        done = threading.Event()

        def give_back() -> None:
            self._give_back()
            done.set()

        self._commands.put(give_back)
        return done.wait(timeout_s) or not self._worker.alive

    # --- the camera's thread -----------------------------------------------------------------------------------------

    def _run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                self._carry_out()
                if self._camera is not None:
                    self._look(self._camera)
                elif self._status.state is CaptureState.RECONNECTING and time.monotonic() >= self._retry_at:
                    self._connect()
        finally:
            self._release()

    def _carry_out(self) -> None:
        """Commands that wait; without a camera wait for one, or for the time to try again."""
        wait_s = 0.0
        if self._camera is None:
            wait_s = 0.2
            if self._status.state is CaptureState.RECONNECTING:
                wait_s = min(wait_s, max(0.001, self._retry_at - time.monotonic()))
        try:
            command = self._commands.get(timeout=wait_s) if wait_s else self._commands.get_nowait()
            while True:
                command()
                command = self._commands.get_nowait()
        except queue.Empty:
            return

    def _open(self, camera_id: str, settings: CameraSettings) -> None:
        if self._stopping.is_set():
            return
        self._release()
        self._wanted = (camera_id, settings)
        self._attempts = 0
        if self._line_has(camera_id):
            self._refuse(OperationalError("CAM-004", _LINE_HAS_IT, _STOP_LINE))
            return
        self._tell(CaptureStatus(CaptureState.OPENING))
        self._connect()

    def _connect(self) -> None:
        if self._wanted is None:
            return
        camera_id, settings = self._wanted
        if self._line_has(camera_id):
            self._refuse(OperationalError("CAM-004", _LINE_HAS_IT, _STOP_LINE))
            return
        try:
            camera = self._catalog.open(camera_id)
        except OperationalError as error:
            self._lose(error)
            return
        self._camera = camera
        self._tell(replace(self._status, camera=camera.info))
        self._stream(settings)

    def _stream(self, settings: CameraSettings) -> None:
        """Write settings and let pictures come; refused settings leave the camera open, as it was before them."""
        camera = self._camera
        if camera is None or self._wanted is None:
            return
        problem: OperationalError | None = None
        applied = self._status.applied
        try:
            try:
                applied = camera.apply(settings)
                self._wanted = (self._wanted[0], settings)
            except OperationalError as error:
                if error.code != "CAM-004":
                    raise
                # Shown beside the field; pictures go on, so that a person sees what they change.
                problem = error
            camera.start()
        except OperationalError as error:
            self._release()
            self._lose(error)
            return
        self._attempts = 0
        self._newest.begin()
        self._tell(replace(self._status, state=CaptureState.LIVE, problem=problem, applied=applied))

    def _apply(self, settings: CameraSettings) -> None:
        if self._camera is None:
            if self._wanted is not None and self._status.state is not CaptureState.CLOSED:
                self._wanted = (self._wanted[0], settings)
            return
        self._camera.stop()
        self._stream(settings)

    def _remember(self, settings: CameraSettings) -> None:
        if self._wanted is not None:
            self._wanted = (self._wanted[0], settings)

    def _look(self, camera: Camera) -> None:
        """Take what is there. Only the newest picture is shown, and only so often, unless each of them is wanted."""
        lost: OperationalError | None = None
        try:
            self._newest.take(camera, each=self._wants_each)
        except OperationalError as error:
            lost = error
        frame = self._newest.due(at_once=self._wants_each or lost is not None)
        if frame is not None:
            self._use(frame)
        if lost is not None:
            self._release()
            self._lose(lost)

    def _show_newest(self) -> None:
        """Show what came before a person asked for the next pictures, so that it is none of them."""
        frame = self._newest.left_over()
        if frame is not None:
            self._use(frame)

    @property
    def _wants_each(self) -> bool:
        return self._wish is not None or self._learning is not None

    def _use(self, frame: Frame) -> None:
        measure = measure_picture(frame.image)
        self._peak = max(self._peak, measure.sharpness)
        self._keep(frame)
        self._count_for_limits(measure)
        self.shot_arrived.emit(
            LiveShot(
                image=frame.image,
                number=frame.frame_id,
                captured_at=frame.captured_at,
                measure=measure,
                histogram=histogram(frame.image),
                sharpness_peak=self._peak,
                received=self._newest.received,
                missed=self._newest.missed,
                exposure_us=frame.exposure_us,
                gain_db=frame.gain_db,
            )
        )

    def _lose(self, error: OperationalError) -> None:
        """Try again by itself, unless a person has to do something first."""
        logger.info("Camera for set-up: %s", error)
        if self._learning is not None:
            self._forget_learning(str(error))
        if error.code in ("CAM-005", "CAM-007"):
            self._refuse(error)
            return
        self._retry_at = time.monotonic() + _BACK_OFF_S[min(self._attempts, len(_BACK_OFF_S) - 1)]
        self._attempts += 1
        self._tell(replace(self._status, state=CaptureState.RECONNECTING, problem=error))

    def _refuse(self, error: OperationalError) -> None:
        self._tell(CaptureStatus(CaptureState.REFUSED, problem=error))

    def _close(self) -> None:
        self._wanted = None
        self._wish = None
        if self._learning is not None:
            self._forget_learning()
        self._release()
        self._tell(CaptureStatus())

    def _give_back(self) -> None:
        self._release()
        if self._wanted is not None:
            self._refuse(OperationalError("CAM-004", _LINE_HAS_IT, _STOP_LINE))

    def _release(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.stop()
            camera.close()

    def _trigger(self) -> None:
        camera = self._camera
        if camera is None:
            return
        try:
            camera.trigger(self._newest.received + self._newest.missed + 1)
        except TriggerRefused as error:
            self._tell(
                replace(
                    self._status,
                    problem=OperationalError(
                        "CAM-004", f"The camera took no trigger: {error}.", "Choose the software trigger."
                    ),
                )
            )

    def _reset_peak(self) -> None:
        self._peak = 0.0

    # --- picture limits, in the camera's thread ----------------------------------------------------------------------

    def _learn(self, shots: int) -> None:
        if self._camera is None:
            self.learned.emit(LearnProgress(0, shots, problem="there is no picture"))
            return
        self._show_newest()
        self._learning = deque()
        self._learn_shots = max(shots, LEAST_SHOTS)
        self.learned.emit(LearnProgress(0, self._learn_shots))

    def _count_for_limits(self, measure: PictureMeasure) -> None:
        if self._learning is None:
            return
        self._learning.append(measure)
        done, wanted = len(self._learning), self._learn_shots
        if done < wanted:
            self.learned.emit(LearnProgress(done, wanted))
            return
        measures, self._learning = tuple(self._learning), None
        self.learned.emit(LearnProgress(done, wanted, limits=learn(measures)))

    def _forget_learning(self, problem: str = "cancelled") -> None:
        if self._learning is not None:
            done, self._learning = len(self._learning), None
            self.learned.emit(LearnProgress(done, self._learn_shots, problem=problem))

    # --- samples -----------------------------------------------------------------------------------------------------

    def _capture(self, wish: Wish | None) -> None:
        self._show_newest()
        self._wish = wish if self._camera is not None else None
        if wish is not None and self._camera is None:
            self.captured.emit(Captured(None, 0, "there is no picture"))
        self._tell(replace(self._status, capturing=0 if self._wish is None else self._wish.left))
        if self._wish is not None and self._wish.left == 1 and self._waits_for_software():
            self._trigger()

    def _waits_for_software(self) -> bool:
        applied = self._status.applied
        return applied is not None and applied.settings.trigger.value == "software"

    def _keep(self, frame: Frame) -> None:
        """Hand a picture to the thread that writes samples; when too many wait, capturing ends with a message."""
        wish = self._wish
        if wish is None:
            return
        if not self._writer.put(wish, frame):
            self._wish = None
            problem = f"{WAITING_SAMPLES} pictures wait to be written; capturing was stopped"
            logger.warning("Samples: %s", problem)
            self._tell(replace(self._status, capturing=0))
            self.captured.emit(Captured(None, 0, problem))
            return
        if wish.left is not None:
            wish.left -= 1
            if wish.left <= 0:
                self._wish = None
        self._tell(replace(self._status, capturing=0 if self._wish is None else self._wish.left))

    def _on_kept(self, sample: Sample, left: int | None) -> None:
        self.captured.emit(Captured(sample, left))

    def _on_refused(self, error: InspectorError) -> None:
        self._commands.put(lambda: self._capture(None))
        self.captured.emit(Captured(None, 0, str(error)))

    def _line_has(self, camera_id: str) -> bool:
        used = self._line_camera()
        return bool(used) and _device(used) == _device(camera_id)

    def _tell(self, status: CaptureStatus) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit(status)


def _device(camera_id: str) -> str:
    """The device of an id, without how it is to behave."""
    return camera_id.partition("?")[0]
