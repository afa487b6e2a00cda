"""Teaching processes as the services know them: `core.setup_ports.Teacher` on `TrainingProcess`."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from inspector.core.setup_ports import TaughtModel, TeachCancelled, TeachPhase, TeachProgress, TeachTask
from inspector.training.job import TrainingCancelled, TrainingJob, TrainingProgress
from inspector.training.process import TrainingProcess

logger = logging.getLogger(__name__)

_NICE: Final = 10
"""Behind everything that inspects, and before what only idles."""


class ProcessTeacher:
    """Implements `core.setup_ports.Teacher`."""

    def __init__(self, device: str = "auto") -> None:
        """`device` is auto, cpu or cuda."""
        self._device = device

    def start(self, task: TeachTask) -> "TeachingProcess":
        """Start a teaching process; see the port."""
        job = TrainingJob(
            data=task.data,
            name=task.name,
            models_dir=task.models_dir,
            image_root=task.image_root,
            steps=task.steps,
            minutes=task.minutes,
            device=self._device,
            seed=task.seed,
            scale=task.scale,
            base=task.base,
            draft=task.draft,
        )
        return TeachingProcess(TrainingProcess(job))


class TeachingProcess:
    """Implements `core.setup_ports.RunningTeach`."""

    def __init__(self, process: TrainingProcess) -> None:
        """Follow a process that was just started."""
        self._process = process
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
        )

    def close(self) -> None:
        """End it if it still runs."""
        self._process.close()


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
