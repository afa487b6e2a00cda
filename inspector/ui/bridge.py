"""The only way from the threads of the line to widgets (R-26).

Listeners run in threads of the line and must return at once, so they only put values in a mailbox and wake the main
thread at most once. The mailbox is bounded (R-25): pictures of the newest part and of the newest rejected part, light
entries of the last parts, and the newest of everything else. A window that was busy shows the newest and skips
pictures; sums are read from the line itself and are always right.
"""

import threading
from collections import deque
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from inspector.core.emitter import Emitter
from inspector.core.frame import Frame
from inspector.core.line import Balance, Fault, LineStatus
from inspector.core.recipe import Recipe
from inspector.core.record import Inspection
from inspector.ui.parts import Part, part_of
from inspector.ui.waking import Waking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT_PARTS = 200
LEAST_INTERVAL_MS = 33  # the picture changes at most 30 times a second


class LineNews(Protocol):
    """What a line tells, in its own threads."""

    @property
    def inspected(self) -> Emitter[Inspection]:
        """Every part, in order, after its answer was given."""

    @property
    def status_changed(self) -> Emitter[LineStatus]:
        """The state, or the step of starting, changed."""

    @property
    def faults_changed(self) -> Emitter[tuple[Fault, ...]]:
        """All faults that stand, after one came, was acknowledged or went."""

    @property
    def recipe_changed(self) -> Emitter[Recipe]:
        """Another recipe is in force."""

    @property
    def lot_changed(self) -> Emitter[str]:
        """Another lot began."""

    @property
    def records_changed(self) -> Emitter[Balance]:
        """The balance, after records were stored."""


class LineBridge(QObject):
    """News of the line as Qt signals in the main thread.

    `parts_inspected` carries a tuple of `Part`, oldest first; `pictures_arrived` a dict from part id to image, just
    before them; `parts_skipped` how many parts fell out of the mailbox because the window was busy.
    """

    parts_inspected = Signal(object)
    pictures_arrived = Signal(object)
    parts_skipped = Signal(int)
    status_changed = Signal(object)
    faults_changed = Signal(object)
    recipe_changed = Signal(object)
    lot_changed = Signal(str)
    balance_changed = Signal(object)

    def __init__(self, line: LineNews) -> None:
        """Listen to the line until `close`."""
        super().__init__()
        self._lock = threading.Lock()
        self._parts: deque[Part] = deque(maxlen=KEPT_PARTS)
        self._skipped = 0
        self._newest: tuple[str, NDArray[np.uint8]] | None = None
        self._newest_rejected: tuple[str, NDArray[np.uint8]] | None = None
        self._status: LineStatus | None = None
        self._faults: tuple[Fault, ...] | None = None
        self._recipe: Recipe | None = None
        self._lot: str | None = None
        self._balance: Balance | None = None
        self._closed = False
        self._waking = Waking(LEAST_INTERVAL_MS)
        self._waking.due.connect(self._deliver)
        self._disconnects = (
            line.inspected.connect(self._hear_inspection),
            line.status_changed.connect(self._hear_status),
            line.faults_changed.connect(self._hear_faults),
            line.recipe_changed.connect(self._hear_recipe),
            line.lot_changed.connect(self._hear_lot),
            line.records_changed.connect(self._hear_balance),
        )

    def close(self) -> None:
        """Stop listening; nothing is delivered any more."""
        for disconnect in self._disconnects:
            disconnect()
        self._closed = True
        self._waking.stop()

    # --- in threads of the line ---------------------------------------------------------------------------------------

    def _hear_inspection(self, inspection: Inspection) -> None:
        part = part_of(inspection)
        with self._lock:
            self._skipped += len(self._parts) == KEPT_PARTS
            self._parts.append(part)
            if isinstance(inspection.frame, Frame):
                self._newest = (part.id, inspection.frame.image)
                if not part.passed:
                    self._newest_rejected = self._newest
        self._waking.wake()

    def _hear_status(self, status: LineStatus) -> None:
        with self._lock:
            self._status = status
        self._waking.wake()

    def _hear_faults(self, faults: tuple[Fault, ...]) -> None:
        with self._lock:
            self._faults = faults
        self._waking.wake()

    def _hear_recipe(self, recipe: Recipe) -> None:
        with self._lock:
            self._recipe = recipe
        self._waking.wake()

    def _hear_lot(self, lot: str) -> None:
        with self._lock:
            self._lot = lot
        self._waking.wake()

    def _hear_balance(self, balance: Balance) -> None:
        with self._lock:
            self._balance = balance
        self._waking.wake()

    # --- in the main thread -------------------------------------------------------------------------------------------

    @Slot()
    def _deliver(self) -> None:
        """Empty the mailbox: what is in force first, then parts, then what counts them."""
        if self._closed:
            return
        with self._lock:
            parts, self._parts = tuple(self._parts), deque(maxlen=KEPT_PARTS)
            skipped, self._skipped = self._skipped, 0
            pictures = dict(entry for entry in (self._newest_rejected, self._newest) if entry is not None)
            self._newest = self._newest_rejected = None
            status, self._status = self._status, None
            faults, self._faults = self._faults, None
            recipe, self._recipe = self._recipe, None
            lot, self._lot = self._lot, None
            balance, self._balance = self._balance, None
        if recipe is not None:
            self.recipe_changed.emit(recipe)
        if lot is not None:
            self.lot_changed.emit(lot)
        if status is not None:
            self.status_changed.emit(status)
        if skipped:
            self.parts_skipped.emit(skipped)
        if parts:
            self.pictures_arrived.emit(pictures)
            self.parts_inspected.emit(parts)
        if balance is not None:
            self.balance_changed.emit(balance)
        if faults is not None:
            self.faults_changed.emit(faults)
