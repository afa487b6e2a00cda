"""Step 6, Publish: everything that is promised, what changes, why, and from when on it is used.

No signature: the name of the operating-system user stands beside the version, as in every record of who did what.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from inspector.core.check import CheckResult
from inspector.core.compare import FieldDifference, compare
from inspector.core.draft import Blocker, DraftBlocked, MeasuredTiming, PublishFacts, RecipeDraft, Step, same_score
from inspector.core.errors import InspectorError
from inspector.core.recipe import Recipe, StoredShot
from inspector.core.sample import SampleCounts
from inspector.ui.messages import version_text
from inspector.ui.recipes.check_list import Check, CheckList, check_lines
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.field_words import field_word, value_text
from inspector.ui.recipes.long_work import Control, LongWork
from inspector.ui.recipes.plain_table import PlainTable
from inspector.ui.recipes.progress_line import ProgressLine
from inspector.ui.recipes.step import StepPage
from inspector.ui.recipes.words import blocker_text
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.fields import Field, Tick

_BAR_MM = 11.0
_COLUMNS = 3


class PublishStep(StepPage):
    """The list at the left; differences, reason and the button at the right."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Build it; what stands behind the lines comes with `enter`."""
        super().__init__(Step.PUBLISH, tools, draft)
        look = self._look
        self._desk = desk
        self._blockers: tuple[Blocker, ...] | None = None
        self._counts = SampleCounts()
        self._base: Recipe | None = None
        self._score_now: float | None = None
        self._problem = ""
        self._publishing = False
        self.work = LongWork(tools.background)
        self.progress = ProgressLine(look, self.work)
        self.list = CheckList(look)
        self.title = QLabel()
        self.title.setProperty("role", "strong")
        self.title.setWordWrap(True)
        self.differences = PlainTable(_COLUMNS)
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(look.px(20))
        self._reason = Field(look, self.reason)
        self.signed = QLabel()
        self.signed.setProperty("role", "second")
        self.signed.setWordWrap(True)
        self.now = Tick(look)
        self.publish = Button(look, "publish", height_mm=14.0, kind=ButtonKind.PRIMARY)
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        self.missing.setProperty("role", "problem")
        self._lay_out()
        self._connect()
        self.retranslate()

    # --- the frame ----------------------------------------------------------------------------------------------------

    def show_draft(self, draft: RecipeDraft) -> None:
        """Show what this draft would publish."""
        super().show_draft(draft)
        self._show()

    def take(self, draft: RecipeDraft) -> None:
        """Another step changed something: a stored score may not stand any more."""
        if draft.recipe.self_test != self.draft.recipe.self_test:
            self._score_now = None
        super().take(draft)
        if self.isVisible():
            self._show()

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """The check list."""
        self._blockers = blockers
        self._show()

    def enter(self) -> None:
        """Read the version before, count the samples, and see whether the stored shot still gives its score."""
        background = self._tools.background
        background.run(partial(_read_base, self._desk, self.draft), self, self._on_base, self._on_failed, topic="base")
        if self._desk.samples is not None:
            count = partial(self._desk.samples.counts, self.draft.id)
            background.run(count, self, self._on_counts, self._on_failed, topic="counts")
        if self.draft.recipe.self_test is not None and self._desk.scoring is not None:
            check = partial(self._desk.scoring.check_shot, self.draft)
            background.run(check, self, self._on_score_now, self._on_failed, topic="shot", takes_long=True)

    def close_step(self) -> None:
        """Measuring ends with the shot in hand."""
        self.work.cancel()

    def first_field(self) -> QWidget:
        """The reason is what only a person knows."""
        return self.reason

    # --- answers ------------------------------------------------------------------------------------------------------

    def _on_base(self, base: Recipe | None) -> None:
        self._base = base
        self._show()

    def _on_counts(self, counts: SampleCounts) -> None:
        self._counts = counts
        self._show()

    def _on_score_now(self, score: float) -> None:
        self._score_now = score
        self.measured.emit({"self_test_score": score})
        self._show()

    def _on_failed(self, error: InspectorError) -> None:
        self._problem = str(error)
        self._publishing = False
        self._show()

    # --- what people do -----------------------------------------------------------------------------------------------

    def _on_work(self, check: Check) -> None:
        if check is Check.TIMING:
            self.measure()
        elif check is Check.SELF_TEST:
            self.store_shot()

    def measure(self) -> None:
        """Time 200 shots."""
        if self._desk.scoring is not None:
            self._problem = ""
            self.progress.say(self.tr("Measuring 200 shots"))
            self.work.start(partial(self._measure, self.draft), self._on_timing, self._on_failed)
            self._show()

    def _measure(self, draft: RecipeDraft, control: Control) -> MeasuredTiming | None:
        assert self._desk.scoring is not None
        return self._desk.scoring.measure_timing(draft, progress=control.progress, cancelled=control.cancelled)

    def _on_timing(self, timing: MeasuredTiming | None) -> None:
        if timing is not None:
            self.edit(replace(self.draft, timing=timing))
        self._show()

    def store_shot(self) -> None:
        """Keep a usual good picture with its score."""
        if self._desk.scoring is not None:
            self._problem = ""
            self.progress.say(self.tr("Storing the self-test shot"))
            self.work.start(partial(self._store, self.draft), self._on_stored, self._on_failed)
            self._show()

    def _store(self, draft: RecipeDraft, _control: Control) -> StoredShot:
        assert self._desk.scoring is not None
        return self._desk.scoring.store_shot(draft)

    def _on_stored(self, shot: StoredShot) -> None:
        self._score_now = shot.score
        self.edit(self.draft.with_recipe(self_test=shot))
        self.measured.emit({"self_test_score": shot.score})
        self._show()

    def publish_now(self) -> None:
        """Make the draft a version; refused with everything that is missing."""
        if self._publishing:
            return
        if not self.reason.toPlainText().strip():
            self._reason.set_note(self.tr("Say why, for those who read it next year."), problem=True)
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._publishing, self._problem = True, ""
        facts = PublishFacts(self_test_score=self._score_now)
        work = partial(self._desk.recipes.publish, self.draft, self.reason.toPlainText().strip(), facts)
        self._tools.background.run(work, self, self._on_published, self._on_refused, topic="publish")
        self._show()

    def _on_published(self, recipe: Recipe) -> None:
        self._publishing = False
        if self._desk.line is not None and self._in_use():
            self._desk.line.use_version(recipe, now=self.now.isChecked())
        self.published.emit(recipe)

    def _on_refused(self, error: InspectorError) -> None:
        self._publishing = False
        if isinstance(error, DraftBlocked):
            self._blockers = error.blockers
            self._problem = ""
            self._show()
        else:
            self._on_failed(error)

    def _on_reason(self) -> None:
        self._reason.set_note("")
        self._show()

    def _in_use(self) -> bool:
        """Whether the line inspects this product now, so that it matters from when on the version is used."""
        in_use = self._desk.product_in_use
        return in_use is not None and bool(self.draft.recipe.product) and in_use() == self.draft.recipe.product

    # --- drawing ------------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say all texts again."""
        self._reason.set_word(self.tr("Reason"))
        self.reason.setPlaceholderText(self.tr("What changed, and why"))
        self.now.setText(self.tr("Use it now (pauses 5 s), not from the next lot on"))
        self.differences.setAccessibleName(self.tr("What changes"))
        self.differences.setHorizontalHeaderLabels([self.tr("Field"), self.tr("Before"), self.tr("New")])
        self.progress.retranslate()
        self._show()

    def _show(self) -> None:
        blockers = self._blockers or ()
        self.list.show_lines(check_lines(self.draft, blockers, self._details()))
        for check in (Check.TIMING, Check.SELF_TEST):
            self.list.rows[check].work.setEnabled(not self.work.running and self._desk.scoring is not None)
        base = self.draft.base_version
        self.title.setText(
            self.tr("What changes against {version}").format(version=version_text(base))
            if base
            else self.tr("This is the first version of the product.")
        )
        self._fill(compare(self._base, self.draft.recipe) if self._base is not None else ())
        self.signed.setText(
            self.tr("Stands in the record as {user}, the user of this computer. This is no signature.").format(
                user=self._desk.user
            )
        )
        self.now.setVisible(self._in_use() and self._desk.line is not None)
        version = version_text(base + 1)
        name = self.draft.recipe.product
        self.publish.setText(self.tr("Publish {product}").format(product=f"{name} {version}".strip()))
        ready = self._blockers is not None and not blockers and not self.work.running and not self._publishing
        self.publish.setEnabled(ready)
        self.missing.setText(self._missing_text(blockers))
        self.missing.setVisible(bool(self.missing.text()))

    def _missing_text(self, blockers: tuple[Blocker, ...]) -> str:
        if self._problem:
            return self._problem
        if self._publishing or self._blockers is None:
            return self.tr("Working…")
        if not blockers:
            return ""
        unlisted = [blocker_text(one) for one in blockers if one.code in ("reason_missing", "recipe_invalid")]
        return "\n".join([self.tr("Open on the list: %n point(s).", "", len(blockers)), *unlisted])

    def _details(self) -> dict[Check, str]:
        """What stands behind the lines that are done."""
        draft, locale = self.draft, self._tools.translation.locale
        recipe, counts = draft.recipe, self._counts
        details = {
            Check.PRODUCT: f"{recipe.product} · {recipe.line_code}",
            Check.CAMERA: recipe.camera_id,
            Check.SAMPLES: self.tr("{good} good, {check} of them check, {bad} bad").format(
                good=counts.good, check=counts.check, bad=counts.bad
            ),
        }
        if draft.judged is not None:
            details[Check.SCORED] = str(draft.judged.model)
            details[Check.PROMISE] = self._promise_text(draft.judged.result)
        if draft.timing is not None:
            times = {
                "p99": f"{draft.timing.p99_ms:.0f}",
                "shots": draft.timing.shots,
                "deadline": recipe.output.deadline_ms,
            }
            text = self.tr("{p99} ms for 99 of 100 shots ({shots} measured); the line waits {deadline} ms")
            details[Check.TIMING] = text.format(**times)
            if draft.timing.memory_mb > 0:
                text = self.tr("{mb} MB is the most that the whole program held")
                details[Check.MEMORY] = text.format(mb=f"{draft.timing.memory_mb:.0f}")
        shot = recipe.self_test
        if shot is not None:
            stored = locale.toString(shot.score, "f", 3)
            if self._score_now is None:
                details[Check.SELF_TEST] = self.tr("stored with {score}").format(score=stored)
            elif same_score(shot, self._score_now):
                now = locale.toString(self._score_now, "f", 3)
                details[Check.SELF_TEST] = self.tr("stored with {score}, now {now}").format(score=stored, now=now)
        return details

    def _promise_text(self, result: CheckResult) -> str:
        return self.tr("{rejected} of {good} good parts rejected, {found} of {bad} bad parts found").format(
            rejected=result.good_rejected, good=result.good, found=result.bad_found, bad=result.bad
        )

    def _fill(self, differences: tuple[FieldDifference, ...]) -> None:
        self.differences.setVisible(self.draft.base_version > 0)
        self.differences.show_rows(
            [
                (field_word(one.key), value_text(one.key, one.before), value_text(one.key, one.after))
                for one in differences
            ]
        )

    # --- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        left = QVBoxLayout()
        left.setSpacing(look.px(2))
        left.addWidget(self.progress)
        left.addWidget(self.list, 1)
        right = QVBoxLayout()
        right.setSpacing(look.px(2))
        right.addWidget(self.title)
        right.addWidget(self.differences, 100)
        right.addWidget(self._reason)
        right.addWidget(self.signed)
        right.addWidget(self.now)
        right.addWidget(self.missing)
        right.addWidget(self.publish)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, look.px(1), 0, 0)
        layout.setSpacing(look.px(5))
        layout.addLayout(left, 1)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        self.list.step_asked.connect(self.asked)
        self.list.work_asked.connect(self._on_work)
        self.work.ended.connect(self._show)
        self.reason.textChanged.connect(self._on_reason)
        self.publish.clicked.connect(self.publish_now)


def _read_base(desk: SetupDesk, draft: RecipeDraft) -> Recipe | None:
    """The version that the draft was begun from; None for a new product, or one that was altered in the store."""
    if not draft.base_version:
        return None
    versions = desk.recipes.versions(draft.base_product or draft.recipe.product)
    return next((one.recipe for one in versions if one.version == draft.base_version), None)
