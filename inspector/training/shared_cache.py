"""The feature cache of rank 0, copied to the other ranks over their connection.

Only rank 0 reads pictures, so that one process decides what is left out, in which order tiles lie and when the time for
reading is over; that the others could map a file of it would need one machine and a file with a name (docs/adr/0014).
"""

import itertools
from pathlib import Path
from typing import Final

import numpy as np
import torch

from inspector.training.distributed import Peers
from inspector.training.features import FeatureCache

CHUNK: Final = 128
"""Tiles that travel at once: some tens of megabytes."""


def share_cache(peers: Peers, cache: FeatureCache | None, tokens: int, channels: int, folder: Path) -> FeatureCache:
    """Give the cache (rank 0), or take a copy of it (the others, who give None).

    Args:
        peers: all of them call this at the same time.
        cache: complete.
        tokens: of a tile, equal everywhere.
        channels: of a token, equal everywhere.
        folder: where a large copy may lie.

    Returns:
        A cache with equal tiles under equal numbers.

    Raises:
        OperationalError: DAT-002: no room in the folder; SYS-001: another rank failed.
        TrainingCancelled: another rank was cancelled.
    """
    if cache is not None and peers.size == 1:
        return cache
    facts = peers.share_facts(None if cache is None else {"products": cache.products, "tiles": len(cache)})
    tiles = facts["tiles"]
    numbers = torch.empty(0, dtype=torch.int32) if cache is None else torch.from_numpy(cache.product_of.copy())
    product_of = peers.share(numbers, (tiles,)).numpy()
    copy = FeatureCache(facts["products"], tiles, tokens, channels, folder) if cache is None else cache
    for start in range(0, tiles, CHUNK):
        end = min(start + CHUNK, tiles)
        values = torch.empty(0, dtype=torch.float16)
        if cache is not None:
            values = cache.take(np.arange(start, end)).half()  # as they lie there, so nothing is lost
        values = peers.share(values, (end - start, tokens, channels))
        if cache is None:
            _add(copy, product_of[start:end], values)
    return copy


def _add(cache: FeatureCache, product_of: np.ndarray, tokens: torch.Tensor) -> None:
    """In runs of one product, because that is how a cache takes tiles; their order stays."""
    borders = [0, *(np.flatnonzero(np.diff(product_of)) + 1).tolist(), len(product_of)]
    for first, last in itertools.pairwise(borders):
        cache.add(int(product_of[first]), tokens[first:last])
