"""The simulated line as a camera: rate, triggers, settings, area, and what its fault scripts do."""

import time

import numpy as np
import pytest

from inspector.cameras.faults import FaultScript
from inspector.cameras.scenes.scene import DefectPlan
from inspector.cameras.simulated import LineOptions, SimulatedCamera, SimulatedDevice
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.geometry import Rect, Size
from inspector.core.recipe import CameraSettings, TriggerMode

SMALL = Size(96, 128)
Part = Frame | MissedFrame


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def camera(script: FaultScript | None = None, *, rate_hz: float = 100, size: Size = SMALL, every: int = 10):
    options = LineOptions(size, 1, rate_hz, DefectPlan(every), script or FaultScript())
    return SimulatedCamera(SimulatedDevice("cap", options))


def take(source: SimulatedCamera, count: int) -> list[Part]:
    parts: list[Part] = []
    while len(parts) < count:
        part = source.next(5000)
        assert part is not None
        parts.append(part)
    return parts


def reasons(parts: list[Part]) -> list[str]:
    return [part.reason.value if isinstance(part, MissedFrame) else "frame" for part in parts]


def lose(source: SimulatedCamera) -> str:
    """Read until the camera is lost; what it says."""
    with pytest.raises(OperationalError) as caught:
        take(source, 1_000_000)
    assert caught.value.code == "CAM-002"
    return caught.value.message


@pytest.fixture
def opened():
    sources = []

    def open_one(*arguments, **options) -> SimulatedCamera:
        sources.append(camera(*arguments, **options))
        return sources[-1]

    yield open_one
    for source in sources:
        source.close()


def test_labels_tell_part_and_defect(opened) -> None:
    source = opened(every=3)
    source.start()
    labels = [part.label for part in take(source, 6)]
    assert labels[0] == "part 1 good"
    assert labels[1] == "part 2 good"
    assert labels[2].startswith("part 3 ")
    assert labels[2] != "part 3 good"
    assert all(part.simulated for part in take(source, 2))


def test_rate_is_kept_without_drift(opened) -> None:
    source = opened(rate_hz=100)
    source.start()
    times = [part.received_ns for part in take(source, 101)]
    assert (times[-1] - times[0]) / 1e9 == pytest.approx(1.0, abs=0.03)
    assert np.diff(times).min() > 0


def test_every_start_begins_with_the_first_part(opened) -> None:
    source = opened()
    source.start()
    first = take(source, 3)
    source.stop()
    source.start()
    again = take(source, 3)
    assert [part.frame_id for part in again] == [1, 2, 3]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, again, strict=True))


def test_a_late_reader_loses_parts_in_order(opened) -> None:
    source = opened(rate_hz=200)
    source.start()
    begin = take(source, 1)[0]
    # The reader is busy with something else for 0.2 s.
    other = opened(rate_hz=5)
    other.start()
    take(other, 2)
    parts = take(source, 40)
    kinds = reasons(parts)
    assert kinds.count("overrun") >= 20
    assert kinds[0] == "frame"
    ids = [part.frame_id for part in parts]
    assert ids == list(range(ids[0], ids[0] + 40))
    assert ids[0] > begin.frame_id


def test_settings_are_read_back(opened) -> None:
    source = opened()
    asked = CameraSettings(
        exposure_us=2500, gain_db=6, pixel_format="Mono8", roi=Rect(16, 8, 64, 80), rate_hz=50, gamma=0.5
    )
    applied = source.apply(asked)
    assert applied.lacking == ("gamma",)
    kept = applied.settings
    assert (kept.exposure_us, kept.gain_db, kept.pixel_format, kept.rate_hz) == (2500, 6, "Mono8", 50)
    assert kept.roi == Rect(16, 8, 64, 80)
    assert kept.trigger is TriggerMode.FREE
    source.start()
    frame = take(source, 1)[0]
    assert isinstance(frame, Frame)
    assert frame.image.shape == (80, 64)
    assert (frame.source_format, frame.exposure_us, frame.gain_db) == ("Mono8", 2500, 6)


def test_the_area_is_a_window_of_the_whole_picture(opened) -> None:
    whole, part = opened(), opened()
    part.apply(CameraSettings(roi=Rect(32, 16, 64, 64)))
    for source in (whole, part):
        source.start()
    big, small = take(whole, 1)[0], take(part, 1)[0]
    assert np.array_equal(big.image[16:80, 32:96], small.image)


def test_what_cannot_be_kept_is_listed_together(opened) -> None:
    source = opened()
    with pytest.raises(OperationalError) as caught:
        source.apply(CameraSettings(exposure_us=5, gain_db=90, pixel_format="BayerRG8", roi=Rect(0, 0, 9999, 64)))
    assert caught.value.code == "CAM-004"
    for word in ("ExposureTime", "Gain", "PixelFormat: 'BayerRG8'", "Width"):
        assert word in caught.value.message


def test_settings_wait_for_a_stopped_camera(opened) -> None:
    source = opened()
    source.start()
    with pytest.raises(OperationalError, match=r"CAM-004.*stopped"):
        source.apply(CameraSettings())


def test_exposure_doubles_brightness(opened) -> None:
    means = []
    for exposure_us in (1500, 3000):
        source = opened()
        source.apply(CameraSettings(exposure_us=exposure_us))
        source.start()
        means.append(take(source, 1)[0].image.mean())
    assert means[1] / means[0] == pytest.approx(2, rel=0.05)


def test_software_trigger_shows_the_part_with_that_number(opened) -> None:
    source = opened()
    source.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    source.start()
    assert source.next(20) is None
    for number in (10, 11, 3):
        source.trigger(number)
        assert take(source, 1)[0].label.startswith(f"part {number} ")
    assert source.next(20) is None


def test_a_trigger_is_refused_while_one_is_open_or_none_is_awaited(opened) -> None:
    source = opened()
    with pytest.raises(TriggerRefused, match="stopped"):
        source.trigger(1)
    source.start()
    with pytest.raises(TriggerRefused, match="freely"):
        source.trigger(1)
    source.stop()
    source.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    source.start()
    source.trigger(1)
    with pytest.raises(TriggerRefused, match="awaited"):
        source.trigger(2)
    take(source, 1)
    source.trigger(2)


def test_features_are_a_real_form(opened) -> None:
    source = opened()
    table = {feature.name: feature for feature in source.features.snapshot()}
    assert table["ExposureTime"].unit == "us"
    assert table["ExposureTime"].minimum == 20
    assert table["PixelFormat"].entries == ("Mono8", "RGB8")
    assert not table["DeviceSerialNumber"].writable
    assert source.features.set("Width", "65") == "64"
    assert source.features.get("Width") == "64"
    assert {f.name: f for f in source.features.snapshot()}["OffsetX"].maximum == 128 - 64
    for name, value in (("Width", "5"), ("PixelFormat", "Mono12"), ("WidthMax", "3"), ("Nonsense", "1"), ("Gain", "x")):
        with pytest.raises(OperationalError, match=f"CAM-004.*{name}"):
            source.features.set(name, value)
    with pytest.raises(OperationalError, match="CAM-004"):
        source.features.get("Nonsense")


def test_while_streaming_light_may_change_but_size_may_not(opened) -> None:
    source = opened()
    source.start()
    take(source, 1)
    with pytest.raises(OperationalError, match="locked"):
        source.features.set("Width", "64")
    source.features.set("ExposureTime", "1000")
    assert 1000 in [part.exposure_us for part in take(source, 4)]
    writable = {feature.name for feature in source.features.snapshot() if feature.writable}
    assert {"ExposureTime", "Gain"} <= writable
    assert not {"Width", "PixelFormat", "TriggerSoftware"} & writable


def test_the_trigger_command_takes_a_part(opened) -> None:
    source = opened()
    with pytest.raises(TriggerRefused):
        source.features.set("TriggerSoftware", "")
    source.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    source.start()
    source.features.set("TriggerSoftware", "")
    assert take(source, 1)[0].label == "part 1 good"


def test_dropped_frames_become_gaps_in_their_place(opened) -> None:
    source = opened(FaultScript().after(3).drop(2))
    source.start()
    parts = take(source, 7)
    assert reasons(parts) == ["frame"] * 3 + ["gap"] * 2 + ["frame"] * 2
    assert [part.frame_id for part in parts] == list(range(1, 8))
    assert parts[5].label == "part 6 good"


def test_incomplete_frames_say_how_much_came(opened) -> None:
    source = opened(FaultScript().incomplete(every=3))
    source.start()
    parts = take(source, 6)
    assert reasons(parts) == ["frame", "frame", "incomplete"] * 2
    assert "of" in parts[2].detail
    assert "kB" in parts[2].detail
    assert parts[2].label.startswith("part 3")


def test_a_jump_of_ids_counts_as_that_many_missed(opened) -> None:
    source = opened(FaultScript().at(3).jump_id(4))
    source.start()
    assert reasons(take(source, 7)) == ["frame"] * 2 + ["gap"] * 4 + ["frame"]


@pytest.mark.parametrize("ids", [-2, 5000])
def test_ids_that_make_no_sense_end_the_stream(opened, ids: int) -> None:
    source = opened(FaultScript().at(3).jump_id(ids))
    source.start()
    take(source, 2)
    assert "numbering" in lose(source)


def test_a_late_frame_comes_late_and_the_next_in_time(opened) -> None:
    source = opened(FaultScript().at(3).late(100), rate_hz=20)
    source.start()
    times = [part.received_ns / 1e9 for part in take(source, 5)]
    assert times[2] - times[1] == pytest.approx(0.15, abs=0.03)
    # The reader waits for the late one; nothing is lost meanwhile.
    assert times[4] - times[0] == pytest.approx(0.2, abs=0.03)


def test_a_wrong_size_is_what_the_frame_says(opened) -> None:
    source = opened(FaultScript().at(2).wrong_size())
    source.start()
    sizes = [part.size for part in take(source, 3)]
    assert sizes == [SMALL, Size(72, 96), SMALL]


def test_a_short_hang_delays_and_no_part_is_invented(opened) -> None:
    source = opened(FaultScript().at(4).hang(0.3), rate_hz=50)
    source.start()
    parts = take(source, 6)
    assert reasons(parts) == ["frame"] * 6
    times = [part.received_ns / 1e9 for part in parts]
    assert times[3] - times[2] == pytest.approx(0.32, abs=0.04)


def test_a_long_hang_is_a_lost_camera(opened) -> None:
    source = opened(FaultScript().at(3).hang(30), rate_hz=50)
    source.start()
    take(source, 2)
    began = time.monotonic()
    assert "no pictures" in lose(source)
    assert time.monotonic() - began < 2
    with pytest.raises(OperationalError, match="CAM-002"):
        source.next(10)


def test_triggered_parts_of_a_mute_camera_are_answered_until_it_is_lost(opened) -> None:
    source = opened(FaultScript().at(2).hang(30))
    source.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    source.start()
    source.trigger(1)
    assert isinstance(take(source, 1)[0], Frame)
    source.trigger(2)
    missed = take(source, 1)[0]
    assert isinstance(missed, MissedFrame)
    assert missed.reason is MissReason.NO_IMAGE
    began = time.monotonic()
    with pytest.raises(OperationalError, match=r"CAM-002.*no pictures"):
        source.next(5000)
    assert time.monotonic() - began < 2


def test_a_dropped_or_too_late_triggered_frame_is_no_image(opened) -> None:
    source = opened(FaultScript().at(2).drop().at(3).late(5000))
    source.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    source.start()
    parts = []
    for number in (1, 2, 3, 4):
        source.trigger(number)
        parts += take(source, 1)
    assert reasons(parts) == ["frame", "no_image", "no_image", "frame"]
    assert [part.frame_id for part in parts] == [1, 2, 3, 4]


def test_an_unplugged_camera_is_found_again_after_a_while() -> None:
    clock = Clock()
    options = LineOptions(SMALL, 1, 100, DefectPlan(), FaultScript().at(2).lose(5))
    device = SimulatedDevice("cap", options, clock)
    source = SimulatedCamera(device)
    source.start()
    take(source, 1)
    assert "not answering" in lose(source)
    source.close()
    clock.now = 4.9
    with pytest.raises(OperationalError, match="CAM-001"):
        SimulatedCamera(device)
    clock.now = 5.1
    again = SimulatedCamera(device)
    again.start()
    assert reasons(take(again, 4)) == ["frame"] * 4, "it does not happen a second time"
    again.close()


def test_a_restarted_camera_forgets_its_settings() -> None:
    device = SimulatedDevice("cap", LineOptions(SMALL, 1, 100, DefectPlan(), FaultScript().at(2).restart()))
    source = SimulatedCamera(device)
    source.apply(CameraSettings(exposure_us=1000))
    source.start()
    assert "camera restarted" in lose(source)
    source.close()
    again = SimulatedCamera(device)
    assert again.apply(CameraSettings()).settings.exposure_us == 5000
    again.close()


def test_another_camera_in_its_place_is_refused() -> None:
    options = LineOptions(SMALL, 7, 100, DefectPlan(), FaultScript().at(2).other_camera())
    device = SimulatedDevice("board", options)
    source = SimulatedCamera(device)
    source.start()
    lose(source)
    source.close()
    with pytest.raises(OperationalError, match="SIM-BOARD-7-B") as caught:
        SimulatedCamera(device)
    assert caught.value.code == "CAM-007"
    assert "SIM-BOARD-7," in caught.value.message


def test_missed_and_frames_add_up_under_all_faults(opened) -> None:
    script = FaultScript().drop(2, every=7).incomplete(every=5).after(20).jump_id(3).late(5, every=6)
    source = opened(script, rate_hz=150)
    source.start()
    parts = take(source, 90)
    assert [part.frame_id for part in parts] == list(range(1, 91))
    statistics = source.statistics()
    assert statistics.frames + sum(count for _, count in statistics.missed) == 90
    assert statistics.frames == reasons(parts).count("frame")
    assert dict(statistics.missed)["incomplete"] == reasons(parts).count("incomplete")


def test_drawing_slower_than_the_rate_lowers_the_rate_and_loses_nothing(opened) -> None:
    # Six slots of 20 ms: this thread may stand still for 120 ms on a busy machine, and drawing takes longer than 20 ms.
    source = opened(rate_hz=50, size=Size(2048, 2560))
    source.start()
    assert reasons(take(source, 12)) == ["frame"] * 12


@pytest.mark.parametrize("scene", ["sausage", ""])
def test_an_unknown_scene_is_refused(scene: str) -> None:
    with pytest.raises(ValueError, match="no scene"):
        SimulatedDevice(scene)
