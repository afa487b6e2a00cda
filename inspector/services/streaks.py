"""What goes wrong several times stops the line: parts without a verdict (FS-10), pictures outside limits (FS-9)."""

from collections import deque

from inspector.core.decision import PICTURE_REASONS, Decision, Reason, Verdict
from inspector.core.errors import OperationalError

STOP_AFTER = 3
PICTURES_IN_A_ROW = 5
PICTURES_OF_LAST = 10
PICTURES_WINDOW = 100

_FAULTS = {
    Reason.LATE: ("TIM-001", "parts in a row were answered late", "Slow the line or call engineering."),
    Reason.OVERRUN: ("TIM-001", "parts in a row came faster than they can be judged", "Slow the line."),
    Reason.WRONG_SIZE: ("CAM-006", "pictures in a row have the wrong size", "Check the camera's picture size."),
    Reason.MODEL_FAILED: ("GPU-001", "parts in a row could not be judged", "Restart the program; call maintenance."),
    Reason.INVALID_MAP: ("GPU-001", "parts in a row gave no valid map", "Restart the program; call maintenance."),
    Reason.NOT_DELIVERED: ("LIN-001", "answers in a row were not delivered", "Check PLC and cable."),
}
_CAMERA = ("CAM-003", "parts in a row have no complete picture", "Check cable, switch and packet size.")
# Parts whose picture was looked at; of the others nothing is known about light and lens.
_WITHOUT_PICTURE = frozenset({Reason.INCOMPLETE, Reason.GAP, Reason.OVERRUN, Reason.NO_IMAGE, Reason.WRONG_SIZE})


class NotInspectedStreak:
    """Counts parts in a row that could not be judged."""

    def __init__(self) -> None:
        """Start at zero."""
        self._length = 0

    def reset(self) -> None:
        """A new run begins."""
        self._length = 0

    def after(self, decision: Decision) -> OperationalError | None:
        """Count one part; the fault that stops the line, named after the last part's reason, or None.

        Pictures outside their limits have a rule of their own, `PictureStreak`; they neither count nor end a row.
        """
        if decision.verdict is not Verdict.NOT_INSPECTED:
            self._length = 0
            return None
        if decision.reason in PICTURE_REASONS:
            return None
        self._length += 1
        if self._length < STOP_AFTER:
            return None
        code, what, hint = _FAULTS.get(decision.reason, _CAMERA)
        return OperationalError(code, f"{self._length} {what}. Last: {decision.detail}.", hint)


class PictureStreak:
    """Counts pictures outside their limits: so many in a row, or among the last ones, mean that the station changed."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._in_a_row = 0
        self._outside: deque[bool] = deque(maxlen=PICTURES_WINDOW)

    def reset(self) -> None:
        """A new run begins: somebody has looked at the station, or it is another product."""
        self._in_a_row = 0
        self._outside.clear()

    def after(self, decision: Decision) -> OperationalError | None:
        """Count one part; IMG-001 with the likely cause of the last one, or None."""
        if decision.reason in _WITHOUT_PICTURE:
            return None
        outside = decision.reason in PICTURE_REASONS
        self._outside.append(outside)
        self._in_a_row = self._in_a_row + 1 if outside else 0
        many = sum(self._outside)
        if not outside or (self._in_a_row < PICTURES_IN_A_ROW and many < PICTURES_OF_LAST):
            return None
        if self._in_a_row >= PICTURES_IN_A_ROW:
            count = f"{self._in_a_row} pictures in a row"
        else:
            count = f"{many} of the last {len(self._outside)} pictures"
        return OperationalError(
            "IMG-001",
            f"{count} are outside their limits. Last: {decision.detail}.",
            "Clean the lens, check the light and the position of the part.",
        )
