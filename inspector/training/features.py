"""The feature cache: the encoder is frozen, so every tile passes it once and training never waits for pixels.

Cached are fused tokens before channel normalization, in float16 (an error of 5e-4 in relation to the value, far below
the jitter), in memory when they fit and in an unlinked file otherwise.
"""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inspector.core.errors import OperationalError
from inspector.vision.networks.detector import Detector
from inspector.vision.networks.fuser import ChannelStatistics

logger = logging.getLogger(__name__)

MEMORY_BYTES: Final = 1 << 30
"""A larger cache lies in a file."""

ENCODER_BATCH: Final = 16


class FeatureCache:
    """Tokens of teaching tiles with the product each belongs to.

    Attributes:
        products: names, in the order of the numbers in `product_of`.
    """

    def __init__(self, products: Sequence[str], tiles: int, tokens: int, channels: int, folder: Path) -> None:
        """Room for up to `tiles` tiles of (tokens, channels); `folder` is where a large cache may lie.

        Raises:
            OperationalError: DAT-002: no room in the folder.
        """
        self.products = tuple(products)
        self._used = 0
        self._product_of = np.zeros(tiles, np.int32)
        self._statistics = [ChannelStatistics(channels) for _ in self.products]
        self._tokens = _allocate((tiles, tokens, channels), folder)

    def __len__(self) -> int:
        """Tiles that were added."""
        return self._used

    @property
    def room(self) -> int:
        """Tiles that can still be added."""
        return len(self._tokens) - self._used

    @property
    def product_of(self) -> NDArray[np.int32]:
        """(tiles,) number of each tile's product."""
        return self._product_of[: self._used]

    def tiles_of(self, product: str) -> int:
        """Tiles of one product."""
        return int((self.product_of == self.products.index(product)).sum())

    def add(self, product: int, tokens: Tensor) -> None:
        """Keep tokens (B, N, C) of tiles of one product.

        Raises:
            ValueError: the cache is full, or values are not finite in float16.
        """
        end = self._used + tokens.shape[0]
        half = tokens.detach().to("cpu", torch.float16)
        if end > len(self._tokens) or not bool(torch.isfinite(half).all()):
            raise ValueError("feature cache: no room, or features that are not finite")
        self._statistics[product].add(half.float())
        self._tokens[self._used : end] = half.numpy()
        self._product_of[self._used : end] = product
        self._used = end

    def take(self, tiles: NDArray[np.int64]) -> Tensor:
        """Tokens (B, N, C) float32 of the given tiles, not normalized."""
        return torch.from_numpy(self._tokens[tiles].astype(np.float32))

    def channel_statistics(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (C,) of a mixture in which every product counts the same.

        Otherwise a product cut into a thousand tiles would set the scale for one that is looked at whole.
        """
        parts = [self._statistics[index].result() for index in np.unique(self.product_of)]
        means = torch.stack([mean.double() for mean, _ in parts])
        squares = torch.stack([std.double().square() + mean.double().square() for mean, std in parts])
        mean = means.mean(dim=0)
        variance = (squares.mean(dim=0) - mean.square()).clamp_min(0)
        return mean.float(), variance.sqrt().float()


class TileEncoder:
    """From uint8 tiles to fused tokens, on the device the detector lies on."""

    def __init__(self, detector: Detector) -> None:
        """Reads the detector's input statistics; its weights are shared."""
        self._detector = detector
        self._device = next(detector.parameters()).device
        statistics = detector.input_statistics
        self._mean = torch.tensor(statistics.mean, device=self._device) * 255
        self._factor = 1 / (torch.tensor(statistics.std, device=self._device) * 255)

    def encode(self, tiles: NDArray[np.uint8]) -> Tensor:
        """Tokens (B, N, C), not normalized, of tiles (B, S, S, 3) RGB."""
        return torch.cat(
            [
                self._detector.raw_features(self._pixels(tiles[start : start + ENCODER_BATCH]))
                for start in range(0, len(tiles), ENCODER_BATCH)
            ]
        )

    def _pixels(self, tiles: NDArray[np.uint8]) -> Tensor:
        x = (torch.from_numpy(tiles).to(self._device).float() - self._mean) * self._factor
        return x.permute(0, 3, 1, 2)  # already channels-last in memory, the layout convolutions like best


class CacheFiller:
    """Collects tiles of several pictures, so that the encoder gets full batches; `flush` at the end."""

    def __init__(self, encoder: TileEncoder, cache: FeatureCache) -> None:
        """Fill this cache with what this encoder says."""
        self._encoder = encoder
        self._cache = cache
        self._tiles: list[NDArray[np.uint8]] = []
        self._products: list[int] = []

    def add(self, product: int, tiles: NDArray[np.uint8]) -> None:
        """Take tiles (N, S, S, 3) of one product."""
        self._tiles.append(tiles)
        self._products += [product] * len(tiles)
        if len(self._products) >= ENCODER_BATCH:
            self.flush()

    def flush(self) -> None:
        """Encode what is waiting."""
        if not self._products:
            return
        tokens = self._encoder.encode(np.concatenate(self._tiles))
        numbers = np.asarray(self._products)
        for product in np.unique(numbers).tolist():
            self._cache.add(product, tokens[torch.from_numpy(numbers == product)])
        self._tiles, self._products = [], []


def _allocate(shape: tuple[int, int, int], folder: Path) -> NDArray[np.float16]:
    size = 2 * shape[0] * shape[1] * shape[2]
    if size <= MEMORY_BYTES:
        return np.empty(shape, np.float16)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:  # unlinked at once: no crash can leave it behind
            tokens: NDArray[np.float16] = np.memmap(file, np.float16, "w+", shape=shape)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The feature cache of {size >> 20} MB does not fit into {folder}: {error.strerror}."
        ) from error
    logger.info("the feature cache of %d MB lies in a file", size >> 20)
    return tokens
