"""The products as a table that both views of the list share, and what of it is shown."""

from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QImage

from inspector.services.recipes import ProductCard, ProductState
from inspector.ui.formats import stamp_text
from inspector.ui.messages import version_text
from inspector.ui.recipes.words import product_state_word

CARD_ROLE = int(Qt.ItemDataRole.UserRole)
PICTURE_ROLE = CARD_ROLE + 1
SORT_ROLE = CARD_ROLE + 2
COLUMNS = 6

_Index = QModelIndex | QPersistentModelIndex


class ProductModel(QAbstractTableModel):
    """One row for each product: title, state, version, line code, model, last use."""

    def __init__(self, title: Callable[[ProductCard], str], parent: QObject | None = None) -> None:
        """Begin empty.

        Args:
            title: what people call a product, in the language of the window.
            parent: owner.
        """
        super().__init__(parent)
        self._title = title
        self.cards: tuple[ProductCard, ...] = ()
        # Views ask for each text many times; saying it takes longer than looking it up.
        self._texts: tuple[tuple[str, ...], ...] = ()
        self._searched: tuple[str, ...] = ()
        self._pictures: dict[str, QImage] = {}

    def set_cards(self, cards: tuple[ProductCard, ...]) -> None:
        """Show other products."""
        self.beginResetModel()
        self.cards = cards
        self._texts = tuple(map(self._say, cards))
        self._searched = tuple(map(_searched, cards))
        self.endResetModel()

    def set_pictures(self, pictures: dict[str, QImage]) -> None:
        """Take pictures by `picture_key`."""
        self._pictures.update(pictures)
        if self.cards:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.cards) - 1, 0), [PICTURE_ROLE])

    def lacking_pictures(self) -> tuple[ProductCard, ...]:
        """Products whose picture was not fetched yet."""
        return tuple(card for card in self.cards if picture_key(card) not in self._pictures)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Products."""
        return 0 if parent.isValid() else len(self.cards)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Always the same."""
        return 0 if parent.isValid() else COLUMNS

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Text, card, picture, and what a column is sorted by."""
        card = self.cards[index.row()]
        if role == CARD_ROLE:
            return card
        if role == PICTURE_ROLE:
            return self._pictures.get(picture_key(card))
        texts = self._texts[index.row()]
        if role == int(Qt.ItemDataRole.DisplayRole):
            return texts[index.column()]
        if role in (int(Qt.ItemDataRole.AccessibleTextRole), int(Qt.ItemDataRole.ToolTipRole)):
            return ", ".join(filter(None, texts)) if index.column() == 0 else texts[index.column()]
        if role == SORT_ROLE:
            if index.column() in (2, 3):
                return (card.version, card.line_code)[index.column() - 2]
            return texts[index.column()].casefold()
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        """Words of the columns."""
        if orientation is not Qt.Orientation.Horizontal or role != int(Qt.ItemDataRole.DisplayRole):
            return None
        return (
            self.tr("Product"),
            self.tr("State"),
            self.tr("Version"),
            self.tr("Line code"),
            self.tr("Model"),
            self.tr("Last used"),
        )[section]

    def retranslate(self) -> None:
        """Say everything again."""
        self._texts = tuple(map(self._say, self.cards))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, COLUMNS - 1)
        if self.cards:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.cards) - 1, COLUMNS - 1))

    def holds(self, row: int, words: list[str]) -> bool:
        """Whether a product is found by words, which are in small letters."""
        text = self._searched[row]
        return all(word in text for word in words)

    def _say(self, card: ProductCard) -> tuple[str, ...]:
        return (
            self._title(card),
            state_text(card),
            version_text(card.version) if card.version else "–",
            str(card.line_code) if card.line_code else "–",
            card.model or "–",
            stamp_text(card.last_used) if card.last_used is not None else self.tr("never"),
        )


class ProductFilter(QSortFilterProxyModel):
    """Search over everything that is read, and one state at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Show all that are in use."""
        super().__init__(parent)
        self._wanted: list[str] = []
        self._state: ProductState | None = None
        self.setSortRole(SORT_ROLE)
        self.setSortLocaleAware(True)

    def search(self, text: str) -> None:
        """Show what holds every word of the text."""
        self._wanted = text.casefold().split()
        self.invalidate()

    def show_state(self, state: ProductState | None) -> None:
        """Show one state; None is everything that is not retired."""
        self._state = state
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: _Index) -> bool:
        """Whether a product is shown."""
        source = self.sourceModel()
        if not isinstance(source, ProductModel):
            return False
        card = source.cards[row]
        if self._state is None:
            shown = card.state is not ProductState.RETIRED
        elif self._state is ProductState.DRAFT:
            shown = bool(card.draft_id)
        else:
            shown = card.state is self._state
        return shown and source.holds(row, self._wanted)


def _searched(card: ProductCard) -> str:
    titles = (title for _, title in card.title)
    return " ".join((card.product, *titles, card.model, str(card.line_code or ""))).casefold()


def picture_key(card: ProductCard) -> str:
    """Under which a card's picture is kept."""
    return card.picture or f"product:{card.product}"


def state_text(card: ProductCard) -> str:
    """State of a product; a published one that is being changed says so."""
    return product_state_word(card.state, draft=bool(card.draft_id))
