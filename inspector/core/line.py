"""The states of the line, which may follow which, and faults as people meet them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum


class LineState(Enum):
    """What the line is doing; shown in the header with icon and word."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FAULTED = "faulted"


_NEXT: dict[LineState, frozenset[LineState]] = {
    LineState.STOPPED: frozenset({LineState.STARTING, LineState.FAULTED}),
    LineState.STARTING: frozenset({LineState.RUNNING, LineState.STOPPING, LineState.FAULTED}),
    LineState.RUNNING: frozenset({LineState.PAUSED, LineState.STOPPING, LineState.FAULTED}),
    LineState.PAUSED: frozenset({LineState.RUNNING, LineState.STOPPING, LineState.FAULTED}),
    LineState.STOPPING: frozenset({LineState.STOPPED, LineState.FAULTED}),
    # Only an acknowledgement leaves FAULTED, and it leads to STOPPED: a person starts the line again (FS-7).
    LineState.FAULTED: frozenset({LineState.STOPPED}),
}


def may_follow(state: LineState, following: LineState) -> bool:
    """Whether the line may go from one state to another."""
    return following in _NEXT[state]


class Severity(IntEnum):
    """How bad a fault is; the lower number comes first on the fault bar."""

    STOP = 1
    ACT = 2
    NOTE = 3


class FaultLife(Enum):
    """Where a fault is between its appearance and its disappearance (FS-17)."""

    ACTIVE_NEW = "active_new"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    GONE_NEW = "gone_new"


_SEVERITIES: dict[str, Severity] = {
    "CAM-001": Severity.STOP,
    "CAM-002": Severity.STOP,
    "CAM-003": Severity.ACT,
    "CAM-004": Severity.STOP,
    "CAM-005": Severity.STOP,
    "CAM-006": Severity.STOP,
    "CAM-007": Severity.STOP,
    "IMG-001": Severity.STOP,
    "GPU-001": Severity.STOP,
    "GPU-002": Severity.STOP,
    "TIM-001": Severity.STOP,
    "RCP-001": Severity.STOP,
    "RCP-002": Severity.STOP,
    "LIN-001": Severity.STOP,
    "LIN-002": Severity.ACT,
    "LIN-003": Severity.ACT,
    "DAT-001": Severity.ACT,
    "DAT-002": Severity.STOP,
    "DAT-003": Severity.ACT,
    "SYS-001": Severity.STOP,
    "SYS-002": Severity.NOTE,
    "SYS-003": Severity.ACT,
    "QLT-001": Severity.NOTE,
    "QLT-002": Severity.NOTE,
}


def severity_of(code: str) -> Severity:
    """Severity of a fault code; an unknown code stops the line, because nobody has judged it."""
    return _SEVERITIES.get(code, Severity.STOP)


def fault_codes() -> tuple[str, ...]:
    """Every code that can reach the fault bar, each with a row in `docs/faults.md`."""
    return tuple(_SEVERITIES)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, as it stands on the fault bar.

    Attributes:
        message: English, for the log; the window shows its own translated text for the code, and this as detail.
        since: aware UTC time of its first appearance.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    since: datetime
    life: FaultLife = FaultLife.ACTIVE_NEW


class StartStep(Enum):
    """What is being done between Start and Running; shown ticking on the station."""

    MODEL = "model"
    SELF_TEST = "self_test"
    CAMERA = "camera"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What the line is doing, as one value.

    Attributes:
        since: aware UTC time of the change.
        step: which step of starting is in hand; None outside STARTING.
    """

    state: LineState
    since: datetime
    step: StartStep | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """The sum that proves that no part is silent: triggers = answers + in hand, answers = records + waiting."""

    triggers: int = 0
    answers: int = 0
    in_hand: int = 0
    records: int = 0
    waiting: int = 0

    @property
    def unaccounted(self) -> int:
        """Parts without an answer or a record. A part that moves while the numbers are read may show for a moment."""
        return max(abs(self.triggers - self.answers - self.in_hand), abs(self.answers - self.records - self.waiting))
