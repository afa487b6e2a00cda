"""A quiet line over the picture that goes by itself; with a button where something can be undone."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button


class Notice(QWidget):
    """One line at the lower edge of its parent."""

    acted = Signal()

    def __init__(self, look: Look, over: QWidget) -> None:
        """Begin hidden."""
        super().__init__(over)
        self._look, self._over = look, over
        self._label = QLabel()
        self._button = Button(look, "undo", height_mm=12.0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._button.clicked.connect(self._on_clicked)
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(look.px(4), look.px(1.5), look.px(2), look.px(1.5))
        layout.setSpacing(look.px(3))
        layout.addWidget(self._label)
        layout.addWidget(self._button)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while hidden."""
        return self._label.text() if self.isVisible() else ""

    def say(self, text: str, seconds: float, action: str = "") -> None:
        """Show a line for some seconds.

        Args:
            text: in the language of the window.
            seconds: until it goes.
            action: word of the button; "" for none.
        """
        self._label.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(text)
        self._timer.start(round(seconds * 1000))
        self._place()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the lower edge."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised plate with a border."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_raised"))
        painter.setPen(QPen(self._look.color("line_strong"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _place(self) -> None:
        parent = self._over
        self._layout.activate()
        size = self.sizeHint()
        width = min(size.width(), parent.width() - self._look.px(4))
        self.setGeometry(
            (parent.width() - width) // 2,
            parent.height() - size.height() - self._look.px(14),
            width,
            size.height(),
        )

    def _on_clicked(self) -> None:
        self.hide()
        self.acted.emit()
