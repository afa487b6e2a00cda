"""One of several training processes that torchrun started: its signals, its device, its place among the others.

Unlike `process`, which gives a training a process of its own, this one is that process, and torchrun follows it.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

import torch

from inspector.core.errors import InvalidInput, OperationalError
from inspector.training.distributed import Peers
from inspector.training.job import TrainingJob, TrainingOutcome, TrainingProgress
from inspector.training.placement import Placement
from inspector.training.presets import preset
from inspector.training.teaching import follow_job, run_job
from inspector.vision.device import default_threads

logger = logging.getLogger(__name__)

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def run_launched(
    job: TrainingJob, placement: Placement, progress: Callable[[TrainingProgress], None]
) -> TrainingOutcome | None:
    """Train together with the other ranks; SIGTERM and SIGINT end all of them in order. For the main thread.

    Args:
        job: equal on every rank.
        placement: which of them this is.
        progress: called often, on rank 0 alone.

    Returns:
        What came out on rank 0; None on the others.

    Raises:
        InvalidInput: the job cannot be run.
        TrainingCancelled: by a signal here or elsewhere; only the checkpoint is kept.
        OperationalError: as `teaching.run_job`; SYS-001 also when another rank failed or does not answer.
    """
    problems = list(job.problems())
    batch = preset(job.preset, job.backbone)[1].batch
    if placement.size > batch:
        problems.append(f"a batch of {batch} tiles cannot be split over {placement.size} processes; start fewer")
    if problems:
        raise InvalidInput(problems)
    logging.basicConfig(
        level=logging.INFO, format=f"%(asctime)s %(levelname)s [{placement.rank}] %(name)s: %(message)s"
    )
    cancel = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        logger.info("ending because of signal %d", number)
        cancel.set()

    for number in _SIGNALS:
        signal.signal(number, on_signal)
    if "OMP_NUM_THREADS" not in os.environ:  # torchrun sets it where it starts several processes
        torch.set_num_threads(max(1, default_threads() // placement.local_size))
    with Peers.join(placement, cuda=_take_device(job, placement)) as peers:
        if placement.rank == 0:
            return run_job(job, progress, cancel.is_set, peers)
        follow_job(job, cancel.is_set, peers)
    return None


def _take_device(job: TrainingJob, placement: Placement) -> bool:
    """Make this rank's CUDA device the current one; False where the processor trains."""
    if job.device == "cpu" or not torch.cuda.is_available():
        return False
    devices = torch.cuda.device_count()
    if devices < placement.local_size:
        raise OperationalError(
            "GPU-001",
            f"{placement.local_size} training processes need a CUDA device each, and there are {devices}.",
            "Start fewer processes, or choose --device cpu.",
        )
    torch.cuda.set_device(placement.local_rank)
    return True
