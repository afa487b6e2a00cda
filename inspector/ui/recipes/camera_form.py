"""What makes a picture, as few fields: light, trigger, format and part of the sensor, with the camera's own limits."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from inspector.core.camera_features import Feature, FeatureKind
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings, TriggerEdge, TriggerMode
from inspector.ui.look import Look
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Choice, Field, NumberField
from inspector.ui.widgets.slide import SlideField

EXPOSURE = ("ExposureTime", "ExposureTimeAbs")
GAIN = ("Gain", "GainAbs")
_DELAY = ("TriggerDelay", "TriggerDelayAbs")
_RATE = ("AcquisitionFrameRate", "AcquisitionFrameRateAbs")
_AUTO = ("ExposureAuto", "GainAuto", "BalanceWhiteAuto")
_ROI = ("OffsetX", "OffsetY", "Width", "Height")
_EDGES = {TriggerEdge.RISING: "RisingEdge", TriggerEdge.FALLING: "FallingEdge"}


class CameraForm(QWidget):
    """`changed` carries fields of `CameraSettings` by name, as a person changed them."""

    changed = Signal(object)
    box_asked = Signal(bool)
    autos_off_asked = Signal()

    def __init__(self, look: Look) -> None:
        """Make the fields; `show_settings` fills them."""
        super().__init__()
        self._settings = CameraSettings()
        self._filling = False
        self._sensor_px: tuple[int, int] | None = None
        self.exposure, self.gain = SlideField(look), SlideField(look)
        self.delay, self.rate = NumberField(look, low=0), NumberField(look, low=0)
        self._numbers: tuple[tuple[SlideField | NumberField, str, str], ...] = (
            (self.exposure, "exposure", "exposure_us"),
            (self.gain, "gain", "gain_db"),
            (self.delay, "delay", "trigger_delay_us"),
            (self.rate, "rate", "rate_hz"),
        )
        self.trigger, self.line, self.edge, self.format = Choice(look), Choice(look), Choice(look), Choice(look)
        self.roi = tuple(NumberField(look, low=0, decimals=0) for _ in _ROI)
        self.draw_box = Button(look, "fit", height_mm=10.0, checkable=True)
        self.whole = Button(look, "actual", height_mm=10.0)
        self.autos_off = Button(look, "close", height_mm=10.0)
        self.save_file = Button(look, "export", height_mm=10.0)
        self.load_file = Button(look, "import", height_mm=10.0)
        self.fields = {
            "exposure": Field(look, self.exposure),
            "gain": Field(look, self.gain),
            "trigger": Field(look, self.trigger),
            "line": Field(look, self.line),
            "edge": Field(look, self.edge),
            "delay": Field(look, self.delay, unit="µs"),
            "format": Field(look, self.format),
            "rate": Field(look, self.rate, unit="Hz"),
        }
        self._roi_fields = tuple(Field(look, field, unit="px") for field in self.roi)
        self._connect()
        self._lay_out(look)

    def show_settings(self, settings: CameraSettings, desk: FeatureDesk) -> None:
        """Fill in what the recipe asks for; what it leaves to the camera is what the camera has."""
        self._filling = True
        self._settings = settings
        exposure, gain = desk.named(*EXPOSURE), desk.named(*GAIN)
        _limit(self.exposure, exposure)
        self.exposure.set_value(_either(settings.exposure_us, exposure))
        _limit(self.gain, gain)
        self.gain.set_value(_either(settings.gain_db, gain))
        self._fill_trigger(settings, desk)
        self._fill(
            self.format, _entries(desk.named("PixelFormat")), settings.pixel_format or _text(desk, "PixelFormat")
        )
        rate = desk.named(*_RATE)
        self.rate.set_range(*_range(rate))
        self.rate.set_value(_either(settings.rate_hz, rate))
        self._fill_roi(settings, desk)
        free = settings.trigger is TriggerMode.FREE
        no_trigger = desk.connected and bool(desk.features) and desk.named("TriggerMode") is None
        shown = {
            "exposure": exposure is not None,
            "gain": gain is not None,
            "trigger": True,
            "line": settings.trigger is TriggerMode.LINE and self.line.count() > 0,
            "edge": settings.trigger is TriggerMode.LINE and self.edge.count() > 0,
            "delay": not free and desk.named(*_DELAY) is not None,
            "format": self.format.count() > 0,
            "rate": free and rate is not None,
        }
        for name, field in self.fields.items():
            field.setVisible(shown[name])
        self.trigger.setEnabled(True)
        note = self._trigger_note(settings.trigger, no_trigger=no_trigger)
        replay = not desk.connected and settings.trigger is TriggerMode.FREE
        if replay:
            note = self.tr("This source has no trigger; its pictures come one after the other.")
        self.fields["trigger"].set_note(note, problem=bool(note) and not replay)
        autos = [name for name in _AUTO if _text(desk, name) not in ("", "Off")]
        text = self.tr("Automatic is on: {names}").format(names=", ".join(autos))
        self.fields["exposure"].set_note(text if autos else "", problem=bool(autos))
        self.autos_off.setVisible(bool(autos))
        self._filling = False

    def retranslate(self) -> None:
        """Say all texts again."""
        for name, word in (
            ("exposure", self.tr("Exposure")),
            ("gain", self.tr("Gain")),
            ("trigger", self.tr("What starts a picture on the line")),
            ("line", self.tr("Input")),
            ("edge", self.tr("Edge")),
            ("delay", self.tr("Delay after the trigger")),
            ("format", self.tr("Pixel format")),
            ("rate", self.tr("Pictures per second without trigger")),
        ):
            self.fields[name].set_word(word)
        for field, word in zip(
            self._roi_fields,
            (self.tr("From left"), self.tr("From top"), self.tr("Width"), self.tr("Height")),
            strict=True,
        ):
            field.set_word(word)
        self.draw_box.setText(self.tr("Draw in the picture"))
        self.whole.setText(self.tr("Whole sensor"))
        self.save_file.setText(self.tr("Save to file"))
        self.load_file.setText(self.tr("Load from file"))
        self.autos_off.setText(self.tr("Switch automatic off"))
        self._filling = True
        self._fill_modes()
        self._filling = False

    def refuse(self, name: str, sentence: str) -> None:
        """Say beside a field what the camera said."""
        if name in self.fields:
            self.fields[name].set_note(sentence, problem=bool(sentence))

    def commit(self) -> None:
        """Hand over what still stands in a field."""
        for field in (self.exposure.field, self.gain.field, self.delay, self.rate, *self.roi):
            field.commit()

    # --- building -----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        for control, _, _ in self._numbers:
            control.entered.connect(self._on_number)
            control.refused.connect(self._on_refused)
        for field in self.roi:
            field.entered.connect(self._on_roi)
            field.refused.connect(self._on_roi_refused)
        self.trigger.currentIndexChanged.connect(self._on_trigger)
        self.line.currentIndexChanged.connect(self._on_line)
        self.edge.currentIndexChanged.connect(self._on_edge)
        self.format.currentIndexChanged.connect(self._on_format)
        self.draw_box.toggled.connect(self.box_asked)
        self.whole.clicked.connect(self._on_whole)
        self.autos_off.clicked.connect(self.autos_off_asked)

    def _lay_out(self, look: Look) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(3))
        grid.setVerticalSpacing(look.px(2))
        grid.addWidget(self.fields["exposure"], 0, 0, 1, 2)
        grid.addWidget(self.autos_off, 1, 0, 1, 2)
        grid.addWidget(self.fields["gain"], 2, 0, 1, 2)
        grid.addWidget(self.fields["trigger"], 3, 0, 1, 2)
        grid.addWidget(self.fields["line"], 4, 0)
        grid.addWidget(self.fields["edge"], 4, 1)
        grid.addWidget(self.fields["delay"], 5, 0)
        grid.addWidget(self.fields["rate"], 5, 1)
        grid.addWidget(self.fields["format"], 6, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        area = QGridLayout()
        area.setHorizontalSpacing(look.px(3))
        area.setVerticalSpacing(look.px(2))
        for number, field in enumerate(self._roi_fields):
            area.addWidget(field, number // 2, number % 2)
        boxes = QHBoxLayout()
        boxes.setSpacing(look.px(3))
        boxes.addWidget(self.draw_box)
        boxes.addWidget(self.whole)
        boxes.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, look.px(2), 0)
        layout.setSpacing(look.px(2))
        layout.addLayout(grid)
        layout.addLayout(area)
        layout.addLayout(boxes)
        files = QHBoxLayout()
        files.setSpacing(look.px(3))
        files.addWidget(self.save_file)
        files.addWidget(self.load_file)
        files.addStretch(1)
        layout.addLayout(files)
        layout.addStretch(1)

    # --- filling ------------------------------------------------------------------------------------------------------

    def _fill_modes(self) -> None:
        words = (
            (TriggerMode.LINE, self.tr("A signal of the line")),
            (TriggerMode.SOFTWARE, self.tr("The program (software trigger)")),
            (TriggerMode.FREE, self.tr("Nothing: the camera runs free")),
        )
        self.trigger.clear()
        for mode, word in words:
            self.trigger.addItem(word, mode)
        self.trigger.setCurrentIndex([mode for mode, _ in words].index(self._settings.trigger))
        for index in range(self.edge.count()):
            self.edge.setItemText(index, self._edge_word(self.edge.itemData(index)))

    def _edge_word(self, edge: TriggerEdge) -> str:
        return self.tr("rising") if edge is TriggerEdge.RISING else self.tr("falling")

    def _trigger_note(self, trigger: TriggerMode, *, no_trigger: bool) -> str:
        """Why no recipe with this trigger can be published; empty when one can."""
        if no_trigger:
            return self.tr("This source has no trigger; its pictures come one after the other.")
        return {
            TriggerMode.LINE: "",
            TriggerMode.SOFTWARE: self.tr(
                "Only for trying in this step: nobody gives software triggers on the line, so it cannot be published."
            ),
            TriggerMode.FREE: self.tr(
                "Only for looking: parts and pictures would not belong together, so it cannot be published."
            ),
        }[trigger]

    def _fill_trigger(self, settings: CameraSettings, desk: FeatureDesk) -> None:
        self.trigger.setCurrentIndex(self.trigger.findData(settings.trigger))
        lines = [entry for entry in _entries(desk.named("TriggerSource")) if entry.startswith("Line")]
        source = _text(desk, "TriggerSource")
        # The camera takes its first input where the recipe names none.
        chosen = settings.trigger_line or (source if source in lines else next(iter(lines), ""))
        self._fill(self.line, lines, chosen)
        entries = _entries(desk.named("TriggerActivation"))
        edges = [edge for edge, name in _EDGES.items() if name in entries]
        if [self.edge.itemData(index) for index in range(self.edge.count())] != edges:
            self.edge.clear()
            for edge in edges:
                self.edge.addItem(self._edge_word(edge), edge)
        self.edge.setCurrentIndex(max(0, self.edge.findData(settings.trigger_edge)))
        delay = desk.named(*_DELAY)
        self.delay.set_range(*_range(delay))
        self.delay.set_value(_either(settings.trigger_delay_us, delay))

    def _fill(self, choice: Choice, entries: Sequence[str], chosen: str) -> None:
        """Entries and the chosen one; a list that somebody has open stays as it is."""
        wanted = [*entries, *([chosen] if chosen and chosen not in entries and entries else [])]
        if [choice.itemText(index) for index in range(choice.count())] != wanted:
            choice.clear()
            choice.addItems(wanted)
        choice.setCurrentIndex(choice.findText(chosen))

    def _fill_roi(self, settings: CameraSettings, desk: FeatureDesk) -> None:
        features = [desk.named(name) for name in _ROI]
        for widget in (self.draw_box, self.whole):
            widget.setVisible(all(feature is not None for feature in features))
        for number, feature in enumerate(features):
            self._roi_fields[number].setVisible(feature is not None)
        roi = settings.roi
        asked = (None,) * 4 if roi is None else (roi.x, roi.y, roi.width, roi.height)
        largest = self._sensor_px = _sensor_px(desk)
        self.whole.setEnabled(largest is not None)
        for number, (field, feature, value) in enumerate(zip(self.roi, features, asked, strict=True)):
            if feature is None:
                continue
            high = float(largest[number % 2]) if largest is not None else float("inf")
            field.set_range(0.0 if number < 2 else (feature.minimum or 1.0), high)
            field.set_value(_either(value, feature))

    # --- what people change -------------------------------------------------------------------------------------------

    def _tell(self, name: str, value: object) -> None:
        if not self._filling:
            self.changed.emit({name: value})

    def _on_number(self, value: float) -> None:
        sender = self.sender()
        for control, _, setting in self._numbers:
            if control is sender:
                self._tell(setting, value)

    def _on_refused(self, reason: str) -> None:
        sender = self.sender()
        for control, name, _ in self._numbers:
            if control is sender:
                self.refuse(name, reason)

    def _on_trigger(self) -> None:
        mode = self.trigger.currentData()
        if isinstance(mode, TriggerMode):
            self._tell("trigger", mode)

    def _on_line(self) -> None:
        if self.line.currentText():
            self._tell("trigger_line", self.line.currentText())

    def _on_edge(self) -> None:
        edge = self.edge.currentData()
        if isinstance(edge, TriggerEdge):
            self._tell("trigger_edge", edge)

    def _on_format(self) -> None:
        if self.format.currentText():
            self._tell("pixel_format", self.format.currentText())

    def _on_roi(self) -> None:
        # A camera that cannot move its part of the sensor shows no offsets.
        places = zip(self._roi_fields, self.roi, strict=True)
        values = [0.0 if field.isHidden() else number.value for field, number in places]
        if all(value is not None for value in values):
            x, y, width, height = (round(value or 0.0) for value in values)
            self._tell("roi", Rect(x, y, width, height))

    def _on_roi_refused(self, reason: str) -> None:
        sender = self.sender()
        for field, number in zip(self._roi_fields, self.roi, strict=True):
            if number is sender:
                field.set_note(reason, problem=bool(reason))

    def _on_whole(self) -> None:
        if self._sensor_px is not None:
            self._tell("roi", Rect(0, 0, *self._sensor_px))


def _entries(feature: Feature | None) -> tuple[str, ...]:
    return () if feature is None else feature.entries


def _text(desk: FeatureDesk, name: str) -> str:
    feature = desk.named(name)
    return "" if feature is None else feature.value


def _sensor_px(desk: FeatureDesk) -> tuple[int, int] | None:
    """Width and height of the whole sensor, as far as the camera says."""
    sides = []
    for largest, side, offset in (("WidthMax", "Width", "OffsetX"), ("HeightMax", "Height", "OffsetY")):
        feature = desk.named(largest)
        if feature is not None and feature.value:
            sides.append(int(float(feature.value)))
            continue
        present, shift = desk.named(side), desk.named(offset)
        if present is None or present.maximum is None:
            return None
        # What is left beside the offset is all that a camera without that feature says.
        sides.append(int(present.maximum + (float(shift.value) if shift is not None and shift.value else 0.0)))
    return sides[0], sides[1]


def _range(feature: Feature | None) -> tuple[float, float]:
    if feature is None:
        return 0.0, float("inf")
    low = 0.0 if feature.minimum is None else feature.minimum
    return low, float("inf") if feature.maximum is None else feature.maximum


def _either(asked: float | None, feature: Feature | None) -> float | None:
    """What the recipe asks for, or what the camera has."""
    if asked is not None:
        return asked
    try:
        return float(feature.value) if feature is not None and feature.value else None
    except ValueError:
        return None


def _limit(slide: SlideField, feature: Feature | None) -> None:
    if feature is not None:
        whole = feature.kind is FeatureKind.INTEGER
        slide.set_limits(feature.minimum, feature.maximum, feature.step, whole=whole, unit=feature.unit)
