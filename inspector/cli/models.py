"""`models`: what is there, is it whole, and how it gets elsewhere."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from inspector.cli.model_choice import model_folder, models_dir
from inspector.cli.writing import say, write_json
from inspector.core.errors import InspectorError
from inspector.core.ports import ModelSummary
from inspector.vision.backbones import import_backbone, read_backbone, stored_backbones
from inspector.vision.device import DeviceChoice
from inspector.vision.export import ExportFormat, export_model
from inspector.vision.store import FolderModelStore, load_model

_HEADINGS = ("NAME", "VERSION", "PRESET", "BACKBONE", "PRODUCTS", "SIZE", "STEPS", "CREATED", "LICENSE")


def run(options: argparse.Namespace) -> int:
    """One of the actions."""
    return _ACTIONS[options.action](options)


def _list(options: argparse.Namespace) -> int:
    root = models_dir(options)
    found = FolderModelStore([root]).list()
    write_json(options.json, {"folder": str(root), "models": [_plain(summary) for summary in found]})
    if not found:
        say(f"There is no model in {root}. Teach one with `train`.")
        return 0
    sound = [summary for summary in found if not summary.problem]
    rows = [_HEADINGS, *(_row(summary) for summary in sound)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows if sound else ():
        say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for summary in found:
        if summary.problem:
            say(f"BROKEN  {summary.ref}: {summary.problem}")
    return 0


def _row(summary: ModelSummary) -> tuple[str, ...]:
    return (
        summary.ref.name,
        str(summary.ref.version),
        summary.preset,
        summary.backbone,
        ", ".join(summary.products),
        f"{summary.size_bytes / 1e6:.1f} MB",
        str(summary.steps),
        _day(summary.created_at),
        summary.license,
    )


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _plain(summary: ModelSummary) -> dict[str, Any]:
    return {
        "name": summary.ref.name,
        "version": summary.ref.version,
        "sha256": summary.ref.sha256,
        "folder": str(summary.folder),
        "preset": summary.preset,
        "architecture": summary.architecture,
        "backbone": summary.backbone,
        "products": list(summary.products),
        "size_bytes": summary.size_bytes,
        "steps": summary.steps,
        "created_at": summary.created_at.isoformat() if summary.created_at else None,
        "license": summary.license,
        "problem": summary.problem,
    }


def _verify(options: argparse.Namespace) -> int:
    """Every check is made, also after one has failed."""
    results = []
    for name, look in _checks(options):
        try:
            detail, passed = look(), True
        except InspectorError as error:
            detail, passed = str(error), False
        results.append({"name": name, "ok": passed, "detail": detail})
        say(f"{'ok    ' if passed else 'BROKEN'}  {name}: {detail}")
    broken = [str(result["name"]) for result in results if not result["ok"]]
    write_json(options.json, {"ok": not broken, "checks": results})
    if broken:
        say(f"Broken: {', '.join(broken)}")
    elif not results:
        say(f"There is nothing to verify in {models_dir(options)}.")
    return 1 if broken else 0


def _checks(options: argparse.Namespace) -> list[tuple[str, Callable[[], str]]]:
    root, device = models_dir(options), DeviceChoice(options.device)
    found = FolderModelStore([root]).list()
    if options.model:
        named = [summary for summary in found if summary.ref.name == options.model]
        if not named:
            folder = model_folder(options, options.model)
            return [(folder.name, lambda: _self_test(folder, device, None))]
        found = tuple(named)
    checks: list[tuple[str, Callable[[], str]]] = [
        (
            str(summary.ref),
            lambda summary=summary: _self_test(  # type: ignore[misc]
                summary.folder, device, (summary.ref.name, summary.ref.version)
            ),
        )
        for summary in found
    ]
    if not options.model:
        checks += [
            (f"backbone {folder.name}", lambda folder=folder: _backbone(folder))  # type: ignore[misc]
            for folder in stored_backbones(root)
        ]
    return checks


def _self_test(folder: Path, device: DeviceChoice, expected: tuple[str, int] | None) -> str:
    model = load_model(folder, device, expected=expected)
    try:
        model.self_test()
        return f"files match their hashes, self-test equal on {model.device}, {model.runtime}"
    finally:
        model.close()


def _backbone(folder: Path) -> str:
    record = read_backbone(folder).record
    return f"{record.name} from {record.source}, SHA-256 {record.source_sha256[:12]}…"


def _export(options: argparse.Namespace) -> int:
    say(f"Exporting {options.model} …")
    made = export_model(
        model_folder(options, options.model),
        ExportFormat(options.format),
        options.out.resolve(),
        batch=options.batch,
    )
    write_json(
        options.json,
        {
            "model": made.ref.name,
            "version": made.ref.version,
            "folder": str(made.folder),
            "files": made.files,
            "largest_cell_difference": made.agreement.cell,
            "largest_score_difference": made.agreement.score,
        },
    )
    for name in made.files:
        say(f"  {name}: {(made.folder / name).stat().st_size / 1e6:.1f} MB")
    say(f"{made.ref} is in {made.folder}; the self-test's maps differ by {made.agreement.cell:.1e} at most")
    return 0


def _import_backbone(options: argparse.Namespace) -> int:
    root = models_dir(options)
    record, written = import_backbone(root, options.file, options.arch, replace=options.replace)
    write_json(
        options.json,
        {
            "backbone": record.backbone.value,
            "name": record.name,
            "source": record.source,
            "source_sha256": record.source_sha256,
            "written": written,
            "mean": record.statistics.mean,
            "std": record.statistics.std,
        },
    )
    say(f"{record.name} from {record.source}, SHA-256 {record.source_sha256}")
    say(f"  wants pixels scaled to mean {record.statistics.mean}, standard deviation {record.statistics.std}")
    say(f"{'Imported; teach' if written else 'It was there already; teach'} with --backbone {record.backbone.value}")
    return 0


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "verify": _verify,
    "export": _export,
    "import-backbone": _import_backbone,
}
