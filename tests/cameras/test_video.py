"""Video: files at their rate and as fast as they are read, live sources with their newest frame, dying processes."""

import os
import signal
import sys
import time
from collections import deque
from pathlib import Path

import cv2
import numpy as np
import pytest

from inspector.cameras import video_host
from inspector.cameras.exits import ExitLedger
from inspector.cameras.link import Request
from inspector.cameras.ring import Ring
from inspector.cameras.video import VideoCamera, VideoPlace
from inspector.core.errors import OperationalError, TriggerRefused
from inspector.core.frame import Frame
from inspector.core.recipe import CameraSettings, TriggerMode

FRAMES = 24


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red grows with the frame number, blue is constant; 40 Hz."""
    path = tmp_path_factory.mktemp("video") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 40.0, (160, 120))
    assert writer.isOpened()
    for number in range(FRAMES):
        bgr = np.zeros((120, 160, 3), np.uint8)
        bgr[..., 0], bgr[..., 2] = 40, 10 * number
        writer.write(bgr)
    writer.release()
    return path


def opened(film: Path, **options) -> VideoCamera:
    return VideoCamera(VideoPlace.of(str(film)), **options)


def take(camera: VideoCamera, count: int) -> list[Frame]:
    frames = []
    while len(frames) < count:
        part = camera.next(5000)
        assert isinstance(part, Frame)
        frames.append(part)
    return frames


def test_a_file_plays_to_its_end_in_order_and_color(film: Path) -> None:
    camera = opened(film, rate_hz=0)
    camera.start()
    frames = []
    while not camera.finished:
        part = camera.next(5000)
        if part is not None:
            frames.append(part)
    statistics = camera.statistics()
    camera.close()
    assert [frame.frame_id for frame in frames] == list(range(1, FRAMES + 1))
    assert [frame.label for frame in frames][:2] == ["frame 1", "frame 2"]
    for number, frame in enumerate(frames):
        red, _, blue = frame.image.reshape(-1, 3).mean(axis=0)
        assert red == pytest.approx(10 * number, abs=8)
        assert blue == pytest.approx(40, abs=8)
        assert frame.simulated
    assert statistics.frames == FRAMES


def test_a_file_plays_at_its_own_rate_or_the_one_asked(film: Path) -> None:
    camera = opened(film)
    seconds = []
    for rate_hz in (None, 80.0):
        camera.apply(CameraSettings(rate_hz=rate_hz))
        camera.start()
        times = [frame.received_ns for frame in take(camera, 21)]
        seconds.append((times[-1] - times[0]) / 1e9)
        camera.stop()
    camera.close()
    assert seconds[0] == pytest.approx(20 / 40, abs=0.08)
    assert seconds[1] == pytest.approx(20 / 80, abs=0.08)


def test_a_file_waits_for_its_reader(film: Path) -> None:
    camera = opened(film, rate_hz=0)
    camera.start()
    first = take(camera, 1)
    slow = opened(film)  # takes its time while the first one waits
    slow.close()
    rest = take(camera, FRAMES - 1)
    camera.close()
    assert [frame.label for frame in first + rest] == [f"frame {n}" for n in range(1, FRAMES + 1)]


def test_a_loop_begins_again(film: Path) -> None:
    camera = opened(film, rate_hz=0, loop=True)
    camera.start()
    frames = take(camera, FRAMES + 3)
    camera.close()
    assert np.array_equal(frames[FRAMES].image, frames[0].image)
    assert frames[-1].frame_id == FRAMES + 3


def test_a_trigger_shows_the_next_frame(film: Path) -> None:
    camera = opened(film)
    camera.apply(CameraSettings(trigger=TriggerMode.SOFTWARE))
    camera.start()
    assert camera.next(50) is None
    labels = []
    for number in (5, 6):
        camera.trigger(number)
        with pytest.raises(TriggerRefused, match="awaited"):
            camera.trigger(number)
        labels.append(take(camera, 1)[0].label)
    assert camera.next(50) is None
    camera.close()
    assert labels == ["frame 1", "frame 2"]


def test_settings_it_does_not_have_are_named(film: Path) -> None:
    camera = opened(film)
    applied = camera.apply(CameraSettings(exposure_us=100, trigger=TriggerMode.LINE, extra=(("Gamma", "1"),)))
    camera.close()
    assert applied.lacking == ("trigger", "exposure_us", "extra Gamma")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_killed_process_is_a_lost_camera_and_counts(film: Path) -> None:
    ledger = ExitLedger(limit=1)
    camera = opened(film, loop=True, ledger=ledger)
    camera.start()
    take(camera, 2)
    os.kill(camera.pid, signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="CAM-002"):
        take(camera, 100)
    assert time.monotonic() - began < 2
    camera.stop()
    camera.close()
    with pytest.raises(OperationalError, match="CAM-005"):
        opened(film, ledger=ledger)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_hanging_process_is_a_lost_camera(film: Path) -> None:
    camera = opened(film, loop=True)
    camera.start()
    take(camera, 2)
    os.kill(camera.pid, signal.SIGSTOP)
    with pytest.raises(OperationalError, match="CAM-002"):
        take(camera, 100)
    began = time.monotonic()
    camera.close()
    assert time.monotonic() - began < 3


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "x.avi"
    broken.write_bytes(b"RIFF" + b"\0" * 100)
    with pytest.raises(OperationalError, match=r"CAM-001.*cannot be opened"):
        opened(broken)


def test_a_truncated_file_plays_what_it_has(film: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.avi"
    short.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    camera = opened(short, rate_hz=0)
    camera.start()
    count = 0
    while not camera.finished:
        count += camera.next(5000) is not None
    camera.close()
    assert 0 < count < FRAMES


@pytest.mark.parametrize(
    ("text", "why"),
    [("/nowhere/film.avi", "does not exist"), ("gopher://x/y", "no kind of stream"), ("rtsp://", "no kind of stream")],
)
def test_a_place_that_makes_no_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(OperationalError, match=why) as caught:
        VideoPlace.of(text)
    assert caught.value.code == "CAM-001"


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.m3u8").write_text("#EXTM3U")
    with pytest.raises(OperationalError, match="no video file"):
        VideoPlace.of(str(tmp_path / "list.m3u8"))


def test_places() -> None:
    assert VideoPlace.of("0") == VideoPlace("0", live=True, shown="camera 0")
    place = VideoPlace.of("rtsp://user:secret@10.0.0.5/stream")
    assert place.live
    assert "secret" in place.source
    assert "secret" not in place.shown


# --- the host with a live source that the test feeds -----------------------------------------------------------------


class Feed:
    """Stands for `cv2.VideoCapture`."""

    def __init__(self, frames: list[np.ndarray]) -> None:
        self.frames = deque(frames)

    def get(self, _: int) -> float:
        return 30.0

    def set(self, *_: object) -> bool:
        return True

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def getBackendName(self) -> str:  # noqa: N802 - OpenCV's name
        return "FEED"

    def read(self) -> tuple[bool, np.ndarray | None]:
        return (True, self.frames.popleft()) if self.frames else (False, None)

    def release(self) -> None:
        pass


class QuietLink:
    """Stands for `process.Link`; keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []

    def send(self, kind: str, **fields: object) -> None:
        self.sent.append({"kind": kind, **fields})

    def answer(self, request: Request, **value: object) -> None:
        self.sent.append({"kind": "answer", **value})

    def busy(self, what: str, limit_s: float):
        import contextlib

        return contextlib.nullcontext()


def shade(value: int, size: tuple[int, int] = (8, 10)) -> np.ndarray:
    return np.full((*size, 3), value, np.uint8)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch):
    rings = []

    def begin(frames: list[np.ndarray], *, triggered: bool = False):
        monkeypatch.setattr(video_host.cv2, "VideoCapture", lambda *_: Feed([shade(0), *frames]))
        link = QuietLink()
        host = video_host._VideoHost(link, "0", live=True, loop=False)
        host.serve(Request("open", 1))
        ring = Ring.create(8 * 10 * 3, slots=2)
        rings.append(ring)
        host.serve(Request("ring", 2, {"name": ring.name}))
        host.serve(Request("start", 3, {"rate_hz": 0.0, "triggered": triggered}))
        link.sent.clear()
        return host, link, ring

    yield begin
    for ring in rings:
        ring.close()


def test_a_live_source_never_waits_for_its_reader(live) -> None:
    host, link, ring = live([shade(n) for n in range(1, 7)])
    for _ in range(5):
        host.turn()
    sent = [message for message in link.sent if message["kind"] == "frame"]
    assert [message["position"] for message in sent] == [1, 2], "both slots are full, later frames are dropped"
    for message in sent:
        ring.free(message["slot"])
    host.turn()
    newest = link.sent[-1]
    assert ring.take(newest["slot"], tuple(newest["shape"]))[0, 0, 0] == 6
    host._end()


def test_a_live_source_that_ends_is_lost(live) -> None:
    host, link, _ = live([])
    host.turn()
    assert link.sent == [{"kind": "failed", "reason": "no pictures"}]
    host._end()


def test_a_frame_larger_than_what_was_opened_is_unusable(live) -> None:
    host, link, _ = live([shade(1, (80, 100))])
    host.turn()
    assert link.sent == [{"kind": "unusable", "width": 100, "height": 80}]
    host._end()


def test_a_triggered_live_source_gives_a_frame_from_after_the_trigger(live) -> None:
    host, link, ring = live([shade(n) for n in range(1, 6)], triggered=True)
    host.turn()
    host.turn()
    assert link.sent == []
    host.serve(Request("trigger", 4))
    host.turn()
    host.turn()
    sent = [message for message in link.sent if message["kind"] == "frame"]
    assert len(sent) == 1
    assert ring.take(sent[0]["slot"], tuple(sent[0]["shape"]))[0, 0, 0] == 3
    host._end()


def test_only_the_newest_frame_of_a_live_source_waits_in_the_program(film: Path) -> None:
    """Fed through a real process: a file that counts as live plays without waiting."""
    place = VideoPlace(str(film), live=True, shown="live film")
    camera = VideoCamera(place)
    camera.start()
    frames: list[Frame] = []
    with pytest.raises(OperationalError, match=r"CAM-002.*no pictures"):
        frames.extend(iter(lambda: camera.next(5000), None))
    camera.close()
    assert frames[-1].image[..., 0].mean() > 200, "the last frame was not lost"
