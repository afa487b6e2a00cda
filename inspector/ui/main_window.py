"""The frame around every page: header, faults, tabs, pages. No logic of the line."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from inspector.core.line import Fault, LineState, LineStatus
from inspector.core.ports import ImageStore, RecordStore
from inspector.core.recipe import Recipe
from inspector.ui.bridge import LineBridge
from inspector.ui.header import Header
from inspector.ui.history.page import HistoryPage
from inspector.ui.keys_sheet import KeysSheet
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.page import RecipesPage
from inspector.ui.station.line import StationLine
from inspector.ui.station.page import StationPage
from inspector.ui.station.product_sheet import ProductPicture
from inspector.ui.station.questions import CloseQuestion, FaultListSheet, FaultSheet
from inspector.ui.tabs import Tabs
from inspector.ui.theme import Scheme
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language
from inspector.ui.widgets.fault_bar import MOST_ROWS, FaultBar

_LOW_WINDOW_PX = 900
_RESTING = frozenset({LineState.STOPPED, LineState.FAULTED})


@dataclass(frozen=True, slots=True)
class StationInfo:
    """What the window shows and remembers of its station.

    Attributes:
        name: in the header.
        records, images: for the History page; without them there is no such page.
        setup: for the Recipes page; without it there is no such page.
        product_picture: a picture of a good part for the list of products; runs in the background.
        remember: called with "language" or "theme" and the new value, when a person changes it.
    """

    name: str
    records: RecordStore | None = None
    images: ImageStore | None = None
    setup: SetupDesk | None = None
    product_picture: ProductPicture | None = None
    remember: Callable[[str, str], None] | None = None


class MainWindow(QWidget):
    """One window for one line."""

    def __init__(self, line: StationLine, tools: PageTools, station: StationInfo) -> None:
        """Build everything; the window is not shown yet."""
        super().__init__()
        self.setObjectName("window")
        self._line, self._tools, self._station = line, tools, station
        self._may_close = False
        look = tools.look
        self.bridge = LineBridge(line)
        self.header = Header(look, tools.translation, station.name)
        self.fault_bar = FaultBar(look)
        self.station_page = StationPage(line, self.bridge, tools, product_picture=station.product_picture)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.station_page)
        keys = ["F2"]
        self.recipes_page: RecipesPage | None = None
        if station.setup is not None:
            self.recipes_page = RecipesPage(tools, station.setup)
            self.pages.addWidget(self.recipes_page)
            keys.append("F3")
        self.history_page: HistoryPage | None = None
        if station.records is not None and station.images is not None:
            self.history_page = HistoryPage(tools, station.records, station.images)
            self.pages.addWidget(self.history_page)
            keys.append("F4")
        self.tabs = Tabs(look, keys)
        self.tabs.setVisible(self.pages.count() > 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.header, self.fault_bar, self.tabs):
            layout.addWidget(widget)
        layout.addWidget(self.pages, 1)
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.fault_bar.refresh_ages)
        self._timer.start()
        self._bind_keys()
        self._show_line()
        self._retranslate()
        self.show_page(0)

    def show_first(self, *, full_screen: bool = False) -> None:
        """Show the window as large as the screen allows, or without a frame."""
        available = self.screen().availableGeometry()
        self.resize(min(1920, available.width()), min(1080, available.height()))
        if full_screen:
            self.showFullScreen()
        elif available.width() <= 1920:
            self.showMaximized()
        else:
            self.show()

    def show_page(self, index: int) -> None:
        """Open a page by its tab; a question belongs to the page that it was asked on."""
        self.station_page.asking.dismiss()
        before = self.pages.currentWidget()
        self.pages.setCurrentIndex(index)
        self.tabs.choose(index)
        page = self.pages.currentWidget()
        if isinstance(before, RecipesPage) and before is not page:
            before.pause()
        if isinstance(page, HistoryPage | RecipesPage):
            page.refresh()
        else:
            self.station_page.well.setFocus()

    def allow_close(self) -> None:
        """The session of the desktop ends: nobody is there to be asked."""
        self._may_close = True

    def close_now(self) -> None:
        """Close without asking: the program ends."""
        self._may_close = True
        self.close()

    def shut_down(self) -> None:
        """Stop listening to the line, and write what is in hand; call it after the window was closed."""
        if self.recipes_page is not None:
            self.recipes_page.shut_down()
        self.bridge.close()

    # --- building -----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.bridge.status_changed.connect(self._on_status)
        self.bridge.faults_changed.connect(self._on_faults)
        self.bridge.recipe_changed.connect(self._on_recipe)
        self.bridge.lot_changed.connect(self.header.show_lot)
        self.header.language_asked.connect(self._on_language)
        self.header.theme_asked.connect(self._on_theme)
        self.header.keys_asked.connect(self._on_keys)
        self.fault_bar.acknowledged.connect(self._on_acknowledged)
        self.fault_bar.help_asked.connect(self._on_fault_help)
        self.fault_bar.list_asked.connect(self._on_fault_list)
        self.tabs.chosen.connect(self.show_page)

    def _bind_keys(self) -> None:
        for key, slot in (
            ("F10", self.station_page.controls.pause.click),
            ("Ctrl+F10", self._on_stop_key),
            ("F2", self._on_station_key),
            ("F3", self._on_recipes_key),
            ("F4", self._on_history_key),
            ("F8", self.fault_bar.acknowledge_first),
            ("F11", self._on_full_screen),
            ("?", self._on_keys),
            ("F1", self._on_keys),
        ):
            QShortcut(QKeySequence(key), self, slot)

    def _show_line(self) -> None:
        line = self._line
        self.header.show_recipe(line.recipe)
        self.header.show_lot(line.lot)
        self.header.show_state(line.status.state)
        self.header.show_simulated(simulated=line.simulated)
        self.fault_bar.set_faults(line.faults)

    # --- news of the line ---------------------------------------------------------------------------------------------

    def _on_status(self, status: LineStatus) -> None:
        self.header.show_state(status.state)

    def _on_faults(self, faults: tuple[Fault, ...]) -> None:
        self.fault_bar.set_faults(faults)

    def _on_recipe(self, recipe: Recipe) -> None:
        self.header.show_recipe(recipe)

    # --- what people press --------------------------------------------------------------------------------------------

    def _on_stop_key(self) -> None:
        """Stop works from every page; it asks where the line can be seen."""
        if self.station_page.controls.stop.isEnabled():
            self.show_page(0)
            self.station_page.controls.stop.click()

    def _on_station_key(self) -> None:
        self.show_page(0)

    def _on_recipes_key(self) -> None:
        if self.recipes_page is not None:
            self.show_page(self.pages.indexOf(self.recipes_page))

    def _on_history_key(self) -> None:
        if self.history_page is not None:
            self.show_page(self.pages.indexOf(self.history_page))

    def _on_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _on_language(self) -> None:
        translation = self._tools.translation
        other = Language.CHINESE if translation.language is Language.ENGLISH else Language.ENGLISH
        translation.set_language(other)
        self._remember("language", other.value)

    def _on_theme(self) -> None:
        look = self._tools.look
        other = Scheme.DARK if look.scheme is Scheme.LIGHT else Scheme.LIGHT
        look.set_theme(other.value)
        self._remember("theme", other.value)

    def _remember(self, key: str, value: str) -> None:
        if self._station.remember is not None:
            self._station.remember(key, value)

    def _on_acknowledged(self, code: str) -> None:
        self._line.acknowledge(code)

    def _on_fault_help(self, fault: Fault) -> None:
        sheet = FaultSheet(self._tools.look, self._over(), fault)
        sheet.acknowledged.connect(self._on_acknowledged)
        self.station_page.asking.open(sheet)
        sheet.show_fault()

    def _on_fault_list(self) -> None:
        sheet = FaultListSheet(self._tools.look, self._over(), self.fault_bar.faults)
        sheet.acknowledged.connect(self._on_acknowledged)
        self.station_page.asking.open(sheet)
        sheet.show_list()

    def _on_keys(self) -> None:
        sheet = KeysSheet(self._tools.look, self._over())
        self.station_page.asking.open(sheet)
        sheet.show_keys()

    def _over(self) -> QWidget:
        """Where a question may lie without covering verdict or faults."""
        page = self.pages.currentWidget()
        return self.station_page.well if page is None or page is self.station_page else page

    # --- events -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F9 must be held, so it cannot be a shortcut."""
        if event.key() == Qt.Key.Key_F9:
            if not event.isAutoRepeat() and self.pages.currentWidget() is self.station_page:
                self.station_page.controls.start.begin_hold()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of Start."""
        if event.key() == Qt.Key.Key_F9:
            if not event.isAutoRepeat():
                self.station_page.controls.start.end_hold()
            return
        super().keyReleaseEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A low window keeps the picture and folds the faults."""
        super().resizeEvent(event)
        self.fault_bar.set_most_rows(1 if event.size().height() < _LOW_WINDOW_PX else MOST_ROWS)

    def changeEvent(self, event: QEvent) -> None:
        """Say the tabs again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first while the line inspects."""
        if self._may_close or self._line.status.state in _RESTING:
            event.accept()
            return
        event.ignore()
        self.show_page(0)
        question = CloseQuestion(self._tools.look, self.station_page.well, "stop")
        question.confirmed.connect(self._on_close_confirmed)
        self.station_page.asking.open(question)
        question.ask()

    def _on_close_confirmed(self) -> None:
        self._line.stop()
        self.close_now()

    def _retranslate(self) -> None:
        self.setWindowTitle(f"{self._station.name} – Inspector")
        words = [self.tr("Station")]
        if self.recipes_page is not None:
            words.append(self.tr("Recipes"))
        if self.history_page is not None:
            words.append(self.tr("History"))
        self.tabs.set_words(words)
