"""Maps of samples for as long as a person works on them: files that nobody keeps, within a limit.

They only save time: a map that is not there is made again. So nothing is synced, and what the program left behind when
it was killed is thrown away at the next start.
"""

import json
import logging
import shutil
import struct
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from inspector.core.anomaly import AnomalyMap
from inspector.core.geometry import Size
from inspector.core.refs import ModelRef

logger = logging.getLogger(__name__)

BUDGET_BYTES: Final = 1_000_000_000


class FileMapShelf:
    """Implements `core.setup_ports.MapShelf` in a folder of its own; the oldest maps make room for new ones."""

    def __init__(self, folder: Path, *, budget_bytes: int = BUDGET_BYTES) -> None:
        """Take a folder that holds nothing else; what lies there is thrown away with the first map."""
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] | None = None
        self._names = 0
        self._files: dict[str, Path] = {}

    def put(self, key: str, anomaly_map: AnomalyMap) -> bool:
        """Keep a map; see the port."""
        size = anomaly_map.frame_size
        described = {
            "cell_px": anomaly_map.cell_px,
            "offset_px": anomaly_map.offset_px,
            "score": anomaly_map.score,
            "model": [anomaly_map.model.name, anomaly_map.model.version, anomaly_map.model.sha256],
            "frame": None if size is None else [size.height, size.width],
        }
        values = np.ascontiguousarray(anomaly_map.values)
        data = safetensors.numpy.save({"values": values}, metadata={"map": json.dumps(described)})
        with self._lock:
            try:
                self._make_room(key, len(data))
                self._names += 1
                file = self._folder / f"{self._names:08}.map"
                file.write_bytes(data)
            except OSError as error:
                logger.warning("A map is not kept in %s: %s", self._folder, error)
                return False
            sizes = self._known()
            if sum(sizes.values()) + len(data) > self._budget_bytes:
                file.unlink(missing_ok=True)
                return False
            sizes[key], self._files[key] = len(data), file
        return True

    def get(self, key: str) -> AnomalyMap | None:
        """A map that was kept; see the port."""
        with self._lock:
            file = self._files.get(key)
            try:
                data = file.read_bytes() if file is not None else b""
            except OSError as error:
                logger.warning("A map is gone: %s", error)
                return None
        if not data:
            return None
        try:
            (length,) = struct.unpack_from("<Q", data)
            described = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["map"])
            name, version, sha256 = described["model"]
            frame = described["frame"]
            return AnomalyMap(
                values=safetensors.numpy.load(data)["values"],
                cell_px=float(described["cell_px"]),
                score=float(described["score"]),
                model=ModelRef(name, version, sha256),
                offset_px=(float(described["offset_px"][0]), float(described["offset_px"][1])),
                frame_size=None if frame is None else Size(frame[0], frame[1]),
            )
        except (SafetensorError, struct.error, ValueError, KeyError, TypeError) as error:
            logger.warning("A map in %s cannot be read: %s", self._folder, error)
            return None

    def clear(self) -> None:
        """Forget all; see the port."""
        with self._lock:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._files.clear()
            self._sizes = None

    def _known(self) -> OrderedDict[str, int]:
        """Sizes by key, oldest first; an empty folder at first."""
        if self._sizes is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            self._sizes = OrderedDict()
        return self._sizes

    def _make_room(self, key: str, wanted: int) -> None:
        sizes = self._known()
        if key in sizes:
            self._forget(key)
        while sizes and sum(sizes.values()) + wanted > self._budget_bytes:
            self._forget(next(iter(sizes)))

    def _forget(self, key: str) -> None:
        self._known().pop(key)
        self._files.pop(key).unlink(missing_ok=True)
