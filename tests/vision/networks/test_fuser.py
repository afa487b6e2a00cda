import dataclasses

import pytest
import torch

from inspector.vision.networks.config import LEVEL_CHANNELS, Backbone, DetectorConfig, FeatureNorm, faithful, light
from inspector.vision.networks.fuser import SMALLEST_STD, ChannelStatistics, Fuser, jitter

RAW = dataclasses.replace(light(), feature_norm=FeatureNorm.NONE)


def taps_of(config: DetectorConfig) -> list[torch.Tensor]:
    channels = LEVEL_CHANNELS[config.backbone]
    return [
        torch.randn(2, channels[level], config.input_size >> level, config.input_size >> level)
        for level in config.levels
    ]


@pytest.mark.parametrize("size", [224, 256, 320])
@pytest.mark.parametrize("backbone", list(Backbone))
def test_tokens_of_every_size_and_backbone(backbone: Backbone, size: int) -> None:
    config = faithful(backbone, input_size=size)
    tokens = Fuser(config)(taps_of(config))
    assert tokens.shape == (2, (size // 16) ** 2, 192 if backbone is Backbone.EFFICIENTNET_LITE0 else 272)


def test_channel_ranges_follow_the_levels() -> None:
    assert Fuser(faithful(Backbone.EFFICIENTNET_B4)).channel_ranges == {
        1: (0, 24),
        2: (24, 56),
        3: (56, 112),
        4: (112, 272),
    }
    assert Fuser(dataclasses.replace(RAW, levels=(2, 4), detail=0)).channel_ranges == {2: (0, 24), 4: (24, 136)}


def test_area_is_the_mean_of_the_cell_and_order_is_row_major() -> None:
    taps = taps_of(RAW)
    tokens = Fuser(RAW)(taps)
    row, col = 3, 11
    token = tokens[:, row * 16 + col]
    assert token[:, 80:].equal(taps[3][:, :, row, col])
    for tap, (start, stop), factor in ((taps[0], (0, 16), 8), (taps[1], (16, 40), 4), (taps[2], (40, 80), 2)):
        cell = tap[:, :, row * factor : (row + 1) * factor, col * factor : (col + 1) * factor]
        assert token[:, start:stop].allclose(cell.mean(dim=(2, 3)), atol=1e-6)


def test_corner_aligned_takes_the_corners_as_they_are() -> None:
    config = faithful()
    taps = taps_of(config)
    tokens = Fuser(config)(taps).reshape(2, 14, 14, 192)
    for corner in (0, -1):
        assert tokens[:, corner, corner, :16].allclose(taps[0][:, :, corner, corner], atol=1e-5)
        assert tokens[:, corner, corner, 40:80].allclose(taps[2][:, :, corner, corner], atol=1e-5)


def test_channel_normalization_standardizes_what_it_was_fitted_on() -> None:
    fuser = Fuser(light())
    taps = [tap * (level + 2) + level for level, tap in enumerate(taps_of(light()))]
    raw = fuser.fuse(taps)
    assert fuser(taps).equal(raw)
    statistics = ChannelStatistics(192)
    statistics.add(raw[:1])
    statistics.add(raw[1:])
    fuser.set_statistics(*statistics.result())
    tokens = fuser(taps)
    assert tokens.mean(dim=(0, 1)).abs().max() < 1e-4
    assert (tokens.std(dim=(0, 1), correction=0) - 1).abs().max() < 1e-3


def test_a_channel_that_never_moves_is_kept_in_bounds() -> None:
    fuser = Fuser(light())
    fuser.set_statistics(torch.zeros(192), torch.zeros(192))
    assert fuser.feature_std.eq(SMALLEST_STD).all()


def test_wrong_statistics_are_refused() -> None:
    fuser = Fuser(light())
    with pytest.raises(ValueError, match="192 channels"):
        fuser.set_statistics(torch.zeros(191), torch.ones(192))
    with pytest.raises(ValueError, match="finite"):
        fuser.set_statistics(torch.full((192,), torch.nan), torch.ones(192))
    with pytest.raises(ValueError, match="does not normalize"):
        Fuser(RAW).set_statistics(torch.zeros(192), torch.ones(192))
    with pytest.raises(ValueError, match="no tokens"):
        ChannelStatistics(192).result()


def test_jitter_has_the_published_length_and_leaves_the_target_alone() -> None:
    tokens = torch.randn(8, 196, 272) * torch.rand(8, 196, 1) * 30
    before = tokens.clone()
    noise = jitter(tokens, 20.0) - tokens
    ratio = noise.norm(dim=-1) / tokens.norm(dim=-1)
    assert float(ratio.mean()) == pytest.approx(1.21, abs=0.02)
    assert float(ratio.std()) < 0.1
    assert tokens.equal(before)


def test_jitter_respects_its_probability_per_batch() -> None:
    generator = torch.Generator().manual_seed(3)
    tokens = torch.ones(2, 4, 8)
    changed = [not jitter(tokens, 5.0, 0.3, generator=generator).equal(tokens) for _ in range(1000)]
    assert sum(changed) / 1000 == pytest.approx(0.3, abs=0.05)
    assert jitter(tokens, 5.0, 0.0) is tokens
