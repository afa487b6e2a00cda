"""The colors of heat, the same in every window, report and overlay.

Fixed against the limit and never stretched per picture: the same color always means the same multiple of the limit.
Nothing is painted below half the limit; from there one ramp of rising lightness, dark violet over orange to pale
yellow, ends at twice the limit (product.md 14).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

LOWEST: Final = 0.5
"""Ratio to the limit below which nothing is painted."""

HIGHEST: Final = 2.0
"""Ratio to the limit at which the ramp ends."""

OPACITY: Final = 0.62
"""Share of heat in a painted pixel; the part must stay visible beneath."""

_FADE: Final = 0.1
_STEPS: Final = 256
# Ratio to the limit and color; between them linear in sRGB. Lightness L* rises throughout: 18, 35, 60, 78, 95.
_ANCHORS: Final = (
    (0.50, (48, 18, 96)),
    (0.85, (128, 37, 130)),
    (1.20, (226, 92, 62)),
    (1.55, (252, 168, 68)),
    (2.00, (253, 246, 178)),
)


def _make_table() -> NDArray[np.uint8]:
    ratio = np.linspace(LOWEST, HIGHEST, _STEPS)
    places = [place for place, _ in _ANCHORS]
    channels = [np.interp(ratio, places, [color[channel] for _, color in _ANCHORS]) for channel in range(3)]
    # Opacity rises over the first tenth, so that heat does not begin with a hard edge that looks like a contour.
    opacity = np.clip((ratio - LOWEST) / _FADE, 0, 1) * OPACITY * 255
    table = np.rint(np.stack([*channels, opacity], axis=-1)).astype(np.uint8)
    table.flags.writeable = False
    return table


HEAT_TABLE: Final = _make_table()
"""uint8 (256, 4): RGBA from `LOWEST` to `HIGHEST`, for legends."""


def heat_colors(ratio: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colors of map values.

    Args:
        ratio: (h, w), values as multiples of the limit. What is not a number is painted as the hottest.

    Returns:
        (h, w, 4) uint8 RGBA, not premultiplied; transparent below `LOWEST`.
    """
    place = (np.nan_to_num(ratio, nan=HIGHEST, posinf=HIGHEST, neginf=0.0) - LOWEST) / (HIGHEST - LOWEST)
    index = np.clip(np.rint(place * (_STEPS - 1)), 0, _STEPS - 1).astype(np.intp)
    colors: NDArray[np.uint8] = HEAT_TABLE[index]
    colors[place < 0] = 0
    return colors
