"""Step 3, Area: what of the picture is inspected, and how fine: from the smallest defect follows the tile grid."""

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.core.errors import InspectorError
from inspector.core.geometry import Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.tile_plan import TileFacts, TilePlan, cut_for, plan_tiles, seen_px
from inspector.ui.recipes.area_bar import AreaBar
from inspector.ui.recipes.area_source import AreaSource, load_source, tile_facts
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.polygon_editor import PolygonEditor
from inspector.ui.recipes.shapes import Area, EditorTool
from inspector.ui.recipes.step import StepPage
from inspector.ui.recipes.words import blocker_text
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Choice, Field, NumberField, Tick

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FRAMINGS: Final = (Framing.TILES_AND_WHOLE, Framing.TILES, Framing.WHOLE)
_SIDE_MM: Final = 80.0


class AreaStep(StepPage):
    """A picture to draw on, and beside it what the drawing costs."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Build it; the picture comes with `enter`."""
        super().__init__(Step.AREA, tools, draft)
        look = self._look
        self._desk = desk
        self._facts: TileFacts | None = None
        self._facts_problem = ""
        self._plan: TilePlan | None = None
        self._picture: NDArray[np.uint8] | None = None
        self._picture_of = ""
        self._blockers: tuple[Blocker, ...] = ()
        self.editor = PolygonEditor(look)
        self.bar = AreaBar(look, self.editor)
        self.defect = NumberField(look, low=0.001, high=1000.0, decimals=3)
        self._defect = Field(look, self.defect, unit="mm")
        self.framing = Choice(look)
        self._framing = Field(look, self.framing)
        self.fit = Button(look, "measure", height_mm=10.0)
        self.grid = Tick(look)
        self.grid.setChecked(True)
        self.cost = QLabel()
        self.problem = QLabel()
        self.scale_hint = Button(look, "right", height_mm=10.0)
        for label in (self.cost, self.problem):
            label.setWordWrap(True)
        self.problem.setProperty("role", "problem")
        self._hint = QLabel()
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "small")
        self._lay_out()
        self._connect()
        self.retranslate()

    # --- the frame ----------------------------------------------------------------------------------------------------

    def show_draft(self, draft: RecipeDraft) -> None:
        """Put the area and the numbers in place."""
        super().show_draft(draft)
        recipe = draft.recipe
        self.editor.show_area(Area(recipe.include, recipe.ignore))
        self.defect.set_value(recipe.smallest_defect_mm)
        self.framing.setCurrentIndex(_FRAMINGS.index(recipe.framing))
        self._say()

    def take(self, draft: RecipeDraft) -> None:
        """Another step changed something that the grid rests on."""
        super().take(draft)
        if self.isVisible():
            self.show_draft(draft)
            self._ask_plan()

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """What is wrong with this step."""
        self._blockers = tuple(one for one in blockers if one.step is Step.AREA)
        self._say()

    def enter(self) -> None:
        """Fetch the picture and what a tile costs."""
        background, draft = self._tools.background, self.draft
        background.run(
            partial(load_source, self._desk, draft), self, self._on_picture, self._on_no_picture, topic="picture"
        )
        if self._desk.scoring is not None:
            ask = partial(tile_facts, self._desk, self._desk.scoring, draft)
            # It may load a model, and waits while another step scores: no save may wait behind it.
            background.run(ask, self, self._on_facts, self._on_no_facts, topic="facts", takes_long=True)

    def leave(self) -> None:
        """Hand over a number that is still being typed."""
        self.defect.commit()

    def first_field(self) -> QWidget:
        """The picture is what this step is about."""
        return self.editor

    # --- answers ------------------------------------------------------------------------------------------------------

    def _on_picture(self, found: AreaSource) -> None:
        self._picture = found.image
        message = "" if found.image is not None else found.problem or self.tr("Take a picture in step Camera first")
        self.editor.show_picture(found.image, message, self.draft.recipe.mm_per_px)
        self.editor.show_area(Area(self.draft.recipe.include, self.draft.recipe.ignore))
        self._ask_plan()

    def _on_no_picture(self, error: InspectorError) -> None:
        self._on_picture(AreaSource(problem=str(error)))

    def _on_facts(self, facts: TileFacts) -> None:
        self._facts, self._facts_problem = facts, ""
        self._ask_plan()

    def _on_no_facts(self, error: InspectorError) -> None:
        self._facts, self._facts_problem = None, str(error)
        self._say()

    def _ask_plan(self) -> None:
        """Lay the grid in the background: a fine grid with many points takes a while."""
        size = self._frame_size()
        if size is None or self._facts is None:
            self._plan = None
            self.editor.show_tiles(())
            self._say()
            return
        work = partial(plan_tiles, self.draft.recipe, size, self._facts)
        self._tools.background.run(work, self, self._on_plan, self._on_no_facts, topic="plan")

    def _on_plan(self, plan: TilePlan) -> None:
        self._plan = plan
        if self._facts is not None and not plan.problem:
            self.measured.emit(
                {"expected_ms": plan.expected_ms(self._facts), "expected_mb": plan.expected_mb(self._facts)}
            )
        self.editor.show_tiles(plan.tiles if self.grid.isChecked() else ())
        self._say()

    # --- what people do -----------------------------------------------------------------------------------------------

    def _on_area(self, area: Area) -> None:
        self.edit(self.draft.with_recipe(include=area.include, ignore=area.ignore))
        self._ask_plan()

    def _on_defect(self, value_mm: float) -> None:
        self.edit(self.draft.with_recipe(smallest_defect_mm=value_mm))
        self._on_fit()

    def _on_fit(self) -> None:
        """Take the cut that the smallest defect asks for, as far as everything for it is known."""
        wanted = self._wanted()
        if wanted is not None:
            self.edit(self.draft.with_recipe(**wanted))
            self.framing.setCurrentIndex(_FRAMINGS.index(self.draft.recipe.framing))
        self._ask_plan()

    def _on_framing(self, index: int) -> None:
        self.edit(self.draft.with_recipe(framing=_FRAMINGS[index]))
        self._ask_plan()

    def _on_grid(self) -> None:
        self.editor.show_tiles(self._plan.tiles if self._plan is not None and self.grid.isChecked() else ())

    def _on_camera(self) -> None:
        self.asked.emit(Step.CAMERA)

    def _on_refused(self, text: str) -> None:
        self._defect.set_note(text, problem=True)
        if not text:
            self._say()

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _frame_size(self) -> Size | None:
        if self._picture is not None:
            return Size.of(self._picture.shape)
        return self.draft.recipe.image_size

    def _defect_px(self) -> float | None:
        recipe = self.draft.recipe
        if recipe.smallest_defect_mm is None or not recipe.mm_per_px:
            return None
        return recipe.smallest_defect_mm / recipe.mm_per_px

    def _wanted(self) -> dict[str, object] | None:
        """Fields of the recipe that the smallest defect asks for."""
        defect_px, size = self._defect_px(), self._frame_size()
        if defect_px is None or size is None or self._facts is None:
            return None
        cut = cut_for(defect_px, size, self._facts)
        return {"framing": cut.framing, "scale": cut.scale, "overlap_px": cut.overlap_px}

    # --- words --------------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Say all texts again."""
        self._defect.set_word(self.tr("Smallest defect that matters"))
        self._framing.set_word(self.tr("How the picture is looked at"))
        words = {
            Framing.TILES_AND_WHOLE: self.tr("In tiles, and once as a whole"),
            Framing.TILES: self.tr("In tiles"),
            Framing.WHOLE: self.tr("As a whole, in one look"),
        }
        now = self.framing.currentIndex()
        self.framing.blockSignals(True)
        self.framing.clear()
        self.framing.addItems([words[framing] for framing in _FRAMINGS])
        self.framing.setCurrentIndex(max(now, 0) if now >= 0 else _FRAMINGS.index(self.draft.recipe.framing))
        self.framing.blockSignals(False)
        self.fit.setText(self.tr("Fit the tiles to the defect"))
        self.grid.setText(self.tr("Show the tiles"))
        self.scale_hint.setText(self.tr("Set the scale"))
        self.editor.setAccessibleName(self.tr("Picture to draw on"))
        self.bar.retranslate()
        self._say()

    def _say(self) -> None:
        """Everything that follows from the draft, the plan and the facts."""
        recipe = self.draft.recipe
        self.scale_hint.setVisible(recipe.mm_per_px is None)
        self._defect.set_note(self._defect_text(recipe))
        wanted = self._wanted()
        self.fit.setVisible(wanted is not None and any(getattr(recipe, name) != it for name, it in wanted.items()))
        self.cost.setText(self._cost_text(recipe))
        problems = [blocker_text(one) for one in self._blockers]
        if self._plan is not None and self._plan.problem and not problems:
            problems = [self.tr("The tiles cannot be laid: {reason}").format(reason=self._plan.problem)]
        self.problem.setText("\n".join(problems))
        self.problem.setVisible(bool(problems))
        self._say_hint()
        self.bar.say()

    def _say_hint(self) -> None:
        """What a hand does on the picture now."""
        if self.editor.tool is not EditorTool.CHANGE:
            text = self.tr(
                "Click the corners one by one, or drag a box. Keys: arrows move, Space sets a corner, "
                "Enter closes the shape, Esc drops it."
            )
        elif self.draft.recipe.include or self.draft.recipe.ignore:
            text = self.tr(
                "Drag a corner or a whole shape. Keys: Page Up and Page Down choose, arrows move, "
                "Insert adds a corner, Del removes it."
            )
        else:
            text = self.tr("Choose Inspect to draw what counts, or Ignore for what must not count.")
        self._hint.setText(text)

    def _defect_text(self, recipe: Recipe) -> str:
        defect_px, size = self._defect_px(), self._frame_size()
        if recipe.mm_per_px is None:
            return self.tr("Set the scale in step Camera, so that millimeters mean something.")
        if defect_px is None or size is None or self._facts is None:
            return self.tr("The tile grid follows from it.")
        seen = seen_px(recipe, defect_px, size, self._facts)
        values = {"px": f"{defect_px:.0f}" if defect_px >= 10 else f"{defect_px:.1f}"}
        if seen >= self._facts.reliable_px * 0.999:
            return self.tr("{px} pixels of the picture: found reliably with these tiles.").format(**values)
        if seen >= self._facts.limit_px * 0.999:
            return self.tr("{px} pixels of the picture: at the limit of what these tiles show.").format(**values)
        return self.tr("{px} pixels of the picture: too small for these tiles. Move the camera nearer.").format(
            **values
        )

    def _cost_text(self, recipe: Recipe) -> str:
        plan, facts = self._plan, self._facts
        if facts is None:
            return self._facts_problem or self.tr("Working…")
        if plan is None or plan.problem:
            return ""
        locale = self._tools.translation.locale
        share = locale.toString(100 * plan.area_share, "f", 0)
        lines = [self.tr("%n tile(s) for each picture", "", plan.count)]
        lines.append(
            self.tr("{share} % of the picture is inspected").format(share=share)
            if recipe.include or recipe.ignore
            else self.tr("Nothing is drawn: the whole picture is inspected")
        )
        if recipe.framing is not Framing.WHOLE:
            side = facts.tile_px / recipe.scale
            tile = f"{side:.0f} px"
            if recipe.mm_per_px is not None:
                tile = f"{locale.toString(side * recipe.mm_per_px, 'f', 1)} mm"
            lines.append(self.tr("A tile covers {size} of the part").format(size=tile))
        expected_ms, expected_mb = plan.expected_ms(facts), plan.expected_mb(facts)
        if expected_ms is None:
            lines.append(self.tr("Time: not measured on this computer yet"))
        else:
            values = {"ms": f"{expected_ms:.0f}", "deadline": recipe.output.deadline_ms}
            lines.append(self.tr("Expected time: {ms} ms; the line waits {deadline} ms").format(**values))
        if expected_mb is None:
            lines.append(self.tr("Memory: this computer does not tell"))
        else:
            text = self.tr("Expected memory of the whole program: {mb} MB")
            lines.append(text.format(mb=f"{expected_mb:.0f}"))
        # A number and its unit stay together.
        return "\n".join(lines).replace(" ms", "\u00a0ms").replace(" MB", "\u00a0MB")

    # --- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        look = self._look
        left = QVBoxLayout()
        left.setSpacing(look.px(2))
        left.addWidget(self.bar)
        left.addWidget(self.editor, 1)
        left.addWidget(self._hint)
        inside = QWidget()
        right = QVBoxLayout(inside)
        right.setContentsMargins(0, 0, look.px(1.5), 0)
        right.setSpacing(look.px(3))
        for widget in (self._defect, self.scale_hint, self._framing, self.fit, self.grid, self.cost, self.problem):
            right.addWidget(widget)
        right.addStretch(1)
        side = QScrollArea()
        side.setWidget(inside)
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setFixedWidth(look.px(_SIDE_MM))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(4))
        layout.addLayout(left, 1)
        layout.addWidget(side)

    def _connect(self) -> None:
        self.editor.edited.connect(self._on_area)
        self.editor.state_changed.connect(self._say_hint)
        self.defect.entered.connect(self._on_defect)
        self.defect.refused.connect(self._on_refused)
        self.framing.activated.connect(self._on_framing)
        self.fit.clicked.connect(self._on_fit)
        self.grid.toggled.connect(self._on_grid)
        self.scale_hint.clicked.connect(self._on_camera)
        for key, slot in (
            ("Ctrl+Z", self.editor.undo),
            ("Ctrl+Y", self.editor.redo),
            ("Ctrl+Shift+Z", self.editor.redo),
        ):
            QShortcut(QKeySequence(key), self, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
