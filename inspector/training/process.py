"""Starts a training in its own process and follows it; used by the command line and, later, by the teaching page."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import inspector
from inspector.core.errors import InvalidInput, OperationalError
from inspector.training.job import Phase, TrainingCancelled, TrainingJob, TrainingOutcome, TrainingProgress

logger = logging.getLogger(__name__)

GRACE_S: Final = 30.0
"""From a request to cancel to the end of the process: a step, and a checkpoint."""

LOG_TAIL_CHARACTERS: Final = 600

_LARGE_PAGES: Final = {"THP_MEM_ALLOC_ENABLE": "1"}
"""torch gets and frees large pieces of memory all the time, and the kernel clears every page of them anew. In pages of
2 MiB a draft of four products took 44 and 51 s on two threads, in pages of 4 KiB 56 and 59 (in turn, 2026-11). Telling
the C library to keep the memory instead once let a heap grow to 24 GB."""


class TrainingProcess:
    """A running training. Use as a context manager: leaving it ends the process.

    `updates` blocks and belongs to one thread; `cancel` may be called from any.
    """

    def __init__(self, job: TrainingJob) -> None:
        """Start the process; it needs a few seconds until its first report.

        Raises:
            InvalidInput: the job cannot be run.
            OperationalError: DAT-002: the models folder cannot be written to.
        """
        problems = job.problems()
        if problems:
            raise InvalidInput(problems)
        self._outcome: TrainingOutcome | None = None
        self._ending: dict[str, Any] | None = None
        try:
            job.scratch.parent.mkdir(parents=True, exist_ok=True)
            self.log_file = job.scratch.with_name(f"{job.name}.log")
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json", delete=False) as file:
                file.write(job.to_json())
            self._job_file = Path(file.name)
            log = self.log_file.open("wb")
        except OSError as error:
            raise OperationalError(
                "DAT-002",
                f"Models cannot be written to {job.models_dir}: {error.strerror or error}.",
                "Choose another folder, or make this one writable.",
            ) from error
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "inspector.training.child", str(self._job_file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
            )
        logger.info("training %s started as process %d, log in %s", job.name, self._process.pid, self.log_file)

    def __enter__(self) -> Self:
        """The running training."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process if it still runs; wait for it."""
        self.close()

    @property
    def pid(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    def updates(self) -> Iterator[TrainingProgress]:
        """Progress as it comes; ends with the training.

        Raises:
            InvalidInput, TrainingCancelled, OperationalError: as `teaching.run_job`; SYS-001 when the process crashed.
        """
        if self._process.stdout is None:
            raise ValueError("the process has no output")
        for line in self._process.stdout:
            event = _parsed(line)
            if event.get("kind") == "progress":
                yield _progress(event)
            else:
                self._ending = event
        self._process.wait()
        logger.info("training process %d %s", self._process.pid, exit_words(self._process.returncode))
        self._conclude()

    def outcome(self) -> TrainingOutcome:
        """What came out, once `updates` has ended.

        Raises:
            ValueError: it has not.
        """
        if self._outcome is None:
            raise ValueError("the training has not ended well")
        return self._outcome

    def cancel(self) -> None:
        """Ask the training to end; it keeps its checkpoint. Returns at once, and `updates` raises TrainingCancelled."""
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:
                logger.debug("the training ended before it could be cancelled")

    def close(self) -> None:
        """End the process if it still runs, and tidy up; idempotent."""
        self.cancel()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            logger.warning("training process %d did not end by itself and is killed", self._process.pid)
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._job_file.unlink(missing_ok=True)

    def _conclude(self) -> None:
        ending = self._ending or {}
        kind = ending.get("kind")
        if kind == "done":
            self._outcome = TrainingOutcome.from_dict(ending["outcome"])
        elif kind == "cancelled":
            raise TrainingCancelled(ending["message"])
        elif kind == "invalid":
            raise InvalidInput(ending["problems"])
        elif kind == "failed":
            raise OperationalError(ending["code"], ending["message"], ending["hint"])
        else:
            raise OperationalError(
                "SYS-001",
                f"The training process {exit_words(self._process.returncode)}: {self._log_tail()}",
                f"The whole log is in {self.log_file}; --resume goes on from the last checkpoint.",
            )

    def _log_tail(self) -> str:
        text = self.log_file.read_text(encoding="utf-8", errors="replace").strip()
        return text[-LOG_TAIL_CHARACTERS:] or "it left no word"


def exit_words(code: int) -> str:
    """An exit code as people say it."""
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        reason = ", which the system sends when memory runs out" if name == "SIGKILL" else ""
        return f"was ended by signal {name}{reason}"
    words = {0: "ended well", 1: "failed", 2: "refused its input", 3: "was cancelled"}
    return words.get(code, f"ended with code {code}")


def _environment() -> dict[str, str]:
    """Ours, where this package lies, so that the child finds it from any working directory, and how it gets memory."""
    package_root = str(Path(inspector.__file__).resolve().parent.parent)
    others = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([package_root, *([others] if others else [])])
    return {**_LARGE_PAGES, **os.environ, "PYTHONPATH": path}


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise OperationalError("SYS-001", f"The training process wrote {line[:80]!r} instead of a report.") from error
    return event if isinstance(event, dict) else {}


def _progress(event: dict[str, Any]) -> TrainingProgress:
    values = {key: value for key, value in event.items() if key != "kind"}
    values["phase"] = Phase(values["phase"])
    return TrainingProgress(**values)
