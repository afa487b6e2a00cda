"""A data folder with the shipped products, and pages over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from inspector.ui.recipes.page import RecipesPage
from inspector.ui.tools import PageTools
from tests.support.setup_desk import SetupStation


@pytest.fixture
def station(tmp_path: Path) -> Iterator[SetupStation]:
    station = SetupStation(tmp_path)
    station.ship()
    yield station
    station.close()
    assert station.failures == []


@pytest.fixture
def show(qtbot) -> Iterator[Callable[[QWidget], QWidget]]:
    """Show a widget as large as the least screen leaves it room."""
    shown: list[QWidget] = []

    def show(widget: QWidget, width: int = 1280, height: int = 690) -> QWidget:
        shown.append(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    yield show
    for widget in shown:
        if isinstance(widget, RecipesPage):
            widget.shut_down()
        widget.hide()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def page(station: SetupStation, tools: PageTools, show, qtbot) -> RecipesPage:
    page = show(RecipesPage(tools, station.desk()))
    page.refresh()
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 3)
    return page
