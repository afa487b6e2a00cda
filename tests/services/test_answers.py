import threading
import time
from collections.abc import Iterator

import pytest

from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.errors import OperationalError
from inspector.core.refs import RecipeRef
from inspector.outputs.simulated import SimulatedOutput
from inspector.services.answers import Answers
from inspector.services.clock import SystemClock
from tests.support.values import RECIPE, frame

PASS = Decision(Verdict.PASS, Reason.WITHIN_LIMIT, 1.0, RecipeRef("cap", 1), score=0.5)


class DeafOutput(SimulatedOutput):
    """A line that cannot be reached; announces each attempt."""

    def report(self, frame_id: int, decision: Decision, *, simulated: bool) -> None:
        raise OperationalError("LIN-001", "The line does not answer.", "")


class Line(SimulatedOutput):
    """Announces each answer, so that a test need not sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Semaphore(0)

    def report(self, frame_id: int, decision: Decision, *, simulated: bool) -> None:
        super().report(frame_id, decision, simulated=simulated)
        self.heard.release()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def answers(line: Line) -> Iterator[Answers]:
    made = Answers(line, SystemClock(), on_undelivered=lambda _: None, on_failure=lambda _: None)
    made.start()
    yield made
    assert made.close()


def test_an_answer_in_time_reaches_the_line_once(answers: Answers, line: Line) -> None:
    part = frame(1)
    answers.open(part, RECIPE, 5000)
    assert answers.counts == (1, 0, 1)
    told = answers.answer(part, PASS)
    assert told.verdict is Verdict.PASS
    assert told.timings.answer_ms > 0
    assert answers.answer(part, PASS).reason is Reason.LATE
    assert [answer.verdict for answer in line.answers] == [Verdict.PASS]
    assert answers.counts == (1, 1, 0)


def test_the_deadline_rejects_and_a_late_pass_is_never_sent(answers: Answers, line: Line) -> None:
    #
    part = frame(1)
    began = time.monotonic()
    answers.open(part, RECIPE, 50)
    assert line.heard.acquire(timeout=5)
    assert time.monotonic() - began >= 0.045
    assert not answers.is_open(1)
    late = answers.answer(part, PASS)
    assert (late.verdict, late.reason, late.score) == (Verdict.NOT_INSPECTED, Reason.LATE, 0.5)
    assert [(answer.frame_id, answer.verdict) for answer in line.answers] == [(1, Verdict.NOT_INSPECTED)]


def test_answers_keep_the_order_of_triggers(answers: Answers, line: Line) -> None:
    # O-4: parts 1 and 3 run into their deadlines, part 2 is answered between them.
    parts = [frame(1), frame(2), frame(3)]
    answers.open(parts[0], RECIPE, 30)
    answers.open(parts[1], RECIPE, 5000)
    answers.open(parts[2], RECIPE, 5030)
    assert line.heard.acquire(timeout=5)
    answers.answer(parts[1], PASS)
    answers.answer(parts[2], PASS)
    assert [answer.frame_id for answer in line.answers] == [1, 2, 3]
    assert answers.counts == (3, 3, 0)


def test_an_answer_that_was_not_delivered_is_no_pass() -> None:
    undelivered: list[OperationalError] = []
    answers = Answers(DeafOutput(), SystemClock(), on_undelivered=undelivered.append, on_failure=lambda _: None)
    part = frame(1)
    answers.open(part, RECIPE, 5000)
    told = answers.answer(part, PASS)
    assert (told.verdict, told.reason) == (Verdict.NOT_INSPECTED, Reason.NOT_DELIVERED)
    assert [error.code for error in undelivered] == ["LIN-001"]


def test_a_new_count_needs_every_part_answered(answers: Answers) -> None:
    part = frame(1)
    answers.open(part, RECIPE, 5000)
    with pytest.raises(RuntimeError, match="no answer yet"):
        answers.reset()
    answers.answer(part, PASS)
    answers.reset()
    assert answers.counts == (0, 0, 0)
