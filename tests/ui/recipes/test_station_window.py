"""Languages and keys over the whole window: every page and all six steps, beside a line that inspects."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from inspector.cameras.catalog import Catalog
from inspector.core.draft import Step
from inspector.core.line import LineState
from inspector.core.sample import Tray
from inspector.ui.main_window import MainWindow, StationInfo
from inspector.ui.recipes.check_list import Check
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.tools import PageTools
from inspector.ui.widgets.elided_label import ElidedLabel
from inspector.ui.widgets.fields import Tick
from inspector.ui.widgets.sheet import Sheet
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.scripted_line import ScriptedLine, draw_part
from tests.support.setup_desk import SetupStation
from tests.support.setup_steps import ScriptedModels, ScriptedScoring, ScriptedTeaching, ScriptedTrial
from tests.ui.test_layout import cut_off

CAMERA = "simulated:cap?size=320x256&rate=50"
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """24 good pictures that differ."""
    folder = tmp_path / "good"
    folder.mkdir()
    for number in range(24):
        image = draw_part(120, 160, seed=number)
        cv2.circle(image, (10 + 6 * number, 100), 9, (200 - 8 * number,) * 3, -1)
        assert cv2.imwrite(str(folder / f"{number:02}.png"), image)
    return folder


@pytest.fixture
def window(station: SetupStation, tools: PageTools, line: ScriptedLine, qtbot) -> Iterator[MainWindow]:
    """Real stores, samples and cameras; only model, teaching and history are scripted."""
    station.open_cameras(Catalog(), CAMERA)
    station.models.summaries += ScriptedModels().list()
    scoring = ScriptedScoring()
    scoring.samples = station.sample_service
    desk = replace(
        station.desk(),
        scoring=scoring,
        models=ScriptedModels(),
        teaching=ScriptedTeaching(),
        trial=ScriptedTrial(),
        records=MemoryRecordStore(),
        images=MemoryImageStore(),
    )
    info = StationInfo("Station A", records=MemoryRecordStore(), images=MemoryImageStore(), setup=desk)
    window = MainWindow(line, tools, info)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield window
    window.close_now()
    window.shut_down()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class Inspecting:
    """A line whose parts come from a thread of their own, as the real ones do."""

    def __init__(self, line: ScriptedLine) -> None:
        self.line, self.parts, self.longest_s = line, 0, 0.0
        self._image = draw_part(64, 80)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Inspecting":
        self.line.set_state(LineState.RUNNING)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            began = time.monotonic()
            self.line.part(0.4, image=self._image)
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            self.parts += 1


def elided(window: MainWindow) -> list[str]:
    """Lines that give up their end, and words beside a box that do not fit."""
    found = []
    for widget in window.findChildren(QWidget):
        if widget.isVisibleTo(window) and not widget.visibleRegion().isEmpty():
            # Which driver and which model run is for those who ask; the whole of it is in the tool tip.
            named = isinstance(widget, ElidedLabel) and widget is not window.station_page.view_bar.info
            if named and widget.text and widget.width() < widget.sizeHint().width() - 2:
                found.append(f"elided {widget.text!r}: {widget.width()} of {widget.sizeHint().width()} px")
            if isinstance(widget, Tick) and not widget.text_fits():
                found.append(f"tick {widget.text()!r}: {widget.width()} px")
    return found


def new_product(window: MainWindow, qtbot) -> SetupPage:
    qtbot.keyClick(window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: window.recipes_page.list.model.rowCount() == 3)
    window.recipes_page.list.new.click()
    qtbot.waitUntil(lambda: window.recipes_page.setup is not None)
    return window.recipes_page.setup


def places(window: MainWindow, station: SetupStation, pictures: Path, qtbot) -> Iterator[str]:
    """Every page and every step, each with something in it."""
    yield "station"
    qtbot.keyClick(window, Qt.Key.Key_F4)
    yield "history"
    qtbot.keyClick(window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: window.recipes_page.list.model.rowCount() == 3)
    yield "recipes"
    window.recipes_page.list.select("cap")
    window.recipes_page.list.deeds["compare"].click()
    yield "compare"
    for sheet in window.findChildren(Sheet):
        sheet.dismiss()
    setup = new_product(window, qtbot)
    qtbot.keyClicks(setup.step.name, "bottle")
    qtbot.keyClicks(setup.step.code, "77")
    yield "product"
    setup.go_to(Step.CAMERA)
    qtbot.waitUntil(lambda: setup.step.shot is not None and bool(setup.step.features.features), timeout=20_000)
    for number, button in enumerate(setup.step.ui.choices):
        button.click()
        yield f"camera {number}"
    qtbot.waitUntil(lambda: bool(setup.draft.recipe.picture))
    setup.go_to(Step.AREA)
    qtbot.waitUntil(lambda: setup.step.editor._size is not None)
    yield "area"
    station.sample_service.import_folder(setup.draft.id, pictures, Tray.GOOD)
    setup.go_to(Step.SAMPLES)
    qtbot.waitUntil(lambda: len(setup.step.book.samples) == 24)
    setup.step.trays[Tray.GOOD].list.choose(setup.step.models[Tray.GOOD].samples[0].id)
    yield "samples"
    setup.go_to(Step.MODEL)
    qtbot.waitUntil(setup.step.score.isEnabled)
    setup.step.score.click()
    qtbot.waitUntil(lambda: setup.draft.judged is not None)
    for name in setup.step.side.places:
        setup.step.side.open(name)
        yield f"model {name}"
    setup.go_to(Step.PUBLISH)
    yield "publish"


def test_a40_the_language_is_switched_on_every_page_and_in_every_step(
    window: MainWindow, line: ScriptedLine, station: SetupStation, pictures: Path, qtbot, qapp: QApplication
) -> None:
    """A-40: 中文 and back within a second each, nothing cut off at 1280 x 800, and parts go on meanwhile."""
    found, slowest, seen, strays = {}, 0.0, [], Strays(window, qapp)
    with Inspecting(line) as inspecting:
        for name in places(window, station, pictures, qtbot):
            seen.append(name)
            qtbot.wait(60)
            for language in ("zh", "en"):
                parts = inspecting.parts
                began = time.monotonic()
                window.header.language.click()
                window.grab()
                slowest = max(slowest, time.monotonic() - began)
                qtbot.wait(120)
                problems = [*cut_off(window), *elided(window)]
                if problems:
                    found[f"{name} {language}"] = problems
                assert (window.width(), window.height()) == (1280, 800), name
                qtbot.waitUntil(lambda before=parts: inspecting.parts > before)
    assert len(seen) == 15
    assert list(found.items()) == []
    assert strays.found == []
    assert slowest < 1.0
    assert inspecting.longest_s < 0.5
    assert line.status.state is LineState.RUNNING


class Strays(QObject):
    """Hears of every window but the one: a widget that is shown before it has a parent takes the keyboard away."""

    def __init__(self, window: MainWindow, application: QApplication) -> None:
        super().__init__(window)
        self._own = window.windowHandle()
        self.found: list[str] = []
        application.focusWindowChanged.connect(self._on_focus)

    def _on_focus(self, focused: QWindow | None) -> None:
        if focused is not None and focused is not self._own:
            self.found.append(focused.objectName())


class Keyboard:
    """A person without a mouse, who must see where they are."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        self.unseen: list[str] = []

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.window.focusWidget(), text)

    def go_to(self, target: QWidget) -> None:
        """Tab until it has the keyboard; every stop on the way must be seen."""
        self.qtbot.waitUntil(target.isEnabled)
        stops = []
        for _ in range(120):
            if target.hasFocus():
                return
            before = self.window.focusWidget()
            self.press(Qt.Key.Key_Tab)
            now = self.window.focusWidget()
            stops.append("nothing" if now is None else now.accessibleName())
            if now is not None and now is not before and not self.seen(now):
                self.unseen.append(f"{type(now).__name__} {now.accessibleName()!r}")
        pytest.fail(f"Tab never comes to {type(target).__name__} {target.accessibleName()!r}: {stops[:14]}")

    def use(self, target: QWidget, key: Qt.Key = Qt.Key.Key_Space) -> None:
        self.go_to(target)
        self.press(key)

    def seen(self, widget: QWidget) -> bool:
        """Whether there is a frame in the color of focus around what has the keyboard."""
        if widget.visibleRegion().isEmpty():
            return False
        corner = widget.mapTo(self.window, QPoint(0, 0))
        image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        wanted = self.window._tools.look.color("focus").rgb()
        left, top = max(0, corner.x() - 4), max(0, corner.y() - 4)
        right = min(image.width(), corner.x() + widget.width() + 4)
        bottom = min(image.height(), corner.y() + widget.height() + 4)
        rows = range(top, bottom, 3)
        sides = sum(
            any(image.pixel(x, y) == wanted for x in (*range(left, left + 14), *range(right - 14, right)))
            for y in rows
            if right - left > 28
        )
        return sides > 0.5 * len(rows)


def test_a43_start_freeze_and_a_product_up_to_publish_with_keys_alone(
    window: MainWindow, line: ScriptedLine, station: SetupStation, pictures: Path, qtbot, qapp: QApplication
) -> None:
    """A-43: focus is always visible. Review and export of the scenario wait for the pages that they are on."""
    keys, strays = Keyboard(window, qtbot), Strays(window, qapp)
    station_page = window.station_page
    # Start is held for a second, so that nobody starts a line by a touch.
    qtbot.keyPress(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: ("start",) in line.asked, timeout=3000)
    qtbot.keyRelease(window, Qt.Key.Key_F9)
    line.set_state(LineState.RUNNING)
    line.part(0.4, image=draw_part(64, 80))
    qtbot.waitUntil(lambda: station_page.view_bar.freeze.isEnabled())
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: station_page.showing.frozen)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not station_page.showing.frozen)

    qtbot.keyClick(window, Qt.Key.Key_F3)
    page = window.recipes_page
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 3)
    keys.use(page.list.new)
    qtbot.waitUntil(lambda: page.setup is not None)
    setup = page.setup
    keys.type("bottle")
    keys.press(Qt.Key.Key_Tab)
    keys.type("77")
    keys.press(Qt.Key.Key_PageDown, CONTROL)

    camera = setup.step
    qtbot.waitUntil(lambda: camera.shot is not None and bool(camera.features.features), timeout=20_000)
    keys.go_to(camera.ui.choices[0])
    keys.press(Qt.Key.Key_Right)
    keys.use(camera.ui.scale.points)
    assert camera.ui.view.hasFocus()
    keys.press(Qt.Key.Key_Space)
    keys.press(Qt.Key.Key_Right, SHIFT)
    keys.go_to(camera.ui.scale.length)
    keys.type("16\r")
    qtbot.waitUntil(lambda: setup.draft.recipe.mm_per_px is not None)
    keys.use(camera.ui.scale.learn)
    qtbot.waitUntil(lambda: setup.draft.recipe.picture_limits is not None, timeout=20_000)
    keys.press(Qt.Key.Key_PageDown, CONTROL)

    area = setup.step
    qtbot.waitUntil(lambda: area.editor._size is not None)
    keys.go_to(area.defect)
    keys.type("2\r")
    keys.press(Qt.Key.Key_PageDown, CONTROL)

    samples = setup.step
    assert strays.found == []
    keys.use(samples.import_folder)
    (sheet,) = [one for one in window.findChildren(Sheet) if one.isVisible()]
    keys.go_to(sheet.path)
    assert isinstance(sheet.path, QLineEdit)
    keys.press(Qt.Key.Key_A, CONTROL)
    keys.type(f"{pictures}\r")
    keys.use(sheet.confirm)
    qtbot.waitUntil(lambda: len(samples.book.samples) == 24, timeout=20_000)
    keys.press(Qt.Key.Key_PageDown, CONTROL)

    model = setup.step
    qtbot.waitUntil(lambda: bool(setup.draft.recipe.model_name))
    keys.use(model.score)
    qtbot.waitUntil(lambda: setup.draft.judged is not None)
    keys.press(Qt.Key.Key_PageDown, CONTROL)

    publish = setup.step
    rows = publish.list.rows
    keys.use(rows[Check.TIMING].work)
    qtbot.waitUntil(lambda: setup.draft.timing is not None)
    keys.use(rows[Check.SELF_TEST].work)
    qtbot.waitUntil(lambda: setup.draft.recipe.self_test is not None)
    qtbot.waitUntil(lambda: setup.blockers == ())
    keys.go_to(publish.reason)
    keys.type("first version")
    keys.use(publish.publish)
    qtbot.waitUntil(lambda: page.setup is None, timeout=10_000)
    assert station.store.get("bottle").version == 1
    assert keys.unseen == []
    assert strays.found == []
