"""Step 1: what the product is called, which number the line knows it by, and what it looks like."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.core.errors import InspectorError
from inspector.core.recipe_ports import PublishedVersion
from inspector.ui.messages import version_text
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.pictures import PICTURE_SUFFIXES, read_picture
from inspector.ui.recipes.starting import MOST_CODE, Others, read_others, started_from
from inspector.ui.recipes.step import StepPage
from inspector.ui.recipes.words import blocker_text
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Choice, Field, NumberField
from inspector.ui.widgets.file_sheet import FileMode, FileSheet
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent

_NAME_CODES = frozenset({"name_missing", "name_too_long", "name_control", "name_taken", "name_changed"})
_CODE_CODES = frozenset({"code_missing", "code_taken"})


class ProductStep(StepPage):
    """Name, line code, picture, notes, and what to start from."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Make the form; `show_draft` fills it."""
        super().__init__(Step.PRODUCT, tools, draft)
        self._desk = desk
        self._before_start: RecipeDraft | None = None
        self._others = Others((), 0)
        self._picture: NDArray[np.uint8] | None = None
        self._picture_path = ""
        self._picture_problem = self._code_refused = self._code_wrong = ""
        look = tools.look
        self.name = _line()
        self.name.setMaxLength(200)
        self.name.textEdited.connect(self._on_name)
        self.code = NumberField(look, low=1, high=MOST_CODE, decimals=0)
        self.code.setMaximumWidth(look.px(40))
        self.code.textEdited.connect(self._on_code_typed)
        self.code.entered.connect(self._on_code)
        self.title_en, self.title_zh = _line(), _line()
        self.title_en.textEdited.connect(self._on_title)
        self.title_zh.textEdited.connect(self._on_title)
        self.notes = QPlainTextEdit()
        self.notes.setTabChangesFocus(True)
        self.notes.setMinimumHeight(look.px(18))
        self.notes.textChanged.connect(self._on_notes)
        self.start = Choice(look)
        self.start.currentIndexChanged.connect(self._name_start)
        self.take_over = Button(look, "copy", height_mm=10.0)
        self.take_over.clicked.connect(self._on_take_over)
        self.name_field = Field(look, self.name)
        self.code_field = Field(look, self.code)
        self.code.refused.connect(self._on_code_refused)
        self.title_fields = Field(look, self.title_en, unit="EN"), Field(look, self.title_zh, unit="中文")
        self.notes_field, self.start_field = Field(look, self.notes), Field(look, self.start)
        self.well = ImageView(look)
        self.choose_picture = Button(look, "open", height_mm=10.0)
        self.choose_picture.clicked.connect(self._on_choose_picture)
        self.drop_picture = Button(look, "close", height_mm=10.0)
        self.drop_picture.clicked.connect(self._on_drop_picture)
        self._lay_out()
        self.retranslate()

    def show_draft(self, draft: RecipeDraft) -> None:
        """Fill the form."""
        super().show_draft(draft)
        recipe = draft.recipe
        _set(self.name, recipe.product)
        self.code.set_value(recipe.line_code or None)
        titles = dict(recipe.title)
        _set(self.title_en, titles.get("en", ""))
        _set(self.title_zh, titles.get("zh_CN", ""))
        if self.notes.toPlainText() != recipe.notes:
            self.notes.blockSignals(True)
            self.notes.setPlainText(recipe.notes)
            self.notes.blockSignals(False)
        published = draft.base_version > 0
        self.name.setReadOnly(published)
        self.name.setEnabled(not published)
        self._say_name_note(())
        self._show_picture()

    def take(self, draft: RecipeDraft) -> None:
        """Another step may have given the product a picture."""
        super().take(draft)
        self._show_picture()

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """What is wrong with name and code stands below them."""
        self._say_name_note(tuple(one for one in blockers if one.code in _NAME_CODES))
        self._code_wrong = next((blocker_text(one) for one in blockers if one.code in _CODE_CODES), "")
        self._say_code_note()

    def enter(self) -> None:
        """Ask what other products there are."""
        self._tools.background.run(
            partial(read_others, self._desk.recipes), self, self._on_others, self._on_failed, topic="others"
        )

    def leave(self) -> None:
        """The code may still stand in its field."""
        self.code.commit()

    def first_field(self) -> QWidget:
        """The name, or what can be changed first."""
        return self.name if self.name.isEnabled() else self.code

    # --- changes ------------------------------------------------------------------------------------------------------

    def _on_name(self, text: str) -> None:
        self.edit(self.draft.with_recipe(product=text.strip()))

    def _on_code(self, code: float) -> None:
        self.edit(self.draft.with_recipe(line_code=round(code)))

    def _on_code_typed(self, text: str) -> None:
        """A whole number in range counts at once, so that a crash costs no more than one key."""
        self._code_refused = ""
        if text.strip().isdecimal() and 1 <= int(text) <= MOST_CODE:
            self._on_code(int(text))

    def _on_code_refused(self, reason: str) -> None:
        self._code_refused = reason
        self._say_code_note()

    def _on_title(self, text: str) -> None:
        language = "en" if self.sender() is self.title_en else "zh_CN"
        titles = dict(self.draft.recipe.title)
        titles.pop(language, None)
        if text.strip():
            titles[language] = text.strip()
        self.edit(self.draft.with_recipe(title=tuple(sorted(titles.items()))))

    def _on_notes(self) -> None:
        self.edit(self.draft.with_recipe(notes=self.notes.toPlainText()))

    def _on_take_over(self) -> None:
        """Take a version's settings over, or give them back: undo instead of a question."""
        if self._before_start is not None:
            before, self._before_start = self._before_start, None
            # Names may have been typed since; they were never the version's.
            self._replace(started_from(self.draft, before.recipe))
            self._name_start()
            return
        version = self._chosen_version()
        if version is None or version.recipe is None:
            return
        self._before_start = self.draft
        self._replace(started_from(self.draft, version.recipe))
        self.said.emit(
            self.tr("Everything but name and code is that of {version}").format(
                version=f"{version.product} {version_text(version.version)}"
            )
        )
        self._name_start()

    def _replace(self, draft: RecipeDraft) -> None:
        self.edit(draft)
        self.show_draft(self.draft)

    def _on_choose_picture(self) -> None:
        heading = self.tr("Picture of the product")
        sheet = FileSheet(self._look, self, FileMode.OPEN, title=heading, suffixes=PICTURE_SUFFIXES)
        sheet.chosen.connect(self._on_picture_chosen)
        sheet.show_files()

    def _on_picture_chosen(self, path: Path) -> None:
        work = partial(_import_picture, self._desk, path)
        self._tools.background.run(work, self, self._on_imported, self._on_failed, topic="import")

    def _on_imported(self, stored: str) -> None:
        self.edit(self.draft.with_recipe(picture=stored))
        self._show_picture()

    def _on_drop_picture(self) -> None:
        self.edit(self.draft.with_recipe(picture=""))
        self._show_picture()

    # --- answers of the background ------------------------------------------------------------------------------------

    def _on_others(self, others: Others) -> None:
        self._others = others
        chosen = self.start.currentData()
        self.start.clear()
        self.start.addItem(self.tr("Blank", "start a product from nothing"), None)
        for version in others.versions:
            self.start.addItem(f"{version.product} {version_text(version.version)}", version)
            if chosen is not None and chosen.product == version.product and chosen.version == version.version:
                self.start.setCurrentIndex(self.start.count() - 1)
        if 1 <= others.free_code <= MOST_CODE:
            self.code.setPlaceholderText(self.tr("{code} is free").format(code=others.free_code))
        self._name_start()

    def _on_failed(self, error: InspectorError) -> None:
        self.said.emit(str(error))

    def _on_picture(self, image: NDArray[np.uint8]) -> None:
        self._picture, self._picture_problem = image, ""
        self._draw_picture()

    def _on_picture_failed(self, error: InspectorError) -> None:
        self._picture, self._picture_problem = None, str(error)
        self._draw_picture()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        form = QGridLayout()
        form.setHorizontalSpacing(look.px(4))
        form.setVerticalSpacing(look.px(2.5))
        form.addWidget(self.name_field, 0, 0, Qt.AlignmentFlag.AlignTop)
        form.addWidget(self.code_field, 0, 1, Qt.AlignmentFlag.AlignTop)
        form.addWidget(self.title_fields[0], 1, 0)
        form.addWidget(self.title_fields[1], 1, 1)
        begin = QHBoxLayout()
        begin.setSpacing(look.px(2))
        begin.addWidget(self.start_field, 1)
        begin.addWidget(self.take_over, 0, Qt.AlignmentFlag.AlignBottom)
        form.addLayout(begin, 2, 0, 1, 2)
        form.addWidget(self.notes_field, 3, 0, 1, 2)
        form.setRowStretch(4, 1)
        form.setColumnStretch(0, 1)
        form.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(look.px(3))
        buttons.addWidget(self.choose_picture)
        buttons.addWidget(self.drop_picture)
        buttons.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(look.px(2))
        right.addWidget(self.well, 1)
        right.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, look.px(1), 0, 0)
        layout.setSpacing(look.px(5))
        layout.addLayout(form, 1)
        layout.addLayout(right, 1)

    def _show_picture(self) -> None:
        path = self.draft.recipe.picture
        if path != self._picture_path:
            self._picture_path, self._picture, self._picture_problem = path, None, ""
            if path:
                load = partial(self._desk.pictures.load, path)
                self._tools.background.run(load, self, self._on_picture, self._on_picture_failed, topic="picture")
        self._draw_picture()

    def _draw_picture(self) -> None:
        message = ""
        if self._picture is None:
            message = self._picture_problem or (
                self.tr("Working…")
                if self._picture_path
                else self.tr("No picture yet. Choose a file, or take one in the Camera step.")
            )
        self.well.set_content(WellContent(icon="part", picture=self._picture, message=message))
        self.drop_picture.setEnabled(bool(self._picture_path))

    def _chosen_version(self) -> PublishedVersion | None:
        chosen = self.start.currentData()
        return chosen if isinstance(chosen, PublishedVersion) else None

    def _name_start(self) -> None:
        undo = self._before_start is not None
        self.take_over.set_icon("undo" if undo else "copy")
        self.take_over.setText(self.tr("Undo") if undo else self.tr("Take over"))
        self.take_over.setEnabled(undo or self._chosen_version() is not None)
        self.start.setEnabled(not undo)

    def _say_name_note(self, wrong: tuple[Blocker, ...]) -> None:
        if self.draft.base_version > 0:
            self.name_field.set_note(self.tr("A published product keeps its name. Copy it to make another one."))
        else:
            self.name_field.set_note("\n".join(map(blocker_text, wrong)), problem=bool(wrong))

    def _say_code_note(self) -> None:
        note = self._code_refused or self._code_wrong
        # Whoever has never wired a line cannot know what the number is for.
        quiet = self.tr("The number by which the line's controller names the product.")
        self.code_field.set_note(note or quiet, problem=bool(note))

    def retranslate(self) -> None:
        """Say all texts again."""
        self.name_field.set_word(self.tr("Name of the product"))
        self.code_field.set_word(self.tr("Line code, 1 to 9999"))
        self.title_fields[0].set_word(self.tr("English name (optional)"))
        self.title_fields[1].set_word(self.tr("Chinese name (optional)"))
        self.start_field.set_word(self.tr("Start from"))
        if self.start.count():
            self.start.setItemText(0, self.tr("Blank", "start a product from nothing"))
        self.notes_field.set_word(self.tr("Notes"))
        self.choose_picture.setText(self.tr("Choose picture"))
        self.drop_picture.setText(self.tr("Remove picture"))
        self.well.setAccessibleName(self.tr("Picture of the product"))
        self._name_start()
        self._draw_picture()
        self._say_name_note(())


def _import_picture(desk: SetupDesk, path: Path) -> str:
    return desk.pictures.save(read_picture(path)).path


def _line() -> QLineEdit:
    field = QLineEdit()
    field.setProperty("field", "engineer")
    return field


def _set(field: QLineEdit, text: str) -> None:
    """Show a text without disturbing one that says the same."""
    if field.text().strip() != text:
        field.setText(text)
