"""The side column: verdict, trend, sums, time, last reject; what gives way when the screen is low is decided here."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.station.counters import Counters
from inspector.ui.station.side import LastReject, TimeBar
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.trend_plot import TrendPlot
from inspector.ui.widgets.verdict_banner import VerdictBanner

_LEAST_CAP_MM = 9.0


class SideColumn(QWidget):
    """Stacked from the most to the least important."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Make the pieces."""
        super().__init__(parent)
        self._look = look
        self.banner = VerdictBanner(look)
        self.choose = Button(look, "product", height_mm=20.0, kind=ButtonKind.PRIMARY, key="F7")
        self.trend = TrendPlot(look)
        self.counters = Counters(look)
        self.time = TimeBar(look)
        self.last_reject = LastReject(look)
        self._trend_title = QLabel()
        self._trend_title.setProperty("role", "small")
        self._trend_card = QFrame()
        self._trend_card.setObjectName("card")
        inside = QVBoxLayout(self._trend_card)
        inside.setContentsMargins(look.px(3), look.px(1), look.px(2), look.px(1))
        inside.setSpacing(0)
        inside.addWidget(self._trend_title)
        inside.addWidget(self.trend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self._gap())
        layout.addWidget(self.banner)
        layout.addWidget(self.choose)
        layout.addWidget(self._trend_card, 1)
        layout.addWidget(self.counters)
        layout.addWidget(self.time)
        layout.addWidget(self.last_reject)
        layout.addStretch(0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.choose.hide()
        self._retranslate()
        look.changed.connect(self.fit)

    def show_choose(self, *, shown: bool) -> None:
        """Offer the big button in place of trend and sums."""
        if shown == self.choose.isHidden():
            self.choose.setVisible(shown)
            self.fit()

    def fit(self) -> None:
        """Use the height: first the sums give up size, then the trend goes, then the verdict gives up size."""
        look = self._look
        verdict_cap = look.px(look.metrics.cap_mm(TypeSize.VERDICT))
        counter_cap = look.px(look.metrics.cap_mm(TypeSize.COUNTER))
        least_counter = look.px(look.metrics.cap_mm(TypeSize.BODY))
        least_verdict = min(verdict_cap, look.px(_LEAST_CAP_MM))
        trend = self._trend_card.minimumSizeHint().height() + self._gap()
        fixed = self.time.sizeHint().height() + self.last_reject.sizeHint().height() + 3 * self._gap()
        if not self.choose.isHidden():
            fixed += self.choose.sizeHint().height() + self._gap()

        def needed(verdict: int, counter: int, *, with_trend: bool) -> int:
            sums = self.banner.height_for(verdict) + self.counters.height_for(counter)
            return fixed + sums + (trend if with_trend else 0)

        room, with_trend = self.height(), True
        while counter_cap > least_counter and needed(verdict_cap, counter_cap, with_trend=True) > room:
            counter_cap -= 1
        if needed(verdict_cap, counter_cap, with_trend=True) > room:
            with_trend = False
        while verdict_cap > least_verdict and needed(verdict_cap, counter_cap, with_trend=with_trend) > room:
            verdict_cap -= 1
        self.banner.limit_cap(verdict_cap)
        self.counters.limit_cap(counter_cap)
        self._trend_card.setVisible(with_trend)

    def set_upright(self, *, upright: bool, page_width: int) -> None:
        """Take a fixed width beside the picture, or the page's width below it."""
        wanted = max(self.banner.sizeHint().width(), round(page_width * 0.235))
        if upright:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16_777_215)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        else:
            self.setFixedWidth(wanted)
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height anew."""
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Say the texts again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _gap(self) -> int:
        return self._look.px(2)

    def _retranslate(self) -> None:
        self.choose.setText(self.tr("Choose a product"))
        self._trend_title.setText(self.tr("Last 60 scores, × limit"))
        self._trend_title.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
