"""Scores of good samples above a line and of bad ones below it, on a log axis, with a limit that can be dragged.

The tray is told by place and color, the wrong side of the limit by hatching. Drawing two thousand scores takes about a
millisecond, so that everything follows the hand.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLocale, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.focus import FocusRing, paint_focus

_BINS = 48
_ROOM = 1.6  # factor beyond the outermost score, for the hand
_ROOM_EMPTY = 10.0
_LEAST_SCORE = 1e-4
_FINE, _COARSE = 1.01, 1.10
_GRIP_MM = 7.0

Scores = NDArray[np.float64]


class ScoreHistogram(FocusRing, QWidget):
    """`moved` carries the limit while it is dragged, `settled` once it is let go; `reset_asked` wants the proposal."""

    moved = Signal(float)
    settled = Signal(float)
    reset_asked = Signal()

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__()
        self._look = look
        self._good: Scores = np.empty(0)
        self._bad: Scores = np.empty(0)
        self._limit = 1.0
        self._proposed: float | None = None
        self._range = (0.1, 10.0)
        self._dragging = False
        self._locale = QLocale.c()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        look.changed.connect(self.update)
        self._describe()

    # --- content ------------------------------------------------------------------------------------------------------

    @property
    def limit(self) -> float:
        """Where the line stands."""
        return self._limit

    @property
    def dragging(self) -> bool:
        """Whether a hand is on the line."""
        return self._dragging

    def set_scores(self, good: Sequence[float], bad: Sequence[float]) -> None:
        """Show other scores; the axis fits itself to them and to the limit."""
        self._good, self._bad = (np.maximum(np.asarray(one, np.float64), _LEAST_SCORE) for one in (good, bad))
        self._fit()
        self._describe()

    def set_limit(self, limit: float, proposed: float | None) -> None:
        """Put the line somewhere; while a hand is on it, it stays under the hand."""
        self._proposed = proposed
        if not self._dragging:
            self._limit = limit
            self._fit()
        self._describe()
        self.update()

    def set_locale(self, locale: QLocale) -> None:
        """How numbers are written."""
        self._locale = locale
        self.update()

    def _fit(self) -> None:
        known = [self._limit, *([self._proposed] if self._proposed else [])]
        for scores in (self._good, self._bad):
            if scores.size:
                known += [float(scores.min()), float(scores.max())]
        room = _ROOM if self._good.size or self._bad.size else _ROOM_EMPTY
        low, high = min(known) / room, max(known) * room
        self._range = (low, max(high, low * 4))
        self.update()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Wide and not very high."""
        return QSize(self._look.px(140), self._look.px(62))

    def minimumSizeHint(self) -> QSize:
        """Less cannot be read."""
        return QSize(self._look.px(70), self._look.px(38))

    def x_of(self, score: float) -> float:
        """Column of a score."""
        box, (low, high) = self._plot(), self._range
        return box.left() + box.width() * math.log(max(score, _LEAST_SCORE) / low) / math.log(high / low)

    def score_at(self, x: float) -> float:
        """Score of a column, within the axis, with four figures, as a person would write it."""
        box, (low, high) = self._plot(), self._range
        share = min(max((x - box.left()) / max(1.0, box.width()), 0.0), 1.0)
        return float(f"{low * (high / low) ** share:.4g}")

    def _plot(self) -> QRectF:
        look = self._look
        text = QFontMetrics(look.font(TypeSize.SMALL)).height()
        side = look.px(4)
        return QRectF(
            side, look.px(_GRIP_MM), max(1, self.width() - 2 * side), self.height() - look.px(_GRIP_MM) - text * 1.5
        )

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, proposal, limit."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("bg_raised"))
        painter.setPen(QPen(look.color("line_strong"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        box = self._plot()
        middle = box.top() + box.height() / 2
        self._paint_axis(painter, box)
        if self._good.size or self._bad.size:
            # Both halves count with the same measure, unless one would vanish.
            self._paint_bars(painter, self._good, box.top(), middle, up=True)
            self._paint_bars(painter, self._bad, middle, box.bottom(), up=False)
        painter.setPen(QPen(look.color("text_2"), 1))
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
        self._paint_names(painter, box)
        if self._proposed is not None:
            x = self.x_of(self._proposed)
            painter.setPen(QPen(look.color("text_2"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        self._paint_limit(painter, box)
        if not self._good.size and not self._bad.size:
            self._paint_empty(painter, box)
        if self.shows_ring:
            paint_focus(painter, look, self.rect())
        painter.end()

    def _paint_axis(self, painter: QPainter, box: QRectF) -> None:
        look = self._look
        font = look.font(TypeSize.SMALL)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        last = -math.inf
        for value in round_values(*self._range):
            x = self.x_of(value)
            painter.setPen(QPen(look.color("line_soft"), 1))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom() + look.px(1)))
            text = self._locale.toString(value, "g", 3)
            width = metrics.horizontalAdvance(text)
            if x - width / 2 > last + look.px(2) and x + width / 2 < self.width():
                painter.setPen(look.color("text_2"))
                painter.drawText(QPointF(x - width / 2, box.bottom() + look.px(1) + metrics.ascent()), text)
                last = x + width / 2

    def _paint_bars(self, painter: QPainter, scores: Scores, top: float, bottom: float, *, up: bool) -> None:
        if not scores.size:
            return
        look = self._look
        low, high = self._range
        edges = np.geomspace(low, high, _BINS + 1)
        good = up
        fill = look.color("ok_edge" if good else "ng_fill")
        passed, failed = scores[scores <= self._limit], scores[~(scores <= self._limit)]
        counts = [np.histogram(np.clip(part, low, high), edges)[0] for part in (passed, failed)]
        most = max(int((counts[0] + counts[1]).max()), 1)
        room = bottom - top - look.px(1.5)
        at = self.x_of(self._limit)
        for rejects, numbers in enumerate(counts):
            wrong = bool(rejects) is good
            brush = QBrush(fill, Qt.BrushStyle.BDiagPattern) if wrong else QBrush(fill)
            for index in np.flatnonzero(numbers):
                left, right = self.x_of(float(edges[index])) + 1, self.x_of(float(edges[index + 1]))
                left, right = (max(left, at), max(right, at + 2)) if rejects else (left, min(max(right, left + 2), at))
                if right - left < 2:
                    left = right - 2
                height = max(look.px(0.7), room * int(numbers[index]) / most)
                bar = QRectF(left, bottom - height if up else top, right - left, height)
                painter.setPen(QPen(look.color("text_1"), 1.2) if wrong else Qt.PenStyle.NoPen)
                painter.fillRect(bar, look.color("bg_raised"))
                painter.setBrush(brush)
                painter.drawRect(bar)

    def _paint_names(self, painter: QPainter, box: QRectF) -> None:
        look = self._look
        painter.setFont(look.font(TypeSize.SMALL, bold=True))
        metrics = QFontMetrics(painter.font())
        height = metrics.height()
        for text, y in (
            (self.tr("Good samples: {count}").format(count=self._good.size), box.top()),
            (self.tr("Bad samples: {count}").format(count=self._bad.size), box.bottom() - height),
        ):
            plate = QRectF(box.left(), y, metrics.horizontalAdvance(text) + look.px(2), height)
            back = look.color("bg_raised")
            back.setAlpha(210)
            painter.fillRect(plate, back)
            painter.setPen(look.color("text_1"))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_empty(self, painter: QPainter, box: QRectF) -> None:
        """What to do for scores."""
        look = self._look
        painter.setFont(look.font(TypeSize.BODY))
        words = self.tr("Scores appear here once the samples are scored")
        metrics = QFontMetrics(painter.font())
        plate = QRectF(0, 0, metrics.horizontalAdvance(words) + look.px(4), 2 * metrics.height())
        plate.moveCenter(box.center())
        painter.fillRect(plate, look.color("bg_raised"))
        painter.setPen(look.color("text_2"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_limit(self, painter: QPainter, box: QRectF) -> None:
        """A line, and a plate with the number to take hold of."""
        look = self._look
        x = self.x_of(self._limit)
        ink, paper = look.color("text_1"), look.color("bg_raised")
        painter.setPen(QPen(paper, 5))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        painter.setPen(QPen(ink, 2.5))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        font = look.font(TypeSize.SMALL, bold=True)
        painter.setFont(font)
        text = self.tr("Limit {value}").format(value=self._locale.toString(self._limit, "g", 4))
        width = QFontMetrics(font).horizontalAdvance(text) + look.px(4)
        left = min(max(x - width / 2, 1.0), self.width() - width - 1)
        plate = QRect(round(left), 1, round(width), look.px(_GRIP_MM) - look.px(1.4))
        color = QColor(look.color("focus") if self._dragging else ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRect(plate)
        tip = look.px(1.4)
        base = float(plate.bottom() + 1)
        painter.drawPolygon(QPolygonF([QPointF(x - tip, base), QPointF(x + tip, base), QPointF(x, base + tip)]))
        painter.setPen(look.color("on_focus") if self._dragging else paper)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    # --- hand and keys ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line: it comes to where it was touched."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            self._move(self.score_at(event.position().x()))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line follows."""
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        if self._dragging:
            self._move(self.score_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the line go."""
        if self._dragging:
            self._dragging = False
            self.update()
            self.settled.emit(self._limit)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move by a hundredth, with Shift by a tenth; Home takes the proposal."""
        key = event.key()
        step = _COARSE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _FINE
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self._move(float(f"{self._limit * step:.4g}"))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self._move(float(f"{self._limit / step:.4g}"))
        elif key == Qt.Key.Key_Home:
            self.reset_asked.emit()
            return
        else:
            super().keyPressEvent(event)
            return
        self.settled.emit(self._limit)

    def _move(self, limit: float) -> None:
        if limit != self._limit and limit > 0:
            self._limit = limit
            self._describe()
            self.update()
            self.moved.emit(limit)

    def changeEvent(self, event: QEvent) -> None:
        """Say names again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()
            self.update()

    def _describe(self) -> None:
        self.setAccessibleName(self.tr("Scores and limit"))
        self.setAccessibleDescription(
            self.tr("Limit {value}").format(value=f"{self._limit:g}")
            + ". "
            + self.tr("Left and right arrow move the limit, Home takes the proposed one")
        )


def round_values(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two numbers; more of them on short axes."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    digits: tuple[float, ...] = (1, 2, 5) if high / low > 6 else (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)
    return [digit * 10.0**power for power in powers for digit in digits if low <= digit * 10.0**power <= high]
