"""The line over every page: which station, product and lot, what the line is doing, and the two switches."""

from datetime import datetime

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from inspector.core.line import LineState
from inspector.core.recipe import Recipe
from inspector.ui.look import Look
from inspector.ui.messages import STATE_ICONS, product_title, state_word, version_text
from inspector.ui.theme import Scheme, TypeSize
from inspector.ui.translation import OWN_NAMES, Language, Translation
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.elided_label import ElidedLabel
from inspector.ui.widgets.stripes import paint_hatch


class Header(QWidget):
    """Items that are always there."""

    language_asked = Signal()
    theme_asked = Signal()
    keys_asked = Signal()

    def __init__(self, look: Look, translation: Translation, station_name: str, parent: QWidget | None = None) -> None:
        """Make the row."""
        super().__init__(parent)
        self._look, self._translation = look, translation
        self._recipe: Recipe | None = None
        self._lot = ""
        self._simulated = False
        self.station = ElidedLabel(look, bold=True)
        self.station.set_text(station_name)
        self.product = ElidedLabel(look)
        self.lot = ElidedLabel(look)
        self.badge = Badge(look)
        self.state = StateLabel(look)
        self.clock = ElidedLabel(look, token="text_2")
        self.language = Button(look, height_mm=12.0)
        self.theme = Button(look, "theme", height_mm=12.0)
        self.keys = Button(look, "keys", height_mm=12.0, key="")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.px(3), look.px(1), look.px(2.5), look.px(1))
        layout.setSpacing(look.px(3))
        for index, label in enumerate((self.station, self.product, self.lot)):
            if index:
                layout.addWidget(_Divider(look))
            layout.addWidget(label)
        layout.addStretch(1)
        layout.addWidget(self.badge)
        layout.addWidget(self.state)
        layout.addWidget(self.clock)
        for button in (self.keys, self.theme, self.language):
            layout.addWidget(button)
        self.language.clicked.connect(self.language_asked)
        self.theme.clicked.connect(self.theme_asked)
        self.keys.clicked.connect(self.keys_asked)
        self._timer = QTimer(self)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        look.changed.connect(self._retranslate)
        self._retranslate()
        self._on_tick()

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Name the product and its version."""
        self._recipe = recipe
        self._retranslate()

    def show_lot(self, lot: str) -> None:
        """Name the lot."""
        self._lot = lot
        self._retranslate()

    def show_state(self, state: LineState) -> None:
        """Icon and word."""
        self.state.set_state(state)

    def show_simulated(self, *, simulated: bool) -> None:
        """The badge cannot be hidden while the source is not a camera."""
        self._simulated = simulated
        self.badge.setVisible(simulated)
        self._retranslate()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A panel with a line below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_panel"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._look.color("line_soft"))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _on_tick(self) -> None:
        self.clock.set_text(datetime.now().astimezone().strftime("%H:%M:%S"))

    def _retranslate(self) -> None:
        language = self._translation.language
        if self._recipe is None:
            self.product.set_text(self.tr("No product"))
        else:
            version = version_text(self._recipe.version)
            self.product.set_text(f"{product_title(self._recipe, language.value)} {version}")
        self.lot.set_text(self.tr("Lot {lot}").format(lot=self._lot) if self._lot else self.tr("No lot"))
        self.badge.set_text(self.tr("SIMULATED"))
        # The button names where it leads, in that language.
        other = Language.CHINESE if language is Language.ENGLISH else Language.ENGLISH
        self.language.setText(OWN_NAMES[other])
        self.language.setAccessibleName(self.tr("Language"))
        self.theme.setText(self.tr("Dark") if self._look.scheme is Scheme.LIGHT else self.tr("Light"))
        self.keys.setText("?")
        self.keys.setAccessibleName(self.tr("Keys"))
        self.state.update_text()


class StateLabel(QWidget):
    """The line's state: shape and word, on a plate when it needs a person."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin Stopped."""
        super().__init__(parent)
        self._look = look
        self._state = LineState.STOPPED
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        look.changed.connect(self.update)
        self.update_text()

    def set_state(self, state: LineState) -> None:
        """Show another state."""
        self._state = state
        self.update_text()

    def update_text(self) -> None:
        """Take the word in the language of the window."""
        self.setAccessibleName(state_word(self._state))
        metrics = QFontMetrics(self._look.font(TypeSize.BODY, bold=True))
        # The widest of all words, so that the header does not jump when the state changes.
        widest = max(metrics.horizontalAdvance(state_word(state)) for state in LineState)
        self.setFixedWidth(widest + self._look.px(5 + 1.5 + 4))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shape first."""
        look = self._look
        painter = QPainter(self)
        side = look.px(5)
        fault = self._state is LineState.FAULTED
        ink = look.color("ng_ink" if fault else "text_1")
        if fault:
            painter.fillRect(self.rect(), look.color("ng_fill"))
        shape = look.color("ok_edge") if self._state is LineState.RUNNING else ink
        pad = look.px(2)
        look.icons.paint(painter, STATE_ICONS[self._state], shape.name(), pad, (self.height() - side) / 2, side)
        painter.setPen(ink)
        painter.setFont(look.font(TypeSize.BODY, bold=True))
        text_box = self.rect().adjusted(pad + side + look.px(1.5), 0, 0, 0)
        painter.drawText(text_box, Qt.AlignmentFlag.AlignVCenter, state_word(self._state))
        painter.end()


class Badge(QWidget):
    """Blue with striped ends: something that must not be overlooked, and that no one can hide."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._look = look
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        look.changed.connect(self.update)

    def set_text(self, text: str) -> None:
        """Show another word."""
        self._text = text
        self.setAccessibleName(text)
        metrics = QFontMetrics(self._look.font(TypeSize.SMALL, bold=True))
        self.setFixedWidth(metrics.horizontalAdvance(text) + self._look.px(14))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Stripes at both ends, plain blue under the word."""
        look = self._look
        painter = QPainter(self)
        height = min(self.height(), look.px(7))
        box = self.rect().adjusted(0, (self.height() - height) // 2, 0, 0)
        box.setHeight(height)
        painter.fillRect(box, look.color("bg_raised"))
        paint_hatch(painter, box, look.color("focus"), look.px(1.6))
        middle = box.adjusted(look.px(4), 0, -look.px(4), 0)
        painter.fillRect(middle, look.color("focus"))
        painter.setPen(QPen(look.color("focus"), 1))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.setPen(look.color("on_focus"))
        painter.setFont(look.font(TypeSize.SMALL, bold=True))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class _Divider(QWidget):
    """A thin line between two items."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedWidth(1)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        height = self._look.px(6)
        painter.fillRect(0, (self.height() - height) // 2, 1, height, self._look.color("line_strong"))
        painter.end()
