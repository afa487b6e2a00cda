"""The bodies of the two child processes: a scan, and an opened camera."""

import warnings
from typing import Any, Final

from inspector.cameras.host_loop import HostLoop
from inspector.cameras.link import Link, Request
from inspector.core.errors import OperationalError

with warnings.catch_warnings():  # Harvesters would have every warning of this process shown once
    from inspector.cameras.genicam_host.camera import GenicamDevice
    from inspector.cameras.genicam_host.finding import driver_fields, scan

SCAN_LIMIT_S: Final = 10.0
OPEN_LIMIT_S: Final = 15.0


def run_scan(link: Link, driver_file: str) -> None:
    """Body of a scan process: answers one "scan" with what a driver file finds, or with its error."""
    request = _wait_for(link, "scan")
    if request is None:
        return
    harvester = None
    try:
        with link.busy("scan", SCAN_LIMIT_S):
            harvester, devices = scan(driver_file)
        link.answer(request, **driver_fields(harvester), cameras=[device.fields for device in devices])
    except OperationalError as error:
        link.refuse(request, error)
    if (request := _wait_for(link, "close")) is not None:
        if harvester is not None:
            harvester.reset()
        link.answer(request)


def run_camera(link: Link, driver_file: str) -> None:
    """Body of a camera process: opens the camera that the first request names, and serves it."""
    request = _wait_for(link, "open")
    if request is None:
        return
    loop = None
    try:
        with link.busy("open", OPEN_LIMIT_S):
            harvester, devices = scan(driver_file)
            answer: dict[str, Any] = {**driver_fields(harvester), "found": [device.fields for device in devices]}
            wanted = next((device for device in devices if device.matches(request.fields["identity"])), None)
            if wanted is None:
                harvester.reset()
            else:
                loop = HostLoop(link, GenicamDevice(harvester, wanted))
                answer |= {"camera": wanted.fields, **loop.describe_camera()}
        link.answer(request, **answer)
    except OperationalError as error:
        loop = None
        link.refuse(request, error)
    if loop is not None:
        loop.run()
    elif (request := _wait_for(link, "close")) is not None:
        link.answer(request)


def _wait_for(link: Link, what: str) -> Request | None:
    """The request that comes first, or None if the program closes instead."""
    while True:
        link.beat()
        request = link.receive(0.05)
        if request is not None and request.what == "close" != what:
            link.answer(request)
            return None
        if request is not None:
            return request
