"""How values name each other: models, recipes, and ids that sort by time."""

import os
import re
import threading
import time
from dataclasses import dataclass

_ID = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_last_ms = 0
_sequence = 0
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which trained model: its folder name, its version, and the SHA-256 of its manifest (which hashes the rest)."""

    name: str
    version: int
    sha256: str

    def __str__(self) -> str:
        """Short form for people, for example "demo v3"."""
        return f"{self.name} v{self.version}"


@dataclass(frozen=True, slots=True)
class RecipeRef:
    """Which recipe: the product and the published version."""

    product: str
    version: int

    def __str__(self) -> str:
        """Short form for people, for example "CAP-32 v7"."""
        return f"{self.product} v{self.version}"


def new_id() -> str:
    """Make an id that sorts by the time it was made, also within one millisecond.

    32 hexadecimal digits: 12 of milliseconds since 1970, 4 of a counter, 16 of chance. If the clock goes backwards the
    last time is kept, so that order within one run of the program is never lost (FS-13).
    """
    global _last_ms, _sequence
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _sequence = now_ms, 0
        else:
            _sequence += 1
            if _sequence > 0xFFFF:
                _last_ms, _sequence = _last_ms + 1, 0
        return f"{_last_ms:012x}{_sequence:04x}{os.urandom(8).hex()}"


def is_id(text: str) -> bool:
    """Whether a text has the form of an id, so that it may become a file name."""
    return _ID.fullmatch(text) is not None


def is_safe_name(name: str) -> bool:
    """Whether a name may become a folder: lower-case letters, digits, `_`, `.` and `-`, not starting with a mark."""
    return _NAME.fullmatch(name) is not None and ".." not in name and not name.endswith(".")
