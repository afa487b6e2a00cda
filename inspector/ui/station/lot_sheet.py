"""A new lot, by scanner or keys; the sums of the old one are shown before it is closed."""

import unicodedata

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from inspector.core.record import Counts
from inspector.ui.formats import count_text, percent_text
from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.sheet import Sheet

LONGEST_LOT = 64


def clean_lot(text: str) -> str:
    """What is kept of what a scanner or a person typed: one form of every letter, no blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


class LotSheet(Sheet):
    """Old sums, a field, and a button that names the new lot."""

    chosen = Signal(str)

    def __init__(self, look: Look, over: QWidget, *, lot: str, counts: Counts, locale: QLocale) -> None:
        """Make it; `show_field` opens it."""
        super().__init__(look, over)
        self._lot, self._counts, self._locale = lot, counts, locale
        self._sums = self.paragraph()
        self.field = QLineEdit()
        self.field.setMaxLength(2 * LONGEST_LOT)
        self.field.textChanged.connect(self._check)
        self.field.returnPressed.connect(self._on_confirm)
        self.body.addWidget(self.field)
        self._problem = self.paragraph(role="second")
        self.confirm = Button(look, "lot", height_mm=20.0, kind=ButtonKind.PRIMARY)
        self.confirm.clicked.connect(self._on_confirm)
        self.buttons.addWidget(self.confirm, 1)
        self.buttons.addWidget(self.close_button)

    def show_field(self) -> None:
        """Open with the keyboard in the field, where a scanner types."""
        self.open(self.field)

    def problem(self) -> str:
        """Why the lot cannot begin; "" when it can."""
        lot = clean_lot(self.field.text())
        if not lot:
            return self.tr("Scan or type the number of the new lot.")
        if len(lot) > LONGEST_LOT:
            return self.tr("A lot number has at most %n characters.", "", LONGEST_LOT)
        if any(unicodedata.category(character).startswith("C") for character in lot):
            return self.tr("The number holds signs that cannot be shown. Scan it again.")
        if lot == self._lot:
            return self.tr("This lot is running already.")
        return ""

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        counts = self._counts
        self.title.setText(self.tr("New lot"))
        name = self.tr("Lot {lot}").format(lot=self._lot) if self._lot else self.tr("Without a lot")
        sums = self.tr("{total} parts: {passed} OK, {failed} NG, {missed} not inspected. Yield {share}.").format(
            total=count_text(counts.total),
            passed=count_text(counts.passed),
            failed=count_text(counts.failed),
            missed=count_text(counts.not_inspected),
            share=percent_text(counts.pass_share, self._locale),
        )
        self._sums.setText(f"{name}\n{sums}")
        self.field.setPlaceholderText(self.tr("Lot number"))
        self.field.setAccessibleName(self.tr("Lot number"))
        self.close_button.setText(self.tr("Keep the present lot"))
        self._check()

    def _check(self) -> None:
        problem = self.problem()
        self._problem.setText(problem or " ")
        self.confirm.setEnabled(not problem)
        lot = clean_lot(self.field.text())
        self.confirm.setText(self.tr("Start lot") if problem else self.tr("Start lot {lot}").format(lot=lot))

    def _on_confirm(self) -> None:
        if not self.problem():
            self.chosen.emit(clean_lot(self.field.text()))
            self.dismiss()
