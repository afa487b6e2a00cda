"""Where a token really looks: the map's offset, measured once per training and stored with the model.

Strided convolutions with one-sided padding push the middle of a token's receptive field off its cell: by up to 7.5
network pixels here if every tap of every kernel weighed the same. Trained kernels lean back, by how much only a
measurement tells (Lite0: about 1.5 px remain). The map is corrected, never the padding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor
from torch.nn import functional as F

from inspector.vision.networks.config import STRIDE_PX

if TYPE_CHECKING:
    from collections.abc import Callable

SPOT_PX: Final = 6
"""Side of the spot; small against a token, large enough to be seen through the stride of the finest level."""

_AT_ONCE: Final = 4
"""Tiles: more are slower on a processor."""


def measure_offset(
    features: Callable[[Tensor], Tensor],
    input_size: int,
    *,
    textures: int = 8,
    spots: int = 12,
    seed: int = 0,
    device: torch.device | None = None,
) -> tuple[float, float]:
    """Impulse test: put a spot on a textured tile and see where the features change.

    Token i is centred on network pixel 16 i + 7.5 + d; this is d. Over its 96 defaults the standard error is 0.15 px.

    Args:
        features: normalized tiles (B, 3, S, S) -> tokens (B, N, C), row-major; `Detector.features`.
        input_size: S.
        textures: random textures to try.
        spots: positions per texture, random in the middle half of the tile, where no border pulls.
        seed: of textures and positions.
        device: where `features` wants its tiles; None is the CPU.

    Returns:
        (dx, dy) in network pixels; positive: what a token reports lies right of or below its cell's middle.

    Raises:
        ValueError: the features do not react to a spot.
    """
    generator = torch.Generator().manual_seed(seed)
    errors = []
    for tile in textured_tiles(textures, input_size, generator):
        corners = torch.randint(input_size // 4, 3 * input_size // 4 - SPOT_PX, (spots, 2), generator=generator)
        found = change_centroids(features, tile, corners, device=device)
        errors.append(corners + (SPOT_PX - 1) / 2 - found)
    dx, dy = torch.cat(errors).mean(dim=0).tolist()
    return dx, dy


def change_centroids(
    features: Callable[[Tensor], Tensor], tile: Tensor, corners: Tensor, *, device: torch.device | None = None
) -> Tensor:
    """Centroid of the change that a spot makes, as if every token looked at the middle of its cell.

    Args:
        features: as for `measure_offset`.
        tile: (3, S, S) normalized.
        corners: (n, 2) whole numbers, upper left pixel (x, y) of each spot; each goes onto a tile of its own.
        device: as for `measure_offset`.

    Returns:
        (n, 2) float32 points (x, y) in network pixels.

    Raises:
        ValueError: the features do not react to a spot.
    """
    grid = tile.shape[-1] // STRIDE_PX
    spotted = tile.repeat(len(corners), 1, 1, 1)
    for index, (x, y) in enumerate(corners.tolist()):
        # Dark and bright in turn, each against the texture beneath it.
        area = spotted[index, :, y : y + SPOT_PX, x : x + SPOT_PX]
        area.fill_(-1.0 if float(area.mean()) > 0 else 1.0)
    parts = torch.split(torch.cat([tile[None], spotted]).to(device), _AT_ONCE)
    tokens = torch.cat([features(part).float().cpu() for part in parts])
    # Squared, as in the map's norm; that also keeps a wide, faint halo from pulling towards the tile's middle.
    change = (tokens[1:] - tokens[:1]).square().sum(dim=-1).reshape(-1, grid, grid)
    total = change.sum(dim=(1, 2))
    if not bool((total > 0).all()):
        raise ValueError("the features do not react to a spot on the tile")
    middles = torch.arange(grid, dtype=torch.float32) * STRIDE_PX + (STRIDE_PX - 1) / 2
    x = change.sum(dim=1) @ middles / total
    y = change.sum(dim=2) @ middles / total
    return torch.stack([x, y], dim=1)


def textured_tiles(count: int, input_size: int, generator: torch.Generator) -> Tensor:
    """Grey random textures (count, 3, S, S) with detail at three scales, about -0.75 to 0.75."""
    tiles = torch.zeros(count, 1, input_size, input_size)
    for cell in (2, 8, 16):
        noise = torch.randn(count, 1, input_size // cell, input_size // cell, generator=generator)
        tiles += F.interpolate(noise, size=(input_size, input_size), mode="bilinear", align_corners=False)
    return (tiles / tiles.std() * 0.25).repeat(1, 3, 1, 1)
