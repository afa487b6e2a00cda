"""Fitted circuit board in a fixture: an assembly where everything has its place.

The bare board and every kind of component are drawn once a size; a part is that board with each component laid at its
place within its tolerance, so that a missing or crooked one is the only thing that tells.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes import board_layout as layout
from inspector.cameras.scenes import board_parts as parts
from inspector.cameras.scenes import defects
from inspector.cameras.scenes.scene import DefectKind, PartPlan, Scene
from inspector.cameras.scenes.sensor import LightField
from inspector.cameras.scenes.sketch import Sprite
from inspector.cameras.scenes.surface import Material, blend, grain, shade, smooth_noise
from inspector.core.geometry import Size

_LABEL = layout.Placed("LABEL", "label", -110, 396, loose=1.0)
_FIXTURE = Material(0.5, 0.5, 0.08, 20)


class BoardScene(Scene):
    """A motor controller: controller chip, relay, capacitors, connectors, a radio module, four screws, a label."""

    name = "board"
    title = "Circuit board"
    kinds = (
        DefectKind.MISSING,
        DefectKind.MISPLACED,
        DefectKind.FOREIGN_BODY,
        DefectKind.SCRATCH,
        DefectKind.STAIN,
    )

    def _prepare(self, size: Size) -> None:
        self._scale = min(size.height / 1024, size.width / 1280)
        self._placed = layout.components()
        self._sprites = layout.sprites(self._scale)
        self._board, self._outline = layout.bare_board(self._scale, self._placed)
        self._fixture = _fixture(size, self._scale)
        loose = [one for one in (*self._placed, _LABEL) if one.loose > 0]
        weights = np.array([one.loose for one in loose])
        self._loose, self._weights = loose, weights / weights.sum()

    def _compose(self, part: PartPlan, size: Size) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rng = part.rng(3)
        image = self._fixture.copy()
        mask = np.zeros((size.height, size.width), np.uint8)
        pose = self._pose(size, rng)
        _lay(image, self._board, self._outline, self._sprite_pose(pose, self._outline.shape, 0, 0, 0))
        victim, harm = self._victim(part)
        for one in (*self._placed, _LABEL):
            jitter = rng.uniform(-1, 1, 3)
            turn_index = int(rng.integers(layout.SCREW_TURNS))
            sprite = self._sprite(one, part, turn_index)
            loose = 1.6 if one.sprite == "label" else 0.8
            place = (one.x + jitter[0] * loose, one.y + jitter[1] * loose, one.turn + jitter[2] * 0.8 * loose)
            to_frame = self._sprite_pose(pose, sprite.alpha.shape, *place)
            if one is victim:
                _mark(mask, sprite, to_frame)
                if harm is None:
                    continue
                moved = (place[0] + harm[0], place[1] + harm[1], place[2] + harm[2])
                to_frame = self._sprite_pose(pose, sprite.alpha.shape, *moved)
                _mark(mask, sprite, to_frame)
            _lay(image, sprite.rgb, sprite.alpha, to_frame)
        if part.defect is not None and victim is None:
            for overlay in self._damage(part.defect, size, part.rng(4)):
                defects.apply(overlay, image, mask)
        return image, mask

    def _light(self, part: PartPlan, size: Size) -> LightField:
        return LightField.vary(part.rng(5), size, vignette=0.14, gradient=0.07)

    def _sprite(self, one: layout.Placed, part: PartPlan, turn_index: int) -> Sprite:
        """The drawing of a component; screws stop at any turn, labels carry their own number."""
        if one.sprite == "screw":
            return self._sprites[f"screw{turn_index}"]
        if one.sprite == "label":
            return parts.label(self._scale, 240_000 + part.number)
        return self._sprites[one.sprite]

    def _pose(self, size: Size, rng: np.random.Generator) -> NDArray[np.float64]:
        """Board units to frame pixels: a fixture holds within 3 pixels and a quarter of a degree."""
        turn = math.radians(rng.uniform(-0.25, 0.25))
        scale = self._scale
        x = size.width / 2 + rng.uniform(-3, 3) * scale
        y = size.height / 2 + rng.uniform(-3, 3) * scale
        cos, sin = math.cos(turn) * scale, math.sin(turn) * scale
        return np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1]])

    def _sprite_pose(
        self, pose: NDArray[np.float64], shape: tuple[int, ...], x: float, y: float, turn: float
    ) -> NDArray[np.float64]:
        """Sprite pixels to frame pixels, for a sprite at (x, y) units, turned by degrees."""
        angle = math.radians(turn)
        cos, sin = math.cos(angle) / self._scale, math.sin(angle) / self._scale
        half = np.array([[1, 0, -shape[1] / 2], [0, 1, -shape[0] / 2], [0, 0, 1]])
        place = np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1]])
        return np.asarray((pose @ place @ half)[:2])

    def _victim(self, part: PartPlan) -> tuple[layout.Placed | None, tuple[float, float, float] | None]:
        """Which component is missing, or moved by (x, y, degrees)."""
        if part.defect not in (DefectKind.MISSING, DefectKind.MISPLACED):
            return None, None
        rng = part.rng(6)
        movable = [i for i, one in enumerate(self._loose) if part.defect is DefectKind.MISSING or one.sprite != "screw"]
        weights = self._weights[movable]
        victim = self._loose[movable[int(rng.choice(len(movable), p=weights / weights.sum()))]]
        if part.defect is DefectKind.MISSING:
            return victim, None
        sign = -1 if rng.random() < 0.5 else 1
        if victim.sprite in ("can", "can2") and rng.random() < 0.5:
            return victim, (0.0, 0.0, 180.0)
        small = len(victim.pads) == 2 and victim.sprite not in ("can", "can2", "coil", "crystal", "coin")
        shift, turn = ((4, 9), (18, 70)) if small else ((5, 14), (4, 15))
        away = rng.uniform(0, 2 * math.pi)
        reach = rng.uniform(*shift)
        return victim, (reach * math.cos(away), reach * math.sin(away), sign * rng.uniform(*turn))

    def _damage(self, kind: DefectKind, size: Size, rng: np.random.Generator) -> list[defects.Overlay]:
        scale = self._scale
        center = (
            size.width / 2 + scale * layout.WIDTH * rng.uniform(-0.42, 0.42),
            size.height / 2 + scale * layout.HEIGHT * rng.uniform(-0.42, 0.42),
        )
        if kind is DefectKind.SCRATCH:
            angle, length = rng.uniform(0, math.pi), scale * rng.uniform(70, 240)
            width, strength = scale * rng.uniform(1.8, 3.6), rng.uniform(0.7, 0.95)
            return [defects.scratch(center, angle, length, width, rng, bright=(206, 168, 118), strength=strength)]
        if kind is DefectKind.STAIN:
            tint = [(150, 128, 60), (90, 84, 76), (196, 186, 150)][int(rng.integers(3))]
            return [defects.stain(center, scale * rng.uniform(20, 52), rng, tint=tint, strength=rng.uniform(0.55, 0.9))]
        pick = rng.random()
        if pick < 0.35:
            return [defects.ball(center, scale * rng.uniform(5, 9), color=(214, 216, 218))]
        if pick < 0.7:
            color = [(214, 206, 190), (34, 32, 34), (176, 60, 48)][int(rng.integers(3))]
            length = scale * rng.uniform(80, 190)
            return [defects.fiber(center, length, scale * rng.uniform(1.8, 3.0), rng, color=color)]
        color = [(190, 192, 194), (196, 140, 82), (60, 52, 46)][int(rng.integers(3))]
        return [defects.crumb(center, scale * rng.uniform(8, 18), rng, color=color)]


def _lay(
    image: NDArray[np.uint8], rgb: NDArray[np.uint8], alpha: NDArray[np.uint8], to_frame: NDArray[np.float64]
) -> None:
    """Lay a drawing on the picture, inside its own box only."""
    box = _box(alpha.shape, to_frame, image.shape)
    if box is None:
        return
    left, top, right, bottom = box
    here = to_frame.copy()
    here[:, 2] -= (left, top)
    area = (right - left, bottom - top)
    blend(
        image[top:bottom, left:right],
        np.asarray(cv2.warpAffine(rgb, here, area), np.uint8),
        np.asarray(cv2.warpAffine(alpha, here, area), np.uint8),
    )


def _mark(mask: NDArray[np.uint8], sprite: Sprite, to_frame: NDArray[np.float64]) -> None:
    """Write a component's outline into the ground truth."""
    box = _box(sprite.body.shape, to_frame, mask.shape)
    if box is None:
        return
    left, top, right, bottom = box
    here = to_frame.copy()
    here[:, 2] -= (left, top)
    outline = cv2.warpAffine(sprite.body, here, (right - left, bottom - top))
    mask[top:bottom, left:right][np.asarray(outline) >= 128] = 255


def _box(
    shape: tuple[int, ...], to_frame: NDArray[np.float64], frame: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a drawing in the frame; None when it lies outside."""
    height, width = shape[:2]
    corners = to_frame @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    left, top = (max(0, math.floor(v) - 1) for v in corners.min(axis=1))
    right, bottom = min(frame[1], math.ceil(corners[0].max()) + 1), min(frame[0], math.ceil(corners[1].max()) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _fixture(size: Size, scale: float) -> NDArray[np.uint8]:
    """Black anodized plate with a milled pocket under the board, and its shadow."""
    rng = np.random.default_rng(61)
    tone = 44 + 1.6 * grain(size, 60 * scale, rng) + 1.4 * smooth_noise(size, 120 * scale, rng)
    height = (0.05 * smooth_noise(size, 2.4, rng)).astype(np.float32)
    half_x, half_y = layout.WIDTH / 2 + 14, layout.HEIGHT / 2 + 14
    x = (np.arange(size.width, dtype=np.float32) + 0.5 - size.width / 2) / np.float32(scale)
    y = (np.arange(size.height, dtype=np.float32) + 0.5 - size.height / 2) / np.float32(scale)
    out_x, out_y = np.clip(np.abs(x) - half_x, -30, None)[None, :], np.clip(np.abs(y) - half_y, -30, None)[:, None]
    wall = 1 / (1 + np.exp(-np.maximum(out_x, out_y) * 0.9))
    height += (7 * scale * wall).astype(np.float32)
    tone = tone * (0.45 + 0.55 * wall)
    channels = [cv2.convertScaleAbs(tone, alpha=share) for share in (1.0, 1.0, 1.04)]
    return shade(np.asarray(cv2.merge(channels), np.uint8), np.asarray(height, np.float32), _FIXTURE)
