"""Colors that can be read, and sizes that are true on the glass."""

import dataclasses

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
