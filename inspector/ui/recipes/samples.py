"""Step 4, Samples: pictures of good and of bad parts, sorted into trays by key, by hand or by import."""

from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.core.errors import InspectorError
from inspector.core.sample import SampleCounts, SampleFlag, Tray, count_samples
from inspector.core.setup_ports import TeachCancelled
from inspector.services.odd_ones import LEAST_GOOD, OddOnes
from inspector.services.samples import ImportOutcome
from inspector.services.teaching_plan import TeachRefused
from inspector.ui.recipes.capture_bar import CaptureBar
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.import_sheet import SkippedSheet
from inspector.ui.recipes.long_work import Control, LongWork
from inspector.ui.recipes.progress_line import ProgressLine
from inspector.ui.recipes.sample_book import SampleBook
from inspector.ui.recipes.sample_model import SampleModel
from inspector.ui.recipes.sample_side import SampleSide
from inspector.ui.recipes.sample_words import tray_name
from inspector.ui.recipes.step import StepPage
from inspector.ui.recipes.teach_words import obstacle_text
from inspector.ui.recipes.thumbnails import Thumbnails
from inspector.ui.recipes.tray_view import TrayView
from inspector.ui.recipes.words import blocker_text
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Choice
from inspector.ui.widgets.file_sheet import FileMode, FileSheet
from inspector.ui.widgets.notice import Notice

_BAR_MM = 11.0
_SIDE_MM = 82.0
_UNDO_S = 10.0
_SAY_S = 6.0
_STRETCH = {Tray.GOOD: 2, Tray.BAD: 1, Tray.UNSORTED: 1}


class SamplesStep(StepPage):
    """Three trays, and beside them what is chosen."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Build it; the samples come with `enter`."""
        super().__init__(Step.SAMPLES, tools, draft)
        look = self._look
        if desk.samples is None:
            raise ValueError("step Samples needs a sample service")
        self._desk = desk
        self._blockers: tuple[Blocker, ...] = ()
        self._counts = SampleCounts()
        self._imported: Path | None = None
        self.book = SampleBook(tools.background, desk.samples, draft.id)
        self.thumbnails = Thumbnails(tools.background, self.book.thumbnail)
        self.models = {tray: SampleModel(self.thumbnails) for tray in Tray}
        self.trays = {tray: TrayView(look, tray, self.models[tray]) for tray in Tray}
        self.work = LongWork(tools.background)
        self.progress = ProgressLine(look, self.work)
        self.into = Choice(look)
        self.into.setMaximumWidth(look.px(45))
        self.into_word = QLabel()
        self.import_folder = Button(look, "folder", height_mm=_BAR_MM)
        self.capture = CaptureBar(look, desk, draft)
        self.undo = Button(look, "undo", height_mm=_BAR_MM)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "problem")
        self.side = SampleSide(tools, self.book)
        self.look_odd = Button(look, "odd", height_mm=10.0)
        if desk.odd is None:
            self.look_odd.hide()
        self.trays[Tray.GOOD].head.addWidget(self.look_odd)
        self._lay_out()
        self.notice = Notice(look, self)
        self._connect()
        self.retranslate()

    # --- the frame ----------------------------------------------------------------------------------------------------

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """What is still missing here."""
        self._blockers = tuple(one for one in blockers if one.step is Step.SAMPLES)
        self._say()

    def take(self, draft: RecipeDraft) -> None:
        """Pictures are taken with the camera as it is set now."""
        super().take(draft)
        self.capture.draft = draft

    def enter(self) -> None:
        """Read the samples."""
        self.book.refresh()
        self.capture.enter()

    def leave(self) -> None:
        """Hand over the name of a defect that is being typed."""
        self.side.commit()
        self.capture.leave()

    def close_step(self) -> None:
        """An import ends with the picture in hand."""
        self.work.cancel()
        self.capture.close_bar()
        self.book.close()

    def first_field(self) -> QWidget:
        """The good ones."""
        return self.trays[Tray.GOOD].list

    # --- what people do -----------------------------------------------------------------------------------------------

    def chosen_ids(self) -> list[str]:
        """Ids of what is chosen, in whatever tray."""
        return [sample.id for tray in self.trays.values() for sample in tray.list.selected_samples()]

    def _on_import(self) -> None:
        # Folders of good and of bad parts lie side by side.
        start = None if self._imported is None else self._imported.parent
        sheet = FileSheet(self._look, self, FileMode.FOLDER, title=self.tr("Folder with pictures"), start=start)
        sheet.chosen.connect(self.import_from)
        sheet.show_files()

    def import_from(self, folder: Path) -> None:
        """Bring in a folder, in the background, into the chosen tray."""
        self._imported = folder
        tray = self._tray()
        self.progress.say(self.tr("Importing into {tray}").format(tray=tray_name(tray)))
        limits = self.draft.recipe.picture_limits
        work = partial(self.book.import_folder, folder, tray, limits)
        if self.work.start(work, self._on_imported, self._on_failed):
            self._say()

    def _on_imported(self, outcome: ImportOutcome) -> None:
        self.book.refresh()
        parts = [self.tr("%n picture(s) imported", "", len(outcome.added))]
        if outcome.near_copies:
            parts.append(self.tr("%n picture(s) nearly the same, not counted", "", outcome.near_copies))
        if outcome.cancelled:
            parts.append(self.tr("the rest was left out"))
        self.said.emit(" · ".join(parts))
        if outcome.skipped:
            SkippedSheet(self._look, self, outcome).show_skipped()
        self._tools.background.run(self.book.flag_odd, self, self._on_flagged, self._on_failed, topic="odd")

    def _on_flagged(self, ids: tuple[str, ...]) -> None:
        self.book.refresh()

    def find_odd(self) -> None:
        """Look closely for bad parts among the good ones: half of them judges the other half."""
        odd = self._desk.odd
        if odd is not None:
            self.progress.say(self.tr("Looking for odd ones"))
            self.work.start(partial(self._find_odd, odd), self._on_odd, self._on_failed)
            self._say()

    def _find_odd(self, odd: OddOnes, control: Control) -> tuple[str, ...]:
        return odd.find(self.draft.id, progress=control.progress, cancelled=control.cancelled)

    def _on_odd(self, ids: tuple[str, ...]) -> None:
        self.book.refresh()
        if ids:
            self.said.emit(self.tr("Look at %n picture(s): odd ones out", "", len(ids)))
            self._choose(ids[0])
        else:
            self.said.emit(self.tr("No sample stands out"))

    def _on_sent(self, ids: list[str], tray: Tray) -> None:
        where = next((view for view in self.trays.values() if view.list.hasFocus()), None)
        row = -1
        if where is not None and where.list.currentIndex().isValid():
            row = where.list.currentIndex().row()
        odd = self._odd_among(ids)
        self.book.move(ids, tray)
        if odd and self._choose_odd():
            return
        if where is not None and tray is not where.tray:
            self._go_on_at(where, row)

    def _odd_among(self, ids: list[str]) -> bool:
        """Whether a person is just answering whether odd ones are good."""
        return any(one.id in ids and SampleFlag.ODD_ONE_OUT in one.flags for one in self.book.of(Tray.GOOD))

    def _choose_odd(self) -> bool:
        """Choose the next odd one, wherever in its tray it stands; False when none is left."""
        odd = next((one for one in self.book.of(Tray.GOOD) if SampleFlag.ODD_ONE_OUT in one.flags), None)
        if odd is None:
            return False
        self._choose(odd.id)
        return True

    def _go_on_at(self, view: TrayView, row: int) -> None:
        """The next picture is chosen, so that a tray can be sorted with one key each."""
        model = self.models[view.tray]
        if model.rowCount() and row >= 0:
            view.list.choose(model.samples[min(row, model.rowCount() - 1)].id)

    def _on_side_sent(self, tray: Tray) -> None:
        ids = self.chosen_ids()
        odd = self._odd_among(ids)
        self.book.move(ids, tray)
        if ids and not (odd and self._choose_odd()):
            self._choose(ids[0])

    def _on_named(self, name: str) -> None:
        self.book.name_defect(self.chosen_ids(), name)

    def _on_accepted(self) -> None:
        self.book.accept_odd(self.chosen_ids())

    def _on_deleted(self, ids: list[str] | None = None) -> None:
        count = self.book.delete(self.chosen_ids() if ids is None else ids)
        if count:
            self.notice.say(self.tr("%n picture(s) deleted", "", count), _UNDO_S, self.tr("Undo"))

    def _on_side_deleted(self) -> None:
        self._on_deleted()

    def _on_undo(self) -> None:
        self.book.undo()

    def _on_selected(self) -> None:
        """One tray has the selection at a time: what is beside the trays is about one thing."""
        sender = self.sender()
        for tray in self.trays.values():
            model = tray.list.selectionModel()
            if model is not sender and self._selects(sender) and model.hasSelection():
                model.blockSignals(True)
                model.clearSelection()
                model.blockSignals(False)
                tray.list.viewport().update()
        self._show_chosen()

    def _selects(self, sender: object) -> bool:
        return any(
            tray.list.selectionModel() is sender and tray.list.selectionModel().hasSelection()
            for tray in self.trays.values()
        )

    def _choose(self, sample_id: str) -> None:
        for tray in self.trays.values():
            if tray.list.choose(sample_id):
                # Keys go on where the eye is.
                tray.list.setFocus()
                return

    # --- news ---------------------------------------------------------------------------------------------------------

    def _on_book(self) -> None:
        """Another list: trays keep their place and their selection."""
        for tray, model in self.models.items():
            model.set_samples(self.book.of(tray))
        counts = count_samples(self.book.samples)
        if counts != self._counts:
            self._counts = counts
            self.facts_changed.emit()
        self._say()
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = [sample for tray in self.trays.values() for sample in tray.list.selected_samples()]
        self.side.show_chosen(chosen)

    def _on_failed(self, error: InspectorError) -> None:
        self.book.refresh()
        if isinstance(error, TeachRefused):
            text = " ".join(obstacle_text(obstacle, reason) for obstacle, reason in error.obstacles)
        else:
            text = str(error)
        # A person ended it: nothing to be read.
        if not isinstance(error, TeachCancelled):
            self.notice.say(text, _UNDO_S)

    # --- words --------------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say all texts again."""
        now = max(self.into.currentIndex(), 0)
        self.into.clear()
        self.into.addItems([tray_name(tray) for tray in Tray])
        self.into.setCurrentIndex(now)
        self.into.setAccessibleName(self.tr("New pictures go to"))
        self.into_word.setText(self.tr("New pictures go to"))
        self.import_folder.setText(self.tr("Import folder"))
        self.undo.setText(self.tr("Undo"))
        self.look_odd.setText(self.tr("Look for odd ones"))
        self.capture.retranslate()
        self.progress.retranslate()
        self.side.retranslate()
        self._say()

    def _say(self) -> None:
        counts = self._counts
        loading = "" if self.book.loaded else self.tr("Working…")
        good = [self.tr("{teach} teach, {check} check").format(teach=counts.teach, check=counts.check)]
        if counts.near_copies:
            good.append(self.tr("%n picture(s) nearly the same, not counted", "", counts.near_copies))
        if counts.odd:
            good.append(self.tr("odd: %n picture(s)", "", counts.odd))
        notes = {
            Tray.GOOD: " · ".join(good),
            Tray.BAD: self.tr("All of them check; none teaches."),
            Tray.UNSORTED: self.tr("These count for nothing yet."),
        }
        empty = {
            Tray.GOOD: self.tr("Import or capture pictures of good parts: 20 at least, better 60."),
            Tray.BAD: self.tr("Bad parts show how many the limit finds. A few are enough."),
            Tray.UNSORTED: self.tr("Pictures to be sorted with the keys G, B and U."),
        }
        for tray, view in self.trays.items():
            view.say(len(self.book.of(tray)), notes[tray], loading or empty[tray])
        self._level_lists()
        self.problem.setText("\n".join(blocker_text(one) for one in self._blockers))
        self.problem.setVisible(bool(self._blockers))
        self.undo.setEnabled(self.book.can_undo)
        self.look_odd.setEnabled(not self.work.running and counts.good >= LEAST_GOOD)
        self.import_folder.setEnabled(not self.work.running)

    def _level_lists(self) -> None:
        """A note may take two lines; the lists below begin at one height all the same."""
        highest = max(view.note_height() for view in self.trays.values())
        for view in self.trays.values():
            view.keep_note_height(highest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other widths break the notes elsewhere."""
        super().resizeEvent(event)
        self._level_lists()

    def _tray(self) -> Tray:
        return tuple(Tray)[max(self.into.currentIndex(), 0)]

    # --- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        bar = QHBoxLayout()
        bar.setSpacing(look.px(2))
        bar.addWidget(self.into_word)
        bar.addWidget(self.into)
        bar.addWidget(self.import_folder)
        bar.addWidget(self.capture, 1)
        bar.addStretch(0)
        bar.addWidget(self.undo)
        trays = QHBoxLayout()
        trays.setSpacing(look.px(3))
        for tray, view in self.trays.items():
            trays.addWidget(view, _STRETCH[tray])
        left = QVBoxLayout()
        left.setSpacing(look.px(2))
        left.addLayout(bar)
        left.addWidget(self.progress)
        left.addWidget(self.problem)
        left.addLayout(trays, 1)
        self.lay_beside(left, self.side, _SIDE_MM)
        # The keyboard goes as one reads, and stays here when work shuts the button that began it.
        views = [self.trays[tray].list for tray in self.trays]
        order = [self.into, self.import_folder, self.capture.one, self.capture.each, self.undo, self.look_odd, *views]
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def _connect(self) -> None:
        self.book.changed.connect(self._on_book)
        self.book.failed.connect(self._on_failed)
        self.import_folder.clicked.connect(self._on_import)
        self.look_odd.clicked.connect(self.find_odd)
        self.undo.clicked.connect(self._on_undo)
        self.notice.acted.connect(self._on_undo)
        self.work.ended.connect(self._say)
        self.side.sent.connect(self._on_side_sent)
        self.side.named.connect(self._on_named)
        self.side.deleted.connect(self._on_side_deleted)
        self.side.accepted.connect(self._on_accepted)
        self.side.shown_asked.connect(self._choose)
        self.capture.said.connect(self.said)
        self.capture.live.connect(self.side.show_live)
        self.into.currentIndexChanged.connect(self._on_into)
        for view in self.trays.values():
            view.list.sent.connect(self._on_sent)
            view.list.deleted.connect(self._on_deleted)
            view.list.selectionModel().selectionChanged.connect(self._on_selected)
        QShortcut(QKeySequence("Ctrl+Z"), self, self._on_undo, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _on_into(self) -> None:
        self.capture.tray = self._tray()
