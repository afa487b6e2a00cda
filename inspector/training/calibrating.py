"""After training: what good frames score by the pipeline that will judge, and the tiles of the model's self-test."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.geometry import Size
from inspector.core.setup_ports import LonePicture
from inspector.training.levels import ViewScores, product_entry
from inspector.training.outlier import stands_apart
from inspector.training.pictures import UnusablePicture
from inspector.training.products import TaughtProduct, samples_in_turn, spread
from inspector.training.remembering import Remembered
from inspector.training.samples import Sample, load_picture
from inspector.vision.manifest import Judge, ProductEntry, Weighing
from inspector.vision.model import TiledModel
from inspector.vision.store import SELF_TEST_TILES

TEACHING_SCORES: Final = 32
"""Teaching frames per product that are scored for the spread of scores (`levels`)."""

LEFT_OUT_SCORES: Final = 128
"""Frames that set the limit of a product whose network has no say: what the memory judges alone, it can judge of every
picture as if it had never seen it. 99 suffice for a limit at 1 % without assumptions."""

_QUARTERS: Final = (1, 1, 3, 3, 0, 0, 2, 2)


def scored_samples(product: TaughtProduct, weighing: Weighing) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Pictures whose scores set the limit, and those that only tell more about their spread."""
    if weighing.judge is Judge.MEMORY:
        return spread(product.pictures, LEFT_OUT_SCORES), ()
    return product.held_out, spread(product.teaching, TEACHING_SCORES)


class Calibrated(NamedTuple):
    """What calibration found out about a product."""

    entry: ProductEntry
    lone: LonePicture | None


def calibrate(
    model: TiledModel,
    products: Sequence[TaughtProduct],
    weighings: Mapping[str, Weighing],
    remembered: Remembered,
    *,
    scored: Callable[[int, int], None],
    skipped: Callable[[Sample, UnusablePicture], None],
) -> Mapping[str, Calibrated]:
    """Levels and limits of every product.

    Args:
        model: over a draft without products, so that nothing is divided yet, and over a runtime that sees what
            changes in the detector's memory.
        products: with their held-out pictures.
        weighings: by product, what its map is made of.
        remembered: what the memory holds of whom: every frame is scored without its own capture group.
        scored: told how many frames are done, of how many, after each.
        skipped: told of pictures that cannot be used.

    Raises:
        InvalidInput: no held-out picture of a product can be read.
        OperationalError: SYS-001: a score is not finite.
    """
    chosen = [scored_samples(product, weighings[product.name]) for product in products]
    total = sum(len(samples) for both in chosen for samples in both)
    done = 0
    calibrated = {}
    for number, product in enumerate(products):
        scores: list[dict[str, ViewScores]] = []
        for samples in chosen[number]:
            found = {}
            for sample in samples:
                done += 1
                scored(done, total)
                try:
                    with remembered.without(number, product.groups[sample.name]):
                        found[sample.name] = _view_scores(model, product, sample)
                except UnusablePicture as error:
                    skipped(sample, error)
            scores.append(found)
        if not scores[0]:
            raise InvalidInput([f"{product.name}: no held-out picture can be read"])
        limiting, others = scores
        weighing = weighings[product.name]
        entry = product_entry(product.framing, [*limiting.values()], [*others.values()], weighing=weighing)
        calibrated[product.name] = Calibrated(entry, _lone(limiting, entry, product.groups))
    return calibrated


def self_test_tiles(products: Sequence[TaughtProduct]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Real tiles (N, S, S, 3) of every product, and its number (N,); few pictures are stretched by turning them.

    On their side first, because upright they are remembered, mirrored perhaps, too, and what is nearly 0 tests nothing.

    Raises:
        InvalidInput: no picture can be read.
    """
    wanted = max(SELF_TEST_TILES, len(products))
    found = list(itertools.islice(_tiles_in_turn(products), wanted))
    if not found:
        raise InvalidInput(["no picture can be read"])
    laid = [(_laid(tile, turn), number) for turn in range(wanted) for tile, number in found][:wanted]
    return np.stack([tile for tile, _ in laid]), np.array([number for _, number in laid], np.int32)


def _lone(scores: Mapping[str, ViewScores], entry: ProductEntry, groups: Mapping[str, int]) -> LonePicture | None:
    """The picture with the highest score, if it stands apart and the limit had to make room for it.

    Others of its capture group do not count: a part that was taken twice is no company for itself.
    """
    shares = {
        name: max(
            found.tiles / entry.tile_level if entry.tile_level else 0.0,
            found.whole / entry.whole_level if entry.whole_level else 0.0,
        )
        for name, found in scores.items()
    }
    highest = max(shares, key=lambda name: shares[name])
    others = [share for name, share in shares.items() if groups[name] != groups[highest]]
    times = stands_apart([shares[highest], *others])
    return LonePicture(highest, times) if times and shares[highest] <= 1 else None


def _view_scores(model: TiledModel, product: TaughtProduct, sample: Sample) -> ViewScores:
    image = load_picture(sample)
    model.prepare(product.recipe, Size.of(image.shape))
    views = model.views(image)
    if not (math.isfinite(views.tile_score) and math.isfinite(views.whole_score)):
        raise OperationalError("SYS-001", f"The trained model gives no finite score for {sample.name}.")
    return ViewScores(views.tile_score, views.whole_score)


def _tiles_in_turn(products: Sequence[TaughtProduct]) -> Iterator[tuple[NDArray[np.uint8], int]]:
    numbers = {product.name: number for number, product in enumerate(products)}
    for product, sample in samples_in_turn(products, SELF_TEST_TILES):
        try:
            tiles = product.cut(load_picture(sample))
        except UnusablePicture:
            continue  # named when it is read for features or scored
        yield tiles[len(tiles) // 2], numbers[product.name]
        if len(tiles) > 1:
            yield tiles[-1], numbers[product.name]


def _laid(tile: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """One of the eight ways to lay a square tile; the first four are on its side."""
    laid = np.rot90(tile, _QUARTERS[turn % len(_QUARTERS)])
    return np.ascontiguousarray(laid[:, ::-1] if turn % 2 else laid)
