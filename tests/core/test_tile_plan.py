"""The grid that is drawn is the one that the line lays, and a defect asks for the tiles it needs."""

from dataclasses import replace

import pytest

from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.tile_plan import TileFacts, cut_for, plan_tiles, seen_px
from inspector.vision.tiles import ModelGeometry, plan_frame

FACTS = TileFacts(tile_px=224, cell_px=16, ms_per_tile=3.0, ms_per_frame=2.0, mb_per_tile=0.5, mb_base=100)
RECIPE = Recipe(product="p", version=1, model_name="m", framing=Framing.TILES, scale=0.5, overlap_px=64)
LEFT = Polygon(((0.0, 0.0), (300.0, 0.0), (300.0, 2048.0), (0.0, 2048.0)))


@pytest.mark.parametrize("framing", [Framing.TILES, Framing.TILES_AND_WHOLE, Framing.WHOLE])
@pytest.mark.parametrize("include", [(), (LEFT,)])
def test_the_plan_counts_the_tiles_that_the_model_lays(framing: Framing, include: tuple[Polygon, ...]) -> None:
    recipe = replace(RECIPE, framing=framing, include=include)
    size = Size(2048, 2448)
    geometry = ModelGeometry(tile_px=224, cell_px=8, rim_cells=2)
    facts = replace(FACTS, cell_px=geometry.cell_px, rim_cells=geometry.rim_cells)
    assert plan_tiles(recipe, size, facts).count == plan_frame(recipe, size, geometry).tiles


def test_tiles_are_told_in_pixels_of_the_frame() -> None:
    plan = plan_tiles(RECIPE, Size(448, 448), FACTS)
    assert [(tile.x, tile.y, tile.width) for tile in plan.tiles] == [(0, 0, 448)]
    assert plan.area_share == 1.0


def test_time_and_memory_come_from_what_was_measured_or_not_at_all() -> None:
    plan = plan_tiles(RECIPE, Size(900, 900), FACTS)
    assert plan.count == 9
    assert plan.expected_ms(FACTS) == 2.0 + 9 * 3.0
    assert plan.expected_mb(FACTS) == 100 + 9 * 0.5
    unmeasured = replace(FACTS, ms_per_tile=None, mb_per_tile=None)
    assert plan.expected_ms(unmeasured) is None
    assert plan.expected_mb(unmeasured) is None


def test_an_area_without_a_cell_has_a_problem_instead_of_a_grid() -> None:
    outside = Polygon(((5000.0, 5000.0), (5100.0, 5000.0), (5100.0, 5100.0)))
    for framing in Framing:
        plan = plan_tiles(replace(RECIPE, framing=framing, include=(outside,)), Size(900, 900), FACTS)
        assert plan.problem
        assert plan.count == 0


def test_an_overlap_that_does_not_fit_is_said() -> None:
    assert "overlap" in plan_tiles(replace(RECIPE, overlap_px=224), Size(900, 900), FACTS).problem


@pytest.mark.parametrize(("defect_px", "scale"), [(16, 1.0), (32, 0.5), (64, 0.25), (30, 35 / 64)])
def test_the_scale_shows_the_smallest_defect_on_a_whole_token(defect_px: float, scale: float) -> None:
    cut = cut_for(defect_px, Size(2048, 2448), FACTS)
    assert cut.scale == scale
    assert cut.reliable
    assert cut.defect_px >= FACTS.reliable_px


def test_a_defect_below_a_token_is_not_magnified_but_said_to_be_unreliable() -> None:
    cut = cut_for(10, Size(2048, 2448), FACTS)
    assert (cut.scale, cut.reliable, cut.findable) == (1.0, False, True)
    assert not cut_for(5, Size(2048, 2448), FACTS).findable


def test_a_large_defect_needs_one_look_at_the_whole_picture() -> None:
    cut = cut_for(400, Size(2048, 2448), FACTS)
    assert cut.framing is Framing.WHOLE
    recipe = replace(RECIPE, framing=cut.framing)
    assert seen_px(recipe, 400, Size(2048, 2448), FACTS) >= FACTS.reliable_px


def test_a_long_thin_picture_is_not_squashed() -> None:
    assert cut_for(30, Size(500, 4000), FACTS).framing is Framing.TILES


@pytest.mark.parametrize("defect_px", [0.0, -1.0, float("nan"), float("inf")])
def test_a_defect_without_an_extent_is_refused(defect_px: float) -> None:
    with pytest.raises(ValueError, match="extent"):
        cut_for(defect_px, Size(2048, 2448), FACTS)
