"""Drawn defects on good pictures, to find out which way of judging sees more.

Real defects are never there when a product is taught. On held-out good pictures, drawn ones tell ways of judging
apart. They serve for choosing only: nothing is taught with them, or the model would learn how we draw.

Everything is drawn in the scale of what the network sees. `unit_px` is the side, in the picture, of the region that
one network input of 256 px covers; sizes are shares of it, and what an operator would call a pixel is 1/256 of it.

Source of the idea: Li et al., "CutPaste" (CVPR 2021); Zavrtanik et al., "DRAEM" (ICCV 2021).
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Field = NDArray[np.float32]

VISIBLE_LEVELS: Final = 4
"""A pixel counts as changed from so many grey levels on, in any channel."""

SMALLEST_PX: Final = 16
"""Short side of the smallest picture that can be drawn on."""

_INPUT_PX: Final = 256.0
_TRIES: Final = 8
_VISIBLE_SHARE: Final = 0.25
_SMALLEST_BLOB: Final = 0.05
_LARGEST_BLOB: Final = 0.4
_NOISE_PX: Final = 64
_TAPER: Final = np.hanning(_NOISE_PX).astype(np.float32)


class DefectKind(StrEnum):
    """What is drawn."""

    CUT = "cut"
    TONE = "tone"
    SCRATCH = "scratch"
    SPOT = "spot"
    TEXTURE = "texture"


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture with one defect.

    Attributes:
        image: uint8 (H, W, 3), equal to the good picture outside the defect.
        mask: bool (H, W), never empty: pixels that changed by `VISIBLE_LEVELS` or more, gaps between them closed, so
            that a grainy defect is one region and not hundreds.
        kind: of the defect; a spot where the wanted kind would not have been seen.
    """

    image: Image
    mask: NDArray[np.bool_]
    kind: DefectKind


def draw_defect(
    image: Image,
    donor: Image,
    rng: np.random.Generator,
    *,
    unit_px: float | None = None,
    kind: DefectKind | None = None,
) -> Drawn:
    """Draw one defect on a good picture.

    Args:
        image: uint8 (H, W, 3), short side from `SMALLEST_PX` on; stays as it is.
        donor: uint8 (h, w, 3), another good picture of the product, of any size from 1 px on.
        rng: decides everything; the same state gives the same defect.
        unit_px: side of the region that one network input covers; None, or more than the short side, is the short side.
        kind: of the defect; None draws it, all being equally likely.

    Raises:
        ValueError: pictures of another shape or type, too small, or a unit of less than `SMALLEST_PX`.
    """
    for name, picture in (("image", image), ("donor", donor)):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
            raise ValueError(f"the {name} must be uint8 (H, W, 3), not {picture.dtype} {picture.shape}")
    unit = float(min(*image.shape[:2], math.inf if unit_px is None else unit_px))
    if unit < SMALLEST_PX:
        raise ValueError(f"nothing can be drawn in a region of {unit:g} px; {SMALLEST_PX} px are the least")
    kinds = tuple(DefectKind)
    wanted = kinds[int(rng.integers(len(kinds)))] if kind is None else kind
    for _ in range(_TRIES):
        alpha = _shape(wanted, unit, rng)
        top, left = _place(image, alpha, rng)
        rows, columns = alpha.shape
        good = image[top : top + rows, left : left + columns].astype(np.float32)
        match wanted:
            case DefectKind.CUT:
                painted = good + rng.uniform(0.4, 1.0) * (_donated(donor, top, left, rows, columns, rng) - good)
            case DefectKind.TEXTURE:
                painted = _retextured(good, unit / _INPUT_PX, rng)
            case DefectKind.TONE:
                painted = good + rng.choice((-1.0, 1.0)) * rng.uniform(8, 35)
            case DefectKind.SCRATCH | DefectKind.SPOT:
                painted = good + rng.choice((-1.0, 1.0)) * rng.uniform(10, 50)
        drawn = _laid_on(image, painted, alpha, top, left, unit, wanted)
        if drawn is not None:
            return drawn
    return _sure_spot(image, unit, rng)


def _sure_spot(image: Image, unit: float, rng: np.random.Generator) -> Drawn:
    """A spot away from the end of the grey scale, which is always seen."""
    alpha = _spot(unit, rng)
    top, left = _place(image, alpha, rng)
    good = image[top : top + alpha.shape[0], left : left + alpha.shape[1]].astype(np.float32)
    painted = good + np.where(good > 127, -1, 1) * rng.uniform(10, 50)
    drawn = _laid_on(image, painted, alpha, top, left, unit, DefectKind.SPOT)
    if drawn is None:
        raise AssertionError("a spot away from the end of the grey scale cannot be invisible")
    return drawn


def _laid_on(
    image: Image, painted: NDArray[np.floating], alpha: Field, top: int, left: int, unit: float, kind: DefectKind
) -> Drawn | None:
    """The picture with the defect; None when too little of the defect can be seen."""
    window = np.s_[top : top + alpha.shape[0], left : left + alpha.shape[1]]
    good = image[window].astype(np.float32)
    result = np.clip(np.rint(good + alpha[..., None] * (painted - good)), 0, 255).astype(np.uint8)
    visible = cv2.absdiff(result, image[window]).max(axis=2) >= VISIBLE_LEVELS
    core = alpha > 0.5
    if visible[core].sum() < max(1.0, _VISIBLE_SHARE * core.sum()):
        return None
    drawn, mask = image.copy(), np.zeros(image.shape[:2], np.bool_)
    drawn[window] = result
    mask[window] = _closed(visible, closing_px(unit))
    return Drawn(drawn, mask, kind)


def closing_px(unit_px: float) -> int:
    """Radius within which gaps in a mask are closed: two pixels of the network's input."""
    return max(1, round(2 * unit_px / _INPUT_PX))


def _closed(visible: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = np.pad(visible.astype(np.uint8), 2 * radius)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)
    return np.asarray(closed[2 * radius : -2 * radius, 2 * radius : -2 * radius], np.bool_)


def _place(image: Image, alpha: Field, rng: np.random.Generator) -> tuple[int, int]:
    """Top and left of a window that lies inside the picture."""
    free = [outer - inner for outer, inner in zip(image.shape[:2], alpha.shape, strict=True)]
    return int(rng.integers(free[0] + 1)), int(rng.integers(free[1] + 1))


# --- shapes: float32 (h, w), 0 to 1, smaller than the unit ------------------------------------------


def _shape(kind: DefectKind, unit: float, rng: np.random.Generator) -> Field:
    match kind:
        case DefectKind.SCRATCH:
            return _scratch(unit, rng)
        case DefectKind.SPOT:
            return _spot(unit, rng)
        case DefectKind.CUT | DefectKind.TONE | DefectKind.TEXTURE:
            return _blob(unit, rng)


def _blob(unit: float, rng: np.random.Generator) -> Field:
    """The largest piece of thresholded smooth noise with a soft edge; small ones are as likely as large ones."""
    noise = cv2.GaussianBlur(rng.standard_normal((_NOISE_PX, _NOISE_PX), np.float32), (0, 0), rng.uniform(4, 9))
    noise = noise * np.outer(_TAPER, _TAPER)  # no piece is cut straight by the border
    pieces = (noise > np.quantile(noise, 0.8)).astype(np.uint8)
    _, labels, facts, _ = cv2.connectedComponentsWithStats(pieces, connectivity=4)
    largest = 1 + int(facts[1:, cv2.CC_STAT_AREA].argmax())
    x, y, columns, rows = (int(value) for value in facts[largest, :4])
    piece = (labels[y : y + rows, x : x + columns] == largest).astype(np.float32)

    side = max(3.0, unit * math.exp(rng.uniform(math.log(_SMALLEST_BLOB), math.log(_LARGEST_BLOB))))
    edge = max(0.5, side * rng.uniform(0.02, 0.08))
    scale = side / max(rows, columns)
    wanted = (max(2, round(columns * scale)), max(2, round(rows * scale)))
    piece = np.asarray(cv2.resize(piece, wanted, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR))
    return _softened(piece, edge)


def _scratch(unit: float, rng: np.random.Generator) -> Field:
    """A slightly bent line."""
    length = max(3.0, unit * rng.uniform(0.05, 0.45))
    width = max(1, round(rng.uniform(1, 2) * max(1.0, unit / _INPUT_PX)))
    angle, bend = rng.uniform(0, math.pi), length * rng.uniform(-0.15, 0.15)
    along = np.linspace(-0.5, 0.5, 17)
    aside = bend * (1 - 4 * along**2)
    x = length * along * math.cos(angle) - aside * math.sin(angle)
    y = length * along * math.sin(angle) + aside * math.cos(angle)
    points = np.stack([x - x.min(), y - y.min()], axis=1) + width + 1
    columns, rows = (int(value) for value in np.ceil(points.max(axis=0)) + width + 2)
    canvas = np.zeros((rows, columns), np.uint8)
    cv2.polylines(canvas, [np.rint(points * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, shift=4)
    return np.asarray(canvas.astype(np.float32) / max(1, int(canvas.max())), np.float32)


def _spot(unit: float, rng: np.random.Generator) -> Field:
    """A disc, sharp to one pixel of the network's input."""
    radius = max(1.0, unit * rng.uniform(0.01, 0.04))
    soft = max(1.0, unit / _INPUT_PX)
    reach = math.ceil(radius + soft)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(np.clip((radius - np.hypot(y, x)) / soft + 0.5, 0, 1), np.float32)


def _softened(piece: Field, edge: float) -> Field:
    """The piece with an edge that falls to 0 inside the array; 1 at its highest."""
    margin = math.ceil(3 * edge)
    soft = cv2.GaussianBlur(np.pad(piece, margin), (0, 0), edge)
    return np.asarray(soft / soft.max(), np.float32)


# --- what is painted: float32 (h, w, 3) -------------------------------------------------------------


def _donated(donor: Image, top: int, left: int, rows: int, columns: int, rng: np.random.Generator) -> Field:
    """A piece of the donor, turned by 0 to 3 quarters; stretched if the donor is too small.

    From any place, but not upright from where it is laid: on aligned parts that would be no defect.
    """
    turns = int(rng.integers(4))
    wanted = (columns, rows) if turns % 2 else (rows, columns)
    height, width = min(wanted[0], donor.shape[0]), min(wanted[1], donor.shape[1])
    y, x = int(rng.integers(donor.shape[0] - height + 1)), int(rng.integers(donor.shape[1] - width + 1))
    if turns == 0 and abs(y - top) < rows / 2 and abs(x - left) < columns / 2:
        turns = 2
    piece = np.ascontiguousarray(np.rot90(donor[y : y + height, x : x + width], turns))
    if piece.shape[:2] == (rows, columns):
        return piece.astype(np.float32)
    return np.asarray(cv2.resize(piece, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _retextured(good: Field, input_px: float, rng: np.random.Generator) -> Field:
    """The same surface without its fine detail, or with grain that it does not have.

    Args:
        good: (h, w, 3).
        input_px: side of one pixel of the network's input in this picture; finer grain would not reach the network.
        rng: chooses.
    """
    grain = max(1.0, input_px)
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(good, (0, 0), grain * rng.uniform(1, 3)), np.float32)
    rows, columns = good.shape[:2]
    coarse = rng.standard_normal((math.ceil(rows / grain), math.ceil(columns / grain)), np.float32)
    noise = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR) * rng.uniform(5, 20)
    return np.asarray(good + noise[..., None], np.float32)
