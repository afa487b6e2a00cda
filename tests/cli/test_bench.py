"""What `bench` says: every stage, the bare model and what it could be, and the same as JSON."""

import json
from pathlib import Path

import pytest

from inspector.cli.main import main
from inspector.vision.store import write_model
from tests.support.vision import tiny_detector, tiny_manifest, tiny_self_test


def test_the_table_and_the_file_say_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_model(tmp_path, tiny_manifest(), tiny_detector().state_dict(), tiny_self_test(), "# Tiny")
    path = tmp_path / "bench.json"
    arguments = ("bench", "--model", tmp_path / "tiny/1", "--frame", "160x120", "--frames", "2", "--device", "cpu")
    assert main([str(argument) for argument in (*arguments, "--json", path)]) == 0
    text = capsys.readouterr().out
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = {
        "whole frame, p50": found["ms"]["p50"],
        "whole frame, p99": found["ms"]["p99"],
        **found["stages_ms"],
        "bare model, same tiles": found["bare_model_ms"],
        "roofline estimate": found["roofline"]["model_ms"],
        "torch eager float32": found["torch_eager_ms"],
        "loading": found["load_ms"],
        "preparing, self-test": found["prepare_ms"],
    }
    lines = [line.split() for line in text.splitlines()]
    for name, milliseconds in rows.items():
        assert [*name.split(), f"{milliseconds:.2f}", "ms"] in lines, name
    assert f"Whole frame / bare model: {found['ratio_to_bare_model']:.2f}" in text
    assert f"peak memory {found['peak_memory_mb']:.0f} MB" in text
    for part, count in found["roofline"]["mmac_per_tile"].items():
        assert f"{part} {count:.0f}" in text
    assert f"({found['roofline']['share']:.0%})" in text
