"""Which pictures and tiles a training takes, in which order."""

import numpy as np
import pytest

from inspector.core.geometry import Size
from inspector.core.recipe import Framing
from inspector.training.dataset import read_for_training
from inspector.training.products import find_products, interleaved, samples_in_turn, some_tiles, spread
from inspector.training.samples import load_picture
from inspector.vision.tiles import ModelGeometry
from tests.support.drawn_data import draw_data

GEOMETRY = ModelGeometry(256, 8, 2)


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    root = draw_data(tmp_path_factory.mktemp("data"), good=20, strips=5)
    return find_products(read_for_training(root), GEOMETRY, seed=0)


def test_products_are_framed_by_their_shape_and_held_out_pictures_teach_nothing(products):
    disk, fabric = products
    assert disk.framing.framing is Framing.WHOLE
    assert fabric.framing.framing is Framing.TILES
    assert len(disk.held_out) == 6
    assert not {sample.name for sample in disk.teaching} & {sample.name for sample in disk.held_out}


def test_a_scale_that_was_chosen_for_one_product_leaves_the_others(tmp_path):
    root = draw_data(tmp_path, good=20, strips=5)
    disk, fabric = find_products(read_for_training(root), GEOMETRY, seed=0, scales={"disk": 2.0}, whole=True)
    assert (disk.framing.framing, disk.framing.scale) == (Framing.TILES_AND_WHOLE, 2.0)
    assert fabric.framing.framing is Framing.WHOLE


def test_every_picture_has_a_capture_group_of_its_product(products):
    disk, fabric = products
    assert {sample.name for sample in disk.pictures} == set(disk.groups)
    assert len(disk.pictures) == 20
    # Runs of neighbors by name: a quarter of the six that are held out, rounded up.
    by_name = sorted(disk.pictures, key=lambda sample: sample.name)
    assert [disk.groups[sample.name] for sample in by_name] == [place // 2 for place in range(20)]
    # What is held out is whole groups, so that no near-copy of it teaches.
    for product in (disk, fabric):
        taught, held = ({product.groups[s.name] for s in part} for part in (product.teaching, product.held_out))
        assert not taught & held


def test_tiles_are_counted_as_they_are_cut(products):
    for product in products:
        sample = product.teaching[0]
        tiles = product.cut(load_picture(sample))
        assert tiles.shape[1:] == (256, 256, 3)
        assert product.tile_count([sample]) == len(tiles)
    assert products[1].teaching[0].frame_size == Size(80, 600)


def test_a_cut_by_time_costs_all_products_the_same(products):
    order = interleaved(products, seed=0)
    assert sorted(number for number, _ in order) == [0] * 14 + [1] * 4
    assert [number for number, _ in order[:8]] == [0, 1] * 4
    assert order == interleaved(products, seed=0)
    assert order != interleaved(products, seed=1)


def test_samples_come_in_turn(products):
    names = [product.name for product, _ in samples_in_turn(products, 3)]
    assert names == ["disk", "fabric"] * 3


def test_spread_takes_from_everywhere(products):
    samples = products[0].teaching
    assert spread(samples, 99) == samples
    assert [samples.index(sample) for sample in spread(samples, 7)] == [0, 2, 4, 6, 8, 10, 12]


def test_some_tiles_are_the_same_ones_every_time(products):
    tiles = np.arange(40).reshape(10, 4)
    sample = products[0].teaching[0]
    assert (some_tiles(tiles, 3, sample) == some_tiles(tiles, 3, sample)).all()
    assert len(some_tiles(tiles, 3, sample)) == 3
    assert some_tiles(tiles, 10, sample) is tiles
