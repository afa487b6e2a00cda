"""Which turned pictures of a product are further good parts: measured, product by product.

Planks, brushed sheet and biscuits come to the line either way round, and a few dozen pictures do not show each way. Of
such products the memory may know the pictures turned, too. A cap with a lettering or a screw is different: turned, it
is no good part. So every turn is tried on pictures whose capture group the memory does without for that moment. Only
where turned pictures score as the same pictures do unturned, they tell more about what is good.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from inspector.training.features import TileEncoder
from inspector.training.metrics import auroc
from inspector.training.peak import peak
from inspector.training.pictures import UnusablePicture
from inspector.training.products import TaughtProduct, spread
from inspector.training.remembering import Remembered
from inspector.training.samples import Sample, load_picture
from inspector.vision.manifest import Judge
from inspector.vision.networks.detector import Detector
from inspector.vision.turns import Turn, turned

ALIKE: Final = 0.6
"""Area under the ROC curve of turned against unturned pictures up to which they are alike; 0.5 is no difference at all.
Measured on ten products: 0.40 to 0.57 for biscuits, brushed sheet and planks turned by half, 0.61 and 0.63 for planks
mirrored, 0.66 to 0.75 for magnetic tiles, and 0.88 and more for all others. The first gain, magnetic tiles do not, and
the others lose. Of the same 32 pictures turned and unturned an area has an error of 0.04, so planks are sometimes
mirrored, too, which is as good."""

FEW: Final = 128
"""Up to so many pictures a product is tried. More show by themselves what is good, and their scores set a limit without
assumptions."""

TRIED_PICTURES: Final = 32
TRIED_TILES: Final = 96
FEWEST_PICTURES: Final = 8
"""Pictures of a product, and about how many of their tiles, that are looked at unturned and in every turn. However many
tiles they make, so many pictures are: of two or three, an area says nothing."""

_WAYS: Final = (None, *Turn)


def find_turns(
    detector: Detector,
    products: Sequence[TaughtProduct],
    remembered: Remembered,
    *,
    cancelled: Callable[[], None],
    skipped: Callable[[Sample, UnusablePicture], None],
) -> Mapping[str, tuple[Turn, ...]]:
    """The turns in which a product's pictures look as good as they do unturned; none of many, or without memory.

    Args:
        detector: with its memory filled by unturned pictures.
        products: numbered as in the memory.
        remembered: what the memory holds of whom.
        cancelled: called before every picture; raises to end it.
        skipped: told of pictures that cannot be used.
    """
    if not detector.memory.size:
        return {product.name: () for product in products}
    encoder = TileEncoder(detector)
    found = {}
    for number, product in enumerate(products):
        scores: list[list[float]] = []
        for sample in tried_samples(product):
            cancelled()
            try:
                picture = load_picture(sample)
            except UnusablePicture as error:
                skipped(sample, error)
                continue
            tiles = np.concatenate([product.cut(turned(picture, way)) for way in _WAYS])
            with remembered.without(number, product.groups[sample.name]):
                scores.append(_scores(detector, encoder, tiles, number))
        own, *others = zip(*scores, strict=True) if scores else [()] * len(_WAYS)
        found[product.name] = tuple(
            turn for turn, other in zip(Turn, others, strict=True) if own and auroc(own, other) <= ALIKE
        )
    return found


def tried_samples(product: TaughtProduct) -> tuple[Sample, ...]:
    """Pictures by which `find_turns` judges: of those that the memory knows, if they are few."""
    if len(product.known) > FEW:
        return ()
    tiles = max(1, product.tile_count(product.known) // max(1, len(product.known)))
    return spread(product.known, min(TRIED_PICTURES, max(FEWEST_PICTURES, TRIED_TILES // tiles)))


def second_looks(turns: Mapping[str, Sequence[Turn]], judges: Mapping[str, Judge]) -> Mapping[str, Turn]:
    """How the whole picture of a product is turned to be looked at once more, where that is of use.

    Half round, if that is one of its turns, since it changes most. None where the network has a say: it was taught
    unturned pictures.
    """
    return {
        name: Turn.HALF if Turn.HALF in known else known[0]
        for name, known in turns.items()
        if known and judges[name] is Judge.MEMORY
    }


@torch.no_grad()
def _scores(detector: Detector, encoder: TileEncoder, tiles: NDArray[np.uint8], number: int) -> list[float]:
    """What the tiles of each way score, of as many tiles of each."""
    tokens = detector.fuser.normalize(encoder.encode(tiles).tokens)
    product = torch.full((len(tokens),), number, dtype=torch.int64, device=tokens.device)
    distance = detector.memory.distance(tokens, product).reshape(-1, *detector.config.grid)
    return [peak(part) for part in distance.chunk(len(_WAYS))]
