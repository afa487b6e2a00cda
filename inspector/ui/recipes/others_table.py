"""Every product's check set before and after a teaching; whoever got worse is marked, and blocks publishing."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHeaderView, QLabel, QVBoxLayout, QWidget

from inspector.services.teaching import ProductCheck
from inspector.ui.look import Look
from inspector.ui.recipes.plain_table import PlainTable
from inspector.ui.recipes.teach_words import check_texts, check_tips

_COLUMNS = 3


class OthersTable(QWidget):
    """A sentence and a table."""

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__()
        self._look = look
        self._checks: tuple[ProductCheck, ...] = ()
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.table = PlainTable(_COLUMNS)
        for column in range(1, _COLUMNS):
            # Numbers are short and do not wrap well; names take what is left, and do.
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1.5))
        layout.addWidget(self.sentence)
        layout.addWidget(self.table, 1)
        look.changed.connect(self._say)
        self._say()

    @property
    def checks(self) -> tuple[ProductCheck, ...]:
        """As shown."""
        return self._checks

    def show_checks(self, checks: Sequence[ProductCheck]) -> None:
        """Show these; the product that was taught comes first."""
        self._checks = tuple(checks)
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def _say(self) -> None:
        look = self._look
        worse = [one.product for one in self._checks[1:] if one.worse]
        if not self._checks:
            self.sentence.setText(self.tr("After teaching, the check set of every product stands here."))
        elif worse:
            self.sentence.setText(
                self.tr("The new model judges these worse, so it cannot be published: {products}.").format(
                    products=", ".join(worse)
                )
            )
        else:
            self.sentence.setText(self.tr("No other product is judged worse."))
        self.sentence.setProperty("role", "problem" if worse else "")
        self.sentence.style().unpolish(self.sentence)
        self.sentence.style().polish(self.sentence)
        # A frame takes the room of its border from the style sheet only when it hears of another style.
        QCoreApplication.sendEvent(self.sentence, QEvent(QEvent.Type.StyleChange))
        self.table.setAccessibleName(self.tr("Check sets before and after"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Product"), self.tr("Good rejected", "column"), self.tr("Bad found", "column")]
        )
        rows, tips = [], []
        for one in self._checks:
            name = self.tr("{product}: worse").format(product=one.product) if one.worse else one.product
            rows.append((name, *check_texts(one.before, one.after)))
            tips.append((name, *check_tips(one.before, one.after)))
        self.table.show_rows(rows, tips)
        mark = QIcon(look.icons.pixmap("step_problem", look.color("ng_fill").name(), look.px(5)))
        for number, one in enumerate(self._checks):
            item = self.table.item(number, 0)
            if one.worse and item is not None:
                item.setIcon(mark)
