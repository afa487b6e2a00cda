"""One picture from a camera with its origin, and the value that stands in when there is none."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from inspector.core.geometry import Size


class MissReason(Enum):
    """Why a part has no usable frame."""

    INCOMPLETE = "incomplete"
    GAP = "gap"
    OVERRUN = "overrun"
    NO_IMAGE = "no_image"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A complete, owned, read-only picture.

    Attributes:
        image: uint8, (H, W) gray or (H, W, 3) RGB, C-contiguous, not writeable.
        frame_id: ours; 1 at each start of the line, +1 for every frame and every missed one.
        camera_id: the id under which the catalog opened the source.
        captured_at: aware UTC time of arrival.
        camera_timestamp_ns: the camera's own clock, never compared with ours; None if it has none.
        camera_frame_id: as the camera counted; None if it does not count.
        received_ns: `time.monotonic_ns()` at arrival, for ages and deadlines.
        source_format: PFNC name of what the camera sent, for example "BayerRG8".
        exposure_us, gain_db: in force when taken; None when the source has no such thing.
        simulated: not a production camera (FS-12).
        label: what a source knows of the picture beyond pixels: a file name, a scene's part number; "" if nothing.
    """

    image: NDArray[np.uint8]
    frame_id: int
    camera_id: str
    captured_at: datetime
    received_ns: int
    camera_timestamp_ns: int | None = None
    camera_frame_id: int | None = None
    source_format: str = ""
    exposure_us: float | None = None
    gain_db: float | None = None
    simulated: bool = False
    label: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no picture, and seal the array.

        Raises:
            ValueError: wrong type, shape, layout, or a side of zero.
        """
        image = self.image
        if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
            raise ValueError(f"a frame is uint8 (H, W) or (H, W, 3), got {image.dtype} {image.shape}")
        if 0 in image.shape:
            raise ValueError(f"a frame has no side of zero, got {image.shape}")
        if not image.flags.c_contiguous:
            raise ValueError("a frame's image must be C-contiguous")
        image.flags.writeable = False

    @property
    def size(self) -> Size:
        """Height and width in pixels."""
        return Size.of(self.image.shape)


@dataclass(frozen=True, slots=True)
class MissedFrame:
    """A part without a usable picture: answered, counted and stored as NOT_INSPECTED, in its place (FS-2).

    Attributes:
        frame_id: ours, in the same sequence as frames.
        detail: what is known, for the log and the record, for example "received 812 of 2560 kB".
    """

    frame_id: int
    camera_id: str
    reason: MissReason
    captured_at: datetime
    received_ns: int
    detail: str = ""
    simulated: bool = False
    label: str = ""
