"""The two ways to teach: UniAD as published, and the product's default that converges in minutes on a CPU."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inspector.vision.networks.config import Backbone, DetectorConfig, faithful, light


class Preset(StrEnum):
    """What `train --preset` names."""

    LIGHT = "light"
    FAITHFUL = "faithful"


class Schedule(StrEnum):
    """How the learning rate changes over the budget."""

    COSINE = "cosine"
    """Linear warm-up, then half a cosine down to zero."""
    STEP = "step"
    """Constant, and a tenth of it in the last fifth (UniAD)."""


WARM_UP_SHARE: Final = 0.04
STEP_AT: Final = 0.8


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a head is fitted.

    Attributes:
        clip: largest total norm of a gradient; None clips nothing.
    """

    learning_rate: float
    weight_decay: float
    schedule: Schedule
    batch: int
    clip: float | None

    def rate_at(self, done: float) -> float:
        """Learning rate after this share of the budget, 0 to 1."""
        if self.schedule is Schedule.STEP:
            return self.learning_rate * (0.1 if done >= STEP_AT else 1.0)
        if done < WARM_UP_SHARE:
            return self.learning_rate * max(done / WARM_UP_SHARE, 0.01)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (done - WARM_UP_SHARE) / (1 - WARM_UP_SHARE)))


def preset(which: Preset, backbone: Backbone = Backbone.EFFICIENTNET_LITE0) -> tuple[DetectorConfig, TrainingPlan]:
    """Architecture and plan of a preset.

    The faithful plan is the paper's but for its length (uniad.md 10). The light plan's rate was found to converge
    within a few thousand steps on standardized features (uniad.md 18).
    """
    if which is Preset.FAITHFUL:
        return faithful(backbone), TrainingPlan(1e-4, 1e-4, Schedule.STEP, batch=8, clip=0.1)
    return light(backbone), TrainingPlan(2e-3, 1e-4, Schedule.COSINE, batch=16, clip=1.0)
