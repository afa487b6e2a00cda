"""Which pictures set a limit, and that each is scored as if nobody had remembered it."""

import numpy as np
import pytest
import torch

from inspector.core.refs import ModelRef
from inspector.training import calibrating
from inspector.training.calibrating import LEFT_OUT_SCORES, calibrate, scored_samples, self_test_tiles
from inspector.training.dataset import read_for_training
from inspector.training.framing import geometry_of
from inspector.training.levels import ViewScores, product_entry
from inspector.training.products import find_products
from inspector.training.remembering import Remembered
from inspector.training.samples import load_picture
from inspector.vision.host_engine import HostEngine
from inspector.vision.manifest import Judge, Weighing
from inspector.vision.model import TiledModel
from inspector.vision.networks.memory import Weights
from inspector.vision.runtimes import TorchRuntime
from inspector.vision.turns import Turn, turned
from tests.support.drawn_data import draw_data
from tests.support.remembering import remembering
from tests.support.vision import tiny_config, tiny_manifest

CONFIG = tiny_config()
BY = {judge: Weighing(judge, {}) for judge in Judge}


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    root = draw_data(tmp_path_factory.mktemp("data"), good=21, strips=4)
    return find_products(read_for_training(root), geometry_of(CONFIG), seed=0)


@pytest.fixture(scope="module")
def taught(products, tmp_path_factory):
    """A detector that remembers every good picture, and whom it remembers."""
    detector, remembered = remembering(CONFIG, products, tmp_path_factory.mktemp("cache"))
    for number in (0, 1):
        detector.memory.weigh(number, Weights(0.0, 1.0, 0.5))
    return detector, remembered


def calibrated(taught, products, judge):
    detector, remembered = taught
    engine = HostEngine(TorchRuntime(detector, detector.input_statistics))
    manifest = tiny_manifest({})
    model = TiledModel(manifest, engine, ModelRef("tiny", 0, ""))
    reports = []
    found = calibrate(
        model,
        products,
        {product.name: BY[judge] for product in products},
        remembered,
        scored=lambda *report: reports.append(report),
        skipped=lambda sample, _: pytest.fail(sample.name),
    )
    return {name: one.entry for name, one in found.items()}, reports


def test_a_part_taken_twice_is_no_company_for_itself(products):
    disk = products[0]
    spread = {sample.name: ViewScores(0.0, 1.0 + 0.01 * place) for place, sample in enumerate(disk.pictures)}
    *_, second, first = spread
    scores = spread | {first: ViewScores(0.0, 3.0), second: ViewScores(0.0, 2.9)}
    entry = product_entry(disk.framing, [*scores.values()], [], weighing=BY[Judge.MEMORY])
    apart = {sample.name: place for place, sample in enumerate(disk.pictures)}
    assert calibrating._lone(spread, entry, apart) is None
    assert calibrating._lone(scores, entry, apart) is None  # two parts alike are no accident
    found = calibrating._lone(scores, entry, apart | {second: apart[first]})
    assert found is not None
    assert found.path == first
    assert found.times == pytest.approx(3.0 / 1.18)


def test_what_the_memory_judges_alone_is_judged_by_all_its_pictures(products):
    disk = products[0]
    assert scored_samples(disk, BY[Judge.MEMORY]) == (disk.pictures, ())
    assert len(disk.pictures) == 21


@pytest.mark.parametrize("judge", [Judge.BOTH, Judge.NETWORK])
def test_where_the_network_has_a_say_only_what_it_never_saw_sets_the_limit(products, judge):
    disk = products[0]
    limit, spread = scored_samples(disk, BY[judge])
    assert limit == disk.held_out
    assert set(spread) <= set(disk.teaching)


def test_many_pictures_are_scored_in_part(tmp_path):
    root = draw_data(tmp_path, good=LEFT_OUT_SCORES + 30)
    (disk,) = find_products(read_for_training(root), geometry_of(CONFIG), seed=0)
    limit, _ = scored_samples(disk, BY[Judge.MEMORY])
    assert len(limit) == len(set(limit)) == LEFT_OUT_SCORES
    assert set(limit) & set(disk.teaching)
    assert set(limit) & set(disk.held_out)


def test_a_product_of_the_memory_calibrates_on_every_picture(taught, products):
    entries, reports = calibrated(taught, products[:1], Judge.MEMORY)
    assert len(entries["disk"].scores) == 21
    assert reports == [(done, 21) for done in range(1, 22)]
    entries, _ = calibrated(taught, products[:1], Judge.BOTH)
    assert len(entries["disk"].scores) == len(products[0].held_out) == 6


def test_every_frame_is_scored_without_its_own_capture_group(taught, products, monkeypatch):
    hidden = []
    without = Remembered.without

    def spy(self, product, group):
        hidden.append((product, group))
        return without(self, product, group)

    monkeypatch.setattr(Remembered, "without", spy)
    before = taught[0].memory.tokens.clone()
    calibrated(taught, products, Judge.MEMORY)
    assert hidden == [
        (number, product.groups[sample.name]) for number, product in enumerate(products) for sample in product.pictures
    ]
    assert torch.equal(taught[0].memory.tokens, before)


def test_remembered_pictures_would_score_too_low(taught, products, monkeypatch):
    """What leaving out is for: the level of a memory that has seen what it is asked about is no level."""
    entries, _ = calibrated(taught, products[:1], Judge.MEMORY)
    monkeypatch.setattr(Remembered, "without", lambda *_: torch.no_grad())
    seen, _ = calibrated(taught, products[:1], Judge.MEMORY)
    assert seen["disk"].whole_level < entries["disk"].whole_level


def test_tiles_of_a_self_test_are_none_that_are_remembered(products):
    tiles, numbers = self_test_tiles(products)
    assert set(numbers.tolist()) == {0, 1}
    for product in products:
        cut = {
            tile.tobytes()
            for sample in product.pictures
            for way in (None, *Turn)
            for tile in product.cut(turned(load_picture(sample), way))
        }
        assert not cut & {tile.tobytes() for tile in np.ascontiguousarray(tiles)}
