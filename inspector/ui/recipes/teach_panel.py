"""Teaching a product: a quick draft or the network, how far it is, and a way to end it that keeps nothing."""

import threading
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from inspector.core.draft import RecipeDraft
from inspector.core.errors import InspectorError
from inspector.services.teaching import TeachingNews, TeachingOutcome, TeachingService
from inspector.services.teaching_plan import TeachDepth, TeachingPlan, TeachObstacle, TeachRefused
from inspector.ui.recipes.loss_plot import LossPlot
from inspector.ui.recipes.progress_line import left_text
from inspector.ui.recipes.teach_words import forgetting_text, obstacle_text, stage_text
from inspector.ui.tools import PageTools
from inspector.ui.waking import Waking
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.sheet import Question

_STEP_MS = 100
_MOST_POINTS = 2000


class _TeachBridge(QObject):
    """News of the teaching in the main thread, at most ten times a second; no point of the loss is left out."""

    news = Signal(object, object)
    finished = Signal(object)

    def __init__(self, service: TeachingService) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._newest: TeachingNews | None = None
        self._losses: list[tuple[int, float]] = []
        self._scored: TeachingNews | None = None
        self._outcomes: list[TeachingOutcome] = []
        self._waking = Waking(_STEP_MS)
        self._waking.due.connect(self._deliver)
        self._disconnects = (
            service.progressed.connect(self._hear_news),
            service.finished.connect(self._hear_end),
        )

    def close(self) -> None:
        for disconnect in self._disconnects:
            disconnect()
        self._waking.stop()

    def _hear_news(self, news: TeachingNews) -> None:
        with self._lock:
            self._newest = news
            if news.loss is not None:
                self._losses.append((news.step, news.loss))
            if news.scored is not None:
                self._scored = news
        self._waking.wake()

    def _hear_end(self, outcome: TeachingOutcome) -> None:
        with self._lock:
            self._outcomes.append(outcome)
        self._waking.wake()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
            losses, self._losses = self._losses, []
            scored, self._scored = self._scored, None
            outcomes, self._outcomes = self._outcomes, []
        if scored is not None and scored is not newest:
            self.news.emit(scored, [])
        if newest is not None:
            self.news.emit(newest, losses)
        for outcome in outcomes:
            self.finished.emit(outcome)


class TeachPanel(QWidget):
    """Asks, teaches, and says how far it is.

    `asked` tells that a teaching is wanted, `drafted` carries the `ScoredSamples` of a quick draft, `ended` the
    `TeachingOutcome`.
    """

    asked = Signal()
    drafted = Signal(object)
    ended = Signal(object)

    def __init__(self, tools: PageTools, service: TeachingService, draft: RecipeDraft) -> None:
        """Teach nothing yet; a teaching that runs already is shown when it tells of itself."""
        super().__init__()
        self._tools, self._service = tools, service
        self.draft = draft
        self._news: TeachingNews | None = None
        self._starting = False
        self._depth = TeachDepth.FULL  # of the question that is open
        self._cancelling = False
        self._text = ""
        look = tools.look
        self.quick = Button(look, "start", height_mm=11.0)
        self.full = Button(look, "teach", height_mm=11.0)
        self.cancel = Button(look, "close", height_mm=11.0)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.message = QLabel()
        self.message.setProperty("role", "small")
        self.message.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.plot = LossPlot(look)
        self._points: list[tuple[int, float]] = []
        self._bridge = _TeachBridge(service)
        running = QHBoxLayout()
        running.setSpacing(look.px(2))
        running.addWidget(self.bar, 1)
        running.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self.quick)
        layout.addWidget(self.full)
        layout.addWidget(self.state)
        layout.addLayout(running)
        layout.addWidget(self.plot, 100)
        layout.addWidget(self.message)
        layout.addStretch(1)
        self.quick.clicked.connect(self._on_quick)
        self.full.clicked.connect(self._on_full)
        self.cancel.clicked.connect(self._on_cancel)
        self._bridge.news.connect(self._on_news)
        self._bridge.finished.connect(self._on_finished)
        self.retranslate()

    @property
    def busy(self) -> bool:
        """Whether something is being taught, or about to be."""
        return self._starting or self._service.running or self._news is not None

    def close_panel(self) -> None:
        """The set-up is closed: a teaching whose end nobody would read is ended."""
        self._bridge.close()
        if self._service.running:
            self._service.cancel()

    def ask(self, depth: TeachDepth) -> None:
        """Find out in the background what teaching would do, then begin or say why not."""
        if self.busy:
            return
        self.asked.emit()
        self._starting, self._text = True, ""
        self._points.clear()
        self.plot.set_losses(())
        plan = partial(self._service.plan, self.draft, depth)
        self._tools.background.run(plan, self, self._on_plan, self._on_failed, topic="plan")
        self._say()

    def _on_plan(self, plan: TeachingPlan) -> None:
        kinds = {obstacle for obstacle, _ in plan.obstacles}
        if kinds == {TeachObstacle.FORGETS}:
            self._starting = False
            question = Question(self._tools.look, self.window(), "teach")
            question.say(
                self.tr("Teach without these products?"),
                forgetting_text(plan),
                self.tr("Teach without them"),
                self.tr("Do not teach"),
            )
            self._depth = plan.depth
            question.confirmed.connect(self._on_accepted)
            question.ask()
            self._say()
            return
        if plan.obstacles:
            self._refuse(plan.obstacles)
            return
        self._begin(plan.depth, forgetting=False)

    def _on_quick(self) -> None:
        self.ask(TeachDepth.DRAFT)

    def _on_full(self) -> None:
        self.ask(TeachDepth.FULL)

    def _on_accepted(self) -> None:
        self._begin(self._depth, forgetting=True)

    def _begin(self, depth: TeachDepth, *, forgetting: bool) -> None:
        self._starting = True
        start = partial(self._service.start, self.draft, depth, accept_forgetting=forgetting)
        self._tools.background.run(start, self, self._on_started, self._on_failed, topic="start")
        self._say()

    def _on_started(self, _plan: TeachingPlan) -> None:
        self._starting = False
        self._say()

    def _on_failed(self, error: InspectorError) -> None:
        if isinstance(error, TeachRefused):
            self._refuse(error.obstacles)
        else:
            self._starting = False
            self._text = str(error)
            self._say()

    def _refuse(self, obstacles: tuple[tuple[TeachObstacle, str], ...]) -> None:
        self._starting = False
        self._text = "\n".join(obstacle_text(obstacle, reason) for obstacle, reason in obstacles)
        self._say()

    def _on_cancel(self) -> None:
        if self.busy:
            self._cancelling = True
            self._service.cancel()
            self._say()

    def _on_news(self, news: TeachingNews, losses: list[tuple[int, float]]) -> None:
        self._news = news
        self._starting = False
        if losses:
            self._points += losses
            if len(self._points) > _MOST_POINTS:
                self._points = self._points[::2]
            self.plot.set_losses(self._points, news.steps)
        if news.scored is not None:
            self.drafted.emit(news.scored)
        if news.message:
            self.message.setText(news.message)
        self._say()

    def _on_finished(self, outcome: TeachingOutcome) -> None:
        self._news, self._starting, self._cancelling = None, False, False
        if outcome.model is not None:
            self._text = self.tr("{model} is taught. The old model stays until a recipe with the new one is published.")
            self._text = self._text.format(model=outcome.model)
            if outcome.lone is not None:
                times = self._tools.translation.locale.toString(outcome.lone.times, "f", 1)
                self._text += "\n" + self.tr(
                    "One good sample sets the limit alone, at {times} times the next score. Bad? Take it out. Good? "
                    "Add more like it."
                ).format(times=times)
        elif outcome.cancelled:
            self._text = self.tr("Teaching was cancelled. Nothing was kept; the old model stays in use.")
        else:
            self._text = self.tr("Teaching failed; the old model stays in use. {reason}").format(reason=outcome.problem)
        self.ended.emit(outcome)
        self._say()

    def retranslate(self) -> None:
        """Say all texts again."""
        self.quick.setText(self.tr("Quick draft"))
        self.full.setText(self.tr("Teach the network"))
        self.cancel.setText(self.tr("Cancel"))
        self.bar.setAccessibleName(self.tr("Progress of teaching"))
        self._say()

    def _say(self) -> None:
        busy, news = self.busy, self._news
        self.cancel.setVisible(busy)
        if busy and (self.quick.hasFocus() or self.full.hasFocus()):
            # Whoever started it with a key can end it with the next one; a focus that is lost goes anywhere.
            self.cancel.setEnabled(True)
            self.cancel.setFocus()
        for button in (self.quick, self.full):
            button.setEnabled(not busy)
        self.cancel.setEnabled(not self._cancelling)
        self.bar.setVisible(busy)
        # Without a curve the room is for the words.
        self.plot.setVisible(busy or bool(self._points))
        self.bar.setRange(0, news.steps if news is not None else 0)
        self.bar.setValue(news.step if news is not None else 0)
        if self._cancelling:
            text = self.tr("Ending…")
        elif news is not None:
            parts = [stage_text(news)]
            if news.seconds_left is not None:
                parts.append(left_text(news.seconds_left))
            text = " · ".join(parts)
        elif busy:
            text = self.tr("Working…")
        else:
            text = self._text or "\n".join(
                (
                    self.tr("Adds this product to a new model version, together with every product that has samples."),
                    self.tr("The quick draft remembers the good samples and is good enough to publish."),
                    self.tr("The network takes longer; try it when the draft lets bad parts pass."),
                )
            )
        self.state.setText(text)
