"""A whole line out of fakes, and a way to wait for what it says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inspector.core.line import LineState, LineStatus
from inspector.core.recipe import Recipe
from inspector.core.record import Inspection
from inspector.outputs.simulated import SimulatedOutput
from inspector.services.clock import SystemClock
from inspector.services.faults import FaultBoard
from inspector.services.inspection import InspectionService
from inspector.services.line_parts import LineParts
from inspector.services.pictures import KeepPolicy
from inspector.services.recorder import Recorder
from tests.support.camera import ScriptedCatalog
from tests.support.image_store import MemoryImageStore
from tests.support.model import ScriptedModel, ScriptedModelStore, one_region
from tests.support.recipe_store import MemoryRecipeStore
from tests.support.record_store import MemoryRecordStore
from tests.support.values import RECIPE


class RunningLine:
    """The service with its fakes, and what it has said so far."""

    def __init__(self, catalog: ScriptedCatalog, model: ScriptedModel, recipe: Recipe, **wiring: object) -> None:
        self.records = MemoryRecordStore()
        self.output = SimulatedOutput()
        self.models = ScriptedModelStore(model)
        self.recipes = MemoryRecipeStore(recipe)
        clock = SystemClock()
        self.recorder = Recorder(self.records, MemoryImageStore(), KeepPolicy(), clock)
        self.faults = FaultBoard(clock)
        self.service = InspectionService(
            LineParts(
                catalog=catalog,
                models=self.models,
                recipes=self.recipes,
                records=self.records,
                recorder=self.recorder,
                output=self.output,
                find_regions=one_region,
                faults=self.faults,
                clock=clock,
                source_of=lambda _: "simulated:test",
                **wiring,  # type: ignore[arg-type]
            ),
            recipe,
        )
        self.inspections: list[Inspection] = []
        self.states: list[LineState] = []
        self._changed = threading.Condition()
        self.service.inspected.connect(self._on_inspected)
        self.service.status_changed.connect(self._on_status)
        self.service.faults_changed.connect(lambda _: self._notify())
        self.service.records_changed.connect(lambda _: self._notify())

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something holds; looked at whenever the line speaks, and now and then for what it does not say."""
        give_up_at = time.monotonic() + 10
        with self._changed:
            while not condition():
                assert time.monotonic() < give_up_at, f"never happened: {what}; states {self.states}"
                self._changed.wait(0.01)

    def until_state(self, state: LineState) -> None:
        self.until(lambda: self.service.status.state is state, state.value)

    def until_inspected(self, count: int) -> None:
        self.until(lambda: len(self.inspections) >= count, f"{count} inspections")

    def codes(self) -> list[str]:
        return [fault.code for fault in self.service.faults]

    def _on_inspected(self, inspection: Inspection) -> None:
        self.inspections.append(inspection)
        self._notify()

    def _on_status(self, status: LineStatus) -> None:
        self.states.append(status.state)
        self._notify()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


@contextmanager
def running_line(
    catalog: ScriptedCatalog, *, model: ScriptedModel | None = None, recipe: Recipe = RECIPE, **wiring: object
) -> Iterator[RunningLine]:
    """An open line; closed, with its recorder, when the test ends."""
    line = RunningLine(catalog, model or ScriptedModel(), recipe, **wiring)
    line.recorder.start()
    line.service.open()
    try:
        yield line
    finally:
        assert line.service.close()
        line.recorder.close()
