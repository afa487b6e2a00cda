"""The line: its states, its inspect thread, and what happens between Start and Stop.

Commands go down as calls that return at once and are carried out by the inspect thread, which alone changes state; news
comes up through emitters. Grab and deadline threads only report to it.
"""

import logging
import queue
import threading
from collections.abc import Callable

from inspector.core.emitter import Emitter
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Size
from inspector.core.line import Balance, Fault, FaultLife, LineState, LineStatus, StartStep, may_follow
from inspector.core.ports import (
    CameraInfo,
)
from inspector.core.recipe import Recipe
from inspector.core.record import Counts, Inspection, InspectionRecord
from inspector.core.refs import ModelRef
from inspector.services.answers import Answers
from inspector.services.counting import PartCounter
from inspector.services.drift import DriftWatch
from inspector.services.line_model import LineModel
from inspector.services.line_parts import LineParts
from inspector.services.line_run import LineRun, RunListener
from inspector.services.pipeline import Pipeline
from inspector.services.streaks import NotInspectedStreak, PictureStreak
from inspector.services.worker import Worker

logger = logging.getLogger(__name__)

_SLICE_S = 0.05


class InspectionService:
    """One line with one camera, one recipe at a time, one answer a part."""

    def __init__(self, parts: LineParts, recipe: Recipe | None = None) -> None:
        """Wire the line; it is Stopped, and stays so until a person starts it (FS-7)."""
        self._parts = parts
        self._recipe = recipe
        self._upcoming: Recipe | None = None
        self._runs = 0
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._answers = Answers(parts.output, parts.clock, on_undelivered=self.report, on_failure=self.report_bug)
        self._worker = Worker("inspect", self._run, self.report_bug)
        self._status = LineStatus(LineState.STOPPED, parts.clock.now())
        self._current: LineRun | None = None
        self._model = LineModel(parts)
        self._camera: CameraInfo | None = None
        self._camera_of = ""
        self._camera_lost = ""
        self._checkpoint_ns = parts.clock.monotonic_ns()
        self._streak = NotInspectedStreak()
        self._picture_streak = PictureStreak()
        self._drift = DriftWatch(report=parts.faults.report, gone=parts.faults.gone)
        self._recorded_before = 0
        self._counter = PartCounter(parts.records, parts.clock, simulated=self.simulated)
        self._disconnect: tuple[Callable[[], None], ...] = ()
        self.inspected: Emitter[Inspection] = Emitter("InspectionService.inspected")
        self.status_changed: Emitter[LineStatus] = Emitter("InspectionService.status_changed")
        self.faults_changed: Emitter[tuple[Fault, ...]] = parts.faults.changed
        self.recipe_changed: Emitter[Recipe] = Emitter("InspectionService.recipe_changed")
        self.upcoming_changed: Emitter[Recipe | None] = Emitter("InspectionService.upcoming_changed")
        self.lot_changed: Emitter[str] = Emitter("InspectionService.lot_changed")
        self.records_changed: Emitter[Balance] = Emitter("InspectionService.records_changed")

    # --- what the window reads; any thread ---------------------------------------------------------------------------

    @property
    def status(self) -> LineStatus:
        """What the line is doing."""
        return self._status

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong, in the order of the fault bar."""
        return self._parts.faults.faults

    @property
    def recipe(self) -> Recipe | None:
        """The recipe in force; None until a product is chosen."""
        return self._recipe

    @property
    def upcoming(self) -> Recipe | None:
        """The version of the product in force that judges from the next lot on; None when there is none (A-33)."""
        return self._upcoming

    @property
    def camera_in_use(self) -> str:
        """Id of the camera that a run of the line holds or looks for; "" while it holds none."""
        run = self._current
        return "" if run is None else run.source

    @property
    def lot(self) -> str:
        """The lot in hand; "" if none was entered."""
        return self._counter.lot

    @property
    def lot_counts(self) -> Counts:
        """Sums of the lot in hand."""
        return self._counter.lot_counts

    @property
    def shift_counts(self) -> Counts:
        """Sums since the shift began."""
        return self._counter.shift_counts

    @property
    def balance(self) -> Balance:
        """The sum that proves that no part is silent, over the run in hand."""
        recorder = self._parts.recorder
        triggers, answers, in_hand = self._answers.counts
        return Balance(triggers, answers, in_hand, recorder.recorded_count - self._recorded_before, recorder.waiting)

    @property
    def source(self) -> str:
        """The camera's id."""
        return self._parts.source_of(self._recipe)

    @property
    def simulated(self) -> bool:
        """Whether the source is not a production camera (FS-12)."""
        if self._camera is not None and self._camera_of == self.source:
            return self._camera.simulated
        return not self.source.startswith("genicam:")

    @property
    def model(self) -> ModelRef | None:
        """The loaded model."""
        return self._model.ref

    @property
    def device(self) -> str:
        """Where the model runs; "" until it is loaded."""
        return self._model.device

    @property
    def runtime(self) -> str:
        """What runs the model; "" until it is loaded."""
        return self._model.runtime

    @property
    def stalled_s(self) -> float:
        """How long a running line has not passed its check-point; 0 while it is not running (R-17)."""
        if not self._in(LineState.RUNNING):
            return 0.0
        return (self._parts.clock.monotonic_ns() - self._checkpoint_ns) / 1e9

    def recipes(self) -> tuple[Recipe, ...]:
        """Published recipes; reads the database, so not for the main thread."""
        return self._parts.recipes.list()

    # --- commands; any thread, return at once ------------------------------------------------------------------------

    def open(self) -> None:
        """Start the threads of the line; it stays Stopped."""
        recorder = self._parts.recorder
        self._disconnect = (
            recorder.recorded.connect(self._on_recorded),
            recorder.failed.connect(self.report),
            recorder.recovered.connect(self._on_recorder_recovered),
        )
        self._counter.load()
        self._answers.start()
        self._worker.start()

    def close(self, timeout_s: float = 10.0) -> bool:
        """Stop, make the outputs safe and end the threads; True when all ended in time."""
        self.stop()
        ended = self._worker.stop(timeout_s)
        ended = self._answers.close() and ended
        for disconnect in self._disconnect:
            disconnect()
        self._model.close()
        return ended

    def start(self, limit: int | None = None) -> None:
        """Begin or go on inspecting.

        Args:
            limit: stop after this many parts; None goes on until somebody stops the line.
        """
        self._commands.put(lambda: self._start(limit))

    def pause(self) -> None:
        """Finish the parts in hand and take no new ones."""
        self._commands.put(self._pause)

    def stop(self) -> None:
        """Finish the parts in hand and stop."""
        self._commands.put(self._stop)

    def acknowledge(self, code: str) -> None:
        """Somebody has read a fault; the last stopping one that is read leaves the state Fault."""
        self._commands.put(lambda: self._acknowledge(code))

    def change_recipe(self, recipe: Recipe) -> None:
        """Take another product; only while Stopped or Paused."""
        self._commands.put(lambda: self._change_recipe(recipe))

    def use_version(self, recipe: Recipe, *, now: bool = False) -> None:
        """Judge by a newly published version of the product in force; of any other product it changes nothing.

        Args:
            recipe: as published.
            now: at once: the parts in hand are finished, and a running line pauses for as long as Start takes. Else
                the version in force judges until the next lot (A-33).
        """
        self._commands.put(lambda: self._use_version(recipe, now=now))

    def new_lot(self, lot: str) -> None:
        """Close the lot in hand and open another; a version that waits for it judges from here on."""
        self._commands.put(lambda: self._new_lot(lot))

    def flag(self, inspection_id: str, *, flagged: bool) -> None:
        """Put a part on the review list, or take it off."""
        self._parts.recorder.flag(inspection_id, flagged=flagged)

    # --- inspect thread ----------------------------------------------------------------------------------------------

    def _run(self, stop: threading.Event) -> None:
        try:
            while not (stop.is_set() and self._in(LineState.STOPPED, LineState.FAULTED)):
                self._carry_out_commands()
                if self._current is None:
                    self._wait_for_command()
                elif (part := self._current.take(_SLICE_S)) is not None:
                    self._inspect(self._current, part)
                self._checkpoint_ns = self._parts.clock.monotonic_ns()
                self._parts.output.beat()
        finally:
            self._parts.output.close()
            if self._current is not None:
                self._current.end()

    def _carry_out_commands(self) -> None:
        while True:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return
            command()

    def _wait_for_command(self) -> None:
        try:
            command = self._commands.get(timeout=_SLICE_S)
        except queue.Empty:
            return
        command()

    def _inspect(self, run: LineRun, part: Frame | MissedFrame) -> None:
        inspection = run.judge(part, self._counter.lot)
        self._counter.count(inspection.decision.verdict)
        self.inspected.emit(inspection)
        # Both must see every part, so neither is asked only when the other is silent.
        unjudged, unusable = self._streak.after(inspection.decision), self._picture_streak.after(inspection.decision)
        fault = unusable or unjudged
        if fault is not None and self._in(LineState.RUNNING):
            self._fail(fault)

    # --- commands, in the inspect thread -----------------------------------------------------------------------------

    def _start(self, limit: int | None) -> None:
        if self._in(LineState.PAUSED) and self._current is not None:
            if self._current.pipeline.recipe == self._recipe:
                self._go_on(self._current)
                return
            # Another product was chosen while paused: a new run, with all its checks.
            self._stop()
        if not self._in(LineState.STOPPED):
            return
        if self._recipe is None:
            self._fail(OperationalError("RCP-001", "No product is chosen.", "Choose a product, then press Start."))
            return
        self._change(LineState.STARTING, StartStep.MODEL)
        try:
            recipe = self._model.published(self._recipe)
            model = self._model.load(recipe)
            self._change(LineState.STARTING, StartStep.SELF_TEST)
            model.self_test()  # at every start, also of a model that stands already
            pipeline = Pipeline(model, recipe, self._parts.find_regions, self._parts.clock)
            self._model.judge_stored_shot(pipeline, self.source)
        except InspectorError as error:
            self._fail(_as_operational(error))
            return
        self._drift.begin(recipe, model.ref, model.held_out_scores(recipe))
        self._change(LineState.STARTING, StartStep.CAMERA)
        self._answers.reset()
        self._picture_streak.reset()
        self._recorded_before = self._parts.recorder.recorded_count + self._parts.recorder.waiting
        self._parts.free_camera(self.source)
        self._current = LineRun(
            self._parts,
            self._answers,
            pipeline,
            self.source,
            self._listener(),
            on_failure=self.report_bug,
            limit=limit,
        )
        self._current.begin()

    def _go_on(self, run: LineRun) -> None:
        self._streak.reset()
        self._change(LineState.RUNNING)
        self._parts.output.ready(ready=True)
        run.resume()

    def _listener(self) -> RunListener:
        """What the grab thread says becomes a command of this thread; of an older run nothing counts any more."""
        self._runs += 1
        number = self._runs

        def later(command: Callable[[], None]) -> None:
            self._commands.put(lambda: command() if number == self._runs else None)

        return RunListener(
            opened=lambda info, size: later(lambda: self._camera_opened(info, size)),
            lost=lambda error: later(lambda: self._lose_camera(error)),
            found=lambda: later(self._find_camera),
            finished=lambda: later(self._stop),
        )

    def _camera_opened(self, info: CameraInfo, size: Size | None) -> None:
        if not self._in(LineState.STARTING) or self._current is None:
            return
        logger.info("Camera %s is open, frames of %s", info.id, size)
        self._camera, self._camera_of = info, self.source
        self._counter.use(simulated=info.simulated)
        self._change(LineState.STARTING, StartStep.OUTPUT)
        try:
            if size is not None:
                self._current.pipeline.prepare(size)
            self._parts.output.fault(active=False)
        except InspectorError as error:
            self._fail(_as_operational(error))
            return
        self._go_on(self._current)

    def _pause(self) -> None:
        if not self._in(LineState.RUNNING) or self._current is None:
            return
        self._parts.output.ready(ready=False)
        self._current.pause()
        self._drain(self._current)
        if self._in(LineState.RUNNING):
            self._change(LineState.PAUSED)

    def _stop(self) -> None:
        if self._in(LineState.FAULTED):
            # Nobody looks for the camera any more, so its fault cannot clear by itself.
            self._end_run()
            self._find_camera()
            return
        if not self._in(LineState.STARTING, LineState.RUNNING, LineState.PAUSED):
            return
        self._change(LineState.STOPPING)
        self._end_run()
        if self._in(LineState.STOPPING):
            self._change(LineState.STOPPED)

    def _end_run(self) -> None:
        """No new frames, then the parts in hand, then nothing open."""
        self._parts.output.ready(ready=False)
        run, self._current = self._current, None
        if run is not None:
            run.end()
            self._drain(run)

    def _drain(self, run: LineRun) -> None:
        while (part := run.take_rest()) is not None:
            self._inspect(run, part)

    def _acknowledge(self, code: str) -> None:
        faults = self._parts.faults
        faults.acknowledge(code)
        if code == "CAM-005":
            self._parts.catalog.acknowledge_drivers()
        if code != self._camera_lost and self._in(LineState.FAULTED):
            # Nothing but the camera tells by itself that it is well again; Start repeats every check.
            faults.gone(code)
        self._leave_fault()

    def _leave_fault(self) -> None:
        """Back to Stopped once every stopping fault was read and its cause is away."""
        unread = any(fault.life is not FaultLife.ACTIVE_ACKNOWLEDGED for fault in self._parts.faults.faults)
        if self._in(LineState.FAULTED) and not self._parts.faults.stops_line and not unread:
            self._end_run()
            self._parts.output.fault(active=False)
            self._change(LineState.STOPPED)

    def _change_recipe(self, recipe: Recipe) -> None:
        if not self._in(LineState.STOPPED, LineState.PAUSED):
            return
        self._await_version(None)
        self._recipe = recipe
        self.recipe_changed.emit(recipe)

    def _use_version(self, recipe: Recipe, *, now: bool) -> None:
        if self._recipe is None or recipe.product != self._recipe.product:
            logger.info("%s is used from the next change to its product", recipe.ref)
        elif recipe.ref == self._recipe.ref:
            self._await_version(None)
        elif now:
            self._change_over(recipe)
        else:
            self._await_version(recipe)

    def _await_version(self, recipe: Recipe | None) -> None:
        if recipe != self._upcoming:
            self._upcoming = recipe
            self.upcoming_changed.emit(recipe)

    def _new_lot(self, lot: str) -> None:
        recipe = self._upcoming
        if recipe is None:
            self._open_lot(lot)
        else:
            self._change_over(recipe, lot)

    def _open_lot(self, lot: str) -> None:
        self._counter.open_lot(lot)
        self.lot_changed.emit(lot)

    def _change_over(self, recipe: Recipe, lot: str | None = None) -> None:
        """Finish the parts in hand by the old version, then go on with the new one and all checks of a start.

        Args:
            recipe: another version of the product in force.
            lot: opened between the two; None goes on with the lot in hand.
        """
        run = self._current if self._in(LineState.STARTING, LineState.RUNNING) else None
        if run is not None:
            self._stop()
        if lot is not None:
            self._open_lot(lot)
        self._await_version(None)
        logger.info("%s judges from now on", recipe.ref)
        self._recipe = recipe
        self.recipe_changed.emit(recipe)
        # A fault on the way is a person's affair, and so is a line that has had all its parts.
        if run is not None and self._in(LineState.STOPPED) and run.remaining != 0:
            self._start(run.remaining)

    def _lose_camera(self, error: OperationalError) -> None:
        self._camera_lost = error.code
        self._fail(error)

    def _find_camera(self) -> None:
        code, self._camera_lost = self._camera_lost, ""
        if code:
            self._parts.faults.gone(code)
        self._leave_fault()

    def _fail(self, error: OperationalError) -> None:
        """Outputs safe, the fault on the board, and no further verdicts until somebody has read it."""
        logger.error("The line stops: %s", error)
        self._parts.output.ready(ready=False)
        self._parts.output.fault(active=True)
        self._parts.faults.report(error)
        if self._in(LineState.FAULTED):
            return
        self._change(LineState.FAULTED)
        if self._camera_lost and self._current is not None:
            # The run stays, because its grab thread looks for the camera.
            self._drain(self._current)
        else:
            self._end_run()

    def _in(self, *states: LineState) -> bool:
        return self._status.state in states

    def _change(self, state: LineState, step: StartStep | None = None) -> None:
        before = self._status.state
        if state is not before and not may_follow(before, state):
            raise RuntimeError(f"the line cannot go from {before.value} to {state.value}")
        self._status = LineStatus(state, self._parts.clock.now(), step)
        self.status_changed.emit(self._status)

    # --- news from other threads -------------------------------------------------------------------------------------

    def _on_recorded(self, record: InspectionRecord) -> None:
        self._drift.after(record)
        self.records_changed.emit(self.balance)

    def _on_recorder_recovered(self, _: None) -> None:
        self._parts.faults.gone("DAT-002")

    def report(self, error: OperationalError) -> None:
        """Take a fault from health, recorder or output; a stopping one stops the line."""
        if error.code == "DAT-002" and not self._parts.records_required:
            self._parts.faults.report(error)
            return
        self._parts.faults.report(error)
        if self._parts.faults.stops_line:
            # At once and from any thread: the inspect thread may be what hangs.
            self._parts.output.ready(ready=False)
        self._commands.put(lambda: self._take(error))

    def _take(self, error: OperationalError) -> None:
        if self._in(LineState.STARTING, LineState.RUNNING, LineState.PAUSED) and self._parts.faults.stops_line:
            self._fail(error)

    def report_bug(self, error: Exception) -> None:
        """A thread of the line ended by a bug: outputs safe at once, then the fault (R-21)."""
        self._parts.output.close()
        self._parts.faults.report(
            OperationalError("SYS-001", f"A part of the program failed: {error!r}.", "Restart the program.")
        )
        self._status = LineStatus(LineState.FAULTED, self._parts.clock.now())
        self.status_changed.emit(self._status)


def _as_operational(error: InspectorError) -> OperationalError:
    """A recipe that cannot be used stops the line like a broken one."""
    if isinstance(error, OperationalError):
        return error
    return OperationalError("RCP-002", str(error), "Choose another product or correct the recipe.")
