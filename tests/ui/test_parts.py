"""What the screen keeps of a part."""

import numpy as np
import pytest

from inspector.core.decision import Verdict
from inspector.ui.parts import Pictures, part_of, thumbnail
from tests.support.scripted_line import ScriptedLine, draw_part


@pytest.mark.parametrize("shape", [(2048, 2448, 3), (1024, 1280), (1, 1), (40, 3000, 3), (144, 144)])
def test_a_thumbnail_is_small_and_owns_its_memory(shape: tuple[int, ...]) -> None:
    image = np.zeros(shape, np.uint8)
    small = thumbnail(image)
    assert 1 <= max(small.shape[:2]) <= 144
    assert small.ndim == image.ndim
    assert small.base is None
    assert small.flags.c_contiguous


def test_a_part_keeps_what_was_decided(line: ScriptedLine) -> None:
    part = part_of(line.part(2.41, image=draw_part(512, 640)))
    assert part.verdict is Verdict.FAIL
    assert not part.passed
    assert part.image_size is not None
    assert (part.image_size.height, part.image_size.width) == (512, 640)


def test_a_missed_frame_is_a_part_without_picture(line: ScriptedLine) -> None:
    part = part_of(line.part(None))
    assert part.thumbnail is None
    assert part.image_size is None
    assert part.verdict is Verdict.NOT_INSPECTED


def test_pictures_stay_within_their_budget() -> None:
    pictures = Pictures(budget_bytes=10_000)
    for number in range(20):
        pictures.add(str(number), np.zeros((30, 40), np.uint8))
    kept = [number for number in range(20) if pictures.get(str(number)) is not None]
    assert kept == list(range(12, 20))


def test_one_picture_is_kept_however_large() -> None:
    pictures = Pictures(budget_bytes=10)
    pictures.add("a", np.zeros((30, 40), np.uint8))
    assert pictures.get("a") is not None
