"""What the six steps of a set-up have in common, so that the frame around them needs to know none of them."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLayout, QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.ui.tools import PageTools


class StepPage(QWidget):
    """One step. It never saves: it hands every change to the frame, which does.

    `changed` carries the new `RecipeDraft`; `said` a quiet line for the frame to show; `asked` the `Step` that a person
    wants to go to. `facts_changed` says that samples or models changed, on which it rests what is missing; `measured`
    carries fields of `PublishFacts` by name that only a step can know, such as the expected time; `published` carries
    the `Recipe` that the draft became.

    A step begins every change with `self.draft`, which the frame keeps up to date also while another step is shown, so
    that an answer that comes late overwrites nothing.
    """

    changed = Signal(object)
    said = Signal(str)
    asked = Signal(object)
    facts_changed = Signal()
    measured = Signal(object)
    published = Signal(object)

    def __init__(self, step: Step, tools: PageTools, draft: RecipeDraft) -> None:
        """Hold a draft; nothing is shown and nothing runs yet."""
        super().__init__()
        self.setObjectName("page")
        self.step = step
        self.draft = draft
        self._tools, self._look = tools, tools.look

    def edit(self, draft: RecipeDraft) -> None:
        """Take a change and hand it to the frame; the same draft again says nothing."""
        if draft != self.draft:
            self.draft = draft
            self.changed.emit(draft)

    def say(self, text: str) -> None:
        """Show a quiet line."""
        self.said.emit(text)

    def take(self, draft: RecipeDraft) -> None:
        """Another step or the frame changed the draft; the frame calls it, shown or not."""
        self.draft = draft

    def show_draft(self, draft: RecipeDraft) -> None:
        """Put the draft into the fields without emitting `changed`; the frame calls it before the step is seen."""
        self.draft = draft

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """Everything that keeps the draft from being published, of all steps, whenever it is known anew."""

    def enter(self) -> None:
        """The step is seen now: live work may begin."""

    def leave(self) -> None:
        """The step is no longer seen: end live work, and hand over what a field still holds. Must not wait."""

    def close_step(self) -> None:
        """The set-up is closed: give everything back. `leave` was called before. Must not wait."""

    def first_field(self) -> QWidget:
        """Where the keyboard goes when the step is opened."""
        return self

    def retranslate(self) -> None:
        """Say all texts in the language of the window; subclasses call it at the end of their constructor."""

    def lay_beside(self, left: QLayout, side: QWidget, side_mm: float) -> None:
        """Fill the step: what is worked on, which takes the room, and a column of fixed width beside it."""
        look = self._look
        side.setFixedWidth(look.px(side_mm))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, look.px(1), 0, 0)
        layout.setSpacing(look.px(4))
        layout.addLayout(left, 1)
        layout.addWidget(side)

    def changeEvent(self, event: QEvent) -> None:
        """Say all texts again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
