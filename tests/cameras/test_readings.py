"""What a camera holds is read under the names of its naming convention."""

import pytest

from inspector.cameras import readings
from inspector.cameras.nodes import FeatureRefused
from inspector.core.recipe import TriggerMode
from tests.support.camera_nodes import FakeNodes, modern_camera


def test_the_sensor_is_as_large_as_it_can_get():
    nodes = modern_camera()
    assert readings.sensor_size(nodes) == (2048, 2448)
    del nodes.by_name["WidthMax"]
    nodes.by_name["Width"].maximum = 2000
    assert readings.sensor_size(nodes) == (2048, 2448)  # what the offset leaves, and the offset
    with pytest.raises(FeatureRefused, match="height"):
        readings.sensor_size(FakeNodes())


def test_an_old_camera_is_read_under_its_old_names():
    nodes = FakeNodes()
    assert (readings.exposure_us(nodes), readings.gain_db(nodes), readings.rate_hz(nodes)) == (None, None, None)
    nodes.number("ExposureTimeRaw", 40, 1, 1000)
    nodes.number("ExposureTimeBaseAbs", 25.0)
    nodes.number("GainRaw", 12, 0, 480)
    nodes.number("AcquisitionFrameRateAbs", 30.0)
    assert readings.exposure_us(nodes) == 1000
    assert readings.gain_db(nodes) is None, "steps are no decibels"
    assert readings.rate_hz(nodes) == 30
    nodes.number("ResultingFrameRateAbs", 12.5)
    assert readings.rate_hz(nodes) == 12.5


def test_what_starts_an_exposure_is_read_from_mode_and_source():
    nodes = modern_camera()
    seen = []
    for mode, source in (("Off", "Software"), ("On", "Software"), ("On", "Line1")):
        nodes.by_name["TriggerMode"].value, nodes.by_name["TriggerSource"].value = mode, source
        seen.append(readings.trigger_mode(nodes))
    assert seen == [TriggerMode.FREE, TriggerMode.SOFTWARE, TriggerMode.LINE]
