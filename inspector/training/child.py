"""The training process: `python -m inspector.training.child JOBFILE`, started and followed by `process`.

A process of its own, because hours of training must neither slow nor endanger an inspecting program. It writes JSON
lines to standard output, and ends when a line comes in on standard input, when that pipe closes because its parent
died, or on SIGTERM or SIGINT. Its log goes to standard error.
"""

import dataclasses
import json
import logging
import os
import signal
import stat
import sys
import threading
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import Any, Final

import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.training.job import TrainingCancelled, TrainingJob, TrainingProgress
from inspector.training.teaching import run_job
from inspector.vision.device import default_threads

logger = logging.getLogger(__name__)

_STDIN: Final = 0
_STDOUT: Final = 1
_STDERR: Final = 2


class ExitCode(IntEnum):
    """How the process ends."""

    DONE = 0
    FAILED = 1
    INVALID = 2
    CANCELLED = 3


def main(arguments: list[str]) -> int:
    """Run the job in the named file; returns an `ExitCode`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m inspector.training.child JOBFILE\n")
        return ExitCode.INVALID
    cancel = threading.Event()
    parent = _Parent(cancel)
    _listen(cancel)
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(default_threads())
    return _run(Path(arguments[0]), parent, cancel)


def _run(job_file: Path, parent: "_Parent", cancel: threading.Event) -> int:
    try:
        try:
            job = TrainingJob.from_json(job_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput([f"the job file {job_file} cannot be read: {error}"]) from error
        outcome = run_job(job, parent.progress, cancel.is_set)
    except TrainingCancelled as error:
        parent.tell("cancelled", message=str(error))
        return ExitCode.CANCELLED
    except InvalidInput as error:
        parent.tell("invalid", problems=list(error.problems))
        return ExitCode.INVALID
    except OperationalError as error:
        parent.tell("failed", code=error.code, message=error.message, hint=error.hint)
        return ExitCode.FAILED
    parent.tell("done", outcome=outcome.to_dict())
    return ExitCode.DONE


class _Parent:
    """Who started us: gets JSON lines on what was our standard output. Its death cancels the training in order."""

    def __init__(self, cancel: threading.Event) -> None:
        """Take standard output for these lines alone; what libraries print goes to standard error."""
        self._cancel = cancel
        self._pipe = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)

    def progress(self, report: TrainingProgress) -> None:
        self.tell("progress", **dataclasses.asdict(report))

    def tell(self, kind: str, **content: Any) -> None:  # noqa: ANN401 (plain JSON)
        line = (json.dumps({"kind": kind, **content}) + "\n").encode()
        try:
            while line:
                line = line[os.write(self._pipe, line) :]
        except BrokenPipeError:
            if not self._cancel.is_set():
                logger.warning("nobody listens any more; the training is cancelled")
            self._cancel.set()


def _listen(cancel: threading.Event) -> None:
    def on_signal(number: int, _frame: FrameType | None) -> None:
        logger.info("ending because of signal %d", number)
        cancel.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    if stat.S_ISFIFO(os.fstat(_STDIN).st_mode):  # by hand, with a terminal or nothing there, only signals count
        threading.Thread(target=_wait_for_line, args=(cancel,), name="cancel", daemon=True).start()


def _wait_for_line(cancel: threading.Event) -> None:
    os.read(_STDIN, 1)  # not sys.stdin: its lock, held by a waiting thread, would break the interpreter's end
    cancel.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
