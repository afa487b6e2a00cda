"""What a person changes in the Camera step, up to the recipe and the camera.

Light is written while pictures come. Everything else needs them to stop for a moment, so it is collected for a quarter
of a second and written together.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from inspector.core.draft import RecipeDraft
from inspector.core.errors import InspectorError
from inspector.core.geometry import Rect
from inspector.core.recipe import CameraSettings
from inspector.services.capture import CaptureService, CaptureState, CaptureStatus
from inspector.services.live_shot import LiveShot
from inspector.ui.recipes.camera_form import EXPOSURE, GAIN
from inspector.ui.recipes.camera_layout import CameraLayout
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.recipes.feature_tree import FeatureTree
from inspector.ui.recipes.live_view import LiveMode
from inspector.ui.recipes.recipe_camera import (
    adopted,
    autos_on,
    taken_lines,
    white_balance,
    with_extra,
    without_extra,
)
from inspector.ui.recipes.settings_sheet import PlannedLine, SettingsTransfer
from inspector.ui.tools import PageTools

logger = logging.getLogger(__name__)

_APPLY_MS: Final = 250
_READ_AGAIN_MS: Final = 700
_WHITE_MS: Final = 1500


class EditedStep(Protocol):
    """What is changed: the Camera step with its draft, its widgets and its camera."""

    draft: RecipeDraft
    features: FeatureDesk
    tree: FeatureTree
    ui: CameraLayout
    capture: CaptureService | None
    status: CaptureStatus
    shot: LiveShot | None
    opened: str

    def edit(self, draft: RecipeDraft) -> None:
        """Hand a changed draft over."""

    def live_settings(self) -> CameraSettings:
        """What the camera is to hold now."""

    def show_settings(self) -> None:
        """Fill every field anew."""

    def say(self, text: str) -> None:
        """Show a quiet line."""


class CameraEdits(QObject):
    """Works for one step, whose draft it changes."""

    def __init__(self, step: EditedStep, parent: QWidget, tools: PageTools, desk: SetupDesk) -> None:
        """Listen to the widgets of the step.

        Args:
            step: is changed.
            parent: the same step as a widget; owner, and sheets lie over it.
            tools: look and background work.
            desk: pictures, settings files.
        """
        super().__init__(parent)
        self._step, self._tools, self._desk = step, tools, desk
        self.transfer = SettingsTransfer(tools, desk.settings_files, step.features, parent)
        self._own_picture = ""
        self._keeping = False
        self._apply_timer = self._timer(_APPLY_MS)
        self._apply_timer.timeout.connect(self._apply)
        self._read_timer = self._timer(_READ_AGAIN_MS)
        self._read_timer.timeout.connect(step.features.read)
        self._white_timer = self._timer(_WHITE_MS)
        self._white_timer.timeout.connect(self._read_white)
        self._connect()

    @property
    def waiting(self) -> bool:
        """Whether settings are still to be written, so that what the camera holds is not yet the answer."""
        return self._apply_timer.isActive()

    def stop(self) -> None:
        """The step is left: nothing is written any more. What was changed is in the draft."""
        for timer in (self._apply_timer, self._read_timer, self._white_timer):
            timer.stop()

    def _on_form(self, fields: Mapping[str, object]) -> None:
        """Light is written while pictures come; everything else needs them to stop for a moment."""
        name = next(iter(fields))
        live = {"exposure_us": EXPOSURE, "gain_db": GAIN}.get(name)
        feature = self._step.features.named(*live) if live is not None else None
        if feature is not None and self._step.status.state is CaptureState.LIVE and feature.writable:
            self._step.features.write(feature.name, repr(fields[name]))
            return
        self.settle(replace(self._step.draft.recipe.camera, **fields))  # type: ignore[arg-type]  # checked by the fields
        self._apply_soon()

    def settle(self, camera: CameraSettings) -> None:
        """Keep settings in the draft."""
        self._step.edit(self._step.draft.with_recipe(camera=camera))
        self._step.show_settings()

    def _apply_soon(self) -> None:
        self._apply_timer.start()

    def _apply(self) -> None:
        if self._step.capture is not None and self._step.opened:
            self._step.capture.apply(self._step.live_settings())
            self._read_timer.start()

    def _on_written(self, name: str, _asked: str, kept: str) -> None:
        """The camera's own value counts, not what was asked."""
        camera = adopted(self._step.draft.recipe.camera, name, kept, self._step.features)
        if camera is not None:
            self.settle(camera)
            if self._step.capture is not None:
                self._step.capture.remember(self._step.live_settings())
        elif name in dict(self._step.draft.recipe.camera.extra):
            self.keep_extra(name, kept)

    def _on_refused(self, name: str, _asked: str, sentence: str) -> None:
        for field, names in (("exposure", EXPOSURE), ("gain", GAIN)):
            if name in names:
                self._step.show_settings()
                self._step.ui.form.refuse(field, sentence)

    def keep_extra(self, name: str, value: str) -> None:
        """Write a feature at every opening."""
        self.settle(with_extra(self._step.draft.recipe.camera, name, value, self._step.features))
        if self._step.capture is not None:
            self._step.capture.remember(self._step.live_settings())

    def _on_force(self, name: str, value: str) -> None:
        """What a camera takes only without pictures is written with everything else, and stays in the recipe."""
        camera = adopted(self._step.draft.recipe.camera, name, value, self._step.features)
        if camera is not None:
            self.settle(camera)
        else:
            self.keep_extra(name, value)
        self._apply_soon()

    def _on_taken(self, lines: tuple[PlannedLine, ...]) -> None:
        """A settings file becomes part of the recipe; the camera gets it while pictures are stopped."""
        camera = taken_lines(
            self._step.draft.recipe.camera, [(one.selected, one.name, one.new) for one in lines], self._step.features
        )
        self.settle(camera)
        self._apply_soon()

    def _on_save_file(self) -> None:
        if self._step.status.camera is not None:
            self.transfer.ask_save(self._step.status.camera)

    def drop_extra(self, name: str) -> None:
        """Leave a feature as the camera has it."""
        self.settle(without_extra(self._step.draft.recipe.camera, name, self._step.features))

    def _on_autos_off(self) -> None:
        for name in autos_on(self._step.features):
            self._step.features.write(name, "Off")

    def _on_white(self) -> None:
        self._step.features.write("BalanceWhiteAuto", "Once")
        self._white_timer.start()

    def _read_white(self) -> None:
        access = None if self._step.capture is None else self._step.capture.features
        if access is not None:
            work = partial(white_balance, access)
            self._tools.background.run(work, self, self._on_white_read, self._on_failed, topic="white", takes_long=True)

    def _on_white_read(self, ratios: tuple[float, float, float]) -> None:
        self.settle(replace(self._step.draft.recipe.camera, white_balance=ratios))
        self._step.features.read()
        self._step.say(self.tr("The white balance is in the recipe"))

    def on_box(self, box: Rect) -> None:
        """A box in the picture, which is itself a part of the sensor."""
        self._step.ui.form.draw_box.setChecked(False)
        present = self._step.draft.recipe.camera.roi
        left, top = (0, 0) if present is None else (present.x, present.y)
        self._on_form({"roi": Rect(left + box.x, top + box.y, box.width, box.height)})

    def _on_points(self, placing: bool) -> None:
        self._step.ui.form.draw_box.setChecked(False)
        self._step.ui.view.set_mode(LiveMode.SCALE if placing else LiveMode.LOOK)
        if placing:
            self._step.ui.view.setFocus()

    def _on_box_asked(self, drawing: bool) -> None:
        self._step.ui.scale.end_points()
        self._step.ui.view.set_mode(LiveMode.BOX if drawing else LiveMode.LOOK)

    def _on_scale(self, mm_per_px: float) -> None:
        self._step.edit(self._step.draft.with_recipe(mm_per_px=mm_per_px))
        self._step.ui.scale.end_points()
        self._step.show_settings()

    def _on_learn(self) -> None:
        if self._step.capture is not None:
            self._step.capture.learn_limits()

    def _on_forget(self) -> None:
        self._step.edit(self._step.draft.with_recipe(picture_limits=None))
        self._step.show_settings()

    def keep_picture(self) -> None:
        """Give a product without a picture the live one, and renew that one; a picture that a person chose stays."""
        shot, present = self._step.shot, self._step.draft.recipe.picture
        if shot is not None and present in ("", self._own_picture) and not self._keeping:
            self._keeping = True
            work = partial(_stored, self._desk, shot.image)
            self._tools.background.run(work, self, self._on_kept, self._on_not_kept, topic="keep")

    def _on_kept(self, path: str) -> None:
        self._keeping = False
        if self._step.draft.recipe.picture in ("", self._own_picture):
            self._own_picture = path
            self._step.edit(self._step.draft.with_recipe(picture=path))

    def _on_not_kept(self, error: InspectorError) -> None:
        """Nobody asked for it; the button says what is wrong. It is not tried again in this step."""
        logger.warning("The live picture is not kept: %s", error)

    def _on_product_picture(self) -> None:
        shot = self._step.shot
        if shot is not None:
            work = partial(_stored, self._desk, shot.image)
            self._tools.background.run(work, self, self._on_pictured, self._on_failed)

    def _on_pictured(self, path: str) -> None:
        self._step.edit(self._step.draft.with_recipe(picture=path))
        self._step.say(self.tr("This is the picture of the product now"))

    def _on_failed(self, error: InspectorError) -> None:
        self._step.say(str(error))

    def _on_trigger_now(self) -> None:
        if self._step.capture is not None:
            self._step.capture.trigger()

    def _on_reset_peak(self) -> None:
        if self._step.capture is not None:
            self._step.capture.reset_peak()

    def _on_cancel_learning(self) -> None:
        if self._step.capture is not None:
            self._step.capture.cancel_learning()

    def _on_points_moved(self) -> None:
        self._step.ui.scale.show_distance(self._step.ui.view.distance_px)

    # --- building -----------------------------------------------------------------------------------------------------

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    def _connect(self) -> None:
        step = self._step
        ui = step.ui
        ui.free_view.clicked.connect(self._apply_soon)
        ui.trigger_now.clicked.connect(self._on_trigger_now)
        ui.white.clicked.connect(self._on_white)
        ui.product_picture.clicked.connect(self._on_product_picture)
        ui.meter.reset_peak.clicked.connect(self._on_reset_peak)
        ui.form.changed.connect(self._on_form)
        ui.form.box_asked.connect(self._on_box_asked)
        ui.form.autos_off_asked.connect(self._on_autos_off)
        ui.form.save_file.clicked.connect(self._on_save_file)
        ui.form.load_file.clicked.connect(self.transfer.ask_load)
        ui.view.box_drawn.connect(self.on_box)
        ui.view.scale_changed.connect(self._on_points_moved)
        ui.scale.points_asked.connect(self._on_points)
        ui.scale.scale_given.connect(self._on_scale)
        ui.scale.learn_asked.connect(self._on_learn)
        ui.scale.cancel_asked.connect(self._on_cancel_learning)
        ui.scale.forget_asked.connect(self._on_forget)
        self.transfer.taken.connect(self._on_taken)
        self.transfer.said.connect(step.say)
        step.tree.kept.connect(self.keep_extra)
        step.tree.force_asked.connect(self._on_force)
        step.tree.dropped.connect(self.drop_extra)
        step.features.written.connect(self._on_written)
        step.features.refused.connect(self._on_refused)


def _stored(desk: SetupDesk, picture: NDArray[np.uint8]) -> str:
    return desk.pictures.save(picture).path
