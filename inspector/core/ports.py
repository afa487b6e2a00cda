"""Everything the program needs from outside, as protocols.

Each docstring says who calls, how long it may take, and what it raises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.decision import Decision
from inspector.core.draft import RecipeDraft
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Size
from inspector.core.package import PackageContent
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


class FeatureKind(Enum):
    """What a camera feature holds."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    ENUMERATION = "enumeration"
    STRING = "string"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a camera's node map, as plain values.

    Attributes:
        category: the way to it in the tree, "ImageFormatControl" or "A/B"; "" for a feature in no category.
        visibility: "Beginner", "Expert", "Guru" or "Invisible".
        minimum, maximum, step: limits now, which other features may change; None where there is no limit.
        entries: of an enumeration, those that can be chosen now.
        description: the camera's long text; may be the tooltip again.
        available: False while the camera's other settings leave it without a meaning.
        unavailable_entries: of an enumeration, those that exist and cannot be chosen now.
        selected_by: selectors that say which of several values this feature means.
        polling_ms: it changes by itself; read it again after so long while it is seen. 0: only writing changes it.
        streamable: the camera counts it among its settings, so `save` holds it.
    """

    name: str
    display_name: str
    category: str
    kind: FeatureKind
    visibility: str
    readable: bool
    writable: bool
    value: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    entries: tuple[str, ...] = ()
    tooltip: str = ""
    description: str = ""
    available: bool = True
    unavailable_entries: tuple[str, ...] = ()
    selected_by: tuple[str, ...] = ()
    polling_ms: int = 0
    streamable: bool = False


FeatureLines = tuple[tuple[str, str], ...]
"""Feature names and values as text, in the order in which a camera takes them; a selector stands before its values."""


@dataclass(frozen=True, slots=True)
class FeatureResult:
    """What became of one line that `FeatureAccess.load` wrote; `problem` is the reason of a refusal, "" for none."""

    name: str
    asked: str
    kept: str
    problem: str = ""


class FeatureAccess(Protocol):
    """A camera's own features. Any thread; each call is a request with a time limit of 5 s (20 s for all features).

    Besides what is said below, each raises OperationalError CAM-002 when the camera is lost.
    """

    def snapshot(self) -> tuple[Feature, ...]:
        """Every feature with its value now, in the camera's own order."""

    def describe(self, names: Sequence[str]) -> tuple[Feature, ...]:
        """These features with their values now, in this order; a name that the camera does not have is left out."""

    def get(self, name: str) -> str:
        """One value as text, read without cache. OperationalError CAM-004: no such feature, or not readable."""

    def set(self, name: str, value: str) -> str:
        """Write and read back; returns the kept value. OperationalError CAM-004 with the camera's own sentence."""

    def execute(self, name: str) -> None:
        """Execute a command and wait until the camera is done. OperationalError CAM-004: refused, or not done."""

    def save(self) -> FeatureLines:
        """The camera's settings, to be written back with `load`. OperationalError CAM-004."""

    def load(self, lines: Sequence[tuple[str, str]]) -> tuple[FeatureResult, ...]:
        """Write settings, each as far as the camera takes it, and say what became of each. Nothing is undone."""


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


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A published version and how it came about.

    Attributes:
        recipe: as published; None when it was altered in the store and must not be used.
        published_at: aware UTC.
        published_by: name of the operating-system user, "shipped" or "imported by …".
        reason: in a person's words.
        base_version: the version it was begun from; 0 for none.
        setup_id: of the set-up whose samples it was made with; "" for none.
    """

    product: str
    version: int
    recipe: Recipe | None
    published_at: datetime
    published_by: str = ""
    reason: str = ""
    base_version: int = 0
    setup_id: str = ""


class RecipeStore(Protocol):
    """Published recipes. Any thread but the main one."""

    def list(self, *, retired: bool = False) -> tuple[Recipe, ...]:
        """The newest version of every product, by product name; one that was altered is logged and left out.

        Args:
            retired: also products that were taken out of use.
        """

    def get(self, product: str, version: int = 0) -> Recipe:
        """One recipe; version 0 is the newest. OperationalError RCP-001: unknown; RCP-002: altered in the store."""

    def publish(
        self, recipe: Recipe, *, by: str = "", reason: str = "", base_version: int = 0, setup_id: str = ""
    ) -> None:
        """Store a new version, take a retired product into use again, and forget the draft of `setup_id`, all at once.

        The same version again changes nothing.

        InvalidRecipe; OperationalError RCP-002 when the version exists with other content.
        """

    def versions(self, product: str) -> tuple[PublishedVersion, ...]:
        """Every version of a product, newest first; empty for an unknown one."""

    def retired(self) -> frozenset[str]:
        """Products that were taken out of use."""

    def retire(self, product: str, *, by: str = "") -> None:
        """Take a product out of use; its versions stay. OperationalError RCP-001: unknown."""

    def unretire(self, product: str, *, by: str = "") -> None:
        """Take a product into use again. OperationalError RCP-001: unknown."""


class DraftStore(Protocol):
    """Set-ups in hand. Any thread but the main one."""

    def save(self, draft: RecipeDraft) -> None:
        """Store a draft, over its older state; on disk when it returns. OperationalError DAT-002."""

    def get(self, draft_id: str) -> RecipeDraft | None:
        """One draft; None if there is none. OperationalError DAT-002: it cannot be read."""

    def list(self) -> tuple[RecipeDraft, ...]:
        """All drafts, last changed first; one that cannot be read is logged and left out."""

    def delete(self, draft_id: str) -> None:
        """Forget a draft; its samples stay. One that is not there changes nothing."""


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


class RecipePictureStore(Protocol):
    """Pictures that recipes name: of the product, and of the self-test. Any thread but the main one."""

    def save(self, image: NDArray[np.uint8]) -> StoredFile:
        """Store a picture without loss, named by its content. OperationalError DAT-002."""

    def load(self, path: str, sha256: str = "") -> NDArray[np.uint8]:
        """A picture by the path that a recipe holds. OperationalError DAT-002: missing or altered."""


class RecipePackages(Protocol):
    """Recipes as files that can be carried to another station. Any thread but the main one; seconds."""

    def export(self, target: Path, recipe: Recipe, model: ModelRef, model_folder: Path | None) -> None:
        """Write a package, whole or not at all, over an older one of the same name.

        Args:
            target: file.
            recipe: published; the pictures it names travel along.
            model: that it judges with.
            model_folder: of that model, to travel along; None to name it only.

        PackageRefused: the model does not match its hashes; OperationalError DAT-002: a picture is missing, or the file
        cannot be written.
        """

    def read(self, path: Path) -> PackageContent:
        """Check a package from end to end, and change nothing. PackageRefused with the reason."""

    def import_pictures(self, content: PackageContent) -> None:
        """Bring the pictures of a package that was read into the data folder. PackageRefused; OperationalError."""

    def unpack_model(self, content: PackageContent, folder: Path) -> None:
        """Write the model's files of a package that was read into a new folder. PackageRefused; OperationalError."""


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
