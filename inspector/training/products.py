"""A product on its way through a training: its pictures, how they are framed, and the tiles they are cut into."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size
from inspector.core.recipe import Framing, Recipe
from inspector.training.dataset import Dataset, capture_groups, hold_out
from inspector.training.framing import ProductFraming, choose_framing
from inspector.training.samples import Sample, Split
from inspector.vision.tiles import ModelGeometry, cut_frame, plan_frame

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TaughtProduct:
    """One product of a training.

    Attributes:
        geometry: of the model that is taught.
        teaching: pictures the network learns from.
        held_out: pictures that set the limit and teach the network nothing.
        groups: number of each picture's capture group by its name. Pictures of a group may be near-copies.
    """

    name: str
    framing: ProductFraming
    geometry: ModelGeometry
    teaching: tuple[Sample, ...]
    held_out: tuple[Sample, ...]
    groups: Mapping[str, int]

    @property
    def pictures(self) -> tuple[Sample, ...]:
        """All of them."""
        return (*self.teaching, *self.held_out)

    @property
    def known(self) -> tuple[Sample, ...]:
        """Those that the memory may know. What people held out stays unseen: they check by it."""
        return tuple(sample for sample in self.pictures if sample.split is not Split.HELD_OUT)

    @property
    def recipe(self) -> Recipe:
        """The product inspected without any level, as calibration does."""
        return Recipe(
            product=self.name,
            version=0,
            model_name="draft",
            framing=self.framing.framing,
            scale=self.framing.scale,
            overlap_px=self.framing.overlap_px,
        )

    def cut(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Tiles (N, S, S, 3) of a frame, exactly as the pipeline cuts them."""
        return cut_frame(image, plan_frame(self.recipe, Size.of(image.shape), self.geometry))

    def tile_count(self, samples: Sequence[Sample]) -> int:
        """Tiles of all these pictures."""
        if self.framing.framing is Framing.WHOLE:
            return len(samples)
        sizes = {sample.frame_size for sample in samples}
        counts = {size: plan_frame(self.recipe, size, self.geometry).tiles for size in sizes}
        return sum(counts[sample.frame_size] for sample in samples)


def find_products(
    dataset: Dataset,
    geometry: ModelGeometry,
    *,
    seed: int,
    scale: float | None = None,
    scales: Mapping[str, float] | None = None,
    whole: bool = False,
) -> tuple[TaughtProduct, ...]:
    """Hold pictures of every product out, and choose its framing.

    `scale` or `whole` overrules the choice, and `scales` both for single products.

    Raises:
        InvalidInput: a product has too few pictures.
    """
    products = []
    for name in dataset.products:
        samples = dataset.of(name, *Split)
        teaching, held_out = hold_out(samples, seed=seed)
        sizes = [sample.frame_size for sample in samples]
        own = (scales or {}).get(name)
        framing = choose_framing(sizes, geometry, scale=own or scale, whole=whole and own is None)
        groups = {
            samples[index].name: number for number, group in enumerate(capture_groups(samples)) for index in group
        }
        products.append(TaughtProduct(name, framing, geometry, teaching, held_out, groups))
    return tuple(products)


def interleaved(products: Sequence[TaughtProduct], seed: int) -> list[tuple[int, Sample]]:
    """Teaching pictures with their product's number, in turn; a product's in random order.

    So a cut by time costs all products the same.
    """
    places: list[tuple[int, int, Sample]] = []
    for number, product in enumerate(products):
        order = np.random.Generator(np.random.PCG64([seed, number])).permutation(len(product.teaching))
        places += [(turn, number, product.teaching[index]) for turn, index in enumerate(order.tolist())]
    return [(number, sample) for _, number, sample in sorted(places, key=lambda place: place[:2])]


def samples_in_turn(products: Sequence[TaughtProduct], count: int) -> Iterator[tuple[TaughtProduct, Sample]]:
    """Up to `count` pictures of each product, held-out ones first, one product after the other."""
    lists = [(product, spread((*product.held_out, *product.teaching), count)) for product in products]
    for turn in range(count):
        for product, samples in lists:
            if turn < len(samples):
                yield product, samples[turn]


def spread(samples: Sequence[T], count: int) -> tuple[T, ...]:
    """At most `count` samples, evenly over the whole."""
    if len(samples) <= count:
        return tuple(samples)
    return tuple(samples[index * len(samples) // count] for index in range(count))


def some_tiles(tiles: NDArray[np.uint8], count: int, sample: Sample) -> NDArray[np.uint8]:
    """At most `count` tiles of a frame; which ones follows from the picture's hash."""
    if len(tiles) <= count:
        return tiles
    chosen = np.random.Generator(np.random.PCG64(int(sample.sha256[:15], 16))).permutation(len(tiles))[:count]
    return tiles[np.sort(chosen)]
