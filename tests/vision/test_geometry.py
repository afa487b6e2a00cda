"""Maps lie on their causes, and neither tiles nor borders show in them: a real network on drawn sheet metal.

Two models: one taught here in seconds, whose memory alone judges, and the one that ships, with its trained network.
Distances are in pixels of the network's input, of which a token has 16 and a cell 8. Specification: uniad.md 13.3 and
16.9.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inspector.cameras.scenes.brushed import BrushedScene
from inspector.cameras.scenes.scene import PartPlan
from inspector.core.anomaly import AnomalyMap
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.refs import ModelRef
from inspector.training import weighing
from inspector.training.features import CacheFiller, DetailSamples, FeatureCache, TileEncoder
from inspector.training.framing import geometry_of
from inspector.training.remembering import remember
from inspector.vision.device import DeviceChoice
from inspector.vision.model import TiledModel
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import light
from inspector.vision.networks.detector import build_detector
from inspector.vision.store import read_model_folder, version_folder
from inspector.vision.tiles import cut_frame, plan_frame
from inspector.vision.turns import Turn
from tests.support.vision import light_offset, make_frame, tiny_manifest, tiny_recipe

DEMO = Path(__file__).parents[2] / "models" / "demo"
DRAFT_SIZE = Size(448, 640)
TAUGHT, HELD_OUT, GOOD = range(8), range(8, 12), range(30, 38)
"""Numbers of the drawn parts that are remembered, that weigh the maps, and that are looked at."""


@dataclass(frozen=True)
class Case:
    """A model, its recipe, and the frames it was taught with."""

    model: TiledModel
    recipe: Recipe
    size: Size

    def draw(self, number: int, size: Size | None = None) -> NDArray[np.uint8]:
        return BrushedScene().draw(PartPlan(number, seed=5), size or self.size).image

    @property
    def network_px(self) -> tuple[float, float]:
        """Sides (x, y) of a pixel of the network's input in pixels of the frame."""
        if self.recipe.framing is Framing.WHOLE:
            return (self.size.width / 256, self.size.height / 256)
        return (1 / self.recipe.scale, 1 / self.recipe.scale)

    def maps(self, images: list[NDArray[np.uint8]], recipe: Recipe | None = None) -> list[AnomalyMap]:
        self.model.prepare(recipe or self.recipe, Size.of(images[0].shape))
        return [self.model.infer(make_frame(image)) for image in images]


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TiledModel]:
    """The light network's backbone with a memory of both views; its head knows nothing and has no say."""
    config = replace(light(), memory=1024)
    detector = build_detector(config, backbone_state=load_lite0_weights())
    recipe, geometry = tiny_recipe(Framing.TILES_AND_WHOLE, overlap_px=64), geometry_of(config)
    scene, plan = BrushedScene(), plan_frame(recipe, DRAFT_SIZE, geometry)
    cache = FeatureCache(["cap"], len(TAUGHT) * plan.tiles, 256, config.channels, tmp_path_factory.mktemp("cache"))
    details = DetailSamples([len(TAUGHT) * plan.tiles], config.detail_channels, seed=0)
    encoder = TileEncoder(detector)
    filler = CacheFiller(encoder, cache, details)

    def tiles(number: int) -> NDArray[np.uint8]:
        return cut_frame(scene.draw(PartPlan(number, seed=5), DRAFT_SIZE).image, plan)

    for number in TAUGHT:
        filler.add(0, tiles(number), number)
    filler.flush()
    detector.fuser.set_statistics(*cache.channel_statistics())
    remember(detector, [cache], details, seed=0, cancelled=lambda: False, done=lambda *_: None)
    maps = weighing._Maps()
    maps.good = [weighing._maps_of(detector, encoder.encode(tiles(number)), 0, rebuild=False) for number in HELD_OUT]
    detector.memory.weigh(0, weighing._choose(maps, trained=False, few=False)[1])
    rim_cells = geometry.rim_cells
    manifest = replace(tiny_manifest({}), detector=config, offset_px=light_offset(), rim_cells=rim_cells, overlap_px=64)
    model = TiledModel.from_detector(manifest, detector, ModelRef("draft", 1, ""), device=DeviceChoice.CPU, threads=2)
    with contextlib.closing(model):
        yield model


@pytest.fixture(scope="module")
def twice(draft: TiledModel) -> TiledModel:
    """The same, looking a second time at the picture turned by half."""
    manifest = replace(draft.manifest, second_looks={"cap": Turn.HALF})
    return TiledModel(manifest, draft._engine, draft.ref)


@pytest.fixture(scope="module")
def demo() -> Iterator[TiledModel]:
    """At contrast 1: what is compared here are shares of the limit, as the draft's are."""
    content = read_model_folder(version_folder(DEMO))
    products = {name: replace(entry, contrast=1.0) for name, entry in content.manifest.products.items()}
    manifest = replace(content.manifest, products=products)
    model = TiledModel.from_detector(manifest, content.detector, content.ref, device=DeviceChoice.CPU, threads=2)
    with contextlib.closing(model):
        yield model


CASES = {
    "draft in tiles": ("draft", Framing.TILES),
    "draft as a whole": ("draft", Framing.WHOLE),
    "draft as a whole, twice": ("twice", Framing.WHOLE),
    "demo in tiles": ("demo", Framing.TILES),
}


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    name, framing = CASES[request.param]
    model = request.getfixturevalue(name)
    if name in ("draft", "twice"):
        return Case(model, tiny_recipe(framing, overlap_px=64), DRAFT_SIZE)
    return Case(model, replace(model.recipe_for("brushed"), framing=framing), Size(768, 960))


# --- where a defect lies ---------------------------------------------------------------------------------------------


def test_heat_lies_on_its_cause_all_over_the_frame(case: Case) -> None:
    good = case.draw(20)
    side_x, side_y = case.network_px
    places = [
        (round(x * case.size.width), round(y * case.size.height))
        for y in (0.12, 0.37, 0.63, 0.88)
        for x in (0.1, 0.33, 0.5, 0.71, 0.9)
    ]
    reach = (round(6 * side_x), round(6 * side_y))
    spotted = [_with_spot(good, place, reach) for place in places]
    before, *maps = case.maps([good, *spotted])
    errors = []
    for (x, y), found in zip(places, maps, strict=True):
        row, column = _hottest(found.values)
        peak = ((column + 0.5) * found.cell_px + found.offset_px[0], (row + 0.5) * found.cell_px + found.offset_px[1])
        # The hottest cell is the one on the spot, or its neighbor where the spot lies between two.
        assert abs(peak[0] - x) / side_x <= 8
        assert abs(peak[1] - y) / side_y <= 8
        center = _centroid_of_change(found, before)
        errors.append(((center[0] - x) / side_x, (center[1] - y) / side_y))
    distances = np.abs(errors)
    assert distances.max() < 4, np.round(errors, 1)
    # What every place shares would be an offset that was corrected wrongly.
    assert np.abs(np.mean(errors, axis=0)).max() < 1.7, np.mean(errors, axis=0)


def _with_spot(image: NDArray[np.uint8], place: tuple[int, int], reach: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture with a dark or a bright block about a place, against what lies there."""
    spotted = image.copy()
    (x, y), (rx, ry) = place, reach
    block = spotted[y - ry : y + ry, x - rx : x + rx]
    block[:] = 30 if block.mean() > 110 else 230
    return spotted


def _hottest(values: NDArray[np.float64 | np.float32]) -> tuple[float, float]:
    """Row and column of the hottest cell, or of the middle of several: maps are cut off at their peak.

    Between tokens that are cut off, cells are that high but for rounding.
    """
    rows, columns = np.nonzero(values >= values.max() * (1 - 1e-6))
    return (float(rows.mean()), float(columns.mean()))


def _centroid_of_change(found: AnomalyMap, before: AnomalyMap) -> tuple[float, float]:
    """Center (x, y), in pixels of the frame, of what the spot added within six cells about the hottest.

    In squares, as lengths of features add up; without offset in hand, this is finer than a cell.
    """
    change = np.clip(np.square(found.values.astype(np.float64)) - np.square(before.values), 0, None)
    row, column = map(round, _hottest(np.asarray(found.values)))
    window = np.zeros_like(change)
    near = np.s_[max(0, row - 6) : row + 7, max(0, column - 6) : column + 7]
    window[near] = change[near]
    rows, columns = np.indices(change.shape)
    x, y = ((window * (axis + 0.5)).sum() / window.sum() * found.cell_px for axis in (columns, rows))
    return (float(x + found.offset_px[0]), float(y + found.offset_px[1]))


# --- what does not show ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good_maps(case: Case) -> list[AnomalyMap]:
    return case.maps([case.draw(number) for number in GOOD])


def test_the_rim_of_good_frames_is_not_hot(good_maps: list[AnomalyMap]) -> None:
    mean = np.mean([found.values for found in good_maps], axis=0)
    ring = np.ones_like(mean, np.bool_)
    ring[1:-1, 1:-1] = False
    assert 0.9 < mean[ring].mean() / mean[~ring].mean() < 1.1
    for found in good_maps:
        assert found.values[ring].max() < 1.25 * found.values[~ring].max()


@pytest.mark.parametrize("case", ["draft in tiles", "demo in tiles"], indirect=True)
def test_seams_between_tiles_make_no_step(case: Case, good_maps: list[AnomalyMap]) -> None:
    grid = case.model.plan.grid
    assert grid is not None
    mean = np.mean([found.values for found in good_maps], axis=0)
    height, width = mean.shape
    cell_px = case.model.plan.geometry.cell_px
    tiles = np.zeros((grid.padded_size.height // cell_px, grid.padded_size.width // cell_px), np.int64)
    for (y, x), weights in zip(grid.origins // cell_px, grid.weights, strict=True):
        tiles[y : y + weights.shape[0], x : x + weights.shape[1]] += weights > 0
    inner = np.zeros(mean.shape, np.bool_)
    inner[1:-1, 1:-1] = True
    band = tiles[:height, :width] > 1
    assert 0.05 < band[inner].mean() < 0.9
    assert 0.95 < mean[band & inner].mean() / mean[~band & inner].mean() < 1.05
    # Nor from one cell to the next: at the edge of a band steps are as large as elsewhere.
    for axis in (0, 1):
        edge = np.diff(band, axis=axis)
        steps = np.abs(np.diff(mean, axis=axis))
        inside = np.take(inner, range(1, inner.shape[axis]), axis=axis)
        assert steps[edge & inside].mean() < 1.5 * steps[~edge & inside].mean()


@pytest.mark.parametrize(
    ("shift_px", "typical", "worst"),
    [pytest.param(96, 0.02, 0.05, id="half a tile's stride"), pytest.param(8, 0.06, 0.12, id="half a token")],
)
def test_shifting_the_grid_hardly_moves_the_score_of_good_frames(
    draft: TiledModel, shift_px: int, typical: float, worst: float
) -> None:
    """The same part of the same sheet in both frames, under another grid; the tolerances are shares of the score."""
    case = Case(draft, tiny_recipe(Framing.TILES, overlap_px=64), DRAFT_SIZE)
    height, width = DRAFT_SIZE.height, DRAFT_SIZE.width
    sheets = [case.draw(number, Size(height + shift_px, width + shift_px)) for number in GOOD]

    def scores(place: int) -> NDArray[np.float64]:
        frames = [np.ascontiguousarray(sheet[place : place + height, place : place + width]) for sheet in sheets]
        left, top, right, bottom = 112 - place, 112 - place, width - 16 - place, height - 16 - place
        part = Polygon(((left, top), (right, top), (right, bottom), (left, bottom)))
        return np.array([found.score for found in case.maps(frames, replace(case.recipe, include=(part,)))])

    changes = scores(shift_px) / scores(0) - 1
    assert float(np.sqrt(np.mean(changes**2))) < typical, changes
    assert float(np.abs(changes).max()) < worst, changes
