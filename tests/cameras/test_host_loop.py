"""The loop of a camera process against a device that does everything wrong, seen from the program."""

import time
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras import genicam
from inspector.cameras.drivers import Identity
from inspector.cameras.genicam import GenicamCamera
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerMode
from tests.support import camera_devices

FREE = CameraSettings(pixel_format="Mono8")
SOFTWARE = CameraSettings(pixel_format="Mono8", trigger=TriggerMode.SOFTWARE)
LINE = CameraSettings(pixel_format="Mono8", trigger=TriggerMode.LINE)


@pytest.fixture
def opened(monkeypatch):
    cameras = []

    def open_one(settings: CameraSettings, *, period_s: float = 0.01, body=camera_devices.camera) -> GenicamCamera:
        monkeypatch.setattr(genicam, "_camera_body", body)
        camera = GenicamCamera.open(Path(str(period_s)), Identity("Test", "Fake", "7"))
        cameras.append(camera)
        camera.apply(settings)
        camera.start()
        return camera

    yield open_one
    for camera in cameras:
        camera.close()


def take(camera: GenicamCamera, count: int) -> list[Frame | MissedFrame]:
    parts = [camera.next(2000) for _ in range(count)]
    assert None not in parts
    return parts


def take_until(camera: GenicamCamera, what: type, most: int = 200) -> list[Frame | MissedFrame]:
    parts = []
    for _ in range(most):
        part = camera.next(2000)
        parts.append(part)
        if isinstance(part, what):
            return parts
    raise AssertionError(f"no {what.__name__} among {most} parts")


def order(camera: GenicamCamera, text: str) -> None:
    camera.features.set("Fault", text)


def lose(camera: GenicamCamera) -> tuple[OperationalError, float]:
    begun = time.monotonic()
    while time.monotonic() - begun < 15:
        try:
            camera.next(100)
        except OperationalError as error:
            return error, time.monotonic() - begun
    raise AssertionError("not lost")


# --- numbers ---


def test_lost_pictures_are_missed_frames_in_their_place(opened):
    camera = opened(FREE)
    take(camera, 3)
    order(camera, "drop 4")
    parts = take_until(camera, MissedFrame)
    parts += take(camera, 6)
    start = next(place for place, part in enumerate(parts) if isinstance(part, MissedFrame))
    missed, after = parts[start : start + 4], parts[start + 4]
    assert [part.reason for part in missed] == [MissReason.GAP] * 4
    assert after.camera_frame_id == after.frame_id
    assert [part.frame_id for part in parts] == list(range(4, 4 + len(parts)))
    assert f"before the camera's number {after.camera_frame_id}" in missed[0].detail


def test_an_incomplete_picture_is_one_missed_frame(opened):
    camera = opened(FREE)
    take(camera, 2)
    order(camera, "incomplete")
    missed = take_until(camera, MissedFrame)[-1]
    assert missed.reason is MissReason.INCOMPLETE
    assert missed.detail.startswith("received 3 of 3 kB")
    following = camera.next(1000)
    assert following.frame_id == missed.frame_id + 1 == following.camera_frame_id


def test_a_picture_that_comes_twice_is_taken_once(opened):
    camera = opened(FREE)
    take(camera, 2)
    order(camera, "duplicate")
    parts = take(camera, 20)
    ids = [part.camera_frame_id for part in parts]
    assert ids == list(range(ids[0], ids[0] + 20))


def test_a_camera_that_counts_anew_is_lost(opened):
    camera = opened(FREE)
    take(camera, 2)
    order(camera, "jump 5000")
    error, _ = lose(camera)
    assert error.code == "CAM-002"
    assert "numbering" in error.message


@pytest.mark.parametrize("seed", [1, 2])
def test_frames_and_missed_frames_are_all_that_was_triggered(opened, seed):
    camera = opened(FREE, period_s=0.002)
    order(camera, f"random {seed}")
    parts = take(camera, 800)
    assert [part.frame_id for part in parts] == list(range(1, 801))
    # Without a loss of count, the camera's number is ours, whatever happened in between.
    frames = [part for part in parts if isinstance(part, Frame)]
    assert [frame.camera_frame_id for frame in frames] == [frame.frame_id for frame in frames]
    assert all((frame.image == frame.camera_frame_id % 251).all() for frame in frames)
    reasons = {part.reason for part in parts if isinstance(part, MissedFrame)}
    assert {MissReason.GAP, MissReason.INCOMPLETE} <= reasons
    camera.stop()  # refuses if a single buffer was not given back


# --- losing it ---


@pytest.mark.parametrize(
    ("fault", "words"), [("freeze", "no pictures for"), ("error the link broke", "driver error: the link broke")]
)
def test_a_free_running_camera_that_falls_silent_is_lost_within_two_seconds(opened, fault, words):
    camera = opened(FREE)
    take(camera, 3)
    order(camera, fault)
    error, after_s = lose(camera)
    assert error.code == "CAM-002"
    assert words in error.message
    assert after_s < 2
    begun = time.monotonic()
    camera.stop()
    camera.close()
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("settings", [SOFTWARE, LINE])
@pytest.mark.parametrize(
    ("fault", "words"), [("restart", "camera restarted"), ("slow 30", "does not answer during “probe”")]
)
def test_a_waiting_camera_that_is_gone_is_found_out_within_two_seconds(opened, settings, fault, words):
    camera = opened(settings)
    order(camera, fault)
    error, after_s = lose(camera)
    assert error.code == "CAM-002"
    assert words in error.message
    assert after_s < 2.3  # 0.5 s of silence, 1.2 s for the probe, and a slow machine


def test_a_camera_that_waits_for_its_line_may_be_silent(opened):
    camera = opened(LINE)
    assert camera.next(1500) is None
    order(camera, "line")
    assert isinstance(camera.next(1000), Frame)


def test_a_slow_camera_has_five_periods(opened):
    camera = opened(FREE, period_s=0.7)
    assert len(take(camera, 3)) == 3


# --- triggers ---


def test_each_software_trigger_gives_its_part(opened):
    camera = opened(SOFTWARE)
    times_ms = []
    for number in range(1, 21):
        begun = time.monotonic()
        camera.trigger(number)
        times_ms.append((time.monotonic() - begun) * 1e3)
        part = camera.next(1000)
        assert (part.frame_id, part.label) == (number, str(number))
    assert sorted(times_ms)[10] < 15  # 10 ms, and what a shared machine takes


def test_a_trigger_without_a_picture_is_no_image_for_its_part(opened):
    camera = opened(SOFTWARE)
    order(camera, "swallow")
    camera.trigger(41)
    with pytest.raises(TriggerRefused, match="part 41 still waits"):
        camera.trigger(42)
    missed = camera.next(2000)
    assert (missed.reason, missed.label, missed.frame_id) == (MissReason.NO_IMAGE, "41", 1)
    camera.trigger(42)
    part = camera.next(1000)
    assert (part.label, part.frame_id) == ("42", 2)


def test_a_picture_that_comes_too_late_belongs_to_nobody(opened):
    camera = opened(CameraSettings(pixel_format="Mono8", trigger=TriggerMode.SOFTWARE, exposure_us=100))
    order(camera, "late 600")
    camera.trigger(1)
    assert camera.next(2000).reason is MissReason.NO_IMAGE
    assert camera.next(600) is None
    order(camera, "late 1")
    camera.trigger(2)
    assert camera.next(1000).label == "2"


def test_a_lost_picture_of_a_trigger_is_not_counted_twice(opened):
    camera = opened(SOFTWARE)
    camera.trigger(1)
    assert isinstance(camera.next(1000), Frame)
    order(camera, "drop 1")
    camera.trigger(2)
    part = camera.next(1000)
    assert (part.label, part.frame_id) == ("2", 2)


# --- pictures that cannot be used ---


def test_padding_and_a_height_of_nothing_are_understood(opened):
    camera = opened(CameraSettings(pixel_format="Mono8", roi=Rect(0, 0, 48, 32)))
    order(camera, "padding 5")
    order(camera, "height0")
    parts = take(camera, 12)
    assert {part.image.shape for part in parts} == {(32, 48)}
    assert all((part.image == part.camera_frame_id % 251).all() for part in parts)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("format 12345", "format 0x00003039 cannot be read"),
        ("short", "picture size does not match: 64 × 48 Mono8 needs 3072 bytes, received were 10"),
        ("large", "a picture of 400 × 400 does not fit into"),
    ],
)
def test_a_picture_that_cannot_be_used_is_a_missed_frame_and_a_fault(opened, fault, words):
    camera = opened(FREE)
    take(camera, 2)
    order(camera, fault)
    missed = take_until(camera, MissedFrame)[-1]
    assert missed.reason is MissReason.INCOMPLETE
    assert words in missed.detail
    with pytest.raises(OperationalError) as caught:
        camera.next(1000)
    assert caught.value.code == "CAM-006"
    assert words in caught.value.message
    following = camera.next(1000)
    assert isinstance(following, Frame)
    assert following.frame_id == missed.frame_id + 1


# --- the rest ---


def test_what_is_in_force_travels_with_the_picture(opened):
    camera = opened(CameraSettings(pixel_format="Mono8", exposure_us=4000, gain_db=2))
    first = take(camera, 1)[0]
    assert (first.exposure_us, first.gain_db, first.camera_timestamp_ns) == (4000, 2, first.camera_frame_id * 1_000_000)
    camera.features.set("ExposureTime", "8000")
    assert take(camera, 30)[-1].exposure_us == 8000


def test_a_format_that_cannot_be_read_is_refused_at_start(opened):
    camera = opened(FREE)
    camera.stop()
    camera.features.set("PixelFormat", "JPEG")
    with pytest.raises(OperationalError) as caught:
        camera.start()
    assert caught.value.code == "CAM-006"
    assert "sends JPEG" in caught.value.message
    assert caught.value.hint == "Use one of Mono8, BayerRG8, Mono12p."
    camera.apply(FREE)
    camera.start()
    assert isinstance(camera.next(1000), Frame)


def test_the_output_line_pulses_and_is_off_at_opening(opened):
    camera = opened(FREE, body=camera_devices.with_output)
    assert camera.features.get("UserOutputValue") == "false"
    camera.output.pulse(2000)
    assert camera.features.get("UserOutputValue") == "false"
    with pytest.raises(OperationalError, match=r"LIN-001.*too late"):
        camera._process.request("pulse", limit_s=1, duration_us=1000, begin_by_ns=time.monotonic_ns() - 1)
    assert isinstance(take(camera, 1)[0], Frame)


def test_a_camera_without_an_output_has_none(opened):
    assert opened(FREE).output is None


def test_sixteen_bit_numbers_are_understood(opened):
    camera = opened(FREE, body=camera_devices.old_camera)
    assert [part.camera_frame_id for part in take(camera, 5)] == [1, 2, 3, 4, 5]


def test_a_program_that_stands_still_keeps_its_memory(opened):
    camera = opened(FREE, period_s=0.001)
    take(camera, 5)
    time.sleep(0.6)
    assert len(camera._events) < 40, "missed parts of one reason are one entry"
    parts = take(camera, 300)
    assert [part.frame_id for part in parts] == list(range(6, 306))
    assert np.count_nonzero([isinstance(part, MissedFrame) for part in parts]) > 50
