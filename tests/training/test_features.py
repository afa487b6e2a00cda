"""The cache: what goes in comes out, products count alike, large ones lie in a file."""

import pytest
import torch

from inspector.core.errors import OperationalError
from inspector.training import features
from inspector.training.features import FeatureCache, TileEncoder
from inspector.vision.networks.config import light
from inspector.vision.networks.detector import build_detector


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
    detector = build_detector(light(input_size=128), backbone_state=None)
    tiles = torch.randint(0, 255, (18, 128, 128, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    pixels = ((tiles.float() / 255 - 0.5) / 0.5).permute(0, 3, 1, 2)
    encoder = TileEncoder(detector)
    assert torch.allclose(encoder.encode(tiles.numpy()), detector.raw_features(pixels), atol=1e-4)
