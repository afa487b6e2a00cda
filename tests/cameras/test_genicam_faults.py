"""What goes wrong with a camera behind a real driver interface: numbers, triggers, losses, return (cameras.md 9)."""

import os
import random
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras.catalog import Catalog
from inspector.cameras.ring import PREFIX
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerMode

AREA = Rect(0, 0, 64, 48)
FREE = CameraSettings(exposure_us=500, roi=AREA, rate_hz=100)
SOFTWARE = CameraSettings(exposure_us=500, roi=AREA, trigger=TriggerMode.SOFTWARE)
LINE = CameraSettings(exposure_us=500, roi=AREA, trigger=TriggerMode.LINE)
SHM = Path("/dev/shm")


@pytest.fixture
def catalog(testcam):
    testcam.world()
    yield Catalog([testcam.folder])
    testcam.world()


@pytest.fixture
def camera(catalog, testcam):
    """Opened for one test: these leave cameras in no state to go on with."""
    camera = catalog.open(testcam.camera_id())
    yield camera
    camera.close()


@pytest.fixture(scope="module")
def shared(testcam):
    camera = Catalog([testcam.folder]).open(testcam.camera_id("TC-2"))
    yield camera
    camera.close()


@pytest.fixture
def healthy(shared):
    """One camera for all tests after which it still works."""
    shared.features.execute("UserSetLoad")
    yield shared
    shared.stop()


def begin(camera, settings=FREE):
    camera.apply(settings)
    camera.start()
    return camera


def take(camera, count):
    parts = [camera.next(5000) for _ in range(count)]
    assert None not in parts
    return parts


def until_frame(camera):
    """Parts up to the next frame, with it."""
    parts = take(camera, 1)
    while not isinstance(parts[-1], Frame):
        parts += take(camera, 1)
    return parts


def order(camera, name, value=1):
    camera.features.set(name, str(value))


def lose(camera, limit_s=2.5):
    """Wait for CAM-002: its text, and how long it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < limit_s:
        try:
            camera.next(50)
        except OperationalError as error:
            if error.code != "CAM-002":
                raise
            return error.message, time.monotonic() - begun
    raise AssertionError(f"not lost within {limit_s} s")


def ended_in_time(camera):
    """Stop and close a lost camera within the limits, and leave nothing behind."""
    begun = time.monotonic()
    camera.stop()
    assert time.monotonic() - begun < 3
    begun = time.monotonic()
    camera.close()
    assert time.monotonic() - begun < 3
    with pytest.raises(ProcessLookupError):
        os.kill(camera.process_id, 0)


# --- numbers ---


def test_pictures_lost_on_the_way_are_missed_in_their_place(healthy):
    begin(healthy)
    take(healthy, 3)
    order(healthy, "FaultDropNext", 4)
    parts = take(healthy, 40)
    missed = [part for part in parts if isinstance(part, MissedFrame)]
    assert [part.reason for part in missed] == [MissReason.GAP] * 4
    assert [part.frame_id for part in parts] == list(range(4, 44))
    for part in parts:
        if isinstance(part, Frame):
            assert part.camera_frame_id == part.frame_id


def test_a_part_of_a_picture_is_a_missed_frame_that_says_how_much_came(healthy):
    begin(healthy)
    order(healthy, "FaultIncompleteNext", 2)
    missed = [part for part in take(healthy, 40) if isinstance(part, MissedFrame)]
    assert [(part.reason, part.detail) for part in missed] == [(MissReason.INCOMPLETE, "received 1 of 3 kB")] * 2


def test_a_picture_that_comes_twice_counts_once(healthy):
    begin(healthy)
    order(healthy, "FaultDuplicateNext", 3)
    ids = [part.camera_frame_id for part in take(healthy, 40)]
    assert ids == list(range(ids[0], ids[0] + 40))


@pytest.mark.parametrize("step", [5000, -4000])
def test_a_camera_that_counts_anew_is_lost(camera, step):
    order(camera, "FrameIdFirst", 5000)
    begin(camera)
    assert take(camera, 3)[0].camera_frame_id == 5000
    order(camera, "FaultJumpId", step)
    reason, took_s = lose(camera)
    assert "numbering" in reason
    assert took_s < 2
    ended_in_time(camera)


@pytest.mark.parametrize(("serial", "model"), [("TC-OLD", "TestCam Classic"), ("TC-1", "TestCam")])
def test_numbers_of_16_bits_go_round_without_a_gap(catalog, testcam, serial, model):
    camera = catalog.open(testcam.camera_id(serial, model))
    try:
        camera.features.load((("FrameIdShort", "true"), ("FrameIdFirst", "65530")))
        begin(camera)
        parts = take(camera, 30)
        numbers = [part.camera_frame_id for part in parts if isinstance(part, Frame)]
        assert numbers == [*range(65530, 65536), *range(1, 25)]
        order(camera, "FaultDropNext", 2)
        assert sum(isinstance(part, MissedFrame) for part in take(camera, 30)) == 2
    finally:
        camera.close()


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("FaultFormatNext", "format 0x0BADF00D cannot be read"),
        ("FaultShortNext", "needs 3072 bytes, received were 1536"),
    ],
)
def test_a_picture_that_is_none_is_a_fault_said_once_and_a_missed_part(healthy, fault, text):
    begin(healthy)
    take(healthy, 2)
    order(healthy, fault, 3)
    missed, faults = [], []
    for _ in range(30):
        try:
            part = healthy.next(5000)
        except OperationalError as error:
            faults.append(error)
        else:
            missed += [part] if isinstance(part, MissedFrame) else []
    assert [error.code for error in faults] == ["CAM-006"]
    assert text in faults[0].message
    assert [part.reason for part in missed] == [MissReason.INCOMPLETE] * 3


def test_with_every_fault_seeded_each_picture_has_exactly_one_answer(healthy):
    healthy.features.set("TestPattern", "Counter")
    healthy.apply(CameraSettings(exposure_us=100, roi=Rect(0, 0, 16, 8), rate_hz=400))
    healthy.start()
    dice = random.Random(5)
    parts = []
    while len(parts) < 1600:
        if len(parts) % 50 == 0:
            fault = dice.choice(["FaultDropNext", "FaultIncompleteNext", "FaultDuplicateNext"])
            order(healthy, fault, dice.randint(1, 5))
        parts += take(healthy, 1)
    parts += until_frame(healthy)
    assert [part.frame_id for part in parts] == list(range(1, len(parts) + 1))
    assert parts[-1].camera_frame_id == len(parts), "frames and missed parts together are what the camera took"
    for part in parts:
        if isinstance(part, Frame):
            assert part.camera_frame_id == part.frame_id
            assert (part.image == part.frame_id % 256).all(), "a picture under another number"
    statistics = healthy.statistics()
    missed = sum(count for _, count in statistics.missed)
    assert missed > 20
    assert statistics.frames + missed == len(parts)


# --- triggers ---


def test_a_software_trigger_is_a_picture_within_its_time(healthy):
    begin(healthy, SOFTWARE)
    took_ms = []
    for number in range(1, 31):
        begun = time.perf_counter()
        healthy.trigger(number)
        part = healthy.next(5000)
        took_ms.append((time.perf_counter() - begun) * 1e3)
        assert isinstance(part, Frame)
        assert (part.label, part.frame_id) == (str(number), number)
    assert np.median(took_ms) < 30  # 10 ms on a machine of its own, of which the camera takes 1.5


def test_every_edge_of_the_line_is_a_part(healthy):
    begin(healthy, LINE)
    for number in range(1, 11):
        healthy.features.execute("LinePulse")
        assert healthy.next(5000).frame_id == number
    with pytest.raises(TriggerRefused):
        healthy.trigger(11)
    assert healthy.next(50) is None


def test_a_trigger_without_a_picture_is_a_part_without_an_image(healthy):
    begin(healthy, SOFTWARE)
    order(healthy, "FaultSwallowTriggers", 1)
    healthy.trigger(7)
    with pytest.raises(TriggerRefused, match="part 7"):
        healthy.trigger(8)
    part = healthy.next(5000)
    assert isinstance(part, MissedFrame)
    assert (part.reason, part.label) == (MissReason.NO_IMAGE, "7")
    healthy.trigger(8)
    assert healthy.next(5000).label == "8"


def test_a_picture_that_comes_too_late_is_no_part(healthy, caplog):
    begin(healthy, SOFTWARE)
    order(healthy, "FaultLate", 600)
    healthy.trigger(1)
    assert healthy.next(5000).reason is MissReason.NO_IMAGE
    order(healthy, "FaultLate", 0)
    assert healthy.next(700) is None
    assert any("nobody had triggered" in record.getMessage() for record in caplog.records)
    healthy.trigger(2)
    assert healthy.next(5000).label == "2"


def test_a_stray_picture_is_dropped_and_counted(healthy):
    begin(healthy, SOFTWARE)
    healthy.features.execute("FaultStrayFrame")
    assert healthy.next(300) is None
    healthy.trigger(1)
    assert healthy.next(5000).label == "1"


def test_a_slow_exposure_is_waited_for(healthy):
    begin(healthy, CameraSettings(exposure_us=1_200_000, roi=AREA, trigger=TriggerMode.SOFTWARE))
    healthy.trigger(1)
    begun = time.monotonic()
    assert isinstance(healthy.next(5000), Frame)
    assert 1.1 < time.monotonic() - begun < 2.5


def test_a_rate_that_the_exposure_does_not_allow_is_no_loss(healthy):
    applied = healthy.apply(CameraSettings(exposure_us=400_000, roi=AREA, rate_hz=100))
    assert applied.settings.rate_hz == pytest.approx(2.5)
    healthy.start()
    assert all(isinstance(part, Frame) for part in take(healthy, 3))


def test_the_output_line_gives_one_pulse(camera):
    before = int(camera.features.get("OutputEdges"))
    assert camera.output is not None
    camera.output.pulse(2000)
    assert int(camera.features.get("OutputEdges")) == before + 2
    assert camera.features.get("UserOutputValue") == "false"


# --- losing it ---


def test_a_camera_that_sends_no_more_pictures_is_lost(camera):
    begin(camera)
    take(camera, 3)
    order(camera, "FaultFreeze", "true")
    reason, took_s = lose(camera)
    assert "no pictures" in reason
    assert took_s < 2
    ended_in_time(camera)


@pytest.mark.parametrize("settings", [FREE, SOFTWARE, LINE], ids=["free", "software", "line"])
def test_a_camera_that_restarted_is_lost(camera, settings):
    begin(camera, settings)
    camera.features.execute("FaultRestart")
    reason, took_s = lose(camera, 11 if settings is FREE else 2.5)
    assert ("no pictures" if settings is FREE else "camera restarted") in reason
    assert took_s < (10.5 if settings is FREE else 2)  # the first picture has its own limit
    ended_in_time(camera)


@pytest.mark.parametrize("settings", [FREE, SOFTWARE, LINE], ids=["free", "software", "line"])
def test_a_camera_whose_cable_is_out_is_lost_and_found_again(camera, catalog, testcam, settings):
    begin(camera, settings)
    if settings is FREE:
        take(camera, 3)
    testcam.world("gone TC-1")
    reason, took_s = lose(camera)
    assert ("no pictures" if settings is FREE else "not answering") in reason
    assert took_s < 2
    ended_in_time(camera)
    with pytest.raises(OperationalError, match="Another TestCam in its place: expected serial TC-1, found TC-2"):
        catalog.open(testcam.camera_id())
    testcam.world("gone TC-1", "gone TC-2")
    with pytest.raises(OperationalError) as caught:
        catalog.open(testcam.camera_id())
    assert caught.value.code == "CAM-001"
    assert "Found: genicam:Inspector Tests/TestCam Classic/TC-OLD" in caught.value.message
    testcam.world()
    again = catalog.open(testcam.camera_id())
    try:
        begin(again, settings)
        if settings is SOFTWARE:
            again.trigger(1)
        elif settings is LINE:
            again.features.execute("LinePulse")
        part = again.next(5000)
        assert isinstance(part, Frame)
        assert (part.frame_id, part.exposure_us) == (1, 500), "numbers begin anew, and the settings are there again"
    finally:
        again.close()


def test_an_error_of_the_driver_is_the_reason_in_its_own_words(camera):
    begin(camera)
    take(camera, 2)
    order(camera, "FaultDriverError", "true")
    reason, took_s = lose(camera)
    assert "driver error: The link broke" in reason
    assert took_s < 2
    ended_in_time(camera)


@pytest.mark.parametrize("settings", [SOFTWARE, LINE], ids=["software", "line"])
def test_a_register_that_does_not_come_back_is_a_driver_that_does_not_answer(camera, testcam, settings):
    begin(camera, settings)
    testcam.world("register_ms 20000")
    reason, took_s = lose(camera)
    assert "does not answer during “probe”" in reason
    assert took_s < 2.2  # half a second of silence, 1.2 s of waiting, and a slow machine
    ended_in_time(camera)


def test_a_feature_that_takes_too_long_ends_the_camera_and_not_the_program(camera):
    begin(camera)
    with pytest.raises(OperationalError) as caught:
        order(camera, "FaultRegisterDelay", 20_000)
    assert caught.value.code == "CAM-002"
    lose(camera)
    ended_in_time(camera)


def _later(camera, name, value):
    """Order something without waiting for the answer that will not come."""
    threading.Thread(target=_swallow, args=(camera, name, value), name="order").start()


def _swallow(camera, name, value):
    try:
        order(camera, name, value)
    except OperationalError:
        return


def test_a_driver_that_crashes_is_told_and_barred_after_three_times(catalog, testcam):
    for _ in range(3):
        camera = catalog.open(testcam.camera_id())
        begin(camera)
        take(camera, 1)
        _later(camera, "FaultCrash", 1)
        reason, took_s = lose(camera)
        assert "a memory fault" in reason
        assert took_s < 2
        ended_in_time(camera)
    with pytest.raises(OperationalError) as caught:
        catalog.open(testcam.camera_id())
    assert caught.value.code == "CAM-005"
    catalog.acknowledge_drivers()
    catalog.open(testcam.camera_id()).close()


def test_a_camera_that_does_not_let_itself_be_stopped_holds_nobody_up(camera):
    begin(camera)
    take(camera, 2)
    order(camera, "FaultStopDelay", 60_000)
    ended_in_time(camera)


def test_cameras_that_are_lost_leave_no_shared_memory():
    left = [path.name for path in SHM.glob(f"{PREFIX}{os.getpid()}-*")] if SHM.is_dir() else []
    assert len(left) <= 1, "only that of the camera which the other tests share"


# --- opening ---


@pytest.mark.parametrize(
    ("world", "code", "text"),
    [
        ("busy TC-1", "CAM-002", "Another program controls the device"),
        ("serial TC-1 TC-9", "CAM-007", ""),
        ("crash_open", "CAM-002", "a memory fault"),
        ("crash_scan", "CAM-002", "a memory fault"),
    ],
)
def test_a_camera_that_cannot_be_opened_says_why(catalog, testcam, world, code, text):
    testcam.world(world, *(["gone TC-2"] if world.startswith("serial") else []))
    with pytest.raises(OperationalError) as caught:
        catalog.open(testcam.camera_id())
    assert caught.value.code == code
    assert text in caught.value.message
    testcam.world()
    catalog.open(testcam.camera_id()).close()


def test_a_camera_that_was_cut_off_refuses_until_its_heartbeat_is_over(catalog, testcam):
    testcam.world("heartbeat 1200")
    first = catalog.open(testcam.camera_id())
    begin(first)
    take(first, 1)
    os.kill(first.process_id, 9)
    lose(first)
    ended_in_time(first)
    give_up_at = time.monotonic() + 10
    reasons = []
    second = None
    while second is None and time.monotonic() < give_up_at:
        try:
            second = catalog.open(testcam.camera_id())
        except OperationalError as error:
            reasons.append(f"{error.code} {error.message}")
    assert second is not None
    second.close()
    assert reasons
    assert all(reason.startswith("CAM-002") for reason in reasons)
    assert all("waits for the end of its last connection" in reason for reason in reasons)


def test_a_slow_scan_and_a_slow_opening_are_waited_for(catalog, testcam):
    testcam.world("scan_ms 400", "open_ms 1100")
    camera = catalog.open(testcam.camera_id())
    begin(camera)
    take(camera, 1)
    camera.close()


def test_the_access_status_is_no_reason_not_to_open(catalog, testcam):
    testcam.world("noaccess")
    catalog.open(testcam.camera_id()).close()


def test_two_cameras_with_one_serial_are_told_apart_by_their_interface(catalog, testcam):
    testcam.world("twins")
    ids = [info.id for info in catalog.scan() if info.kind == "genicam"]
    base = testcam.camera_id()
    assert f"{base}/north" in ids
    assert f"{base}/south" in ids
    for interface in ("north", "south"):
        camera = catalog.open(f"{base}/{interface}")
        begin(camera)
        take(camera, 2)
        assert camera.info.id == f"{base}/{interface}"
        camera.close()


def test_it_is_found_where_drivers_are_allowed_and_nowhere_else(testcam, monkeypatch, tmp_path):
    monkeypatch.delenv("GENICAM_GENTL64_PATH", raising=False)
    with pytest.raises(OperationalError, match="CAM-001"):
        Catalog([tmp_path]).open(testcam.camera_id())
    monkeypatch.setenv("GENICAM_GENTL64_PATH", str(testcam.folder))
    found = {info.id: info for info in Catalog().scan()}
    info = found[testcam.camera_id()]
    assert (info.vendor, info.model, info.serial, info.user_name) == (
        "Inspector Tests",
        "TestCam",
        "TC-1",
        "North side",
    )
    assert info.driver == "testcam.cti 1.0.0"
    assert not info.simulated, "for the program it is a camera like any other"


def test_every_buffer_announced_is_revoked_and_every_start_has_its_stop(catalog, testcam):
    testcam.world("log")
    camera = catalog.open(testcam.camera_id())
    for settings in (FREE, CameraSettings(pixel_format="RGB8", rate_hz=50, roi=AREA)):
        begin(camera, settings)
        take(camera, 3)
        camera.stop()
    camera.start()
    take(camera, 1)
    camera.close()
    calls = testcam.calls()
    assert calls.count("DSAnnounceBuffer") == calls.count("DSRevokeBuffer") > 0
    assert calls.count("DSStartAcquisition") == calls.count("DSStopAcquisition") == 3
    for opened, closed in (("IFOpenDevice", "DevClose"), ("TLOpenInterface", "IFClose"), ("TLOpen", "TLClose")):
        assert calls.count(opened) == calls.count(closed) > 0
    assert [call for call in calls if call != "GCCloseLib"][-1] == "TLClose"
