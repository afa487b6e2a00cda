"""The campaign's file: JSON that can be gone on with, and the Markdown table made of it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import Result


def read_results(file: Path, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Results of an earlier call on the same data with the same steps; none if there is no file.

    Raises:
        ValueError: the file is of another campaign.
    """
    if not file.is_file():
        return []
    document = json.loads(file.read_text(encoding="utf-8"))
    other = {key: value for key, value in facts.items() if document.get(key) != value}
    if other:
        raise ValueError(f"{file} is of another campaign: {', '.join(other)} differ")
    rows: list[dict[str, Any]] = document["rows"]
    return rows


def plain(result: Result) -> dict[str, Any]:
    """A result as JSON holds it; no NaN."""
    document: dict[str, Any] = _without_nan(asdict(result))
    return document


def write_results(file: Path, facts: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write FILE.json and FILE.md, each at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, json.dumps({**facts, "rows": list(rows)}, indent=1, allow_nan=False))
    _write(file.with_suffix(".md"), markdown(facts, rows))


def markdown(facts: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per row and judge: means, then box 2 AUROC / AUPRO of every category."""
    names = sorted({name for row in rows for judged in row["judges"].values() for name in judged})
    lines = [
        f"Steps {facts['steps']}, {facts['threads']} threads. Image AUROC by the best token (box 1) and by the best "
        "2 x 2 tokens (box 2); per category box 2 / AUPRO. ms: head alone per tile; ×: against the light head, timed "
        "in turn.",
        "",
        "| row | what | judge | box 1 | box 2 | AUPRO | "
        + " | ".join(names)
        + " | steps | teach s | loss | good error | ms | × |",
        "|---|---|---|" + "---|" * (3 + len(names) + 6),
    ]
    for row in rows:
        for judge, judged in row["judges"].items():
            cells = [row["row"], row["what"], judge]
            cells += [_mean(judged, name) for name in ("box1", "box2", "aupro")]
            cells += [_pair(judged.get(name)) for name in names]
            cells += [str(row["steps"]), f"{row['seconds']:.0f}", _short(row["loss"]), _short(row["good_error"])]
            cells += [_short(row["head_ms"], 2), _short(row["head_ratio"], 2)]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *_noise(rows)]) + "\n"


def _noise(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """How far the same row lies apart from seed to seed."""
    same = [row for row in rows if row["row"] == "base" or row["group"] == "noise"]
    if len(same) < 2:
        return []
    lines = [f"Noise, {len(same)} seeds of base: smallest to largest (spread).", ""]
    for judge in ("network", "fusion"):
        for figure in ("box1", "box2", "aupro"):
            means = [_average([one[figure] for one in row["judges"][judge].values()]) for row in same]
            spread = max(means) - min(means)
            parts = []
            for name in sorted(same[0]["judges"][judge]):
                values = [row["judges"][judge][name][figure] for row in same]
                parts.append(f"{name} {max(values) - min(values):.3f}")
            lines.append(
                f"- {judge} {figure}: {min(means):.3f} to {max(means):.3f} ({spread:.3f}); per category "
                + ", ".join(parts)
            )
    return lines


def _mean(judged: Mapping[str, Mapping[str, float | None]], figure: str) -> str:
    return _short(_average([one[figure] for one in judged.values()]))


def _average(values: Sequence[float | None]) -> float:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else math.nan


def _pair(figures: Mapping[str, float | None] | None) -> str:
    return "" if figures is None else f"{_short(figures['box2'])} / {_short(figures['aupro'])}"


def _short(value: float | None, digits: int = 3) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(file: Path, text: str) -> None:
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
