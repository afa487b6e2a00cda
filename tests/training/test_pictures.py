"""Picture files as they come: sound ones decoded exactly, all others refused with a reason."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from inspector.core.geometry import Size
from inspector.training.pictures import UnusablePicture, probe_picture, read_mask, read_picture

RNG = np.random.default_rng(0)
COLOR = RNG.integers(0, 255, (40, 60, 3), dtype=np.uint8)


def saved(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif"])
def test_color_and_gray_are_read_exactly(tmp_path, name):
    assert (read_picture(saved(tmp_path / name, COLOR)) == COLOR).all()
    gray = read_picture(saved(tmp_path / f"g-{name}", COLOR[..., 0]))
    assert gray.shape == (40, 60)
    assert (gray == COLOR[..., 0]).all()


def test_sixteen_bits_are_scaled_by_the_full_range(tmp_path):
    full = np.tile(np.array([0, 257, 32896, 65535], np.uint16), (32, 8))
    assert (read_picture(saved(tmp_path / "a.png", full))[0, :4] == [0, 1, 128, 255]).all()


def test_exif_rotation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    path = saved(tmp_path / "a.png", COLOR, exif=exif)
    assert probe_picture(path).size == Size(60, 40)
    assert (read_picture(path) == np.rot90(COLOR, -1)).all()


def test_probing_decodes_nothing(tmp_path):
    path = saved(tmp_path / "a.png", COLOR)
    path.write_bytes(path.read_bytes()[:200])  # the header, and hardly a pixel
    assert probe_picture(path).size == Size(40, 60)


def test_palette_and_opaque_alpha_become_rgb(tmp_path):
    opaque = np.dstack([COLOR, np.full(COLOR.shape[:2], 255, np.uint8)])
    assert (read_picture(saved(tmp_path / "a.png", opaque)) == COLOR).all()
    path = tmp_path / "p.png"
    Image.fromarray(COLOR).convert("P").save(path)
    assert read_picture(path).shape == COLOR.shape


def test_transparency_is_refused(tmp_path):
    path = saved(tmp_path / "a.png", np.dstack([COLOR, COLOR[..., 0]]))
    with pytest.raises(UnusablePicture, match="transparent"):
        read_picture(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_truncated_file_is_refused(tmp_path, name):
    path = saved(tmp_path / name, COLOR)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnusablePicture, match="damaged"):
        read_picture(path)


def test_a_changed_byte_in_a_png_is_refused(tmp_path):
    path = saved(tmp_path / "a.png", COLOR)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(UnusablePicture, match="damaged"):
        read_picture(path)


def test_what_is_no_picture_says_why(tmp_path):
    def refused(name, data, match):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(UnusablePicture, match=match):
            probe_picture(path)

    refused("empty.png", b"", "empty")
    refused("text.jpg", b"hello", "not a picture")
    with pytest.raises(UnusablePicture, match="cannot be read"):
        probe_picture(tmp_path / "missing.png")


def test_kinds_that_would_have_to_be_guessed_are_refused(tmp_path):
    cmyk = tmp_path / "cmyk.jpg"
    Image.new("CMYK", (40, 40)).save(cmyk)
    with pytest.raises(UnusablePicture, match="CMYK"):
        probe_picture(cmyk)
    animated = tmp_path / "a.webp"
    Image.fromarray(COLOR).save(animated, save_all=True, append_images=[Image.new("RGB", (60, 40))])
    with pytest.raises(UnusablePicture, match="animated"):
        probe_picture(animated)
    dot = saved(tmp_path / "dot.png", np.zeros((1, 1), np.uint8))
    with pytest.raises(UnusablePicture, match="1 × 1 is smaller"):
        probe_picture(dot)


@pytest.mark.parametrize("side", [60_000, 15_000])
def test_an_enormous_picture_is_refused_before_it_is_decoded(tmp_path, side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = tmp_path / "huge.png"  # nothing but its header is there
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
    with pytest.raises(UnusablePicture, match="megapixels"):
        probe_picture(path)


def test_masks_are_cut_at_half_and_must_fit(tmp_path):
    path = saved(tmp_path / "m.png", np.tile(np.array([0, 127, 128, 255], np.uint8), (32, 8)))
    assert read_mask(path, Size(32, 32))[0, :4].tolist() == [False, False, True, True]
    with pytest.raises(UnusablePicture, match="measures"):
        read_mask(path, Size(32, 33))
