"""A camera that delivers what a test hands it."""

import queue
import threading
from collections.abc import Iterable
from dataclasses import replace

from inspector.core.errors import OperationalError
from inspector.core.frame import Frame, MissedFrame
from inspector.core.ports import AppliedSettings, CameraInfo, StreamStatistics
from inspector.core.recipe import CameraSettings, TriggerMode

INFO = CameraInfo("simulated:test", "simulated", simulated=True)
Item = Frame | MissedFrame | OperationalError


class ScriptedCamera:
    """Implements `core.ports.Camera`: parts come from a queue; an error in the queue is raised by `next`."""

    info = INFO
    features = None
    output = None

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self.feed(items)
        self.finished = False
        self.calls: list[str] = []
        self.stopped = threading.Semaphore(0)
        self.lacking: tuple[str, ...] = ()

    def feed(self, items: Iterable[Item]) -> None:
        for item in items:
            self._items.put(item)

    def apply(self, settings: CameraSettings) -> AppliedSettings:
        self.calls.append("apply")
        kept = replace(settings, trigger=TriggerMode.FREE) if "trigger" in self.lacking else settings
        return AppliedSettings(kept, self.lacking)

    def start(self) -> None:
        self.calls.append("start")

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        try:
            item = self._items.get(timeout=min(timeout_ms, 20) / 1000)
        except queue.Empty:
            return None
        if isinstance(item, OperationalError):
            raise item
        return item

    def trigger(self, part_number: int) -> None:
        self.calls.append(f"trigger {part_number}")

    def stop(self) -> None:
        self.calls.append("stop")
        self.stopped.release()

    def close(self) -> None:
        self.calls.append("close")

    def statistics(self) -> StreamStatistics:
        return StreamStatistics()


class ScriptedCatalog:
    """Implements `core.ports.CameraCatalog`: opens the cameras it was given, one after the other, then refuses."""

    def __init__(self, *cameras: ScriptedCamera | OperationalError) -> None:
        self._cameras = list(cameras)
        self._lock = threading.Lock()
        self.opened = threading.Semaphore(0)
        self.acknowledged = 0

    def scan(self) -> tuple[CameraInfo, ...]:
        return (INFO,)

    def acknowledge_drivers(self) -> None:
        self.acknowledged += 1

    def open(self, camera_id: str) -> ScriptedCamera:
        with self._lock:
            camera = self._cameras.pop(0) if self._cameras else OperationalError("CAM-001", "No camera.", "")
        self.opened.release()
        if isinstance(camera, OperationalError):
            raise camera
        return camera
