"""`run`: the station, with a window or without one."""

import argparse
import os
import signal
import sys
from types import FrameType

import numpy as np

from inspector import paths
from inspector.app import Application, open_application, run_window
from inspector.cli.stations import logged, read_station
from inspector.cli.writing import say, write_json
from inspector.core.decision import Verdict
from inspector.core.errors import InvalidInput
from inspector.core.line import LineState
from inspector.core.record import Inspection
from inspector.services.headless import HeadlessRun

_FRAMES_WITHOUT_DISPLAY = 60


def run(options: argparse.Namespace) -> int:
    """Inspect; 0 when every trigger has its answer and its record."""
    settings, data = read_station(options)
    settings_file = paths.settings_file(options.data_dir)
    features = _features(options.feature)
    headless = options.headless or not _has_display()
    frames: int | None = options.frames
    if headless and not options.headless:
        frames = frames or _FRAMES_WITHOUT_DISPLAY
        say(f"There is no display, so {frames} parts are inspected without a window.")
    with logged(data):
        with open_application(settings, data, recipe=options.recipe or "", camera_features=features) as application:
            ended_badly = application.last_run.ended_badly
            if ended_badly:
                say("The last run did not end in order. Its records were checked; the station is Stopped.")
            if not headless:
                start = options.start and application.line.simulated and not ended_badly
                return run_window(application, settings_file, start=start, limit=frames)
            counted = _inspect(application, frames)
        # The records are complete only now that the recorder has ended.
        return _sum_up(application, counted, options)


def _inspect(application: Application, frames: int | None) -> HeadlessRun:
    line = application.line
    if line.recipe is not None:
        made_up = " (the program's own default; nobody has published it)" if line.recipe.version == 0 else ""
        say(f"Source {line.source}, recipe {line.recipe.ref}{made_up}, model {line.recipe.model_name}")
    counted = HeadlessRun(line)
    counted.inspected.connect(_say_part)

    def interrupt(_: int, __: FrameType | None) -> None:
        line.stop()

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        counted.run(frames)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return counted


def _sum_up(application: Application, counted: HeadlessRun, options: argparse.Namespace) -> int:
    line, counts = application.line, counted.counts
    balance = line.balance
    p50, p99 = (float(np.percentile(counted.answer_ms or [0.0], q)) for q in (50, 99))
    result = {
        "triggers": balance.triggers,
        "answers": balance.answers,
        "records": balance.records,
        "pass": counts.passed,
        "fail": counts.failed,
        "not_inspected": counts.not_inspected,
        "latency_ms": {"p50": round(p50, 3), "p99": round(p99, 3)},
        "fps": round(counted.rate_hz, 3),
        "device": line.device,
        "runtime": line.runtime,
        "source": line.source,
        "model": str(line.model or ""),
        "recipe": str(line.recipe.ref) if line.recipe else "",
        "faults": [f"{fault.code}: {fault.message}" for fault in line.faults],
        "data_dir": str(application.data.root),
    }
    write_json(options.json, result)
    say(
        f"{balance.triggers} triggers, {balance.answers} answers, {balance.records} records:"
        f" {counts.passed} OK, {counts.failed} NG, {counts.not_inspected} not inspected"
    )
    say(f"Answer after {p50:.0f} ms (p50), {p99:.0f} ms (p99); model {line.model} on {line.device}, {line.runtime}")
    say(f"Records: {application.data.database}")
    say(f"Pictures: {application.data.images}")
    for fault in line.faults:
        print(f"{fault.code}: {fault.message} {fault.hint}", file=sys.stderr)
    balanced = balance.triggers == balance.answers == balance.records
    if not balanced:
        print("The sum does not hold: a part has no answer or no record.", file=sys.stderr)
    return 0 if balanced and counted.ended is LineState.STOPPED else 1


def _say_part(inspection: Inspection) -> None:
    """One line for every part that is not plainly good."""
    decision = inspection.decision
    if decision.verdict is Verdict.PASS:
        return
    ratio = "" if decision.ratio is None else f" {decision.ratio:.2f} × limit"
    label = f" {inspection.frame.label}" if inspection.frame.label else ""
    detail = f" ({decision.detail})" if decision.detail else ""
    say(f"  part {inspection.frame.frame_id}{label}: {decision.verdict.value}{ratio}{detail}")


def _features(texts: list[str]) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE` pairs of the camera's own features."""
    pairs = [text.partition("=") for text in texts]
    wrong = [text for text, (name, sign, _) in zip(texts, pairs, strict=True) if not (name.strip() and sign)]
    if wrong:
        raise InvalidInput([f"--feature {text}: must be NAME=VALUE" for text in wrong])
    return tuple((name.strip(), value) for name, _, value in pairs)


def _has_display() -> bool:
    """Whether Qt can show a window; an explicitly chosen Qt platform counts."""
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
