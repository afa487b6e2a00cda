"""What the Qt binding must not do under this Python."""

import sys

from PySide6.QtCore import QObject


def test_calls_that_return_nothing_keep_the_count_of_none() -> None:
    """PySide6 6.12.0 gave up one reference to None at each such call, and Python 3.11 aborts when they are used up."""
    target = QObject()
    before = sys.getrefcount(None)
    for _ in range(500):
        target.setObjectName("x")
    assert sys.getrefcount(None) > before - 100
