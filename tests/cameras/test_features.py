"""Settings are written in an order that cameras accept, read back, and every difference is told."""

import pytest

from inspector.cameras import readings
from inspector.cameras.features import apply_settings, quiet
from inspector.cameras.nodes import FeatureRefused
from inspector.core.errors import OperationalError
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerEdge, TriggerMode
from tests.support.camera_nodes import FakeNodes, modern_camera


@pytest.fixture
def nodes():
    return modern_camera()


def differences(nodes, settings) -> str:
    with pytest.raises(OperationalError) as caught:
        apply_settings(nodes, settings)
    assert caught.value.code == "CAM-004"
    return caught.value.message


def test_everything_asked_is_held_afterwards(nodes):
    asked = CameraSettings(
        exposure_us=5000,
        gain_db=3.5,
        trigger=TriggerMode.LINE,
        trigger_line="Line1",
        trigger_edge=TriggerEdge.FALLING,
        trigger_delay_us=40,
        pixel_format="BayerRG8",
        roi=Rect(80, 40, 1024, 768),
        black_level=2,
        gamma=0.8,
        white_balance=(1.4, 1.0, 1.9),
        extra=(("AcquisitionMode", "Continuous"),),
    )
    applied = apply_settings(nodes, asked)
    assert applied.lacking == ()
    assert applied.settings == asked
    for name in ("ExposureAuto", "GainAuto", "BalanceWhiteAuto"):
        assert nodes[name] == "Off"
    assert (nodes["ExposureMode"], nodes["GainSelector"]) == ("Timed", "All")
    assert (nodes["TriggerSelector"], nodes["TriggerMode"]) == ("FrameStart", "On")
    assert [value for name, value in nodes.order if name == "BalanceRatio"] == [1.4, 1.9]


def test_the_order_is_format_area_trigger_off_exposure_rate_trigger_extra(nodes):
    nodes.number("Other", 1)
    asked = CameraSettings(
        exposure_us=5000,
        gain_db=1,
        trigger=TriggerMode.SOFTWARE,
        pixel_format="Mono12p",
        roi=Rect(0, 0, 640, 480),
        extra=(("Other", "2"),),
    )
    apply_settings(nodes, asked)
    wanted = ["PixelFormat", "Width", "TriggerMode", "ExposureTime", "Gain", "TriggerSource", "TriggerMode", "Other"]
    places, names = [], [name for name, _ in nodes.order]
    for name in wanted:
        places.append(names.index(name, places[-1] + 1 if places else 0))
    assert places == sorted(places)
    assert nodes.order[-2] == ("TriggerMode", "On")


def test_settings_left_open_keep_what_the_camera_has(nodes):
    applied = apply_settings(nodes, CameraSettings())
    assert (nodes["PixelFormat"], nodes["Width"], nodes["Gain"], nodes["OffsetX"]) == ("Mono8", 2000, 6.0, 448)
    assert applied.settings.exposure_us == 10_000
    assert applied.settings.roi == Rect(448, 48, 2000, 2000)
    assert applied.settings.trigger is TriggerMode.FREE


def test_an_area_is_moved_away_before_it_grows_and_snaps_down(nodes):
    apply_settings(nodes, CameraSettings(roi=Rect(13, 9, 2431, 2040)))
    assert (nodes["OffsetX"], nodes["OffsetY"], nodes["Width"], nodes["Height"]) == (8, 8, 2416, 2040)
    assert nodes.order.index(("OffsetX", 0)) < nodes.order.index(("Width", 2416)) < nodes.order.index(("OffsetX", 8))


def test_a_value_within_a_step_or_half_a_percent_is_no_difference(nodes):
    nodes.by_name["ExposureTime"].keeps = lambda value: value - 2
    nodes.by_name["Gain"].keeps = lambda value: value * 1.004
    applied = apply_settings(nodes, CameraSettings(exposure_us=100, gain_db=10))
    assert applied.settings.exposure_us == 98


def test_every_difference_is_told_field_by_field(nodes):
    nodes.by_name["ExposureTime"].keeps = lambda value: 4998.0 - 100
    nodes.by_name["TriggerMode"].keeps = lambda value: "Off"
    asked = CameraSettings(
        exposure_us=5000, gain_db=99, trigger=TriggerMode.SOFTWARE, pixel_format="RGB8", roi=Rect(0, 0, 5000, 480)
    )
    message = differences(nodes, asked)
    for part in (
        "Exposure: asked 5000, camera kept 4898",
        "Gain: asked 99, camera kept 6 (Value = 99.0 must be within 0 and 24.)",
        "Trigger: asked On, camera kept Off",
        "Pixel format: asked RGB8, camera kept Mono8 (RGB8 is no entry of PixelFormat.)",
        "Width: asked 5000, camera kept 2000",
    ):
        assert part in message


def test_a_feature_that_stays_locked_is_a_difference(nodes):
    nodes.by_name["Gain"].locked = lambda: True
    assert "Gain: asked 1, camera kept 6 (it cannot be written now.)" in differences(nodes, CameraSettings(gain_db=1))
    apply_settings(nodes, CameraSettings(gain_db=6))  # it holds that already


def test_an_auto_function_that_cannot_be_switched_off_is_told(nodes):
    def refuse(value):
        raise FeatureRefused("ExposureAuto is stuck.")

    nodes.by_name["ExposureAuto"].keeps = refuse
    assert "exposure: ExposureAuto is stuck." in differences(nodes, CameraSettings(exposure_us=100))


def test_free_run_switches_every_trigger_off_and_sets_the_rate(nodes):
    selected = {}
    mode, selector = nodes.by_name["TriggerMode"], nodes.by_name["TriggerSelector"]
    mode.keeps = lambda value: selected.setdefault(selector.value, value)
    applied = apply_settings(nodes, CameraSettings(rate_hz=12.5))
    assert nodes["AcquisitionFrameRate"] == 12.5
    assert applied.settings.rate_hz == 12.5
    assert applied.settings.trigger is TriggerMode.FREE


def test_the_rate_is_for_free_run_only(nodes):
    apply_settings(nodes, CameraSettings(rate_hz=12.5, trigger=TriggerMode.LINE))
    assert nodes["AcquisitionFrameRate"] == 30.0
    assert nodes["TriggerSource"] == "Line3"  # none was named: the one in use stays


def test_the_rate_that_results_is_the_one_reported(nodes):
    nodes.number("ResultingFrameRate", 9.5)
    assert apply_settings(nodes, CameraSettings(rate_hz=20)).settings.rate_hz == 9.5


def test_a_camera_of_the_first_naming_convention_is_set_too():
    nodes = FakeNodes()
    nodes.number("Width", 640, 1, 640)
    nodes.number("Height", 480, 1, 480)
    nodes.number("ExposureTimeRaw", 100, 1, 4095)
    nodes.number("ExposureTimeBaseAbs", 20.0)
    nodes.number("GainRaw", 300, 0, 1023)
    nodes.number("AcquisitionFrameRateAbs", 30.0, 1, 60)
    nodes.switch("AcquisitionFrameRateEnabled")
    applied = apply_settings(nodes, CameraSettings(exposure_us=5000, gain_db=350, rate_hz=25))
    assert (nodes["ExposureTimeRaw"], nodes["GainRaw"], nodes["AcquisitionFrameRateAbs"]) == (250, 350, 25)
    assert applied.settings.exposure_us == 5000
    assert readings.gain_db(nodes) is None  # steps are no decibels
    assert applied.settings.gain_db == 350


def test_what_is_not_there_is_lacking_and_what_was_not_asked_is_not(nodes):
    for name in ("Gamma", "BalanceRatioSelector", "OffsetY", "TriggerMode"):
        del nodes.by_name[name]
    applied = apply_settings(
        nodes,
        CameraSettings(
            gamma=1, white_balance=(1, 1, 1), roi=Rect(8, 8, 64, 64), trigger=TriggerMode.LINE, extra=(("X", "1"),)
        ),
    )
    assert applied.lacking == ("roi.y", "gamma", "white_balance", "trigger", "extra.X")
    assert applied.settings.trigger is TriggerMode.FREE


def test_extra_features_are_read_as_their_kind(nodes):
    nodes.switch("ReverseX")
    nodes.number("Strength", 1.0, 0, 2)
    applied = apply_settings(nodes, CameraSettings(extra=(("ReverseX", "true"), ("Strength", "0.5"), ("Gain", "7"))))
    assert applied.lacking == ()
    assert (nodes["ReverseX"], nodes["Strength"], nodes["Gain"]) == (True, 0.5, 7.0)
    assert "Strength: asked 9" in differences(nodes, CameraSettings(extra=(("Strength", "9"),)))
    assert "“much” is no float" in differences(nodes, CameraSettings(extra=(("Strength", "much"),)))
    assert "a command is no setting" in differences(nodes, CameraSettings(extra=(("TriggerSoftware", ""),)))


def test_opening_brings_a_camera_to_rest(nodes):
    nodes.choice("GenDCStreamingMode", "On", "Off")
    nodes.switch("ChunkModeActive", value=True)
    quiet(nodes)
    assert nodes.order[0] == ("AcquisitionStop", "")
    assert (nodes["GenDCStreamingMode"], nodes["AcquisitionMode"], nodes["ChunkModeActive"]) == (
        "Off",
        "Continuous",
        False,
    )
    assert nodes["TriggerMode"] == "Off"
    assert {value for name, value in nodes.order if name == "TriggerSelector"} == {"AcquisitionStart", "FrameStart"}
    assert nodes["TriggerSelector"] == "FrameStart", "the trigger that is seen next is the one that takes pictures"


@pytest.mark.parametrize("asked", ["BayerRG8", "BayerGB8"])
def test_a_camera_that_names_the_pattern_of_its_picture_may_name_another(nodes, asked):
    nodes.choice("PixelFormat", "Mono8", "BayerGR8")
    assert apply_settings(nodes, CameraSettings(pixel_format=asked)).settings.pixel_format == "BayerGR8"
    with pytest.raises(OperationalError, match="asked BayerRG12"):
        apply_settings(nodes, CameraSettings(pixel_format="BayerRG12"))


def test_what_a_user_set_brought_back_is_undone_with_the_settings(nodes):
    nodes.switch("ChunkModeActive", value=True)
    nodes.by_name["AcquisitionMode"].value = "SingleFrame"
    apply_settings(nodes, CameraSettings())
    assert (nodes["ChunkModeActive"], nodes["AcquisitionMode"]) == (False, "Continuous")


def test_opening_does_not_mind_a_refused_stop(nodes):
    def refuse(value):
        raise FeatureRefused("not acquiring")

    nodes.by_name["AcquisitionStop"].keeps = refuse
    quiet(nodes)
    assert nodes["TriggerMode"] == "Off"
