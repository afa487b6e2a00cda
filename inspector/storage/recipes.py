"""Published recipes in SQLite: one canonical text each, with its hash, never changed (A-12, FS-11)."""

import hashlib
import logging
from datetime import UTC, datetime

from sqlalchemy import Row, func, insert, select

from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.recipe import Recipe
from inspector.storage.database import Database
from inspector.storage.recipe_text import recipe_from_text, recipe_to_text
from inspector.storage.tables import recipes

logger = logging.getLogger(__name__)


class SqlRecipeStore:
    """`RecipeStore` on a `Database`; one method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def list(self) -> tuple[Recipe, ...]:
        """The newest version of every product; see the port."""
        newest = select(recipes.c.product, func.max(recipes.c.version).label("version")).group_by(recipes.c.product)
        chosen = newest.subquery()
        query = (
            select(recipes)
            .join(chosen, (recipes.c.product == chosen.c.product) & (recipes.c.version == chosen.c.version))
            .order_by(recipes.c.product)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            try:
                found.append(_recipe(row))
            except OperationalError as error:
                logger.error("%s", error)
        return tuple(found)

    def get(self, product: str, version: int = 0) -> Recipe:
        """One recipe; see the port."""
        query = select(recipes).where(recipes.c.product == product)
        if version:
            query = query.where(recipes.c.version == version)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(recipes.c.version.desc()).limit(1)).first()
            if row is None:
                known = connection.scalars(select(recipes.c.product).distinct().order_by(recipes.c.product)).all()
                wanted = f"{product!r} version {version}" if version else repr(product)
                raise OperationalError(
                    "RCP-001",
                    f"There is no recipe {wanted}; there are: {', '.join(known) or 'none'}.",
                    "Choose a product that has a recipe.",
                )
        return _recipe(row)

    def publish(self, recipe: Recipe, *, by: str = "") -> None:
        """Store a new version; see the port."""
        recipe.validated()
        if recipe.version < 1:
            raise InvalidRecipe([f"version: a published recipe has version 1 or higher, not {recipe.version}"])
        body = recipe_to_text(recipe)
        row = {
            "product": recipe.product,
            "version": recipe.version,
            "body": body,
            "sha256": _sha256(body),
            "created_at": datetime.now(UTC),
            "created_by": by,
        }
        same = (recipes.c.product == recipe.product) & (recipes.c.version == recipe.version)
        with self._database.write() as connection:
            present = connection.scalar(select(recipes.c.body).where(same))
            if present is None:
                connection.execute(insert(recipes), row)
            elif present != body:
                raise OperationalError(
                    "RCP-002",
                    f"Recipe {recipe.ref} is published already, with other content.",
                    "Publish it under the next version.",
                )


def _recipe(row: Row[tuple[object, ...]]) -> Recipe:
    name = f"{row.product} v{row.version}"
    hint = "Import the recipe again from its package or a backup."
    if _sha256(row.body) != row.sha256:
        raise OperationalError("RCP-002", f"Recipe {name} was altered in the store: its hash differs.", hint)
    try:
        recipe = recipe_from_text(row.body)
    except InvalidRecipe as error:
        raise OperationalError("RCP-002", f"Recipe {name} cannot be read: {error}.", hint) from error
    if (recipe.product, recipe.version) != (row.product, row.version):
        raise OperationalError("RCP-002", f"Recipe {name} was altered in the store: it is {recipe.ref}.", hint)
    return recipe


def _sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
