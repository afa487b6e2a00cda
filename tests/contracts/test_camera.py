"""What every camera promises, whatever stands behind it (cameras.md 12), against every source that the catalog opens.

Counts are as high as a minute for the whole suite allows: a source with a process of its own takes longer to open.
"""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inspector.cameras.catalog import Catalog
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Rect
from inspector.core.ports import Camera
from inspector.core.recipe import CameraSettings, TriggerMode
from tests.support.gentl.build import Producer

FIRST_MS = 10_000
"""The first frame has a limit of its own (cameras.md 6)."""


@dataclass(frozen=True)
class Source:
    """How to open one kind of camera.

    Attributes:
        camera_id: without end, and fast enough for many frames.
        settings: applied before each start.
        opens, starts: how often to repeat; a process takes longer.
        triggered: takes software triggers.
        simulated: is no production camera, and says so.
        second_id: a camera that can be open at the same time; "" for the same one again.
        driver_folders: where its driver lies.
    """

    camera_id: str
    settings: CameraSettings = field(default_factory=CameraSettings)
    opens: int = 20
    starts: int = 50
    triggered: bool = True
    simulated: bool = True
    second_id: str = ""
    driver_folders: tuple[Path, ...] = ()


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures and a film."""
    folder = tmp_path_factory.mktemp("cameras")
    (folder / "pictures").mkdir()
    for number in range(12):
        Image.fromarray(np.full((60, 80, 3), 20 * number, np.uint8)).save(folder / "pictures" / f"{number}.png")
    writer = cv2.VideoWriter(str(folder / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 100.0, (80, 60))
    for number in range(12):
        writer.write(np.full((60, 80, 3), 20 * number, np.uint8))
    writer.release()
    return folder


@pytest.fixture(scope="module", params=["simulated", "folder", "video", "genicam", "testcam"])
def source(request: pytest.FixtureRequest, material: Path) -> Source:
    if request.param == "testcam":
        return own_camera(request.getfixturevalue("testcam"))
    return {
        "simulated": Source("simulated:cap?size=128x96&rate=100"),
        "folder": Source(f"folder:{material / 'pictures'}?interval_ms=10&loop=1"),
        "video": Source(f"video:{material / 'film.avi'}?rate=100&loop=1", opens=3, starts=12),
        "genicam": Source(
            "genicam:viky", CameraSettings(rate_hz=100, pixel_format="Mono8"), opens=3, starts=12, triggered=False
        ),
    }[request.param]


def own_camera(testcam: Producer) -> Source:
    return Source(
        testcam.camera_id("TC-1"),
        CameraSettings(rate_hz=100, pixel_format="Mono12p", roi=Rect(8, 16, 128, 96)),
        opens=6,
        starts=20,
        simulated=False,
        second_id=testcam.camera_id("TC-2"),
        driver_folders=(testcam.folder,),
    )


@pytest.fixture(scope="module")
def catalog(source: Source) -> Catalog:
    return Catalog(source.driver_folders)


@pytest.fixture
def opened(source: Source, catalog: Catalog) -> Iterator[Callable[..., Camera]]:
    """Open cameras that are closed after the test, whatever happens."""
    cameras: list[Camera] = []

    def open_one(camera_id: str = "") -> Camera:
        cameras.append(catalog.open(camera_id or source.camera_id))
        return cameras[-1]

    yield open_one
    for camera in cameras:
        camera.close()


@pytest.fixture
def ready(opened: Callable[[], Camera], source: Source) -> Camera:
    """Opened, with settings applied."""
    camera = opened()
    camera.apply(source.settings)
    return camera


def take(camera: Camera, count: int) -> list[Frame | MissedFrame]:
    parts: list[Frame | MissedFrame] = []
    while len(parts) < count:
        part = camera.next(FIRST_MS)
        assert part is not None, f"nothing after part {len(parts)}"
        parts.append(part)
    return parts


def frames_of(parts: list[Frame | MissedFrame]) -> list[Frame]:
    return [part for part in parts if isinstance(part, Frame)]


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_opening_and_closing_leaves_nothing_behind(source: Source, catalog: Catalog) -> None:
    def use() -> None:
        camera = catalog.open(source.camera_id)
        camera.apply(source.settings)
        camera.start()
        take(camera, 1)
        camera.close()

    use()
    gc.collect()
    threads, files = threading.active_count(), open_files()
    for _ in range(source.opens):
        use()
    gc.collect()
    assert threading.active_count() <= threads
    assert open_files() <= files


def test_settings_are_read_back(ready: Camera, source: Source) -> None:
    applied = ready.apply(source.settings)
    kept = applied.settings
    if source.settings.rate_hz is not None:
        assert kept.rate_hz == pytest.approx(source.settings.rate_hz, rel=0.005)
    if source.settings.pixel_format is not None:
        assert kept.pixel_format == source.settings.pixel_format
    assert kept.trigger is TriggerMode.FREE


def test_what_a_camera_does_not_have_is_named(ready: Camera) -> None:
    lacking = ready.apply(CameraSettings(gamma=0.7)).lacking
    assert any("gamma" in name.lower() for name in lacking)


def test_settings_are_refused_while_streaming(ready: Camera, source: Source) -> None:
    ready.start()
    take(ready, 1)
    with pytest.raises(OperationalError):
        ready.apply(source.settings)


def test_ids_begin_with_one_and_have_no_gap(ready: Camera) -> None:
    ready.start()
    parts = take(ready, 60)
    assert [part.frame_id for part in parts] == list(range(1, 61))
    times = [part.received_ns for part in parts]
    assert times == sorted(times)
    assert all(part.captured_at.tzinfo is not None for part in parts)


def test_every_start_begins_with_one(ready: Camera, source: Source) -> None:
    for _ in range(source.starts):
        ready.start()
        assert take(ready, 2)[0].frame_id == 1
        ready.stop()


def test_frames_are_read_only_and_their_own(ready: Camera) -> None:
    ready.start()
    first = frames_of(take(ready, 5))[0]
    kept = first.image.copy()
    later = frames_of(take(ready, 20))
    assert np.array_equal(first.image, kept), "a later picture was written over this one"
    assert not any(np.shares_memory(first.image, frame.image) for frame in later)
    for frame in later:
        assert not frame.image.flags.writeable
        assert frame.image.flags.c_contiguous
        assert frame.image.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        first.image[0, 0] = 1


def test_a_frame_says_where_it_comes_from(ready: Camera, source: Source) -> None:
    ready.start()
    frame = frames_of(take(ready, 3))[0]
    assert frame.camera_id == ready.info.id
    assert frame.simulated is ready.info.simulated is source.simulated, "what is no production camera says so (FS-12)"
    assert frame.source_format
    assert ready.info.kind == ready.info.id.partition(":")[0]


def test_next_keeps_its_time_limit(ready: Camera) -> None:
    ready.start()
    take(ready, 2)
    for timeout_ms in (0, 1, 3):
        began = time.perf_counter()
        ready.next(timeout_ms)
        # 20 ms for the camera; the rest is what a shared machine may take away.
        assert (time.perf_counter() - began) * 1000 < timeout_ms + 60


def test_waiting_ends_when_the_time_is_over(opened: Callable[[], Camera], source: Source) -> None:
    if not source.triggered:
        pytest.skip("it cannot be kept from delivering")
    camera = opened()
    camera.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    camera.start()
    for timeout_ms in (5, 50, 150):
        began = time.perf_counter()
        assert camera.next(timeout_ms) is None
        took_ms = (time.perf_counter() - began) * 1000
        assert timeout_ms - 2 <= took_ms < timeout_ms + 60


def test_stop_ends_a_wait(opened: Callable[[], Camera], source: Source) -> None:
    camera = opened()
    if source.triggered:
        camera.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    camera.start()
    answers: list[Frame | MissedFrame | None] = []
    waiting = threading.Event()

    def wait() -> None:
        waiting.set()
        # A free-running camera may deliver a few more before the stop reaches it.
        while (part := camera.next(20_000)) is not None:
            answers.append(part)

    thread = threading.Thread(target=wait)
    thread.start()
    assert waiting.wait(5)
    began = time.perf_counter()
    camera.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert time.perf_counter() - began < 3


def test_software_triggers_give_one_part_each(opened: Callable[[], Camera], source: Source) -> None:
    camera = opened()
    if not source.triggered:
        with pytest.raises(TriggerRefused):
            camera.trigger(1)
        return
    with pytest.raises(TriggerRefused):
        camera.trigger(1)
    camera.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    camera.start()
    for number in range(1, 11):
        camera.trigger(number)
        part = camera.next(FIRST_MS)
        assert part is not None
        assert part.frame_id == number
    assert camera.next(30) is None


@pytest.mark.parametrize("state", ["opened", "applied", "streaming", "stopped", "closed"])
def test_close_from_every_state(opened: Callable[[], Camera], source: Source, state: str) -> None:
    camera = opened()
    if state in ("applied", "streaming", "stopped"):
        camera.apply(source.settings)
    if state in ("streaming", "stopped"):
        camera.start()
        take(camera, 1)
    if state == "stopped":
        camera.stop()
    if state == "closed":
        camera.close()
    began = time.perf_counter()
    camera.close()
    assert time.perf_counter() - began < 3
    camera.close()
    camera.stop()
    with pytest.raises(OperationalError):
        camera.start()


def test_statistics_add_up(ready: Camera) -> None:
    ready.start()
    parts = take(ready, 40)
    statistics = ready.statistics()
    missed = sum(count for _, count in statistics.missed)
    assert statistics.frames == len(frames_of(parts))
    assert missed == len(parts) - len(frames_of(parts))
    assert statistics.rate_hz > 0
    assert statistics.bytes_per_s > statistics.rate_hz
    assert statistics.decode_p99_ms >= statistics.decode_p50_ms >= 0
    assert statistics.since is not None
    ready.stop()
    ready.start()
    assert ready.statistics().frames <= 1, "numbers are those of the last start"


def test_two_at_once(opened: Callable[..., Camera], source: Source) -> None:
    # The genicam package's producer has no lock between processes, so the same camera can stand for two.
    one, other = opened(), opened(source.second_id)
    for camera in (one, other):
        camera.apply(source.settings)
        camera.start()
    first = [take(one, 1)[0].frame_id for _ in range(10)]
    second = [take(other, 1)[0].frame_id for _ in range(10)]
    assert first == second == list(range(1, 11))
    one.close()
    assert take(other, 1)


def test_features_belong_to_cameras_that_have_some(ready: Camera) -> None:
    if ready.info.kind in ("folder", "video"):
        assert ready.features is None
        return
    assert ready.features is not None
    names = {feature.name for feature in ready.features.snapshot()}
    assert {"Width", "Height", "PixelFormat"} <= names
    assert int(ready.features.get("Width")) > 0
    for refused in (ready.features.get, ready.features.execute):
        with pytest.raises(OperationalError, match="CAM-004"):
            refused("NoSuchFeature")
    with pytest.raises(OperationalError, match="CAM-004"):
        ready.features.set("Width", "wide")
    with pytest.raises(OperationalError, match="CAM-004"):
        ready.features.execute("Width")


def test_features_are_described_one_by_one_as_in_the_whole(ready: Camera) -> None:
    if ready.features is None:
        return
    whole = {feature.name: feature for feature in ready.features.snapshot()}
    described = ready.features.describe(["PixelFormat", "NoSuchFeature", "Width"])
    assert described == (whole["PixelFormat"], whole["Width"])
    assert whole["PixelFormat"].value in whole["PixelFormat"].entries


def test_settings_are_saved_and_loaded_line_by_line(ready: Camera) -> None:
    if ready.features is None:
        return
    saved = ready.features.save()
    assert {"PixelFormat", "Width", "Height"} <= {name for name, _ in saved}
    width = ready.features.describe(["Width"])[0]
    assert width.minimum is not None
    ready.features.set("Width", f"{width.minimum:.0f}")
    results = ready.features.load(saved)
    assert [(result.name, result.asked, result.problem) for result in results] == [(*line, "") for line in saved]
    assert ready.features.get("Width") == width.value
    assert ready.features.save() == saved
    (result,) = ready.features.load([("Width", "1")])
    assert result.problem
    assert result.kept == width.value


def test_a_live_camera_has_no_end(ready: Camera) -> None:
    ready.start()
    take(ready, 15)
    assert not ready.finished


def test_nothing_is_left_in_shared_memory() -> None:
    folder = Path("/dev/shm")
    mine = f"inspector-ring-{os.getpid()}-"
    assert not folder.is_dir() or not [path.name for path in folder.iterdir() if path.name.startswith(mine)]
