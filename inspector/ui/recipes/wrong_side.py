"""Samples on the wrong side of the limit: good ones that it rejects, bad ones that it lets pass, and why."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from inspector.core.sample import Sample
from inspector.ui.recipes.sample_model import SampleModel
from inspector.ui.recipes.thumbnails import Thumbnails
from inspector.ui.recipes.tray_view import SampleList
from inspector.ui.tools import PageTools


class WrongSide(QWidget):
    """Two lists; `chosen` carries the sample that a person wants to see, `sent` ids and a tray as in the trays."""

    chosen = Signal(object)
    sent = Signal(object, object)

    def __init__(self, tools: PageTools, thumbnails: Thumbnails) -> None:
        """Begin empty."""
        super().__init__()
        look = tools.look
        self._tools = tools
        self._counts = (0, 0)
        self.rejected = SampleList(look, SampleModel(thumbnails))
        self.missed = SampleList(look, SampleModel(thumbnails))
        self._rejected, self._missed = QLabel(), QLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1))
        for label, view in ((self._rejected, self.rejected), (self._missed, self.missed)):
            label.setProperty("role", "strong")
            label.setWordWrap(True)
            layout.addWidget(label)
            layout.addWidget(view, 1)
            view.selectionModel().currentChanged.connect(self._on_current)
            view.clicked.connect(self._on_current)
            view.sent.connect(self.sent)
        self._say()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Everything on the wrong side, rejected good ones first."""
        found: tuple[Sample, ...] = ()
        for view in (self.rejected, self.missed):
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
        for view, samples in ((self.rejected, rejected), (self.missed, missed)):
            view.cell.limit = limit
            model = view.model()
            if isinstance(model, SampleModel):
                model.set_samples(samples)
            view.viewport().update()
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def _on_current(self) -> None:
        view = self.sender()
        for one in (self.rejected, self.missed):
            if view is one or view is one.selectionModel():
                chosen = one.selected_samples()
                if chosen:
                    self.chosen.emit(chosen[0])

    def _say(self) -> None:
        rejected, missed = self._counts
        self._rejected.setText(self.tr("Good samples above the limit: {count}").format(count=rejected))
        self._missed.setText(self.tr("Bad samples below the limit: {count}").format(count=missed))
        self.rejected.message = self.tr("No good sample is rejected.")
        self.missed.message = self.tr("No bad sample is let pass.")
        self.rejected.setAccessibleName(self._rejected.text())
        self.missed.setAccessibleName(self._missed.text())
