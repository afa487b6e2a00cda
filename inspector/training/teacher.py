"""Teaching processes as the services know them: `core.setup_ports.Teacher` on `TrainingProcess`."""

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from inspector.core.errors import OperationalError
from inspector.core.setup_ports import (
    LonePicture,
    TaughtModel,
    TeachCancelled,
    TeachPhase,
    TeachPicture,
    TeachProgress,
    TeachTask,
)
from inspector.training.job import TrainingCancelled, TrainingJob, TrainingProgress
from inspector.training.process import TrainingProcess

logger = logging.getLogger(__name__)

_NICE: Final = 10
"""Behind everything that inspects, and before what only idles."""
_HALF: Final = ".new-*"
"""A version folder that is being written, as the model store names it."""


class ProcessTeacher:
    """Implements `core.setup_ports.Teacher`."""

    def __init__(self, device: str = "auto") -> None:
        """`device` is auto, cpu or cuda."""
        self._device = device

    def start(self, task: TeachTask) -> "TeachingProcess":
        """Start a teaching process; see the port."""
        manifest = _write_manifest(task.pictures)
        job = TrainingJob(
            data=manifest,
            name=task.name,
            models_dir=task.models_dir,
            image_root=task.image_root,
            steps=task.steps,
            minutes=task.minutes,
            device=self._device,
            seed=task.seed,
            scales=task.scales,
            base=task.base,
            draft=task.draft,
        )
        half_done = _half_done(job)
        try:
            process = TrainingProcess(job)
        except BaseException:
            manifest.unlink(missing_ok=True)
            raise
        return TeachingProcess(process, job, half_done)

    def discard(self, model: TaughtModel) -> None:
        """Remove a model that nobody uses; see the port."""
        # Renamed first, so that it is there whole or not at all.
        gone = model.folder.with_name(f".gone-{model.folder.name}")
        try:
            model.folder.rename(gone)
            shutil.rmtree(gone)
        except OSError as error:
            raise OperationalError(
                "DAT-002", f"The model {model.ref} cannot be removed: {error.strerror or error}.", ""
            ) from error
        _remove_if_empty(model.folder.parent)


class TeachingProcess:
    """Implements `core.setup_ports.RunningTeach`."""

    def __init__(self, process: TrainingProcess, job: TrainingJob, half_done: frozenset[Path]) -> None:
        """Follow a process that was just started; `half_done` was there before it and is none of ours."""
        self._process = process
        self._job = job
        self._half_done = half_done
        self._written = False
        _step_back(process.pid)

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    @property
    def log_file(self) -> Path:
        """What the process wrote down."""
        return self._process.log_file

    @property
    def cancel(self) -> Callable[[], None]:
        """Ask it to end; any thread."""
        return self._process.cancel

    def updates(self) -> Iterator[TeachProgress]:
        """Progress as it comes; see the port."""
        try:
            for report in self._process.updates():
                yield _progress(report)
        except TrainingCancelled as error:
            raise TeachCancelled(str(error)) from error
        self._written = True

    def result(self) -> TaughtModel:
        """What was written; see the port."""
        outcome = self._process.outcome()
        return TaughtModel(
            ref=outcome.ref,
            folder=Path(outcome.folder),
            products=tuple(outcome.products),
            seconds=outcome.seconds,
            steps=outcome.steps,
            loss=outcome.loss,
            skipped=outcome.skipped,
            lone={
                name: LonePicture(product.lone, product.lone_times)
                for name, product in outcome.products.items()
                if product.lone
            },
        )

    def close(self) -> None:
        """End it if it still runs, and remove what it left half done: a checkpoint, a folder that was being written."""
        self._process.close()
        self._job.data.unlink(missing_ok=True)
        if not self._written:
            for left in (self._job.scratch, *(_half_done(self._job) - self._half_done)):
                shutil.rmtree(left, ignore_errors=True)
            _remove_if_empty(self._job.models_dir / self._job.name)


def _write_manifest(pictures: tuple[TeachPicture, ...]) -> Path:
    """A JSON-lines manifest in a file of its own, as `training.sources` reads it."""
    lines = [
        json.dumps(
            {
                "filename": picture.path,
                "label": 0,
                "clsname": picture.product,
                "split": "held_out" if picture.check else "train",
                **({"part_id": picture.group} if picture.group else {}),
            }
        )
        for picture in pictures
    ]
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl", delete=False) as file:
            file.write("\n".join(lines))
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The list of pictures cannot be written: {error.strerror or error}.", "Check the disk."
        ) from error
    return Path(file.name)


def _half_done(job: TrainingJob) -> frozenset[Path]:
    return frozenset((job.models_dir / job.name).glob(_HALF))


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _progress(report: TrainingProgress) -> TeachProgress:
    return TeachProgress(
        phase=TeachPhase(report.phase.value),
        step=report.step,
        steps=report.steps,
        loss=report.loss,
        seconds=report.seconds,
        seconds_left=report.seconds_left,
        message=report.message,
    )


def _step_back(pid: int) -> None:
    """Give way to the line and the window; a system without priorities, or a process that ended, changes nothing."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, _NICE)
