"""A recipe as one file that can be carried to another station: zip with a manifest that hashes everything in it.

    manifest.json               format, program, recipe, model, and size and SHA-256 of every other file
    recipe.json                 the recipe, as it is published
    pictures/<sha256>.png       of the product and of the self-test
    model/<file>                the model's folder, if it was to travel along

Hashes tell what was damaged or changed in part. They do not tell who made a package: whoever can write all of it can
write its hashes. Contents are streamed in both directions, so that a large model needs no memory.
"""

import hashlib
import logging
import os
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from inspector.core.errors import InvalidInput, InvalidRecipe, OperationalError
from inspector.core.package import PackageContent, PackageRefused, Refusal
from inspector.core.recipe import Recipe
from inspector.core.record import StoredFile
from inspector.core.refs import ModelRef, is_safe_name
from inspector.storage.files import make_folder, replace
from inspector.storage.package_zip import chunks, open_package, refused
from inspector.storage.picture_files import decode_picture
from inspector.storage.recipe_pictures import FileRecipePictures, path_of
from inspector.storage.recipe_text import MOST_CHARACTERS, recipe_from_text, recipe_to_text
from inspector.storage.sqlite import CHECK_DISK
from inspector.storage.value_text import decoded, encoded, parse, to_text

logger = logging.getLogger(__name__)

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_RECIPE: Final = "recipe.json"
_MODEL_MANIFEST: Final = "manifest.toml"
_CHUNK: Final = 1 << 20
_MOST_PICTURE_PIXELS: Final = 50_000_000
_VERSION: Final = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the same package has the same bytes but for its manifest


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class _Manifest:
    format: int
    app_version: str
    created_at: datetime
    product: str
    version: int
    model: ModelRef
    files: tuple[_File, ...]


class ZipPackages:
    """`RecipePackages` as zip files."""

    def __init__(self, pictures: FileRecipePictures, app_version: str) -> None:
        """Take what recipes name, and the version of this program."""
        self._pictures = pictures
        self._app_version = app_version

    def export(self, target: Path, recipe: Recipe, model: ModelRef, model_folder: Path | None) -> None:
        """Write a package, whole or not at all; see the port."""
        temporary = target.with_name(f".{target.name}.tmp")
        try:
            try:
                self._write(temporary, recipe, model, model_folder)
                replace(temporary, target)
            finally:
                temporary.unlink(missing_ok=True)
        except zipfile.LargeZipFile as error:
            raise PackageRefused(
                Refusal.TOO_LARGE, f"The package of {recipe.ref} would be larger than 2 GB.", "", (target.name,)
            ) from error
        except OSError as error:
            raise OperationalError(
                "DAT-002", f"The package {target} cannot be written: {error.strerror or error}.", CHECK_DISK
            ) from error
        logger.info("exported %s with %s to %s", recipe.ref, model, target)

    def read(self, path: Path) -> PackageContent:
        """Check a package from end to end; see the port."""
        with open_package(path) as file:
            entries = {info.filename: info for info in file.infolist()}
            manifest = self._manifest(path, file, entries)
            _require_files(path, entries, manifest)
            for one in manifest.files:
                if _hash(chunks(path, file, entries[one.path])) != one.sha256:
                    raise refused(Refusal.WRONG_HASH, path, f"{one.path} does not match its hash", one.path)
            recipe = _recipe(path, _read(path, file, entries[_RECIPE]), manifest)
            pictures = _named_pictures(recipe)
            _require_pictures(path, file, entries, pictures)
        holds_model = _require_model(path, manifest, recipe)
        return PackageContent(
            path, recipe, manifest.model, holds_model, pictures, manifest.app_version, manifest.created_at
        )

    def import_pictures(self, content: PackageContent) -> None:
        """Bring a package's pictures into the data folder; see the port."""
        with open_package(content.path) as file:
            for picture in content.pictures:
                data = _read(content.path, file, _entry(content.path, file, f"pictures/{picture.sha256}.png"))
                if hashlib.sha256(data).hexdigest() != picture.sha256:
                    raise refused(Refusal.WRONG_HASH, content.path, "it changed while it was read", picture.path)
                self._pictures.save_bytes(data)

    def unpack_model(self, content: PackageContent, folder: Path) -> None:
        """Write a package's model files into a folder; see the port."""
        with open_package(content.path) as file:
            entries = {info.filename: info for info in file.infolist()}
            manifest = self._manifest(content.path, file, entries)
            for one in manifest.files:
                kind, _, name = one.path.partition("/")
                if kind != "model":
                    continue
                info = _entry(content.path, file, one.path)
                try:
                    make_folder(folder)
                    with (folder / name).open("xb") as target:
                        found = _hash(_through(chunks(content.path, file, info), target.write))
                        target.flush()
                        os.fsync(target.fileno())
                except OSError as error:
                    raise OperationalError(
                        "DAT-002", f"The model cannot be written to {folder}: {error.strerror or error}.", CHECK_DISK
                    ) from error
                if found != one.sha256:
                    raise refused(Refusal.WRONG_HASH, content.path, "it changed while it was read", one.path)

    def _write(self, temporary: Path, recipe: Recipe, model: ModelRef, model_folder: Path | None) -> None:
        files: list[_File] = []
        with zipfile.ZipFile(temporary, "x", allowZip64=False) as file:

            def put(name: str, pieces: Iterator[bytes]) -> None:
                with file.open(_info(name), "w") as target:
                    size = 0

                    def count(piece: bytes) -> None:
                        nonlocal size
                        target.write(piece)
                        size += len(piece)

                    files.append(_File(name, _hash(_through(pieces, count)), size))

            put(_RECIPE, iter([recipe_to_text(recipe).encode()]))
            for picture in _named_pictures(recipe):
                put(f"pictures/{picture.sha256}.png", iter([self._pictures.read(picture.path, picture.sha256)]))
            if model_folder is not None:
                sealed = _sealed_files(model, model_folder)
                for name in sealed:
                    put(f"model/{name}", _pieces(model_folder / name))
                if {one.path: one.sha256 for one in files if one.path.startswith("model/")} != {
                    f"model/{name}": sha256 for name, sha256 in sealed.items()
                }:
                    raise _unsound(model)
            manifest = _Manifest(
                FORMAT, self._app_version, datetime.now(UTC), recipe.product, recipe.version, model, tuple(files)
            )
            file.writestr(_info(_MANIFEST), to_text(encoded(_Manifest, manifest)))

    def _manifest(self, path: Path, file: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> _Manifest:
        if _MANIFEST not in entries:
            raise refused(Refusal.NOT_A_PACKAGE, path, f"it has no {_MANIFEST}")
        try:
            document = parse(_read(path, file, entries[_MANIFEST]).decode(), most_characters=MOST_CHARACTERS)
        except (InvalidInput, UnicodeDecodeError) as error:
            raise refused(Refusal.BAD_MANIFEST, path, f"its manifest cannot be read ({error})") from error
        if not isinstance(document, dict):
            raise refused(Refusal.BAD_MANIFEST, path, "its manifest is none")
        self._require_known(path, document)
        problems: list[str] = []
        manifest = decoded(_Manifest, document, "manifest", problems)
        if isinstance(manifest, _Manifest):
            problems += _manifest_problems(manifest)
        if problems or not isinstance(manifest, _Manifest):
            raise refused(Refusal.BAD_MANIFEST, path, f"its manifest is wrong ({'; '.join(problems)})")
        return manifest

    def _require_known(self, path: Path, document: Mapping[str, object]) -> None:
        """Say "newer" before anything a newer program may have added is called wrong."""
        found, version = document.get("format"), document.get("app_version")
        if type(found) is not int or not isinstance(version, str) or _VERSION.fullmatch(version) is None:
            raise refused(Refusal.BAD_MANIFEST, path, "its manifest does not say which program made it")
        if found > FORMAT or _numbers(version) > _numbers(self._app_version):
            why = f"it was made by a newer program ({version}), this one is {self._app_version}"
            raise refused(Refusal.NEWER, path, why, version, self._app_version)


def _manifest_problems(manifest: _Manifest) -> list[str]:
    problems = [f"format {manifest.format} was never used"] if manifest.format != FORMAT else []
    hashes = [one.sha256 for one in manifest.files] + [manifest.model.sha256]
    problems += [f"{sha256!r} is no SHA-256" for sha256 in hashes if _SHA256.fullmatch(sha256) is None]
    if not is_safe_name(manifest.model.name) or manifest.model.version < 1:
        problems.append(f"{str(manifest.model)!r} is no model")
    if len({one.path for one in manifest.files}) < len(manifest.files):
        problems.append("a file is listed twice")
    return problems


def _require_files(path: Path, entries: Mapping[str, zipfile.ZipInfo], manifest: _Manifest) -> None:
    listed = {one.path: one.size for one in manifest.files}
    for name in sorted(entries.keys() - listed.keys() - {_MANIFEST}):
        raise refused(Refusal.UNKNOWN_FILE, path, f"{name} is not in its manifest", name)
    for name in sorted({*listed, _RECIPE} - (entries.keys() - {_MANIFEST})):
        raise refused(Refusal.MISSING_FILE, path, f"{name} is missing", name)
    for name, size in listed.items():
        if entries[name].file_size != size:
            raise refused(Refusal.WRONG_HASH, path, f"{name} has another size than its manifest says", name)


def _recipe(path: Path, data: bytes, manifest: _Manifest) -> Recipe:
    try:
        recipe = recipe_from_text(data.decode())
    except (InvalidRecipe, UnicodeDecodeError) as error:
        raise refused(Refusal.BAD_RECIPE, path, f"its recipe cannot be used ({error})") from error
    if recipe.version < 1 or (recipe.product, recipe.version) != (manifest.product, manifest.version):
        raise refused(Refusal.BAD_RECIPE, path, f"its recipe is {recipe.ref}, its manifest says otherwise")
    return recipe


def _named_pictures(recipe: Recipe) -> tuple[StoredFile, ...]:
    """The pictures of a recipe; their names are their hashes."""
    paths = [recipe.picture] if recipe.picture else []
    if recipe.self_test is not None:
        paths.append(recipe.self_test.path)
    return tuple(StoredFile(one, Path(one).stem) for one in dict.fromkeys(paths))


def _require_pictures(
    path: Path, file: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], pictures: tuple[StoredFile, ...]
) -> None:
    for picture in pictures:
        if _SHA256.fullmatch(picture.sha256) is None or picture.path != path_of(picture.sha256):
            raise refused(Refusal.BAD_RECIPE, path, f"its recipe names a picture {picture.path!r}")
    wanted = {f"pictures/{one.sha256}.png": one for one in pictures}
    for name in sorted(one for one in entries if one.startswith("pictures/") and one not in wanted):
        raise refused(Refusal.UNKNOWN_FILE, path, f"{name} is not named by its recipe", name)
    for name, picture in wanted.items():
        if name not in entries:
            raise refused(Refusal.MISSING_FILE, path, f"{name} is missing", name)
        data = _read(path, file, entries[name])
        if hashlib.sha256(data).hexdigest() != picture.sha256:
            raise refused(Refusal.WRONG_HASH, path, f"{name} is not the picture that its recipe names", name)
        try:
            decode_picture(name, data, most_pixels=_MOST_PICTURE_PIXELS)
        except OperationalError as error:
            raise refused(Refusal.BAD_PICTURE, path, f"{name} is no picture ({error.message})", name) from error


def _require_model(path: Path, manifest: _Manifest, recipe: Recipe) -> bool:
    """Whether the model travels along; it must be the one that the recipe names."""
    model = manifest.model
    if recipe.model_name != model.name or recipe.model_version not in (0, model.version):
        named = f"{recipe.model_name} v{recipe.model_version}"
        raise refused(Refusal.BAD_MANIFEST, path, f"its recipe names model {named}, its manifest {model}")
    hashes = {one.path: one.sha256 for one in manifest.files if one.path.startswith("model/")}
    if hashes and hashes.get(f"model/{_MODEL_MANIFEST}") != model.sha256:
        raise refused(Refusal.WRONG_HASH, path, f"its model is not {model}", f"model/{_MODEL_MANIFEST}")
    return bool(hashes)


def _sealed_files(model: ModelRef, folder: Path) -> dict[str, str]:
    """The files of a model's folder and their hashes, as its own manifest says; others do not travel."""
    try:
        listed = tomllib.loads((folder / _MODEL_MANIFEST).read_text(encoding="utf-8"))["files"]
        sealed = {_MODEL_MANIFEST: model.sha256, **{str(name): str(sha256) for name, sha256 in listed.items()}}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise _unsound(model) from error
    if not all(is_safe_name(name) and (folder / name).is_file() for name in sealed):
        raise _unsound(model)
    return sealed


def _unsound(model: ModelRef) -> PackageRefused:
    """A model whose files do not match its own manifest must not travel."""
    message = f"The model {model} does not match its own hashes, so it is not exported."
    return PackageRefused(Refusal.BAD_MODEL, message, "Install the model again.", (str(model),))


def _entry(path: Path, file: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    try:
        return file.getinfo(name)
    except KeyError as error:
        raise refused(Refusal.MISSING_FILE, path, f"{name} is missing", name) from error


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    # Weights and pictures are packed already; a second time would cost minutes and win nothing.
    info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
    info.external_attr = 0o100644 << 16
    return info


def _read(path: Path, file: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    return b"".join(chunks(path, file, info))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def _through(pieces: Iterator[bytes], sink: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        sink(piece)
        yield piece


def _hash(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    numbers = tuple(int(number) for number in found.group().split(".")) if found else ()
    return numbers + (0,) * (4 - len(numbers))
