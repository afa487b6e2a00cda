"""Every feature of the camera: a tree, what is shown of it, and the editor of the one that is chosen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from inspector.core.camera_features import Feature
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.recipes.feature_editor import FeatureEditor
from inspector.ui.recipes.feature_model import FEATURE_ROLE, KEY_ROLE, VISIBILITIES, FeatureFilter, FeatureModel
from inspector.ui.tools import PageTools
from inspector.ui.widgets.fields import Choice, Tick
from inspector.ui.widgets.sheet import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

MAPPED = frozenset(
    {
        *("ExposureTime", "ExposureTimeAbs", "ExposureTimeRaw", "Gain", "GainAbs", "GainRaw", "PixelFormat"),
        *("Width", "Height", "OffsetX", "OffsetY", "TriggerMode", "TriggerSource", "TriggerActivation"),
        *("TriggerDelay", "TriggerDelayAbs", "AcquisitionFrameRate", "AcquisitionFrameRateAbs"),
    }
)
"""Features that the recipe holds in fields of its own."""
_DANGEROUS = ("Reset", "UserSetLoad", "UserSetSave", "Factory", "FileOperationExecute", "Reboot")


class FeatureTree(QWidget):
    """`kept` carries name and value for the recipe's own list, `dropped` a name.

    `force_asked`: name and value are to be written while pictures are stopped.
    """

    kept = Signal(str, str)
    dropped = Signal(str)
    force_asked = Signal(str, str)

    def __init__(self, tools: PageTools, desk: FeatureDesk) -> None:
        """Begin empty.

        Args:
            tools: look and background work.
            desk: reads and writes.
        """
        super().__init__()
        self._tools, self._look, self._desk = tools, tools.look, desk
        self._extra: Mapping[str, str] = {}
        self._problem = self._asked_command = ""
        look = tools.look
        self.search = QLineEdit()
        self.search.setProperty("field", "engineer")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.visibility = Choice(look)
        for name in VISIBILITIES:
            self.visibility.addItem(name, name)
        self.visibility.currentIndexChanged.connect(self._fill)
        self.changed_only, self.unavailable = Tick(look), Tick(look)
        self.changed_only.clicked.connect(self._fill)
        self.unavailable.clicked.connect(self._fill)
        self.model = FeatureModel(desk.is_changed, look.color, self)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree.setMinimumHeight(look.px(20))
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setMaximumSectionSize(look.px(60))
        self.tree.selectionModel().currentChanged.connect(self._show_editor)
        self.state = QLabel()
        self.state.setProperty("role", "second")
        self.state.setWordWrap(True)
        self.editor = FeatureEditor(look)
        self.editor.write_asked.connect(self._on_write)
        self.editor.execute_asked.connect(self._on_execute)
        self.editor.keep_asked.connect(self._on_keep)
        self.editor.drop_asked.connect(self.dropped)
        self.editor.force_asked.connect(self.force_asked)
        self.editor.hide()
        bar = QGridLayout()
        bar.setHorizontalSpacing(look.px(2))
        bar.setVerticalSpacing(look.px(0.5))
        bar.addWidget(self.search, 0, 0)
        bar.addWidget(self.visibility, 0, 1)
        bar.addWidget(self.changed_only, 1, 0)
        bar.addWidget(self.unavailable, 1, 1)
        bar.setColumnStretch(0, 3)
        bar.setColumnStretch(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, look.px(2), 0)
        layout.setSpacing(look.px(1.5))
        layout.addLayout(bar)
        layout.addWidget(self.state)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.editor)
        desk.changed.connect(self._on_changed)
        desk.written.connect(self._on_written)
        desk.refused.connect(self._on_refused)
        desk.failed.connect(self._on_failed)
        self.retranslate()

    def set_extra(self, extra: tuple[tuple[str, str], ...]) -> None:
        """What the recipe writes beside its own fields."""
        self._extra = dict(extra)
        self._show_editor()

    def current(self) -> Feature | None:
        """The feature that is chosen."""
        index = self.tree.currentIndex()
        feature = index.siblingAtColumn(0).data(FEATURE_ROLE) if index.isValid() else None
        return feature if isinstance(feature, Feature) else None

    def choose(self, name: str) -> None:
        """Choose a feature by its name."""
        index = self.model.find(name)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.tree.selectionModel().setCurrentIndex(index, flags)
            self.tree.scrollTo(index)

    def retranslate(self) -> None:
        """Say all texts again."""
        self.search.setPlaceholderText(self.tr("Search all features"))
        self.search.setAccessibleName(self.tr("Search all features"))
        self.visibility.setAccessibleName(self.tr("Who it is for"))
        for row, word in enumerate((self.tr("Beginner"), self.tr("Expert"), self.tr("Guru"))):
            self.visibility.setItemText(row, word)
        self.changed_only.setText(self.tr("Changed only"))
        self.unavailable.setText(self.tr("Also unavailable"))
        self.tree.setAccessibleName(self.tr("Features of the camera"))
        self.editor.retranslate()
        self._say()

    # --- filling ------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        open_now = {index.data(KEY_ROLE) for index in self.model.categories() if self.tree.isExpanded(index)}
        first = not self.model.rowCount()
        chosen = self.current()
        wanted = FeatureFilter(
            visibility=self.visibility.currentData() or VISIBILITIES[0],
            search=self.search.text().strip(),
            changed_only=self.changed_only.isChecked(),
            unavailable=self.unavailable.isChecked(),
        )
        if self.model.show_features(self._desk.features, wanted):
            for index in self.model.categories():
                # A first look shows everything; what a person closed stays closed.
                if first or wanted.changed_only or index.data(KEY_ROLE) in open_now:
                    self.tree.setExpanded(index, True)
            if chosen is not None:
                self.choose(chosen.name)
        self._say()
        self._show_editor()

    def _say(self) -> None:
        if self._problem:
            text = self.tr("The features cannot be read. {reason}").format(reason=self._problem)
        elif not self._desk.connected:
            text = self.tr("This source has no features, or is not open.")
        elif not self._desk.features:
            text = self.tr("Working…")
        elif not self.model.rowCount():
            text = self.tr("No feature matches.")
        else:
            text = ""
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def _show_editor(self, *_: QModelIndex) -> None:
        feature = self.current()
        kept = None if feature is None else self._extra.get(feature.name)
        self.editor.show_feature(feature, kept=kept, mapped=feature is not None and feature.name in MAPPED)

    # --- news and presses ---------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._problem = ""
        self._fill()

    def _on_failed(self, reason: str) -> None:
        self._problem = reason
        self._say()

    def _on_write(self, name: str, value: str) -> None:
        self.editor.set_busy(busy=True)
        self._desk.write(name, value)

    def _on_written(self, name: str, _asked: str, kept: str) -> None:
        self.editor.set_busy(busy=False)
        if name in self._extra and self._extra[name] != kept:
            self.kept.emit(name, kept)

    def _on_refused(self, name: str, asked: str, sentence: str) -> None:
        self.editor.set_busy(busy=False)
        current = self.current()
        if current is not None and current.name == name:
            self.editor.refuse(sentence, asked)

    def _on_execute(self, name: str) -> None:
        """A command that throws settings away names its effect first."""
        if not any(word in name for word in _DANGEROUS):
            self._execute(name)
            return
        question = Question(self._look, self, "start")
        question.say(
            self.tr("Execute {name}?").format(name=name),
            self.tr("It may change every setting of the camera. Afterwards the recipe's settings are written again."),
            self.tr("Execute {name}").format(name=name),
            self.tr("Leave the camera as it is"),
        )
        self._asked_command = name
        question.confirmed.connect(self._on_confirmed)
        question.ask()

    def _on_confirmed(self) -> None:
        self._execute(self._asked_command)

    def _execute(self, name: str) -> None:
        self.editor.set_busy(busy=True)
        self._desk.execute(name)

    def _on_keep(self, name: str) -> None:
        feature = self._desk.named(name)
        if feature is not None:
            self.kept.emit(name, feature.value)
