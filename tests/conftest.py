"""What every test answers for: no leftover threads, processes or windows, no stray errors, no display, no network.

A test that provokes ERROR lines on purpose says so with `@pytest.mark.expected_log("pattern")`. Qt warnings are failed
by pytest-qt (`qt_log_level_fail` in pyproject.toml), Python warnings by `filterwarnings = error`.
"""

import gc
import logging
import multiprocessing
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.gentl.build import Producer

# Before anything imports Qt, OpenMP or OpenCV: these are read once, at load.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# What tests compute is so small that waking a second thread costs more than it does (teaching: 209 s, alone 143).
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Several processes share two cores here: a thread that waits must not keep one busy.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)

# Shared machines are slow in bursts, so examples are counted, not timed. Fixed seeds make a red run repeatable.
settings.register_profile(
    "house", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

MEMORY_DISK = Path("/dev/shm")
MEMORY_DISK_NEEDS_BYTES = 3_000_000_000

LEFTOVER_GRACE_S = 2.0
EXIT_GRACE_S = 10.0
_EXIT_STATUS = pytest.StashKey[int]()


def pytest_configure() -> None:
    """Put `tmp_path` on a disk in memory where there is one with room, as it is on Linux.

    What is stored is synced to disk (R-14), file by file, and a busy disk takes up to a second for each. Whether data
    outlives a power cut cannot be tested here anyway; tests of full and of read-only disks mount their own.
    """
    if os.access(MEMORY_DISK, os.W_OK) and shutil.disk_usage(MEMORY_DISK).free >= MEMORY_DISK_NEEDS_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))


def pytest_collection_finish() -> None:
    """Look at what imports left behind once, and not in each of hundreds of garbage collections."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_EXIT_STATUS] = exitstatus


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End a run whose tests left a thread behind: Python would wait for that thread for ever."""

    def end_by_force() -> None:
        left = [thread.name for thread in threading.enumerate() if not thread.daemon]
        sys.stdout.flush()
        sys.stderr.write(f"ended by force; still running: {left}\n")
        sys.stderr.flush()
        os._exit(config.stash.get(_EXIT_STATUS, 1) or 1)

    # As a daemon it ends with the program, unless the program does not end.
    watchdog = threading.Timer(EXIT_GRACE_S, end_by_force)
    watchdog.daemon = True
    watchdog.start()


@pytest.fixture(scope="session", autouse=True)
def _kept_graphs() -> Iterator[None]:
    """Convert a network for OpenVINO once, however many tests load it."""
    runtimes = sys.modules.get("inspector.vision.runtimes")
    if runtimes is None:
        yield
        return
    from tests.support.graphs import KeptGraphs  # brings torch, which most tests do without

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtimes, "convert", KeptGraphs(runtimes.convert))
        yield


class _ErrorLines(logging.Handler):
    """Keeps every record of level ERROR and above."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_stray_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logged an ERROR it did not announce, or announced one that never came."""
    patterns = [re.compile(mark.args[0]) for mark in request.node.iter_markers("expected_log")]
    lines = _ErrorLines()
    root = logging.getLogger()
    root.addHandler(lines)
    try:
        yield
    finally:
        root.removeHandler(lines)
    messages = [f"{record.name}: {record.getMessage()}" for record in lines.records]
    stray = [message for message in messages if not any(pattern.search(message) for pattern in patterns)]
    assert not stray, "unexpected ERROR lines in the log:\n" + "\n".join(stray)
    silent = [pattern.pattern for pattern in patterns if not any(pattern.search(message) for message in messages)]
    assert not silent, f"expected in the log, but never written: {silent}"


@pytest.fixture(autouse=True)
def _no_leftover_threads_or_processes() -> Iterator[None]:
    """Fail a test after which one of its Python threads or child processes is still alive."""
    before = set(threading.enumerate())
    children_before = {child.pid for child in multiprocessing.active_children()}
    yield
    give_up_at = time.monotonic() + LEFTOVER_GRACE_S
    threads = [thread for thread in threading.enumerate() if thread not in before and _is_ours(thread)]
    for thread in threads:
        thread.join(max(0.0, give_up_at - time.monotonic()))
    left = [thread.name for thread in threads if thread.is_alive()]
    children = [child for child in multiprocessing.active_children() if child.pid not in children_before]
    for child in children:
        child.join(max(0.0, give_up_at - time.monotonic()))
    left += [f"process {child.name}" for child in children if child.is_alive()]
    assert not left, f"still running after the test: {left}"


def _is_ours(thread: threading.Thread) -> bool:
    """Whether the thread is one that our code must end.

    A dummy stands for a native thread that once ran Python. A pool without a name is a library's (the export of
    networks keeps one): our threads are named, pools included.
    """
    return not isinstance(thread, threading._DummyThread) and not re.match(r"ThreadPoolExecutor-\d+_\d+$", thread.name)


@pytest.fixture(scope="module")
def testcam(tmp_path_factory: pytest.TempPathFactory) -> Producer:
    """A driver folder with the test camera, whose world is in order and belongs to the tests of one module."""
    if sys.platform == "win32":
        pytest.skip("the test camera is written for POSIX")
    return Producer.install(tmp_path_factory.mktemp("drivers"))


@pytest.fixture(autouse=True)
def _no_leftover_windows() -> Iterator[None]:
    """Fail a test after which a top-level widget without an owner is still there."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    left = _ownerless_windows(widgets)
    if left:
        gc.collect()
        left = _ownerless_windows(widgets)
    names = [f"{type(widget).__name__} {widget.objectName()!r}" for widget in left]
    for widget in left:
        widget.close()
        widget.deleteLater()
    if left:
        _ownerless_windows(widgets)
    assert not names, f"windows left open: {names}"


def _ownerless_windows(widgets: object) -> list:
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    return [widget for widget in widgets.QApplication.topLevelWidgets() if widget.parent() is None]
