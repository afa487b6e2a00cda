"""What only the memory knows of: held-out pictures, and turned ones where a product may be turned."""

import dataclasses

import numpy as np
import pytest
import torch

from inspector.training import reading_features
from inspector.training.dataset import read_for_training
from inspector.training.features import TileEncoder
from inspector.training.framing import geometry_of
from inspector.training.products import find_products
from inspector.training.reading_features import detail_samples, read_known, read_turned
from inspector.training.run_news import RunNews
from inspector.training.samples import Split, load_picture
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.detector import build_detector
from inspector.vision.turns import Turn, turned
from tests.support.drawn_data import draw_data
from tests.support.vision import tiny_config

CONFIG = tiny_config()


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    root = draw_data(tmp_path_factory.mktemp("data"), good=12, strips=4)
    return find_products(read_for_training(root), geometry_of(CONFIG), seed=0)


@pytest.fixture(scope="module")
def detector():
    return build_detector(CONFIG, backbone_state=load_lite0_weights(), products=2)


@pytest.fixture
def news():
    return RunNews(lambda _: None, lambda: False, None)


def test_turned_pictures_are_read_of_the_products_that_may_be_turned(detector, products, tmp_path, news):
    details = detail_samples(CONFIG, products, 0)
    turns = {"disk": (Turn.LEFT_RIGHT, Turn.HALF), "fabric": ()}
    cache = read_turned(detector, products, turns, details, tmp_path, news)
    disk = products[0]
    assert len(cache) == cache.tiles_of("disk") == 2 * len(disk.known) == 24
    found = cache.take(np.arange(24))
    encoder = TileEncoder(detector)
    for place, (turn, sample) in enumerate((turn, sample) for turn in turns["disk"] for sample in disk.known):
        wanted = encoder.encode(disk.cut(turned(load_picture(sample), turn))).tokens[0]
        torch.testing.assert_close(found[place], wanted, rtol=2e-3, atol=2e-3)
        assert cache.group_of[place] == disk.groups[sample.name]
    tokens, groups = details.of(0)
    assert len(tokens) == len(groups) > 0
    assert set(groups.tolist()) == set(disk.groups.values())


def test_what_people_held_out_is_neither_known_nor_turned(detector, products, tmp_path, news):
    disk = products[0]
    told = tuple(dataclasses.replace(sample, split=Split.HELD_OUT) for sample in disk.held_out)
    strict = dataclasses.replace(disk, held_out=told)
    details = detail_samples(CONFIG, products, 0)
    for product, known in ((disk, len(disk.held_out)), (strict, 0)):
        assert len(read_known(detector, [product], details, tmp_path, news)) == known
        cache = read_turned(detector, [product], {"disk": (Turn.HALF,)}, details, tmp_path, news)
        assert len(cache) == len(disk.teaching) + known


def test_of_many_turned_tiles_some_are_read_from_all_pictures_and_turns(
    detector, products, tmp_path, news, monkeypatch
):
    monkeypatch.setattr(reading_features, "MAX_TURNED_TILES", 9)
    details = detail_samples(CONFIG, products, 0)
    cache = read_turned(
        detector, products, {product.name: tuple(Turn) for product in products}, details, tmp_path, news
    )
    assert cache.tiles_of("disk") == 9
    assert len(set(cache.group_of[cache.product_of == 0].tolist())) > 2
    fabric = products[1]
    assert fabric.tile_count([fabric.teaching[0]]) > 1
    assert cache.tiles_of("fabric") == 9  # one tile of each of nine of its twelve looks


def test_without_memory_nothing_is_read(products, tmp_path, news):
    config = dataclasses.replace(CONFIG, memory=0, detail=0)
    detector = build_detector(config, backbone_state=None, products=2)
    details = detail_samples(config, products, 0)
    assert len(read_known(detector, products, details, tmp_path, news)) == 0
    assert len(read_turned(detector, products, {"disk": tuple(Turn)}, details, tmp_path, news)) == 0
