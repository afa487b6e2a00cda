"""How much a product's verdict owes to the network and how much to the memory: tried on drawn defects.

Both maps are divided by the peak they reach on held-out good pictures on average, and have a say in inverse proportion
to the variance of that peak: a map that good parts already shake is no judge. Then three ways of judging (network
alone, memory alone, both) look at held-out good pictures and at the same pictures with a defect drawn on each. Both
together is what judges, or the memory where few pictures are held out, unless another way is clearly better on this
product. A drawn defect is no real one: it chooses
between ways of judging, it promises nothing. Held-out pictures are remembered, too, so each is looked at without its
capture group.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import torch
from torch import Tensor

from inspector.core.errors import InvalidInput
from inspector.core.recipe import Framing
from inspector.training.drawn import draw_defect
from inspector.training.features import TileEncoder
from inspector.training.metrics import auroc
from inspector.training.peak import peak
from inspector.training.pictures import UnusablePicture
from inspector.training.products import TaughtProduct, spread
from inspector.training.samples import Sample, load_picture
from inspector.vision.manifest import Judge, Weighing
from inspector.vision.networks.config import DETAIL_STRIDE_PX
from inspector.vision.networks.memory import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from inspector.training.remembering import Remembered
    from inspector.vision.networks.detector import Detector, RawFeatures

MOST_TILES: Final = 192
"""Tiles of a product's good pictures that are looked at; as many are drawn on once more."""

MOST_PICTURES: Final = 48

CLEARLY: Final = 0.02
"""By so much another way must see more than the usual one on `MOST_PICTURES`, and on fewer as much more as the error of
an area grows: from 48 pictures it is about 0.04, but the ways look at the same pictures, which leaves a third of it."""

FEW: Final = 20
"""Held-out pictures below which the memory is the usual judge. It alone can be calibrated on all good pictures, each
left out in turn; so few others leave a margin so wide that hardly a defect is rejected (docs/model.md)."""

DETAIL_SHARE: Final = 0.35
"""Peak of the detail in relation to the peak of what it sharpens. From 0.25 to 0.5 the mean AUPRO is the same within
0.002 on four real and two drawn products; specks on cloth want more of it, broken biscuits less (docs/model.md)."""

_SMALLEST: Final = 1e-6


def weigh(
    detector: Detector,
    products: Sequence[TaughtProduct],
    remembered: Remembered,
    *,
    trained: bool,
    seed: int,
    cancelled: Callable[[], None],
    skipped: Callable[[Sample, UnusablePicture], None],
    done: Callable[[int, int], None],
) -> Mapping[str, Weighing]:
    """Set the weights of every product in the detector's memory, and tell what they rest on.

    A detector without memory is judged by its network as it is; nothing is looked at.

    Args:
        detector: with its memory filled.
        products: numbered as in the memory.
        remembered: what the memory holds of whom.
        trained: whether the network has learned; if not, the memory judges alone.
        seed: of the drawn defects.
        cancelled: called before every picture; raises to end it.
        skipped: told of pictures that cannot be used.
        done: told how many products of how many are done.

    Raises:
        InvalidInput: no held-out picture of a product can be read.
    """
    if not detector.memory.size:
        return {product.name: Weighing(Judge.NETWORK, {}) for product in products}
    found = {}
    for number, product in enumerate(products):
        done(number, len(products))
        maps = _look(
            detector, number, product, remembered, trained=trained, seed=seed, cancelled=cancelled, skipped=skipped
        )
        if not maps.good:
            raise InvalidInput([f"{product.name}: no held-out picture can be read"])
        found[product.name], weights = _choose(maps, trained=trained, few=len(product.held_out) < FEW)
        detector.memory.weigh(number, weights)
    done(len(products), len(products))
    return found


class _Frame(NamedTuple):
    """Maps of one frame's tiles: residual and distance (tiles, t, t), detail (tiles, 2 t, 2 t) if there is any."""

    residual: Tensor
    distance: Tensor
    detail: Tensor | None


class _Maps:
    """Maps of the good pictures and of their drawn twins, if any."""

    def __init__(self) -> None:
        self.good: list[_Frame] = []
        self.drawn: list[_Frame] = []


def _look(
    detector: Detector,
    number: int,
    product: TaughtProduct,
    remembered: Remembered,
    *,
    trained: bool,
    seed: int,
    cancelled: Callable[[], None],
    skipped: Callable[[Sample, UnusablePicture], None],
) -> _Maps:
    encoder = TileEncoder(detector)
    side = detector.config.input_size
    tiles = max(1, product.tile_count(product.held_out) // len(product.held_out))
    whole = product.framing.framing is Framing.WHOLE
    unit_px = None if whole else side / product.framing.scale
    random = np.random.Generator(np.random.PCG64([seed, number]))
    samples = spread(product.held_out, min(MOST_PICTURES, max(2, MOST_TILES // tiles)))
    maps = _Maps()
    donor: NDArray[np.uint8] | None = None
    for sample in samples:
        cancelled()
        try:
            picture = load_picture(sample)
        except UnusablePicture as error:
            skipped(sample, error)
            continue
        picture = np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture
        with remembered.without(number, product.groups[sample.name]):
            maps.good.append(_maps_of(detector, encoder.encode(product.cut(picture)), number, rebuild=trained))
            if trained:
                twin = draw_defect(picture, picture if donor is None else donor, random, unit_px=unit_px).image
                maps.drawn.append(_maps_of(detector, encoder.encode(product.cut(twin)), number, rebuild=True))
                donor = picture
    return maps


@torch.no_grad()
def _maps_of(detector: Detector, raw: RawFeatures, number: int, *, rebuild: bool) -> _Frame:
    tokens = detector.fuser.normalize(raw.tokens)
    product = torch.full((len(tokens),), number, dtype=torch.int64, device=tokens.device)
    residual = detector.residual(tokens, detector.reconstruct(tokens, jitter=False) if rebuild else tokens)
    distance = detector.memory.distance(tokens, product)
    rows, columns = detector.config.grid
    detail = None
    if detector.config.detail:
        found = detector.memory.detail_distance(detector.fuser.normalize_detail(raw.detail), product)
        detail = found.reshape(-1, 2 * rows, 2 * columns).cpu()
    return _Frame(residual.reshape(-1, rows, columns).cpu(), distance.reshape(-1, rows, columns).cpu(), detail)


def _choose(maps: _Maps, *, trained: bool, few: bool) -> tuple[Weighing, Weights]:
    peaks = np.array([[peak(frame.residual), peak(frame.distance)] for frame in maps.good])
    levels = np.maximum(peaks.mean(axis=0), _SMALLEST)
    variances = np.maximum((peaks / levels).var(axis=0), _SMALLEST)
    say = (1 / variances) / (1 / variances).sum()
    fine = [peak(frame.detail, DETAIL_STRIDE_PX) for frame in maps.good if frame.detail is not None]
    detail = DETAIL_SHARE / max(float(np.mean(fine)), _SMALLEST) if fine else 0.0
    ways = {
        Judge.BOTH: Weights(say[0] / levels[0], say[1] / levels[1], detail),
        Judge.MEMORY: Weights(0.0, 1 / levels[1], detail),
        Judge.NETWORK: Weights(1 / levels[0], 0.0, detail),
    }
    if not trained:
        return Weighing(Judge.MEMORY, {}), ways[Judge.MEMORY]
    seen = {judge: _area(maps, weights) for judge, weights in ways.items()}
    best = max(seen, key=lambda judge: seen[judge])
    usual = Judge.MEMORY if few else Judge.BOTH
    clearly = CLEARLY * math.sqrt(MOST_PICTURES / len(maps.good))
    chosen = best if seen[best] > seen[usual] + clearly else usual
    return Weighing(chosen, seen), ways[chosen]


def _area(maps: _Maps, weights: Weights) -> float:
    """Image AUROC of drawn against good pictures under these weights."""
    scores = [
        [peak(frame.residual * weights.residual + frame.distance * weights.distance) for frame in group]
        for group in (maps.good, maps.drawn)
    ]
    return auroc(scores[0], scores[1])
