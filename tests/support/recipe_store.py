"""`RecipeStore` in memory."""

from datetime import UTC, datetime

from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import PublishedVersion


class MemoryRecipeStore:
    """Keeps published recipes."""

    def __init__(self, *recipes: Recipe) -> None:
        self._published: dict[tuple[str, int], PublishedVersion] = {}
        self._retired: set[str] = set()
        for recipe in recipes:
            self.publish(recipe)

    def list(self, *, retired: bool = False) -> tuple[Recipe, ...]:
        products = sorted({product for product, _ in self._published} - (set() if retired else self._retired))
        return tuple(self.get(product) for product in products)

    def get(self, product: str, version: int = 0) -> Recipe:
        version = version or max((known for name, known in self._published if name == product), default=0)
        found = self._published.get((product, version))
        if found is None or found.recipe is None:
            raise self._unknown(product)
        return found.recipe

    def publish(
        self, recipe: Recipe, *, by: str = "", reason: str = "", base_version: int = 0, setup_id: str = ""
    ) -> None:
        recipe.validated()
        if recipe.version < 1:
            raise InvalidRecipe([f"version: a published recipe has version 1 or higher, not {recipe.version}"])
        present = self._published.get((recipe.product, recipe.version))
        if present is None:
            self._published[recipe.product, recipe.version] = PublishedVersion(
                recipe.product, recipe.version, recipe, datetime.now(UTC), by, reason, base_version, setup_id
            )
            self._retired.discard(recipe.product)
        elif present.recipe != recipe:
            raise OperationalError("RCP-002", f"Recipe {recipe.ref} is published already, with other content.")

    def versions(self, product: str) -> tuple[PublishedVersion, ...]:
        found = [one for (name, _), one in self._published.items() if name == product]
        return tuple(sorted(found, key=lambda one: one.version, reverse=True))

    def retired(self) -> frozenset[str]:
        return frozenset(self._retired)

    def retire(self, product: str, *, by: str = "") -> None:
        if not self.versions(product):
            raise self._unknown(product)
        self._retired.add(product)

    def unretire(self, product: str, *, by: str = "") -> None:
        if not self.versions(product):
            raise self._unknown(product)
        self._retired.discard(product)

    def _unknown(self, product: str) -> OperationalError:
        known = ", ".join(sorted({name for name, _ in self._published})) or "none"
        return OperationalError("RCP-001", f"There is no recipe {product!r}; there are: {known}.")
