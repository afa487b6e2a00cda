"""Small data sets in MVTec's layout, drawn on the spot: a disk on gray, and a strip of fabric."""

import functools
from pathlib import Path

import numpy as np
from PIL import Image


def draw_data(root: Path, *, good: int = 12, strips: int = 0, strip_px: int = 600, seed: int = 0) -> Path:
    """Write category `disk` (96 px, judged whole), and with `strips` category `fabric` (600 x 80 px, judged in tiles).

    Strips may be shorter, as long as they are too long to be judged whole: more than twice their width.

    Each has as many good test pictures as a third of its teaching ones, and two defects with masks; `disk` has a
    third defect that nobody outlined.
    """
    rng = np.random.default_rng(seed)
    _category(root / "disk", rng, _disk, good)
    if strips:
        _category(root / "fabric", rng, functools.partial(_fabric, long_px=strip_px), strips)
    unmasked, _ = _spoiled(_disk(rng), rng)
    _save(root / "disk" / "test" / "stain" / "0.png", unmasked)
    return root


def _category(folder: Path, rng: np.random.Generator, draw, good: int) -> None:
    for index in range(good):
        _save(folder / "train" / "good" / f"{index:03}.png", draw(rng))
    for index in range(max(2, good // 3)):
        _save(folder / "test" / "good" / f"{index:03}.png", draw(rng))
    for index in range(2):
        picture, mask = _spoiled(draw(rng), rng)
        _save(folder / "test" / "hole" / f"{index:03}.png", picture)
        _save(folder / "ground_truth" / "hole" / f"{index:03}_mask.png", mask)


def _disk(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:96, :96] - 48 + rng.uniform(-2, 2, (2, 1, 1))
    inside = np.hypot(y, x) < 34
    picture = np.where(inside[..., None], [170, 150, 90], [60, 62, 66]) + rng.normal(0, 4, (96, 96, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _fabric(rng: np.random.Generator, long_px: int) -> np.ndarray:
    y, x = np.mgrid[:80, :long_px]
    weave = 120 + 25 * np.sin(x * 0.8 + rng.uniform(0, 6)) * np.sin(y * 0.8 + rng.uniform(0, 6))
    return np.clip(weave + rng.normal(0, 4, weave.shape), 0, 255).astype(np.uint8)


def _spoiled(picture: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    height, width = picture.shape[:2]
    top, left = rng.integers(height // 3, height // 2), rng.integers(width // 3, width // 2)
    mask = np.zeros((height, width), np.uint8)
    mask[top : top + 14, left : left + 14] = 255
    spoiled = picture.copy()
    spoiled[mask > 0] = 255 - spoiled[mask > 0] // 2
    spoiled[top + 4 : top + 8, left + 4 : left + 8] = 0
    return spoiled, mask


def _save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
