"""From a frame to what tiles are cut from, on the host: one resize, one mirror extension, everything in uint8.

The same rules are written once more as tensors in `tensor_engine`; tests hold both together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.core.geometry import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray


def scaled_size(size: Size, scale: float) -> Size:
    """A frame's size in network pixels."""
    return Size(max(1, round(size.height * scale)), max(1, round(size.width * scale)))


def resize(image: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Resize (H, W) or (H, W, 3): mean over the area along a shrinking axis, linear along a growing one.

    Averaging is what keeps a small defect visible; sampling would lose it between two samples.
    """
    height, width = image.shape[:2]
    if (height, width) == (size.height, size.width):
        return image
    shrunk = (min(height, size.height), min(width, size.width))
    if shrunk != (height, width):
        image = _as_uint8(cv2.resize(image, (shrunk[1], shrunk[0]), interpolation=cv2.INTER_AREA))
    if shrunk != (size.height, size.width):
        image = _as_uint8(cv2.resize(image, (size.width, size.height), interpolation=cv2.INTER_LINEAR))
    return image


def mirror_extend(image: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Extend to the right and below by mirroring without repeating the border pixel; never black.

    Sides that are to grow by more than their length are mirrored again and again.
    """
    height, width = image.shape[:2]
    if (height, width) == (size.height, size.width):
        return image
    bottom, right = size.height - height, size.width - width
    return _as_uint8(cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REFLECT_101))


def mirror_indices(length: int, padded: int) -> NDArray[np.int64]:
    """Which of `length` pixels stands at each of `padded` places, as `mirror_extend` does it."""
    if length == 1:
        return np.zeros(padded, np.int64)
    place = np.arange(padded) % (2 * length - 2)
    return np.where(place < length, place, 2 * length - 2 - place).astype(np.int64)


def as_rgb(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """View (H, W) gray as (H, W, 3) with the channel repeated; RGB stays as it is. No copy."""
    return np.broadcast_to(image[..., None], (*image.shape, 3)) if image.ndim == 2 else image


def _as_uint8(image: object) -> NDArray[np.uint8]:
    return np.asarray(image, np.uint8)
