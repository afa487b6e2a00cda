"""Faults on the bar: worst first, folded when they rain, and never gone unseen."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from inspector.core.line import Fault, FaultLife, Severity
from inspector.ui.look import Look
from inspector.ui.widgets.fault_bar import FaultBar, ordered, rows_of
from tests.support.scripted_line import fault

CODES = ("CAM-002", "LIN-001", "DAT-002", "GPU-001", "TIM-001", "RCP-001", "CAM-003", "DAT-001", "LIN-002", "LIN-003")


@pytest.fixture
def bar(qtbot, look: Look) -> FaultBar:
    bar = FaultBar(look)
    qtbot.addWidget(bar)
    bar.resize(1280, 60)
    bar.show()
    return bar


def shown(bar: FaultBar) -> list[str]:
    return [row.text() for row in bar.rows if not row.isHidden()]


def test_without_faults_the_bar_takes_no_room(bar: FaultBar) -> None:
    bar.set_faults(())
    assert bar.isHidden()


def test_order_is_unseen_then_severity_then_time() -> None:
    seen = fault("CAM-002", life=FaultLife.ACTIVE_ACKNOWLEDGED, age_s=90)
    act, note = fault("DAT-001", age_s=50), fault("SYS-002", age_s=80)
    stop, older = fault("GPU-001", age_s=10), fault("TIM-001", age_s=60)
    assert ordered([seen, act, note, stop, older]) == (older, stop, act, note, seen)


def test_three_rows_and_how_many_more(bar: FaultBar) -> None:
    bar.set_faults([fault(code, age_s=3600 - 100 * index) for index, code in enumerate(CODES[:5])])
    assert len(shown(bar)) == 3
    assert bar.rows[2]._more.text() == "+2 more"


def test_a_low_window_shows_one_row(bar: FaultBar) -> None:
    bar.set_faults([fault(code, age_s=3600 - 100 * index) for index, code in enumerate(CODES[:3])])
    bar.set_most_rows(1)
    assert len(shown(bar)) == 1
    assert bar.rows[0]._more.text() == "+2 more"


def test_a_rain_of_faults_is_one_row_that_names_the_first(bar: FaultBar) -> None:
    """A-44: twelve within ten seconds; none is lost in the list."""
    now = datetime.now(UTC)
    faults = [
        Fault(f"X-{index:03}", Severity.ACT, f"fault {index}", "", now - timedelta(seconds=10 - 0.8 * index))
        for index in range(12)
    ]
    bar.set_faults(faults)
    assert shown(bar) == ["12 faults, first: X-000 fault 0"]
    assert set(bar.faults) == set(faults)


def test_a_rain_next_to_an_older_fault_leaves_that_its_row() -> None:
    now = datetime.now(UTC)
    rain = [Fault(f"X-{i:03}", Severity.ACT, "x", "", now - timedelta(seconds=1 + i)) for i in range(11)]
    rows, beyond = rows_of([*rain, fault("CAM-002", age_s=7200)])
    assert [row.folded for row in rows] == [True, False]
    assert beyond == 0


def test_ten_faults_are_not_folded() -> None:
    rows, beyond = rows_of([fault(code) for code in CODES])
    assert not any(row.folded for row in rows)
    assert beyond == 7


def test_a_fault_that_went_unseen_stays_until_acknowledged(bar: FaultBar, qtbot) -> None:
    """A-45."""
    bar.set_faults([fault("CAM-003", life=FaultLife.GONE_NEW)])
    assert shown(bar) == ["CAM-003 Pictures are missing or incomplete"]
    row = bar.rows[0]
    assert row._acknowledge.isVisible()
    with qtbot.waitSignal(bar.acknowledged) as signal:
        qtbot.mouseClick(row._acknowledge, Qt.MouseButton.LeftButton)
    assert signal.args == ["CAM-003"]


def test_an_acknowledged_fault_stays_without_its_button(bar: FaultBar) -> None:
    bar.set_faults([fault("CAM-002", life=FaultLife.ACTIVE_ACKNOWLEDGED)])
    assert shown(bar)
    assert bar.rows[0]._acknowledge.isHidden()


def test_acknowledging_a_folded_row_means_all_of_it(bar: FaultBar) -> None:
    now = datetime.now(UTC)
    bar.set_faults([Fault(f"X-{i:03}", Severity.ACT, "x", "", now - timedelta(seconds=i)) for i in range(12)])
    heard: list[str] = []
    bar.acknowledged.connect(heard.append)
    bar.acknowledge_first()
    assert sorted(heard) == [f"X-{i:03}" for i in range(12)]


@pytest.mark.parametrize("life", FaultLife)
@pytest.mark.parametrize("code", ["CAM-002", "DAT-001", "SYS-002"])
def test_every_kind_of_row_can_be_painted(bar: FaultBar, life: FaultLife, code: str) -> None:
    bar.set_faults([fault(code, life=life)])
    for width in (1280, 700):
        bar.resize(width, 60)
        bar.grab()
    assert bar.rows[0].accessibleName().split(". ")[1].startswith(code)
