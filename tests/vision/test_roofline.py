"""The counted arithmetic against numbers worked out by hand, and the measured speed against common sense."""

import dataclasses

import pytest
import torch
from torch import nn

from inspector.vision.networks.config import QueryMode, light
from inspector.vision.networks.encoder import UNIT_INPUT, Encoder, FeatureSpec
from inspector.vision.roofline import Arithmetic, attainable_gflops, count_arithmetic, count_encoder, count_head
from tests.support.vision import tiny_config, tiny_detector

TOKENS, CHANNELS, HIDDEN, FFN = 4 * 4, 192, 32, 32
DETAIL = 4 * TOKENS * 20 * 40
PROJECTION = TOKENS * HIDDEN * HIDDEN
ATTENTION = 4 * PROJECTION + 2 * TOKENS * TOKENS * HIDDEN
FEED_FORWARD = 2 * TOKENS * HIDDEN * FFN


class TwoConvolutions(Encoder):
    """Stride 2 from 3 to 8 channels with a kernel of 3, then a depthwise kernel of 5."""

    def __init__(self) -> None:
        super().__init__((1,), (FeatureSpec(8, 2, 0.5),), UNIT_INPUT)
        self.first = nn.Conv2d(3, 8, 3, 2, padding=1)
        self.second = nn.Conv2d(8, 8, 5, padding=2, groups=8)
        self.freeze()

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        return [self.second(self.first(x))]


def test_convolutions_are_counted_by_their_outputs() -> None:
    encoder = TwoConvolutions()
    cells = 16 * 16
    assert count_encoder(encoder, 32) == cells * 8 * (3 * 3 * 3) + cells * 8 * (5 * 5)
    assert not any(module._forward_hooks for module in encoder.modules())


def test_the_head_layer_by_layer() -> None:
    """One layer of each kind; the queries of dec1 are projected once for all tiles."""
    projections = 2 * TOKENS * CHANNELS * HIDDEN
    encoder, decoder = ATTENTION + FEED_FORWARD, 2 * ATTENTION + FEED_FORWARD
    assert count_head(tiny_config()) == projections + encoder + decoder - PROJECTION


def test_a_single_query_leaves_the_first_attention_out() -> None:
    config = dataclasses.replace(tiny_config(), query_mode=QueryMode.SINGLE, dec_layers=2)
    projections = 2 * TOKENS * CHANNELS * HIDDEN
    layers = (ATTENTION + FEED_FORWARD) + 2 * (2 * ATTENTION + FEED_FORWARD)
    assert count_head(config) == projections + layers - ATTENTION - PROJECTION


def test_a_whole_detector() -> None:
    found = count_arithmetic(tiny_detector())
    assert found.head == count_head(tiny_config())
    assert found.memory == TOKENS * 24 * CHANNELS + DETAIL
    assert found.to_dict() == {
        "backbone": found.backbone,
        "head": found.head,
        "memory": found.memory,
        "total": found.backbone + found.head + found.memory,
    }
    # Convolutions cost by area: 64 px against 256, whose light head is known to take 340 million.
    assert count_encoder(tiny_detector().encoder, 256) == 16 * found.backbone
    assert count_head(light()) == pytest.approx(340e6, rel=0.01)


def test_what_a_product_does_not_ask_for_costs_nothing() -> None:
    detector = tiny_detector(3)  # judged by both, by the memory alone, by the network alone
    everything = count_arithmetic(detector)
    assert count_arithmetic(detector, 0) == everything
    assert count_arithmetic(detector, 1) == dataclasses.replace(everything, head=0)
    assert count_arithmetic(detector, 2) == dataclasses.replace(everything, memory=DETAIL)


def test_arithmetic_adds_up() -> None:
    assert Arithmetic(1, 20, 300).total == 321


@pytest.mark.parametrize("runtime", ["openvino f32", "torch float32"])
def test_a_matrix_product_is_timed(runtime: str) -> None:
    assert 0.1 < attainable_gflops(runtime, 1) < 1e6


@pytest.mark.parametrize("runtime", ["torch int3", "abacus f32", ""])
def test_an_unknown_runtime_is_refused(runtime: str) -> None:
    with pytest.raises(ValueError, match="no runtime"):
        attainable_gflops(runtime, 1)
