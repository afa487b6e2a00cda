"""A bar with its word, the time left and a button that cancels; nothing at all while nothing runs."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.recipes.long_work import LongWork
from inspector.ui.widgets.buttons import Button


class ProgressLine(QWidget):
    """Shows one `LongWork`."""

    def __init__(self, look: Look, work: LongWork) -> None:
        """Begin hidden."""
        super().__init__()
        self._work = work
        self._what = ""
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.cancel = Button(look, "close", height_mm=10.0)
        words = QVBoxLayout()
        words.setSpacing(look.px(1))
        words.addWidget(self._text)
        words.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(3))
        layout.addLayout(words, 1)
        layout.addWidget(self.cancel)
        self.cancel.clicked.connect(self._on_cancel)
        work.progressed.connect(self._on_progress)
        work.ended.connect(self.hide)
        self.retranslate()
        self.hide()

    def say(self, what: str) -> None:
        """Name what runs, in the language of the window."""
        self._what = what
        self._bar.setAccessibleName(what)
        self._text.setText(what)

    @property
    def text(self) -> str:
        """What is read now."""
        return self._text.text()

    def retranslate(self) -> None:
        """Say the button in another language; the word comes from the page."""
        self.cancel.setText(self.tr("Cancel"))

    def _on_progress(self, done: int, total: int, left_s: float | None) -> None:
        self.show()
        self.cancel.setEnabled(not self._work.cancelling)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        if self._work.cancelling:
            self._text.setText(self.tr("Ending…"))
            return
        parts = [self._what]
        if total:
            parts.append(self.tr("{done} of {total}").format(done=done, total=total))
        if left_s is not None:
            parts.append(left_text(left_s))
        self._text.setText(" · ".join(parts))

    def _on_cancel(self) -> None:
        self._work.cancel()
        self.cancel.setEnabled(False)
        self._text.setText(self.tr("Ending…"))


def left_text(seconds: float) -> str:
    """How long something will take, in the unit that people would use."""
    if seconds < 90:
        return QCoreApplication.translate("ProgressLine", "about {count} s left").format(count=max(1, round(seconds)))
    return QCoreApplication.translate("ProgressLine", "about {count} min left").format(count=round(seconds / 60))
