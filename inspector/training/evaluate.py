"""How well a finished model judges pictures whose truth is known: the seven usual figures, and what its limit does.

The limit is the one calibrated at training. Nothing here is fitted on the test pictures, and no figure depends on a
threshold chosen on them but the F1 maxima, which are defined that way.
"""

import heapq
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.ports import AnomalyModel
from inspector.core.recipe import Recipe
from inspector.training.dataset import read_for_test
from inspector.training.metrics import (
    Curve,
    PixelCounter,
    PixelFigures,
    auroc,
    average_precision,
    f1_max,
    roc_curve,
)
from inspector.training.pictures import UnusablePicture
from inspector.training.samples import Sample, Skipped, Split, load_mask, load_picture
from inspector.vision.rendering import map_to_frame

logger = logging.getLogger(__name__)

WORST: Final = 6
"""Pictures kept of each kind of mistake, or of what came nearest to one."""


@dataclass(frozen=True, slots=True)
class EvaluationProgress:
    """Where an evaluation stands; `seconds_left` is None until the first picture."""

    category: str
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One judged picture that is worth showing."""

    sample: Sample
    anomaly_map: AnomalyMap


@dataclass(frozen=True, slots=True)
class Figures:
    """What `evaluate --json` says of a category; NaN where a figure has no meaning, written as null.

    Attributes:
        limit: of the calibration, in the unit of scores.
        false_reject_rate: share of good test pictures above the limit.
        detection_rate: share of defective test pictures above the limit.
        ms_per_frame: median time from picture to map.
    """

    image_auroc: float
    image_ap: float
    image_f1max: float
    pixel_auroc: float
    pixel_ap: float
    pixel_f1max: float
    aupro: float
    n_good: int
    n_defect: int
    limit: float
    false_reject_rate: float
    detection_rate: float
    ms_per_frame: float

    def to_dict(self) -> dict[str, float | int | None]:
        """Plain JSON types."""
        return {name: _number(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class CategoryResult:
    """One category's figures and what the report draws of it.

    Attributes:
        good, defective: scores.
        worst_good: good pictures with the highest scores, highest first.
        worst_defective: defective pictures with the lowest scores, lowest first.
        by_kind: pictures and detected pictures of every kind of defect.
    """

    figures: Figures
    good: tuple[float, ...]
    defective: tuple[float, ...]
    roc: Curve
    pixels: PixelFigures
    worst_good: tuple[Case, ...]
    worst_defective: tuple[Case, ...]
    by_kind: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A finished evaluation.

    Attributes:
        data: where the pictures came from.
        skipped: categories and files that were left out, with the reason.
    """

    model: str
    device: str
    runtime: str
    data: str
    categories: Mapping[str, CategoryResult]
    skipped: tuple[Skipped, ...] = ()
    finished_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def mean(self) -> dict[str, float | None]:
        """Mean of every rate and figure over the categories that have it."""
        rows = [result.figures.to_dict() for result in self.categories.values()]
        return {name: _mean([row[name] for row in rows]) for name in _MEANT}

    def to_dict(self) -> dict[str, Any]:
        """The object that `evaluate --json` writes."""
        return {
            "model": self.model,
            "device": self.device,
            "runtime": self.runtime,
            "categories": {name: result.figures.to_dict() for name, result in self.categories.items()},
            "mean": self.mean,
        }


_MEANT: Final = (
    "image_auroc",
    "image_ap",
    "image_f1max",
    "pixel_auroc",
    "pixel_ap",
    "pixel_f1max",
    "aupro",
    "false_reject_rate",
    "detection_rate",
    "ms_per_frame",
)


def evaluate(
    model: AnomalyModel,
    data: Path,
    *,
    image_root: Path | None = None,
    progress: Callable[[EvaluationProgress], None] = lambda _: None,
) -> Evaluation:
    """Judge every test picture of the categories that the model was taught.

    Args:
        model: loaded; it is prepared here as often as needed, and not closed.
        data: folder in MVTec's layout, or a JSON-lines manifest.
        image_root: folder of the pictures a manifest names.
        progress: called after each picture.

    Raises:
        InvalidInput: the data cannot be used, or the model was taught none of its categories.
        OperationalError: GPU-001; SYS-001 when a map is not finite.
    """
    dataset = read_for_test(data, image_root)
    skipped = list(dataset.skipped)
    known = [name for name in dataset.products if name in model.products]
    skipped += [
        Skipped(name, f"the model {model.ref} was not taught this category")
        for name in dataset.products
        if name not in known
    ]
    if not known:
        raise InvalidInput(
            [f"the model {model.ref} knows {', '.join(model.products)}; the data has {', '.join(dataset.products)}"]
        )
    samples = {name: dataset.of(name, Split.TEST, Split.ANY) for name in known}
    clock = _Clock(sum(map(len, samples.values())), progress)
    categories = {name: _judge(model, name, samples[name], clock, skipped) for name in known}
    return Evaluation(str(model.ref), model.device, model.runtime, str(data), categories, tuple(skipped))


def _judge(
    model: AnomalyModel, product: str, samples: Sequence[Sample], clock: "_Clock", skipped: list[Skipped]
) -> CategoryResult:
    recipe = model.recipe_for(product)
    limit = recipe.rule.score_threshold
    tally = _Tally()
    prepared = Size(0, 0)
    # By size, because preparing costs time; the order changes no figure.
    for sample in sorted(samples, key=lambda sample: (sample.frame_size.height, sample.frame_size.width)):
        try:
            image, mask = load_picture(sample), load_mask(sample)
        except UnusablePicture as error:
            logger.warning("Left out %r: %s", sample.name, error)
            skipped.append(Skipped(sample.name, str(error)))
        else:
            if Size.of(image.shape) != prepared:
                prepared = Size.of(image.shape)
                model.prepare(recipe, prepared)
            tally.add(sample, *_timed(model, recipe, image, sample), mask)
        clock.tick(product)
    return tally.result(limit)


def _timed(model: AnomalyModel, recipe: Recipe, image: NDArray[np.uint8], sample: Sample) -> tuple[AnomalyMap, float]:
    frame = Frame(
        image=image,
        frame_id=1,
        camera_id=f"evaluate:{recipe.product}",
        captured_at=datetime.now(UTC),
        received_ns=time.monotonic_ns(),
        simulated=True,
        label=sample.name,
    )
    began = time.perf_counter_ns()
    anomaly_map = model.infer(frame)
    spent_ms = (time.perf_counter_ns() - began) / 1e6
    if not (math.isfinite(anomaly_map.score) and np.isfinite(anomaly_map.values).all()):
        raise OperationalError("SYS-001", f"The map of {sample.name} holds values that are not finite.")
    return anomaly_map, spent_ms


class _Tally:
    """Collects one category's judgments; keeps maps only of the worst."""

    def __init__(self) -> None:
        self._good: list[float] = []
        self._defective: list[float] = []
        self._kinds: list[tuple[str, float]] = []
        self._spent_ms: list[float] = []
        self._pixels = PixelCounter()
        # Smallest first, so that heaps drop the least interesting; the number decides between equals.
        self._worst_good: list[tuple[float, int, Case]] = []
        self._worst_defective: list[tuple[float, int, Case]] = []

    def add(self, sample: Sample, anomaly_map: AnomalyMap, spent_ms: float, mask: NDArray[np.bool_] | None) -> None:
        score, number, case = anomaly_map.score, len(self._spent_ms), Case(sample, anomaly_map)
        self._spent_ms.append(spent_ms)
        if sample.defective:
            self._defective.append(score)
            self._kinds.append((sample.kind, score))
            _keep(self._worst_defective, (-score, number, case))
        else:
            self._good.append(score)
            _keep(self._worst_good, (score, number, case))
        if mask is not None:
            self._pixels.add(map_to_frame(anomaly_map, Size.of(mask.shape)), mask)

    def result(self, limit: float) -> CategoryResult:
        good, defective = self._good, self._defective
        pixels = self._pixels.figures()
        figures = Figures(
            image_auroc=auroc(good, defective),
            image_ap=average_precision(good, defective),
            image_f1max=f1_max(good, defective),
            pixel_auroc=pixels.auroc,
            pixel_ap=pixels.average_precision,
            pixel_f1max=pixels.f1_max,
            aupro=pixels.aupro,
            n_good=len(good),
            n_defect=len(defective),
            limit=limit,
            false_reject_rate=_share_above(good, limit),
            detection_rate=_share_above(defective, limit),
            ms_per_frame=median(self._spent_ms) if self._spent_ms else math.nan,
        )
        kinds = sorted({kind for kind, _ in self._kinds})
        return CategoryResult(
            figures=figures,
            good=tuple(good),
            defective=tuple(defective),
            roc=roc_curve(good, defective),
            pixels=pixels,
            worst_good=_worst(self._worst_good),
            worst_defective=_worst(self._worst_defective),
            by_kind={
                name: (
                    sum(kind == name for kind, _ in self._kinds),
                    sum(kind == name and score > limit for kind, score in self._kinds),
                )
                for name in kinds
            },
        )


class _Clock:
    """Counts pictures and says what is left."""

    def __init__(self, total: int, progress: Callable[[EvaluationProgress], None]) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._began = time.perf_counter()

    def tick(self, category: str) -> None:
        self._done += 1
        left = (time.perf_counter() - self._began) / self._done * (self._total - self._done)
        self._progress(EvaluationProgress(category, self._done, self._total, left))


def _keep(heap: list[tuple[float, int, Case]], entry: tuple[float, int, Case]) -> None:
    if len(heap) < WORST:
        heapq.heappush(heap, entry)
    else:
        heapq.heappushpop(heap, entry)


def _worst(heap: list[tuple[float, int, Case]]) -> tuple[Case, ...]:
    return tuple(case for _, _, case in sorted(heap, key=lambda entry: entry[:2], reverse=True))


def _share_above(scores: Sequence[float], limit: float) -> float:
    return sum(score > limit for score in scores) / len(scores) if scores else math.nan


def _mean(values: Sequence[float | int | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def _number(value: float) -> float | int | None:
    return value if math.isfinite(value) else None
