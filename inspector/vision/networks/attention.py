"""Neighbour-masked attention: a token may not look at itself or its neighbours, so it cannot be copied.

The arithmetic is spelled out as matmul, softmax, matmul, because that is what every runtime we export to understands.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def neighbour_mask(grid: tuple[int, int], window: int) -> Tensor:
    """Additive attention mask that blocks the window around each token.

    Token i may not see token j when both |row_i - row_j| and |col_i - col_j| are at most window // 2; that includes
    itself. Windows are clipped at the grid's border. An even window behaves like the next odd one.

    Returns:
        (N, N) float32, -inf where blocked, 0 elsewhere.

    Raises:
        ValueError: some token would see nothing.

    Source: UniAD, neighbour masked attention.
    """
    height, width = grid
    row = torch.arange(height).repeat_interleave(width)
    col = torch.arange(width).repeat(height)
    near_row = (row[:, None] - row[None]).abs() <= window // 2
    near_col = (col[:, None] - col[None]).abs() <= window // 2
    blocked = near_row & near_col
    if bool(blocked.all(dim=1).any()):
        raise ValueError(f"a window of {window} leaves some token of a {height} x {width} grid nothing to look at")
    return torch.zeros(blocked.shape).masked_fill_(blocked, float("-inf"))


class Attention(nn.Module):
    """Multi-head attention, batch first, bias on every projection; softmax in float32.

    Queries and keys receive the position code, values never do. Inputs of batch 1 broadcast, so that an input which
    is the same for every tile (a learned query) is projected once.
    """

    def __init__(self, hidden: int, heads: int, dropout: float) -> None:
        """`hidden` is a multiple of `heads`; `dropout` acts on the attention weights."""
        super().__init__()
        self.heads = heads
        self.width = hidden // heads
        self.dropout = dropout
        # One matrix for the three projections, as in the paper's code: Xavier's bound depends on its shape.
        self.in_weight = nn.Parameter(torch.empty(3 * hidden, hidden))
        self.in_bias = nn.Parameter(torch.zeros(3 * hidden))
        self.out = nn.Linear(hidden, hidden)
        nn.init.xavier_uniform_(self.in_weight)

    def forward(self, query: Tensor, source: Tensor, position: Tensor, mask: Tensor | None) -> Tensor:
        """Let each query gather from the source tokens.

        Args:
            query: (B or 1, N, hidden), without position.
            source: (B or 1, N, hidden); keys are this plus position, values this alone.
            position: (N, hidden).
            mask: (N, N) additive, or None.

        Returns:
            (B, N, hidden).
        """
        q, k = self._queries_keys(query, source, position)
        v = self._project(source, 2)
        if self.training and self.dropout == 0:
            gathered = _fused(q, k, v, mask)
        else:
            weights = _softmax(q, k, mask).to(v.dtype)
            gathered = F.dropout(weights, self.dropout, self.training) @ v
        out: Tensor = self.out(gathered.transpose(1, 2).flatten(2))  # (B, heads, N, width) -> (B, N, hidden)
        return out

    def weights(self, query: Tensor, source: Tensor, position: Tensor, mask: Tensor | None) -> Tensor:
        """Attention weights before dropout, (B, heads, N, N) float32; each row sums to 1."""
        return _softmax(*self._queries_keys(query, source, position), mask)

    def _queries_keys(self, query: Tensor, source: Tensor, position: Tensor) -> tuple[Tensor, Tensor]:
        return self._project(query + position, 0), self._project(source + position, 1)

    def _project(self, x: Tensor, part: int) -> Tensor:
        # Queries, keys and values are parts 0, 1 and 2 of the in-projection: (B, N, hidden) -> (B, heads, N, width)
        y = F.linear(x, self.in_weight.chunk(3)[part], self.in_bias.chunk(3)[part])
        return y.reshape(y.shape[0], y.shape[1], self.heads, self.width).transpose(1, 2)


def _softmax(q: Tensor, k: Tensor, mask: Tensor | None) -> Tensor:
    # Scaled before the product, so that half precision keeps its range; float32 from the logits on.
    logits = ((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)).float()
    return torch.softmax(logits if mask is None else logits + mask, dim=-1)


def _fused(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    # torch's own kernel, float32 inside: a training step of the light head takes 13 % less (two cores, 2026-11). It
    # loses its advantage with dropout, and eval mode keeps to what is exported.
    batch = max(q.shape[0], k.shape[0])
    q, k, v = (part.expand(batch, -1, -1, -1) for part in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else mask.to(q.dtype))
