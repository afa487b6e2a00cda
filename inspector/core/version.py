"""Which program this is; written into what travels to other stations. A test keeps it equal to pyproject.toml."""

from typing import Final

APP_VERSION: Final = "0.1.0"
