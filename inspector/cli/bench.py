"""`bench`: how long one frame takes on this machine."""

import argparse

from inspector.cli.model_choice import model_folder
from inspector.cli.writing import say, write_json
from inspector.core.geometry import Size
from inspector.vision.bench import run_bench
from inspector.vision.device import DeviceChoice


def run(options: argparse.Namespace) -> int:
    """Measure and show a table."""
    folder = model_folder(options, options.model) if options.model else None
    frame = Size(*options.frame)
    say(f"Measuring {options.frames} frames of {frame} with {folder or 'an untrained light network'} …")
    result = run_bench(folder, frame, frames=options.frames, device=DeviceChoice(options.device))
    write_json(options.json, result)
    what = f"{result['tiles']} tiles of {result['product']} at scale {result['scale']}"
    say(f"{result['device']}, {result['runtime']}, {what}")
    roofline = result["roofline"]
    rows = {
        "whole frame, p50": result["ms"]["p50"],
        "whole frame, p99": result["ms"]["p99"],
        **{f"  {stage}": milliseconds for stage, milliseconds in result["stages_ms"].items()},
        "bare model, same tiles": result["bare_model_ms"],
        "  roofline estimate": roofline["model_ms"],
        "torch eager float32": result["torch_eager_ms"],
        "loading": result["load_ms"],
        "preparing, self-test": result["prepare_ms"],
    }
    for name, milliseconds in rows.items():
        say(f"  {name:<24} {milliseconds:9.2f} ms")
    say(f"Whole frame / bare model: {result['ratio_to_bare_model']:.2f}; peak memory {result['peak_memory_mb']:.0f} MB")
    parts = ", ".join(f"{part} {count:.0f}" for part, count in roofline["mmac_per_tile"].items())
    say(f"Arithmetic of a tile in 10^6 multiply-accumulates: {parts}")
    say(
        f"The bare model reached {roofline['model_gflops']:.0f} GFLOP/s; a large matrix product reached"
        f" {roofline['attainable_gflops']:.0f} here ({roofline['share']:.0%})"
    )
    return 0
