"""A detector that remembers all pictures of some products and has learned nothing."""

from collections.abc import Sequence
from pathlib import Path

import torch

from inspector.training.features import CacheFiller, DetailSamples, FeatureCache, TileEncoder
from inspector.training.products import TaughtProduct
from inspector.training.remembering import Remembered, remember
from inspector.training.samples import load_picture
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.networks.detector import Detector, build_detector


def remembering(config: DetectorConfig, products: Sequence[TaughtProduct], folder: Path) -> tuple[Detector, Remembered]:
    """The detector, and whom it remembers; the real backbone under a fresh head, the same every time."""
    torch.manual_seed(0)
    detector = build_detector(config, backbone_state=load_lite0_weights(), products=len(products))
    tiles = [product.tile_count(product.pictures) for product in products]
    names = [product.name for product in products]
    cache = FeatureCache(names, sum(tiles), config.tokens, config.channels, folder)
    details = DetailSamples(tiles, config.detail_channels, seed=0)
    filler = CacheFiller(TileEncoder(detector), cache, details)
    for number, product in enumerate(products):
        for sample in product.pictures:
            filler.add(number, product.cut(load_picture(sample)), product.groups[sample.name])
    filler.flush()
    detector.fuser.set_statistics(*cache.channel_statistics())
    return detector, remember(detector, [cache], details, seed=0, cancelled=lambda: False, done=lambda *_: None)
