"""A recipe as canonical JSON and back (`storage.value_text`): its bytes are what is hashed when it is published."""

from typing import Final

from inspector.core.errors import InvalidInput, InvalidRecipe
from inspector.core.recipe import Recipe
from inspector.storage.value_text import Later, decoded, encoded, parse, to_text

FORMAT = 1
MOST_CHARACTERS: Final = 1_000_000

LATER: Final[Later] = {
    Recipe: frozenset({"camera_id", "picture", "notes", "smallest_defect_mm", "picture_limits", "self_test"})
}
"""What recipes gained after the first were published. Never take a name away: that would change published bytes."""


def recipe_to_text(recipe: Recipe) -> str:
    """Canonical JSON.

    Raises:
        InvalidRecipe: a number is not finite, or a text holds what no encoding can carry.
    """
    try:
        return to_text({"format": FORMAT, "recipe": encoded(Recipe, recipe, LATER)})
    except ValueError as error:
        raise InvalidRecipe([str(error)]) from error


def recipe_from_text(text: str) -> Recipe:
    """The recipe of a text.

    Raises:
        InvalidRecipe: with every problem: no JSON, unknown or missing fields, wrong types, or a recipe that contradicts
            itself.
    """
    try:
        document = parse(text, most_characters=MOST_CHARACTERS)
    except InvalidInput as error:
        raise InvalidRecipe(error.problems) from error
    if not isinstance(document, dict) or set(document) != {"format", "recipe"} or document["format"] != FORMAT:
        raise InvalidRecipe([f"not a recipe of format {FORMAT}"])
    problems: list[str] = []
    recipe = decoded(Recipe, document["recipe"], "recipe", problems, LATER)
    if problems:
        raise InvalidRecipe(problems)
    if not isinstance(recipe, Recipe):
        raise InvalidRecipe(["not a recipe"])
    return recipe.validated()
