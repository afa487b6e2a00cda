"""`bench`: how long one frame takes on this machine."""

import argparse

from inspector.cli.model_choice import model_folder
from inspector.cli.writing import say, write_json
from inspector.core.geometry import Size
from inspector.vision.bench import run_bench
from inspector.vision.device import DeviceChoice


def run(options: argparse.Namespace) -> int:
    """Measure and show a table."""
    folder = model_folder(options) if options.model else None
    frame = Size(*options.frame)
    say(f"Measuring {options.frames} frames of {frame} with {folder or 'an untrained light network'} …")
    result = run_bench(folder, frame, frames=options.frames, device=DeviceChoice(options.device))
    write_json(options.json, result)
    say(f"{result['device']}, {result['runtime']}, {result['tiles']} tiles at scale {result['scale']}")
    rows = {
        "whole frame, p50": result["ms"]["p50"],
        "whole frame, p99": result["ms"]["p99"],
        **{f"  {stage}": milliseconds for stage, milliseconds in result["stages_ms"].items()},
        "bare model, same tiles": result["bare_model_ms"],
        "torch eager float32": result["torch_eager_ms"],
    }
    for name, milliseconds in rows.items():
        say(f"  {name:<24} {milliseconds:9.2f} ms")
    say(f"Whole frame / bare model: {result['ratio_to_bare_model']:.2f}; peak memory {result['peak_memory_mb']:.0f} MB")
    return 0
