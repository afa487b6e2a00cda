"""Samples on the wrong side of the limit: good ones that it rejects, bad ones that it lets pass."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from inspector.core.sample import Sample
from inspector.ui.recipes.sample_model import SampleModel
from inspector.ui.recipes.thumbnails import Thumbnails
from inspector.ui.recipes.tray_view import SampleList
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button

_TAB_MM = 11.0


class WrongSide(QWidget):
    """Two lists, one of them shown; `chosen` carries a sample, `sent` ids and a tray as in the trays."""

    chosen = Signal(object)
    sent = Signal(object, object)

    def __init__(self, tools: PageTools, thumbnails: Thumbnails) -> None:
        """Begin empty."""
        super().__init__()
        look = tools.look
        self.rejected = SampleList(look, SampleModel(thumbnails))
        self.missed = SampleList(look, SampleModel(thumbnails))
        self.lists = (self.rejected, self.missed)
        self._counts = (0, 0)
        self.scored = False
        self._by_hand = False
        self.tabs = tuple(Button(look, icon, height_mm=_TAB_MM, checkable=True) for icon in ("tray_good", "tray_bad"))
        self._stack = QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(look.px(1))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1))
        layout.addLayout(row)
        layout.addWidget(self._stack, 1)
        for tab, view in zip(self.tabs, self.lists, strict=True):
            row.addWidget(tab, 1)
            self._stack.addWidget(view)
            tab.clicked.connect(self._on_tab)
            view.selectionModel().selectionChanged.connect(self._on_selected)
            view.sent.connect(self.sent)
        self._open(0)
        self._say()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Everything on the wrong side, rejected good ones first."""
        found: tuple[Sample, ...] = ()
        for view in self.lists:
            model = view.model()
            if isinstance(model, SampleModel):
                found += model.samples
        return found

    def show_sides(
        self, good: Sequence[Sample], bad: Sequence[Sample], scores: Mapping[str, float], limit: float
    ) -> None:
        """Fill both lists, what is farthest from the limit first."""
        rejected = [one for one in good if one.id in scores and not scores[one.id] <= limit]
        missed = [one for one in bad if one.id in scores and scores[one.id] <= limit]
        rejected.sort(key=lambda one: -scores[one.id])
        missed.sort(key=lambda one: scores[one.id])
        self._counts = (len(rejected), len(missed))
        self.scored = bool(scores)
        for view, samples in zip(self.lists, (rejected, missed), strict=True):
            view.cell.limit = limit
            model = view.model()
            if isinstance(model, SampleModel):
                model.set_samples(samples)
            view.viewport().update()
        # Until a person chose a list, the one that has something is shown.
        if not self._by_hand and bool(rejected) != bool(missed):
            self._open(1 if missed else 0)
        self._say()

    def choose(self, sample_id: str) -> None:
        """Open the list that holds a sample, and select it."""
        for place, view in enumerate(self.lists):
            if view.choose(sample_id):
                self._open(place)

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def _on_tab(self) -> None:
        self._by_hand = True
        for place, tab in enumerate(self.tabs):
            if tab is self.sender():
                self._open(place)

    def _open(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        for number, tab in enumerate(self.tabs):
            tab.setChecked(number == place)

    def _on_selected(self) -> None:
        for view in self.lists:
            chosen = view.selected_samples() if view.selectionModel() is self.sender() else ()
            if chosen:
                self.chosen.emit(chosen[0])

    def _say(self) -> None:
        rejected, missed = self._counts
        self.tabs[0].setText(self.tr("Rejected: {count}", "good samples above the limit").format(count=rejected))
        self.tabs[1].setText(self.tr("Missed: {count}", "bad samples below the limit").format(count=missed))
        unknown = "" if self.scored else self.tr("Known once the samples are scored.")
        self.rejected.message = unknown or self.tr("No good sample is rejected.")
        self.missed.message = unknown or self.tr("No bad sample is let pass.")
        self.rejected.setAccessibleName(self.tr("Good samples above the limit"))
        self.missed.setAccessibleName(self.tr("Bad samples below the limit"))
