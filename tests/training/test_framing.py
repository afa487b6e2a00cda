"""The framing rule on the shapes it must get right."""

import pytest

from inspector.core.geometry import Size
from inspector.core.recipe import Framing
from inspector.training.framing import MAX_TILES, choose_framing, tiles_per_frame

GEOMETRY = {"tile_px": 256, "stride_px": 16}


@pytest.mark.parametrize("size", [Size(256, 256), Size(512, 512), Size(384, 512), Size(640, 480), Size(128, 200)])
def test_ordinary_pictures_are_judged_whole(size):
    assert choose_framing([size] * 30, **GEOMETRY).framing is Framing.WHOLE


def test_pictures_of_differing_size_are_judged_by_the_middle_one():
    sizes = [Size(632, 227), Size(360, 250), Size(300, 220), Size(350, 260), Size(103, 230)]
    assert choose_framing(sizes, **GEOMETRY).framing is Framing.WHOLE


@pytest.mark.parametrize("size", [Size(256, 4096), Size(4096, 256), Size(200, 600)])
def test_strips_keep_their_full_resolution_in_tiles(size):
    chosen = choose_framing([size] * 30, **GEOMETRY)
    assert chosen.framing is Framing.TILES
    assert chosen.scale == 1.0


@pytest.mark.parametrize("size", [Size(1024, 2800), Size(2048, 2448), Size(3648, 5472), Size(1200, 1920)])
def test_large_frames_are_tiled_within_bounds(size):
    chosen = choose_framing([size] * 6, **GEOMETRY)
    assert chosen.framing is Framing.TILES
    count = tiles_per_frame(size, chosen.scale, overlap_px=chosen.overlap_px, **GEOMETRY)
    assert count <= MAX_TILES
    if chosen.scale < 1:  # as fine as the bound allows
        finer = chosen.scale + 1 / 64
        assert tiles_per_frame(size, finer, overlap_px=chosen.overlap_px, **GEOMETRY) > MAX_TILES


def test_a_chosen_scale_is_taken_and_cuts_even_small_frames_into_tiles():
    chosen = choose_framing([Size(512, 512)] * 6, scale=1.5, **GEOMETRY)
    assert (chosen.framing, chosen.scale) == (Framing.TILES, 1.5)


def test_a_large_frame_is_also_seen_whole_when_there_is_enough_to_calibrate_it():
    assert choose_framing([Size(1200, 1600)] * 20, **GEOMETRY).framing is Framing.TILES_AND_WHOLE
    assert choose_framing([Size(1200, 1600)] * 19, **GEOMETRY).framing is Framing.TILES
