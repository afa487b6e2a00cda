"""`train`: teach a model in a process of its own, or in those that torchrun started, and show how far it is."""

import argparse
import os
import sys
import time
from pathlib import Path

from inspector.cli.model_choice import model_folder, models_dir
from inspector.cli.writing import say, write_json
from inspector.training.job import (
    UNKNOWN_LICENSE,
    TrainingCancelled,
    TrainingJob,
    TrainingOutcome,
    TrainingProgress,
)
from inspector.training.placement import Placement
from inspector.training.presets import Preset
from inspector.training.process import TrainingProcess
from inspector.vision.networks.config import Backbone

_PERIOD_S = 5.0


def run(options: argparse.Namespace) -> int:
    """Teach; Ctrl+C ends it in order and keeps a checkpoint for --resume."""
    job = TrainingJob(
        data=options.data.resolve(),
        name=options.name,
        models_dir=models_dir(options),
        image_root=options.image_root.resolve() if options.image_root else None,
        preset=Preset(options.preset),
        backbone=Backbone(options.backbone),
        steps=options.steps,
        minutes=options.minutes,
        device=options.device,
        seed=options.seed,
        scale=options.scale,
        base=model_folder(options, options.base) if options.base else None,
        whole=options.whole,
        draft=options.draft,
        resume=options.resume,
        license=options.license or UNKNOWN_LICENSE,
    )
    placement = Placement.from_environment(os.environ)
    if placement is not None:
        return _train_launched(job, placement, options.json)
    with TrainingProcess(job) as training:
        spoken = _Spoken()
        try:
            for progress in training.updates():
                spoken.hear(progress)
        except KeyboardInterrupt:
            training.cancel()
            print("Interrupted; --resume goes on from the checkpoint.", file=sys.stderr)
            return 130
        outcome = training.outcome()
    _say_outcome(outcome, options.json)
    return 0


def _train_launched(job: TrainingJob, placement: Placement, json_file: Path | None) -> int:
    """One of the processes that torchrun started; only rank 0 speaks."""
    from inspector.training.launched import run_launched  # torch takes seconds that nobody else here needs

    try:
        outcome = run_launched(job, placement, _Spoken().hear)
    except TrainingCancelled as error:
        if placement.rank == 0:
            print(error, file=sys.stderr)
        return 130
    if outcome is not None:
        _say_outcome(outcome, json_file)
    return 0


def _say_outcome(outcome: TrainingOutcome, json_file: Path | None) -> None:
    write_json(json_file, outcome.to_dict())
    for name, reason in outcome.skipped:
        say(f"  left out {name}: {reason}")
    for name, product in outcome.products.items():
        say(
            f"  {name}: {product.teaching} parts taught, {product.limiting} set the limit, {product.framing}, at most"
            f" {product.upper_rate:.1%} of good parts rejected (95 % bound)"
        )
        if product.lone:
            say(
                f"    {product.lone} sets the limit alone: it scores {product.lone_times:.2f} times the next good"
                " picture. Is it good? Then add more like it, else remove it, and teach again."
            )
    trained = "a draft, not trained" if outcome.loss is None else f"{outcome.steps} steps, loss {outcome.loss:.4f}"
    say(f"{trained}, {outcome.seconds:.0f} s")
    say(f"Model {outcome.ref} in {outcome.folder}")


class _Spoken:
    """Says every change of phase and message, and a line of numbers every few seconds."""

    def __init__(self) -> None:
        self._phase = ""
        self._said_s = -_PERIOD_S

    def hear(self, progress: TrainingProgress) -> None:
        now_s = time.monotonic()
        changed = progress.phase != self._phase
        if not (changed or progress.message or now_s - self._said_s >= _PERIOD_S):
            return
        self._phase, self._said_s = progress.phase, now_s
        steps = f" {progress.step}/{progress.steps}" if progress.steps else ""
        loss = f", loss {progress.loss:.4f}" if progress.loss is not None else ""
        left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
        message = f" {progress.message}" if progress.message else ""
        say(f"{progress.phase}{steps}{loss}{left}{message}")
