"""Choosing another product: a list with pictures and search; the button names what it will change to."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QWidget

from inspector.core.errors import InspectorError
from inspector.core.recipe import Recipe
from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.messages import product_title, version_text
from inspector.ui.parts import thumbnail
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.sheet import Sheet

ProductPicture = Callable[[Recipe], NDArray[np.uint8] | None]
"""A picture of a good part of a product, if there is one; runs in the background."""

_Entry = tuple[Recipe, NDArray[np.uint8] | None]
_PICTURE_PX = 320


class ProductSheet(Sheet):
    """Every published product; the one in force is marked and cannot be chosen again."""

    chosen = Signal(object)

    def __init__(
        self,
        look: Look,
        over: QWidget,
        background: Background,
        recipes: Callable[[], tuple[Recipe, ...]],
        *,
        current: Recipe | None,
        language: str,
        picture: ProductPicture | None = None,
    ) -> None:
        """Make the list; `show_list` opens it and asks for the products."""
        super().__init__(look, over, width_mm=190.0)
        self._background = background
        self._recipes = recipes
        self._picture = picture
        self._current = current
        self._language = language
        self._entries: tuple[_Entry, ...] = ()
        self._failure = ""
        self._loaded = False
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._on_confirm)
        self.list = QListWidget()
        self.list.setIconSize(QSize(look.px(22), look.px(16)))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(look.px(30))
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemActivated.connect(self._on_activated)
        self._state = QLabel()
        self._state.setWordWrap(True)
        self._state.setProperty("role", "second")
        self.body.addWidget(self.search)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self._state)
        self.confirm = Button(look, "product", height_mm=20.0, kind=ButtonKind.PRIMARY)
        self.confirm.clicked.connect(self._on_confirm)
        self.buttons.addWidget(self.confirm, 1)
        self.buttons.addWidget(self.close_button)

    def show_list(self) -> None:
        """Open, and ask for the products in the background."""
        self.open(self.search)
        self._background.run(self._read, self, self._on_read, self._on_failed)

    def selected(self) -> Recipe | None:
        """The product that the button would change to."""
        item: QListWidgetItem | None = self.list.currentItem()
        if item is None:
            return None
        recipe: Recipe = item.data(Qt.ItemDataRole.UserRole)
        same = self._current is not None and recipe.ref == self._current.ref
        return None if same else recipe

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down, which the search field has no use for, go through the list."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self.tr("Change product"))
        self.search.setPlaceholderText(self.tr("Search product"))
        self.search.setAccessibleName(self.tr("Search product"))
        self.list.setAccessibleName(self.tr("Products"))
        self.close_button.setText(self.tr("Keep the present product"))
        self._name_button()
        self._fill()

    def _read(self) -> tuple[_Entry, ...]:
        picture = self._picture
        entries: list[_Entry] = []
        for recipe in self._recipes():
            image = None if picture is None else picture(recipe)
            entries.append((recipe, None if image is None else thumbnail(image, _PICTURE_PX)))
        return tuple(entries)

    def _on_read(self, entries: tuple[_Entry, ...]) -> None:
        self._entries = entries
        self._loaded = True
        self._fill()

    def _on_failed(self, error: InspectorError) -> None:
        self._failure = str(error)
        self._fill()

    def _fill(self) -> None:
        """Show what matches the search, in the language of the window."""
        wanted = self.search.text().strip().casefold()
        self.list.clear()
        for recipe, image in self._entries:
            title = product_title(recipe, self._language)
            if wanted and wanted not in f"{title} {recipe.product}".casefold():
                continue
            details = [f"{recipe.product} {version_text(recipe.version)}", self._model_text(recipe)]
            if self._current is not None and recipe.ref == self._current.ref:
                details.append(self.tr("in use now"))
            item = QListWidgetItem(_icon(image, self._look), f"{title}\n{'  ·  '.join(details)}")
            item.setData(Qt.ItemDataRole.UserRole, recipe)
            self.list.addItem(item)
        if self._failure:
            text = self.tr("The list cannot be read. {reason}").format(reason=self._failure)
        elif not self._loaded:
            text = self.tr("Working…")
        elif not self._entries:
            text = self.tr("No product is published yet.")
        elif not self.list.count():
            text = self.tr("No product matches.")
        else:
            text = ""
        self._state.setText(text)
        self._state.setVisible(bool(text))
        self._choose_first()
        self._name_button()

    def _model_text(self, recipe: Recipe) -> str:
        version = f" v{recipe.model_version}" if recipe.model_version else ""
        return self.tr("model {name}").format(name=f"{recipe.model_name}{version}")

    def _choose_first(self) -> None:
        """The first product that would be a change."""
        for row in range(self.list.count()):
            self.list.setCurrentRow(row)
            if self.selected() is not None:
                return

    def _name_button(self) -> None:
        recipe = self.selected()
        self.confirm.setEnabled(recipe is not None)
        if recipe is None:
            self.confirm.setText(self.tr("Choose a product"))
        else:
            name = f"{product_title(recipe, self._language)} {version_text(recipe.version)}"
            self.confirm.setText(self.tr("Change to {product}").format(product=name))

    def set_language(self, language: str) -> None:
        """Titles of products follow the language of the window."""
        self._language = language
        self._fill()

    def _on_current_changed(self) -> None:
        self._name_button()

    def _on_activated(self) -> None:
        self._on_confirm()

    def _on_confirm(self) -> None:
        recipe = self.selected()
        if recipe is not None:
            self.chosen.emit(recipe)
            self.dismiss()


def _icon(image: NDArray[np.uint8] | None, look: Look) -> QIcon:
    """The picture on a well, or the sign for a part."""
    size = QSize(look.px(22), look.px(16))
    if image is None:
        pixmap = QPixmap(size)
        pixmap.fill(look.color("bg_well"))
        sign = look.icons.pixmap("part", look.palette.well_text, look.px(9))
        from_left, from_top = (size.width() - look.px(9)) // 2, (size.height() - look.px(9)) // 2
        return QIcon(_composed(pixmap, sign, from_left, from_top))
    height, width = image.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if image.ndim == 2 else QImage.Format.Format_RGB888
    picture = QPixmap.fromImage(QImage(image.data, width, height, image.strides[0], kind).copy())
    picture = picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    well = QPixmap(size)
    well.fill(look.color("bg_well"))
    return QIcon(
        _composed(well, picture, (size.width() - picture.width()) // 2, (size.height() - picture.height()) // 2)
    )


def _composed(below: QPixmap, above: QPixmap, x: int, y: int) -> QPixmap:
    painter = QPainter(below)
    painter.drawPixmap(x, y, above)
    painter.end()
    return below
