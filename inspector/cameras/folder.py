"""Replays the picture files of a folder as if a camera saw them: for trials, proofs and pictures from elsewhere."""

import logging
import os
import re
import time
from pathlib import Path

from inspector.cameras.paced import Pace, PacedSource, Shot
from inspector.cameras.picture_files import SUFFIXES, PictureRefused, read_picture
from inspector.core.camera_features import FeatureAccess
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame
from inspector.core.ports import AppliedSettings, CameraInfo, DigitalLine, StreamStatistics
from inspector.core.recipe import CameraSettings, TriggerMode

logger = logging.getLogger(__name__)

DEFAULT_INTERVAL_MS = 250
_LACKING = (
    "exposure_us",
    "gain_db",
    "trigger_line",
    "trigger_delay_us",
    "pixel_format",
    "roi",
    "black_level",
    "gamma",
    "white_balance",
)
_DIGITS = re.compile(r"(\d+)")


class FolderCamera:
    """Implements `core.ports.Camera` for a folder.

    Each start begins with the first file, so a frame's id is the file's position. The reader is waited for: a file is
    never lost because nobody asked in time. A file that cannot be used is a missed frame that names it.
    """

    def __init__(
        self,
        folder: Path,
        camera_id: str = "",
        *,
        interval_ms: float = DEFAULT_INTERVAL_MS,
        loop: bool = False,
        recursive: bool = False,
    ) -> None:
        """Look into the folder.

        Args:
            folder: its picture files are replayed in natural order (2 before 10).
            camera_id: under which it was asked for.
            interval_ms: from file to file; 0 for as fast as the reader asks.
            loop: begin again after the last file.
            recursive: files of folders below as well.

        Raises:
            OperationalError: CAM-001, no such folder, it cannot be read, or it holds no picture files.
        """
        self._folder = folder
        self._interval_ms = interval_ms
        self._loop = loop
        self._recursive = recursive
        self._software_trigger = False
        self._closed = False
        self._files = list_pictures(folder, recursive=recursive)
        self._info = CameraInfo(
            id=camera_id or f"folder:{folder}",
            kind="folder",
            vendor="Inspector",
            model="Folder replay",
            serial=str(folder),
            user_name=folder.name,
            simulated=True,
        )
        self._source = PacedSource(self._info.id, self._read)

    @property
    def info(self) -> CameraInfo:
        """What was opened."""
        return self._info

    @property
    def features(self) -> FeatureAccess | None:
        """A folder has none."""
        return None

    @property
    def output(self) -> DigitalLine | None:
        """A folder drives nothing."""
        return None

    @property
    def finished(self) -> bool:
        """Whether the last file was handed out."""
        return self._source.finished

    def apply(self, settings: CameraSettings) -> AppliedSettings:
        """Take trigger and rate; everything else is in the files already. A line trigger becomes free run."""
        self._require_open()
        if self._source.running:
            raise OperationalError("CAM-004", "Settings can only be written while the camera is stopped.")
        if settings.rate_hz is not None:
            if not settings.rate_hz > 0:
                raise OperationalError("CAM-004", f"Rate: asked {settings.rate_hz:g} Hz, must be above 0.")
            self._interval_ms = 1000 / settings.rate_hz
        self._software_trigger = settings.trigger is TriggerMode.SOFTWARE
        lacking = [name for name in _LACKING if getattr(settings, name) is not None]
        lacking += [f"extra {name}" for name, _ in settings.extra]
        if settings.trigger is TriggerMode.LINE:
            lacking.insert(0, "trigger")
        kept = CameraSettings(
            trigger=TriggerMode.SOFTWARE if self._software_trigger else TriggerMode.FREE,
            rate_hz=1000 / self._interval_ms if self._interval_ms > 0 else None,
        )
        return AppliedSettings(kept, tuple(lacking))

    def start(self) -> None:
        """Begin with the first file. The folder is read again, so that new files take part."""
        self._require_open()
        self._files = list_pictures(self._folder, recursive=self._recursive)
        last = None if self._loop else len(self._files)
        self._source.start(Pace(None if self._software_trigger else self._interval_ms / 1000, lossy=False, last=last))

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        """The next file, or None: nothing within the time, or the end."""
        self._require_open()
        return self._source.next(timeout_ms)

    def trigger(self, part_number: int) -> None:
        """Show the next file now, whatever number the part has."""
        if self._closed:
            raise TriggerRefused("the folder is closed")
        self._source.trigger(None)

    def stop(self) -> None:
        """Show no more files."""
        self._source.stop()

    def close(self) -> None:
        """Let go of the folder."""
        self._closed = True
        self._source.close()

    def statistics(self) -> StreamStatistics:
        """Numbers of the stream."""
        return self._source.statistics()

    def _require_open(self) -> None:
        if self._closed:
            raise OperationalError("CAM-002", "Camera lost: the folder was closed.")

    def _read(self, number: int) -> Shot:
        """Decoding thread: one file."""
        began_s = time.perf_counter()
        path = self._files[(number - 1) % len(self._files)]
        label = _printable(path.relative_to(self._folder).as_posix())
        try:
            image, source_format = read_picture(path)
        except PictureRefused as error:
            logger.warning("%s: %s %s", self._info.id, label, error)
            return Shot(None, label, f"{label} {error}")
        return Shot(image, label, source_format=source_format, work_ms=(time.perf_counter() - began_s) * 1000)


def list_pictures(folder: Path, *, recursive: bool = False) -> list[Path]:
    """The picture files of a folder in natural order.

    Raises:
        OperationalError: CAM-001, no such folder, it cannot be read, or it holds no picture files.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise OperationalError("CAM-001", f"The folder {folder} {what}.", "Choose a folder with picture files.")
    try:
        entries = _below(folder) if recursive else list(folder.iterdir())
        files = [path for path in entries if path.suffix.lower() in SUFFIXES and path.is_file()]
    except OSError as error:
        raise OperationalError("CAM-001", f"The folder {folder} cannot be read: {error.strerror}.") from error
    if not files:
        others = f", only {len(entries)} other entries" if entries else ""
        raise OperationalError(
            "CAM-001",
            f"The folder {folder} holds no picture files{others}.",
            f"Pictures end in {', '.join(sorted(SUFFIXES))}.",
        )
    return sorted(files, key=lambda path: _natural(path.relative_to(folder).as_posix()))


def _below(folder: Path) -> list[Path]:
    """All files below a folder; links to folders are not followed, since they may lead in circles."""
    found: list[Path] = []
    for place, _, names in os.walk(folder):
        found += [Path(place) / name for name in names]
    return found


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that counts: part2 before part10."""
    pieces = _DIGITS.split(name.casefold())
    # Digits of other scripts are no numbers for int(), so only what it takes is one.
    return (*((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces), (2, 0, name))


def _printable(name: str) -> str:
    """A name that can be logged and stored also when its bytes are no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
