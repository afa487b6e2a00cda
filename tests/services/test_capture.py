"""The camera of the set-up: live pictures, limits, samples, and the line that comes first."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras.catalog import Catalog
from inspector.cameras.picture_folder import PictureFiles
from inspector.core.errors import OperationalError
from inspector.core.geometry import Rect, Size
from inspector.core.ports import CameraCatalog
from inspector.core.recipe import CameraSettings, TriggerMode
from inspector.core.refs import new_id
from inspector.core.sample import SampleFlag, Tray
from inspector.services import capture
from inspector.services.capture import Captured, CaptureService, CaptureState, CaptureStatus, LearnProgress
from inspector.services.live_shot import LiveShot
from inspector.services.samples import SampleService
from inspector.storage.database import Database
from inspector.storage.samples import SqlSampleStore
from tests.support.camera import ScriptedCamera, ScriptedCatalog
from tests.support.values import frame, missed

SETUP = new_id()
CAMERA = "simulated:cap"
SMALL = CameraSettings(rate_hz=40.0, roi=Rect(352, 256, 256, 256))
BY_SOFTWARE = replace(SMALL, trigger=TriggerMode.SOFTWARE)


class Bench:
    """A service with what it has said so far."""

    def __init__(self, catalog: CameraCatalog, samples: SampleService) -> None:
        self.line_camera = ""
        self.samples = samples
        self.bugs: list[Exception] = []
        self.service = CaptureService(
            catalog, samples, line_camera=lambda: self.line_camera, on_failure=self.bugs.append
        )
        self.states: list[CaptureState] = []
        self.shots: list[LiveShot] = []
        self.learned: list[LearnProgress] = []
        self.captured: list[Captured] = []
        self._changed = threading.Condition()
        self.service.status_changed.connect(self._on_status)
        self.service.shot_arrived.connect(lambda shot: self._add(self.shots, shot))
        self.service.learned.connect(lambda news: self._add(self.learned, news))
        self.service.captured.connect(lambda news: self._add(self.captured, news))

    def _on_status(self, status: CaptureStatus) -> None:
        self._add(self.states, status.state)

    def _add(self, news: list, one: object) -> None:
        with self._changed:
            news.append(one)
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + 10
        with self._changed:
            while not condition():
                assert time.monotonic() < give_up_at, f"never happened: {what}; {self.service.status}"
                self._changed.wait(0.02)

    def until_state(self, state: CaptureState) -> CaptureStatus:
        self.until(lambda: self.service.status.state is state, state.value)
        return self.service.status

    def until_shot(self) -> LiveShot:
        count = len(self.shots)
        self.until(lambda: len(self.shots) > count, "another shot")
        return self.shots[-1]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    database = Database.open(tmp_path / "station.sqlite")
    made: list[Bench] = []

    def make(catalog: CameraCatalog | None = None) -> Bench:
        samples = SampleService(SqlSampleStore(database, tmp_path), PictureFiles())
        bench = Bench(catalog or Catalog(), samples)
        bench.service.start()
        made.append(bench)
        return bench

    yield make
    for bench in made:
        assert bench.service.end()
        assert bench.bugs == []
    database.close()


def test_live_pictures_come_with_their_numbers(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.service.open(CAMERA, SMALL)
    status = bench.until_state(CaptureState.LIVE)
    shot = bench.until_shot()
    assert status.simulated
    assert status.applied is not None
    assert status.applied.settings.rate_hz == 40.0
    assert bench.states[:1] == [CaptureState.OPENING]
    assert shot.size == Size(256, 256)
    assert shot.histogram.shape == (3, 256)
    assert shot.histogram.sum() == 3 * 256 * 256
    assert 0 < shot.measure.brightness < 255
    assert shot.sharpness_peak >= shot.measure.sharpness > 0
    assert (shot.exposure_us, shot.missed) == (status.applied.settings.exposure_us, 0)


def test_settings_are_written_while_it_runs_and_refused_ones_leave_the_picture(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.service.open(CAMERA, SMALL)
    before = bench.until_shot().measure.brightness
    bench.service.apply(replace(SMALL, exposure_us=1000.0))
    bench.until(lambda: bench.shots[-1].exposure_us == 1000.0, "the new exposure")
    assert bench.shots[-1].measure.brightness < before
    bench.service.apply(replace(SMALL, exposure_us=-5.0))
    bench.until(lambda: bench.service.status.problem is not None, "the refusal")
    status = bench.service.status
    assert status.state is CaptureState.LIVE
    assert status.problem is not None
    assert status.problem.code == "CAM-004"
    bench.until_shot()
    bench.service.apply(SMALL)
    bench.until(lambda: bench.service.status.problem is None, "all is well")


def test_features_are_there_while_it_is_live(make: Callable[..., Bench]) -> None:
    bench = make()
    assert bench.service.features is None
    bench.service.open(CAMERA, SMALL)
    bench.until_state(CaptureState.LIVE)
    features = bench.service.features
    assert features is not None
    assert features.set("Gain", "3") == features.get("Gain")
    bench.service.close()
    bench.until_state(CaptureState.CLOSED)
    assert bench.service.features is None


def test_the_peak_of_sharpness_is_held_until_it_is_reset(make: Callable[..., Bench]) -> None:
    camera = ScriptedCamera()
    bench = make(ScriptedCatalog(camera))
    sharp = replace(frame(1), image=np.tile(np.repeat(np.array([0, 200], np.uint8), 4), (64, 12)).copy())
    bench.service.open("simulated:test", CameraSettings())
    bench.until_state(CaptureState.LIVE)
    camera.feed([sharp])
    peak = bench.until_shot().sharpness_peak
    camera.feed([frame(2)])
    bench.until(lambda: bench.shots[-1].number == 2, "the flat one")
    assert bench.shots[-1].measure.sharpness < peak == bench.shots[-1].sharpness_peak
    bench.service.reset_peak()
    camera.feed([frame(3)])
    bench.until(lambda: bench.shots[-1].number == 3, "another flat one")
    assert bench.shots[-1].sharpness_peak == bench.shots[-1].measure.sharpness < peak


def test_limits_are_learned_from_twenty_pictures(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.service.learn_limits()
    bench.until(lambda: bool(bench.learned), "a refusal")
    assert bench.learned.pop().problem
    bench.service.open(CAMERA, SMALL)
    bench.until_state(CaptureState.LIVE)
    bench.service.learn_limits(20)
    bench.until(lambda: bool(bench.learned) and bench.learned[-1].limits is not None, "limits")
    assert [news.done for news in bench.learned] == list(range(21))
    limits = bench.learned[-1].limits
    assert limits is not None
    assert limits.shots == 20
    assert limits.violations(bench.until_shot().measure) == ()
    bench.service.learn_limits(10_000)
    bench.service.cancel_learning()
    bench.until(lambda: bench.learned[-1].problem == "cancelled", "the end")


def test_pictures_become_samples_on_each_software_trigger(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.service.open(CAMERA, BY_SOFTWARE)
    bench.until_state(CaptureState.LIVE)
    bench.service.capture(SETUP, Tray.GOOD, count=1)
    bench.until(lambda: len(bench.captured) == 1, "one sample by one press")
    bench.service.capture(SETUP, Tray.BAD, count=None, defect="dent")
    bench.until(lambda: bench.service.status.capturing is None, "capturing")
    for number in (2, 3):
        bench.service.trigger()
        bench.until(lambda number=number: len(bench.captured) == number, f"{number} samples")
    bench.service.stop_capturing()
    bench.until(lambda: bench.service.status.capturing == 0, "the end of capturing")
    bench.service.trigger()
    bench.until_shot()
    samples = bench.samples.list(SETUP)
    assert [one.tray for one in samples] == [Tray.GOOD, Tray.BAD, Tray.BAD]
    assert [one.defect for one in samples] == ["", "dent", "dent"]
    assert {one.source for one in samples} == {f"camera:{CAMERA}"}
    assert [news.left for news in bench.captured] == [0, None, None]
    assert all(SampleFlag.NEAR_COPY not in one.flags for one in samples)


def test_a_number_of_pictures_is_counted_down(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.service.open(CAMERA, SMALL)
    bench.until_state(CaptureState.LIVE)
    bench.service.capture(SETUP, Tray.GOOD, count=5)
    bench.until(lambda: len(bench.captured) == 5, "5 samples")
    assert [news.left for news in bench.captured] == [4, 3, 2, 1, 0]
    assert bench.service.status.capturing == 0
    assert bench.samples.counts(SETUP).good == 5


def test_when_samples_cannot_be_written_fast_enough_capturing_stops_and_says_so(
    make: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = ScriptedCamera()
    bench = make(ScriptedCatalog(camera))
    writing = threading.Event()
    add = bench.samples.add

    def slow(*arguments: object, **named: object) -> object:
        assert writing.wait(10)
        return add(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.samples, "add", slow)
    bench.service.open("simulated:test", CameraSettings())
    bench.until_state(CaptureState.LIVE)
    bench.service.capture(SETUP, Tray.GOOD, count=None)
    bench.until(lambda: bench.service.status.capturing is None, "capturing")
    camera.feed(frame(number, value=number) for number in range(1, capture.WAITING_SAMPLES + 5))
    bench.until(lambda: any("wait to be written" in news.problem for news in bench.captured), "the message")
    assert bench.service.status.capturing == 0
    writing.set()
    bench.until(lambda: len(bench.captured) > capture.WAITING_SAMPLES, "what waited is written")
    assert bench.service.status.state is CaptureState.LIVE


def test_a_sample_that_cannot_be_written_ends_capturing(
    make: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make()

    def full(*_: object, **__: object) -> None:
        raise OperationalError("DAT-002", "The disk is full.", "")

    monkeypatch.setattr(bench.samples, "add", full)
    bench.service.open(CAMERA, SMALL)
    bench.until_state(CaptureState.LIVE)
    bench.service.capture(SETUP, Tray.GOOD, count=None)
    bench.until(lambda: bool(bench.captured), "the refusal")
    assert "disk is full" in bench.captured[0].problem
    bench.until(lambda: bench.service.status.capturing == 0, "the end of capturing")


def test_a_lost_camera_is_found_again_by_itself(make: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "_BACK_OFF_S", (0.01,))
    lost = ScriptedCamera([frame(1), OperationalError("CAM-002", "Cable.", "")])
    back = ScriptedCamera([frame(1)])
    bench = make(ScriptedCatalog(lost, OperationalError("CAM-001", "Gone.", ""), back))
    bench.service.open("simulated:test", CameraSettings(exposure_us=300.0))
    bench.until(lambda: len(bench.shots) == 2, "a shot before and one after")
    expected = [CaptureState.OPENING, CaptureState.LIVE, CaptureState.RECONNECTING, CaptureState.LIVE]
    assert list(dict.fromkeys(bench.states)) == expected[:3]
    assert bench.states[-1] is CaptureState.LIVE
    assert lost.calls[-2:] == ["stop", "close"]
    assert back.calls == ["apply", "start"]


@pytest.mark.parametrize("code", ["CAM-005", "CAM-007"])
def test_what_a_person_must_put_right_is_not_tried_again(make: Callable[..., Bench], code: str) -> None:
    bench = make(ScriptedCatalog(OperationalError(code, "Look at it.", "")))
    bench.service.open("genicam:a/b/1", CameraSettings())
    status = bench.until_state(CaptureState.REFUSED)
    assert status.problem is not None
    assert status.problem.code == code


def test_the_camera_of_the_running_line_is_refused(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.line_camera = f"{CAMERA}?defects=every:5"
    bench.service.open(CAMERA, SMALL)
    status = bench.until_state(CaptureState.REFUSED)
    assert status.problem is not None
    assert status.problem.message == "The line uses this camera."
    bench.service.open("simulated:board", SMALL)
    bench.until_state(CaptureState.LIVE)


def test_a_camera_that_the_line_wants_is_given_back(make: Callable[..., Bench]) -> None:
    camera = ScriptedCamera([frame(1)])
    bench = make(ScriptedCatalog(camera))
    assert bench.service.give_back("simulated:test")
    bench.service.open("simulated:test", CameraSettings())
    bench.until_shot()
    assert bench.service.give_back("simulated:other")
    assert bench.service.status.state is CaptureState.LIVE
    assert bench.service.give_back("simulated:test?x=1")
    assert camera.calls[-1] == "close"
    assert bench.service.status.state is CaptureState.REFUSED


def test_missed_parts_are_counted_and_the_newest_of_many_is_shown(make: Callable[..., Bench]) -> None:
    camera = ScriptedCamera([frame(1), missed(2), *(frame(number) for number in range(3, 9))])
    bench = make(ScriptedCatalog(camera))
    bench.service.open("simulated:test", CameraSettings())
    bench.until(lambda: bool(bench.shots) and bench.shots[-1].number == 8, "the newest")
    assert (bench.shots[-1].received, bench.shots[-1].missed) == (7, 1)
    assert len(bench.shots) < 7


def test_a_trigger_that_is_not_taken_is_said(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.service.open(CAMERA, SMALL)
    bench.until_shot()
    bench.service.trigger()
    bench.until(lambda: bench.service.status.problem is not None, "the refusal")
    assert bench.service.status.state is CaptureState.LIVE


def test_a_histogram_of_gray_has_one_row() -> None:
    counts = capture.histogram(np.full((2048, 2448), 7, np.uint8))
    assert counts.shape == (256,)
    assert counts[7] == counts.sum() > 250_000
