"""A data pack as the ablation needs it: every picture seen once by the frozen backbone, whole, at one network input.

A row of the table differs from another in what happens behind the backbone, so tokens are read once and shared. Packs
that would be cut into tiles are squashed too: rows are compared with each other here, not with a finished model.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inspector.core.geometry import Size
from inspector.core.recipe import Framing, Recipe
from inspector.training.dataset import hold_out, read_for_test, read_for_training
from inspector.training.features import TileEncoder
from inspector.training.framing import geometry_of
from inspector.training.products import spread
from inspector.training.samples import Sample, Split, load_mask, load_picture
from inspector.vision.backbones import find_backbone
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.networks.detector import build_detector
from inspector.vision.tiles import cut_frame, plan_frame

logger = logging.getLogger(__name__)

HOLD_OUT_SEED = 0

Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""A picture (H, W) or (H, W, 3) -> a copy of the same shape."""


@dataclass(frozen=True, slots=True, eq=False)
class Category:
    """One product of a pack.

    Attributes:
        samples: its good pictures for teaching, in natural order of their names.
        good: (n, N, C) float16, fused tokens of `samples`, not normalized.
        test: (m, N, C) float16, of the test pictures.
        defective: (m,) which of those are.
        masks: (m, S, S) at the network's input size.
        outlined: (m,) whose mask is known; the others do not count for pixels.
    """

    name: str
    samples: tuple[Sample, ...]
    good: Tensor
    test: Tensor
    defective: NDArray[np.bool_]
    masks: NDArray[np.bool_]
    outlined: NDArray[np.bool_]

    def split(self, count: int | None = None) -> tuple[Tensor, Tensor]:
        """Tokens that teach and tokens that are held out, as training would choose them.

        Args:
            count: good pictures there are to be, spread evenly over all; None takes all.
        """
        place = {sample.name: index for index, sample in enumerate(self.samples)}
        teaching, held_out = self.split_samples(count)
        return (
            self.good[[place[sample.name] for sample in teaching]],
            self.good[[place[sample.name] for sample in held_out]],
        )

    def split_samples(self, count: int | None = None) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
        """The pictures of `split`."""
        chosen = self.samples if count is None else spread(self.samples, count)
        return hold_out(chosen, seed=HOLD_OUT_SEED)


def read_pack(data: Path, config: DetectorConfig, *, stored: Path | None = None) -> tuple[Category, ...]:
    """Encode every picture of a pack.

    Args:
        data: folder in MVTec's layout, or a manifest.
        config: backbone, levels, resize mode, padding and input size count.
        stored: folder in which tokens are kept for a later call; None keeps none.
    """
    training, test = read_for_training(data), read_for_test(data)
    kind = f"{config.backbone}-{config.input_size}-{config.padding}-{config.resize_mode}"
    categories = []
    for name in training.products:
        good = training.of(name, *Split)
        shown = test.of(name, Split.TEST, Split.ANY)
        if not any(sample.defective for sample in shown) or all(sample.defective for sample in shown):
            logger.warning("%s: left out, its test pictures are all of one kind", name)
            continue
        key = f"{training.sha256[:16]}-{test.sha256[:16]}-{kind}-{name}"
        files = [stored and stored / f"{key}-{part}.npy" for part in ("good", "test")]
        masks = [_mask(sample, config.input_size) for sample in shown]
        empty = np.zeros((config.input_size, config.input_size), np.bool_)
        categories.append(
            Category(
                name,
                good,
                _tokens(good, config, files[0]),
                _tokens(shown, config, files[1]),
                np.array([sample.defective for sample in shown]),
                np.stack([empty if mask is None else mask for mask in masks]),
                np.array([mask is not None for mask in masks]),
            )
        )
        logger.info("%s: %d good, %d test pictures (%s)", name, len(good), len(shown), config.padding)
    return tuple(categories)


def encode(samples: Sequence[Sample], config: DetectorConfig, change: Change = lambda image: image) -> Tensor:
    """Fused tokens (n, N, C) float16 of pictures, each changed before it is squashed."""
    detector = build_detector(config, backbone_state=find_backbone(Path("models"), config.backbone).state)
    encoder = TileEncoder(detector)
    parts = []
    for start in range(0, len(samples), encoder.batch):
        tiles = [_whole(change(load_picture(sample)), config) for sample in samples[start : start + encoder.batch]]
        parts.append(encoder.encode(np.concatenate(tiles)).tokens.half())
    return torch.cat(parts)


def _tokens(samples: Sequence[Sample], config: DetectorConfig, file: Path | None) -> Tensor:
    if file is not None and file.is_file():
        return torch.from_numpy(np.load(file, allow_pickle=False))
    tokens = encode(samples, config)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, tokens.numpy())
    return tokens


def _whole(image: NDArray[np.uint8], config: DetectorConfig) -> NDArray[np.uint8]:
    recipe = Recipe(product="any", version=0, model_name="draft", framing=Framing.WHOLE)
    return cut_frame(image, plan_frame(recipe, Size.of(image.shape), geometry_of(config)))


def _mask(sample: Sample, side_px: int) -> NDArray[np.bool_] | None:
    mask = load_mask(sample)
    if mask is None:
        return None
    return cv2.resize(mask.astype(np.uint8), (side_px, side_px), interpolation=cv2.INTER_NEAREST) > 0
