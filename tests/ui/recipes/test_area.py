"""Step Area: what is drawn becomes the recipe, and the smallest defect becomes tiles with a measured cost."""

from dataclasses import replace

import pytest

from inspector.core.draft import RecipeDraft
from inspector.core.recipe import Framing
from inspector.core.sample import Tray
from inspector.ui.recipes.area import AreaStep
from inspector.ui.recipes.shapes import Area, EditorTool, rectangle
from inspector.ui.tools import PageTools
from tests.support.setup_steps import ScriptedScoring, add_samples, make_desk, make_draft
from tests.support.setup_stores import MemorySampleStore


@pytest.fixture
def store() -> MemorySampleStore:
    return MemorySampleStore()


def make_step(
    qtbot, tools: PageTools, store: MemorySampleStore, draft: RecipeDraft
) -> tuple[AreaStep, ScriptedScoring]:
    desk = make_desk(store)
    step = AreaStep(tools, desk, draft)
    qtbot.addWidget(step)
    step.resize(1200, 600)
    step.show()
    step.show_draft(draft)
    step.enter()
    assert isinstance(desk.scoring, ScriptedScoring)
    return step, desk.scoring


def test_the_picture_is_a_sample_and_the_grid_lies_over_it(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    draft = make_draft()
    add_samples(store, draft.id, Tray.GOOD, 2, height=480, width=640)
    step, scoring = make_step(qtbot, tools, store, draft)
    qtbot.waitUntil(lambda: bool(step.editor.tiles))
    assert step.editor.content.picture is not None
    assert len(step.editor.tiles) == 4
    assert "5 tile" in step.cost.text()
    assert f"{2 + 5 * 3}\u00a0ms" in step.cost.text()
    assert not any(name.startswith("MainThread") for name in scoring.threads)
    step.grid.click()
    assert step.editor.tiles == ()


def test_time_and_memory_are_told_to_the_frame(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    draft = make_draft()
    add_samples(store, draft.id, Tray.GOOD, 1, height=480, width=640)
    step = AreaStep(tools, make_desk(store), draft)
    qtbot.addWidget(step)
    step.show_draft(draft)
    with qtbot.waitSignal(step.measured) as measured:
        step.enter()
    assert measured.args[0] == {"expected_ms": 17.0, "expected_mb": 307.5}


def test_before_a_model_is_chosen_the_station_s_own_gives_the_tiles(
    qtbot, tools: PageTools, store: MemorySampleStore
) -> None:
    draft = make_draft(model_name="")
    add_samples(store, draft.id, Tray.GOOD, 1, height=480, width=640)
    step, scoring = make_step(qtbot, tools, store, draft)
    qtbot.waitUntil(lambda: bool(step.editor.tiles))
    assert scoring.asked == ["demo"]
    assert step.draft.recipe.model_name == ""


def test_an_unmeasured_time_is_not_invented(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    draft = make_draft()
    add_samples(store, draft.id, Tray.GOOD, 1, height=480, width=640)
    desk = make_desk(store)
    assert isinstance(desk.scoring, ScriptedScoring)
    desk.scoring.facts = replace(desk.scoring.facts, ms_per_tile=None, mb_per_tile=None)
    step = AreaStep(tools, desk, draft)
    qtbot.addWidget(step)
    step.show_draft(draft)
    step.enter()
    qtbot.waitUntil(lambda: bool(step.editor.tiles))
    assert "not measured" in step.cost.text()
    assert "\u00a0ms" not in step.cost.text()


def test_the_smallest_defect_sets_the_tiles(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    draft = make_draft(mm_per_px=0.05, scale=1.0)
    add_samples(store, draft.id, Tray.GOOD, 1, height=480, width=640)
    step, _ = make_step(qtbot, tools, store, draft)
    qtbot.waitUntil(lambda: bool(step.editor.tiles))
    changed: list[RecipeDraft] = []
    step.changed.connect(changed.append)
    step.defect.setFocus()
    step.defect.setText("1.6")
    step.defect.setModified(True)
    step.defect.commit()
    recipe = changed[-1].recipe
    assert recipe.smallest_defect_mm == 1.6
    assert (recipe.framing, recipe.scale) == (Framing.TILES_AND_WHOLE, 0.5)
    qtbot.waitUntil(lambda: "reliably" in step._defect.note)


def test_without_a_scale_the_way_to_it_is_shown(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    draft = make_draft(mm_per_px=None)
    step, _ = make_step(qtbot, tools, store, draft)
    assert step.scale_hint.isVisible()
    with qtbot.waitSignal(step.asked):
        step.scale_hint.click()


def test_a_drawn_area_is_handed_over_and_undone(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    draft = make_draft()
    add_samples(store, draft.id, Tray.GOOD, 1, height=480, width=640)
    step, _ = make_step(qtbot, tools, store, draft)
    qtbot.waitUntil(lambda: bool(step.editor.tiles))
    changed: list[RecipeDraft] = []
    step.changed.connect(changed.append)
    step.bar.tools[EditorTool.INCLUDE].click()
    step.editor._add(EditorTool.INCLUDE.kind, rectangle((0.0, 0.0), (100.0, 100.0)))
    assert len(changed[-1].recipe.include) == 1
    qtbot.waitUntil(lambda: len(step.editor.tiles) == 2)
    assert step.bar.undo.isEnabled()
    step.bar.undo.click()
    assert changed[-1].recipe.include == ()
    qtbot.waitUntil(lambda: len(step.editor.tiles) == 4)


def test_another_step_never_undoes_what_is_drawn(qtbot, tools: PageTools, store: MemorySampleStore) -> None:
    """A draft that comes back as it was handed over keeps the list of undo."""
    step, _ = make_step(qtbot, tools, store, make_draft())
    step.editor._put(Area(include=(rectangle((0.0, 0.0), (9.0, 9.0)),)))
    step.take(step.draft)
    step.show_draft(step.draft)
    assert step.editor.drawing.can_undo
