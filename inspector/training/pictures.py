"""Picture files, decoded strictly: half a JPEG, a rotated phone picture or a 16-bit PNG must not quietly become "good".

Pillow, because OpenCV and Qt return a truncated JPEG as a full picture. The size is judged before a pixel is decoded.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from inspector.core.errors import InspectorError
from inspector.core.geometry import Size

MAX_PIXELS: Final = 200_000_000
MAX_BYTES: Final = 1 << 30
SMALLEST_SIDE_PX: Final = 16
"""One token; anything smaller shows no part."""

SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})

# Pillow's own alarm is a warning at half of its limit; with our limit in its place, ours is the only judgment.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class UnusablePicture(InspectorError):
    """A file that is no picture we can trust; the text is the reason, without the file's name."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of a picture without decoding it.

    Attributes:
        size: after the rotation its EXIF data asks for.
        sha256: of the file.
    """

    size: Size
    sha256: str


def probe_picture(path: Path) -> PictureFacts:
    """Read a picture's size and hash; pixels stay undecoded.

    Raises:
        UnusablePicture: no picture, too large, too small, animated, or of a kind we refuse.
    """
    data = _read(path)
    with _open(data) as image:
        height, width = image.height, image.width
        if _orientation(image) in _SIDEWAYS:
            height, width = width, height
    return PictureFacts(Size(height, width), hashlib.sha256(data).hexdigest())


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Decode a picture.

    Returns:
        uint8, (H, W) for gray and (H, W, 3) RGB for color files, C-contiguous; rotated as its EXIF data says; 16-bit
        files scaled by their full range.

    Raises:
        UnusablePicture: as `probe_picture`, or damaged.
    """
    data = _read(path)
    try:
        if data.startswith(b"\x89PNG"):
            with _open(data) as image:
                image.verify()  # the checksum of every chunk; afterwards the object is used up
        with _open(data) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            return np.ascontiguousarray(_to_uint8(upright))
    except UnusablePicture:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise UnusablePicture(f"damaged: {_reason(error)}") from error


def read_mask(path: Path, size: Size) -> NDArray[np.bool_]:
    """Decode a defect mask: True where brighter than half.

    Raises:
        UnusablePicture: unreadable, or not the size of its picture.
    """
    pixels = read_picture(path)
    if pixels.ndim == 3:
        pixels = pixels.max(axis=2)
    if Size.of(pixels.shape) != size:
        raise UnusablePicture(f"the mask measures {Size.of(pixels.shape)}, its picture {size}")
    return np.asarray(pixels > 127)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnusablePicture(f"larger than {MAX_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UnusablePicture(f"cannot be read: {error.strerror or error}") from error
    if not data:
        raise UnusablePicture("the file is empty")
    return data


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnusablePicture(f"more than {MAX_PIXELS // 1_000_000} megapixels") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnusablePicture(f"not a picture: {_reason(error)}") from error
    if image.width * image.height > MAX_PIXELS:
        raise UnusablePicture(f"{image.width} × {image.height} is more than {MAX_PIXELS // 1_000_000} megapixels")
    if min(image.width, image.height) < SMALLEST_SIDE_PX:
        raise UnusablePicture(f"{image.width} × {image.height} is smaller than {SMALLEST_SIDE_PX} px")
    if getattr(image, "n_frames", 1) != 1:
        raise UnusablePicture("animated or of several pages")
    if image.mode not in _MODES:
        raise UnusablePicture(f"color mode {image.mode} is not supported; save it as RGB or gray")
    return image


_ORIENTATION: Final = 0x0112
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})
"""Values of the EXIF orientation that swap the sides."""

_MODES: Final = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I;16B", "I;16L"})


def _orientation(image: Image.Image) -> int:
    # Asked for EXIF data it has not met yet, Pillow decodes a whole PNG; it is there before the pixels or not at all.
    # A PNG that hides it behind them is noticed by its size when it is decoded.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError) as error:
        raise UnusablePicture(f"damaged EXIF data: {_reason(error)}") from error


def _to_uint8(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I;16"):
        full = np.asarray(image).astype(np.uint32)
        return ((full * 255 + 32767) // 65535).astype(np.uint8)
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in ("LA", "RGBA"):
        if np.asarray(image.getchannel("A")).min() < 255:
            raise UnusablePicture("has transparent pixels; what lies behind them is unknown")
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode == "1":
        image = image.convert("L")
    return np.asarray(image)


def _reason(error: BaseException) -> str:
    # The library's sentences name the byte stream they were given by its address in memory; that tells nobody anything.
    text = str(error).split("<_io")[0].strip()
    return text or type(error).__name__
