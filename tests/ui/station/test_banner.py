"""What the verdict block says in each state."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QLocale

from inspector.core.line import FaultLife, LineState, LineStatus, StartStep
from inspector.ui.parts import Part, part_of
from inspector.ui.station.banner import Situation, banner_for, stopping_fault
from inspector.ui.widgets.verdict_banner import BannerContent, StepMark, Tone
from tests.support.scripted_line import RECIPE, ScriptedLine, fault

pytestmark = pytest.mark.usefixtures("qapp")


def status(state: LineState, step: StartStep | None = None) -> LineStatus:
    return LineStatus(state, datetime.now(UTC), step)


def part(score: float | None) -> Part:
    return part_of(ScriptedLine().part(score))


def say(state: LineState, shown: Part | None = None, **more) -> BannerContent:
    return banner_for(Situation(status(state), more.pop("recipe", RECIPE), part=shown, **more), QLocale.c())


def test_a_part_that_passed_is_calm() -> None:
    content = say(LineState.RUNNING, part(0.38))
    assert (content.tone, content.icon, content.word) == (Tone.OK, "verdict_ok", "OK")
    assert content.ratio == "0.38 × limit"
    assert not content.dimmed


def test_a_rejected_part_is_loud_and_says_why() -> None:
    content = say(LineState.RUNNING, part(2.41), passed_since=3)
    assert (content.tone, content.icon, content.word) == (Tone.NG, "verdict_ng", "NG")
    assert content.reason == "1.8 mm² mark, top"
    assert content.ratio == "2.41 × limit"
    assert content.note == "+3 OK"


def test_exactly_the_limit_passes_and_reads_so() -> None:
    """A-18."""
    exactly = say(LineState.RUNNING, part(1.0))
    assert (exactly.tone, exactly.ratio) == (Tone.OK, "1.00 × limit")
    above = say(LineState.RUNNING, part(1.0000305))
    assert above.tone is Tone.NG
    assert above.ratio != "1.00 × limit"


def test_a_part_that_was_not_inspected_has_no_number() -> None:
    content = say(LineState.RUNNING, part(None))
    assert (content.tone, content.word, content.qualifier) == (Tone.NOT_INSPECTED, "NG", "not inspected")
    assert content.ratio == ""
    assert content.reason == "The picture arrived incomplete"


def test_without_a_product_one_is_asked_for() -> None:
    assert say(LineState.STOPPED, recipe=None).title == "Choose a product"


def test_stopped_keeps_the_last_verdict_but_not_its_color() -> None:
    content = say(LineState.STOPPED, part(2.41))
    assert content.dimmed
    assert content.word == "NG"
    assert content.reason == "Not inspecting"


def test_stopped_without_parts_says_how_to_begin() -> None:
    content = say(LineState.STOPPED)
    assert content.reason == "Hold Start for one second to begin."


def test_starting_ticks_its_steps_off() -> None:
    content = banner_for(Situation(status(LineState.STARTING, StartStep.CAMERA), RECIPE), QLocale.c())
    assert [mark for mark, _ in content.steps] == [StepMark.DONE, StepMark.DONE, StepMark.NOW, StepMark.OPEN]
    assert content.word == ""


def test_running_without_parts_waits_for_the_first() -> None:
    assert say(LineState.RUNNING).title == "Waiting for the first part"


def test_an_overdue_part_dims_the_last_verdict() -> None:
    content = say(LineState.RUNNING, part(0.38), waiting=True)
    assert content.dimmed
    assert content.reason == "waiting for part"


def test_paused_says_since_when() -> None:
    assert say(LineState.PAUSED, part(0.38)).reason.startswith("Paused at ")


def test_a_fault_shows_its_name_and_what_to_do_then() -> None:
    faults = (fault("DAT-001"), fault("CAM-002"), fault("GPU-001", age_s=5.0))
    content = say(LineState.FAULTED, part(2.41), faults=faults)
    assert content.tone is Tone.FAULT
    assert content.title == "CAM-002 Camera lost"
    assert content.reason.endswith("Acknowledge, then Start.")


def test_a_frozen_part_stands_in_every_state() -> None:
    for state in LineState:
        content = say(state, part(2.41), frozen=True)
        assert content.word == "NG"
        assert not content.dimmed


def test_an_acknowledged_fault_does_not_stop_any_more() -> None:
    seen = fault("CAM-002", life=FaultLife.ACTIVE_ACKNOWLEDGED)
    assert stopping_fault((seen, fault("DAT-001"))) is None
    gone = replace(seen, life=FaultLife.GONE_NEW)
    assert stopping_fault((gone,)) is gone


@pytest.mark.parametrize("state", LineState)
@pytest.mark.parametrize("score", [0.38, 2.41, None])
def test_every_state_can_be_read_aloud(state: LineState, score: float | None) -> None:
    assert say(state, part(score)).spoken
    assert say(state).spoken
