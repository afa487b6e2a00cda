"""The model at work: levels, products, self-test, and what it must never hide."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from inspector.core.decision import map_problem
from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import Framing, Recipe
from inspector.core.refs import ModelRef
from inspector.vision.device import DeviceChoice, choose_device
from inspector.vision.host_engine import HostEngine
from inspector.vision.manifest import ProductEntry
from inspector.vision.model import TiledModel
from inspector.vision.networks.detector import Detector
from inspector.vision.runtimes import OpenVinoRuntime, TorchRuntime
from inspector.vision.selftest import compare_maps
from inspector.vision.turns import Turn
from tests.support.vision import (
    BrightnessEngine,
    draw_image,
    make_frame,
    new_detector,
    product_entry,
    tiny_detector,
    tiny_manifest,
    tiny_recipe,
    tiny_self_test,
)

REF = ModelRef("tiny", 1, "ab" * 32)
GRAY = np.full((128, 128), 100, np.uint8)


def bright(products: dict[str, ProductEntry] | None = None) -> TiledModel:
    return TiledModel(tiny_manifest(products), BrightnessEngine(), REF, self_test=tiny_self_test())


def real(detector: Detector, *, precise: bool = False) -> TiledModel:
    statistics = tiny_detector().input_statistics
    runtime = OpenVinoRuntime(detector, statistics, threads=2, self_test=None if precise else tiny_self_test())
    return TiledModel(tiny_manifest(), HostEngine(runtime), REF, self_test=tiny_self_test())


def of_three_products(detector: Detector | None = None) -> TiledModel:
    """Products that the same memory judges in turn by both maps, by the memory, and by the network."""
    detector = detector or tiny_detector(3)
    entries = {name: product_entry() for name in ("network", "memory", "both")}
    manifest = replace(tiny_manifest(entries), memory=("both", "memory", "network"))
    engine = HostEngine(OpenVinoRuntime(detector, detector.input_statistics, threads=2))
    return TiledModel(manifest, engine, REF, self_test=tiny_self_test(3))


@pytest.fixture(scope="module")
def model() -> Iterator[TiledModel]:
    with contextlib.closing(real(tiny_detector())) as made:
        yield made


def test_a_map_keeps_every_promise_of_the_port(model: TiledModel) -> None:
    image = draw_image(150, 200, np.random.default_rng(1))
    shape = model.prepare(model.recipe_for("cap"), Size(150, 200))
    found = model.infer(make_frame(image))
    assert map_problem(found, shape, REF) == ""
    assert found.cell_px == 8
    assert found.offset_px == (2.0, -1.0)
    assert found.frame_size == Size(150, 200)
    assert found.score > 0
    again = model.infer(make_frame(image))
    assert np.array_equal(again.values, found.values)


def test_two_maps_do_not_share_memory(model: TiledModel) -> None:
    model.prepare(tiny_recipe(), Size(128, 128))
    first = model.infer(make_frame(GRAY))
    kept = first.values.copy()
    model.infer(make_frame(255 - GRAY))
    assert np.array_equal(first.values, kept)


def test_values_are_multiples_of_the_view_s_level() -> None:
    made = bright({"cap": product_entry(Framing.TILES_AND_WHOLE, 50.0, 200.0)})
    made.prepare(tiny_recipe(), Size(128, 128))
    assert made.infer(make_frame(GRAY)).score == pytest.approx(2.0)
    made.prepare(tiny_recipe(Framing.WHOLE), Size(128, 128))
    assert made.infer(make_frame(GRAY)).score == pytest.approx(0.5)
    made.prepare(tiny_recipe(Framing.TILES_AND_WHOLE), Size(128, 128))
    assert made.infer(make_frame(GRAY)).score == pytest.approx(2.0)


def test_without_products_raw_values_come_out_for_calibration() -> None:
    made = bright({})
    made.prepare(tiny_recipe(Framing.TILES_AND_WHOLE), Size(128, 128))
    views = made.views(GRAY)
    assert (views.tile_score, views.whole_score) == (pytest.approx(100), pytest.approx(100))
    assert made.infer(make_frame(GRAY)).score == pytest.approx(100)


@pytest.mark.parametrize("products", [{}, {"cap": product_entry(Framing.WHOLE, 0.0, 100.0)}])
@pytest.mark.parametrize(
    ("asked", "tiles"),
    [
        (tiny_recipe(Framing.WHOLE), 2),
        (tiny_recipe(Framing.WHOLE, product="blue", model_product="cap"), 2),
        (tiny_recipe(Framing.WHOLE, product="blue"), 1),
    ],
)
def test_a_product_is_looked_at_twice_while_it_is_calibrated_and_ever_after(
    products: dict[str, ProductEntry], asked: Recipe, tiles: int
) -> None:
    manifest = replace(tiny_manifest(products), second_looks={"cap": Turn.HALF})
    made = TiledModel(manifest, BrightnessEngine(), REF)
    made.prepare(asked, Size(128, 128))
    assert made.plan.tiles == tiles


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (tiny_recipe(product="both"), 0),
        (tiny_recipe(product="memory"), 1),
        (tiny_recipe(product="network"), 2),
        (tiny_recipe(product="blue", model_product="memory"), 1),
        (tiny_recipe(product="blue"), 0),
    ],
)
def test_a_recipe_s_product_is_looked_up_where_the_memory_keeps_it(asked: Recipe, number: int) -> None:
    entries = {name: product_entry() for name in ("network", "memory", "both")}
    engine = BrightnessEngine()
    manifest = replace(tiny_manifest(entries), memory=("both", "memory", "network"))
    TiledModel(manifest, engine, REF).prepare(asked, Size(128, 128))
    assert engine.product == number


def test_a_frame_is_judged_by_its_own_product_s_memory_also_after_a_self_test() -> None:
    image = draw_image(128, 128, np.random.default_rng(4))
    with contextlib.closing(of_three_products()) as made:
        found = {}
        for name in ("both", "memory", "network"):
            made.prepare(made.recipe_for(name), Size(128, 128))
            found[name] = made.views(image).tiles
            made.self_test()
            assert np.array_equal(made.views(image).tiles, found[name])
    # Of "both" the weights are 1.0 and 0.5, and it remembers other tiles than "memory" does.
    assert found["both"].max() > found["network"].max()
    assert not np.allclose(found["both"], found["network"] + 0.5 * found["memory"], rtol=1e-3)


def test_a_self_test_that_breaks_off_leaves_the_product_as_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    image = draw_image(128, 128, np.random.default_rng(4))
    with contextlib.closing(of_three_products()) as made:
        made.prepare(made.recipe_for("memory"), Size(128, 128))
        before = made.views(image).tiles

        def give_up(self: OpenVinoRuntime, tiles: np.ndarray) -> np.ndarray:
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr(OpenVinoRuntime, "run", give_up)
            with pytest.raises(OperationalError, match="GPU-001"):
                made.self_test()
        assert np.array_equal(made.views(image).tiles, before)


def test_recipe_for_gives_the_product_as_it_was_taught() -> None:
    made = bright({"cap": product_entry(Framing.TILES, 20.0, scale=0.5)})
    found = made.recipe_for("cap")
    assert (found.framing, found.scale, found.overlap_px, found.version) == (Framing.TILES, 0.5, 48, 0)
    assert (found.model_name, found.model_version, found.rule.score_threshold) == ("tiny", 1, 1.0)
    assert found.problems() == ()
    with pytest.raises(InvalidRecipe, match="not taught 'lid'; it knows cap"):
        made.recipe_for("lid")


def test_held_out_scores_are_given_only_for_what_they_can_be_compared_with() -> None:
    made = bright({"cap": product_entry(Framing.TILES, 20.0, scale=0.5)})
    taught = made.recipe_for("cap")
    scores = made.manifest.products["cap"].scores
    area = Polygon(((0, 0), (9, 0), (9, 9)))
    assert made.held_out_scores(taught) == scores
    assert made.held_out_scores(replace(taught, product="blue cap", model_product="cap")) == scores
    for other in (
        replace(taught, product="lid"),
        replace(taught, framing=Framing.WHOLE),
        replace(taught, scale=1.0),
        replace(taught, ignore=(area,)),
        replace(taught, include=(area,)),
    ):
        assert made.held_out_scores(other) == ()


def test_an_unknown_product_is_judged_by_the_strictest_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    made = bright({"cap": product_entry(tile_level=50.0), "lid": product_entry(tile_level=10.0)})
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            made.prepare(tiny_recipe(product="other"), Size(128, 128))
    assert made.infer(make_frame(GRAY)).score == pytest.approx(10.0)
    assert [record.getMessage() for record in caplog.records].count(caplog.records[0].getMessage()) == 1
    assert "strictest" in caplog.text


def test_model_product_chooses_whose_levels_hold() -> None:
    made = bright({"cap": product_entry(tile_level=50.0), "lid": product_entry(tile_level=10.0)})
    made.prepare(tiny_recipe(product="other", model_product="cap"), Size(128, 128))
    assert made.infer(make_frame(GRAY)).score == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (tiny_recipe(Framing.WHOLE), "as a whole picture"),
        (tiny_recipe(Framing.TILES_AND_WHOLE), "as a whole picture"),
        (tiny_recipe(Framing.WHOLE, product="other"), "as a whole picture"),
        (tiny_recipe(overlap_px=200), "overlap_px"),
        (tiny_recipe(scale=-1.0), "scale"),
    ],
)
def test_recipes_the_model_was_not_taught_are_refused(asked: Recipe, words: str) -> None:
    with pytest.raises(InvalidRecipe, match=words):
        bright().prepare(asked, Size(128, 128))


def test_another_size_than_prepared_is_refused() -> None:
    made = bright()
    with pytest.raises(ValueError, match="not prepared"):
        made.infer(make_frame(GRAY))
    made.prepare(tiny_recipe(), Size(128, 128))
    with pytest.raises(ValueError, match="prepared for frames of 128 × 128"):
        made.infer(make_frame(GRAY[:64]))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_reaches_the_decision(bad: float, monkeypatch: pytest.MonkeyPatch) -> None:
    made = bright()
    shape = made.prepare(tiny_recipe(), Size(128, 128))

    def poisoned(tiles: np.ndarray) -> np.ndarray:
        values = np.ones((len(tiles), 8, 8), np.float32)
        values[0, 1, 1] = bad
        return values

    monkeypatch.setattr("tests.support.vision.cell_means", poisoned)
    assert "finite" in map_problem(made.infer(make_frame(GRAY)), shape, REF)


def test_the_self_test_passes_before_and_after_prepare(model: TiledModel) -> None:
    model.self_test()
    for size in (Size(64, 64), Size(300, 300)):
        model.prepare(tiny_recipe(), size)
        model.self_test()
        # The plan is still the prepared one.
        assert model.infer(make_frame(np.zeros((size.height, size.width), np.uint8))).frame_size == size


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda d: d.head.output_projection.weight.mul_(1.02), id="projection"),
        pytest.param(lambda d: [p.mul_(1.02) for p in d.parameters()], id="everything"),
        pytest.param(lambda d: d.encoder.conv_stem.weight.mul_(1.02), id="stem"),
        pytest.param(lambda d: d.fuser.feature_std.mul_(1.02), id="statistics"),
        pytest.param(lambda d: d.memory.tokens.mul_(1.02), id="memory"),
        pytest.param(lambda d: d.memory.weights.mul_(1.02), id="weights"),
    ],
)
def test_weights_that_are_two_percent_off_fail_the_self_test(harm: object) -> None:
    detector = new_detector()
    with torch.no_grad():
        harm(detector)  # type: ignore[operator]
    with contextlib.closing(real(detector)) as made, pytest.raises(OperationalError, match=r"GPU-002.*differs"):
        made.self_test()


def test_one_altered_token_of_a_memory_fails_the_self_test() -> None:
    detector = new_detector(3)
    stored = tiny_self_test(3)
    tiles = torch.from_numpy(stored.tiles[stored.products == 1]).permute(0, 3, 1, 2)
    statistics = detector.input_statistics
    assert statistics.mean == statistics.std == (0.5, 0.5, 0.5)
    with torch.no_grad():
        tokens = detector.features(tiles / 127.5 - 1).flatten(0, 1)
        asked = torch.cdist(tokens, detector.memory.tokens[1].float()).argmin(1).mode().values
        bits = detector.memory.tokens[1, asked].view(torch.int16)
        bits[::8] ^= 1 << 13  # a bit of the exponent of every eighth number
    with contextlib.closing(of_three_products(detector)) as made, pytest.raises(OperationalError, match="GPU-002"):
        made.self_test()


def test_scores_two_percent_off_fail_the_self_test(model: TiledModel, monkeypatch: pytest.MonkeyPatch) -> None:
    run = OpenVinoRuntime.run
    monkeypatch.setattr(OpenVinoRuntime, "run", lambda self, tiles: run(self, tiles) * np.float32(1.02))
    with pytest.raises(OperationalError, match="GPU-002"):
        model.self_test()


def test_a_model_without_stored_tiles_cannot_vouch_for_itself() -> None:
    made = TiledModel(tiny_manifest(), BrightnessEngine(), REF)
    with pytest.raises(OperationalError, match=r"GPU-002.*no tiles"):
        made.self_test()


def test_a_runtime_that_gives_up_is_a_fault(model: TiledModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model.prepare(tiny_recipe(), Size(128, 128))

    def give_up(self: OpenVinoRuntime, tiles: np.ndarray) -> np.ndarray:
        raise MemoryError

    monkeypatch.setattr(OpenVinoRuntime, "run", give_up)
    with pytest.raises(OperationalError, match="GPU-001"):
        model.infer(make_frame(GRAY))


def test_torch_and_openvino_say_the_same_about_a_frame() -> None:
    detector = tiny_detector()
    image = draw_image(150, 200, np.random.default_rng(3))
    scores = []
    for runtime in (
        TorchRuntime(detector, detector.input_statistics),
        OpenVinoRuntime(detector, detector.input_statistics, threads=2),
    ):
        made = TiledModel(tiny_manifest(), HostEngine(runtime), REF)
        made.prepare(tiny_recipe(), Size(150, 200))
        scores.append(made.infer(make_frame(image)).values)
        made.close()
    assert compare_maps(scores[0][None], scores[1][None]).exact


def test_closing_twice_is_fine() -> None:
    engine = BrightnessEngine()
    made = TiledModel(tiny_manifest(), engine, REF)
    made.close()
    made.close()
    assert engine.closed


def test_cuda_without_a_device_is_a_fault() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(OperationalError, match="GPU-001"):
        choose_device(DeviceChoice.CUDA)
    assert choose_device(DeviceChoice.AUTO).type == "cpu"


def test_reduced_precision_needs_evidence() -> None:
    detector = tiny_detector()
    assert OpenVinoRuntime(detector, detector.input_statistics, threads=1).name == "openvino f32"
    # Evidence that contradicts the weights is none: float32 stays, and the self-test tells.
    stored = tiny_self_test()
    wrong = replace(stored, maps=stored.maps * np.float32(1.1))
    runtime = OpenVinoRuntime(detector, detector.input_statistics, threads=1, self_test=wrong)
    assert runtime.name == "openvino f32"
