"""What a detector remembers of each product: some feature tokens of its good parts, and how its maps are weighed.

The unified network says how badly it can rebuild a token; the memory says how far the token lies from everything seen
on good parts of this product. Both are lengths in the same feature space. They fail on different parts, so their
weighted sum sees more than either (docs/model.md). Tokens of half the size say where inside a token that was: they
move its value about and change nothing of its sum, because on their own they judge worse (`sharpen`).

Source: the distance to a coreset is Roth et al., "Towards total recall in industrial anomaly detection" (CVPR 2022).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SAME: Final = 0.02
"""A distance below this share of a token's length counts as this share. A remembered token met again, as the flat
ground of every picture is, would otherwise be as far as float32 happens to round: up to 0.001 of its length, and
differently in every runtime. Tokens of unseen good parts were 0.04 away or more, mostly 0.3 (measured, 2026-11).
"""


class Weights(NamedTuple):
    """Factors of a product's three maps."""

    residual: float
    distance: float
    detail: float = 0.0


class ProductMemory(nn.Module):
    """Tokens and weights of all products of a model, to be picked by a product's number.

    Attributes:
        tokens: (P, M, C) float16, normalized like the network's target; M is 0 for a model without memory.
        detail: (P, D, C_d) float16, normalized; D is 0 for a model without detail.
        weights: (P, 3) float32, of the residual, the distance and the detail.
        halves, detail_halves: (P, M) and (P, D) float32, half the squared length of every token; infinite for one that
            is not to be found for a while. They follow from the tokens, so they are not stored.
    """

    tokens: Tensor
    detail: Tensor
    weights: Tensor
    halves: Tensor
    detail_halves: Tensor

    def __init__(
        self, products: int, size: int, channels: int, *, detail_size: int = 0, detail_channels: int = 0
    ) -> None:
        """Nothing remembered, and only the residual counts."""
        super().__init__()
        self.register_buffer("tokens", torch.zeros(products, size, channels, dtype=torch.float16))
        self.register_buffer("detail", torch.zeros(products, detail_size, detail_channels, dtype=torch.float16))
        self.register_buffer("weights", torch.tensor([Weights(1.0, 0.0, 0.0)]).repeat(products, 1))
        self.register_buffer("halves", torch.zeros(products, size), persistent=False)
        self.register_buffer("detail_halves", torch.zeros(products, detail_size), persistent=False)
        self.register_load_state_dict_post_hook(_measure)  # type: ignore[no-untyped-call]

    @property
    def size(self) -> int:
        """Tokens a product."""
        return int(self.tokens.shape[1])

    @property
    def detail_size(self) -> int:
        """Detail tokens a product."""
        return int(self.detail.shape[1])

    def remember(self, product: int, tokens: Tensor, detail: Tensor | None = None) -> None:
        """Keep tokens (K, C) and detail tokens (L, C_d) of a product as `fill` makes them fit.

        Without `detail` that of the product stays as it is. What is refused changes nothing.

        Raises:
            ValueError: none, of another width, or not finite in float16.
        """
        kept = _fitting(tokens, self.tokens)
        kept_detail = None if detail is None else _fitting(detail, self.detail)
        self.tokens[product] = kept
        if kept_detail is not None:
            self.detail[product] = kept_detail
        _measure(self)

    def weigh(self, product: int, weights: Weights) -> None:
        """Set a product's weights; ValueError: negative, not finite, or both of residual and distance 0."""
        values = torch.tensor(weights)
        if not bool(torch.isfinite(values).all()) or bool((values < 0).any()) or not bool(values[:2].any()):
            raise ValueError(f"{weights} cannot weigh a map")
        self.weights[product] = values

    def weights_of(self, product: int) -> Weights:
        """The weights of one product."""
        return Weights(*self.weights[product].tolist())

    def forward(
        self, tokens: Tensor, residual: Tensor, detail: Tensor, product: Tensor, grid: tuple[int, int]
    ) -> Tensor:
        """Weighted sum of how badly tokens were rebuilt and how far they are from the memory, sharpened by detail.

        Args:
            tokens: (B, N, C), normalized.
            residual: (B, N).
            detail: (B, 4 N, C_d), normalized; not looked at without detail in the memory.
            product: (B,) whole numbers; each tile is looked up among its product's tokens.
            grid: h and w of N = h w.

        Returns:
            (B, 1, h, w) float32, with detail (B, 1, 2 h, 2 w).
        """
        weights = self.weights[product]  # (B, 3)
        total = residual * weights[:, :1]
        if self.size:
            total = total + self.distance(tokens, product) * weights[:, 1:2]
        coarse = total.reshape(-1, 1, *grid)
        if not self.detail_size:
            return coarse
        fine = self.detail_distance(detail, product) * weights[:, 2:]
        return sharpen(coarse, fine.reshape(-1, 1, 2 * grid[0], 2 * grid[1]))

    def distance(self, tokens: Tensor, product: Tensor) -> Tensor:
        """Euclidean distance (B, N) float32 of tokens (B, N, C) to the nearest remembered one of their product (B,).

        At least `SAME` times the token's length.
        """
        return _nearest(tokens, self.tokens[product], self.halves[product])

    def detail_distance(self, detail: Tensor, product: Tensor) -> Tensor:
        """As `distance`, of detail tokens (B, 4 N, C_d)."""
        return _nearest(detail, self.detail[product], self.detail_halves[product])


def sharpen(coarse: Tensor, detail: Tensor) -> Tensor:
    """Let a map (B, 1, 2 h, 2 w) of detail move about what a map (B, 1, h, w) found; nothing falls below 0.

    Of the detail only its deviation from its own local mean counts. So the mean of the map stays what it was, and so
    does, but for some smoothing, the mean over a window of tokens, by which a frame is judged.
    """
    return (_doubled(coarse) + (detail - _doubled(F.avg_pool2d(detail, 2)))).clamp_min(0)


def _doubled(values: Tensor) -> Tensor:
    """Enlarge maps (B, 1, h, w) to (B, 1, 2 h, 2 w), bilinear by half pixels.

    Written out, because under bfloat16 OpenVINO keeps what ends a graph in float32, but nothing before an Interpolate:
    the scores themselves would be rounded to bfloat16.
    """
    return _twice_as_wide(_twice_as_wide(values).transpose(-2, -1)).transpose(-2, -1)


def _twice_as_wide(values: Tensor) -> Tensor:
    before = torch.cat([values[..., :1], values[..., :-1]], dim=-1)
    after = torch.cat([values[..., 1:], values[..., -1:]], dim=-1)
    return torch.stack([0.25 * before + 0.75 * values, 0.75 * values + 0.25 * after], dim=-1).flatten(-2)


def fill(values: Tensor, size: int) -> Tensor:
    """Make rows (K, ...) fit into `size`: fewer are repeated, further ones left out."""
    repeats = -(-size // len(values))
    return values.repeat(repeats, *[1] * (values.ndim - 1))[:size]


def _fitting(tokens: Tensor, memory: Tensor) -> Tensor:
    """Tokens (K, C) as a product's part (M, C) of a memory (P, M, C)."""
    if tokens.ndim != 2 or not len(tokens) or tokens.shape[1] != memory.shape[2]:
        raise ValueError(f"tokens {tuple(tokens.shape)} do not fit a memory {tuple(memory.shape)}")
    half = tokens.detach().to(memory.device, torch.float16)
    if not bool(torch.isfinite(half).all()):
        raise ValueError("a token to be remembered is not finite")
    return fill(half, memory.shape[1])


def _nearest(tokens: Tensor, known: Tensor, halves: Tensor) -> Tensor:
    # |t - m|^2 = |t|^2 - 2 (t.m - |m|^2 / 2): one matrix product instead of B * N * M differences, of operands that
    # lie in memory as it wants them. A difference of large numbers, so always in float32: under bfloat16 the
    # rounding of t.m alone moves the distance by 1 %.
    with torch.autocast(tokens.device.type, enabled=False):
        exact = tokens.float()
        nearness = known.float() @ exact.transpose(1, 2) - halves[:, :, None]  # (B, M, N)
        square = exact.square().sum(dim=-1)
        return torch.maximum(square - 2 * nearness.amax(dim=1), square * SAME**2).sqrt()


def _measure(memory: ProductMemory, _: object = None) -> None:
    """Bring the halves up to date; also what PyTorch calls after loading."""
    memory.halves.copy_(memory.tokens.float().square().sum(dim=-1) / 2)
    memory.detail_halves.copy_(memory.detail.float().square().sum(dim=-1) / 2)
