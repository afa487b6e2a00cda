"""Step 5, Model and limit: which model judges, where the limit stands, and what that does to parts one knows."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.core.errors import InspectorError
from inspector.core.ports import ModelSummary
from inspector.core.sample import Tray
from inspector.services.scored_samples import ScoredSamples
from inspector.services.teaching import TeachingOutcome
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.judging import Judging, follows, remembered, written
from inspector.ui.recipes.limit_panel import LimitContent, LimitPanel
from inspector.ui.recipes.long_work import Control, LongWork
from inspector.ui.recipes.model_choice import ModelChoice
from inspector.ui.recipes.model_side import ModelSide
from inspector.ui.recipes.progress_line import ProgressLine
from inspector.ui.recipes.sample_book import SampleBook
from inspector.ui.recipes.step import StepPage
from inspector.ui.recipes.words import blocker_text
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from inspector.core.refs import ModelRef

_BAR_MM = 11.0
_SIDE_MM = 100.0


class ModelStep(StepPage):
    """Model and limit at the left; at the right what they do."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Build it; models and samples come with `enter`."""
        super().__init__(Step.MODEL, tools, draft)
        if desk.samples is None or desk.scoring is None:
            raise ValueError("step Model needs samples and scoring")
        look = self._look
        self._desk, self._scoring = desk, desk.scoring
        self._models: tuple[ModelSummary, ...] = ()
        self._blockers: tuple[Blocker, ...] = ()
        # A model keeps what was found out about it, also while another one is looked at.
        self._worse: dict[ModelRef, tuple[str, ...]] = {}
        if draft.judged is not None:
            self._worse[draft.judged.model] = draft.judged.worse
        self._problem = ""
        self._preview: Judging | None = None
        self.judging = Judging()
        self.book = SampleBook(tools.background, desk.samples, draft.id)
        self.work = LongWork(tools.background)
        self.model = ModelChoice(look)
        self.score = Button(look, "score", height_mm=_BAR_MM)
        self.progress = ProgressLine(look, self.work)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setProperty("role", "problem")
        self.limit = LimitPanel(tools, desk.parts_per_shift)
        self.side = ModelSide(tools, desk, desk.scoring, self.book, draft)
        self._lay_out()
        self._connect()
        self.retranslate()

    # --- the frame ----------------------------------------------------------------------------------------------------

    def show_draft(self, draft: RecipeDraft) -> None:
        """Put the rule into its fields."""
        super().show_draft(draft)
        self.side.take(draft)
        self._show()

    def take(self, draft: RecipeDraft) -> None:
        """Another step may have changed what the scores rest on."""
        super().take(draft)
        self.side.take(draft)
        if self.isVisible():
            self._show()

    def edit(self, draft: RecipeDraft) -> None:
        """Take a change; trial and teaching are about the draft as it is."""
        super().edit(draft)
        self.side.take(self.draft)

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """What is still missing here."""
        self._blockers = tuple(one for one in blockers if one.step is Step.MODEL)
        self._say()

    def enter(self) -> None:
        """Read models and samples."""
        self.book.refresh()
        self._read_models()

    def leave(self) -> None:
        """Hand over a number that is being typed."""
        self.limit.commit()

    def close_step(self) -> None:
        """Scoring ends with the sample in hand."""
        self.work.cancel()
        self.side.close_side()
        self.book.close()

    def first_field(self) -> QWidget:
        """The model comes first."""
        return self.model

    # --- models -------------------------------------------------------------------------------------------------------

    def _read_models(self) -> None:
        self._tools.background.run(self._desk.models.list, self, self._on_models, self._on_failed, topic="models")

    def _on_models(self, models: tuple[ModelSummary, ...]) -> None:
        self._models = tuple(one for one in models if not one.problem)
        recipe = self.draft.recipe
        named = [one for one in self._models if one.ref.name == recipe.model_name]
        if not named and self._models:
            # The first person to come here wants the station's model, which is the newest.
            self.edit(self.draft.with_recipe(model_name=self._models[0].ref.name, model_version=0))
        self.model.show_models(self._models, self.draft.recipe)
        if self._untaught() and self.draft.judged is None and self.side.teach is not None:
            self.side.open("teach")
        self._judge()
        self._show()

    def _untaught(self) -> bool:
        """Whether the chosen model was never taught this product."""
        recipe = self.draft.recipe
        chosen = [one for one in self._models if one.ref.name == recipe.model_name]
        if recipe.model_version:
            chosen = [one for one in chosen if one.ref.version == recipe.model_version]
        newest = max(chosen, key=lambda one: one.ref.version, default=None)
        return newest is not None and not {recipe.product, recipe.model_product} & set(newest.products)

    def _on_model(self, index: int) -> None:
        chosen = self.model.itemData(index)
        if isinstance(chosen, ModelSummary):
            self.choose_model(chosen)

    def choose_model(self, model: ModelSummary) -> None:
        """Judge with this one; what another model said counts no more."""
        self.edit(self.draft.with_recipe(model_name=model.ref.name, model_version=model.ref.version))
        self._show()

    # --- scoring ------------------------------------------------------------------------------------------------------

    def start_scoring(self) -> None:
        """Score all samples with the chosen model, in the background."""
        self._problem = ""
        self.progress.say(self.tr("Scoring the samples"))
        self.work.start(partial(self._score, self.draft), self._on_scored, self._on_failed)
        self._say()

    def _score(self, draft: RecipeDraft, control: Control) -> ScoredSamples:
        return self._scoring.score(draft, progress=control.progress, cancelled=control.cancelled)

    def _on_scored(self, scored: ScoredSamples) -> None:
        before = self.judging.proposed(self.draft.allowed_per_1000)
        rule = self.draft.recipe.rule
        first = self.draft.judged is None
        before_scores = self.judging.scores if scored.basis == self.judging.basis else None
        known = {**(before_scores or {}), **scored.scores}
        self.judging = Judging(self.book.samples, scored.model, scored.basis, known, unseen=self._unseen(scored.model))
        proposed = self.judging.proposed(self.draft.allowed_per_1000)
        if proposed is not None and (first or follows(rule.score_threshold, before)):
            self.edit(self.draft.with_rule(score_threshold=written(proposed.limit)))
        if scored.failed:
            text = self.tr("%n sample(s) could not be scored: {reason}", "", len(scored.failed))
            self._problem = text.format(reason=scored.failed[0][1])
        self._judge()
        self._show()

    def _judge(self) -> None:
        """Write down what the limit does now; nothing while a sample has no score."""
        model = self.judging.model
        if not self._models:
            return  # not known yet whether the model has seen the samples
        self.judging = replace(self.judging, unseen=self._unseen(model))
        judged = self.judging.judged(self.draft, self._worse.get(model, ()) if model is not None else ())
        if judged is not None and judged != self.draft.judged:
            self.edit(replace(self.draft, judged=judged))

    def _unseen(self, model: "ModelRef | None") -> bool:
        """Whether a model was not taught this product, so that none of its samples vouches for itself."""
        recipe = self.draft.recipe
        names = {recipe.product, recipe.model_product}
        return any(one.ref == model and not names & set(one.products) for one in self._models)

    # --- teaching -----------------------------------------------------------------------------------------------------

    def _on_drafted(self, scored: ScoredSamples) -> None:
        """Scores of a quick draft, to look at while the network is taught; nothing rests on them."""
        self._preview = Judging(self.book.samples, scored.model, scored.basis, scored.scores)
        self._show()

    def _on_taught(self, outcome: TeachingOutcome) -> None:
        """Judge with the new model; a teaching that failed or was cancelled changes nothing."""
        self._preview = None
        if outcome.model is None or outcome.recipe is None or outcome.draft_id != self.draft.id:
            self._show()
            return
        self._worse[outcome.model] = outcome.worse
        self.side.others.show_checks(outcome.checks)
        taught = outcome.recipe
        self.edit(
            self.draft.with_recipe(
                model_name=taught.model_name,
                model_version=taught.model_version,
                model_product=taught.model_product,
                framing=taught.framing,
                scale=taught.scale,
                overlap_px=taught.overlap_px,
            )
        )
        self.side.show_lone(None if outcome.lone is None else outcome.lone.sample)
        if outcome.worse:
            self.side.open("others")
        self._read_models()
        self.start_scoring()

    # --- the limit ----------------------------------------------------------------------------------------------------

    def _on_moved(self, limit: float) -> None:
        """Under the hand: lists follow, nothing is handed over yet."""
        self.side.show_sides(self._shown(), limit)

    def _on_settled(self, limit: float) -> None:
        self.edit(self.draft.with_rule(score_threshold=limit))
        self._judge()
        self._show()

    def _on_allowed(self, allowed_per_1000: float) -> None:
        before = self.judging.proposed(self.draft.allowed_per_1000)
        follow = follows(self.draft.recipe.rule.score_threshold, before)
        self.edit(replace(self.draft, allowed_per_1000=allowed_per_1000))
        proposed = self.judging.proposed(allowed_per_1000)
        if follow and proposed is not None:
            self.edit(self.draft.with_rule(score_threshold=written(proposed.limit)))
        self._judge()
        self._show()

    def _on_area(self, area_mm2: float) -> None:
        """Small regions do not count any more: that is another score for every sample."""
        if area_mm2 != self.draft.recipe.rule.min_area_mm2:
            self.edit(self.draft.with_rule(min_area_mm2=area_mm2))
            if self.judging.scores is not None:
                self.judging = Judging(self.book.samples)
                self.start_scoring()
            self._show()

    # --- news ---------------------------------------------------------------------------------------------------------

    def _on_book(self) -> None:
        """Samples changed: scores that are known are used again."""
        if self.judging.scores is None:
            self.judging = remembered(self.draft, self.book.samples)
        else:
            self.judging = replace(self.judging, samples=self.book.samples)
        self._judge()
        self._show()
        self.facts_changed.emit()

    def _on_sent(self, ids: list[str], tray: Tray) -> None:
        self.book.move(ids, tray)

    def _on_failed(self, error: InspectorError) -> None:
        self._problem = str(error)
        self._say()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _shown(self) -> Judging:
        """The scores, if they rest on the draft; else those of a quick draft, or none."""
        if self.judging.fits(self.draft):
            return self.judging
        return self._preview or Judging(self.book.samples)

    def _show(self) -> None:
        draft, judging = self.draft, self._shown()
        self.limit.show_content(
            LimitContent(
                good=judging.values(judging.good),
                bad=judging.values(judging.bad),
                proposed=judging.proposed(draft.allowed_per_1000),
                allowed_per_1000=draft.allowed_per_1000,
                rule=draft.recipe.rule,
                mm_per_px=draft.recipe.mm_per_px,
                unseen=judging.unseen,
            )
        )
        self.side.show_sides(judging, draft.recipe.rule.score_threshold)
        self._say()

    def retranslate(self) -> None:
        """Say all texts again."""
        self.model.setAccessibleName(self.tr("Model that judges"))
        self.score.setText(self.tr("Score the samples"))
        self.progress.retranslate()
        self.limit.retranslate()
        self.side.retranslate()
        self.model.show_models(self._models, self.draft.recipe)
        self._say()

    def _say(self) -> None:
        self.score.setEnabled(not self.work.running and bool(self.draft.recipe.model_name) and bool(self.book.samples))
        texts = [self._problem, *(blocker_text(one) for one in self._blockers)]
        if self.judging.fits(self.draft) and self.judging.unscored and not self.work.running:
            texts.append(self.tr("Not scored yet: %n sample(s).", "", self.judging.unscored))
        if self._preview is not None and not self.judging.fits(self.draft):
            texts = [self.tr("These are scores of the quick draft, to look at while the network is taught.")]
        if self._untaught() and self.judging.scores is None and self._preview is None:
            texts.append(
                self.tr("This model was not taught this product. Teach it, or score the samples to see how it does.")
            )
        if self.book.loaded and not self.book.samples:
            texts = [self.tr("There are no samples yet.")]
        shown = list(dict.fromkeys(filter(None, texts)))
        self.state.setText("\n".join(shown))
        self.state.setVisible(bool(shown) and not self.work.running)

    # --- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        bar = QHBoxLayout()
        bar.setSpacing(look.px(3))
        bar.addWidget(self.model, 1)
        bar.addWidget(self.score)
        left = QVBoxLayout()
        left.setSpacing(look.px(2))
        left.addLayout(bar)
        left.addWidget(self.progress)
        left.addWidget(self.state)
        left.addWidget(self.limit, 1)
        self.lay_beside(left, self.side, _SIDE_MM)

    def _connect(self) -> None:
        self.model.activated.connect(self._on_model)
        self.score.clicked.connect(self.start_scoring)
        self.work.ended.connect(self._say)
        self.book.changed.connect(self._on_book)
        self.book.failed.connect(self._on_failed)
        self.limit.moved.connect(self._on_moved)
        self.limit.settled.connect(self._on_settled)
        self.limit.allowed_entered.connect(self._on_allowed)
        self.limit.area_entered.connect(self._on_area)
        self.side.wrong.sent.connect(self._on_sent)
        self.side.trial.said.connect(self.said)
        if self.side.teach is not None:
            self.side.teach.drafted.connect(self._on_drafted)
            self.side.teach.ended.connect(self._on_taught)
