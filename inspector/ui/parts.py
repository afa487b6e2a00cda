"""A part as the screen keeps it: everything but the large picture, which only some parts keep.

Two hundred frames of 5 megapixels would be 3 GB, and a window that is busy for ten seconds must not hold them (R-25).
So a part carries a thumbnail, made by striding when it arrives, and full pictures live in a store with a byte budget.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Decision, Verdict
from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.record import Inspection

THUMBNAIL_PX = 144
PICTURES_BUDGET_BYTES = 96_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One inspected part.

    Attributes:
        thumbnail: uint8 (h, w) or (h, w, 3), at most about `THUMBNAIL_PX` a side; None for a missed frame.
        image_size: of the frame; None for a missed frame.
    """

    id: str
    frame_id: int
    label: str
    lot: str
    captured_at: datetime
    decision: Decision
    anomaly_map: AnomalyMap | None
    thumbnail: NDArray[np.uint8] | None
    image_size: Size | None
    simulated: bool

    @property
    def verdict(self) -> Verdict:
        """What the line was told."""
        return self.decision.verdict

    @property
    def passed(self) -> bool:
        """Whether the line let it go."""
        return self.decision.verdict is Verdict.PASS


def part_of(inspection: Inspection) -> Part:
    """Take what the screen keeps; about 0.1 ms, so that it may run in the thread that emits."""
    frame = inspection.frame
    image = frame.image if isinstance(frame, Frame) else None
    return Part(
        id=inspection.id,
        frame_id=frame.frame_id,
        label=frame.label,
        lot=inspection.lot,
        captured_at=frame.captured_at,
        decision=inspection.decision,
        anomaly_map=inspection.anomaly_map,
        thumbnail=None if image is None else thumbnail(image),
        image_size=None if image is None else Size.of(image.shape),
        simulated=inspection.simulated,
    )


def thumbnail(image: NDArray[np.uint8], longest_px: int = THUMBNAIL_PX) -> NDArray[np.uint8]:
    """Every n-th pixel of every n-th row, as an own array.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        longest_px: the longer side of the answer is at most this.
    """
    step = max(1, -(-max(image.shape[:2]) // longest_px))
    return np.array(image[step // 2 :: step, step // 2 :: step], order="C")


class Pictures:
    """Full frames of the newest parts, within a budget; the main thread's own."""

    def __init__(self, budget_bytes: int = PICTURES_BUDGET_BYTES) -> None:
        """Keep at most this much."""
        self._budget = budget_bytes
        self._bytes = 0
        self._images: OrderedDict[str, NDArray[np.uint8]] = OrderedDict()

    def add(self, part_id: str, image: NDArray[np.uint8]) -> None:
        """Keep a picture; the oldest ones give way."""
        if part_id in self._images:
            return
        self._images[part_id] = image
        self._bytes += image.nbytes
        while self._bytes > self._budget and len(self._images) > 1:
            _, oldest = self._images.popitem(last=False)
            self._bytes -= oldest.nbytes

    def get(self, part_id: str) -> NDArray[np.uint8] | None:
        """The picture of a part, if it is still kept."""
        return self._images.get(part_id)
