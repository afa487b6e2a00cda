"""How large a pixel is on the part, and what a good picture is: both are set once and then hold for the line."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from inspector.core.geometry import Size
from inspector.core.picture_limits import USUAL_SHOTS, PictureLimits, PictureMeasure
from inspector.services.capture import LearnProgress
from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.fields import Field, NumberField

_SHARES = frozenset({"dark_share", "bright_share", "evenness", "center_x", "center_y"})
_NAMES = ("brightness", "dark_share", "bright_share", "sharpness", "evenness", "center_x", "center_y")
_MOST_MM = 100_000.0


class ScaleLimits(QWidget):
    """`points_asked`: two points are to be placed, or no longer. `scale_given` carries mm per pixel, 0 for none."""

    points_asked = Signal(bool)
    scale_given = Signal(float)
    learn_asked = Signal()
    cancel_asked = Signal()
    forget_asked = Signal()

    def __init__(self, look: Look) -> None:
        """Make it; the step fills it."""
        super().__init__()
        self._look = look
        self._distance_px: float | None = None
        self._mm_per_px: float | None = None
        self._size: Size | None = None
        self._limits: PictureLimits | None = None
        self._measure: PictureMeasure | None = None
        self._learning: LearnProgress | None = None
        self._problem = ""
        self._heads = QLabel(), QLabel()
        for head in self._heads:
            head.setProperty("role", "strong")
        self.points = Button(look, "measure", height_mm=10.0, checkable=True)
        self.points.toggled.connect(self.points_asked)
        self._how = _text("small")
        self.length = NumberField(look, low=0.001, high=_MOST_MM)
        self.length_field = Field(look, self.length, unit="mm")
        self.length.entered.connect(self._on_length)
        self.length.refused.connect(self._on_refused)
        self.pixel = NumberField(look, low=1e-5, high=100.0, decimals=6)
        self.pixel_field = Field(look, self.pixel, unit="mm/px")
        self.pixel.entered.connect(self.scale_given)
        self.pixel.refused.connect(self._on_pixel_refused)
        self.result = _text()
        # Two lines, whatever it says: what stands below must not move under the hand.
        self.result.setMinimumHeight(2 * self.result.fontMetrics().lineSpacing())
        self.result.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._why = _text("small")
        self.learn = Button(look, "learn", height_mm=10.0)
        self.learn.clicked.connect(self.learn_asked)
        self.cancel = Button(look, "close", height_mm=10.0)
        self.cancel.clicked.connect(self.cancel_asked)
        self.forget = Button(look, "undo", height_mm=10.0)
        self.forget.clicked.connect(self.forget_asked)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.state = _text()
        self._rows = {name: (QLabel(), QLabel(), QLabel()) for name in _NAMES}
        self._column_heads = QLabel(), QLabel(), QLabel()
        self._table = QWidget()
        self._lay_out(look)

    def show_scale(self, mm_per_px: float | None, size: Size | None) -> None:
        """What the recipe says, and how large the picture is."""
        self._mm_per_px, self._size = mm_per_px, size
        self.pixel.set_value(mm_per_px)
        self._say_scale()

    def show_distance(self, distance_px: float | None) -> None:
        """How far apart the two points are; None while there are not two."""
        self._distance_px = distance_px
        self.length.setEnabled(distance_px is not None)
        if distance_px is not None and self._mm_per_px is not None:
            self.length.set_value(distance_px * self._mm_per_px)
        self._say_scale()

    def show_limits(self, limits: PictureLimits | None) -> None:
        """What the recipe allows."""
        self._limits = limits
        self._say_limits()

    def show_measure(self, measure: PictureMeasure | None) -> None:
        """The numbers of the newest picture."""
        self._measure = measure
        self._fill_rows()

    def show_learning(self, progress: LearnProgress | None) -> None:
        """How far learning is; None while nothing is learned."""
        self._learning = progress
        if progress is not None and (progress.limits is not None or progress.problem):
            self._learning = None
            # Whoever cancelled needs not be told.
            self._problem = "" if progress.problem == "cancelled" else progress.problem
        self._say_limits()

    def end_points(self) -> None:
        """Something else uses the picture now."""
        self.points.setChecked(False)

    def commit(self) -> None:
        """Hand over what still stands in a field."""
        self.length.commit()
        self.pixel.commit()

    def _lay_out(self, look: Look) -> None:
        self._table.setObjectName("card")
        grid = QGridLayout(self._table)
        grid.setContentsMargins(look.px(2), look.px(1.5), look.px(2), look.px(1.5))
        grid.setHorizontalSpacing(look.px(3))
        grid.setVerticalSpacing(look.px(0.6))
        for column, head in enumerate(self._column_heads):
            head.setProperty("role", "small")
            grid.addWidget(head, 0, column)
        for row, labels in enumerate(self._rows.values(), start=1):
            for column, label in enumerate(labels):
                grid.addWidget(label, row, column)
        grid.setColumnStretch(0, 1)
        fields = QHBoxLayout()
        fields.setSpacing(look.px(3))
        fields.addWidget(self.length_field, 1)
        fields.addWidget(self.pixel_field, 1)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.points)
        first.addStretch(1)
        second.setSpacing(look.px(3))
        for button in (self.learn, self.cancel, self.forget):
            second.addWidget(button)
        second.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, look.px(2), 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self._heads[0])
        layout.addWidget(self._how)
        layout.addLayout(first)
        layout.addLayout(fields)
        layout.addWidget(self.result)
        layout.addSpacing(look.px(2))
        layout.addWidget(self._heads[1])
        layout.addWidget(self._why)
        layout.addLayout(second)
        layout.addWidget(self.bar)
        layout.addWidget(self.state)
        layout.addWidget(self._table)
        layout.addStretch(1)

    # --- scale --------------------------------------------------------------------------------------------------------

    def _on_length(self, length_mm: float) -> None:
        if self._distance_px:
            self.scale_given.emit(length_mm / self._distance_px)

    def _on_refused(self, reason: str) -> None:
        self.length_field.set_note(reason, problem=bool(reason))

    def _on_pixel_refused(self, reason: str) -> None:
        self.pixel_field.set_note(reason, problem=bool(reason))

    def _say_scale(self) -> None:
        scale, size = self._mm_per_px, self._size
        if scale is None:
            text = (
                self.tr("No scale yet: place two points on something you know the length of.")
                if self._distance_px is None
                else self.tr("The points are {distance} px apart. How many mm is that?").format(
                    distance=f"{self._distance_px:.0f}"
                )
            )
        elif size is None:
            text = self.tr("A pixel is {scale} mm.").format(scale=f"{scale:.4g}")
        else:
            text = self.tr("A pixel is {scale} mm; the picture shows {width} × {height} mm.").format(
                scale=f"{scale:.4g}", width=f"{scale * size.width:.1f}", height=f"{scale * size.height:.1f}"
            )
        self.result.setText(text)

    # --- picture limits -----------------------------------------------------------------------------------------------

    def _say_limits(self) -> None:
        learning = self._learning
        self.learn.setVisible(learning is None)
        self.cancel.setVisible(learning is not None)
        self.bar.setVisible(learning is not None)
        self.forget.setVisible(learning is None and self._limits is not None)
        if learning is not None:
            self.bar.setRange(0, learning.of)
            self.bar.setValue(learning.done)
            text = self.tr("{done} of {count} shots").format(done=learning.done, count=learning.of)
        elif self._problem:
            text = self.tr("Nothing was learned: {reason}").format(reason=self._problem)
        elif self._limits is None:
            text = ""
        else:
            text = self.tr("Learned from %n shot(s).", "", self._limits.shots)
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self._fill_rows()

    def _fill_rows(self) -> None:
        limits, measure = self._limits, self._measure
        self._table.setVisible(limits is not None)
        if limits is None:
            return
        for name, labels in self._rows.items():
            allowed = getattr(limits, name)
            labels[1].setText(f"{_number(name, allowed.low)} – {_number(name, allowed.high)}")
            if measure is None:
                labels[2].setText("–")
                continue
            value = getattr(measure, name)
            inside = allowed.low <= value <= allowed.high
            labels[2].setText(f"{'✓' if inside else '▲'} {_number(name, value)}")

    def retranslate(self) -> None:
        """Say all texts again."""
        self._heads[0].setText(self.tr("Scale"))
        self._heads[1].setText(self.tr("Picture limits"))
        self._how.setText(
            self.tr(
                "Place two points on a known length, and enter it; the picture stands still meanwhile. "
                "Arrow keys move a point, Space takes the other one."
            )
        )
        self.points.setText(self.tr("Place two points"))
        self.length_field.set_word(self.tr("Known length"))
        self.pixel_field.set_word(self.tr("or size of a pixel"))
        self._why.setText(
            self.tr(
                "Show good parts as the line will. A later picture that is darker, blurred or shifted is not judged."
            )
        )
        self.learn.setText(self.tr("Learn from %n shot(s)", "", USUAL_SHOTS))
        self.cancel.setText(self.tr("Cancel"))
        self.forget.setText(self.tr("Forget limits"))
        self.bar.setAccessibleName(self.tr("Learning the picture limits"))
        for head, word in zip(
            self._column_heads, ("", self.tr("allowed"), self.tr("now", "value of the live picture")), strict=True
        ):
            head.setText(word)
        for name, word in zip(
            _NAMES,
            (
                self.tr("Brightness"),
                self.tr("Pure black"),
                self.tr("Pure white"),
                self.tr("Sharpness", "of the picture"),
                self.tr("Evenness", "of the light"),
                self.tr("Place of the part, from left"),
                self.tr("Place of the part, from top"),
            ),
            strict=True,
        ):
            self._rows[name][0].setText(word)
        self._say_scale()
        self._say_limits()


def _text(role: str = "") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label


def _number(name: str, value: float) -> str:
    return f"{100 * value:.1f} %" if name in _SHARES else f"{value:.1f}"
