"""`RecipeStore` in memory."""

from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.recipe import Recipe


class MemoryRecipeStore:
    """Keeps published recipes."""

    def __init__(self, *recipes: Recipe) -> None:
        self._recipes: dict[tuple[str, int], Recipe] = {}
        for recipe in recipes:
            self.publish(recipe)

    def list(self) -> tuple[Recipe, ...]:
        return tuple(self.get(product) for product in sorted({product for product, _ in self._recipes}))

    def get(self, product: str, version: int = 0) -> Recipe:
        version = version or max((known for name, known in self._recipes if name == product), default=0)
        try:
            return self._recipes[product, version]
        except KeyError:
            known = ", ".join(sorted({name for name, _ in self._recipes})) or "none"
            raise OperationalError("RCP-001", f"There is no recipe {product!r}; there are: {known}.") from None

    def publish(self, recipe: Recipe, *, by: str = "") -> None:
        recipe.validated()
        if recipe.version < 1:
            raise InvalidRecipe([f"version: a published recipe has version 1 or higher, not {recipe.version}"])
        if self._recipes.setdefault((recipe.product, recipe.version), recipe) != recipe:
            raise OperationalError("RCP-002", f"Recipe {recipe.ref} is published already, with other content.")
