"""Every format that a camera may send becomes the same 8-bit picture, and a buffer that does not fit is an error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cameras.pixel_formats import (
    BY_NAME,
    BY_VALUE,
    Layout,
    PictureError,
    PixelFormat,
    bayer_shift,
    check_size,
    decode,
    decoded_shape,
    expected_bytes,
    usable,
)

BAYER = [f"Bayer{pattern}" for pattern in ("GR", "RG", "GB", "BG")]
TABLE = [
    *("Mono8", "RGB8", "BGR8", "RGBa8", "BGRa8", "Mono10", "Mono12", "Mono14", "Mono16", "Mono10p", "Mono12p"),
    *("Mono12Packed", "Mono10Packed", "YUV422_8", "YUV422_8_UYVY", "YCbCr422_8"),
    *(f"{name}{depth}" for name in BAYER for depth in ("8", "10", "12", "16", "10p", "12p", "10Packed", "12Packed")),
]
MONO = [name for name in TABLE if name.startswith("Mono")]


def pack(samples: np.ndarray, pixel_format: PixelFormat, padding_x: int = 0, *, big_endian: bool = False) -> bytes:
    """Samples (H, W) as a camera would send them, straight from the standard's text, bit by bit."""
    if padding_x:
        return b"".join(pack(line[None], pixel_format, big_endian=big_endian) + b"\xee" * padding_x for line in samples)
    values = [int(value) for value in samples.reshape(-1)]
    name = pixel_format.name
    if pixel_format.bits_px == 8:
        return bytes(values)
    if pixel_format.bits_px == 16:
        return b"".join(value.to_bytes(2, "big" if big_endian else "little") for value in values)
    if name.endswith("p"):
        stream = sum(value << (pixel_format.bits * place) for place, value in enumerate(values))
        return stream.to_bytes(-(-len(values) * pixel_format.bits // 8), "little")
    low_bits = pixel_format.bits - 8
    out = bytearray()
    for first, second in zip(values[::2], [*values[1::2], None] if len(values) % 2 else values[1::2], strict=True):
        mask = (1 << low_bits) - 1
        middle = first & mask
        if second is None:
            out += bytes([first >> low_bits, middle])
        else:
            out += bytes([first >> low_bits, middle | (second & mask) << 4, second >> low_bits])
    return bytes(out)


def test_the_table_of_the_design_is_complete():
    assert sorted(BY_NAME) == sorted(TABLE)
    assert len(BY_VALUE) == len(BY_NAME)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("Mono8", "00 7f ff", [[0x00, 0x7F, 0xFF]]),
        ("Mono10", "ff03 0100 0402", [[0xFF, 0x00, 0x81]]),
        ("Mono12", "ff0f 0f00 bc0a", [[0xFF, 0x00, 0xAB]]),
        ("Mono14", "ff3f 4000 0020", [[0xFF, 0x01, 0x80]]),
        ("Mono16", "ffff 00ab ff00", [[0xFF, 0xAB, 0x00]]),
        # 0x3FF, 0x000, 0x2AA, 0x155: least significant bit first
        ("Mono10p", "ff03a06a55", [[0xFF, 0x00, 0xAA, 0x55]]),
        # a = b0 | (b1 & 15) << 8, b = b1 >> 4 | b2 << 4: 0xABC and 0x123
        ("Mono12p", "bc3a12", [[0xAB, 0x12]]),
        # a = b0 << 4 | b1 & 15, b = b2 << 4 | b1 >> 4: 0xABC and 0x123
        ("Mono12Packed", "ab3c12", [[0xAB, 0x12]]),
        # a = b0 << 2 | b1 & 3, b = b2 << 2 | b1 >> 4 & 3
        ("Mono10Packed", "ab3312", [[0xAB, 0x12]]),
        ("RGB8", "010203 040506", [[[1, 2, 3], [4, 5, 6]]]),
        ("BGR8", "030201 060504", [[[1, 2, 3], [4, 5, 6]]]),
        ("RGBa8", "01020300 040506ff", [[[1, 2, 3], [4, 5, 6]]]),
        ("BGRa8", "03020100 060504ff", [[[1, 2, 3], [4, 5, 6]]]),
        # Gray needs no colour: every Y is kept, in the order of the name.
        ("YUV422_8", "0a80148 0".replace(" ", ""), [[[10] * 3, [20] * 3]]),
        ("YUV422_8_UYVY", "800a8014", [[[10] * 3, [20] * 3]]),
        ("YCbCr422_8", "00 80 ff 80", [[[0] * 3, [255] * 3]]),
    ],
)
def test_golden_bytes(name, data, expected):
    expected = np.array(expected, np.uint8)
    layout = Layout(expected.shape[0], expected.shape[1])
    assert np.array_equal(decode(bytes.fromhex(data), BY_NAME[name], layout), expected)


@pytest.mark.parametrize(("name", "order"), [("YUV422_8", "YUYV"), ("YUV422_8_UYVY", "UYVY"), ("YCbCr422_8", "YUYV")])
@pytest.mark.parametrize("rgb", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 100, 50)])
def test_colour_of_422_is_full_range(name, order, rgb):
    red, green, blue = rgb
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    parts = {"Y": y, "U": 128 + 0.564 * (blue - y), "V": 128 + 0.713 * (red - y)}
    data = bytes(min(255, round(parts[letter])) for letter in order) * 4
    image = decode(data, BY_NAME[name], Layout(2, 4))
    assert np.abs(image.astype(int) - rgb).max() <= 3


@pytest.mark.parametrize("name", [name for name in TABLE if name.startswith("Bayer")])
def test_a_red_square_stays_red_in_every_bayer_format(name):
    pixel_format = BY_NAME[name]
    brightest = (1 << pixel_format.bits) - 1
    scene = np.zeros((24, 25, 3), int)
    scene[8:16, 8:16] = (brightest, 0, 0)
    pattern = name.removeprefix("Bayer")[:2]
    # RG: red starts the first line. GR: red is second in it. GB and BG: red is in the second line.
    red_y, red_x = {"RG": (0, 0), "GR": (0, 1), "GB": (1, 0), "BG": (1, 1)}[pattern]
    samples = scene[..., 1].copy()
    samples[red_y::2, red_x::2] = scene[red_y::2, red_x::2, 0]
    samples[1 - red_y :: 2, 1 - red_x :: 2] = scene[1 - red_y :: 2, 1 - red_x :: 2, 2]
    image = decode(pack(samples, pixel_format), pixel_format, Layout(24, 25))
    assert image.shape == (24, 25, 3)
    assert (image[10:14, 10:14] == (255, 0, 0)).all()
    assert (image[:5] == 0).all()


@pytest.mark.parametrize(
    ("offset_x", "offset_y", "reverse_x"), [(0, 0, False), (1, 0, False), (0, 1, False), (3, 5, True)]
)
def test_an_area_at_an_odd_offset_keeps_its_colours(offset_x, offset_y, reverse_x):
    sensor = np.zeros((40, 40), np.uint8)
    sensor[0::2, 0::2] = 255  # a red scene on an RGGB sensor
    area = sensor[offset_y : offset_y + 20, offset_x : offset_x + 20]
    if reverse_x:
        area = area[:, ::-1]
    shift = bayer_shift(offset_x, offset_y, reverse_x=reverse_x, width=20)
    image = decode(area.tobytes(), BY_NAME["BayerRG8"], Layout(20, 20, bayer_shift=shift))
    assert (image[4:-4, 4:-4] == (255, 0, 0)).all()


@given(data=st.data(), name=st.sampled_from(MONO), height=st.integers(1, 9), width=st.integers(1, 19))
def test_packed_samples_come_back_at_any_size_and_pitch(data, name, height, width):
    pixel_format = BY_NAME[name]
    padding_x = data.draw(st.sampled_from([0, 0, 1, 3, 4]))
    offset = data.draw(st.sampled_from([0, 0, 7]))
    big_endian = data.draw(st.booleans()) and pixel_format.bits_px == 16
    values = st.integers(0, (1 << pixel_format.bits) - 1)
    samples = np.array(data.draw(st.lists(values, min_size=height * width, max_size=height * width)))
    samples = samples.reshape(height, width)
    layout = Layout(height, width, padding_x, offset, big_endian)
    raw = b"\xdd" * offset + pack(samples, pixel_format, padding_x, big_endian=big_endian)
    assert len(raw) - offset == expected_bytes(pixel_format, layout)
    assert np.array_equal(decode(raw, pixel_format, layout), samples >> (pixel_format.bits - 8))


@given(name=st.sampled_from(TABLE), height=st.integers(0, 40), width=st.integers(0, 40), size=st.integers(0, 9000))
def test_any_buffer_is_a_picture_of_the_right_shape_or_an_error(name, height, width, size):
    pixel_format, layout = BY_NAME[name], Layout(height, width)
    try:
        image = decode(b"\x5a" * size, pixel_format, layout)
    except PictureError:
        odd_pair = "422" in name and width % 2
        assert not height or not width or odd_pair or size < expected_bytes(pixel_format, layout)
    else:
        assert image.shape == decoded_shape(pixel_format, layout)
        assert image.dtype == np.uint8
        assert image.flags.c_contiguous


@pytest.mark.parametrize("name", TABLE)
def test_the_result_is_a_copy_at_the_start_of_the_memory_given(name):
    pixel_format, layout = BY_NAME[name], Layout(6, 8)
    raw = np.full(expected_bytes(pixel_format, layout), 200, np.uint8)
    into = np.full(6 * 8 * 3 + 50, 7, np.uint8)
    image = decode(raw, pixel_format, layout, into)
    assert image.__array_interface__["data"][0] == into.__array_interface__["data"][0]
    assert (into[image.size :] == 7).all()
    before = image.copy()
    raw[:] = 0
    assert np.array_equal(image, before)


@pytest.mark.parametrize("name", TABLE)
def test_a_truncated_buffer_is_refused(name):
    pixel_format, layout = BY_NAME[name], Layout(6, 8)
    with pytest.raises(PictureError, match="does not match"):
        decode(bytes(expected_bytes(pixel_format, layout) - 1), pixel_format, layout)


def test_a_buffer_larger_than_its_picture_is_read_from_its_start():
    assert decode(b"\x01\x02\x03\x04" + b"\xff" * 100, BY_NAME["Mono8"], Layout(2, 2)).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(("height", "width"), [(0, 5), (5, 0), (0, 0), (-1, 5)])
def test_a_side_of_zero_is_refused(height, width):
    with pytest.raises(PictureError, match="is no picture"):
        decode(bytes(100), BY_NAME["Mono8"], Layout(height, width))


def test_memory_too_small_for_the_picture_is_refused():
    with pytest.raises(PictureError, match="does not fit"):
        decode(bytes(100), BY_NAME["Mono8"], Layout(10, 10), np.empty(99, np.uint8))


def test_what_was_received_counts_not_only_the_buffer():
    mono, layout = BY_NAME["Mono8"], Layout(217, 433)
    check_size(mono, layout, 10_240_080, 2_560_020)
    check_size(mono, layout, 10_240_080, None)
    with pytest.raises(PictureError, match="needs 93961 bytes, received were 90000"):
        check_size(mono, layout, 10_240_080, 90_000)
    with pytest.raises(PictureError, match="needs 93961 bytes, the buffer holds 93960"):
        check_size(mono, layout, 93_960, 93_961)


def test_samples_above_their_depth_are_white_not_black():
    assert decode(b"\x00\x10", BY_NAME["Mono12"], Layout(1, 1)).tolist() == [[255]]


def test_formats_to_prefer_come_first():
    assert usable(["Mono12p", "JPEG", "BayerRG8", "Mono8", "Coord3D_ABC32f"]) == ("Mono8", "BayerRG8", "Mono12p")
