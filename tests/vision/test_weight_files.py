import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from inspector.vision.networks.encoder import InputStatistics
from inspector.vision.weight_files import InvalidWeights, read_weight_file

WEIGHTS = {"conv_stem.weight": torch.arange(6.0).reshape(2, 3), "bn1.bias": torch.ones(2)}


class Bomb:
    def __reduce__(self):
        return print, ("this file ran code",)


@pytest.mark.parametrize(
    "content",
    [WEIGHTS, {"state_dict": WEIGHTS, "epoch": 3}, {"state_dict": {f"module.{k}": v for k, v in WEIGHTS.items()}}],
)
def test_torch_files_are_read_out_of_their_wrappers(tmp_path: Path, content: dict[str, object]) -> None:
    path = tmp_path / "weights.pth"
    torch.save(content, path)
    found = read_weight_file(path)
    assert set(found.tensors) == set(WEIGHTS)
    assert torch.equal(found.tensors["conv_stem.weight"], WEIGHTS["conv_stem.weight"])
    assert found.statistics is None
    assert len(found.sha256) == 64


def test_safetensors_may_say_what_the_weights_want_to_see(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(WEIGHTS, path, {"mean": "[0.1, 0.2, 0.3]", "std": "[1, 1, 2]"})
    assert read_weight_file(path).statistics == InputStatistics((0.1, 0.2, 0.3), (1.0, 1.0, 2.0))


@pytest.mark.parametrize(
    "metadata",
    [
        {"mean": "[0, 0, 0]"},
        {"mean": "[0, 0, 0]", "std": "[1, 1]"},
        {"mean": "[0, 0, 0]", "std": "[1, 0, 1]"},
        {"mean": "nothing", "std": "[1, 1, 1]"},
        {"mean": "[0, 0, NaN]", "std": "[1, 1, 1]"},
        {"mean": "3", "std": json.dumps({"r": 1})},
    ],
)
def test_half_said_statistics_are_refused(tmp_path: Path, metadata: dict[str, str]) -> None:
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(WEIGHTS, path, metadata)
    with pytest.raises(InvalidWeights, match="three numbers each"):
        read_weight_file(path)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.pth", b"", "no file of plain weights"),
        ("a.pth", b"\x80\x02not a pickle of ours", "no file of plain weights"),
        ("a.pth", b"PK\x03\x04cut short", "no file of plain weights"),
        ("a.safetensors", b"\x10\x00", "no safetensors file"),
        ("a.safetensors", b"", "no safetensors file"),
        ("a.onnx", b"x", "does not end in"),
    ],
)
def test_files_that_are_none_are_named(tmp_path: Path, name: str, content: bytes, match: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidWeights, match=match):
        read_weight_file(tmp_path / name)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.pth", tmp_path):
        with pytest.raises(InvalidWeights, match="there is no file"):
            read_weight_file(path)


@pytest.mark.promise("R-31")
def test_a_file_that_would_run_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"conv_stem.weight": Bomb()}, path)
    with pytest.raises(InvalidWeights, match="no file of plain weights"):
        read_weight_file(path)
    assert "ran code" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 1}, torch.zeros(3)])
def test_a_file_without_a_table_of_weights_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "weights.pt"
    torch.save(content, path)
    with pytest.raises(InvalidWeights, match="no table of weights"):
        read_weight_file(path)
