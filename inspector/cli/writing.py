"""How every sub-command speaks: a human line per step on standard output, and the result as JSON in a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspector.core.errors import OperationalError


def say(line: str) -> None:
    """One line for a person, at once even into a pipe."""
    print(line, flush=True)


def write_json(path: Path | None, result: Mapping[str, Any]) -> None:
    """Write the result; numbers that are not finite become null, because JSON has no word for them.

    Raises:
        OperationalError: DAT-002, the file cannot be written.
    """
    if path is None:
        return
    text = json.dumps(_plain(result), indent=2, ensure_ascii=False, allow_nan=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"{path} cannot be written: {error.strerror}.", "Choose another file or check the folder."
        ) from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value
