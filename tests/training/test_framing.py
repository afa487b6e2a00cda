"""The framing rule on the shapes it must get right."""

import pytest

from inspector.core.geometry import Size
from inspector.core.recipe import Framing
from inspector.training.framing import MAX_TILES, choose_framing, default_overlap_px, geometry_of, tiles_per_frame
from inspector.vision.networks.config import faithful, light
from inspector.vision.tiles import ModelGeometry

GEOMETRY = geometry_of(light())


@pytest.mark.parametrize("size", [Size(256, 256), Size(512, 512), Size(384, 512), Size(640, 480), Size(128, 200)])
def test_ordinary_pictures_are_judged_whole(size):
    assert choose_framing([size] * 30, GEOMETRY).framing is Framing.WHOLE


def test_pictures_of_differing_size_are_judged_by_the_middle_one():
    sizes = [Size(632, 227), Size(360, 250), Size(300, 220), Size(350, 260), Size(103, 230)]
    assert choose_framing(sizes, GEOMETRY).framing is Framing.WHOLE


@pytest.mark.parametrize("size", [Size(256, 4096), Size(4096, 256), Size(200, 600)])
def test_strips_keep_their_full_resolution_in_tiles(size):
    chosen = choose_framing([size] * 30, GEOMETRY)
    assert chosen.framing is Framing.TILES
    assert chosen.scale == 1.0


@pytest.mark.parametrize("size", [Size(1024, 2800), Size(2048, 2448), Size(3648, 5472), Size(1200, 1920)])
def test_large_frames_are_tiled_within_bounds(size):
    chosen = choose_framing([size] * 6, GEOMETRY)
    assert chosen.framing is Framing.TILES
    count = tiles_per_frame(size, chosen.scale, GEOMETRY, chosen.overlap_px)
    assert count <= MAX_TILES
    if chosen.scale < 1:  # as fine as the bound allows
        finer = chosen.scale + 1 / 64
        assert tiles_per_frame(size, finer, GEOMETRY, chosen.overlap_px) > MAX_TILES


def test_a_chosen_scale_is_taken_and_cuts_even_small_frames_into_tiles():
    chosen = choose_framing([Size(512, 512)] * 6, GEOMETRY, scale=1.5)
    assert (chosen.framing, chosen.scale) == (Framing.TILES, 1.5)


def test_a_large_frame_is_also_seen_whole_when_there_is_enough_to_calibrate_it():
    assert choose_framing([Size(1200, 1600)] * 20, GEOMETRY).framing is Framing.TILES_AND_WHOLE
    assert choose_framing([Size(1200, 1600)] * 19, GEOMETRY).framing is Framing.TILES


def test_a_token_of_rim_is_discarded_whatever_the_cells():
    assert geometry_of(light(), (1.0, 2.0)) == ModelGeometry(256, 8, 2, (1.0, 2.0))
    assert geometry_of(faithful()) == ModelGeometry(faithful().input_size, 16, 1)
    assert default_overlap_px(ModelGeometry(256, 8, 2)) == default_overlap_px(ModelGeometry(256, 16, 1)) == 64


@pytest.mark.parametrize("cell_px", [8, 16])
def test_the_least_overlap_holds_both_rims_and_a_cell(cell_px):
    geometry = ModelGeometry(64, cell_px, 16 // cell_px)
    overlap_px = default_overlap_px(geometry)
    assert overlap_px == 2 * 16 + cell_px
    assert tiles_per_frame(Size(64, 200), 1.0, geometry, overlap_px) > 1
