"""Published recipes in SQLite: one canonical text each, with its hash, never changed (A-12, FS-11).

What may change about a product, whether it is in use, is a list of changes beside them that only grows.
"""

import hashlib
import logging
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import PublishedVersion
from inspector.storage.database import Database
from inspector.storage.recipe_text import recipe_from_text, recipe_to_text
from inspector.storage.tables import drafts, publications, recipes, retirements

logger = logging.getLogger(__name__)


class SqlRecipeStore:
    """`RecipeStore` on a `Database`; one method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def list(self, *, retired: bool = False) -> tuple[Recipe, ...]:
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
            out_of_use = frozenset() if retired else _retired(connection)
        found = []
        for row in rows:
            if row.product in out_of_use:
                continue
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
                wanted = f"{product!r} version {version}" if version else repr(product)
                raise _unknown(connection, wanted)
        return _recipe(row)

    def publish(
        self, recipe: Recipe, *, by: str = "", reason: str = "", base_version: int = 0, setup_id: str = ""
    ) -> None:
        """Store a new version; see the port."""
        recipe.validated()
        if recipe.version < 1:
            raise InvalidRecipe([f"version: a published recipe has version 1 or higher, not {recipe.version}"])
        body = recipe_to_text(recipe)
        named = {"product": recipe.product, "version": recipe.version}
        row = {**named, "body": body, "sha256": _sha256(body), "created_at": datetime.now(UTC), "created_by": by}
        history = {**named, "reason": reason, "base_version": base_version, "setup_id": setup_id}
        same = (recipes.c.product == recipe.product) & (recipes.c.version == recipe.version)
        with self._database.write() as connection:
            present = connection.scalar(select(recipes.c.body).where(same))
            if present is None:
                connection.execute(insert(recipes), row)
                connection.execute(insert(publications), history)
                if setup_id:
                    # In the same transaction: a draft left behind by a crash would look like a second product.
                    connection.execute(delete(drafts).where(drafts.c.id == setup_id))
                if recipe.product in _retired(connection):
                    _change_use(connection, recipe.product, retired=False, by=by)
            elif present != body:
                raise OperationalError(
                    "RCP-002",
                    f"Recipe {recipe.ref} is published already, with other content.",
                    "Publish it under the next version.",
                )

    def versions(self, product: str) -> tuple[PublishedVersion, ...]:
        """Every version of a product, newest first; see the port."""
        with self._database.read() as connection:
            rows = connection.execute(_versions_of(product)).all()
        return tuple(_version(row) for row in rows)

    def retired(self) -> frozenset[str]:
        """Products that were taken out of use."""
        with self._database.read() as connection:
            return _retired(connection)

    def retire(self, product: str, *, by: str = "") -> None:
        """Take a product out of use; see the port."""
        self._use(product, retired=True, by=by)

    def unretire(self, product: str, *, by: str = "") -> None:
        """Take a product into use again; see the port."""
        self._use(product, retired=False, by=by)

    def _use(self, product: str, *, retired: bool, by: str) -> None:
        with self._database.write() as connection:
            if connection.scalar(select(func.count()).where(recipes.c.product == product)) == 0:
                raise _unknown(connection, repr(product))
            if retired is not (product in _retired(connection)):
                _change_use(connection, product, retired=retired, by=by)


def _versions_of(product: str) -> Select[Any]:
    same = (publications.c.product == recipes.c.product) & (publications.c.version == recipes.c.version)
    extra = (publications.c.reason, publications.c.base_version, publications.c.setup_id)
    joined = select(recipes, *extra).select_from(recipes.outerjoin(publications, same))
    return joined.where(recipes.c.product == product).order_by(recipes.c.version.desc())


def _version(row: Row[Any]) -> PublishedVersion:
    recipe: Recipe | None = None
    try:
        recipe = _recipe(row)
    except OperationalError as error:
        logger.error("%s", error)
    return PublishedVersion(
        row.product,
        row.version,
        recipe,
        row.created_at,
        row.created_by,
        row.reason or "",
        row.base_version or 0,
        row.setup_id,
    )


def _retired(connection: Connection) -> frozenset[str]:
    last = select(func.max(retirements.c.sequence)).group_by(retirements.c.product)
    query = select(retirements.c.product).where(retirements.c.sequence.in_(last), retirements.c.retired == 1)
    return frozenset(connection.scalars(query))


def _change_use(connection: Connection, product: str, *, retired: bool, by: str) -> None:
    row = {"product": product, "retired": int(retired), "changed_at": datetime.now(UTC), "changed_by": by}
    connection.execute(insert(retirements), row)


def _unknown(connection: Connection, wanted: str) -> OperationalError:
    known = connection.scalars(select(recipes.c.product).distinct().order_by(recipes.c.product)).all()
    return OperationalError(
        "RCP-001",
        f"There is no recipe {wanted}; there are: {', '.join(known) or 'none'}.",
        "Choose a product that has a recipe.",
    )


def _recipe(row: Row[Any]) -> Recipe:
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
