"""Model folders: written whole, verified before use, never pickled.

A version folder `<root>/<name>/<version>/` holds `manifest.toml`, `weights.safetensors` (backbone included),
`selftest.safetensors` and `card.md`. It is complete or absent and never edited. The manifest hashes the other files,
the manifest's own hash is the model's identity.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from inspector.core.errors import OperationalError
from inspector.core.ports import ModelSummary
from inspector.core.refs import ModelRef, is_safe_name
from inspector.vision.device import DeviceChoice
from inspector.vision.manifest import InvalidManifest, Manifest, read_manifest, write_manifest
from inspector.vision.model import TiledModel
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.selftest import SelfTest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)

MANIFEST: Final = "manifest.toml"
WEIGHTS: Final = "weights.safetensors"
SELF_TEST: Final = "selftest.safetensors"
CARD: Final = "card.md"
FILES: Final = (WEIGHTS, SELF_TEST, CARD)

SIZE_LIMIT: Final = 4 << 30
"""Bytes of a weight file that is still read; a larger one is no model of ours."""
TEXT_LIMIT: Final = 16 << 20
SELF_TEST_TILES: Final = 16
"""Fewest stored tiles (uniad.md 15)."""

_HINT = "Install the model again."


@dataclass(frozen=True, slots=True, eq=False)
class ModelFolder:
    """What a verified model folder holds."""

    folder: Path
    ref: ModelRef
    manifest: Manifest
    detector: Detector
    self_test: SelfTest


class FolderModelStore:
    """Models in one or more root folders; implements `core.ports.ModelStore`.

    Later roots win where two hold the same version. Only the last one, the station's own, is written to.
    """

    def __init__(
        self, roots: Sequence[Path], device: DeviceChoice = DeviceChoice.AUTO, *, threads: int | None = None
    ) -> None:
        """`threads` for models that run on the processor; None takes `device.default_threads()`."""
        if not roots:
            raise ValueError("a model store needs at least one root folder")
        self._roots = tuple(roots)
        self._device = device
        self._threads = threads

    def list(self) -> tuple[ModelSummary, ...]:
        """All versions of all models by name, newest version first; broken ones with their problem."""
        folders = self._folders()
        return tuple(_summary(name, version, folders[name, version]) for name, version in _newest_first(folders))

    def load(self, name: str, version: int = 0) -> TiledModel:
        """Verify hashes and load; version 0 is the newest.

        Raises:
            OperationalError: RCP-001: no such model; RCP-002: a file is missing, altered or cannot be read.
        """
        folders = self._folders()
        known = [key for key in _newest_first(folders) if key[0] == name and version in (0, key[1])]
        if not known:
            there = ", ".join(f"{other} v{number}" for other, number in _newest_first(folders)) or "none"
            wanted = f"{name} v{version}" if version else name
            raise OperationalError("RCP-001", f"There is no model {wanted!r}; there are: {there}.")
        return load_model(folders[known[0]], self._device, threads=self._threads, expected=known[0])

    def write(self, draft: Manifest, weights: Mapping[str, Tensor], self_test: SelfTest, card: str) -> ModelRef:
        """Write a new version to the station's own root; see `write_model`."""
        return write_model(self._roots[-1], draft, weights, self_test, card, also=self._roots[:-1])

    def _folders(self) -> dict[tuple[str, int], Path]:
        found: dict[tuple[str, int], Path] = {}
        for root in self._roots:
            found.update(_version_folders(root))
        return found


def load_model(
    folder: Path,
    device: DeviceChoice = DeviceChoice.AUTO,
    *,
    threads: int | None = None,
    expected: tuple[str, int] | None = None,
) -> TiledModel:
    """Verify one version folder and make its model ready to be prepared.

    Args:
        folder: a version folder, or a model's folder, of which the newest version is taken.
        device: where to run.
        threads: on the processor; None takes the default.
        expected: name and version that the manifest must have.

    Raises:
        OperationalError: RCP-001: there is no model in this folder; RCP-002: a file is missing, altered or unreadable.
    """
    content = read_model_folder(folder if expected else version_folder(folder), expected=expected)
    return TiledModel.from_detector(
        content.manifest,
        content.detector,
        content.ref,
        device=device,
        threads=threads,
        self_test=content.self_test,
    )


def read_model_folder(folder: Path, *, expected: tuple[str, int] | None = None) -> ModelFolder:
    """Read and verify a version folder: hashes, sizes, names, shapes, finite values.

    Raises:
        OperationalError: RCP-002, naming the file and what is wrong with it.
    """
    raw = _read_limited(folder / MANIFEST, TEXT_LIMIT)
    manifest = _parse_manifest(folder, raw)
    if expected is not None and (manifest.name, manifest.version) != expected:
        raise _refused(
            folder / MANIFEST, f"it is of {manifest.name} v{manifest.version}, expected {expected[0]} v{expected[1]}"
        )
    if set(manifest.files) != set(FILES):
        raise _refused(folder / MANIFEST, f"it hashes {sorted(manifest.files)}, expected {sorted(FILES)}")
    _read_verified(folder / CARD, manifest, TEXT_LIMIT)
    weights = _read_tensors(folder / WEIGHTS, manifest)
    detector = _build(folder / WEIGHTS, manifest, weights)
    self_test = _read_self_test(folder / SELF_TEST, manifest)
    ref = ModelRef(manifest.name, manifest.version, hashlib.sha256(raw).hexdigest())
    logger.info("read model %s from %s", ref, folder)
    return ModelFolder(folder, ref, manifest, detector, self_test)


def write_model(
    root: Path,
    draft: Manifest,
    weights: Mapping[str, Tensor],
    self_test: SelfTest,
    card: str,
    *,
    also: Sequence[Path] = (),
) -> ModelRef:
    """Write a new version folder: beside its place, made durable, then renamed.

    Args:
        root: where the model's folder is or will be.
        draft: the manifest; its version and file hashes are chosen here.
        weights: `Detector.state_dict()`, backbone included.
        self_test: at least 16 tiles and their maps.
        card: Markdown that says what the model was trained on and where it fails.
        also: other roots whose versions count as taken.

    Raises:
        ValueError: the draft could not be read back: bad name, too few self-test tiles, tensors that are not finite.
        OperationalError: DAT-002: it could not be written; nothing is left behind.
    """
    _check_draft(draft, weights, self_test)
    plain = {name: value.detach().to("cpu").contiguous() for name, value in weights.items()}
    contents = {
        WEIGHTS: safetensors.torch.save(plain),
        SELF_TEST: safetensors.torch.save(
            {
                "tiles": torch.from_numpy(self_test.tiles.copy()),
                "maps": torch.from_numpy(self_test.maps.copy()),
                "products": torch.from_numpy(self_test.products.copy()),
            }
        ),
        CARD: card.encode(),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    home = root / draft.name
    version = 1 + max((number for other in (root, *also) for number in _versions(other / draft.name)), default=0)
    try:
        home.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
        try:
            while True:
                manifest = replace(draft, version=version, files=hashes)
                raw = write_manifest(manifest).encode()
                for name, content in {**contents, MANIFEST: raw}.items():
                    _write_durably(building / name, content)
                building.chmod(0o755)
                if _claim(building, home / str(version)):
                    break
                version += 1  # another writer was faster
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        _sync_folder(home)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The model {draft.name} could not be written to {home}: {error}.", "Check the disk."
        ) from error
    logger.info("wrote model %s v%d to %s", draft.name, version, home)
    return ModelRef(draft.name, version, hashlib.sha256(raw).hexdigest())


def _check_draft(draft: Manifest, weights: Mapping[str, Tensor], self_test: SelfTest) -> None:
    problems: list[str] = []
    try:
        read_manifest(write_manifest(replace(draft, version=1)))  # what cannot be read back is not written
    except InvalidManifest as error:
        problems += error.problems
    problems += [f"weight {name} is not finite" for name, value in weights.items() if not _all_finite(value)]
    expected = build_detector(draft.detector, backbone_state=None, products=len(draft.memory)).state_dict()
    problems += _shape_problems(expected, weights)
    if len(self_test.tiles) < SELF_TEST_TILES:
        problems.append(f"{len(self_test.tiles)} self-test tiles, at least {SELF_TEST_TILES} are needed")
    problems += self_test.problems(draft.tile_px, draft.cells, len(draft.memory))
    if problems:
        raise ValueError("; ".join(problems))


def _claim(building: Path, final: Path) -> bool:
    """Rename, unless the place is taken; a rename never replaces a folder that holds something."""
    try:
        building.rename(final)
    except OSError:
        if final.exists():
            return False
        raise
    return True


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no handle for this; the rename is journaled there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def version_folder(folder: Path) -> Path:
    """The folder itself if it is one version of a model, else its newest; OperationalError RCP-001: there is none."""
    if (folder / MANIFEST).exists():
        return folder
    versions = _versions(folder)
    if not versions:
        raise OperationalError("RCP-001", f"There is no model in {folder}: it holds no {MANIFEST}.")
    return folder / str(max(versions))


def _version_folders(root: Path) -> dict[tuple[str, int], Path]:
    if not root.is_dir():
        return {}
    return {
        (home.name, version): home / str(version)
        for home in root.iterdir()
        if is_safe_name(home.name) and home.is_dir()
        for version in _versions(home)
    }


def _versions(home: Path) -> list[int]:
    if not home.is_dir():
        return []
    names = (folder.name for folder in home.iterdir() if folder.is_dir())
    return [int(name) for name in names if name.isascii() and name.isdigit() and str(int(name)) == name and name != "0"]


def _newest_first(folders: Mapping[tuple[str, int], Path]) -> list[tuple[str, int]]:
    return sorted(folders, key=lambda key: (key[0], -key[1]))


def _summary(name: str, version: int, folder: Path) -> ModelSummary:
    try:
        raw = _read_limited(folder / MANIFEST, TEXT_LIMIT)
        manifest = _parse_manifest(folder, raw)
        missing = [file for file in FILES if not (folder / file).is_file()]
        if (manifest.name, manifest.version) != (name, version):
            raise _refused(folder / MANIFEST, f"it is of {manifest.name} v{manifest.version}")
        if missing:
            raise _refused(folder / missing[0], "it is missing")
    except OperationalError as error:
        return ModelSummary(ModelRef(name, version, ""), folder, problem=error.message)
    return ModelSummary(
        ref=ModelRef(name, version, hashlib.sha256(raw).hexdigest()),
        folder=folder,
        products=tuple(manifest.products),
        architecture=manifest.architecture,
        backbone=manifest.detector.backbone.value,
        created_at=manifest.created_at,
        preset=manifest.preset,
        steps=steps if isinstance(steps := manifest.training.get("steps"), int) else 0,
        license=manifest.license,
        size_bytes=len(raw) + sum((folder / file).stat().st_size for file in FILES),
    )


def _parse_manifest(folder: Path, raw: bytes) -> Manifest:
    try:
        return read_manifest(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _refused(folder / MANIFEST, "it is not text") from error
    except InvalidManifest as error:
        raise _refused(folder / MANIFEST, "; ".join(error.problems)) from error


def _read_limited(path: Path, limit: int) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise _refused(path, "it is not a file")
        if size > limit:
            raise _refused(path, f"it has {size} bytes, more than {limit}")
        with path.open("rb") as file:
            return file.read(limit)
    except FileNotFoundError as error:
        raise _refused(path, "it is missing") from error
    except OSError as error:
        raise _refused(path, f"it cannot be read ({error.strerror or error})") from error


def _read_verified(path: Path, manifest: Manifest, limit: int) -> bytes:
    content = _read_limited(path, limit)
    found = hashlib.sha256(content).hexdigest()
    if found != manifest.files[path.name]:
        raise _refused(path, f"its SHA-256 is {found}, expected {manifest.files[path.name]}")
    return content


def _read_tensors(path: Path, manifest: Manifest) -> dict[str, Tensor]:
    content = _read_verified(path, manifest, SIZE_LIMIT)
    try:
        tensors: dict[str, Tensor] = safetensors.torch.load(content)
    except (safetensors.SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise _refused(path, f"it is no safetensors file ({error})") from error
    for name, value in tensors.items():
        if not _all_finite(value):
            raise _refused(path, f"tensor {name} holds values that are not finite")
    return tensors


def _build(path: Path, manifest: Manifest, weights: Mapping[str, Tensor]) -> Detector:
    try:
        detector = build_detector(
            manifest.detector, backbone_state=None, statistics=manifest.input, products=len(manifest.memory)
        )
    except ValueError as error:
        raise _refused(path.with_name(MANIFEST), str(error)) from error
    problems = _shape_problems(detector.state_dict(), weights)
    if problems:
        raise _refused(path, "; ".join(problems))
    detector.load_state_dict(dict(weights))
    return detector.eval()


def _read_self_test(path: Path, manifest: Manifest) -> SelfTest:
    tensors = _read_tensors(path, manifest)
    wanted = {"maps": torch.float32, "products": torch.int32, "tiles": torch.uint8}
    if set(tensors) != set(wanted):
        raise _refused(path, f"it holds {sorted(tensors)}, expected {sorted(wanted)}")
    wrong = [f"{name} is {tensors[name].dtype}" for name, dtype in wanted.items() if tensors[name].dtype != dtype]
    if wrong:
        raise _refused(path, "; ".join(wrong))
    self_test = SelfTest(tensors["tiles"].numpy(), tensors["maps"].numpy(), tensors["products"].numpy())
    problems = self_test.problems(manifest.tile_px, manifest.cells, len(manifest.memory))
    if len(self_test.tiles) < SELF_TEST_TILES:
        problems.append(f"it holds {len(self_test.tiles)} tiles, expected at least {SELF_TEST_TILES}")
    if problems:
        raise _refused(path, "; ".join(problems))
    return self_test


def _shape_problems(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> list[str]:
    problems = [f"tensor {name} is missing" for name in expected if name not in found]
    problems += [f"tensor {name} is unknown" for name in found if name not in expected]
    problems += [
        f"tensor {name} is {found[name].dtype} {tuple(found[name].shape)}, expected {want.dtype} {tuple(want.shape)}"
        for name, want in expected.items()
        if name in found and (found[name].shape != want.shape or found[name].dtype != want.dtype)
    ]
    if len(problems) > _MOST_NAMED:
        problems = [*problems[:_MOST_NAMED], f"and {len(problems) - _MOST_NAMED} more"]
    return problems


_MOST_NAMED = 8


def _all_finite(value: Tensor) -> bool:
    return not value.is_floating_point() or bool(torch.isfinite(value).all())


def _refused(path: Path, what: str) -> OperationalError:
    return OperationalError("RCP-002", f"{path} cannot be used: {what}.", _HINT)
