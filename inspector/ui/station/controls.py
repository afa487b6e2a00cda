"""The buttons of the line: large, named by what they do, and locked where they would do nothing."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from inspector.core.line import LineState
from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button, HoldButton

_MAY_START = frozenset({LineState.STOPPED, LineState.PAUSED})
_MAY_STOP = frozenset({LineState.STARTING, LineState.RUNNING, LineState.PAUSED})
_MAY_CHANGE = frozenset({LineState.STOPPED, LineState.PAUSED})


class Controls(QWidget):
    """Start, Pause, Stop; then product, lot, flag."""

    start_asked = Signal()
    pause_asked = Signal()
    stop_asked = Signal()
    product_asked = Signal()
    lot_asked = Signal()
    flag_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Make the row."""
        super().__init__(parent)
        self.start = HoldButton(look, "start", key="F9")
        self.pause = Button(look, "pause", height_mm=20.0, key="F10")
        self.stop = Button(look, "stop", height_mm=20.0, key="Ctrl+F10")
        self.product = Button(look, "product", height_mm=20.0, key="F7")
        self.lot = Button(look, "lot", height_mm=20.0, key="Ctrl+L")
        self.flag = Button(look, "flag", height_mm=20.0, key="F")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(3))
        for button in (self.start, self.pause, self.stop):
            layout.addWidget(button, 3)
        layout.addStretch(1)
        for button in (self.product, self.lot, self.flag):
            layout.addWidget(button, 3)
        self.start.held.connect(self.start_asked)
        self.pause.clicked.connect(self.pause_asked)
        self.stop.clicked.connect(self.stop_asked)
        self.product.clicked.connect(self.product_asked)
        self.lot.clicked.connect(self.lot_asked)
        self.flag.clicked.connect(self.flag_asked)
        self._retranslate()

    def allow(self, state: LineState, *, has_recipe: bool, stop_fault: bool, frozen: bool, has_part: bool) -> None:
        """Lock what would do nothing.

        Args:
            state: of the line.
            has_recipe: a product is chosen.
            stop_fault: a fault of severity Stop stands and is not acknowledged.
            frozen: the page stands still; only Pause and Stop work then.
            has_part: there is a part to flag.
        """
        self.start.setEnabled(state in _MAY_START and has_recipe and not stop_fault and not frozen)
        self.pause.setEnabled(state is LineState.RUNNING)
        self.stop.setEnabled(state in _MAY_STOP)
        self.product.setEnabled(state in _MAY_CHANGE and not frozen)
        self.lot.setEnabled(not frozen)
        self.flag.setEnabled(has_part)

    def changeEvent(self, event: QEvent) -> None:
        """Say the words again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.start.setText(self.tr("Start"))
        self.start.setAccessibleDescription(self.tr("Hold for one second"))
        self.pause.setText(self.tr("Pause"))
        self.stop.setText(self.tr("Stop"))
        self.product.setText(self.tr("Change product"))
        self.lot.setText(self.tr("New lot"))
        self.flag.setText(self.tr("Flag part"))
