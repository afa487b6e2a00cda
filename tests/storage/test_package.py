"""Packages go through unharmed, and every kind of tampering is refused with its reason before anything is changed."""

import hashlib
import json
import shutil
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.core.errors import OperationalError
from inspector.core.package import PackageRefused, Refusal
from inspector.core.recipe import Recipe, StoredShot
from inspector.core.refs import ModelRef
from inspector.storage.package import ZipPackages
from inspector.storage.recipe_pictures import FileRecipePictures

PICTURE = np.random.default_rng(1).integers(0, 255, (60, 80, 3), np.uint8)
SHOT = np.random.default_rng(2).integers(0, 255, (60, 80), np.uint8)


def write_model(folder: Path, weights: bytes = b"weights" * 1000) -> ModelRef:
    """A folder that is sealed as a model's is."""
    folder.mkdir(parents=True)
    files = {"weights.safetensors": weights, "selftest.safetensors": b"tiles", "card.md": b"# demo\n"}
    lines = [f'"{name}" = "{hashlib.sha256(data).hexdigest()}"' for name, data in files.items()]
    files["manifest.toml"] = ("\n".join(['name = "demo"', "version = 3", "[files]", *lines]) + "\n").encode()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "left.tmp").write_bytes(b"not sealed, does not travel")
    return ModelRef("demo", 3, hashlib.sha256(files["manifest.toml"]).hexdigest())


class Station:
    """One station's data folder, and a package that it made."""

    def __init__(self, root: Path, *, app_version: str = "1.2.0", with_model: bool = True) -> None:
        self.data = root / "data"
        self.folder = root / "models" / "demo" / "3"
        self.model = write_model(self.folder)
        self.pictures = FileRecipePictures(self.data)
        self.packages = ZipPackages(self.pictures, app_version)
        shot = self.pictures.save(SHOT)
        self.recipe = Recipe(
            product="瓶 bottle",
            version=4,
            model_name="demo",
            model_version=3,
            picture=self.pictures.save(PICTURE).path,
            self_test=StoredShot(shot.path, shot.sha256, 0.5, "basis"),
        )
        self.package = root / "bottle.inspector"
        self.packages.export(self.package, self.recipe, self.model, self.folder if with_model else None)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "here")


def content_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def write(path: Path, files: dict[str, bytes], compress: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compress) as file:
        for name, data in files.items():
            file.writestr(name, data)


def reseal(files: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    """Hashes and sizes made to fit again, as somebody does who knows the format."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in files.items()
        if name != "manifest.json"
    ]
    manifest.update(changes)
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def test_a_recipe_travels_with_model_and_pictures(station: Station, tmp_path: Path) -> None:
    there = FileRecipePictures(tmp_path / "there")
    packages = ZipPackages(there, "1.2.0")
    content = packages.read(station.package)
    assert content.recipe == station.recipe
    assert (content.model, content.holds_model, content.app_version) == (station.model, True, "1.2.0")
    assert not (tmp_path / "there").exists()
    packages.import_pictures(content)
    assert station.recipe.self_test is not None
    assert np.array_equal(there.load(station.recipe.picture), PICTURE)
    assert np.array_equal(there.load(station.recipe.self_test.path), SHOT)
    unpacked = tmp_path / "unpacked"
    packages.unpack_model(content, unpacked)
    sealed = {file.name: file.read_bytes() for file in station.folder.iterdir() if file.suffix != ".tmp"}
    assert {file.name: file.read_bytes() for file in unpacked.iterdir()} == sealed


def test_a_recipe_may_travel_without_its_model(tmp_path: Path) -> None:
    station = Station(tmp_path, with_model=False)
    content = station.packages.read(station.package)
    assert not content.holds_model
    assert content.model == station.model


def test_an_older_program_s_package_is_taken(station: Station) -> None:
    assert ZipPackages(station.pictures, "1.10").read(station.package).recipe == station.recipe


def _change(name: str, data: bytes) -> Callable[[Station], None]:
    def apply(station: Station) -> None:
        write(station.package, {**content_of(station.package), name: data})

    return apply


def _sealed(change: Callable[[dict[str, bytes]], None], **manifest: object) -> Callable[[Station], None]:
    def apply(station: Station) -> None:
        files = content_of(station.package)
        change(files)
        write(station.package, reseal(files, **manifest))

    return apply


def _nothing(_: dict[str, bytes]) -> None:
    pass


def _drop(prefix: str) -> Callable[[Station], None]:
    def apply(station: Station) -> None:
        write(station.package, {n: d for n, d in content_of(station.package).items() if not n.startswith(prefix)})

    return apply


def _cut(length: int) -> Callable[[Station], None]:
    def apply(station: Station) -> None:
        data = station.package.read_bytes()
        station.package.write_bytes(data[:length])

    return apply


def _flip_a_bit_of_the_weights(station: Station) -> None:
    data = bytearray(station.package.read_bytes())
    data[data.index(b"weightsweights") + 500] ^= 1
    station.package.write_bytes(bytes(data))


def _weights_replaced_with_right_checksum(station: Station) -> None:
    _change("model/weights.safetensors", b"Weights" * 1000)(station)


def _another_model_s_weights_sealed_by_the_package(files: dict[str, bytes]) -> None:
    files["model/manifest.toml"] = files["model/manifest.toml"] + b"\n# other\n"


def _append(**attributes: object) -> Callable[[Station], None]:
    """One more entry that is not as entries are."""

    def apply(station: Station) -> None:
        info = zipfile.ZipInfo(str(attributes.pop("name")))
        data = attributes.pop("data", b"x")
        assert isinstance(data, bytes)
        for name, value in attributes.items():
            setattr(info, name, value)
        with zipfile.ZipFile(station.package, "a") as file:
            file.writestr(info, data)

    return apply


def _twice(station: Station) -> None:
    files = content_of(station.package)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(station.package, "a") as file:
        file.writestr("recipe.json", files["recipe.json"])


def _bomb(station: Station) -> None:
    write(station.package, {**content_of(station.package), "model/bomb.bin": bytes(60 << 20)}, zipfile.ZIP_DEFLATED)


def _patched(station: Station, name: str, field: int, value: int) -> None:
    """Change a number in the central directory entry of a file."""
    data = bytearray(station.package.read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    struct.pack_into("<L", data, place + field, value)
    station.package.write_bytes(bytes(data))


def _lies_about_its_size(station: Station) -> None:
    _patched(station, "model/weights.safetensors", 24, 5)


def _announces_four_gigabytes(station: Station) -> None:
    _patched(station, "model/weights.safetensors", 24, 0xFFFFFFF0)


def _two_files_in_one_place(station: Station) -> None:
    data = station.package.read_bytes()
    with zipfile.ZipFile(station.package) as file:
        place = file.getinfo("recipe.json").header_offset
    assert data
    _patched(station, "model/weights.safetensors", 42, place)


def _encrypted(station: Station) -> None:
    data = bytearray(station.package.read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"recipe.json"))
    data[place + 8] |= 1
    station.package.write_bytes(bytes(data))


def _unknown_packing(station: Station) -> None:
    write(station.package, content_of(station.package), zipfile.ZIP_LZMA)


def _many_files(station: Station) -> None:
    write(station.package, {f"model/{n}": b"" for n in range(5000)})


def _prefixed(station: Station) -> None:
    station.package.write_bytes(b"MZ\x90" + station.package.read_bytes())


def _trailed(station: Station) -> None:
    station.package.write_bytes(station.package.read_bytes() + b"PK\x05\x06" + bytes(18))


def _recipe(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def apply(files: dict[str, bytes]) -> None:
        document = json.loads(files["recipe.json"])
        document["recipe"].update(changes)
        files["recipe.json"] = json.dumps(document).encode()

    return apply


def _picture_bomb(files: dict[str, bytes]) -> None:
    """A PNG of a kilobyte that would unpack to 81 MP."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    header = struct.pack(">LLBBBBB", 9_000, 9_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(9_001 * 100))
    _swap_picture(files, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def _no_picture(files: dict[str, bytes]) -> None:
    _swap_picture(files, b"<script>alert(1)</script>")


def _swap_picture(files: dict[str, bytes], data: bytes) -> None:
    document = json.loads(files["recipe.json"])
    del files["pictures/" + document["recipe"]["picture"].removeprefix("recipes/")]
    sha256 = hashlib.sha256(data).hexdigest()
    files[f"pictures/{sha256}.png"] = data
    document["recipe"]["picture"] = f"recipes/{sha256}.png"
    files["recipe.json"] = json.dumps(document).encode()


def _more_pictures(files: dict[str, bytes]) -> None:
    files[f"pictures/{'0' * 64}.png"] = b"extra"


TAMPERINGS: dict[str, tuple[Callable[[Station], None], Refusal]] = {
    "missing file": (lambda station: station.package.unlink(), Refusal.UNREADABLE),
    "empty": (_cut(0), Refusal.NOT_A_PACKAGE),
    "text": (lambda station: station.package.write_text("hello"), Refusal.NOT_A_PACKAGE),
    "program before it": (_prefixed, Refusal.NOT_A_PACKAGE),
    "cut": (_cut(-200), Refusal.DAMAGED),
    "only its beginning": (_cut(10), Refusal.DAMAGED),
    "second end behind it": (_trailed, Refusal.DAMAGED),
    "a bit of the weights": (_flip_a_bit_of_the_weights, Refusal.DAMAGED),
    "other weights": (_weights_replaced_with_right_checksum, Refusal.WRONG_HASH),
    "other model, sealed": (_sealed(_another_model_s_weights_sealed_by_the_package), Refusal.WRONG_HASH),
    "another limit": (_change("recipe.json", b'{"format":1,"recipe":{}}'), Refusal.WRONG_HASH),
    "no manifest": (_drop("manifest.json"), Refusal.NOT_A_PACKAGE),
    "no recipe": (_drop("recipe.json"), Refusal.MISSING_FILE),
    "no weights": (_drop("model/weights"), Refusal.MISSING_FILE),
    "no picture": (_drop("pictures/"), Refusal.MISSING_FILE),
    "no picture, sealed": (
        _sealed(lambda files: [files.pop(n) for n in list(files) if n.startswith("pictures/")] and None),
        Refusal.MISSING_FILE,
    ),
    "newer format": (_sealed(_nothing, format=2), Refusal.NEWER),
    "newer program": (_sealed(_nothing, app_version="1.3"), Refusal.NEWER),
    "newer program with new fields": (_sealed(_nothing, app_version="2.0", signature="x"), Refusal.NEWER),
    "unknown field": (_sealed(_nothing, signature="x"), Refusal.BAD_MANIFEST),
    "manifest not JSON": (_change("manifest.json", b"{"), Refusal.BAD_MANIFEST),
    "manifest deep": (_change("manifest.json", b"[" * 100_000), Refusal.BAD_MANIFEST),
    "manifest no text": (_change("manifest.json", b"\xff\xfe\x00"), Refusal.BAD_MANIFEST),
    "manifest a list": (_change("manifest.json", b"[]"), Refusal.BAD_MANIFEST),
    "manifest large": (_change("manifest.json", b" " * (2 << 20)), Refusal.TOO_LARGE),
    "no version": (_sealed(_nothing, app_version="latest"), Refusal.BAD_MANIFEST),
    "manifest of another product": (_sealed(_nothing, product="cap"), Refusal.BAD_RECIPE),
    "manifest of another model": (
        _sealed(_nothing, model={"name": "demo", "version": 4, "sha256": "ab" * 32}),
        Refusal.BAD_MANIFEST,
    ),
    "model name a path": (
        _sealed(_nothing, model={"name": "../../demo", "version": 3, "sha256": "ab" * 32}),
        Refusal.BAD_MANIFEST,
    ),
    "path upward": (_append(name="../evil.txt"), Refusal.BAD_NAME),
    "path upward inside": (_append(name="model/../../evil.txt"), Refusal.BAD_NAME),
    "absolute path": (_append(name="/etc/cron.d/evil"), Refusal.BAD_NAME),
    "drive": (_append(name="C:/evil.txt"), Refusal.BAD_NAME),
    "backslashes": (_append(name="model\\..\\evil.txt"), Refusal.BAD_NAME),
    "hidden file": (_append(name="model/.bashrc"), Refusal.BAD_NAME),
    "deeper folder": (_append(name="model/a/b"), Refusal.BAD_NAME),
    "folder": (_append(name="model/", data=b""), Refusal.LINK),
    "symbolic link": (_append(name="model/link", data=b"/etc/passwd", external_attr=0o120777 << 16), Refusal.LINK),
    "device": (_append(name="model/null", data=b"", external_attr=0o020666 << 16), Refusal.LINK),
    "file twice": (_twice, Refusal.DUPLICATE),
    "file that is not listed": (_append(name="model/extra.bin"), Refusal.UNKNOWN_FILE),
    "picture that nobody names": (_sealed(_more_pictures), Refusal.UNKNOWN_FILE),
    "encrypted": (_encrypted, Refusal.ENCRYPTED),
    "packed in another way": (_unknown_packing, Refusal.BAD_MANIFEST),
    "bomb": (_bomb, Refusal.TOO_LARGE),
    "announces 4 GB": (_announces_four_gigabytes, Refusal.TOO_LARGE),
    "says it is smaller": (_lies_about_its_size, Refusal.WRONG_HASH),
    "overlapping files": (_two_files_in_one_place, Refusal.TOO_LARGE),
    "thousands of files": (_many_files, Refusal.TOO_LARGE),
    "recipe that cannot be used": (_sealed(_recipe(scale=0.0)), Refusal.BAD_RECIPE),
    "recipe with unknown field": (_sealed(_recipe(run="rm -rf /")), Refusal.BAD_RECIPE),
    "recipe without version": (_sealed(_recipe(version=0), version=0), Refusal.BAD_RECIPE),
    "recipe with a path": (_sealed(_recipe(picture="../../etc/passwd")), Refusal.BAD_RECIPE),
    "picture that is none": (_sealed(_no_picture), Refusal.BAD_PICTURE),
    "picture bomb": (_sealed(_picture_bomb), Refusal.BAD_PICTURE),
}


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_a_package_that_was_tampered_with_is_refused_with_the_reason(kind: str, tmp_path: Path) -> None:
    station = Station(tmp_path / "here")
    tamper, expected = TAMPERINGS[kind]
    tamper(station)
    shutil.rmtree(station.data)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with pytest.raises(PackageRefused) as caught:
        station.packages.read(station.package)
    assert caught.value.refusal is expected, caught.value
    assert caught.value.code == "RCP-002"
    assert station.package.name in caught.value.message
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_every_reason_to_refuse_a_file_has_a_case() -> None:
    # The others are the station's to find: it lacks the model, has another, or has given the line code away.
    of_the_station = {Refusal.MODEL_MISSING, Refusal.MODEL_DIFFERS, Refusal.BAD_MODEL, Refusal.CODE_TAKEN}
    assert {refusal for _, refusal in TAMPERINGS.values()} | of_the_station == set(Refusal)


def test_a_package_that_changes_after_it_was_read_is_not_unpacked(station: Station, tmp_path: Path) -> None:
    content = station.packages.read(station.package)
    _weights_replaced_with_right_checksum(station)
    with pytest.raises(PackageRefused):
        station.packages.unpack_model(content, tmp_path / "unpacked")
    files = content_of(station.package)
    for name in files:
        if name.startswith("pictures/"):
            files[name] = b"other"
    write(station.package, files)
    with pytest.raises(PackageRefused, match="changed"):
        station.packages.import_pictures(content)


def test_unpacking_never_writes_over_a_file(station: Station, tmp_path: Path) -> None:
    content = station.packages.read(station.package)
    (tmp_path / "card.md").write_text("mine")
    with pytest.raises(OperationalError):
        station.packages.unpack_model(content, tmp_path)
    assert (tmp_path / "card.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["weights.safetensors", "manifest.toml", "card.md"])
def test_a_model_that_does_not_match_its_hashes_is_not_exported(station: Station, name: str) -> None:
    before = station.package.read_bytes()
    (station.folder / name).write_bytes(b"other")
    with pytest.raises(PackageRefused) as caught:
        station.packages.export(station.package, station.recipe, station.model, station.folder)
    assert caught.value.refusal is Refusal.BAD_MODEL
    assert station.package.read_bytes() == before
    assert [file.name for file in station.package.parent.iterdir() if file.is_file()] == [station.package.name]


def test_a_recipe_whose_picture_is_lost_is_not_exported(station: Station) -> None:
    (station.data / station.recipe.picture).unlink()
    with pytest.raises(OperationalError) as caught:
        station.packages.export(station.package, station.recipe, station.model, None)
    assert caught.value.code == "DAT-002"


def test_a_folder_that_cannot_be_written_is_said(station: Station, tmp_path: Path) -> None:
    with pytest.raises(OperationalError) as caught:
        station.packages.export(tmp_path / "nowhere" / "x.inspector", station.recipe, station.model, None)
    assert caught.value.code == "DAT-002"


def test_a_large_model_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    station = Station(tmp_path / "here")
    shutil.rmtree(station.folder)
    model = write_model(station.folder, np.random.default_rng(1).bytes(30 << 20))
    tracemalloc.start()
    try:
        station.packages.export(station.package, station.recipe, model, station.folder)
        content = station.packages.read(station.package)
        station.packages.unpack_model(content, tmp_path / "unpacked")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert station.package.stat().st_size > 30 << 20
    assert peak < 8 << 20, f"{peak >> 20} MB"


def test_a_refusal_survives_a_process_border(station: Station) -> None:
    with pytest.raises(PackageRefused) as caught:
        ZipPackages(station.pictures, "0.9").read(station.package)
    kind, arguments = caught.value.__reduce__()
    again = kind(*arguments)
    assert (again.refusal, again.values, str(again)) == (Refusal.NEWER, ("1.2.0", "0.9"), str(caught.value))


def test_a_recipe_that_takes_the_newest_model_names_the_one_it_was_exported_with(station: Station) -> None:
    newest = replace(station.recipe, model_version=0)
    station.packages.export(station.package, newest, station.model, None)
    assert station.packages.read(station.package).model == station.model


def test_the_picture_of_the_test_is_what_it_seems(tmp_path: Path) -> None:
    """Guards the bomb above: it is a PNG that would be unpacked if nobody looked at its size."""
    files = content_of(Station(tmp_path).package)
    _picture_bomb(files)
    (bomb,) = (n for n in files if n.startswith("pictures/") and len(files[n]) < 3000)
    (tmp_path / "bomb.png").write_bytes(files[bomb])
    with Image.open(tmp_path / "bomb.png") as picture:
        assert picture.size == (9_000, 9_000)
