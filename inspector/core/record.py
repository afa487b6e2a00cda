"""An inspection in memory, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime

from inspector.core.anomaly import AnomalyMap
from inspector.core.decision import Decision, Verdict
from inspector.core.frame import Frame, MissedFrame
from inspector.core.refs import ModelRef, RecipeRef


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """One part from trigger to answer, as handed to recorder and screen.

    Attributes:
        id: time-ordered, made before the first write, so that answer, row and files agree.
        lot: what the operator entered; "" if nothing.
        anomaly_map: None when there was none or it cannot be trusted.
    """

    id: str
    frame: Frame | MissedFrame
    decision: Decision
    lot: str = ""
    anomaly_map: AnomalyMap | None = None

    @property
    def simulated(self) -> bool:
        """Whether this part is not a real one (FS-12)."""
        return self.frame.simulated


@dataclass(frozen=True, slots=True)
class RegionRecord:
    """A defect region as kept: box and centroid in pixels of the frame."""

    x: float
    y: float
    width: float
    height: float
    area_px: float
    peak: float
    mean: float


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as written: its path relative to the data folder, with forward slashes, and the SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """What became of the picture and the map of a record; neither of them means that they were given up."""

    record_id: str
    image: StoredFile | None = None
    map: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class InspectionRecord:
    """What is kept of an inspection.

    The row is on disk before the files, so that a large picture never delays a record; the row names the files only
    after they are whole.

    Attributes:
        captured_at, recorded_at: aware UTC.
        image_path, map_path: relative to the data folder, with forward slashes; "" when not kept.
        image_sha256, map_sha256: of the files' bytes; "" when not kept.
        awaited: picture or map are to be kept and are not written yet.
        shed: the picture should have been kept but was given up because the recorder could not keep pace, or the
            program ended before it was written (FS-6).
        flagged: a person put the part on the review list.
    """

    id: str
    frame_id: int
    source: str
    label: str
    lot: str
    captured_at: datetime
    recorded_at: datetime
    verdict: Verdict
    reason: str
    score: float | None
    limit: float
    recipe: RecipeRef
    model: ModelRef | None
    simulated: bool
    detail: str = ""
    waited_ms: float = 0.0
    model_ms: float = 0.0
    answer_ms: float = 0.0
    image_path: str = ""
    map_path: str = ""
    image_sha256: str = ""
    map_sha256: str = ""
    awaited: bool = False
    shed: bool = False
    flagged: bool = False
    regions: tuple[RegionRecord, ...] = ()


def record_of(inspection: Inspection, recorded_at: datetime) -> InspectionRecord:
    """What is kept of an inspection; its files are not written yet."""
    frame, decision = inspection.frame, inspection.decision
    missed_detail = frame.detail if isinstance(frame, MissedFrame) else ""
    return InspectionRecord(
        id=inspection.id,
        frame_id=frame.frame_id,
        source=frame.camera_id,
        label=frame.label,
        lot=inspection.lot,
        captured_at=frame.captured_at,
        recorded_at=recorded_at,
        verdict=decision.verdict,
        reason=decision.reason.value,
        score=decision.score,
        limit=decision.limit,
        recipe=decision.recipe,
        model=decision.model,
        simulated=inspection.simulated,
        detail=decision.detail or missed_detail,
        waited_ms=decision.timings.waited_ms,
        model_ms=decision.timings.model_ms,
        answer_ms=decision.timings.answer_ms,
        regions=tuple(
            RegionRecord(
                region.box.x,
                region.box.y,
                region.box.width,
                region.box.height,
                region.area_px,
                region.peak,
                region.mean,
            )
            for region in decision.regions
        ),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over records of one lot, shift or run."""

    passed: int = 0
    failed: int = 0
    not_inspected: int = 0

    @property
    def total(self) -> int:
        """All parts."""
        return self.passed + self.failed + self.not_inspected

    @property
    def pass_share(self) -> float | None:
        """Share of parts that passed, 0 to 1; None without parts."""
        return self.passed / self.total if self.total else None

    def plus(self, verdict: Verdict) -> "Counts":
        """These sums with one more part."""
        return Counts(
            self.passed + (verdict is Verdict.PASS),
            self.failed + (verdict is Verdict.FAIL),
            self.not_inspected + (verdict is Verdict.NOT_INSPECTED),
        )
