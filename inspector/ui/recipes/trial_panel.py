"""Try on history: what the limit would have said of parts of the past, and which of them it judges otherwise."""

from datetime import UTC, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from inspector.core.draft import RecipeDraft
from inspector.core.errors import InspectorError
from inspector.core.sample import Tray
from inspector.services.samples import ImportOutcome
from inspector.services.trial import ChangedPart, Trial
from inspector.ui.formats import count_text, ratio_text, stamp_text
from inspector.ui.messages import verdict_word
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.long_work import Control, LongWork
from inspector.ui.recipes.progress_line import ProgressLine
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Choice

_PERIODS_DAYS = (0, 1, 7, 30, None, None)
_SIMULATED = len(_PERIODS_DAYS) - 1  # the last entry: simulated parts are never mixed with real ones (FS-12)
_COLUMNS = 3
_NOWHERE = QModelIndex()
_AnyIndex = QModelIndex | QPersistentModelIndex


class ChangedModel(QAbstractTableModel):
    """Changed parts as rows; thousands cost nothing until they are seen."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.parts: tuple[ChangedPart, ...] = ()
        self._limit = 1.0

    def show_parts(self, parts: tuple[ChangedPart, ...], limit: float) -> None:
        """Show these; scores are told as multiples of the limit."""
        self.beginResetModel()
        self.parts, self._limit = parts, limit
        self.endResetModel()

    def rowCount(self, parent: _AnyIndex = _NOWHERE) -> int:
        """One for each part."""
        return 0 if parent.isValid() else len(self.parts)

    def columnCount(self, parent: _AnyIndex = _NOWHERE) -> int:
        """What was decided and what would be, score, time."""
        return 0 if parent.isValid() else _COLUMNS

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words of a cell, and the same as a tool tip where they are cut."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or not index.isValid():
            return None
        part = self.parts[index.row()]
        texts = (
            f"{verdict_word(part.before)} → {verdict_word(part.after)}",
            f"{ratio_text(part.score / self._limit)} ×",
            stamp_text(_when(part.record_id)),
        )
        return texts[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words over the columns."""
        if role != Qt.ItemDataRole.DisplayRole or orientation is Qt.Orientation.Vertical:
            return None
        return (self.tr("Verdict"), self.tr("× limit"), self.tr("Time"))[section]


class TrialPanel(QWidget):
    """`opened` carries the id of a part that a person wants to see, `said` a line to read."""

    opened = Signal(str)
    said = Signal(str)

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Begin without an answer."""
        super().__init__()
        self._tools, self._desk = tools, desk
        self.draft = draft
        self._trial: Trial | None = None
        self._tried = draft
        self._problem = ""
        look = tools.look
        self.work = LongWork(tools.background)
        self.progress = ProgressLine(look, self.work)
        self.period = Choice(look)
        self.start = Button(look, "history", height_mm=11.0)
        self.answer = QLabel()
        self.answer.setWordWrap(True)
        self.notes = QLabel()
        self.notes.setProperty("role", "small")
        self.notes.setWordWrap(True)
        self.model = ChangedModel()
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setTabKeyNavigation(False)
        # In a low window a bar would take the room of the only row; the time, which is last, may be cut instead.
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(look.px(8.5))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(look.px(7))  # a low window has room for two rows so
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.keep = Button(look, "tray_unsorted", height_mm=10.0)
        self.keep.clicked.connect(self.keep_part)
        self._lay_out()
        self.start.clicked.connect(self.run)
        self.work.ended.connect(self._say)
        self.retranslate()

    def take(self, draft: RecipeDraft) -> None:
        """Another limit or area: the answer is about the one before."""
        self.draft = draft
        self._say()

    def run(self) -> None:
        """Ask, in the background."""
        if self._desk.trial is None:
            return
        self._problem = ""
        self._tried = self.draft
        chosen = max(self.period.currentIndex(), 0)
        self.progress.say(self.tr("Looking at history"))
        work = partial(self._run, self.draft, _since(_PERIODS_DAYS[chosen]), chosen == _SIMULATED)
        self.work.start(work, self._on_trial, self._on_failed)
        self._say()

    def _run(self, draft: RecipeDraft, since: datetime | None, simulated: bool, control: Control) -> Trial:
        assert self._desk.trial is not None
        return self._desk.trial.run(
            draft, since=since, simulated=simulated, progress=control.progress, cancelled=control.cancelled
        )

    def _on_trial(self, trial: Trial) -> None:
        self._trial = trial
        self.model.show_parts(trial.changed, self._tried.recipe.rule.score_threshold)
        self._say()

    def _on_failed(self, error: InspectorError) -> None:
        self._problem = str(error)
        self._say()

    def keep_part(self) -> None:
        """Put the chosen part among the unsorted samples."""
        row = self.table.currentIndex().row()
        if row >= 0 and self._desk.samples is not None:
            ids, limits = [self.model.parts[row].record_id], self.draft.recipe.picture_limits
            work = partial(self._desk.samples.add_from_history, self.draft.id, ids, Tray.UNSORTED, limits=limits)
            self._tools.background.run(work, self, self._on_kept, self._on_failed)

    def _on_kept(self, outcome: ImportOutcome) -> None:
        if outcome.added:
            self.said.emit(self.tr("The part is in the tray of unsorted samples."))
        else:
            self.said.emit(self.tr("The picture of this part was not kept."))

    def _on_row(self, current: QModelIndex) -> None:
        self._say()
        if current.isValid():
            self.opened.emit(self.model.parts[current.row()].record_id)

    def retranslate(self) -> None:
        """Say all texts again."""
        now = max(self.period.currentIndex(), 0) if self.period.count() else 2
        words = (
            self.tr("Today"),
            self.tr("Last 24 hours"),
            self.tr("Last 7 days"),
            self.tr("Last 30 days"),
            self.tr("All that is stored"),
            self.tr("Simulated parts"),
        )
        self.period.clear()
        self.period.addItems(list(words))
        self.period.setCurrentIndex(now)
        self.period.setAccessibleName(self.tr("Period"))
        self.start.setText(self.tr("Try"))
        self.keep.setText(self.tr("Add to samples"))
        self.table.setAccessibleName(self.tr("Parts that would be judged otherwise"))
        self.progress.retranslate()
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, _COLUMNS - 1)
        self._say()

    def _say(self) -> None:
        self.start.setEnabled(not self.work.running and self._desk.trial is not None)
        self.keep.setVisible(self.table.currentIndex().isValid())
        trial = self._trial
        if self._problem or trial is None:
            self.answer.setText(self._problem or self.tr("See what this limit would have done to parts of the past."))
            self.notes.setText("")
            return
        before, after = trial.before, trial.after
        lines = [
            self.tr("{parts} parts: NG {before} → {after}.").format(
                parts=count_text(trial.parts), before=count_text(before.failed), after=count_text(after.failed)
            ),
            self.tr("%n part(s) would be judged otherwise.", "", len(trial.changed)),
        ]
        if self._tried.recipe != self.draft.recipe:
            lines.append(self.tr("The limit or the area changed since; try again."))
        self.answer.setText("\n".join(lines))
        notes = []
        if trial.unknown:
            notes.append(self.tr("%n part(s): not known, no map was kept.", "", len(trial.unknown)))
        if trial.other_model:
            notes.append(self.tr("%n part(s) of another model left out.", "", trial.other_model))
        if trial.other_view:
            notes.append(self.tr("%n part(s) with other tiles left out.", "", trial.other_view))
        seconds = self._tools.translation.locale.toString(trial.seconds, "f", 1)
        notes.append(self.tr("Took {seconds} s, without the model.").format(seconds=seconds))
        self.notes.setText(" ".join(notes))

    def _lay_out(self) -> None:
        look = self._tools.look
        row = QHBoxLayout()
        row.setSpacing(look.px(2))
        row.addWidget(self.period, 1)
        row.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1.5))
        layout.addLayout(row)
        layout.addWidget(self.progress)
        layout.addWidget(self.answer)
        layout.addWidget(self.notes)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.keep)


def _since(days: int | None) -> datetime | None:
    """Where a period begins; 0 is midnight where the station stands."""
    if days is None:
        return None
    now = datetime.now(UTC)
    if days:
        return now - timedelta(days=days)
    here = now.astimezone()
    return datetime.combine(here.date(), time(), here.tzinfo).astimezone(UTC)


def _when(record_id: str) -> datetime:
    """When a record's id was made; ids begin with the milliseconds since 1970."""
    return datetime.fromtimestamp(int(record_id[:12], 16) / 1000, UTC)
