"""A camera's settings as a file: saved from the camera, and looked at line by line before they are taken."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from inspector.core.camera_features import Feature, FeatureAccess, FeatureLines
from inspector.core.errors import InspectorError
from inspector.core.ports import CameraInfo
from inspector.ui.look import Look
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.file_sheet import FileMode, FileSheet
from inspector.ui.widgets.sheet import Sheet

_SUFFIX = ".txt"


class PlannedLine(Protocol):
    """What one line of a file would do; `selected` are the selectors that stand before it."""

    @property
    def name(self) -> str:
        """Feature."""

    @property
    def selected(self) -> FeatureLines:
        """Selectors and their values."""

    @property
    def old(self) -> str:
        """Value now."""

    @property
    def new(self) -> str:
        """Value in the file."""

    @property
    def problem(self) -> str:
        """Why it cannot be done; "" for nothing known."""


class SettingsFiles(Protocol):
    """Reads and writes settings files. Any thread but the main one."""

    def save(self, path: Path, info: CameraInfo, features: Sequence[Feature], access: FeatureAccess) -> int:
        """Write a camera's settings; returns how many. OperationalError; InvalidInput."""

    def plan(self, path: Path, features: Sequence[Feature], access: FeatureAccess) -> tuple[PlannedLine, ...]:
        """What a file would change, without writing anything. OperationalError; InvalidInput."""


class PlanSheet(Sheet):
    """Old, new and problem of every line; `confirmed` when a person takes them."""

    confirmed = Signal()

    def __init__(self, look: Look, over: QWidget, lines: Sequence[PlannedLine]) -> None:
        """Make it; `show_lines` opens it."""
        super().__init__(look, over, width_mm=280.0)
        self._lines = tuple(lines)
        self._sentence = self.paragraph()
        self.table = QTableWidget(len(self._lines), 4)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setMinimumHeight(look.px(60))
        for row, line in enumerate(self._lines):
            before = "".join(f"[{value}]" for _, value in line.selected)
            for column, text in enumerate((line.name + before, line.old or "–", line.new, line.problem)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        self.body.addWidget(self.table, 1)
        self.confirm = Button(look, "keep", kind=ButtonKind.PRIMARY)
        self.confirm.clicked.connect(self._on_confirm)
        self.buttons.addWidget(self.confirm)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def show_lines(self) -> None:
        """Open it."""
        self.open(self.confirm if self.confirm.isEnabled() else self.close_button)

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        good = sum(not line.problem for line in self._lines)
        self.title.setText(self.tr("Load camera settings"))
        if not self._lines:
            self._sentence.setText(self.tr("The file says what the camera has already."))
        else:
            self._sentence.setText(self.tr("Nothing is written yet. A line with a problem is left out."))
        self.confirm.setText(self.tr("Take %n setting(s) into the recipe", "", good))
        self.confirm.setEnabled(good > 0)
        self.close_button.setText(self.tr("Leave the camera as it is"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Feature"), self.tr("Now"), self.tr("In the file"), self.tr("Problem")]
        )
        self.table.setAccessibleName(self.tr("Lines of the file"))

    def _on_confirm(self) -> None:
        self.confirmed.emit()
        self.dismiss()


class SettingsTransfer(QObject):
    """Asks for files. `taken` carries the lines that a person takes; `said` a quiet line."""

    taken = Signal(object)
    said = Signal(str)

    def __init__(self, tools: PageTools, files: SettingsFiles | None, features: FeatureDesk, over: QWidget) -> None:
        """Sheets lie over a widget."""
        super().__init__(over)
        self._tools, self._files, self._features, self._over = tools, files, features, over
        self._folder: Path | None = None
        self._info: CameraInfo | None = None
        self._planned: tuple[PlannedLine, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether there is a camera whose settings can be saved."""
        return self._files is not None and self._features.access is not None

    def ask_save(self, info: CameraInfo) -> None:
        """Ask where to, then save."""
        words = "-".join(filter(None, (info.model, info.serial))) or "camera"
        name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in words)
        sheet = self._sheet(FileMode.SAVE, self.tr("Save camera settings"), name + _SUFFIX)
        self._info = info
        sheet.chosen.connect(self._on_place)
        sheet.show_files()

    def ask_load(self) -> None:
        """Ask for a file, then show what it would change."""
        sheet = self._sheet(FileMode.OPEN, self.tr("Load camera settings"), "")
        sheet.chosen.connect(self.plan)
        sheet.show_files()

    def _sheet(self, mode: FileMode, title: str, name: str) -> FileSheet:
        return FileSheet(
            self._tools.look, self._over, mode, title=title, suffixes=(_SUFFIX,), start=self._folder, name=name
        )

    def _on_place(self, path: Path) -> None:
        if self._info is not None:
            self.save(self._info, path)

    def save(self, info: CameraInfo, path: Path) -> None:
        """Write a camera's settings in the background."""
        access = self._features.access
        if self._files is None or access is None:
            return
        self._folder = path.parent
        work = partial(self._files.save, path, info, self._features.features, access)
        self._tools.background.run(work, self, partial(self._on_saved, path), self._on_failed, takes_long=True)

    def plan(self, path: Path) -> None:
        """Work out in the background what a file would change, then show it."""
        access = self._features.access
        if self._files is None or access is None:
            return
        self._folder = path.parent
        work = partial(self._files.plan, path, self._features.features, access)
        self._tools.background.run(work, self, self._on_planned, self._on_failed, takes_long=True)

    def _on_saved(self, path: Path, count: int) -> None:
        self.said.emit(self.tr("%n setting(s) saved to {file}", "", count).format(file=str(path)))

    def _on_planned(self, lines: tuple[PlannedLine, ...]) -> None:
        sheet = PlanSheet(self._tools.look, self._over, lines)
        self._planned = lines
        sheet.confirmed.connect(self._on_taken)
        sheet.show_lines()

    def _on_taken(self) -> None:
        self.taken.emit(tuple(line for line in self._planned if not line.problem))

    def _on_failed(self, error: InspectorError) -> None:
        self.said.emit(str(error))
