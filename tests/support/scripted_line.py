"""A line played from a script: the station page's `StationLine` without camera, model or threads of its own."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from inspector.core.anomaly import AnomalyMap, DefectRegion
from inspector.core.decision import Decision, Reason, Timings, Verdict
from inspector.core.emitter import Emitter
from inspector.core.frame import Frame, MissedFrame, MissReason
from inspector.core.geometry import Rect
from inspector.core.line import Balance, Fault, FaultLife, LineState, LineStatus, StartStep, severity_of
from inspector.core.recipe import OutputTiming, Recipe
from inspector.core.record import Counts, Inspection
from inspector.core.refs import ModelRef, new_id

MODEL = ModelRef("demo", 3, "a" * 64)
RECIPE = Recipe(
    product="CAP-32",
    version=7,
    model_name="demo",
    model_version=3,
    title=(("en", "Cap 32 mm"), ("zh_CN", "32 毫米瓶盖")),
    output=OutputTiming(deadline_ms=120),
    mm_per_px=0.05,
)
OTHER_RECIPE = replace(RECIPE, product="gasket", version=2, title=(("en", "Rubber gasket"), ("zh_CN", "橡胶密封圈")))


def draw_part(
    height: int = 1024, width: int = 1280, *, seed: int = 0, defect: tuple[float, float] | None = None
) -> np.ndarray:
    """A round cap on a belt, uint8 RGB; with a dark mark at (x, y) in shares of the frame."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    cx, cy = width * (0.5 + 0.01 * rng.standard_normal()), height * (0.5 + 0.01 * rng.standard_normal())
    radius = np.hypot(x - cx, y - cy) / (0.4 * height)
    gray = 96 + 6 * np.sin(x / 9.0)
    gray = np.where(radius < 1.0, 178 - 22 * radius + 3 * np.cos(radius * 60), gray)
    gray = np.where((radius > 0.93) & (radius < 1.0), 150, gray)
    gray = np.where(radius < 0.32, 168, gray)
    if defect is not None:
        dx, dy = (x - defect[0] * width) / (0.035 * width), (y - defect[1] * height) / (0.012 * width)
        gray = gray - 85 * np.exp(-((dx + 0.5 * dy) ** 2) - dy**2)
    gray += rng.normal(0, 2.0, gray.shape).astype(np.float32)
    image = np.clip(gray[..., None] + np.array([2, 0, -4], np.float32), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(image)


def draw_map(
    height: int = 1024, width: int = 1280, *, cell_px: float = 16.0, score: float = 0.4, spot: tuple[float, float]
) -> AnomalyMap:
    """A map whose maximum is `score`, around a spot in shares of the frame."""
    rows, columns = int(np.ceil(height / cell_px)), int(np.ceil(width / cell_px))
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    distance = ((x - spot[0] * columns) / (0.045 * columns)) ** 2 + ((y - spot[1] * rows) / (0.04 * rows)) ** 2
    values = np.maximum(np.exp(-distance) * score, 0.18 * min(score, 1.0)).astype(np.float32)
    values *= np.float32(score) / values.max()
    return AnomalyMap(values, cell_px, float(values.max()), MODEL)


class ScriptedLine:
    """Does what a test tells it, and remembers what the page asked for."""

    def __init__(self, *, recipe: Recipe | None = RECIPE, simulated: bool = False) -> None:
        self.inspected: Emitter[Inspection] = Emitter("inspected")
        self.status_changed: Emitter[LineStatus] = Emitter("status_changed")
        self.faults_changed: Emitter[tuple[Fault, ...]] = Emitter("faults_changed")
        self.recipe_changed: Emitter[Recipe] = Emitter("recipe_changed")
        self.lot_changed: Emitter[str] = Emitter("lot_changed")
        self.records_changed: Emitter[Balance] = Emitter("records_changed")
        self.status = LineStatus(LineState.STOPPED, datetime.now(UTC))
        self.faults: tuple[Fault, ...] = ()
        self.recipe = recipe
        self.lot = "2411-07"
        self.balance = Balance()
        self.lot_counts = Counts()
        self.shift_counts = Counts()
        self.source = "simulated:cap" if simulated else "genicam:acme/AC-5/8841"
        self.simulated = simulated
        self.model: ModelRef | None = MODEL
        self.device = "CPU"
        self.runtime = "openvino bf16"
        self.asked: list[tuple[object, ...]] = []
        self.known_recipes: tuple[Recipe, ...] = (RECIPE, OTHER_RECIPE)
        self._frame_id = 0

    # --- commands: remembered, and obeyed at once ---------------------------------------------------------------------

    def start(self) -> None:
        self.asked.append(("start",))
        self.set_state(LineState.RUNNING)

    def pause(self) -> None:
        self.asked.append(("pause",))
        self.set_state(LineState.PAUSED)

    def stop(self) -> None:
        self.asked.append(("stop",))
        self.set_state(LineState.STOPPED)

    def acknowledge(self, code: str) -> None:
        self.asked.append(("acknowledge", code))
        kept = tuple(
            replace(fault, life=FaultLife.ACTIVE_ACKNOWLEDGED) if fault.code == code else fault
            for fault in self.faults
            if not (fault.code == code and fault.life is FaultLife.GONE_NEW)
        )
        self.set_faults(kept)

    def change_recipe(self, recipe: Recipe) -> None:
        self.asked.append(("change_recipe", recipe.product))
        self.recipe = recipe
        self.recipe_changed.emit(recipe)

    def new_lot(self, lot: str) -> None:
        self.asked.append(("new_lot", lot))
        self.lot, self.lot_counts = lot, Counts()
        self.lot_changed.emit(lot)

    def flag(self, inspection_id: str, *, flagged: bool) -> None:
        self.asked.append(("flag", inspection_id, flagged))

    def recipes(self) -> tuple[Recipe, ...]:
        return self.known_recipes

    # --- the script ---------------------------------------------------------------------------------------------------

    def set_state(self, state: LineState, step: StartStep | None = None) -> None:
        self.status = LineStatus(state, datetime.now(UTC), step)
        self.status_changed.emit(self.status)

    def set_faults(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        self.faults_changed.emit(faults)

    def part(
        self,
        score: float | None = 0.38,
        *,
        image: np.ndarray | None = None,
        spot: tuple[float, float] = (0.36, 0.33),
        values: np.ndarray | None = None,
        reason: Reason | None = None,
    ) -> Inspection:
        """Inspect one part; a score of None is a part without a picture."""
        self._frame_id += 1
        now = datetime.now(UTC)
        timings = Timings(2.0, 31.0, 1.0, 38.0)
        recipe = self.recipe or RECIPE
        limit = recipe.rule.score_threshold
        frame: Frame | MissedFrame
        anomaly_map = None
        if score is None:
            frame = MissedFrame(self._frame_id, self.source, MissReason.INCOMPLETE, now, 0, simulated=self.simulated)
            decision = Decision(Verdict.NOT_INSPECTED, reason or Reason.INCOMPLETE, limit, recipe.ref, timings=timings)
        else:
            fails = score > limit
            picture = (
                draw_part(256, 320, seed=self._frame_id, defect=spot if fails else None) if image is None else image
            )
            height, width = picture.shape[:2]
            frame = Frame(picture, self._frame_id, self.source, now, 0, simulated=self.simulated)
            if values is None:
                anomaly_map = draw_map(height, width, score=score, spot=spot)
            else:
                anomaly_map = AnomalyMap(values, 16.0, float(values.max()), MODEL)
            regions = ()
            if fails:
                box = Rect((spot[0] - 0.04) * width, (spot[1] - 0.03) * height, 0.08 * width, 0.06 * height)
                center = (spot[0] * width, spot[1] * height)
                regions = (DefectRegion(box, 720.0, score, 0.7 * score, center),)
            decision = Decision(
                Verdict.FAIL if fails else Verdict.PASS,
                Reason.ABOVE_LIMIT if fails else Reason.WITHIN_LIMIT,
                limit,
                recipe.ref,
                score=score,
                regions=regions,
                model=MODEL,
                timings=timings,
            )
        self.lot_counts = self.lot_counts.plus(decision.verdict)
        self.shift_counts = self.shift_counts.plus(decision.verdict)
        balance = self.balance
        self.balance = replace(
            balance, triggers=balance.triggers + 1, answers=balance.answers + 1, records=balance.records + 1
        )
        inspection = Inspection(new_id(), frame, decision, self.lot, anomaly_map)
        self.inspected.emit(inspection)
        self.records_changed.emit(self.balance)
        return inspection


def fault(
    code: str, *, life: FaultLife = FaultLife.ACTIVE_NEW, age_s: float = 42.0, message: str = "no answer for 2.0 s"
) -> Fault:
    """A fault that came some seconds ago."""
    since = datetime.now(UTC) - timedelta(seconds=age_s)
    return Fault(code, severity_of(code), message, "Check cable and power.", since, life)


def play(line: ScriptedLine, inspections: list[Inspection], rate_hz: float, stop: threading.Event) -> None:
    """Emit the same inspections over and over at a rate, in the calling thread, with new ids."""
    index = 0
    while not stop.wait(1 / rate_hz):
        inspection = replace(inspections[index % len(inspections)], id=new_id())
        line.lot_counts = line.lot_counts.plus(inspection.decision.verdict)
        line.shift_counts = line.shift_counts.plus(inspection.decision.verdict)
        line.inspected.emit(inspection)
        index += 1
