"""What the station asks and explains: stopping, one fault, all faults, the balance."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from inspector.core.line import Balance, Fault
from inspector.ui.formats import count_text, stamp_text
from inspector.ui.look import Look
from inspector.ui.messages import fault_text, severity_word
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.scrolled import Scrolled
from inspector.ui.widgets.sheet import Question, Sheet


class StopQuestion(Question):
    """Names what Stop does."""

    def retranslate(self) -> None:
        """Say all texts again."""
        self.say(
            self.tr("Stop inspecting?"),
            self.tr("Parts in hand are finished. Until the next start the line sees reject. The lot stays open."),
            self.tr("Stop inspecting"),
            self.tr("Go on inspecting"),
        )


class CloseQuestion(Question):
    """Closing the window ends the line."""

    def retranslate(self) -> None:
        """Say all texts again."""
        self.say(
            self.tr("Stop inspecting and close?"),
            self.tr("The line is inspecting. Closing stops it; until the next start the line sees reject."),
            self.tr("Stop inspecting and close"),
            self.tr("Go on inspecting"),
        )


class FaultSheet(Sheet):
    """One fault: what to do, since when, and what the program wrote for maintenance."""

    acknowledged = Signal(str)

    def __init__(self, look: Look, over: QWidget, fault: Fault) -> None:
        """Make it; `show_fault` opens it."""
        super().__init__(look, over)
        self._fault = fault
        self._steps = self.paragraph()
        self._facts = self.paragraph(role="second")
        self._acknowledge = Button(look, "acknowledge", kind=ButtonKind.PRIMARY)
        self._acknowledge.clicked.connect(self._on_acknowledge)
        self.buttons.addWidget(self._acknowledge)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_fault(self) -> None:
        """Open it."""
        self.open(self.close_button)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        fault = self._fault
        words = fault_text(fault)
        self.title.setText(f"{fault.code}  {words.name}")
        self._steps.setText(words.steps)
        since = self.tr("{severity}, since {time}").format(
            severity=severity_word(fault.severity), time=stamp_text(fault.since)
        )
        detail = self.tr("For maintenance: {text}").format(text=" ".join(filter(None, (fault.message, fault.hint))))
        self._facts.setText(f"{since}\n{detail}")
        self._acknowledge.setText(self.tr("Acknowledge"))

    def _on_acknowledge(self) -> None:
        self.acknowledged.emit(self._fault.code)
        self.dismiss()


class FaultListSheet(Sheet):
    """Every fault that stands, in the order of the bar."""

    acknowledged = Signal(str)

    def __init__(self, look: Look, over: QWidget, faults: Sequence[Fault]) -> None:
        """Make it; `show_list` opens it."""
        super().__init__(look, over, width_mm=190.0)
        self._faults = tuple(faults)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(look.px(2))
        self._labels = [self.paragraph() for _ in self._faults]
        for label in self._labels:
            self._rows.addWidget(label)
        self._rows.addStretch(1)
        self._list = Scrolled(look, inside)
        self.body.addWidget(self._list, 1)
        self._acknowledge = Button(look, "acknowledge", kind=ButtonKind.PRIMARY)
        self._acknowledge.clicked.connect(self._on_acknowledge)
        self.buttons.addWidget(self._acknowledge)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_list(self) -> None:
        """Open it."""
        self.open(self.close_button)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self.tr("%n fault(s)", "title of the list of faults", len(self._faults)))
        self._list.setAccessibleName(self.title.text())
        for label, fault in zip(self._labels, self._faults, strict=True):
            words = fault_text(fault)
            label.setText(
                f"{fault.code}  {words.name}  ·  {severity_word(fault.severity)}  ·  {stamp_text(fault.since)}\n"
                f"{words.steps}"
            )
        self._acknowledge.setText(self.tr("Acknowledge all"))

    def _on_acknowledge(self) -> None:
        for fault in self._faults:
            self.acknowledged.emit(fault.code)
        self.dismiss()


class BalanceSheet(Sheet):
    """The four sums behind the tick."""

    def __init__(self, look: Look, over: QWidget, balance: Balance, unaccounted: int) -> None:
        """Make it; `show_sums` opens it."""
        super().__init__(look, over)
        self._balance, self._unaccounted = balance, unaccounted
        self._sentence = self.paragraph()
        self._sums = self.paragraph(role="second")
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_sums(self) -> None:
        """Open it."""
        self.open(self.close_button)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        balance = self._balance
        self.title.setText(self.tr("Is every part accounted for?"))
        if self._unaccounted:
            sentence = self.tr("No: %n part(s) without an answer or a record. Call maintenance.", "", self._unaccounted)
        else:
            sentence = self.tr("Yes. Every trigger was answered, and every answer is recorded or about to be.")
        self._sentence.setText(sentence)
        sums = (
            (self.tr("Triggers"), balance.triggers),
            (self.tr("Answers"), balance.answers),
            (self.tr("In hand"), balance.in_hand),
            (self.tr("Records"), balance.records),
            (self.tr("Waiting to be written"), balance.waiting),
        )
        self._sums.setText("\n".join(f"{name}: {count_text(count)}" for name, count in sums))
