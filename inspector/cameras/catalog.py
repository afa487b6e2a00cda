"""Finds image sources, and opens them by id: the one place that knows all kinds of cameras."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from inspector.cameras.address import Address
from inspector.cameras.drivers import driver_files, scan_drivers
from inspector.cameras.exits import ExitLedger
from inspector.cameras.faults import FaultScript
from inspector.cameras.folder import DEFAULT_INTERVAL_MS, FolderCamera
from inspector.cameras.genicam import open_camera
from inspector.cameras.ring import sweep
from inspector.cameras.scenes.registry import SCENES
from inspector.cameras.scenes.scene import DefectPlan
from inspector.cameras.simulated import (
    DEFAULT_RATE_HZ,
    DEFAULT_SEED,
    DEFAULT_SIZE,
    LineOptions,
    SimulatedCamera,
    SimulatedDevice,
)
from inspector.cameras.video import VideoCamera, VideoPlace
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.ports import Camera, CameraInfo

logger = logging.getLogger(__name__)

_USB_DEVICES = Path("/sys/class/video4linux")


class Catalog:
    """Implements `core.ports.CameraCatalog`. Any thread.

    One for the life of the program: it remembers drivers that keep ending and simulated cameras that are unplugged.
    """

    def __init__(
        self,
        driver_folders: Iterable[Path] = (),
        *,
        show_test_camera: bool = False,
        folder_interval_ms: float = DEFAULT_INTERVAL_MS,
        usb_devices: Path = _USB_DEVICES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remove what programs that were killed left in shared memory; look at no source yet.

        Args:
            driver_folders: where GenTL drivers lie, besides those in GENICAM_GENTL64_PATH.
            show_test_camera: list the test camera inside the genicam package; `genicam:viky` opens it in any case.
            folder_interval_ms: from file to file of a folder whose id says nothing else; 0 for as fast as it is read.
            usb_devices: where the system lists its video devices.
            clock: for how long simulated cameras stay unplugged.
        """
        self._driver_folders = tuple(driver_folders)
        self._show_test_camera = show_test_camera
        self._folder_interval_ms = folder_interval_ms
        self._usb_devices = usb_devices
        self._clock = clock
        self._lock = threading.Lock()
        self._devices: dict[str, SimulatedDevice] = {}
        self._ledger = ExitLedger()
        sweep()

    def scan(self) -> tuple[CameraInfo, ...]:
        """All sources found now: cameras first, then USB devices, then simulated lines. Up to 12 s for each driver."""
        return (*scan_drivers(self._files(), self._ledger), *self._usb(), *_scenes())

    def open(self, camera_id: str) -> Camera:
        """Open one source.

        Raises:
            OperationalError: CAM-001 not found; CAM-002, CAM-005, CAM-006 and CAM-007 as the kind of source says.
        """
        try:
            address = Address.parse(camera_id)
        except OperationalError as error:
            raise OperationalError(error.code, f"{error.message} Found: {self._names()}.", error.hint) from error
        match address.kind:
            case "simulated":
                return SimulatedCamera(self._device(address), camera_id)
            case "folder":
                return FolderCamera(
                    Path(address.place).absolute(),
                    camera_id,
                    interval_ms=address.number("interval_ms", self._folder_interval_ms, 0, 3_600_000),
                    loop=address.flag("loop"),
                    recursive=address.flag("recursive"),
                )
            case "video":
                rate_hz = address.number("rate", 0, 0, 1000) if "rate" in address.options else None
                place = VideoPlace.of(address.place)
                return VideoCamera(place, camera_id, rate_hz=rate_hz, loop=address.flag("loop"), ledger=self._ledger)
            case _:
                return open_camera(camera_id, self._files(), self._ledger)

    def acknowledge_drivers(self) -> None:
        """Allow drivers that ended too often again (CAM-005)."""
        self._ledger.acknowledge()

    def _files(self) -> tuple[Path, ...]:
        return driver_files(self._driver_folders, show_test_camera=self._show_test_camera)

    def _device(self, address: Address) -> SimulatedDevice:
        """The simulated device of this id: the same one at every opening."""
        if address.place not in SCENES:
            names = ", ".join(f"simulated:{name}" for name in SCENES)
            raise OperationalError("CAM-001", f"There is no simulated line “{address.place}”. Found: {names}.")
        with self._lock:
            device = self._devices.get(address.camera_id)
            if device is None:
                try:
                    device = SimulatedDevice(address.place, _line_options(address), self._clock)
                except (InvalidInput, ValueError) as error:
                    raise address.invalid(error) from error
                self._devices[address.camera_id] = device
            return device

    def _usb(self) -> tuple[CameraInfo, ...]:
        """Video devices as Linux lists them, which costs nothing and disturbs none; other systems list none."""
        found = []
        try:
            entries = sorted(self._usb_devices.iterdir()) if self._usb_devices.is_dir() else []
            for entry in entries:
                number = entry.name.removeprefix("video")
                # Each camera has several entries; the first one gives pictures.
                if not number.isdecimal() or _line(entry / "index") not in ("", "0"):
                    continue
                name = _line(entry / "name") or entry.name
                found.append(CameraInfo(f"video:{int(number)}", "video", model=name, user_name=name, simulated=True))
        except OSError as error:
            logger.warning("USB cameras cannot be listed: %s", error.strerror)
        return tuple(found)

    def _names(self) -> str:
        """What can be found at no cost, for a message."""
        return ", ".join(info.id for info in (*self._usb(), *_scenes()))


def _scenes() -> tuple[CameraInfo, ...]:
    return tuple(
        CameraInfo(
            id=f"simulated:{name}",
            kind="simulated",
            vendor="Inspector",
            model=f"Simulated line, {scene.title}",
            user_name=scene.title,
            simulated=True,
        )
        for name, scene in SCENES.items()
    )


def _line_options(address: Address) -> LineOptions:
    rate = address.number("defect_rate", 0, 0, 1) if "defect_rate" in address.options else None
    return LineOptions(
        size=address.size("size", DEFAULT_SIZE),
        seed=address.whole("seed", DEFAULT_SEED, 0, 2**31),
        rate_hz=address.number("rate", DEFAULT_RATE_HZ, 0.1, 200),
        defects=DefectPlan(address.whole("defect_every", 10, 0, 10**9), rate),
        script=FaultScript.parse(address.options.get("script", "")),
    )


def _line(path: Path) -> str:
    """The first line of a small file of the system, "" if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
