"""A tray of samples: a word with a count, and a list that takes keys and what is dragged onto it."""

from PySide6.QtCore import QItemSelectionModel, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QListView, QScrollBar, QVBoxLayout, QWidget

from inspector.core.sample import Sample, Tray
from inspector.ui.formats import count_text
from inspector.ui.look import Look
from inspector.ui.recipes.sample_cell import SampleCell
from inspector.ui.recipes.sample_model import SampleModel, SampleRole, dragged_ids
from inspector.ui.recipes.sample_words import TRAY_ICONS, tray_name
from inspector.ui.theme import TypeSize

_KEYS = {Qt.Key.Key_G: Tray.GOOD, Qt.Key.Key_B: Tray.BAD, Qt.Key.Key_U: Tray.UNSORTED}


class _QuietBar(QScrollBar):
    """Seen only where there is something to scroll; its room stays, so that no cell moves when it comes or goes."""

    @property
    def idle(self) -> bool:
        """Whether everything is in view."""
        return self.minimum() == self.maximum()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing, or the bar."""
        if not self.idle:
            super().paintEvent(event)


class SampleList(QListView):
    """Cells that wrap; `sent` carries sample ids and the tray they are to go to, `deleted` the ids."""

    sent = Signal(object, object)
    deleted = Signal(object)
    opened = Signal(object)

    def __init__(self, look: Look, model: SampleModel, tray: Tray | None = None) -> None:
        """Show a model.

        Args:
            look: colors and sizes.
            model: the samples.
            tray: what is dropped here goes there; None takes nothing.
        """
        super().__init__()
        self._look, self._tray = look, tray
        self.message = ""
        self._hovered = False
        self.cell = SampleCell(look, self)
        self.setModel(model)
        self.setItemDelegate(self.cell)
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(_QuietBar())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        if tray is not None:
            self.setDragEnabled(True)
            self.setAcceptDrops(True)
            self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
            self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.verticalScrollBar().setSingleStep(look.px(12))
        look.changed.connect(self._on_look_changed)

    def selected_samples(self) -> tuple[Sample, ...]:
        """What is chosen, in the order of the list."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        samples = (self.model().index(row, 0).data(SampleRole.SAMPLE) for row in rows)
        return tuple(sample for sample in samples if isinstance(sample, Sample))

    def choose(self, sample_id: str) -> bool:
        """Select one sample and bring it into view; False when it is not here."""
        model = self.model()
        row = model.row_of(sample_id) if isinstance(model, SampleModel) else -1
        if row < 0:
            return False
        index = model.index(row, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        return True

    def sizeHint(self) -> QSize:
        """Two cells wide."""
        cell = self.cell.sizeHint()
        return QSize(2 * cell.width() + self._look.px(7), 2 * cell.height())

    def minimumSizeHint(self) -> QSize:
        """One cell."""
        cell = self.cell.sizeHint()
        return QSize(cell.width() + self._look.px(7), cell.height() + self._look.px(2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """G, B and U send what is chosen to a tray; Del deletes; Enter opens."""
        ids = [sample.id for sample in self.selected_samples()]
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        key = Qt.Key(event.key())
        if plain and key in _KEYS:
            if ids:
                self.sent.emit(ids, _KEYS[key])
        elif plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if ids:
                self.deleted.emit(ids)
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if ids:
                self.opened.emit(ids[0])
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here, not the beginning of a name."""

    # --- dragging -----------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take samples of another tray."""
        self._accept(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Anywhere on the tray."""
        self._accept(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        self._hover(over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Send what was dragged here."""
        ids = dragged_ids(event.mimeData())
        self._hover(over=False)
        if ids and self._tray is not None and event.source() is not self:
            # The model is changed by whoever keeps the samples; Qt must not remove rows by itself.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.sent.emit(list(ids), self._tray)
        else:
            event.ignore()

    def _accept(self, event: QDragMoveEvent) -> None:
        wanted = bool(dragged_ids(event.mimeData())) and event.source() is not self and self._tray is not None
        event.setAccepted(wanted)
        self._hover(over=wanted)

    def _hover(self, *, over: bool) -> None:
        if over != self._hovered:
            self._hovered = over
            self.viewport().update()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells; words where there are none; a frame while something is dragged here."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        look = self._look
        box = self.viewport().rect()
        if self.model().rowCount() == 0 and self.message:
            painter.setPen(look.color("text_2"))
            painter.setFont(look.font(TypeSize.BODY))
            pad = look.px(4)
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(box.adjusted(pad, pad, -pad, -pad), flags, self.message)
        if self._hovered:
            painter.setPen(QPen(look.color("focus"), 4))
            painter.drawRect(QRect(box).adjusted(2, 2, -3, -3))
        painter.end()

    def _on_look_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()


class TrayView(QWidget):
    """One tray with its head."""

    def __init__(self, look: Look, tray: Tray, model: SampleModel) -> None:
        """Begin empty."""
        super().__init__()
        self._look, self.tray = look, tray
        self.list = SampleList(look, model, tray)
        self._sign = QLabel()
        self._name = QLabel()
        self._name.setProperty("role", "strong")
        # One head may hold a button; the lists begin at one height.
        self._name.setMinimumHeight(look.px(10))
        self._count = QLabel()
        self._count.setProperty("role", "strong")
        self._note = QLabel()
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        head = self.head = QHBoxLayout()
        head.setSpacing(look.px(1.5))
        head.addWidget(self._sign)
        head.addWidget(self._name)
        head.addWidget(self._count)
        head.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1))
        layout.addLayout(head)
        layout.addWidget(self._note)
        layout.addWidget(self.list, 1)
        look.changed.connect(self._dress)
        self._dress()

    def say(self, count: int, note: str, empty: str) -> None:
        """Words in the language of the window.

        Args:
            count: of the samples here.
            note: how they count.
            empty: what to do when there are none.
        """
        self._name.setText(tray_name(self.tray))
        self._count.setText(count_text(count))
        self._note.setText(note)
        self.list.message = empty
        self.list.setAccessibleName(f"{tray_name(self.tray)}, {count}")
        self.list.viewport().update()

    def note_height(self) -> int:
        """How high the note is at the present width."""
        # Asked of the font: the label's own answer is never less than the room it was given last.
        room = QRect(0, 0, self._note.width(), self.height())
        metrics = self._note.fontMetrics()
        return max(metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self.note).height(), metrics.lineSpacing())

    def keep_note_height(self, height_px: int) -> None:
        """Leave the note this much room, so that the list begins where those beside it do."""
        self._note.setMinimumHeight(height_px)

    @property
    def note(self) -> str:
        """How the samples here count."""
        return self._note.text()

    def _dress(self) -> None:
        side = self._look.px(6)
        icons, ink = self._look.icons, self._look.color("text_1").name()
        self._sign.setPixmap(icons.pixmap(TRAY_ICONS[self.tray], ink, side, self.devicePixelRatioF()))
