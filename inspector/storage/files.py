"""Files that are whole or absent: written under another name, synced, renamed, and the folder synced (R-14)."""

import os
import sys
import time
from pathlib import Path

# A scanner on Windows holds 2 to 3 % of new files for a moment; ERROR_ACCESS_DENIED, SHARING and LOCK_VIOLATION.
_RETRIES_S = (0.05, 0.1, 0.2, 0.4, 0.8)
_HELD_ERRORS = (5, 32, 33)


def write_whole(target: Path, data: bytes, temporary: Path) -> None:
    """Write a file so that `target` never holds part of it, on disk when this returns.

    Args:
        target: its folder must exist.
        data: the content.
        temporary: where to write first; on the same file system. Gone afterwards, also when this fails.

    Raises:
        OSError: nothing was written, or the old file is still there.
    """
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def replace(source: Path, target: Path) -> None:
    """Rename over a target, again if a scanner holds one of them, and sync the target's folder.

    Raises:
        OSError: the target is what it was before.
    """
    for wait_s in (*_RETRIES_S, None):
        try:
            source.replace(target)
            break
        except OSError as error:
            if wait_s is None or getattr(error, "winerror", None) not in _HELD_ERRORS:
                raise
            time.sleep(wait_s)
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each on disk when this returns."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk; Windows does so by itself and cannot be asked."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
