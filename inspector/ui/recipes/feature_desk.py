"""Reads and writes a camera's features for the window: never in the main thread, one write at a time, newest wins.

A slider sends more values than a camera takes. While one is being written, only the newest further value of each
feature waits, so the camera ends where the handle was let go.
"""

import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.core.camera_features import Feature, FeatureAccess
from inspector.core.errors import InspectorError, OperationalError
from inspector.ui.background import Background

logger = logging.getLogger(__name__)


class FeatureDesk(QObject):
    """One camera's features, as they were read last.

    `changed`: `features` were read anew. `written` carries name, asked and kept value; `refused` name, asked value and
    the camera's sentence; `failed` why the features cannot be read.
    """

    changed = Signal()
    written = Signal(str, str, str)
    refused = Signal(str, str, str)
    failed = Signal(str)

    def __init__(self, background: Background, user: str) -> None:
        """Without a camera.

        Args:
            background: reads and writes run there.
            user: stands in the log of writes.
        """
        super().__init__()
        self._background, self._user = background, user
        self._access: FeatureAccess | None = None
        self._camera = ""
        self.features: tuple[Feature, ...] = ()
        self._first: dict[str, str] = {}
        self._waiting: dict[str, str | None] = {}
        self._busy = self._reading = self._read_again = False
        self._polled: tuple[str, ...] = ()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._busy

    @property
    def connected(self) -> bool:
        """Whether there is a camera that has features."""
        return self._access is not None

    @property
    def access(self) -> FeatureAccess | None:
        """The camera's features; calls on it block, so that they belong into the background."""
        return self._access

    def connect_camera(self, access: FeatureAccess | None, camera: str) -> None:
        """Take another camera's features, or None; the same one again reads its values anew."""
        if access is None or camera != self._camera:
            self._first = {}
            self.features = ()
            self._waiting.clear()
        self._access, self._camera = access, camera
        self._timer.stop()
        if access is None:
            self.changed.emit()
        else:
            self.read()

    def pause(self) -> None:
        """The camera is lost: what was read stays on the screen, nothing can be written."""
        self._access = None
        self._waiting.clear()
        self._timer.stop()
        self.changed.emit()

    def named(self, *names: str) -> Feature | None:
        """The first of these that the camera has."""
        known = {feature.name: feature for feature in self.features}
        return next((known[name] for name in names if name in known), None)

    def is_changed(self, feature: Feature) -> bool:
        """Whether a value is another one than when the camera was opened."""
        return self._first.get(feature.name, feature.value) != feature.value

    def read(self) -> None:
        """Read everything anew."""
        if self._access is None:
            return
        if self._reading:
            self._read_again = True
            return
        self._reading = True
        self._background.run(self._access.snapshot, self, self._on_read, self._on_unread, topic="read", takes_long=True)

    def poll(self, *, on: bool) -> None:
        """Read those that change by themselves again and again, while somebody looks."""
        rates = [feature.polling_ms for feature in self.features if feature.polling_ms > 0]
        self._polled = tuple(feature.name for feature in self.features if feature.polling_ms > 0)
        if on and rates and self._access is not None:
            self._timer.start(max(500, min(rates)))
        else:
            self._timer.stop()

    def write(self, name: str, value: str) -> None:
        """Write a value; a newer one of the same feature replaces one that still waits."""
        self._waiting[name] = value
        self._work_on()

    def execute(self, name: str) -> None:
        """Execute a command."""
        self._waiting[name] = None
        self._work_on()

    def _work_on(self) -> None:
        if self._busy or not self._waiting or self._access is None:
            return
        name = next(iter(self._waiting))
        value = self._waiting.pop(name)
        self._busy = True
        self._background.run(
            partial(_write, self._access, name, value),
            self,
            partial(self._on_written, name, value),
            partial(self._on_refused, name, value),
            topic="write",
            takes_long=True,
        )

    def _on_written(self, name: str, value: str | None, kept: str) -> None:
        before = self.named(name)
        logger.info(
            "%s set %s of %s from %r to %r", self._user, name, self._camera, before.value if before else "", kept
        )
        self._busy = False
        self.written.emit(name, value or "", kept)
        self._after_write()

    def _on_refused(self, name: str, value: str | None, error: InspectorError) -> None:
        logger.info("%s asked %s of %s for %r: %s", self._user, name, self._camera, value, error)
        self._busy = False
        sentence = error.message if isinstance(error, OperationalError) else str(error)
        self.refused.emit(name, value or "", sentence)
        self._after_write()

    def _after_write(self) -> None:
        if self._waiting:
            self._work_on()
        else:
            # One feature moves the limits of others.
            self.read()

    def _on_read(self, features: tuple[Feature, ...]) -> None:
        self._reading = False
        self.features = features
        if not self._first:
            self._first = {feature.name: feature.value for feature in features}
        self.changed.emit()
        if self._read_again:
            self._read_again = False
            self.read()

    def _on_unread(self, error: InspectorError) -> None:
        self._reading = self._read_again = False
        self.failed.emit(str(error))

    def _poll(self) -> None:
        if self._access is not None and self._polled and not self._reading:
            ask = partial(self._access.describe, self._polled)
            self._background.run(ask, self, self._on_polled, self._on_unread, topic="poll", takes_long=True)

    def _on_polled(self, features: tuple[Feature, ...]) -> None:
        fresh = {feature.name: feature for feature in features}
        self.features = tuple(fresh.get(feature.name, feature) for feature in self.features)
        self.changed.emit()


def _write(access: FeatureAccess, name: str, value: str | None) -> str:
    if value is None:
        access.execute(name)
        return ""
    return access.set(name, value)
