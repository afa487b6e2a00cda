"""Driver files are found where they lie, and a bad one breaks only its own scan."""

import os
import shutil
import subprocess

import pytest

from inspector.cameras.drivers import Identity, driver_files, is_test_producer, scan_driver, scan_drivers
from inspector.cameras.drivers import bundled_producer as viky_file
from inspector.cameras.exits import ExitLedger
from inspector.core.errors import OperationalError

VARIABLE = "GENICAM_GENTL64_PATH"
needs_viky = pytest.mark.skipif(viky_file() is None, reason="the genicam package has no test producer here")


@pytest.fixture(autouse=True)
def _no_installed_drivers(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


@needs_viky
def test_the_scan_finds_the_three_cameras_of_the_test_producer():
    cameras = scan_drivers(driver_files(show_test_camera=True))
    assert [camera.serial for camera in cameras] == ["0", "1", "2"]
    assert {(camera.vendor, camera.model) for camera in cameras} == {("Machine Vision Games Ltd.", "Viky")}
    assert [camera.id for camera in cameras] == [f"genicam:Machine Vision Games Ltd./Viky/{n}" for n in range(3)]
    assert {camera.driver for camera in cameras} == {"viky.cti 4.0"}
    assert all(camera.simulated and camera.kind == "genicam" for camera in cameras)


@needs_viky
def test_a_scan_tells_what_the_driver_is():
    scan = scan_driver(viky_file())
    assert (scan.vendor, scan.version, scan.transport, len(scan.cameras), scan.error) == (
        *("Machine Vision Games Ltd.", "4.0", "Custom", 3),
        "",
    )


@needs_viky
def test_the_test_camera_is_shown_only_when_asked_for(monkeypatch):
    assert driver_files() == ()
    assert driver_files(show_test_camera=True) == (viky_file(),)
    # Not even when its folder is a driver folder by chance.
    assert driver_files([viky_file().parent]) == ()
    monkeypatch.setenv(VARIABLE, str(viky_file().parent))
    assert driver_files(show_test_camera=True) == (viky_file(),)
    assert is_test_producer(viky_file())


def test_driver_files_come_from_every_folder_once(tmp_path, monkeypatch):
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder in folders:
        folder.mkdir()
    for file in ("a/one.cti", "a/readme.txt", "b/two.CTI", "c/three.cti"):
        (tmp_path / file).write_bytes(b"")
    (tmp_path / "b" / "again.cti").symlink_to(tmp_path / "a" / "one.cti")
    (tmp_path / "b" / "folder.cti").mkdir()
    monkeypatch.setenv(VARIABLE, os.pathsep.join([str(folders[0]), "", str(tmp_path / "missing"), str(folders[1])]))
    names = [file.name for file in driver_files([folders[2], folders[0]])]
    assert names == ["one.cti", "two.CTI", "three.cti"]


def test_a_file_that_is_no_driver_says_so(tmp_path):
    file = tmp_path / "broken.cti"
    file.write_text("this is no driver")
    scan = scan_driver(file)
    assert scan.cameras == ()
    assert "broken.cti cannot be used" in scan.error


@needs_viky
@pytest.mark.fault
@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler to make a broken driver with")
def test_a_driver_that_crashes_breaks_only_its_own_scan(tmp_path):
    source = tmp_path / "crash.c"
    source.write_text("int GCInitLib(void) { *(volatile int *)0 = 1; return 0; }\n")
    file = tmp_path / "crash.cti"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(file), str(source)], check=True)
    ledger = ExitLedger(limit=2)
    cameras = scan_drivers([file, viky_file()], ledger)
    assert len(cameras) == 3
    assert "a memory fault" in scan_driver(file, ledger).error
    assert "ended 2 times" in scan_driver(file, ledger).error


@pytest.mark.parametrize(
    "identity",
    [
        Identity("Vendor", "Model", "123"),
        Identity("A/B & Co. 相机", "M 100%/x", "#?1"),
        Identity("Vendor", "Model", "1", "eth0/192.168.0.1"),
        Identity("Vendor", "Model", ""),
    ],
)
def test_an_id_leads_back_to_its_camera(identity):
    assert Identity.parse(identity.camera_id) == identity


@pytest.mark.parametrize(
    "text", ["genicam:", "genicam:a", "genicam:a/b", "genicam:a/b/c/d/e", "video:0", "genicam://x", ""]
)
def test_what_is_no_id_is_refused(text):
    with pytest.raises(OperationalError, match="CAM-001"):
        Identity.parse(text)


def test_the_short_form_means_the_first_test_camera():
    assert Identity.parse("genicam:viky") is None
