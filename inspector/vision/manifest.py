"""The manifest: what a model folder says about itself, read strictly.

A missing key filled in with a default could belie the weights, so every key must be there and none may be unknown. The
manifest also holds the hash of every other file of the folder; its own hash is the model's identity (`ModelRef`).
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import tomli_w

from inspector.core.calibration import Calibration
from inspector.core.contrast import HIGHEST_CONTRAST, lower_contrast
from inspector.core.errors import InvalidInput
from inspector.core.recipe import Framing
from inspector.core.refs import is_safe_name
from inspector.vision.networks.backbone import InputStatistics
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.tiles import ModelGeometry
from inspector.vision.toml_table import Fact, TomlTable
from inspector.vision.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SCHEMA: Final = 3
"""Version of the manifest's own shape; a newer one is refused, never guessed at."""


class InvalidManifest(InvalidInput):
    """A manifest has missing, unknown or wrong entries; carries all of them."""

    subject = "The manifest"


class Judge(StrEnum):
    """What a product's map is made of."""

    BOTH = "both"
    NETWORK = "network"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Weighing:
    """Why a product is judged as it is.

    Attributes:
        judge: what judges; the weights themselves lie beside the memory.
        drawn_auroc: area under the ROC curve on drawn defects by way of judging; empty when nothing was compared.
    """

    judge: Judge
    drawn_auroc: Mapping[Judge, float]


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """How one product was taught, and what its held-out good parts scored.

    Attributes:
        framing, scale, overlap_px: as in a recipe.
        tile_level: divisor of the tiles' raw map, so that 1.0 is the limit; 0 when the product was not taught in tiles.
        whole_level: the same for the whole picture; 0 when it was not taught as a whole.
        contrast: of the finished map, 1 or more; see `core.contrast`.
        calibration: of the fused scores, in the unit of the finished map.
        scores: the held-out good parts' fused scores, ascending.
        weighing: what makes the map, and what that rests on.
        turns: in which pictures are remembered, besides as they are.
    """

    framing: Framing
    scale: float
    overlap_px: int
    tile_level: float
    whole_level: float
    contrast: float
    calibration: Calibration
    scores: tuple[float, ...]
    weighing: Weighing
    turns: tuple[Turn, ...] = ()

    @property
    def shares(self) -> tuple[float, ...]:
        """The held-out scores before contrast was raised, as shares of the limit."""
        return tuple(lower_contrast(score, self.contrast) for score in self.scores)

    def problems(self) -> list[str]:
        """Every reason why this entry cannot be used."""
        found = []
        if not (math.isfinite(self.scale) and 0 < self.scale <= 4):
            found.append(f"scale {self.scale} is outside 0 to 4")
        if not 0 <= self.overlap_px <= 1024:
            found.append(f"overlap_px {self.overlap_px} is outside 0 to 1024")
        for name, level, needed in (
            ("tile_level", self.tile_level, self.framing is not Framing.WHOLE),
            ("whole_level", self.whole_level, self.framing is not Framing.TILES),
        ):
            if not (math.isfinite(level) and level >= 0):
                found.append(f"{name} {level} must be a number, 0 or more")
            elif needed and level == 0:
                found.append(f"{name} must be above 0 for framing {self.framing.value!r}")
        if not 1 <= self.contrast <= HIGHEST_CONTRAST:
            found.append(f"contrast {self.contrast} is outside 1 to {HIGHEST_CONTRAST}")
        if not self.scores or not all(math.isfinite(score) and score >= 0 for score in self.scores):
            found.append("scores must be a list of numbers, 0 or more, and not empty")
        elif list(self.scores) != sorted(self.scores):
            found.append("scores must ascend")
        if not (math.isfinite(self.calibration.limit) and self.calibration.limit > 0):
            found.append(f"calibration.limit {self.calibration.limit} must be a number above 0")
        if self.calibration.reached and self.calibration.extrapolated:
            found.append("calibration cannot be both reached and extrapolated")
        return found


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a model but its numbers.

    Attributes:
        name, version: the folder's; a draft that was not written yet has version 0.
        created_at: aware UTC time.
        preset: which training preset made it, for people.
        input: how pixels are scaled before the network.
        offset_px: (dx, dy) in network pixels by which the map's drawing must be moved (uniad.md 11.2).
        rim_cells, overlap_px: default tiling; a recipe may ask for another overlap.
        memory: products in the order in which the detector's memory numbers them.
        products: by name; none in a draft that was not calibrated yet.
        second_looks: by product, how its whole picture is turned to be looked at once more.
        files: SHA-256 of every other file of the folder, by file name.
        training: plain facts: data hash, steps, seconds, seed, loss, library versions …
        license: under which the weights may be used.
    """

    name: str
    version: int
    created_at: datetime
    preset: str
    detector: DetectorConfig
    input: InputStatistics
    offset_px: tuple[float, float]
    rim_cells: int
    overlap_px: int
    memory: tuple[str, ...]
    products: Mapping[str, ProductEntry]
    training: Mapping[str, Fact]
    license: str
    second_looks: Mapping[str, Turn] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def architecture(self) -> str:
        """The paper's name of the network."""
        return self.detector.architecture

    @property
    def tile_px(self) -> int:
        """Side of a tile in network pixels."""
        return self.detector.input_size

    @property
    def cells(self) -> int:
        """Cells along a side of a tile."""
        return self.detector.cells

    @property
    def geometry(self) -> ModelGeometry:
        """What the model fixes of tiling."""
        return ModelGeometry(self.tile_px, self.detector.cell_px, self.rim_cells, self.offset_px)


def write_manifest(manifest: Manifest) -> str:
    """The manifest as TOML text; `read_manifest` gives an equal value back."""
    document = {
        "schema": manifest.schema,
        "name": manifest.name,
        "version": manifest.version,
        "created_at": manifest.created_at,
        "architecture": manifest.architecture,
        "preset": manifest.preset,
        "license": manifest.license,
        "detector": manifest.detector.to_dict(),
        "input": {"mean": list(manifest.input.mean), "std": list(manifest.input.std)},
        "geometry": {
            "tile_px": manifest.tile_px,
            "cell_px": manifest.detector.cell_px,
            "offset_px": list(manifest.offset_px),
            "rim_cells": manifest.rim_cells,
            "overlap_px": manifest.overlap_px,
        },
        "memory": {"products": list(manifest.memory)},
        "second_looks": {name: turn.value for name, turn in manifest.second_looks.items()},
        "products": {name: _product_table(entry) for name, entry in manifest.products.items()},
        "training": dict(manifest.training),
        "files": dict(manifest.files),
    }
    return tomli_w.dumps(document)


def read_manifest(text: str) -> Manifest:
    """Read a manifest strictly.

    Raises:
        InvalidManifest: not TOML, a newer schema, or missing, unknown and wrong keys; all problems at once.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidManifest([f"it is not TOML: {error}"]) from error
    schema = document.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        raise InvalidManifest(
            [f"it has schema {schema} and this program reads up to {SCHEMA}; it was written by a newer version"]
        )
    if isinstance(schema, int) and not isinstance(schema, bool) and schema < SCHEMA:
        raise InvalidManifest([f"it has schema {schema}, from before maps had detail; teach the model again"])
    root = TomlTable(document, "")
    schema = root.integer("schema", 1)
    name = root.text("name")
    version = root.integer("version", 1)
    created_at = root.time("created_at")
    architecture = root.text("architecture")
    preset = root.text("preset")
    license_ = root.text("license")
    detector = _read_detector(root.table("detector"))
    statistics = _read_input(root.table("input"))
    geometry = root.table("geometry")
    tile_px = geometry.integer("tile_px", 1)
    cell_px = geometry.integer("cell_px", 1)
    offset_px = geometry.numbers("offset_px", 2)
    rim_cells = geometry.integer("rim_cells", 0)
    overlap_px = geometry.integer("overlap_px", 0)
    geometry.finish()
    memory_table = root.table("memory")
    memory = memory_table.names("products")
    memory_table.finish()
    # Manifests written before there were second looks lack the table, and their products got none.
    second_looks = root.table("second_looks").texts() if "second_looks" in root else {}
    for key, turn in second_looks.items():
        if turn not in set(Turn) or key not in memory:
            wanted = f"one of {[value.value for value in Turn]}, for one of {list(memory)}"
            root.problem(f"second_looks.{key}", wanted, turn)
    products = {key: _read_product(table) for key, table in root.table("products").tables()}
    if not products:
        root.problem("products", "at least one", {})
    if sorted(products) != sorted(memory):
        root.problem("memory.products", f"the names {sorted(products)} in some order", list(memory))
    training = root.table("training").facts()
    files = root.table("files").texts()
    root.finish()
    problems = root.problems
    if name and not is_safe_name(name):
        problems.append(f"name {name!r} may not become a folder")
    if detector is not None:
        if architecture != detector.architecture:
            problems.append(f"architecture {architecture!r} is not the detector's, {detector.architecture!r}")
        if tile_px != detector.input_size or cell_px != detector.cell_px:
            problems.append(
                f"geometry has tiles of {tile_px} px and cells of {cell_px} px,"
                f" the detector {detector.input_size} and {detector.cell_px}"
            )
    for key, entry in products.items():
        problems += [f"products.{key}: {problem}" for problem in (entry.problems() if entry else ())]
    if problems or detector is None or statistics is None:
        raise InvalidManifest(problems)
    return Manifest(
        schema=schema,
        name=name,
        version=version,
        created_at=created_at,
        preset=preset,
        detector=detector,
        input=statistics,
        offset_px=(offset_px[0], offset_px[1]),
        rim_cells=rim_cells,
        overlap_px=overlap_px,
        memory=memory,
        products={key: entry for key, entry in products.items() if entry is not None},
        training=training,
        license=license_,
        second_looks={key: Turn(turn) for key, turn in second_looks.items()},
        files=files,
    )


def _product_table(entry: ProductEntry) -> dict[str, Any]:
    calibration = entry.calibration
    return {
        "framing": entry.framing.value,
        "scale": entry.scale,
        "overlap_px": entry.overlap_px,
        "tile_level": entry.tile_level,
        "whole_level": entry.whole_level,
        "contrast": entry.contrast,
        "scores": list(entry.scores),
        "judge": entry.weighing.judge.value,
        "turns": [turn.value for turn in entry.turns],
        "drawn_auroc": {judge.value: area for judge, area in entry.weighing.drawn_auroc.items()},
        "calibration": {
            "limit": calibration.limit,
            "samples": calibration.samples,
            "rank": calibration.rank,
            "target_rate": calibration.target_rate,
            "expected_rate": calibration.expected_rate,
            "upper_rate": calibration.upper_rate,
            "reached": calibration.reached,
            "extrapolated": calibration.extrapolated,
        },
    }


def _read_product(table: TomlTable) -> ProductEntry | None:
    before = len(table.problems)
    framing = table.text("framing")
    if framing and framing not in {value.value for value in Framing}:
        table.problem("framing", f"one of {[value.value for value in Framing]}", framing)
    scale = table.number("scale")
    overlap_px = table.integer("overlap_px", 0)
    tile_level = table.number("tile_level")
    whole_level = table.number("whole_level")
    contrast = table.number("contrast")
    scores = table.numbers("scores", None)
    judge = table.text("judge")
    if judge and judge not in set(Judge):
        table.problem("judge", f"one of {[value.value for value in Judge]}", judge)
    # Manifests written before turns were tried lack the key, and nothing turned was remembered.
    named = table.names("turns") if "turns" in table else ()
    turns = tuple(turn for turn in Turn if turn in named)
    if len(turns) < len(named):
        table.problem("turns", f"some of {[value.value for value in Turn]}", list(named))
    areas = table.table("drawn_auroc")
    drawn_auroc = {value: areas.number(value.value) for value in Judge if value.value in areas}
    areas.finish()
    inner = table.table("calibration")
    calibration = Calibration(
        limit=inner.number("limit"),
        samples=inner.integer("samples", 1),
        rank=inner.integer("rank", 1),
        target_rate=inner.number("target_rate"),
        expected_rate=inner.number("expected_rate"),
        upper_rate=inner.number("upper_rate"),
        reached=inner.boolean("reached"),
        # Manifests written before tails were extrapolated lack the key, and no limit of theirs was.
        extrapolated="extrapolated" in inner and inner.boolean("extrapolated"),
    )
    inner.finish()
    table.finish()
    if len(table.problems) > before:
        return None
    weighing = Weighing(Judge(judge), drawn_auroc)
    return ProductEntry(
        Framing(framing), scale, overlap_px, tile_level, whole_level, contrast, calibration, scores, weighing, turns
    )


def _read_detector(table: TomlTable) -> DetectorConfig | None:
    if not table.present:
        return None
    try:
        return DetectorConfig.from_dict(table.take_all())
    except ValueError as error:
        table.problems.append(f"detector: {str(error).removeprefix('detector configuration: ')}")
        return None


def _read_input(table: TomlTable) -> InputStatistics | None:
    mean, std = table.numbers("mean", 3), table.numbers("std", 3)
    table.finish()
    if len(mean) != 3 or len(std) != 3:
        return None
    if not all(value > 0 for value in std):
        table.problem("std", "three numbers above 0", std)
        return None
    return InputStatistics((mean[0], mean[1], mean[2]), (std[0], std[1], std[2]))
