"""Where recipes are kept, as protocols: drafts, published versions, the pictures they name, and packages to carry.

As in `core.ports`, each docstring says who calls, how long it may take, and what it raises.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inspector.core.draft import RecipeDraft
from inspector.core.package import PackageContent
from inspector.core.recipe import Recipe
from inspector.core.record import StoredFile
from inspector.core.refs import ModelRef


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A published version and how it came about.

    Attributes:
        recipe: as published; None when it was altered in the store and must not be used.
        published_at: aware UTC.
        published_by: name of the operating-system user, "shipped" or "imported by …".
        reason: in a person's words.
        base_version: the version it was begun from; 0 for none.
        setup_id: of the set-up whose samples it was made with; "" for none.
    """

    product: str
    version: int
    recipe: Recipe | None
    published_at: datetime
    published_by: str = ""
    reason: str = ""
    base_version: int = 0
    setup_id: str = ""


class RecipeStore(Protocol):
    """Published recipes. Any thread but the main one."""

    def list(self, *, retired: bool = False) -> tuple[Recipe, ...]:
        """The newest version of every product, by product name; one that was altered is logged and left out.

        Args:
            retired: also products that were taken out of use.
        """

    def get(self, product: str, version: int = 0) -> Recipe:
        """One recipe; version 0 is the newest. OperationalError RCP-001: unknown; RCP-002: altered in the store."""

    def publish(
        self, recipe: Recipe, *, by: str = "", reason: str = "", base_version: int = 0, setup_id: str = ""
    ) -> None:
        """Store a new version, take a retired product into use again, and forget the draft of `setup_id`, all at once.

        The same version again changes nothing.

        InvalidRecipe; OperationalError RCP-002 when the version exists with other content.
        """

    def versions(self, product: str) -> tuple[PublishedVersion, ...]:
        """Every version of a product, newest first; empty for an unknown one."""

    def retired(self) -> frozenset[str]:
        """Products that were taken out of use."""

    def retire(self, product: str, *, by: str = "") -> None:
        """Take a product out of use; its versions stay. OperationalError RCP-001: unknown."""

    def unretire(self, product: str, *, by: str = "") -> None:
        """Take a product into use again. OperationalError RCP-001: unknown."""


class DraftStore(Protocol):
    """Set-ups in hand. Any thread but the main one."""

    def save(self, draft: RecipeDraft) -> None:
        """Store a draft, over its older state; on disk when it returns. OperationalError DAT-002."""

    def get(self, draft_id: str) -> RecipeDraft | None:
        """One draft; None if there is none. OperationalError DAT-002: it cannot be read."""

    def list(self) -> tuple[RecipeDraft, ...]:
        """All drafts, last changed first; one that cannot be read is logged and left out."""

    def delete(self, draft_id: str) -> None:
        """Forget a draft; its samples stay. One that is not there changes nothing."""


class RecipePictureStore(Protocol):
    """Pictures that recipes name: of the product, and of the self-test. Any thread but the main one."""

    def save(self, image: NDArray[np.uint8]) -> StoredFile:
        """Store a picture without loss, named by its content. OperationalError DAT-002."""

    def load(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        """A picture by the path that a recipe holds. OperationalError DAT-002: missing or altered."""


class RecipePackages(Protocol):
    """Recipes as files that can be carried to another station. Any thread but the main one; seconds."""

    def export(self, target: Path, recipe: Recipe, model: ModelRef, model_folder: Path | None) -> None:
        """Write a package, whole or not at all, over an older one of the same name.

        Args:
            target: file.
            recipe: published; the pictures it names travel along.
            model: that it judges with.
            model_folder: of that model, to travel along; None to name it only.

        PackageRefused: the model does not match its hashes; OperationalError DAT-002: a picture is missing, or the file
        cannot be written.
        """

    def read(self, path: Path) -> PackageContent:
        """Check a package from end to end, and change nothing. PackageRefused with the reason."""

    def import_pictures(self, content: PackageContent) -> None:
        """Bring the pictures of a package that was read into the data folder. PackageRefused; OperationalError."""

    def unpack_model(self, content: PackageContent, folder: Path) -> None:
        """Write the model's files of a package that was read into a new folder. PackageRefused; OperationalError."""
