"""A training as a value: what is wanted, how far it is, how it ended. All plain data that crosses a process border."""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from inspector.core.errors import InspectorError, InvalidInput
from inspector.core.refs import ModelRef, is_safe_name
from inspector.training.presets import Preset
from inspector.vision.networks.config import Backbone

DEFAULT_MINUTES: Final = 20.0
MAX_MINUTES: Final = 60.0 * 24 * 14
MAX_STEPS: Final = 100_000_000
MAX_SEED: Final = 2**32 - 1
UNKNOWN_LICENSE: Final = "not stated; it depends on the license of the teaching pictures"


class TrainingCancelled(InspectorError):
    """A person ended the training; nothing is kept but its checkpoint."""


class Phase(StrEnum):
    """What a training is doing."""

    READ = "read"
    FEATURES = "features"
    TRAIN = "train"
    REMEMBER = "remember"
    WEIGH = "weigh"
    CALIBRATE = "calibrate"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """What is to be taught, and how.

    Attributes:
        data: folder in MVTec's layout, or a JSON-lines manifest.
        name: of the model; a new version of it is written.
        models_dir: where models are; interrupted trainings lie in its hidden folder `.training`.
        image_root: folder of the pictures a manifest names; None is the manifest's own folder.
        backbone: of the network; all but the default must have been imported.
        steps, minutes: the budget, at most one of them; with neither, `DEFAULT_MINUTES`. Minutes count everything from
            the first file read to the model written.
        device: auto, cpu or cuda.
        seed: of the weights, the batches, the noise, and of what is held out.
        scale: network pixels per frame pixel of every product's tiles; None chooses by the size of its pictures.
        base: folder of a model whose network is taught further; the data must hold the products it shall still know.
        scales: the same for single products, before `scale` and `whole`.
        whole: squash every frame into one tile; excludes a scale.
        draft: no training: the memory alone judges, which takes seconds instead of minutes.
        resume: go on from the checkpoint of an interrupted training of the same name, data and budget.
        license: under which the weights may be used; follows from the pictures' license.
    """

    data: Path
    name: str
    models_dir: Path
    image_root: Path | None = None
    preset: Preset = Preset.LIGHT
    backbone: Backbone = Backbone.EFFICIENTNET_LITE0
    steps: int | None = None
    minutes: float | None = None
    device: str = "auto"
    seed: int = 0
    scale: float | None = None
    scales: Mapping[str, float] = field(default_factory=dict)
    base: Path | None = None
    whole: bool = False
    draft: bool = False
    resume: bool = False
    license: str = UNKNOWN_LICENSE

    def problems(self) -> tuple[str, ...]:
        """Every reason why this job cannot be run; empty when it can."""
        found = []
        if not is_safe_name(self.name):
            found.append(f"name: {self.name!r} may not become a folder; use a-z, 0-9, _, . and -")
        if self.steps is not None and self.minutes is not None:
            found.append("steps and minutes exclude each other")
        if self.steps is not None and not 1 <= self.steps <= MAX_STEPS:
            found.append(f"steps: {self.steps} is outside 1 to {MAX_STEPS}")
        if self.minutes is not None and not (math.isfinite(self.minutes) and 0 < self.minutes <= MAX_MINUTES):
            found.append(f"minutes: {self.minutes} is outside 0 to {MAX_MINUTES:.0f}")
        if self.device not in ("auto", "cpu", "cuda"):
            found.append(f"device: {self.device!r} is not auto, cpu or cuda")
        if not 0 <= self.seed <= MAX_SEED:
            found.append(f"seed: {self.seed} is outside 0 to {MAX_SEED}")
        scales = {"scale": self.scale} | {f"scale of {name}": scale for name, scale in self.scales.items()}
        for name, scale in scales.items():
            if scale is not None and not 1 / 64 <= scale <= 4:
                found.append(f"{name}: {scale} is outside 1/64 to 4")
        if self.draft and self.base is not None:
            found.append("draft: it trains nothing, so a base makes no sense with it")
        if self.whole and self.scale is not None:
            found.append("whole and scale exclude each other")
        if self.draft and (self.steps is not None or self.minutes is not None or self.resume):
            found.append("draft: it trains nothing, so steps, minutes and resume make no sense with it")
        if self.draft and self.preset is not Preset.LIGHT:
            found.append(f"draft: the preset {self.preset.value} has no memory to judge with")
        if not self.license.strip():
            found.append("license: must not be empty")
        return tuple(found)

    @property
    def scratch(self) -> Path:
        """Where an interrupted training of this name lies."""
        return self.models_dir / ".training" / self.name

    def to_json(self) -> str:
        """As a job file; `from_json` reads it back to an equal value."""
        return json.dumps(dataclasses.asdict(self), default=str, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a job file.

        Raises:
            InvalidInput: not JSON, unknown or missing keys, wrong types or values; all problems at once.
        """
        try:
            data = json.loads(text)
        except ValueError as error:
            raise InvalidInput([f"the job file is not JSON: {error}"]) from error
        if not isinstance(data, dict):
            raise InvalidInput(["the job file is not a JSON object"])
        fields = {entry.name: entry for entry in dataclasses.fields(cls)}
        hints = typing.get_type_hints(cls)
        problems = [f"unknown key {key!r}" for key in data if key not in fields]
        values: dict[str, Any] = {}
        for name, entry in fields.items():
            if name not in data:
                if entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
                    problems.append(f"missing key {name!r}")
                continue
            try:
                values[name] = _read(data[name], hints[name])
            except (TypeError, ValueError) as error:
                problems.append(f"{name}: {error}")
        if problems:
            raise InvalidInput(problems)
        job = cls(**values)
        if job.problems():
            raise InvalidInput(job.problems())
        return job


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a training stands.

    Attributes:
        phase: what is being done.
        step, steps: done and expected in this phase; `steps` 0 while unknown.
        loss: smoothed loss; None outside training.
        gradient_norm: before clipping; None outside training.
        seconds: since the start of this run.
        seconds_left: of the whole run, estimated; None while unknown.
        message: one English line where there is something to say.
    """

    phase: Phase
    step: int
    steps: int
    loss: float | None
    gradient_norm: float | None
    seconds: float
    seconds_left: float | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ProductOutcome:
    """What a training found out about one product.

    Attributes:
        teaching: pictures the network learned from.
        limiting: pictures that set the limit.
        tiles: of the teaching pictures in the cache.
        framing: as in a recipe.
        reached: whether these are enough to promise the target rate without assumptions.
        upper_rate: 95 % upper bound of the false-reject rate without assumptions.
        lone: the good picture that sets the limit alone; "" for none.
        lone_times: its score over the next good picture's.
    """

    teaching: int
    limiting: int
    tiles: int
    framing: str
    scale: float
    reached: bool
    target_rate: float
    upper_rate: float
    lone: str = ""
    lone_times: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """A finished training.

    Attributes:
        folder: the version folder that was written.
        steps: of training, over all runs; 0 for a draft.
        loss: smoothed, at the end; None for a draft.
        seconds: of this run, everything included.
        skipped: name and reason of every file that was left out.
    """

    ref: ModelRef
    folder: str
    preset: str
    device: str
    steps: int
    loss: float | None
    seconds: float
    seed: int
    products: Mapping[str, ProductOutcome] = field(default_factory=dict)
    skipped: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types: what `train --json` writes."""
        plain = dataclasses.asdict(self)
        ref = plain.pop("ref")
        return {
            "model": ref["name"],
            "version": ref["version"],
            "sha256": ref["sha256"],
            **plain,
            "skipped": [{"name": name, "reason": reason} for name, reason in self.skipped],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave."""
        rest = {key: value for key, value in data.items() if key not in ("model", "version", "sha256")}
        rest["products"] = {name: ProductOutcome(**values) for name, values in rest["products"].items()}
        rest["skipped"] = tuple((entry["name"], entry["reason"]) for entry in rest["skipped"])
        return cls(ref=ModelRef(data["model"], data["version"], data["sha256"]), **rest)


def _read(value: object, wanted: Any) -> Any:  # noqa: ANN401 (a type, or a union of one and None)
    if isinstance(wanted, types.UnionType):
        if value is None:
            return None
        wanted = next(kind for kind in wanted.__args__ if kind is not type(None))
    if wanted == Mapping[str, float]:
        if not isinstance(value, dict):
            raise TypeError(f"must be a table of numbers, not {value!r}")
        return {str(name): _read(number, float) for name, number in value.items()}
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted in (Path, Preset, Backbone):
        if not isinstance(value, str) or not value:
            raise TypeError(f"must be text, not {value!r}")
        return wanted(value)
    if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)):
        raise TypeError(f"must be {wanted.__name__}, not {value!r}")
    return value
