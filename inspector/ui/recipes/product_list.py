"""All products: as cards or as a table, searched and sorted, and what can be done with the one that is chosen."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from inspector.core.recipe import Recipe
from inspector.services.recipes import ProductCard, ProductState
from inspector.ui.messages import product_title
from inspector.ui.recipes.empty_list import EmptyList
from inspector.ui.recipes.product_card import CardDelegate
from inspector.ui.recipes.product_model import CARD_ROLE, ProductFilter, ProductModel
from inspector.ui.recipes.words import product_state_word
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.fields import Choice

_BUTTON_MM = 12.0


class ProductList(QWidget):
    """The list and its buttons. Signals carry the chosen `ProductCard`, or nothing where none is needed."""

    new_asked = Signal()
    import_asked = Signal()
    open_asked = Signal(object)
    copy_asked = Signal(object)
    compare_asked = Signal(object)
    export_asked = Signal(object)
    retire_asked = Signal(object)
    discard_asked = Signal(object)

    def __init__(self, tools: PageTools) -> None:
        """Begin empty."""
        super().__init__()
        self.setObjectName("page")
        self._tools, self._look = tools, tools.look
        self._loaded, self._problem, self._in_use = False, "", ""
        look = tools.look
        self.model = ProductModel(self._title_of, self)
        self.shown = ProductFilter(self)
        self.shown.setSourceModel(self.model)
        self.shown.sort(0)
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.search = QLineEdit()
        self.search.setProperty("field", "engineer")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(look.px(70))
        self.search.textChanged.connect(self._on_search)
        self.state = Choice(look)
        self.state.setMaximumWidth(look.px(50))
        for state in (None, *ProductState):
            self.state.addItem("", state)
        self.state.currentIndexChanged.connect(self._on_state)
        self.as_cards = Button(look, "cards", height_mm=10.0, checkable=True)
        self.as_table = Button(look, "table", height_mm=10.0, checkable=True)
        self.as_cards.setChecked(True)
        for button in (self.as_cards, self.as_table):
            button.setAutoExclusive(True)
            button.clicked.connect(self._show_state)
        self.cards, self.table = QListView(), QTableView()
        self._dress_views()
        self.new = Button(look, "plus", height_mm=_BUTTON_MM, kind=ButtonKind.PRIMARY)
        self.new.clicked.connect(self.new_asked)
        self.bring = Button(look, "import", height_mm=_BUTTON_MM)
        self.bring.clicked.connect(self.import_asked)
        self.deeds = {
            name: Button(look, icon, height_mm=_BUTTON_MM)
            for name, icon in (
                ("open", "open"),
                ("copy", "copy"),
                ("compare", "compare"),
                ("export", "export"),
                ("retire", "archive"),
                ("discard", "close"),
            )
        }
        for button in self.deeds.values():
            button.clicked.connect(self._on_deed)
        self.empty = EmptyList(tools.look)
        self.empty.new.clicked.connect(self.new_asked)
        self.empty.bring.clicked.connect(self.import_asked)
        self.hint = QLabel()
        self.hint.setProperty("role", "second")
        self.hint.setWordWrap(True)
        self.views = QStackedWidget()
        for view in (self.cards, self.table, self.empty):
            self.views.addWidget(view)
        self._lay_out()
        for key, slot in (("Ctrl+F", self.search.setFocus), ("Ctrl+N", self.new.click)):
            QShortcut(QKeySequence(key), self, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        look.changed.connect(self._on_look_changed)
        self._retranslate()

    @property
    def view(self) -> QAbstractItemView:
        """The view that is chosen, cards or table."""
        return self.cards if self.as_cards.isChecked() else self.table

    def selected(self) -> ProductCard | None:
        """The chosen product."""
        index = self.cards.currentIndex()
        card = index.siblingAtColumn(0).data(CARD_ROLE) if index.isValid() else None
        return card if isinstance(card, ProductCard) else None

    def show_products(self, cards: tuple[ProductCard, ...], in_use: str) -> None:
        """Show what there is; the chosen product stays chosen."""
        before = self.selected()
        self._loaded, self._problem, self._in_use = True, "", in_use
        self.model.set_cards(cards)
        self.select(before.product if before is not None else "", before.draft_id if before is not None else "")
        self._show_state()

    def show_problem(self, problem: str) -> None:
        """The list cannot be read."""
        self._loaded, self._problem = True, problem
        self._show_state()

    def select(self, product: str, draft_id: str = "") -> None:
        """Choose a product, or the first one."""
        rows = [self.shown.index(row, 0) for row in range(self.shown.rowCount())]

        def fit(index: QModelIndex) -> tuple[bool, bool, bool]:
            card: ProductCard = index.data(CARD_ROLE)
            same = bool(product) and card.product == product
            return bool(draft_id) and card.draft_id == draft_id, same and card.version > 0, same

        if rows:
            # The first of the best, so that the first one is chosen when nothing fits.
            self._choose(max(rows, key=fit))

    def _choose(self, index: QModelIndex) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.cards.selectionModel().setCurrentIndex(index, flags)
        self.view.scrollTo(index)

    # --- building -----------------------------------------------------------------------------------------------------

    def _dress_views(self) -> None:
        look = self._look
        self.cards.setModel(self.shown)
        self.cards.setViewMode(QListView.ViewMode.IconMode)
        self.cards.setMovement(QListView.Movement.Static)
        self.cards.setResizeMode(QListView.ResizeMode.Adjust)
        self.cards.setUniformItemSizes(True)
        self.cards.setSpacing(look.px(1))
        self.cards.setItemDelegate(CardDelegate(look, self.cards))
        self.cards.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setModel(self.shown)
        self.table.setSelectionModel(self.cards.selectionModel())
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(look.px(11))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(60)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.cards.selectionModel().currentChanged.connect(self._show_actions)
        for view in (self.cards, self.table):
            view.activated.connect(self._on_activated)
            view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def _lay_out(self) -> None:
        look = self._look
        head = QHBoxLayout()
        head.setSpacing(look.px(3))
        head.addWidget(self.title)
        head.addStretch(1)
        for widget in (self.search, self.state):
            head.addWidget(widget, 2)
        head.addWidget(self.as_cards)
        head.addWidget(self.as_table)
        foot = QHBoxLayout()
        foot.setSpacing(look.px(3))
        foot.addWidget(self.new)
        foot.addWidget(self.bring)
        foot.addStretch(1)
        for button in self.deeds.values():
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        margin = look.px(2.5)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(look.px(2.5))
        layout.addLayout(head)
        layout.addWidget(self.views, 1)
        layout.addWidget(self.hint)
        layout.addLayout(foot)

    # --- what people press --------------------------------------------------------------------------------------------

    def _on_deed(self) -> None:
        card, sender = self.selected(), self.sender()
        if card is None:
            return
        for name, signal in (
            ("open", self.open_asked),
            ("copy", self.copy_asked),
            ("compare", self.compare_asked),
            ("export", self.export_asked),
            ("retire", self.retire_asked),
            ("discard", self.discard_asked),
        ):
            if self.deeds[name] is sender:
                signal.emit(card)

    def _on_activated(self) -> None:
        card = self.selected()
        if card is not None:
            self.open_asked.emit(card)

    def _on_search(self, text: str) -> None:
        self.shown.search(text)
        self._after_filter()

    def _on_state(self) -> None:
        self.shown.show_state(self.state.currentData())
        self._after_filter()

    def _after_filter(self) -> None:
        card = self.selected()
        if card is None or not self.cards.currentIndex().isValid():
            self.select("")
        self._show_state()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        """Cards, table, or why there is neither."""
        count = self.shown.rowCount()
        if not self._loaded:
            self.empty.say(self.tr("Working…"), buttons=False)
        elif self._problem:
            self.empty.say(self.tr("The list cannot be read. {reason}").format(reason=self._problem), buttons=False)
        elif not self.model.cards:
            self.empty.say(self.tr("No products yet."), buttons=True)
        else:
            self.empty.say(self.tr("No product matches."), buttons=False)
        self.views.setCurrentWidget(self.view if count else self.empty)
        self.title.setText(self.tr("%n product(s)", "title of the list", count) if self._loaded else "")
        self._show_actions()

    def _show_actions(self) -> None:
        """A button that cannot be pressed says why, below the list and on itself."""
        card = self.selected() if self.shown.rowCount() else None
        published = card is not None and card.version > 0
        retired = card is not None and card.state is ProductState.RETIRED
        in_use = card is not None and bool(card.product) and card.product == self._in_use
        choose = self.tr("Choose a product first.")
        reasons = dict.fromkeys(self.deeds, "" if card is not None else choose)
        if card is not None and not published:
            nothing = self.tr("Nothing of this product is published yet.")
            reasons.update(copy=nothing, compare=nothing, export=nothing, retire=nothing)
        if in_use and not retired:
            reasons["retire"] = self.tr("The line inspects this product now.")
        if card is not None and not card.draft_id:
            reasons["discard"] = self.tr("There is no draft in hand.")
        for name, button in self.deeds.items():
            button.setEnabled(not reasons[name])
            button.setToolTip(reasons[name])
            button.setAccessibleDescription(reasons[name])
        self.deeds["discard"].setVisible(card is not None and bool(card.draft_id))
        self.deeds["retire"].setVisible(card is None or published)
        self.deeds["retire"].setText(self.tr("Use again") if retired else self.tr("Retire"))
        self.deeds["retire"].set_icon("undo" if retired else "archive")
        draft = card is not None and bool(card.draft_id)
        self.deeds["open"].setText(self.tr("Open draft") if draft else self.tr("Open"))
        said = [reason for name, reason in reasons.items() if reason and self.deeds[name].isVisibleTo(self)]
        self.hint.setText("" if card is None else " ".join(dict.fromkeys(said)))
        self.hint.setVisible(bool(self.hint.text()))

    def _title_of(self, card: ProductCard) -> str:
        recipe = Recipe(product=card.product, version=card.version, model_name="", title=card.title)
        title = product_title(recipe, self._tools.translation.language.value)
        return title or self.tr("Product without a name")

    def _on_look_changed(self) -> None:
        self.cards.doItemsLayout()
        self.cards.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sentence below the list wraps."""
        super().resizeEvent(event)
        self.hint.setMaximumWidth(event.size().width())

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.search.setPlaceholderText(self.tr("Search product"))
        self.search.setAccessibleName(self.tr("Search product"))
        self.state.setAccessibleName(self.tr("State"))
        self.state.setItemText(0, self.tr("All in use"))
        for number, state in enumerate(ProductState, start=1):
            self.state.setItemText(number, product_state_word(state))
        self.as_cards.setText(self.tr("Cards"))
        self.as_table.setText(self.tr("Table"))
        self.new.setText(self.tr("New product"))
        self.bring.setText(self.tr("Import package"))
        for name, word in (
            ("copy", self.tr("Copy")),
            ("compare", self.tr("Compare versions")),
            ("export", self.tr("Export package")),
            ("discard", self.tr("Discard draft")),
        ):
            self.deeds[name].setText(word)
        self.cards.setAccessibleName(self.tr("Products"))
        self.table.setAccessibleName(self.tr("Products"))
        self.model.retranslate()
        self._show_state()
