"""The cache: what goes in comes out, products count alike, large ones lie in a file."""

import numpy as np
import pytest
import torch

from inspector.core.errors import OperationalError
from inspector.training import features
from inspector.training.coreset import POOL
from inspector.training.features import CacheFiller, DetailSamples, FeatureCache, TileEncoder
from inspector.vision.networks.config import light
from inspector.vision.networks.detector import build_detector
from tests.support.vision import draw_tiles, tiny_config


def test_tokens_come_back_in_float16_accuracy(tmp_path):
    cache = FeatureCache(["a", "b"], 6, 4, 3, tmp_path)
    first, second = torch.randn(2, 4, 3) * 20, torch.randn(3, 4, 3)
    cache.add(0, first)
    cache.add(1, second)
    assert len(cache) == 5
    assert [cache.tiles_of("a"), cache.tiles_of("b")] == [2, 3]
    taken = cache.take(torch.tensor([4, 0]).numpy())
    assert torch.allclose(taken, torch.stack([second[2], first[0]]), rtol=1e-3, atol=1e-5)


def test_products_count_alike_in_the_statistics(tmp_path):
    cache = FeatureCache(["many", "few"], 101, 4, 1, tmp_path)
    cache.add(0, torch.zeros(100, 4, 1))
    cache.add(1, torch.full((1, 4, 1), 2.0))
    mean, std = cache.channel_statistics()
    assert mean.item() == pytest.approx(1.0)
    assert std.item() == pytest.approx(1.0)


def test_a_full_cache_and_infinite_features_are_refused(tmp_path):
    cache = FeatureCache(["a"], 1, 4, 3, tmp_path)
    with pytest.raises(ValueError, match="not finite"):
        cache.add(0, torch.full((1, 4, 3), 1e6))  # beyond float16
    cache.add(0, torch.ones(1, 4, 3))
    with pytest.raises(ValueError, match="no room"):
        cache.add(0, torch.ones(1, 4, 3))


def test_a_large_cache_lies_in_a_file_that_cannot_be_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(features, "MEMORY_BYTES", 10)
    cache = FeatureCache(["a"], 2, 4, 3, tmp_path)
    cache.add(0, torch.ones(2, 4, 3))
    assert torch.equal(cache.take(torch.tensor([1]).numpy()), torch.ones(1, 4, 3))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OperationalError, match="DAT-002"):
        FeatureCache(["a"], 2, 4, 3, tmp_path / "nowhere")


def test_the_encoder_gives_the_detectors_features():
    torch.manual_seed(0)
    detector = build_detector(light(input_size=128), backbone_state=None)
    tiles = torch.randint(0, 255, (18, 128, 128, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    pixels = ((tiles.float() / 255 - 0.5) / 0.5).permute(0, 3, 1, 2)
    encoder = TileEncoder(detector)
    found, wanted = encoder.encode(tiles.numpy()), detector.raw_features(pixels)
    assert found.detail.shape == (18, 256, 40)
    assert torch.allclose(found.tokens, wanted.tokens, atol=1e-4)
    assert torch.allclose(found.detail, wanted.detail, atol=1e-4)


def test_every_tile_keeps_the_capture_group_of_its_picture(tmp_path):
    cache = FeatureCache(["a", "b"], 6, 4, 3, tmp_path)
    cache.add(0, torch.ones(2, 4, 3), np.array([5, 6], np.int32))
    cache.add(1, torch.ones(1, 4, 3), 2)
    cache.add(0, torch.ones(2, 4, 3))
    assert cache.group_of.tolist() == [5, 6, 2, 0, 0]


# --- detail ----------------------------------------------------------------------------------------------------------


def numbered(tiles, tokens=16, first=0):
    """Detail tokens (tiles, tokens, 2) that say which tile and which place they are of."""
    return torch.tensor([[[first + tile, place] for place in range(tokens)] for tile in range(tiles)]).float()


def drawn(samples, product=0):
    values, groups = samples.of(product)
    return [tuple(value) for value in values.int().tolist()], groups.tolist()


def test_as_much_detail_of_every_tile_is_drawn_as_fills_the_pool():
    many = DetailSamples([POOL // 3 + 1], 2, seed=0)
    many.add(0, numbered(50), np.arange(50, dtype=np.int32))
    values, groups = drawn(many)
    assert len(values) == len(set(values)) == 50 * 3  # no place twice
    assert [tile for tile, _ in values] == groups == [tile for tile in range(50) for _ in range(3)]
    assert {place for _, place in values} == set(range(16))  # from all over the tile
    few = DetailSamples([5], 2, seed=0)
    few.add(0, numbered(5), np.zeros(5, np.int32))
    assert sorted(drawn(few)[0]) == [(tile, place) for tile in range(5) for place in range(16)]


def test_the_same_seed_draws_the_same_detail_however_tiles_come_and_whoever_else_is_taught():
    def draw(seed, *, at_once, others):
        samples = DetailSamples([POOL // 2] * 2, 2, seed=seed)
        for start in range(0, 12, at_once):
            if others:
                samples.add(1, numbered(7, first=100), np.zeros(7, np.int32))
            part = numbered(at_once, first=start)
            samples.add(0, part, np.arange(start, start + at_once, dtype=np.int32))
        return drawn(samples)

    assert draw(3, at_once=12, others=False) == draw(3, at_once=4, others=True) == draw(3, at_once=1, others=True)
    assert draw(3, at_once=12, others=False) != draw(4, at_once=12, others=False)


def test_products_keep_their_own_detail_and_groups():
    samples = DetailSamples([4, 4], 2, seed=0)
    samples.add(1, numbered(1, first=7), np.array([3], np.int32))
    samples.add(0, numbered(2), np.array([1, 0], np.int32))
    assert {tile for tile, _ in drawn(samples, 0)[0]} == {0, 1}
    assert set(drawn(samples, 1)[1]) == {3}


def test_without_detail_nothing_is_drawn():
    samples = DetailSamples([4], 0, seed=0)
    samples.add(0, torch.zeros(3, 0, 0), np.zeros(3, np.int32))
    with pytest.raises(ValueError, match="at least one array"):
        samples.of(0)


def test_tiles_of_several_pictures_and_products_are_told_apart_when_batches_are_filled(tmp_path):
    detector = build_detector(tiny_config(), backbone_state=None, products=2)
    config = detector.config
    cache = FeatureCache(["a", "b"], 40, config.tokens, config.channels, tmp_path)
    details = DetailSamples([20, 20], config.detail_channels, seed=0)
    filler = CacheFiller(TileEncoder(detector), cache, details)
    pictures = [(0, 4, 3), (1, 4, 9), (0, 5, 1), (1, 6, 0), (0, 2, 3)]
    tiles = [draw_tiles(count, seed=number) for number, (_, count, _) in enumerate(pictures)]
    for (product, _, group), cut in zip(pictures, tiles, strict=True):
        filler.add(product, cut, group)
    filler.flush()
    encoder = TileEncoder(detector)
    for product in (0, 1):
        own = [number for number, picture in enumerate(pictures) if picture[0] == product]
        groups = np.repeat([pictures[number][2] for number in own], [pictures[number][1] for number in own])
        mine = np.flatnonzero(cache.product_of == product)
        assert cache.group_of[mine].tolist() == groups.tolist()
        wanted = encoder.encode(np.concatenate([tiles[number] for number in own]))
        assert torch.allclose(cache.take(mine), wanted.tokens, rtol=1e-2, atol=1e-2)
        values, origin = details.of(product)
        assert sorted(set(origin.tolist())) == sorted(set(groups.tolist()))
        for group in set(groups.tolist()):
            here = wanted.detail[torch.from_numpy(groups == group)].flatten(0, 1)
            assert float(torch.cdist(values[torch.from_numpy(origin == group)], here).amin(dim=1).max()) < 0.05
