"""Loads one driver file and lists its cameras by what they are, never by their place in a list."""

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from harvesters.core import Harvester

from inspector.cameras.genicam_host.words import sentence, told
from inspector.core.errors import OperationalError

logger = logging.getLogger(__name__)

_IDENTITY = ("vendor", "model", "serial")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A camera that a driver lists."""

    info: Any
    fields: dict[str, str]

    def matches(self, wanted: dict[str, str]) -> bool:
        """Whether this is the camera with that identity; an empty part matches any."""
        return all(not value or self.fields.get(key) == value for key, value in wanted.items())


class _LastWarning(logging.Handler):
    """Keeps what the library only logs: why a driver file could not be loaded."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()


def scan(driver_file: str) -> tuple[Harvester, list[Found]]:
    """Load exactly one driver file and list its cameras.

    Raises:
        OperationalError: CAM-001, the driver cannot be used; its own sentence is in the message.
    """
    begun = time.monotonic()
    library = logging.getLogger("harvesters.core")
    last = _LastWarning()
    # The library logs to standard error by itself; what it says belongs into our log, and its errors are handled here.
    library.handlers[:] = [last]
    library.setLevel(logging.WARNING)
    harvester = Harvester()
    harvester.add_file(driver_file)
    harvester.update()
    library.handlers.clear()
    if not systems(harvester):
        raise OperationalError("CAM-001", f"The camera driver {driver_file} cannot be used: {sentence(last.text)}")
    devices = [Found(info, _identity(info)) for info in harvester.device_info_list]
    seen: dict[tuple[str, ...], int] = {}
    for device in devices:
        key = tuple(device.fields[part] for part in _IDENTITY)
        seen[key] = seen.get(key, 0) + 1
    for device in devices:
        if seen[tuple(device.fields[part] for part in _IDENTITY)] > 1:
            device.fields["interface"] = told(partial(getattr, device.info.parent, "id_"))
    logger.info("%s found %d cameras in %.0f ms", driver_file, len(devices), (time.monotonic() - begun) * 1e3)
    return harvester, devices


def systems(harvester: Harvester) -> list[Any]:
    """The loaded drivers; the library keeps them to itself."""
    systems: list[Any] = harvester._systems  # noqa: SLF001 - a test says when it moves
    return systems


def _identity(info: Any) -> dict[str, str]:  # noqa: ANN401 - untyped library
    """What a camera says of itself; every field may be missing, and some raise."""
    return {
        "vendor": told(lambda: info.vendor),
        "model": told(lambda: info.model),
        "serial": told(lambda: info.serial_number),
        "user_name": told(lambda: info.user_defined_name),
        "interface": "",
    }


def driver_fields(harvester: Harvester) -> dict[str, object]:
    """What the loaded driver says of itself."""
    loaded = systems(harvester)
    if not loaded:
        return {}
    system = loaded[0]
    return {
        "driver_vendor": told(lambda: system.vendor),
        "driver_version": told(lambda: system.version),
        "transport": told(lambda: system.tl_type),
    }
