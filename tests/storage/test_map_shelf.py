"""Maps on disk for a while, within a limit."""

from pathlib import Path

import numpy as np

from inspector.core.anomaly import AnomalyMap
from inspector.core.geometry import Size
from inspector.storage.map_shelf import FileMapShelf
from tests.support.values import MODEL


def made(value: float) -> AnomalyMap:
    values = np.full((20, 30), value, np.float32)
    return AnomalyMap(values, 16.0, value, MODEL, (1.5, -2.0), Size(310, 470))


def test_a_map_comes_back_as_it_was(tmp_path: Path) -> None:
    shelf = FileMapShelf(tmp_path / "maps")
    assert shelf.get("a") is None
    assert shelf.put("a", made(1.0))
    assert shelf.put("a", made(2.0))
    found = shelf.get("a")
    assert found is not None
    assert np.array_equal(found.values, made(2.0).values)
    assert (found.cell_px, found.offset_px, found.frame_size) == (16.0, (1.5, -2.0), Size(310, 470))
    assert (found.score, found.model) == (2.0, MODEL)
    assert len(list((tmp_path / "maps").iterdir())) == 1


def test_the_oldest_make_room(tmp_path: Path) -> None:
    shelf = FileMapShelf(tmp_path / "maps", budget_bytes=8000)
    for name in "abcd":
        assert shelf.put(name, made(1.0))
    assert [name for name in "abcd" if shelf.get(name)] == ["c", "d"]
    assert sum(file.stat().st_size for file in (tmp_path / "maps").iterdir()) <= 8000


def test_what_a_killed_program_left_is_thrown_away(tmp_path: Path) -> None:
    FileMapShelf(tmp_path / "maps").put("a", made(1.0))
    shelf = FileMapShelf(tmp_path / "maps")
    assert shelf.get("a") is None
    shelf.put("b", made(1.0))
    assert len(list((tmp_path / "maps").iterdir())) == 1
    shelf.clear()
    assert not (tmp_path / "maps").exists()
    assert shelf.get("b") is None


def test_a_damaged_or_missing_file_is_no_map(tmp_path: Path) -> None:
    shelf = FileMapShelf(tmp_path / "maps")
    shelf.put("a", made(1.0))
    shelf.put("b", made(1.0))
    first, second = sorted((tmp_path / "maps").iterdir())
    first.write_bytes(b"not a map at all")
    second.unlink()
    assert shelf.get("a") is None
    assert shelf.get("b") is None


def test_a_disk_that_refuses_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    assert not FileMapShelf(tmp_path / "in the way" / "maps").put("a", made(1.0))
