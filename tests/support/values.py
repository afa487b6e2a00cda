"""Small core values for tests."""

import time
from datetime import UTC, datetime

import numpy as np

from inspector.core.anomaly import AnomalyMap
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.recipe import Recipe
from inspector.core.refs import ModelRef

MODEL = ModelRef("demo", 1, "0" * 64)
RECIPE = Recipe(product="cap", version=1, model_name="demo")


def frame(frame_id: int = 1, *, height: int = 64, width: int = 96, value: int = 128, simulated: bool = True) -> Frame:
    return Frame(
        image=np.full((height, width), value, np.uint8),
        frame_id=frame_id,
        camera_id="simulated:test",
        captured_at=datetime.now(UTC),
        received_ns=time.monotonic_ns(),
        simulated=simulated,
    )


def missed(frame_id: int = 1, reason: MissReason = MissReason.GAP) -> MissedFrame:
    return MissedFrame(
        frame_id, "simulated:test", reason, datetime.now(UTC), time.monotonic_ns(), "test", simulated=True
    )


def anomaly_map(values: object, *, score: float | None = None, model: ModelRef = MODEL) -> AnomalyMap:
    array = np.array(values, np.float32)
    return AnomalyMap(array, 16.0, float(array.max()) if score is None else score, model)
