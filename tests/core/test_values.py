"""Frames, references, states and recipes refuse what they must not hold."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from inspector.core.emitter import Emitter
from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.geometry import Polygon, Size
from inspector.core.line import LineState, Severity, may_follow, severity_of
from inspector.core.recipe import DecisionRule, OutputTiming
from inspector.core.refs import is_safe_name, new_id
from tests.support.values import RECIPE, frame


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert {len(one) for one in ids} == {32}


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "A", "a..b", "a.", "-a", "con:", "a" * 65, "a b", "ä"])
def test_names_that_must_not_become_folders(name: str) -> None:
    assert not is_safe_name(name)


def test_a_frame_is_sealed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        frame().image[0, 0] = 1


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros((5, 5), np.float32),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros((5,), np.uint8),
        np.zeros((6, 6), np.uint8)[:, ::2],
    ],
)
def test_what_is_no_picture_is_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="frame"):
        replace(frame(), image=image)


def test_a_recipe_lists_every_problem_at_once() -> None:
    broken = replace(
        RECIPE,
        product=" ",
        scale=float("nan"),
        rule=DecisionRule(score_threshold=float("inf"), min_area_mm2=1.0),
        output=OutputTiming(deadline_ms=0),
        image_size=Size(0, 5),
    )
    with pytest.raises(InvalidRecipe) as caught:
        broken.validated()
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "product",
        "scale",
        "rule.score_threshold",
        "rule.min_area_mm2",
        "output.deadline_ms",
        "image_size",
    ]
    assert RECIPE.validated() is RECIPE


def test_only_an_acknowledgement_leaves_the_state_fault() -> None:
    assert [state for state in LineState if may_follow(LineState.FAULTED, state)] == [LineState.STOPPED]
    assert all(may_follow(state, LineState.FAULTED) for state in LineState if state is not LineState.FAULTED)
    assert not may_follow(LineState.STOPPED, LineState.RUNNING)


def test_a_fault_nobody_has_judged_stops_the_line() -> None:
    assert severity_of("XYZ-999") is Severity.STOP
    assert severity_of("DAT-001") is Severity.ACT


def test_an_operational_error_survives_a_process_border() -> None:
    error = pickle.loads(pickle.dumps(OperationalError("CAM-002", "Lost.", "Check the cable.")))
    assert (error.code, error.message, error.hint) == ("CAM-002", "Lost.", "Check the cable.")


def test_a_polygon_needs_three_points() -> None:
    with pytest.raises(ValueError, match="3 points"):
        Polygon(((0, 0), (1, 1)))


@pytest.mark.expected_log("A listener of test failed")
def test_a_failing_listener_is_logged_and_the_others_hear(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []
    emitter: Emitter[int] = Emitter("test")

    def fail(_: int) -> None:
        raise RuntimeError("listener")

    emitter.connect(fail)
    disconnect = emitter.connect(heard.append)
    emitter.emit(1)
    disconnect()
    emitter.emit(2)
    assert heard == [1]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
