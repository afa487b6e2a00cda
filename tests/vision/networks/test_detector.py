import dataclasses
import sys
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from inspector.vision.networks.config import Backbone, DetectorConfig, PositionKind, QueryMode, faithful, light
from inspector.vision.networks.detector import Detector, build_detector
from inspector.vision.networks.encoder import IMAGENET_INPUT
from inspector.vision.networks.fuser import ChannelStatistics
from inspector.vision.networks.lite0 import LITE0_INPUT, load_lite0_weights
from inspector.vision.networks.memory import Weights, sharpen

SMALL = dataclasses.replace(light(input_size=128), hidden=32, heads=2, ffn=64, neighbour=3, detail=0)
DETAILED = dataclasses.replace(SMALL, memory=24, detail=40)


@pytest.fixture(scope="module")
def backbone_state() -> dict[str, Tensor]:
    return load_lite0_weights()


@pytest.fixture
def detector(backbone_state: dict[str, Tensor]) -> Detector:
    torch.manual_seed(6)
    detector = build_detector(SMALL, backbone_state=backbone_state)
    statistics = ChannelStatistics(192)
    statistics.add(detector.raw_features(tiles(4)).tokens)
    detector.fuser.set_statistics(*statistics.result())
    return detector


def first(count: int) -> Tensor:
    """All tiles of the first product."""
    return torch.zeros(count, dtype=torch.int32)


def tiles(count: int, size: int = 128) -> Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(7)) * 2 - 1


@pytest.mark.parametrize("config", [light(), light(input_size=320), faithful()])
def test_map_of_every_preset(config: DetectorConfig) -> None:
    detector = build_detector(config, backbone_state=None)
    with torch.inference_mode():
        token_map = detector(tiles(2, config.input_size), first(2))
    assert token_map.shape == (2, 1, config.cells, config.cells)
    assert token_map.dtype == torch.float32
    assert float(token_map.min()) > 0


def test_token_map_is_the_length_of_the_residual_in_row_major_order(detector: Detector) -> None:
    x = tiles(2)
    tokens = detector.features(x)
    with torch.no_grad():
        residual = detector.reconstruct(tokens, jitter=False) - tokens
        token_map = detector(x, first(2))
    assert tokens.shape == (2, 64, 192)
    assert token_map[1, 0, 2, 5].item() == pytest.approx(float(residual[1, 2 * 8 + 5].norm()), rel=1e-5)


def test_each_tile_is_judged_by_the_memory_of_its_product(backbone_state: dict[str, Tensor]) -> None:
    torch.manual_seed(6)
    detector = build_detector(dataclasses.replace(SMALL, memory=16), backbone_state=backbone_state, products=2)
    x = tiles(3)
    tokens = detector.features(x)
    detector.memory.remember(1, tokens[2])
    detector.memory.weigh(1, Weights(0.0, 1.0))
    with torch.inference_mode():
        mixed = detector(x, torch.tensor([1, 0, 1]))
        alone = [detector(tile[None], torch.tensor([number]))[0] for tile, number in zip(x, (1, 0, 1), strict=True)]
        rebuilt = detector(x, first(3))
    # What is remembered is nothing away but for rounding, and that differs.
    torch.testing.assert_close(mixed, torch.stack(alone), rtol=1e-3, atol=1e-3 * float(tokens.norm(dim=-1).max()))
    assert torch.allclose(mixed[1], rebuilt[1], rtol=1e-4)
    # Two rows of the last tile's tokens are remembered: there it is as expected, elsewhere it is not.
    assert float(mixed[2, 0, :2].max()) < 0.1 * float(mixed[2, 0, 2:].min())


@pytest.fixture
def detailed(backbone_state: dict[str, Tensor]) -> Detector:
    """Remembers something of two tiles, with detail; its statistics tell channels apart."""
    torch.manual_seed(6)
    detector = build_detector(DETAILED, backbone_state=backbone_state, products=2)
    statistics = ChannelStatistics(192)
    statistics.add(detector.raw_features(tiles(4)).tokens)
    detector.fuser.set_statistics(*statistics.result())
    for product, tile in enumerate(tiles(2)):
        raw = detector.raw_features(tile[None])
        tokens, detail = detector.fuser.normalize(raw.tokens)[0], detector.fuser.normalize_detail(raw.detail)[0]
        detector.memory.remember(product, tokens[::3], detail[::7])
        detector.memory.weigh(product, Weights(product, 1.0, 2.0))
    return detector


def test_detail_is_the_tap_of_half_a_token_normalized_as_in_the_tokens(detailed: Detector) -> None:
    x = tiles(3)
    raw = detailed.raw_features(x)
    assert raw.tokens.shape == (3, 64, 192)
    assert raw.detail.shape == (3, 256, 40)
    tap = detailed.encoder(x)[DETAILED.levels.index(3)]
    assert tap.shape == (3, 40, 16, 16)
    assert torch.equal(raw.detail[1, 5 * 16 + 9], tap[1, :, 5, 9])
    start, stop = detailed.fuser.channel_ranges[3]
    mean, std = detailed.fuser.feature_mean[start:stop], detailed.fuser.feature_std[start:stop]
    torch.testing.assert_close(detailed.fuser.normalize_detail(raw.detail), (raw.detail - mean) / std)
    # Here the fuser pools the level, so a token holds the mean of its detail.
    mean_of_four = torch.nn.functional.avg_pool2d(tap, 2).flatten(2).transpose(1, 2)
    torch.testing.assert_close(raw.tokens[..., start:stop], mean_of_four)


def test_a_map_with_detail_is_the_coarse_one_sharpened(detailed: Detector) -> None:
    x, product = tiles(3), torch.tensor([1, 0, 1])
    coarse = build_detector(SMALL, backbone_state=None, products=2)
    coarse.load_head_state(detailed.head_state())
    coarse.encoder.load_state_dict(detailed.encoder.state_dict())
    for number in (0, 1):
        coarse.memory.remember(number, detailed.memory.tokens[number])
        coarse.memory.weigh(number, detailed.memory.weights_of(number))
    with torch.inference_mode():
        found, plain = detailed(x, product), coarse(x, product)
        detail = detailed.fuser.normalize_detail(detailed.raw_features(x).detail)
        fine = 2.0 * detailed.memory.detail_distance(detail, product).reshape(3, 1, 16, 16)
    assert found.shape == (3, 1, 16, 16)
    torch.testing.assert_close(found, sharpen(plain, fine), rtol=1e-4, atol=1e-4)
    assert not torch.allclose(found, sharpen(plain, torch.zeros_like(fine)), rtol=0.1)


def test_a_head_without_a_say_can_be_left_out(detailed: Detector) -> None:
    x = tiles(2)
    judged_by_memory, judged_by_both = torch.tensor([0, 0]), torch.tensor([0, 1])
    with torch.inference_mode():
        assert torch.equal(detailed(x, judged_by_memory, rebuild=False), detailed(x, judged_by_memory))
        partly, whole = detailed(x, judged_by_both, rebuild=False), detailed(x, judged_by_both)
    assert torch.equal(partly[0], whole[0])
    assert float(partly[1].mean()) < float(whole[1].mean())


def test_encoder_never_trains(detector: Detector) -> None:
    detector.train()
    assert detector.head.training
    assert not any(module.training for module in detector.encoder.modules())
    trained = {id(parameter) for parameter in detector.trainable_parameters()}
    assert trained.isdisjoint(id(parameter) for parameter in detector.encoder.parameters())
    assert trained == {id(parameter) for parameter in detector.parameters() if parameter.requires_grad}
    assert not detector.features(tiles(1)).requires_grad


def test_training_step_leaves_the_encoder_and_lowers_the_loss(detector: Detector) -> None:
    before = {name: value.clone() for name, value in detector.encoder.state_dict().items()}
    tokens = detector.features(tiles(4))
    kept = tokens.clone()
    detector.train()
    optimizer = torch.optim.AdamW(detector.trainable_parameters(), lr=1e-3)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = detector.loss(tokens)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    assert torch.equal(tokens, kept)
    assert all(torch.equal(value, before[name]) for name, value in detector.encoder.state_dict().items())


def test_jitter_is_for_training_mode_only(detector: Detector) -> None:
    tokens = detector.features(tiles(2))
    with torch.no_grad():
        calm = detector.loss(tokens)
        assert torch.equal(calm, detector.loss(tokens))
        assert calm == pytest.approx(float((detector.reconstruct(tokens, jitter=False) - tokens).square().mean()))
        assert not torch.equal(detector.train().loss(tokens), detector.loss(tokens))


def test_loss_by_level_adds_up(detector: Detector) -> None:
    tokens = detector.features(tiles(2))
    by_level = detector.loss_by_level(tokens)
    channels = {1: 16, 2: 24, 3: 40, 4: 112}
    total = sum(by_level[level] * count for level, count in channels.items()) / 192
    assert total == pytest.approx(detector.loss(tokens).item(), rel=1e-4)


def test_raw_and_normalized_features_are_apart(detector: Detector) -> None:
    x = tiles(4)
    raw, normalized = detector.raw_features(x), detector.features(x)
    assert detector.fuser.normalize(raw.tokens).allclose(normalized, atol=1e-5)
    assert not raw.tokens.allclose(normalized, atol=0.1)
    assert raw.detail.shape == (4, 0, 0)


def test_head_state_restores_all_but_encoder_and_memory(detector: Detector, backbone_state: dict[str, Tensor]) -> None:
    state = detector.head_state()
    assert "fuser.feature_mean" in state
    assert not any(name.startswith(("encoder.", "memory.")) for name in state)
    other = build_detector(SMALL, backbone_state=backbone_state)
    with torch.no_grad():
        assert not torch.equal(other(tiles(1), first(1)), detector(tiles(1), first(1)))
        other.load_head_state(state)
        assert torch.equal(other(tiles(1), first(1)), detector(tiles(1), first(1)))
    del state["head.queries"]
    with pytest.raises(ValueError, match=r"head\.queries"):
        other.load_head_state(state)


def test_whole_state_restores_a_detector_built_without_weights(detector: Detector) -> None:
    other = build_detector(SMALL, backbone_state=None)
    other.load_state_dict(detector.state_dict())
    with torch.no_grad():
        assert torch.equal(other(tiles(1), first(1)), detector(tiles(1), first(1)))


def test_half_precision_head_keeps_a_float32_map(detector: Detector) -> None:
    with torch.no_grad():
        exact = detector(tiles(2), first(2))
        with torch.autocast("cpu", torch.bfloat16):
            rough = detector(tiles(2), first(2))
            assert detector.loss(detector.features(tiles(2))).dtype == torch.float32
    assert rough.dtype == torch.float32
    assert float(((rough - exact).abs() / exact).max()) < 0.1


def test_input_statistics_are_published(detector: Detector) -> None:
    assert detector.input_statistics == LITE0_INPUT


@pytest.mark.parametrize("backbone", list(Backbone))
@pytest.mark.parametrize("preset", [faithful, light])
def test_every_backbone_carries_both_heads(preset: Callable[[Backbone], DetectorConfig], backbone: Backbone) -> None:
    detector = build_detector(dataclasses.replace(preset(backbone), input_size=128), backbone_state=None)
    assert detector.config.channels == sum(spec.channels for spec in detector.encoder.specs)
    # The noise is as long, relative to its token, whatever the number of channels.
    assert detector.config.jitter_scale / detector.config.channels**0.5 == pytest.approx(1.2127, abs=1e-4)
    with torch.inference_mode():
        assert detector(tiles(1, 128), first(1)).shape == (1, 1, detector.config.cells, detector.config.cells)
    assert detector.config.cells == (16 if preset is light else 8)


def test_statistics_belong_to_the_weights() -> None:
    assert build_detector(faithful(Backbone.EFFICIENTNET_B4), backbone_state=None).input_statistics == IMAGENET_INPUT
    ours = build_detector(SMALL, backbone_state=None, statistics=IMAGENET_INPUT)
    assert ours.input_statistics == IMAGENET_INPUT != LITE0_INPUT


# torch and OpenVINO announce their own deprecations while they convert.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize(
    ("config", "query_mode", "position"),
    [
        (SMALL, QueryMode.LAYERWISE, PositionKind.LEARNED),
        (SMALL, QueryMode.SINGLE, PositionKind.SINE),
        (DETAILED, QueryMode.LAYERWISE, PositionKind.LEARNED),
    ],
    ids=["layerwise", "single", "with detail"],
)
def test_exports_with_a_static_batch_and_agrees(
    detector: Detector, config: DetectorConfig, query_mode: QueryMode, position: PositionKind
) -> None:
    other = build_detector(
        dataclasses.replace(config, query_mode=query_mode, position=position),
        backbone_state=detector.encoder.state_dict(),
    )
    other.memory.weigh(0, Weights(1.0, 1.0, 1.0))
    x = tiles(3)
    with torch.inference_mode():
        expected = other(x, first(3)).numpy()
    program = torch.export.export(other, (x, first(3)))
    random = [str(node.target) for node in program.graph.nodes if "rand" in str(node.target)]
    assert not random, "training noise must not exist in an inference graph"
    # OpenVINO would otherwise report every conversion to its makers, from threads of its own.
    sys.modules.setdefault("openvino_telemetry", None)
    import openvino

    model = openvino.compile_model(openvino.convert_model(program), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = model([x.numpy(), first(3).numpy()])[0]
    assert found.shape == expected.shape == (3, 1, config.cells, config.cells)
    # Of a tile's largest value: sharpening may leave a cell at almost nothing.
    assert float(np.abs(found - expected).max() / expected.max(axis=(1, 2, 3)).min()) < 1e-3
