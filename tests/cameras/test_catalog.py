"""The catalog: what it lists, what its ids mean, and how it refuses."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cameras.address import Address
from inspector.cameras.catalog import Catalog
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(usb_devices=tmp_path / "no usb")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.fromarray(np.full((16, 16), number, np.uint8)).save(folder / f"{number}.png")
    return folder


def refused(catalog: Catalog, camera_id: str) -> OperationalError:
    with pytest.raises(OperationalError) as caught:
        catalog.open(camera_id)
    assert caught.value.code == "CAM-001"
    return caught.value


def test_simulated_lines_are_always_listed(catalog: Catalog) -> None:
    found = {info.id: info for info in catalog.scan()}
    assert {"simulated:cap", "simulated:brushed", "simulated:board"} <= set(found)
    assert all(info.simulated for info in found.values())
    for camera_id in ("simulated:cap", "simulated:brushed", "simulated:board"):
        camera = catalog.open(camera_id)
        assert camera.info.id == camera_id
        camera.close()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux lists USB devices as files")
def test_usb_cameras_are_listed_without_opening_them(tmp_path: Path) -> None:
    for name, index in (("video0", "0"), ("video1", "1"), ("video2", "0"), ("v4l-subdev", "0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index").write_text(f"{index}\n")
        (tmp_path / name / "name").write_text(f"Cam {name}\n")
    found = [info for info in Catalog(usb_devices=tmp_path).scan() if info.kind == "video"]
    assert [(info.id, info.model) for info in found] == [("video:0", "Cam video0"), ("video:2", "Cam video2")]


@pytest.mark.parametrize(
    "camera_id", ["", "cap", "simulated", "simulated:", "teapot:1", "folder:a\0b", "Simulated:cap"]
)
def test_what_is_no_id_is_refused_with_what_there_is(catalog: Catalog, camera_id: str) -> None:
    error = refused(catalog, camera_id)
    assert "simulated:cap" in error.message
    assert "genicam:vendor/model/serial" in error.hint


def test_an_unknown_scene_names_those_there_are(catalog: Catalog) -> None:
    error = refused(catalog, "simulated:../../etc")
    assert "simulated:cap, simulated:brushed, simulated:board" in error.message


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("size=big", "width x height"),
        ("size=1280", "width x height"),
        ("size=10x10", "64 × 64"),
        ("size=9999x9999", "5472 × 3648"),
        ("rate=0", "0.1 to 200"),
        ("rate=nan", "0.1 to 200"),
        ("seed=1.5", "whole number"),
        ("seed=-1", "from 0"),
        ("defect_every=x", "a number"),
        ("defect_rate=1.5", "0 to 1"),
        ("script=explode()", "explode"),
        ("colour=red", "no option colour"),
        ("nothing", "could be read"),
        ("%", "could be read"),
    ],
)
def test_a_wrong_option_is_named(catalog: Catalog, query: str, complaint: str) -> None:
    assert complaint in str(refused(catalog, f"simulated:cap?{query}"))


def test_options_of_a_simulated_line(catalog: Catalog) -> None:
    camera_id = "simulated:board?size=160x128&seed=5&rate=100&defect_every=2&script=after(3).drop(1)"
    camera = catalog.open(camera_id)
    camera.start()
    parts = [camera.next(5000) for _ in range(4)]
    camera.close()
    assert parts[0].size == Size(128, 160)
    assert parts[0].camera_id == camera_id
    assert parts[0].label == "part 1 good"
    assert parts[1].label != "part 2 good"
    assert parts[3].reason.value == "gap"
    again = catalog.open(camera_id)
    again.start()
    assert all(hasattr(again.next(5000), "image") for _ in range(5)), "the same device: its fault has happened"
    again.close()


def test_a_rate_of_defects(catalog: Catalog) -> None:
    camera = catalog.open("simulated:cap?size=64x64&rate=200&defect_rate=1")
    camera.start()
    assert all(not camera.next(5000).label.endswith("good") for _ in range(5))
    camera.close()


def test_a_folder_with_options(catalog: Catalog, pictures: Path) -> None:
    camera = catalog.open(f"folder:{pictures}?interval_ms=0&loop=1")
    camera.start()
    assert [camera.next(5000).label for _ in range(4)] == ["0.png", "1.png", "2.png", "0.png"]
    camera.close()


def test_a_relative_folder_is_found_from_where_the_program_runs(
    catalog: Catalog, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures.parent)
    camera = catalog.open("folder:pictures")
    assert camera.info.serial == str(pictures)
    camera.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no question mark in names")
def test_a_question_mark_may_belong_to_the_path(catalog: Catalog, pictures: Path) -> None:
    odd = pictures.rename(pictures.parent / "what?loop")
    camera = catalog.open(f"folder:{odd}")
    assert camera.info.user_name == "what?loop"
    camera.close()


@pytest.mark.parametrize("option", ["interval_ms=-1", "interval_ms=x", "loop=yes", "recursive=2"])
def test_a_wrong_folder_option_is_named(catalog: Catalog, pictures: Path, option: str) -> None:
    assert option.partition("=")[0] in refused(catalog, f"folder:{pictures}?{option}").message


def test_missing_folders_and_files(catalog: Catalog, tmp_path: Path) -> None:
    assert str(tmp_path / "gone") in refused(catalog, f"folder:{tmp_path / 'gone'}").message
    assert "holds no picture files" in refused(catalog, f"folder:{tmp_path}").message
    assert "does not exist" in refused(catalog, f"video:{tmp_path / 'gone.avi'}").message


def test_an_unknown_genicam_camera_lists_what_was_found(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    assert "Found: none" in refused(catalog, "genicam:Nobody/Nothing/1").message
    assert "genicam:<vendor>/<model>/<serial>" in refused(catalog, "genicam:x").hint


def test_the_test_camera_is_listed_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    found = Catalog(show_test_camera=True, usb_devices=tmp_path).scan()
    cameras = [info for info in found if info.kind == "genicam"]
    assert [info.model for info in cameras] == ["Viky"] * 3
    assert all(info.simulated for info in cameras)


def test_an_address_is_taken_apart() -> None:
    address = Address.parse("video:rtsp://10.0.0.5/live?channel=2&rate=5")
    assert address.place == "rtsp://10.0.0.5/live?channel=2&rate=5", "not all of it is known, so it is the URL's own"
    address = Address.parse("video:rtsp://10.0.0.5/live?rate=5")
    assert (address.place, address.options) == ("rtsp://10.0.0.5/live", {"rate": "5"})


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may read everything, Windows has no modes")
def test_a_folder_that_may_not_be_read(catalog: Catalog, pictures: Path) -> None:
    pictures.chmod(0)
    try:
        assert "cannot be read" in refused(catalog, f"folder:{pictures}").message
    finally:
        pictures.chmod(0o755)
