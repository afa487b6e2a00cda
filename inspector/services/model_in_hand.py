"""The one model that scoring has loaded: found for a recipe, prepared for a size, run on pictures, and measured.

All of it belongs to the thread of low priority that scoring works in.
"""

import logging
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import map_problem
from inspector.core.errors import InspectorError, InvalidInput
from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.ports import AnomalyModel, ModelStore
from inspector.core.recipe import DecisionRule, Recipe
from inspector.core.setup_ports import TileShape
from inspector.core.tile_plan import TileFacts, plan_tiles
from inspector.services.clock import Clock

logger = logging.getLogger(__name__)

WARM_UP: Final = 3
_MEASURED: Final = 5


@dataclass(slots=True)
class Loaded:
    """The model in hand and what it was prepared for."""

    model: AnomalyModel
    recipe: Recipe | None = None
    size: Size | None = None
    shape: tuple[int, int] = (0, 0)
    facts: dict[tuple[object, ...], TileFacts] = field(default_factory=dict)


class ModelInHand:
    """Loads a recipe's model in place of the one before."""

    def __init__(
        self,
        models: ModelStore,
        clock: Clock,
        *,
        tile_shape: Callable[[AnomalyModel], TileShape],
        memory_mb: Callable[[], float],
        rest: Callable[[float], None],
    ) -> None:
        """Load nothing yet.

        Args:
            models: where models come from; what it loads is this object's own.
            clock: as the line uses it.
            tile_shape: how a loaded model cuts frames.
            memory_mb: the most memory that the computing device gave to this program; 0 if it is not known.
            rest: called after each frame with the time it began, to leave time to the line.
        """
        self._models = models
        self._clock = clock
        self._tile_shape = tile_shape
        self._memory_mb = memory_mb
        self._rest = rest
        self._loaded: Loaded | None = None

    def load(self, recipe: Recipe) -> Loaded:
        """The recipe's model; version 0 is the newest, so it is looked for each time.

        Raises:
            InvalidInput: the recipe names no model.
            OperationalError: RCP-001, no such model; RCP-002, it was altered.
        """
        if not recipe.model_name:
            raise InvalidInput(["no model is chosen"])
        loaded = self._loaded
        version = recipe.model_version or self._newest(recipe.model_name)
        if loaded is None or (loaded.model.ref.name, loaded.model.ref.version) != (recipe.model_name, version):
            self.unload()
            loaded = self._loaded = Loaded(self._models.load(recipe.model_name, version))
        return loaded

    def _newest(self, name: str) -> int:
        return max((one.ref.version for one in self._models.list() if one.ref.name == name), default=0)

    def unload(self) -> None:
        """Free the model; what is asked next loads anew."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.model.close()

    def prepare(self, loaded: Loaded, recipe: Recipe, size: Size) -> None:
        """Prepare the model for frames of a size, unless it is."""
        wanted = runnable(recipe)
        if (loaded.recipe, loaded.size) != (wanted, size):
            loaded.recipe = loaded.size = None  # a failure leaves nothing prepared
            loaded.shape = loaded.model.prepare(wanted, size)
            loaded.recipe, loaded.size = wanted, size

    def frame(self, image: NDArray[np.uint8]) -> Frame:
        """A picture as the model takes it; uint8 (H, W) or (H, W, 3)."""
        return Frame(
            np.ascontiguousarray(image), 0, "samples", datetime.now(UTC), self._clock.monotonic_ns(), simulated=True
        )

    def infer(self, loaded: Loaded, recipe: Recipe, image: NDArray[np.uint8]) -> AnomalyMap:
        """The map of a picture, uint8 (H, W) or (H, W, 3). InvalidInput: the model's map is of no use."""
        self.prepare(loaded, recipe, Size.of(image.shape))
        began_s = time.perf_counter()
        anomaly_map = loaded.model.infer(self.frame(image))
        self._rest(began_s)
        problem = map_problem(anomaly_map, loaded.shape, loaded.model.ref)
        if problem:
            raise InvalidInput([problem])
        return anomaly_map

    def measure_tiles(self, loaded: Loaded, recipe: Recipe) -> TileFacts:
        """How the model cuts frames, and what a tile costs, measured on a drawn picture; None where it cannot be."""
        shape = self._tile_shape(loaded.model)
        facts = TileFacts(tile_px=shape.tile_px, cell_px=shape.cell_px, rim_cells=shape.rim_cells)
        points: list[tuple[int, float]] = []
        before_mb = self._memory_mb()
        for sides in (1, 3):
            size = Size(shape.tile_px, shape.tile_px * sides)
            try:
                drawn = replace(runnable(recipe), include=(), ignore=(), scale=1.0, image_size=None)
                count = plan_tiles(drawn, size, facts).count
                with self._measuring(loaded, drawn, size) as once:
                    points.append((count, statistics.median(once() for _ in range(_MEASURED))))
            except InspectorError as error:
                logger.info("Tiles of %s are not measured: %s", loaded.model.ref, error)
                return facts
        (few, few_ms), (many, many_ms) = points
        per_tile = (many_ms - few_ms) / (many - few) if many > few else few_ms / max(few, 1)
        per_tile = max(per_tile, 0.0)
        # Of the whole program, and the most so far: what lies within it costs nothing more.
        most_mb = self._memory_mb()
        used_mb = max(0.0, most_mb - before_mb)
        return replace(
            facts,
            ms_per_tile=per_tile,
            ms_per_frame=max(0.0, few_ms - few * per_tile),
            mb_per_tile=used_mb / many if most_mb > 0 else None,
            mb_base=most_mb - used_mb,
        )

    @contextmanager
    def _measuring(self, loaded: Loaded, recipe: Recipe, size: Size) -> Iterator[Callable[[], float]]:
        self.prepare(loaded, recipe, size)
        image = np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)

        def once() -> float:
            began_s = time.perf_counter()
            loaded.model.infer(self.frame(image))
            took_ms = (time.perf_counter() - began_s) * 1000
            self._rest(began_s)
            return took_ms

        for _ in range(WARM_UP):
            once()
        yield once


def runnable(recipe: Recipe) -> Recipe:
    """The recipe as a model can be prepared with, though a person has not filled in every field yet."""
    return replace(recipe, product=recipe.product.strip() or "sample", image_size=None, rule=DecisionRule(), version=0)
