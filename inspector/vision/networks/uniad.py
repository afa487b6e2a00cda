"""UniAD's transformer: tokens of one tile in, their reconstruction out.

Trained on good tiles only. Three things keep it from copying its input: the neighbour mask, decoder layers that start
from learned queries instead of the previous layer's output, and the jitter of the fuser. All norms come after the
residual sum.

Source: You et al., "A Unified Model for Multi-class Anomaly Detection", NeurIPS 2022 (arXiv 2206.03687).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inspector.vision.networks.attention import Attention, neighbour_mask
from inspector.vision.networks.config import DetectorConfig, QueryMode
from inspector.vision.networks.position import build_position

if TYPE_CHECKING:
    from collections.abc import Sequence


class FeedForward(nn.Module):
    """Two linear layers with ReLU and dropout between them."""

    def __init__(self, config: DetectorConfig) -> None:
        """Widen to `ffn` channels and back."""
        super().__init__()
        self.expand = nn.Linear(config.hidden, config.ffn)
        self.dropout = nn.Dropout(config.dropout)
        self.project = nn.Linear(config.ffn, config.hidden)

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, hidden) -> (B, N, hidden)."""
        out: Tensor = self.project(self.dropout(F.relu(self.expand(x))))
        return out


class EncoderLayer(nn.Module):
    """Self-attention (site "enc") and feed-forward, each with residual, dropout and norm after."""

    def __init__(self, config: DetectorConfig) -> None:
        """Sizes of the configuration."""
        super().__init__()
        self.attention = Attention(config.hidden, config.heads, config.dropout)
        self.norm1 = nn.LayerNorm(config.hidden)
        self.ffn = FeedForward(config)
        self.norm2 = nn.LayerNorm(config.hidden)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, position: Tensor, mask: Tensor | None) -> Tensor:
        """(B, N, hidden) -> (B, N, hidden)."""
        x = self.norm1(x + self.dropout(self.attention(x, x, position, mask)))
        out: Tensor = self.norm2(x + self.dropout(self.ffn(x)))
        return out


class DecoderLayer(nn.Module):
    """Two attentions (sites "dec1", "dec2") and feed-forward around one residual stream.

    What the attentions look at is the caller's choice; that is all in which the two query modes differ.
    """

    def __init__(self, config: DetectorConfig) -> None:
        """Sizes of the configuration."""
        super().__init__()
        self.attention1 = Attention(config.hidden, config.heads, config.dropout)
        self.norm1 = nn.LayerNorm(config.hidden)
        self.attention2 = Attention(config.hidden, config.heads, config.dropout)
        self.norm2 = nn.LayerNorm(config.hidden)
        self.ffn = FeedForward(config)
        self.norm3 = nn.LayerNorm(config.hidden)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        stream: Tensor,
        first: Tensor,
        second: Tensor,
        position: Tensor,
        masks: tuple[Tensor | None, Tensor | None],
    ) -> Tensor:
        """Run the layer.

        Args:
            stream: (B or 1, N, hidden), where the residual sum starts.
            first: (B or 1, N, hidden), keys and values of dec1.
            second: (B or 1, N, hidden), keys and values of dec2.
            position: (N, hidden).
            masks: additive masks of dec1 and dec2.

        Returns:
            (B, N, hidden).
        """
        stream = self.norm1(stream + self.dropout(self.attention1(stream, first, position, masks[0])))
        stream = self.norm2(stream + self.dropout(self.attention2(stream, second, position, masks[1])))
        out: Tensor = self.norm3(stream + self.dropout(self.ffn(stream)))
        return out


class UniADHead(nn.Module):
    """Projection, encoder, decoder with learned queries, projection back.

    Attributes:
        queries: (layers, N, hidden) learned, one table per decoder layer; one table in single-query mode.
    """

    neighbour_mask: Tensor | None

    def __init__(self, config: DetectorConfig, channels: int) -> None:
        """`channels` is C, the width of the tokens to reconstruct."""
        super().__init__()
        self.config = config
        self.input_projection = nn.Linear(channels, config.hidden)
        self.position = build_position(config.position, config.grid, config.hidden)
        self.encoder_layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.enc_layers))
        self.decoder_layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.dec_layers))
        tables = config.dec_layers if config.query_mode is QueryMode.LAYERWISE else 1
        self.queries = nn.Parameter(torch.randn(tables, config.tokens, config.hidden))
        self.norm = nn.LayerNorm(config.hidden)
        self.output_projection = nn.Linear(config.hidden, channels)
        # One buffer for all layers and heads; not persistent, it follows from the configuration.
        mask = neighbour_mask(config.grid, config.neighbour) if config.neighbour_where else None
        self.register_buffer("neighbour_mask", mask, persistent=False)
        self._initialize()

    def forward(self, tokens: Tensor) -> Tensor:
        """Reconstruct tokens (B, N, C) -> (B, N, C)."""
        position = self.position()
        where = self.config.neighbour_where
        memory = self.input_projection(tokens)  # (B, N, hidden)
        for layer in self.encoder_layers:
            memory = layer(memory, position, self._mask(on=where.enc))
        masks = (self._mask(on=where.dec1), self._mask(on=where.dec2))
        if self.config.query_mode is QueryMode.LAYERWISE:
            decoded = self._decode_layerwise(memory, position, masks)
        else:
            decoded = self._decode_single(memory, position, masks)
        reconstruction: Tensor = self.output_projection(self.norm(decoded))
        return reconstruction

    def _decode_layerwise(self, memory: Tensor, position: Tensor, masks: tuple[Tensor | None, Tensor | None]) -> Tensor:
        # The stream of every layer starts from its own queries; the previous layer enters through dec2 alone.
        previous = memory
        for index, layer in enumerate(self.decoder_layers):
            previous = layer(self.queries[index][None], memory, previous, position, masks)
        return previous

    def _decode_single(self, memory: Tensor, position: Tensor, masks: tuple[Tensor | None, Tensor | None]) -> Tensor:
        stream = self.queries  # (1, N, hidden): the queries of one layer, for every tile the same
        for layer in self.decoder_layers:
            stream = layer(stream, stream, memory, position, masks)
        return stream

    def _mask(self, *, on: bool) -> Tensor | None:
        return self.neighbour_mask if on else None

    def _initialize(self) -> None:
        # Attention in-projections, norms, queries and position tables start in their own constructors.
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        if self.config.copied_start:
            with torch.no_grad():
                self.queries.copy_(self.queries[:1].expand_as(self.queries).clone())
                _copy_start([layer.get_submodule("attention") for layer in self.encoder_layers])
                _copy_start([layer.get_submodule("attention1") for layer in self.decoder_layers])
                _copy_start([layer.get_submodule("attention2") for layer in self.decoder_layers])


def _copy_start(attentions: Sequence[nn.Module]) -> None:
    # The paper's code clones one layer and then re-initializes its Linear modules only, so that the in-projections,
    # which are bare parameters, stay equal across layers.
    first = attentions[0].get_parameter("in_weight")
    for attention in attentions[1:]:
        attention.get_parameter("in_weight").copy_(first)
