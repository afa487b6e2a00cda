"""The station page: puts the pieces together and asks the line for what people press. It decides nothing."""

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from inspector.core.line import Fault, LineState, LineStatus
from inspector.core.recipe import Recipe
from inspector.ui.bridge import LineBridge
from inspector.ui.messages import product_title, version_text
from inspector.ui.parts import Part, Pictures
from inspector.ui.station.asking import SAY_S, Asking
from inspector.ui.station.balance import BalanceWatch
from inspector.ui.station.banner import Situation, banner_for, stopping_fault
from inspector.ui.station.column import SideColumn
from inspector.ui.station.controls import Controls
from inspector.ui.station.line import StationLine
from inspector.ui.station.product_sheet import ProductPicture
from inspector.ui.station.showing import Showing
from inspector.ui.station.strip_bar import StripBar
from inspector.ui.station.view_bar import ViewBar
from inspector.ui.station.well import WellSituation, well_content
from inspector.ui.tools import PageTools
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

_TICK_MS = 100
_SKIPPING_S = 3.0
_LIVE = frozenset({LineState.RUNNING})
_GREYED = frozenset({LineState.STOPPED, LineState.STARTING, LineState.FAULTED, LineState.STOPPING})


class StationPage(QWidget):
    """Picture well, verdict, trend, sums, strip and buttons for one line."""

    def __init__(
        self,
        line: StationLine,
        bridge: LineBridge,
        tools: PageTools,
        *,
        product_picture: ProductPicture | None = None,
    ) -> None:
        """Show the line as it is now, and follow the bridge.

        Args:
            line: asked for what people press, and for sums.
            bridge: news of the same line in the main thread.
            tools: look, language, background work.
            product_picture: a picture of a good part for the list of products.
        """
        super().__init__()
        self.setObjectName("page")
        self._line, self._tools, self._look = line, tools, tools.look
        self._status: LineStatus = line.status
        self._faults: tuple[Fault, ...] = line.faults
        self._recipe: Recipe | None = line.recipe
        self._showing = Showing()
        self._pictures, self._reject_pictures = Pictures(), Pictures()
        self._balance_watch = BalanceWatch()
        self._skipped_at_s = -_SKIPPING_S
        self.well = ImageView(self._look)
        self.view_bar = ViewBar(self._look)
        self.column = SideColumn(self._look)
        self.strip_bar = StripBar(self._look)
        self.controls = Controls(self._look)
        self.notice = Notice(self._look, self.well)
        self.asking = Asking(line, tools, self.well, self.notice, product_picture=product_picture)
        self._lay_out()
        self._connect(bridge)
        self._shortcuts = self._bind_keys()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        self._on_language_changed()
        self._refresh_all()

    @property
    def showing(self) -> Showing:
        """Which part stands on the page."""
        return self._showing

    # --- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        left = QVBoxLayout()
        left.setSpacing(look.px(2))
        left.addWidget(self.well, 1)
        left.addWidget(self.view_bar)
        self._upper = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._upper.setSpacing(look.px(3))
        self._upper.addLayout(left, 1)
        self._upper.addWidget(self.column)
        margin = look.px(2.5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(look.px(2.5))
        layout.addLayout(self._upper, 1)
        layout.addWidget(self.strip_bar)
        layout.addWidget(self.controls)

    def _connect(self, bridge: LineBridge) -> None:
        bridge.pictures_arrived.connect(self._on_pictures)
        bridge.parts_inspected.connect(self._on_parts)
        bridge.parts_skipped.connect(self._on_skipped)
        bridge.status_changed.connect(self._on_status)
        bridge.faults_changed.connect(self._on_faults)
        bridge.recipe_changed.connect(self._on_recipe)
        bridge.lot_changed.connect(self._on_lot)
        self._tools.translation.changed.connect(self._on_language_changed)
        self.controls.start_asked.connect(self.asking.start)
        self.controls.pause_asked.connect(self.asking.pause)
        self.controls.stop_asked.connect(self.asking.ask_stop)
        self.controls.product_asked.connect(self.asking.ask_product)
        self.column.choose.clicked.connect(self.asking.ask_product)
        self.controls.lot_asked.connect(self.asking.ask_lot)
        self.controls.flag_asked.connect(self._on_flag)
        self.asking.opened.connect(self._on_question_opened)
        self.asking.closed.connect(self._on_question_closed)
        self.view_bar.fit_asked.connect(self.well.fit)
        self.view_bar.actual_asked.connect(self.well.actual_size)
        self.view_bar.drawing_changed.connect(self._refresh_part)
        self.view_bar.freeze_asked.connect(self._on_freeze)
        self.strip_bar.chosen.connect(self._on_part_chosen)
        self.column.last_reject.clicked.connect(self._on_last_reject)
        self.column.counters.balance_asked.connect(self._on_balance_asked)

    def _bind_keys(self) -> tuple[QShortcut, ...]:
        """Keys that act while this page is open and no question is; Start, Pause and Stop are keys of the window."""
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("F7", self.controls.product.click),
            ("Ctrl+L", self.controls.lot.click),
            ("F", self.controls.flag.click),
            ("F5", self._on_freeze),
            ("Esc", self._on_escape),
            ("H", self.view_bar.heat.click),
            ("O", self.view_bar.outline.click),
            ("0", self.well.fit),
            ("1", self.well.actual_size),
            ("+", self.well.zoom_in),
            ("-", self.well.zoom_out),
            ("N", self.strip_bar.toggle_filter),
            ("L", self.column.last_reject.click),
            ("Left", self.strip_bar.go_back),
            ("Right", self.strip_bar.go_on),
        )
        return tuple(QShortcut(QKeySequence(key), self, slot) for key, slot in keys)

    # --- news of the line, in the main thread -------------------------------------------------------------------------

    def _on_pictures(self, pictures: dict[str, NDArray[np.uint8]]) -> None:
        for part_id, image in pictures.items():
            self._pictures.add(part_id, image)

    def _on_parts(self, parts: tuple[Part, ...]) -> None:
        for part in parts:
            image = None if part.passed else self._pictures.get(part.id)
            if image is not None:
                self._reject_pictures.add(part.id, image)
        before = self._showing.shown
        self._showing.add(parts, time.monotonic())
        if self._showing.frozen:
            self._refresh_part()
            return
        if self._showing.shown is not before and self.well.zoomed and not self.view_bar.keep.isChecked():
            self.well.fit()
        self._refresh_parts()

    def _on_skipped(self, _count: int) -> None:
        self._skipped_at_s = time.monotonic()

    def _on_status(self, status: LineStatus) -> None:
        self._status = status
        self._refresh_part()
        self._refresh_buttons()
        self._refresh_info()

    def _on_faults(self, faults: tuple[Fault, ...]) -> None:
        self._faults = faults
        self._refresh_part()
        self._refresh_buttons()

    def _on_recipe(self, recipe: Recipe) -> None:
        changed = self._recipe is not None and self._recipe.product != recipe.product
        self._recipe = recipe
        if changed:
            self._showing = Showing()
            name = f"{product_title(recipe, self._tools.translation.language.value)} {version_text(recipe.version)}"
            self.notice.say(self.tr("Product is now {product}").format(product=name), SAY_S)
        self._refresh_all()

    def _on_lot(self, lot: str) -> None:
        self.notice.say(self.tr("Lot {lot} has begun").format(lot=lot), SAY_S)
        self._refresh_counts()

    def _on_tick(self) -> None:
        now = time.monotonic()
        if self._showing.tick(now):
            self._refresh_all()
        elif self._showing.frozen or self._status.state in _LIVE:
            self._refresh_part()
        if not self._showing.frozen:
            self.column.counters.set_unaccounted(self._balance_watch.add(self._line.balance, now))
            self._refresh_counts()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _refresh_all(self) -> None:
        self._refresh_parts()
        self._refresh_buttons()
        self._refresh_info()
        self.update()

    def _refresh_parts(self) -> None:
        """What depends on the list of parts; stands still while frozen."""
        parts = self._showing.parts
        self.strip_bar.strip.set_parts(parts)
        self.column.trend.set_parts(parts)
        self.column.last_reject.set_part(self._showing.last_reject)
        self._refresh_counts()
        self._refresh_part()

    def _refresh_counts(self) -> None:
        if not self._showing.frozen:
            self.column.counters.set_counts(self._line.lot_counts, self._line.shift_counts)

    def _refresh_part(self) -> None:
        """Picture, verdict and time of the shown part."""
        now = time.monotonic()
        showing, part = self._showing, self._showing.shown
        situation = Situation(
            status=self._status,
            recipe=self._recipe,
            faults=self._faults,
            part=part,
            frozen=showing.frozen,
            passed_since=showing.passed_since,
            waiting=self._status.state in _LIVE and showing.waiting(now),
        )
        self.column.banner.set_content(banner_for(situation, self._tools.translation.locale))
        self.column.show_choose(shown=self._recipe is None)
        allowed = 0 if self._recipe is None else self._recipe.output.deadline_ms
        took = None if part is None else part.decision.timings.answer_ms or None
        self.column.time.set_times(took, allowed)
        self.strip_bar.strip.set_selected(part.id if showing.frozen and part is not None else "")
        if self.controls.flag.isEnabled() is (part is None):
            self._refresh_buttons()
        self.well.set_content(
            well_content(
                WellSituation(
                    part=part,
                    picture=self._picture_of(part),
                    recipe=self._recipe,
                    frozen=showing.frozen,
                    since=showing.since,
                    seconds_left=round(showing.seconds_left(now)),
                    skipping=now - self._skipped_at_s < _SKIPPING_S,
                    greyed=self._status.state in _GREYED,
                    simulated=self._line.simulated,
                    heat=self.view_bar.heat.isChecked(),
                    outline=self.view_bar.outline.isChecked(),
                )
            )
        )

    def _picture_of(self, part: Part | None) -> NDArray[np.uint8] | None:
        if part is None:
            return None
        for pictures in (self._pictures, self._reject_pictures):
            image = pictures.get(part.id)
            if image is not None:
                return image
        return part.thumbnail

    def _refresh_buttons(self) -> None:
        frozen = self._showing.frozen
        self.controls.allow(
            self._status.state,
            has_recipe=self._recipe is not None,
            stop_fault=stopping_fault(self._faults) is not None,
            frozen=frozen,
            has_part=self._showing.shown is not None,
        )
        self.view_bar.set_frozen(frozen=frozen)
        self.view_bar.freeze.setEnabled(frozen or (self._status.state in _LIVE and self._showing.shown is not None))

    def _refresh_info(self) -> None:
        """Source, model and device in small: a person can always tell what is running."""
        line = self._line
        model = "" if line.model is None else str(line.model)
        self.view_bar.info.set_text("  ·  ".join(filter(None, (line.source, model, line.device, line.runtime))))

    def _on_language_changed(self) -> None:
        locale = self._tools.translation.locale
        self.column.counters.set_locale(locale)
        self.column.last_reject.set_locale(locale)
        self.strip_bar.strip.set_locale(locale)
        self.notice.hide()
        self.asking.retitle()
        self._refresh_part()

    # --- freezing -----------------------------------------------------------------------------------------------------

    def _on_freeze(self) -> None:
        """The same key freezes and lets go."""
        if self._showing.frozen:
            self._unfreeze()
        elif self.view_bar.freeze.isEnabled():
            self._freeze(None)
        else:
            self._refresh_buttons()

    def _on_escape(self) -> None:
        if self._showing.frozen:
            self._unfreeze()

    def _on_part_chosen(self, part_id: str) -> None:
        part = self._showing.part(part_id)
        if part is not None:
            self._freeze(part)

    def _on_last_reject(self) -> None:
        if self._showing.last_reject is not None:
            self._freeze(self._showing.last_reject)

    def _freeze(self, part: Part | None) -> None:
        self._showing.freeze(part, time.monotonic())
        self._refresh_all()

    def _unfreeze(self) -> None:
        self._showing.unfreeze(time.monotonic())
        self._refresh_all()

    # --- questions ----------------------------------------------------------------------------------------------------

    def _on_flag(self) -> None:
        self.asking.flag(self._showing.shown)

    def _on_balance_asked(self) -> None:
        self.asking.show_balance(self.column.counters.unaccounted)

    def _on_question_opened(self) -> None:
        """Letters now belong to its fields."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)

    def _on_question_closed(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(True)

    # --- events -------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a screen that stands upright the column lies under the picture."""
        super().resizeEvent(event)
        upright = event.size().height() > event.size().width()
        self._upper.setDirection(QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight)
        self.column.set_upright(upright=upright, page_width=event.size().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A gray edge while the page stands still."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_window"))
        if self._showing.frozen:
            width = self._look.px(1.4)
            pen = QPen(self._look.color("line_strong"), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            half = width // 2
            painter.drawRect(self.rect().adjusted(half, half, -half - 1, -half - 1))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Nothing of the page's own is written; the refresh says the rest."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._refresh_part()
