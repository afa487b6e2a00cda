"""Model folders: whole or absent, verified to the last byte, refused in words."""

import hashlib
import pickle
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import tomli_w
import torch

from inspector.core.errors import OperationalError
from inspector.vision.device import DeviceChoice
from inspector.vision.store import CARD, MANIFEST, SELF_TEST, WEIGHTS, FolderModelStore, load_model, write_model
from tests.support.vision import tiny_detector, tiny_manifest, tiny_self_test


def write(root: Path, **changes: object) -> Path:
    arguments = {
        "draft": tiny_manifest(),
        "weights": tiny_detector().state_dict(),
        "self_test": tiny_self_test(),
        "card": "# Tiny",
        **changes,
    }
    ref = write_model(root, **arguments)
    return root / ref.name / str(ref.version)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with one good model; copied by whoever spoils it."""
    root = tmp_path_factory.mktemp("models")
    write(root)
    return root


@pytest.fixture
def spoilt(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "models")
    return tmp_path / "models"


def store(*roots: Path) -> FolderModelStore:
    return FolderModelStore(roots, DeviceChoice.CPU, threads=2)


def rehash(folder: Path) -> None:
    """Make the manifest agree with the files, as a person with bad intentions would."""
    document = tomllib.loads((folder / MANIFEST).read_text())
    document["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in document["files"]}
    (folder / MANIFEST).write_text(tomli_w.dumps(document))


def test_what_was_written_loads_and_passes_its_self_test(whole: Path) -> None:
    models = store(whole)
    model = models.load("tiny")
    model.self_test()
    assert model.products == ("cap",)
    assert model.ref.sha256 == hashlib.sha256((whole / "tiny/1" / MANIFEST).read_bytes()).hexdigest()
    assert models.list()[0].ref == model.ref
    assert models.list()[0].problem == ""
    model.close()


def test_versions_count_up_over_all_roots_and_the_newest_is_taken(whole: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    models = store(whole, own)
    ref = models.write(tiny_manifest(), tiny_detector().state_dict(), tiny_self_test(), "# Tiny")
    assert ref.version == 2
    assert (own / "tiny/2").is_dir()
    assert [summary.ref.version for summary in models.list()] == [2, 1]
    with_newest = models.load("tiny")
    assert with_newest.ref == ref
    with_newest.close()


def test_a_folder_loads_by_its_path_or_its_model_s(whole: Path) -> None:
    for folder in (whole / "tiny", whole / "tiny/1"):
        model = load_model(folder, DeviceChoice.CPU, threads=2)
        assert str(model.ref) == "tiny v1"
        model.close()
    with pytest.raises(OperationalError, match=r"RCP-001.*no model in"):
        load_model(whole / "elsewhere", DeviceChoice.CPU)


@pytest.mark.parametrize(("name", "version"), [("other", 0), ("tiny", 7), ("../tiny", 0), ("", 0)])
def test_an_unknown_model_names_those_there_are(whole: Path, name: str, version: int) -> None:
    with pytest.raises(OperationalError, match=r"RCP-001.*tiny v1"):
        store(whole).load(name, version)


def test_no_models_at_all(tmp_path: Path) -> None:
    assert store(tmp_path / "missing").list() == ()
    with pytest.raises(OperationalError, match=r"RCP-001.*none"):
        store(tmp_path / "missing").load("tiny")


def test_what_is_no_version_is_not_listed(spoilt: Path) -> None:
    for name in (".new-x", "01", "0", "two", "1.0"):
        (spoilt / "tiny" / name).mkdir()
    (spoilt / "Bad Name" / "1").mkdir(parents=True)
    (spoilt / "README.md").write_text("x")
    assert [str(summary.ref) for summary in store(spoilt).list()] == ["tiny v1"]


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"weights": [1, 2, 3]}))


def _text(path: Path) -> None:
    path.write_text("these are not the weights you are looking for")


@pytest.mark.parametrize("file", [WEIGHTS, SELF_TEST, CARD, MANIFEST])
@pytest.mark.parametrize(
    "harm", [_truncate, _change_a_byte, _pickle, _text, lambda path: path.write_bytes(b""), Path.unlink]
)
def test_a_harmed_file_is_refused_and_named(spoilt: Path, file: str, harm: Callable[[Path], object]) -> None:
    path = spoilt / "tiny/1" / file
    if file == MANIFEST and harm is _change_a_byte:
        path.write_bytes(path.read_bytes().replace(b"tile_level", b"tile_leveL"))
    elif file == CARD and harm is _truncate:
        path.write_text("#")
    else:
        harm(path)
    with pytest.raises(OperationalError) as caught:
        store(spoilt).load("tiny")
    assert caught.value.code == "RCP-002"
    assert file in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("harm", [_pickle, _text, _truncate, lambda path: path.write_bytes(b"")])
def test_a_forged_hash_does_not_make_weights_of_anything(spoilt: Path, harm: Callable[[Path], object]) -> None:
    harm(spoilt / "tiny/1" / WEIGHTS)
    rehash(spoilt / "tiny/1")
    with pytest.raises(OperationalError, match=r"RCP-002.*no safetensors file"):
        store(spoilt).load("tiny")


def _swap(name: str, value: torch.Tensor | None) -> Callable[[dict[str, torch.Tensor]], None]:
    def change(weights: dict[str, torch.Tensor]) -> None:
        if value is None:
            del weights[name]
        else:
            weights[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_swap("head.norm.bias", None), "head.norm.bias is missing"),
        (_swap("head.norm.surprise", torch.zeros(2)), "head.norm.surprise is unknown"),
        (_swap("head.norm.bias", torch.zeros(3)), r"head.norm.bias is torch.float32 \(3,\), expected .* \(32,\)"),
        (_swap("head.norm.bias", torch.zeros(32, dtype=torch.float64)), "head.norm.bias is torch.float64"),
        (_swap("head.norm.bias", torch.full((32,), torch.nan)), "head.norm.bias holds values that are not finite"),
        (_swap("fuser.feature_std", torch.full((192,), torch.inf)), "feature_std holds values that are not finite"),
        (_swap("memory.tokens", None), "memory.tokens is missing"),
        (_swap("memory.tokens", torch.zeros(2, 24, 192, dtype=torch.float16)), r"memory.tokens is .* \(2, 24, 192\)"),
        (_swap("memory.tokens", torch.full((1, 24, 192), torch.inf).half()), "memory.tokens holds values that are not"),
    ],
)
def test_wrong_tensors_are_refused(spoilt: Path, change: Callable[[dict[str, torch.Tensor]], None], words: str) -> None:
    path = spoilt / "tiny/1" / WEIGHTS
    weights = safetensors.torch.load(path.read_bytes())
    change(weights)
    path.write_bytes(safetensors.torch.save(weights))
    rehash(path.parent)
    with pytest.raises(OperationalError, match=f"RCP-002.*{words}"):
        store(spoilt).load("tiny")


def test_too_few_self_test_tiles_are_refused(spoilt: Path) -> None:
    path = spoilt / "tiny/1" / SELF_TEST
    tensors = safetensors.torch.load(path.read_bytes())
    path.write_bytes(safetensors.torch.save({name: value[:8].contiguous() for name, value in tensors.items()}))
    rehash(path.parent)
    with pytest.raises(OperationalError, match=r"RCP-002.*8 tiles"):
        store(spoilt).load("tiny")


def test_a_folder_under_another_name_is_refused_and_listed_as_broken(spoilt: Path) -> None:
    (spoilt / "tiny").rename(spoilt / "other")
    assert "is of tiny v1" in store(spoilt).list()[0].problem
    with pytest.raises(OperationalError, match=r"RCP-002.*is of tiny v1, expected other v1"):
        store(spoilt).load("other")


def test_a_newer_schema_is_refused_in_words(spoilt: Path) -> None:
    path = spoilt / "tiny/1" / MANIFEST
    path.write_text(path.read_text().replace("schema = 3", "schema = 4"))
    assert "newer version" in store(spoilt).list()[0].problem
    with pytest.raises(OperationalError, match=r"RCP-002.*written by a newer version"):
        store(spoilt).load("tiny")


def test_an_older_schema_is_refused_in_words(spoilt: Path) -> None:
    path = spoilt / "tiny/1" / MANIFEST
    path.write_text(path.read_text().replace("schema = 3", "schema = 2"))
    assert "teach the model again" in store(spoilt).list()[0].problem
    with pytest.raises(OperationalError, match=r"RCP-002.*from before maps had detail; teach the model again"):
        store(spoilt).load("tiny")


@pytest.mark.parametrize("bit", [0, 6, 9, 14, 15])
def test_a_flipped_bit_of_the_memory_is_found_by_its_hash(spoilt: Path, bit: int) -> None:
    path = spoilt / "tiny/1" / WEIGHTS
    content = bytearray(path.read_bytes())
    tokens = safetensors.torch.load(bytes(content))["memory.tokens"].numpy().tobytes()
    at = content.index(tokens) + len(tokens) // 2 & ~1
    content[at + bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    with pytest.raises(OperationalError, match=r"RCP-002.*weights\.safetensors.*SHA-256"):
        store(spoilt).load("tiny")


@pytest.mark.parametrize("numbers", [torch.full((16,), 1, dtype=torch.int32), torch.full((16,), -1, dtype=torch.int32)])
def test_a_self_test_of_products_that_are_not_there_is_refused(spoilt: Path, numbers: torch.Tensor) -> None:
    path = spoilt / "tiny/1" / SELF_TEST
    tensors = safetensors.torch.load(path.read_bytes())
    path.write_bytes(safetensors.torch.save(tensors | {"products": numbers}))
    rehash(path.parent)
    with pytest.raises(OperationalError, match=r"RCP-002.*16 numbers from 0 to 0"):
        store(spoilt).load("tiny")


def test_a_file_of_absurd_size_is_not_read(spoilt: Path) -> None:
    with (spoilt / "tiny/1" / WEIGHTS).open("r+b") as file:
        file.truncate(5 << 30)  # sparse: takes no room
    with pytest.raises(OperationalError, match=r"RCP-002.*more than"):
        store(spoilt).load("tiny")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"draft": replace(tiny_manifest(), name="../up")}, "may not become a folder"),
        ({"draft": replace(tiny_manifest(), products={})}, "at least one"),
        ({"weights": {}}, "is missing"),
        ({"self_test": replace(tiny_self_test(), tiles=tiny_self_test().tiles[:3])}, "3 self-test tiles"),
        ({"self_test": replace(tiny_self_test(), maps=tiny_self_test().maps * 0)}, "signal"),
    ],
)
def test_what_could_not_be_loaded_is_not_written(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        write(tmp_path, **changes)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inspector.vision.store.os.fsync", no_room)
    with pytest.raises(OperationalError, match=r"DAT-002.*No space left"):
        write(tmp_path)
    assert list((tmp_path / "tiny").iterdir()) == []


def test_a_version_taken_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path)
    before = (first / MANIFEST).read_bytes()
    monkeypatch.setattr("inspector.vision.store._versions", lambda home: [])
    second = write(tmp_path)
    assert second.name == "2"
    assert (first / MANIFEST).read_bytes() == before
    assert tomllib.loads((second / MANIFEST).read_text())["version"] == 2
