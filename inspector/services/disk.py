"""Probes of the disk that holds the records (R-15, R-16)."""

import shutil
import tempfile
from pathlib import Path

from inspector.core.ports import Probe, ProbeResult

WARN_SHARE = 0.15
FLOOR_SHARE = 0.05
_GB = 1e9


def free_space_probe(folder: Path) -> Probe:
    """How much room is left: DAT-001 below 15 %, DAT-002 below 5 %."""

    def probe() -> ProbeResult:
        try:
            usage = shutil.disk_usage(folder)
        except OSError as error:
            return ProbeResult("Disk", f"{folder} cannot be reached: {error.strerror}.", "DAT-002", _CHECK_DISK)
        share = usage.free / usage.total
        text = f"{usage.free / _GB:.1f} GB of {usage.total / _GB:.1f} GB free ({share:.0%})"
        if share < FLOOR_SHARE:
            return ProbeResult("Disk", text, "DAT-002", "Free space on the disk that holds the records.")
        if share < WARN_SHARE:
            return ProbeResult("Disk", text, "DAT-001", "Call maintenance: the disk fills up.")
        return ProbeResult("Disk", text)

    return probe


def writable_probe(folder: Path, database: Path) -> Probe:
    """Whether the data folder takes a write, and the database is still the file that was opened (R-16)."""
    opened = _identity(database)

    def probe() -> ProbeResult:
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"probe")
        except OSError as error:
            return ProbeResult("Data folder", f"{folder} cannot be written: {error.strerror}.", "DAT-002", _CHECK_DISK)
        if _identity(database) != opened:
            return ProbeResult(
                "Database", f"{database} was deleted or replaced while open.", "DAT-002", "Restart the program."
            )
        return ProbeResult("Data folder", f"{folder} can be written")

    return probe


_CHECK_DISK = "Check that the disk is connected and may be written."


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
