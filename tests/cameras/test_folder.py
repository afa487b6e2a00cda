"""Folder replay: order, every kind of picture file, damaged ones named, and the end."""

import logging
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cameras.folder import FolderCamera, list_pictures
from inspector.cameras.picture_files import PictureRefused, read_picture
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.recipe import CameraSettings, TriggerMode

RNG = np.random.default_rng(3)
GRAY = RNG.integers(0, 255, (20, 30), dtype=np.uint8)
COLOR = RNG.integers(0, 255, (20, 30, 3), dtype=np.uint8)


def save(path: Path, array: np.ndarray, **options: object) -> Path:
    Image.fromarray(array).save(path, **options)
    return path


def png_header(path: Path, width: int, height: int) -> Path:
    """A PNG that claims a size and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )
    return path


def replay(camera: FolderCamera) -> list[Frame | MissedFrame]:
    camera.start()
    parts = []
    while not camera.finished:
        part = camera.next(2000)
        if part is not None:
            parts.append(part)
    camera.close()
    return parts


# --- single files ----------------------------------------------------------------------------------------------------


def test_gray_and_color_are_exact(tmp_path: Path) -> None:
    image, name = read_picture(save(tmp_path / "g.png", GRAY))
    assert np.array_equal(image, GRAY)
    assert name == "Mono8"
    image, name = read_picture(save(tmp_path / "c.png", COLOR))
    assert np.array_equal(image, COLOR)
    assert name == "RGB8"


@pytest.mark.parametrize("suffix", [".bmp", ".tif", ".webp", ".ppm", ".jpg"])
def test_other_formats_are_read(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == ".webp" else {"quality": 95} if suffix == ".jpg" else {}
    smooth = np.dstack([np.tile(np.arange(30, dtype=np.uint8) * 8, (20, 1))] * 3)
    image, _ = read_picture(save(tmp_path / f"x{suffix}", smooth, **options))
    assert np.abs(image.astype(int) - smooth).max() <= (6 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_keep_the_upper_eight(tmp_path: Path, suffix: str) -> None:
    deep = np.arange(600, dtype=np.uint16).reshape(20, 30) * 100
    image, name = read_picture(save(tmp_path / f"d{suffix}", deep))
    assert np.array_equal(image, (deep >> 8).astype(np.uint8))
    assert name == "Mono16"


def test_palette_alpha_and_bits(tmp_path: Path) -> None:
    palette = Image.fromarray(COLOR).quantize(16)
    palette.save(tmp_path / "p.png")
    assert np.array_equal(read_picture(tmp_path / "p.png")[0], np.asarray(palette.convert("RGB")))
    alpha = np.dstack([COLOR, np.full((20, 30), 7, np.uint8)])
    assert np.array_equal(read_picture(save(tmp_path / "a.png", alpha))[0], COLOR)
    Image.fromarray(GRAY).convert("LA").save(tmp_path / "la.png")
    assert np.array_equal(read_picture(tmp_path / "la.png")[0], GRAY)
    Image.fromarray(GRAY > 127).save(tmp_path / "one.png")
    assert set(np.unique(read_picture(tmp_path / "one.png")[0])) == {0, 255}


def test_a_camera_turned_on_its_side_is_turned_back(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image, _ = read_picture(save(tmp_path / "t.png", COLOR, exif=exif))
    assert np.array_equal(image, np.rot90(COLOR, -1))
    assert image.flags.c_contiguous


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    path = save(tmp_path / f"x{suffix}", RNG.integers(0, 255, (64, 64, 3), dtype=np.uint8))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(PictureRefused):
        read_picture(path)


def test_a_changed_byte_in_a_png_is_noticed(tmp_path: Path) -> None:
    path = save(tmp_path / "x.png", COLOR)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(bytes(data))
    with pytest.raises(PictureRefused, match="damaged"):
        read_picture(path)


def test_what_is_no_usable_picture_says_why(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture")
    Image.new("CMYK", (30, 20)).save(tmp_path / "cmyk.jpg")
    Image.fromarray(np.full((20, 30), np.nan, np.float32)).save(tmp_path / "float.tif")
    pages = [Image.fromarray(GRAY), Image.fromarray(GRAY)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    save(tmp_path / "one.png", GRAY[:1, :1])
    for name, why in {
        "empty.png": "empty",
        "text.png": "known kind",
        "cmyk.jpg": "CMYK",
        "float.tif": "floating",
        "pages.tif": "2 pictures",
        "one.png": "1 × 1",
        "gone.png": "cannot be read",
    }.items():
        with pytest.raises(PictureRefused, match=why):
            read_picture(tmp_path / name)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (20_000, 10_001)])
def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(PictureRefused, match="200 megapixels"):
        read_picture(png_header(tmp_path / "huge.png", width, height))


def test_a_file_too_large_to_be_a_picture_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)  # a hole; takes no space
    with pytest.raises(PictureRefused, match=r"3\.0 GB"):
        read_picture(path)


# --- the folder ------------------------------------------------------------------------------------------------------


def test_natural_order_labels_and_the_end(tmp_path: Path) -> None:
    for number in (10, 9, 1, 2):
        save(tmp_path / f"part{number}.PNG", np.full((20, 30), number, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "below").mkdir()
    save(tmp_path / "below" / "part0.png", GRAY)
    parts = replay(FolderCamera(tmp_path, interval_ms=0))
    assert [part.label for part in parts] == ["part1.PNG", "part2.PNG", "part9.PNG", "part10.PNG"]
    assert [part.frame_id for part in parts] == [1, 2, 3, 4]
    assert [int(part.image[0, 0]) for part in parts] == [1, 2, 9, 10]
    assert all(part.simulated for part in parts)


def test_folders_below_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    save(tmp_path / "b" / "1.png", GRAY)
    save(tmp_path / "a.png", GRAY)
    parts = replay(FolderCamera(tmp_path, interval_ms=0, recursive=True))
    assert [part.label for part in parts] == ["a.png", "b/1.png"]


def test_a_damaged_file_is_a_missed_part_with_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        save(tmp_path / f"{number}.png", COLOR)
    broken = tmp_path / "1.png"
    broken.write_bytes(broken.read_bytes()[:-300])
    with caplog.at_level(logging.WARNING):
        parts = replay(FolderCamera(tmp_path, interval_ms=0))
    assert [type(part) for part in parts] == [Frame, MissedFrame, Frame]
    missed = parts[1]
    assert isinstance(missed, MissedFrame)
    assert missed.reason is MissReason.INCOMPLETE
    assert missed.label == "1.png"
    assert missed.detail.startswith("1.png is damaged")
    assert missed.simulated
    assert "1.png is damaged" in caplog.text


def test_sizes_may_differ(tmp_path: Path) -> None:
    save(tmp_path / "1.png", GRAY)
    save(tmp_path / "2.png", GRAY[:12])
    assert [part.size.height for part in replay(FolderCamera(tmp_path, interval_ms=0))] == [20, 12]


def test_a_loop_has_no_end(tmp_path: Path) -> None:
    save(tmp_path / "1.png", GRAY)
    save(tmp_path / "2.png", GRAY)
    camera = FolderCamera(tmp_path, interval_ms=0, loop=True)
    camera.start()
    labels = [camera.next(2000).label for _ in range(5)]
    camera.close()
    assert labels == ["1.png", "2.png", "1.png", "2.png", "1.png"]
    assert not camera.finished


def test_the_interval_is_kept_and_the_reader_is_waited_for(tmp_path: Path) -> None:
    for number in range(6):
        save(tmp_path / f"{number}.png", GRAY)
    parts = replay(FolderCamera(tmp_path, interval_ms=40))
    times = np.array([part.received_ns for part in parts]) / 1e6
    assert np.diff(times).min() > 30
    assert times[-1] - times[0] == pytest.approx(200, abs=30)


def test_a_trigger_shows_the_next_file_until_there_is_none(tmp_path: Path) -> None:
    for number in range(2):
        save(tmp_path / f"{number}.png", GRAY)
    camera = FolderCamera(tmp_path)
    applied = camera.apply(CameraSettings(trigger=TriggerMode.SOFTWARE, exposure_us=100))
    assert applied.settings.trigger is TriggerMode.SOFTWARE
    assert applied.lacking == ("exposure_us",)
    camera.start()
    assert camera.next(10) is None
    labels = []
    for part_number in (7, 8):
        camera.trigger(part_number)
        labels.append(camera.next(2000).label)
    assert labels == ["0.png", "1.png"]
    assert camera.finished
    with pytest.raises(TriggerRefused, match="end"):
        camera.trigger(9)
    camera.close()


def test_a_line_trigger_becomes_free_run_and_says_so(tmp_path: Path) -> None:
    save(tmp_path / "1.png", GRAY)
    camera = FolderCamera(tmp_path)
    applied = camera.apply(CameraSettings(trigger=TriggerMode.LINE, trigger_line="Line1", rate_hz=100))
    assert applied.lacking == ("trigger", "trigger_line")
    assert applied.settings.trigger is TriggerMode.FREE
    assert applied.settings.rate_hz == 100
    camera.close()


def test_new_files_take_part_at_the_next_start(tmp_path: Path) -> None:
    save(tmp_path / "1.png", GRAY)
    camera = FolderCamera(tmp_path, interval_ms=0)
    camera.start()
    assert camera.next(2000).label == "1.png"
    save(tmp_path / "0.png", GRAY)
    camera.start()
    assert camera.next(2000).label == "0.png"
    camera.close()


def test_an_unusable_folder_says_why(tmp_path: Path) -> None:
    (tmp_path / "file.png").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.txt").write_text("")
    for name, why in {
        "gone": "does not exist",
        "file.png": "is a file",
        "empty": "holds no picture files",
        "words": "only 1 other entries",
    }.items():
        with pytest.raises(OperationalError, match=why) as caught:
            FolderCamera(tmp_path / name)
        assert caught.value.code == "CAM-001"
        assert str(tmp_path / name) in caught.value.message


def test_a_folder_that_went_away_is_found_missing_at_start(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    save(folder / "1.png", GRAY)
    camera = FolderCamera(folder)
    (folder / "1.png").unlink()
    folder.rmdir()
    with pytest.raises(OperationalError, match="CAM-001"):
        camera.start()
    camera.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes names that are no text")
def test_a_name_in_another_encoding_can_be_stored(tmp_path: Path) -> None:
    save(tmp_path / "x.png", GRAY)
    (tmp_path / "x.png").rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    label = replay(FolderCamera(tmp_path, interval_ms=0))[0].label
    assert label.encode("utf-8") == b"\\xff.png"


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    save(tmp_path / "1.png", GRAY)
    (tmp_path / "self").symlink_to(tmp_path, target_is_directory=True)
    assert [path.name for path in list_pictures(tmp_path, recursive=True)] == ["1.png"]
