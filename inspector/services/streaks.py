"""FS-10: what goes wrong several times in a row stops the line."""

from inspector.core.decision import Decision, Reason, Verdict
from inspector.core.errors import OperationalError

STOP_AFTER = 3

_FAULTS = {
    Reason.LATE: ("TIM-001", "parts in a row were answered late", "Slow the line or call engineering."),
    Reason.OVERRUN: ("TIM-001", "parts in a row came faster than they can be judged", "Slow the line."),
    Reason.WRONG_SIZE: ("CAM-006", "pictures in a row have the wrong size", "Check the camera's picture size."),
    Reason.MODEL_FAILED: ("GPU-001", "parts in a row could not be judged", "Restart the program; call maintenance."),
    Reason.INVALID_MAP: ("GPU-001", "parts in a row gave no valid map", "Restart the program; call maintenance."),
    Reason.NOT_DELIVERED: ("LIN-001", "answers in a row were not delivered", "Check PLC and cable."),
}
_CAMERA = ("CAM-003", "parts in a row have no complete picture", "Check cable, switch and packet size.")


class NotInspectedStreak:
    """Counts parts in a row that could not be judged."""

    def __init__(self) -> None:
        """Start at zero."""
        self._length = 0

    def reset(self) -> None:
        """A new run begins."""
        self._length = 0

    def after(self, decision: Decision) -> OperationalError | None:
        """Count one part; the fault that stops the line, named after the last part's reason, or None."""
        if decision.verdict is not Verdict.NOT_INSPECTED:
            self._length = 0
            return None
        self._length += 1
        if self._length < STOP_AFTER:
            return None
        code, what, hint = _FAULTS.get(decision.reason, _CAMERA)
        return OperationalError(code, f"{self._length} {what}. Last: {decision.detail}.", hint)
