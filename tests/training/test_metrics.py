"""Metrics against scikit-learn, against a plain per-region overlap, and at their edges."""

import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, label
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from inspector.training.metrics import PixelCounter, auroc, average_precision, f1_max, roc_curve


def reference_f1(labels, scores):
    precision, recall, _ = precision_recall_curve(labels, scores)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12)))


def reference_aupro(masks, maps, limit=0.3, steps=4000):
    """The formula of the peers' script, on a finer grid of false-positive rates."""
    good = np.sort(maps[~masks])
    regions = []
    for mask, values in zip(masks, maps, strict=True):
        labels, count = label(mask)
        regions += [np.sort(values[labels == index]) for index in range(1, count + 1)]
    rates = np.linspace(0, limit, steps)
    cuts = np.quantile(good, 1 - rates)
    overlap = [np.mean([1 - np.searchsorted(region, cut) / len(region) for region in regions]) for cut in cuts]
    return float(np.trapezoid(overlap, rates) / limit)


def drawn(seed, *, lift=0.5):
    """Smooth random maps with masks that are partly hit."""
    rng = np.random.default_rng(seed)
    masks = gaussian_filter(rng.standard_normal((6, 96, 128)), (0, 5, 5)) > 0.09
    masks[0] = False
    maps = np.abs(gaussian_filter(rng.standard_normal(masks.shape), (0, 2, 2))) + lift * gaussian_filter(
        masks.astype(float), (0, 3, 3)
    )
    return masks, maps.astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_frame_metrics_equal_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    good, defective = rng.normal(0, 1, 40), rng.normal(0.7, 1, 25)
    if seed % 2:  # with ties
        good, defective = good.round(1), defective.round(1)
    labels, scores = [0] * 40 + [1] * 25, np.concatenate([good, defective])
    assert auroc(good, defective) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert average_precision(good, defective) == pytest.approx(average_precision_score(labels, scores), abs=1e-12)
    assert f1_max(good, defective) == pytest.approx(reference_f1(labels, scores), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_pixel_metrics_equal_scikit_learn_within_the_stated_error(seed):
    masks, maps = drawn(seed)
    counter = PixelCounter(connectivity=4)
    for mask, values in zip(masks, maps, strict=True):
        counter.add(values, mask)
    figures = counter.figures()
    truth, scores = masks.ravel(), maps.ravel()
    assert abs(figures.auroc - roc_auc_score(truth, scores)) <= figures.auroc_error + 1e-12
    assert figures.auroc_error < 1e-3
    assert figures.average_precision == pytest.approx(average_precision_score(truth, scores), abs=2e-3)
    assert figures.f1_max == pytest.approx(reference_f1(truth, scores), abs=1e-3)
    assert figures.aupro == pytest.approx(reference_aupro(masks, maps), abs=2e-3)


def test_a_detector_that_sorts_the_wrong_way_stays_below_half():
    assert auroc([3.0, 2.0], [1.0, 0.5]) == 0.0


def test_small_regions_weigh_as_much_as_large_ones():
    mask = np.zeros((64, 64), bool)
    mask[:32, :32] = True
    mask[60, 60] = True
    values = np.zeros((64, 64), np.float32)
    values[:32, :32] = 1.0  # the large region is hit fully, the single pixel not at all
    counter = PixelCounter()
    counter.add(values, mask)
    figures = counter.figures()
    assert counter.regions == 2
    # Half of the regions are found at once; the other half comes in proportion to the false-positive rate.
    assert figures.aupro == pytest.approx(0.5 + 0.5 * 0.3 / 2, abs=1e-6)


def test_corner_contact_joins_regions_only_with_eight_neighbors():
    mask = np.eye(8, dtype=bool)
    for connectivity, regions in ((8, 1), (4, 8)):
        counter = PixelCounter(connectivity=connectivity)
        counter.add(np.ones((8, 8), np.float32), mask)
        assert counter.regions == regions


def test_frames_may_differ_in_size():
    counter = PixelCounter()
    rng = np.random.default_rng(0)
    for shape in ((40, 300), (256, 16), (7, 9)):
        mask = rng.random(shape) > 0.7
        counter.add((mask * 2 + rng.random(shape)).astype(np.float32), mask)
    assert counter.figures().auroc == pytest.approx(1.0)


def test_one_kind_alone_gives_no_figure():
    assert math.isnan(auroc([1.0], []))
    assert math.isnan(average_precision([], [1.0]))
    assert math.isnan(f1_max([1.0], []))
    counter = PixelCounter()
    counter.add(np.ones((4, 4), np.float32), np.zeros((4, 4), bool))
    figures = counter.figures()
    assert math.isnan(figures.auroc)
    assert math.isnan(figures.average_precision)
    assert math.isnan(figures.aupro)


def test_curves_run_from_corner_to_corner():
    curve = roc_curve([0.0, 1.0, 2.0], [1.5, 3.0])
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    assert (np.diff(curve.x) >= 0).all()
    assert (np.diff(curve.y) >= 0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.1])
def test_values_that_cannot_be_ranked_are_refused(bad):
    values = np.ones((4, 4), np.float32)
    values[1, 2] = bad
    with pytest.raises(ValueError, match="finite and not below 0"):
        PixelCounter().add(values, np.zeros((4, 4), bool))
