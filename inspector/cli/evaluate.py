"""`evaluate`: what a model is worth on pictures with known defects."""

import argparse
import time
from contextlib import closing

from inspector.cli.model_choice import model_folder
from inspector.cli.writing import say, write_json
from inspector.training.evaluate import EvaluationProgress, evaluate
from inspector.training.report import write_report
from inspector.vision.device import DeviceChoice
from inspector.vision.store import load_model

_COLUMNS = ("image_auroc", "image_ap", "image_f1max", "pixel_auroc", "pixel_ap", "pixel_f1max", "aupro")
_RATES = ("false_reject_rate", "detection_rate")
_PERIOD_S = 5.0


def run(options: argparse.Namespace) -> int:
    """Measure, show a table, and write the report page if asked."""
    with closing(load_model(model_folder(options, options.model), DeviceChoice(options.device))) as model:
        say(f"Evaluating {model.ref} on {model.device}, {model.runtime}")
        evaluation = evaluate(model, options.data.resolve(), progress=_Spoken().hear)
    result = evaluation.to_dict()
    write_json(options.json, result)
    for skipped in evaluation.skipped:
        say(f"  left out {skipped.name}: {skipped.reason}")
    width = max(map(len, ("mean", *result["categories"]))) + 1
    say(" " * width + "".join(f"{column:>13}" for column in _COLUMNS) + "  false rejects  detected  ms/frame")
    for name, row in (*result["categories"].items(), ("mean", result["mean"])):
        numbers = "".join(f"{_number(row[column]):>13}" for column in _COLUMNS)
        rates = f"{_number(row[_RATES[0]]):>15}{_number(row[_RATES[1]]):>10}"
        say(f"{name:<{width}}{numbers}{rates}{row['ms_per_frame'] or 0:>10.1f}")
    if options.out:
        say(f"Report: {write_report(evaluation, options.out)}")
    return 0


class _Spoken:
    """A line every few seconds."""

    def __init__(self) -> None:
        self._said_s = time.monotonic()

    def hear(self, progress: EvaluationProgress) -> None:
        now_s = time.monotonic()
        if now_s - self._said_s >= _PERIOD_S:
            self._said_s = now_s
            left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
            say(f"{progress.category}: {progress.done} of {progress.total}{left}")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
