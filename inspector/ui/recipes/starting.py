"""What a new product can start from, and what of it becomes its own."""

from dataclasses import dataclass, replace
from typing import Final

from inspector.core.draft import RecipeDraft
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import PublishedVersion
from inspector.services.recipes import RecipeService

MOST_CODE: Final = 9999


@dataclass(frozen=True, slots=True)
class Others:
    """What other products there are: versions to start from, and the next line code that is free."""

    versions: tuple[PublishedVersion, ...]
    free_code: int


def started_from(draft: RecipeDraft, recipe: Recipe) -> RecipeDraft:
    """A draft with everything of a published version but what names the product and what must be measured anew."""
    own = draft.recipe
    taken = replace(
        recipe,
        product=own.product,
        version=0,
        title=own.title,
        line_code=own.line_code,
        picture=own.picture or recipe.picture,
        notes=own.notes or recipe.notes,
        self_test=None,
    )
    return replace(draft, recipe=taken, judged=None, timing=None)


def read_others(recipes: RecipeService) -> Others:
    """Every version that can be started from; in the background.

    Raises:
        OperationalError: the store cannot be read.
    """
    cards = recipes.overview()
    used = {card.line_code for card in cards}
    versions: list[PublishedVersion] = []
    for card in cards:
        versions.extend(one for one in recipes.versions(card.product) if one.recipe is not None)
    return Others(tuple(versions), next(code for code in range(1, MOST_CODE + 2) if code not in used))
