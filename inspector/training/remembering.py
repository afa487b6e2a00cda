"""Fills a detector's memory: of every product, the feature tokens that cover its good parts best.

All good pictures are remembered, also those that set the limit, because every one of them makes a product's good better
known. So whoever wants to know what a picture would have scored if nobody had remembered it asks for a memory without
its capture group (`Remembered.without`): leave one group out.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inspector.training.coreset import POOL, choose_coreset
from inspector.training.features import DetailSamples, FeatureCache
from inspector.vision.networks.detector import Detector
from inspector.vision.networks.memory import ProductMemory, fill

_TOKENS_AT_ONCE: Final = 4 * POOL
"""Tokens that are read from the caches to draw the pool from; bounds memory, 200 MB for the light preset."""

_SHARE: Final = 0.2
"""At most so much of a product's tokens is remembered. Few pictures remembered whole keep their noise, too: with 8 to
32 pictures of seven products a fifth told good from bad as well as all, and needs less (docs/model.md)."""


class Remembered:
    """From which capture group each token of a memory comes."""

    def __init__(self, memory: ProductMemory) -> None:
        """Of this memory, nothing known yet."""
        self._memory = memory
        products, size, detail = *memory.tokens.shape[:2], memory.detail_size
        self._groups = torch.full((products, size), -1, dtype=torch.int32)
        self._detail_groups = torch.full((products, detail), -1, dtype=torch.int32)

    def note(self, product: int, groups: NDArray[np.int32], detail_groups: NDArray[np.int32] | None) -> None:
        """Where the tokens come from that `ProductMemory.remember` was given, in the same order."""
        self._groups[product] = fill(torch.from_numpy(groups), self._groups.shape[1])
        if detail_groups is not None:
            self._detail_groups[product] = fill(torch.from_numpy(detail_groups), self._detail_groups.shape[1])

    @contextmanager
    def without(self, product: int, group: int) -> Iterator[None]:
        """The memory as if one capture group of a product had never been seen; afterwards it is as before.

        A product with a single group keeps it: there is nothing else to be compared with.
        """
        memory = self._memory
        with (
            _far(memory.halves[product], self._groups[product] == group),
            _far(memory.detail_halves[product], self._detail_groups[product] == group),
        ):
            yield


@contextmanager
def _far(halves: Tensor, own: Tensor) -> Iterator[None]:
    """Push those tokens (M,) of a product's memory that are `own` out of reach of a lookup, unless they are all."""
    own = own.to(halves.device)
    kept = halves.clone()
    if not bool(own.all()):
        halves[own] = torch.inf
    try:
        yield
    finally:
        halves.copy_(kept)


def remember(
    detector: Detector,
    caches: Sequence[FeatureCache],
    details: DetailSamples,
    *,
    seed: int,
    cancelled: Callable[[], bool],
    done: Callable[[int, int], None],
) -> Remembered:
    """Choose and store a coreset for each product in the caches, numbered as the caches number them.

    Args:
        detector: with its feature statistics set; only its memory changes. Without memory nothing is done.
        caches: tokens of all good tiles; equal products.
        details: some of their detail tokens.
        seed: the same seed chooses the same tokens.
        cancelled: asked now and then.
        done: told how many products of how many are done.

    Raises:
        TrainingCancelled: `cancelled` said so.
    """
    remembered = Remembered(detector.memory)
    if not detector.memory.size:
        return remembered
    products = len(caches[0].products)
    for number in range(products):
        done(number, products)
        remember_product(detector, remembered, caches, details, number, seed=seed, cancelled=cancelled)
    done(products, products)
    return remembered


@torch.no_grad()
def remember_product(
    detector: Detector,
    remembered: Remembered,
    caches: Sequence[FeatureCache],
    details: DetailSamples,
    number: int,
    *,
    seed: int,
    cancelled: Callable[[], bool],
) -> None:
    """As `remember`, for one product by its number, and note it in `remembered`. What it knew before is forgotten."""
    memory, fuser = detector.memory, detector.fuser
    device = memory.tokens.device

    def chosen(tokens: Tensor, size: int) -> Tensor:
        return choose_coreset(tokens, min(size, max(1, int(_SHARE * len(tokens)))), seed=seed, cancelled=cancelled)

    raw, groups = _tokens_of(caches, number, detector.config.tokens, seed)
    tokens = fuser.normalize(raw.to(device)).flatten(0, 1)
    picked = chosen(tokens, memory.size)
    token_groups = np.repeat(groups, detector.config.tokens)[picked.cpu().numpy()]
    detail = detail_groups = None
    if memory.detail_size:
        raw, groups = details.of(number)
        detail = fuser.normalize_detail(raw.to(device))
        picked_detail = chosen(detail, memory.detail_size)
        detail, detail_groups = detail[picked_detail], groups[picked_detail.cpu().numpy()]
    memory.remember(number, tokens[picked], detail)
    remembered.note(number, token_groups, detail_groups)


def _tokens_of(caches: Sequence[FeatureCache], number: int, tokens: int, seed: int) -> tuple[Tensor, NDArray[np.int32]]:
    """Tokens (B, N, C) of a product's tiles from all caches, or of as many as fit, and the tiles' groups (B,)."""
    places = [np.flatnonzero(cache.product_of == number) for cache in caches]
    share = min(1.0, _TOKENS_AT_ONCE / (tokens * sum(map(len, places))))
    random = np.random.Generator(np.random.PCG64([seed, number]))
    drawn = [random.permutation(tiles)[: max(1, int(share * len(tiles)))] if share < 1 else tiles for tiles in places]
    values = torch.cat([cache.take(tiles) for cache, tiles in zip(caches, drawn, strict=True)])
    return values, np.concatenate([cache.group_of[tiles] for cache, tiles in zip(caches, drawn, strict=True)])
