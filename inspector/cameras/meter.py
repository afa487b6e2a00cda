"""Counts what a source delivers, for `Camera.statistics`."""

import threading
import time
from collections import Counter, deque
from datetime import UTC, datetime

import numpy as np

from inspector.core.frame import Frame, MissedFrame
from inspector.core.ports import StreamStatistics

_WINDOW_S = 2.0


class StreamMeter:
    """Numbers of one stream since its last start. Any thread."""

    def __init__(self) -> None:
        """Nothing was delivered yet."""
        self._lock = threading.Lock()
        self._frames = 0
        self._missed: Counter[str] = Counter()
        self._recent: deque[tuple[float, int]] = deque(maxlen=2000)
        self._decode_ms: deque[float] = deque(maxlen=500)
        self._free: int | None = None
        self._since: datetime | None = None

    def restart(self) -> None:
        """A new stream begins."""
        with self._lock:
            self._frames = 0
            self._missed.clear()
            self._recent.clear()
            self._decode_ms.clear()
            self._free = None
            self._since = datetime.now(UTC)

    def count(self, part: Frame | MissedFrame, decode_ms: float, free_slots: int) -> None:
        """One part was handed out.

        Args:
            part: what was handed out.
            decode_ms: how long drawing or decoding took.
            free_slots: how many more pictures could have waited.
        """
        with self._lock:
            self._free = free_slots if self._free is None else min(self._free, free_slots)
            if isinstance(part, MissedFrame):
                self._missed[part.reason.value] += 1
                return
            self._frames += 1
            self._recent.append((time.monotonic(), part.image.nbytes))
            self._decode_ms.append(decode_ms)

    def read(self) -> StreamStatistics:
        """The numbers now."""
        with self._lock:
            horizon = time.monotonic() - _WINDOW_S
            recent = [size for at, size in self._recent if at >= horizon]
            p50, p99 = np.percentile(self._decode_ms, (50, 99)) if self._decode_ms else (0.0, 0.0)
            return StreamStatistics(
                frames=self._frames,
                missed=tuple(sorted(self._missed.items())),
                rate_hz=len(recent) / _WINDOW_S,
                bytes_per_s=sum(recent) / _WINDOW_S,
                decode_p50_ms=float(p50),
                decode_p99_ms=float(p99),
                free_slots_min=self._free or 0,
                since=self._since,
            )
