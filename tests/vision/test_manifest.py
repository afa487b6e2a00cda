"""Manifests come back as they were written, and are refused with every problem named."""

import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest
import tomli_w

from inspector.core.recipe import Framing
from inspector.vision.manifest import InvalidManifest, Judge, Manifest, Weighing, read_manifest, write_manifest
from inspector.vision.turns import Turn
from tests.support.vision import product_entry, tiny_manifest


def written() -> Manifest:
    products = {
        "cap": product_entry(),
        "瓶盖 32/a.b": product_entry(Framing.TILES_AND_WHOLE, 1.5, 2.5, 0.5),
        "whole": product_entry(Framing.WHOLE, 0.0, 3.0),
    }
    return replace(tiny_manifest(products), version=3, files={"weights.safetensors": "ab" * 32})


def document() -> dict[str, Any]:
    return tomllib.loads(write_manifest(written()))


def test_comes_back_equal() -> None:
    assert read_manifest(write_manifest(written())) == written()


def test_every_missing_key_is_named() -> None:
    whole = document()
    for key in set(whole) - {"second_looks"}:  # older manifests lack it
        with pytest.raises(InvalidManifest, match=rf"\b{key}: missing key"):
            read_manifest(tomli_w.dumps({other: value for other, value in whole.items() if other != key}))


@pytest.mark.parametrize("table", ["input", "geometry"])
def test_every_missing_and_unknown_inner_key_is_named_at_once(table: str) -> None:
    changed = document()
    keys = list(changed[table])
    changed[table] = {"surprise": 1}
    with pytest.raises(InvalidManifest) as caught:
        read_manifest(tomli_w.dumps(changed))
    for key in keys:
        assert f"{table}.{key}: missing key" in str(caught.value)
    assert f"{table}.surprise: unknown key" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("version", 0, "version: expected a whole number from 1, found 0"),
        ("version", True, "version: expected a whole number"),
        ("name", "../up", "may not become a folder"),
        ("created_at", "yesterday", "created_at: expected a date and time with zone"),
        ("architecture", "other", "architecture 'other' is not the detector's"),
        ("geometry.tile_px", 96, "geometry has tiles of 96 px"),
        ("geometry.offset_px", [1.0], "geometry.offset_px: expected 2 finite numbers"),
        ("geometry.offset_px", [float("nan"), 0.0], "geometry.offset_px: expected 2 finite numbers"),
        ("input.std", [0.5, 0.0, 0.5], "input.std: expected three numbers above 0"),
        ("detector.hidden", "many", "detector: hidden: must be a whole number"),
        ("detector.surprise", 1, "detector: unknown key 'surprise'"),
        ("products.cap.framing", "sideways", "products.cap.framing: expected one of"),
        ("products.cap.tile_level", 0.0, "products.cap: tile_level must be above 0"),
        ("products.cap.tile_level", -1.0, "products.cap: tile_level -1.0 must be a number"),
        ("products.cap.scale", 9, "products.cap: scale 9.0 is outside"),
        ("products.cap.scores", [1.0, 0.5], "products.cap: scores must ascend"),
        ("products.cap.scores", [], "products.cap: scores must be"),
        ("products.cap.calibration.limit", float("inf"), "products.cap.calibration.limit: expected a finite number"),
        ("products.cap.calibration.reached", 1, "products.cap.calibration.reached: expected true or false"),
        ("products.cap.calibration.extrapolated", 1, "calibration.extrapolated: expected true or false"),
        ("products.cap.calibration.extrapolated", True, "cannot be both reached and extrapolated"),
        ("products.cap.judge", "nobody", "products.cap.judge: expected one of ['both', 'network', 'memory']"),
        ("products.cap.drawn_auroc", {"nobody": 0.5}, "products.cap.drawn_auroc.nobody: unknown key"),
        ("products.cap.drawn_auroc.both", "much", "products.cap.drawn_auroc.both: expected a finite number"),
        (
            "products.cap.turns",
            ["half", "twice"],
            "products.cap.turns: expected some of ['left-right', 'top-bottom', 'half']",
        ),
        ("products.cap.turns", "half", "products.cap.turns: expected a list of names"),
        ("second_looks", ["half"], "second_looks: expected a table"),
        ("second_looks.cap", "twice", "second_looks.cap: expected one of ['left-right', 'top-bottom', 'half']"),
        ("second_looks.nobody", "half", "second_looks.nobody: expected one of"),
        ("products", {}, "products: expected at least one"),
        ("memory.products", ["cap", "whole"], "memory.products: expected the names ['cap', 'whole', '瓶盖 32/a.b']"),
        ("memory.products", ["cap", "cap", "whole"], "memory.products: expected the names"),
        ("memory.products", ["cap", 3], "memory.products: expected a list of names"),
        ("training.steps", [1], "training.steps: expected text or a number"),
        ("files", {"weights.safetensors": 3}, "files.weights.safetensors: expected text"),
    ],
)
def test_wrong_values_are_named(path: str, value: object, words: str) -> None:
    changed = document()
    inner = changed
    *tables, key = path.split(".")
    for table in tables:
        inner = inner[table]
    inner[key] = value
    with pytest.raises(InvalidManifest, match=re.escape(words)):
        read_manifest(tomli_w.dumps(changed))


def test_a_manifest_from_before_tails_were_extrapolated_holds_no_such_limit() -> None:
    older = document()
    del older["products"]["cap"]["calibration"]["extrapolated"]
    assert read_manifest(tomli_w.dumps(older)) == written()


def test_a_manifest_from_before_turns_were_tried_has_none() -> None:
    older = document()
    del older["products"]["cap"]["turns"]
    assert read_manifest(tomli_w.dumps(older)) == written()


def test_turns_that_are_remembered_stay() -> None:
    entry = replace(product_entry(), turns=(Turn.LEFT_RIGHT, Turn.HALF))
    manifest = replace(written(), memory=("cap",), products={"cap": entry})
    assert read_manifest(write_manifest(manifest)) == manifest


def test_a_manifest_from_before_second_looks_has_none() -> None:
    older = document()
    del older["second_looks"]
    assert read_manifest(tomli_w.dumps(older)) == written()


def test_second_looks_stay() -> None:
    manifest = replace(written(), second_looks={"cap": Turn.HALF})
    assert read_manifest(write_manifest(manifest)) == manifest


def test_an_extrapolated_limit_stays_marked() -> None:
    entry = product_entry()
    marked = replace(entry, calibration=replace(entry.calibration, reached=False, extrapolated=True))
    manifest = replace(written(), memory=("cap",), products={"cap": marked})
    assert read_manifest(write_manifest(manifest)) == manifest


def test_the_order_of_the_memory_is_kept() -> None:
    manifest = replace(written(), memory=("whole", "瓶盖 32/a.b", "cap"))
    assert read_manifest(write_manifest(manifest)).memory == ("whole", "瓶盖 32/a.b", "cap")


def test_a_product_of_which_nothing_was_compared_comes_back() -> None:
    entry = replace(product_entry(), weighing=Weighing(Judge.MEMORY, {}))
    manifest = replace(written(), memory=("cap",), products={"cap": entry})
    assert read_manifest(write_manifest(manifest)) == manifest


@pytest.mark.parametrize("schema", [1, 2])
def test_an_older_schema_is_refused_with_one_sentence(schema: int) -> None:
    changed = document() | {"schema": schema}
    changed["geometry"]["stride_px"] = changed["geometry"].pop("cell_px")
    with pytest.raises(InvalidManifest) as caught:
        read_manifest(tomli_w.dumps(changed))
    assert caught.value.problems == (f"it has schema {schema}, from before maps had detail; teach the model again",)


def test_a_newer_schema_is_refused_with_one_sentence() -> None:
    changed = document() | {"schema": 4, "novelty": "unknown to us"}
    with pytest.raises(InvalidManifest) as caught:
        read_manifest(tomli_w.dumps(changed))
    assert caught.value.problems == (
        "it has schema 4 and this program reads up to 3; it was written by a newer version",
    )


@pytest.mark.parametrize("text", ["", "[[[", "schema = 'one'", "a = 1\na = 2", "\x00"])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(InvalidManifest):
        read_manifest(text)
