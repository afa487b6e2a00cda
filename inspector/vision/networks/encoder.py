"""What every frozen feature extractor is to the rest of the program: tiles in, one map per level out.

A backbone's weights come from elsewhere and are never trained here. So its modules stay in eval mode whatever the
detector around them does, and the statistics that its weights expect of their input travel with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping


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


IMAGENET_INPUT: Final = InputStatistics(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
UNIT_INPUT: Final = InputStatistics(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
"""Pixels scaled to -1..1."""


class Encoder(nn.Module):
    """A frozen feature extractor; the base of every backbone.

    Attributes:
        levels: taps in use, ascending, out of 1..4; level l has stride 2 ** l.
        specs: what each of them gives.
        input_statistics: how pixels are to be scaled; they belong to the weights, not to the architecture.
    """

    def __init__(
        self, levels: tuple[int, ...], specs: tuple[FeatureSpec, ...], input_statistics: InputStatistics
    ) -> None:
        """Random weights; `load` the trained ones. A subclass calls `freeze` when its modules are there."""
        super().__init__()
        self.levels = levels
        self.specs = specs
        self.input_statistics = input_statistics

    def forward(self, x: Tensor) -> list[Tensor]:
        """Features of normalized tiles.

        Args:
            x: (B, 3, S, S) float, normalized with `input_statistics`; S is a multiple of 16.

        Returns:
            One (B, channels, S / stride, S / stride) map per level, ascending.
        """
        raise NotImplementedError

    def freeze(self) -> None:
        """No gradients, eval mode."""
        self.requires_grad_(requires_grad=False)
        self.train()

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode whatever the detector around it does: running statistics are part of the weights."""
        return super().train(mode=False)

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Load weights under this encoder's names; those of blocks that are not built may be there and are ignored.

        Raises:
            ValueError: a weight is missing or has another shape; the message lists every problem.
        """
        problems = self.problems(state)
        if problems:
            raise ValueError(f"backbone weights: {'; '.join(problems)}")
        self.load_state_dict({name: state[name] for name in self.state_dict()})

    def problems(self, state: Mapping[str, Tensor]) -> list[str]:
        """Every reason why `load` would refuse these weights."""
        own = self.state_dict()
        found = [f"{name} is missing" for name in own if name not in state]
        found += [
            f"{name} has shape {tuple(state[name].shape)}, not {tuple(value.shape)}"
            for name, value in own.items()
            if name in state and state[name].shape != value.shape
        ]
        return found
