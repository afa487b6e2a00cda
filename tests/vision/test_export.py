"""Exports hold what the model says, in files that other runtimes read, and are kept only when that was proven."""

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.vision import export
from inspector.vision.export import OPSET, REPORT, TOLERANCE, ExportFormat, export_model
from inspector.vision.networks.config import Backbone
from inspector.vision.networks.detector import build_detector
from inspector.vision.runtimes import make_self_test, run_file
from inspector.vision.selftest import SelfTest, compare_maps
from inspector.vision.store import write_model
from tests.support.vision import (
    draw_tiles,
    in_turn,
    product_entry,
    tiny_config,
    tiny_detector,
    tiny_manifest,
    tiny_self_test,
)


def write_tiny(root: Path, self_test: SelfTest | None = None) -> Path:
    manifest = tiny_manifest({"cap": product_entry(), "lid": product_entry()})
    write_model(root, manifest, tiny_detector(2).state_dict(), self_test or tiny_self_test(2), "card")
    return root / "tiny" / "1"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def as_onnx(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exports") / "onnx"
    export_model(model, ExportFormat.ONNX, out, batch=4)
    return out


def test_an_onnx_file_says_the_same_in_onnx_runtime(as_onnx: Path) -> None:
    session = onnxruntime.InferenceSession(as_onnx / "tiny-1.onnx", providers=["CPUExecutionProvider"])
    stored = tiny_self_test(2)
    inputs = {"tiles": stored.tiles, "products": stored.products}
    parts = [
        session.run(None, {name: values[start : start + 4] for name, values in inputs.items()})[0]
        for start in range(0, 16, 4)
    ]
    assert compare_maps(np.concatenate(parts), stored.maps).cell < TOLERANCE


def test_an_onnx_file_is_static_and_plain(as_onnx: Path) -> None:
    network = onnx.load(as_onnx / "tiny-1.onnx")
    assert [(entry.domain, entry.version) for entry in network.opset_import] == [("", OPSET)]
    kinds = {node.op_type for node in network.graph.node}
    assert {"MatMul", "Softmax", "Conv"} <= kinds
    assert not {kind for kind in kinds if "Random" in kind or kind in {"If", "Loop", "Scan", "Dropout", "Shape"}}
    (tiles, products), (maps,) = network.graph.input, network.graph.output
    assert (tiles.name, tiles.type.tensor_type.elem_type) == ("tiles", onnx.TensorProto.UINT8)
    assert (products.name, products.type.tensor_type.elem_type) == ("products", onnx.TensorProto.INT32)
    shapes = [[side.dim_value for side in value.type.tensor_type.shape.dim] for value in (tiles, products, maps)]
    assert shapes == [[4, 64, 64, 3], [4], [4, 8, 8]]
    properties = {entry.key: entry.value for entry in network.metadata_props}
    assert properties["model"] == "tiny"


@pytest.mark.parametrize("batch", [1, 3])
def test_openvinos_own_format_is_proven_too(model: Path, tmp_path: Path, batch: int) -> None:
    made = export_model(model, ExportFormat.OPENVINO, tmp_path / "out", batch=batch, threads=1)
    assert sorted(made.files) == ["tiny-1.bin", "tiny-1.xml"]
    assert made.agreement.cell < 1e-4
    detector = tiny_detector(2)
    others = make_self_test(detector, detector.input_statistics, draw_tiles(5, seed=99), in_turn(5, 2))
    assert compare_maps(run_file(tmp_path / "out" / "tiny-1.xml", others), others.maps).cell < TOLERANCE


def test_the_report_holds_geometry_levels_and_hashes(as_onnx: Path) -> None:
    report = json.loads((as_onnx / REPORT).read_text("utf-8"))
    assert report["files"] == {"tiny-1.onnx": hashlib.sha256((as_onnx / "tiny-1.onnx").read_bytes()).hexdigest()}
    assert report["input"]["shape"] == [4, 64, 64, 3]
    assert report["memory"] == {"name": "products", "type": "int32", "shape": [4], "products": ["cap", "lid"]}
    assert report["output"]["shape"] == [4, 8, 8]
    assert report["geometry"] == {
        "tile_px": 64,
        "cell_px": 8,
        "offset_px": [2.0, -1.0],
        "rim_cells": 0,
        "overlap_px": 16,
    }
    assert report["products"]["cap"]["tile_level"] == 20.0
    assert report["self_test"]["largest_cell_difference"] < 1e-4
    assert report["license"] == "Apache-2.0"
    assert len(report["sha256"]) == 64


@pytest.mark.parametrize(
    ("backbone", "kind"),
    [(Backbone.EFFICIENTNET_B4, ExportFormat.OPENVINO), (Backbone.TF_EFFICIENTNET_B4, ExportFormat.ONNX)],
)
def test_the_other_backbones_export_too(tmp_path: Path, backbone: Backbone, kind: ExportFormat) -> None:
    torch.manual_seed(3)
    detector = build_detector(dataclasses.replace(tiny_config(), backbone=backbone), backbone_state=None)
    manifest = dataclasses.replace(tiny_manifest(), detector=detector.config, input=detector.input_statistics)
    stored = make_self_test(detector, detector.input_statistics, draw_tiles(16), in_turn(16, 1))
    write_model(tmp_path, manifest, detector.state_dict(), stored, "card")
    made = export_model(tmp_path / "tiny" / "1", kind, tmp_path / "out", batch=8)
    assert made.agreement.cell < TOLERANCE


@pytest.mark.parametrize("kind", list(ExportFormat))
def test_an_export_that_says_something_else_is_not_kept(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: ExportFormat
) -> None:
    monkeypatch.setattr(export, "run_file", lambda path, test, threads: run_file(path, test, threads=threads) * 1.002)
    with pytest.raises(OperationalError, match=r"differ by 0\.002 of a tile's largest value, at most 0\.001") as raised:
        export_model(model, kind, tmp_path / "out")
    assert raised.value.code == "GPU-002"
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_lost_its_agreement_is_not_exported(tmp_path: Path) -> None:
    stored = tiny_self_test(2)
    folder = write_tiny(tmp_path / "models", dataclasses.replace(stored, maps=stored.maps[::-1].copy()))
    with pytest.raises(OperationalError, match="GPU-002"):
        export_model(folder, ExportFormat.OPENVINO, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(model: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="is there already"):
        export_model(model, ExportFormat.OPENVINO, tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    with pytest.raises(InvalidInput, match="at least one tile"):
        export_model(model, ExportFormat.OPENVINO, tmp_path / "other", batch=0)


def test_a_place_that_cannot_be_written_is_said_so(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OperationalError, match="DAT-002"):
        export_model(model, ExportFormat.OPENVINO, tmp_path / "file" / "out")
