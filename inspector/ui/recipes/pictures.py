"""Pictures between files, arrays and the screen."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap

from inspector.core.errors import OperationalError

PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".bmp")
_LONGEST_PX: Final = 1280
"""A product is recognized at this size; its samples are kept elsewhere, whole."""


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read a picture file, no larger than a product's picture needs to be; in a background thread.

    Returns:
        uint8 (h, w) or (h, w, 3), RGB.

    Raises:
        OperationalError: it is no picture that can be read.
    """
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > _LONGEST_PX:
        bound = QSize(_LONGEST_PX, _LONGEST_PX)
        reader.setScaledSize(size.scaled(bound, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        text = QCoreApplication.translate("Pictures", "{name} is no picture that can be read ({reason}).")
        raise OperationalError("DAT-002", text.format(name=path.name, reason=reader.errorString()))
    return array_of(image)


def array_of(image: QImage) -> NDArray[np.uint8]:
    """Pixels as an own array, uint8 (h, w) or (h, w, 3)."""
    gray = image.isGrayscale()
    image = image.convertToFormat(QImage.Format.Format_Grayscale8 if gray else QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    if gray:
        return rows[:, : image.width()].copy()
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def image_of(picture: NDArray[np.uint8]) -> QImage:
    """An array as an own image."""
    height, width = picture.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if picture.ndim == 2 else QImage.Format.Format_RGB888
    whole = np.ascontiguousarray(picture)
    return QImage(whole.data, width, height, whole.strides[0], kind).copy()


def fitted(picture: NDArray[np.uint8], size: QSize) -> QPixmap:
    """An array as large as fits into a size."""
    return QPixmap.fromImage(image_of(picture)).scaled(
        size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
