"""A model that does as it is told."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.geometry import Rect, Size
from inspector.core.ports import ModelSummary
from inspector.core.recipe import Recipe
from tests.support.values import MODEL, RECIPE

Act = Callable[[Frame], None]


class ScriptedModel:
    """Implements `core.ports.AnomalyModel`: scores a frame by its first pixel / 128, so 128 lies at the limit.

    `script` maps a frame id to something that happens while that frame is inferred: an exception, a wait.
    """

    def __init__(self, script: dict[int, Act] | None = None) -> None:
        self.script = script or {}
        self.ref = MODEL
        self.device = "CPU"
        self.runtime = "scripted"
        self.products: tuple[str, ...] = ("cap",)
        self.held_out: tuple[float, ...] = ()
        self.self_test_error: OperationalError | None = None
        self.prepared: list[Size] = []
        self.closed = False

    def recipe_for(self, product: str) -> Recipe:
        return RECIPE

    def held_out_scores(self, recipe: Recipe) -> tuple[float, ...]:
        return self.held_out

    def prepare(self, recipe: Recipe, image_size: Size) -> tuple[int, int]:
        self.prepared.append(image_size)
        return (2, 3)

    def infer(self, frame: Frame) -> AnomalyMap:
        if act := self.script.get(frame.frame_id):
            act(frame)
        values = np.zeros((2, 3), np.float32)
        values[1, 2] = float(frame.image.flat[0]) / 128
        return AnomalyMap(values, 32.0, float(values.max()), self.ref)

    def self_test(self) -> None:
        if self.self_test_error is not None:
            raise self.self_test_error

    def close(self) -> None:
        self.closed = True


class ScriptedModelStore:
    """Implements `core.ports.ModelStore` with one model."""

    def __init__(self, model: ScriptedModel | None = None) -> None:
        self.model = model or ScriptedModel()
        self.loads = 0

    def list(self) -> tuple[ModelSummary, ...]:
        return ()

    def load(self, name: str, version: int = 0) -> ScriptedModel:
        if name != self.model.ref.name:
            raise OperationalError("RCP-001", f"No model {name}.", "")
        self.loads += 1
        return self.model


def one_region(anomaly_map: AnomalyMap, threshold: float) -> Sequence[DefectRegion]:
    """Implements `core.ports.RegionFinder`."""
    return [DefectRegion(Rect(64, 32, 32, 32), 1024.0, anomaly_map.score, anomaly_map.score, (80.0, 48.0))]


def wait_for(event: threading.Event) -> Act:
    """Something that holds the model until the test lets go."""

    def act(_: Frame) -> None:
        assert event.wait(10), "the test never let go"

    return act


def fail(error: Exception) -> Act:
    """Something that makes the model raise."""

    def act(_: Frame) -> None:
        raise error

    return act
