"""Settings files on disk: whole or absent, and read with suspicion."""

from pathlib import Path

import pytest

from inspector.cameras.settings_files import SettingsFiles
from inspector.core.camera_features import Feature, FeatureKind
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.ports import CameraInfo

INFO = CameraInfo("genicam:A/B/1", "genicam", "A", "B", "1")
GAIN = Feature("Gain", "Gain", "Analog", FeatureKind.FLOAT, "Beginner", True, True, value="2", streamable=True)


class Access:
    """A camera with one setting."""

    def save(self) -> tuple[tuple[str, str], ...]:
        return (("Gain", "2"),)


def test_what_was_saved_changes_nothing_and_another_value_one_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert SettingsFiles().save(file, INFO, [GAIN], Access()) == 1
    assert SettingsFiles().plan(file, [GAIN], Access()) == ()
    file.write_text(file.read_text(encoding="utf-8").replace("Gain\t2", "Gain\t5"), encoding="utf-8")
    (line,) = SettingsFiles().plan(file, [GAIN], Access())
    assert (line.name, line.old, line.new, line.problem) == ("Gain", "2", "5", "")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("data", [b"hello", b"\xff\xfe\x00", b"x" * 5_000_000])
def test_a_file_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(data)
    with pytest.raises(InvalidInput):
        SettingsFiles().plan(file, [GAIN], Access())


def test_a_missing_file_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="cannot be read"):
        SettingsFiles().plan(tmp_path / "none.txt", [GAIN], Access())
    with pytest.raises(OperationalError, match="cannot be written"):
        SettingsFiles().save(tmp_path / "none" / "a.txt", INFO, [GAIN], Access())
