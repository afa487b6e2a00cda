"""Colors that can be read, and sizes that are true on the glass."""

import dataclasses
import math
from itertools import combinations

import pytest

from inspector.ui.theme import DARK, LIGHT, Metrics, Palette, TypeSize, px_per_mm, style_sheet

BOTH = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
SURFACES = ("bg_window", "bg_panel", "bg_raised")
TEXTS = [
    *((ink, surface) for ink in ("text_1", "text_2") for surface in SURFACES),
    ("well_text", "bg_well"),
    ("on_focus", "focus"),
    ("ok_ink", "ok_fill"),
    ("ng_ink", "ng_fill"),
    ("check_ink", "check_fill"),
    ("none_ink", "none_fill"),
]
SHAPES = [
    *((line, surface) for line in ("line_strong", "focus", "ok_edge", "none_fill") for surface in SURFACES),
    ("text_off", "bg_panel"),
    ("well_focus", "bg_well"),
]


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Source: WCAG 2.2, contrast ratio."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@BOTH
@pytest.mark.parametrize(("ink", "surface"), TEXTS, ids=["-".join(pair) for pair in TEXTS])
def test_text_can_be_read(palette: Palette, ink: str, surface: str) -> None:
    assert contrast(getattr(palette, ink), getattr(palette, surface)) >= 4.5


@BOTH
@pytest.mark.parametrize(("line", "surface"), SHAPES, ids=["-".join(pair) for pair in SHAPES])
def test_shapes_stand_out(palette: Palette, line: str, surface: str) -> None:
    assert contrast(getattr(palette, line), getattr(palette, surface)) >= 2.9


# Source: Viénot, Brettel and Mollon 1999, "Digital video colourmaps for checking the legibility of displays by
# dichromats"; on linear RGB.
WEAK_EYES = {
    "green-weak": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    "red-weak": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
}


def lab(color: str, eyes: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a color as such eyes see it."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    seen = [min(1.0, max(0.0, sum(w * v for w, v in zip(row, linear, strict=True)))) for row in eyes]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.95047, 1.0, 1.08883)
    xyz = [sum(w * v for w, v in zip(row, seen, strict=True)) / n for row, n in zip(rows, white, strict=True)]
    f = [value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in xyz]
    return (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))


@BOTH
@pytest.mark.parametrize("eyes", WEAK_EYES.values(), ids=WEAK_EYES)
def test_verdicts_differ_for_color_weak_eyes(palette: Palette, eyes: tuple[tuple[float, ...], ...]) -> None:
    """A-41: at least 20 apart, besides their shapes."""
    fills = [lab(getattr(palette, name), eyes) for name in ("ok_fill", "ng_fill", "check_fill", "none_fill")]
    distances = [math.dist(first, second) for first, second in combinations(fills, 2)]
    assert min(distances) >= 20


@BOTH
def test_every_color_is_written_in_full(palette: Palette) -> None:
    for value in dataclasses.astuple(palette):
        assert len(value) == 7
        int(value[1:], 16)


@pytest.mark.parametrize(("distance_m", "cap_mm"), [(1, 5.8), (3, 17.4), (5, 29.0)])
def test_the_verdict_follows_the_viewing_distance(distance_m: float, cap_mm: float) -> None:
    metrics = Metrics(px_per_mm=3.6, viewing_distance_m=distance_m)
    assert metrics.cap_mm(TypeSize.VERDICT) == pytest.approx(cap_mm)
    assert metrics.cap_mm(TypeSize.COUNTER) == pytest.approx(max(cap_mm / 2, 3.5))


def test_a_24_inch_screen_shows_true_millimeters() -> None:
    """A-42: line buttons of 20 mm on 1920 x 1080 at 24 inches, 91.8 dots an inch."""
    metrics = Metrics(px_per_mm(91.8, 1920, 1080), viewing_distance_m=5)
    inch = 91.8
    assert metrics.px(20) / inch * 25.4 >= 19.9
    assert metrics.px(metrics.cap_mm(TypeSize.VERDICT)) / inch * 25.4 >= 28.9


@pytest.mark.parametrize("dots_per_inch", [0.0, -3.0, 20000.0, float("nan")])
def test_a_screen_that_lies_about_its_size_is_not_believed(dots_per_inch: float) -> None:
    assert px_per_mm(dots_per_inch, 1920, 1080) == pytest.approx(96 / 25.4)


def test_a_small_screen_makes_everything_smaller_instead_of_cutting_it() -> None:
    assert px_per_mm(220, 1280, 800) == pytest.approx(800 / 190)


def test_no_text_is_smaller_than_two_and_a_half_millimeters() -> None:
    metrics = Metrics(px_per_mm=4.0)
    assert min(metrics.cap_mm(size) for size in TypeSize) >= 2.5


def test_a_style_sheet_with_an_unknown_token_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown token"):
        style_sheet("QLabel { color: @bg_windw@; }", LIGHT, Metrics(4.0), "Any")
