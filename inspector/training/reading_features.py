"""Reading pictures into feature caches: what teaches, and what only the memory knows of."""

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from inspector.core.errors import InvalidInput
from inspector.training.features import CacheFiller, DetailSamples, FeatureCache, TileEncoder
from inspector.training.job import Phase
from inspector.training.pictures import UnusablePicture
from inspector.training.products import TaughtProduct, interleaved, some_tiles, spread
from inspector.training.run_news import RunNews
from inspector.training.samples import Sample, Skipped, Split, load_picture
from inspector.vision.networks.config import DetectorConfig, FeatureNorm
from inspector.vision.networks.detector import Detector
from inspector.vision.turns import Turn, turned

logger = logging.getLogger(__name__)

MAX_CACHED_TILES: Final = 40_000
"""Tiles in the cache over all products: 4 GB of the light preset. Larger frames give a random choice of their tiles."""

MAX_KNOWN_TILES: Final = 1024
"""Held-out tiles of a product that the memory is chosen from, besides those that teach."""

MAX_TURNED_TILES: Final = 256
"""Tiles of a product's turned pictures; of larger frames a random choice of their tiles."""

FEATURE_SHARE: Final = 0.3
"""Largest share of a time budget for reading features; what is not read by then does not teach, and is counted."""


def detail_samples(config: DetectorConfig, products: Sequence[TaughtProduct], seed: int) -> DetailSamples:
    """Room for what the memory keeps of fine detail, for as many tiles as teach."""
    quota = MAX_CACHED_TILES // len(products)
    tiles = [min(quota, product.tile_count(product.teaching)) for product in products]
    return DetailSamples(tiles, config.detail_channels, seed=seed)


def read_features(
    detector: Detector,
    products: Sequence[TaughtProduct],
    details: DetailSamples,
    folder: Path,
    news: RunNews,
    *,
    seed: int,
) -> tuple[FeatureCache, float]:
    """Features of teaching pictures, as far as the time goes; the network takes their statistics where it wants them.

    Args:
        detector: whose encoder reads.
        products: that are taught.
        details: takes what the memory needs of fine detail.
        folder: for what does not fit into memory.
        news: hears of the progress and of what is left out.
        seed: of the order.

    Returns:
        The cache, and the seconds that a tile took.

    Raises:
        InvalidInput: no picture of a product could be read.
        TrainingCancelled: a person ended it.
        OperationalError: DAT-002: no room for the cache; GPU-001: out of memory.
    """
    config = detector.config
    quota = MAX_CACHED_TILES // len(products)
    room = sum(min(quota, product.tile_count(product.teaching)) for product in products)
    cache = FeatureCache([product.name for product in products], room, config.tokens, config.channels, folder)
    filler = CacheFiller(TileEncoder(detector), cache, details)
    order = interleaved(products, seed)
    began = time.perf_counter()
    for done, (number, sample) in enumerate(order):
        news.check_cancelled()
        if news.limit_s is not None and news.elapsed() > news.limit_s * FEATURE_SHARE:
            news.skipped.append(
                Skipped("teaching pictures", f"{len(order) - done} of {len(order)} did not fit into the time")
            )
            logger.warning("%d of %d teaching pictures did not fit into the time", len(order) - done, len(order))
            break
        product = products[number]
        try:
            tiles = product.cut(load_picture(sample))
        except UnusablePicture as error:
            news.skip(sample, error)
            continue
        chosen = some_tiles(tiles, max(1, quota // len(product.teaching)), sample)
        filler.add(number, chosen, product.groups[sample.name])
        news.report(Phase.FEATURES, done + 1, len(order))
    filler.flush()
    tile_seconds = (time.perf_counter() - began) / max(len(cache), 1)
    for product in products:
        if not cache.tiles_of(product.name):
            raise InvalidInput([f"{product.name}: no teaching picture could be read", *news.reasons()])
    if config.feature_norm is not FeatureNorm.NONE:
        mean, std = cache.channel_statistics()
        detector.fuser.set_statistics(mean, std)
    logger.info("%d tiles in the feature cache, %.1f ms each", len(cache), 1e3 * tile_seconds)
    return cache, tile_seconds


def read_known(
    detector: Detector, products: Sequence[TaughtProduct], details: DetailSamples, folder: Path, news: RunNews
) -> FeatureCache:
    """Features of held-out pictures for the memory alone; arguments and errors as `read_features`."""
    looks = [
        [(sample, None) for sample in product.held_out if sample.split is not Split.HELD_OUT] for product in products
    ]
    return _read_looks(detector, products, looks, MAX_KNOWN_TILES, details, folder, news)


def read_turned(
    detector: Detector,
    products: Sequence[TaughtProduct],
    turns: Mapping[str, Sequence[Turn]],
    details: DetailSamples,
    folder: Path,
    news: RunNews,
) -> FeatureCache:
    """Features of turned pictures for the memory alone, of the products that may be turned so.

    Arguments and errors as `read_features`.
    """
    looks = [
        [(sample, turn) for turn in turns.get(product.name, ()) for sample in product.known] for product in products
    ]
    return _read_looks(detector, products, looks, MAX_TURNED_TILES, details, folder, news)


def _read_looks(
    detector: Detector,
    products: Sequence[TaughtProduct],
    looks: Sequence[Sequence[tuple[Sample, Turn | None]]],
    most_tiles: int,
    details: DetailSamples,
    folder: Path,
    news: RunNews,
) -> FeatureCache:
    """Features of pictures as they are turned, about `most_tiles` tiles of a product at most, evenly over its looks."""
    config = detector.config
    chosen = [spread(product_looks, most_tiles) if config.memory else () for product_looks in looks]
    quotas = [most_tiles // max(1, len(product_looks)) for product_looks in chosen]
    room = sum(len(product_looks) * quota for product_looks, quota in zip(chosen, quotas, strict=True))
    cache = FeatureCache([product.name for product in products], room, config.tokens, config.channels, folder)
    filler = CacheFiller(TileEncoder(detector), cache, details)
    for number, (product, product_looks, quota) in enumerate(zip(products, chosen, quotas, strict=True)):
        for sample, turn in product_looks:
            news.check_cancelled()
            try:
                tiles = product.cut(turned(load_picture(sample), turn))
            except UnusablePicture as error:
                news.skip(sample, error)
                continue
            filler.add(number, some_tiles(tiles, quota, sample), product.groups[sample.name])
    filler.flush()
    return cache
