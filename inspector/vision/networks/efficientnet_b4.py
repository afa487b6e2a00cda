"""EfficientNet-B4, the backbone of the published UniAD: more channels, SiLU and squeeze-excitation.

Two kinds of weights exist under the same names, and they are not interchangeable: those ported from TensorFlow
(timm's `tf_efficientnet_b4`) pad and normalize by TensorFlow's convention, those trained in torch (`efficientnet_b4`)
by torch's. Neither comes with this program; a person imports them (`models import-backbone`).

Squeeze-excitation averages over the tile, so a token's features depend a little on all of it: tiles must have the same
size in teaching and at work, which a model's manifest fixes.

Source: Tan and Le, "EfficientNet" (2019), width 1.4 and depth 1.8 of B0. Checked against timm 1.0.31 with equal random
weights at 64, 224 and 256 px (2026-11): every tap of both kinds came out bit for bit the same.
"""

from typing import Final

from torch.nn import functional as F

from inspector.vision.networks.config import PaddingMode
from inspector.vision.networks.efficientnet import Architecture, Convention, EfficientNet, Stage
from inspector.vision.networks.encoder import IMAGENET_INPUT, InputStatistics

B4_STAGES: Final = (
    Stage(2, 3, 1, 1, 24),
    Stage(4, 3, 2, 6, 32),
    Stage(4, 5, 2, 6, 56),
    Stage(6, 3, 2, 6, 112),
    Stage(6, 5, 1, 6, 160),
    Stage(8, 5, 2, 6, 272),
    Stage(2, 3, 1, 6, 448),
)
B4: Final = Architecture(48, B4_STAGES, F.silu, squeeze=True, convention=Convention.TORCH)
TF_B4: Final = Architecture(48, B4_STAGES, F.silu, squeeze=True, convention=Convention.TENSORFLOW)


class EfficientNetB4(EfficientNet):
    """Frozen B4; taps are the outputs of blocks 1, 5, 9 and 21 of 0..31."""

    def __init__(
        self,
        levels: tuple[int, ...] = (1, 2, 3, 4),
        padding: PaddingMode = PaddingMode.ZEROS,
        statistics: InputStatistics = IMAGENET_INPUT,
        *,
        convention: Convention = Convention.TORCH,
    ) -> None:
        """Random weights; `load` those of the convention named."""
        super().__init__(TF_B4 if convention is Convention.TENSORFLOW else B4, levels, padding, statistics)
