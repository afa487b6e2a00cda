"""Faults that stand, worst first, each with what to do; nothing leaves the bar before someone has seen it (FS-17)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from inspector.core.line import Fault, FaultLife, Severity
from inspector.ui.formats import elapsed_text
from inspector.ui.look import Look
from inspector.ui.messages import SEVERITY_ICONS, fault_text, severity_word
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import Button

MOST_ROWS = 3
FOLD_ABOVE = 10
FOLD_WITHIN = timedelta(minutes=1)


def ordered(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Unacknowledged first, then by severity, then by time."""
    return tuple(
        sorted(faults, key=lambda fault: (fault.life is FaultLife.ACTIVE_ACKNOWLEDGED, fault.severity, fault.since))
    )


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One row of the bar.

    Attributes:
        fault: what it shows.
        stands_for: all faults that the row means; more than one when it is folded.
    """

    fault: Fault
    stands_for: tuple[Fault, ...]

    @property
    def folded(self) -> bool:
        """Whether the row means more than the fault it names."""
        return len(self.stands_for) > 1


def rows_of(faults: Sequence[Fault], most_rows: int = MOST_ROWS) -> tuple[tuple[FaultRow, ...], int]:
    """Rows to show and how many rows stand beyond them.

    More than ten that appeared within a minute fold into one row that names the first cause: what came after it is
    usually its consequence.
    """
    unseen = sorted((f for f in faults if f.life is not FaultLife.ACTIVE_ACKNOWLEDGED), key=lambda fault: fault.since)
    burst = tuple(fault for fault in unseen if unseen[-1].since - fault.since <= FOLD_WITHIN)
    if len(burst) <= FOLD_ABOVE:
        burst = ()
    rows = [FaultRow(fault, (fault,)) for fault in ordered(faults) if fault not in burst]
    if burst:
        worst = min(fault.severity for fault in burst)
        rows.insert(0, FaultRow(replace(burst[0], severity=worst), burst))
    return tuple(rows[:most_rows]), max(0, len(rows) - most_rows)


class FaultBar(QWidget):
    """Zero to three rows below the header; no page covers it."""

    acknowledged = Signal(str)
    help_asked = Signal(object)
    list_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin without faults, which takes no room."""
        super().__init__(parent)
        self._look = look
        self._faults: tuple[Fault, ...] = ()
        self._most_rows = MOST_ROWS
        self._beyond = 0
        self.rows = tuple(_Row(look, self) for _ in range(MOST_ROWS))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for row in self.rows:
            layout.addWidget(row)
            row.hide()
            row.acknowledged.connect(self.acknowledged)
            row.help_asked.connect(self.help_asked)
            row.list_asked.connect(self.list_asked)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that stand, in the order of the bar."""
        return ordered(self._faults)

    def set_faults(self, faults: Sequence[Fault]) -> None:
        """Show these."""
        self._faults = tuple(faults)
        self._show_rows()

    def set_most_rows(self, most_rows: int) -> None:
        """A low window shows fewer rows; the others stay in the list."""
        if most_rows != self._most_rows:
            self._most_rows = most_rows
            self._show_rows()

    def acknowledge_first(self) -> None:
        """What F8 does: the first fault that nobody has acknowledged."""
        shown, _ = rows_of(self._faults, 1)
        for row in shown:
            for fault in row.stands_for:
                if fault.life is not FaultLife.ACTIVE_ACKNOWLEDGED:
                    self.acknowledged.emit(fault.code)

    def refresh_ages(self) -> None:
        """Once a second."""
        for row in self.rows:
            if row.isVisible():
                row.update()

    def _show_rows(self) -> None:
        shown, beyond = rows_of(self._faults, self._most_rows)
        for index, row in enumerate(self.rows):
            if index < len(shown):
                last = index == len(shown) - 1
                row.set_row(shown[index], beyond if last else 0)
                row.show()
            else:
                row.hide()
        self.setVisible(bool(shown))


class _Row(QWidget):
    """Shape with number, code, name, age, steps; buttons at the right."""

    acknowledged = Signal(str)
    help_asked = Signal(object)
    list_asked = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._row: FaultRow | None = None
        self._beyond = 0
        self._acknowledge = Button(look, "acknowledge", height_mm=12.0, key="F8")
        self._help = Button(look, "help", height_mm=12.0)
        self._more = Button(look, height_mm=12.0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, look.px(1), look.px(2), look.px(1))
        layout.setSpacing(look.px(3))
        layout.addStretch(1)
        for button in (self._acknowledge, self._help, self._more):
            layout.addWidget(button)
        self._acknowledge.clicked.connect(self._on_acknowledge)
        self._help.clicked.connect(self._on_help)
        self._more.clicked.connect(self.list_asked)
        self.setMinimumHeight(look.px(14))
        self._retranslate()
        look.changed.connect(self.update)

    def set_row(self, row: FaultRow, beyond: int) -> None:
        """Show this, and a button for what does not fit on the bar."""
        self._row, self._beyond = row, beyond
        self._retranslate()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(200), self._look.px(14))

    def text(self) -> str:
        """What is written, without age."""
        if self._row is None:
            return ""
        fault = self._row.fault
        words = fault_text(fault)
        if self._row.folded:
            return self.tr("%n faults, first: {code} {name}", "", len(self._row.stands_for)).format(
                code=fault.code, name=words.name
            )
        return f"{fault.code} {words.name}"

    def _retranslate(self) -> None:
        self._acknowledge.setText(self.tr("Acknowledge"))
        self._help.setText(self.tr("Help"))
        row = self._row
        folded = row is not None and row.folded
        listed = folded or self._beyond > 0
        self._more.setText(self.tr("Show all") if folded else self.tr("+%n more", "faults", self._beyond))
        self._more.setVisible(listed)
        self._help.setVisible(not folded)
        self._acknowledge.setVisible(row is not None and row.fault.life is not FaultLife.ACTIVE_ACKNOWLEDGED)
        if row is not None:
            self.setAccessibleName(f"{severity_word(row.fault.severity)}. {self.text()}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.update()

    def _on_acknowledge(self) -> None:
        if self._row is not None:
            for fault in self._row.stands_for:
                self.acknowledged.emit(fault.code)

    def _on_help(self) -> None:
        if self._row is not None:
            self.help_asked.emit(self._row.fault)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._row is None:
            return
        look, fault = self._look, self._row.fault
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink = _colors(fault)
        painter.fillRect(self.rect(), look.color(fill))
        if fault.life is FaultLife.GONE_NEW:
            painter.setPen(QPen(look.color(_edge(fault)), look.px(0.6)))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        side = look.px(8)
        x, y = look.px(3), (self.height() - side) // 2
        self._paint_shape(painter, x, y, side, ink)
        x += side + look.px(2.5)
        buttons = [b for b in (self._acknowledge, self._help, self._more) if b.isVisible()]
        right = (buttons[0].x() if buttons else self.width()) - look.px(3)
        painter.setPen(look.color(ink))
        bold, body = look.font(TypeSize.BODY, bold=True), look.font(TypeSize.BODY)
        age = elapsed_text(datetime.now(UTC) - fault.since)
        if fault.life is FaultLife.GONE_NEW:
            age = self.tr("gone, came {age} ago").format(age=age)
        name_width = QFontMetrics(bold).horizontalAdvance(self.text())
        head = f"{self.text()}  ·  {age}"
        steps = "" if self._row.folded else fault_text(fault).steps
        line = QFontMetrics(body).height()
        one_line = name_width + QFontMetrics(body).horizontalAdvance(f"  ·  {age}   {steps}") <= right - x
        painter.setFont(bold)
        if one_line or not steps:
            painter.drawText(QRect(x, 0, right - x, self.height()), int(Qt.AlignmentFlag.AlignVCenter), self.text())
            painter.setFont(body)
            x += name_width
            tail = f"  ·  {age}   {steps}"
            painter.drawText(QRect(x, 0, right - x, self.height()), int(Qt.AlignmentFlag.AlignVCenter), tail)
        else:
            top = (self.height() - 2 * line) // 2
            painter.drawText(
                QRect(x, top, right - x, line),
                int(Qt.AlignmentFlag.AlignVCenter),
                QFontMetrics(bold).elidedText(head, Qt.TextElideMode.ElideRight, right - x),
            )
            painter.setFont(body)
            painter.drawText(
                QRect(x, top + line, right - x, line),
                int(Qt.AlignmentFlag.AlignVCenter),
                QFontMetrics(body).elidedText(steps, Qt.TextElideMode.ElideRight, right - x),
            )
        painter.end()

    def _paint_shape(self, painter: QPainter, x: int, y: int, side: int, ink: str) -> None:
        """Shape and number together: ▲1, ◆2, ●3."""
        if self._row is None:
            return
        look, fault = self._look, self._row.fault
        solid = fault.life is FaultLife.ACTIVE_NEW
        shape = look.color(ink if solid else _edge(fault))
        number = look.color(_colors(fault)[0])
        look.icons.paint(painter, SEVERITY_ICONS[fault.severity], shape.name(), x, y, side)
        painter.setPen(number)
        painter.setFont(look.font_px(round(side * 0.5), bold=True))
        box = QRect(x, y, side, side)
        if fault.severity is Severity.STOP:
            box.translate(0, round(side * 0.13))  # the middle of a triangle lies low
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(int(fault.severity)))


def _colors(fault: Fault) -> tuple[str, str]:
    """Fill and ink tokens: solid while new, plain when acknowledged or gone."""
    if fault.life is not FaultLife.ACTIVE_NEW:
        return "bg_raised", "text_1"
    return {
        Severity.STOP: ("ng_fill", "ng_ink"),
        Severity.ACT: ("check_fill", "check_ink"),
        Severity.NOTE: ("bg_raised", "text_1"),
    }[fault.severity]


def _edge(fault: Fault) -> str:
    return {Severity.STOP: "ng_fill", Severity.ACT: "check_edge", Severity.NOTE: "text_2"}[fault.severity]
