"""Pictures that recipes name, as files named by their content.

A recipe holds a picture's path. Named by content the path is the same on every station, so that a recipe that travels
keeps its bytes and its hash. Nothing here is deleted: published recipes never change, so neither may what they name.
"""

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.record import StoredFile
from inspector.storage.picture_files import decode_picture, encode_png, inside, read_checked, write_stored

FOLDER: Final = "recipes"
_INCOMING: Final = ".incoming"


class FileRecipePictures:
    """`RecipePictureStore` in a data folder."""

    def __init__(self, folder: Path) -> None:
        """Take the data folder; nothing is made or read yet."""
        self._folder = folder

    def save(self, image: NDArray[np.uint8]) -> StoredFile:
        """Store a picture without loss; see the port."""
        return self.save_bytes(encode_png(image))

    def save_bytes(self, data: bytes) -> StoredFile:
        """Store a PNG file as it is; the caller has looked at it."""
        sha256 = hashlib.sha256(data).hexdigest()
        # What lies there under this name is written again: it may be damaged.
        return write_stored(self._folder, path_of(sha256), data, self._folder / FOLDER / _INCOMING)

    def load(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        """A picture; see the port."""
        return decode_picture(path, self.read(path, sha256))

    def read(self, path: str, sha256: str = "") -> bytes:
        """The bytes of a picture, checked against its name.

        Raises:
            OperationalError: DAT-002: missing or altered.
        """
        file = inside(self._folder, path, (FOLDER,))
        return read_checked(file, path, sha256 or file.stem)


def path_of(sha256: str) -> str:
    """Where a picture lies."""
    return f"{FOLDER}/{sha256}.png"
