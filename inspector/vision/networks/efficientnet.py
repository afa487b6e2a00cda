"""The EfficientNet family up to its last needed tap, from a table of stages.

Own modules instead of a library's, because we need the padding's filling as an option, only the first blocks, and a
graph that exports without shape arithmetic. Module names are timm's, so weights under these names load unchanged.

Sources: Tan and Le, "EfficientNet" (2019); Liu, "Higher accuracy on vision models with EfficientNet-Lite" (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from torch import Tensor, nn
from torch.nn import functional as F

from inspector.vision.networks.config import PaddingMode
from inspector.vision.networks.encoder import Encoder, FeatureSpec, InputStatistics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TAP_STAGE: Final[Mapping[int, int]] = {1: 0, 2: 1, 3: 2, 4: 4}
"""Level -> stage whose output is tapped: the last one before each change of stride."""

SQUEEZE: Final = 4
"""A block's squeeze-excitation has a quarter of the channels that enter the block."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of blocks of one kind; the first block of the run strides."""

    blocks: int
    kernel: int
    stride: int
    expand: int
    channels: int


class Convention(Enum):
    """What a network's makers took for granted; part of the weights as much as their numbers.

    The value is the batch norms' epsilon.
    """

    TENSORFLOW = 1e-3
    """A strided convolution pads less before than behind, by the size of the map."""
    TORCH = 1e-5
    """Every convolution pads both sides alike."""

    @property
    def eps(self) -> float:
        """Batch-norm epsilon."""
        return float(self.value)

    def padding(self, kernel: int, stride: int) -> tuple[int, int]:
        """Cells (before, after) that a map gets whose side is a multiple of the stride.

        TensorFlow's rule depends on the real size; tiles are multiples of 16, so every strided map is even and the
        answer constant.
        """
        if self is Convention.TORCH:
            return kernel // 2, kernel // 2
        total = max(kernel - stride, 0)
        return total // 2, total - total // 2


@dataclass(frozen=True, slots=True)
class Architecture:
    """One member of the family.

    Attributes:
        stem: channels of the first convolution.
        stages: all seven, though only the first five are ever tapped.
        activation: behind every batch norm but a block's last.
        squeeze: whether blocks weigh their channels by squeeze-excitation, which lets every cell know the whole tile.
    """

    stem: int
    stages: tuple[Stage, ...]
    activation: Callable[[Tensor], Tensor]
    squeeze: bool
    convention: Convention


class PaddedConv2d(nn.Conv2d):
    """Square convolution without bias, padded by convention, filled with zeros or with the mirrored map."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        stride: int,
        convention: Convention,
        padding: PaddingMode,
        *,
        depthwise: bool = False,
    ) -> None:
        """`depthwise` gives every channel its own kernel."""
        before, after = convention.padding(kernel, stride)
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


class SqueezeExcite(nn.Module):
    """Weighs each channel by what the whole map holds; SiLU inside, wherever the family uses it."""

    def __init__(self, channels: int, squeezed: int) -> None:
        """`squeezed` channels in between."""
        super().__init__()
        self.conv_reduce = nn.Conv2d(channels, squeezed, 1)
        self.conv_expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> the same shape."""
        weight: Tensor = self.conv_expand(F.silu(self.conv_reduce(x.mean(dim=(2, 3), keepdim=True))))
        return x * weight.sigmoid()


class DepthwiseSeparable(nn.Module):
    """The first stage's block: depthwise, then pointwise, no expansion; skip where shapes allow."""

    def __init__(self, channels_in: int, stage: Stage, stride: int, net: Architecture, padding: PaddingMode) -> None:
        """`stride` is the stage's for its first block, 1 for the others."""
        super().__init__()
        eps = net.convention.eps
        self.activation = net.activation
        self.conv_dw = PaddedConv2d(
            channels_in, channels_in, stage.kernel, stride, net.convention, padding, depthwise=True
        )
        self.bn1 = nn.BatchNorm2d(channels_in, eps=eps)
        self.se = SqueezeExcite(channels_in, channels_in // SQUEEZE) if net.squeeze else nn.Identity()
        self.conv_pw = nn.Conv2d(channels_in, stage.channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(stage.channels, eps=eps)
        self.skip = stride == 1 and channels_in == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, D, h / stride, w / stride)."""
        y: Tensor = self.se(self.activation(self.bn1(self.conv_dw(x))))
        y = self.bn2(self.conv_pw(y))
        return x + y if self.skip else y


class InvertedResidual(nn.Module):
    """Expand, depthwise, project; skip where shapes allow."""

    def __init__(self, channels_in: int, stage: Stage, stride: int, net: Architecture, padding: PaddingMode) -> None:
        """`stride` is the stage's for its first block, 1 for the others."""
        super().__init__()
        eps = net.convention.eps
        inner = channels_in * stage.expand
        self.activation = net.activation
        self.conv_pw = nn.Conv2d(channels_in, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner, eps=eps)
        self.conv_dw = PaddedConv2d(inner, inner, stage.kernel, stride, net.convention, padding, depthwise=True)
        self.bn2 = nn.BatchNorm2d(inner, eps=eps)
        self.se = SqueezeExcite(inner, channels_in // SQUEEZE) if net.squeeze else nn.Identity()
        self.conv_pwl = nn.Conv2d(inner, stage.channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(stage.channels, eps=eps)
        self.skip = stride == 1 and channels_in == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, D, h / stride, w / stride)."""
        inner = self.activation(self.bn1(self.conv_pw(x)))
        inner = self.se(self.activation(self.bn2(self.conv_dw(inner))))
        y: Tensor = self.bn3(self.conv_pwl(inner))
        return x + y if self.skip else y


def build_stages(net: Architecture, count: int, padding: PaddingMode) -> nn.ModuleList:
    """The first `count` stages, each a sequence of blocks, to be run one after the other."""
    stages = nn.ModuleList()
    channels = net.stem
    for stage in net.stages[:count]:
        blocks = nn.Sequential()
        for index in range(stage.blocks):
            kind = DepthwiseSeparable if stage.expand == 1 else InvertedResidual
            blocks.append(kind(channels, stage, stage.stride if index == 0 else 1, net, padding))
            channels = stage.channels
        stages.append(blocks)
    return stages


class EfficientNet(Encoder):
    """A frozen member of the family. Blocks behind the last level are not built."""

    def __init__(
        self, net: Architecture, levels: tuple[int, ...], padding: PaddingMode, statistics: InputStatistics
    ) -> None:
        """Random weights; `load` the trained ones. `levels` are ascending, out of 1..4."""
        super().__init__(levels, tuple(_feature_spec(net, level) for level in levels), statistics)
        self.activation = net.activation
        self.conv_stem = PaddedConv2d(3, net.stem, 3, 2, net.convention, padding)
        self.bn1 = nn.BatchNorm2d(net.stem, eps=net.convention.eps)
        self.blocks = build_stages(net, TAP_STAGE[levels[-1]] + 1, padding)
        self._tapped = frozenset(TAP_STAGE[level] for level in levels)
        self.freeze()

    def forward(self, x: Tensor) -> list[Tensor]:
        """One map per level of normalized tiles (B, 3, S, S); see `Encoder.forward`."""
        x = self.activation(self.bn1(self.conv_stem(x)))
        taps = []
        for index, stage in enumerate(self.blocks):
            x = stage(x)
            if index in self._tapped:
                taps.append(x)
        return taps


def _feature_spec(net: Architecture, level: int) -> FeatureSpec:
    # Output i of a convolution with left padding p is centred on input i * stride - p + (kernel - 1) / 2.
    strided = [(3, 2)]  # the stem
    for stage in net.stages[: TAP_STAGE[level] + 1]:
        strided += [(stage.kernel, stage.stride)]  # the blocks behind the first are centred
    centre, step = 0.0, 1
    for kernel, stride in strided:
        centre += step * ((kernel - 1) / 2 - net.convention.padding(kernel, stride)[0])
        step *= stride
    return FeatureSpec(net.stages[TAP_STAGE[level]].channels, step, centre)
