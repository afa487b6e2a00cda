"""Picture files that people bring to a product's samples: `core.setup_ports.PictureReader` on files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.cameras.folder import list_pictures
from inspector.cameras.picture_files import read_picture


class PictureFiles:
    """Implements `core.setup_ports.PictureReader`."""

    def list(self, folder: Path) -> tuple[Path, ...]:
        """Picture files of a folder and of those in it; see the port."""
        return tuple(list_pictures(folder, recursive=True))

    def read(self, path: Path) -> NDArray[np.uint8]:
        """One picture, decoded strictly; see the port."""
        return read_picture(path)[0]
