"""Who judges: chosen on drawn defects, explained by evidence, and in units in which good parts score about 1."""

import dataclasses

import numpy as np
import pytest
import torch

from inspector.core.errors import InvalidInput
from inspector.core.recipe import Framing
from inspector.training import weighing
from inspector.training.dataset import read_for_training
from inspector.training.features import CacheFiller, FeatureCache, TileEncoder
from inspector.training.job import TrainingCancelled
from inspector.training.products import find_products
from inspector.training.remembering import remember
from inspector.training.samples import load_picture
from inspector.training.weighing import CLEARLY, weigh
from inspector.vision.manifest import Judge
from inspector.vision.networks.backbone import load_lite0_weights
from inspector.vision.networks.config import DetectorConfig
from inspector.vision.networks.detector import build_detector
from inspector.vision.networks.memory import Weights
from inspector.vision.tiles import clip_at_peak
from tests.support.drawn_data import draw_data
from tests.support.vision import tiny_config

CONFIG = DetectorConfig.from_dict(tiny_config().to_dict() | {"memory": 200})


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    root = draw_data(tmp_path_factory.mktemp("data"), good=24, strips=6)
    return find_products(read_for_training(root), tile_px=CONFIG.input_size, seed=0)


@pytest.fixture(scope="module")
def state(products, tmp_path_factory):
    """Weights of a detector that remembers both products and has learned nothing."""
    torch.manual_seed(0)
    detector = build_detector(CONFIG, backbone_state=load_lite0_weights(), products=2)
    room = sum(product.tile_count(product.teaching, CONFIG.input_size) for product in products)
    names = [product.name for product in products]
    cache = FeatureCache(names, room, CONFIG.tokens, CONFIG.channels, tmp_path_factory.mktemp("cache"))
    filler = CacheFiller(TileEncoder(detector), cache)
    for number, product in enumerate(products):
        for sample in product.teaching:
            filler.add(number, product.cut(load_picture(sample), CONFIG.input_size))
    filler.flush()
    detector.fuser.set_statistics(*cache.channel_statistics())
    remember(detector, cache, seed=0, cancelled=lambda: False, done=lambda *_: None)
    return detector.state_dict()


@pytest.fixture
def detector(state):
    made = build_detector(CONFIG, backbone_state=None, products=2)
    made.load_state_dict(state)
    return made


def run(detector, products, *, trained, seed=0, cancelled=lambda: None):
    skipped, reports = [], []
    found = weigh(
        detector,
        products,
        trained=trained,
        seed=seed,
        cancelled=cancelled,
        skipped=lambda sample, _: skipped.append(sample),
        done=lambda *report: reports.append(report),
    )
    return found, skipped, reports


def frame_scores(detector, number, product):
    """Largest mean of four cells of each held-out picture's tiles, by the detector's own forward pass."""
    scores = []
    statistics = detector.input_statistics
    for sample in product.held_out:
        tiles = torch.from_numpy(product.cut(load_picture(sample), CONFIG.input_size)).float() / 255
        x = (tiles - torch.tensor(statistics.mean)) / torch.tensor(statistics.std)
        with torch.inference_mode():
            maps = detector(x.permute(0, 3, 1, 2), torch.full((len(tiles),), number))[:, 0].numpy()
        everywhere = np.ones((CONFIG.grid[0] - 1, CONFIG.grid[1] - 1), np.bool_)
        scores.append(max(float(clip_at_peak(values, everywhere).max()) for values in maps))
    return scores


def test_a_draft_is_judged_by_its_memory_and_compares_nothing(detector, products, monkeypatch):
    monkeypatch.setattr(weighing, "draw_defect", lambda *_, **__: pytest.fail("nothing needs to be drawn"))
    found, skipped, reports = run(detector, products, trained=False)
    assert list(found) == ["disk", "fabric"]
    assert all(entry.judge is Judge.MEMORY and entry.drawn_auroc == {} for entry in found.values())
    assert skipped == []
    assert reports == [(0, 2), (1, 2), (2, 2)]
    for number in (0, 1):
        assert detector.memory.weights_of(number).residual == 0


@pytest.mark.parametrize("trained", [False, True])
def test_good_parts_score_about_one_whoever_judges(detector, products, trained):
    assert products[0].framing.framing is Framing.WHOLE
    assert products[1].framing.framing is Framing.TILES
    found, _, _ = run(detector, products, trained=trained)
    for number, product in enumerate(products):
        scores = frame_scores(detector, number, product)
        if found[product.name].judge is Judge.BOTH:  # the peaks of two maps need not fall on the same cells
            assert 0.5 < np.mean(scores) <= 1.001
        else:
            assert np.mean(scores) == pytest.approx(1, rel=1e-3)


def test_a_network_that_learned_nothing_is_given_no_say_that_harms(detector, products):
    found, _, _ = run(detector, products, trained=True)
    for product in products:
        entry = found[product.name]
        assert set(entry.drawn_auroc) == set(Judge)
        assert entry.judge is not Judge.NETWORK
        best = max(entry.drawn_auroc.values())
        assert entry.drawn_auroc[entry.judge] >= best - CLEARLY
        assert entry.drawn_auroc[Judge.MEMORY] >= 0.7  # what is drawn can be seen


def test_the_same_seed_draws_the_same_and_another_does_not(detector, products):
    first, again, other = (run(detector, products, trained=True, seed=seed)[0] for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_without_memory_the_network_judges_and_nothing_is_looked_at(products, monkeypatch):
    monkeypatch.setattr(weighing, "load_picture", lambda _: pytest.fail("nothing needs to be read"))
    config = DetectorConfig.from_dict(CONFIG.to_dict() | {"memory": 0})
    bare = build_detector(config, backbone_state=None, products=2)
    found, _, _ = run(bare, products, trained=True)
    assert [entry.judge for entry in found.values()] == [Judge.NETWORK] * 2
    assert bare.memory.weights_of(1) == (1.0, 0.0)


def test_pictures_that_cannot_be_read_are_told_and_left_out(detector, products, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    disk = products[0]
    harmed = tuple(
        dataclasses.replace(sample, path=broken) if index else sample for index, sample in enumerate(disk.held_out)
    )
    found, skipped, _ = run(detector, [dataclasses.replace(disk, held_out=harmed)], trained=True)
    assert skipped == list(harmed[1:])
    assert found["disk"].judge in set(Judge)
    with pytest.raises(InvalidInput, match="disk: no held-out picture can be read"):
        run(detector, [dataclasses.replace(disk, held_out=harmed[1:])], trained=True)


def test_many_pictures_are_looked_at_in_part(detector, products, monkeypatch):
    asked = []
    monkeypatch.setattr(weighing, "MOST_PICTURES", 3)
    run(detector, products[:1], trained=False, cancelled=lambda: asked.append(1))
    assert len(asked) == 3
    fabric = products[1]
    tiles = fabric.tile_count(fabric.held_out[:1], CONFIG.input_size)
    monkeypatch.setattr(weighing, "MOST_TILES", 2 * tiles)
    monkeypatch.setattr(weighing, "MOST_PICTURES", 48)
    asked.clear()
    run(
        detector,
        [dataclasses.replace(fabric, held_out=fabric.teaching)],
        trained=False,
        cancelled=lambda: asked.append(1),
    )
    assert len(asked) == 2


def test_it_can_be_cancelled_before_every_picture(detector, products):
    def cancel():
        raise TrainingCancelled("cancelled")

    with pytest.raises(TrainingCancelled):
        run(detector, products, trained=True, cancelled=cancel)


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
            frames.append(tuple(torch.from_numpy(pair.astype(np.float32))))
    return made


def test_two_that_see_equally_well_judge_together():
    entry, weights = weighing._choose(maps(network=3, memory=3), trained=True)
    assert entry.judge is Judge.BOTH
    assert entry.drawn_auroc[Judge.BOTH] >= max(entry.drawn_auroc.values()) - CLEARLY
    assert weights.residual > 0
    assert weights.distance > 0


@pytest.mark.parametrize(
    ("network", "memory", "judge"), [(2, 0, Judge.NETWORK), (0, 2, Judge.MEMORY)], ids=["network", "memory"]
)
def test_one_that_alone_sees_clearly_more_judges_alone(network, memory, judge):
    entry, weights = weighing._choose(maps(network=network, memory=memory), trained=True)
    assert entry.drawn_auroc[judge] > entry.drawn_auroc[Judge.BOTH] + CLEARLY
    assert entry.judge is judge
    assert bool(weights.residual > 0) is (judge is Judge.NETWORK)
    assert bool(weights.distance > 0) is (judge is Judge.MEMORY)


def test_an_untrained_network_has_no_say_however_well_it_does():
    entry, weights = weighing._choose(maps(network=9, memory=0), trained=False)
    assert (entry.judge, dict(entry.drawn_auroc)) == (Judge.MEMORY, {})
    assert weights == Weights(0.0, weights.distance)


def test_maps_without_any_signal_still_give_weights_that_can_weigh(detector):
    flat = weighing._Maps()
    flat.good = flat.drawn = [(torch.zeros(1, 4, 4), torch.zeros(1, 4, 4))] * 3
    entry, weights = weighing._choose(flat, trained=True)
    assert entry.judge is Judge.BOTH
    detector.memory.weigh(0, weights)
