"""Samples straight from a simulated camera and the real service: one by a press, or one for each trigger."""

from collections.abc import Iterator

import pytest

from inspector.cameras.catalog import Catalog
from inspector.core.recipe import CameraSettings, TriggerMode
from inspector.core.sample import Tray
from inspector.services.capture import CaptureState
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.tools import PageTools
from tests.support.setup_desk import SetupStation

CAMERA = "simulated:cap?size=320x256&rate=50"


@pytest.fixture
def wired(station: SetupStation) -> SetupStation:
    station.open_cameras(Catalog(), CAMERA)
    return station


@pytest.fixture
def step(wired: SetupStation, tools: PageTools, show, qtbot) -> Iterator[SamplesStep]:
    draft = wired.recipes.new("bottle").with_recipe(
        camera_id=CAMERA, camera=CameraSettings(trigger=TriggerMode.LINE, rate_hz=50.0)
    )
    step = show(SamplesStep(tools, wired.desk(), draft), 1280, 560)
    step.show_draft(draft)
    step.enter()
    qtbot.waitUntil(lambda: step.book.loaded)
    yield step
    step.leave()
    step.close_step()
    qtbot.waitUntil(lambda: wired.capture.status.state is CaptureState.CLOSED, timeout=10_000)


def test_a_press_keeps_one_picture_in_the_chosen_tray(step: SamplesStep, wired: SetupStation, qtbot) -> None:
    assert wired.capture.status.state is CaptureState.CLOSED
    step.into.setCurrentIndex(2)
    step.capture.one.click()
    qtbot.waitUntil(lambda: len(step.models[Tray.UNSORTED].samples) == 1, timeout=20_000)
    assert step.models[Tray.UNSORTED].samples[0].source == f"camera:{CAMERA}"
    step.capture.one.click()
    qtbot.waitUntil(lambda: len(step.book.samples) == 2, timeout=20_000)


def test_what_the_camera_sees_is_shown_while_no_sample_is_chosen(step: SamplesStep, qtbot) -> None:
    step.capture.one.click()
    qtbot.waitUntil(lambda: step.side.well.content.notes == ("live",), timeout=20_000)
    qtbot.waitUntil(lambda: len(step.book.samples) == 1)
    step.trays[Tray.GOOD].list.choose(step.book.samples[0].id)
    qtbot.waitUntil(lambda: step.side.well.content.picture is not None and step.side.well.content.notes == ())


def test_each_trigger_is_counted_until_it_is_stopped(step: SamplesStep, wired: SetupStation, qtbot) -> None:
    free = CameraSettings(trigger=TriggerMode.FREE, rate_hz=50.0)
    step.take(step.draft.with_recipe(camera=free))
    step.capture.each.click()
    qtbot.waitUntil(lambda: len(step.models[Tray.GOOD].samples) >= 3, timeout=20_000)
    qtbot.waitUntil(lambda: step.capture.each.text()[-1].isdigit())
    step.capture.each.click()
    qtbot.waitUntil(lambda: wired.capture.status.capturing == 0, timeout=10_000)
    assert not step.capture.each.isChecked()


def test_a_camera_that_is_not_there_is_said(step: SamplesStep, qtbot) -> None:
    said: list[str] = []
    step.said.connect(said.append)
    step.take(step.draft.with_recipe(camera_id="simulated:nothing"))
    step.capture.one.click()
    qtbot.waitUntil(lambda: any("No picture was kept" in one for one in said), timeout=20_000)


def test_without_a_camera_the_way_to_one_is_said(step: SamplesStep, qtbot) -> None:
    step.take(step.draft.with_recipe(camera_id=""))
    with qtbot.waitSignal(step.said) as said:
        step.capture.one.click()
    assert "step Camera" in said.args[0]


def test_leaving_gives_the_camera_back(step: SamplesStep, wired: SetupStation, qtbot) -> None:
    step.capture.one.click()
    qtbot.waitUntil(lambda: wired.capture.status.state is CaptureState.LIVE, timeout=20_000)
    step.leave()
    qtbot.waitUntil(lambda: wired.capture.status.state is CaptureState.CLOSED, timeout=10_000)
