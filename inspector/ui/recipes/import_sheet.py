"""After an import: which files were left out, and why."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from inspector.services.samples import ImportOutcome
from inspector.ui.look import Look
from inspector.ui.widgets.scrolled import Scrolled
from inspector.ui.widgets.sheet import Sheet

_MOST = 200


class SkippedSheet(Sheet):
    """A list of names and reasons, as the program wrote them."""

    def __init__(self, look: Look, over: QWidget, outcome: ImportOutcome) -> None:
        """Make it; `show_skipped` opens it."""
        super().__init__(look, over, width_mm=200.0)
        self._outcome = outcome
        self._sentence = self.paragraph()
        lines = [f"{name}: {reason}" for name, reason in outcome.skipped[:_MOST]]
        if len(outcome.skipped) > _MOST:
            lines.append("…")
        text = QLabel("\n".join(lines))
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._list = Scrolled(look, text)
        self.body.addWidget(self._list, 1)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_skipped(self) -> None:
        """Open it."""
        self.open(self.close_button)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self.tr("%n file(s) left out", "", len(self._outcome.skipped)))
        self._list.setAccessibleName(self.title.text())
        self._sentence.setText(self.tr("%n picture(s) imported", "", len(self._outcome.added)))
