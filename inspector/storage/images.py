"""Pictures and maps as files: whole or absent, in hour folders, read back strictly.

A picture is a PNG, a map a safetensors file; both are formats without code in them that other programs can open. Hour
folders keep a folder below some ten thousand files, so that old ones can be deleted quickly.
"""

import hashlib
import json
import logging
import math
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from inspector.core.anomaly import AnomalyMap
from inspector.core.frame import Frame
from inspector.core.record import StoredFile
from inspector.core.refs import ModelRef, is_id
from inspector.storage.files import make_folder
from inspector.storage.picture_files import damaged, decode_picture, encode_png, inside, read_checked, write_stored

logger = logging.getLogger(__name__)

IMAGES = "images"
MAPS = "maps"
_INCOMING = ".incoming"


class FileImageStore:
    """`ImageStore` in a data folder.

    Files are written under `.incoming` and renamed from there, on the same file system, so that a single look into
    that folder finds everything that a crash left half done.
    """

    def __init__(self, folder: Path) -> None:
        """Take the data folder; nothing is made or read yet."""
        self._folder = folder

    def save_frame(self, record_id: str, frame: Frame) -> StoredFile:
        """Write a picture without loss; see the port."""
        return self._save(IMAGES, record_id, frame.captured_at, ".png", encode_png(frame.image))

    def save_map(self, record_id: str, anomaly_map: AnomalyMap, captured_at: datetime) -> StoredFile:
        """Write a map with its values; see the port."""
        described = {
            "cell_px": anomaly_map.cell_px,
            "offset_px": anomaly_map.offset_px,
            "score": anomaly_map.score,
            "model": [anomaly_map.model.name, anomaly_map.model.version, anomaly_map.model.sha256],
        }
        values = np.ascontiguousarray(anomaly_map.values)
        data = safetensors.numpy.save({"values": values}, metadata={"map": json.dumps(described, allow_nan=False)})
        return self._save(MAPS, record_id, captured_at, ".safetensors", data)

    def load_frame(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        """The picture; see the port."""
        return decode_picture(path, self.read(path, sha256))

    def load_map(self, path: str, sha256: str = "") -> AnomalyMap:
        """The map; see the port."""
        data = self.read(path, sha256)
        try:
            values = safetensors.numpy.load(data)["values"]
            (length,) = struct.unpack_from("<Q", data)
            described = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["map"])
            name, version, model_sha256 = described["model"]
            x_px, y_px = described["offset_px"]
            cell_px, score = float(described["cell_px"]), float(described["score"])
            offset_px = (float(x_px), float(y_px))
            model = ModelRef(str(name), int(version), str(model_sha256))
        except (SafetensorError, KeyError, TypeError, ValueError, struct.error) as error:
            raise damaged(path, str(error)) from error
        if values.dtype != np.float32 or values.ndim != 2 or not all(map(math.isfinite, (cell_px, score, *offset_px))):
            raise damaged(path, f"{values.dtype} {values.shape} is none of our maps")
        return AnomalyMap(values, cell_px, score, model, offset_px)

    def read(self, path: str, sha256: str = "") -> bytes:
        """The bytes of a file that a record names.

        Raises:
            OperationalError: DAT-002, as the port says for a picture.
        """
        return read_checked(self._inside(path), path, sha256)

    def path_of_frame(self, record_id: str, captured_at: datetime) -> str:
        """Where a record's picture is written."""
        return _path(IMAGES, record_id, captured_at, ".png")

    def path_of_map(self, record_id: str, captured_at: datetime) -> str:
        """Where a record's map is written."""
        return _path(MAPS, record_id, captured_at, ".safetensors")

    def stored(self, path: str) -> StoredFile | None:
        """A file as it lies there now; None when it does not.

        Raises:
            OperationalError: DAT-002, as the port says for a picture.
        """
        if not self._inside(path).exists():
            return None
        return StoredFile(path, hashlib.sha256(self.read(path)).hexdigest())

    def exists(self, path: str) -> bool:
        """Whether a file is there."""
        return self._inside(path).is_file()

    def in_hour(self, moment: datetime) -> Iterator[tuple[str, str]]:
        """Record id and relative path of every file of one hour."""
        for kind in (IMAGES, MAPS):
            folder = self._folder / _hour(kind, moment)
            if folder.is_dir():
                for file in sorted(folder.iterdir()):
                    yield file.stem, file.relative_to(self._folder).as_posix()

    def set_aside(self, path: str, folder: str) -> str:
        """Move a file to a folder beside `images`; returns its new relative path."""
        target = self._folder / folder / PurePosixPath(path).name
        make_folder(target.parent)
        self._inside(path).replace(target)
        return target.relative_to(self._folder).as_posix()

    def sweep(self) -> int:
        """Delete what a crash left half written; only before the first write. Returns how many files."""
        swept = 0
        for kind in (IMAGES, MAPS):
            incoming = self._folder / kind / _INCOMING
            if incoming.is_dir():
                for file in incoming.iterdir():
                    file.unlink()
                    swept += 1
        return swept

    def _save(self, kind: str, record_id: str, captured_at: datetime, suffix: str, data: bytes) -> StoredFile:
        if not is_id(record_id):
            raise ValueError(f"{record_id!r} is not an id")
        path = _path(kind, record_id, captured_at, suffix)
        return write_stored(self._folder, path, data, self._folder / kind / _INCOMING)

    def _inside(self, path: str) -> Path:
        """The file of a relative path, which must lie under `images` or `maps`, also after following links."""
        return inside(self._folder, path, (IMAGES, MAPS))


def _hour(kind: str, moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(f"{kind}/%Y/%m/%d/%H")


def _path(kind: str, record_id: str, captured_at: datetime, suffix: str) -> str:
    return f"{_hour(kind, captured_at)}/{record_id}{suffix}"
