"""Everything of the program that the Recipes page works with, handed in as one value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inspector.core.draft import Blocker, PublishFacts, RecipeDraft
from inspector.core.ports import CameraCatalog, ModelStore, PublishedVersion, RecipePictureStore
from inspector.core.recipe import Recipe


class ProductState(Enum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ProductCard:
    product: str
    title: tuple[tuple[str, str], ...]
    state: ProductState
    version: int
    model: str
    line_code: int = 0
    last_used: datetime | None = None
    picture: str = ""
    draft_id: str = ""
    changed_at: datetime | None = None


class Products(Protocol):
    """Products and their drafts. Any thread but the main one."""

    def overview(self) -> tuple[ProductCard, ...]: ...
    def new(self) -> RecipeDraft: ...
    def draft(self, draft_id: str) -> RecipeDraft: ...
    def edit(self, product: str) -> RecipeDraft: ...
    def copy(self, product: str) -> RecipeDraft: ...
    def discard(self, draft_id: str) -> None: ...
    def retire(self, product: str) -> None: ...
    def unretire(self, product: str) -> None: ...
    def versions(self, product: str) -> tuple[PublishedVersion, ...]: ...
    def save(self, draft: RecipeDraft) -> None: ...
    def blockers(self, draft: RecipeDraft, known: PublishFacts) -> tuple[Blocker, ...]: ...
    def export(self, product: str, version: int, path: Path) -> None: ...
    def import_package(self, path: Path) -> Recipe: ...


@dataclass(frozen=True, slots=True)
class SetupDesk:
    """Services of one station for set-up.

    Attributes:
        recipes: products, their versions and drafts.
        cameras: for the list of cameras.
        models: for the list of models.
        pictures: of products, as recipes name them.
        user: name of the operating-system user, which stands in every record of who did what.
        drawn_picture: a drawn good part of a simulated product by its name; None for any other.
        product_in_use: name of the product that the line has in force; "" for none.
    """

    recipes: Products
    cameras: CameraCatalog
    models: ModelStore
    pictures: RecipePictureStore
    user: str
    drawn_picture: Callable[[str], NDArray[np.uint8] | None] | None = None
    product_in_use: Callable[[], str] | None = None
