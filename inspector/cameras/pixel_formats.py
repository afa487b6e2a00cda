"""What cameras send, turned into 8-bit gray or RGB: pure functions on bytes, used by every source that decodes.

Names and numbers are those of the Pixel Format Naming Convention (PFNC 2.x), layouts those of cameras.md 5. Two rules
hold everywhere. Samples become 8 bits by a fixed shift, never by the content of the picture: the model must see the
same part the same way. And a buffer whose size does not fit what it claims to be is an error, never a guess.

Since only the upper 8 bits of a sample are kept, the packed formats need no 16-bit intermediate: most samples' upper
bits are a byte of the stream already.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


class PictureError(ValueError):
    """The bytes are no picture of the size and format they claim to be; the text says what does not match."""


class _Kind(Enum):
    """How samples lie in memory."""

    BYTES = "bytes"
    WORDS = "words"
    PACKED_10P = "10p"
    PACKED_12P = "12p"
    PACKED_MSB = "packed"
    """Mono10Packed and Mono12Packed: the upper 8 bits of two samples around a byte with their lower bits."""
    YUYV = "yuyv"
    UYVY = "uyvy"


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """One format that can be decoded.

    Attributes:
        name: of the PFNC.
        value: its 32-bit number, as a buffer reports it.
        bits_px: bits in memory per pixel.
        bits: significant bits of a sample.
        channels: samples per pixel in memory.
        bayer: the first two samples of the first line and the first two of the second, "" if this is no Bayer format.
    """

    name: str
    value: int
    bits_px: int
    bits: int
    kind: _Kind
    channels: int = 1
    bayer: str = ""

    @property
    def byte_aligned(self) -> bool:
        """Whether every line starts at a byte of its own even without padding."""
        return self.bits_px % 8 == 0


@dataclass(frozen=True, slots=True)
class Layout:
    """How a picture lies in a buffer.

    Attributes:
        height, width: in pixels.
        padding_x: bytes after each line.
        offset: bytes before the first line.
        big_endian: samples of 16 bits, high byte first.
        bayer_shift: (dy, dx): how far the first pixel lies from the start of the format's Bayer pattern, modulo 2.
    """

    height: int
    width: int
    padding_x: int = 0
    offset: int = 0
    big_endian: bool = False
    bayer_shift: tuple[int, int] = (0, 0)


_PATTERNS = {"GR": "GRBG", "RG": "RGGB", "GB": "GBRG", "BG": "BGGR"}


def _bayer(suffix: str, first_value: int, bits_px: int, bits: int, kind: _Kind) -> list[PixelFormat]:
    """The four Bayer formats of one depth; PFNC numbers them one after the other."""
    return [
        PixelFormat(f"Bayer{name}{suffix}", first_value + step, bits_px, bits, kind, 1, _PATTERNS[name])
        for step, name in enumerate(("GR", "RG", "GB", "BG"))
    ]


def _bayer_p(suffix: str, first_value: int, bits: int, kind: _Kind) -> list[PixelFormat]:
    """The four Bayer formats of one depth, packed; PFNC numbers those of 10 and 12 bits in turn, in another order."""
    return [
        PixelFormat(f"Bayer{name}{suffix}", first_value + 2 * step, bits, bits, kind, 1, _PATTERNS[name])
        for step, name in enumerate(("BG", "GB", "GR", "RG"))
    ]


_FORMATS = [
    PixelFormat("Mono8", 0x01080001, 8, 8, _Kind.BYTES),
    PixelFormat("Mono10", 0x01100003, 16, 10, _Kind.WORDS),
    PixelFormat("Mono12", 0x01100005, 16, 12, _Kind.WORDS),
    PixelFormat("Mono14", 0x01100025, 16, 14, _Kind.WORDS),
    PixelFormat("Mono16", 0x01100007, 16, 16, _Kind.WORDS),
    PixelFormat("Mono10p", 0x010A0046, 10, 10, _Kind.PACKED_10P),
    PixelFormat("Mono12p", 0x010C0047, 12, 12, _Kind.PACKED_12P),
    PixelFormat("Mono10Packed", 0x010C0004, 12, 10, _Kind.PACKED_MSB),
    PixelFormat("Mono12Packed", 0x010C0006, 12, 12, _Kind.PACKED_MSB),
    *_bayer("8", 0x01080008, 8, 8, _Kind.BYTES),
    *_bayer("10", 0x0110000C, 16, 10, _Kind.WORDS),
    *_bayer("12", 0x01100010, 16, 12, _Kind.WORDS),
    *_bayer("16", 0x0110002E, 16, 16, _Kind.WORDS),
    *_bayer("10Packed", 0x010C0026, 12, 10, _Kind.PACKED_MSB),
    *_bayer("12Packed", 0x010C002A, 12, 12, _Kind.PACKED_MSB),
    *_bayer_p("10p", 0x010A0052, 10, _Kind.PACKED_10P),
    *_bayer_p("12p", 0x010C0053, 12, _Kind.PACKED_12P),
    PixelFormat("RGB8", 0x02180014, 24, 8, _Kind.BYTES, 3),
    PixelFormat("BGR8", 0x02180015, 24, 8, _Kind.BYTES, 3),
    PixelFormat("RGBa8", 0x02200016, 32, 8, _Kind.BYTES, 4),
    PixelFormat("BGRa8", 0x02200017, 32, 8, _Kind.BYTES, 4),
    PixelFormat("YUV422_8", 0x02100032, 16, 8, _Kind.YUYV),
    PixelFormat("YUV422_8_UYVY", 0x0210001F, 16, 8, _Kind.UYVY),
    PixelFormat("YCbCr422_8", 0x0210003B, 16, 8, _Kind.YUYV),
]
BY_NAME = {pixel_format.name: pixel_format for pixel_format in _FORMATS}
BY_VALUE = {pixel_format.value: pixel_format for pixel_format in _FORMATS}

_PREFERRED = ("Mono8", "RGB8", "BayerRG8", "BayerGR8", "BayerGB8", "BayerBG8", "BGR8", "RGBa8", "BGRa8")

_DEMOSAIC = {
    "RGGB": cv2.COLOR_BayerRGGB2RGB_EA,
    "GRBG": cv2.COLOR_BayerGRBG2RGB_EA,
    "GBRG": cv2.COLOR_BayerGBRG2RGB_EA,
    "BGGR": cv2.COLOR_BayerBGGR2RGB_EA,
}
_TO_RGB = {
    "BGR8": cv2.COLOR_BGR2RGB,
    "RGBa8": cv2.COLOR_RGBA2RGB,
    "BGRa8": cv2.COLOR_BGRA2RGB,
}


def usable(names: Iterable[str]) -> tuple[str, ...]:
    """Which of a camera's formats can be decoded, the ones to prefer first."""
    known = [name for name in names if name in BY_NAME]
    rank = {name: place for place, name in enumerate(_PREFERRED)}
    return tuple(sorted(known, key=lambda name: rank.get(name, len(rank))))


def bayer_shift(offset_x: int, offset_y: int, *, reverse_x: bool, width: int) -> tuple[int, int]:
    """How far an area's first pixel lies from the start of the sensor's Bayer pattern, modulo 2: (dy, dx).

    An odd offset changes the pattern that a picture starts with, and mirroring starts it at the other end of a line.
    Only for cameras that go on reporting the sensor's pattern; most report the picture's, and change the format's name.
    """
    first_column = offset_x + (width - 1 if reverse_x else 0)
    return offset_y % 2, first_column % 2


def expected_bytes(pixel_format: PixelFormat, layout: Layout) -> int:
    """How many bytes a picture takes in its buffer, without what comes before it.

    The padding after the last line counts: GenTL producers include it.
    """
    line_bits = layout.width * pixel_format.bits_px
    if pixel_format.byte_aligned:
        return layout.height * (line_bits // 8 + layout.padding_x)
    if layout.padding_x:
        return layout.height * (-(-line_bits // 8) + layout.padding_x)
    return -(-layout.height * line_bits // 8)


def decoded_shape(pixel_format: PixelFormat, layout: Layout) -> tuple[int, ...]:
    """Shape of the picture: (H, W) for gray, (H, W, 3) for colour."""
    size = (layout.height, layout.width)
    gray = pixel_format.channels == 1 and not pixel_format.bayer and pixel_format.kind not in (_Kind.YUYV, _Kind.UYVY)
    return size if gray else (*size, 3)


def check_size(pixel_format: PixelFormat, layout: Layout, available: int, filled: int | None = None) -> None:
    """Demand that a picture fits into its buffer and was received whole.

    Args:
        pixel_format: what the buffer says it holds.
        layout: how it lies there.
        available: length of the buffer in bytes.
        filled: how much of it the driver says it received; None if it does not say.

    Raises:
        PictureError: a side of zero, a buffer too small, too little received, or half a pair of colour samples.
    """
    if layout.height < 1 or layout.width < 1 or layout.padding_x < 0 or layout.offset < 0:
        raise PictureError(f"a size of {layout.width} × {layout.height} is no picture")
    if pixel_format.kind in (_Kind.YUYV, _Kind.UYVY) and layout.width % 2:
        raise PictureError(f"{pixel_format.name} has no odd width, got {layout.width}")
    needed = layout.offset + expected_bytes(pixel_format, layout)
    for have, what in ((available, "the buffer holds"), (filled, "received were")):
        if have is not None and have < needed:
            raise PictureError(
                f"picture size does not match: {layout.width} × {layout.height} {pixel_format.name} "
                f"needs {needed} bytes, {what} {have}"
            )


def decode(
    data: bytes | memoryview | Bytes, pixel_format: PixelFormat, layout: Layout, into: Bytes | None = None
) -> Bytes:
    """Turn a buffer into a picture.

    Args:
        data: the buffer; it is read, never kept: the result is always a copy.
        pixel_format: what it holds.
        layout: how it lies there.
        into: flat uint8 memory of sufficient size to decode into; None allocates.

    Returns:
        uint8 (H, W) or (H, W, 3) RGB, C-contiguous; the start of `into` if that was given.

    Raises:
        PictureError: the buffer or `into` is too small, or a side is zero.
    """
    raw = np.frombuffer(data, np.uint8)
    check_size(pixel_format, layout, raw.size)
    shape = decoded_shape(pixel_format, layout)
    size = int(np.prod(shape))
    if into is None:
        into = np.empty(size, np.uint8)
    elif into.size < size:
        raise PictureError(f"a picture of {layout.width} × {layout.height} does not fit into {into.size} bytes")
    out = into[:size].reshape(shape)
    raw = raw[layout.offset : layout.offset + expected_bytes(pixel_format, layout)]
    if pixel_format.bayer:
        _write(cv2.cvtColor(_samples(raw, pixel_format, layout), _demosaic(pixel_format, layout), dst=out), out)
    elif pixel_format.kind in (_Kind.YUYV, _Kind.UYVY):
        _write(
            cv2.cvtColor(_ycrcb(_lines(raw, pixel_format, layout), pixel_format.kind), cv2.COLOR_YCrCb2RGB, dst=out),
            out,
        )
    elif pixel_format.name in _TO_RGB:
        pixels = _lines(raw, pixel_format, layout).reshape(layout.height, layout.width, pixel_format.channels)
        _write(cv2.cvtColor(pixels, _TO_RGB[pixel_format.name], dst=out), out)
    elif pixel_format.channels == 3:
        out[...] = _lines(raw, pixel_format, layout).reshape(shape)
    else:
        out[...] = _samples(raw, pixel_format, layout)
    return out


def _write(result: "cv2.typing.MatLike", out: Bytes) -> None:
    """OpenCV writes into what it is given, or silently into something new if that does not suit it."""
    if not np.shares_memory(result, out):
        out[...] = result


def _demosaic(pixel_format: PixelFormat, layout: Layout) -> int:
    pattern = pixel_format.bayer
    shift_y, shift_x = layout.bayer_shift
    if shift_y % 2:
        pattern = pattern[2:] + pattern[:2]
    if shift_x % 2:
        pattern = pattern[1] + pattern[0] + pattern[3] + pattern[2]
    return _DEMOSAIC[pattern]


def _lines(raw: Bytes, pixel_format: PixelFormat, layout: Layout) -> Bytes:
    """Lines of bytes without their padding, (H, line bytes); a view when nothing is between them."""
    line_bytes = -(-layout.width * pixel_format.bits_px // 8)
    lines = raw.reshape(layout.height, line_bytes + layout.padding_x)
    return np.ascontiguousarray(lines[:, :line_bytes])


def _samples(raw: Bytes, pixel_format: PixelFormat, layout: Layout) -> Bytes:
    """One sample a pixel, upper 8 bits, (H, W)."""
    size = (layout.height, layout.width)
    if pixel_format.kind is _Kind.BYTES:
        return _lines(raw, pixel_format, layout)
    if pixel_format.kind is _Kind.WORDS:
        words = _lines(raw, pixel_format, layout).view(">u2" if layout.big_endian else "<u2")
        # A camera that sets bits above its depth would wrap to black here; the brightest value is nearer the truth.
        shifted = words >> (pixel_format.bits - 8)
        return shifted.astype(np.uint8) if pixel_format.bits == 16 else np.minimum(shifted, 255).astype(np.uint8)
    unpack = _UNPACK[pixel_format.kind]
    if not layout.padding_x:
        # Samples run on over line ends, so the picture is one stream.
        return unpack(raw, layout.height * layout.width).reshape(size)
    lines = _lines(raw, pixel_format, layout)
    return np.stack([unpack(line, layout.width) for line in lines])


def _groups(raw: Bytes, size: int) -> Bytes:
    """The stream in groups of `size` bytes, (N, size); a last group that is cut short is filled with zeros."""
    missing = -raw.size % size
    if missing:
        raw = np.concatenate([raw, np.zeros(missing, np.uint8)])
    return raw.reshape(-1, size)


def _unpack_10p(raw: Bytes, count: int) -> Bytes:
    """Four samples of 10 bits in five bytes, least significant bit first."""
    b0, b1, b2, b3, b4 = _groups(raw, 5).T
    out = np.empty((b0.size, 4), np.uint8)
    out[:, 0] = b0 >> 2 | b1 << 6
    out[:, 1] = b1 >> 4 | b2 << 4
    out[:, 2] = b2 >> 6 | b3 << 2
    out[:, 3] = b4
    return out.reshape(-1)[:count]


def _unpack_12p(raw: Bytes, count: int) -> Bytes:
    """Two samples of 12 bits in three bytes, least significant bit first: b0 | (b1 & 15) << 8 and b1 >> 4 | b2 << 4."""
    b0, b1, b2 = _groups(raw, 3).T
    out = np.empty((b0.size, 2), np.uint8)
    out[:, 0] = b0 >> 4 | b1 << 4
    out[:, 1] = b2
    return out.reshape(-1)[:count]


def _unpack_msb(raw: Bytes, count: int) -> Bytes:
    """Two samples of 10 or 12 bits in three bytes; the outer bytes are their upper 8 bits, the middle one the rest."""
    return np.ascontiguousarray(_groups(raw, 3)[:, ::2]).reshape(-1)[:count]


_UNPACK: dict[_Kind, Callable[[Bytes, int], Bytes]] = {
    _Kind.PACKED_10P: _unpack_10p,
    _Kind.PACKED_12P: _unpack_12p,
    _Kind.PACKED_MSB: _unpack_msb,
}


def _ycrcb(lines: Bytes, kind: _Kind) -> Bytes:
    """4:2:2 to a colour pair for each pixel, (H, W, 3) in OpenCV's order Y, Cr, Cb, full range as PFNC has it."""
    quads = lines.reshape(lines.shape[0], -1, 4)  # (H, W / 2, 4)
    luma, blue, red = ((0, 2), 1, 3) if kind is _Kind.YUYV else ((1, 3), 0, 2)
    out = np.empty((lines.shape[0], quads.shape[1], 2, 3), np.uint8)  # (H, W / 2, 2, 3)
    out[..., 0] = quads[..., luma]
    out[..., 1] = quads[..., red, None]
    out[..., 2] = quads[..., blue, None]
    return out.reshape(lines.shape[0], -1, 3)
