"""Records and inspections for tests of storing them."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from inspector.core.anomaly import DefectRegion
from inspector.core.decision import Decision, Reason, Timings, Verdict
from inspector.core.frame import Frame, MissedFrame
from inspector.core.geometry import Rect
from inspector.core.record import Inspection, InspectionRecord, RegionRecord, record_of
from inspector.core.refs import RecipeRef, new_id
from tests.support.values import MODEL, anomaly_map, frame, missed

CAPTURED_AT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
REGION = DefectRegion(Rect(10.5, 20.0, 30.0, 40.25), 512.0, 2.5, 1.75, (25.0, 40.0))


def record(frame_id: int = 1, verdict: Verdict = Verdict.PASS, **changes: object) -> InspectionRecord:
    """A record as the recorder makes it, with an id of its own."""
    made = record_of(inspection(frame_id, verdict), CAPTURED_AT)
    return replace(made, **({"captured_at": CAPTURED_AT} | changes))  # type: ignore[arg-type]


def regions(count: int) -> tuple[RegionRecord, ...]:
    return tuple(RegionRecord(1.5 * rank, 2.0, 3.0, 4.0, 55.0, 3.0 - rank / 10, 1.1) for rank in range(count))


def inspection(
    frame_id: int = 1, verdict: Verdict = Verdict.PASS, *, part: Frame | MissedFrame | None = None, lot: str = ""
) -> Inspection:
    """A part as the line hands it over; a part that was not inspected has no picture unless `part` brings one."""
    unseen = verdict is Verdict.NOT_INSPECTED
    failed = verdict is Verdict.FAIL
    reason = {
        Verdict.PASS: Reason.WITHIN_LIMIT,
        Verdict.FAIL: Reason.ABOVE_LIMIT,
        Verdict.NOT_INSPECTED: Reason.GAP,
    }[verdict]
    found = None if unseen else anomaly_map(np.array([[0.25, 2.5 if failed else 0.5]], np.float32))
    return Inspection(
        id=new_id(),
        frame=part or (missed(frame_id) if unseen else frame(frame_id)),
        decision=Decision(
            verdict=verdict,
            reason=reason,
            limit=1.0,
            recipe=RecipeRef("cap", 3),
            score=None if found is None else found.score,
            regions=(REGION,) if failed else (),
            model=MODEL,
            timings=Timings(0.5, 30.25, 0.125, 31.75),
        ),
        lot=lot,
        anomaly_map=found,
    )
