"""The main thread is never held long while a fast line is inspected."""

import threading

import pytest

from inspector.core.line import LineState
from tests.support.event_loop import Gaps, GapWatch, inspections
from tests.support.scripted_line import ScriptedLine, play


@pytest.mark.benchmark
@pytest.mark.parametrize(("height", "width", "rate_hz"), [(1024, 1280, 20.0), (2048, 2448, 5.0)])
def test_no_slot_holds_the_window(make_window, qtbot, height: int, width: int, rate_hz: float) -> None:
    """Work between two looks at the event queue, in processor time, so that a busy machine does not fail it."""
    line = ScriptedLine(simulated=True)
    film = inspections(line, height, width)
    make_window(line, 1920, 1080)
    line.set_state(LineState.RUNNING)
    qtbot.wait(300)
    stop = threading.Event()
    player = threading.Thread(target=play, args=(line, film, rate_hz, stop), name="line")
    watch = GapWatch()
    player.start()
    qtbot.wait(500)
    watch.start()
    qtbot.wait(3000)
    watch.stop()
    stop.set()
    player.join()
    assert len(watch.work_ms) > 50
    assert Gaps.of(watch.work_ms).p99 < 50
