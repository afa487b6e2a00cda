"""What a picture well shows, as one value."""

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from inspector.ui.parts import Part


@dataclass(frozen=True, slots=True, eq=False)
class WellContent:
    """What the well shows.

    Attributes:
        part: drives overlay and accessibility; None for none.
        picture: uint8 frame, or a smaller stand-in; None for none.
        preview: the picture is a stand-in, because the full one is no longer in memory.
        heat, outline: what may be drawn over it.
        mm_per_px: of the frame; None hides the scale bar.
        greyed: it is not what happens now.
        simulated: stripes around it.
        icon, message: shown instead of, or over, the picture.
        headline: one large line over the upper edge, while frozen.
        notes: short lines in the upper left corner.
        edge: a gray edge around the well, while frozen.
    """

    part: Part | None = None
    picture: NDArray[np.uint8] | None = None
    preview: bool = False
    heat: bool = True
    outline: bool = True
    mm_per_px: float | None = None
    greyed: bool = False
    simulated: bool = False
    icon: str = ""
    message: str = ""
    headline: str = ""
    notes: tuple[str, ...] = field(default=())
    edge: bool = False

    def same_as(self, other: "WellContent") -> bool:
        """Whether painting both gives the same; arrays are compared by identity."""
        return all(
            getattr(self, entry.name) is getattr(other, entry.name)
            or (entry.name not in ("part", "picture") and getattr(self, entry.name) == getattr(other, entry.name))
            for entry in fields(self)
        )
