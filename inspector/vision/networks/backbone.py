"""The door to the backbones: which there are, and how one is built for a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inspector.vision.networks.config import Backbone, PaddingMode
from inspector.vision.networks.efficientnet import Convention
from inspector.vision.networks.efficientnet_b4 import EfficientNetB4
from inspector.vision.networks.encoder import IMAGENET_INPUT, UNIT_INPUT, Encoder, FeatureSpec, InputStatistics
from inspector.vision.networks.lite0 import LITE0_INPUT, LITE0_WEIGHTS_SHA256, EfficientNetLite0, load_lite0_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LITE0_INPUT",
    "LITE0_WEIGHTS_SHA256",
    "WEIGHTS",
    "EfficientNetB4",
    "EfficientNetLite0",
    "Encoder",
    "FeatureSpec",
    "InputStatistics",
    "build_encoder",
    "load_lite0_weights",
]

WEIGHTS: Final[Mapping[str, tuple[Backbone, InputStatistics]]] = {
    "efficientnet_lite0": (Backbone.EFFICIENTNET_LITE0, LITE0_INPUT),
    "tf_efficientnet_lite0": (Backbone.EFFICIENTNET_LITE0, LITE0_INPUT),
    "tf_efficientnet_lite0.in1k": (Backbone.EFFICIENTNET_LITE0, LITE0_INPUT),
    "efficientnet_b4": (Backbone.EFFICIENTNET_B4, IMAGENET_INPUT),
    "efficientnet_b4.ra2_in1k": (Backbone.EFFICIENTNET_B4, IMAGENET_INPUT),
    "tf_efficientnet_b4": (Backbone.TF_EFFICIENTNET_B4, IMAGENET_INPUT),
    "tf_efficientnet_b4.in1k": (Backbone.TF_EFFICIENTNET_B4, IMAGENET_INPUT),
    "tf_efficientnet_b4.aa_in1k": (Backbone.TF_EFFICIENTNET_B4, IMAGENET_INPUT),
    "tf_efficientnet_b4.ns_jft_in1k": (Backbone.TF_EFFICIENTNET_B4, IMAGENET_INPUT),
    "tf_efficientnet_b4.ap_in1k": (Backbone.TF_EFFICIENTNET_B4, UNIT_INPUT),
}
"""Names of weights that can be imported, and what they want to see.

timm's names (1.0.31), with or without the tag of a training recipe; without one, the statistics of most are taken.
Those trained with adversarial examples (`ap_in1k`) want another scaling than their siblings of the same shapes.
`efficientnet_lite0` is this program's name for timm's `tf_efficientnet_lite0`; timm's own network of that name is not
among them.
"""


def build_encoder(
    backbone: Backbone, levels: tuple[int, ...], padding: PaddingMode, statistics: InputStatistics | None = None
) -> Encoder:
    """A frozen backbone with random weights.

    Args:
        backbone: which.
        levels: taps in use, ascending, out of 1..4.
        padding: how borders are filled.
        statistics: what its weights want to see; None takes the usual ones of this backbone.
    """
    usual = WEIGHTS[backbone.value][1]
    chosen = usual if statistics is None else statistics
    if backbone is Backbone.EFFICIENTNET_LITE0:
        return EfficientNetLite0(levels, padding, chosen)
    convention = Convention.TENSORFLOW if backbone is Backbone.TF_EFFICIENTNET_B4 else Convention.TORCH
    return EfficientNetB4(levels, padding, chosen, convention=convention)
