"""Who judges: chosen on drawn defects, explained by evidence, and in units in which good parts score about 1."""

import dataclasses

import numpy as np
import pytest
import torch

from inspector.core.errors import InvalidInput
from inspector.core.recipe import Framing
from inspector.training import weighing
from inspector.training.dataset import read_for_training
from inspector.training.framing import geometry_of
from inspector.training.job import TrainingCancelled
from inspector.training.products import find_products
from inspector.training.remembering import Remembered
from inspector.training.samples import load_picture
from inspector.training.weighing import CLEARLY, weigh
from inspector.vision.manifest import Judge
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.networks.detector import build_detector
from inspector.vision.networks.memory import Weights
from inspector.vision.tiles import clip_at_peak, peak_windows
from tests.support.drawn_data import draw_data
from tests.support.remembering import remembering
from tests.support.vision import tiny_config

CONFIG = DetectorConfig.from_dict(tiny_config().to_dict() | {"memory": 200})


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    root = draw_data(tmp_path_factory.mktemp("data"), good=24, strips=6)
    return find_products(read_for_training(root), geometry_of(CONFIG), seed=0)


@pytest.fixture(scope="module")
def taught(products, tmp_path_factory):
    """A detector that remembers both products and has learned nothing, and whom it remembers."""
    return remembering(CONFIG, products, tmp_path_factory.mktemp("cache"))


@pytest.fixture
def detector(taught):
    made, _ = taught
    weights = made.memory.weights.clone()
    yield made
    made.memory.weights.copy_(weights)


@pytest.fixture
def remembered(taught):
    return taught[1]


def run(detector, products, remembered, *, trained, seed=0, cancelled=lambda: None):
    skipped, reports = [], []
    found = weigh(
        detector,
        products,
        remembered,
        trained=trained,
        seed=seed,
        cancelled=cancelled,
        skipped=lambda sample, _: skipped.append(sample),
        done=lambda *report: reports.append(report),
    )
    return found, skipped, reports


def frame_scores(detector, number, product, remembered):
    """Largest mean of 32 px of each held-out picture's tiles, by the forward pass, as if nobody had remembered it."""
    scores = []
    statistics = detector.input_statistics
    for sample in product.held_out:
        tiles = torch.from_numpy(product.cut(load_picture(sample))).float() / 255
        x = (tiles - torch.tensor(statistics.mean)) / torch.tensor(statistics.std)
        with torch.no_grad(), remembered.without(number, product.groups[sample.name]):
            maps = detector(x.permute(0, 3, 1, 2), torch.full((len(tiles),), number))[:, 0].numpy()
        everywhere = peak_windows(np.ones_like(maps[0], np.bool_), 32 * maps.shape[-1] // CONFIG.input_size)
        scores.append(max(float(clip_at_peak(values, everywhere).max()) for values in maps))
    return scores


def test_a_draft_is_judged_by_its_memory_and_compares_nothing(detector, products, remembered, monkeypatch):
    monkeypatch.setattr(weighing, "draw_defect", lambda *_, **__: pytest.fail("nothing needs to be drawn"))
    found, skipped, reports = run(detector, products, remembered, trained=False)
    assert list(found) == ["disk", "fabric"]
    assert all(entry.judge is Judge.MEMORY and entry.drawn_auroc == {} for entry in found.values())
    assert skipped == []
    assert reports == [(0, 2), (1, 2), (2, 2)]
    for number in (0, 1):
        assert detector.memory.weights_of(number).residual == 0


@pytest.mark.parametrize("sharpened", [False, True])
@pytest.mark.parametrize("trained", [False, True])
def test_good_parts_score_about_one_whoever_judges(detector, products, remembered, trained, sharpened, monkeypatch):
    assert products[0].framing.framing is Framing.WHOLE
    assert products[1].framing.framing is Framing.TILES
    found, _, _ = run(detector, products, remembered, trained=trained)
    if not sharpened:
        monkeypatch.setattr("inspector.vision.networks.memory.sharpen", lambda coarse, _: coarse)
    for number, product in enumerate(products):
        scores = frame_scores(detector, number, product, remembered)
        if found[product.name].judge is Judge.BOTH:  # the peaks of two maps need not fall on the same cells
            assert 0.5 < np.mean(scores) <= 1.001
        else:  # sharpening smooths a little
            assert np.mean(scores) == pytest.approx(1, rel=0.1 if sharpened else 1e-3)


def test_a_network_that_learned_nothing_is_given_no_say_that_harms(detector, products, remembered):
    found, _, _ = run(detector, products, remembered, trained=True)
    for product in products:
        entry = found[product.name]
        assert set(entry.drawn_auroc) == set(Judge)
        assert entry.judge is not Judge.NETWORK
        best = max(entry.drawn_auroc.values())
        assert entry.drawn_auroc[entry.judge] >= best - CLEARLY
        assert entry.drawn_auroc[Judge.MEMORY] >= 0.7  # what is drawn can be seen


def test_the_same_seed_draws_the_same_and_another_does_not(detector, products, remembered):
    first, again, other = (run(detector, products, remembered, trained=True, seed=seed)[0] for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_without_memory_the_network_judges_and_nothing_is_looked_at(products, monkeypatch):
    monkeypatch.setattr(weighing, "load_picture", lambda _: pytest.fail("nothing needs to be read"))
    config = DetectorConfig.from_dict(CONFIG.to_dict() | {"memory": 0, "detail": 0})
    bare = build_detector(config, backbone_state=None, products=2)
    found, _, _ = run(bare, products, Remembered(bare.memory), trained=True)
    assert [entry.judge for entry in found.values()] == [Judge.NETWORK] * 2
    assert bare.memory.weights_of(1) == (1.0, 0.0, 0.0)


def test_pictures_that_cannot_be_read_are_told_and_left_out(detector, products, remembered, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    disk = products[0]
    harmed = tuple(
        dataclasses.replace(sample, path=broken) if index else sample for index, sample in enumerate(disk.held_out)
    )
    found, skipped, _ = run(detector, [dataclasses.replace(disk, held_out=harmed)], remembered, trained=True)
    assert skipped == list(harmed[1:])
    assert found["disk"].judge in set(Judge)
    with pytest.raises(InvalidInput, match="disk: no held-out picture can be read"):
        run(detector, [dataclasses.replace(disk, held_out=harmed[1:])], remembered, trained=True)


def test_many_pictures_are_looked_at_in_part(detector, products, remembered, monkeypatch):
    asked = []
    monkeypatch.setattr(weighing, "MOST_PICTURES", 3)
    run(detector, products[:1], remembered, trained=False, cancelled=lambda: asked.append(1))
    assert len(asked) == 3
    fabric = products[1]
    tiles = fabric.tile_count(fabric.held_out[:1])
    monkeypatch.setattr(weighing, "MOST_TILES", 2 * tiles)
    monkeypatch.setattr(weighing, "MOST_PICTURES", 48)
    asked.clear()
    run(
        detector,
        [dataclasses.replace(fabric, held_out=fabric.teaching)],
        remembered,
        trained=False,
        cancelled=lambda: asked.append(1),
    )
    assert len(asked) == 2


def test_it_can_be_cancelled_before_every_picture(detector, products, remembered):
    def cancel():
        raise TrainingCancelled("cancelled")

    with pytest.raises(TrainingCancelled):
        run(detector, products, remembered, trained=True, cancelled=cancel)


# --- the choice alone ------------------------------------------------------------------------------------------------


def maps(*, network, memory, count=40, seed=0):
    """Good and drawn frames of one tile; `network` and `memory` are by how many spreads a defect stands out there."""
    random = np.random.default_rng(seed)
    made = weighing._Maps()
    for frames, strength in ((made.good, (0, 0)), (made.drawn, (network, memory))):
        for _ in range(count):
            pair = 10 + random.normal(0, 0.3, (2, 1, 4, 4))
            for which in (0, 1):
                pair[which, 0, 1:3, 1:3] += 0.3 * strength[which]
            frames.append(weighing._Frame(*torch.from_numpy(pair.astype(np.float32)), detail=None))
    return made


def test_held_out_pictures_are_looked_at_without_their_capture_group(detector, products, remembered, monkeypatch):
    hidden = []
    without = Remembered.without

    def spy(self, product, group):
        hidden.append((product, group))
        return without(self, product, group)

    monkeypatch.setattr(Remembered, "without", spy)
    before = detector.memory.tokens.clone()
    run(detector, products, remembered, trained=True)
    assert hidden == [
        (number, product.groups[sample.name]) for number, product in enumerate(products) for sample in product.held_out
    ]
    assert torch.equal(detector.memory.tokens, before)


def test_detail_peaks_at_half_of_what_it_sharpens():
    made = maps(network=1, memory=1)
    made.good = [frame._replace(detail=torch.full((1, 8, 8), 5.0)) for frame in made.good]
    for trained in (False, True):
        _, weights = weighing._choose(made, trained=trained, few=False)
        assert weights.detail == pytest.approx(weighing.DETAIL_SHARE / 5)


def test_two_that_see_equally_well_judge_together():
    entry, weights = weighing._choose(maps(network=3, memory=3), trained=True, few=False)
    assert entry.judge is Judge.BOTH
    assert entry.drawn_auroc[Judge.BOTH] >= max(entry.drawn_auroc.values()) - CLEARLY
    assert weights.residual > 0
    assert weights.distance > 0


@pytest.mark.parametrize(
    ("network", "memory", "judge"), [(2, 0, Judge.NETWORK), (0, 2, Judge.MEMORY)], ids=["network", "memory"]
)
def test_one_that_alone_sees_clearly_more_judges_alone(network, memory, judge):
    entry, weights = weighing._choose(maps(network=network, memory=memory), trained=True, few=False)
    assert entry.drawn_auroc[judge] > entry.drawn_auroc[Judge.BOTH] + CLEARLY
    assert entry.judge is judge
    assert bool(weights.residual > 0) is (judge is Judge.NETWORK)
    assert bool(weights.distance > 0) is (judge is Judge.MEMORY)


def test_with_few_held_out_the_memory_judges_unless_another_is_clearly_better():
    equal, _ = weighing._choose(maps(network=3, memory=3), trained=True, few=True)
    assert equal.judge is Judge.MEMORY
    better, _ = weighing._choose(maps(network=2, memory=0), trained=True, few=True)
    assert better.judge is Judge.NETWORK


def test_what_is_clear_on_many_pictures_is_not_on_few(monkeypatch):
    areas = iter([0.90, 0.90, 0.93] * 2)  # both, memory, network
    monkeypatch.setattr(weighing, "_area", lambda *_: next(areas))
    many, few = maps(network=1, memory=1), maps(network=1, memory=1)
    many.good = many.good * 20
    few.good = few.good[:6]
    assert weighing._choose(many, trained=True, few=False)[0].judge is Judge.NETWORK
    assert weighing._choose(few, trained=True, few=False)[0].judge is Judge.BOTH


def test_an_untrained_network_has_no_say_however_well_it_does():
    entry, weights = weighing._choose(maps(network=9, memory=0), trained=False, few=False)
    assert (entry.judge, dict(entry.drawn_auroc)) == (Judge.MEMORY, {})
    assert weights == Weights(0.0, weights.distance, 0.0)


def test_maps_without_any_signal_still_give_weights_that_can_weigh(detector):
    flat = weighing._Maps()
    flat.good = flat.drawn = [weighing._Frame(torch.zeros(1, 4, 4), torch.zeros(1, 4, 4), torch.zeros(1, 8, 8))] * 3
    entry, weights = weighing._choose(flat, trained=True, few=False)
    assert entry.judge is Judge.BOTH
    detector.memory.weigh(0, weights)
