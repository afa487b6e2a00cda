"""The Camera step over a driver that others wrote: the test camera of the genicam package, which has no trigger."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel

from inspector.cameras.catalog import Catalog
from inspector.cameras.drivers import bundled_producer
from inspector.core.draft import Step
from inspector.core.recipe import TriggerMode
from inspector.services.capture import CaptureState
from inspector.ui.recipes.camera import CameraStep
from inspector.ui.recipes.feature_model import KEY_ROLE
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language, Translation
from tests.support.setup_desk import SetupStation

pytestmark = pytest.mark.skipif(bundled_producer() is None, reason="the genicam package has no test producer here")

CAMERA = "genicam:viky"


@pytest.fixture
def setup(station: SetupStation, tools: PageTools, show, qtbot) -> Iterator[SetupPage]:
    station.open_cameras(Catalog(show_test_camera=True), CAMERA)
    setup = show(SetupPage(tools, station.desk(), station.recipes.new("square")))
    setup.open(Step.CAMERA)
    step = setup.step
    qtbot.waitUntil(lambda: step.shot is not None and bool(step.features.features), timeout=30_000)
    yield setup
    setup.shut_down()
    qtbot.waitUntil(lambda: station.capture.status.state is CaptureState.CLOSED, timeout=20_000)


@pytest.fixture
def step(setup: SetupPage) -> CameraStep:
    step = setup.step
    step.ui.choices[2].click()
    return step


def shown(step: CameraStep) -> set[str]:
    """Names of the features in the tree."""
    model, found = step.tree.model, set()
    ways = [model.index(row, 0) for row in range(model.rowCount())]
    while ways:
        index = ways.pop()
        found.add(index.data(KEY_ROLE) or index.data())
        ways += [model.index(row, 0, index) for row in range(model.rowCount(index))]
    return {name.rpartition("/")[2] for name in found}


def texts(step: CameraStep) -> str:
    return " ".join(label.text() for label in step.findChildren(QLabel) if label.isVisible())


def test_pictures_come_and_are_marked_as_no_production(setup: SetupPage, qtbot) -> None:
    step = setup.step
    assert step.shot.size.width == 400
    assert step.ui.view.content.picture is not None
    assert step.ui.view.content.simulated
    seen = step.shot.received
    qtbot.waitUntil(lambda: step.shot.received > seen + 3, timeout=10_000)


def test_the_tree_shows_more_to_those_who_know_more_and_is_searched(step: CameraStep, qtbot) -> None:
    seen = []
    for row in range(step.tree.visibility.count()):
        step.tree.visibility.setCurrentIndex(row)
        seen.append(shown(step))
    beginner, expert, guru = seen
    assert {"Width", "PixelFormat", "AcquisitionFrameRate"} <= beginner
    assert beginner < expert <= guru
    step.tree.visibility.setCurrentIndex(0)
    qtbot.keyClicks(step.tree.search, "frame rate")
    assert "AcquisitionFrameRate" in shown(step)
    assert "Width" not in shown(step)
    # A search looks at everything, whoever it is meant for.
    hidden = sorted(name for name in guru - beginner if step.features.named(name) is not None)[0]
    step.tree.search.setText(hidden)
    assert hidden in shown(step)


def test_values_are_written_and_what_the_camera_kept_is_in_the_recipe(
    setup: SetupPage, step: CameraStep, station: SetupStation, qtbot
) -> None:
    step.tree.choose("Width")
    step.tree.editor.slide.field.setFocus()
    step.tree.editor.slide.field.selectAll()
    qtbot.keyClicks(step.tree.editor.slide.field, "640\r")
    qtbot.waitUntil(lambda: step.shot.size.width == 640, timeout=20_000)
    qtbot.waitUntil(lambda: step.features.named("Width").value == "640")
    # This camera has no offsets; the size stays in the recipe all the same.
    assert (step.draft.recipe.camera.roi.x, step.draft.recipe.camera.roi.width) == (0, 640)
    step.features.write("AcquisitionFrameRate", "12")
    qtbot.waitUntil(lambda: step.features.named("AcquisitionFrameRate").value.startswith("12"))
    qtbot.waitUntil(lambda: step.draft.recipe.camera.rate_hz == 12.0)
    # The next opening gives the camera these settings again.
    setup.go_to(Step.PRODUCT)
    qtbot.waitUntil(lambda: station.capture.status.state is CaptureState.CLOSED, timeout=20_000)
    setup.go_to(Step.CAMERA)
    qtbot.waitUntil(lambda: step.shot is not None and step.shot.size.width == 640, timeout=30_000)


def test_size_is_changed_in_the_form_of_a_camera_without_offsets(setup: SetupPage, qtbot) -> None:
    step = setup.step
    assert [field.isVisible() for field in step.ui.form.roi] == [False, False, True, True]
    width = step.ui.form.roi[2]
    width.setFocus()
    width.selectAll()
    qtbot.keyClicks(width, "480\r")
    qtbot.waitUntil(lambda: step.shot.size.width == 480, timeout=20_000)


def test_what_the_camera_refuses_is_explained_and_the_old_value_stays(step: CameraStep, qtbot) -> None:
    step.tree.choose("Width")
    field = step.tree.editor.slide.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "900\r")
    assert "100 to 800 is possible" in step.tree.editor.field.note
    # Asked all the same, the camera answers in its own words.
    step.features.write("Width", "801")
    qtbot.waitUntil(lambda: step.tree.editor.field.note not in ("", "100 to 800 is possible"))
    assert "801" in step.tree.editor.field.note
    assert step.features.named("Width").value == "400"
    step.tree.choose("PixelFormat")
    step.features.write("PixelFormat", "BayerRG8")
    qtbot.waitUntil(lambda: "BayerRG8" in step.tree.editor.field.note)
    assert step.features.named("PixelFormat").value == "RGBa8"
    assert step.shot is not None


@pytest.mark.parametrize("trigger", list(TriggerMode))
def test_a_camera_without_a_trigger_blocks_publishing_and_says_so(
    setup: SetupPage, translation: Translation, trigger: TriggerMode, qtbot
) -> None:
    """Whatever is chosen: nobody is told to choose another trigger of a camera that has none."""
    step = setup.step
    step.ui.form.trigger.setCurrentIndex(step.ui.form.trigger.findData(trigger))
    qtbot.waitUntil(lambda: step.draft.recipe.camera.trigger is trigger)
    qtbot.waitUntil(lambda: "no_trigger" in [blocker.code for blocker in setup.blockers])
    assert "free_run" not in [blocker.code for blocker in setup.blockers]
    assert "has no trigger" in texts(step)
    setup.go_to(Step.PUBLISH)
    page = setup.step
    page.show_blockers(setup.blockers)
    assert not page.publish.isEnabled()
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "choose another camera" in said
    translation.set_language(Language.CHINESE)
    qtbot.waitUntil(lambda: "没有触发" in " ".join(label.text() for label in page.findChildren(QLabel)))
