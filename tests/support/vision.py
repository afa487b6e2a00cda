"""Small detectors, manifests and frames for the tests of vision and of what is built on it."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inspector.core.calibration import conformal_limit
from inspector.core.frame import Frame
from inspector.core.geometry import Polygon
from inspector.core.recipe import Framing, Recipe
from inspector.vision.manifest import Judge, Manifest, ProductEntry, Weighing
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import DetectorConfig, light
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.networks.memory import Weights
from inspector.vision.networks.offset import measure_offset
from inspector.vision.runtimes import make_self_test
from inspector.vision.selftest import SelfTest
from inspector.vision.tiles import FramePlan, ViewMaps, cut_frame, join_views

SEED = 7
TINY_PX = 64
WEIGHTS = (Weights(1.0, 0.5, 0.5), Weights(0.0, 1.0, 0.5), Weights(1.0, 0.0, 0.5))
"""Of the products of `tiny_detector`: both, the memory alone, the network alone."""


SQUARE = Polygon(((32, 32), (96, 32), (96, 96), (32, 96)))

FRAMES = pytest.mark.parametrize(
    ("height", "width", "scale"),
    [(128, 192, 1.0), (200, 150, 1.0), (131, 257, 0.5), (333, 97, 0.37), (40, 30, 1.0), (50, 70, 2.0), (1, 300, 1.0)],
)
"""Sizes of frames and scales of tiles: larger and smaller than a tile, odd, and as flat as can be."""


def tiny_config() -> DetectorConfig:
    """A detector that answers in milliseconds: 64 px, 4 x 4 tokens, 8 x 8 cells."""
    data = light(input_size=128).to_dict() | {
        "input_size": TINY_PX,
        "hidden": 32,
        "heads": 2,
        "ffn": 32,
        "enc_layers": 1,
        "dec_layers": 1,
        "neighbour": 1,
        "memory": 24,
        "detail": 20,
    }
    return DetectorConfig.from_dict(data)


@functools.cache
def tiny_detector(products: int = 1) -> Detector:
    """The real backbone under a fresh head, with tiles of each product in its memory; shared, so do not change it."""
    torch.manual_seed(SEED)
    detector = build_detector(tiny_config(), backbone_state=load_lite0_weights(), products=products)
    for product in range(products):
        tiles = torch.from_numpy(draw_tiles(4, seed=100 + product)).permute(0, 3, 1, 2).float() / 255
        tokens = detector.features(tiles * 2 - 1).flatten(0, 1)
        detail = detector.fuser.normalize_detail(detector.raw_features(tiles * 2 - 1).detail).flatten(0, 1)
        detector.memory.remember(product, tokens[::2], detail[::8])
        detector.memory.weigh(product, WEIGHTS[product % len(WEIGHTS)])
    return detector


def new_detector(products: int = 1) -> Detector:
    """A copy of `tiny_detector` that may be changed."""
    detector = build_detector(tiny_config(), backbone_state=None, products=products)
    detector.load_state_dict(tiny_detector(products).state_dict())
    return detector


@functools.cache
def light_offset() -> tuple[float, float]:
    """The measured offset of the light preset, which takes seconds; it follows from backbone and padding alone."""
    detector = build_detector(light(), backbone_state=load_lite0_weights())
    return measure_offset(detector.features, detector.config.input_size)


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
def tiny_self_test(products: int = 1) -> SelfTest:
    """Sixteen tiles, of the products in turn, with the maps of `tiny_detector`."""
    detector = tiny_detector(products)
    return make_self_test(detector, detector.input_statistics, draw_tiles(16), in_turn(16, products))


def in_turn(count: int, products: int) -> NDArray[np.int32]:
    """Numbers of products for so many tiles: 0, 1, 2, 0, 1 …"""
    return np.arange(count, dtype=np.int32) % np.int32(products)


def product_entry(
    framing: Framing = Framing.TILES, tile_level: float = 20.0, whole_level: float = 0.0, scale: float = 1.0
) -> ProductEntry:
    """A product with three held-out scores."""
    scores = (0.5, 0.8, 1.0)
    calibration = conformal_limit(scores, 0.3)
    weighing = Weighing(Judge.BOTH, {Judge.BOTH: 0.9, Judge.NETWORK: 0.8, Judge.MEMORY: 0.85})
    return ProductEntry(framing, scale, 48, tile_level, whole_level, 1.0, calibration, scores, weighing)


def tiny_manifest(products: Mapping[str, ProductEntry] | None = None) -> Manifest:
    """A draft for `tiny_detector` with as many products; one without products has memory for one."""
    detector = tiny_detector()
    entries = {"cap": product_entry()} if products is None else products
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
        memory=tuple(entries) or ("cap",),
        products=entries,
        training={"steps": 10, "seconds": 1.5, "data": "drawn"},
        license="Apache-2.0",
    )


def tiny_recipe(framing: Framing = Framing.TILES, **changes: object) -> Recipe:
    """For `tiny_manifest`'s product."""
    values: dict[str, Any] = {
        "product": "cap",
        "version": 1,
        "model_name": "tiny",
        "framing": framing,
        "overlap_px": 16,
    }
    return Recipe(**(values | changes))


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
        self.product = -1
        self._plan: FramePlan | None = None

    def prepare(self, plan: FramePlan, product: int) -> None:
        self._plan, self.product = plan, product

    def views(self, image: NDArray[np.uint8]) -> ViewMaps:
        assert self._plan is not None
        return join_views(cell_means(cut_frame(image, self._plan)), self._plan)

    def run_bare(self) -> None:
        pass

    def check(self, self_test: SelfTest) -> NDArray[np.float32]:
        return cell_means(self_test.tiles)

    def reference(self, self_test: SelfTest) -> NDArray[np.float32]:
        return self_test.maps

    def close(self) -> None:
        self.closed = True


def cell_means(tiles: NDArray[np.uint8], cell_px: int = 8) -> NDArray[np.float32]:
    """Mean gray of every cell, (N, S, S, 3) -> (N, t, t)."""
    count, side = tiles.shape[:2]
    cells = side // cell_px
    return tiles.reshape(count, cells, cell_px, cells, cell_px, 3).mean(axis=(2, 4, 5)).astype(np.float32)
