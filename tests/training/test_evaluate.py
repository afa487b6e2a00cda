"""Evaluation by a model whose answers are known, and the page that is made of it."""

import json
import math
import re

import numpy as np
import pytest

from inspector.core.anomaly import AnomalyMap
from inspector.core.errors import InvalidInput, InvalidRecipe, OperationalError
from inspector.core.recipe import Framing, Recipe
from inspector.core.refs import ModelRef
from inspector.training.evaluate import evaluate
from inspector.training.report import write_report
from tests.support.drawn_data import draw_data

KEYS = {
    "image_auroc",
    "image_ap",
    "image_f1max",
    "pixel_auroc",
    "pixel_ap",
    "pixel_f1max",
    "aupro",
    "n_good",
    "n_defect",
    "limit",
    "false_reject_rate",
    "detection_rate",
    "ms_per_frame",
}


class BlackSpotModel:
    """An anomaly model that calls near-black pixels defective: right about every drawn defect."""

    device = "CPU"
    runtime = "scripted"
    ref = ModelRef("spots", 3, "ab" * 32)

    def __init__(self, products=("disk", "fabric"), level=1.0, spoil=None):
        self.products = products
        self._level = level
        self._spoil = spoil
        self._size = None

    def recipe_for(self, product):
        if product not in self.products:
            raise InvalidRecipe([f"product: {product} unknown"])
        return Recipe(product=product, version=0, model_name="spots", framing=Framing.WHOLE)

    def prepare(self, recipe, image_size):
        self._size = image_size
        return image_size.height, image_size.width

    def infer(self, frame):
        assert frame.size == self._size
        gray = frame.image if frame.image.ndim == 2 else frame.image.max(axis=2)
        values = np.where(gray < 10, 2.0, 0.5 + gray / 1000).astype(np.float32) * self._level
        if self._spoil is not None:
            values[3, 3] = self._spoil
        return AnomalyMap(values, 1.0, float(values.max()), self.ref)

    def self_test(self):
        pass

    def close(self):
        pass


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return draw_data(tmp_path_factory.mktemp("data"), good=6, strips=6)


def test_the_object_has_exactly_the_promised_keys_and_right_figures(data):
    reports = []
    result = evaluate(BlackSpotModel(), data, progress=reports.append)
    found = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert set(found) == {"model", "device", "runtime", "categories", "mean"}
    assert (found["model"], found["device"], found["runtime"]) == ("spots v3", "CPU", "scripted")
    assert set(found["categories"]) == {"disk", "fabric"}
    disk = found["categories"]["disk"]
    assert set(disk) == KEYS
    assert (disk["n_good"], disk["n_defect"], disk["limit"]) == (2, 3, 1.0)
    assert disk["image_auroc"] == disk["image_ap"] == disk["image_f1max"] == 1.0
    assert (disk["false_reject_rate"], disk["detection_rate"]) == (0.0, 1.0)
    assert disk["pixel_auroc"] == pytest.approx(1.0)
    assert disk["aupro"] == pytest.approx(1.0)
    assert found["mean"]["image_auroc"] == 1.0
    assert [report.done for report in reports] == list(range(1, 10))
    assert {report.total for report in reports} == {9}
    assert reports[-1].seconds_left == 0


def test_the_limit_is_the_models_own(data):
    strict = evaluate(BlackSpotModel(level=4.0), data).to_dict()["mean"]
    loose = evaluate(BlackSpotModel(level=0.25), data).to_dict()["mean"]
    assert (strict["false_reject_rate"], strict["detection_rate"]) == (1.0, 1.0)
    assert (loose["false_reject_rate"], loose["detection_rate"]) == (0.0, 0.0)
    assert strict["image_auroc"] == loose["image_auroc"] == 1.0


def test_a_defect_without_outline_counts_for_pictures_only(data):
    result = evaluate(BlackSpotModel(), data)
    disk = result.categories["disk"]
    assert dict(disk.by_kind) == {"hole": (2, 2), "stain": (1, 1)}
    masked = sum(1 for case in disk.worst_defective if case.sample.mask is not None)
    assert (masked, len(disk.worst_defective)) == (2, 3)
    # All good pixels and those of two outlined pictures; the third picture's would add 96 * 96.
    assert disk.pixels.pro.y[-1] == pytest.approx(1.0)


def test_the_worst_come_first(data):
    disk = evaluate(BlackSpotModel(), data).categories["disk"]
    good = [case.anomaly_map.score for case in disk.worst_good]
    assert good == sorted(disk.good, reverse=True)
    assert [case.anomaly_map.score for case in disk.worst_defective] == sorted(disk.defective)


def test_good_pictures_alone_give_rates_but_no_figures(tmp_path):
    root = draw_data(tmp_path, good=6)
    for name in ("hole", "stain"):
        for path in (root / "disk" / "test" / name).iterdir():
            path.unlink()
    found = evaluate(BlackSpotModel(), root).to_dict()
    disk = found["categories"]["disk"]
    assert disk["image_auroc"] is None
    assert disk["aupro"] is None
    assert disk["detection_rate"] is None
    assert disk["false_reject_rate"] == 0.0
    assert found["mean"]["image_auroc"] is None


def test_categories_the_model_does_not_know_are_named(data):
    result = evaluate(BlackSpotModel(products=("disk",)), data)
    assert set(result.categories) == {"disk"}
    assert [entry.name for entry in result.skipped] == ["fabric"]
    with pytest.raises(InvalidInput, match="knows cap; the data has disk, fabric"):
        evaluate(BlackSpotModel(products=("cap",)), data)


def test_damaged_pictures_and_wrong_masks_are_named_not_judged(tmp_path):
    root = draw_data(tmp_path, good=6)
    picture = root / "disk" / "test" / "good" / "000.png"
    picture.write_bytes(picture.read_bytes()[:-300])
    mask = root / "disk" / "ground_truth" / "hole" / "000_mask.png"
    mask.write_bytes((root / "disk" / "ground_truth" / "hole" / "001_mask.png").read_bytes()[:-40])
    result = evaluate(BlackSpotModel(), root)
    assert {entry.name for entry in result.skipped} == {"disk/test/good/000.png", "disk/test/hole/000.png"}
    figures = result.categories["disk"].figures
    assert (figures.n_good, figures.n_defect) == (1, 2)


@pytest.mark.parametrize("spoil", [math.nan, math.inf])
def test_a_map_that_is_not_finite_ends_the_evaluation(data, spoil):
    with pytest.raises(OperationalError, match="not finite"):
        evaluate(BlackSpotModel(spoil=spoil), data)


def test_the_report_stands_alone_and_shows_the_worst_cases(data, tmp_path):
    result = evaluate(BlackSpotModel(products=("disk",)), data)
    page = write_report(result, tmp_path / "out").read_text("utf-8")
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|@import|<script""", page)
    assert page.count("<svg") == 3
    # Two good and three defective parts, each as it is and with heat.
    assert page.count("data:image/jpeg;base64,") == 10
    assert "disk/test/stain/0.png" in page
    assert "no outline given" in page
    assert "was not taught this category" in page
    assert page.count("<tr>") == 2  # one head, one category, no mean of one
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.html"]


def test_names_from_outside_cannot_change_the_page(tmp_path):
    root = tmp_path / "data"
    draw_data(root, good=6)
    (root / "disk").rename(root / "<b>x")
    result = evaluate(BlackSpotModel(products=("<b>x",)), root)
    assert "<b>x" not in write_report(result, tmp_path).read_text("utf-8")


def test_a_report_that_cannot_be_written_is_named(data, tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OperationalError, match="DAT-002"):
        write_report(evaluate(BlackSpotModel(), data), tmp_path / "out")
