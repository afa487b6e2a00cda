import sys
from pathlib import Path

import pytest

from inspector import paths


def test_a_source_tree_finds_what_ships_beside_the_code() -> None:
    root = Path(__file__).resolve().parent.parent
    assert paths.shipped_root() == root
    assert paths.models_dir() == root / "models"
    assert paths.resources_dir() == root / "resources"
    assert not paths.is_installed()


def test_a_frozen_program_finds_what_was_bundled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert paths.models_dir() == tmp_path / "models"
    assert paths.is_installed()


def test_everything_of_a_station_lies_inside_its_data_folder(tmp_path: Path) -> None:
    folder = paths.DataFolder(tmp_path)
    inside = (folder.database, folder.images, folder.models, folder.logs, folder.run_marker)
    places = {*inside, paths.settings_file(tmp_path)}
    assert len(places) == 6
    assert all(place.parent == tmp_path for place in places)
    assert not list(tmp_path.iterdir()), "asking for a place must not create it"


def test_a_named_data_folder_does_not_read_the_users_settings(tmp_path: Path) -> None:
    assert paths.settings_file(tmp_path) == tmp_path / "settings.toml"
    assert paths.settings_file() != paths.settings_file(tmp_path)
