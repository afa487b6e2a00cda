"""The frame of a set-up: the draft's name and state, the six steps, and what is missing in the one that is open.

The frame alone saves. Steps hand their changes over; each is on disk within 300 ms, so that a crash costs at most what
stands in the field that was being typed in.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from inspector.core.draft import Blocker, PublishFacts, RecipeDraft, Step, StepState
from inspector.core.errors import InspectorError
from inspector.core.recipe import Recipe
from inspector.ui.formats import clock_text
from inspector.ui.messages import version_text
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.saving import DraftSaver, DraftWriter
from inspector.ui.recipes.step import StepPage
from inspector.ui.recipes.step_bar import StepBar
from inspector.ui.recipes.steps import make_step
from inspector.ui.recipes.words import blocker_text, step_name
from inspector.ui.theme import TypeSize
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.elided_label import ElidedLabel
from inspector.ui.widgets.notice import Notice

logger = logging.getLogger(__name__)

_SAY_S = 4.0
_BUTTON_MM = 11.0
_ORDER = tuple(Step)


class SetupPage(QWidget):
    """One draft being set up. `closed` carries the line to show on the list, "" for none."""

    closed = Signal(str)

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Show a draft as it is stored; `open` begins with a step."""
        super().__init__()
        self.setObjectName("page")
        self._tools, self._look, self._desk = tools, tools.look, desk
        self.draft = self._first = draft
        self.blockers: tuple[Blocker, ...] = ()
        self.known = PublishFacts()
        self._facts_known = False
        self._saved_at: datetime | None = None
        self._failure: InspectorError | None = None
        self.saver = DraftSaver(tools.background, desk.recipes.save, draft, self)
        self.saver.saving.connect(self._say_saved)
        self.saver.saved.connect(self._on_saved)
        self.saver.failed.connect(self._on_failed)
        look = tools.look
        self.back_to_list = Button(look, "left", height_mm=_BUTTON_MM)
        self.back_to_list.clicked.connect(self.leave)
        self.name = ElidedLabel(look, size=TypeSize.TITLE, bold=True)
        self.base = ElidedLabel(look, token="text_2")
        self.saved = ElidedLabel(look, token="text_2", alignment=Qt.AlignmentFlag.AlignRight)
        self.bar = StepBar(look)
        self.bar.chosen.connect(self.go_to)
        self.stack = QStackedWidget()
        self._steps: dict[Step, StepPage] = {}
        self.missing = ElidedLabel(look)
        self.back = Button(look, "left", height_mm=_BUTTON_MM)
        self.next = Button(look, "right", height_mm=_BUTTON_MM, kind=ButtonKind.PRIMARY)
        self.back.clicked.connect(self.go_back)
        self.next.clicked.connect(self.go_on)
        self._lay_out()
        self.notice = Notice(look, self)
        for key, slot in (("Ctrl+PgUp", self.go_back), ("Ctrl+PgDown", self.go_on), ("Ctrl+S", self.save_now)):
            QShortcut(QKeySequence(key), self, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._retranslate()

    @property
    def step(self) -> StepPage | None:
        """The step that is open."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, StepPage) else None

    def open(self, step: Step = Step.PRODUCT) -> None:
        """Begin with a step, and ask what is missing."""
        self.go_to(step)
        self._ask_blockers()

    def go_to(self, step: Step) -> None:
        """Open a step; the one before hands over what it holds."""
        before = self.step
        if before is not None and before.step is step:
            return
        if before is not None:
            before.leave()
        page = self._steps.get(step)
        if page is None:
            page = self._steps[step] = make_step(step, self._tools, self._desk, self.draft)
            page.changed.connect(self._on_changed)
            page.facts_changed.connect(self._ask_blockers)
            page.measured.connect(self._on_measured)
            page.published.connect(self._on_published)
            page.said.connect(self._on_said)
            page.asked.connect(self.go_to)
            self.stack.addWidget(page)
        self._take(self.draft.with_visited(step))
        page.show_draft(self.draft)
        page.show_blockers(self.blockers)
        self.stack.setCurrentWidget(page)
        self.bar.choose(step)
        self._show_states()
        page.enter()
        page.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def go_on(self) -> None:
        """The next step; on the last one there is none."""
        self._go(1)

    def go_back(self) -> None:
        """The step before."""
        self._go(-1)

    def save_now(self) -> None:
        """A person asked: write at once and say so, although it is done anyway."""
        self._hand_over_field()
        self.saver.save_now()
        self._on_said(self.tr("Everything is saved as a draft by itself"))

    def leave(self) -> None:
        """Back to the list; nothing is lost."""
        self._hand_over_field()
        step = self.step
        if step is not None:
            step.leave()
        work: Callable[[], datetime | None] = self.saver.writer.write
        if self._untouched():
            self.saver.forget()
            work = partial(_discard, self._desk, self.saver.writer, self.draft.id)
        self._tools.background.run(work, self, self._on_left, self._on_failed, topic="leave")

    def pause(self) -> None:
        """Another page is shown: live work ends, the field is handed over."""
        self._hand_over_field()
        if self.step is not None:
            self.step.leave()
        self.saver.save_now()

    def resume(self) -> None:
        """This page is shown again."""
        if self.step is not None:
            self.step.enter()
        self._ask_blockers()

    def shut_down(self) -> None:
        """The program ends: write what waits now."""
        self._hand_over_field()
        if self.step is not None:
            self.step.leave()
        self._close_steps()
        try:
            self.saver.writer.write()
        except InspectorError as error:
            logger.warning("The draft of %s is not saved: %s", self.draft.recipe.product, error)
        self.saver.forget()

    # --- changes ------------------------------------------------------------------------------------------------------

    def _on_changed(self, draft: RecipeDraft) -> None:
        """A step changed the draft; steps seen are the frame's own matter, so none is forgotten by an old copy."""
        for step in self.draft.visited:
            draft = draft.with_visited(step)
        self._take(draft)

    def _take(self, draft: RecipeDraft) -> None:
        if draft == self.draft:
            return
        self.draft = draft
        for page in self._steps.values():
            page.take(draft)
        self.saver.put(draft)
        self._name()
        self._show_states()

    def _hand_over_field(self) -> None:
        """A field hands its text over when the keyboard leaves it."""
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            focus.clearFocus()

    def _close_steps(self) -> None:
        for page in self._steps.values():
            page.close_step()

    def _untouched(self) -> bool:
        """Whether a new product was opened and nothing was done with it."""
        seen = set(self.draft.visited) <= {Step.PRODUCT}
        return not self._first.visited and seen and self.draft.recipe == self._first.recipe

    def _go(self, by: int) -> None:
        if self.step is None:
            return
        index = _ORDER.index(self.step.step) + by
        if 0 <= index < len(_ORDER):
            self.go_to(_ORDER[index])

    def _on_measured(self, facts: Mapping[str, object]) -> None:
        self.known = replace(self.known, **facts)  # type: ignore[arg-type]  # checked by the fields
        self._ask_blockers()

    # --- answers of the background ------------------------------------------------------------------------------------

    def _on_saved(self, when: datetime) -> None:
        self._saved_at, self._failure = when, None
        self._say_saved()
        self._ask_blockers()

    def _on_left(self, written: datetime | None) -> None:
        self.saver.forget()
        self._close_steps()
        name = self.draft.recipe.product or self.tr("A product without a name")
        self.closed.emit("" if written is None else self.tr("{name} is saved as a draft").format(name=name))

    def _on_published(self, recipe: Recipe) -> None:
        """The draft is a version now; nothing may bring it back."""
        self.saver.forget()
        if self.step is not None:
            self.step.leave()
        self._close_steps()
        product = f"{recipe.product} {version_text(recipe.version)}"
        text = (
            self.tr("{product} is published")
            if self._desk.product_in_use is not None and self._desk.product_in_use() == recipe.product
            else self.tr("{product} is published. To run it, choose Change product on the page Station.")
        )
        self.closed.emit(text.format(product=product))

    def _on_failed(self, error: InspectorError) -> None:
        self._failure = error
        self._say_saved()

    def _ask_blockers(self) -> None:
        ask = partial(self._desk.recipes.blockers, self.draft, self.known)
        self._tools.background.run(ask, self, self._on_blockers, self._on_blockers_failed, topic="blockers")

    def _on_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        self.blockers, self._facts_known = blockers, True
        for page in self._steps.values():
            page.show_blockers(blockers)
        self._show_states()

    def _on_blockers_failed(self, error: InspectorError) -> None:
        logger.warning("What is missing cannot be said: %s", error)
        self._on_said(str(error))

    def _on_said(self, text: str) -> None:
        if text:
            self.notice.say(text, _SAY_S)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        head = QHBoxLayout()
        head.setSpacing(look.px(3))
        head.addWidget(self.back_to_list)
        head.addWidget(self.name)
        head.addWidget(self.base)
        head.addStretch(1)
        head.addWidget(self.saved)
        foot = QHBoxLayout()
        foot.setSpacing(look.px(3))
        foot.addWidget(self.back)
        foot.addWidget(self.missing, 1)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self)
        margin = look.px(2.5)
        layout.setContentsMargins(margin, look.px(1.5), margin, look.px(1.5))
        layout.setSpacing(look.px(1.5))
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self.stack, 1)
        layout.addLayout(foot)

    def _show_states(self) -> None:
        """The bar, and what is missing in the open step; nothing is claimed before it is known."""
        blocked = {blocker.step for blocker in self.blockers}
        states = {}
        for step in Step:
            seen = step in self.draft.visited and self._facts_known
            states[step] = StepState.OPEN if not seen else StepState.PROBLEM if step in blocked else StepState.DONE
        self.bar.set_states(states)
        if self.step is None:
            return
        index = _ORDER.index(self.step.step)
        self.back.setEnabled(index > 0)
        self.next.setVisible(index + 1 < len(_ORDER))
        if index + 1 < len(_ORDER):
            self.next.setText(self.tr("Next: {step}").format(step=step_name(_ORDER[index + 1])))
        mine = [blocker for blocker in self.blockers if blocker.step is self.step.step]
        if not mine:
            self.missing.set_text(self.tr("Nothing is missing here.") if self._facts_known else "")
        elif len(mine) == 1:
            self.missing.set_text(self.tr("Missing: {what}").format(what=blocker_text(mine[0])))
        else:
            text = self.tr("Missing: {what} And %n more.", "", len(mine) - 1)
            self.missing.set_text(text.format(what=blocker_text(mine[0])))
            self.missing.setToolTip("\n".join(map(blocker_text, mine)))

    def _name(self) -> None:
        product = self.draft.recipe.product.strip()
        self.name.set_text(product or self.tr("New product"))
        version = self.draft.base_version
        self.base.set_text(
            self.tr("draft, begun from {version}").format(version=version_text(version))
            if version
            else self.tr("draft of a new product")
        )

    def _say_saved(self) -> None:
        if self._failure is not None:
            self.saved.set_text(self.tr("Not saved; trying again. {reason}").format(reason=self._failure))
        elif self._saved_at is None:
            self.saved.set_text("" if not self.saver.writer.unsaved else self.tr("Saving…"))
        else:
            self.saved.set_text(self.tr("Saved as draft {time}").format(time=clock_text(self._saved_at)))

    def changeEvent(self, event: QEvent) -> None:
        """Say everything again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.back_to_list.setText(self.tr("All products"))
        self.back.setText(self.tr("Back"))
        self.bar.retranslate()
        self._name()
        self._say_saved()
        self._show_states()


def _discard(desk: SetupDesk, writer: DraftWriter, draft_id: str) -> None:
    writer.write()  # waits for one that is under way, or it would bring the draft back
    desk.recipes.discard(draft_id)
