import argparse
import json
import shutil
from pathlib import Path

import pytest
import torch

from inspector.cli.main import build_parser, main
from inspector.vision.backbones import FOLDER
from inspector.vision.networks.backbone import build_encoder
from inspector.vision.networks.config import Backbone, PaddingMode
from inspector.vision.store import write_model
from tests.support.vision import tiny_detector, tiny_manifest, tiny_self_test


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = main(["models", *(str(argument) for argument in arguments)])
    output = capsys.readouterr()
    return code, output.out + output.err


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "models"
    for _ in range(2):
        write_model(root, tiny_manifest(), tiny_detector().state_dict(), tiny_self_test(), "card")
    return root


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("action", ["list", "verify", "export", "import-backbone"])
def test_every_action_explains_itself(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["models", action, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_train_offers_every_backbone() -> None:
    actions = next(action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    train = actions.choices["train"]
    (backbone,) = (action for action in train._actions if action.dest == "backbone")
    assert list(backbone.choices) == [kind.value for kind in Backbone]


def test_list_shows_what_there_is_and_what_is_broken(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "tiny" / "1" / "card.md").unlink()
    code, text = said(capsys, "list", "--models-dir", root, "--json", tmp_path / "list.json")
    assert code == 0
    heading, row, broken = text.splitlines()
    assert heading.split()[:6] == ["NAME", "VERSION", "PRESET", "BACKBONE", "PRODUCTS", "SIZE"]
    assert heading.split()[6:] == ["STEPS", "CREATED", "LICENSE"]
    assert row.split()[:5] == ["tiny", "2", "light", "efficientnet_lite0", "cap"]
    assert row.split()[7:] == ["10", "2026-11-01", "12:00", "UTC", "Apache-2.0"]
    assert broken.startswith("BROKEN  tiny v1: ")
    models = json.loads((tmp_path / "list.json").read_text("utf-8"))["models"]
    assert [(model["version"], bool(model["problem"])) for model in models] == [(2, False), (1, True)]
    assert models[0]["size_bytes"] == sum(path.stat().st_size for path in (root / "tiny" / "2").iterdir())


def test_an_empty_folder_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "list", "--models-dir", tmp_path) == (
        0,
        f"There is no model in {tmp_path}. Teach one with `train`.\n",
    )
    assert said(capsys, "verify", "--models-dir", tmp_path)[0] == 0


def test_verify_prints_a_line_each_and_ends_with_1_when_one_is_broken(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = ("--models-dir", root, "--device", "cpu")
    code, text = said(capsys, "verify", *device)
    assert code == 0
    assert [line[:16] for line in text.splitlines()] == ["ok      tiny v2:", "ok      tiny v1:"]
    spoil(root / "tiny" / "1" / "weights.safetensors")
    code, text = said(capsys, "verify", "tiny", *device, "--json", tmp_path / "verify.json")
    assert code == 1
    assert "BROKEN  tiny v1: RCP-002" in text
    assert "weights.safetensors" in text
    assert text.splitlines()[-1] == "Broken: tiny v1"
    result = json.loads((tmp_path / "verify.json").read_text("utf-8"))
    assert [check["ok"] for check in result["checks"]] == [True, False]
    assert said(capsys, "verify", root / "tiny" / "2", *device)[0] == 0  # a folder, as with --model
    code, text = said(capsys, "verify", "nothing", *device)
    assert code == 1
    assert "There is no model 'nothing'" in text


def test_export_writes_a_folder_and_says_how_exact_it_is(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ("export", "tiny", "--format", "openvino", "--out", out, "--models-dir", root, "--batch", "2")
    code, text = said(capsys, *arguments, "--json", tmp_path / "export.json")
    assert code == 0, text
    assert sorted(path.name for path in out.iterdir()) == ["export.json", "tiny-2.bin", "tiny-2.xml"]
    assert json.loads((tmp_path / "export.json").read_text("utf-8"))["largest_cell_difference"] < 1e-3
    code, text = said(capsys, *arguments)
    assert code == 1
    assert "is there already" in text


def test_a_backbone_is_imported_verified_and_protected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "models"
    files = [tmp_path / "a.pth", tmp_path / "b.pth"]
    for seed, file in enumerate(files):
        torch.manual_seed(seed)
        encoder = build_encoder(Backbone.EFFICIENTNET_B4, (1, 2, 3, 4), PaddingMode.ZEROS)
        torch.save({"state_dict": encoder.state_dict()}, file)
    where = ("--arch", "efficientnet_b4", "--models-dir", root)
    code, text = said(capsys, "import-backbone", files[0], *where, "--json", tmp_path / "import.json")
    assert code == 0
    assert "Imported; teach with --backbone efficientnet_b4" in text
    assert len(json.loads((tmp_path / "import.json").read_text("utf-8"))["source_sha256"]) == 64
    assert "It was there already" in said(capsys, "import-backbone", files[0], *where)[1]
    code, text = said(capsys, "import-backbone", files[1], *where)
    assert code == 1
    assert "--replace" in text
    assert said(capsys, "import-backbone", files[1], *where, "--replace")[0] == 0
    assert (
        "ok      backbone efficientnet_b4: efficientnet_b4 from b.pth"
        in said(capsys, "verify", "--models-dir", root)[1]
    )
    spoil(root / FOLDER / "efficientnet_b4" / "backbone.safetensors")
    code, text = said(capsys, "verify", "--models-dir", root)
    assert code == 1
    assert "BROKEN  backbone efficientnet_b4: RCP-002" in text
    shutil.rmtree(root)
    code, text = said(capsys, "import-backbone", files[0], "--arch", "resnet50", "--models-dir", root)
    assert code == 1
    assert "tf_efficientnet_b4.ns_jft_in1k" in text
