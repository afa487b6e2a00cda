"""Turning loses nothing and keeps the shape."""

import numpy as np
import pytest

from inspector.vision.turns import Turn, turned


def test_a_picture_is_turned_the_way_it_says() -> None:
    image = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert turned(image, None) is image
    assert np.array_equal(turned(image, Turn.LEFT_RIGHT)[0, 0], image[0, 2])
    assert np.array_equal(turned(image, Turn.TOP_BOTTOM)[0, 0], image[1, 0])
    assert np.array_equal(turned(image, Turn.HALF)[0, 0], image[1, 2])


@pytest.mark.parametrize("turn", list(Turn))
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3)])
def test_turned_twice_it_is_as_it_was(turn: Turn, shape: tuple[int, ...]) -> None:
    picture = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    once = turned(picture, turn)
    assert once.shape == picture.shape
    assert once.dtype == picture.dtype
    assert once.flags.c_contiguous
    assert np.array_equal(turned(once, turn), picture)
