"""Geometry of views: what is cut where, and that maps lie on their causes. Device code is held against the host's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing, Recipe
from inspector.vision.host_engine import HostEngine
from inspector.vision.preprocess import mirror_extend, mirror_indices, resize
from inspector.vision.runtimes import TorchRuntime
from inspector.vision.tensor_engine import TensorEngine, make_blend_table, make_taps, resample
from inspector.vision.tiles import FramePlan, ModelGeometry, ViewMaps, cut_frame, join_views, plan_frame
from tests.support.vision import TINY_PX, cell_means, draw_image, tiny_detector

GEOMETRY = ModelGeometry(TINY_PX, rim_cells=0)
CPU = torch.device("cpu")


def recipe(framing: Framing, **changes: object) -> Recipe:
    return Recipe(
        **{
            "product": "cap",
            "version": 1,
            "model_name": "tiny",
            "framing": framing,
            "overlap_px": 16,
            **changes,
        }
    )


def maps_of(image: np.ndarray, plan: FramePlan) -> ViewMaps:
    return join_views(cell_means(cut_frame(image, plan)), plan)


SQUARE = Polygon(((32, 32), (96, 32), (96, 96), (32, 96)))

FRAMES = pytest.mark.parametrize(
    ("height", "width", "scale"),
    [(128, 192, 1.0), (200, 150, 1.0), (131, 257, 0.5), (333, 97, 0.37), (40, 30, 1.0), (50, 70, 2.0), (1, 300, 1.0)],
)


@FRAMES
@pytest.mark.parametrize("gray", [False, True])
def test_tiles_show_the_frame_and_maps_show_its_brightness(height: int, width: int, scale: float, gray: bool) -> None:
    image = draw_image(height, width, np.random.default_rng(1))
    if gray:
        image = np.ascontiguousarray(image[..., 0])
    plan = plan_frame(recipe(Framing.TILES, scale=scale), Size(height, width), GEOMETRY)
    assert plan.grid is not None
    tiles = cut_frame(image, plan)
    padded = mirror_extend(resize(image, plan.grid.image_size), plan.grid.padded_size)
    for tile, (y, x) in zip(tiles, plan.grid.origins, strict=True):
        expected = padded[y : y + TINY_PX, x : x + TINY_PX]
        assert np.array_equal(tile, expected if expected.ndim == 3 else np.repeat(expected[..., None], 3, 2))
    found = maps_of(image, plan).tiles
    assert found is not None
    rgb = padded if padded.ndim == 3 else np.repeat(padded[..., None], 3, 2)
    wanted = rgb.reshape(padded.shape[0] // 16, 16, padded.shape[1] // 16, 16, 3).mean(axis=(1, 3, 4))
    rows, columns = plan.map_shape
    np.testing.assert_allclose(found, wanted[:rows, :columns], rtol=1e-5)


@pytest.mark.parametrize("framing", list(Framing))
@pytest.mark.parametrize("place", [(40, 72), (200, 24), (120, 136)])
def test_a_spot_is_hottest_where_it_lies(framing: Framing, place: tuple[int, int]) -> None:
    image = np.zeros((256, 160, 3), np.uint8)
    y, x = place
    image[y - 4 : y + 4, x - 4 : x + 4] = 255
    plan = plan_frame(recipe(framing), Size(256, 160), GEOMETRY)
    found = maps_of(image, plan).fused(1.0, 1.0)
    row, column = np.unravel_index(found.argmax(), found.shape)
    # Within half a token of the coarser view.
    assert abs((row + 0.5) * plan.cell_px - y) <= 33
    assert abs((column + 0.5) * plan.cell_px - x) <= 21


def test_the_whole_picture_of_a_square_frame_is_its_tokens() -> None:
    image = draw_image(200, 200, np.random.default_rng(2))
    plan = plan_frame(recipe(Framing.WHOLE), Size(200, 200), GEOMETRY)
    tiles = cut_frame(image, plan)
    assert tiles.shape == (1, TINY_PX, TINY_PX, 3)
    assert np.array_equal(tiles[0], resize(image, Size(TINY_PX, TINY_PX)))
    found = maps_of(image, plan).whole
    assert np.array_equal(found, cell_means(tiles)[0])
    assert plan.cell_px == 50


@given(
    height=st.integers(20, 300),
    width=st.integers(20, 300),
    token=st.integers(0, 15),
    framing=st.sampled_from([Framing.WHOLE, Framing.TILES_AND_WHOLE]),
)
def test_no_peak_of_the_whole_picture_is_weakened(height: int, width: int, token: int, framing: Framing) -> None:
    plan = plan_frame(recipe(framing), Size(height, width), GEOMETRY)
    values = np.zeros((plan.tiles, 4, 4), np.float32)
    values[-1].reshape(-1)[token] = 5.0
    found = join_views(values, plan)
    assert found.whole_score == 5.0
    assert found.tile_score == 0.0


def test_area_blanks_the_map_and_boxes_the_whole_picture() -> None:
    plan = plan_frame(recipe(Framing.WHOLE, include=(SQUARE,)), Size(128, 256), GEOMETRY)
    assert plan.whole is not None
    assert plan.whole.box == (32, 32, 64, 64)
    image = np.full((128, 256), 80, np.uint8)
    found = maps_of(image, plan).whole
    assert found is not None
    expected = np.zeros((8, 16), np.float32)
    expected[2:6, 2:6] = 80
    np.testing.assert_array_equal(found, expected)


def test_ignored_cells_are_zero_in_every_view() -> None:
    plan = plan_frame(recipe(Framing.TILES_AND_WHOLE, ignore=(SQUARE,)), Size(128, 256), GEOMETRY)
    found = maps_of(np.full((128, 256, 3), 80, np.uint8), plan)
    for part in (found.tiles, found.whole):
        assert part is not None
        assert (part[2:6, 2:6] == 0).all()
        assert part[plan.area].min() == pytest.approx(80)


def test_tiles_without_area_cost_nothing() -> None:
    everything = plan_frame(recipe(Framing.TILES), Size(512, 512), GEOMETRY)
    some = plan_frame(recipe(Framing.TILES, include=(SQUARE,)), Size(512, 512), GEOMETRY)
    assert some.tiles < everything.tiles / 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"include": (Polygon(((500, 500), (600, 500), (600, 600))),)}, "no cell of the frame"),
        ({"ignore": (Polygon(((-1, -1), (999, -1), (999, 999), (-1, 999))),)}, "no cell of the frame"),
        ({"overlap_px": 64}, "overlap_px"),
        ({"scale": 4.0, "overlap_px": 48, "image": Size(5472, 3648)}, "more than 4096 tiles"),
    ],
)
def test_recipes_that_do_not_fit_are_refused(changes: dict, words: str) -> None:
    size = changes.pop("image", Size(128, 128))
    with pytest.raises(InvalidRecipe, match=words):
        plan_frame(recipe(Framing.TILES, **changes), size, GEOMETRY)


def test_whole_area_outside_the_frame_is_refused() -> None:
    far = Polygon(((500, 500), (600, 500), (600, 600)))
    with pytest.raises(InvalidRecipe, match="outside the frame"):
        plan_frame(recipe(Framing.WHOLE, include=(far,)), Size(128, 128), GEOMETRY)


def test_offsets_are_in_pixels_of_the_frame() -> None:
    geometry = ModelGeometry(TINY_PX, 0, (4.0, -2.0))
    tiles = plan_frame(recipe(Framing.TILES, scale=0.5), Size(400, 400), geometry)
    assert tiles.offset_px == (8.0, -4.0)
    whole = plan_frame(recipe(Framing.WHOLE), Size(128, 640), geometry)
    assert whole.offset_px == (40.0, -4.0)
    assert whole.cell_px == 32


def test_fusing_hides_nothing_that_is_not_finite() -> None:
    views = ViewMaps(np.array([[1, np.nan]], np.float32), np.array([[np.inf, 2]], np.float32))
    fused = views.fused(2.0, 4.0)
    assert np.isinf(fused[0, 0])
    assert np.isnan(fused[0, 1])


def test_fusing_takes_the_larger_multiple_of_the_levels() -> None:
    views = ViewMaps(np.array([[2, 6]], np.float32), np.array([[4, 4]], np.float32))
    np.testing.assert_array_equal(views.fused(2.0, 4.0), [[1, 3]])
    np.testing.assert_array_equal(views.fused(4.0, 1.0), [[4, 4]])


# --- the same as tensors ---------------------------------------------------------------------------------------------


@given(length=st.integers(1, 40), more=st.integers(0, 200))
def test_mirror_indices_are_opencv_s(length: int, more: int) -> None:
    line = np.arange(length, dtype=np.uint8)[None]
    assert np.array_equal(
        mirror_extend(line, Size(1, length + more))[0], line[0][mirror_indices(length, length + more)]
    )


@FRAMES
def test_tensor_resampling_equals_opencv_to_one_gray_level(height: int, width: int, scale: float) -> None:
    image = draw_image(height, width, np.random.default_rng(5))
    plan = plan_frame(recipe(Framing.TILES, scale=scale), Size(height, width), GEOMETRY)
    assert plan.grid is not None
    scaled, padded = plan.grid.image_size, plan.grid.padded_size
    rows = make_taps(height, scaled.height, padded.height, CPU)
    columns = make_taps(width, scaled.width, padded.width, CPU)
    found = resample(torch.from_numpy(image).float(), rows, columns).numpy()
    wanted = mirror_extend(resize(image, scaled), padded)
    assert np.abs(found - wanted).max() <= 1
    assert np.abs(found - wanted).mean() < 0.15


@given(height=st.integers(1, 400), width=st.integers(1, 400), overlap=st.integers(1, 3), cut=st.booleans())
def test_the_blend_table_equals_the_reference(height: int, width: int, overlap: int, cut: bool) -> None:
    ignore = (Polygon(((0, 0), (width / 3, 0), (width / 3, height))),) if cut else ()
    plan = plan_frame(recipe(Framing.TILES, overlap_px=overlap * 16, ignore=ignore), Size(height, width), GEOMETRY)
    assert plan.grid is not None
    values = np.random.default_rng(height * 401 + width).random((plan.grid.count, 4, 4), np.float32)
    found = make_blend_table(plan.grid, CPU).blend(torch.from_numpy(values)).numpy()
    np.testing.assert_allclose(found, plan.grid.blend(values), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("framing", list(Framing))
@pytest.mark.parametrize("gray", [False, True])
def test_the_tensor_engine_says_what_the_host_says(framing: Framing, gray: bool) -> None:
    detector = tiny_detector()
    image = draw_image(210, 150, np.random.default_rng(6))
    if gray:
        image = np.ascontiguousarray(image[..., 1])
    plan = plan_frame(recipe(framing, ignore=(SQUARE,)), Size(210, 150), ModelGeometry(TINY_PX, 0, (3.0, 3.0)))
    host = HostEngine(TorchRuntime(detector, detector.input_statistics))
    tensor = TensorEngine(detector, detector.input_statistics, CPU)
    for engine in (host, tensor):
        engine.prepare(plan)
    wanted, found = host.views(image), tensor.views(image)
    for left, right in ((found.tiles, wanted.tiles), (found.whole, wanted.whole)):
        assert (left is None) == (right is None)
        if left is not None and right is not None:
            # Tiles at scale 1 are the same pixels; the squashed picture differs by a gray level here and there.
            tolerance = 1e-4 if framing is Framing.TILES else 0.02
            np.testing.assert_allclose(left, right, atol=tolerance * right.max())
    tensor.run_bare()
    host.close()
    tensor.close()
