"""Which station a command speaks of: its settings, data folder and log files."""

import argparse
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from inspector import config, diagnostics, paths
from inspector.config import Settings
from inspector.core.errors import OperationalError
from inspector.paths import DataFolder


def read_station(options: argparse.Namespace) -> tuple[Settings, DataFolder]:
    """Settings with the command line's choices on top, and the data folder they lead to.

    Raises:
        InvalidSettings: with every problem of the settings file.
    """
    data_dir = getattr(options, "data_dir", None)
    settings = config.load(paths.settings_file(data_dir))
    if source := getattr(options, "source", None):
        settings = replace(settings, source=source)
    root = data_dir or settings.data_dir or paths.default_data_dir()
    return settings, DataFolder(root.resolve())


@contextmanager
def logged(data: DataFolder, *, level: int = logging.WARNING) -> Iterator[None]:
    """Keep log files in the data folder and let no exception disappear.

    Raises:
        OperationalError: DAT-002: the folder cannot be made or written.
    """
    try:
        data.logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperationalError(
            "DAT-002",
            f"The data folder {data.root} cannot be used: {error.strerror}.",
            "Check that the disk is connected and may be written, or choose another folder with --data-dir.",
        ) from error
    with ExitStack() as stack:
        console = diagnostics.start_console(level)
        stack.callback(logging.getLogger().removeHandler, console)
        stack.enter_context(diagnostics.log_files(data.logs))
        stack.enter_context(diagnostics.crash_hooks())
        yield
