"""What stands where no product is: one sentence, and the two ways to get one."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button, ButtonKind


class EmptyList(QWidget):
    """What stands where there is no product."""

    def __init__(self, look: Look) -> None:
        """Begin without a sentence."""
        super().__init__()
        self._sentence = QLabel()
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setMinimumSize(QSize(look.px(120), 0))
        self.new = Button(look, "plus", kind=ButtonKind.PRIMARY)
        self.bring = Button(look, "import")
        row = QHBoxLayout()
        row.setSpacing(look.px(3))
        row.addStretch(1)
        row.addWidget(self.new)
        row.addWidget(self.bring)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(look.px(4))
        layout.addStretch(1)
        layout.addWidget(self._sentence)
        layout.addLayout(row)
        layout.addStretch(2)

    @property
    def text(self) -> str:
        """The sentence."""
        return self._sentence.text()

    def say(self, text: str, *, buttons: bool) -> None:
        """Say why the list is empty.

        Args:
            text: in the language of the window.
            buttons: offer to make or bring a product.
        """
        self._sentence.setText(text)
        self.new.setText(self.tr("New product"))
        self.bring.setText(self.tr("Import package"))
        self.new.setVisible(buttons)
        self.bring.setVisible(buttons)
