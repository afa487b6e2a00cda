"""The drawn products: the same for the same words, different for others, defective where the mask says so."""

import numpy as np
import pytest

from inspector.cameras.scenes.registry import SCENES
from inspector.cameras.scenes.scene import MAX_SIZE, DefectKind, DefectPlan, PartPlan, Scene
from inspector.cameras.scenes.sensor import Exposure
from inspector.core.geometry import Size

SIZE = Size(256, 320)
EVERY_DEFECT = [(name, kind) for name, scene in SCENES.items() for kind in scene.kinds]


@pytest.fixture(scope="module", params=SCENES)
def scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]()


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one.astype(np.int16) - other).max(axis=2)


def test_three_products_an_object_a_texture_and_an_assembly() -> None:
    assert list(SCENES) == ["cap", "brushed", "board"]


def test_a_part_is_a_function_of_scene_seed_and_number(scene: Scene) -> None:
    first = scene.draw(PartPlan(5, 3), SIZE)
    scene.draw(PartPlan(6, 3), SIZE)
    again = scene.draw(PartPlan(5, 3), SIZE)
    fresh = type(scene)().draw(PartPlan(5, 3), SIZE)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.image, fresh.image)


def test_other_numbers_and_seeds_are_other_parts(scene: Scene) -> None:
    one = scene.draw(PartPlan(5, 3), SIZE).image
    for other in (PartPlan(6, 3), PartPlan(5, 4)):
        assert difference(one, scene.draw(other, SIZE).image).mean() > 1


def test_a_good_part_has_an_empty_mask(scene: Scene) -> None:
    part = scene.draw(PartPlan(1), SIZE)
    assert part.defect is None
    assert not part.mask.any()
    assert part.image.shape == (256, 320, 3)
    assert part.mask.shape == (256, 320)
    assert part.image.flags.c_contiguous


@pytest.mark.parametrize(("name", "kind"), EVERY_DEFECT, ids=lambda value: getattr(value, "value", value))
def test_a_defect_changes_the_picture_inside_its_mask_only(name: str, kind: DefectKind) -> None:
    scene = SCENES[name]()
    for number in range(1, 9):
        good = scene.draw(PartPlan(number, 2), SIZE)
        bad = scene.draw(PartPlan(number, 2, kind), SIZE)
        assert bad.defect == kind.value
        marked = bad.mask > 0
        assert set(np.unique(bad.mask)) <= {0, 255}
        assert 4 <= marked.sum() < 0.1 * marked.size, f"part {number}"
        changed = difference(good.image, bad.image)
        assert changed[marked].mean() > 4, f"part {number} is defective in words only"
        # Shadows and soft flanks reach a little beyond; nothing far away may tell.
        rows, columns = np.nonzero(marked)
        far = np.ones_like(marked)
        far[max(0, rows.min() - 16) : rows.max() + 16, max(0, columns.min() - 16) : columns.max() + 16] = False
        assert (changed[far] > 12).mean() < 0.001, f"part {number}"


@pytest.mark.parametrize("size", [Size(64, 64), Size(100, 357), Size(480, 160)])
def test_any_size_can_be_drawn(scene: Scene, size: Size) -> None:
    for defect in (None, *scene.kinds):
        part = scene.draw(PartPlan(3, 1, defect), size)
        assert Size.of(part.image.shape) == size


def test_detail_grows_with_the_size(scene: Scene) -> None:
    """A larger sensor sees finer edges, not the same ones blown up."""
    small = scene.draw(PartPlan(3), Size(256, 320)).image.astype(np.float32).mean(axis=2)
    large = scene.draw(PartPlan(3), Size(512, 640)).image.astype(np.float32).mean(axis=2)
    blown_up = small.repeat(2, axis=0).repeat(2, axis=1)
    fine = np.abs(np.diff(large, axis=0))[::2].mean()
    assert fine > 1.5 * np.abs(np.diff(blown_up, axis=0))[::2].mean()


@pytest.mark.parametrize("size", [Size(63, 640), Size(4000, 4000), Size(100, MAX_SIZE.width + 1)])
def test_a_size_beyond_the_limits_is_refused_with_the_limits(size: Size) -> None:
    with pytest.raises(ValueError, match="5472 × 3648"):
        SCENES["cap"]().draw(PartPlan(1), size)


def test_a_defect_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="brushed has no defect missing"):
        SCENES["brushed"]().draw(PartPlan(1, 0, DefectKind.MISSING), SIZE)


def test_exposure_multiplies_until_it_clips(scene: Scene) -> None:
    normal = scene.draw(PartPlan(2), SIZE, Exposure(1.0)).image.astype(np.float32)
    half = scene.draw(PartPlan(2), SIZE, Exposure(0.5)).image.astype(np.float32)
    middle = (normal > 60) & (normal < 220)
    assert half[middle].mean() / normal[middle].mean() == pytest.approx(0.5, abs=0.02)
    assert (scene.draw(PartPlan(2), SIZE, Exposure(40.0)).image >= 245).mean() > 0.8


def test_gain_amplifies_signal_and_noise() -> None:
    """A quarter of the light with four times the gain is as bright, and noisier by what the gain did to the noise."""
    scene = SCENES["cap"]()
    quiet = scene.draw(PartPlan(2), SIZE, Exposure(1.0, 0.0)).image.astype(np.float32)
    loud = scene.draw(PartPlan(2), SIZE, Exposure(0.25, 12.04)).image.astype(np.float32)
    middle = (quiet > 30) & (quiet < 200)
    assert loud[middle].mean() == pytest.approx(quiet[middle].mean(), rel=0.03)
    assert 1.2 < (loud - quiet)[middle].std() < 4


def test_light_varies_from_part_to_part() -> None:
    scene = SCENES["brushed"]()
    levels = [scene.draw(PartPlan(n), SIZE).image.mean() for n in range(1, 21)]
    assert 0.02 < np.std(levels) / np.mean(levels) < 0.08


def test_every_tenth_part_is_defective() -> None:
    kinds = SCENES["cap"].kinds
    parts = [DefectPlan().part(n, 9, kinds) for n in range(1, 1001)]
    bad = [part for part in parts if part.defect is not None]
    assert [part.number for part in bad] == list(range(10, 1001, 10))
    assert {part.defect for part in bad[: len(kinds)]} == set(kinds), "every kind comes before one repeats"


def test_a_rate_of_defects_comes_by_chance_and_repeats_by_seed() -> None:
    kinds = SCENES["board"].kinds
    plan = DefectPlan(rate=0.2)
    parts = [plan.part(n, 4, kinds) for n in range(1, 1001)]
    assert 150 < sum(part.defect is not None for part in parts) < 250
    assert parts == [plan.part(n, 4, kinds) for n in range(1, 1001)]


def test_no_defects_at_all_when_none_are_asked() -> None:
    assert all(DefectPlan(every=0).part(n, 0, SCENES["cap"].kinds).defect is None for n in range(1, 100))
