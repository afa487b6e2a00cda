"""One sample, or one part of the past, in large with its heat against the limit that is under the hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.draft import RecipeDraft
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.geometry import Size
from inspector.core.refs import RecipeRef
from inspector.core.sample import Sample
from inspector.ui.formats import ratio_text, stamp_text
from inspector.ui.messages import limit_text
from inspector.ui.parts import Part
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.sample_book import SampleBook
from inspector.ui.recipes.work import ScoringWork
from inspector.ui.tools import PageTools
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """Everything that is drawn; `score` is known also where no map was kept."""

    name: str
    at: datetime
    score: float | None
    picture: NDArray[np.uint8] | None = None
    anomaly_map: AnomalyMap | None = None
    problem: str = ""


class SampleView(QWidget):
    """Picture, heat, and the score as a multiple of the limit."""

    def __init__(self, tools: PageTools) -> None:
        """Begin empty."""
        super().__init__()
        self._tools = tools
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

    def show_sample(
        self, book: SampleBook, scoring: ScoringWork, draft: RecipeDraft, sample: Sample, limit: float
    ) -> None:
        """Fetch a sample's picture and map in the background."""
        self._ask(sample.id, partial(_load_sample, book, scoring, draft, sample), limit)

    def show_past(self, desk: SetupDesk, record_id: str, limit: float) -> None:
        """Fetch what was kept of an inspected part."""
        self._ask(record_id, partial(_load_record, desk, record_id), limit)

    def set_limit(self, limit: float) -> None:
        """Draw against another limit."""
        if limit != self._limit:
            self._limit = limit
            if self._shown is not None:
                self._say()

    def retranslate(self) -> None:
        """Say all texts again."""
        self.well.setAccessibleName(self.tr("Picture of the chosen sample"))
        self._say()

    def _ask(self, key: str, load: Callable[[], _Shown], limit: float) -> None:
        self._limit, self._problem = limit, ""
        if key != self._asked:
            self._asked, self._shown = key, None
            self._tools.background.run(load, self, self._on_loaded, self._on_failed, topic="shown")
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
            empty = self.tr("Choose a picture to see why")
            message = self._problem or (self.tr("Working…") if self._asked else empty)
            self.well.set_content(WellContent(icon="part", message=message))
            self.text.setText("")
            return
        message = "" if shown.picture is not None else shown.problem or self.tr("The picture was not kept")
        part = _part(shown, self._limit) if shown.picture is not None else None
        self.well.set_content(WellContent(part=part, picture=shown.picture, icon="part", message=message))
        said = ""
        if shown.score is not None:
            said = limit_text(ratio_text(shown.score / self._limit, self._tools.translation.locale))
        self.text.setText(" · ".join(filter(None, (shown.name or stamp_text(shown.at), said))))


def _load_sample(book: SampleBook, scoring: ScoringWork, draft: RecipeDraft, sample: Sample) -> _Shown:
    anomaly_map = scoring.map_of(draft, sample)
    return _Shown(sample.defect, sample.captured_at, anomaly_map.score, book.load(sample), anomaly_map)


def _load_record(desk: SetupDesk, record_id: str) -> _Shown:
    """What was kept; a damaged file is said, not hidden."""
    record = desk.records.get(record_id) if desk.records is not None else None
    if record is None:
        raise OperationalError("DAT-002", f"There is no part {record_id}.")
    shown = _Shown("", record.captured_at, record.score)
    if desk.images is None or not record.image_path:
        return shown
    try:
        picture = desk.images.load_frame(record.image_path, record.image_sha256)
        kept = desk.images.load_map(record.map_path, record.map_sha256) if record.map_path else None
    except OperationalError as error:
        return _Shown("", record.captured_at, record.score, problem=str(error))
    return _Shown("", record.captured_at, record.score, picture, kept)


def _part(shown: _Shown, limit: float) -> Part:
    """The picture as the well understands it."""
    score = shown.score if shown.anomaly_map is not None else None
    fails = score is not None and not score <= limit
    decision = Decision(
        verdict=Verdict.FAIL if fails else Verdict.PASS,
        reason=Reason.ABOVE_LIMIT if fails else Reason.WITHIN_LIMIT,
        limit=limit,
        recipe=RecipeRef("draft", 0),
        # Without its map nothing is missing from the picture either.
        score=score,
        model=None if shown.anomaly_map is None else shown.anomaly_map.model,
    )
    return Part(
        id="",
        frame_id=0,
        label="",
        lot="",
        captured_at=shown.at,
        decision=decision,
        anomaly_map=shown.anomaly_map,
        thumbnail=None,
        image_size=None if shown.picture is None else Size.of(shown.picture.shape),
        simulated=False,
    )
