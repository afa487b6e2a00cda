"""What step Area draws on and lays its tiles by: a picture of the part, and what the model says of a tile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.core.draft import RecipeDraft
from inspector.core.errors import OperationalError
from inspector.core.sample import Tray
from inspector.core.tile_plan import TileFacts
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.work import ScoringWork


@dataclass(frozen=True, slots=True, eq=False)
class AreaSource:
    """What there is to draw on; `problem` says why there is nothing."""

    image: NDArray[np.uint8] | None = None
    problem: str = ""


def tile_facts(desk: SetupDesk, scoring: ScoringWork, draft: RecipeDraft) -> TileFacts:
    """Of the draft's model; before one was chosen, of the one that step Model would propose."""
    if not draft.recipe.model_name:
        usable = [one for one in desk.models.list() if not one.problem]
        if usable:
            draft = draft.with_recipe(model_name=usable[0].ref.name)
    return scoring.tile_facts(draft)


def load_source(desk: SetupDesk, draft: RecipeDraft) -> AreaSource:
    """The newest good sample, else any sample, else the product's picture: as the camera is set now."""
    if desk.samples is not None:
        samples = desk.samples.list(draft.id)
        good = [sample for sample in samples if sample.tray is Tray.GOOD] or list(samples)
        if good:
            return AreaSource(desk.samples.load(good[-1]))
    if draft.recipe.picture:
        try:
            return AreaSource(desk.pictures.load(draft.recipe.picture))
        except OperationalError as error:
            return AreaSource(problem=str(error))
    return AreaSource()
