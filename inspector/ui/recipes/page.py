"""The Recipes page: the list, or the set-up that is open in its place."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from inspector.core.draft import RecipeDraft, Step
from inspector.core.errors import InspectorError
from inspector.core.recipe import Recipe
from inspector.services.recipes import ProductCard, ProductState
from inspector.ui.parts import thumbnail
from inspector.ui.recipes.compare_sheet import CompareSheet
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.pictures import image_of
from inspector.ui.recipes.product_list import ProductList
from inspector.ui.recipes.product_model import picture_key
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.recipes.transfer import Transfer
from inspector.ui.tools import PageTools
from inspector.ui.widgets.notice import Notice

logger = logging.getLogger(__name__)

_SAY_S = 5.0
_UNDO_S = 12.0
_PICTURE_PX = 480
_PICTURES_AT_ONCE = 8


class RecipesPage(QWidget):
    """What the tab shows. Everything that reads or writes runs in the background."""

    def __init__(self, tools: PageTools, desk: SetupDesk) -> None:
        """Begin with an empty list; `refresh` reads."""
        super().__init__()
        self.setObjectName("page")
        self._tools, self._desk = tools, desk
        self._undo: Callable[[], object] | None = None
        self._wanted = ("", "")  # product and draft to choose once the list is read
        self.list = ProductList(tools)
        self.setup: SetupPage | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)
        self.notice = Notice(tools.look, self)
        self.notice.acted.connect(self._on_undo)
        self.list.new_asked.connect(self._on_new)
        self.list.open_asked.connect(self._on_open)
        self.list.copy_asked.connect(self._on_copy)
        self.transfer = Transfer(tools, desk, self)
        self.transfer.done.connect(self._say)
        self.transfer.imported.connect(self._on_imported)
        self.list.import_asked.connect(self.transfer.ask_import)
        self.list.export_asked.connect(self.transfer.ask_export)
        self.list.compare_asked.connect(self._on_compare)
        self.list.retire_asked.connect(self._on_retire)
        self.list.discard_asked.connect(self._on_discard)

    def refresh(self) -> None:
        """The page is shown: read the list again, or go on with the set-up that is open."""
        if self.setup is not None:
            self.setup.resume()
            return
        self._read()
        self.list.view.setFocus()

    def pause(self) -> None:
        """Another page is shown."""
        if self.setup is not None:
            self.setup.pause()

    def shut_down(self) -> None:
        """The program ends: what is in hand is written."""
        if self.setup is not None:
            self.setup.shut_down()

    def open_draft(self, draft: RecipeDraft, step: Step = Step.PRODUCT) -> None:
        """Open the set-up of a draft."""
        self._close_setup()
        self.setup = SetupPage(self._tools, self._desk, draft)
        self.setup.closed.connect(self._on_closed)
        self.stack.addWidget(self.setup)
        self.stack.setCurrentWidget(self.setup)
        self.setup.open(step)

    def _close_setup(self) -> None:
        if self.setup is not None:
            self.stack.removeWidget(self.setup)
            self.setup.deleteLater()
            self.setup = None

    # --- what people press --------------------------------------------------------------------------------------------

    def _on_new(self) -> None:
        self._do(self._desk.recipes.new, self._on_draft)

    def _on_open(self, card: ProductCard) -> None:
        recipes = self._desk.recipes
        work = partial(recipes.draft, card.draft_id) if card.draft_id else partial(recipes.edit, card.product)
        self._do(work, self._on_draft)

    def _on_copy(self, card: ProductCard) -> None:
        self._do(partial(self._desk.recipes.copy, card.product), self._on_draft)

    def _on_compare(self, card: ProductCard) -> None:
        CompareSheet(self._tools, self, self._desk, card).show_versions()

    def _on_imported(self, recipe: Recipe) -> None:
        self._wanted = (recipe.product, "")
        self._read()

    def _on_retire(self, card: ProductCard) -> None:
        recipes = self._desk.recipes
        if card.state is ProductState.RETIRED:
            self._do(partial(recipes.unretire, card.product), self._read)
            return
        text = self.tr("{product} is taken out of use").format(product=card.product)
        self._say_after(partial(recipes.retire, card.product), text, partial(recipes.unretire, card.product))

    def _on_discard(self, card: ProductCard) -> None:
        """Undo instead of a question: the draft is kept until the line of text goes."""
        self._do(partial(self._take_draft, card.draft_id), self._on_discarded)

    def _take_draft(self, draft_id: str) -> RecipeDraft:
        draft = self._desk.recipes.draft(draft_id)
        self._desk.recipes.discard(draft_id)
        return draft

    def _on_discarded(self, draft: RecipeDraft) -> None:
        name = draft.recipe.product or self.tr("the product without a name")
        self._say(
            self.tr("The draft of {name} is discarded").format(name=name), partial(self._desk.recipes.save, draft)
        )
        self._read()

    def _on_undo(self) -> None:
        if self._undo is not None:
            undo, self._undo = self._undo, None
            self._do(undo, self._read)

    # --- background ---------------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], Any], done: Callable[..., None]) -> None:
        self._tools.background.run(work, self, done, self._on_failed, topic="do")

    def _say_after(self, work: Callable[[], object], text: str, undo: Callable[[], object]) -> None:
        def done(_: object) -> None:
            self._say(text, undo)
            self._read()

        self._do(work, done)

    def _say(self, text: str, undo: Callable[[], object] | None = None) -> None:
        self._undo = undo
        self.notice.say(text, _UNDO_S if undo else _SAY_S, self.tr("Undo") if undo else "")

    def _read(self, _: object = None) -> None:
        self._tools.background.run(
            self._desk.recipes.overview, self, self._on_overview, self._on_unreadable, topic="list"
        )

    def _read_pictures(self) -> None:
        wanted = self.list.model.lacking_pictures()[:_PICTURES_AT_ONCE]
        if wanted:
            self._tools.background.run(
                partial(self._load_pictures, wanted), self, self._on_pictures, self._on_failed, topic="pictures"
            )

    def _load_pictures(self, cards: tuple[ProductCard, ...]) -> dict[str, QImage]:
        return {picture_key(card): self._load_picture(card) for card in cards}

    def _load_picture(self, card: ProductCard) -> QImage:
        """A picture for a card; an empty one where there is none, so that it is not asked for again."""
        drawn = self._desk.drawn_picture
        try:
            picture = self._desk.pictures.load(card.picture) if card.picture else None
        except InspectorError as error:
            logger.warning("The picture of %s cannot be read: %s", card.product, error)
            picture = None
        if picture is None and drawn is not None:
            picture = drawn(card.product)
        return QImage() if picture is None else image_of(thumbnail(picture, _PICTURE_PX))

    def _on_overview(self, cards: tuple[ProductCard, ...]) -> None:
        in_use = self._desk.product_in_use
        self.list.show_products(cards, "" if in_use is None else in_use())
        if any(self._wanted):
            self.list.select(*self._wanted)
            self._wanted = ("", "")
        self._read_pictures()

    def _on_pictures(self, pictures: dict[str, QImage]) -> None:
        self.list.model.set_pictures(pictures)
        self._read_pictures()

    def _on_unreadable(self, error: InspectorError) -> None:
        self.list.show_problem(str(error))

    def _on_draft(self, draft: RecipeDraft) -> None:
        self.open_draft(draft)

    def _on_closed(self, text: str) -> None:
        draft = None if self.setup is None else self.setup.draft
        self._close_setup()
        self.stack.setCurrentWidget(self.list)
        self._wanted = ("", "") if draft is None else (draft.recipe.product, draft.id)
        self._read()
        self.list.view.setFocus()
        if text:
            self._say(text)

    def _on_failed(self, error: InspectorError) -> None:
        self._say(str(error))
