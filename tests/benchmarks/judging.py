"""From maps of tokens to the figures of a row: image AUROC by two scores, AUPRO, and the level that maps share.

The image score is the maximum over single tokens (box 1) and over the means of 2 x 2 tokens (box 2). AUPRO is measured
as the peers are: maps enlarged bilinearly to the network's input, every second pixel counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812, torch's own name for it

from inspector.training.metrics import FPR_LIMIT, auroc
from tests.benchmarks.pack import Category

THINNED = 2
"""Every so many-th pixel of a side counts for AUPRO."""

CUTS = 200
"""False-positive rates at which the overlap is looked up."""

LEVEL_BOX = 2
"""Tokens on a side over which the map is averaged for its level on good pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """What one judge says of one category, (n, h, w) float32 each, none below 0."""

    test: Tensor
    held_out: Tensor

    @property
    def level(self) -> float:
        """Mean over held-out good pictures of their score; in units of it, maps of different judges are comparable."""
        return float(scores(self.held_out, LEVEL_BOX).mean())

    def scaled(self) -> "Maps":
        """In units of its level."""
        return Maps(self.test / self.level, self.held_out / self.level)


@dataclass(frozen=True, slots=True)
class Figures:
    """One judge on one category; `box1` and `box2` are image AUROC."""

    box1: float
    box2: float
    aupro: float


Judged = Mapping[str, Figures]
"""Figures by category."""


def mean_of(first: Maps, second: Maps) -> Maps:
    """The fusion: both in units of their level, averaged."""
    a, b = first.scaled(), second.scaled()
    return Maps((a.test + b.test) / 2, (a.held_out + b.held_out) / 2)


def maximum_of(first: Maps, second: Maps) -> Maps:
    """Both in units of their level, whichever is larger at each token."""
    a, b = first.scaled(), second.scaled()
    return Maps(torch.maximum(a.test, b.test), torch.maximum(a.held_out, b.held_out))


def geometric_of(first: Maps, second: Maps) -> Maps:
    """Square root of the product; needs no level."""
    return Maps((first.test * second.test).sqrt(), (first.held_out * second.held_out).sqrt())


def scores(maps: Tensor, box: int) -> Tensor:
    """Score of each picture (n,): the largest mean of box x box tokens, none of them beyond the border."""
    return F.avg_pool2d(maps[:, None], box, stride=1).flatten(1).amax(dim=1)


def figures(category: Category, maps: Maps) -> Figures:
    """Measure one judge's maps of one category."""
    by_box = {}
    for box in (1, 2):
        found = scores(maps.test, box).double().numpy()
        by_box[box] = auroc(found[~category.defective].tolist(), found[category.defective].tolist())
    return Figures(by_box[1], by_box[2], _aupro(category, maps.test))


def _aupro(category: Category, maps: Tensor) -> float:
    side = category.masks.shape[-1]
    pixels = F.interpolate(maps[:, None], size=(side, side), mode="bilinear", align_corners=False)
    values = pixels[:, 0, ::THINNED, ::THINNED].numpy()[category.outlined]
    masks = category.masks[category.outlined][:, ::THINNED, ::THINNED]
    regions = _regions(values, masks)
    good = values[~masks]
    if not regions or not good.size:
        return float("nan")
    rates = np.linspace(0, FPR_LIMIT, CUTS)
    limits = np.quantile(good, 1 - rates)
    overlap = np.mean([1 - np.searchsorted(region, limits) / len(region) for region in regions], axis=0)
    return float(np.trapezoid(overlap, rates) / FPR_LIMIT)


def _regions(values: NDArray[np.float32], masks: NDArray[np.bool_]) -> list[NDArray[np.float32]]:
    """Sorted values of every connected defect."""
    found = []
    for value, mask in zip(values, masks, strict=True):
        if mask.any():
            count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
            found += [np.sort(value[labels == number]) for number in range(1, count)]
    return found
