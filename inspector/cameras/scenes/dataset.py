"""Writes drawn parts as a data set in MVTec's folder layout, for training, evaluation and demonstrations.

FOLDER/train/good/000.png
FOLDER/test/good/000.png   FOLDER/test/<defect>/000.png
FOLDER/ground_truth/<defect>/000_mask.png
"""

import logging
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inspector.cameras.scenes.registry import SCENES
from inspector.cameras.scenes.scene import PartPlan
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.geometry import Size

logger = logging.getLogger(__name__)

_TEST_FROM = 1_000_000
"""Test parts are numbered from here, so that no seed ever shows one of them in training."""


def write_dataset(
    scene: str,
    folder: Path,
    *,
    good: int,
    test_good: int,
    defects: int,
    size: Size,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Draw a data set.

    Args:
        scene: a name in `SCENES`.
        folder: where it goes; must not exist yet, or be empty: a mixture of two sets would be worthless.
        good: parts to train on.
        test_good: good parts to test with.
        defects: parts to test with of every defect that this scene has.
        size: of every picture.
        seed: another seed, other parts.
        progress: told after every picture: done, total.

    Returns:
        How many pictures were written, masks not counted.

    Raises:
        InvalidInput: unknown scene, negative counts or a folder with something in it.
        ValueError: a size that cannot be drawn.
        OperationalError: DAT-002, a file could not be written.
    """
    problems = []
    if scene not in SCENES:
        problems.append(f"there is no scene {scene!r}, only {', '.join(SCENES)}")
    if min(good, test_good, defects) < 0:
        problems.append("counts must be 0 or more")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problems.append(f"{folder} exists and is not empty")
    if problems:
        raise InvalidInput(problems)
    drawing = SCENES[scene]()
    plans = [("train/good", PartPlan(i + 1, seed)) for i in range(good)]
    plans += [("test/good", PartPlan(_TEST_FROM + i, seed)) for i in range(test_good)]
    for place, kind in enumerate(drawing.kinds, start=1):
        plans += [(f"test/{kind.value}", PartPlan(_TEST_FROM * (place + 1) + i, seed, kind)) for i in range(defects)]
    counters: dict[str, int] = {}
    for done, (where, plan) in enumerate(plans, start=1):
        number = counters[where] = counters.get(where, -1) + 1
        drawn = drawing.draw(plan, size)
        _write(folder / where / f"{number:03d}.png", np.asarray(cv2.cvtColor(drawn.image, cv2.COLOR_RGB2BGR), np.uint8))
        if drawn.defect is not None:
            _write(folder / "ground_truth" / drawn.defect / f"{number:03d}_mask.png", drawn.mask)
        progress(done, len(plans))
    logger.info("Wrote %d pictures of %s to %s", len(plans), scene, folder)
    return len(plans)


def _write(path: Path, image: NDArray[np.uint8]) -> None:
    ok, data = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not ok:
        raise OperationalError("DAT-002", f"{path.name} could not be encoded as PNG.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise OperationalError("DAT-002", f"{path} could not be written: {error.strerror}.") from error
