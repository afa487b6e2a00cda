"""Position codes of a token grid: where a token sits, as a vector added to queries and keys of every attention."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from inspector.vision.networks.config import PositionKind


class LearnedPosition(nn.Module):
    """One learned table for columns and one for rows; a token's code is [col[c], row[r]].

    Source: UniAD, `PositionEmbeddingLearned`; both tables start uniform in (0, 1).
    """

    def __init__(self, grid: tuple[int, int], hidden: int) -> None:
        """`grid` is (rows, columns); `hidden` is even."""
        super().__init__()
        self.height, self.width = grid
        self.col = nn.Parameter(torch.rand(self.width, hidden // 2))
        self.row = nn.Parameter(torch.rand(self.height, hidden // 2))

    def forward(self) -> Tensor:
        """Codes (N, hidden), tokens row-major."""
        col = self.col[None].expand(self.height, -1, -1)  # (h, w, hidden / 2)
        row = self.row[:, None].expand(-1, self.width, -1)  # (h, w, hidden / 2)
        return torch.cat([col, row], dim=-1).flatten(0, 1)


class SinePosition(nn.Module):
    """The standard two-dimensional sine code on normalized coordinates; nothing to train.

    Source: Carion et al., DETR (2020): temperature 10000, coordinates scaled to (0, 2 pi], row half first.
    """

    code: Tensor

    def __init__(self, grid: tuple[int, int], hidden: int, temperature: float = 10000.0) -> None:
        """`grid` is (rows, columns); `hidden` is a multiple of 4."""
        super().__init__()
        height, width = grid
        rows = _waves(height, hidden // 2, temperature)[:, None].expand(-1, width, -1)
        cols = _waves(width, hidden // 2, temperature)[None].expand(height, -1, -1)
        # Not persistent: it follows from the configuration.
        self.register_buffer("code", torch.cat([rows, cols], dim=-1).flatten(0, 1), persistent=False)

    def forward(self) -> Tensor:
        """Codes (N, hidden), tokens row-major."""
        return self.code


def build_position(kind: PositionKind, grid: tuple[int, int], hidden: int) -> LearnedPosition | SinePosition:
    """The position code a configuration asks for."""
    return LearnedPosition(grid, hidden) if kind is PositionKind.LEARNED else SinePosition(grid, hidden)


def _waves(length: int, channels: int, temperature: float) -> Tensor:
    # (length, channels): sine and cosine interleaved, each pair at one wavelength.
    place = torch.arange(1, length + 1, dtype=torch.float32) / length * 2 * math.pi
    wavelength = temperature ** (torch.arange(0, channels, 2, dtype=torch.float32) / channels)
    angle = place[:, None] / wavelength
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
