"""The six steps in a row: number, word, and whether each is done, open or lacks something."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from inspector.core.draft import Step, StepState
from inspector.ui.look import Look
from inspector.ui.recipes.words import step_name, step_state_word
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import mix
from inspector.ui.widgets.focus import FocusRing, paint_focus

_HEIGHT_MM = 14.5
_ICONS = {StepState.OPEN: "step_open", StepState.DONE: "step_done", StepState.PROBLEM: "step_problem"}
_INKS = {StepState.OPEN: "text_2", StepState.DONE: "ok_edge", StepState.PROBLEM: "check_edge"}


class StepBar(QWidget):
    """Every step can be opened at any time."""

    chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        """Make a place for each step."""
        super().__init__()
        self.places = {step: _Place(look, step, number) for number, step in enumerate(Step, start=1)}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(0.8))
        for place in self.places.values():
            layout.addWidget(place, 1)
            place.clicked.connect(self._on_clicked)

    def choose(self, step: Step) -> None:
        """Show which step is open."""
        for place in self.places.values():
            place.setChecked(place.step is step)

    def set_states(self, states: dict[Step, StepState]) -> None:
        """Show how far each step is."""
        for step, state in states.items():
            self.places[step].set_state(state)

    def retranslate(self) -> None:
        """Say the steps in another language."""
        for place in self.places.values():
            place.say()

    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, _Place):
            self.chosen.emit(sender.step)


class _Place(FocusRing, QAbstractButton):
    """One step."""

    def __init__(self, look: Look, step: Step, number: int) -> None:
        super().__init__()
        self.step, self.state = step, StepState.OPEN
        self._look, self._number = look, number
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)
        self.say()

    def set_state(self, state: StepState) -> None:
        if state is not self.state:
            self.state = state
            self.say()

    def say(self) -> None:
        self.setText(step_name(self.step))
        self.setAccessibleName(f"{self._number} {self.text()}, {step_state_word(self.state)}")
        self.setToolTip(step_state_word(self.state))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = self._look
        word = QFontMetrics(look.font(TypeSize.BODY, bold=True)).horizontalAdvance(f"{self._number}  {self.text()}")
        return QSize(word + look.px(14), look.px(_HEIGHT_MM))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(22), self._look.px(_HEIGHT_MM))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        painter = QPainter(self)
        here = self.isChecked()
        fill = look.color("bg_raised" if here else "bg_panel")
        painter.fillRect(self.rect(), mix(fill, look.color("text_1"), 0.15) if self.isDown() else fill)
        painter.setPen(QPen(look.color("line_strong" if here else "line_soft"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if here:
            painter.fillRect(0, self.height() - look.px(1.1), self.width(), look.px(1.1), look.color("text_1"))
        pad, side = look.px(2.5), look.px(5)
        ink = look.color(_INKS[self.state]).name()
        look.icons.paint(painter, _ICONS[self.state], ink, pad, (self.height() - side) / 2, side)
        left = pad + side + look.px(2)
        box = QRect(left, 0, self.width() - left - pad, self.height() - look.px(0.8))
        painter.setPen(look.color("text_1" if here else "text_2"))
        painter.setFont(look.font(TypeSize.BODY, bold=here))
        state = QFontMetrics(look.font(TypeSize.SMALL))
        words = QFontMetrics(painter.font())
        text = words.elidedText(f"{self._number}  {self.text()}", Qt.TextElideMode.ElideRight, box.width())
        top = (self.height() - words.height() - state.height()) // 2
        painter.drawText(box.adjusted(0, top, 0, 0), int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), text)
        painter.setPen(look.color("text_2"))
        painter.setFont(look.font(TypeSize.SMALL))
        below = box.adjusted(0, top + words.height(), 0, 0)
        said = state.elidedText(step_state_word(self.state), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), said)
        if self.shows_ring:
            paint_focus(painter, look, self.rect())
        painter.end()
