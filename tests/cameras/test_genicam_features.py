"""The feature tree of a real driver interface: what is told, what is taken, what is refused and why, and settings."""

import pytest

from inspector.cameras.catalog import Catalog
from inspector.core.camera_features import FeatureKind, FeatureResult
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerEdge, TriggerMode
from tests.support.gentl.table import FORMATS, MODERN, SENSOR_HEIGHT, SENSOR_WIDTH, Row

SMALL = CameraSettings(roi=Rect(0, 0, 64, 48), rate_hz=200)


@pytest.fixture(scope="module")
def catalog(testcam):
    return Catalog([testcam.folder])


@pytest.fixture(scope="module")
def shared(testcam, catalog):
    camera = catalog.open(testcam.camera_id())
    yield camera
    camera.close()


@pytest.fixture
def camera(shared):
    """Stopped, with the settings it has from its maker."""
    shared.features.execute("UserSetLoad")
    yield shared
    shared.stop()


def refusal(camera, name: str, text: str) -> str:
    """The reason why a value is not taken; the old one must stay."""
    before = camera.features.describe([name])
    with pytest.raises(OperationalError) as caught:
        camera.features.set(name, text)
    assert caught.value.code == "CAM-004"
    assert camera.features.describe([name]) == before
    return caught.value.message


# --- what is told ---


@pytest.mark.parametrize("row", MODERN, ids=lambda row: row.name)
def test_everything_the_description_says_is_told(camera, row: Row):
    (feature,) = camera.features.describe([row.name])
    assert feature.kind.value == row.kind
    assert (feature.category, feature.visibility) == (row.category, row.visibility)
    assert (feature.unit, feature.tooltip, feature.streamable) == (row.unit, row.tip, row.streamable)
    assert feature.selected_by == ((row.selector,) if row.selector else ())
    assert feature.polling_ms == row.polling_ms
    assert feature.description == (f"{row.tip} (feature of the test camera)" if row.tip else "")
    if row.kind == "enumeration":
        names = tuple(name for name, _ in row.entries)
        assert feature.entries == tuple(name for name in names if name not in row.absent)
        assert feature.unavailable_entries == row.absent
    if row.kind in ("integer", "float"):
        for told, limit in ((feature.minimum, row.low), (feature.maximum, row.high)):
            assert isinstance(limit, str) or told == limit, "no limit is told as none, not as the largest number"
    if row.access == "RO":
        assert (feature.readable, feature.writable) == (True, False)
    if row.kind == "command":
        assert not feature.readable


def test_the_whole_tree_comes_in_the_cameras_own_order(camera):
    names = [feature.name for feature in camera.features.snapshot()]
    assert names == [row.name for row in MODERN]
    titles = {feature.name: feature.display_name for feature in camera.features.snapshot()}
    assert titles["ExposureTime"] == "Exposure Time"


def test_only_the_features_that_were_asked_for_are_described(camera):
    told = camera.features.describe(["Gain", "NoSuchThing", "Width", "Root", "Width_Reg"])
    assert [feature.name for feature in told] == ["Gain", "Width"]


def test_limits_follow_what_they_depend_on(camera):
    camera.features.load((("Width", "320"), ("OffsetX", "160"), ("Height", "240")))
    width, offset, height = camera.features.describe(["Width", "OffsetX", "OffsetY"])
    assert (width.minimum, width.maximum, width.step) == (16, SENSOR_WIDTH - 160, 8)
    assert (offset.minimum, offset.maximum, offset.step) == (0, SENSOR_WIDTH - 320, 8)
    assert (height.maximum, height.step) == (SENSOR_HEIGHT - 240, 2)


def test_a_selector_says_which_value_is_meant(camera):
    features = camera.features
    assert features.get("DeviceTemperature") == "41.5"
    features.set("DeviceTemperatureSelector", "Mainboard")
    assert features.get("DeviceTemperature") == "48.25"
    for name, value in (("Red", "1.5"), ("Blue", "0.75")):
        features.set("BalanceRatioSelector", name)
        features.set("BalanceRatio", value)
    values = {}
    for name in ("Red", "Green", "Blue"):
        features.set("BalanceRatioSelector", name)
        values[name] = features.get("BalanceRatio")
    assert values == {"Red": "1.5", "Green": "1", "Blue": "0.75"}


def test_what_has_no_meaning_now_is_told_as_not_available(camera):
    assert not camera.features.describe(["TriggerSoftware"])[0].available
    camera.features.load((("TriggerSource", "Software"), ("TriggerMode", "On")))
    (trigger,) = camera.features.describe(["TriggerSoftware"])
    assert trigger.available
    assert trigger.writable


def test_a_value_is_read_past_the_cache(camera):
    assert camera.features.get("ExposureTime") == "5000"
    camera.features.set("ExposureAuto", "Continuous")  # the camera itself changes the exposure then
    assert camera.features.get("ExposureTime") == "8000"
    assert camera.features.describe(["ExposureTime"])[0].value == "8000"


# --- what is taken ---


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("ExposureTime", "1234.5", "1234.5"),
        ("Gain", "0", "0"),
        ("Width", "64", "64"),
        ("Width", " 0x40 ", "64"),
        ("ReverseX", "On", "true"),
        ("ReverseX", "0", "false"),
        ("PixelFormat", "BayerRG12p", "BayerRG12p"),
        ("DeviceUserID", "Station 3, Prüfplatz", "Station 3, Prüfplatz"),
        ("RoundedSetting", "57", "50"),
    ],
)
def test_a_value_is_written_and_what_was_kept_comes_back(camera, name, text, kept):
    assert camera.features.set(name, text) == kept
    assert camera.features.get(name) == kept


def test_a_command_is_executed_and_waited_for(camera):
    camera.features.set("Gain", "6")
    camera.features.execute("UserSetLoad")
    assert camera.features.get("Gain") == "0"
    for name, reason in (
        ("Gain", "is no command"),
        ("NoSuchThing", "has no feature"),
        ("TriggerSoftware", "does not offer it"),
    ):
        with pytest.raises(OperationalError, match=reason):
            camera.features.execute(name)


def test_exposure_and_gain_change_while_pictures_come_and_the_rest_is_locked(camera):
    camera.apply(SMALL)
    camera.start()
    camera.next(5000)
    camera.features.set("ExposureTime", "2500")
    camera.features.set("Gain", "6")
    seen = set()
    while (2500.0, 6.0) not in seen:
        frame = camera.next(5000)
        assert isinstance(frame, Frame)
        seen.add((frame.exposure_us, frame.gain_db))
    for name, text in (("Width", "128"), ("PixelFormat", "RGB8"), ("LinePadding", "3")):
        assert "locked while pictures come: stop" in refusal(camera, name, text)
    locked = [feature.name for feature in camera.features.describe(["Width", "Height", "Gain"]) if not feature.writable]
    assert locked == ["Width", "Height"]
    with pytest.raises(OperationalError, match="does not offer it while pictures come"):
        camera.features.execute("UserSetLoad")
    camera.stop()
    assert camera.features.set("Width", "128") == "128"


def test_looking_at_another_trigger_is_no_restart_of_the_camera(camera):
    camera.apply(CameraSettings(roi=SMALL.roi, trigger=TriggerMode.SOFTWARE))
    camera.start()
    camera.features.set("TriggerSelector", "AcquisitionStart")
    assert camera.features.get("TriggerMode") == "Off"
    assert camera.next(1300) is None  # two probes
    camera.trigger(1)
    assert camera.next(5000).label == "1"


def test_a_trigger_switched_off_in_the_tree_lets_pictures_come(camera):
    camera.apply(CameraSettings(roi=SMALL.roi, trigger=TriggerMode.LINE))
    camera.start()
    assert camera.next(50) is None
    camera.features.set("TriggerMode", "Off")
    assert [camera.next(5000).frame_id for _ in range(30)] == list(range(1, 31))
    camera.features.set("TriggerMode", "On")
    while camera.next(100) is not None:
        """What was on its way still comes."""
    camera.features.execute("LinePulse")
    assert isinstance(camera.next(5000), Frame)


def test_a_longer_exposure_set_while_waiting_gives_the_trigger_more_time(camera):
    camera.apply(CameraSettings(roi=SMALL.roi, trigger=TriggerMode.SOFTWARE))
    camera.start()
    camera.features.set("ExposureTime", "900000")
    camera.trigger(1)
    part = camera.next(5000)
    assert isinstance(part, Frame), part
    assert part.label == "1"


# --- what is refused ---


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("NoSuchThing", "1", "no feature “NoSuchThing”"),
        ("Width", "8", "Value = 8 must be equal or greater than Min = 16."),
        ("Width", "648", "640"),
        ("Width", "100", "must be dividable without rest by Inc = 8."),
        ("Width", "wide", "“wide” is no integer."),
        ("ExposureTime", "1", "must be greater than or equal 20"),
        ("ExposureTime", "3e6", "2000000"),
        ("ExposureTime", "nan", "“nan” is no float."),
        ("ExposureTime", "inf", "“inf” is no float."),
        ("ReverseX", "perhaps", "“perhaps” is no boolean."),
        ("DeviceIndicatorMode", "ErrorStatus", "not writable"),
        ("DeviceIndicatorMode", "Nonsense", "Nonsense"),
        ("DeviceUserID", "x" * 65, "exceeds maximum length"),
        ("SensorWidth", "100", "SensorWidth cannot be written now: it is read-only"),
        ("RefusedSetting", "3", "The sensor is too warm for this setting"),
    ],
)
def test_a_refusal_says_why_and_the_old_value_stays(camera, name, text, reason):
    assert reason in refusal(camera, name, text)


def test_a_lock_of_another_setting_is_explained(camera):
    camera.features.set("ExposureAuto", "Continuous")
    assert "another setting of the camera locks it" in refusal(camera, "ExposureTime", "3000")
    camera.features.set("ExposureAuto", "Off")
    assert camera.features.set("ExposureTime", "3000") == "3000"


# --- settings of a recipe ---


FULL = CameraSettings(
    exposure_us=1500,
    gain_db=3.5,
    trigger=TriggerMode.LINE,
    trigger_line="Line1",
    trigger_edge=TriggerEdge.FALLING,
    trigger_delay_us=250,
    pixel_format="BayerRG12p",
    roi=Rect(64, 32, 320, 240),
    black_level=2,
    white_balance=(1.25, 1, 0.8),
    extra=(("ReverseX", "true"), ("RoundedSetting", "40")),
)


def test_a_whole_recipe_is_written_and_read_back(camera):
    applied = camera.apply(FULL)
    assert applied.lacking == ()
    assert applied.settings == FULL
    assert camera.features.get("TriggerSelector") == "FrameStart"
    again = camera.apply(FULL)
    assert again == applied


def test_every_difference_of_a_recipe_is_listed_together(camera):
    with pytest.raises(OperationalError) as caught:
        camera.apply(
            CameraSettings(
                exposure_us=5,
                gain_db=99,
                trigger=TriggerMode.LINE,
                trigger_line="Line3",
                roi=Rect(0, 0, 2000, 48),
                extra=(("RefusedSetting", "7"), ("RoundedSetting", "57"), ("DeviceReset", "1")),
            )
        )
    assert caught.value.code == "CAM-004"
    for part in (
        "Exposure: asked 5, camera kept 5000",
        "Gain: asked 99, camera kept 0",
        "Width: asked 2000, camera kept 640",
        "Trigger source: asked Line3, camera kept Line1",
        "RefusedSetting: asked 7, camera kept 0 (The sensor is too warm for this setting)",
        "RoundedSetting: asked 57, camera kept 50",
        "DeviceReset: a command is no setting",
    ):
        assert part in caught.value.message


def test_what_somebody_left_behind_is_undone_at_opening(catalog, testcam):
    # Closing resets this camera as power loss would, so it is left behind within one process.
    camera = catalog.open(testcam.camera_id("TC-2"))
    try:
        camera.features.load((("ExposureAuto", "Continuous"), ("GainAuto", "Continuous"), ("TriggerMode", "On")))
        applied = camera.apply(CameraSettings(exposure_us=700, gain_db=1, roi=Rect(0, 0, 64, 48)))
        assert (applied.settings.exposure_us, applied.settings.gain_db) == (700, 1)
        assert applied.settings.trigger is TriggerMode.FREE
        camera.start()
        assert isinstance(camera.next(5000), Frame)
        assert camera.features.get("ChunkModeActive") == "false"
    finally:
        camera.close()


@pytest.mark.parametrize("trigger", list(TriggerMode))
def test_a_camera_of_the_first_naming_convention_takes_the_same_recipe(catalog, testcam, trigger):
    camera = catalog.open(testcam.camera_id("TC-OLD", "TestCam Classic"))
    try:
        settings = CameraSettings(
            exposure_us=2500,
            gain_db=120,
            trigger=trigger,
            trigger_delay_us=10,
            pixel_format="Mono8",
            roi=Rect(0, 0, 64, 48),
            rate_hz=50 if trigger is TriggerMode.FREE else None,
            white_balance=(1, 1, 2),
        )
        applied = camera.apply(settings)
        assert applied.lacking == ()
        kept = applied.settings
        assert (kept.exposure_us, kept.gain_db, kept.trigger) == (2500, 120, trigger)
        camera.start()
        if trigger is TriggerMode.SOFTWARE:
            camera.trigger(1)
        elif trigger is TriggerMode.LINE:
            camera.features.execute("LinePulse")
        frame = camera.next(5000)
        assert isinstance(frame, Frame)
        assert (frame.exposure_us, frame.gain_db) == (2500, None), "steps are no decibels"
    finally:
        camera.close()


# --- settings as lines ---


def test_all_settings_are_saved_and_come_back(camera):
    camera.apply(FULL)
    camera.features.set("BalanceRatioSelector", "Green")
    saved = camera.features.save()
    camera.features.execute("UserSetLoad")
    results = camera.features.load(saved)
    assert [result for result in results if result.problem] == []
    assert [(result.name, result.asked) for result in results] == list(saved)
    assert camera.features.save() == saved
    assert camera.features.get("BalanceRatioSelector") == "Green"
    for name, value in (("PixelFormat", "BayerRG12p"), ("OffsetX", "64"), ("Width", "320"), ("TriggerMode", "On")):
        assert camera.features.get(name) == value


def test_an_area_that_stands_in_the_way_of_the_new_one_does_not_stop_it(camera):
    saved = camera.features.save()
    camera.features.load((("Width", "64"), ("OffsetX", "576"), ("Height", "8"), ("OffsetY", "472")))
    assert [result for result in camera.features.load(saved) if result.problem] == []
    assert camera.features.get("Width") == str(SENSOR_WIDTH)


def test_saving_holds_every_value_of_a_selector_and_no_state(camera):
    saved = camera.features.save()
    names = [name for name, _ in saved]
    assert names.count("BalanceRatio") == 3
    assert names.count("TriggerMode") == 2
    assert not {"TLParamsLocked", "DeviceTemperature", "AcquisitionStart", "FaultLost"} & set(names)
    place = saved.index(("BalanceRatioSelector", "Blue"))
    assert saved[place + 1][0] == "BalanceRatio"


def test_saving_goes_on_beside_pictures(camera):
    camera.apply(SMALL)
    camera.start()
    first = camera.next(5000).camera_frame_id
    assert dict(camera.features.save())["Width"] == "64", "what is locked now is a setting all the same"
    parts = [camera.next(5000) for _ in range(30)]
    assert [part.camera_frame_id for part in parts] == list(range(first + 1, first + 31))


def test_each_line_has_its_own_result(camera):
    lines = (
        ("Gain", "3"),
        ("NoSuchThing", "1"),
        ("DeviceReset", "1"),
        ("RefusedSetting", "4"),
        ("RoundedSetting", "57"),
        ("ExposureTime", "soon"),
        ("PixelFormat", "RGB8"),
    )
    assert camera.features.load(lines) == (
        FeatureResult("Gain", "3", "3"),
        FeatureResult("NoSuchThing", "1", "", "the camera has no such feature"),
        FeatureResult("DeviceReset", "1", "", "a command is no setting"),
        FeatureResult("RefusedSetting", "4", "0", "The sensor is too warm for this setting"),
        FeatureResult("RoundedSetting", "57", "50", "the camera kept another value"),
        FeatureResult("ExposureTime", "soon", "5000", "“soon” is no float."),
        FeatureResult("PixelFormat", "RGB8", "RGB8"),
    )
    assert camera.features.load(()) == ()


def test_a_format_written_in_the_tree_is_the_one_that_is_decoded(camera):
    camera.apply(CameraSettings(pixel_format="Mono8", roi=Rect(0, 0, 64, 48), rate_hz=100))
    camera.features.set("PixelFormat", "RGB8")
    camera.start()
    assert camera.next(5000).image.shape == (48, 64, 3)


def test_a_trigger_given_by_hand_shows_its_picture(camera):
    camera.apply(CameraSettings(roi=Rect(0, 0, 64, 48), trigger=TriggerMode.SOFTWARE))
    camera.start()
    camera.features.execute("TriggerSoftware")
    part = camera.next(5000)
    assert isinstance(part, Frame)
    assert part.label == ""


def test_kinds_are_all_there(camera):
    assert {feature.kind for feature in camera.features.snapshot()} == set(FeatureKind)
    assert len(FORMATS) > 40
