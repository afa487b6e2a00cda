"""A trained model at work: frames in, anomaly maps out, by the recipe that was prepared."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

import torch

from inspector.core.anomaly import AnomalyMap
from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.recipe import Framing, Recipe
from inspector.vision.device import DeviceChoice, choose_device, default_threads
from inspector.vision.host_engine import HostEngine
from inspector.vision.runtimes import OpenVinoRuntime
from inspector.vision.selftest import SelfTest, compare_maps, score_tolerance
from inspector.vision.tensor_engine import TensorEngine
from inspector.vision.tiles import FramePlan, ViewMaps, plan_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from inspector.core.frame import Frame
    from inspector.core.geometry import Size
    from inspector.core.refs import ModelRef
    from inspector.vision.manifest import Manifest
    from inspector.vision.networks.detector import Detector

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """Runs a detector over whole frames. One thread at a time."""

    @property
    def device(self) -> str:
        """Where it runs, for people."""

    @property
    def name(self) -> str:
        """What runs it, for example "openvino bf16"."""

    @property
    def stage_ms(self) -> Mapping[str, float]:
        """Where the last frame's time went."""

    def prepare(self, plan: FramePlan, product: int) -> None:
        """Allocate and warm up for frames of one plan, judged by the memory of one product.

        OperationalError GPU-001: out of memory.
        """

    def views(self, image: NDArray[np.uint8]) -> ViewMaps:
        """Raw maps of a frame of the prepared plan. OperationalError GPU-001."""

    def run_bare(self) -> None:
        """Run the network alone on as many tiles as a frame has; what a frame's time is held against."""

    def check(self, self_test: SelfTest) -> NDArray[np.float32]:
        """Token maps of stored tiles; the prepared plan stays prepared."""

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        """What `check` must give for the stored tiles in the precision that was chosen."""

    def close(self) -> None:
        """Free memory; idempotent."""


class TiledModel:
    """A model that cuts frames into tiles; implements `core.ports.AnomalyModel`. Inspect thread only.

    Also usable while a model is still being made: with a draft manifest without products every level is 1.0, and
    `views` gives the raw maps from which the levels are learned, by exactly the pipeline that will use them, second
    looks included.
    """

    def __init__(self, manifest: Manifest, engine: Engine, ref: ModelRef, *, self_test: SelfTest | None = None) -> None:
        """Use `from_detector`, or an engine of your own in tests."""
        self._manifest = manifest
        self._engine = engine
        self._ref = ref
        self._self_test = self_test
        self._geometry = manifest.geometry
        self._plan: FramePlan | None = None
        self._levels = (1.0, 1.0, 1.0)
        self._told: set[tuple[str, str]] = set()

    @classmethod
    def from_detector(
        cls,
        manifest: Manifest,
        detector: Detector,
        ref: ModelRef,
        *,
        device: DeviceChoice | torch.device = DeviceChoice.AUTO,
        threads: int | None = None,
        self_test: SelfTest | None = None,
    ) -> TiledModel:
        """Put a detector to work on the chosen device: OpenVINO on the processor, torch on CUDA.

        Args:
            manifest: geometry, input statistics and levels.
            detector: with its weights; it is put into eval mode, and on CUDA moved there.
            ref: under which the maps are signed.
            device: as asked for, or a device already chosen.
            threads: on the processor; None takes `default_threads()`.
            self_test: needed for `self_test` and for reduced precision.

        Raises:
            OperationalError: GPU-001: no such device, or out of memory.
        """
        tolerance = score_tolerance(entry.shares for entry in manifest.products.values())
        where = device if isinstance(device, torch.device) else choose_device(device)
        engine: Engine
        if where.type == "cuda":
            engine = TensorEngine(detector, manifest.input, where, self_test=self_test, score_tolerance=tolerance)
        else:
            engine = HostEngine(
                OpenVinoRuntime(
                    detector,
                    manifest.input,
                    threads=threads or default_threads(),
                    self_test=self_test,
                    score_tolerance=tolerance,
                )
            )
        logger.info("model %s runs on %s with %s", ref, engine.device, engine.name)
        return cls(manifest, engine, ref, self_test=self_test)

    @property
    def ref(self) -> ModelRef:
        """Which model this is."""
        return self._ref

    @property
    def manifest(self) -> Manifest:
        """What the model says about itself."""
        return self._manifest

    @property
    def device(self) -> str:
        """Where it runs, for people."""
        return self._engine.device

    @property
    def runtime(self) -> str:
        """What runs it."""
        return self._engine.name

    @property
    def products(self) -> tuple[str, ...]:
        """Products it was taught."""
        return tuple(self._manifest.products)

    @property
    def stage_ms(self) -> Mapping[str, float]:
        """Where the last frame's time went."""
        return self._engine.stage_ms

    @property
    def plan(self) -> FramePlan:
        """The prepared geometry. ValueError: nothing is prepared."""
        if self._plan is None:
            raise ValueError("the model is not prepared")
        return self._plan

    def recipe_for(self, product: str) -> Recipe:
        """The product inspected as it was taught, limit 1.0, version 0.

        Raises:
            InvalidRecipe: the model was not taught this product.
        """
        entry = self._manifest.products.get(product)
        if entry is None:
            known = ", ".join(self.products) or "none"
            raise InvalidRecipe([f"product: {self._ref} was not taught {product!r}; it knows {known}"])
        return Recipe(
            product=product,
            version=0,
            model_name=self._ref.name,
            model_version=self._ref.version,
            framing=entry.framing,
            scale=entry.scale,
            overlap_px=entry.overlap_px,
        )

    def held_out_scores(self, recipe: Recipe) -> tuple[float, ...]:
        """What the product's held-out good parts scored in the unit of the maps; empty when a recipe looks otherwise.

        Another area, framing or scale gives other maxima, with which these cannot be compared.
        """
        entry = self._manifest.products.get(recipe.model_product or recipe.product)
        if entry is None or recipe.include or recipe.ignore or recipe.framing is not entry.framing:
            return ()
        if recipe.framing is not Framing.WHOLE and (recipe.scale, recipe.overlap_px) != (entry.scale, entry.overlap_px):
            return ()
        return entry.scores

    def prepare(self, recipe: Recipe, image_size: Size) -> tuple[int, int]:
        """Lay tiles, allocate, warm up; returns the (h, w) of every map until the next call.

        Raises:
            InvalidRecipe: the recipe does not fit the model.
            OperationalError: GPU-001.
        """
        recipe = recipe.validated()
        levels = self._find_levels(recipe)
        second_look = self._manifest.second_looks.get(recipe.model_product or recipe.product)
        plan = plan_frame(recipe, image_size, self._geometry, second_look)
        self._engine.prepare(plan, self._number(recipe))
        self._plan, self._levels = plan, levels
        return plan.map_shape

    def infer(self, frame: Frame) -> AnomalyMap:
        """One map of a frame of the prepared size.

        Raises:
            ValueError: another size, or not prepared.
            OperationalError: GPU-001.
        """
        values = self.views(frame.image).fused(*self._levels)
        return AnomalyMap(
            values=values,
            cell_px=self.plan.cell_px,
            score=float(values.max()),
            model=self._ref,
            offset_px=self.plan.offset_px,
            frame_size=self.plan.image_size,
        )

    def views(self, image: NDArray[np.uint8]) -> ViewMaps:
        """Raw maps of a frame's views, before any level: what calibration learns the levels from.

        Raises:
            ValueError: another size than prepared, or not prepared.
            OperationalError: GPU-001.
        """
        size = self.plan.image_size
        if image.shape[:2] != (size.height, size.width):
            raise ValueError(f"prepared for frames of {size}, got {image.shape}")
        return self._engine.views(image)

    def self_test(self) -> None:
        """Run the stored tiles and compare with the stored maps.

        Raises:
            OperationalError: GPU-002: they differ, or the model holds none.
        """
        if self._self_test is None:
            raise OperationalError("GPU-002", f"The model {self._ref} holds no tiles to test itself with.")
        maps = self._engine.check(self._self_test)
        found = compare_maps(maps, self._engine.reference(self._self_test))
        if not found.exact:
            raise OperationalError(
                "GPU-002",
                f"The self-test of model {self._ref} on {self.device} ({self.runtime}) differs from its stored maps"
                f" by {found.cell:.2%}.",
                "Restart the program; call maintenance if it returns.",
            )

    def run_bare(self) -> None:
        """Run the network alone on as many tiles as a prepared frame has, for measuring."""
        self._engine.run_bare()

    def close(self) -> None:
        """Free memory; idempotent."""
        self._plan = None
        self._engine.close()

    def _number(self, recipe: Recipe) -> int:
        """Place of a recipe's product in the memory; the first for one that was never taught (see `_find_levels`)."""
        name = recipe.model_product or recipe.product
        taught = self._manifest.memory
        return taught.index(name) if name in taught else 0

    def _find_levels(self, recipe: Recipe) -> tuple[float, float, float]:
        products = self._manifest.products
        if not products:
            return (1.0, 1.0, 1.0)
        name = recipe.model_product or recipe.product
        entry = products.get(name)
        if entry is not None:
            tile_level, whole_level, contrast = entry.tile_level, entry.whole_level, entry.contrast
            if recipe.framing is not Framing.WHOLE and tile_level and entry.scale != recipe.scale:
                self._tell(
                    name, f"scale {recipe.scale}", f"it was taught at scale {entry.scale}; its limit may not hold"
                )
        else:
            tile_level = min((e.tile_level for e in products.values() if e.tile_level), default=0.0)
            whole_level = min((e.whole_level for e in products.values() if e.whole_level), default=0.0)
            contrast = 1.0
            self._tell(name, "unknown", "the model was not taught it; the strictest levels of its products are used")
        problems = []
        if recipe.framing is not Framing.WHOLE and not tile_level:
            problems.append(f"framing: {self._ref} was not taught {name!r} in tiles")
        if recipe.framing is not Framing.TILES and not whole_level:
            problems.append(f"framing: {self._ref} was not taught {name!r} as a whole picture")
        if problems:
            raise InvalidRecipe(problems)
        return (tile_level or 1.0, whole_level or 1.0, contrast)

    def _tell(self, product: str, topic: str, text: str) -> None:
        if (product, topic) not in self._told:
            self._told.add((product, topic))
            logger.warning("model %s, product %r: %s", self._ref, product, text)
