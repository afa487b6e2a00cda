"""Colors, sizes and the style sheet: gray, flat, and the same meaning for the same color everywhere.

Every color of the window is a token of this file; its contrast is checked by a test. Sizes are in millimeters on the
glass, so that a button is as large under a glove on a 10 inch panel as on a 24 inch screen.
"""

from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

# Cap height that a distance asks for, in mm per m: 20 arc minutes.
CAP_MM_PER_M = 5.8
_LEAST_SCREEN_MM = (270.0, 190.0)
"""What the layout needs at least, width and height; a smaller screen gets everything smaller, never cut off."""


class Scheme(Enum):
    """Which of the two palettes."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colors by what they mean, as "#RRGGBB".

    Attributes:
        on_focus: ink on the only blue.
        well_text: ink on `bg_well`, which is dark in both schemes.
        well_focus: the only blue where it must stand out on `bg_well`.
    """

    bg_window: str
    bg_panel: str
    bg_raised: str
    bg_well: str
    line_soft: str
    line_strong: str
    text_1: str
    text_2: str
    text_off: str
    focus: str
    on_focus: str
    well_text: str
    well_focus: str
    ok_fill: str
    ok_ink: str
    ok_edge: str
    ng_fill: str
    ng_ink: str
    check_fill: str
    check_ink: str
    check_edge: str
    none_fill: str
    none_ink: str


LIGHT = Palette(
    bg_window="#D5D8DA",
    bg_panel="#E3E5E7",
    bg_raised="#F1F2F3",
    bg_well="#3A3D40",
    line_soft="#AEB3B7",
    line_strong="#737A80",
    text_1="#1B1D1F",
    text_2="#454B50",
    text_off="#70777D",
    focus="#0A57A3",
    on_focus="#FFFFFF",
    well_text="#F1F2F3",
    well_focus="#72B7F7",
    ok_fill="#D3E6DF",
    ok_ink="#00513B",
    ok_edge="#00785A",
    ng_fill="#B83A00",
    ng_ink="#FFFFFF",
    check_fill="#F0B000",
    check_ink="#1B1500",
    check_edge="#6B4E00",
    none_fill="#8A2B78",
    none_ink="#FFFFFF",
)

DARK = Palette(
    bg_window="#26292C",
    bg_panel="#2F3336",
    bg_raised="#3A3E42",
    bg_well="#17181A",
    line_soft="#4C5156",
    line_strong="#8B9298",
    text_1="#ECEDEE",
    text_2="#BCC1C6",
    text_off="#8E959B",
    focus="#72B7F7",
    on_focus="#17181A",
    well_text="#ECEDEE",
    well_focus="#72B7F7",
    ok_fill="#1C3B31",
    ok_ink="#9FE5CD",
    ok_edge="#3DB894",
    ng_fill="#FF7F45",
    ng_ink="#200A00",
    check_fill="#FFC53D",
    check_ink="#1F1600",
    check_edge="#FFC53D",
    none_fill="#D48BC7",
    none_ink="#2A0422",
)

PALETTES = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}


class TypeSize(Enum):
    """What a text is for."""

    VERDICT = "verdict"
    COUNTER = "counter"
    TITLE = "title"
    BODY = "body"
    SMALL = "small"


_CAP_MM = {TypeSize.TITLE: 4.5, TypeSize.BODY: 3.5, TypeSize.SMALL: 2.5}


@dataclass(frozen=True, slots=True)
class Metrics:
    """From millimeters on the glass to pixels of this screen.

    Attributes:
        px_per_mm: device-independent pixels.
        viewing_distance_m: how far people stand from the screen; sets verdict and counters.
        cap_share: cap height of the chosen family as a share of its pixel size.
    """

    px_per_mm: float
    viewing_distance_m: float = 3.0
    cap_share: float = 0.73

    def px(self, mm: float) -> int:
        """Whole pixels, at least 1."""
        return max(1, round(mm * self.px_per_mm))

    def cap_mm(self, size: TypeSize) -> float:
        """Height of a capital letter."""
        verdict_mm = self.viewing_distance_m * CAP_MM_PER_M
        if size is TypeSize.VERDICT:
            return verdict_mm
        if size is TypeSize.COUNTER:
            return max(verdict_mm / 2, _CAP_MM[TypeSize.BODY])
        return _CAP_MM[size]

    def font_px(self, size: TypeSize) -> int:
        """Pixel size of a font whose capitals have the height that the size asks for."""
        return self.px(self.cap_mm(size) / self.cap_share)


def px_per_mm(dots_per_inch: float, width_px: int, height_px: int) -> float:
    """Scale of a screen, made smaller where the whole layout would not fit.

    Args:
        dots_per_inch: as the screen claims; nonsense (some screens report a wall of 10 mm) is replaced by 96.
        width_px: of the screen, device-independent.
        height_px: of the screen, device-independent.
    """
    dpi = dots_per_inch if 60 <= dots_per_inch <= 320 else 96.0
    return min(dpi / 25.4, width_px / _LEAST_SCREEN_MM[0], height_px / _LEAST_SCREEN_MM[1])


def style_sheet(template: str, palette: Palette, metrics: Metrics, family: str) -> str:
    """Fill the template's tokens.

    Raises:
        ValueError: the template names a token that does not exist.
    """
    tokens: dict[str, object] = {
        **asdict(palette),
        "family": f'"{family}"',
        "body": metrics.font_px(TypeSize.BODY),
        "small": metrics.font_px(TypeSize.SMALL),
        "title": metrics.font_px(TypeSize.TITLE),
        "gap": metrics.px(3),
        "half_gap": metrics.px(1.5),
        "field": metrics.px(14),
        "low_field": metrics.px(8.5),
        "line": metrics.px(0.8),
        "bar": metrics.px(5),
    }
    text = template
    for name, value in tokens.items():
        text = text.replace(f"@{name}@", str(value))
    if "@" in text:
        start = text.index("@")
        raise ValueError(f"the style sheet names an unknown token near {text[start : start + 20]!r}")
    return text


def read_template(folder: Path) -> str:
    """The style sheet's template from `resources/styles`."""
    return (folder / "inspector.qss").read_text(encoding="utf-8")
