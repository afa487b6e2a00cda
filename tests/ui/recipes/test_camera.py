"""The Camera step over a simulated camera and the real service: what the camera keeps is what the recipe says."""

from collections.abc import Iterator

import pytest

from inspector.cameras.catalog import Catalog
from inspector.core.draft import Blocker, Step
from inspector.core.geometry import Rect
from inspector.core.recipe import TriggerMode
from inspector.services.capture import CaptureState
from inspector.ui.recipes.camera import CameraStep
from inspector.ui.recipes.settings_sheet import PlanSheet
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language
from tests.support.setup_desk import SetupStation

CAMERA = "simulated:cap?size=320x256&rate=50"


@pytest.fixture
def wired(station: SetupStation) -> SetupStation:
    station.open_cameras(Catalog(), CAMERA)
    return station


@pytest.fixture
def step(wired: SetupStation, tools: PageTools, show, qtbot) -> Iterator[CameraStep]:
    step = show(CameraStep(tools, wired.desk(), wired.recipes.new("bottle")), 1280, 560)
    step.show_draft(step.draft)
    step.enter()
    qtbot.waitUntil(lambda: step.shot is not None and bool(step.features.features), timeout=20_000)
    yield step
    step.leave()
    qtbot.waitUntil(lambda: wired.capture.status.state is CaptureState.CLOSED, timeout=10_000)


def test_a_new_product_begins_with_the_camera_of_the_station_and_a_trigger(step: CameraStep, qtbot) -> None:
    recipe = step.draft.recipe
    assert recipe.camera_id == CAMERA
    assert recipe.camera.trigger is TriggerMode.LINE
    assert (recipe.image_size.height, recipe.image_size.width) == (256, 320)
    qtbot.waitUntil(lambda: step.ui.camera.count() > 3, timeout=20_000)
    assert step.ui.camera.currentData() == CAMERA
    assert not step.draft.auto_exposure


def test_pictures_come_without_a_trigger_while_a_person_looks(step: CameraStep, qtbot) -> None:
    seen = step.shot.received
    qtbot.waitUntil(lambda: step.shot.received > seen + 3)
    assert step.ui.view.content.picture is not None
    assert step.ui.view.content.simulated
    assert step.ui.meter.values[2].text() != "–"


def test_leaving_the_step_takes_no_trigger_away(step: CameraStep) -> None:
    assert step.draft.recipe.camera.trigger is TriggerMode.LINE
    step.leave()
    assert not step.draft.lacks_trigger


def test_exposure_is_written_while_pictures_come_and_read_back(step: CameraStep, qtbot) -> None:
    bright = step.shot.measure.brightness
    step.ui.form.exposure.entered.emit(2500.0)
    qtbot.waitUntil(lambda: step.draft.recipe.camera.exposure_us == 2500.0)
    qtbot.waitUntil(lambda: step.shot.measure.brightness < 0.8 * bright, timeout=5000)
    qtbot.waitUntil(lambda: step.features.named("ExposureTime").value.startswith("2500"))


def test_a_slider_that_is_dragged_ends_where_it_was_let_go(step: CameraStep, qtbot) -> None:
    for value in range(1000, 9000, 100):
        step.ui.form.exposure.entered.emit(float(value))
    qtbot.waitUntil(lambda: step.draft.recipe.camera.exposure_us == 8900.0)


def test_a_value_beyond_the_limits_stays_in_its_field_with_the_limits(step: CameraStep, qtbot) -> None:
    field = step.ui.form.exposure.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "99999999\r")
    assert "is possible" in step.ui.form.fields["exposure"].note
    assert step.draft.recipe.camera.exposure_us is None


def test_a_locked_feature_is_refused_in_the_words_of_the_camera(step: CameraStep, qtbot) -> None:
    step.tree.choose("Width")
    step.features.write("Width", "160")
    qtbot.waitUntil(lambda: "locked" in step.tree.editor.field.note)
    assert step.features.named("Width").value == "320"
    step.tree.editor.force.click()
    qtbot.waitUntil(lambda: step.shot.size.width == 160, timeout=20_000)
    assert step.draft.recipe.camera.roi.width == 160
    qtbot.waitUntil(lambda: step.draft.recipe.image_size.width == 160)


def test_a_part_of_the_sensor_snaps_and_what_was_kept_is_shown(step: CameraStep, qtbot) -> None:
    step.edits.on_box(Rect(11, 21, 201, 101))
    qtbot.waitUntil(lambda: step.shot.size.width == 200, timeout=20_000)
    assert step.draft.recipe.camera.roi == Rect(10, 20, 200, 100)
    assert [field.value for field in step.ui.form.roi] == [10, 20, 200, 100]
    step.ui.form.whole.click()
    qtbot.waitUntil(lambda: step.shot.size.width == 320, timeout=20_000)


def test_the_software_trigger_brings_one_picture(step: CameraStep, qtbot) -> None:
    step.ui.form.trigger.setCurrentIndex(step.ui.form.trigger.findData(TriggerMode.SOFTWARE))
    step.ui.free_view.click()
    qtbot.waitUntil(lambda: step.ui.trigger_now.isEnabled())
    qtbot.waitUntil(lambda: step.ui.view.content.greyed, timeout=10_000)
    assert "trigger" in step.ui.view.content.message
    shown = step.shot
    step.ui.trigger_now.click()
    qtbot.waitUntil(lambda: step.shot is not shown, timeout=10_000)


def test_two_points_and_a_length_make_the_scale(step: CameraStep, qtbot) -> None:
    step.ui.choices[1].click()
    step.ui.scale.points.click()
    step.ui.view.place_points()
    assert step.ui.view.distance_px == pytest.approx(160.0)
    qtbot.keyClicks(step.ui.scale.length, "16\r")
    assert step.draft.recipe.mm_per_px == pytest.approx(0.1)
    assert "32.0 × 25.6 mm" in step.ui.scale.result.text()
    assert not step.ui.scale.points.isChecked()


def test_picture_limits_are_learned_from_twenty_shots_and_can_be_forgotten(step: CameraStep, qtbot) -> None:
    step.ui.scale.learn.click()
    qtbot.waitUntil(lambda: step.draft.recipe.picture_limits is not None, timeout=20_000)
    limits = step.draft.recipe.picture_limits
    assert limits.shots == 20
    assert limits.violations(step.shot.measure) == ()
    step.ui.scale.forget.click()
    assert step.draft.recipe.picture_limits is None


def test_learning_can_be_cancelled(step: CameraStep, qtbot) -> None:
    step.ui.choices[1].click()
    step.capture.learn_limits(2000)
    qtbot.waitUntil(step.ui.scale.cancel.isVisible)
    step.ui.scale.cancel.click()
    qtbot.waitUntil(step.ui.scale.learn.isVisible)
    assert step.draft.recipe.picture_limits is None


def test_a_feature_that_the_recipe_does_not_know_is_taken_into_it_and_out_again(step: CameraStep, qtbot) -> None:
    step.edits.keep_extra("DeviceUserID", "left")
    assert step.draft.recipe.camera.extra == (("DeviceUserID", "left"),)
    step.edits.keep_extra("DeviceUserID", "right")
    assert step.draft.recipe.camera.extra == (("DeviceUserID", "right"),)
    step.edits.drop_extra("DeviceUserID")
    assert step.draft.recipe.camera.extra == ()


def test_a_live_picture_becomes_the_picture_of_the_product(step: CameraStep, wired: SetupStation, qtbot) -> None:
    qtbot.waitUntil(lambda: step.draft.recipe.picture != "")
    first, shot = step.draft.recipe.picture, step.shot
    qtbot.waitUntil(lambda: step.shot is not shot)
    step.ui.product_picture.click()
    qtbot.waitUntil(lambda: step.draft.recipe.picture != first)
    assert wired.pictures.load(step.draft.recipe.picture).shape == (256, 320, 3)


def test_a_product_without_a_picture_gets_the_live_one_and_a_chosen_one_stays(
    step: CameraStep, wired: SetupStation, qtbot
) -> None:
    qtbot.waitUntil(lambda: step.draft.recipe.picture != "")
    first = step.draft.recipe.picture
    step.ui.scale.learn.click()
    qtbot.waitUntil(lambda: step.draft.recipe.picture != first, timeout=20_000)
    own = wired.pictures.save(wired.pictures.load(first)[:100]).path
    step.edit(step.draft.with_recipe(picture=own))
    step.edits.keep_picture()
    qtbot.wait(300)
    assert step.draft.recipe.picture == own


def test_the_page_speaks_chinese_at_once(step: CameraStep, tools: PageTools, qtbot) -> None:
    tools.translation.set_language(Language.CHINESE)
    qtbot.waitUntil(lambda: step.ui.form.fields["exposure"]._word.text() == "曝光")
    assert step.ui.form.trigger.currentText() == "产线信号"
    tools.translation.set_language(Language.ENGLISH)


def test_the_camera_of_a_running_line_is_left_to_it(wired: SetupStation, tools: PageTools, show, qtbot) -> None:
    wired.line_camera = CAMERA
    step = show(CameraStep(tools, wired.desk(), wired.recipes.new("bottle")))
    step.show_draft(step.draft)
    step.enter()
    qtbot.waitUntil(lambda: step.ui.problem.isVisible(), timeout=10_000)
    assert "The line uses this camera." in step.ui.problem.text()
    assert step.ui.camera.isEnabled()
    step.leave()


def test_a_lost_camera_leaves_its_last_picture_greyed_and_comes_back(
    station: SetupStation, tools: PageTools, show, qtbot
) -> None:
    lossy = "simulated:cap?size=320x256&rate=50&script=after(30).lose(1.5)"
    station.open_cameras(Catalog(), lossy)
    step = show(CameraStep(tools, station.desk(), station.recipes.new("bottle")))
    step.show_draft(step.draft)
    step.enter()
    qtbot.waitUntil(lambda: step.status.state is CaptureState.RECONNECTING, timeout=20_000)
    content = step.ui.view.content
    assert content.greyed
    assert content.picture is not None
    assert "Reconnecting" in content.message
    # Everything else works meanwhile: a field takes a value, which the camera gets when it is back.
    step.ui.form.gain.entered.emit(3.0)
    assert step.draft.recipe.camera.gain_db == 3.0
    qtbot.waitUntil(lambda: step.status.state is CaptureState.LIVE, timeout=30_000)
    qtbot.waitUntil(lambda: not step.ui.view.content.greyed, timeout=10_000)
    qtbot.waitUntil(lambda: float(step.features.named("Gain").value) == 3.0, timeout=10_000)
    step.leave()


def test_without_a_camera_service_the_step_says_so(station: SetupStation, tools: PageTools, show) -> None:
    draft = station.recipes.new("bottle")
    step = show(CameraStep(tools, station.desk(), draft))
    step.show_draft(draft)
    step.enter()
    assert "no camera" in step.ui.view.content.message
    step.leave()


def test_settings_go_to_a_file_and_come_back_line_by_line(step: CameraStep, qtbot, tmp_path) -> None:
    step.ui.form.exposure.entered.emit(2500.0)
    qtbot.waitUntil(lambda: step.draft.recipe.camera.exposure_us == 2500.0)
    qtbot.waitUntil(lambda: step.features.named("ExposureTime").value.startswith("2500"))
    file = tmp_path / "mine.txt"
    step.edits.transfer.save(step.status.camera, file)
    qtbot.waitUntil(file.is_file)
    step.ui.form.exposure.entered.emit(9000.0)
    qtbot.waitUntil(lambda: step.draft.recipe.camera.exposure_us == 9000.0)
    qtbot.waitUntil(lambda: step.features.named("ExposureTime").value.startswith("9000"))
    text = file.read_text(encoding="utf-8").replace("PixelFormat\tRGB8", "PixelFormat\tUV9")
    file.write_text(text, encoding="utf-8")
    step.edits.transfer.plan(file)
    sheets = step.window().findChildren(PlanSheet)
    qtbot.waitUntil(lambda: bool(step.window().findChildren(PlanSheet)))
    (sheet,) = step.window().findChildren(PlanSheet)
    rows = {sheet.table.item(row, 0).text(): row for row in range(sheet.table.rowCount())}
    assert "is none of" in sheet.table.item(rows["PixelFormat"], 3).text()
    assert step.draft.recipe.camera.exposure_us == 9000.0
    sheet.confirm.click()
    assert step.draft.recipe.camera.exposure_us == 2500.0
    qtbot.waitUntil(lambda: step.features.named("ExposureTime").value.startswith("2500"), timeout=10_000)
    assert step.draft.recipe.camera.pixel_format is None
    assert sheets == []


def test_a_file_that_is_none_is_refused_with_a_reason(step: CameraStep, qtbot, tmp_path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello", encoding="utf-8")
    with qtbot.waitSignal(step.said, timeout=10_000) as said:
        step.edits.transfer.plan(file)
    assert "no file of camera settings" in said.args[0]


def test_the_page_behind_which_something_is_missing_is_marked(step: CameraStep) -> None:
    step.show_blockers((Blocker(Step.CAMERA, "scale_missing", ""),))
    assert [button.marked for button in step.ui.choices] == [False, True, False]
    step.retranslate()
    assert step.ui.choices[1].accessibleDescription() == "Something is missing here"
    step.show_blockers((Blocker(Step.PRODUCT, "name_missing", ""),))
    assert not any(button.marked for button in step.ui.choices)
