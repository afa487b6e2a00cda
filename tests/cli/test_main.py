import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli.main import build_parser, main

COMMANDS = ("run", "sources", "check", "train", "evaluate", "replay", "bench", "simulate")
ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "models" / "demo"


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """Exit code and everything that a command printed."""
    code = main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return code, output.out + output.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_help_lists_every_command_without_loading_torch_or_qt() -> None:
    program = (
        "import sys; from inspector.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'PySide6', 'cv2') if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert all(f"    {command}" in output.stdout for command in (*COMMANDS, "models"))
    assert output.stdout.strip().endswith("[]")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["run", "--frames", "0"],
        ["run", "--frames", "many"],
        ["bench", "--frame", "2448"],
        ["bench", "--frame", "1x1"],
        ["train", "--data", "x"],
        ["train", "--data", "x", "--name", "n", "--steps", "5", "--minutes", "5"],
        ["train", "--data", "x", "--name", "n", "--minutes", "nan"],
        ["train", "--data", "x", "--name", "n", "--draft", "--minutes", "5"],
        ["train", "--data", "x", "--name", "n", "--draft", "--steps", "5"],
        ["evaluate", "--model", "demo"],
        ["train", "--data", "x", "--name", "n", "--backbone", "resnet50"],
        ["models"],
        ["models", "export", "demo", "--format", "onnx"],
        ["models", "export", "demo", "--format", "tflite", "--out", "x"],
        ["models", "import-backbone", "x.pth"],
    ],
)
def test_arguments_that_cannot_be_used_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_unknown_model_names_those_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text = said(capsys, "evaluate", "--model", "nothing", "--data", tmp_path, "--models-dir", DEMO.parent)
    assert code == 1
    assert "There is no model 'nothing'" in text
    assert "demo v" in text


@pytest.mark.expected_log("The line stops: CAM-001")
def test_an_unknown_source_lists_what_was_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text = said(
        capsys, "run", "--headless", "--frames", "1", "--source", "simulated:nothing", "--data-dir", tmp_path
    )
    assert code == 1
    assert "CAM-001" in text
    assert "cap" in text


def test_a_settings_file_with_wrong_keys_lists_all_of_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('langauge = "en"\ndeadline_ms = -1\n', encoding="utf-8")
    code, text = said(capsys, "sources", "--data-dir", tmp_path)
    assert code == 1
    assert "langauge" in text
    assert "deadline_ms" in text


def test_an_empty_folder_is_no_source(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    code, text = said(
        capsys,
        *("replay", "--model", DEMO, "--product", "cap", "--source", f"folder:{tmp_path / 'pictures'}"),
        *("--data-dir", tmp_path / "data"),
    )
    assert code == 1
    assert "CAM-001" in text


def test_replay_judges_every_picture_and_names_the_unreadable_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, value in (("a", 90), ("c", 160)):
        Image.fromarray(np.full((96, 128, 3), value, np.uint8)).save(pictures / f"{name}.png")
    (pictures / "broken.png").write_bytes((pictures / "a.png").read_bytes()[:60])
    out, result = tmp_path / "out", tmp_path / "result.json"
    code, text = said(
        capsys,
        *("replay", "--model", DEMO, "--product", "board", "--source", f"folder:{pictures}"),
        *("--data-dir", tmp_path / "data", "--out", out, "--json", result),
    )
    assert code == 0, text
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(Path(line["file"]).name, line["verdict"] == "not_inspected") for line in lines] == [
        ("a.png", False),
        ("broken.png", True),
        ("c.png", False),
    ]
    assert len(list((out / "overlays").iterdir())) == 2
    summary = json.loads(result.read_text(encoding="utf-8"))
    assert (summary["pictures"], summary["records"], summary["not_inspected"]) == (3, 3, 1)
    assert "broken.png: not_inspected" in text


def test_a_data_folder_that_cannot_be_written_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "run", "--headless", "--frames", "1", "--data-dir", "/proc/inspector")
    assert code == 1
    assert "DAT-002" in text
    assert "/proc/inspector" in text
    assert "Traceback" not in text


def test_without_a_display_the_station_says_so_and_where_things_lie(tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    output = subprocess.run(
        [sys.executable, "main.py", "run", "--data-dir", str(tmp_path), "--frames", "2"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    assert output.returncode == 0, output.stderr
    assert "There is no display" in output.stdout
    assert str(tmp_path / "inspector.sqlite") in output.stdout
    assert str(tmp_path / "images") in output.stdout


def test_check_names_what_is_broken(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = tmp_path / "check.json"
    code, text = said(capsys, "check", "--data-dir", tmp_path / "data", "--json", result)
    assert code == 0, text
    assert all(check["ok"] for check in json.loads(result.read_text(encoding="utf-8"))["checks"])
    # A model in the station's own folder with one byte changed.
    spoiled = tmp_path / "data" / "models" / "demo" / "99"
    spoiled.mkdir(parents=True)
    newest = max(DEMO.iterdir(), key=lambda folder: folder.name)
    for file in newest.iterdir():
        (spoiled / file.name).write_bytes(file.read_bytes())
    weights = bytearray((spoiled / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (spoiled / "weights.safetensors").write_bytes(weights)
    code, text = said(capsys, "check", "--data-dir", tmp_path / "data")
    assert code == 1
    assert "BROKEN" in text
    assert "99" in text
