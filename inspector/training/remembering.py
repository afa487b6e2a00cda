"""Fills a detector's memory: of every product, the feature tokens that cover its good parts best."""

from collections.abc import Callable

import numpy as np
import torch

from inspector.training.coreset import POOL, choose_coreset
from inspector.training.features import FeatureCache
from inspector.vision.networks.detector import Detector

_TOKENS_AT_ONCE = 4 * POOL
"""Tokens that are read from the cache to draw the pool from; bounds memory, 200 MB for the light preset."""


def remember(
    detector: Detector,
    cache: FeatureCache,
    *,
    seed: int,
    cancelled: Callable[[], bool],
    done: Callable[[int, int], None],
) -> None:
    """Choose and store a coreset for each product in the cache, numbered as the cache numbers them.

    Args:
        detector: with its feature statistics set; only its memory changes. Without memory nothing is done.
        cache: tokens of teaching tiles.
        seed: the same seed chooses the same tokens.
        cancelled: asked now and then.
        done: told how many products of how many are done.

    Raises:
        TrainingCancelled: `cancelled` said so.
    """
    memory = detector.memory
    if not memory.size:
        return
    device = memory.tokens.device
    for number in range(len(cache.products)):
        done(number, len(cache.products))
        tiles = np.flatnonzero(cache.product_of == number)
        most = max(1, _TOKENS_AT_ONCE // detector.config.tokens)
        if len(tiles) > most:
            tiles = np.random.Generator(np.random.PCG64([seed, number])).permutation(tiles)[:most]
        with torch.no_grad():
            tokens = detector.fuser.normalize(cache.take(tiles).to(device)).flatten(0, 1)
        chosen = choose_coreset(tokens, memory.size, seed=seed, cancelled=cancelled)
        memory.remember(number, tokens[chosen])
    done(len(cache.products), len(cache.products))
