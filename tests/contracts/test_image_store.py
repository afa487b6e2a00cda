"""What every `ImageStore` must do."""

from pathlib import Path

import numpy as np
import pytest

from inspector.core.anomaly import AnomalyMap
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.ports import ImageStore
from inspector.core.refs import ModelRef, new_id
from inspector.storage.images import FileImageStore
from tests.support.image_store import MemoryImageStore
from tests.support.records import CAPTURED_AT


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ImageStore:
    return MemoryImageStore() if request.param == "memory" else FileImageStore(tmp_path)


def _frame(image: np.ndarray) -> Frame:
    return Frame(image, 1, "simulated:test", CAPTURED_AT, 0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (31, 47), (31, 47, 3), (480, 640, 3)])
def test_a_picture_comes_back_bit_by_bit(store: ImageStore, shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    file = store.save_frame(new_id(), _frame(image))
    found = store.load_frame(file.path, file.sha256)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, image)


def test_a_map_comes_back_with_all_that_is_needed_to_draw_it(store: ImageStore) -> None:
    values = np.random.default_rng(2).random((31, 17), np.float32)
    saved = AnomalyMap(values, 16.0, float(values.max()), ModelRef("demo", 3, "ab" * 32), (-7.5, 0.1))
    file = store.save_map(new_id(), saved, CAPTURED_AT)
    found = store.load_map(file.path, file.sha256)
    np.testing.assert_array_equal(found.values, values)
    assert found.values.dtype == np.float32
    assert (found.cell_px, found.offset_px, found.score, found.model) == (16.0, (-7.5, 0.1), saved.score, saved.model)


def test_paths_are_relative_with_forward_slashes_and_one_of_each_id(store: ImageStore) -> None:
    image = np.zeros((4, 4), np.uint8)
    first, second = new_id(), new_id()
    paths = [store.save_frame(record_id, _frame(image)).path for record_id in (first, second)]
    assert len(set(paths)) == 2
    for record_id, path in zip((first, second), paths, strict=True):
        assert record_id in path
        assert not path.startswith("/")
        assert "\\" not in path


def test_saving_again_is_harmless(store: ImageStore) -> None:
    record_id, image = new_id(), np.full((4, 4), 7, np.uint8)
    assert store.save_frame(record_id, _frame(image)) == store.save_frame(record_id, _frame(image))


def test_a_missing_file_is_said(store: ImageStore) -> None:
    for load in (store.load_frame, store.load_map):
        with pytest.raises(OperationalError) as caught:
            load("images/2026/01/01/00/none.png")
        assert caught.value.code == "DAT-002"


def test_another_hash_is_refused(store: ImageStore) -> None:
    file = store.save_frame(new_id(), _frame(np.zeros((4, 4), np.uint8)))
    with pytest.raises(OperationalError) as caught:
        store.load_frame(file.path, "0" * 64)
    assert caught.value.code == "DAT-002"
