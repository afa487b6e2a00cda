"""Geometry of views: what is cut where, that maps lie on their causes, and where they are cut off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing
from inspector.vision.preprocess import mirror_extend, resize
from inspector.vision.tiles import (
    FramePlan,
    ModelGeometry,
    ViewMaps,
    clip_at_peak,
    cut_frame,
    join_views,
    peak_windows,
    plan_frame,
)
from inspector.vision.turns import Turn, turned
from tests.support.vision import FRAMES, SQUARE, TINY_PX, cell_means, draw_image, tiny_recipe

GEOMETRY = ModelGeometry(TINY_PX, 16)
CELLS = pytest.mark.parametrize("cell_px", [8, 16])


def maps_of(image: np.ndarray, plan: FramePlan) -> ViewMaps:
    return join_views(cell_means(cut_frame(image, plan), plan.geometry.cell_px), plan)


@FRAMES
@CELLS
@pytest.mark.parametrize("gray", [False, True])
def test_tiles_show_the_frame_and_maps_show_its_brightness(
    height: int, width: int, scale: float, gray: bool, cell_px: int
) -> None:
    image = draw_image(height, width, np.random.default_rng(1))
    if gray:
        image = np.ascontiguousarray(image[..., 0])
    plan = plan_frame(tiny_recipe(Framing.TILES, scale=scale), Size(height, width), ModelGeometry(TINY_PX, cell_px))
    assert plan.grid is not None
    tiles = cut_frame(image, plan)
    padded = mirror_extend(resize(image, plan.grid.image_size), plan.grid.padded_size)
    for tile, (y, x) in zip(tiles, plan.grid.origins, strict=True):
        expected = padded[y : y + TINY_PX, x : x + TINY_PX]
        assert np.array_equal(tile, expected if expected.ndim == 3 else np.repeat(expected[..., None], 3, 2))
    found = plan.grid.blend(cell_means(tiles, cell_px))
    rgb = padded if padded.ndim == 3 else np.repeat(padded[..., None], 3, 2)
    height, width = padded.shape[0] // cell_px, padded.shape[1] // cell_px
    wanted = rgb.reshape(height, cell_px, width, cell_px, 3).mean(axis=(1, 3, 4))
    rows, columns = plan.map_shape
    np.testing.assert_allclose(found, wanted[:rows, :columns], rtol=1e-5)
    windows = peak_windows(plan.area, 32 // cell_px)
    np.testing.assert_array_equal(maps_of(image, plan).tiles, clip_at_peak(found, windows))


@CELLS
@pytest.mark.parametrize("framing", list(Framing))
@pytest.mark.parametrize("place", [(40, 72), (200, 24), (120, 136)])
def test_a_spot_is_hottest_where_it_lies(framing: Framing, place: tuple[int, int], cell_px: int) -> None:
    image = np.zeros((256, 160, 3), np.uint8)
    y, x = place
    image[y - 4 : y + 4, x - 4 : x + 4] = 255
    plan = plan_frame(tiny_recipe(framing), Size(256, 160), ModelGeometry(TINY_PX, cell_px))
    found = maps_of(image, plan).fused(1.0, 1.0)
    row, column = np.unravel_index(found.argmax(), found.shape)
    # Within half a token of the coarser view.
    assert abs((row + 0.5) * plan.cell_px - y) <= 33
    assert abs((column + 0.5) * plan.cell_px - x) <= 21


def test_the_whole_picture_of_a_square_frame_is_its_tokens() -> None:
    image = draw_image(200, 200, np.random.default_rng(2))
    plan = plan_frame(tiny_recipe(Framing.WHOLE), Size(200, 200), GEOMETRY)
    tiles = cut_frame(image, plan)
    assert tiles.shape == (1, TINY_PX, TINY_PX, 3)
    assert np.array_equal(tiles[0], resize(image, Size(TINY_PX, TINY_PX)))
    values = cell_means(tiles, 16)
    everywhere = np.ones((3, 3), np.bool_)
    assert np.array_equal(join_views(values, plan).whole, clip_at_peak(values[0], everywhere))
    assert plan.cell_px == 50


@pytest.mark.parametrize("turn", list(Turn))
@pytest.mark.parametrize("framing", [Framing.WHOLE, Framing.TILES_AND_WHOLE])
def test_a_second_look_is_the_whole_picture_turned_and_the_mean_counts(turn: Turn, framing: Framing) -> None:
    image = draw_image(200, 160, np.random.default_rng(2))
    recipe, size = tiny_recipe(framing), Size(200, 160)
    once, twice = plan_frame(recipe, size, GEOMETRY), plan_frame(recipe, size, GEOMETRY, turn)
    assert twice.tiles == once.tiles + 1
    tiles = cut_frame(image, twice)
    assert np.array_equal(tiles[:-1], cut_frame(image, once))
    assert np.array_equal(tiles[-1], turned(tiles[-2], turn))
    values = np.random.default_rng(3).random((twice.tiles, 4, 4)).astype(np.float32)
    found = join_views(values, twice)
    mean = (values[-2] + turned(values[-1], turn)) / np.float32(2)
    wanted = join_views(np.concatenate([values[:-2], mean[None]]), once)
    np.testing.assert_array_equal(found.whole, wanted.whole)
    assert found.tile_score == wanted.tile_score


@pytest.mark.parametrize(
    ("turn", "offset"),
    [(None, (6.0, 4.0)), (Turn.LEFT_RIGHT, (0, 4.0)), (Turn.TOP_BOTTOM, (6.0, 0)), (Turn.HALF, (0, 0))],
)
def test_two_looks_cancel_the_offset_along_what_is_turned(turn: Turn | None, offset: tuple[float, float]) -> None:
    geometry, size = ModelGeometry(TINY_PX, 8, 0, (3.0, 2.0)), Size(2 * TINY_PX, 2 * TINY_PX)
    whole = plan_frame(tiny_recipe(Framing.WHOLE), size, geometry, turn)
    assert whole.offset_px == offset
    both = plan_frame(tiny_recipe(Framing.TILES_AND_WHOLE), size, geometry, turn)
    assert both.offset_px == (3.0, 2.0)  # of the tiles; the whole picture's map is moved onto theirs
    assert both.whole is not None
    # A ramp of tokens says where its values come from: two cells of 8 px a token of 16 px.
    ramp = np.arange(8, dtype=np.float32)
    seen_y, seen_x = (weights @ (ramp * 16 + 8) for weights in (both.whole.rows, both.whole.columns))
    own_x, own_y = offset
    place = np.arange(2, 14) * 8 + 4
    np.testing.assert_allclose(seen_x[2:14], place - (own_x - 3.0), atol=1e-4)
    np.testing.assert_allclose(seen_y[2:14], place - (own_y - 2.0), atol=1e-4)


def test_tiles_are_looked_at_once() -> None:
    plan = plan_frame(tiny_recipe(Framing.TILES), Size(200, 160), GEOMETRY, Turn.HALF)
    assert plan.grid is not None
    assert plan.tiles == plan.grid.count


@given(
    height=st.integers(20, 300),
    width=st.integers(20, 300),
    token=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    framing=st.sampled_from([Framing.WHOLE, Framing.TILES_AND_WHOLE]),
)
def test_no_peak_of_the_whole_picture_is_weakened(
    height: int, width: int, token: tuple[int, int], framing: Framing
) -> None:
    plan = plan_frame(tiny_recipe(framing), Size(height, width), GEOMETRY)
    values = np.zeros((plan.tiles, 4, 4), np.float32)
    values[-1, token[0] : token[0] + 2, token[1] : token[1] + 2] = 5.0
    found = join_views(values, plan)
    assert found.whole_score == pytest.approx(5.0, rel=1e-6)
    assert found.tile_score == 0.0


def test_area_blanks_the_map_of_the_whole_picture() -> None:
    plan = plan_frame(tiny_recipe(Framing.WHOLE, include=(SQUARE,)), Size(128, 256), GEOMETRY)
    image = np.full((128, 256), 80, np.uint8)
    found = maps_of(image, plan).whole
    assert found is not None
    expected = np.zeros((4, 8), np.float32)
    expected[1:3, 1:3] = 80
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("framing", [Framing.WHOLE, Framing.TILES_AND_WHOLE])
def test_an_area_changes_nothing_of_what_the_whole_view_sees(framing: Framing) -> None:
    """Models are taught without areas: another cut of the picture would be one that no model knows."""
    image = draw_image(200, 200, np.random.default_rng(2))
    everything = plan_frame(tiny_recipe(framing), Size(200, 200), GEOMETRY)
    some = plan_frame(tiny_recipe(framing, include=(SQUARE,)), Size(200, 200), GEOMETRY)
    assert np.array_equal(cut_frame(image, some)[-1], cut_frame(image, everything)[-1])


def test_ignored_cells_are_zero_in_every_view() -> None:
    plan = plan_frame(tiny_recipe(Framing.TILES_AND_WHOLE, ignore=(SQUARE,)), Size(128, 256), GEOMETRY)
    found = maps_of(np.full((128, 256, 3), 80, np.uint8), plan)
    for part in (found.tiles, found.whole):
        assert part is not None
        assert (part[2:6, 2:6] == 0).all()
        assert part[plan.area].min() == pytest.approx(80)


def test_tiles_without_area_cost_nothing() -> None:
    everything = plan_frame(tiny_recipe(Framing.TILES), Size(512, 512), GEOMETRY)
    some = plan_frame(tiny_recipe(Framing.TILES, include=(SQUARE,)), Size(512, 512), GEOMETRY)
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
        plan_frame(tiny_recipe(Framing.TILES, **changes), size, GEOMETRY)


def test_whole_area_outside_the_frame_is_refused() -> None:
    far = Polygon(((500, 500), (600, 500), (600, 600)))
    with pytest.raises(InvalidRecipe, match="no cell of the frame"):
        plan_frame(tiny_recipe(Framing.WHOLE, include=(far,)), Size(128, 128), GEOMETRY)


def test_offsets_are_in_pixels_of_the_frame() -> None:
    geometry = ModelGeometry(TINY_PX, 16, 0, (4.0, -2.0))
    tiles = plan_frame(tiny_recipe(Framing.TILES, scale=0.5), Size(400, 400), geometry)
    assert tiles.offset_px == (8.0, -4.0)
    whole = plan_frame(tiny_recipe(Framing.WHOLE), Size(128, 640), geometry)
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


# --- cutting a map off at its peak -----------------------------------------------------------------------------------


def clipped(values: np.ndarray, area: np.ndarray | None = None, side: int = 2) -> np.ndarray:
    return clip_at_peak(values, peak_windows(np.ones_like(values, np.bool_) if area is None else area, side))


def noise(height: int = 6, width: int = 9) -> np.ndarray:
    return np.random.default_rng(height * 10 + width).random((height, width), np.float32)


def test_a_single_hot_cell_is_cut_to_the_best_mean_of_four_that_holds_it() -> None:
    values = noise()
    values[2, 3] = 40.0
    best = max(values[y : y + 2, x : x + 2].mean() for y in (1, 2) for x in (2, 3))
    found = clipped(values)
    assert found[2, 3] == found.max() == pytest.approx(best)
    assert 10 < best < 11
    others = np.ones_like(values, np.bool_)
    others[2, 3] = False
    assert np.array_equal(found[others], values[others])


def test_a_defect_of_four_cells_keeps_its_height() -> None:
    values = noise()
    values[2:4, 3:5] = 7.0
    assert np.array_equal(clipped(values), values)


def test_only_windows_that_lie_in_the_area_count() -> None:
    values, area = noise(), np.ones((6, 9), np.bool_)
    area[:, 4:] = False
    values[2:4, 3:5] = 7.0  # half outside
    blanked = np.where(area, values, np.float32(0))
    found = clipped(blanked, area)
    best = max(blanked[y : y + 2, x : x + 2].mean() for y in range(5) for x in range(3))
    assert found.max() == pytest.approx(best, rel=1e-6)
    assert found.max() < 7.0


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1), (4, 4)])
def test_an_area_without_a_whole_window_is_not_cut(shape: tuple[int, int]) -> None:
    values = noise(*shape)
    checkered = (np.indices(shape).sum(axis=0) % 2 == 0).astype(np.bool_)
    assert np.array_equal(clipped(values, checkered), values)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(2, 3), (0, 0), (5, 8)])
def test_cutting_hides_nothing_that_is_not_finite(bad: float, place: tuple[int, int]) -> None:
    values, area = noise(), np.ones((6, 9), np.bool_)
    area[4:, 7:] = [[False, False], [False, True]]  # the last cell alone lies in no window
    values[place] = bad
    assert not np.isfinite(clipped(values, area)[place])


@pytest.mark.parametrize("side", [1, 2, 3, 4])
def test_windows_of_any_size_count_when_they_lie_in_the_area(side: int) -> None:
    area = np.random.default_rng(side).random((9, 11)) > 0.1
    found = peak_windows(area, side)
    assert np.array_equal(found, np.lib.stride_tricks.sliding_window_view(area, (side, side)).all(axis=(2, 3)))
    values = np.where(area, noise(9, 11), np.float32(0))
    means = np.lib.stride_tricks.sliding_window_view(values, (side, side)).mean(axis=(2, 3))
    cut = clipped(values, area, side)
    assert cut.max() == pytest.approx(means[found].max(), rel=1e-6)
    np.testing.assert_allclose(cut, np.minimum(values, means[found].max()), rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 9), (9, 3), (1, 1)])
def test_a_map_smaller_than_a_window_is_not_cut(shape: tuple[int, int]) -> None:
    values = noise(*shape)
    assert peak_windows(np.ones(shape, np.bool_), 4).size == 0
    assert np.array_equal(clipped(values, side=4), values)


@CELLS
@pytest.mark.parametrize("framing", list(Framing))
def test_the_score_of_a_view_is_its_best_mean_of_32_px(framing: Framing, cell_px: int) -> None:
    geometry = ModelGeometry(TINY_PX, cell_px)
    plan = plan_frame(tiny_recipe(framing), Size(200, 150), geometry)
    values = np.random.default_rng(8).gamma(2.0, 1.0, (plan.tiles, geometry.cells, geometry.cells)).astype(np.float32)
    found = join_views(values, plan)
    side = 32 // cell_px
    if plan.grid is not None:
        assert found.tile_score == pytest.approx(best_mean(plan.grid.blend(values[: plan.grid.count]), side), rel=1e-6)
    if plan.whole is not None:
        assert found.whole_score == pytest.approx(best_mean(values[-1], side), rel=1e-6)


def best_mean(values: np.ndarray, side: int) -> float:
    return float(np.lib.stride_tricks.sliding_window_view(values, (side, side)).mean(axis=(2, 3)).max())
