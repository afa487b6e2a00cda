"""The feature cache: the encoder is frozen, so every tile passes it once and training never waits for pixels.

Cached are fused tokens before channel normalization, in float16 (an error of 5e-4 in relation to the value, far below
the jitter), in memory when they fit and in an unlinked file otherwise.
"""

import logging
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inspector.core.errors import OperationalError
from inspector.training.coreset import POOL
from inspector.vision.networks.detector import Detector, RawFeatures
from inspector.vision.networks.folding import folded
from inspector.vision.networks.fuser import ChannelStatistics

logger = logging.getLogger(__name__)

MEMORY_BYTES: Final = 1 << 30
"""A larger cache lies in a file."""

CPU_BATCH: Final = 4
"""Tiles that a processor encodes at once. What the widest layer then needs, 25 MB, the C library keeps and gives out
again; of larger ones the kernel clears every page anew. Measured on two threads, Lite0 at 256 px, ms a tile: 12 with 4,
15 with 8, and with 16 between 17 and 30, as the machine's memory is busy."""

GPU_BATCH: Final = 16
"""As many on a GPU, where each layer is a launch; not measured."""


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
        self._group_of = np.zeros(tiles, np.int32)
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

    @property
    def group_of(self) -> NDArray[np.int32]:
        """(tiles,) capture group of each tile's picture; numbers of one product."""
        return self._group_of[: self._used]

    def tiles_of(self, product: str) -> int:
        """Tiles of one product."""
        return int((self.product_of == self.products.index(product)).sum())

    def add(self, product: int, tokens: Tensor, groups: NDArray[np.int32] | int = 0) -> None:
        """Keep tokens (B, N, C) of tiles of one product, and the capture groups of their pictures (B,).

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
        self._group_of[self._used : end] = groups
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


class DetailSamples:
    """Some detail tokens of every tile, from which a memory's are chosen; the rest would double the cache."""

    def __init__(self, tiles: Sequence[int], channels: int, *, seed: int) -> None:
        """For products of which about so many tiles will come; `channels` 0 keeps nothing."""
        self._wanted = [max(1, math.ceil(POOL / max(count, 1))) for count in tiles]
        self._channels = channels
        self._random = [np.random.Generator(np.random.PCG64([seed, number])) for number in range(len(tiles))]
        self._tokens: list[list[NDArray[np.float16]]] = [[] for _ in tiles]
        self._groups: list[list[NDArray[np.int32]]] = [[] for _ in tiles]

    def add(self, product: int, detail: Tensor, groups: NDArray[np.int32]) -> None:
        """Draw from detail tokens (B, n, C_d) of tiles of one product; `groups` (B,) of their pictures."""
        if not self._channels:
            return
        count = min(self._wanted[product], detail.shape[1])
        every = np.tile(np.arange(detail.shape[1]), (len(detail), 1))
        places = self._random[product].permuted(every, axis=1)[:, :count]
        drawn = detail.detach().to("cpu", torch.float16).numpy()[np.arange(len(detail))[:, None], places]
        self._tokens[product].append(drawn.reshape(-1, self._channels))
        self._groups[product].append(np.repeat(groups, count))

    def of(self, product: int) -> tuple[Tensor, NDArray[np.int32]]:
        """Tokens (K, C_d) float32, not normalized, and the capture group of each, (K,)."""
        return torch.from_numpy(np.concatenate(self._tokens[product])).float(), np.concatenate(self._groups[product])


class TileEncoder:
    """From uint8 tiles to raw features, on the device the detector lies on.

    Attributes:
        batch: tiles that are encoded at once.
    """

    def __init__(self, detector: Detector) -> None:
        """Takes a copy of the detector's encoder that runs faster, and its input statistics."""
        self._detector = folded(detector)
        self._device = next(detector.parameters()).device
        self.batch = CPU_BATCH if self._device.type == "cpu" else GPU_BATCH
        statistics = detector.input_statistics
        self._mean = torch.tensor(statistics.mean, device=self._device) * 255
        self._factor = 1 / (torch.tensor(statistics.std, device=self._device) * 255)

    def encode(self, tiles: NDArray[np.uint8]) -> RawFeatures:
        """What the encoder says of tiles (B, S, S, 3) RGB."""
        parts = [
            self._detector.raw_features(self._pixels(tiles[start : start + self.batch]))
            for start in range(0, len(tiles), self.batch)
        ]
        return RawFeatures(torch.cat([part.tokens for part in parts]), torch.cat([part.detail for part in parts]))

    def _pixels(self, tiles: NDArray[np.uint8]) -> Tensor:
        x = (torch.from_numpy(tiles).to(self._device).float() - self._mean) * self._factor
        return x.permute(0, 3, 1, 2)  # already channels-last in memory, the layout convolutions like best


class CacheFiller:
    """Collects tiles of several pictures, so that the encoder gets full batches; `flush` at the end."""

    def __init__(self, encoder: TileEncoder, cache: FeatureCache, details: DetailSamples) -> None:
        """Fill these with what this encoder says."""
        self._encoder = encoder
        self._cache = cache
        self._details = details
        self._tiles: list[NDArray[np.uint8]] = []
        self._products: list[int] = []
        self._groups: list[int] = []

    def add(self, product: int, tiles: NDArray[np.uint8], group: int) -> None:
        """Take tiles (N, S, S, 3) of one product's picture of a capture group."""
        self._tiles.append(tiles)
        self._products += [product] * len(tiles)
        self._groups += [group] * len(tiles)
        if len(self._products) >= self._encoder.batch:
            self.flush()

    def flush(self) -> None:
        """Encode what is waiting."""
        if not self._products:
            return
        found = self._encoder.encode(np.concatenate(self._tiles))
        numbers, groups = np.asarray(self._products), np.asarray(self._groups, np.int32)
        for product in np.unique(numbers).tolist():
            chosen = numbers == product
            mask = torch.from_numpy(chosen)
            self._cache.add(product, found.tokens[mask], groups[chosen])
            self._details.add(product, found.detail[mask], groups[chosen])
        self._tiles, self._products, self._groups = [], [], []


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
