"""Choosing a file or a folder inside the page, because a station often runs without a window manager.

Folders are listed by Qt in a thread of their own, so that a network drive that does not answer holds nobody up.
"""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QDir, QModelIndex, QStandardPaths, QStorageInfo, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFileSystemModel, QHBoxLayout, QLineEdit, QTreeView, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import Button, ButtonKind
from inspector.ui.widgets.fields import Choice
from inspector.ui.widgets.sheet import Sheet

_WIDTH_MM = 230.0
_NAME_MM = 110.0  # of a file's name on the button


class FileMode(Enum):
    """What is chosen."""

    OPEN = "open"
    SAVE = "save"
    FOLDER = "folder"


class FileSheet(Sheet):
    """Places, a list, a name; `chosen` carries the `Path`."""

    chosen = Signal(object)

    def __init__(
        self,
        look: Look,
        over: QWidget,
        mode: FileMode,
        *,
        title: str,
        suffixes: Sequence[str] = (),
        start: Path | None = None,
        name: str = "",
    ) -> None:
        """Make it; `show_files` opens it.

        Args:
            look: colors and sizes.
            over: it lies over this widget.
            mode: what is chosen.
            title: in the language of the window.
            suffixes: files with another one are not listed, ".zip"; the first one is added to a name without.
            start: folder to begin with; the home folder otherwise.
            name: proposed for a new file.
        """
        super().__init__(look, over, width_mm=_WIDTH_MM)
        self._mode, self._suffixes, self._heading = mode, tuple(suffixes), title
        self.places = Choice(look)
        for place in _places():
            self.places.addItem(place, place)
        self.places.activated.connect(self._on_place)
        self.up = Button(look, "left", height_mm=10.0)
        self.up.clicked.connect(self._on_up)
        self.path = QLineEdit()
        self.path.setProperty("field", "engineer")
        self.path.returnPressed.connect(self._on_path)
        self.model = QFileSystemModel(self)
        self.model.setOption(QFileSystemModel.Option.DontUseCustomDirectoryIcons)
        kinds = QDir.Filter.AllDirs | QDir.Filter.NoDotAndDotDot | QDir.Filter.Drives
        self.model.setFilter(kinds if mode is FileMode.FOLDER else kinds | QDir.Filter.Files)
        self.model.setNameFilters([f"*{suffix}" for suffix in suffixes])
        self.model.setNameFilterDisables(False)
        self.list = QTreeView()
        self.list.setModel(self.model)
        self.list.setRootIsDecorated(False)
        self.list.setItemsExpandable(False)
        self.list.setSortingEnabled(True)
        self.list.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.list.setMinimumHeight(look.px(55))
        self.list.setColumnWidth(0, look.px(110))
        self.list.setHeaderHidden(True)
        for column in (2, 3):
            self.list.hideColumn(column)
        self.model.directoryLoaded.connect(self._name_button)
        self.list.activated.connect(self._on_activated)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.name = QLineEdit(name)
        self.name.setProperty("field", "engineer")
        self.name.setVisible(mode is FileMode.SAVE)
        self.name.textChanged.connect(self._name_button)
        self.name.returnPressed.connect(self._on_confirm)
        self._problem = self.paragraph(role="problem")
        self.body.removeWidget(self._problem)
        row = QHBoxLayout()
        row.setSpacing(look.px(2))
        row.addWidget(self.up)
        row.addWidget(self.path, 3)
        row.addWidget(self.places, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.name)
        self.body.addWidget(self._problem)
        icon = {FileMode.OPEN: "open", FileMode.SAVE: "export", FileMode.FOLDER: "open"}[mode]
        self.confirm = Button(look, icon, kind=ButtonKind.PRIMARY, line_mm=_WIDTH_MM)
        self.confirm.clicked.connect(self._on_confirm)
        self.buttons.addWidget(self.confirm)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)
        self._show_folder(start if start is not None and start.is_dir() else Path.home())

    @property
    def folder(self) -> Path:
        """The folder that is listed."""
        return Path(self.model.rootPath())

    def show_files(self) -> None:
        """Open it, with the keyboard in the list, or in the name of a new file."""
        self.open(self.name if self._mode is FileMode.SAVE else self.list)

    def selected(self) -> Path | None:
        """What the button would choose."""
        if self._mode is FileMode.SAVE:
            name = self.name.text().strip()
            if not name or name in (".", "..") or any(sign in name for sign in '/\\:*?"<>|'):
                return None
            suffix = self._suffixes[0] if self._suffixes else ""
            return self.folder / (name if name.lower().endswith(suffix) else name + suffix)
        index = self.list.currentIndex()
        chosen = Path(self.model.filePath(index)) if index.isValid() and self.list.selectedIndexes() else None
        if self._mode is FileMode.FOLDER:
            return chosen or self.folder
        return chosen if chosen is not None and not self.model.isDir(index) else None

    def retranslate(self) -> None:
        """Say all texts again."""
        super().retranslate()
        self.title.setText(self._heading)
        self.close_button.setText(self.tr("Cancel"))
        self.up.setText(self.tr("Up", "to the folder above"))
        self.path.setAccessibleName(self.tr("Folder"))
        self.places.setAccessibleName(self.tr("Places"))
        self.list.setAccessibleName(self.tr("Files"))
        self.name.setAccessibleName(self.tr("Name of the file"))
        self.name.setPlaceholderText(self.tr("Name of the file"))
        self._name_button()

    def _show_folder(self, folder: Path) -> None:
        root = self.model.setRootPath(str(folder))
        self.list.setRootIndex(root)
        self.list.clearSelection()
        self.path.setText(QDir.toNativeSeparators(str(folder)))
        self._problem.hide()
        self._name_button()

    def _name_button(self) -> None:
        path = self.selected()
        self.confirm.setEnabled(path is not None)
        self.confirm.setToolTip("" if path is None else str(path))
        if path is None:
            self.confirm.setText(
                self.tr("Give the file a name") if self._mode is FileMode.SAVE else self.tr("Choose a file")
            )
        elif self._mode is not FileMode.SAVE:
            self.confirm.setText(self.tr("Take {name}").format(name=self._short(path.name or str(path))))
        elif self._lists(path.name):
            self.confirm.setText(self.tr("Replace {name}").format(name=self._short(path.name)))
        else:
            self.confirm.setText(self.tr("Save {name}").format(name=self._short(path.name)))

    def _short(self, name: str) -> str:
        """A name as long as a button can be; its ends say more than its middle."""
        metrics = QFontMetrics(self._look.font(TypeSize.BODY, bold=True))
        return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, self._look.px(_NAME_MM))

    def _lists(self, name: str) -> bool:
        """Whether a file of this name stands in the list; the disk itself is not asked, because it may not answer."""
        root, known = self.list.rootIndex(), name.casefold()
        rows = range(self.model.rowCount(root))
        return any(self.model.fileName(self.model.index(row, 0, root)).casefold() == known for row in rows)

    def _on_place(self, index: int) -> None:
        self._show_folder(Path(self.places.itemData(index)))

    def _on_up(self) -> None:
        self._show_folder(self.folder.parent)

    def _on_path(self) -> None:
        """A path that was typed: a folder is listed, a file is taken."""
        path = Path(self.path.text().strip()).expanduser()
        if path.is_dir():
            self._show_folder(path)
        elif (
            path.is_file() and self._mode is FileMode.OPEN and path.suffix.lower() in (self._suffixes or (path.suffix,))
        ):
            self.chosen.emit(path)
            self.dismiss()
        else:
            self._problem.setText(self.tr("There is no such folder."))
            self._problem.show()

    def _on_current(self, current: QModelIndex) -> None:
        if self._mode is FileMode.SAVE and current.isValid() and not self.model.isDir(current):
            self.name.setText(self.model.fileName(current))
        self._name_button()

    def _on_activated(self, index: QModelIndex) -> None:
        if self.model.isDir(index):
            self._show_folder(Path(self.model.filePath(index)))
        elif self._mode is FileMode.OPEN:
            self._on_confirm()

    def _on_confirm(self) -> None:
        path = self.selected()
        if path is not None:
            self.chosen.emit(path)
            self.dismiss()


def _places() -> list[str]:
    """Home, documents, and every drive that can be written to or read from."""
    home = Path.home()
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    found = [str(home), documents]
    hidden = ("/proc", "/sys", "/dev", "/run/lock", "/boot", "/snap", "/etc")
    for volume in QStorageInfo.mountedVolumes():
        root = volume.rootPath()
        if volume.isValid() and volume.isReady() and not root.startswith(hidden) and Path(root).is_dir():
            found.append(root)
    return list(dict.fromkeys(place for place in found if place))
