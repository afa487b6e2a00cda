"""Starting and ending the window: the Qt application, its log, its language, one `MainWindow`, in that order."""

import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication, QImageReader
from PySide6.QtWidgets import QApplication

from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.main_window import MainWindow, StationInfo
from inspector.ui.station.line import StationLine
from inspector.ui.tools import PageTools
from inspector.ui.translation import Translation

logger = logging.getLogger(__name__)

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_PICTURE_LIMIT_MB = 1024


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How the window begins.

    Attributes:
        resources: folder that holds `icons`, `styles` and `translations`.
        language: "system", "en" or "zh_CN".
        theme: "system", "light" or "dark".
        viewing_distance_m: how far people stand from the screen.
        full_screen: without the frame of the desktop.
    """

    resources: Path
    language: str = "system"
    theme: str = "system"
    viewing_distance_m: float = 3.0
    full_screen: bool = False


def create_application(argv: Sequence[str]) -> QApplication:
    """Make the Qt application, before any widget."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(list(argv))
    application.setApplicationName("Inspector")
    application.setStyle("Fusion")
    application.setQuitOnLastWindowClosed(True)
    QImageReader.setAllocationLimit(_PICTURE_LIMIT_MB)
    return application


def show_window(line: StationLine, station: StationInfo, options: WindowOptions, argv: Sequence[str]) -> int:
    """Show the window and wait until it is closed; main thread.

    The line is neither started nor stopped: a person does that (FS-7). SIGINT and SIGTERM close the window.

    Returns:
        The exit code of Qt, 0 when all was well.
    """
    application = create_application(argv)
    with qt_log(), _signals_close():
        translation = Translation(options.resources / "translations", options.language)
        look = Look(application, options.resources, theme=options.theme, viewing_distance_m=options.viewing_distance_m)
        background = Background()
        window = MainWindow(line, PageTools(look, translation, background), station)
        application.commitDataRequest.connect(window.allow_close)
        window.show_first(full_screen=options.full_screen)
        try:
            return application.exec()
        finally:
            window.close_now()
            window.shut_down()
            background.close()
            translation.close()


@contextmanager
def qt_log() -> Iterator[None]:
    """Send what Qt says to our log until the block ends (R-21)."""
    previous = qInstallMessageHandler(_log_message)
    try:
        yield
    finally:
        qInstallMessageHandler(previous)


def _log_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logger.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s (%s)", message, context.category or "default")


@contextmanager
def _signals_close() -> Iterator[None]:
    """Let Ctrl+C and a polite end of the session close the window.

    Python runs a handler only between its own instructions; the timers of the page see to that at least every 250 ms.
    """
    if sys.platform == "win32":
        kinds = [signal.SIGINT]
    else:
        kinds = [signal.SIGINT, signal.SIGTERM]
    previous = {kind: signal.signal(kind, _on_signal) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in previous.items():
            signal.signal(kind, handler)


def _on_signal(number: int, _frame: object) -> None:
    logger.info("signal %s: the window closes", signal.Signals(number).name)
    # Not quit(), which asks the window, and the window would ask a person while the line runs.
    QCoreApplication.exit(0)
