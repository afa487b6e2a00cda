"""Small detectors, manifests and frames for the tests of vision and of what is built on it."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import torch
from numpy.typing import NDArray

from inspector.core.calibration import conformal_limit
from inspector.core.frame import Frame
from inspector.core.recipe import Framing
from inspector.vision.manifest import Manifest, ProductEntry
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import DetectorConfig, light
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.runtimes import make_self_test
from inspector.vision.selftest import SelfTest
from inspector.vision.tiles import FramePlan, ViewMaps, cut_frame, join_views

SEED = 7
TINY_PX = 64


def tiny_config() -> DetectorConfig:
    """A detector that answers in milliseconds: 64 px, 4 x 4 cells."""
    data = light(input_size=128).to_dict() | {
        "input_size": TINY_PX,
        "hidden": 32,
        "heads": 2,
        "ffn": 32,
        "enc_layers": 1,
        "dec_layers": 1,
        "neighbour": 1,
    }
    return DetectorConfig.from_dict(data)


@functools.cache
def tiny_detector() -> Detector:
    """The real backbone under a fresh head; shared, so do not change it."""
    torch.manual_seed(SEED)
    return build_detector(tiny_config(), backbone_state=load_lite0_weights())


def new_detector() -> Detector:
    """A copy of `tiny_detector` that may be changed."""
    detector = build_detector(tiny_config(), backbone_state=None)
    detector.load_state_dict(tiny_detector().state_dict())
    return detector


def draw_tiles(count: int, side: int = TINY_PX, seed: int = SEED) -> NDArray[np.uint8]:
    """Tiles with structure of several sizes, each of its own contrast, so that their scores differ."""
    random = np.random.default_rng(seed)
    tiles = np.empty((count, side, side, 3), np.uint8)
    for index, tile in enumerate(tiles):
        tile[:] = draw_image(side, side, random, contrast=20 + 200 * index / count)
    return tiles


def draw_image(height: int, width: int, random: np.random.Generator, contrast: float = 120) -> NDArray[np.uint8]:
    """Blocks of 8 px plus grain, RGB."""
    coarse = random.random((height // 8 + 1, width // 8 + 1, 3)).repeat(8, 0).repeat(8, 1)[:height, :width]
    grain = random.random((height, width, 3)) * 0.2
    return np.clip(128 + contrast * (coarse + grain - 0.6), 0, 255).astype(np.uint8)


@functools.cache
def tiny_self_test() -> SelfTest:
    """Sixteen tiles with the maps of `tiny_detector`."""
    detector = tiny_detector()
    return make_self_test(detector, detector.input_statistics, draw_tiles(16))


def product_entry(
    framing: Framing = Framing.TILES, tile_level: float = 20.0, whole_level: float = 0.0, scale: float = 1.0
) -> ProductEntry:
    """A product with three held-out scores."""
    scores = (0.5, 0.8, 1.0)
    return ProductEntry(framing, scale, 48, tile_level, whole_level, conformal_limit(scores, 0.3), scores)


def tiny_manifest(products: Mapping[str, ProductEntry] | None = None) -> Manifest:
    """A draft for `tiny_detector`."""
    detector = tiny_detector()
    return Manifest(
        name="tiny",
        version=0,
        created_at=datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
        preset="light",
        detector=detector.config,
        input=detector.input_statistics,
        offset_px=(2.0, -1.0),
        rim_cells=0,
        overlap_px=16,
        products={"cap": product_entry()} if products is None else products,
        training={"steps": 10, "seconds": 1.5, "data": "drawn"},
        license="Apache-2.0",
    )


def make_frame(image: NDArray[np.uint8]) -> Frame:
    """A frame around an image."""
    return Frame(np.ascontiguousarray(image), 1, "test", datetime(2026, 11, 1, tzinfo=UTC), 0)


class BrightnessEngine:
    """An engine whose raw value is the mean gray of a cell: geometry can be read off its maps."""

    device = "CPU"
    name = "brightness"

    def __init__(self) -> None:
        self.stage_ms: dict[str, float] = {}
        self.closed = False
        self._plan: FramePlan | None = None

    def prepare(self, plan: FramePlan) -> None:
        self._plan = plan

    def views(self, image: NDArray[np.uint8]) -> ViewMaps:
        assert self._plan is not None
        return join_views(self.check(cut_frame(image, self._plan)), self._plan)

    def run_bare(self) -> None:
        pass

    def check(self, tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
        return cell_means(tiles)

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        return self_test.maps

    def close(self) -> None:
        self.closed = True


def cell_means(tiles: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean gray of every 16 px cell, (N, S, S, 3) -> (N, t, t)."""
    count, side = tiles.shape[:2]
    cells = side // 16
    return tiles.reshape(count, cells, 16, cells, 16, 3).mean(axis=(2, 4, 5)).astype(np.float32)
