"""The strip of the last parts."""

import pytest
from PySide6.QtCore import QPoint, Qt

from inspector.ui.look import Look
from inspector.ui.parts import Part, part_of
from inspector.ui.widgets.filmstrip import SHOWN, Filmstrip
from tests.support.scripted_line import ScriptedLine, draw_part

IMAGE = draw_part(32, 40)


@pytest.fixture
def strip(qtbot, look: Look) -> Filmstrip:
    strip = Filmstrip(look)
    qtbot.addWidget(strip)
    strip.resize(1600, strip.sizeHint().height())
    strip.show()
    return strip


def parts(count: int, *, reject_every: int = 5) -> list[Part]:
    line = ScriptedLine()
    return [part_of(line.part(2.0 if i % reject_every == 4 else 0.3, image=IMAGE)) for i in range(count)]


def test_sixteen_outlines_before_the_first_part(strip: Filmstrip) -> None:
    assert strip.visible_parts == ()
    strip.grab()
    assert strip.part_at(10) is None


def test_the_newest_stands_at_the_right(strip: Filmstrip) -> None:
    made = parts(3)
    strip.set_parts(made)
    assert strip.part_at(strip.width() - 5) is made[-1]
    assert strip.part_at(5) is None


def test_the_last_sixteen_are_shown(strip: Filmstrip) -> None:
    made = parts(30)
    strip.set_parts(made)
    assert strip.visible_parts == tuple(made[-SHOWN:])


def test_only_rejected_parts_on_wish(strip: Filmstrip) -> None:
    made = parts(30)
    strip.set_parts(made)
    strip.set_rejects_only(rejects_only=True)
    assert strip.visible_parts == tuple(part for part in made if not part.passed)


def test_touching_a_part_chooses_it(strip: Filmstrip, qtbot) -> None:
    made = parts(16)
    strip.set_parts(made)
    with qtbot.waitSignal(strip.chosen) as signal:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.cell_rect(2).center())
    assert signal.args == [made[2].id]


def test_arrows_go_through_all_kept_parts_and_the_strip_follows(strip: Filmstrip) -> None:
    made = parts(60)
    strip.set_parts(made)
    assert strip.neighbor(-1) == made[-1].id
    strip.set_selected(made[-1].id)
    for expected in reversed(made[:-1]):
        chosen = strip.neighbor(-1)
        assert chosen == expected.id
        strip.set_selected(chosen)
        assert expected in strip.visible_parts
        assert len(strip.visible_parts) == SHOWN
    assert strip.neighbor(-1) == ""
    assert strip.neighbor(1) == made[1].id


def test_images_of_parts_that_left_are_let_go(strip: Filmstrip) -> None:
    strip.set_parts(parts(16))
    strip.grab()
    strip.set_parts(parts(16))
    strip.grab()
    assert len(strip._images) == SHOWN


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_verdict_can_be_painted(strip: Filmstrip, look: Look, theme: str) -> None:
    look.set_theme(theme)
    line = ScriptedLine()
    strip.set_parts([part_of(line.part(score, image=IMAGE)) for score in (0.3, 2.0)] + [part_of(line.part(None))])
    strip.set_selected(strip.visible_parts[0].id)
    for width in (1600, 900):
        strip.resize(width, strip.height())
        strip.grab()
    assert strip.part_at(QPoint(width - 3, 0).x()) is not None
