"""`replay`: judge the pictures of a folder one by one, write what was found beside them, and record every one."""

import argparse
import json
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any, TextIO

import cv2

from inspector.app import build_catalog, open_records
from inspector.cli.model_choice import model_folder
from inspector.cli.stations import logged, read_station
from inspector.cli.writing import say, write_json
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.frame import Frame
from inspector.core.ports import AnomalyModel
from inspector.core.recipe import Recipe
from inspector.core.record import Counts, Inspection
from inspector.services.clock import SystemClock
from inspector.services.pipeline import Pipeline
from inspector.services.replay import replay
from inspector.vision.device import DeviceChoice
from inspector.vision.regions import find_regions
from inspector.vision.rendering import overlay
from inspector.vision.store import load_model

_SCHEME = "folder:"


def run(options: argparse.Namespace) -> int:
    """Judge everything; 0 when every picture has its line and its record."""
    if not options.source.startswith(_SCHEME):
        raise InvalidInput([f"--source {options.source}: replay takes folder:DIR"])
    folder = Path(options.source.removeprefix(_SCHEME)).resolve()
    settings, data = read_station(options)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    out: Path = options.out or data.root / "replays" / stamp
    counts, lines, times = Counts(), 0, []
    with ExitStack() as stack:
        stack.enter_context(logged(data))
        model = stack.enter_context(
            closing(load_model(model_folder(options, options.model), DeviceChoice(options.device)))
        )
        recipe = _recipe(model, options.product, folder)
        kept = stack.enter_context(open_records(settings, data))
        camera = stack.enter_context(closing(build_catalog(settings).open(f"{_SCHEME}{folder}?interval_ms=0")))
        results = stack.enter_context(_open_results(out))
        pipeline = Pipeline(model, recipe, find_regions, SystemClock())
        say(f"Judging {folder} as {recipe.product} with {model.ref} on {model.device}, {model.runtime}")
        for inspection in replay(camera, pipeline, kept.recorder):
            line = _line(inspection)
            results.write(json.dumps(line, ensure_ascii=False) + "\n")
            _write_overlay(out, inspection)
            counts, lines = counts.plus(inspection.decision.verdict), lines + 1
            times.append(line["ms"])
            ratio = "" if line["score"] is None else f" {line['score'] / line['limit']:.2f} × limit"
            detail = f" ({inspection.decision.detail})" if inspection.decision.detail else ""
            say(f"  {line['file']}: {line['verdict']}{ratio}{detail}")
    recorded = kept.recorder.recorded_count
    result = {
        "model": str(model.ref),
        "product": recipe.product,
        "pictures": lines,
        "records": recorded,
        "pass": counts.passed,
        "fail": counts.failed,
        "not_inspected": counts.not_inspected,
        "ms_per_picture": round(sorted(times)[len(times) // 2], 3) if times else None,
        "results": str(out / "results.jsonl"),
        "database": str(data.database),
    }
    write_json(options.json, result)
    say(f"{lines} pictures, {recorded} records")
    say(f"{counts.passed} OK, {counts.failed} NG, {counts.not_inspected} not inspected")
    say(f"Results and overlays: {out}")
    say(f"Records: {data.database}")
    return 0 if recorded == lines else 1


def _recipe(model: AnomalyModel, product: str | None, folder: Path) -> Recipe:
    """The product as it was taught; without a name, the one that the folder's path names, or the only one.

    Where nothing says which, the pictures are judged as a product that the model does not know: by its strictest one.

    Raises:
        InvalidRecipe: the model was not taught this product.
    """
    if product is not None:
        return model.recipe_for(product)
    candidates = [name for name in model.products if name in PurePath(folder).parts] or list(model.products)
    recipe = model.recipe_for(candidates[0])
    if len(candidates) == 1:
        return recipe
    say(f"No product is named, so the strictest of {', '.join(model.products)} judges; --product chooses one.")
    return replace(recipe, product=folder.name)


def _open_results(out: Path) -> TextIO:
    try:
        (out / "overlays").mkdir(parents=True, exist_ok=True)
        return (out / "results.jsonl").open("w", encoding="utf-8")
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"{out} cannot be written: {error.strerror}.", "Choose another folder with --out."
        ) from error


def _line(inspection: Inspection) -> dict[str, Any]:
    decision = inspection.decision
    return {
        "file": inspection.frame.label,
        "id": inspection.id,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "score": decision.score,
        "limit": decision.limit,
        "regions": [
            {
                "x": round(region.box.x, 1),
                "y": round(region.box.y, 1),
                "width": round(region.box.width, 1),
                "height": round(region.box.height, 1),
                "area_px": round(region.area_px, 1),
                "peak": round(region.peak, 4),
            }
            for region in decision.regions
        ],
        "ms": round(decision.timings.model_ms + decision.timings.regions_ms, 3),
        "detail": decision.detail,
    }


def _write_overlay(out: Path, inspection: Inspection) -> None:
    """The picture with heat and contour, named after its place in the folder and the file it came from."""
    frame = inspection.frame
    if not isinstance(frame, Frame) or inspection.anomaly_map is None:
        return
    picture = overlay(frame.image, inspection.anomaly_map, inspection.decision.limit)
    encoded, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not encoded:
        raise OperationalError("DAT-002", f"The overlay of {frame.label} cannot be encoded.", "")
    target = out / "overlays" / f"{frame.frame_id:05d}_{PurePath(frame.label).stem}.jpg"
    try:
        target.write_bytes(data.tobytes())
    except OSError as error:
        raise OperationalError("DAT-002", f"{target} cannot be written: {error.strerror}.", "Free space.") from error
