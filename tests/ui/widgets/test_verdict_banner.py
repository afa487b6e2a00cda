"""The verdict as drawn: size by distance, calm and loud, and said aloud."""

import pytest
from PySide6.QtGui import QImage

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.verdict_banner import BannerContent, StepMark, Tone, VerdictBanner

NG = BannerContent(Tone.NG, "verdict_ng", "NG", "", "", "1.8 mm² mark, upper left", "2.41 × limit", "+3 OK")
OK = BannerContent(Tone.OK, "verdict_ok", "OK", "", "", "Nothing above the limit", "0.38 × limit")


@pytest.fixture
def banner(qtbot, look: Look) -> VerdictBanner:
    banner = VerdictBanner(look)
    qtbot.addWidget(banner)
    banner.resize(450, banner.sizeHint().height())
    banner.show()
    return banner


def share_of(banner: VerdictBanner, color: str) -> float:
    """Share of pixels near a color."""
    image = banner.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    wanted = banner._look.color(color)
    hits = total = 0
    for y in range(0, image.height(), 3):
        for x in range(0, image.width(), 3):
            pixel = image.pixelColor(x, y)
            distance = abs(pixel.red() - wanted.red()) + abs(pixel.green() - wanted.green())
            hits += distance + abs(pixel.blue() - wanted.blue()) < 24
            total += 1
    return hits / total


def test_rejected_is_solid_and_passed_is_a_tint(banner: VerdictBanner) -> None:
    banner.set_content(NG)
    assert share_of(banner, "ng_fill") > 0.6
    banner.set_content(OK)
    assert share_of(banner, "ng_fill") == 0
    assert share_of(banner, "ok_fill") > 0.6


def test_not_inspected_is_hatched(banner: VerdictBanner) -> None:
    banner.set_content(BannerContent(Tone.NOT_INSPECTED, "verdict_none", "NG", "not inspected", "", "No picture"))
    assert 0.2 < share_of(banner, "none_fill") < 0.7


def test_a_dimmed_verdict_gives_up_its_color(banner: VerdictBanner) -> None:
    banner.set_content(BannerContent(Tone.NG, "verdict_ng", "NG", dimmed=True))
    assert share_of(banner, "ng_fill") == 0


@pytest.mark.parametrize("distance_m", [1.0, 3.0, 5.0])
def test_capitals_have_the_height_that_the_distance_asks_for(
    qtbot, look: Look, banner: VerdictBanner, distance_m: float
) -> None:
    look.set_viewing_distance(distance_m)
    assert banner.cap_px == look.px(look.metrics.cap_mm(TypeSize.VERDICT))
    assert banner.cap_px == pytest.approx(distance_m * 5.8 * 96 / 25.4, abs=1)


def test_the_block_keeps_its_height_whatever_it_says(banner: VerdictBanner) -> None:
    heights = set()
    for content in (NG, OK, BannerContent(title="Starting", steps=((StepMark.NOW, "Camera"),)), BannerContent()):
        banner.set_content(content)
        heights.add(banner.sizeHint().height())
    assert len(heights) == 1


def test_the_verdict_is_a_live_text(banner: VerdictBanner) -> None:
    banner.set_content(NG)
    assert banner.accessibleName() == "NG. 1.8 mm² mark, upper left. 2.41 × limit. +3 OK"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [260, 450])
@pytest.mark.parametrize(
    "content",
    [
        NG,
        OK,
        BannerContent(Tone.NOT_INSPECTED, "verdict_none", "NG", "not inspected", "", "The picture arrived incomplete"),
        BannerContent(Tone.FAULT, "state_faulted", title="CAM-002 Camera lost", reason="Check cable and power. " * 3),
        BannerContent(title="Starting", steps=tuple((mark, mark.value) for mark in StepMark)),
    ],
    ids=["ng", "ok", "none", "fault", "starting"],
)
def test_every_content_can_be_painted(
    banner: VerdictBanner, look: Look, theme: str, width: int, content: BannerContent
) -> None:
    look.set_theme(theme)
    banner.resize(width, banner.sizeHint().height())
    banner.set_content(content)
    assert not banner.grab().isNull()
