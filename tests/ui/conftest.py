"""A dressed application, a scripted line and a window around it; each test leaves nothing behind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.main_window import MainWindow, StationInfo
from inspector.ui.tools import PageTools
from inspector.ui.translation import Translation
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.scripted_line import ScriptedLine

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture
def look(qapp: QApplication) -> Look:
    qapp.setStyle("Fusion")
    return Look(qapp, RESOURCES, theme="light", dots_per_inch=96.0, screen_px=(1920, 1080))


@pytest.fixture
def translation(qapp: QApplication) -> Iterator[Translation]:
    translation = Translation(RESOURCES / "translations", "en")
    yield translation
    translation.close()


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


@pytest.fixture
def tools(look: Look, translation: Translation, background: Background) -> PageTools:
    return PageTools(look, translation, background)


@pytest.fixture
def line() -> ScriptedLine:
    return ScriptedLine()


@pytest.fixture
def remembered() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def make_window(
    qtbot, tools: PageTools, remembered: list[tuple[str, str]]
) -> Iterator[Callable[[ScriptedLine], MainWindow]]:
    windows: list[MainWindow] = []

    def make(line: ScriptedLine, width: int = 1280, height: int = 800) -> MainWindow:
        station = StationInfo(
            "Station A",
            records=MemoryRecordStore(),
            images=MemoryImageStore(),
            remember=lambda name, value: remembered.append((name, value)),
        )
        window = MainWindow(line, tools, station)
        windows.append(window)
        window.resize(width, height)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield make
    for window in windows:
        window.close_now()
        window.shut_down()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def window(make_window: Callable[[ScriptedLine], MainWindow], line: ScriptedLine) -> MainWindow:
    return make_window(line)
