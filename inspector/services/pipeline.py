"""One part from frame to inspection: look at the picture, infer, find regions, decide. No threads, no hardware."""

import logging
from dataclasses import replace

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Decision, Reason, Timings, decide, missed, not_inspected, outside_limits
from inspector.core.draft import SELF_TEST_TOLERANCE, same_score
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Size
from inspector.core.picture_limits import measure_picture
from inspector.core.ports import AnomalyModel, RegionFinder
from inspector.core.recipe import Recipe
from inspector.core.record import Inspection
from inspector.core.refs import new_id
from inspector.services.clock import Clock

logger = logging.getLogger(__name__)


class Pipeline:
    """Judges parts by one recipe with one model; belongs to one thread."""

    def __init__(self, model: AnomalyModel, recipe: Recipe, find_regions: RegionFinder, clock: Clock) -> None:
        """Keep the parts; nothing is prepared yet."""
        self._model = model
        self._recipe = recipe
        self._find_regions = find_regions
        self._clock = clock
        self._size: Size | None = None
        self._map_shape = (0, 0)

    @property
    def recipe(self) -> Recipe:
        """The recipe in force."""
        return self._recipe

    def prepare(self, size: Size) -> None:
        """Lay tiles and warm up for frames of one size; nothing when that was done last.

        Raises:
            OperationalError: GPU-001, out of memory.
            InvalidRecipe: the recipe does not fit the model or the frame.
        """
        if size != self._size:
            self._map_shape = self._model.prepare(self._recipe, size)
            self._size = size

    def self_test(self, shot: Frame) -> None:
        """Judge the recipe's stored shot again (FS-8, A-13).

        Args:
            shot: the picture of `recipe.self_test`.

        Raises:
            OperationalError: GPU-002, it scores something else than when it was stored; GPU-001, out of memory.
            InvalidRecipe: the recipe does not fit the model or the frame.
        """
        stored = self._recipe.self_test
        if stored is None:
            return
        self.prepare(shot.size)
        score = self._model.infer(shot).score
        if not same_score(stored, score):
            raise OperationalError(
                "GPU-002",
                f"The stored shot of {self._recipe.ref} scores {score:.4f} instead of {stored.score:.4f};"
                f" {SELF_TEST_TOLERANCE:.0%} are allowed.",
                "Restart the program; call maintenance if it returns.",
            )

    def inspect(self, part: Frame | MissedFrame, lot: str = "") -> Inspection:
        """Judge one part. Never raises for what a frame or a model can do wrong: that is NOT_INSPECTED (FS-2)."""
        began_ns = self._clock.monotonic_ns()
        anomaly_map: AnomalyMap | None = None
        inferred_ns = began_ns
        if isinstance(part, MissedFrame):
            decision = missed(self._recipe, part.reason, part.detail)
        else:
            answer = self._infer(part)
            inferred_ns = self._clock.monotonic_ns()
            if isinstance(answer, Decision):
                decision = answer
            else:
                decision = decide(
                    self._recipe,
                    answer,
                    expected_shape=self._map_shape,
                    model=self._model.ref,
                    find_regions=self._find_regions,
                )
                if decision.score is not None:
                    anomaly_map = answer
        ended_ns = self._clock.monotonic_ns()
        timings = Timings(
            waited_ms=max(0, began_ns - part.received_ns) / 1e6,
            model_ms=(inferred_ns - began_ns) / 1e6,
            regions_ms=(ended_ns - inferred_ns) / 1e6,
        )
        return Inspection(new_id(), part, replace(decision, timings=timings), lot, anomaly_map)

    def expired(self, part: Frame, lot: str = "") -> Inspection:
        """The inspection of a part that was answered by its deadline before anybody looked at it."""
        decision = not_inspected(self._recipe, Reason.LATE, "waited past its deadline", model=self._model.ref)
        waited_ms = max(0, self._clock.monotonic_ns() - part.received_ns) / 1e6
        return Inspection(new_id(), part, replace(decision, timings=Timings(waited_ms=waited_ms)), lot)

    def _infer(self, frame: Frame) -> AnomalyMap | Decision:
        """The map, or the decision that there is none."""
        expected = self._recipe.image_size
        if expected is not None and frame.size != expected:
            return not_inspected(
                self._recipe,
                Reason.WRONG_SIZE,
                f"frame is {frame.size}, the recipe expects {expected}",
                model=self._model.ref,
            )
        limits = self._recipe.picture_limits
        if limits is not None and (faults := limits.violations(measure_picture(frame.image))):
            return outside_limits(self._recipe, faults, model=self._model.ref)
        try:
            if frame.size != self._size:
                logger.info("Preparing for frames of %s", frame.size)
                self.prepare(frame.size)
            return self._model.infer(frame)
        # What the model's libraries raise when a computation fails; anything else is a bug of ours.
        except (InspectorError, RuntimeError, MemoryError) as error:
            logger.exception("The model failed on frame %d", frame.frame_id)
            self._size = None
            return not_inspected(self._recipe, Reason.MODEL_FAILED, str(error), model=self._model.ref)
