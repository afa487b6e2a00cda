"""What the station page needs of the line; `services.inspection` fulfils it, tests play it from a script."""

from typing import Protocol

from inspector.core.line import Balance, Fault, LineStatus
from inspector.core.recipe import Recipe
from inspector.core.record import Counts
from inspector.core.refs import ModelRef
from inspector.ui.bridge import LineNews


class StationLine(LineNews, Protocol):
    """One line. Properties may be read in any thread; commands return at once; emitters fire in threads of the line."""

    @property
    def status(self) -> LineStatus:
        """What the line is doing."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All faults that stand, unacknowledged ones that are gone included (FS-17)."""

    @property
    def recipe(self) -> Recipe | None:
        """The recipe in force; None: none was chosen."""

    @property
    def lot(self) -> str:
        """The lot in hand; "" for none."""

    @property
    def balance(self) -> Balance:
        """Triggers, answers, records."""

    @property
    def lot_counts(self) -> Counts:
        """Sums of the lot in hand."""

    @property
    def shift_counts(self) -> Counts:
        """Sums of the shift."""

    @property
    def source(self) -> str:
        """Camera id of the source."""

    @property
    def simulated(self) -> bool:
        """Whether the source is not a production camera (FS-12)."""

    @property
    def model(self) -> ModelRef | None:
        """The loaded model."""

    @property
    def device(self) -> str:
        """Where the model runs; "" before it is loaded."""

    @property
    def runtime(self) -> str:
        """What runs the model; "" before it is loaded."""

    def start(self) -> None:
        """Self-test, warm up, run."""

    def pause(self) -> None:
        """Finish the part in hand, then wait."""

    def stop(self) -> None:
        """Drain, outputs to reject."""

    def acknowledge(self, code: str) -> None:
        """Someone has seen this fault."""

    def change_recipe(self, recipe: Recipe) -> None:
        """Take another recipe; stopped or paused only."""

    def new_lot(self, lot: str) -> None:
        """Close the lot and begin another."""

    def flag(self, inspection_id: str, *, flagged: bool) -> None:
        """Put a part on the review list, or take it off."""

    def recipes(self) -> tuple[Recipe, ...]:
        """Every product there is; may read the database, so call it in the background."""
