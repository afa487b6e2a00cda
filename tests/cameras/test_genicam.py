"""GenICam end to end against the GenTL test producer inside the genicam package; no other software needed."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras.drivers import bundled_producer as viky_file
from inspector.cameras.exits import ExitLedger
from inspector.cameras.genicam import GenicamCamera, open_camera
from inspector.cameras.ring import PREFIX, SLOTS
from inspector.core.camera_features import FeatureKind
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerMode

ROOT = Path(__file__).resolve().parents[2]
SHM = Path("/dev/shm")
FULL = CameraSettings(rate_hz=20, pixel_format="RGBa8", roi=Rect(0, 0, 400, 400))
COLOURS = {"0": (255, 0, 0), "1": (0, 255, 0), "2": (0, 0, 255)}

pytestmark = pytest.mark.skipif(viky_file() is None, reason="the genicam package has no test producer here")
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture(scope="module")
def shared():
    camera = open_camera("genicam:viky", ())
    yield camera
    camera.close()


@pytest.fixture
def camera(shared):
    """An opened camera, stopped, with the settings it has from its maker."""
    shared.apply(FULL)
    yield shared
    shared.stop()


def take(camera: GenicamCamera, count: int, timeout_ms: int = 2000) -> list[Frame]:
    frames = [camera.next(timeout_ms) for _ in range(count)]
    assert all(isinstance(frame, Frame) for frame in frames), frames
    return frames


def square_of(image: np.ndarray) -> tuple[int, int, tuple[int, ...]]:
    """Where the one square of a picture is, and its colour; anything else in the picture fails."""
    background = image == 255
    filled = ~(background.all(axis=2) if image.ndim == 3 else background)
    ys, xs = np.nonzero(filled)
    assert len(ys) == 400, f"{len(ys)} pixels differ from white in {image.shape}"
    assert (np.ptp(ys), np.ptp(xs)) == (19, 19), "the square is skewed"
    colours = np.unique(image[filled].reshape(400, -1), axis=0)
    assert len(colours) == 1
    return int(ys.min()), int(xs.min()), tuple(int(value) for value in colours[0])


# --- pictures ---


def test_pictures_are_what_the_camera_draws(camera):
    camera.start()
    frames = take(camera, 6)
    places = [square_of(frame.image) for frame in frames]
    assert [frame.frame_id for frame in frames] == [1, 2, 3, 4, 5, 6]
    assert {frame.image.shape for frame in frames} == {(400, 400, 3)}
    assert {colour for _, _, colour in places} == {COLOURS["0"]}
    assert all(abs(y1 - y0) == 1 and abs(x1 - x0) == 1 for (y0, x0, _), (y1, x1, _) in pairwise(places))
    first = frames[0]
    assert (first.source_format, first.simulated, first.camera_id) == ("RGBa8", True, camera.info.id)
    assert (first.camera_timestamp_ns, first.exposure_us, first.gain_db) == (None, None, None)
    assert first.camera_frame_id == 1
    assert not first.image.flags.writeable
    assert first.captured_at.tzinfo is not None
    assert 0 <= time.monotonic_ns() - frames[-1].received_ns < 2e9


@pytest.mark.parametrize("serial", ["1", "2"])
def test_each_camera_is_found_by_its_serial_number(serial):
    camera = open_camera(f"genicam:Machine Vision Games Ltd./Viky/{serial}", [viky_file()])
    try:
        camera.start()
        assert camera.info.serial == serial
        assert square_of(take(camera, 1)[0].image)[2] == COLOURS[serial]
    finally:
        camera.close()


def test_mono8_holds_only_black_and_white(camera):
    applied = camera.apply(CameraSettings(pixel_format="Mono8"))
    assert applied.settings.pixel_format == "Mono8"
    camera.start()
    frame = take(camera, 1)[0]
    assert (frame.image.shape, frame.source_format) == ((400, 400), "Mono8")
    assert set(np.unique(frame.image)) == {0, 255}
    square_of(frame.image)


def test_an_odd_size_comes_out_straight_although_the_driver_says_another(camera):
    applied = camera.apply(CameraSettings(pixel_format="Mono8", roi=Rect(0, 0, 433, 217)))
    assert applied.settings.roi == Rect(0, 0, 433, 217)
    camera.start()
    for frame in take(camera, 3):
        assert frame.image.shape == (217, 433)
        square_of(frame.image)


def test_a_frame_never_changes_after_it_was_handed_out(camera):
    camera.apply(CameraSettings(rate_hz=200))
    camera.start()
    first = take(camera, 1)[0]
    kept = first.image.copy()
    later = take(camera, 20)
    assert np.array_equal(first.image, kept)
    assert not any(np.shares_memory(first.image, frame.image) for frame in later)


def test_size_and_format_changed_while_streaming_never_give_a_skewed_picture(camera):
    camera.apply(CameraSettings(rate_hz=100))
    camera.start()
    seen = set()
    for width, height, name in ((433, 217, "RGBa8"), (800, 800, "Mono8"), (101, 799, "RGBa8"), (400, 400, "RGBa8")):
        camera.features.set("Width", str(width))
        camera.features.set("Height", str(height))
        camera.features.set("PixelFormat", name)
        wanted = (height, width) if name == "Mono8" else (height, width, 3)
        for _ in range(120):
            part = camera.next(2000)
            if isinstance(part, Frame):
                square_of(part.image)
                seen.add(part.image.shape)
                if part.image.shape == wanted:
                    break
    assert {(217, 433, 3), (800, 800), (799, 101, 3), (400, 400, 3)} <= seen


def test_only_the_picture_of_a_multi_part_buffer_is_used(camera, caplog):
    camera.apply(CameraSettings(extra=(("ComponentSelector", "Range"), ("ComponentEnable", "true"))))
    camera.start()
    try:
        for frame in take(camera, 3):
            assert frame.source_format == "RGBa8"
            square_of(frame.image)
        told = [record for record in caplog.records if "more parts than the picture" in record.getMessage()]
        assert len(told) == 1
    finally:
        camera.stop()
        camera.apply(CameraSettings(extra=(("ComponentSelector", "Range"), ("ComponentEnable", "false"))))


# --- numbers ---


@pytest.mark.parametrize("rate_hz", [20, 200])
def test_the_rate_is_kept_without_a_gap(camera, rate_hz):
    camera.apply(CameraSettings(rate_hz=rate_hz))
    camera.start()
    take(camera, 2)
    begun = time.monotonic()
    frames = take(camera, 2 * rate_hz)
    assert 2 / (time.monotonic() - begun) >= 0.85  # 97 % on a quiet machine, of the producer's own clock
    assert [frame.camera_frame_id for frame in frames] == list(range(3, 2 * rate_hz + 3))
    statistics = camera.statistics()
    assert statistics.frames == 2 * rate_hz + 2
    assert statistics.missed == ()
    assert statistics.rate_hz >= 0.8 * rate_hz


def test_a_program_that_pauses_gets_exactly_what_it_missed_as_missed_frames(camera):
    camera.apply(CameraSettings(rate_hz=100))
    camera.start()
    parts = list(take(camera, 3))
    threading.Event().wait(0.5)
    last = None
    while last is None or last < 120:
        part = camera.next(2000)
        parts.append(part)
        last = part.camera_frame_id if isinstance(part, Frame) else last
    assert [part.frame_id for part in parts] == list(range(1, len(parts) + 1))
    frames = [part for part in parts if isinstance(part, Frame)]
    missed = [part for part in parts if isinstance(part, MissedFrame)]
    # One camera, no loss of numbers: what the camera counted is exactly what we answer for.
    assert [frame.camera_frame_id for frame in frames] == [frame.frame_id for frame in frames]
    assert 0.5 * 100 - SLOTS - 25 <= len(missed) <= 80
    assert {part.reason for part in missed} <= {MissReason.OVERRUN, MissReason.GAP}
    assert sum(count for _, count in camera.statistics().missed) == len(missed)


def test_ids_begin_at_one_at_every_start(camera):
    camera.apply(CameraSettings(rate_hz=200))
    for _ in range(5):
        camera.start()
        assert [frame.frame_id for frame in take(camera, 3)] == [1, 2, 3]
        camera.stop()
        camera.stop()


# --- settings ---


def test_what_the_camera_lacks_is_told_by_name(camera):
    applied = camera.apply(
        CameraSettings(
            exposure_us=5000,
            gain_db=3,
            trigger=TriggerMode.SOFTWARE,
            black_level=1,
            gamma=1,
            white_balance=(1.1, 1, 1),
            roi=Rect(10, 0, 400, 400),
            extra=(("NoSuchThing", "1"),),
        )
    )
    assert applied.lacking == (
        *("roi.x", "exposure_us", "gain_db", "black_level", "gamma", "white_balance", "trigger"),
        "extra.NoSuchThing",
    )
    assert applied.settings.exposure_us is None
    assert applied.settings.trigger is TriggerMode.FREE


@pytest.mark.parametrize(
    ("width", "sentence"), [(99, "Value = 99 must be equal or greater than Min = 100."), (801, "801")]
)
def test_a_size_that_the_camera_refuses_is_reported_in_its_own_words(camera, width, sentence):
    with pytest.raises(OperationalError) as caught:
        camera.apply(CameraSettings(roi=Rect(0, 0, width, 400)))
    assert caught.value.code == "CAM-004"
    assert f"Width: asked {width}, camera kept 400" in caught.value.message
    assert sentence in caught.value.message


def test_every_difference_is_listed_together(camera):
    with pytest.raises(OperationalError) as caught:
        camera.apply(CameraSettings(roi=Rect(0, 0, 99, 801), rate_hz=500))
    assert caught.value.code == "CAM-004"
    for part in ("Width: asked 99", "Height: asked 801", "Rate: asked 500, camera kept 20"):
        assert part in caught.value.message


@pytest.mark.parametrize("name", ["BayerRG8", "Mono12p", "Coord3D_ABC32f"])
def test_a_format_that_the_camera_or_the_program_lacks_is_refused_and_nothing_started(camera, name):
    with pytest.raises(OperationalError) as caught:
        camera.apply(CameraSettings(pixel_format=name))
    assert caught.value.code == "CAM-004"
    assert f"Pixel format: asked {name}" in caught.value.message
    assert camera.next(20) is None


def test_settings_are_refused_while_streaming(camera):
    camera.start()
    with pytest.raises(OperationalError, match="only while the camera is stopped"):
        camera.apply(FULL)
    take(camera, 2)


def test_a_software_trigger_that_is_not_armed_is_refused(camera):
    camera.start()
    with pytest.raises(TriggerRefused):
        camera.trigger(1)
    take(camera, 2)


# --- features ---


def test_features_are_read_and_written_while_pictures_go_on(camera):
    camera.apply(CameraSettings(rate_hz=100))
    camera.start()
    take(camera, 2)
    snapshot = {feature.name: feature for feature in camera.features.snapshot()}
    width = snapshot["Width"]
    assert (width.kind, width.value, width.minimum, width.maximum, width.step) == (
        FeatureKind.INTEGER,
        "400",
        100,
        800,
        1,
    )
    assert (width.category, width.writable) == ("ImageFormatControl", True)
    assert snapshot["PixelFormat"].entries == ("RGBa8", "Mono8")
    assert snapshot["AcquisitionFrameRate"].unit == "Hz"
    assert snapshot["AcquisitionStart"].kind is FeatureKind.COMMAND
    assert len(snapshot) > 40
    assert camera.features.get("AcquisitionFrameRate") == "100"
    assert camera.features.set("BouncingBallSize", "21") == "21"
    assert camera.features.set("BouncingBallSize", "20") == "20"
    frames = take(camera, 30)
    ids = [frame.camera_frame_id for frame in frames]
    assert ids == list(range(ids[0], ids[0] + 30))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("NoSuchThing", "1", "no feature “NoSuchThing”"),
        ("Width", "99", "Value = 99 must be equal or greater than Min = 100."),
        ("Width", "wide", "“wide” is no integer."),
        ("PixelFormat", "BayerRG8", "cannot convert value 'BayerRG8', the value is invalid."),
        ("PayloadSize", "1", "PayloadSize cannot be written now"),
    ],
)
def test_a_refused_feature_says_why_and_keeps_its_value(camera, name, text, sentence):
    with pytest.raises(OperationalError) as caught:
        camera.features.set(name, text)
    assert caught.value.code == "CAM-004"
    assert sentence in caught.value.message
    assert camera.features.get("Width") == "400"


def test_gendc_left_on_by_someone_is_switched_off_at_opening():
    # The device keeps its registers per process, so somebody is the script that opens it twice.
    script = """
        import sys
        from harvesters.core import Harvester
        from inspector.cameras.features import quiet
        from inspector.cameras.genicam_host.node_map import GenicamNodes
        harvester = Harvester()
        harvester.add_file(sys.argv[1])
        harvester.update()
        nodes = GenicamNodes(harvester.create(0).remote_device.node_map)
        nodes.find("GenDCStreamingMode").write("On")
        nodes.find("ChunkModeActive").write(True)
        quiet(nodes)
        print(nodes.find("GenDCStreamingMode").read(), nodes.find("ChunkModeActive").read())
        harvester.reset()
    """
    assert run_script(script, str(viky_file())).stdout.split() == ["Off", "False"]


# --- states ---


def test_next_keeps_its_time_limit(camera):
    camera.apply(CameraSettings(rate_hz=1))
    camera.start()
    take(camera, 1)
    for timeout_ms in (0, 10, 200):
        begun = time.monotonic()
        assert camera.next(timeout_ms) is None
        assert timeout_ms - 1 <= (time.monotonic() - begun) * 1e3 < timeout_ms + 60


@pytest.mark.parametrize("state", ["opened", "applied", "streaming", "stopped", "closed"])
def test_close_from_every_state(state):
    camera = open_camera("genicam:viky", ())
    if state != "opened":
        camera.apply(FULL)
    if state in ("streaming", "stopped"):
        camera.start()
        take(camera, 1)
    if state == "stopped":
        camera.stop()
    if state == "closed":
        camera.close()
    begun = time.monotonic()
    camera.close()
    assert time.monotonic() - begun < 2
    assert gone(camera.process_id)
    with pytest.raises(OperationalError, match="CAM-002"):
        camera.start()


def test_opened_and_closed_again_and_again_leaves_nothing():
    def handles() -> int:
        folder = Path("/proc/self/fd")
        return len(list(folder.iterdir())) if folder.is_dir() else 0

    def once() -> None:
        camera = open_camera("genicam:viky", ())
        try:
            camera.start()
            take(camera, 2)
        finally:
            camera.close()

    once()
    before, memory_before, segments_before = handles(), resident_kb(), own_segments()
    for _ in range(20):
        once()
    assert handles() == before
    assert resident_kb() - memory_before < 8_000
    assert own_segments() == segments_before


# --- losing it ---


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def own_segments() -> list[Path]:
    return sorted(SHM.glob(f"{PREFIX}{os.getpid()}-*")) if SHM.is_dir() else []


def resident_kb() -> int:
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.is_file() else None
    return int(found[1]) if found else 0


def lose(camera: GenicamCamera) -> tuple[OperationalError, float]:
    begun = time.monotonic()
    while time.monotonic() - begun < 5:
        try:
            camera.next(100)
        except OperationalError as error:
            return error, time.monotonic() - begun
    raise AssertionError("not lost within 5 s")


@posix
@pytest.mark.kill
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGKILL, "a kill from outside"),
        (signal.SIGSTOP, "driver does not answer"),
        (signal.SIGSEGV, "a memory fault"),
    ],
)
def test_a_camera_process_that_dies_or_hangs_is_lost_and_can_be_opened_again(number, words):
    segments_before = own_segments()
    camera = open_camera("genicam:viky", ())
    camera.start()
    take(camera, 5)
    os.kill(camera.process_id, number)
    error, after_s = lose(camera)
    assert error.code == "CAM-002"
    assert words in error.message
    assert after_s < 2
    with pytest.raises(OperationalError, match="CAM-002"):
        camera.next(10)
    begun = time.monotonic()
    camera.stop()
    camera.close()
    assert time.monotonic() - begun < 3
    assert gone(camera.process_id)
    assert own_segments() == segments_before
    again = open_camera(camera.info.id, ())
    try:
        again.apply(FULL)
        again.start()
        assert [frame.frame_id for frame in take(again, 3)] == [1, 2, 3]
    finally:
        again.close()


@posix
@pytest.mark.kill
def test_a_stopped_process_cannot_hold_up_stop_and_close():
    camera = open_camera("genicam:viky", ())
    camera.start()
    take(camera, 2)
    os.kill(camera.process_id, signal.SIGSTOP)
    begun = time.monotonic()
    camera.stop()
    assert time.monotonic() - begun < 3
    camera.close()
    assert time.monotonic() - begun < 4
    assert gone(camera.process_id)


@posix
@pytest.mark.kill
def test_a_driver_that_keeps_ending_is_not_started_again_until_somebody_says_so():
    ledger = ExitLedger()
    for _ in range(3):
        camera = open_camera("genicam:viky", (), ledger)
        os.kill(camera.process_id, signal.SIGKILL)
        lose(camera)
        camera.close()
    with pytest.raises(OperationalError) as caught:
        open_camera("genicam:viky", (), ledger)
    assert caught.value.code == "CAM-005"
    assert "viky.cti ended 3 times" in caught.value.message
    ledger.acknowledge()
    open_camera("genicam:viky", (), ledger).close()


@pytest.mark.parametrize(
    ("camera_id", "code", "words"),
    [
        ("genicam:Machine Vision Games Ltd./Viky/9", "CAM-001", "Found: genicam:Machine Vision Games Ltd./Viky/0, "),
        ("genicam:Somebody/Else/1", "CAM-001", "No camera “genicam:Somebody/Else/1”"),
        ("genicam:nonsense", "CAM-001", "names no GenICam camera"),
    ],
)
def test_a_camera_that_is_not_there_is_reported_with_those_that_are(camera_id, code, words):
    with pytest.raises(OperationalError) as caught:
        open_camera(camera_id, [viky_file()])
    assert caught.value.code == code
    assert words in caught.value.message


def test_without_a_driver_there_is_no_camera():
    with pytest.raises(OperationalError, match="Found: none"):
        open_camera("genicam:Somebody/Else/1", ())


# --- the driver's own view ---


def run_script(text: str, *args: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text), *args],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_every_buffer_announced_is_revoked_and_every_start_has_its_stop():
    script = """
        from inspector.cameras.genicam import open_camera
        from inspector.core.recipe import CameraSettings
        camera = open_camera("genicam:viky", ())
        for rate in (20, 50):
            camera.apply(CameraSettings(rate_hz=rate))
            camera.start()
            for _ in range(4):
                camera.next(2000)
            camera.stop()
        camera.start()
        camera.next(2000)
        camera.close()
    """
    done = run_script(script, PLAYTL_LOG_LEVEL="5", PLAYTL_GENTL_LOGGING="1")
    log = done.stdout + done.stderr
    calls = re.findall(r"Called (\w+) ", log)
    assert calls.count("DSAnnounceBuffer") == calls.count("DSRevokeBuffer") > 0
    assert calls.count("DSStartAcquisition") == calls.count("DSStopAcquisition") == 3
    assert calls.count("IFOpenDevice") == calls.count("DevClose") == 1
    assert calls.count("TLOpen") == calls.count("TLClose") == 1
    assert [call for call in calls if call != "GCCloseLib"][-1] == "TLClose"
    # The library asks for the port of a device once before it has opened it.
    assert "returned -1006" not in log.partition("Called IFOpenDevice")[2]


def test_nothing_of_the_driver_is_imported_in_the_program():
    script = """
        import sys
        from inspector.cameras.genicam import open_camera
        camera = open_camera("genicam:viky", ())
        camera.start()
        camera.next(2000)
        camera.close()
        print([name for name in sys.modules if name.split(".")[0] in ("harvesters", "genicam", "cv2", "torch")])
    """
    done = run_script(script)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""


def test_the_looks_into_the_library_are_still_where_they_were():
    script = """
        import sys
        from genicam import gentl
        from harvesters.core import Harvester
        from inspector.cameras.genicam_host.camera import new_buffer_event
        from inspector.cameras.genicam_host.finding import systems
        harvester = Harvester()
        harvester.add_file(sys.argv[1])
        harvester.update()
        acquirer = harvester.create(0)
        assert isinstance(new_buffer_event(acquirer), gentl.EventManagerNewBuffer)
        assert systems(harvester)[0].model == "Viky"
        acquirer.start()
        assert len(acquirer._announced_buffers) > 0
        acquirer.stop()
        assert acquirer._announced_buffers == []
        harvester.reset()
        print("as before")
    """
    assert run_script(script, str(viky_file())).stdout.strip() == "as before"


@pytest.mark.benchmark
def test_the_main_thread_keeps_its_speed_while_pictures_come(camera):
    def speed(seconds: float) -> float:
        turns, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            turns += 1
        return turns / seconds

    idle = max(speed(0.3) for _ in range(3))
    camera.start()
    ended = threading.Event()
    taken = []

    def grab() -> None:
        while not ended.is_set():
            part = camera.next(100)
            if part is not None:
                taken.append(part.frame_id)

    grabber = threading.Thread(target=grab, name="grab")
    grabber.start()
    try:
        streaming = max(speed(0.3) for _ in range(4))
    finally:
        ended.set()
        grabber.join()
    assert len(taken) > 10
    assert streaming >= 0.5 * idle
