"""Sums of the lot and the shift, and the tick that says that every part is accounted for."""

from PySide6.QtCore import QEvent, QLocale, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.core.record import Counts
from inspector.ui.formats import count_text, percent_text
from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.focus import FocusRing, paint_focus


class Counters(FocusRing, QWidget):
    """A small table: parts large, then OK, NG, not inspected, yield; two columns."""

    balance_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin with zeros."""
        super().__init__(parent)
        self._look = look
        self._lot = Counts()
        self._shift = Counts()
        self._unaccounted = 0
        self._locale = QLocale.c()
        self._most_cap_px = 10_000
        self._dense = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._describe()
        look.changed.connect(self._on_look_changed)

    @property
    def unaccounted(self) -> int:
        """Parts without an answer or a record."""
        return self._unaccounted

    @property
    def counts(self) -> tuple[Counts, Counts]:
        """Lot and shift, as shown."""
        return self._lot, self._shift

    def set_counts(self, lot: Counts, shift: Counts) -> None:
        """Show these sums."""
        if (lot, shift) != (self._lot, self._shift):
            self._lot, self._shift = lot, shift
            self._describe()
            self.update()

    def set_unaccounted(self, unaccounted: int) -> None:
        """Show the tick, or how many parts are missing."""
        if unaccounted != self._unaccounted:
            self._unaccounted = unaccounted
            self._describe()
            self.update()

    def set_locale(self, locale: QLocale) -> None:
        """How decimals are written."""
        self._locale = locale
        self.update()

    def limit(self, cap_px: int, *, dense: bool) -> None:
        """Let the column allow less than the viewing distance asks for.

        Args:
            cap_px: of the number of parts, at most.
            dense: rows in small type, and the tick without its words.
        """
        if (cap_px, dense) != (self._most_cap_px, self._dense):
            self._most_cap_px, self._dense = cap_px, dense
            self.updateGeometry()
            self.update()

    @property
    def cap_px(self) -> int:
        """Cap height of the number of parts."""
        return min(self._look.px(self._look.metrics.cap_mm(TypeSize.COUNTER)), self._most_cap_px)

    def balance_text(self) -> str:
        """What stands beside the tick."""
        if self._unaccounted:
            return self.tr("%n part(s) unaccounted", "", self._unaccounted)
        return self.tr("all parts accounted for")

    def sizeHint(self) -> QSize:
        """Head, large numbers, four rows, tick."""
        return QSize(self._look.px(88), self.height_for(self.cap_px, dense=self._dense))

    def minimumSizeHint(self) -> QSize:
        """As tall as `sizeHint`."""
        return QSize(self._look.px(70), self.sizeHint().height())

    def height_for(self, cap_px: int, *, dense: bool) -> int:
        """Height for a cap height of the large numbers."""
        small = self._small().height()
        height = small + self._large_height(cap_px) + 4 * self._row_height(dense=dense) + self._look.px(2.5)
        return height if dense else height + small + self._look.px(1)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _small(self) -> QFontMetrics:
        return QFontMetrics(self._look.font(TypeSize.SMALL))

    def _row_height(self, *, dense: bool) -> int:
        return self._small().height() if dense else round(QFontMetrics(self._look.font(TypeSize.BODY)).height() * 0.94)

    def _large_height(self, cap_px: int) -> int:
        return round(cap_px * 1.45)

    def _large_font(self, room: int) -> QFont:
        """Counters at half the verdict, smaller when the number outgrows its column."""
        look = self._look
        size = round(self.cap_px / look.metrics.cap_share)
        texts = (count_text(self._lot.total), count_text(self._shift.total))
        while size > look.metrics.font_px(TypeSize.BODY):
            metrics = QFontMetrics(look.font_px(size, bold=True))
            if max(metrics.horizontalAdvance(text) for text in texts) <= room:
                break
            size -= 1
        return look.font_px(size, bold=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Row by row; numbers stand right, so that digits align."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), look.color("bg_panel"))
        pad = look.px(3)
        labels_width = self._labels_width()
        column = (self.width() - 2 * pad - labels_width) // 2
        first = QRect(pad + labels_width, 0, column - look.px(2), 0)
        second = QRect(pad + labels_width + column, 0, column, 0)
        y = look.px(1.2)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        small_height = self._small().height()

        painter.setPen(look.color("text_2"))
        painter.setFont(look.font(TypeSize.SMALL))
        for box, text in ((first, self.tr("this lot")), (second, self.tr("this shift"))):
            shown = self._small().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QRect(box.left(), y, box.width(), small_height), right, shown)
        y += small_height

        large = self._large_height(self.cap_px)
        painter.setPen(look.color("text_1"))
        painter.setFont(look.font(TypeSize.BODY))
        painter.drawText(QRect(pad, y, labels_width, large), left, self.tr("Parts"))
        painter.setFont(self._large_font(column - look.px(5)))
        for box, counts in ((first, self._lot), (second, self._shift)):
            painter.drawText(QRect(box.left(), y, box.width(), large), right, count_text(counts.total))
        y += large

        row = self._row_height(dense=self._dense)
        size = TypeSize.SMALL if self._dense else TypeSize.BODY
        for label, icon, color, values in self._rows():
            side = look.px(3.4)
            x = pad
            if icon:
                look.icons.paint(painter, icon, look.color(color).name(), x, y + (row - side) / 2, side)
            x += side + look.px(1.6)
            painter.setPen(look.color("text_1"))
            painter.setFont(self._fitting(label, size, labels_width + pad - x))
            painter.drawText(QRect(x, y, labels_width + pad - x, row), left, label)
            painter.setFont(look.font(size, bold=icon == "verdict_ng"))
            for box, value in zip((first, second), values, strict=True):
                painter.drawText(QRect(box.left(), y, box.width(), row), right, value)
            y += row

        if not self._dense:
            self._paint_balance(painter, QRect(0, y + look.px(0.6), self.width(), small_height + look.px(1)))
        elif self._unaccounted:
            # A sum that is wrong makes the yield worthless; its row tells that instead.
            self._paint_balance(painter, QRect(0, y - row, self.width(), row))
        else:
            side = look.px(3.4)
            tick_y = look.px(1.2) + (small_height - side) / 2
            look.icons.paint(painter, "balance", look.color("text_2").name(), pad, tick_y, side)
        if self.shows_ring:
            paint_focus(painter, look, self.rect())
        painter.end()

    def _rows(self) -> tuple[tuple[str, str, str, tuple[str, str]], ...]:
        """Label, icon, color token, and the two values."""
        both = (self._lot, self._shift)

        def counts(field: str) -> tuple[str, str]:
            lot, shift = (count_text(getattr(counts, field)) for counts in both)
            return lot, shift

        lot_share, shift_share = (percent_text(counts.pass_share, self._locale) for counts in both)
        return (
            (self.tr("OK", "row of counters"), "verdict_ok", "ok_edge", counts("passed")),
            (self.tr("NG", "row of counters"), "verdict_ng", "ng_fill", counts("failed")),
            (self.tr("Not inspected", "row of counters"), "verdict_none", "none_fill", counts("not_inspected")),
            (self.tr("Yield", "row of counters"), "", "", (lot_share, shift_share)),
        )

    def _labels_width(self) -> int:
        """As wide as the longest label, within bounds that leave room for the numbers."""
        metrics = QFontMetrics(self._look.font(TypeSize.SMALL if self._dense else TypeSize.BODY))
        longest = max(metrics.horizontalAdvance(label) for label, *_ in self._rows())
        return min(max(longest + self._look.px(6), round(self.width() * 0.36)), round(self.width() * 0.46))

    def _fitting(self, text: str, wanted: TypeSize, room: int) -> QFont:
        """As wanted, or smaller where a language needs more room."""
        body = self._look.font(wanted)
        size = body.pixelSize()
        while size > self._look.metrics.font_px(TypeSize.SMALL) and QFontMetrics(body).horizontalAdvance(text) > room:
            size -= 1
            body = self._look.font_px(size)
        return body

    def _paint_balance(self, painter: QPainter, box: QRect) -> None:
        look = self._look
        pad, side = look.px(3), look.px(3.4)
        icon, color = ("balance", "text_2")
        if self._unaccounted:
            painter.fillRect(box, look.color("ng_fill"))
            icon, color = "unbalance", "ng_ink"
        look.icons.paint(painter, icon, look.color(color).name(), pad, box.center().y() - side / 2, side)
        painter.setPen(look.color(color))
        painter.setFont(look.font(TypeSize.SMALL, bold=self._unaccounted > 0))
        text_box = box.adjusted(pad + side + look.px(1.6), 0, -pad, 0)
        painter.drawText(text_box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.balance_text())

    # --- events -------------------------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Touching shows the four sums behind the tick."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.balance_asked.emit()
        super().mouseReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()
            self.update()

    def _describe(self) -> None:
        lot = self._lot
        self.setAccessibleName(self.tr("Counters"))
        self.setAccessibleDescription(
            self.tr("This lot: {total} parts, {passed} OK, {failed} NG, {missed} not inspected. {balance}").format(
                total=lot.total,
                passed=lot.passed,
                failed=lot.failed,
                missed=lot.not_inspected,
                balance=self.balance_text(),
            )
        )

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
