from pathlib import Path

import pytest

from inspector.storage import files


def _held(times: int, code: int) -> object:
    """`Path.replace` while a scanner of Windows holds the file."""
    genuine = Path.replace
    left = [times]

    def replace(self: Path, target: Path) -> Path:
        if left[0]:
            left[0] -= 1
            error = PermissionError(13, "held by a scanner")
            error.winerror = code  # type: ignore[attr-defined]  # only Windows has it
            raise error
        return genuine(self, target)

    return replace


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(files.time, "sleep", taken.append)
    return taken


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    files.write_whole(target, b"new", tmp_path / "a.tmp")
    assert target.read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


@pytest.mark.promise("R-14")
@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_held_by_a_scanner_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float], code: int
) -> None:
    monkeypatch.setattr(Path, "replace", _held(5, code))
    files.write_whole(tmp_path / "a", b"new", tmp_path / "a.tmp")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8]


@pytest.mark.parametrize(("times", "code"), [(6, 32), (1, 3)], ids=["held for too long", "another error"])
def test_what_cannot_be_replaced_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: list[float], times: int, code: int
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", _held(times, code))
    with pytest.raises(PermissionError):
        files.write_whole(tmp_path / "a", b"new", tmp_path / "a.tmp")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_folders_are_made_down_to_the_last(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b" / "c")
    files.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
