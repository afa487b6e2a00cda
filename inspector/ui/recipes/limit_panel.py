"""The limit: drawn, dragged or typed, with the sentences that say what it does and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.core.check import CheckResult, ProposedLimit, check_limit
from inspector.core.recipe import DecisionRule
from inspector.ui.recipes.desk import USUAL_PARTS_PER_SHIFT
from inspector.ui.recipes.histogram import ScoreHistogram
from inspector.ui.recipes.result_words import result_sentences, rule_sentence
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Field, NumberField


@dataclass(frozen=True, slots=True)
class LimitContent:
    """What the panel rests on.

    Attributes:
        good, bad: scores of the check set.
        proposed: by the rule; None without scores.
        allowed_per_1000: good parts that may be rejected.
        rule: of the draft.
        mm_per_px: without it an area in mm² means nothing.
        unseen: the model was not taught with the samples.
    """

    good: Sequence[float] = ()
    bad: Sequence[float] = ()
    proposed: ProposedLimit | None = None
    allowed_per_1000: float = 10.0
    rule: DecisionRule = field(default_factory=DecisionRule)
    mm_per_px: float | None = None
    unseen: bool = False


class LimitPanel(QWidget):
    """`moved` carries the limit under the hand, `settled` the one that was let go, typed or proposed."""

    moved = Signal(float)
    settled = Signal(float)
    allowed_entered = Signal(float)
    area_entered = Signal(float)

    def __init__(self, tools: PageTools, parts_per_shift: int = USUAL_PARTS_PER_SHIFT) -> None:
        """Begin without scores."""
        super().__init__()
        self._tools, self._look = tools, tools.look
        self._content = LimitContent()
        look = tools.look
        self.histogram = ScoreHistogram(look)
        self.limit = NumberField(look, low=1e-4, high=1e6, decimals=4)
        self.allowed = NumberField(look, low=0.01, high=500, decimals=2)
        self.area = NumberField(look, low=0.0, high=1e6, decimals=3)
        self.parts = NumberField(look, low=1, high=10_000_000, decimals=0)
        self.parts.set_value(parts_per_shift)
        self.propose = Button(look, "undo", height_mm=10.0)
        self._limit = Field(look, self.limit)
        self._allowed = Field(look, self.allowed)
        self._area = Field(look, self.area, unit="mm²")
        self._parts = Field(look, self.parts)
        self.rule = QLabel()
        self.rule.setProperty("role", "second")
        self.result = QLabel()
        self.result.setProperty("role", "strong")
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self.rule, self.result):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._lay_out()
        self._connect()
        self.retranslate()

    @property
    def counts(self) -> CheckResult:
        """What the limit, as it stands under the hand, does to the check set."""
        return check_limit(self._content.good, self._content.bad, self.histogram.limit)

    def show_content(self, content: LimitContent) -> None:
        """Show other scores or another rule."""
        before, self._content = self._content, content
        if (content.good, content.bad) != (before.good, before.bad):
            self.histogram.set_scores(content.good, content.bad)
        self.histogram.set_limit(content.rule.score_threshold, _limit_of(content.proposed))
        self.limit.set_value(content.rule.score_threshold)
        self.allowed.set_value(content.allowed_per_1000)
        self.area.set_value(content.rule.min_area_mm2)
        self._area.setEnabled(content.mm_per_px is not None)
        self._area.set_note("" if content.mm_per_px is not None else self.tr("Needs the scale of step Camera."))
        self._say()

    def commit(self) -> None:
        """Hand over what is still being typed."""
        for one in (self.limit, self.allowed, self.area, self.parts):
            one.commit()

    def _on_moved(self, limit: float) -> None:
        self.limit.set_value(limit)
        self._say()
        self.moved.emit(limit)

    def _on_typed(self, limit: float) -> None:
        self.histogram.set_limit(limit, _limit_of(self._content.proposed))
        self._say()
        self.moved.emit(limit)
        self.settled.emit(limit)

    def _on_propose(self) -> None:
        if self._content.proposed is not None:
            self._on_typed(float(f"{self._content.proposed.limit:.4g}"))

    def retranslate(self) -> None:
        """Say all texts again."""
        self._limit.set_word(self.tr("Limit"))
        self._allowed.set_word(self.tr("Allowed false rejects per 1000"))
        self._area.set_word(self.tr("Smallest area"))
        self._parts.set_word(self.tr("Parts a shift"))
        self.propose.setText(self.tr("Use the proposal"))
        self.histogram.set_locale(self._tools.translation.locale)
        self._say()

    def _say(self) -> None:
        content, locale = self._content, self._tools.translation.locale
        self.propose.setEnabled(content.proposed is not None)
        if content.proposed is None:
            self.rule.setText("")
            self.result.setText(self.tr("Score the samples to see what the limit does."))
            return
        limit = self.histogram.limit
        parts = round(self.parts.value or 0)
        self.result.setText(" ".join(result_sentences(self.counts, parts, locale)))
        rule = rule_sentence(content.proposed, limit, content.allowed_per_1000, locale)
        seen = (
            self.tr("All good samples check the limit: this model was not taught with them.")
            if content.unseen
            else self.tr("Only good samples that never taught check the limit.")
        )
        self.rule.setText(f"{rule}\n{seen}")

    def _lay_out(self) -> None:
        look = self._look
        fields = QHBoxLayout()
        fields.setSpacing(look.px(3))
        for one in (self._limit, self._allowed, self._area, self._parts):
            fields.addWidget(one, 1, Qt.AlignmentFlag.AlignBottom)
        fields.addWidget(self.propose, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self.histogram, 1)
        layout.addLayout(fields)
        layout.addWidget(self.rule)
        layout.addWidget(self.result)

    def _connect(self) -> None:
        self.histogram.moved.connect(self._on_moved)
        self.histogram.settled.connect(self.settled)
        self.histogram.reset_asked.connect(self._on_propose)
        self.limit.entered.connect(self._on_typed)
        self.allowed.entered.connect(self.allowed_entered)
        self.area.entered.connect(self.area_entered)
        self.parts.entered.connect(self._say)
        self.propose.clicked.connect(self._on_propose)
        for number, named in (
            (self.limit, self._limit),
            (self.allowed, self._allowed),
            (self.area, self._area),
            (self.parts, self._parts),
        ):
            number.refused.connect(_Refusal(named).show)


def _limit_of(proposed: ProposedLimit | None) -> float | None:
    return None if proposed is None else proposed.limit


class _Refusal:
    """Says below a field why a number was refused."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def show(self, text: str) -> None:
        self._field.set_note(text, problem=bool(text))
