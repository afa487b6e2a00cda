"""The check list before publishing: what is promised, one line each, done or with what is missing and where to go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.ui.look import Look
from inspector.ui.recipes.words import blocker_text, step_name
from inspector.ui.widgets.buttons import Button

translate = QCoreApplication.translate  # lupdate knows calls of this name

_SELF_TEST = frozenset({"self_test_missing", "self_test_before_change", "self_test_differs"})
_TIMING = frozenset({"timing_missing", "timing_before_change", "timing_late"})


class Check(Enum):
    """A line of the list."""

    PRODUCT = "product"
    CAMERA = "camera"
    AREA = "area"
    SAMPLES = "samples"
    SCORED = "scored"
    PROMISE = "promise"
    OTHERS = "others"
    TIMING = "timing"
    MEMORY = "memory"
    SELF_TEST = "self_test"

    @property
    def step(self) -> Step:
        """Where it is put right."""
        return _STEPS.get(self, Step.PUBLISH)


_STEPS: Mapping[Check, Step] = {
    Check.PRODUCT: Step.PRODUCT,
    Check.CAMERA: Step.CAMERA,
    Check.AREA: Step.AREA,
    Check.SAMPLES: Step.SAMPLES,
    Check.SCORED: Step.MODEL,
    Check.PROMISE: Step.MODEL,
    Check.OTHERS: Step.MODEL,
    Check.MEMORY: Step.AREA,
}


def check_of(blocker: Blocker) -> Check:
    """The line that a blocker belongs to."""
    code = blocker.code
    if code == "other_worse":
        return Check.OTHERS
    if code == "check_not_kept":
        return Check.PROMISE
    if code in ("memory_exceeded", "grid_too_large"):
        return Check.MEMORY
    if code in _TIMING:
        return Check.TIMING
    if code in _SELF_TEST:
        return Check.SELF_TEST
    return {
        Step.PRODUCT: Check.PRODUCT,
        Step.CAMERA: Check.CAMERA,
        Step.AREA: Check.AREA,
        Step.SAMPLES: Check.SAMPLES,
        Step.MODEL: Check.SCORED,
        Step.PUBLISH: Check.PRODUCT,
    }[blocker.step]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """What a line says.

    Attributes:
        problems: what is missing; empty when it is done.
        detail: the number that stands behind it; "" for none.
        warning: what a person should know although it keeps nothing from being published; "" for none.
        waits: for another line; there is nothing to be put right yet.
    """

    check: Check
    problems: tuple[str, ...] = ()
    detail: str = ""
    warning: str = ""
    waits: bool = False


class CheckList(QWidget):
    """`step_asked` carries the step where a line is put right; `work_asked` the line whose own button was pressed."""

    step_asked = Signal(object)
    work_asked = Signal(object)

    def __init__(self, look: Look) -> None:
        """Begin with every line open."""
        super().__init__()
        self._look = look
        self.rows = {check: _Row(look, check) for check in Check}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, look.px(1), 0)
        column.setSpacing(look.px(1))
        for row in self.rows.values():
            column.addWidget(row)
            row.go.clicked.connect(self._on_go)
            row.work.clicked.connect(self._on_work)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def show_lines(self, lines: Sequence[CheckLine]) -> None:
        """Show all lines again."""
        for line in lines:
            self.rows[line.check].show_line(line)

    def _on_go(self) -> None:
        for row in self.rows.values():
            if row.go is self.sender():
                self.step_asked.emit(row.check.step)

    def _on_work(self) -> None:
        for row in self.rows.values():
            if row.work is self.sender():
                self.work_asked.emit(row.check)


def check_lines(draft: RecipeDraft, blockers: Sequence[Blocker], details: Mapping[Check, str]) -> tuple[CheckLine, ...]:
    """Every line of the list, done or with what is missing."""
    problems: dict[Check, list[str]] = {check: [] for check in Check}
    for blocker in blockers:
        problems[check_of(blocker)].append(blocker_text(blocker))
    # What rests on something that is missing is not done either.
    waiting = set()
    if draft.judged is None and not problems[Check.PROMISE]:
        waiting.add(Check.PROMISE)
        problems[Check.PROMISE].append(translate("CheckList", "Known once the samples are scored."))
    if draft.timing is None and not problems[Check.MEMORY]:
        waiting.add(Check.MEMORY)
        problems[Check.MEMORY].append(translate("CheckList", "Known once the time is measured."))
    warnings = {Check.PROMISE: _missed_text(draft)}
    return tuple(
        CheckLine(check, tuple(problems[check]), details.get(check, ""), warnings.get(check, ""), check in waiting)
        for check in Check
    )


def _missed_text(draft: RecipeDraft) -> str:
    """Bad samples that the limit lets pass: not forbidden, and not to be overlooked."""
    missed = 0 if draft.judged is None else draft.judged.result.bad - draft.judged.result.bad_found
    return translate("CheckList", "Bad samples that would be let pass: {count}").format(count=missed) if missed else ""


class _Row(QFrame):
    """Sign, name, what is missing or what it rests on, and the way there."""

    def __init__(self, look: Look, check: Check) -> None:
        super().__init__()
        self._look, self.check = look, check
        self._line = CheckLine(check)
        self.setObjectName("card")
        self._sign = QLabel()
        self._name = QLabel()
        self._name.setProperty("role", "strong")
        self._name.setWordWrap(True)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.go = Button(look, "right", height_mm=10.0)
        self.work = Button(look, "measure" if check is Check.TIMING else "camera", height_mm=10.0)
        if check not in (Check.TIMING, Check.SELF_TEST):
            self.work.hide()
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(look.px(2.5), look.px(1), look.px(2), look.px(1))
        layout.setSpacing(look.px(2.5))
        layout.addWidget(self._sign)
        layout.addLayout(words, 1)
        layout.addWidget(self.work)
        layout.addWidget(self.go)
        look.changed.connect(self._say)
        self._say()

    @property
    def done(self) -> bool:
        return not self._line.problems

    @property
    def text(self) -> str:
        return self._text.text()

    def show_line(self, line: CheckLine) -> None:
        self._line = line
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def _say(self) -> None:
        look, line = self._look, self._line
        if not self.done:
            icon, ink = "step_problem", "ng_fill"
        else:
            icon, ink = ("step_problem", "check_edge") if line.warning else ("step_done", "ok_edge")
        pixmap = look.icons.pixmap(icon, look.color(ink).name(), look.px(6), self.devicePixelRatioF())
        self._sign.setPixmap(pixmap)
        self._sign.setAccessibleName(self.tr("done") if self.done else self.tr("missing"))
        self._name.setText(self._names()[self.check])
        said = line.problems or tuple(filter(None, (line.detail, line.warning)))
        self._text.setText("\n".join(said))
        self._text.setVisible(bool(self._text.text()))
        self._text.setProperty("role", "" if line.problems or line.warning else "second")
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        open_here = (not self.done or bool(line.warning)) and not line.waits
        self.go.setVisible(open_here and self.check.step is not Step.PUBLISH)
        self.go.setText(step_name(self.check.step))
        if self.check is Check.TIMING:
            self.work.setText(self.tr("Measure 200 shots"))
        elif self.check is Check.SELF_TEST:
            self.work.setText(self.tr("Store a shot"))

    def _names(self) -> dict[Check, str]:
        return {
            Check.PRODUCT: self.tr("Name and line code"),
            Check.CAMERA: self.tr("Camera, scale and picture limits"),
            Check.AREA: self.tr("Area and tiles"),
            Check.SAMPLES: self.tr("Samples"),
            Check.SCORED: self.tr("Samples scored with this model"),
            Check.PROMISE: self.tr("Check set as promised"),
            Check.OTHERS: self.tr("Other products not worse"),
            Check.TIMING: self.tr("Time within the deadline"),
            Check.MEMORY: self.tr("Memory fits"),
            Check.SELF_TEST: self.tr("Self-test shot gives its score"),
        }
