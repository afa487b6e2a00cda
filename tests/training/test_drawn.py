"""Drawn defects: inside the picture, seen where the mask says, of a size the network can see."""

import cv2
import numpy as np
import pytest

from inspector.training.drawn import SMALLEST_PX, VISIBLE_LEVELS, DefectKind, closing_px, draw_defect


def surface(seed, *, height=160, width=200, grey=False):
    """A smooth colored surface with grain."""
    rng = np.random.default_rng(seed)
    channels = 1 if grey else 3
    coarse = rng.uniform(60, 200, (8, 8, channels)).astype(np.float32)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).reshape(height, width, channels)
    image = np.clip(smooth + rng.normal(0, 6, (height, width, 1)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(image, (height, width, 3)))


def changed(image, drawn):
    return cv2.absdiff(image, drawn.image).max(axis=2)


def extent(mask):
    rows, columns = np.nonzero(mask)
    return int(max(np.ptp(rows), np.ptp(columns))) + 1


@pytest.mark.parametrize("kind", DefectKind)
@pytest.mark.parametrize("grey", [False, True])
def test_the_mask_is_where_the_picture_changed(kind, grey):
    image, donor = surface(1, grey=grey), surface(2, grey=grey)
    before = image.copy()
    kept = 0
    for seed in range(25):
        drawn = draw_defect(image, donor, np.random.default_rng(seed), kind=kind)
        kept += drawn.kind is kind
        visible = changed(image, drawn) >= VISIBLE_LEVELS
        assert drawn.image.shape == image.shape
        assert drawn.image.dtype == np.uint8
        assert drawn.mask.dtype == np.bool_
        assert visible.any()
        assert drawn.mask[visible].all()
        reach = 2 * closing_px(160) + 1
        near = cv2.dilate(visible.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
        assert near[drawn.mask].all()
        assert extent(drawn.mask) <= 0.75 * 160
        if grey:
            assert np.ptp(drawn.image, axis=2).max() == 0
    assert kept >= 20
    assert np.array_equal(image, before)


def test_all_kinds_are_drawn():
    image, donor = surface(1), surface(2)
    rng = np.random.default_rng(0)
    assert {draw_defect(image, donor, rng).kind for _ in range(60)} == set(DefectKind)


def test_the_same_state_draws_the_same_defect():
    image, donor = surface(1), surface(2)
    for seed in range(10):
        first, second = (draw_defect(image, donor, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first.image, second.image)
        assert np.array_equal(first.mask, second.mask)
        assert first.kind is second.kind
    other = draw_defect(image, donor, np.random.default_rng(99))
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("kind", DefectKind)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_what_would_not_be_seen_becomes_a_spot(kind, level):
    flat = np.full((96, 96, 3), level, np.uint8)
    for seed in range(20):
        drawn = draw_defect(flat, flat, np.random.default_rng(seed), kind=kind)
        assert drawn.mask.any()
        assert drawn.kind in {kind, DefectKind.SPOT}
        assert kind is not DefectKind.CUT or drawn.kind is DefectKind.SPOT


@pytest.mark.parametrize(("height", "width"), [(SMALLEST_PX, SMALLEST_PX), (64, 64), (20, 300), (300, 20)])
@pytest.mark.parametrize("kind", DefectKind)
def test_small_and_narrow_pictures(height, width, kind):
    image, donor = surface(1, height=height, width=width), surface(2, height=5, width=7)
    for seed in range(40):
        drawn = draw_defect(image, donor, np.random.default_rng(seed), kind=kind)
        assert drawn.image.shape == image.shape
        assert drawn.mask.any()
        assert not changed(image, drawn)[~drawn.mask].max(initial=0) >= VISIBLE_LEVELS


@pytest.mark.parametrize("kind", DefectKind)
def test_sizes_follow_the_unit_and_not_the_frame(kind):
    image, donor = surface(1, height=1200, width=1800), surface(2, height=1200, width=1800)
    tiled, whole = [
        np.array(
            [
                extent(draw_defect(image, donor, np.random.default_rng(seed), unit_px=unit, kind=kind).mask)
                for seed in range(12)
            ]
        )
        for unit in (256, None)
    ]
    assert tiled.max() <= 0.75 * 256
    assert 3 < np.median(whole / tiled) < 7


def test_a_frame_of_4096_px():
    image = np.full((4096, 4096, 3), 100, np.uint8)
    drawn = draw_defect(image, image, np.random.default_rng(5), kind=DefectKind.SCRATCH)
    assert drawn.kind is DefectKind.SCRATCH
    assert drawn.mask.sum() > 16 * 0.05 * 4096  # as wide as a pixel of the network's input


def test_a_blob_is_one_piece():
    flat = np.full((256, 256, 3), 128, np.uint8)
    pieces = []
    for seed in range(40):
        drawn = draw_defect(flat, flat, np.random.default_rng(seed), kind=DefectKind.TONE)
        pieces.append(cv2.connectedComponents(drawn.mask.astype(np.uint8))[0] - 1)
    assert np.mean(np.array(pieces) == 1) > 0.9


def test_wrong_pictures_are_refused():
    rng, image = np.random.default_rng(0), surface(1)
    with pytest.raises(ValueError, match="image"):
        draw_defect(image[..., 0], image, rng)
    with pytest.raises(ValueError, match="donor"):
        draw_defect(image, image.astype(np.float32), rng)
    with pytest.raises(ValueError, match="15 px"):
        draw_defect(image[:15], image, rng)
    with pytest.raises(ValueError, match="8 px"):
        draw_defect(image, image, rng, unit_px=8)
