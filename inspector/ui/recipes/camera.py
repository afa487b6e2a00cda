"""Step 2: make a good picture with the camera, know how large a pixel is, and learn what a good picture measures.

The camera is opened when the step is seen and given back when it is left. All of it runs in the thread of the capture
service; this step only asks and shows.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.core.errors import InspectorError
from inspector.core.geometry import Rect
from inspector.core.ports import CameraInfo
from inspector.core.recipe import CameraSettings, TriggerMode
from inspector.services.capture import CaptureState, CaptureStatus, LearnProgress, LiveShot
from inspector.ui.recipes.camera_form import EXPOSURE, GAIN
from inspector.ui.recipes.camera_layout import CameraLayout
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.recipes.feature_tree import FeatureTree
from inspector.ui.recipes.live_bridge import LiveBridge
from inspector.ui.recipes.live_view import LiveMode
from inspector.ui.recipes.recipe_camera import (
    adopted,
    autos_on,
    camera_label,
    kept_settings,
    taken_lines,
    white_balance,
)
from inspector.ui.recipes.settings_sheet import PlannedLine, SettingsTransfer
from inspector.ui.recipes.step import StepPage
from inspector.ui.tools import PageTools
from inspector.ui.widgets.well_content import WellContent

_APPLY_MS: Final = 250
_READ_AGAIN_MS: Final = 700
_SILENT_S: Final = 2.0
_WHITE_MS: Final = 1500


class CameraStep(StepPage):
    """Live picture on the left, fields on the right."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Open nothing yet; `enter` does."""
        super().__init__(Step.CAMERA, tools, draft)
        self._desk, self._capture = desk, desk.capture
        self.features = FeatureDesk(tools.background, desk.user)
        self.tree = FeatureTree(tools, self.features)
        self.ui = CameraLayout(tools, self, self.tree)
        self.transfer = SettingsTransfer(tools, desk.settings_files, self.features, self)
        self._bridge = LiveBridge(desk.capture) if desk.capture is not None else None
        self._cameras: tuple[CameraInfo, ...] = ()
        self._scanning = False
        self._status = CaptureStatus()
        self._shot: LiveShot | None = None
        self._shot_at = 0.0
        self._rate: tuple[float, int, float] = (0.0, 0, 0.0)  # when and where counting began, pictures a second
        self._opened = ""
        self._apply_timer = self._timer(_APPLY_MS, self._apply)
        self._read_timer = self._timer(_READ_AGAIN_MS, self.features.read)
        self._white_timer = self._timer(_WHITE_MS, self._read_white)
        self._silence = QTimer(self)
        self._silence.setInterval(1000)
        self._silence.timeout.connect(self._show_state)
        self._connect()
        self.retranslate()

    def show_draft(self, draft: RecipeDraft) -> None:
        """Fill everything."""
        super().show_draft(draft)
        self._fill_cameras()
        self._show_settings()

    def take(self, draft: RecipeDraft) -> None:
        """Another step changed something that is drawn here."""
        super().take(draft)
        self.ui.meter.set_limits(draft.recipe.picture_limits)

    def enter(self) -> None:
        """Look for cameras and open the chosen one."""
        if self._capture is None or self._bridge is None:
            return
        self._bridge.open()
        self._silence.start()
        self._scan()
        if not self.draft.recipe.camera_id and self._desk.station_camera:
            self._choose(self._desk.station_camera)
        else:
            self._open()

    def leave(self) -> None:
        """Give the camera back."""
        self.ui.form.commit()
        self.ui.scale.commit()
        self.tree.editor.commit()
        self._silence.stop()
        self._apply_timer.stop()
        self.features.connect_camera(None, "")
        self._opened = ""
        if self._capture is not None and self._bridge is not None:
            self._bridge.close()
            self._capture.close()
        self._status = CaptureStatus()
        self.ui.scale.show_learning(None)
        self.ui.view.set_mode(LiveMode.LOOK)
        self._show_state()

    def first_field(self) -> QWidget:
        """The choice of the camera."""
        return self.ui.camera

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """The frame says what is missing; nothing is repeated here."""

    # --- cameras ------------------------------------------------------------------------------------------------------

    def _scan(self) -> None:
        if not self._scanning:
            self._scanning = True
            self._fill_cameras()
            self._tools.background.run(
                self._desk.cameras.scan, self, self._on_scanned, self._on_scan_failed, topic="scan", takes_long=True
            )

    def _on_scanned(self, cameras: tuple[CameraInfo, ...]) -> None:
        self._cameras, self._scanning = cameras, False
        self._fill_cameras()

    def _on_scan_failed(self, error: InspectorError) -> None:
        self._scanning = False
        self._fill_cameras()
        self.said.emit(str(error))

    def _fill_cameras(self) -> None:
        chosen = self.draft.recipe.camera_id
        entries = [(camera_label(camera, self._desk.station_camera), camera.id) for camera in self._cameras]
        if chosen and chosen not in [camera_id for _, camera_id in entries]:
            entries.insert(0, (chosen, chosen))
        self.ui.show_cameras(entries, chosen, scanning=self._scanning)

    def _on_camera(self) -> None:
        camera_id = self.ui.camera.currentData()
        if isinstance(camera_id, str) and camera_id and camera_id != self.draft.recipe.camera_id:
            self._choose(camera_id)

    def _choose(self, camera_id: str) -> None:
        """Another camera: what only the old one understood is left out."""
        camera = self.draft.recipe.camera
        if not self.draft.recipe.camera_id and camera.trigger is TriggerMode.FREE:
            # On a line parts start pictures; a camera that runs free could never be published.
            camera = replace(camera, trigger=TriggerMode.LINE)
        elif self.draft.recipe.camera_id:
            camera = replace(camera, extra=(), pixel_format=None, roi=None, trigger_line=None)
        self.edit(self.draft.with_recipe(camera_id=camera_id, camera=camera))
        self._fill_cameras()
        self._open()
        self._show_settings()

    def _open(self) -> None:
        camera_id = self.draft.recipe.camera_id
        if self._capture is None or not camera_id:
            self._show_state()
            return
        self._opened = camera_id
        self._shot = None
        self.ui.meter.show_shot(None)
        self._capture.open(camera_id, self._live_settings())

    def _live_settings(self) -> CameraSettings:
        """The recipe's settings; without its trigger while a person only looks."""
        camera = self.draft.recipe.camera
        if self.ui.free_view.isChecked() and camera.trigger is not TriggerMode.FREE:
            return replace(camera, trigger=TriggerMode.FREE)
        return camera

    # --- what people change -------------------------------------------------------------------------------------------

    def _on_form(self, fields: Mapping[str, object]) -> None:
        """Light is written while pictures come; everything else needs them to stop for a moment."""
        name = next(iter(fields))
        live = {"exposure_us": EXPOSURE, "gain_db": GAIN}.get(name)
        feature = self.features.named(*live) if live is not None else None
        if feature is not None and self._status.state is CaptureState.LIVE and feature.writable:
            self.features.write(feature.name, repr(fields[name]))
            return
        self._settle(replace(self.draft.recipe.camera, **fields))  # type: ignore[arg-type]  # checked by the fields
        self._apply_soon()

    def _settle(self, camera: CameraSettings) -> None:
        """Keep settings in the draft."""
        self.edit(self.draft.with_recipe(camera=camera))
        self._show_settings()

    def _apply_soon(self) -> None:
        self._apply_timer.start()

    def _apply(self) -> None:
        if self._capture is not None and self._opened:
            self._capture.apply(self._live_settings())
            self._read_timer.start()

    def _on_written(self, name: str, _asked: str, kept: str) -> None:
        """The camera's own value counts, not what was asked."""
        camera = adopted(self.draft.recipe.camera, name, kept, self.features)
        if camera is not None:
            self._settle(camera)
            if self._capture is not None:
                self._capture.remember(self._live_settings())
        elif name in dict(self.draft.recipe.camera.extra):
            self._keep_extra(name, kept)

    def _on_refused(self, name: str, _asked: str, sentence: str) -> None:
        for field, names in (("exposure", EXPOSURE), ("gain", GAIN)):
            if name in names:
                self._show_settings()
                self.ui.form.refuse(field, sentence)

    def _keep_extra(self, name: str, value: str) -> None:
        camera = self.draft.recipe.camera
        extra = tuple(entry for entry in camera.extra if entry[0] != name)
        feature = self.features.named(name)
        selectors = [] if feature is None else [self.features.named(one) for one in feature.selected_by]
        # A value means nothing without the selectors that stand before it.
        before = tuple((one.name, one.value) for one in selectors if one is not None and one.writable)
        extra = tuple(entry for entry in extra if entry not in before) + before
        self._settle(replace(camera, extra=(*extra, (name, value))))
        if self._capture is not None:
            self._capture.remember(self._live_settings())

    def _on_force(self, name: str, value: str) -> None:
        """What a camera takes only without pictures is written with everything else, and stays in the recipe."""
        camera = adopted(self.draft.recipe.camera, name, value, self.features)
        if camera is not None:
            self._settle(camera)
        else:
            self._keep_extra(name, value)
        self._apply_soon()

    def _on_taken(self, lines: tuple[PlannedLine, ...]) -> None:
        """A settings file becomes part of the recipe; the camera gets it while pictures are stopped."""
        camera = taken_lines(
            self.draft.recipe.camera, [(one.selected, one.name, one.new) for one in lines], self.features
        )
        self._settle(camera)
        self._apply_soon()

    def _on_save_file(self) -> None:
        if self._status.camera is not None:
            self.transfer.ask_save(self._status.camera)

    def _drop_extra(self, name: str) -> None:
        camera = self.draft.recipe.camera
        self._settle(replace(camera, extra=tuple(entry for entry in camera.extra if entry[0] != name)))

    def _on_autos_off(self) -> None:
        for name in autos_on(self.features):
            self.features.write(name, "Off")

    def _on_white(self) -> None:
        self.features.write("BalanceWhiteAuto", "Once")
        self._white_timer.start()

    def _read_white(self) -> None:
        access = None if self._capture is None else self._capture.features
        if access is not None:
            self._tools.background.run(
                lambda: white_balance(access),
                self,
                self._on_white_read,
                self._on_failed,
                topic="white",
                takes_long=True,
            )

    def _on_white_read(self, ratios: tuple[float, float, float]) -> None:
        self._settle(replace(self.draft.recipe.camera, white_balance=ratios))
        self.features.read()
        self.said.emit(self.tr("The white balance is in the recipe"))

    def _on_box(self, box: Rect) -> None:
        """A box in the picture, which is itself a part of the sensor."""
        self.ui.form.draw_box.setChecked(False)
        present = self.draft.recipe.camera.roi
        left, top = (0, 0) if present is None else (present.x, present.y)
        self._on_form({"roi": Rect(left + box.x, top + box.y, box.width, box.height)})

    def _on_points(self, placing: bool) -> None:
        self.ui.form.draw_box.setChecked(False)
        self.ui.view.set_mode(LiveMode.SCALE if placing else LiveMode.LOOK)
        if placing:
            self.ui.view.setFocus()

    def _on_box_asked(self, drawing: bool) -> None:
        self.ui.scale.end_points()
        self.ui.view.set_mode(LiveMode.BOX if drawing else LiveMode.LOOK)

    def _on_scale(self, mm_per_px: float) -> None:
        self.edit(self.draft.with_recipe(mm_per_px=mm_per_px))
        self.ui.scale.end_points()
        self._show_settings()

    def _on_learn(self) -> None:
        if self._capture is not None:
            self._capture.learn_limits()

    def _on_forget(self) -> None:
        self.edit(self.draft.with_recipe(picture_limits=None))
        self._show_settings()

    def _on_product_picture(self) -> None:
        shot = self._shot
        if shot is not None:
            self._tools.background.run(
                lambda: self._desk.pictures.save(shot.image).path, self, self._on_pictured, self._on_failed
            )

    def _on_pictured(self, path: str) -> None:
        self.edit(self.draft.with_recipe(picture=path))
        self.said.emit(self.tr("This is the picture of the product now"))

    def _on_failed(self, error: InspectorError) -> None:
        self.said.emit(str(error))

    # --- news of the camera -------------------------------------------------------------------------------------------

    def _on_status(self, status: CaptureStatus) -> None:
        before, self._status = self._status, status
        if self._capture is not None and status.state is CaptureState.LIVE:
            if before.state is not CaptureState.LIVE or before.camera != status.camera:
                self._rate = (0.0, 0, 0.0)
                self.features.connect_camera(self._capture.features, self._opened)
            else:
                self.features.read()
            if status.applied is not None and not self._apply_timer.isActive() and status.problem is None:
                kept = kept_settings(self.draft.recipe.camera, status.applied.settings)
                if kept != self.draft.recipe.camera:
                    self._settle(kept)
        elif before.state is CaptureState.LIVE:
            self.features.pause()
        self._show_actions()
        self._show_state()

    def _on_shot(self, shot: LiveShot) -> None:
        first = self._shot is None
        self._shot, self._shot_at = shot, time.monotonic()
        if first:
            self._show_actions()
        if shot.size != self.draft.recipe.image_size:
            self.edit(self.draft.with_recipe(image_size=shot.size))
            self.ui.view.clear_points()
            self.ui.scale.show_scale(self.draft.recipe.mm_per_px, shot.size)
        began, counted, _ = self._rate
        if began == 0.0 or shot.received < counted:
            self._rate = (self._shot_at, shot.received, 0.0)
        elif self._shot_at - began >= 1.0:
            self._rate = (self._shot_at, shot.received, (shot.received - counted) / (self._shot_at - began))
        self.ui.meter.show_shot(shot)
        self.ui.scale.show_measure(shot.measure)
        self._show_state()

    def _on_learning(self, progress: LearnProgress) -> None:
        self.ui.scale.show_learning(progress)
        if progress.limits is not None:
            self.edit(self.draft.with_recipe(picture_limits=progress.limits))
            self._show_settings()
        elif not progress.problem and self._live_settings().trigger is TriggerMode.SOFTWARE and self._capture:
            self._capture.trigger()

    def _on_features(self) -> None:
        """Limits moved, or somebody switched an automatic on."""
        if self.features.features:
            auto = bool(autos_on(self.features))
            if auto != self.draft.auto_exposure:
                self.edit(replace(self.draft, auto_exposure=auto))
        self._show_settings()
        self.features.poll(on=self.tree.isVisible())

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _show_settings(self) -> None:
        recipe = self.draft.recipe
        self.ui.form.show_settings(recipe.camera, self.features)
        self.tree.set_extra(recipe.camera.extra)
        self.ui.scale.show_scale(recipe.mm_per_px, recipe.image_size)
        self.ui.scale.show_limits(recipe.picture_limits)
        self.ui.meter.set_limits(recipe.picture_limits)
        self._show_actions()

    def _show_actions(self) -> None:
        for button in (self.ui.form.save_file, self.ui.form.load_file):
            button.setEnabled(self.transfer.possible)
        recipe, white = self.draft.recipe, self.features.named("BalanceWhiteAuto")
        self.ui.show_actions(
            live=self._status.state is CaptureState.LIVE,
            software=self._live_settings().trigger is TriggerMode.SOFTWARE,
            triggered=recipe.camera.trigger is not TriggerMode.FREE,
            white=white is not None and "Once" in white.entries,
            picture=self._shot is not None,
        )

    def _show_state(self) -> None:
        """The picture, or why there is none; a lost camera leaves its last picture, greyed."""
        status, shot = self._status, self._shot
        live = status.state is CaptureState.LIVE
        silent = live and time.monotonic() - self._shot_at > _SILENT_S
        self.ui.view.set_content(
            WellContent(
                icon="camera",
                picture=None if shot is None else shot.image,
                greyed=shot is not None and (not live or silent),
                mm_per_px=self.draft.recipe.mm_per_px,
                simulated=status.simulated,
                message=self._message(silent=silent),
            )
        )
        self.ui.show_problem(
            "" if status.problem is None else f"{status.problem.message} {status.problem.hint}".strip()
        )
        missed = 0 if shot is None else shot.missed
        self.ui.show_rate(self._rate[2] if live and not silent else None, missed)

    def _message(self, *, silent: bool) -> str:
        state = self._status.state
        if self._capture is None:
            return self.tr("This station has no camera for set-up.")
        if state is CaptureState.CLOSED:
            return "" if self.draft.recipe.camera_id else self.tr("Choose a camera.")
        if state is CaptureState.OPENING:
            return self.tr("Opening the camera…")
        if state is CaptureState.RECONNECTING:
            return self.tr("Reconnecting…")
        if state is CaptureState.REFUSED:
            return self.tr("The camera is not open.")
        if not silent:
            return ""
        if self._live_settings().trigger is TriggerMode.FREE:
            return self.tr("No picture comes.")
        return self.tr("Waiting for a trigger")

    def retranslate(self) -> None:
        """Say all texts again."""
        self.ui.retranslate()
        self.tree.retranslate()
        self._fill_cameras()
        self._show_state()

    # --- building -----------------------------------------------------------------------------------------------------

    def _timer(self, milliseconds: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _connect(self) -> None:
        ui = self.ui
        ui.camera.activated.connect(self._on_camera)
        ui.again.clicked.connect(self._scan)
        ui.free_view.clicked.connect(self._apply_soon)
        ui.free_view.clicked.connect(self._show_actions)
        ui.trigger_now.clicked.connect(self._on_trigger_now)
        ui.white.clicked.connect(self._on_white)
        ui.product_picture.clicked.connect(self._on_product_picture)
        ui.meter.reset_peak.clicked.connect(self._on_reset_peak)
        ui.form.changed.connect(self._on_form)
        ui.form.box_asked.connect(self._on_box_asked)
        ui.form.autos_off_asked.connect(self._on_autos_off)
        ui.view.box_drawn.connect(self._on_box)
        ui.view.scale_changed.connect(self._on_points_moved)
        ui.scale.points_asked.connect(self._on_points)
        ui.scale.scale_given.connect(self._on_scale)
        ui.scale.learn_asked.connect(self._on_learn)
        ui.scale.cancel_asked.connect(self._on_cancel_learning)
        ui.scale.forget_asked.connect(self._on_forget)
        ui.form.save_file.clicked.connect(self._on_save_file)
        ui.form.load_file.clicked.connect(self.transfer.ask_load)
        self.transfer.taken.connect(self._on_taken)
        self.transfer.said.connect(self.said)
        self.tree.kept.connect(self._keep_extra)
        self.tree.force_asked.connect(self._on_force)
        self.tree.dropped.connect(self._drop_extra)
        self.features.changed.connect(self._on_features)
        self.features.written.connect(self._on_written)
        self.features.refused.connect(self._on_refused)
        if self._bridge is not None:
            self._bridge.status_changed.connect(self._on_status)
            self._bridge.shot_arrived.connect(self._on_shot)
            self._bridge.learning_changed.connect(self._on_learning)

    def _on_trigger_now(self) -> None:
        if self._capture is not None:
            self._capture.trigger()

    def _on_reset_peak(self) -> None:
        if self._capture is not None:
            self._capture.reset_peak()

    def _on_cancel_learning(self) -> None:
        if self._capture is not None:
            self._capture.cancel_learning()

    def _on_points_moved(self) -> None:
        self.ui.scale.show_distance(self.ui.view.distance_px)
