"""Fault scripts: the text means what it says, and nothing else is taken."""

import pytest

from inspector.cameras.faults import Fault, FaultKind, FaultScript
from inspector.core.errors import InvalidInput


def test_text_and_objects_say_the_same() -> None:
    text = "after(120).drop(3); at(500).hang(2 s); incomplete(every=50), late(30 ms); lose(3).restart().other_camera()"
    script = FaultScript.parse(text + "; jump_id(-5); wrong_size()")
    same = FaultScript().after(120).drop(3).at(500).hang(2).incomplete(every=50).late(30).lose(3).restart()
    assert script == same.other_camera().jump_id(-5).wrong_size()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop()", Fault(FaultKind.DROP, 1)),
        ("after(3).drop(2)", Fault(FaultKind.DROP, 2, first=4)),
        ("at(3).drop(2)", Fault(FaultKind.DROP, 2, first=3)),
        ("lose()", Fault(FaultKind.LOSE, 3)),
        ("hang(1500 ms)", Fault(FaultKind.HANG, 1.5)),
        ("late(0.2 s)", Fault(FaultKind.LATE, 200)),
        ("late(20, every=4)", Fault(FaultKind.LATE, 20, every=4)),
        (" incomplete( every = 7 ) ", Fault(FaultKind.INCOMPLETE, every=7)),
    ],
)
def test_one_word(text: str, fault: Fault) -> None:
    assert FaultScript.parse(text).faults == (fault,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("explode()", "explode.*known are"),
        ("drop", "not understood"),
        ("drop(3", "not understood"),
        ("drop(x)", "no number"),
        ("drop(0)", "out of range"),
        ("drop(2.5)", "out of range"),
        ("drop(3 s)", "counts parts"),
        ("hang()", "needs a number"),
        ("hang(2, 3)", "no sense"),
        ("hang(2, every=3)", "no sense"),
        ("restart(1)", "no sense"),
        ("incomplete(every=0)", "no sense"),
        ("incomplete(often=3)", "no sense"),
        ("after(-1).drop()", "number of parts"),
        ("drop() hang(1)", "missing before"),
        ("__import__('os')", "there is no"),
        ("drop(99999999999999999999999)", "out of range"),
    ],
)
def test_what_is_not_understood_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        FaultScript.parse(text)


def test_no_script_does_nothing() -> None:
    assert FaultScript.parse("") == FaultScript()
    assert FaultScript().hits(1) == ()


def hit(script: FaultScript, numbers: int = 12) -> list[int]:
    return [number for number in range(1, numbers + 1) if script.hits(number)]


def test_when_it_happens() -> None:
    assert hit(FaultScript().after(3).drop(2)) == [4, 5]
    assert hit(FaultScript().at(3).hang(1)) == [3]
    assert hit(FaultScript().incomplete(every=4)) == [4, 8, 12]
    assert hit(FaultScript().after(5).incomplete(every=4)) == [8, 12]
    assert hit(FaultScript().drop(2, every=5)) == [5, 6, 10, 11]
