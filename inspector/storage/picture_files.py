"""Pictures as PNG bytes and back, and files that must lie inside the data folder: what every store of files shares."""

import hashlib
import io
import struct
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inspector.core.errors import OperationalError
from inspector.core.record import StoredFile
from inspector.storage.files import make_folder, write_whole
from inspector.storage.sqlite import CHECK_DISK

_MAX_FILE_BYTES: Final = 1_000_000_000
_MAX_PIXELS: Final = 200_000_000
# Run lengths after the difference to the left neighbor: half the time of the library's default and smaller on camera
# pictures (1280 × 1024 RGB with noise of 3 gray values: 33 ms and 53 % of the raw size against 77 ms and 58 %).
_PNG = (
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_RLE,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_SUB,
)


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """A picture without loss.

    Args:
        image: uint8 (H, W) gray or (H, W, 3) RGB.
    """
    return _encode(image, ".png", _PNG)


def encode_jpeg(image: NDArray[np.uint8]) -> bytes:
    """A small picture for eyes only, with loss; arguments as `encode_png`."""
    return _encode(image, ".jpg", (cv2.IMWRITE_JPEG_QUALITY, 88))


def _encode(image: NDArray[np.uint8], suffix: str, options: tuple[int, ...]) -> bytes:
    if image.ndim == 3:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)
    done, data = cv2.imencode(suffix, image, options)
    if not done:
        raise RuntimeError(f"OpenCV cannot encode a picture of {image.shape}")
    return bytes(data.tobytes())


def decode_picture(path: str, data: bytes, kind: str = "PNG", *, most_pixels: int = _MAX_PIXELS) -> NDArray[np.uint8]:
    """The picture in a file's bytes, uint8 (H, W) or (H, W, 3) RGB.

    Args:
        path: of the file, for the message.
        data: its content.
        kind: "PNG" or "JPEG"; nothing else is tried.
        most_pixels: a larger picture is refused before it is unpacked.

    Raises:
        OperationalError: DAT-002, it is damaged or none of our pictures.
    """
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
            if picture.width * picture.height > most_pixels or picture.mode not in ("L", "RGB"):
                raise damaged(path, f"{picture.mode} {picture.width} × {picture.height} is none of our pictures")
            return np.asarray(picture)
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
    ) as error:
        raise damaged(path, str(error)) from error


def shrunk(image: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    """A picture made small by averaging; one that is small already as it is."""
    height, width = image.shape[:2]
    factor = longest_px / max(height, width)
    if factor >= 1:
        return image
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def inside(folder: Path, path: str, kinds: tuple[str, ...]) -> Path:
    """The file of a relative path, which must lie under one of some folders, also after following links.

    Args:
        folder: the data folder.
        path: with forward slashes.
        kinds: names of folders in it.

    Raises:
        OperationalError: DAT-002, it leads elsewhere.
    """
    parts = PurePosixPath(path).parts
    plain = not any(mark in path for mark in ("\\", ":", "\0")) and ".." not in parts
    if plain and len(parts) > 1 and parts[0] in kinds:
        file = folder.joinpath(*parts)
        if file.resolve().is_relative_to(folder.resolve()):
            return file
    raise OperationalError(
        "DAT-002",
        f"The path {path!r} leads outside the data folder.",
        "Somebody changed the database: call maintenance.",
    )


def read_checked(file: Path, path: str, sha256: str = "") -> bytes:
    """The bytes of a file.

    Args:
        file: where it lies.
        path: how people know it.
        sha256: what its bytes must hash to; "" asks nothing.

    Raises:
        OperationalError: DAT-002, it is missing, far too large, or not what was recorded.
    """
    try:
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise damaged(path, "it is far larger than anything written here")
        data = file.read_bytes()
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The file {path} cannot be read: {error.strerror or error}.", CHECK_DISK
        ) from error
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise damaged(path, "its hash is not the one that was recorded")
    return data


def write_stored(folder: Path, path: str, data: bytes, incoming: Path) -> StoredFile:
    """Write a file whole or not at all, by way of a folder for what is half written.

    Args:
        folder: the data folder.
        path: relative to it, known to lie inside.
        data: the content.
        incoming: on the same file system; both folders are made when they are missing.

    Raises:
        OperationalError: DAT-002, it cannot be written.
    """
    target = folder / path
    try:
        make_folder(incoming)
        make_folder(target.parent)
        write_whole(target, data, incoming / target.name)
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The file {target} cannot be written: {error.strerror or error}.", CHECK_DISK
        ) from error
    return StoredFile(path, hashlib.sha256(data).hexdigest())


def damaged(path: str, why: str) -> OperationalError:
    """What to say of a file that is not what was written."""
    return OperationalError(
        "DAT-002", f"The file {path} is damaged: {why}.", "Restore it from a backup if it is needed."
    )
