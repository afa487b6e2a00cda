"""Pictures from the camera, straight into a tray: one at a time, or one for each trigger, with a counter.

The camera is opened by the first press and given back when the step is left, so that looking at samples never takes it
from anybody.
"""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from inspector.core.draft import RecipeDraft
from inspector.core.recipe import CameraSettings, TriggerMode
from inspector.core.sample import Tray
from inspector.services.capture import Captured, CaptureState, CaptureStatus
from inspector.services.live_shot import LiveShot
from inspector.ui.look import Look
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.live_bridge import LiveBridge
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.elided_label import ElidedLabel

_BAR_MM = 11.0


class CaptureBar(QWidget):
    """Hidden where the station has nothing to capture with.

    `said` carries a line to read; `live` the newest picture while the camera is open, None once it is closed.
    """

    said = Signal(str)
    live = Signal(object)
    _captured = Signal(object)

    def __init__(self, look: Look, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Begin with the camera closed."""
        super().__init__()
        self._capture = desk.capture
        self.draft = draft
        self.tray = Tray.GOOD
        self._count = 0
        self._opened: tuple[str, CameraSettings] | None = None
        self._status = CaptureStatus()
        self.one = Button(look, "camera", height_mm=_BAR_MM)
        self.each = Button(look, "start", height_mm=_BAR_MM, checkable=True)
        self.state = ElidedLabel(look, token="text_2")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self.one)
        layout.addWidget(self.each)
        layout.addWidget(self.state, 1)
        self._bridge: LiveBridge | None = None
        if self._capture is not None:
            self._bridge = LiveBridge(self._capture)
            self._bridge.status_changed.connect(self._on_status)
            self._bridge.shot_arrived.connect(self._on_shot)
        self._captured.connect(self._on_captured, Qt.ConnectionType.QueuedConnection)
        self._disconnect = self._capture.captured.connect(self._captured.emit) if self._capture is not None else None
        self.one.clicked.connect(self.take_one)
        self.each.clicked.connect(self._on_each)
        if self._capture is None:
            self.hide()  # never shown from here: without a parent it would be a window of its own for a moment
        self.retranslate()

    def enter(self) -> None:
        """The step is seen."""
        if self._bridge is not None:
            self._bridge.open()

    def leave(self) -> None:
        """The step is no longer seen: the camera goes back."""
        if self._capture is not None and self._bridge is not None:
            if self._opened is not None:
                self._capture.stop_capturing()
                self._capture.close()
            self._bridge.close()
        self._opened = None
        self._status = CaptureStatus()
        self.each.setChecked(False)
        self.live.emit(None)
        self._say()

    def close_bar(self) -> None:
        """The set-up is closed."""
        self.leave()
        if self._disconnect is not None:
            self._disconnect()
            self._disconnect = None

    def take_one(self) -> None:
        """Keep the next picture."""
        # A press is the trigger: a camera that waits for a part on the line would show nothing.
        if self._capture is not None and self._open(free=True):
            limits = self.draft.recipe.picture_limits
            self._capture.capture(self.draft.id, self.tray, count=1, limits=limits)

    def _on_each(self) -> None:
        if self._capture is None:
            return
        if not self.each.isChecked():
            self._capture.stop_capturing()
        elif self._open(free=False):
            self._count = 0
            limits = self.draft.recipe.picture_limits
            self._capture.capture(self.draft.id, self.tray, count=None, limits=limits)
        else:
            self.each.setChecked(False)
        self._say()

    def _open(self, *, free: bool) -> bool:
        """Open the camera of the draft, or change what it waits for; commands that follow wait for it."""
        recipe = self.draft.recipe
        settings = recipe.camera
        if free and settings.trigger is TriggerMode.LINE:
            settings = replace(settings, trigger=TriggerMode.FREE)
        if not recipe.camera_id:
            self.said.emit(self.tr("Choose a camera in step Camera first."))
            return False
        wanted = (recipe.camera_id, settings)
        if self._capture is not None and self._opened != wanted:
            if self._opened is not None and self._opened[0] == recipe.camera_id:
                self._capture.apply(settings)
            else:
                self._capture.open(*wanted)
            self._opened = wanted
        return True

    def retranslate(self) -> None:
        """Say all texts again."""
        self.one.setText(self.tr("Take picture"))
        self._say()

    @Slot(object)
    def _on_captured(self, captured: Captured) -> None:
        if captured.problem:
            self.each.setChecked(False)
            self.said.emit(self.tr("No picture was kept: {reason}").format(reason=captured.problem))
        elif captured.sample is not None and captured.sample.setup_id == self.draft.id:
            self._count += 1
        self._say()

    def _on_status(self, status: CaptureStatus) -> None:
        ended = self._status.capturing is None and status.capturing is not None
        self._status = status
        if ended:
            self.each.setChecked(False)
        if status.state in (CaptureState.CLOSED, CaptureState.REFUSED):
            self._opened = None
            self.live.emit(None)
        self._say()

    def _on_shot(self, shot: LiveShot) -> None:
        self.live.emit(shot.image)

    def _say(self) -> None:
        each = self.tr("On each trigger")
        if self.each.isChecked():
            each = self.tr("On each trigger: {count}", "pictures kept so far").format(count=self._count)
        self.each.setText(each)
        self.each.set_icon("stop" if self.each.isChecked() else "start")
        text = {
            CaptureState.OPENING: self.tr("Opening the camera…"),
            CaptureState.RECONNECTING: self.tr("Camera lost, reconnecting…"),
        }.get(self._status.state, "")
        if self._status.problem is not None and self._status.state is CaptureState.REFUSED:
            text = str(self._status.problem)
        self.state.set_text(text)
