"""Beside the limit: what it does to samples, to other products and to the past, and the teaching of a new model."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from inspector.core.draft import RecipeDraft
from inspector.core.sample import Sample
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.judging import Judging
from inspector.ui.recipes.others_table import OthersTable
from inspector.ui.recipes.sample_book import SampleBook
from inspector.ui.recipes.sample_view import SampleView
from inspector.ui.recipes.teach_panel import TeachPanel
from inspector.ui.recipes.thumbnails import Thumbnails
from inspector.ui.recipes.trial_panel import TrialPanel
from inspector.ui.recipes.work import ScoringWork
from inspector.ui.recipes.wrong_side import WrongSide
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button

_TAB_MM = 15.0  # room for two lines
_LEAST_VIEW_MM = 30.0
_UNLIMITED_PX = 16_777_215  # Qt's QWIDGETSIZE_MAX, which PySide6 does not know


class ModelSide(QWidget):
    """Pages by name, and the picture that was chosen in one of them below."""

    def __init__(
        self, tools: PageTools, desk: SetupDesk, scoring: ScoringWork, book: SampleBook, draft: RecipeDraft
    ) -> None:
        """Begin with the wrong side."""
        super().__init__()
        look = tools.look
        self._desk, self._scoring, self._book = desk, scoring, book
        self.draft = draft
        self._limit = draft.recipe.rule.score_threshold
        self._lone: Sample | None = None
        self.wrong = WrongSide(tools, Thumbnails(tools.background, book.thumbnail))
        self.others = OthersTable(look)
        self.trial = TrialPanel(tools, desk, draft)
        self.teach = None if desk.teaching is None else TeachPanel(tools, desk.teaching, draft)
        self.view = SampleView(tools)
        self.view.well.setMinimumHeight(look.px(_LEAST_VIEW_MM))
        pages: dict[str, QWidget] = {"wrong": self.wrong}
        if self.teach is not None:
            pages |= {"teach": self.teach, "others": self.others}
        if desk.trial is not None:
            pages["trial"] = self.trial
        self.places = {name: Button(look, height_mm=_TAB_MM, checkable=True) for name in pages}
        self._stack = QStackedWidget()
        row = QHBoxLayout()
        row.setSpacing(look.px(1))
        self._pages = tuple(pages.values())
        for name, page in pages.items():
            row.addWidget(self.places[name], 1)
            self._stack.addWidget(page)
            self.places[name].clicked.connect(self._on_place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addLayout(row)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.view, 1)
        self.wrong.chosen.connect(self._on_chosen)
        self.trial.opened.connect(self._on_past)
        if self.teach is not None:
            self.teach.asked.connect(self._on_asked)
        self.open("wrong")
        self.retranslate()

    def open(self, name: str) -> None:
        """Show a page; the teaching has a picture below it only if it speaks of one."""
        for key, button in self.places.items():
            button.setChecked(key == name)
        self._stack.setCurrentIndex(list(self.places).index(name))
        for page in self._pages:
            # Only the page that is seen asks for room, or the tallest of them would make a small window grow.
            shown = page is self._stack.currentWidget()
            policy = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(QSizePolicy.Policy.Preferred, policy)
        lone = self._lone if name == "teach" else None
        self.view.setVisible(name in ("wrong", "trial") or lone is not None)
        if lone is not None:
            self._on_chosen(lone)
        self._limit_view()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words of the teaching keep their room."""
        super().resizeEvent(event)
        self._limit_view()

    def _limit_view(self) -> None:
        beside_words = self._lone is not None and self.places["teach"].isChecked()
        self.view.setMaximumHeight(self.height() // 3 if beside_words else _UNLIMITED_PX)

    def show_lone(self, sample: Sample | None) -> None:
        """A sample that the teaching speaks of, below it; None for none."""
        self._lone = sample
        if self.places["teach"].isChecked():
            self.open("teach")

    def _on_place(self) -> None:
        for name, button in self.places.items():
            if button is self.sender():
                self.open(name)

    def take(self, draft: RecipeDraft) -> None:
        """The draft is another."""
        self.draft = draft
        self.trial.take(draft)
        if self.teach is not None:
            self.teach.draft = draft

    def close_side(self) -> None:
        """The set-up is closed."""
        self.trial.work.cancel()
        if self.teach is not None:
            self.teach.close_panel()

    def show_sides(self, judging: Judging, limit: float) -> None:
        """What stands on the wrong side of a limit, and the chosen picture against it."""
        self._limit = limit
        self.wrong.show_sides(judging.good, judging.bad, judging.scores or {}, limit)
        self.view.set_limit(limit)
        self._say()

    def retranslate(self) -> None:
        """Say all texts again."""
        words = {"teach": self.tr("Teach"), "others": self.tr("Others"), "trial": self.tr("History")}
        tips = {
            "teach": self.tr("Teach a new model"),
            "others": self.tr("Check sets of other products, before and after"),
            "trial": self.tr("Try on history"),
        }
        for name, word in words.items():
            if name in self.places:
                self.places[name].setText(word)
                self.places[name].setToolTip(tips[name])
        self.trial.retranslate()
        if self.teach is not None:
            self.teach.retranslate()
        self.view.retranslate()
        self._say()

    def _say(self) -> None:
        count = str(len(self.wrong.samples)) if self.wrong.scored else "–"
        self.places["wrong"].setText(
            self.tr("Wrong: {count}", "samples on the wrong side of the limit").format(count=count)
        )
        self.places["wrong"].setToolTip(self.tr("Samples on the wrong side of the limit"))

    def _on_asked(self) -> None:
        """What was said of the last teaching is gone, and its picture with it."""
        self.show_lone(None)

    def _on_chosen(self, sample: Sample) -> None:
        self.view.show_sample(self._book, self._scoring, self.draft, sample, self._limit)

    def _on_past(self, record_id: str) -> None:
        self.view.show_past(self._desk, record_id, self._limit)
