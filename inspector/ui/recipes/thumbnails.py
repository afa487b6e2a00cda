"""Small pictures of samples, fetched when they are looked at and not before.

Two thousand samples are a long scroll: only what is on the screen is asked for, the newest request first, a few at a
time, so that saving a draft never waits behind a hundred pictures.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from inspector.core.errors import InspectorError, OperationalError
from inspector.core.sample import Sample
from inspector.ui.background import Background

SIDE_PX = 160
_BATCH = 12
_MOST_WAITING = 160
_MOST_KEPT = 1200  # 60 MB

LoadPicture = Callable[[Sample], NDArray[np.uint8]]


class Thumbnails(QObject):
    """Pictures by sample id, in the main thread; `loaded` names each that arrived."""

    loaded = Signal(str)

    def __init__(self, background: Background, load: LoadPicture) -> None:
        """Keep nothing yet.

        Args:
            background: runs `load`.
            load: a small picture of a sample; OperationalError when it cannot be read.
        """
        super().__init__()
        self._background, self._load = background, load
        self._kept: OrderedDict[str, QImage | None] = OrderedDict()
        self._waiting: OrderedDict[str, Sample] = OrderedDict()
        self._running = False

    def get(self, sample: Sample) -> QImage | None:
        """The picture; None while it is fetched, and for good when it cannot be read."""
        if sample.id in self._kept:
            self._kept.move_to_end(sample.id)
            return self._kept[sample.id]
        self._waiting[sample.id] = sample
        self._waiting.move_to_end(sample.id)
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)  # scrolled past long ago; it asks again when it is seen
        self._fetch()
        return None

    def unreadable(self, sample: Sample) -> bool:
        """Whether its picture was tried and cannot be read."""
        return sample.id in self._kept and self._kept[sample.id] is None

    def _fetch(self) -> None:
        if self._running or not self._waiting:
            return
        batch = [self._waiting.popitem()[1] for _ in range(min(_BATCH, len(self._waiting)))]
        self._running = True
        self._background.run(partial(_load_all, self._load, batch), self, self._on_loaded, self._on_failed)

    def _on_loaded(self, found: tuple[tuple[str, QImage | None], ...]) -> None:
        self._running = False
        for sample_id, image in found:
            self._kept[sample_id] = image
            self._waiting.pop(sample_id, None)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        for sample_id, _ in found:
            self.loaded.emit(sample_id)
        self._fetch()

    def _on_failed(self, error: InspectorError) -> None:
        """A bug in the store: asked again when it is seen again."""
        self._running = False


def _load_all(load: LoadPicture, batch: Sequence[Sample]) -> tuple[tuple[str, QImage | None], ...]:
    """In the background: one that cannot be read does not keep the others away."""
    found: list[tuple[str, QImage | None]] = []
    for sample in batch:
        try:
            found.append((sample.id, shrunk(load(sample))))
        except OperationalError:
            found.append((sample.id, None))
    return tuple(found)


def shrunk(picture: NDArray[np.uint8], side_px: int = SIDE_PX) -> QImage:
    """An image of its own memory, longer side at most `side_px`."""
    picture = np.ascontiguousarray(picture)
    height, width = picture.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if picture.ndim == 2 else QImage.Format.Format_RGB888
    image = QImage(picture.data, width, height, picture.strides[0], kind)
    if max(height, width) <= side_px:
        return image.copy()
    return image.scaled(
        side_px, side_px, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
