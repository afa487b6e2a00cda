"""The training loop: balanced batches from the feature cache, a budget in steps or seconds, checkpoints.

All randomness of a step follows from the seed and the step's number, so a resumed run needs no state of any generator
to equal one that was never interrupted.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import torch
from torch import Tensor

from inspector.core.errors import OperationalError
from inspector.training.distributed import ALONE, Peers
from inspector.training.features import FeatureCache
from inspector.training.presets import TrainingPlan
from inspector.vision.networks.detector import Detector

logger = logging.getLogger(__name__)

LOG_EVERY: Final = 100
SMOOTHING: Final = 0.98


@dataclass(frozen=True, slots=True)
class Budget:
    """When training ends: after so many steps, or so many seconds of training; exactly one is given."""

    steps: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse what has no end.

        Raises:
            ValueError: none or both given, or not above 0.
        """
        given = [value for value in (self.steps, self.seconds) if value is not None]
        if len(given) != 1 or given[0] <= 0:
            raise ValueError("a budget is a number of steps or of seconds, above 0")

    def done(self, steps: int, seconds: float) -> float:
        """Share of the budget that is used, 0 to 1."""
        share = steps / self.steps if self.steps is not None else seconds / (self.seconds or 1.0)
        return min(share, 1.0)


@dataclass(frozen=True, slots=True)
class StepReport:
    """Where training stands after a step.

    Attributes:
        steps: done so far.
        expected_steps: in all, estimated when the budget is in seconds.
        loss: smoothed mean squared error.
        gradient_norm: before clipping.
        seconds: of training so far, over all runs.
        seconds_left: estimated.
    """

    steps: int
    expected_steps: int
    loss: float
    gradient_norm: float
    seconds: float
    seconds_left: float


class Trainer:
    """Fits a detector's head to cached features."""

    def __init__(
        self, detector: Detector, cache: FeatureCache, plan: TrainingPlan, *, seed: int, peers: Peers = ALONE
    ) -> None:
        """Start from the detector's present weights, on the device it lies on.

        Args:
            detector: its head is fitted.
            cache: what to learn; equal on every rank.
            plan: how; its batch is that of all ranks together.
            seed: of the batches and the noise; equal on every rank.
            peers: who trains along; all of them call `share`, then rank 0 `run` and the others `follow`.

        Raises:
            ValueError: the cache holds no tile, or the batch not one for every rank.
        """
        if not len(cache):
            raise ValueError("nothing to train on: the feature cache is empty")
        if peers.size > plan.batch:
            raise ValueError(f"a batch of {plan.batch} tiles cannot be split over {peers.size} processes")
        self._peers = peers
        self._detector = detector
        self._cache = cache
        self._plan = plan
        self._seed = seed
        self._device = next(detector.trainable_parameters()).device
        self._tiles = [np.flatnonzero(cache.product_of == index) for index in range(len(cache.products))]
        self._tiles = [tiles for tiles in self._tiles if tiles.size]
        self._names = [name for name, _ in detector.head.named_parameters()]
        self.steps = 0
        self.seconds = 0.0
        self.loss = float("nan")

    @cached_property
    def _optimizer(self) -> torch.optim.AdamW:
        """Made at the first use: torch's first optimizer imports its compiler (1.2 s), and a draft needs none."""
        return torch.optim.AdamW(
            list(self._detector.trainable_parameters()),
            lr=self._plan.learning_rate,
            betas=(0.9, 0.999),
            weight_decay=self._plan.weight_decay,
            foreach=False,  # one order of arithmetic everywhere
        )

    def run(self, budget: Budget, *, reported: Callable[[StepReport], None], stop: Callable[[], bool]) -> bool:
        """Train until the budget is used.

        Args:
            budget: counts what earlier runs used, too.
            reported: called after every step.
            stop: asked before every step; True ends the run at once.

        Returns:
            Whether the budget was used; False when `stop`, here or on another rank, ended it.

        Raises:
            OperationalError: GPU-001: out of memory; SYS-001: the loss is not finite any more, or another rank failed.
        """
        earlier = self.seconds
        started = time.perf_counter()
        with self._training():
            while True:
                done = budget.done(self.steps, self.seconds)
                done, stopped = self._peers.agree(done, stop=done < 1 and stop())
                if done >= 1 or stopped:
                    return done >= 1
                norm = self._step(self._plan.rate_at(done))
                self.seconds = earlier + time.perf_counter() - started
                reported(self._report(budget, norm))
                if self.steps % LOG_EVERY == 0:
                    self._log(norm)

    def follow(self, *, stop: Callable[[], bool]) -> bool:
        """Train as long as rank 0 does, whose clock and budget count; arguments, result and errors as of `run`."""
        with self._training():
            while True:
                done, stopped = self._peers.agree(0.0, stop=stop())
                if done >= 1 or stopped:
                    return done >= 1
                self._step(self._plan.rate_at(done))

    def share(self) -> None:
        """Take over what rank 0 has: weights, statistics, and where it goes on from."""
        if self._peers.size == 1:
            return
        facts = self._peers.share_facts({"steps": self.steps, "seconds": self.seconds, "loss": self.loss})
        tensors = self._peers.share_tensors({} if self._peers.rank else self.state())
        if self._peers.rank:
            self.restore(tensors, **facts)

    def state(self) -> dict[str, Tensor]:
        """Weights and optimizer state as named tensors on the CPU."""
        tensors = {f"model.{name}": value for name, value in self._detector.head_state().items()}
        slots = self._optimizer.state_dict()["state"]
        for index, slot in slots.items():
            for key, value in slot.items():
                tensors[f"optimizer.{self._names[index]}.{key}"] = torch.as_tensor(value)
        return {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}

    def restore(self, tensors: dict[str, Tensor], *, steps: int, seconds: float, loss: float) -> None:
        """Go on from what `state` gave; before the first step there is no state of the optimizer.

        Raises:
            ValueError: a name is missing or unknown.
            RuntimeError: a shape differs.
        """
        prefix = "model."
        self._detector.load_head_state(
            {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        )
        packed = self._optimizer.state_dict()
        slots: dict[int, dict[str, Tensor]] = {}
        for index, name in enumerate(self._names if steps else ()):
            slot = {}
            for key in ("step", "exp_avg", "exp_avg_sq"):
                found = tensors.get(f"optimizer.{name}.{key}")
                if found is None:
                    raise ValueError(f"the optimizer's {key} of {name} is missing")
                slot[key] = found.clone()
            slots[index] = slot
        packed["state"] = slots
        self._optimizer.load_state_dict(packed)
        self.steps, self.seconds, self.loss = steps, seconds, loss

    @contextmanager
    def _training(self) -> Iterator[None]:
        self._detector.train()
        try:
            yield
        except torch.OutOfMemoryError as error:
            raise OperationalError("GPU-001", "The graphics memory is too small for training.", "Use cpu.") from error
        finally:
            self._detector.eval()

    def _step(self, rate: float) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        tokens = self._normalized(self._batch())
        with torch.random.fork_rng(devices=[self._device] if self._device.type == "cuda" else []):
            torch.manual_seed(_mixed(self._seed, self.steps))
            with self._peers.noise(self._plan.batch, self._device):
                loss = self._detector.loss(tokens)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        loss = self._peers.average(self._detector.trainable_parameters(), loss, self._plan.batch)
        limit = self._plan.clip if self._plan.clip is not None else float("inf")
        norm = float(torch.nn.utils.clip_grad_norm_(self._detector.trainable_parameters(), limit))
        value = float(loss.detach())
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise OperationalError("SYS-001", f"Training diverged at step {self.steps}: the loss is {value}.")
        self._optimizer.step()
        self.steps += 1
        # A mean that starts with the first value, so that it depends on the steps alone.
        self.loss = value if math.isnan(self.loss) else SMOOTHING * self.loss + (1 - SMOOTHING) * value
        return norm

    def _batch(self) -> Tensor:
        """Every product equally often, whatever its number of pictures, so that rare ones converge too.

        Each rank draws the whole batch and takes its slice of it.
        """
        generator = np.random.Generator(np.random.PCG64([self._seed, self.steps]))
        products = generator.integers(0, len(self._tiles), self._plan.batch)
        chosen = [self._tiles[product][generator.integers(0, self._tiles[product].size)] for product in products]
        return self._cache.take(np.asarray(chosen[self._peers.part(self._plan.batch)], np.int64))

    def _normalized(self, tokens: Tensor) -> Tensor:
        with torch.no_grad():
            normalized: Tensor = self._detector.fuser.normalize(tokens.to(self._device))
        return normalized

    def _report(self, budget: Budget, norm: float) -> StepReport:
        if budget.steps is not None:
            expected = budget.steps
            left = self.seconds / self.steps * (expected - self.steps)
        else:
            left = max((budget.seconds or 0.0) - self.seconds, 0.0)
            expected = self.steps + round(left * self.steps / max(self.seconds, 1e-9))
        return StepReport(self.steps, expected, self.loss, norm, self.seconds, left)

    def _log(self, norm: float) -> None:
        self._detector.eval()
        levels = self._detector.loss_by_level(self._normalized(self._batch()))
        self._detector.train()
        logger.info(
            "step %d: loss %.4f, gradient norm %.3f, by level %s",
            self.steps,
            self.loss,
            norm,
            ", ".join(f"{level}: {value:.4f}" for level, value in levels.items()),
        )


def _mixed(seed: int, step: int) -> int:
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> np.uint64(1))
