"""Step 2: make a good picture with the camera, know how large a pixel is, and learn what a good picture measures.

The camera is opened when the step is seen and given back when it is left. All of it runs in the thread of the capture
service; this step only asks and shows.
"""

import time
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from inspector.core.draft import Blocker, RecipeDraft, Step, is_replay
from inspector.core.errors import InspectorError
from inspector.core.ports import CameraInfo
from inspector.core.recipe import CameraSettings, TriggerMode
from inspector.services.capture import CaptureState, CaptureStatus, LearnProgress
from inspector.services.live_shot import LiveShot
from inspector.ui.recipes.camera_edits import CameraEdits
from inspector.ui.recipes.camera_layout import CameraLayout
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.recipes.feature_tree import FeatureTree
from inspector.ui.recipes.live_bridge import LiveBridge
from inspector.ui.recipes.live_view import LiveMode
from inspector.ui.recipes.recipe_camera import (
    autos_on,
    camera_label,
    kept_settings,
    lacks_trigger,
)
from inspector.ui.recipes.step import StepPage
from inspector.ui.tools import PageTools
from inspector.ui.widgets.well_content import WellContent

_SILENT_S: Final = 2.0


class CameraStep(StepPage):
    """Live picture on the left, fields on the right."""

    def __init__(self, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> None:
        """Open nothing yet; `enter` does."""
        super().__init__(Step.CAMERA, tools, draft)
        self._desk, self.capture = desk, desk.capture
        self.features = FeatureDesk(tools.background, desk.user)
        self.tree = FeatureTree(tools, self.features)
        self.ui = CameraLayout(tools, self, self.tree)
        self._bridge = LiveBridge(desk.capture) if desk.capture is not None else None
        self._cameras: tuple[CameraInfo, ...] = ()
        self._scanning = False
        self.status = CaptureStatus()
        self.shot: LiveShot | None = None
        self._shot_at = 0.0
        self._rate: tuple[float, int, float] = (0.0, 0, 0.0)  # when and where counting began, pictures a second
        self.opened = ""
        self.edits = CameraEdits(self, self, tools, desk)
        self._silence = QTimer(self)
        self._silence.setInterval(1000)
        self._silence.timeout.connect(self._show_state)
        self._connect()
        self.retranslate()

    def show_draft(self, draft: RecipeDraft) -> None:
        """Fill everything."""
        super().show_draft(draft)
        self._fill_cameras()
        self.show_settings()

    def take(self, draft: RecipeDraft) -> None:
        """Another step changed something that is drawn here."""
        super().take(draft)
        self.ui.meter.set_limits(draft.recipe.picture_limits)

    def enter(self) -> None:
        """Look for cameras and open the chosen one."""
        if self.capture is None or self._bridge is None:
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
        self.edits.stop()
        # First, for what the features say while they go is not what the camera lacks.
        self.opened = ""
        self.features.connect_camera(None, "")
        if self.capture is not None and self._bridge is not None:
            self._bridge.close()
            self.capture.close()
        self.status = CaptureStatus()
        self.ui.scale.show_learning(None)
        self.ui.view.set_mode(LiveMode.LOOK)
        self._show_state()

    def edit(self, draft: RecipeDraft) -> None:
        """Take a change, with what is known of the open camera: one that no part can trigger is no use on a line."""
        live = self.status.state is CaptureState.LIVE and self.opened == draft.recipe.camera_id
        if live and (self.features.features or not self.features.connected):
            draft = replace(draft, lacks_trigger=lacks_trigger(draft.recipe.camera.trigger, self.features))
        super().edit(draft)

    def first_field(self) -> QWidget:
        """The choice of the camera."""
        return self.ui.camera

    def show_blockers(self, blockers: tuple[Blocker, ...]) -> None:
        """The frame says what is missing; here it is shown behind which page."""
        self.ui.show_missing(frozenset(one.code for one in blockers if one.step is Step.CAMERA))

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
        if is_replay(camera_id):
            camera = replace(camera, trigger=TriggerMode.FREE)
        elif camera.trigger is TriggerMode.FREE and is_replay(self.draft.recipe.camera_id or "folder:"):
            # On a line parts start pictures; a camera that runs free could never be published.
            camera = replace(camera, trigger=TriggerMode.LINE)
        if self.draft.recipe.camera_id:
            camera = replace(camera, extra=(), pixel_format=None, roi=None, trigger_line=None)
        self.edit(replace(self.draft.with_recipe(camera_id=camera_id, camera=camera), lacks_trigger=False))
        self._fill_cameras()
        self._open()
        self.show_settings()

    def _open(self) -> None:
        camera_id = self.draft.recipe.camera_id
        if self.capture is None or not camera_id:
            self._show_state()
            return
        self.opened = camera_id
        self.shot = None
        self.ui.meter.show_shot(None)
        self.capture.open(camera_id, self.live_settings())

    def live_settings(self) -> CameraSettings:
        """The recipe's settings; without its trigger while a person only looks."""
        camera = self.draft.recipe.camera
        if self.ui.free_view.isChecked() and camera.trigger is not TriggerMode.FREE:
            return replace(camera, trigger=TriggerMode.FREE)
        return camera

    # --- news of the camera -------------------------------------------------------------------------------------------

    def _on_status(self, status: CaptureStatus) -> None:
        before, self.status = self.status, status
        if self.capture is not None and status.state is CaptureState.LIVE:
            if before.state is not CaptureState.LIVE or before.camera != status.camera:
                self._rate = (0.0, 0, 0.0)
                self.features.connect_camera(self.capture.features, self.opened)
            else:
                self.features.read()
            if status.applied is not None and not self.edits.waiting and status.problem is None:
                kept = kept_settings(self.draft.recipe.camera, status.applied.settings)
                if kept != self.draft.recipe.camera:
                    self.edits.settle(kept)
        elif before.state is CaptureState.LIVE:
            self.features.pause()
        self._show_actions()
        self._show_state()

    def _on_shot(self, shot: LiveShot) -> None:
        first = self.shot is None
        self.shot, self._shot_at = shot, time.monotonic()
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
        if not self.draft.recipe.picture:
            # The steps that follow need something to look at.
            self.edits.keep_picture()
        self.ui.meter.show_shot(shot)
        self.ui.scale.show_measure(shot.measure)
        self._show_state()

    def _on_learning(self, progress: LearnProgress) -> None:
        self.ui.scale.show_learning(progress)
        if progress.limits is not None:
            self.edits.keep_picture()
            self.edit(self.draft.with_recipe(picture_limits=progress.limits))
            self.show_settings()
        elif not progress.problem and self.live_settings().trigger is TriggerMode.SOFTWARE and self.capture:
            self.capture.trigger()

    def _on_features(self) -> None:
        """Limits moved, somebody switched an automatic on, or another camera is open."""
        draft = self.draft
        if self.features.features:
            draft = replace(draft, auto_exposure=bool(autos_on(self.features)))
        self.edit(draft)
        self.show_settings()
        self.features.poll(on=self.tree.isVisible())

    # --- drawing ------------------------------------------------------------------------------------------------------

    def show_settings(self) -> None:
        """Fill every field from the draft and from what the camera says."""
        recipe = self.draft.recipe
        self.ui.form.show_settings(recipe.camera, self.features)
        self.tree.set_extra(recipe.camera.extra)
        self.ui.scale.show_scale(recipe.mm_per_px, recipe.image_size)
        self.ui.scale.show_limits(recipe.picture_limits)
        self.ui.meter.set_limits(recipe.picture_limits)
        self._show_actions()

    def _show_actions(self) -> None:
        for button in (self.ui.form.save_file, self.ui.form.load_file):
            button.setEnabled(self.edits.transfer.possible)
        recipe, white = self.draft.recipe, self.features.named("BalanceWhiteAuto")
        self.ui.show_actions(
            live=self.status.state is CaptureState.LIVE,
            software=self.live_settings().trigger is TriggerMode.SOFTWARE,
            triggered=recipe.camera.trigger is not TriggerMode.FREE,
            white=white is not None and "Once" in white.entries,
            picture=self.shot is not None,
        )

    def _show_state(self) -> None:
        """The picture, or why there is none; a lost camera leaves its last picture, greyed."""
        status, shot = self.status, self.shot
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
        state = self.status.state
        if self.capture is None:
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
        if self.live_settings().trigger is TriggerMode.FREE:
            return self.tr("No picture comes.")
        return self.tr("Waiting for a trigger")

    def retranslate(self) -> None:
        """Say all texts again."""
        self.ui.retranslate()
        self.tree.retranslate()
        self._fill_cameras()
        self._show_state()

    # --- building -----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.ui.camera.activated.connect(self._on_camera)
        self.ui.again.clicked.connect(self._scan)
        self.ui.free_view.clicked.connect(self._show_actions)
        self.features.changed.connect(self._on_features)
        if self._bridge is not None:
            self._bridge.status_changed.connect(self._on_status)
            self._bridge.shot_arrived.connect(self._on_shot)
            self._bridge.learning_changed.connect(self._on_learning)
