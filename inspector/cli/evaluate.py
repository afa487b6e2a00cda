"""`evaluate`: what a model is worth on pictures with known defects."""

import argparse

from inspector.cli.models import model_folder
from inspector.cli.writing import say, write_json
from inspector.training.evaluate import evaluate

_COLUMNS = ("image_auroc", "image_ap", "image_f1max", "pixel_auroc", "pixel_ap", "pixel_f1max", "aupro")
_RATES = ("false_reject_rate", "detection_rate", "ms_per_frame")


def run(options: argparse.Namespace) -> int:
    """Measure, show a table, and write the report page if asked."""
    result = evaluate(
        model_folder(options), options.data, device=options.device, report_dir=options.out, progress=say
    )
    write_json(options.json, result)
    width = max(len(name) for name in result["categories"]) + 2
    say(f"{'':<{width}}" + "".join(f"{column:>13}" for column in _COLUMNS) + "  false rejects  detected  ms")
    for name, row in (*result["categories"].items(), ("mean", result["mean"])):
        numbers = "".join(f"{_number(row[column]):>13}" for column in _COLUMNS)
        rates = f"{_number(row[_RATES[0]]):>15}{_number(row[_RATES[1]]):>10}  {row[_RATES[2]]:.1f}"
        say(f"{name:<{width}}{numbers}{rates}")
    if options.out:
        say(f"Report: {options.out / 'report.html'}")
    return 0


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
