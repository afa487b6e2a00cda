"""The list of backbones: every one can be built, and gives what the configuration counts on."""

import pytest

from inspector.vision.networks.backbone import WEIGHTS, build_encoder
from inspector.vision.networks.config import LEVEL_CHANNELS, Backbone, PaddingMode
from inspector.vision.networks.efficientnet_b4 import EfficientNetB4
from inspector.vision.networks.encoder import IMAGENET_INPUT, UNIT_INPUT


@pytest.mark.parametrize("backbone", list(Backbone))
def test_every_backbone_gives_the_channels_of_the_configuration(backbone: Backbone) -> None:
    encoder = build_encoder(backbone, (1, 2, 3, 4), PaddingMode.ZEROS)
    assert {level: spec.channels for level, spec in enumerate(encoder.specs, 1)} == LEVEL_CHANNELS[backbone]
    assert [spec.stride for spec in encoder.specs] == [2, 4, 8, 16]
    assert encoder.input_statistics == WEIGHTS[backbone.value][1]


def test_the_two_kinds_of_b4_differ_in_their_padding() -> None:
    centres = [
        build_encoder(backbone, (4,), PaddingMode.ZEROS).specs[0].offset_px
        for backbone in (Backbone.EFFICIENTNET_B4, Backbone.TF_EFFICIENTNET_B4)
    ]
    assert centres == [0.0, 15.0]


def test_statistics_are_those_of_the_weights() -> None:
    assert WEIGHTS["tf_efficientnet_b4.ns_jft_in1k"][1] == IMAGENET_INPUT
    assert WEIGHTS["tf_efficientnet_b4.ap_in1k"][1] == UNIT_INPUT
    encoder = build_encoder(Backbone.TF_EFFICIENTNET_B4, (1,), PaddingMode.ZEROS, UNIT_INPUT)
    assert isinstance(encoder, EfficientNetB4)
    assert encoder.input_statistics == UNIT_INPUT
