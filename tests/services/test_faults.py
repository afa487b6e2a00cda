from inspector.core.errors import OperationalError
from inspector.core.line import Fault, FaultLife
from inspector.services.clock import SystemClock
from inspector.services.faults import FaultBoard


def board_with(*codes: str) -> FaultBoard:
    board = FaultBoard(SystemClock())
    for code in codes:
        board.report(OperationalError(code, "what", "do"))
    return board


def test_the_order_of_the_bar_is_unread_then_severity_then_time() -> None:
    board = board_with("SYS-002", "DAT-001", "CAM-002", "GPU-001")
    board.acknowledge("CAM-002")
    assert [fault.code for fault in board.faults] == ["GPU-001", "DAT-001", "SYS-002", "CAM-002"]


def test_a_fault_nobody_saw_stays_when_its_cause_is_gone() -> None:
    # A-45, FS-17
    board = board_with("CAM-002")
    board.gone("CAM-002")
    assert [fault.life for fault in board.faults] == [FaultLife.GONE_NEW]
    assert not board.stops_line
    board.acknowledge("CAM-002")
    assert board.faults == ()


def test_acknowledging_does_not_clear_the_cause() -> None:
    board = board_with("CAM-002")
    board.acknowledge("CAM-002")
    assert board.stops_line
    board.gone("CAM-002")
    assert board.faults == ()


def test_a_fault_that_comes_again_keeps_its_time_and_takes_the_new_text() -> None:
    board = board_with("CAM-002")
    since = board.faults[0].since
    heard: list[tuple[Fault, ...]] = []
    board.changed.connect(heard.append)
    board.report(OperationalError("CAM-002", "other", "do"))
    board.report(OperationalError("CAM-002", "other", "do"))
    assert [(fault.message, fault.since) for fault in board.faults] == [("other", since)]
    assert len(heard) == 1


def test_unknown_codes_are_ignored_when_they_go() -> None:
    board = board_with("CAM-002")
    board.gone("DAT-001")
    board.acknowledge("DAT-001")
    assert len(board.faults) == 1
