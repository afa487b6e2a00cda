"""From the threads of the line to the main thread: everything counted, nothing kept, nothing touched from outside."""

import threading
import time

import pytest
from PySide6.QtCore import QObject, QThread

from inspector.core.line import LineState
from inspector.ui.bridge import KEPT_PARTS, LineBridge
from tests.support.scripted_line import OTHER_RECIPE, ScriptedLine, draw_part, fault


class Ear(QObject):
    def __init__(self, bridge: LineBridge) -> None:
        super().__init__()
        self.news: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        bridge.pictures_arrived.connect(self.pictures)
        bridge.parts_inspected.connect(self.parts)
        bridge.parts_skipped.connect(self.skipped)
        bridge.status_changed.connect(self.status)
        bridge.faults_changed.connect(self.faults)
        bridge.recipe_changed.connect(self.recipe)
        bridge.lot_changed.connect(self.lot)
        bridge.balance_changed.connect(self.balance)

    def hear(self, kind: str, value: object) -> None:
        self.news.append((kind, value))
        self.threads.add(QThread.currentThread())

    def pictures(self, value: object) -> None:
        self.hear("pictures", value)

    def parts(self, value: object) -> None:
        self.hear("parts", value)

    def skipped(self, value: int) -> None:
        self.hear("skipped", value)

    def status(self, value: object) -> None:
        self.hear("status", value)

    def faults(self, value: object) -> None:
        self.hear("faults", value)

    def recipe(self, value: object) -> None:
        self.hear("recipe", value)

    def lot(self, value: str) -> None:
        self.hear("lot", value)

    def balance(self, value: object) -> None:
        self.hear("balance", value)

    def of(self, kind: str) -> list:
        return [value for heard, value in self.news if heard == kind]


@pytest.fixture
def bridge(qapp, line: ScriptedLine):
    bridge = LineBridge(line)
    yield bridge
    bridge.close()


@pytest.fixture
def ear(bridge: LineBridge) -> Ear:
    return Ear(bridge)


def in_a_thread(work) -> None:
    thread = threading.Thread(target=work, name="line")
    thread.start()
    thread.join()


@pytest.mark.promise("R-26")
def test_news_from_a_thread_of_the_line_arrives_in_the_main_thread(qtbot, line: ScriptedLine, ear: Ear) -> None:
    def speak() -> None:
        line.set_state(LineState.RUNNING)
        line.change_recipe(OTHER_RECIPE)
        line.new_lot("7")
        line.part(0.4)
        line.set_faults((fault("CAM-003"),))

    in_a_thread(speak)
    qtbot.waitUntil(lambda: bool(ear.of("faults")))
    assert [kind for kind, _ in ear.news] == ["recipe", "lot", "status", "pictures", "parts", "balance", "faults"]
    assert ear.threads == {ear.thread()}


def test_every_part_arrives_once_and_in_order(qtbot, line: ScriptedLine, ear: Ear) -> None:
    image = draw_part(64, 80)

    def speak() -> None:
        for _ in range(150):
            line.part(0.4, image=image)

    in_a_thread(speak)
    qtbot.waitUntil(lambda: sum(len(parts) for parts in ear.of("parts")) == 150)
    numbers = [part.frame_id for parts in ear.of("parts") for part in parts]
    assert numbers == list(range(1, 151))


@pytest.mark.promise("R-25")
def test_a_busy_window_keeps_no_frames(qtbot, line: ScriptedLine, bridge: LineBridge, ear: Ear) -> None:
    """400 parts arrive while the main thread does something else: two pictures and 200 light entries stay."""
    image = draw_part(512, 640)
    shown: list = []

    def speak() -> None:
        for index in range(400):
            frame = image.copy()
            shown.append(frame.nbytes)
            line.part(2.0 if index == 30 else 0.4, image=frame)

    in_a_thread(speak)
    assert len(bridge._parts) == KEPT_PARTS
    light = sum(part.thumbnail.nbytes for part in bridge._parts)
    assert light < 0.1 * sum(shown)
    qtbot.waitUntil(lambda: bool(ear.of("parts")))
    assert ear.of("skipped") == [400 - KEPT_PARTS]
    assert len(ear.of("pictures")[0]) == 2, "the newest picture and that of the newest rejected part"


def test_the_main_thread_is_woken_once_for_many_news(qtbot, line: ScriptedLine, bridge: LineBridge, ear: Ear) -> None:
    image = draw_part(64, 80)
    for _ in range(50):
        line.part(0.4, image=image)
    qtbot.waitUntil(lambda: bool(ear.of("parts")))
    assert len(ear.of("parts")) == 1


def test_pictures_change_at_most_thirty_times_a_second(qtbot, line: ScriptedLine, ear: Ear) -> None:
    image = draw_part(64, 80)
    stop = threading.Event()

    def speak() -> None:
        while not stop.wait(0.002):
            line.part(0.4, image=image)

    thread = threading.Thread(target=speak, name="line")
    began = time.monotonic()
    thread.start()
    qtbot.wait(500)
    stop.set()
    thread.join()
    most = (time.monotonic() - began) * 30 + 2
    assert 3 <= len(ear.of("pictures")) <= most


def test_listening_never_holds_the_line(qtbot, line: ScriptedLine, ear: Ear) -> None:
    """Taking a thumbnail of 5 megapixels stays far below the time of one part."""
    image = draw_part(2048, 2448)
    line.part(0.4, image=image)
    inspection = []
    line.inspected.connect(inspection.append)
    line.part(0.4, image=image)
    began = time.thread_time()
    for _ in range(20):
        line.inspected.emit(inspection[0])
    assert (time.thread_time() - began) / 20 < 0.01


def test_nothing_is_delivered_after_closing(qtbot, line: ScriptedLine) -> None:
    bridge = LineBridge(line)
    ear = Ear(bridge)
    line.part(0.4)
    bridge.close()
    line.part(0.4)
    qtbot.wait(80)
    assert ear.news == []
