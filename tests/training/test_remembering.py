"""What the memory is filled with: a coreset of each product's own tokens, the same for the same seed; and who is in it.

A capture group can be left out of the memory for as long as one of its pictures is looked at.
"""

import numpy as np
import pytest
import torch

from inspector.training import remembering
from inspector.training.coreset import choose_coreset
from inspector.training.features import DetailSamples, FeatureCache
from inspector.training.job import TrainingCancelled
from inspector.training.remembering import Remembered, remember
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.networks.detector import build_detector
from inspector.vision.networks.memory import SAME
from tests.support.vision import tiny_config

CONFIG = tiny_config()
COUNTS = (30, 1, 10)  # of product 1, even all tokens are fewer than the memory holds
DETAIL = CONFIG.detail_channels


@pytest.fixture
def detector():
    made = build_detector(CONFIG, backbone_state=None, products=len(COUNTS))
    made.fuser.set_statistics(torch.full((CONFIG.channels,), 0.5), torch.full((CONFIG.channels,), 2.0))
    return made


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    """Cache and detail of products whose tiles are of a capture group each three."""
    generator = torch.Generator().manual_seed(1)
    cache = FeatureCache(["a", "b", "c"], sum(COUNTS), CONFIG.tokens, CONFIG.channels, tmp_path_factory.mktemp("cache"))
    details = DetailSamples(COUNTS, DETAIL, seed=0)
    for turn in range(max(COUNTS)):  # products come in turn, as they do when pictures are read
        for product, count in enumerate(COUNTS):
            if turn < count:
                group = np.array([turn // 3], np.int32)
                tokens = torch.randn(1, CONFIG.tokens, CONFIG.channels, generator=generator) + 3 * product
                cache.add(product, tokens, group)
                details.add(product, torch.randn(1, 64, DETAIL, generator=generator) + 3 * product, group)
    return cache, details


@pytest.fixture(scope="module")
def cache(features):
    return features[0]


@pytest.fixture(scope="module")
def details(features):
    return features[1]


def run(detector, cache, details, seed=0, cancelled=lambda: False):
    reports = []
    caches = cache if isinstance(cache, list) else [cache]
    remembered = remember(
        detector, caches, details, seed=seed, cancelled=cancelled, done=lambda *report: reports.append(report)
    )
    return remembered, reports


def normalized(detector, cache, product):
    tiles = np.flatnonzero(cache.product_of == product)
    return detector.fuser.normalize(cache.take(tiles)).flatten(0, 1)


def rows(values):
    return {tuple(value) for value in values.tolist()}


def found(tokens, halves):
    """Tokens of a product that can be the nearest of any."""
    return rows(tokens[halves.isfinite()])


def test_every_product_gets_the_coreset_of_its_own_normalized_tokens(detector, cache, details):
    _, reports = run(detector, cache, details)
    assert reports == [(0, 3), (1, 3), (2, 3), (3, 3)]
    for product in (0, 2):
        own = normalized(detector, cache, product)
        wanted = own[choose_coreset(own, CONFIG.memory, seed=0)]
        assert torch.equal(detector.memory.tokens[product], wanted.half())
        nearest = detector.memory.distance(wanted[None], torch.tensor([product]))
        foreign = detector.memory.distance(wanted[None], torch.tensor([2 - product]))
        assert float(nearest.max()) < 0.1 * float(foreign.min())


def test_detail_is_the_coreset_of_what_was_drawn_normalized_as_the_tokens_are(detector, cache, details):
    run(detector, cache, details)
    for product in (0, 2):
        own = detector.fuser.normalize_detail(details.of(product)[0])
        assert torch.equal(own, (details.of(product)[0] - 0.5) / 2)
        wanted = own[choose_coreset(own, CONFIG.detail, seed=0)]
        assert torch.equal(detector.memory.detail[product], wanted.half())


def test_of_few_tokens_a_fifth_is_remembered(detector, cache, details):
    run(detector, cache, details)
    own, kept = normalized(detector, cache, 1).half(), detector.memory.tokens[1]
    assert CONFIG.tokens < CONFIG.memory
    assert len(rows(kept)) == CONFIG.tokens // 5 == 3
    assert rows(kept) <= rows(own)
    assert len(rows(detector.memory.detail[1])) == 64 // 5 == 12


def test_tokens_of_all_caches_are_remembered(detector, cache, details, tmp_path):
    known = FeatureCache(["a", "b", "c"], 4, CONFIG.tokens, CONFIG.channels, tmp_path)
    strange = torch.randn(4, CONFIG.tokens, CONFIG.channels, generator=torch.Generator().manual_seed(2)) * 3 + 40
    known.add(1, strange, 7)
    remembered, _ = run(detector, [cache, known], details)
    own = rows(normalized(detector, cache, 1).half()) | rows(normalized(detector, known, 1).half())
    assert len(rows(detector.memory.tokens[1])) == (1 + 4) * CONFIG.tokens // 5
    assert rows(detector.memory.tokens[1]) <= own
    assert set(remembered._groups[1].tolist()) == {0, 7}


def test_nothing_but_the_memory_s_tokens_changes(detector, cache, details):
    before = {name: value.clone() for name, value in detector.state_dict().items()}
    run(detector, cache, details)
    changed = {name for name, value in detector.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"memory.tokens", "memory.detail"}


def test_the_same_seed_remembers_the_same(detector, cache, details):
    kept = []
    for seed in (4, 4, 5):
        run(detector, cache, details, seed=seed)
        kept.append((detector.memory.tokens.clone(), detector.memory.detail.clone()))
    for which in (0, 1):
        assert torch.equal(kept[0][which], kept[1][which])
        assert not torch.equal(kept[0][which], kept[2][which])


def test_only_so_many_tiles_are_read_at_once_whatever_the_number_of_pictures(detector, cache, details, monkeypatch):
    monkeypatch.setattr(remembering, "_TOKENS_AT_ONCE", 4 * CONFIG.tokens)
    taken = []
    take = FeatureCache.take

    def spy(self, tiles):
        taken.append(tiles)
        return take(self, tiles)

    monkeypatch.setattr(FeatureCache, "take", spy)
    run(detector, cache, details)
    assert [len(tiles) for tiles in taken] == [4, 1, 4]
    assert [set(cache.product_of[tiles].tolist()) for tiles in taken] == [{0}, {1}, {2}]
    assert sorted(taken[0].tolist()) != np.flatnonzero(cache.product_of == 0)[:4].tolist()


def test_a_detector_without_memory_remembers_nothing(cache, details):
    config = DetectorConfig.from_dict(CONFIG.to_dict() | {"memory": 0, "detail": 0})
    detector = build_detector(config, backbone_state=None, products=3)
    remembered, reports = run(detector, cache, details)
    assert reports == []
    with remembered.without(0, 0):
        assert detector.memory.size == 0


def test_a_memory_without_detail_is_filled_and_left_out_from_all_the_same(cache):
    config = DetectorConfig.from_dict(CONFIG.to_dict() | {"detail": 0})
    detector = build_detector(config, backbone_state=None, products=3)
    remembered, _ = run(detector, cache, DetailSamples(COUNTS, 0, seed=0))
    memory, own = detector.memory, remembered._groups[0] == remembered._groups[0, 0]
    with remembered.without(0, int(remembered._groups[0, 0])):
        assert found(memory.tokens[0], memory.halves[0]) == rows(memory.tokens[0][~own])
    assert found(memory.tokens[0], memory.halves[0]) == rows(memory.tokens[0])


def test_it_can_be_cancelled(detector, cache, details):
    with pytest.raises(TrainingCancelled):
        run(detector, cache, details, cancelled=lambda: True)


# --- leaving a capture group out -------------------------------------------------------------------------------------


def state(detector):
    memory = detector.memory
    return [value.clone() for value in (memory.tokens, memory.detail, memory.halves, memory.detail_halves)]


def same(first, second):
    return all(torch.equal(left, right) for left, right in zip(first, second, strict=True))


@pytest.fixture
def remembered(detector, cache, details):
    return run(detector, cache, details)[0]


@pytest.mark.parametrize("product", [0, 2])
def test_exactly_one_group_is_hidden_of_tokens_and_of_detail(detector, remembered, product):
    memory = detector.memory
    before = state(detector)
    kinds = (
        (memory.tokens, memory.halves, remembered._groups),
        (memory.detail, memory.detail_halves, remembered._detail_groups),
    )
    for group in sorted(set(remembered._groups[product].tolist()) & set(remembered._detail_groups[product].tolist())):
        with remembered.without(product, group):
            for values, halves, groups in kinds:
                others = groups[product] != group
                assert found(values[product], halves[product]) == rows(values[product][others])
                assert 0 < int(others.sum()) < len(others)
            elsewhere = [number for number in range(3) if number != product]
            assert same([one[elsewhere] for one in state(detector)], [one[elsewhere] for one in before])
        assert same(state(detector), before)


def test_groups_are_those_that_the_tokens_come_from(detector, cache, details, remembered):
    for product in (0, 2):
        tiles = np.flatnonzero(cache.product_of == product)
        own = normalized(detector, cache, product).half()
        origin = {
            tuple(token): group
            for token, group in zip(own.tolist(), np.repeat(cache.group_of[tiles], CONFIG.tokens), strict=True)
        }
        kept = detector.memory.tokens[product].tolist()
        assert [origin[tuple(token)] for token in kept] == remembered._groups[product].tolist()
        values, groups = details.of(product)
        fine = detector.fuser.normalize_detail(values).half().tolist()
        origin = {tuple(token): group for token, group in zip(fine, groups.tolist(), strict=True)}
        kept = detector.memory.detail[product].tolist()
        assert [origin[tuple(token)] for token in kept] == remembered._detail_groups[product].tolist()


def test_it_is_as_before_to_the_bit_also_after_an_error(detector, remembered):
    before = state(detector)

    def break_off():
        with remembered.without(0, int(remembered._groups[0, 0])):
            assert not same(state(detector), before)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert same(state(detector), before)


def test_a_group_that_nothing_is_remembered_of_changes_nothing(detector, remembered):
    before = state(detector)
    with remembered.without(0, 99):
        assert same(state(detector), before)


def test_a_product_of_a_single_group_keeps_it(detector, remembered):
    before = state(detector)
    assert set(remembered._groups[1].tolist()) == {0}
    with remembered.without(1, 0):
        assert same(state(detector), before)
    assert same(state(detector), before)


def test_a_picture_without_its_group_is_as_far_as_from_the_tokens_kept_of_others(detector, cache, remembered):
    """By brute force: as if the group had never been seen, but for the choice of what is kept of the others."""
    memory, product = detector.memory, 0
    tiles = np.flatnonzero((cache.product_of == product) & (cache.group_of == 4))
    x = detector.fuser.normalize(cache.take(tiles)).flatten(0, 1)
    others = memory.tokens[product][remembered._groups[product] != 4].double()
    assert 0 < len(others) < CONFIG.memory
    nearest = torch.cdist(x.double(), others).amin(dim=1)
    wanted = torch.maximum(nearest, SAME * x.double().norm(dim=1))
    with remembered.without(product, 4):
        strange = memory.distance(x[None], torch.tensor([product]))[0].double()
    torch.testing.assert_close(strange, wanted, rtol=1e-5, atol=1e-5)
    itself = memory.distance(x[None], torch.tensor([product]))[0].double()
    assert bool((itself <= strange + 1e-5).all())
    assert float(itself.min()) < 0.1 * float(strange.min())  # what is remembered is near itself


def test_a_memory_of_other_widths_and_repeats_is_noted_as_it_is_kept(detector):
    memory = detector.memory
    remembered = Remembered(memory)
    tokens, detail = torch.eye(5, CONFIG.channels), torch.eye(3, DETAIL)
    memory.remember(1, tokens, detail)
    remembered.note(1, np.array([0, 1, 2, 0, 1], np.int32), np.array([2, 2, 0], np.int32))
    with remembered.without(1, 2):
        assert found(memory.tokens[1], memory.halves[1]) == rows(tokens[[0, 1, 3, 4]].half())
        assert found(memory.detail[1], memory.detail_halves[1]) == rows(detail[2:].half())
