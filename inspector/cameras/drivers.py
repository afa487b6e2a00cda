"""GenTL driver files (`*.cti`): where they are, which cameras each of them finds, and how those are named.

A driver is looked at in a short-lived process of its own: a scan freezes Python for up to a second, would disturb open
cameras in the same process, and a broken driver takes its process with it. So a bad file breaks only its own scan.
"""

import importlib.util
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from inspector.cameras.exits import ExitLedger
from inspector.cameras.link import Link
from inspector.cameras.process import CameraProcess
from inspector.core.errors import OperationalError
from inspector.core.ports import CameraInfo

logger = logging.getLogger(__name__)

KIND = "genicam"
TEST_CAMERA_ID = "genicam:viky"
"""Short for the first device of the test producer inside the genicam package."""
SCAN_LIMIT_S = 12.0
_FOLDERS_VARIABLE = "GENICAM_GENTL64_PATH"
_TEST_DRIVER = "viky.cti"
_TEST_MAKE = ("Machine Vision Games Ltd.", "Viky")
_SAFE = " ()._-,+"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which camera is meant: never a place in a list, and not a driver's device id alone (two alike were seen).

    Attributes:
        interface: only given when the other three are equal for two cameras.
    """

    vendor: str
    model: str
    serial: str
    interface: str = ""

    @property
    def is_test_camera(self) -> bool:
        """Whether this names a device of the test producer, which is then used although it is not listed."""
        return (self.vendor, self.model) == _TEST_MAKE

    @property
    def camera_id(self) -> str:
        """The id under which a catalog lists this camera."""
        parts = [self.vendor, self.model, self.serial, *([self.interface] if self.interface else [])]
        return f"{KIND}:" + "/".join(quote(part, safe=_SAFE) for part in parts)

    def fields(self) -> dict[str, str]:
        """As a camera process is asked for it; an empty part matches any."""
        return {"vendor": self.vendor, "model": self.model, "serial": self.serial, "interface": self.interface}

    @classmethod
    def parse(cls, camera_id: str) -> "Identity | None":
        """Take an id apart; None for the short form of the test camera.

        Raises:
            OperationalError: CAM-001, this is no id of a GenICam camera.
        """
        if camera_id == TEST_CAMERA_ID:
            return None
        kind, _, rest = camera_id.partition(":")
        parts = [unquote(part) for part in rest.split("/")]
        if kind != KIND or not 3 <= len(parts) <= 4 or not all(parts[:2]):
            raise OperationalError(
                "CAM-001", f"“{camera_id}” names no GenICam camera.", "Ids read genicam:<vendor>/<model>/<serial>."
            )
        return cls(*parts)

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Identity":
        """Of a camera as a camera process describes it."""
        return cls(fields["vendor"], fields["model"], fields["serial"], fields["interface"])


@dataclass(frozen=True, slots=True)
class DriverScan:
    """What a driver file said, for the list of drivers and for messages.

    Attributes:
        error: why it could not be used, in words; "" when it could.
    """

    file: Path
    vendor: str = ""
    version: str = ""
    transport: str = ""
    cameras: tuple[CameraInfo, ...] = ()
    error: str = ""


def bundled_producer() -> Path | None:
    """The GenTL test producer that comes with the genicam package; None if it is not there. Imports nothing."""
    spec = importlib.util.find_spec("genicam")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / _TEST_DRIVER
    return file if file.is_file() else None


def driver_files(folders: Iterable[Path] = (), *, show_test_camera: bool = False) -> tuple[Path, ...]:
    """All driver files to use, opened where they lie.

    Args:
        folders: searched after those in the environment variable GENICAM_GENTL64_PATH.
        show_test_camera: also the test producer inside the genicam package.

    Returns:
        Files in the order found, the same real file once.
    """
    named = [Path(folder) for folder in os.environ.get(_FOLDERS_VARIABLE, "").split(os.pathsep) if folder]
    files: dict[Path, Path] = {}
    for folder in [*named, *folders]:
        try:
            found = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".cti" and file.is_file())
        except OSError as error:
            logger.warning("the driver folder %s cannot be read: %s", folder, error.strerror)
            continue
        for file in found:
            files.setdefault(file.resolve(), file)
    test = bundled_producer()
    if test is not None:
        files.pop(test.resolve(), None)
        if show_test_camera:
            files[test.resolve()] = test
    return tuple(files.values())


def is_test_producer(file: Path) -> bool:
    """Whether this is the test producer, whose pictures are of no production camera."""
    test = bundled_producer()
    return test is not None and file.resolve() == test.resolve()


def camera_info(file: Path, camera: Mapping[str, Any], driver: Mapping[str, Any]) -> CameraInfo:
    """A camera as the program knows it, from what a camera process said of it and of its driver."""
    return CameraInfo(
        id=Identity.of(camera).camera_id,
        kind=KIND,
        vendor=camera["vendor"],
        model=camera["model"],
        serial=camera["serial"],
        user_name=camera["user_name"],
        driver=f"{file.name} {driver.get('driver_version', '')}".strip(),
        simulated=is_test_producer(file),
    )


def scan_driver(file: Path, ledger: ExitLedger | None = None) -> DriverScan:
    """Ask one driver file for its cameras; at most 12 s. A driver that fails, hangs or crashes is an answer too."""
    try:
        if ledger is not None:
            ledger.check(str(file))
        process = CameraProcess(
            _scan_body,
            (str(file),),
            name=f"scan of {file.name}",
            on_event=_ignore,
            driver=str(file),
            ledger=ledger,
        )
        try:
            answer = process.request("scan", limit_s=SCAN_LIMIT_S)
        finally:
            process.close(limit_s=1.0)
    except OperationalError as error:
        logger.warning("the driver %s was not scanned: %s", file, error.message)
        return DriverScan(file, error=error.message)
    return DriverScan(
        file,
        vendor=answer.get("driver_vendor", ""),
        version=answer.get("driver_version", ""),
        transport=answer.get("transport", ""),
        cameras=tuple(camera_info(file, camera, answer) for camera in answer["cameras"]),
    )


def scan_drivers(files: Iterable[Path], ledger: ExitLedger | None = None) -> tuple[CameraInfo, ...]:
    """All cameras that these driver files find, each file in a process of its own. Never raises for a bad driver."""
    return tuple(camera for file in files for camera in scan_driver(file, ledger).cameras)


def _ignore(message: Mapping[str, Any]) -> None:
    """A scan has no events."""


def _scan_body(link: Link, driver_file: str) -> None:
    # The binding holds Python's lock, so it is imported in the child only.
    from inspector.cameras.genicam_host.entry import run_scan

    run_scan(link, driver_file)
