"""Where everything of the Camera step stands; what it does is the step's matter."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from inspector.ui.recipes.camera_form import CameraForm
from inspector.ui.recipes.live_view import LiveView
from inspector.ui.recipes.meter_panel import MeterPanel
from inspector.ui.recipes.scale_limits import ScaleLimits
from inspector.ui.tools import PageTools
from inspector.ui.widgets.buttons import Button
from inspector.ui.widgets.elided_label import ElidedLabel
from inspector.ui.widgets.fields import Choice, Tick

_COLUMN_MM = 122.0
_WIDE_PX = 1600
_WIDE_COLUMN_MM = 150.0

_ON_PICTURE = frozenset({"auto_exposure", "free_run", "software_trigger"})
_ON_SCALE = frozenset({"limits_missing", "scale_missing"})

translate = QCoreApplication.translate  # lupdate knows calls of this name


class CameraLayout:
    """Makes the widgets and lays them out in the step."""

    def __init__(self, tools: PageTools, step: QWidget, tree: QWidget) -> None:
        """Fill the step.

        Args:
            tools: look and language.
            step: gets the layout.
            tree: of all features.
        """
        look = self._look = tools.look
        self._tools = tools
        self._missing: frozenset[str] = frozenset()
        self.view = LiveView(look)
        self.meter = MeterPanel(look)
        self.form = CameraForm(look)
        self.scale = ScaleLimits(look)
        self.camera = Choice(look)
        self.again = Button(look, "search", height_mm=10.0)
        self.free_view = Tick(look)
        self.free_view.setChecked(True)
        self.grid = Button(look, "table", height_mm=10.0, checkable=True)
        self.fit = Button(look, "fit", height_mm=10.0)
        self.trigger_now = Button(look, "start", height_mm=10.0)
        self.white = Button(look, "balance", height_mm=10.0)
        self.product_picture = Button(look, "part", height_mm=10.0)
        self.pointed = ElidedLabel(look, token="text_2")
        self.rate = ElidedLabel(look, token="text_2", alignment=Qt.AlignmentFlag.AlignRight)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self.pages = QStackedWidget()
        for page in (_scrolled(self.form), _scrolled(self.scale), tree):
            self.pages.addWidget(page)
        self.choices = tuple(Button(look, height_mm=10.0, checkable=True) for _ in range(self.pages.count()))
        self.choices[0].setChecked(True)
        self._group = QButtonGroup(step)
        for number, button in enumerate(self.choices):
            button.setAutoExclusive(True)
            self._group.addButton(button, number)
        self._group.idClicked.connect(self.pages.setCurrentIndex)
        self.grid.toggled.connect(self._on_grid)
        self.fit.clicked.connect(self.view.fit)
        self.view.pointed.connect(self._say_pixel)
        self._lay_out(step)

    def show_cameras(self, entries: Sequence[tuple[str, str]], chosen: str, *, scanning: bool) -> None:
        """Fill the choice of cameras: words and ids."""
        camera = self.camera
        camera.clear()
        if not chosen:
            camera.addItem(translate("CameraStep", "Choose a camera"), "")
        for word, camera_id in entries:
            camera.addItem(word, camera_id)
        camera.setCurrentIndex(max(0, camera.findData(chosen)))
        searching = translate("CameraStep", "Searching…")
        self.again.setText(searching if scanning else translate("CameraStep", "Search"))
        self.again.setEnabled(not scanning)

    def show_actions(self, *, live: bool, software: bool, triggered: bool, white: bool, picture: bool) -> None:
        """Which buttons mean something now."""
        self.trigger_now.setEnabled(live and software)
        self.trigger_now.setVisible(triggered)
        self.free_view.setVisible(triggered)
        self.white.setVisible(white)
        self.white.setEnabled(live)
        self.product_picture.setEnabled(picture)

    def show_missing(self, codes: frozenset[str]) -> None:
        """Mark the pages behind which something is missing."""
        self._missing = codes
        self._say_pages()

    def _say_pages(self) -> None:
        words = (
            translate("CameraStep", "Picture"),
            translate("CameraStep", "Scale, limits"),
            translate("CameraStep", "All features"),
        )
        marked = (bool(self._missing & _ON_PICTURE), bool(self._missing & _ON_SCALE), False)
        for button, word, missing in zip(self.choices, words, marked, strict=True):
            button.setText(word)
            button.set_marked(marked=missing)
            tip = translate("CameraStep", "Something is missing here") if missing else ""
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)

    def show_problem(self, sentence: str) -> None:
        """What the camera or the service says against it."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def show_rate(self, per_s: float | None, missed: int) -> None:
        """How many pictures come."""
        locale = self._tools.translation.locale
        parts = []
        if per_s:
            rate = locale.toString(per_s, "f", 1)
            parts.append(translate("CameraStep", "{rate} pictures/s").format(rate=rate))
        if missed:
            parts.append(translate("CameraStep", "{count} missed").format(count=missed))
        self.rate.set_text("  ·  ".join(parts))

    def retranslate(self) -> None:
        """Say all texts again."""
        self._say_pages()
        self.camera.setAccessibleName(translate("CameraStep", "Camera"))
        self.free_view.setText(translate("CameraStep", "Live without trigger (only here)"))
        self.grid.setText(translate("CameraStep", "Grid"))
        self.fit.setText(translate("CameraStep", "Fit"))
        self.trigger_now.setText(translate("CameraStep", "Trigger now"))
        self.white.setText(translate("CameraStep", "White balance once"))
        self.product_picture.setText(
            translate("CameraStep", "Product picture", "button: this live picture becomes the picture of the product")
        )
        self.view.setAccessibleName(translate("CameraStep", "Live picture"))
        self.form.retranslate()
        self.scale.retranslate()
        self.meter.retranslate()

    def _lay_out(self, step: QWidget) -> None:
        look = self._look
        bar = QHBoxLayout()
        bar.setSpacing(look.px(2))
        for widget in (self.grid, self.fit, self.product_picture, self.white):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.pointed)
        bar.addWidget(self.rate)
        left = QVBoxLayout()
        left.setSpacing(look.px(1.5))
        left.addWidget(self.view, 1)
        left.addLayout(bar)
        left.addWidget(self.meter)
        choose = QHBoxLayout()
        choose.setSpacing(look.px(2))
        choose.addWidget(self.camera, 1)
        choose.addWidget(self.again)
        live = QHBoxLayout()
        live.setSpacing(look.px(2))
        live.addWidget(self.free_view, 1)
        live.addWidget(self.trigger_now)
        tabs = QHBoxLayout()
        tabs.setSpacing(look.px(0.8))
        for button, share in zip(self.choices, (3, 5, 4), strict=True):
            tabs.addWidget(button, share)
        column = QWidget()
        wide = look.metrics.px_per_mm and step.screen().size().width() >= _WIDE_PX
        column.setFixedWidth(look.px(_WIDE_COLUMN_MM if wide else _COLUMN_MM))
        right = QVBoxLayout(column)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(look.px(1.5))
        right.addLayout(choose)
        right.addLayout(live)
        right.addWidget(self.problem)
        right.addLayout(tabs)
        right.addWidget(self.pages, 1)
        layout = QHBoxLayout(step)
        layout.setContentsMargins(0, look.px(1), 0, 0)
        layout.setSpacing(look.px(4))
        layout.addLayout(left, 1)
        layout.addWidget(column)

    def _on_grid(self, on: bool) -> None:
        self.view.set_grid(on=on)

    def _say_pixel(self, where: tuple[int, int] | None) -> None:
        """The value under the pointer."""
        picture = self.view.content.picture
        if where is None or picture is None:
            self.pointed.set_text("")
            return
        x, y = where
        value = " ".join(str(int(one)) for one in np.atleast_1d(picture[y, x]))
        self.pointed.set_text(f"x {x}  y {y}:  {value}")


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
