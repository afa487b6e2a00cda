"""Every key on one sheet, opened by "?"."""

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from inspector.ui.look import Look
from inspector.ui.widgets.scrolled import Scrolled
from inspector.ui.widgets.sheet import Sheet

_COLUMNS = 3


class KeysSheet(Sheet):
    """Three columns of keys and words."""

    def __init__(self, look: Look, over: QWidget) -> None:
        """Make it; `show_keys` opens it."""
        super().__init__(look, over, width_mm=260.0)
        self._labels = [QLabel() for _ in self._words()]
        inside = QWidget()
        grid = self._grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, look.px(2), 0)
        grid.setHorizontalSpacing(look.px(3))
        grid.setVerticalSpacing(look.px(1.2))
        rows = self._rows = -(-len(self._labels) // _COLUMNS)
        for index, (label, (key, _)) in enumerate(zip(self._labels, self._words(), strict=True)):
            name = QLabel(key)
            name.setProperty("role", "strong")
            label.setWordWrap(True)
            row, column = index % rows, 2 * (index // rows)
            grid.addWidget(name, row, column)
            grid.addWidget(label, row, column + 1)
        self.area = Scrolled(look, inside)
        self.body.addWidget(self.area, 1)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_keys(self) -> None:
        """Open it."""
        self.open(self.close_button)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self.tr("Keys"))
        self.area.setAccessibleName(self.tr("Keys"))
        for label, (_, word) in zip(self._labels, self._words(), strict=True):
            label.setText(word)
        for column in range(_COLUMNS):
            # A column of long words gets more of the width, so that few of them wrap.
            words = self._labels[column * self._rows : (column + 1) * self._rows]
            widest = max(label.fontMetrics().horizontalAdvance(label.text()) for label in words)
            self._grid.setColumnStretch(2 * column + 1, widest)

    def _words(self) -> tuple[tuple[str, str], ...]:
        return (
            ("F9", self.tr("Start: hold 1 s")),
            ("F10", self.tr("Pause")),
            ("Ctrl+F10", self.tr("Stop")),
            ("F8", self.tr("Acknowledge fault")),
            ("F7", self.tr("Change product")),
            ("Ctrl+L", self.tr("New lot")),
            ("F", self.tr("Flag part")),
            ("F5", self.tr("Freeze, or go on")),
            ("Esc", self.tr("Close, or go on")),
            ("← →", self.tr("Part before, part after")),
            ("N", self.tr("All parts, or NG only")),
            ("L", self.tr("Last NG")),
            ("H", self.tr("Heat")),
            ("O", self.tr("Outline")),
            ("0", self.tr("Fit")),
            ("1", self.tr("One to one")),
            ("+ −", self.tr("Zoom")),
            ("F2", self.tr("Station")),
            ("F3", self.tr("Recipes")),
            ("F4", self.tr("History")),
            ("Ctrl+F", self.tr("Search")),
            ("Ctrl+N", self.tr("New product")),
            ("Ctrl+PgUp PgDn", self.tr("Step before, next step")),
            ("Ctrl+Z  Ctrl+Y", self.tr("Undo, do again")),
            ("G  B  U", self.tr("Sample: good, bad, unsorted")),
            ("Del", self.tr("Delete sample or point")),
            ("Space", self.tr("Area: set a point. Scale: other point")),
            ("Enter", self.tr("Area: close the shape")),
            ("PgUp PgDn", self.tr("Area: choose a point")),
            ("Ins", self.tr("Area: add a point")),
            ("F11", self.tr("Full screen")),
            ("?", self.tr("This list")),
        )
