"""What people press on the station page, up to the command to the line: which question is asked first, and where."""

from PySide6.QtCore import QObject, Signal

from inspector.core.line import LineState
from inspector.core.recipe import Recipe
from inspector.ui.parts import Part
from inspector.ui.station.line import StationLine
from inspector.ui.station.lot_sheet import LotSheet
from inspector.ui.station.product_sheet import ProductPicture, ProductSheet
from inspector.ui.station.questions import BalanceSheet, StopQuestion
from inspector.ui.tools import PageTools
from inspector.ui.widgets.image_view import ImageView
from inspector.ui.widgets.notice import Notice
from inspector.ui.widgets.sheet import Sheet

SAY_S = 4.0
_UNDO_S = 10.0


class Asking(QObject):
    """Turns presses into commands; one question at a time, over the picture."""

    opened = Signal()
    closed = Signal()

    def __init__(
        self,
        line: StationLine,
        tools: PageTools,
        well: ImageView,
        notice: Notice,
        *,
        product_picture: ProductPicture | None,
    ) -> None:
        """Ask nothing yet.

        Args:
            line: gets the commands.
            tools: look, language, background work.
            well: questions lie over it.
            notice: says what was done.
            product_picture: for the list of products.
        """
        super().__init__(well)
        self._line, self._tools, self._well, self._notice = line, tools, well, notice
        self._product_picture = product_picture
        self._sheet: Sheet | None = None
        self._flagged = ""
        notice.acted.connect(self.unflag)

    @property
    def sheet(self) -> Sheet | None:
        """The question that is open, if one is."""
        return self._sheet

    def open(self, sheet: Sheet) -> None:
        """Take a question as the open one; another one gives way. The caller shows it."""
        self.dismiss()
        self._sheet = sheet
        sheet.closed.connect(self._on_closed)
        self.opened.emit()

    def dismiss(self) -> None:
        """Close the open question without an answer."""
        if self._sheet is not None:
            self._sheet.dismiss()

    def start(self) -> None:
        """Start was held long enough, which is the question itself; a running line takes no other product."""
        if isinstance(self._sheet, ProductSheet):
            self._sheet.dismiss()
        self._line.start()

    def pause(self) -> None:
        """Nothing is asked: the part in hand is finished."""
        self._line.pause()

    def ask_stop(self) -> None:
        """Ask once while parts are judged; a start that is under way is simply given up."""
        if self._line.status.state is LineState.STARTING:
            self._line.stop()
            return
        question = StopQuestion(self._tools.look, self._well, "stop")
        question.confirmed.connect(self._on_stop_confirmed)
        self.open(question)
        question.ask()

    def ask_product(self) -> None:
        """Show the list of products."""
        sheet = ProductSheet(
            self._tools.look,
            self._well,
            self._tools.background,
            self._line.recipes,
            current=self._line.recipe,
            language=self._tools.translation.language.value,
            picture=self._product_picture,
        )
        sheet.chosen.connect(self._on_product_chosen)
        self.open(sheet)
        sheet.show_list()

    def ask_lot(self) -> None:
        """Ask for the number of the new lot."""
        line = self._line
        locale = self._tools.translation.locale
        sheet = LotSheet(self._tools.look, self._well, lot=line.lot, counts=line.lot_counts, locale=locale)
        sheet.chosen.connect(self._on_lot_chosen)
        self.open(sheet)
        sheet.show_field()

    def show_balance(self, unaccounted: int) -> None:
        """Show the sums behind the tick."""
        sheet = BalanceSheet(self._tools.look, self._well, self._line.balance, unaccounted)
        self.open(sheet)
        sheet.show_sums()

    def flag(self, part: Part | None) -> None:
        """Put a part on the review list; undo instead of a question."""
        if part is None:
            return
        self._line.flag(part.id, flagged=True)
        self._flagged = part.id
        text = self.tr("Part {number} is on the review list").format(number=part.frame_id)
        self._notice.say(text, _UNDO_S, self.tr("Undo"))

    def unflag(self) -> None:
        """Take the part that was flagged last off the list again."""
        if self._flagged:
            self._line.flag(self._flagged, flagged=False)
            self._flagged = ""
            self._notice.say(self.tr("Taken off the review list"), SAY_S)

    def retitle(self) -> None:
        """Titles of products follow the language of the window."""
        if isinstance(self._sheet, ProductSheet):
            self._sheet.set_language(self._tools.translation.language.value)

    def _on_stop_confirmed(self) -> None:
        self._line.stop()

    def _on_product_chosen(self, recipe: Recipe) -> None:
        self._line.change_recipe(recipe)

    def _on_lot_chosen(self, lot: str) -> None:
        self._line.new_lot(lot)

    def _on_closed(self) -> None:
        self._sheet = None
        self.closed.emit()
