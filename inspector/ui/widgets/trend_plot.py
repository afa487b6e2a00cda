"""The last scores against the limit: one look tells whether the line drifts.

The scale is fixed, 0 to 2.5 × limit, and never follows the data; what is higher stands at the top edge.
"""

from collections.abc import Sequence

import pyqtgraph
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from inspector.core.decision import Verdict
from inspector.ui.look import Look
from inspector.ui.parts import Part
from inspector.ui.theme import TypeSize

SHOWN = 60
TOP = 2.5
_SYMBOLS = {Verdict.PASS: "o", Verdict.FAIL: "s", Verdict.NOT_INSPECTED: "t1"}


class TrendPlot(QWidget):
    """Dots for the last 60 parts and a line at 1.00."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._look = look
        self._parts: tuple[Part, ...] = ()
        # Not a PlotItem, which makes menus of its own that nobody owns.
        self._plot = pyqtgraph.GraphicsLayoutWidget(parent=self)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot.ci.layout.setContentsMargins(0, 0, 0, 0)
        self._plot.ci.layout.setSpacing(0)
        self._axis = pyqtgraph.AxisItem("left")
        self._axis.setTicks([[(0, "0"), (1, "1.0"), (2, "2.0")]])
        self._view = pyqtgraph.ViewBox(enableMouse=False, enableMenu=False)
        self._view.setRange(xRange=(0, SHOWN + 1), yRange=(-0.3, TOP + 0.3), padding=0, disableAutoRange=True)
        self._axis.linkToView(self._view)
        self._limit = pyqtgraph.InfiniteLine(pos=1.0, angle=0)
        self._dots = pyqtgraph.ScatterPlotItem(pxMode=True)
        self._view.addItem(self._limit)
        self._view.addItem(self._dots)
        self._plot.addItem(self._axis, 0, 0)
        self._plot.addItem(self._view, 0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._dress()
        self._retranslate()
        look.changed.connect(self._dress)

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show the last parts, oldest first."""
        self._parts = tuple(parts[-SHOWN:])
        self._draw()

    def points(self) -> list[tuple[float, float]]:
        """(x, y) of every dot as drawn, oldest first; the newest stands at the right."""
        first = SHOWN - len(self._parts) + 1
        return [(float(first + index), _height(part)) for index, part in enumerate(self._parts)]

    def sizeHint(self) -> QSize:
        """Grows with the column."""
        return QSize(self._look.px(60), self._look.px(28))

    def minimumSizeHint(self) -> QSize:
        """Less than this cannot be read."""
        return QSize(self._look.px(30), self._look.px(15))

    def _draw(self) -> None:
        colors = self._colors()
        size = self._look.px(1.7)
        spots = self.points()
        self._dots.setData(
            x=[x for x, _ in spots],
            y=[y for _, y in spots],
            symbol=[_SYMBOLS[part.verdict] for part in self._parts],
            size=[size if part.passed else round(size * 1.5) for part in self._parts],
            brush=[colors[part.verdict] for part in self._parts],
            pen=None,
        )

    def _colors(self) -> dict[Verdict, QColor]:
        look = self._look
        return {
            Verdict.PASS: look.color("ok_edge"),
            Verdict.FAIL: look.color("ng_fill"),
            Verdict.NOT_INSPECTED: look.color("none_fill"),
        }

    def _dress(self) -> None:
        look = self._look
        self._plot.setBackground(look.color("bg_panel"))
        self._axis.setPen(look.color("line_strong"))
        self._axis.setTextPen(look.color("text_2"))
        self._axis.setStyle(tickFont=look.font(TypeSize.SMALL), tickLength=-4)
        self._axis.setWidth(look.px(9))
        self._limit.setPen(pyqtgraph.mkPen(look.color("text_1"), width=1.5))
        self._draw()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Scores of the last 60 parts against the limit"))

    def changeEvent(self, event: QEvent) -> None:
        """Say the name again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()


def _height(part: Part) -> float:
    """Where a part stands: its multiple of the limit, at the edges when it has none or more than fits."""
    ratio = part.decision.ratio
    return 0.0 if ratio is None else min(ratio, TOP)
