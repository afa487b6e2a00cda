"""The detector: frozen encoder, fuser, UniAD head and memory as one module, from normalized tiles to token maps.

The same module trains, runs in torch and is exported. It knows no device, no file, no product, and its forward pass has
neither randomness nor shapes that depend on data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from inspector.vision.networks.backbone import build_encoder
from inspector.vision.networks.fuser import Fuser, jitter
from inspector.vision.networks.memory import ProductMemory
from inspector.vision.networks.uniad import UniADHead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.vision.networks.config import DetectorConfig
    from inspector.vision.networks.encoder import Encoder, InputStatistics

_APART = ("encoder.", "memory.")
"""What no training changes: the frozen encoder, and the memory, which is filled afterwards."""


class RawFeatures(NamedTuple):
    """What an encoder says of tiles, not normalized."""

    tokens: Tensor
    """(B, N, C), fused."""
    detail: Tensor
    """(B, 4 N, C_d); (B, 0, 0) without detail."""


class Detector(nn.Module):
    """Anomaly maps of tiles by feature reconstruction.

    `features` and `reconstruct` are apart, because training caches the frozen features; `forward` joins them.
    """

    def __init__(self, config: DetectorConfig, encoder: Encoder, products: int) -> None:
        """A head with fresh weights around an encoder, and an empty memory; use `build_detector`."""
        super().__init__()
        self.config = config
        self.encoder = encoder
        self.fuser = Fuser(config)
        self.head = UniADHead(config, config.channels)
        self.memory = ProductMemory(
            products,
            config.memory,
            config.channels,
            detail_size=config.detail,
            detail_channels=config.detail_channels,
        )

    @property
    def input_statistics(self) -> InputStatistics:
        """How pixels are to be scaled before `features` and `forward`."""
        return self.encoder.input_statistics

    def forward(self, x: Tensor, product: Tensor, *, rebuild: bool = True) -> Tensor:
        """Map of each tile: how badly it was rebuilt and how far it is from what is remembered, weighed and sharpened.

        Args:
            x: (B, 3, S, S) float, RGB, normalized with `input_statistics`.
            product: (B,) int, number of each tile's product in the memory.
            rebuild: False leaves the head out, for products whose residual has no weight; their map is the same.

        Returns:
            (B, 1, h, w) float32 of `DetectorConfig.cells`, not normalized; the typical level differs by product.
        """
        taps = self.encoder(x)
        tokens = self.fuser(taps)
        residual = self.residual(tokens, self.head(tokens)) if rebuild else torch.zeros_like(tokens[..., 0])
        detail = self.fuser.normalize_detail(self.fuser.detail(taps))
        maps: Tensor = self.memory(tokens, residual, detail, product, self.config.grid)
        return maps

    def residual(self, tokens: Tensor, reconstruction: Tensor) -> Tensor:
        """L2 norm over channels of (B, N, C) - (B, N, C), as (B, N) float32."""
        length: Tensor = (reconstruction.float() - tokens.float()).square().sum(dim=-1).sqrt()
        return length

    @torch.no_grad()
    def raw_features(self, x: Tensor) -> RawFeatures:
        """Tokens of tiles (B, 3, S, S) before channel normalization; what its statistics are fitted on."""
        taps = self.encoder(x)
        return RawFeatures(self.fuser.fuse(taps), self.fuser.detail(taps))

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        """Target tokens (B, N, C) of tiles (B, 3, S, S), normalized as configured; no gradient."""
        tokens: Tensor = self.fuser(self.encoder(x))
        return tokens

    def reconstruct(self, tokens: Tensor, *, jitter: bool) -> Tensor:
        """Reconstruction (B, N, C) of tokens (B, N, C), which are corrupted first when `jitter` is on."""
        source = self._jittered(tokens) if jitter else tokens
        out: Tensor = self.head(source)
        return out

    def loss(self, tokens: Tensor) -> Tensor:
        """Mean squared error against the clean tokens, a float32 scalar; jittered in training mode only."""
        residual = self.reconstruct(tokens, jitter=self.training).float() - tokens.float()
        return residual.square().mean()

    @torch.no_grad()
    def loss_by_level(self, tokens: Tensor) -> dict[int, float]:
        """Mean squared error of each level's channels without jitter, for the training log."""
        square = (self.reconstruct(tokens, jitter=False).float() - tokens.float()).square()
        return {level: float(square[..., a:b].mean()) for level, (a, b) in self.fuser.channel_ranges.items()}

    def trainable_parameters(self) -> Iterator[nn.Parameter]:
        """What an optimizer gets: the head, never the encoder."""
        return self.head.parameters()

    def head_state(self) -> dict[str, Tensor]:
        """What training changes or fits: what its checkpoint needs. Names as in `state_dict`."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith(_APART)}

    def load_head_state(self, state: Mapping[str, Tensor]) -> None:
        """Take back what `head_state` gave.

        Raises:
            ValueError: a name is missing or unknown.
            RuntimeError: a shape differs.
        """
        wanted = set(self.head_state())
        if set(state) != wanted:
            raise ValueError(f"head weights: {sorted(wanted ^ set(state))} are missing or unknown")
        self.load_state_dict(dict(state), strict=False)

    def _jittered(self, tokens: Tensor) -> Tensor:
        return jitter(tokens, self.config.jitter_scale, self.config.jitter_prob)


def build_detector(
    config: DetectorConfig,
    *,
    backbone_state: Mapping[str, Tensor] | None,
    statistics: InputStatistics | None = None,
    products: int = 1,
) -> Detector:
    """Build a detector with a fresh head, in eval mode.

    Args:
        config: what to build.
        backbone_state: timm-named encoder weights, as `load_lite0_weights` gives them; None leaves the encoder random,
            for a whole `state_dict` to be loaded afterwards.
        statistics: what these weights want to see; None takes the usual ones of the backbone.
        products: how many there is memory for.

    Raises:
        ValueError: the backbone's weights do not fit.
    """
    encoder = build_encoder(config.backbone, config.levels, config.padding, statistics)
    if backbone_state is not None:
        encoder.load(backbone_state)
    return Detector(config, encoder, products).eval()
