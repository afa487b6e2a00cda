"""From nothing to a published, running recipe through the real application, without a window (A-25, A-33)."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.app import Application, open_application
from inspector.config import DeviceChoice, Settings
from inspector.core.check import limit_for
from inspector.core.draft import MeasuredTiming, PublishFacts, RecipeDraft
from inspector.core.geometry import Rect, Size
from inspector.core.line import LineState
from inspector.core.recipe import CameraSettings, Framing, TriggerMode
from inspector.core.sample import Tray
from inspector.paths import DataFolder
from inspector.services.capture import Captured, CaptureState, LearnProgress

if TYPE_CHECKING:
    from inspector.core.record import Inspection

GOOD = "simulated:brushed?defect_every=0"
BAD = "simulated:brushed?defect_every=1"
SETTINGS = CameraSettings(trigger=TriggerMode.LINE, rate_hz=8.0, roi=Rect(352, 256, 256, 256))


class Person:
    """Does what a process engineer does, and waits for what the station says."""

    def __init__(self, station: Application) -> None:
        self.station = station
        self.inspections: list[Inspection] = []
        self.captured: list[Captured] = []
        self.learned: list[LearnProgress] = []
        self._changed = threading.Condition()
        station.line.inspected.connect(lambda one: self._add(self.inspections, one))
        station.setup.capture.captured.connect(lambda one: self._add(self.captured, one))
        station.setup.capture.learned.connect(lambda one: self._add(self.learned, one))

    def _add(self, news: list, one: object) -> None:
        with self._changed:
            news.append(one)
            self._changed.notify_all()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + 60
        with self._changed:
            while not condition():
                assert time.monotonic() < give_up_at, f"never happened: {what}; {self.station.setup.capture.status}"
                self._changed.wait(0.05)

    def capture(self, draft: RecipeDraft, camera: str, tray: Tray, count: int) -> None:
        service = self.station.setup.capture
        wanted = len(self.captured) + count
        service.open(camera, SETTINGS)
        self.until(
            lambda: service.status.state is CaptureState.LIVE and camera in _id(service.status), "a live picture"
        )
        service.capture(draft.id, tray, count=count, limits=draft.recipe.picture_limits)
        self.until(lambda: len(self.captured) >= wanted, f"{count} samples")
        assert all(news.sample is not None for news in self.captured)


def _id(status) -> str:
    return "" if status.camera is None else status.camera.id


def judged_timed_and_tested(
    station: Application, draft: RecipeDraft, timing: MeasuredTiming | None = None
) -> RecipeDraft:
    scoring = station.setup.scoring
    scored = scoring.score(draft)
    good, bad = scored.check_scores()
    limit = limit_for(good, draft.allowed_per_1000, bad).limit
    draft = draft.with_rule(score_threshold=limit)
    draft = replace(draft, judged=scored.judged(station.setup.samples.list(draft.id), limit))
    draft = replace(draft, timing=timing or scoring.measure_timing(draft))
    return draft.with_recipe(self_test=scoring.store_shot(draft))


def test_a25_from_a_new_product_to_a_running_recipe_and_to_its_next_version(tmp_path: Path) -> None:
    settings = Settings(source=GOOD, device=DeviceChoice.CPU)
    with open_application(settings, DataFolder(tmp_path)) as station:
        person = Person(station)
        recipes, setup, line = station.recipes, station.setup, station.line
        draft = recipes.new().with_recipe(
            product="plate", line_code=17, camera=SETTINGS, camera_id="simulated:brushed", image_size=Size(256, 256),
            mm_per_px=0.1, model_name="demo", model_version=1, model_product="brushed", framing=Framing.WHOLE,
        )  # fmt: skip
        recipes.save(draft)
        assert {blocker.code for blocker in recipes.blockers(draft)} >= {"limits_missing", "good_too_few", "not_scored"}
        setup.capture.open(GOOD, SETTINGS)
        person.until(lambda: setup.capture.status.state is CaptureState.LIVE, "a live picture")
        setup.capture.learn_limits(20)
        person.until(lambda: bool(person.learned) and person.learned[-1].limits is not None, "picture limits")
        draft = draft.with_recipe(picture_limits=person.learned[-1].limits)
        person.capture(draft, GOOD, Tray.GOOD, 30)
        person.capture(draft, BAD, Tray.BAD, 5)
        counts = setup.samples.counts(draft.id)
        assert (counts.good, counts.bad, counts.near_copies) == (30, 5, 0)
        draft = judged_timed_and_tested(station, draft)
        recipes.save(draft)
        known = PublishFacts(self_test_score=setup.scoring.check_shot(draft))
        assert recipes.blockers(draft, known) == ()
        first = recipes.publish(draft, "first version", known)
        assert (first.ref.version, first.camera_id) == (1, "simulated:brushed")

        # The camera of the set-up is still open; the line takes it.
        line.change_recipe(first)
        line.start()
        person.until(lambda: len(person.inspections) >= 6, "parts on the line")
        assert setup.capture.status.state is CaptureState.REFUSED
        judged = [one.decision for one in person.inspections]
        assert {one.recipe.version for one in judged} == {1}
        assert all(one.score is not None for one in judged), [one.detail for one in judged]

        again = recipes.edit("plate")
        again = judged_timed_and_tested(station, again.with_rule(min_area_mm2=0.5), draft.timing)
        known = PublishFacts(self_test_score=setup.scoring.check_shot(again))
        second = recipes.publish(again, "smaller marks may pass", known)
        line.use_version(second)
        person.until(lambda: line.upcoming == second, "the version waits")
        count = len(person.inspections)
        person.until(lambda: len(person.inspections) > count + 2, "more parts")
        assert {one.decision.recipe.version for one in person.inspections} == {1}
        line.new_lot("L-2")
        person.until(lambda: person.inspections[-1].decision.recipe.version == 2, "parts by the new version")
        assert {(one.lot, one.decision.recipe.version) for one in person.inspections} == {("", 1), ("L-2", 2)}
        assert line.status.state is LineState.RUNNING
        assert line.faults == ()
        line.stop()
        person.until(lambda: line.status.state is LineState.STOPPED, "stopped")
        trial = setup.trial.run(recipes.edit("plate").with_rule(score_threshold=1e-3), simulated=True)
        assert trial.parts + len(trial.unknown) == len(person.inspections)
        assert trial.other_model == 0
