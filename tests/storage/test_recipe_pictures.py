from pathlib import Path

import numpy as np
import pytest

from inspector.core.errors import OperationalError
from inspector.storage.recipe_pictures import FileRecipePictures

PICTURE = np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8)


def test_a_picture_comes_back_and_is_named_by_its_content(tmp_path: Path) -> None:
    here, there = FileRecipePictures(tmp_path / "a"), FileRecipePictures(tmp_path / "b")
    stored = here.save(PICTURE)
    assert there.save(PICTURE) == stored == here.save(PICTURE)
    assert stored.sha256 in stored.path
    assert np.array_equal(here.load(stored.path), PICTURE)
    assert np.array_equal(here.load(stored.path, stored.sha256), PICTURE)


def test_another_picture_under_its_name_is_refused_until_it_is_saved_again(tmp_path: Path) -> None:
    store = FileRecipePictures(tmp_path)
    stored, other = store.save(PICTURE), store.save(PICTURE[::-1].copy())
    (tmp_path / stored.path).write_bytes((tmp_path / other.path).read_bytes())
    with pytest.raises(OperationalError, match="hash"):
        store.load(stored.path)
    store.save(PICTURE)
    assert np.array_equal(store.load(stored.path), PICTURE)


@pytest.mark.parametrize("path", ["", "../x.png", "images/x.png", "/x.png", "recipes"])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(OperationalError, match="outside"):
        FileRecipePictures(tmp_path).load(path)
