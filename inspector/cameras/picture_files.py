"""Picture files, decoded strictly: a whole picture of a known kind, or the reason why not.

Files come from outside. A damaged one must not become a part that looks almost right, a huge one must not take the
memory, and a sideways one must not be judged sideways (reliability.md 5).
"""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from inspector.core.errors import InspectorError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm"})
MAX_PIXELS = 200_000_000
MAX_BYTES = 2_000_000_000
MIN_SIDE_PX = 8

# Pillow warns above this and refuses above twice of it, before it decodes anything; our own limit lies in between.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
_FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "PPM")
_GRAY = {"L", "1"}
_GRAY_ALPHA = {"LA", "La"}
_COLOR = {"RGB", "RGBA", "RGBX", "P", "PA"}
_DEEP = {"I;16", "I;16L", "I;16B", "I;16N"}
_WORDS = {"CMYK": "CMYK is for print; convert it to RGB", "F": "floating point has no fixed brightness"}
# What Pillow's decoders raise on damaged files, besides their own.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, KeyError, OverflowError)


class PictureRefused(InspectorError):
    """This file is no picture that can be inspected; the text says why, without the file's name."""


def read_picture(path: Path) -> tuple[NDArray[np.uint8], str]:
    """Read a picture file.

    Deep gray pictures (16 bit) keep their upper eight bits, by the same fixed rule as a camera's; transparency is
    dropped; the turn that a camera wrote into the file is applied.

    Returns:
        uint8 (H, W) gray or (H, W, 3) RGB, C-contiguous, and the PFNC name of what it was.

    Raises:
        PictureRefused: it cannot be read, is no picture, damaged, too large, too small, animated or of a wrong kind.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_BYTES:
            raise PictureRefused(f"has {size_bytes / 1e9:.1f} GB, more than {MAX_BYTES / 1e9:.0f} GB")
        data = path.read_bytes()
    except OSError as error:
        raise PictureRefused(f"cannot be read: {error.strerror}") from error
    if not data:
        raise PictureRefused("is empty")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            _check(picture)
            picture.load()
            return _pixels(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise PictureRefused("is no picture of a known kind") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(f"has more than {MAX_PIXELS // 1_000_000} megapixels") from error
    except _DAMAGE as error:
        raise PictureRefused(f"is damaged: {error}") from error


def _check(picture: Image.Image) -> None:
    """Refuse by the header alone, before anything is decoded."""
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureRefused(f"has {width} × {height} pixels, more than {MAX_PIXELS // 1_000_000} megapixels")
    if min(width, height) < MIN_SIDE_PX:
        raise PictureRefused(f"has {width} × {height} pixels, which is too small to inspect")
    frames = getattr(picture, "n_frames", 1)
    if frames > 1:
        raise PictureRefused(f"holds {frames} pictures (animated or with several pages)")
    if picture.mode not in _GRAY | _GRAY_ALPHA | _COLOR | _DEEP | {"I"}:
        raise PictureRefused(_WORDS.get(picture.mode, f"has colors of the kind {picture.mode}, which is not supported"))


def _pixels(picture: Image.Image) -> tuple[NDArray[np.uint8], str]:
    if picture.mode in _DEEP or picture.mode == "I":
        deep = np.asarray(picture).astype(np.int64)
        if deep.min() < 0 or deep.max() > 0xFFFF:
            raise PictureRefused("has more than 16 bits")
        return np.ascontiguousarray(deep >> 8, np.uint8), "Mono16"
    if picture.mode in _GRAY | _GRAY_ALPHA:
        return np.array(picture.convert("L"), np.uint8), "Mono8"
    return np.array(picture.convert("RGB"), np.uint8), "RGB8"
