"""Weight files as they come from elsewhere: safetensors, or torch's own format read without running code from it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import safetensors
import torch
from torch import Tensor

from inspector.core.errors import InvalidInput
from inspector.vision.networks.encoder import InputStatistics

if TYPE_CHECKING:
    from pathlib import Path

SIZE_LIMIT: Final = 4 << 30
"""Bytes of a file that is still read."""

TORCH_SUFFIXES: Final = (".pth", ".pt", ".bin")
_WRAPPER: Final = "state_dict"
_PREFIX: Final = "module."
"""What torch's wrappers for several devices put before every name."""


class InvalidWeights(InvalidInput):
    """A weight file cannot be read, or does not hold what is needed; carries every problem."""

    subject = "The weight file"


@dataclass(frozen=True, slots=True, eq=False)
class WeightFile:
    """What a weight file holds.

    Attributes:
        sha256: of the file.
        tensors: by name, without wrappers.
        statistics: how pixels are to be scaled, if the file says so (safetensors metadata `mean` and `std`, each three
            numbers as JSON).
    """

    sha256: str
    tensors: Mapping[str, Tensor]
    statistics: InputStatistics | None = None


def read_weight_file(path: Path) -> WeightFile:
    """Read a file of weights by its suffix.

    Raises:
        InvalidWeights: there is no such file, or it is not what its suffix says.
    """
    try:
        if not path.is_file():
            raise InvalidWeights([f"there is no file {path}"])
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise InvalidWeights([f"{path} has {size} bytes, more than {SIZE_LIMIT}"])
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if path.suffix == ".safetensors":
            tensors, statistics = _read_safetensors(path)
        elif path.suffix in TORCH_SUFFIXES:
            tensors, statistics = _read_torch(path), None
        else:
            raise InvalidWeights([f"{path.name} does not end in .safetensors, {', '.join(TORCH_SUFFIXES)}"])
    except OSError as error:
        raise InvalidWeights([f"{path} cannot be read: {error.strerror or error}"]) from error
    return WeightFile(sha256, tensors, statistics)


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], InputStatistics | None]:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
            metadata = file.metadata() or {}
    except (safetensors.SafetensorError, ValueError) as error:
        raise InvalidWeights([f"{path} is no safetensors file ({error})"]) from error
    return _unwrapped(tensors), _statistics(metadata)


def _read_torch(path: Path) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    # The last is what torch raises for a file that wants to run code; only torch's own module names it here.
    except (RuntimeError, EOFError, ValueError, KeyError, torch.serialization.pickle.UnpicklingError) as error:  # type: ignore[attr-defined]
        raise InvalidWeights([f"{path} is no file of plain weights ({str(error).partition(chr(10))[0]})"]) from error
    if isinstance(content, Mapping) and isinstance(content.get(_WRAPPER), Mapping):
        content = content[_WRAPPER]
    tensors = _unwrapped(content) if isinstance(content, Mapping) else {}
    if not tensors:
        raise InvalidWeights([f"{path} holds no table of weights"])
    return tensors


def _unwrapped(content: Mapping[object, object]) -> dict[str, Tensor]:
    return {
        name.removeprefix(_PREFIX): value
        for name, value in content.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }


def _statistics(metadata: Mapping[str, str]) -> InputStatistics | None:
    given = [key for key in ("mean", "std") if key in metadata]
    if not given:
        return None
    try:
        if len(given) == 1:
            raise ValueError(f"it names {given[0]} alone")
        mean, std = ([float(number) for number in json.loads(metadata[key])] for key in ("mean", "std"))
        if len(mean) != 3 or len(std) != 3 or not all(map(math.isfinite, mean + std)) or min(std) <= 0:
            raise ValueError(f"mean {mean}, std {std}")
    except (ValueError, TypeError) as error:
        raise InvalidWeights([f"its metadata must give mean and std as three numbers each ({error})"]) from error
    return InputStatistics((mean[0], mean[1], mean[2]), (std[0], std[1], std[2]))
