"""Frames on the processor: OpenCV cuts them, a runtime scores the tiles, numpy joins the maps."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import numpy as np

from inspector.core.errors import OperationalError
from inspector.vision.tiles import FramePlan, ViewMaps, cut_tiles, join_views, resize_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from inspector.vision.runtimes import Runtime
    from inspector.vision.selftest import SelfTest


class HostEngine:
    """Implements `model.Engine` around any `Runtime`."""

    def __init__(self, runtime: Runtime) -> None:
        """Takes the runtime over and closes it."""
        self._runtime = runtime
        self._plan: FramePlan | None = None
        self._product = 0
        self._stage_ms: dict[str, float] = {}

    @property
    def device(self) -> str:
        """Where it runs, for people."""
        return self._runtime.device

    @property
    def name(self) -> str:
        """What runs it."""
        return self._runtime.name

    @property
    def stage_ms(self) -> Mapping[str, float]:
        """Where the last frame's time went: resize, tiles, model, blend."""
        return self._stage_ms

    def prepare(self, plan: FramePlan, product: int) -> None:
        """Allocate and warm up for frames of one plan and product."""
        self._plan = None
        with self._guard():
            self._runtime.prepare(plan.tiles, product)
        self._plan, self._product = plan, product

    def views(self, image: NDArray[np.uint8]) -> ViewMaps:
        """Raw maps of a frame of the prepared plan."""
        if self._plan is None:
            raise ValueError("the engine is not prepared")
        begin = time.perf_counter_ns()
        pictures = resize_frame(image, self._plan)
        resized = time.perf_counter_ns()
        cut_tiles(pictures, self._plan, self._runtime.input)
        cut = time.perf_counter_ns()
        with self._guard():
            values = self._runtime.run(self._runtime.input)
        scored = time.perf_counter_ns()
        views = join_views(values, self._plan)
        joined = time.perf_counter_ns()
        self._stage_ms = {
            "resize": (resized - begin) / 1e6,
            "tiles": (cut - resized) / 1e6,
            "model": (scored - cut) / 1e6,
            "blend": (joined - scored) / 1e6,
        }
        return views

    def run_bare(self) -> None:
        """Run the network alone on the tiles of the last frame; what a frame's time is held against."""
        self._runtime.run(self._runtime.input)

    def check(self, self_test: SelfTest) -> NDArray[np.float32]:
        """Token maps of stored tiles, dealt out over runs of the prepared size, so that nothing is compiled anew."""
        count = len(self_test.tiles)
        room = self._plan.tiles if self._plan else count
        maps = []
        with self._guard():
            self._runtime.prepare(room, self._product)
            try:
                for start in range(0, count, room):
                    rows = np.minimum(np.arange(start, start + room), count - 1)
                    self._runtime.products[:] = self_test.products[rows]
                    maps.append(self._runtime.run(self_test.tiles[rows]).copy())
            finally:  # the next frame is of the prepared product, whatever happened here
                self._runtime.products[:] = self._product
        return np.concatenate(maps)[:count]

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        """What `check` must give in the runtime's precision."""
        return self._runtime.reference(self_test)

    def close(self) -> None:
        """Free memory; idempotent."""
        self._plan = None
        self._runtime.close()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn what the runtime reports into a fault: no memory, or a library that gave up."""
        try:
            yield
        except (MemoryError, RuntimeError) as error:
            text = (str(error).splitlines() or ["out of memory"])[0]
            raise OperationalError("GPU-001", f"{self.name} failed: {text}", "Restart the program.") from error
