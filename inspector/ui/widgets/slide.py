"""A slider with its field: for coarse and for fine, over limits that may span a factor of a million."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from inspector.ui.look import Look
from inspector.ui.widgets.fields import NumberField

_STEPS = 1000
_LOG_FROM = 1000.0  # limits farther apart than this factor


class Slide(QSlider):
    """Horizontal, and deaf to the wheel."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The form scrolls instead."""
        event.ignore()


class SlideField(QWidget):
    """`entered` carries a number that a person chose; while a handle is dragged, again and again."""

    entered = Signal(float)
    refused = Signal(str)

    def __init__(self, look: Look) -> None:
        """Begin without limits: only the field works."""
        super().__init__()
        self._low, self._high, self._step = -math.inf, math.inf, 0.0
        self.slider = Slide(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.valueChanged.connect(self._on_slid)
        self.field = NumberField(look)
        self.field.setMaximumWidth(look.px(34))
        self.field.entered.connect(self._on_entered)
        self.field.refused.connect(self.refused)
        self.unit = QLabel()
        self.unit.setProperty("role", "second")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(2))
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.field)
        layout.addWidget(self.unit)
        self.setFocusProxy(self.field)

    @property
    def value(self) -> float | None:
        """The number that is shown."""
        return self.field.value

    def setAccessibleName(self, name: str) -> None:
        """Both parts have the same word."""
        super().setAccessibleName(name)
        self.slider.setAccessibleName(name)
        self.field.setAccessibleName(name)

    def set_limits(self, low: float | None, high: float | None, step: float | None, *, whole: bool, unit: str) -> None:
        """Take a camera's limits; without both ends there is no slider."""
        self._low = -math.inf if low is None else low
        self._high = math.inf if high is None else high
        self._step = step or 0.0
        decimals = 0 if whole else 3 if not high or high < 1000 else 1
        self.field.set_range(self._low, self._high, decimals)
        self.unit.setText({"us": "µs"}.get(unit, unit))
        self.slider.setVisible(self._bounded)
        self._place()

    def set_value(self, value: float | None) -> None:
        """Show a number without saying so; a handle that is being dragged stays."""
        self.field.set_value(value)
        self._place()

    @property
    def _bounded(self) -> bool:
        return math.isfinite(self._low) and math.isfinite(self._high) and self._high > self._low

    @property
    def _logarithmic(self) -> bool:
        return self._low > 0 and self._high / self._low > _LOG_FROM

    def _place(self) -> None:
        value = self.field.value
        if value is None or not self._bounded or self.slider.isSliderDown():
            return
        value = min(max(value, self._low), self._high)
        if self._logarithmic:
            share = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            share = (value - self._low) / (self._high - self._low)
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * _STEPS))
        self.slider.blockSignals(False)

    def _on_slid(self, place: int) -> None:
        share = place / _STEPS
        if self._logarithmic:
            value = self._low * (self._high / self._low) ** share
            # Three figures are what a handle can say.
            value = float(f"{value:.3g}")
        else:
            value = self._low + share * (self._high - self._low)
        if self._step > 0:
            value = self._low + round((value - self._low) / self._step) * self._step
        value = min(max(value, self._low), self._high)
        self.field.set_value(value)
        self.entered.emit(value)

    def _on_entered(self, value: float) -> None:
        self._place()
        self.entered.emit(value)
