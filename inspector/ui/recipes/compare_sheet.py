"""Two versions of a product side by side: every field that differs, and both areas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from inspector.core.errors import InspectorError
from inspector.core.recipe import Recipe
from inspector.services.recipes import ProductCard
from inspector.ui.formats import stamp_text
from inspector.ui.messages import version_text
from inspector.ui.recipes.area_picture import AreaPicture
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.field_words import field_word, value_text
from inspector.ui.recipes.plain_table import PlainTable
from inspector.ui.tools import PageTools
from inspector.ui.widgets.fields import Choice
from inspector.ui.widgets.sheet import Sheet


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One recipe that can be chosen; `picture` is that of the product."""

    recipe: Recipe
    label: str
    remark: str
    picture: NDArray[np.uint8] | None = None


class CompareSheet(Sheet):
    """Choose two, read what differs."""

    def __init__(self, tools: PageTools, over: QWidget, desk: SetupDesk, card: ProductCard) -> None:
        """Make it; `show_versions` opens it and reads."""
        super().__init__(tools.look, over, width_mm=320.0)
        self._tools, self._desk, self._card = tools, desk, card
        self._versions: tuple[_Side, ...] = ()
        self._problem = ""
        look = tools.look
        self.choices = Choice(look), Choice(look)
        self.remarks = QLabel(), QLabel()
        self.areas = AreaPicture(look), AreaPicture(look)
        grid = self._grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(4))
        grid.setVerticalSpacing(look.px(1))
        for column in range(2):
            self.choices[column].currentIndexChanged.connect(self._compare)
            self.remarks[column].setProperty("role", "small")
            self.remarks[column].setWordWrap(True)
            grid.addWidget(self.choices[column], 0, column)
            grid.addWidget(self.remarks[column], 1, column)
            grid.addWidget(self.areas[column], 2, column)
            grid.setColumnStretch(column, 1)
        self.table = PlainTable(3)
        self.table.setMinimumHeight(look.px(45))
        self.body.addLayout(grid, 1)
        self._state = self.paragraph(role="second")
        self.body.addWidget(self.table, 2)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_versions(self) -> None:
        """Open, and read the versions."""
        self.open(self.choices[0])
        self._tools.background.run(self._read, self, self._on_read, self._on_failed)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self.tr("Versions of {product}").format(product=self._card.product))
        for choice, word in zip(self.choices, (self.tr("Before"), self.tr("After")), strict=True):
            choice.setAccessibleName(word)
        self.table.setAccessibleName(self.tr("Differences"))
        self.table.setHorizontalHeaderLabels([self.tr("Field"), self.tr("Before"), self.tr("After")])
        self._compare()

    def _read(self) -> tuple[_Side, ...]:
        recipes, found = self._desk.recipes, []
        if self._card.draft_id:
            draft = recipes.draft(self._card.draft_id)
            found.append(self._side(draft.recipe, "", f"{stamp_text(draft.changed_at)}  {draft.changed_by}"))
        for version in recipes.versions(self._card.product):
            if version.recipe is not None:
                remark = "  ".join(filter(None, (version.published_by, version.reason)))
                stamp = stamp_text(version.published_at)
                found.append(self._side(version.recipe, version_text(version.version), f"{stamp}  {remark}"))
        return tuple(found)

    def _side(self, recipe: Recipe, label: str, remark: str) -> _Side:
        try:
            picture = self._desk.pictures.load(recipe.picture) if recipe.picture else None
        except InspectorError:
            picture = None  # the comparison stands without it; the Product step says what is wrong with the file
        if picture is None and self._desk.drawn_picture is not None:
            picture = self._desk.drawn_picture(recipe.product)
        return _Side(recipe, label, remark, picture)

    def _on_read(self, versions: tuple[_Side, ...]) -> None:
        self._versions = versions
        for column, choice in enumerate(self.choices):
            choice.blockSignals(True)
            for side in versions:
                choice.addItem(side.label or self.tr("Draft in hand"))
            # The newest on the right, the one before it on the left.
            choice.setCurrentIndex(min(1 - column, len(versions) - 1))
            choice.blockSignals(False)
        several = len(versions) > 1
        for widget in (self.choices[1], self.remarks[1], self.areas[1], self.table):
            widget.setVisible(several)
        self._grid.setColumnStretch(1, int(several))
        self._compare()

    def _on_failed(self, error: InspectorError) -> None:
        self._problem = str(error)
        self._compare()

    def _compare(self) -> None:
        """Fill the table; comparing two recipes takes less than a millisecond."""
        if self._problem or not self._versions:
            self._state.setText(self._problem or self.tr("Working…"))
            return
        before, after = (self._versions[max(0, choice.currentIndex())] for choice in self.choices)
        for column, side in enumerate((before, after)):
            self.remarks[column].setText(side.remark)
            self.areas[column].show_recipe(side.recipe, side.picture)
            self.areas[column].setAccessibleName(self.tr("Area of {version}").format(version=side.label))
        differences = self._desk.recipes.compare(before.recipe, after.recipe)
        self.table.show_rows(
            [
                (field_word(one.key), value_text(one.key, one.before), value_text(one.key, one.after))
                for one in differences
            ]
        )
        if len(self._versions) == 1:
            text = self.tr(
                "There is nothing to compare with yet. Open the product and change it: its draft, and every version "
                "that is published from it, can be compared here."
            )
        elif differences:
            text = self.tr("%n field(s) differ", "", len(differences))
        else:
            text = self.tr("Nothing differs.")
        self._state.setText(text)
