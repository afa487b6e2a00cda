"""A model judged exactly as other detectors' scripts judge theirs, so that one table can hold both.

    python -m tests.benchmarks.beside_peers MODEL_FOLDER PACK_DIR OUT.json [--threads 2]

Every test picture goes through the whole pipeline of the program (resize, network, memory, join). The map is then
brought to 256 x 256 and every second pixel of it is held against the mask, as anomalib comparisons on this kind of pack
do; `main.py evaluate` measures at the pictures' own resolution instead, where small regions count in full and the
pixel figures are lower. Time is from the picture in memory to the map, without reading the file.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from sklearn.metrics import average_precision_score, roc_auc_score

from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.training.dataset import read_for_test
from inspector.training.samples import Sample, Split, load_mask, load_picture
from inspector.vision.model import TiledModel
from inspector.vision.rendering import map_to_frame
from inspector.vision.store import load_model

SIDE = 256
AUPRO_LIMIT = 0.3
STEPS = 200


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    dataset = read_for_test(options.pack)
    model = load_model(options.model, threads=options.threads)
    report: dict[str, Any] = {}
    for product in dataset.products:
        report[product] = measure(model, product, dataset.of(product, Split.TEST))
        say(product, report[product])
    report["mean"] = {key: round(float(np.mean([row[key] for row in report.values()])), 4) for key in report[product]}
    say("mean", report["mean"])
    options.out.write_text(json.dumps(report, indent=1), encoding="utf-8")


def say(name: str, row: dict[str, float]) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(f"{name} {row}\n")
    sys.stdout.flush()


def measure(model: TiledModel, product: str, samples: Sequence[Sample]) -> dict[str, float]:
    """Figures of one product."""
    labels, scores, maps, masks, spent = [], [], [], [], []
    for sample in samples:
        picture = load_picture(sample)
        model.prepare(model.recipe_for(product), Size.of(picture.shape))
        began = time.perf_counter()
        found = model.infer(Frame(picture, 1, "benchmark", datetime.now(UTC), time.monotonic_ns()))
        spent.append(time.perf_counter() - began)
        labels.append(int(sample.defective))
        scores.append(found.score)
        values = map_to_frame(found, Size.of(picture.shape))
        maps.append(cv2.resize(values, (SIDE, SIDE), interpolation=cv2.INTER_AREA)[::2, ::2])
        mask = load_mask(sample)
        full = np.zeros(picture.shape[:2], np.uint8) if mask is None else mask.astype(np.uint8)
        masks.append(cv2.resize(full, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)[::2, ::2] > 0)
    truth, heat = np.stack(masks), np.stack(maps)
    return {
        "image_auroc": round(float(roc_auc_score(labels, scores)), 4),
        "image_ap": round(float(average_precision_score(labels, scores)), 4),
        "pixel_auroc": round(float(roc_auc_score(truth.ravel(), heat.ravel())), 4),
        "aupro": round(aupro(truth, heat), 4),
        "ms_per_image_median": round(1e3 * float(np.median(spent)), 2),
    }


def aupro(masks: NDArray[np.bool_], maps: NDArray[np.float32]) -> float:
    """Area under the per-region overlap up to a false-positive rate of 0.3, normalized to 1, of (N, h, w)."""
    good = np.sort(maps[~masks])
    regions = []
    for mask, values in zip(masks, maps, strict=True):
        labels, count = label(mask)
        regions += [np.sort(values[labels == number]) for number in range(1, count + 1)]
    if not regions:
        return float("nan")
    rates = np.linspace(0, AUPRO_LIMIT, STEPS)
    cuts = np.quantile(good, 1 - rates)
    overlap = [np.mean([1 - np.searchsorted(region, cut) / len(region) for region in regions]) for cut in cuts]
    return float(np.trapezoid(overlap, rates) / AUPRO_LIMIT)


if __name__ == "__main__":
    main()
