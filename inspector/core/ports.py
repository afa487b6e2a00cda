"""What the line needs from outside, as protocols; for setting up products see `recipe_ports` and `setup_ports` besides.

Each docstring says who calls, how long it may take, and what it raises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.camera_features import FeatureAccess
from inspector.core.decision import Decision
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Size
from inspector.core.recipe import CameraSettings, Recipe
from inspector.core.record import Counts, InspectionRecord, KeptFiles, StoredFile
from inspector.core.refs import ModelRef, RecipeRef
from inspector.core.sample import Sample

# --- cameras ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """An image source as the catalog found it.

    Attributes:
        id: opens it again: `genicam:<vendor>/<model>/<serial>`, `folder:<path>`, `video:<…>`, `simulated:<scene>`.
        kind: the word before the colon.
        driver: file and version of the driver, "" for none.
        simulated: not a production camera (FS-12).
    """

    id: str
    kind: str
    vendor: str = ""
    model: str = ""
    serial: str = ""
    user_name: str = ""
    driver: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class AppliedSettings:
    """What a camera holds after settings were written and read back; `lacking` names what it does not have."""

    settings: CameraSettings
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamStatistics:
    """A camera's stream in numbers since its last start."""

    frames: int = 0
    missed: tuple[tuple[str, int], ...] = ()
    rate_hz: float = 0.0
    bytes_per_s: float = 0.0
    decode_p50_ms: float = 0.0
    decode_p99_ms: float = 0.0
    free_slots_min: int = 0
    reconnects: int = 0
    since: datetime | None = None


class DigitalLine(Protocol):
    """An output line of a camera. Grab or output thread; 20 ms."""

    def pulse(self, duration_us: int) -> None:
        """One pulse. OperationalError LIN-001: not delivered in time."""


class Camera(Protocol):
    """One opened image source. All methods belong to the grab thread unless said otherwise."""

    @property
    def info(self) -> CameraInfo:
        """What was opened."""

    @property
    def features(self) -> FeatureAccess | None:
        """The node map; None for folder and video."""

    @property
    def output(self) -> DigitalLine | None:
        """The camera's output line; None if it has none."""

    def apply(self, settings: CameraSettings) -> AppliedSettings:
        """Write settings and read them back; stopped only; 5 s. OperationalError CAM-004 lists every difference."""

    def start(self) -> None:
        """Begin to deliver; frame ids begin at 1. OperationalError."""

    def next(self, timeout_ms: int) -> Frame | MissedFrame | None:
        """The next part in order; None: nothing within the time, or a source that ended (see `finished`).

        OperationalError CAM-002: the source is lost; CAM-006: the picture does not match what was set.
        """

    @property
    def finished(self) -> bool:
        """Whether a source that has an end (folder, video file) has reached it; cameras never do."""

    def trigger(self, part_number: int) -> None:
        """Software trigger. TriggerRefused if not armed."""

    def stop(self) -> None:
        """End delivery; idempotent; at most 3 s; never raises for a dead device."""

    def close(self) -> None:
        """Give the device back; idempotent, from any state; at most 3 s."""

    def statistics(self) -> StreamStatistics:
        """Numbers of the stream; any thread."""


class CameraCatalog(Protocol):
    """Finds and opens image sources. Main or grab thread; a scan may take 10 s, opening 15 s."""

    def scan(self) -> tuple[CameraInfo, ...]:
        """All sources found now. Never raises for one bad driver; that is logged."""

    def open(self, camera_id: str) -> Camera:
        """Open one source. OperationalError CAM-001 lists what was found; CAM-005, CAM-007."""

    def acknowledge_drivers(self) -> None:
        """A person has read CAM-005: drivers that ended too often may be tried again. Any thread, at once."""


# --- vision ----------------------------------------------------------------------------------------------------------


class AnomalyModel(Protocol):
    """A trained model, loaded. Inspect thread only."""

    @property
    def ref(self) -> ModelRef:
        """Which model this is."""

    @property
    def device(self) -> str:
        """Where it runs, for people: "CPU", "NVIDIA RTX 4000"."""

    @property
    def runtime(self) -> str:
        """What runs it: "openvino bf16", "torch float32"."""

    @property
    def products(self) -> tuple[str, ...]:
        """Products it was taught."""

    def recipe_for(self, product: str) -> Recipe:
        """The product inspected as it was taught: its framing and scale, limit 1.0, version 0.

        InvalidRecipe: the model was not taught this product (names those it was).
        """

    def held_out_scores(self, recipe: Recipe) -> tuple[float, ...]:
        """What good parts that taught nothing scored, in the unit of the maps.

        Empty when the model was not taught the product, or the recipe looks at it in another way than was taught.
        """

    def prepare(self, recipe: Recipe, image_size: Size) -> tuple[int, int]:
        """Lay tiles, allocate, warm up; seconds. Returns the (h, w) of every map until the next call.

        OperationalError GPU-001: out of memory. InvalidRecipe: the recipe does not fit the model.
        """

    def infer(self, frame: Frame) -> AnomalyMap:
        """One map. The frame must have the size that was prepared. OperationalError GPU-001."""

    def self_test(self) -> None:
        """Run the stored tiles and compare with the stored maps. OperationalError GPU-002: they differ."""

    def close(self) -> None:
        """Free memory; idempotent."""


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model folder as listed; `problem` says why it cannot be used, "" if it can.

    `preset`, `steps` and `license` are what the model says of its training; `size_bytes` is what the folder holds.
    """

    ref: ModelRef
    folder: Path
    products: tuple[str, ...] = ()
    architecture: str = ""
    backbone: str = ""
    created_at: datetime | None = None
    problem: str = ""
    preset: str = ""
    steps: int = 0
    license: str = ""
    size_bytes: int = 0


class ModelStore(Protocol):
    """Model folders. Any thread but the main one."""

    def list(self) -> tuple[ModelSummary, ...]:
        """All versions of all models, newest version first; broken ones with their problem."""

    def load(self, name: str, version: int = 0) -> AnomalyModel:
        """Verify hashes and load; version 0 is the newest; at most 10 s.

        OperationalError RCP-001: no such model (names those there are); RCP-002: a file does not match its hash, is
        missing or cannot be read.
        """


class RegionFinder(Protocol):
    """Connected cells of a map. Inspect thread; 5 ms."""

    def __call__(self, anomaly_map: AnomalyMap, threshold: float) -> Sequence[DefectRegion]:
        """Regions of cells above the threshold (8-connected), largest peak first."""


# --- storage ---------------------------------------------------------------------------------------------------------


class RecordStore(Protocol):
    """Inspection records. Writes only from the record thread; reads from any thread on their own connection."""

    def add(self, records: Sequence[InspectionRecord]) -> None:
        """Store all in one transaction, on disk when it returns. OperationalError DAT-002: none is stored.

        A record whose id is stored already is left as it is, so that a batch may be repeated.
        """

    def attach(self, files: Sequence[KeptFiles]) -> None:
        """Tell records what became of their files, in one transaction. OperationalError DAT-002: none was told."""

    def get(self, record_id: str) -> InspectionRecord | None:
        """One record with its regions."""

    def recent(self, limit: int) -> tuple[InspectionRecord, ...]:
        """The newest records, newest first, in the order in which they were stored."""

    def counts(self, *, lot: str | None = None, since: datetime | None = None, simulated: bool | None = None) -> Counts:
        """Sums by verdict. `simulated` None counts all; True or False only those (FS-12). Lot "" is parts without."""

    def last_inspected(self, recipe: RecipeRef) -> datetime | None:
        """When the newest part was inspected with a recipe's version; None for never."""

    def flag(self, record_id: str, *, flagged: bool) -> None:
        """Put a part on the review list, or take it off; record thread."""


class SampleStore(Protocol):
    """Samples of set-ups with their pictures. Any thread but the main one; one caller writes at a time."""

    def add(self, sample: Sample, image: NDArray[np.uint8]) -> Sample:
        """Store a picture, then its row; returns the sample with path and hash. OperationalError DAT-002."""

    def update(self, samples: Sequence[Sample]) -> None:
        """Change tray, defect, group, fingerprint, flags, use and score, in one transaction.

        Samples that are not there are left out.
        """

    def delete(self, sample_ids: Sequence[str]) -> None:
        """Take samples out; their files stay until `clean_up`, so that it can be undone."""

    def restore(self, samples: Sequence[Sample]) -> None:
        """Undo `delete`: bring samples back as they were. OperationalError DAT-002: a file is gone."""

    def get(self, sample_id: str) -> Sample | None:
        """One sample."""

    def list(self, setup_id: str) -> tuple[Sample, ...]:
        """All samples of a set-up, in the order in which they were stored."""

    def setups(self) -> tuple[str, ...]:
        """Ids of the set-ups that have samples."""

    def load(self, sample: Sample) -> NDArray[np.uint8]:
        """A sample's picture; checks its hash. OperationalError DAT-002: missing or altered."""

    def thumbnail(self, sample: Sample) -> NDArray[np.uint8]:
        """A small picture, longer side 256 px at the most, uint8 (h, w) or (h, w, 3); a few ms.

        OperationalError DAT-002: missing or altered.
        """

    def clean_up(self) -> int:
        """Remove files of samples that were deleted, before anything else uses the store; returns how many."""


class ImageStore(Protocol):
    """Image and map files, whole or absent. Writes only from the picture thread, reads from any but the main one."""

    def save_frame(self, record_id: str, frame: Frame) -> StoredFile:
        """Write a picture without loss. OperationalError DAT-002."""

    def save_map(self, record_id: str, anomaly_map: AnomalyMap, captured_at: datetime) -> StoredFile:
        """Write a map with its values. OperationalError DAT-002."""

    def load_frame(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        """The picture as a uint8 array.

        OperationalError DAT-002: missing or damaged, a path that leads outside, or not the hash that is given.
        """

    def load_map(self, path: str, sha256: str = "") -> AnomalyMap:
        """The map as it was saved. OperationalError DAT-002 as for a picture."""


# --- outputs ---------------------------------------------------------------------------------------------------------


class LineOutput(Protocol):
    """What the line is told. Inspect thread; each call 10 ms. OperationalError LIN-001: not delivered."""

    def ready(self, *, ready: bool) -> None:
        """Whether parts may come."""

    def report(self, frame_id: int, decision: Decision, *, simulated: bool) -> None:
        """The answer for one part: PASS lets go, everything else rejects."""

    def fault(self, *, active: bool) -> None:
        """Whether a fault stands."""

    def beat(self) -> None:
        """The heartbeat; called only when the inspect loop passed its check-point (FS-4)."""

    def close(self) -> None:
        """Everything to reject; idempotent."""


# --- health ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One line of health: `code` is a fault code while something is wrong, "" when all is well."""

    name: str
    text: str
    code: str = ""
    hint: str = ""


Probe = Callable[[], ProbeResult]
"""Looks at one thing, in the health thread, within a second; raises nothing but bugs."""
