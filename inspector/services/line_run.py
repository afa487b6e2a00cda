"""One run of the line, from the opening of the camera to the last answer: trigger, queue, verdict, answer, record."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from inspector.core.errors import OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Size
from inspector.core.ports import CameraInfo
from inspector.core.record import Inspection
from inspector.services.answers import Answers
from inspector.services.grabbing import Grabber, GrabListener
from inspector.services.line_parts import LineParts
from inspector.services.pipeline import Pipeline
from inspector.services.slot import FrameSlot

_HANDING_OVER_S = 0.1


@dataclass(frozen=True, slots=True)
class RunListener:
    """What the run's camera says, in the grab thread; see `grabbing.GrabListener`."""

    opened: Callable[[CameraInfo, Size | None], None]
    lost: Callable[[OperationalError], None]
    found: Callable[[], None]
    finished: Callable[[], None]


class LineRun:
    """Belongs to the inspect thread."""

    def __init__(
        self,
        parts: LineParts,
        answers: Answers,
        pipeline: Pipeline,
        source: str,
        listener: RunListener,
        *,
        on_failure: Callable[[Exception], None],
        limit: int | None,
    ) -> None:
        """Prepare a run; the camera is opened by `begin`."""
        self._recorder = parts.recorder
        self._answers = answers
        self._slot = FrameSlot()
        self._ended = False
        self._limit = limit
        self._taken = 0
        self.pipeline = pipeline
        self.source = source
        recipe = pipeline.recipe
        deadline_ms = min(recipe.output.deadline_ms, parts.deadline_ms or recipe.output.deadline_ms)

        def take(part: Frame | MissedFrame) -> None:
            self._taken += 1
            answers.open(part, recipe, deadline_ms)
            self._slot.put(part)

        self._grabber = Grabber(
            parts.catalog,
            source,
            recipe,
            GrabListener(listener.opened, take, listener.lost, listener.found, listener.finished),
            on_failure=on_failure,
            limit=limit,
        )

    @property
    def remaining(self) -> int | None:
        """Parts until the run is finished; None for no limit. Certain once the run has ended."""
        return None if self._limit is None else max(0, self._limit - self._taken)

    def begin(self) -> None:
        """Open the camera; parts come only after `resume`."""
        self._grabber.start()

    def resume(self) -> None:
        """Let parts come."""
        self._grabber.resume()

    def pause(self) -> None:
        """No new parts; the camera stays open."""
        self._grabber.pause()

    def end(self) -> None:
        """No new parts, and the camera is closed; what waits can still be taken."""
        self._ended = True
        self._grabber.stop()

    def take(self, timeout_s: float) -> Frame | MissedFrame | None:
        """The next part that waits."""
        return self._slot.take(timeout_s)

    def take_rest(self) -> Frame | MissedFrame | None:
        """The next part of a paused or ended run; a paused one may still be handing one over."""
        return self._slot.take(0 if self._ended else _HANDING_OVER_S)

    def judge(self, part: Frame | MissedFrame, lot: str) -> Inspection:
        """Decide, tell the line, hand over to the recorder, in this order: answer first, record second."""
        if self._answers.is_open(part.frame_id) or isinstance(part, MissedFrame):
            inspection = self.pipeline.inspect(part, lot)
        else:
            inspection = self.pipeline.expired(part, lot)
        inspection = replace(inspection, decision=self._answers.answer(part, inspection.decision))
        self._recorder.submit(inspection)
        return inspection
