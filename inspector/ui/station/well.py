"""What the picture well shows in each situation of the station."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from inspector.core.recipe import Recipe
from inspector.ui.parts import Part
from inspector.ui.widgets.well_content import WellContent

translate = QCoreApplication.translate  # lupdate knows calls of this name


@dataclass(frozen=True, slots=True, eq=False)
class WellSituation:
    """Everything the well depends on.

    Attributes:
        picture: the full frame, or the part's own thumbnail when that is all that is left.
        since: parts since the page stands still.
        skipping: the window was too busy to show every picture.
        greyed: the line does not inspect.
        heat, outline: what people want to see.
    """

    part: Part | None
    picture: NDArray[np.uint8] | None
    recipe: Recipe | None
    frozen: bool
    since: int
    seconds_left: int
    skipping: bool
    greyed: bool
    simulated: bool
    heat: bool
    outline: bool


def well_content(situation: WellSituation) -> WellContent:
    """The content for a situation."""
    part, picture = situation.part, situation.picture
    icon, message = "", ""
    notes: tuple[str, ...] = ()
    if part is None:
        icon, message = "part", translate("StationPage", "No picture yet")
    elif picture is None:
        icon, message = "verdict_none", translate("StationPage", "There is no picture of this part")
    if situation.skipping:
        notes = (translate("StationPage", "display is skipping; sums and records are complete"),)
    # A part that passed stays a plain picture; who freezes on it wants to look closer.
    heat = situation.heat and part is not None and (situation.frozen or not part.passed)
    return WellContent(
        part=part,
        picture=picture,
        preview=part is not None and picture is not None and picture is part.thumbnail,
        heat=heat,
        outline=situation.outline,
        mm_per_px=None if situation.recipe is None else situation.recipe.mm_per_px,
        greyed=situation.greyed and not situation.frozen,
        simulated=situation.simulated,
        icon=icon,
        message=message,
        headline=_frozen_text(situation) if situation.frozen else "",
        notes=notes,
        edge=situation.frozen,
    )


def _frozen_text(situation: WellSituation) -> str:
    if situation.since == 1:
        parts = translate("StationPage", "Frozen, 1 part since")
    else:
        parts = translate("StationPage", "Frozen, {count} parts since").format(count=situation.since)
    left = translate("StationPage", "goes on in {seconds} s").format(seconds=situation.seconds_left)
    return f"{parts}  ·  {left}"
