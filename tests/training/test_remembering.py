"""What the memory is filled with: a coreset of each product's own tokens, the same for the same seed."""

import numpy as np
import pytest
import torch

from inspector.training import remembering
from inspector.training.coreset import choose_coreset
from inspector.training.features import FeatureCache
from inspector.training.job import TrainingCancelled
from inspector.training.remembering import remember
from inspector.vision.networks.detector import build_detector
from tests.support.vision import tiny_config

CONFIG = tiny_config()
COUNTS = (30, 1, 6)  # of product 1 there are fewer tokens than the memory holds


@pytest.fixture
def detector():
    made = build_detector(CONFIG, backbone_state=None, products=len(COUNTS))
    made.fuser.set_statistics(torch.full((CONFIG.channels,), 0.5), torch.full((CONFIG.channels,), 2.0))
    return made


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    generator = torch.Generator().manual_seed(1)
    made = FeatureCache(["a", "b", "c"], sum(COUNTS), CONFIG.tokens, CONFIG.channels, tmp_path_factory.mktemp("cache"))
    for turn in range(max(COUNTS)):  # products come in turn, as they do when pictures are read
        for product, count in enumerate(COUNTS):
            if turn < count:
                made.add(product, torch.randn(1, CONFIG.tokens, CONFIG.channels, generator=generator) + 3 * product)
    return made


def run(detector, cache, seed=0, cancelled=lambda: False):
    reports = []
    remember(detector, cache, seed=seed, cancelled=cancelled, done=lambda *report: reports.append(report))
    return reports


def normalized(detector, cache, product):
    tiles = np.flatnonzero(cache.product_of == product)
    return detector.fuser.normalize(cache.take(tiles)).flatten(0, 1)


def test_every_product_gets_the_coreset_of_its_own_normalized_tokens(detector, cache):
    assert run(detector, cache) == [(0, 3), (1, 3), (2, 3), (3, 3)]
    for product in (0, 2):
        own = normalized(detector, cache, product)
        wanted = own[choose_coreset(own, CONFIG.memory, seed=0)]
        assert torch.equal(detector.memory.tokens[product], wanted.half())
        nearest = detector.memory.distance(wanted[None], torch.tensor([product]))
        foreign = detector.memory.distance(wanted[None], torch.tensor([2 - product]))
        assert float(nearest.max()) < 0.1 * float(foreign.min())


def test_a_product_of_few_tokens_is_remembered_whole(detector, cache):
    run(detector, cache)
    own = normalized(detector, cache, 1).half()
    assert CONFIG.tokens < CONFIG.memory
    kept = detector.memory.tokens[1]
    assert {tuple(token) for token in kept.tolist()} == {tuple(token) for token in own.tolist()}


def test_nothing_but_the_tokens_changes(detector, cache):
    before = {name: value.clone() for name, value in detector.state_dict().items()}
    run(detector, cache)
    changed = {name for name, value in detector.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"memory.tokens"}


def test_the_same_seed_remembers_the_same(detector, cache):
    found = []
    for seed in (4, 4, 5):
        run(detector, cache, seed=seed)
        found.append(detector.memory.tokens.clone())
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_only_so_many_tiles_are_read_at_once_whatever_the_number_of_pictures(detector, cache, monkeypatch):
    monkeypatch.setattr(remembering, "_TOKENS_AT_ONCE", 4 * CONFIG.tokens)
    taken = []
    take = FeatureCache.take

    def spy(self, tiles):
        taken.append(tiles)
        return take(self, tiles)

    monkeypatch.setattr(FeatureCache, "take", spy)
    run(detector, cache)
    assert [len(tiles) for tiles in taken] == [4, 1, 4]
    assert [set(cache.product_of[tiles].tolist()) for tiles in taken] == [{0}, {1}, {2}]
    assert sorted(taken[0].tolist()) != np.flatnonzero(cache.product_of == 0)[:4].tolist()


def test_a_detector_without_memory_remembers_nothing(cache):
    config = type(CONFIG).from_dict(CONFIG.to_dict() | {"memory": 0})
    detector = build_detector(config, backbone_state=None, products=3)
    assert run(detector, cache) == []


def test_it_can_be_cancelled(detector, cache):
    with pytest.raises(TrainingCancelled):
        run(detector, cache, cancelled=lambda: True)
