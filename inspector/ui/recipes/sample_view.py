"""One sample in large with its heat against the limit that is under the hand."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.draft import RecipeDraft
from inspector.core.errors import InspectorError
from inspector.core.geometry import Size
from inspector.core.refs import RecipeRef
from inspector.core.sample import Sample
from inspector.ui.formats import ratio_text
from inspector.ui.messages import limit_text
from inspector.ui.parts import Part
from inspector.ui.recipes.sample_book import SampleBook
from inspector.ui.recipes.work import ScoringWork
from inspector.ui.tools import PageTools
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A sample with all that is drawn of it."""

    sample: Sample
    picture: NDArray[np.uint8]
    anomaly_map: AnomalyMap


class SampleView(QWidget):
    """Picture, heat, and the score as a multiple of the limit."""

    def __init__(self, tools: PageTools, book: SampleBook, scoring: ScoringWork) -> None:
        """Begin empty."""
        super().__init__()
        self._tools, self._book, self._scoring = tools, book, scoring
        self._shown: _Shown | None = None
        self._asked = ""
        self._limit = 1.0
        self._problem = ""
        self.well = ImageView(tools.look)
        self.text = QLabel()
        self.text.setProperty("role", "second")
        self.text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tools.look.px(1))
        layout.addWidget(self.well, 1)
        layout.addWidget(self.text)
        self.retranslate()

    def show_sample(self, draft: RecipeDraft, sample: Sample, limit: float) -> None:
        """Fetch picture and map in the background."""
        self._limit, self._problem = limit, ""
        if sample.id != self._asked:
            self._asked, self._shown = sample.id, None
            work = partial(_load, self._book, self._scoring, draft, sample)
            self._tools.background.run(work, self, self._on_loaded, self._on_failed, topic="sample")
        self._say()

    def retranslate(self) -> None:
        """Say all texts again."""
        self.well.setAccessibleName(self.tr("Picture of the chosen sample"))
        self._say()

    def _on_loaded(self, shown: _Shown) -> None:
        self._shown = shown
        self._say()

    def _on_failed(self, error: InspectorError) -> None:
        self._asked, self._problem = "", str(error)
        self._say()

    def _say(self) -> None:
        shown = self._shown
        if shown is None:
            empty = self.tr("Choose a sample to see why")
            message = self._problem or (self.tr("Working…") if self._asked else empty)
            self.well.set_content(WellContent(icon="part", message=message))
            self.text.setText("")
            return
        ratio = shown.anomaly_map.score / self._limit
        self.well.set_content(WellContent(part=_part(shown, self._limit), picture=shown.picture))
        said = limit_text(ratio_text(ratio, self._tools.translation.locale))
        self.text.setText(" · ".join(filter(None, (shown.sample.defect, said))))


def _load(book: SampleBook, scoring: ScoringWork, draft: RecipeDraft, sample: Sample) -> _Shown:
    return _Shown(sample, book.load(sample), scoring.map_of(draft, sample))


def _part(shown: _Shown, limit: float) -> Part:
    """The sample as the picture well understands it."""
    fails = not shown.anomaly_map.score <= limit
    decision = Decision(
        verdict=Verdict.FAIL if fails else Verdict.PASS,
        reason=Reason.ABOVE_LIMIT if fails else Reason.WITHIN_LIMIT,
        limit=limit,
        recipe=RecipeRef("sample", 0),
        score=shown.anomaly_map.score,
        model=shown.anomaly_map.model,
    )
    return Part(
        id=f"{shown.sample.id} {limit}",
        frame_id=0,
        label="",
        lot="",
        captured_at=shown.sample.captured_at,
        decision=decision,
        anomaly_map=shown.anomaly_map,
        thumbnail=None,
        image_size=Size.of(shown.picture.shape),
        simulated=False,
    )
