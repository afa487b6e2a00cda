"""One feature of the camera: what it is, what it may be, and a control that writes it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from inspector.core.camera_features import Feature, FeatureKind
from inspector.ui.look import Look
from inspector.ui.recipes.feature_model import plain_number, unit_text, value_text
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Choice, Field, Tick
from inspector.ui.widgets.slide import SlideField

_KINDS = tuple(FeatureKind)


class FeatureEditor(QWidget):
    """`write_asked` carries name and text, `execute_asked` a command, `keep_asked` and `drop_asked` a name."""

    write_asked = Signal(str, str)
    execute_asked = Signal(str)
    keep_asked = Signal(str)
    drop_asked = Signal(str)
    force_asked = Signal(str, str)

    def __init__(self, look: Look) -> None:
        """Begin without a feature."""
        super().__init__()
        self.feature: Feature | None = None
        self._filling = False
        self._refusal = self._refused_value = ""
        self._kept: str | None = None
        self._mapped = False
        self.name = QLabel()
        self.name.setProperty("role", "strong")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tip = QLabel()
        self.tip.setProperty("role", "small")
        self.tip.setWordWrap(True)
        self.tip.setTextFormat(Qt.TextFormat.PlainText)
        self.slide, self.choice, self.tick, self.text = SlideField(look), Choice(look), Tick(look), _TextField()
        self.command = Button(look, "start", height_mm=10.0)
        self.controls = QStackedWidget()
        for control in (self.slide, self.choice, self.tick, self.text, self.command):
            self.controls.addWidget(control)
        self.controls.setMaximumHeight(look.px(12))
        self.field = Field(look, self.controls)
        self.keep = Button(look, "keep", height_mm=10.0)
        self.slide.entered.connect(self._on_number)
        self.slide.refused.connect(self._on_bad_number)
        self.choice.activated.connect(self._on_choice)
        self.tick.clicked.connect(self._on_tick)
        self.text.entered.connect(self._on_text)
        self.command.clicked.connect(self._on_command)
        self.keep.clicked.connect(self._on_keep)
        self.force = Button(look, "pause", height_mm=10.0)
        self.force.clicked.connect(self._on_force)
        row = QHBoxLayout()
        row.addWidget(self.keep)
        row.addWidget(self.force)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1))
        layout.addWidget(self.name)
        layout.addWidget(self.tip)
        layout.addWidget(self.field)
        layout.addLayout(row)
        self.retranslate()

    def show_feature(self, feature: Feature | None, *, kept: str | None, mapped: bool) -> None:
        """Show a feature as it is now.

        Args:
            feature: None for none.
            kept: the value that the recipe writes at every opening; None if it writes none.
            mapped: the recipe holds this one in a field of its own.
        """
        if feature is None or self.feature is None or feature.name != self.feature.name:
            self._refusal = ""
        self.feature, self._kept, self._mapped = feature, kept, mapped
        self.setVisible(feature is not None)
        if feature is None:
            return
        self._filling = True
        title = feature.display_name or feature.name
        self.name.setText(title if title == feature.name else f"{title}  ({feature.name})")
        self.tip.setText(feature.tooltip or feature.description)
        self.tip.setVisible(bool(self.tip.text()))
        self._fill(feature)
        self._say()
        self._filling = False

    def refuse(self, sentence: str, asked: str) -> None:
        """The camera did not take a value: its own sentence, beside the old one, and another way to write it."""
        self._refusal, self._refused_value = sentence, asked
        if self.feature is not None:
            self.show_feature(self.feature, kept=self._kept, mapped=self._mapped)

    def set_busy(self, *, busy: bool) -> None:
        """A command runs, or a value is written."""
        self.command.setEnabled(not busy)
        if busy:
            self._refusal = ""
            self.field.set_note(self.tr("Working…"))
        else:
            self._say()

    def retranslate(self) -> None:
        """Say all texts again."""
        self.field.set_word(self.tr("Value"))
        self.command.setText(self.tr("Execute"))
        self._say()

    def commit(self) -> None:
        """Hand over what was typed."""
        self.slide.field.commit()

    def _fill(self, feature: Feature) -> None:
        control: QWidget = self.text
        if feature.kind in (FeatureKind.INTEGER, FeatureKind.FLOAT):
            control = self.slide
            whole = feature.kind is FeatureKind.INTEGER
            self.slide.set_limits(feature.minimum, feature.maximum, feature.step, whole=whole, unit=feature.unit)
            self.slide.set_value(_number(feature.value))
        elif feature.kind is FeatureKind.ENUMERATION:
            control = self.choice
            wanted = list(feature.entries)
            if feature.value and feature.value not in wanted:
                wanted.append(feature.value)
            if [self.choice.itemText(i) for i in range(self.choice.count())] != wanted:
                self.choice.clear()
                self.choice.addItems(wanted)
            self.choice.setCurrentIndex(self.choice.findText(feature.value))
        elif feature.kind is FeatureKind.BOOLEAN:
            control = self.tick
            self.tick.setText(feature.display_name or feature.name)
            self.tick.setChecked(feature.value.casefold() in ("1", "true", "on"))
        elif feature.kind is FeatureKind.COMMAND:
            control = self.command
        else:
            self.text.set_text(feature.value)
        self.controls.setCurrentWidget(control)
        self.controls.setEnabled((feature.writable or self._locked) and feature.available)
        control.setAccessibleName(feature.display_name or feature.name)

    def _say(self) -> None:
        feature = self.feature
        if feature is None:
            return
        if self._refusal:
            self.field.set_note(self._refusal, problem=True)
        elif not feature.available:
            self.field.set_note(self.tr("The camera's other settings leave this without a meaning now."))
        elif self._locked:
            text = self.tr("Locked while pictures come; they stop for a moment when it is written.")
            self.field.set_note(text)
        elif not feature.writable:
            self.field.set_note(self.tr("Can only be read now."))
        else:
            self.field.set_note(_limits_text(feature))
        self.force.setVisible(bool(self._refusal) and bool(self._refused_value))
        self.force.setText(self.tr("Write {value} with pictures stopped").format(value=self._refused_value))
        setting = feature.kind is not FeatureKind.COMMAND and feature.writable and not self._mapped
        self.keep.setVisible((setting or self._kept is not None) and self.force.isHidden())
        if self._kept is None:
            self.keep.setText(self.tr("Take into the recipe"))
            self.keep.setToolTip(self.tr("Without it the next opening of the camera undoes the change."))
        elif self._kept == feature.value:
            self.keep.setText(self.tr("Take out of the recipe"))
            self.keep.setToolTip(self.tr("The recipe writes {value}").format(value=self._kept))
        else:
            self.keep.setText(self.tr("Take {value} into the recipe").format(value=value_text(feature)))
            self.keep.setToolTip(self.tr("The recipe writes {value}").format(value=self._kept))

    @property
    def _locked(self) -> bool:
        """Whether it is a setting that cannot be written only because pictures come."""
        feature = self.feature
        if feature is None or feature.writable or feature.kind is FeatureKind.COMMAND:
            return False
        return self._mapped or feature.streamable

    def _write(self, text: str) -> None:
        if not self._filling and self.feature is not None and text != self.feature.value:
            self._refusal = ""
            (self.force_asked if self._locked else self.write_asked).emit(self.feature.name, text)

    def _on_number(self, value: float) -> None:
        whole = self.feature is not None and self.feature.kind is FeatureKind.INTEGER
        self._write(str(round(value)) if whole else repr(float(value)))

    def _on_bad_number(self, reason: str) -> None:
        if reason:
            self.field.set_note(reason, problem=True)
        else:
            self._say()

    def _on_choice(self) -> None:
        self._write(self.choice.currentText())

    def _on_tick(self) -> None:
        self._write("true" if self.tick.isChecked() else "false")

    def _on_text(self, text: str) -> None:
        self._write(text)

    def _on_command(self) -> None:
        if self.feature is not None:
            self.execute_asked.emit(self.feature.name)

    def _on_force(self) -> None:
        if self.feature is not None:
            self._refusal = ""
            self.force_asked.emit(self.feature.name, self._refused_value)
            self._say()

    def _on_keep(self) -> None:
        if self.feature is None:
            return
        if self._kept is not None and self._kept == self.feature.value:
            self.drop_asked.emit(self.feature.name)
        else:
            self.keep_asked.emit(self.feature.name)


class _TextField(QLineEdit):
    """Enter writes, Esc brings the old text back."""

    entered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("field", "engineer")
        self._old = ""
        self.returnPressed.connect(self._on_return)

    def set_text(self, text: str) -> None:
        self._old = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(self._old)
            return
        super().keyPressEvent(event)

    def _on_return(self) -> None:
        self.setModified(False)
        self.entered.emit(self.text())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _limits_text(feature: Feature) -> str:
    """From, to and step, as the camera says."""
    if feature.minimum is None or feature.maximum is None:
        return ""
    low, high = plain_number(feature.minimum), plain_number(feature.maximum)
    text = f"{low} – {high} {unit_text(feature.unit)}".strip()
    return f"{text}, ± {plain_number(feature.step)}" if feature.step and feature.step != 1 else text
