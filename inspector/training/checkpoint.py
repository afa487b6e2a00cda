"""What an interrupted training leaves behind: one file, replaced whole, that only the same job may go on from."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import safetensors
import safetensors.torch
from torch import Tensor

from inspector.core.errors import InvalidInput, OperationalError

logger = logging.getLogger(__name__)

FILE: Final = "checkpoint.safetensors"
_KEY: Final = "inspector"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training came.

    Attributes:
        fingerprint: of everything that must be equal for the run to go on: data, preset, seed, budget.
        seconds: of training, over all runs.
    """

    fingerprint: str
    steps: int
    seconds: float
    loss: float


def write_checkpoint(folder: Path, tensors: dict[str, Tensor], progress: Progress) -> None:
    """Replace the checkpoint; the old one is there until the new one is complete and on the disk.

    Raises:
        OperationalError: DAT-002: the folder cannot be written to.
    """
    content = safetensors.torch.save(tensors, metadata={_KEY: json.dumps(asdict(progress))})
    half = folder / f"{FILE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(folder / FILE)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The checkpoint could not be written to {folder}: {error.strerror or error}.", "Check the disk."
        ) from error


def require_checkpoint(folder: Path) -> None:
    """Say so before any work when there is nothing to go on from.

    Raises:
        InvalidInput: there is no checkpoint.
    """
    if not (folder / FILE).is_file():
        raise InvalidInput(["there is no interrupted training to resume; start without --resume"])


def read_checkpoint(folder: Path, fingerprint: str) -> tuple[dict[str, Tensor], Progress]:
    """Read a checkpoint that `fingerprint` may go on from.

    Raises:
        InvalidInput: there is none, or it belongs to another job.
        OperationalError: RCP-002: the file is damaged.
    """
    require_checkpoint(folder)
    path = folder / FILE
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            progress = Progress(**json.loads((file.metadata() or {})[_KEY]))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (safetensors.SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise OperationalError(
            "RCP-002", f"The checkpoint {path} is damaged: {error}.", "Start again without --resume."
        ) from error
    if progress.fingerprint != fingerprint:
        raise InvalidInput(["the interrupted training had other data, preset, seed or budget; start without --resume"])
    logger.info("going on from step %d of %s", progress.steps, path)
    return tensors, progress


def remove_checkpoint(folder: Path) -> None:
    """Forget an interrupted training; nothing happens without one."""
    for name in (FILE, f"{FILE}.new"):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
