"""A model that comes in a recipe package: verified, then in the store; or refused, and nothing is left behind."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.core.errors import OperationalError
from inspector.core.package import PackageRefused, Refusal
from inspector.core.recipe import Recipe
from inspector.core.refs import ModelRef
from inspector.storage.package import ZipPackages
from inspector.storage.recipe_pictures import FileRecipePictures
from inspector.vision.install import install_model
from inspector.vision.store import MANIFEST, WEIGHTS, FolderModelStore, write_model
from tests.support.vision import tiny_detector, tiny_manifest, tiny_self_test


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelRef]:
    """A good model of another station."""
    root = tmp_path_factory.mktemp("there")
    ref = write_model(root, tiny_manifest(), tiny_detector().state_dict(), tiny_self_test(), "# Tiny")
    return root / ref.name / str(ref.version), ref


def copier(folder: Path) -> Callable[[Path], None]:
    def unpack(target: Path) -> None:
        shutil.copytree(folder, target, dirs_exist_ok=True)

    return unpack


def test_a_model_travels_in_a_package_and_loads(source: tuple[Path, ModelRef], tmp_path: Path) -> None:
    folder, ref = source
    recipe = Recipe(product="cap", version=1, model_name=ref.name, model_version=ref.version)
    packages = ZipPackages(FileRecipePictures(tmp_path), "1.0")
    packages.export(tmp_path / "cap.inspector", recipe, ref, folder)
    content = packages.read(tmp_path / "cap.inspector")
    root = tmp_path / "models"
    with install_model(root, content.model, lambda target: packages.unpack_model(content, target)):
        pass
    models = FolderModelStore([root])
    assert [one.ref for one in models.list()] == [ref]
    model = models.load(ref.name)
    assert model.ref == ref
    model.close()
    assert sorted(one.name for one in (root / ref.name).iterdir()) == [str(ref.version)]


def test_a_failure_after_the_install_takes_the_model_out_again(source: tuple[Path, ModelRef], tmp_path: Path) -> None:
    folder, ref = source

    def fail() -> None:
        with install_model(tmp_path / "models", ref, copier(folder)):
            assert FolderModelStore([tmp_path / "models"]).list()
            raise OperationalError("DAT-002", "The disk is full.")

    with pytest.raises(OperationalError, match="disk is full"):
        fail()
    assert list((tmp_path / "models").iterdir()) == []


def _reseal(folder: Path) -> None:
    """Weights of another model, with hashes that fit: only the identity of the manifest tells."""
    path = folder / MANIFEST
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def _other_weights(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (folder / WEIGHTS).write_bytes(bytes(data))


def _sealed_rubbish(folder: Path) -> None:
    rubbish = b"no tensors"
    old = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    (folder / WEIGHTS).write_bytes(rubbish)
    path = folder / MANIFEST
    text = path.read_text(encoding="utf-8").replace(old, hashlib.sha256(rubbish).hexdigest())
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        _reseal,
        _other_weights,
        _sealed_rubbish,
        lambda folder: (folder / WEIGHTS).unlink(),
        lambda folder: (folder / MANIFEST).write_text("name ="),
    ],
    ids=["other identity", "other weights", "rubbish, sealed", "no weights", "no manifest"],
)
def test_a_model_that_is_not_what_it_should_be_is_refused(
    source: tuple[Path, ModelRef], tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    folder, ref = source
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    spoil(spoilt)
    with pytest.raises(PackageRefused) as caught, install_model(tmp_path / "models", ref, copier(spoilt)):
        pytest.fail("it was installed")
    assert caught.value.refusal is Refusal.BAD_MODEL
    assert list((tmp_path / "models").iterdir()) == []


def test_a_model_of_another_version_is_refused(source: tuple[Path, ModelRef], tmp_path: Path) -> None:
    folder, ref = source
    with (
        pytest.raises(PackageRefused, match="expected"),
        install_model(tmp_path / "models", replace(ref, version=9), copier(folder)),
    ):
        pytest.fail("it was installed")


def test_a_model_that_is_here_is_never_replaced(source: tuple[Path, ModelRef], tmp_path: Path) -> None:
    folder, ref = source
    here = tmp_path / ref.name / str(ref.version)
    shutil.copytree(folder, here)
    (here / "mine.txt").write_text("mine")
    with pytest.raises(OperationalError) as caught, install_model(tmp_path, ref, copier(folder)):
        pytest.fail("it was installed")
    assert caught.value.code == "DAT-002"
    assert [one.name for one in here.parent.iterdir()] == [here.name]
    assert (here / "mine.txt").is_file()
