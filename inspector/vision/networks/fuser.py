"""The fuser, the paper's "neck": taps of several strides become one grid of tokens.

Also the feature jitter that corrupts tokens in training. It is a function apart, so that no inference graph holds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inspector.vision.networks.config import DETAIL_LEVEL, LEVEL_CHANNELS, DetectorConfig, FeatureNorm, ResizeMode

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST_STD = 1e-3
"""Floor of a channel's fitted spread: a channel that never moves on good tiles must not drown all others."""


class Fuser(nn.Module):
    """Resize every level to the token grid, concatenate, optionally standardize each channel.

    Attributes:
        channel_ranges: level -> (start, stop) of its channels in a token, for diagnostics per level.
        feature_mean, feature_std: (C,) statistics of good tiles; 0 and 1 until fitted, and always without
            channel normalization.
    """

    feature_mean: Tensor
    feature_std: Tensor

    def __init__(self, config: DetectorConfig) -> None:
        """The levels and modes of the configuration."""
        super().__init__()
        self.grid = config.grid
        self.resize_mode = config.resize_mode
        self.feature_norm = config.feature_norm
        self.has_detail = config.detail > 0
        self.detail_index = config.levels.index(DETAIL_LEVEL) if self.has_detail else 0
        self.channel_ranges: Mapping[int, tuple[int, int]] = _channel_ranges(config)
        self.register_buffer("feature_mean", torch.zeros(config.channels))
        self.register_buffer("feature_std", torch.ones(config.channels))

    def forward(self, taps: list[Tensor]) -> Tensor:
        """Tokens (B, N, C), row-major, of maps (B, C_l, h_l, w_l) in ascending level."""
        return self.normalize(self.fuse(taps))

    def fuse(self, taps: list[Tensor]) -> Tensor:
        """Tokens (B, N, C) before normalization."""
        fused = torch.cat([self._resize(tap) for tap in taps], dim=1)  # (B, C, h, w)
        return fused.flatten(2).transpose(1, 2)

    def normalize(self, tokens: Tensor) -> Tensor:
        """Standardize fused tokens with the fitted statistics; the tokens themselves without channel normalization."""
        if self.feature_norm is FeatureNorm.NONE:
            return tokens
        return (tokens - self.feature_mean) / self.feature_std

    def detail(self, taps: list[Tensor]) -> Tensor:
        """Detail tokens (B, 4 N, C_d) before normalization, row-major: one tap as it is; (B, 0, 0) without detail."""
        if not self.has_detail:
            return taps[0].new_zeros(len(taps[0]), 0, 0)
        return taps[self.detail_index].flatten(2).transpose(1, 2)

    def normalize_detail(self, tokens: Tensor) -> Tensor:
        """Standardize detail tokens with the statistics that their channels have in fused tokens."""
        if not self.has_detail or self.feature_norm is FeatureNorm.NONE:
            return tokens
        start, stop = self.channel_ranges[DETAIL_LEVEL]
        return (tokens - self.feature_mean[start:stop]) / self.feature_std[start:stop]

    def set_statistics(self, mean: Tensor, std: Tensor) -> None:
        """Take the per-channel statistics (C,) of good training tiles; a tiny spread is raised to a floor.

        Raises:
            ValueError: wrong shape, a value that is not finite, or the configuration has no channel normalization.
        """
        if self.feature_norm is FeatureNorm.NONE:
            raise ValueError("this detector does not normalize its features")
        if mean.shape != self.feature_mean.shape or std.shape != self.feature_std.shape:
            raise ValueError(
                f"statistics of {self.feature_mean.numel()} channels wanted, not {mean.numel()}, {std.numel()}"
            )
        if not bool(torch.isfinite(mean).all() and torch.isfinite(std).all()):
            raise ValueError("feature statistics must be finite")
        self.feature_mean.copy_(mean)
        self.feature_std.copy_(std.clamp_min(SMALLEST_STD))

    def _resize(self, tap: Tensor) -> Tensor:
        height, width = self.grid
        if tuple(tap.shape[-2:]) == self.grid:
            return tap
        if self.resize_mode is ResizeMode.CORNER_ALIGNED:
            return F.interpolate(tap, size=(height, width), mode="bilinear", align_corners=True)
        factor = tap.shape[-1] // width  # exact: tiles are multiples of 16
        return F.avg_pool2d(tap, factor)


class ChannelStatistics:
    """Mean and standard deviation per channel over any number of batches, for `Fuser.set_statistics`."""

    def __init__(self, channels: int) -> None:
        """Nothing seen yet."""
        self._count = 0
        self._sum = torch.zeros(channels, dtype=torch.float64)
        self._square = torch.zeros(channels, dtype=torch.float64)

    def add(self, tokens: Tensor) -> None:
        """Count fused, not yet normalized tokens (..., C)."""
        flat = tokens.detach().flatten(0, -2).to(device="cpu", dtype=torch.float64)
        self._count += flat.shape[0]
        self._sum += flat.sum(dim=0)
        self._square += flat.square().sum(dim=0)

    def result(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation, (C,) float32 each.

        Raises:
            ValueError: nothing was added.
        """
        if not self._count:
            raise ValueError("no tokens were added")
        mean = self._sum / self._count
        variance = (self._square / self._count - mean.square()).clamp_min(0)
        return mean.float(), variance.sqrt().float()


def jitter(
    tokens: Tensor, scale: float, probability: float = 1.0, *, generator: torch.Generator | None = None
) -> Tensor:
    """Add noise in proportion to each token's length; training only.

    f + e * (||f|| / C) * scale with e standard normal: the noise's expected length is scale / sqrt(C) of the token's.

    Args:
        tokens: (B, N, C); left untouched.
        scale: `DetectorConfig.jitter_scale`.
        probability: that the whole batch is jittered at all.
        generator: source of randomness on the tokens' device; None takes torch's global one.

    Source: UniAD, feature jittering.
    """
    if probability < 1 and torch.rand((), device=tokens.device, generator=generator) >= probability:
        return tokens
    noise = torch.randn(tokens.shape, dtype=tokens.dtype, device=tokens.device, generator=generator)
    length: Tensor = torch.linalg.vector_norm(tokens, dim=-1, keepdim=True)  # (B, N, 1)
    return tokens + noise * (length * (scale / tokens.shape[-1]))


def _channel_ranges(config: DetectorConfig) -> dict[int, tuple[int, int]]:
    ranges = {}
    start = 0
    for level in config.levels:
        stop = start + LEVEL_CHANNELS[config.backbone][level]
        ranges[level] = (start, stop)
        start = stop
    return ranges
