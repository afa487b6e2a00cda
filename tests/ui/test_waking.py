"""Waking the main thread: once for many, not too often, and again after it was stopped."""

import threading
import time

import pytest
from PySide6.QtCore import QObject, Slot

from inspector.ui.waking import Waking


class Ear(QObject):
    """Notes when it is told, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.times_s: list[float] = []
        self.threads: set[int] = set()

    @Slot()
    def hear(self) -> None:
        self.times_s.append(time.monotonic())
        self.threads.add(threading.get_ident())


@pytest.fixture
def waking(qtbot) -> Waking:
    return Waking(60)


@pytest.fixture
def ear(waking: Waking) -> Ear:
    ear = Ear()
    waking.due.connect(ear.hear)
    return ear


def from_another_thread(waking: Waking, times: int = 1) -> None:
    thread = threading.Thread(target=lambda: [waking.wake() for _ in range(times)])
    thread.start()
    thread.join()


@pytest.mark.promise("R-26")
def test_many_calls_of_another_thread_are_told_once_in_the_main_thread(qtbot, waking: Waking, ear: Ear) -> None:
    with qtbot.waitSignal(waking.due):
        from_another_thread(waking, 100)
    assert len(ear.times_s) == 1
    assert ear.threads == {threading.get_ident()}


def test_the_next_time_waits_for_the_interval(qtbot, waking: Waking, ear: Ear) -> None:
    for _ in range(2):
        with qtbot.waitSignal(waking.due):
            from_another_thread(waking)
    first_s, second_s = ear.times_s
    assert second_s - first_s >= 0.055  # a timer may be a little early


def test_what_waited_when_it_was_stopped_does_not_come_and_what_comes_later_does(
    qtbot, waking: Waking, ear: Ear
) -> None:
    with qtbot.waitSignal(waking.due):
        from_another_thread(waking)
    from_another_thread(waking)  # waits for the interval
    waking.stop()
    with qtbot.assertNotEmitted(waking.due, wait=120):
        pass
    with qtbot.waitSignal(waking.due):
        from_another_thread(waking)
    assert len(ear.times_s) == 2
