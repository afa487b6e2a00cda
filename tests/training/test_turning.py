"""Turned pictures are good parts of a plain disk, and none of a disk with a mark: found by looking, not by telling."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from inspector.core.recipe import Framing
from inspector.training import turning
from inspector.training.dataset import read_for_training
from inspector.training.framing import geometry_of
from inspector.training.job import TrainingCancelled
from inspector.training.products import find_products
from inspector.training.remembering import Remembered
from inspector.training.samples import Split
from inspector.training.turning import (
    FEWEST_PICTURES,
    TRIED_PICTURES,
    TRIED_TILES,
    find_turns,
    second_looks,
    tried_samples,
)
from inspector.vision.manifest import Judge
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.networks.detector import build_detector
from inspector.vision.turns import Turn
from tests.support.remembering import remembering
from tests.support.vision import tiny_config

CONFIG = DetectorConfig.from_dict(tiny_config().to_dict() | {"memory": 200})
PICTURES = 32


def draw(rng, mark):
    """A disk, perhaps with a bar on its left: the same upside down, and not the same mirrored."""
    y, x = np.mgrid[:64, :64] - 31.5 + rng.uniform(-2, 2, (2, 1, 1))
    picture = np.where(np.hypot(y, x) < 24, 160, 60) + rng.normal(0, 4, (64, 64))
    if mark:
        picture[(np.abs(y) < 10) & (np.abs(x + 12) < 3)] = 20
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    root, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for name in ("marked", "plain"):
        folder = root / name / "train" / "good"
        folder.mkdir(parents=True)
        for number in range(PICTURES):
            Image.fromarray(draw(rng, name == "marked")).save(folder / f"{number:03}.png")
    return find_products(read_for_training(root), geometry_of(CONFIG), seed=0)


@pytest.fixture(scope="module")
def taught(products, tmp_path_factory):
    return remembering(CONFIG, products, tmp_path_factory.mktemp("cache"))


def run(taught, products, cancelled=lambda: None):
    skipped = []
    detector, remembered = taught
    found = find_turns(
        detector, products, remembered, cancelled=cancelled, skipped=lambda sample, _: skipped.append(sample)
    )
    return found, skipped


def test_only_turns_that_look_as_good_are_found(taught, products):
    found, skipped = run(taught, products)
    assert found == {"marked": (Turn.TOP_BOTTOM,), "plain": tuple(Turn)}
    assert not skipped


def test_what_is_remembered_itself_must_not_decide(taught, products, monkeypatch):
    """A memory that has seen a picture knows it better than it knows any turned one, however alike they are."""
    monkeypatch.setattr(Remembered, "without", lambda *_: torch.no_grad())
    assert run(taught, products)[0]["plain"] == ()


def test_the_memory_is_left_as_it_was(taught, products):
    before = {name: value.clone() for name, value in taught[0].state_dict().items()}
    run(taught, products)
    assert all(torch.equal(value, before[name]) for name, value in taught[0].state_dict().items())


def test_without_memory_nothing_is_turned(products):
    config = DetectorConfig.from_dict(CONFIG.to_dict() | {"memory": 0, "detail": 0})
    detector = build_detector(config, backbone_state=None, products=2)
    assert run((detector, Remembered(detector.memory)), products)[0] == {"marked": (), "plain": ()}


def test_an_unreadable_picture_is_named_and_the_others_decide(taught, products, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    plain = products[1]
    first, *others = plain.teaching
    bad = dataclasses.replace(first, path=broken)
    found, skipped = run(taught, (products[0], dataclasses.replace(plain, teaching=(bad, *others))))
    assert skipped == [bad]
    assert found["plain"] == tuple(Turn)


def test_without_a_readable_picture_nothing_is_turned(taught, products, tmp_path):
    gone = tuple(dataclasses.replace(sample, path=tmp_path / "gone.png") for sample in products[1].pictures)
    found, skipped = run(taught, (products[0], dataclasses.replace(products[1], teaching=gone, held_out=())))
    assert found["plain"] == ()
    assert len(skipped) == PICTURES


def test_what_is_good_turned_and_judged_by_its_memory_is_looked_at_twice():
    turns = {"plank": (Turn.LEFT_RIGHT, Turn.HALF), "sheet": (Turn.TOP_BOTTOM,), "screw": (), "tile": tuple(Turn)}
    judges = dict.fromkeys(turns, Judge.MEMORY) | {"tile": Judge.BOTH}
    assert second_looks(turns, judges) == {"plank": Turn.HALF, "sheet": Turn.TOP_BOTTOM}


def test_it_can_be_cancelled(taught, products):
    def cancelled():
        raise TrainingCancelled("cancelled")

    with pytest.raises(TrainingCancelled):
        run(taught, products, cancelled)


def test_what_people_held_out_is_not_looked_at(products):
    plain = products[1]
    told = tuple(dataclasses.replace(sample, split=Split.HELD_OUT) for sample in plain.held_out)
    assert tried_samples(plain) == plain.pictures
    assert tried_samples(dataclasses.replace(plain, held_out=told)) == plain.teaching


def test_many_pictures_need_no_turned_ones(taught, products, monkeypatch):
    monkeypatch.setattr(turning, "FEW", PICTURES)
    assert run(taught, products)[0]["plain"] == tuple(Turn)
    monkeypatch.setattr(turning, "FEW", PICTURES - 1)
    assert run(taught, products)[0] == {"marked": (), "plain": ()}


def test_of_many_pictures_or_tiles_some_are_tried(products):
    plain = products[1]
    many = dataclasses.replace(plain, teaching=plain.teaching * 3)
    assert len(tried_samples(many)) == TRIED_PICTURES
    for scale, tried in ((1.25, TRIED_TILES // 4), (4.0, FEWEST_PICTURES)):
        framing = dataclasses.replace(plain.framing, framing=Framing.TILES, scale=scale)
        cut = dataclasses.replace(many, framing=framing)
        assert len(tried_samples(cut)) == tried
