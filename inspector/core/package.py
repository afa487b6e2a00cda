"""A recipe that travels: what a package holds, and every reason for which one is refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from inspector.core.errors import OperationalError
from inspector.core.recipe import Recipe
from inspector.core.record import StoredFile
from inspector.core.refs import ModelRef


class Refusal(Enum):
    """Why a package is not taken; the window has a sentence for each."""

    UNREADABLE = "unreadable"
    NOT_A_PACKAGE = "not_a_package"
    DAMAGED = "damaged"
    NEWER = "newer"
    BAD_MANIFEST = "bad_manifest"
    BAD_NAME = "bad_name"
    """A path that leads out of the package, or none that a package has."""
    DUPLICATE = "duplicate"
    LINK = "link"
    """A link, a folder, or something else that is no plain file."""
    ENCRYPTED = "encrypted"
    UNKNOWN_FILE = "unknown_file"
    MISSING_FILE = "missing_file"
    WRONG_HASH = "wrong_hash"
    TOO_LARGE = "too_large"
    BAD_RECIPE = "bad_recipe"
    BAD_PICTURE = "bad_picture"
    MODEL_MISSING = "model_missing"
    MODEL_DIFFERS = "model_differs"
    """The station has another model of the same name and version."""
    BAD_MODEL = "bad_model"
    CODE_TAKEN = "code_taken"


class PackageRefused(OperationalError):
    """A package is not taken, or cannot be made; nothing was changed.

    Attributes:
        refusal: stable key.
        values: what the sentence names, as text, in its order.
    """

    def __init__(self, refusal: Refusal, message: str, hint: str = "", values: tuple[str, ...] = ()) -> None:
        """Code RCP-002: what was sealed does not match its seal."""
        super().__init__("RCP-002", message, hint)
        self.refusal = refusal
        self.values = values

    def __reduce__(self) -> tuple[type["PackageRefused"], tuple[Refusal, str, str, tuple[str, ...]]]:  # type: ignore[override]  # other arguments than its base
        """Survive a process border."""
        return type(self), (self.refusal, self.message, self.hint, self.values)


@dataclass(frozen=True, slots=True)
class PackageContent:
    """A package that was read and found whole.

    Attributes:
        path: of the package file.
        model: that the recipe judges with.
        holds_model: whether the model's files are inside.
        pictures: that the recipe names; their paths are those in the data folder.
        app_version: of the program that made it.
        created_at: aware UTC.
    """

    path: Path
    recipe: Recipe
    model: ModelRef
    holds_model: bool
    pictures: tuple[StoredFile, ...]
    app_version: str
    created_at: datetime
