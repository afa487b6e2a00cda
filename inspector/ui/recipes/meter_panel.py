"""What a live picture measures: how bright, how sharp, how even, and what of it is lost in black or white."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from inspector.core.picture_limits import PictureLimits, PictureMeasure, Range
from inspector.services.live_shot import LiveShot
from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button

_CLIPPED_SHARE = 0.005  # from here a warning stands beside the share
_COLORS = ("#E06A4A", "#43A868", "#5B8DEF")


class MeterPanel(QWidget):
    """Histogram on the left, numbers with bars on the right."""

    def __init__(self, look: Look) -> None:
        """Begin without a picture."""
        super().__init__()
        self._look = look
        self._limits: PictureLimits | None = None
        self._shot: LiveShot | None = None
        self.histogram = Histogram(look)
        self.reset_peak = Button(look, "undo", height_mm=8.0)
        self._names = tuple(QLabel() for _ in range(5))
        self.values = tuple(QLabel("–") for _ in range(5))
        self.bars = Bar(look), Bar(look), Bar(look)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.px(2))
        grid.setVerticalSpacing(look.px(0.5))
        for row, (name, value) in enumerate(zip(self._names, self.values, strict=True)):
            name.setProperty("role", "small")
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 2)
            value.setMinimumWidth(look.px(34))
        for row, bar in enumerate(self.bars):
            grid.addWidget(bar, row, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.reset_peak, 3, 1, 2, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(4))
        layout.addWidget(self.histogram, 1)
        layout.addLayout(grid, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_limits(self, limits: PictureLimits | None) -> None:
        """Draw what is allowed beside what is."""
        self._limits = limits
        self._show()

    def show_shot(self, shot: LiveShot | None) -> None:
        """Show a picture's numbers; None takes them away."""
        self._shot = shot
        self.histogram.set_counts(None if shot is None else shot.histogram)
        self._show()

    def retranslate(self) -> None:
        """Say all texts again."""
        words = (
            self.tr("Sharpness", "of the picture"),
            self.tr("Evenness", "of the light"),
            self.tr("Brightness"),
            self.tr("Pure black"),
            self.tr("Pure white"),
        )
        for label, word in zip(self._names, words, strict=True):
            label.setText(word)
        for bar, word in zip(self.bars, words, strict=False):
            bar.setAccessibleName(word)
        self.histogram.setAccessibleName(self.tr("Histogram"))
        self.reset_peak.setText(self.tr("Reset peak"))
        self._show()

    def _show(self) -> None:
        shot, limits = self._shot, self._limits
        if shot is None:
            for value in self.values:
                value.setText("–")
            for bar in self.bars:
                bar.set_value(None)
            return
        measure = shot.measure
        top = max(shot.sharpness_peak, measure.sharpness, 1e-6) * 1.1
        self.bars[0].set_value(
            measure.sharpness / top, peak=shot.sharpness_peak / top, allowed=_part(limits, "sharpness", top)
        )
        self.bars[1].set_value(measure.evenness, allowed=_part(limits, "evenness", 1.0))
        self.bars[2].set_value(measure.brightness / 255, allowed=_part(limits, "brightness", 255.0))
        peak = self.tr("peak {value}").format(value=f"{shot.sharpness_peak:.1f}")
        self.values[0].setText(f"{measure.sharpness:.1f}   {peak}")
        self.values[1].setText(f"{100 * measure.evenness:.0f} %")
        self.values[2].setText(f"{measure.brightness:.0f}")
        self.values[3].setText(_share_text(measure.dark_share))
        self.values[4].setText(_share_text(measure.bright_share))
        outside = _outside(limits, measure)
        names = ("sharpness", "evenness", "brightness", "dark_share", "bright_share")
        for name, label in zip(names, self.values, strict=True):
            lost = name == "bright_share" and limits is None and measure.bright_share > _CLIPPED_SHARE
            role = "strong" if name in outside or lost else ""
            if role and not label.text().startswith("▲"):
                label.setText(f"▲ {label.text()}")
            label.setToolTip(self.tr("outside the picture limits") if name in outside else "")


class Histogram(QWidget):
    """How many pixels have each value; clipped ends stand out."""

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__()
        self._look = look
        self._counts: NDArray[np.int64] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def set_counts(self, counts: NDArray[np.int64] | None) -> None:
        """Show other counts: (256,) or (3, 256)."""
        self._counts = counts
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough to see both ends."""
        return QSize(self._look.px(70), self._look.px(26))

    def minimumSizeHint(self) -> QSize:
        """Half of that."""
        return QSize(self._look.px(36), self._look.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Curves over the square root of the counts, so that few pixels are seen beside many."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_well"))
        counts = self._counts
        if counts is not None and counts.sum() > 0:
            curves = np.sqrt(np.atleast_2d(counts).astype(np.float64))
            top = float(curves[:, 1:255].max()) or float(curves.max())
            box = QRectF(self.rect()).adjusted(2, 4, -2, -2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for curve, color in zip(curves, _COLORS if len(curves) > 1 else ("#ECEDEE",), strict=False):
                self._paint_curve(painter, box, curve / top, QColor(color))
            for end, x in ((0, box.left()), (255, box.right() - 3)):
                share = float(curves[:, end].max())
                if share > 0.5 * top:
                    painter.fillRect(QRectF(x, box.top(), 3, box.height()), self._look.color("check_fill"))
        painter.end()

    def _paint_curve(self, painter: QPainter, box: QRectF, curve: NDArray[np.float64], color: QColor) -> None:
        points = [
            QPointF(box.left() + i / 255 * box.width(), box.bottom() - min(1.0, value) * box.height())
            for i, value in enumerate(curve)
        ]
        fill = QColor(color)
        fill.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([QPointF(box.left(), box.bottom()), *points, QPointF(box.right(), box.bottom())]))
        painter.setPen(QPen(color, 1.5))
        painter.drawPolyline(QPolygonF(points))


class Bar(QWidget):
    """A value between 0 and 1, with a held peak and the allowed range."""

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__()
        self._look = look
        self._value: float | None = None
        self._peak: float | None = None
        self._allowed: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_value(
        self, value: float | None, *, peak: float | None = None, allowed: tuple[float, float] | None = None
    ) -> None:
        """Show other numbers, each as a share of the bar."""
        self._value, self._peak, self._allowed = value, peak, allowed
        self.setAccessibleDescription("" if value is None else f"{100 * value:.0f} %")
        self.update()

    def sizeHint(self) -> QSize:
        """A thin line."""
        return QSize(self._look.px(40), self._look.px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Groove, value, allowed range below, peak as a line."""
        look = self._look
        painter = QPainter(self)
        whole = self.rect()
        painter.fillRect(whole, look.color("bg_raised"))
        painter.setPen(QPen(look.color("line_strong"), 1))
        painter.drawRect(whole.adjusted(0, 0, -1, -1))
        if self._value is not None:
            width = round(min(max(self._value, 0.0), 1.0) * (whole.width() - 2))
            painter.fillRect(QRect(1, 1, width, whole.height() - 2), look.color("text_2"))
        if self._allowed is not None:
            low, high = (round(min(max(end, 0.0), 1.0) * (whole.width() - 2)) for end in self._allowed)
            height = max(2, whole.height() // 4)
            painter.fillRect(QRect(1 + low, whole.height() - 1 - height, high - low, height), look.color("ok_edge"))
        if self._peak is not None:
            x = 1 + round(min(self._peak, 1.0) * (whole.width() - 4))
            painter.fillRect(QRect(x, 0, 3, whole.height()), look.color("focus"))
        painter.end()


def _part(limits: PictureLimits | None, name: str, top: float) -> tuple[float, float] | None:
    if limits is None:
        return None
    allowed: Range = getattr(limits, name)
    return allowed.low / top, allowed.high / top


def _outside(limits: PictureLimits | None, measure: PictureMeasure) -> frozenset[str]:
    """Names of the numbers that are not inside their range."""
    if limits is None:
        return frozenset()
    names = ("sharpness", "evenness", "brightness", "dark_share", "bright_share", "center_x", "center_y")
    return frozenset(
        name for name in names if not getattr(limits, name).low <= getattr(measure, name) <= getattr(limits, name).high
    )


def _share_text(share: float) -> str:
    return f"{100 * share:.1f} %"
