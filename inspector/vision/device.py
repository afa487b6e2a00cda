"""Which processor a model runs on, and what that processor is good at."""

from __future__ import annotations

import functools
import os
import platform
from enum import StrEnum
from pathlib import Path

import torch

from inspector.core.errors import OperationalError


class DeviceChoice(StrEnum):
    """What a person asks for."""

    AUTO = "auto"
    """A CUDA device when there is one, otherwise the processor."""
    CPU = "cpu"
    CUDA = "cuda"


def choose_device(choice: DeviceChoice | str = DeviceChoice.AUTO) -> torch.device:
    """The device to run on.

    Raises:
        OperationalError: GPU-001: a CUDA device was asked for and there is none.
        ValueError: the word is not one of `DeviceChoice`.
    """
    choice = DeviceChoice(choice)
    if choice is DeviceChoice.CPU:
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    if choice is DeviceChoice.CUDA:
        raise OperationalError(
            "GPU-001", "A CUDA device was asked for, and none can be used.", "Choose the device auto or cpu."
        )
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """A device's name for people, for example "NVIDIA RTX 4000" or "CPU (AMD EPYC)"."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    name = _cpu_name()
    return f"CPU ({name})" if name else "CPU"


def default_threads() -> int:
    """Threads for the model: all processors this process may use but one, which is left to camera, records, window."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, available - 1) if available > 2 else available


def peak_memory_mb() -> float:
    """The most memory this process ever held, in megabytes of 10^6 bytes; 0.0 where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def installed_memory_mb() -> float | None:
    """The computer's memory in megabytes of 10^6 bytes; None where the system does not tell."""
    names = getattr(os, "sysconf_names", {})
    if not {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= set(names):
        return None
    pages, page_size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return pages * page_size / 1e6 if pages > 0 and page_size > 0 else None  # -1 is POSIX for "not determined"


@functools.cache
def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
