"""The side column: verdict, trend, sums, time, last reject; what gives way when the screen is low is decided here."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.station.counters import Counters
from inspector.ui.station.side import LastReject, TimeBar
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.trend_plot import TrendPlot
from inspector.ui.widgets.verdict_banner import VerdictBanner

_LEAST_CAP_MM = 11.0


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
        inside.setContentsMargins(look.px(3), look.px(0.6), look.px(2), look.px(0.6))
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
        """Offer the big button in place of times and rejects, which cannot be without a product."""
        if shown == self.choose.isHidden():
            self.choose.setVisible(shown)
            self.time.setVisible(not shown)
            self.last_reject.setVisible(not shown)
            self.fit()

    def minimumSizeHint(self) -> QSize:
        """Without trend, and with the smallest verdict and sums."""
        look = self._look
        least_verdict, least_counter = look.px(_LEAST_CAP_MM), look.px(look.metrics.cap_mm(TypeSize.BODY))
        sums = self.banner.height_for(least_verdict) + self.counters.height_for(least_counter, dense=True)
        return QSize(super().minimumSizeHint().width(), self._fixed_height() + sums)

    def _fixed_height(self) -> int:
        """What never gives way."""
        if not self.choose.isHidden():
            return self.choose.sizeHint().height() + 2 * self._gap()
        return self.time.sizeHint().height() + self.last_reject.sizeHint().height() + 3 * self._gap()

    def fit(self) -> None:
        """Use the height: first the sums give up size, then the verdict; then the trend goes and gives it back."""
        look = self._look
        wanted_verdict = look.px(look.metrics.cap_mm(TypeSize.VERDICT))
        wanted_counter = look.px(look.metrics.cap_mm(TypeSize.COUNTER))
        least_counter = look.px(look.metrics.cap_mm(TypeSize.BODY))
        least_verdict = min(wanted_verdict, look.px(_LEAST_CAP_MM))
        fixed = self._fixed_height()
        title = QFontMetrics(look.font(TypeSize.SMALL)).height()
        trend = self.trend.minimumSizeHint().height() + look.px(1.2) + self._gap()

        def fits(verdict: int, counter: int, *, dense: bool, with_trend: bool) -> bool:
            sums = self.banner.height_for(verdict) + self.counters.height_for(counter, dense=dense)
            return fixed + sums + with_trend * (trend + (0 if dense else title)) <= self.height()

        steps = [(wanted_verdict, counter, False, True) for counter in range(wanted_counter, least_counter - 1, -1)]
        steps += [(wanted_verdict, least_counter, True, True)]
        steps += [(verdict, least_counter, True, True) for verdict in range(wanted_verdict, least_verdict - 1, -1)]
        steps += [(verdict, least_counter, True, False) for verdict in range(wanted_verdict, least_verdict - 1, -1)]
        verdict, counter, dense, with_trend = next(
            (step for step in steps if fits(step[0], step[1], dense=step[2], with_trend=step[3])), steps[-1]
        )
        self.banner.limit_cap(verdict)
        self.counters.limit(counter, dense=dense)
        self._trend_title.setVisible(not dense)
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
        return self._look.px(1.6)

    def _retranslate(self) -> None:
        self.choose.setText(self.tr("Choose a product"))
        self._trend_title.setText(self.tr("Last 60 scores, × limit"))
        self._trend_title.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
