"""The buttons under the picture: view and drawing only, nothing here changes how parts are judged."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.elided_label import ElidedLabel


class ViewBar(QWidget):
    """Fit, 1:1, Keep zoom, Heat, Outline, Freeze."""

    fit_asked = Signal()
    actual_asked = Signal()
    drawing_changed = Signal()
    freeze_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Make the row; the outline is on, and heat shows on rejected parts."""
        super().__init__(parent)
        self._frozen = False
        self.fit = Button(look, "fit", key="0")
        self.actual = Button(look, "actual", key="1")
        self.keep = Button(look, "keep", checkable=True)
        self.heat = Button(look, "heat", key="H", checkable=True)
        self.outline = Button(look, "outline", key="O", checkable=True)
        self.freeze = Button(look, "freeze", key="F5", checkable=True)
        self.info = ElidedLabel(look, size=TypeSize.SMALL, token="text_2", alignment=Qt.AlignmentFlag.AlignRight)
        self.heat.setChecked(True)
        self.outline.setChecked(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(3))
        for button in (self.fit, self.actual, self.keep, self.heat, self.outline):
            layout.addWidget(button)
        layout.addWidget(self.info, 1)
        layout.addWidget(self.freeze)
        self.fit.clicked.connect(self.fit_asked)
        self.actual.clicked.connect(self.actual_asked)
        self.heat.clicked.connect(self.drawing_changed)
        self.outline.clicked.connect(self.drawing_changed)
        self.freeze.clicked.connect(self.freeze_asked)
        self._retranslate()

    def set_frozen(self, *, frozen: bool) -> None:
        """Name the button by what it will do."""
        self._frozen = frozen
        self.freeze.setChecked(frozen)
        self.freeze.set_icon("start" if frozen else "freeze")
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Say the words again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.fit.setText(self.tr("Fit"))
        self.actual.setText("1:1")
        self.keep.setText(self.tr("Keep zoom"))
        self.heat.setText(self.tr("Heat"))
        self.outline.setText(self.tr("Outline"))
        self.freeze.setText(self.tr("Go on") if self._frozen else self.tr("Freeze"))
        self.keep.setAccessibleDescription(self.tr("Keeps zoom and place for the next parts"))
