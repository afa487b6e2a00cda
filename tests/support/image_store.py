"""`ImageStore` in memory, with a disk that can be told to refuse or to wait."""

import hashlib
import threading
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.record import StoredFile


class MemoryImageStore:
    """Keeps pictures and maps by path.

    Attributes:
        error: raised by every write while it is set.
        gate: writes wait until it is set; it is set at first.
        entered: set whenever a write has begun.
    """

    def __init__(self) -> None:
        self.error: OperationalError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.frames: dict[str, NDArray[np.uint8]] = {}
        self.maps: dict[str, AnomalyMap] = {}

    def save_frame(self, record_id: str, frame: Frame) -> StoredFile:
        self._write()
        path = f"images/{record_id}.png"
        self.frames[path] = frame.image
        return StoredFile(path, _sha256(frame.image))

    def save_map(self, record_id: str, anomaly_map: AnomalyMap, captured_at: datetime) -> StoredFile:
        self._write()
        path = f"maps/{record_id}.safetensors"
        self.maps[path] = anomaly_map
        return StoredFile(path, _sha256(anomaly_map.values))

    def load_frame(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        image = self.frames.get(path)
        if image is None or (sha256 and _sha256(image) != sha256):
            raise OperationalError("DAT-002", f"The file {path} is missing or damaged.")
        return image

    def load_map(self, path: str, sha256: str = "") -> AnomalyMap:
        found = self.maps.get(path)
        if found is None or (sha256 and _sha256(found.values) != sha256):
            raise OperationalError("DAT-002", f"The file {path} is missing or damaged.")
        return found

    def _write(self) -> None:
        self.entered.set()
        assert self.gate.wait(30), "nobody opened the gate"
        if self.error is not None:
            raise self.error


def _sha256(array: NDArray[np.generic]) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()
