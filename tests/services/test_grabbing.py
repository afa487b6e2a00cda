import queue
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.recipe import CameraSettings, Recipe, TriggerMode
from inspector.services import grabbing
from inspector.services.grabbing import Grabber, GrabListener
from tests.support.camera import ScriptedCamera, ScriptedCatalog
from tests.support.values import RECIPE, frame, missed

FIXED = replace(RECIPE, image_size=Size(64, 96))


class Heard:
    """What a grabber said, in order."""

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.listener = GrabListener(
            opened=lambda info, size: self.news.put(("opened", size)),
            part=lambda part: self.news.put(("part", part.frame_id)),
            lost=lambda error: self.news.put(("lost", error.code)),
            found=lambda: self.news.put(("found", None)),
            finished=lambda: self.news.put(("finished", None)),
        )

    def next(self) -> tuple[str, Any]:
        return self.news.get(timeout=10)


_made: list[Grabber] = []


@pytest.fixture(autouse=True)
def _end_threads() -> Iterator[None]:
    """A test that fails must not leave a thread that keeps the interpreter from ending."""
    yield
    while _made:
        _made.pop().stop()


def grabber(catalog: ScriptedCatalog, heard: Heard, recipe: Recipe = FIXED, limit: int | None = None) -> Grabber:
    made = Grabber(catalog, "simulated:test", recipe, heard.listener, on_failure=lambda _: None, limit=limit)
    _made.append(made)
    return made


def test_parts_come_in_order_up_to_the_limit_and_the_camera_is_closed() -> None:
    camera = ScriptedCamera([frame(1), missed(2), frame(3), frame(4)])
    heard = Heard()
    grab = grabber(ScriptedCatalog(camera), heard, limit=3)
    grab.start()
    assert heard.next() == ("opened", Size(64, 96))
    grab.resume()
    assert [heard.next() for _ in range(4)] == [("part", 1), ("part", 2), ("part", 3), ("finished", None)]
    assert grab.stop()
    assert camera.calls == ["apply", "start", "stop", "close"]


def test_numbers_go_on_across_a_pause() -> None:
    camera = ScriptedCamera([frame(1), frame(2)])
    heard = Heard()
    grab = grabber(ScriptedCatalog(camera), heard)
    grab.start()
    heard.next()
    grab.resume()
    assert [heard.next()[1], heard.next()[1]] == [1, 2]
    grab.pause()
    assert camera.stopped.acquire(timeout=10)
    grab.resume()
    camera.feed([frame(1), missed(2)])
    assert [heard.next()[1], heard.next()[1]] == [3, 4]
    assert grab.stop()


def test_a_free_camera_tells_its_size_by_a_trial_frame_that_is_no_part() -> None:
    camera = ScriptedCamera([missed(1), frame(2, height=48), frame(1, height=48)])
    heard = Heard()
    grab = grabber(ScriptedCatalog(camera), heard, RECIPE)
    grab.start()
    assert heard.next() == ("opened", Size(48, 96))
    grab.resume()
    assert heard.next() == ("part", 1)
    assert grab.stop()


def test_a_triggered_camera_is_not_asked_for_a_trial_frame() -> None:
    heard = Heard()
    waiting = replace(RECIPE, camera=CameraSettings(trigger=TriggerMode.LINE))
    grab = grabber(ScriptedCatalog(ScriptedCamera([frame(1)])), heard, waiting)
    grab.start()
    assert heard.next() == ("opened", None)
    assert grab.stop()


def test_a_lost_camera_is_looked_for_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    #
    monkeypatch.setattr(grabbing, "_BACK_OFF_S", (0.01, 0.02))
    lost = ScriptedCamera([frame(1), OperationalError("CAM-002", "Cable.", "")])
    refused = OperationalError("CAM-001", "Not there yet.", "")
    back = ScriptedCamera()
    heard = Heard()
    grab = grabber(ScriptedCatalog(lost, refused, refused, back), heard)
    grab.start()
    heard.next()
    grab.resume()
    assert [heard.next() for _ in range(3)] == [("part", 1), ("lost", "CAM-002"), ("found", None)]
    assert grab.stop()
    assert lost.calls[-1] == "close"
    assert back.calls == ["apply", "close"], "the settings are written again, and a person starts the line"


def test_the_search_ends_when_the_run_ends() -> None:
    catalog = ScriptedCatalog()
    heard = Heard()
    grab = grabber(catalog, heard)
    grab.start()
    assert heard.next() == ("lost", "CAM-001")
    assert grab.stop()


def test_a_source_with_an_end_finishes() -> None:
    camera = ScriptedCamera([frame(1)])
    heard = Heard()
    grab = grabber(ScriptedCatalog(camera), heard)
    grab.start()
    heard.next()
    grab.resume()
    assert heard.next() == ("part", 1)
    camera.finished = True
    assert heard.next() == ("finished", None)
    assert grab.stop()


def test_a_camera_without_the_recipes_trigger_is_refused() -> None:
    camera = ScriptedCamera()
    camera.lacking = ("trigger",)
    heard = Heard()
    waiting = replace(FIXED, camera=CameraSettings(trigger=TriggerMode.SOFTWARE))
    grab = grabber(ScriptedCatalog(camera), heard, waiting)
    grab.start()
    assert heard.next() == ("lost", "CAM-004")
    assert camera.calls == ["apply", "close"]
    assert grab.stop()
