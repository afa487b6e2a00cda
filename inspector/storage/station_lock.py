"""One data folder, one program (R-24).

The lock is the operating system's, on an open file, so it ends with the process however that ends: a file that a crash
or a copied folder left behind locks nobody out. The number inside is for people.
"""

import contextlib
import logging
import os
import sys
from pathlib import Path
from typing import IO

from inspector.core.errors import OperationalError
from inspector.storage.files import make_folder
from inspector.storage.sqlite import CHECK_DISK

logger = logging.getLogger(__name__)

LOCK_FILE_NAME = "station.lock"
_LOCKED_BYTE = 1_000_000  # Windows forbids others to read a locked byte, so it lies behind the text


class StationLock:
    """Holds a data folder from `acquire` to `release`; also a context manager."""

    def __init__(self, folder: Path) -> None:
        """Nothing is held yet."""
        self._path = folder / LOCK_FILE_NAME
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the folder.

        Raises:
            OperationalError: DAT-002, another program holds it (names its process), or it cannot be written.
        """
        try:
            self._file = self._take()
        except OSError as error:
            raise OperationalError(
                "DAT-002",
                f"The data folder {self._path.parent} cannot be written: {error.strerror or error}.",
                CHECK_DISK,
            ) from error

    def _take(self) -> IO[str]:
        make_folder(self._path.parent)
        with contextlib.ExitStack() as undo:
            file = undo.enter_context(self._path.open("a+", encoding="ascii", errors="replace"))
            file.seek(0)
            holder = file.read(32).strip()
            if not _try_lock(file):
                raise OperationalError(
                    "DAT-002",
                    f"The data folder {self._path.parent} is in use by another Inspector"
                    f" (process {holder or 'unknown'}).",
                    "Use that window, or end that program first.",
                )
            if holder:
                logger.info("Process %s ended without giving the data folder back", holder)
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            undo.pop_all()
            return file

    def release(self) -> None:
        """Give the folder back; idempotent."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def __enter__(self) -> "StationLock":
        """Acquire."""
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        """Release."""
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[str]) -> bool:
        descriptor = file.fileno()
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(file: IO[str]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
