"""A drawn data set has MVTec's layout and tells the truth about its defects."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cameras.scenes.dataset import write_dataset
from inspector.cameras.scenes.registry import SCENES
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.geometry import Size

SIZE = Size(128, 160)


def test_layout_and_masks(tmp_path: Path) -> None:
    told = []
    folder = tmp_path / "cap"
    count = write_dataset(
        "cap",
        folder,
        good=3,
        test_good=2,
        defects=2,
        size=SIZE,
        progress=lambda done, total: told.append((done, total)),
    )
    kinds = sorted(kind.value for kind in SCENES["cap"].kinds)
    assert count == 3 + 2 + 2 * len(kinds)
    assert told[-1] == (count, count)
    assert sorted(path.name for path in (folder / "train").iterdir()) == ["good"]
    assert sorted(path.name for path in (folder / "test").iterdir()) == sorted(["good", *kinds])
    assert sorted(path.name for path in (folder / "ground_truth").iterdir()) == kinds
    assert [path.name for path in sorted((folder / "train" / "good").iterdir())] == ["000.png", "001.png", "002.png"]
    for kind in kinds:
        for number in range(2):
            with Image.open(folder / "ground_truth" / kind / f"{number:03d}_mask.png") as mask:
                pixels = np.asarray(mask)
            assert pixels.shape == (128, 160)
            assert pixels.max() == 255


def test_training_and_test_share_no_part(tmp_path: Path) -> None:
    write_dataset("brushed", tmp_path / "set", good=4, test_good=4, defects=0, size=SIZE)
    pictures = [path.read_bytes() for path in sorted((tmp_path / "set").rglob("*.png"))]
    assert len(set(pictures)) == 8


def test_colors_survive(tmp_path: Path) -> None:
    write_dataset("cap", tmp_path / "set", good=1, test_good=0, defects=0, size=SIZE)
    with Image.open(tmp_path / "set" / "train" / "good" / "000.png") as picture:
        red, _, blue = np.asarray(picture)[64, 80]
    assert blue > red + 30


@pytest.mark.parametrize(("scene", "counts"), [("sausage", 1), ("cap", -1)])
def test_wrong_input_is_named(tmp_path: Path, scene: str, counts: int) -> None:
    with pytest.raises(InvalidInput, match=r"no scene|0 or more"):
        write_dataset(scene, tmp_path / "x", good=counts, test_good=0, defects=0, size=SIZE)


def test_nothing_is_mixed_into_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "old.png").write_bytes(b"")
    with pytest.raises(InvalidInput, match="not empty"):
        write_dataset("cap", tmp_path, good=1, test_good=0, defects=0, size=SIZE)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationalError, match=r"DAT-002.*file"):
        write_dataset("cap", tmp_path / "file" / "set", good=1, test_good=0, defects=0, size=SIZE)
