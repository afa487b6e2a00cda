"""A draft as JSON and back (`storage.value_text`).

A draft may hold a recipe that cannot be used yet, and one that an older program wrote may lack any field that has a
default: a set-up in hand survives an update of the program.
"""

from dataclasses import MISSING, fields
from typing import Final

from inspector.core.draft import JudgedCheck, MeasuredTiming, RecipeDraft
from inspector.core.errors import InvalidInput
from inspector.core.recipe import CameraSettings, Recipe, StoredShot
from inspector.storage.value_text import Later, decoded, encoded, parse, to_text

FORMAT: Final = 1
_MOST_CHARACTERS: Final = 4_000_000


class InvalidDraft(InvalidInput):
    """A stored draft cannot be read."""

    subject = "The draft"


def _with_default(kind: type) -> frozenset[str]:
    return frozenset(
        one.name for one in fields(kind) if one.default is not MISSING or one.default_factory is not MISSING
    )


_LATER: Final[Later] = {
    kind: _with_default(kind) for kind in (RecipeDraft, Recipe, CameraSettings, JudgedCheck, MeasuredTiming, StoredShot)
}


def draft_to_text(draft: RecipeDraft) -> str:
    """As JSON.

    Raises:
        InvalidDraft: a number is not finite, or a text holds what no encoding can carry.
    """
    try:
        return to_text({"format": FORMAT, "draft": encoded(RecipeDraft, draft, _LATER)})
    except ValueError as error:
        raise InvalidDraft([str(error)]) from error


def draft_from_text(text: str) -> RecipeDraft:
    """The draft of a text.

    Raises:
        InvalidDraft: with every problem.
    """
    try:
        document = parse(text, most_characters=_MOST_CHARACTERS)
    except InvalidInput as error:
        raise InvalidDraft(error.problems) from error
    if not isinstance(document, dict) or set(document) != {"format", "draft"} or document["format"] != FORMAT:
        raise InvalidDraft([f"not a draft of format {FORMAT}"])
    problems: list[str] = []
    draft = decoded(RecipeDraft, document["draft"], "draft", problems, _LATER)
    if problems:
        raise InvalidDraft(problems)
    if not isinstance(draft, RecipeDraft):
        raise InvalidDraft(["not a draft"])
    return draft
