"""The newest records with their pictures, read-only: what was decided, by which recipe and model, and why."""

import logging
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.decision import Decision, Reason, Timings, Verdict
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.geometry import Rect, Size
from inspector.core.ports import ImageStore, RecordStore
from inspector.core.record import InspectionRecord
from inspector.ui.formats import ratio_text, stamp_text
from inspector.ui.messages import VERDICT_ICONS, limit_text, reason_text, verdict_name
from inspector.ui.parts import Part
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.well_content import WellContent

logger = logging.getLogger(__name__)

NEWEST = 200
_COLUMNS = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Files:
    """What could be read of a record's files; `problem` says why something could not."""

    image: NDArray[np.uint8] | None = None
    anomaly_map: AnomalyMap | None = None
    problem: str = ""


class HistoryPage(QWidget):
    """A list of the last records, and the part that is chosen in it."""

    def __init__(self, tools: PageTools, records: RecordStore, images: ImageStore) -> None:
        """Begin empty; `refresh` reads."""
        super().__init__()
        self.setObjectName("page")
        self._tools, self._look = tools, tools.look
        self._records, self._images = records, images
        self._shown: tuple[InspectionRecord, ...] = ()
        self._files = _Files()
        self._problem = ""
        look = tools.look
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.reload = Button(look, "undo")
        self.reload.clicked.connect(self.refresh)
        self.table = QTableWidget(0, _COLUMNS)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setIconSize(QSize(look.px(5), look.px(5)))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(look.px(10))
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.itemSelectionChanged.connect(self._on_selected)
        self.well = ImageView(look)
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setProperty("role", "strong")
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setProperty("role", "second")
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        look.changed.connect(self._fill)
        self._retranslate()

    def refresh(self) -> None:
        """Read the newest records in the background; the chosen part stays chosen."""
        self._tools.background.run(
            partial(self._records.recent, NEWEST), self, self._on_records, self._on_failed, topic="records"
        )

    def selected(self) -> InspectionRecord | None:
        """The chosen record."""
        rows = self.table.selectionModel().selectedRows()
        return self._shown[rows[0].row()] if rows else None

    def _lay_out(self) -> None:
        look = self._look
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.reload)
        left = QVBoxLayout()
        left.setSpacing(look.px(2))
        left.addLayout(head)
        left.addWidget(self.table, 1)
        right = QVBoxLayout()
        right.setSpacing(look.px(2))
        right.addWidget(self.well, 1)
        right.addWidget(self.reason)
        right.addWidget(self.facts)
        layout = QHBoxLayout(self)
        margin = look.px(2.5)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(look.px(3))
        layout.addLayout(left, 5)
        layout.addLayout(right, 3)

    # --- answers of the background ------------------------------------------------------------------------------------

    def _on_records(self, records: tuple[InspectionRecord, ...]) -> None:
        before = self.selected()
        self._shown, self._problem = records, ""
        self._fill()
        kept = next((i for i, record in enumerate(records) if before is not None and record.id == before.id), 0)
        if records:
            self.table.selectRow(kept)
        self._show_part()

    def _on_failed(self, error: InspectorError) -> None:
        self._problem = str(error)
        self._show_part()

    def _on_files(self, files: _Files) -> None:
        self._files = files
        self._show_part()

    def _on_selected(self) -> None:
        self._files = _Files()
        record = self.selected()
        self._show_part()
        if record is not None:
            self._tools.background.run(
                partial(_read_files, self._images, record), self, self._on_files, self._on_failed, topic="files"
            )

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """All rows, in the language and colors of the window."""
        self.table.blockSignals(True)
        chosen = self.table.currentRow()
        self.table.setRowCount(len(self._shown))
        for row, record in enumerate(self._shown):
            for column, text in enumerate(self._cells(record)):
                item = QTableWidgetItem(text)
                if column == 0:
                    item.setIcon(self._icon(record.verdict))
                self.table.setItem(row, column, item)
        if 0 <= chosen < len(self._shown):
            self.table.selectRow(chosen)
        self.table.blockSignals(False)
        self.title.setText(self.tr("Newest %n part(s)", "title of the list", len(self._shown)))

    def _cells(self, record: InspectionRecord) -> tuple[str, ...]:
        ratio = None if record.score is None else record.score / record.limit
        marks = [self.tr("simulated")] * record.simulated + [self.tr("flagged")] * record.flagged
        return (
            verdict_name(record.verdict),
            "–" if ratio is None else f"{ratio_text(ratio, self._tools.translation.locale)} ×",
            stamp_text(record.captured_at),
            str(record.recipe),
            record.lot or "–",
            ", ".join(marks),
        )

    def _icon(self, verdict: Verdict) -> QIcon:
        token = {Verdict.PASS: "ok_edge", Verdict.FAIL: "ng_fill", Verdict.NOT_INSPECTED: "none_fill"}[verdict]
        icons, name, side = self._look.icons, VERDICT_ICONS[verdict], self._look.px(5)
        icon = QIcon(icons.pixmap(name, self._look.color(token).name(), side))
        icon.addPixmap(icons.pixmap(name, self._look.palette.on_focus, side), QIcon.Mode.Selected)
        return icon

    def _show_part(self) -> None:
        record = self.selected()
        if record is None:
            empty = self.tr("The records cannot be read.") if self._problem else self.tr("No part was inspected yet.")
            self.well.set_content(WellContent(icon="part", message=empty))
            self.reason.setText(self._problem)
            self.facts.setText("")
            return
        part = _part_of(record, self._files)
        message = ""
        if self._files.image is None:
            message = self._files.problem or (
                self.tr("The picture of this part was not kept.") if not record.image_path else self.tr("Working…")
            )
        self.well.set_content(
            WellContent(
                part=part,
                picture=self._files.image,
                heat=self._files.anomaly_map is not None,
                message=message,
                simulated=record.simulated,
            )
        )
        self.reason.setText(reason_text(part.decision, part.image_size, None))
        self.facts.setText(self._facts(record))

    def _facts(self, record: InspectionRecord) -> str:
        ratio = None if record.score is None else record.score / record.limit
        lines = [
            limit_text(ratio_text(ratio, self._tools.translation.locale)) if ratio is not None else "",
            self.tr("Model {model}").format(model=record.model) if record.model else "",
            self.tr("Source {source}").format(source=record.source),
            self.tr("Answer after {time} ms").format(time=f"{record.answer_ms:.0f}") if record.answer_ms else "",
            self.tr("Part {number}, record {id}").format(number=record.frame_id, id=record.id),
            record.detail,
        ]
        return "\n".join(filter(None, lines))

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.reload.setText(self.tr("Read again"))
        self.table.setAccessibleName(self.tr("Newest parts"))
        self.table.setHorizontalHeaderLabels(
            [
                self.tr("Verdict"),
                self.tr("× limit"),
                self.tr("Time"),
                self.tr("Product"),
                self.tr("Lot"),
                self.tr("Remarks"),
            ]
        )
        self._fill()
        self._show_part()


def _read_files(images: ImageStore, record: InspectionRecord) -> _Files:
    """Picture and map of a record, as far as they were kept; a damaged one is said, not hidden."""
    image, anomaly_map, problem = None, None, ""
    try:
        if record.image_path:
            image = images.load_frame(record.image_path, record.image_sha256)
        if record.map_path:
            anomaly_map = images.load_map(record.map_path, record.map_sha256)
    except OperationalError as error:
        logger.warning("files of record %s cannot be read: %s", record.id, error)
        problem = str(error)
    return _Files(image, anomaly_map, problem)


def _part_of(record: InspectionRecord, files: _Files) -> Part:
    """The record as the picture well understands it."""
    regions = tuple(
        DefectRegion(
            Rect(region.x, region.y, region.width, region.height),
            region.area_px,
            region.peak,
            region.mean,
            (region.x + region.width / 2, region.y + region.height / 2),
        )
        for region in record.regions
    )
    decision = Decision(
        verdict=record.verdict,
        reason=Reason(record.reason),
        limit=record.limit,
        recipe=record.recipe,
        # Without its map a part is not judged again on screen, so nothing is missing from the picture either.
        score=record.score if files.anomaly_map is not None else None,
        regions=regions,
        model=record.model,
        timings=Timings(record.waited_ms, record.model_ms, 0.0, record.answer_ms),
    )
    return Part(
        id=record.id,
        frame_id=record.frame_id,
        label=record.label,
        lot=record.lot,
        captured_at=record.captured_at,
        decision=decision,
        anomaly_map=files.anomaly_map,
        thumbnail=None,
        image_size=None if files.image is None else Size.of(files.image.shape),
        simulated=record.simulated,
    )
