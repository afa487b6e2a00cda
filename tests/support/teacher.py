"""A teacher that teaches at once, or does what a test wants in the middle of it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.ports import ModelSummary
from inspector.core.recipe import Recipe
from inspector.core.refs import ModelRef
from inspector.core.setup_ports import LonePicture, TaughtModel, TeachCancelled, TeachPhase, TeachProgress, TeachTask
from tests.support.model import ScriptedModel

Step = Callable[["ScriptedTeach"], None]


class TaughtStore:
    """Implements `core.ports.ModelStore`: scripted models by name and version, each with the products it knows."""

    def __init__(self, **shipped: tuple[str, ...]) -> None:
        self.known: dict[tuple[str, int], ModelSummary] = {}
        self.gains: dict[str, float] = {}
        for name, products in shipped.items():
            self.add(name, products)

    def add(self, name: str, products: tuple[str, ...]) -> ModelRef:
        version = 1 + max((number for other, number in self.known if other == name), default=0)
        ref = ModelRef(name, version, f"{version:064x}")
        folder = Path("models") / name / str(version)
        self.known[name, version] = ModelSummary(ref, folder, products=products, preset="light")
        return ref

    def list(self) -> tuple[ModelSummary, ...]:
        return tuple(sorted(self.known.values(), key=lambda one: (one.ref.name, -one.ref.version)))

    def load(self, name: str, version: int = 0) -> ScriptedModel:
        version = version or max((number for other, number in self.known if other == name), default=0)
        summary = self.known.get((name, version))
        if summary is None:
            raise OperationalError("RCP-001", f"There is no model {name} v{version}.", "")
        return TaughtModelFake(summary, self.gains)


class TaughtModelFake(ScriptedModel):
    """Scores by the first pixel, times what the test says for its name and version."""

    def __init__(self, summary: ModelSummary, gains: dict[str, float]) -> None:
        super().__init__()
        self.ref = summary.ref
        self.products = summary.products
        self._gain = gains.get(str(summary.ref), 1.0)

    def recipe_for(self, product: str) -> Recipe:
        if product not in self.products:
            raise InvalidRecipe([f"product: {product}"])
        return Recipe(product, 0, self.ref.name, self.ref.version, scale=0.5)

    def infer(self, frame):
        anomaly_map = super().infer(frame)
        values = anomaly_map.values * self._gain
        return type(anomaly_map)(values.astype("float32"), 32.0, float(values.astype("float32").max()), self.ref)


class ScriptedTeacher:
    """Implements `core.setup_ports.Teacher`; `stores` says which store a models folder belongs to."""

    def __init__(self, stores: dict[Path, TaughtStore]) -> None:
        self._stores = stores
        self.tasks: list[TeachTask] = []
        self.discarded: list[ModelRef] = []
        self.open = 0
        self.while_training: Step = lambda _: None
        self.lone: dict[str, LonePicture] = {}

    def start(self, task: TeachTask) -> "ScriptedTeach":
        self.tasks.append(task)
        self.open += 1
        return ScriptedTeach(self, task, self._stores[task.models_dir])

    def discard(self, model: TaughtModel) -> None:
        self.discarded.append(model.ref)
        for store in self._stores.values():
            store.known.pop((model.ref.name, model.ref.version), None)


class ScriptedTeach:
    """Implements `core.setup_ports.RunningTeach`."""

    pid = 4711
    log_file = Path("teach.log")

    def __init__(self, teacher: ScriptedTeacher, task: TeachTask, store: TaughtStore) -> None:
        self._teacher, self.task, self._store = teacher, task, store
        self._result: TaughtModel | None = None
        self.cancelled = threading.Event()

    def updates(self) -> Iterator[TeachProgress]:
        yield TeachProgress(TeachPhase.READ, 0, 1, None, 0.1, None)
        if not self.task.draft:
            yield TeachProgress(TeachPhase.TRAIN, 1, 4, 0.5, 1.0, 3.0)
            self._teacher.while_training(self)
        if self.cancelled.is_set():
            raise TeachCancelled("cancelled")
        products = tuple(sorted({picture.product for picture in self.task.pictures}))
        ref = self._store.add(self.task.name, products)
        self._result = TaughtModel(
            ref, self._store.known[ref.name, ref.version].folder, products, 2.0, lone=self._teacher.lone
        )
        yield TeachProgress(TeachPhase.WRITE, 1, 1, None, 2.0, 0.0)

    def result(self) -> TaughtModel:
        if self._result is None:
            raise ValueError("the training has not ended well")
        return self._result

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self._teacher.open -= 1
