import threading
from dataclasses import replace

import pytest

from inspector.core.decision import Reason, Verdict
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.recipe import OutputTiming
from inspector.services import grabbing
from tests.support.camera import ScriptedCamera, ScriptedCatalog
from tests.support.line import running_line
from tests.support.model import ScriptedModel, fail, wait_for
from tests.support.values import RECIPE, frame, missed

FIXED = replace(RECIPE, image_size=Size(64, 96))


def good(*frame_ids: int) -> list:
    return [frame(frame_id, value=10) for frame_id in frame_ids]


def test_every_trigger_has_one_answer_and_one_record_in_order() -> None:
    # A-01, O-1, O-4
    parts = [frame(1, value=10), missed(2), frame(3, value=255), frame(4, value=128)]
    camera = ScriptedCamera()
    with running_line(ScriptedCatalog(camera), recipe=FIXED) as line:
        line.service.start(limit=4)
        for number, part in enumerate(parts, start=1):
            camera.feed([part])
            line.until_inspected(number)
        line.until_state(LineState.STOPPED)
        line.until(lambda: line.recorder.recorded_count == 4, "4 records")
        verdicts = [Verdict.PASS, Verdict.NOT_INSPECTED, Verdict.FAIL, Verdict.PASS]
        assert [answer.verdict for answer in line.output.answers] == verdicts
        assert [answer.frame_id for answer in line.output.answers] == [1, 2, 3, 4]
        assert [inspection.decision.verdict for inspection in line.inspections] == verdicts
        assert sorted(record.frame_id for record in line.records.recent(10)) == [1, 2, 3, 4]
        balance = line.service.balance
        assert (balance.triggers, balance.answers, balance.records, balance.unaccounted) == (4, 4, 4, 0)
        assert (line.service.shift_counts.passed, line.service.shift_counts.total) == (2, 4)
        assert line.states == [
            LineState.STARTING,
            LineState.STARTING,
            LineState.STARTING,
            LineState.STARTING,
            LineState.RUNNING,
            LineState.STOPPING,
            LineState.STOPPED,
        ]
    assert not line.output.is_ready
    assert line.models.model.closed


def test_it_never_starts_by_itself() -> None:
    # FS-7
    with running_line(ScriptedCatalog(ScriptedCamera(good(1)))) as line:
        assert line.service.status.state is LineState.STOPPED
        assert not line.output.is_ready
    assert line.states == []


def test_pause_finishes_the_parts_in_hand_and_goes_on_with_the_next_number() -> None:
    camera = ScriptedCamera(good(1, 2))
    with running_line(ScriptedCatalog(camera), recipe=FIXED) as line:
        line.service.start()
        line.until_inspected(2)
        line.service.pause()
        line.until_state(LineState.PAUSED)
        assert not line.output.is_ready
        assert camera.stopped.acquire(timeout=5)
        camera.feed(good(1))
        line.service.start()
        line.until_inspected(3)
        assert line.inspections[-1].frame.frame_id == 3
        assert line.models.loads == 1
        line.service.stop()
        line.until_state(LineState.STOPPED)


@pytest.mark.expected_log("The model failed on frame")
@pytest.mark.expected_log("The line stops: GPU-001")
def test_three_parts_without_a_verdict_stop_the_line() -> None:
    # A-06, FS-10
    model = ScriptedModel({number: fail(RuntimeError("device lost")) for number in (2, 3, 4)})
    camera = ScriptedCamera()
    with running_line(ScriptedCatalog(camera), model=model, recipe=FIXED) as line:
        line.service.start()
        for number in (1, 2, 3, 4):
            camera.feed(good(number))
            line.until_inspected(number)
        line.until_state(LineState.FAULTED)
        assert line.codes() == ["GPU-001"]
        assert line.output.is_fault
        assert not line.output.is_ready
        assert [answer.verdict for answer in line.output.answers][1:4] == [Verdict.NOT_INSPECTED] * 3
        line.service.start()
        line.service.acknowledge("GPU-001")
        line.until_state(LineState.STOPPED)
        assert line.codes() == []
        assert not line.output.is_fault


def test_a_late_part_is_rejected_at_its_deadline() -> None:
    #
    release = threading.Event()
    model = ScriptedModel({1: wait_for(release)})
    recipe = replace(FIXED, output=OutputTiming(deadline_ms=50))
    camera = ScriptedCamera()
    with running_line(ScriptedCatalog(camera), model=model, recipe=recipe) as line:
        line.service.start()
        line.until_state(LineState.RUNNING)
        camera.feed(good(1))
        line.until(lambda: bool(line.output.answers), "an answer at the deadline")
        assert [answer.verdict for answer in line.output.answers] == [Verdict.NOT_INSPECTED]
        assert line.inspections == []
        release.set()
        line.until_inspected(1)
        decision = line.inspections[0].decision
        assert (decision.verdict, decision.reason) == (Verdict.NOT_INSPECTED, Reason.LATE)
        assert len(line.output.answers) == 1


def test_overrun_parts_are_answered_in_their_place() -> None:
    #
    release = threading.Event()
    camera = ScriptedCamera(good(1, 2, 3, 4, 5))
    with running_line(ScriptedCatalog(camera), model=ScriptedModel({1: wait_for(release)}), recipe=FIXED) as line:
        line.service.start(limit=5)
        line.until_state(LineState.RUNNING)
        line.until(lambda: line.service.balance.triggers == 5, "5 triggers")
        release.set()
        line.until_state(LineState.STOPPED)
        assert [inspection.frame.frame_id for inspection in line.inspections] == [1, 2, 3, 4, 5]
        assert line.inspections[4].decision.reason is Reason.OVERRUN
        assert line.inspections[1].decision.verdict is Verdict.PASS


@pytest.mark.expected_log("The line stops: CAM-002")
def test_a_lost_camera_faults_and_after_acknowledge_and_start_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # A-04, FS-7
    monkeypatch.setattr(grabbing, "_BACK_OFF_S", (0.01,))
    lost = ScriptedCamera([*good(1), OperationalError("CAM-002", "Cable.", "")])
    catalog = ScriptedCatalog(lost, ScriptedCamera(), ScriptedCamera(good(1)))
    with running_line(catalog, recipe=FIXED) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        assert not line.output.is_ready
        line.until(lambda: line.service.faults[0].life.value == "gone_new", "the camera is back")
        assert line.service.status.state is LineState.FAULTED
        line.service.acknowledge("CAM-002")
        line.until_state(LineState.STOPPED)
        line.service.start()
        line.until_inspected(2)


@pytest.mark.expected_log("CAM-001")
def test_a_camera_that_is_not_there_can_be_given_up() -> None:
    with running_line(ScriptedCatalog(), recipe=FIXED) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        line.service.acknowledge("CAM-001")
        line.service.stop()
        line.until_state(LineState.STOPPED)
        assert line.codes() == []


@pytest.mark.expected_log("The line stops: CAM-005")
def test_an_unstable_driver_is_tried_again_once_somebody_has_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grabbing, "_BACK_OFF_S", (0.01,))
    catalog = ScriptedCatalog(OperationalError("CAM-005", "Ended 3 times.", ""), ScriptedCamera())
    with running_line(catalog, recipe=FIXED) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        assert catalog.acknowledged == 0
        line.service.acknowledge("CAM-005")
        line.until_state(LineState.STOPPED)
        assert catalog.acknowledged == 1


@pytest.mark.expected_log("The line stops: GPU-002")
def test_a_model_whose_self_test_differs_does_not_start() -> None:
    #
    model = ScriptedModel()
    model.self_test_error = OperationalError("GPU-002", "Scores differ by 2 %.", "")
    with running_line(ScriptedCatalog(ScriptedCamera(good(1))), model=model) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        assert line.codes() == ["GPU-002"]
        assert line.output.answers == ()


@pytest.mark.expected_log("The line stops: RCP-001")
def test_an_unknown_model_does_not_start() -> None:
    recipe = replace(RECIPE, model_name="nothing")
    with running_line(ScriptedCatalog(ScriptedCamera(good(1))), recipe=recipe) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        assert line.codes() == ["RCP-001"]


@pytest.mark.expected_log("The line stops: DAT-002")
def test_records_that_cannot_be_written_stop_the_line_where_they_are_required() -> None:
    # FS-14
    with running_line(ScriptedCatalog(ScriptedCamera(good(1))), recipe=FIXED) as line:
        line.service.start()
        line.until_inspected(1)
        line.service.report(OperationalError("DAT-002", "Disk full.", ""))
        line.until_state(LineState.FAULTED)
    with running_line(ScriptedCatalog(ScriptedCamera(good(1))), recipe=FIXED, records_required=False) as line:
        line.service.start()
        line.until_inspected(1)
        line.service.report(OperationalError("DAT-002", "Disk full.", ""))
        assert line.codes() == ["DAT-002"]
        assert line.service.status.state is LineState.RUNNING


def test_another_product_only_while_stopped_or_paused() -> None:
    other = replace(FIXED, product="board")
    camera = ScriptedCamera(good(1))
    again = ScriptedCamera(good(1))
    with running_line(ScriptedCatalog(camera, again), recipe=FIXED) as line:
        line.recipes.publish(other)
        line.service.start()
        line.until_inspected(1)
        line.service.change_recipe(other)
        line.service.pause()
        line.until_state(LineState.PAUSED)
        assert line.service.recipe == FIXED
        line.service.change_recipe(other)
        line.service.start()
        line.until_inspected(2)
        assert line.inspections[-1].decision.recipe.product == "board"


def test_a_new_lot_begins_at_zero_and_stands_in_every_record() -> None:
    camera = ScriptedCamera(good(1))
    with running_line(ScriptedCatalog(camera), recipe=FIXED) as line:
        line.service.start()
        line.until_inspected(1)
        line.service.new_lot("2411-07")
        line.until(lambda: line.service.lot == "2411-07", "the lot")
        assert line.service.lot_counts.total == 0
        camera.feed(good(2))
        line.until_inspected(2)
        assert [inspection.lot for inspection in line.inspections] == ["", "2411-07"]
        assert (line.service.lot_counts.total, line.service.shift_counts.total) == (1, 2)


@pytest.mark.expected_log("Thread inspect failed")
def test_a_bug_makes_the_outputs_safe_and_stands_on_the_bar() -> None:
    #
    model = ScriptedModel({1: fail(KeyError("bug"))})
    with running_line(ScriptedCatalog(ScriptedCamera(good(1))), model=model, recipe=FIXED) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        assert line.codes() == ["SYS-001"]
        assert not line.output.is_ready
        assert line.output.answers == () or line.output.answers[0].verdict is Verdict.NOT_INSPECTED
