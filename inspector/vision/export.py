"""Models for other runtimes: one network file from uint8 pixels to token maps, proven before it is handed over.

The file holds what is the network's: scaling of pixels, backbone, fuser, head, token map; batch and size are fixed.
Tiling, levels and limits are arithmetic around it and stand in `export.json` as numbers. An export is complete or
absent: it becomes visible only when the stored self-test tiles gave through it what the model says (uniad.md 15).
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import onnx
import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.vision.onnx_graph import fold_constants
from inspector.vision.runtimes import (
    INPUT_NAME,
    OUTPUT_NAME,
    PRODUCTS_NAME,
    PixelDetector,
    openvino_version,
    run_file,
    write_openvino,
)
from inspector.vision.selftest import Agreement, compare_maps
from inspector.vision.store import ModelFolder, read_model_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.core.refs import ModelRef

logger = logging.getLogger(__name__)

TOLERANCE: Final = 1e-3
"""Largest difference of a cell, relative to its tile's largest value, between the model and its export in float32."""

OPSET: Final = 17
"""Of the ONNX operators: the oldest that holds all of ours, for the most runtimes."""

REPORT: Final = "export.json"
SCHEMA: Final = 1


class ExportFormat(StrEnum):
    """What `models export --format` names."""

    ONNX = "onnx"
    OPENVINO = "openvino"


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export.

    Attributes:
        ref: the model.
        folder: where it is.
        files: SHA-256 by name, without `export.json`.
        agreement: of the self-test tiles through the file with the stored maps.
    """

    ref: ModelRef
    folder: Path
    files: Mapping[str, str]
    agreement: Agreement


def export_model(folder: Path, kind: ExportFormat, out: Path, *, batch: int = 1, threads: int | None = None) -> Export:
    """Write a model for another runtime and prove the file.

    Args:
        folder: a version folder of a model.
        kind: ONNX, or OpenVINO's own format; both in float32.
        out: folder to be made; it must not hold anything yet.
        batch: tiles the network takes at once, fixed in the file.
        threads: for the proof; None takes the default.

    Raises:
        InvalidInput: the batch or the folder cannot be used.
        OperationalError: RCP-002: the model is damaged; GPU-002: the file does not give what the model gives, and
            nothing was kept; DAT-002: the folder cannot be written to.
    """
    if batch < 1:
        raise InvalidInput([f"a batch holds at least one tile, not {batch}"])
    content = read_model_folder(folder)
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise InvalidInput([f"{out} is there already; choose a folder that is not, or empty it"])
        out.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            made = _make(content, kind, building, batch=batch, threads=threads)
            building.chmod(0o755)
            if out.exists():
                out.rmdir()  # empty; Windows renames onto nothing that is there
            building.rename(out)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The export could not be written to {out}: {error.strerror or error}.", "Check the disk."
        ) from error
    logger.info("exported %s to %s: %s", content.ref, out, made[1])
    return Export(content.ref, out, *made)


def _make(
    content: ModelFolder, kind: ExportFormat, building: Path, *, batch: int, threads: int | None
) -> tuple[dict[str, str], Agreement]:
    network = PixelDetector(content.detector, content.manifest.input).eval()
    stem = f"{content.ref.name}-{content.ref.version}"
    main = building / (f"{stem}.onnx" if kind is ExportFormat.ONNX else f"{stem}.xml")
    if kind is ExportFormat.ONNX:
        _write_onnx(network, main, batch, content.ref)
    else:
        write_openvino(network, main, batch)
    maps = run_file(main, content.self_test, threads=threads)
    agreement = compare_maps(maps, content.self_test.maps)
    if not agreement.cell <= TOLERANCE:
        raise OperationalError(
            "GPU-002",
            f"The {kind.value} export of {content.ref} was not kept: its maps of the self-test tiles differ by"
            f" {agreement.cell:.2g} of a tile's largest value, at most {TOLERANCE:g} is allowed ({agreement}).",
            "Test the model itself with `models verify`; if it passes, report this.",
        )
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(building.iterdir())}
    report = _report(content, kind, files, agreement, batch)
    (building / REPORT).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return files, agreement


def _write_onnx(network: PixelDetector, path: Path, batch: int, ref: ModelRef) -> None:
    side = network.detector.config.input_size
    example = (torch.zeros(batch, side, side, 3, dtype=torch.uint8), torch.zeros(batch, dtype=torch.int32))
    with torch.inference_mode(), warnings.catch_warnings():
        # The exporter by tracing: it is deprecated, but gives a plain graph and needs no further library. It warns that
        # sizes become constants and that some of its own folding is left undone; both are as wanted.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            example,
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT_NAME, PRODUCTS_NAME],
            output_names=[OUTPUT_NAME],
        )
    model = fold_constants(onnx.load(path))
    model.graph.name = ref.name
    model.model_version = ref.version
    onnx.helper.set_model_props(model, {"model": ref.name, "version": str(ref.version), "sha256": ref.sha256})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _report(
    content: ModelFolder, kind: ExportFormat, files: Mapping[str, str], agreement: Agreement, batch: int
) -> dict[str, Any]:
    manifest = content.manifest
    return {
        "schema": SCHEMA,
        "model": manifest.name,
        "version": manifest.version,
        "sha256": content.ref.sha256,
        "license": manifest.license,
        "format": kind.value,
        "precision": "float32",
        "files": dict(files),
        "input": {
            "name": INPUT_NAME,
            "type": "uint8",
            "layout": "NHWC, RGB",
            "shape": [batch, manifest.tile_px, manifest.tile_px, 3],
        },
        "memory": {"name": PRODUCTS_NAME, "type": "int32", "shape": [batch], "products": list(manifest.memory)},
        "output": {
            "name": OUTPUT_NAME,
            "type": "float32",
            "layout": "NHW, raw; divided by the product's level, 1 is the limit",
            "shape": [batch, manifest.cells, manifest.cells],
        },
        "geometry": {
            "tile_px": manifest.tile_px,
            "cell_px": manifest.detector.cell_px,
            "offset_px": list(manifest.offset_px),
            "rim_cells": manifest.rim_cells,
            "overlap_px": manifest.overlap_px,
        },
        "products": {
            name: {
                "framing": entry.framing.value,
                "scale": entry.scale,
                "overlap_px": entry.overlap_px,
                "tile_level": entry.tile_level,
                "whole_level": entry.whole_level,
                "contrast": entry.contrast,
                "limit": entry.calibration.limit,
            }
            for name, entry in manifest.products.items()
        },
        "self_test": {
            "tiles": len(content.self_test.tiles),
            "tolerance": TOLERANCE,
            "largest_cell_difference": agreement.cell,
            "largest_score_difference": agreement.score,
        },
        "made_with": {
            "torch": torch.__version__,
            "openvino": openvino_version(),
            **({"onnx": onnx.__version__, "opset": str(OPSET)} if kind is ExportFormat.ONNX else {}),
        },
    }
