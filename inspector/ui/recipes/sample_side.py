"""Beside the trays: the chosen sample in large, what was noticed about it, and everything that can be done with it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from inspector.core.errors import InspectorError
from inspector.core.sample import Sample, SampleFlag, Tray
from inspector.ui.recipes.sample_book import SampleBook
from inspector.ui.recipes.sample_words import FLAG_ORDER, flag_text, sample_facts, tray_name
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Field
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent

_BUTTON_MM = 11.0
_KEYS = {Tray.GOOD: "G", Tray.BAD: "B", Tray.UNSORTED: "U"}


class SampleSide(QWidget):
    """`sent` carries a tray, `named` a defect; both are meant for what is chosen. `shown_asked` carries a sample id."""

    sent = Signal(object)
    named = Signal(str)
    deleted = Signal()
    accepted = Signal()
    shown_asked = Signal(str)

    def __init__(self, tools: PageTools, book: SampleBook) -> None:
        """Begin with nothing chosen."""
        super().__init__()
        self._tools, self._look, self._book = tools, tools.look, book
        self._chosen: tuple[Sample, ...] = ()
        self._picture: NDArray[np.uint8] | None = None
        self._picture_of = ""
        self._problem = ""
        self._original = ""
        self._live: NDArray[np.uint8] | None = None
        look = tools.look
        self.well = ImageView(look)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setProperty("role", "second")
        self.flags = QLabel()
        self.flags.setWordWrap(True)
        self.flags.setProperty("role", "strong")
        self.compare = Button(look, "copies", height_mm=_BUTTON_MM)
        self.accept = Button(look, "step_done", height_mm=_BUTTON_MM)
        self.trays = {tray: Button(look, height_mm=15.0, key=key) for tray, key in _KEYS.items()}
        self.defect = QLineEdit()
        self.defect.setProperty("field", "engineer")
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.defect.setCompleter(completer)
        self._defect = Field(look, self.defect)
        self.delete = Button(look, "delete", height_mm=_BUTTON_MM, key="Del")
        self._lay_out()
        for button in self.trays.values():
            button.clicked.connect(self._on_tray)
        self.defect.editingFinished.connect(self._on_defect)
        self.delete.clicked.connect(self.deleted)
        self.accept.clicked.connect(self.accepted)
        self.compare.clicked.connect(self._on_compare)
        self.retranslate()

    def show_chosen(self, samples: Sequence[Sample]) -> None:
        """Show what is chosen: one in large, several as a number."""
        self._chosen = tuple(samples)
        first = self._chosen[0] if self._chosen else None
        if first is None:
            self._picture, self._picture_of, self._original = None, "", ""
        elif first.id != self._picture_of:
            self._picture, self._picture_of, self._problem, self._original = None, first.id, "", ""
            load = partial(self._book.load, first)
            self._tools.background.run(load, self, self._on_picture, self._on_no_picture, topic="picture")
        if first is not None and SampleFlag.NEAR_COPY in first.flags and not self._original:
            ask = self._book.originals
            self._tools.background.run(ask, self, self._on_originals, self._on_no_original, topic="like")
        if not self.defect.hasFocus():
            self.defect.setText(first.defect if first is not None else "")
        self._say()

    def show_live(self, picture: NDArray[np.uint8] | None) -> None:
        """What the camera sees, while no sample is chosen; None when it is closed."""
        self._live = picture
        if not self._chosen:
            self._say()

    def commit(self) -> None:
        """Hand over a name that is still being typed."""
        self._on_defect()

    def _on_picture(self, image: NDArray[np.uint8]) -> None:
        self._picture = image
        self._say()

    def _on_no_picture(self, error: InspectorError) -> None:
        self._problem = str(error)
        self._say()

    def _on_originals(self, originals: dict[str, str]) -> None:
        self._original = originals.get(self._picture_of, "")
        self._say()

    def _on_no_original(self, error: InspectorError) -> None:
        """Only a convenience: the flag itself says what matters."""
        self._original = ""

    def _on_compare(self) -> None:
        if self._original:
            self.shown_asked.emit(self._original)

    def _on_tray(self) -> None:
        for tray, button in self.trays.items():
            if button is self.sender():
                self.sent.emit(tray)

    def _on_defect(self) -> None:
        name = self.defect.text().strip()
        if self.defect.isModified() and self._chosen:
            self.defect.setModified(False)
            self.named.emit(name)

    def retranslate(self) -> None:
        """Say all texts again."""
        for tray, button in self.trays.items():
            button.setText(tray_name(tray))
        self._defect.set_word(self.tr("What is wrong with it"))
        self.defect.setPlaceholderText(self.tr("scratch, dent, …"))
        self.accept.setText(self.tr("It is good"))
        self.compare.setText(self.tr("Show the other one"))
        self.well.setAccessibleName(self.tr("Picture of the chosen sample"))
        self._say()

    def _say(self) -> None:
        chosen = self._chosen
        first = chosen[0] if chosen else None
        message = ""
        if first is None:
            message = "" if self._live is not None else self.tr("Choose a sample")
        elif self._picture is None:
            message = self._problem or self.tr("Working…")
        notes = (self.tr("live"),) if first is None and self._live is not None else ()
        picture = self._picture if first is not None else self._live
        self.well.set_content(WellContent(picture=picture, icon="part", message=message, notes=notes))
        if len(chosen) > 1:
            self.facts.setText(self.tr("%n sample(s) chosen", "", len(chosen)))
        else:
            self.facts.setText("" if first is None else sample_facts(first))
        flags = [flag for flag in FLAG_ORDER if any(flag in one.flags for one in chosen)]
        self.flags.setText("\n".join(flag_text(flag) for flag in flags))
        self.flags.setVisible(bool(flags))
        self.accept.setVisible(any(SampleFlag.ODD_ONE_OUT in one.flags for one in chosen))
        self.compare.setVisible(len(chosen) == 1 and bool(self._original))
        for button in (*self.trays.values(), self.delete):
            button.setEnabled(bool(chosen))
        self._defect.setVisible(any(one.tray is Tray.BAD for one in chosen))
        self.delete.setText(self.tr("Delete %n picture(s)", "", len(chosen)) if chosen else self.tr("Delete"))
        self._names.setStringList(list(self._book.defects()))

    def _lay_out(self) -> None:
        look = self._look
        trays = QGridLayout()
        trays.setSpacing(look.px(1.5))
        for column, button in enumerate(self.trays.values()):
            trays.addWidget(button, 0, column)
            trays.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self.well, 1)
        layout.addWidget(self.facts)
        layout.addWidget(self.flags)
        layout.addWidget(self.compare)
        layout.addWidget(self.accept)
        layout.addLayout(trays)
        layout.addWidget(self._defect)
        layout.addWidget(self.delete)
