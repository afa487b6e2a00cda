"""Pictures from the camera, straight into a tray: one at a time, or one for each trigger, with a counter."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from inspector.core.draft import RecipeDraft
from inspector.core.sample import Tray
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button

_BAR_MM = 11.0


class CaptureBar(QWidget):
    """Hidden where the station has nothing to capture with."""

    said = Signal(str)

    def __init__(self, tools: PageTools, desk: SetupDesk) -> None:
        """Begin with the camera closed."""
        super().__init__()
        self._tools, self._desk = tools, desk
        look = tools.look
        self.one = Button(look, "camera", height_mm=_BAR_MM)
        self.each = Button(look, "start", height_mm=_BAR_MM, checkable=True)
        self._tray = Tray.GOOD
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self.one)
        layout.addWidget(self.each)
        self.setVisible(False)
        self.retranslate()

    def enter(self, draft: RecipeDraft) -> None:
        """The step is seen."""

    def leave(self) -> None:
        """The step is no longer seen."""

    def set_tray(self, tray: Tray) -> None:
        """Where the next pictures go."""
        self._tray = tray

    def retranslate(self) -> None:
        """Say all texts again."""
        self.one.setText(self.tr("Take picture"))
        self.each.setText(self.tr("On each trigger"))
