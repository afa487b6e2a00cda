"""What setting up a product needs from outside, beside the ports of the line: teaching, files, history, maps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap
from inspector.core.errors import InspectorError
from inspector.core.refs import ModelRef

# --- teaching --------------------------------------------------------------------------------------------------------


class TeachPhase(Enum):
    """What a teaching process is doing."""

    READ = "read"
    FEATURES = "features"
    TRAIN = "train"
    REMEMBER = "remember"
    WEIGH = "weigh"
    CALIBRATE = "calibrate"
    WRITE = "write"


class TeachCancelled(InspectorError):
    """A person ended the teaching; no model was written."""


@dataclass(frozen=True, slots=True)
class TeachPicture:
    """One good part to teach with.

    Attributes:
        path: relative to the task's `image_root`, with forward slashes.
        product: the model knows it by this name.
        check: it sets the limit and teaches nothing.
        group: pictures of one group stay together; "" for none.
    """

    path: str
    product: str
    check: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class TeachTask:
    """What is to be taught, and where the model goes.

    Attributes:
        pictures: of all products that the model shall know.
        image_root: folder that their paths are relative to; pictures are read where they lie.
        models_dir: a new version of the model is written here, whole or not at all.
        name: of the model; small letters, digits, `_`, `.` and `-`.
        draft: no training: the memory alone judges, which takes seconds.
        base: version folder of a model whose network is taught further; None begins anew. Excludes `draft`.
        minutes: budget of the network; None takes the program's own. Excludes `draft`.
        steps: budget in steps instead of minutes.
        scales: network pixels per frame pixel of a product's tiles, where a person chose it; for the others the size of
            their pictures decides.
        seed: of everything that is drawn by chance.
    """

    pictures: tuple[TeachPicture, ...]
    image_root: Path
    models_dir: Path
    name: str
    draft: bool = False
    base: Path | None = None
    minutes: float | None = None
    steps: int | None = None
    scales: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TeachProgress:
    """Where a teaching process stands.

    Attributes:
        step, steps: done and expected in this phase; `steps` 0 while unknown.
        loss: smoothed; None outside training.
        seconds: since the process was started.
        seconds_left: of the whole process, estimated; None while unknown.
        message: one English line where there is something to say.
    """

    phase: TeachPhase
    step: int
    steps: int
    loss: float | None
    seconds: float
    seconds_left: float | None
    message: str = ""


@dataclass(frozen=True, slots=True)
class LonePicture:
    """A good picture that alone sets a product's limit.

    Attributes:
        path: as in its `TeachPicture`, or as its source writes it.
        times: its score over the next good picture's.
    """

    path: str
    times: float


@dataclass(frozen=True, slots=True)
class TaughtModel:
    """What a teaching process has written.

    Attributes:
        folder: the version folder.
        products: that it knows.
        steps, loss: of the training; 0 and None for a draft.
        skipped: name and reason of every picture that was left out.
        lone: by product, where a single picture sets the limit.
    """

    ref: ModelRef
    folder: Path
    products: tuple[str, ...]
    seconds: float
    steps: int = 0
    loss: float | None = None
    skipped: tuple[tuple[str, str], ...] = ()
    lone: Mapping[str, LonePicture] = field(default_factory=dict)


class RunningTeach(Protocol):
    """A teaching process at work. `updates`, `result` and `close` belong to one thread, `cancel` to any."""

    @property
    def pid(self) -> int:
        """The system's number of the process."""

    @property
    def log_file(self) -> Path:
        """What the process wrote down."""

    def updates(self) -> Iterator[TeachProgress]:
        """Progress as it comes; ends with the process.

        TeachCancelled; InvalidInput: the pictures cannot be used; OperationalError SYS-001: it crashed; others as it
        says itself. Whenever this raises, no model was written.
        """

    def result(self) -> TaughtModel:
        """What was written, once `updates` has ended. ValueError: it has not, or not well."""

    def cancel(self) -> None:
        """Ask it to end; returns at once, and `updates` raises TeachCancelled."""

    def close(self) -> None:
        """End it if it still runs, and remove what it left half done; idempotent; at most 30 s."""


class Teacher(Protocol):
    """Starts teaching processes. Any thread but the main one."""

    def start(self, task: TeachTask) -> RunningTeach:
        """Start one, at low priority. InvalidInput: a wrong task; OperationalError DAT-002: nowhere to write."""

    def discard(self, model: TaughtModel) -> None:
        """Remove a model that was just written and that nobody uses. OperationalError DAT-002: it cannot be removed."""


# --- picture files ---------------------------------------------------------------------------------------------------


class PictureReader(Protocol):
    """Reads picture files that people bring. Any thread but the main one."""

    def list(self, folder: Path) -> tuple[Path, ...]:
        """Picture files of a folder and of those in it, in natural order.

        OperationalError CAM-001: it is not there, cannot be read, or holds no picture files.
        """

    def read(self, path: Path) -> NDArray[np.uint8]:
        """One picture, uint8 (H, W) or (H, W, 3) RGB. InspectorError with the reason when it is no whole picture."""


# --- history ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class HistoryParts:
    """Judged parts of one product, as columns; N parts, M regions. What is not a number has no score.

    Attributes:
        ids: of the records, oldest first.
        verdict: uint8 (N,): 0 PASS, 1 FAIL, 2 NOT_INSPECTED.
        score, limit: float64 (N,).
        version: int64 (N,), of the recipe that judged.
        model: int64 (N,), index into `models`; -1 for none.
        models: that judged, each once.
        map_path, map_sha256: of the kept map; "" for none.
        region_part: int64 (M,), index of the part that a region belongs to, rising.
        region_area_px, region_peak: float64 (M,).
    """

    ids: tuple[str, ...]
    verdict: NDArray[np.uint8]
    score: NDArray[np.float64]
    limit: NDArray[np.float64]
    version: NDArray[np.int64]
    model: NDArray[np.int64]
    models: tuple[ModelRef, ...]
    map_path: tuple[str, ...]
    map_sha256: tuple[str, ...]
    region_part: NDArray[np.int64]
    region_area_px: NDArray[np.float64]
    region_peak: NDArray[np.float64]

    def __len__(self) -> int:
        """How many parts."""
        return len(self.ids)


class HistorySource(Protocol):
    """Stored parts in bulk. Any thread but the main one; 50 000 parts within 2 s."""

    def parts(
        self, product: str, *, since: datetime | None = None, until: datetime | None = None, simulated: bool = False
    ) -> HistoryParts:
        """Parts of one product captured from `since` on and before `until`; real or simulated ones (FS-12)."""


# --- maps ------------------------------------------------------------------------------------------------------------


class MapShelf(Protocol):
    """Maps of samples for as long as a person works on them, on disk within a limit. Any thread but the main one."""

    def put(self, key: str, anomaly_map: AnomalyMap) -> bool:
        """Keep a map, over an older one of the same key; False when the limit is reached or the disk refuses."""

    def get(self, key: str) -> AnomalyMap | None:
        """A map that was kept; None when it was not."""

    def clear(self) -> None:
        """Forget all."""


# --- models ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TileShape:
    """How a model cuts frames, in network pixels; see `core.tile_plan.TileFacts`."""

    tile_px: int
    cell_px: int
    rim_cells: int
