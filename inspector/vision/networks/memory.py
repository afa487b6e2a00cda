"""What a detector remembers of each product: some feature tokens of its good parts, and how its two maps are weighed.

The unified network says how badly it can rebuild a token; the memory says how far the token lies from everything seen
on good parts of this product. Both are lengths in the same feature space. They fail on different parts, so their
weighted sum sees more than either (docs/model.md).

Source: the distance to a coreset is Roth et al., "Towards total recall in industrial anomaly detection" (CVPR 2022).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

SAME: Final = 0.02
"""A distance below this share of a token's length counts as this share. A remembered token met again, as the flat
ground of every picture is, would otherwise be as far as float32 happens to round: up to 0.001 of its length, and
differently in every runtime. Tokens of unseen good parts were 0.04 away or more, mostly 0.3 (measured, 2026-11).
"""


class Weights(NamedTuple):
    """Factors of a product's two maps."""

    residual: float
    distance: float


class ProductMemory(nn.Module):
    """Tokens and weights of all products of a model, to be picked by a product's number.

    Attributes:
        tokens: (P, M, C) float16, normalized like the network's target; M is 0 for a model without memory.
        weights: (P, 2) float32, of the residual and of the distance.
        halves: (P, M) float32, half the squared length of every token. It follows from the tokens, so it is not stored.
    """

    tokens: Tensor
    weights: Tensor
    halves: Tensor

    def __init__(self, products: int, size: int, channels: int) -> None:
        """Nothing remembered, and only the residual counts."""
        super().__init__()
        self.register_buffer("tokens", torch.zeros(products, size, channels, dtype=torch.float16))
        self.register_buffer("weights", torch.tensor([[1.0, 0.0]]).repeat(products, 1))
        self.register_buffer("halves", torch.zeros(products, size), persistent=False)
        self.register_load_state_dict_post_hook(_measure)  # type: ignore[no-untyped-call]

    @property
    def size(self) -> int:
        """Tokens a product."""
        return int(self.tokens.shape[1])

    def remember(self, product: int, tokens: Tensor) -> None:
        """Keep tokens (K, C) of a product, K from 1; fewer than there is room for are repeated, further ones left out.

        Raises:
            ValueError: none, of another width, or not finite in float16.
        """
        if tokens.ndim != 2 or not len(tokens) or tokens.shape[1] != self.tokens.shape[2]:
            raise ValueError(f"tokens {tuple(tokens.shape)} do not fit a memory {tuple(self.tokens.shape)}")
        half = tokens.detach().to(self.tokens.device, torch.float16)
        if not bool(torch.isfinite(half).all()):
            raise ValueError("a token to be remembered is not finite")
        repeats = -(-self.size // len(half))
        self.tokens[product] = half.repeat(repeats, 1)[: self.size]
        _measure(self)

    def weigh(self, product: int, weights: Weights) -> None:
        """Set a product's weights; ValueError: negative, not finite, or both 0."""
        values = torch.tensor(weights)
        if not bool(torch.isfinite(values).all()) or bool((values < 0).any()) or not bool(values.any()):
            raise ValueError(f"{weights} cannot weigh two maps")
        self.weights[product] = values

    def weights_of(self, product: int) -> Weights:
        """The weights of one product."""
        return Weights(*self.weights[product].tolist())

    def forward(self, tokens: Tensor, residual: Tensor, product: Tensor) -> Tensor:
        """Weighted sum of the residual and the distance to the nearest remembered token.

        Args:
            tokens: (B, N, C), normalized.
            residual: (B, N).
            product: (B,) int, the product of each tile.

        Returns:
            (B, N) float32.
        """
        weights = self.weights[product]  # (B, 2)
        total = residual * weights[:, :1]
        if not self.size:
            return total
        return total + self.distance(tokens, product) * weights[:, 1:]

    def distance(self, tokens: Tensor, product: Tensor) -> Tensor:
        """Euclidean distance (B, N) float32 of tokens (B, N, C) to the nearest remembered one of their product (B,).

        At least `SAME` times the token's length.
        """
        # |t - m|^2 = |t|^2 - 2 (t.m - |m|^2 / 2): one matrix product instead of B * N * M differences, of operands that
        # lie in memory as it wants them. A difference of large numbers, so always in float32: under bfloat16 the
        # rounding of t.m alone moves the distance by 1 %.
        with torch.autocast(tokens.device.type, enabled=False):
            exact = tokens.float()
            known = self.tokens[product].float()  # (B, M, C)
            nearness = known @ exact.transpose(1, 2) - self.halves[product][:, :, None]  # (B, M, N)
            square = exact.square().sum(dim=-1)
            return torch.maximum(square - 2 * nearness.amax(dim=1), square * SAME**2).sqrt()


def _measure(memory: ProductMemory, _: object = None) -> None:
    """Bring the halves up to date; also what PyTorch calls after loading."""
    memory.halves.copy_(memory.tokens.float().square().sum(dim=-1) / 2)
