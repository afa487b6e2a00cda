"""One picture of a camera in set-up, with the numbers that are shown beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size
from inspector.core.picture_limits import PictureMeasure

_HISTOGRAM_STEP_PX: Final = 512


@dataclass(frozen=True, slots=True, eq=False)
class LiveShot:
    """One picture with its numbers.

    Attributes:
        image: uint8 (H, W) or (H, W, 3) RGB, read-only.
        number: of the camera since it was started.
        histogram: int64 (256,) of gray, or (3, 256) of color: how many of the looked-at pixels have each value.
        sharpness_peak: the highest sharpness since `reset_peak`.
        received: pictures that came since the camera was started, shown or not.
        missed: parts that came without a picture since then.
    """

    image: NDArray[np.uint8]
    number: int
    captured_at: datetime
    measure: PictureMeasure
    histogram: NDArray[np.int64]
    sharpness_peak: float
    received: int
    missed: int
    exposure_us: float | None = None
    gain_db: float | None = None

    @property
    def size(self) -> Size:
        """Height and width in pixels."""
        return Size.of(self.image.shape)


def histogram(image: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels have each value, of a sample of them that is enough for the eye.

    Args:
        image: uint8 (H, W) or (H, W, 3).

    Returns:
        int64 (256,), or (3, 256) for color.
    """
    step = max(1, max(image.shape[:2]) // _HISTOGRAM_STEP_PX)
    some = image[::step, ::step]
    if some.ndim == 2:
        return np.bincount(some.ravel(), minlength=256).astype(np.int64)
    return np.stack([np.bincount(some[..., channel].ravel(), minlength=256) for channel in range(3)]).astype(np.int64)
