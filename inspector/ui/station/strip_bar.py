"""The filmstrip with its arrows and its filter."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.filmstrip import Filmstrip


class StripBar(QWidget):
    """Arrows freeze on the part before or after; All and NG only filter."""

    chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Make the row."""
        super().__init__(parent)
        self.strip = Filmstrip(look)
        self.left = Button(look, "left")
        self.right = Button(look, "right")
        self.all = Button(look, checkable=True)
        self.rejects = Button(look, key="N", checkable=True)
        self.all.setChecked(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(3))
        layout.addWidget(self.left)
        layout.addWidget(self.strip, 1)
        layout.addWidget(self.right)
        layout.addWidget(self.all)
        layout.addWidget(self.rejects)
        self.strip.chosen.connect(self.chosen)
        self.left.clicked.connect(self.go_back)
        self.right.clicked.connect(self.go_on)
        self.all.clicked.connect(self._on_all)
        self.rejects.clicked.connect(self._on_rejects)
        self._retranslate()

    def toggle_filter(self) -> None:
        """What N does."""
        self._filter(rejects_only=not self.strip.rejects_only)

    def go_back(self) -> None:
        """Freeze on the part before."""
        self._go(-1)

    def go_on(self) -> None:
        """Freeze on the part after."""
        self._go(1)

    def _go(self, step: int) -> None:
        part_id = self.strip.neighbor(step)
        if part_id:
            self.chosen.emit(part_id)

    def _on_all(self) -> None:
        self._filter(rejects_only=False)

    def _on_rejects(self) -> None:
        self._filter(rejects_only=True)

    def _filter(self, *, rejects_only: bool) -> None:
        self.strip.set_rejects_only(rejects_only=rejects_only)
        self.all.setChecked(not rejects_only)
        self.rejects.setChecked(rejects_only)

    def changeEvent(self, event: QEvent) -> None:
        """Say the words again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.left.setAccessibleName(self.tr("Part before"))
        self.right.setAccessibleName(self.tr("Part after"))
        self.all.setText(self.tr("All"))
        self.rejects.setText(self.tr("NG only"))
