"""What the composition root decides by itself: which recipe, which source, and what ships with the program."""

import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.app import (
    choose_recipe,
    default_recipe,
    open_application,
    open_records,
    product_picture,
    source_of,
    user_name,
)
from inspector.cameras.scenes.registry import SCENES
from inspector.config import Settings
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.recipe import StoredShot
from inspector.core.refs import new_id
from inspector.core.sample import Sample, Tray
from inspector.paths import DataFolder
from inspector.services.headless import HeadlessRun
from inspector.services.recipes import ProductState
from tests.support.recipe_store import MemoryRecipeStore
from tests.support.values import RECIPE

CAP = replace(RECIPE, product="cap")


@pytest.mark.parametrize(
    ("source", "wanted", "expected"),
    [
        ("simulated:cap", "", "cap"),
        ("simulated:cap?rate=2", "", "cap"),
        ("simulated:brushed", "cap", "cap"),
        ("simulated:brushed", "", "default"),
        ("genicam:viky", "", "default"),
        ("folder:/pictures", "cap", "cap"),
    ],
)
def test_the_recipe_fits_the_source_unless_one_is_wanted(source: str, wanted: str, expected: str) -> None:
    assert choose_recipe(MemoryRecipeStore(CAP), source, wanted).product == expected


def test_an_unknown_product_is_no_default() -> None:
    with pytest.raises(OperationalError, match="RCP-001"):
        choose_recipe(MemoryRecipeStore(CAP), "simulated:cap", "nothing")


def test_features_from_the_command_line_make_the_recipe_nobodys() -> None:
    recipe = choose_recipe(MemoryRecipeStore(CAP), "simulated:cap", "", (("Gain", "3"),))
    assert (recipe.version, recipe.camera.extra) == (0, (("Gain", "3"),))


def test_a_simulated_line_shows_the_product_that_is_inspected() -> None:
    board = replace(RECIPE, product="board")
    assert source_of("simulated:cap?rate=2", board) == "simulated:board?rate=2"
    assert source_of("simulated:cap", default_recipe()) == "simulated:cap"
    assert source_of("genicam:viky", board) == "genicam:viky"
    assert source_of("folder:/pictures", board) == "folder:/pictures"


def test_a_recipe_is_inspected_with_the_camera_that_it_was_set_up_with() -> None:
    gear = replace(RECIPE, product="gear", camera_id="simulated:brushed")
    assert source_of("simulated:cap?defect_every=3", gear) == "simulated:brushed?defect_every=3"
    assert source_of("simulated:cap", replace(gear, camera_id="genicam:a/b/1")) == "genicam:a/b/1"
    assert source_of("genicam:a/b/2", replace(gear, camera_id="")) == "genicam:a/b/2"


def test_drafts_of_models_that_a_crash_left_are_thrown_away(tmp_path: Path) -> None:
    left = tmp_path / "models" / ".drafts" / "draft" / "1"
    left.mkdir(parents=True)
    with open_application(Settings(), DataFolder(tmp_path)) as station:
        assert not left.exists()
        assert station.setup.capture.status.camera is None


def test_every_simulated_product_ships_with_a_recipe_and_a_picture(tmp_path: Path) -> None:
    with open_records(Settings(), DataFolder(tmp_path)) as kept:
        recipes = kept.recipes.list()
    assert {recipe.product for recipe in recipes} == set(SCENES)
    assert all(dict(recipe.title).keys() == {"en", "zh_CN"} for recipe in recipes)
    assert all(product_picture(recipe) is not None for recipe in recipes)
    assert product_picture(RECIPE.__class__(product="other", version=1, model_name="demo")) is None


@pytest.mark.expected_log("The line stops: RCP-001")
def test_a12_a_recipe_altered_in_the_database_does_not_start_and_the_program_still_opens(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    with open_application(Settings(source="simulated:brushed"), data):
        pass
    connection = sqlite3.connect(data.database)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE recipes SET body = replace(body, '960', '961') WHERE product = 'brushed'")
    connection.commit()
    connection.close()
    with open_application(Settings(source="simulated:brushed"), data) as application:
        assert [fault.code for fault in application.line.faults] == ["RCP-002"]
        assert "brushed" in application.line.faults[0].message
        assert application.line.recipe is None
        run = HeadlessRun(application.line)
        run.run(1)
        assert run.ended is LineState.FAULTED
        assert run.counts.total == 0


def test_a_recipe_goes_from_one_station_to_another_as_a_package(tmp_path: Path) -> None:
    package = tmp_path / "cap.inspector"
    with open_application(Settings(), DataFolder(tmp_path / "here"), recipe="cap") as here:
        shot = here.kept.pictures.save(np.full((24, 32, 3), 90, np.uint8))
        newest = here.kept.recipes.get("cap")
        published = replace(
            newest, version=newest.version + 1, picture=shot.path, self_test=StoredShot(shot.path, shot.sha256, 0.5)
        )
        here.kept.recipes.publish(published, by="li", reason="new light")
        here.recipes.export("cap", 0, package)
    with open_application(Settings(), DataFolder(tmp_path / "there")) as there:
        assert there.recipes.import_package(package) == published
        (card,) = (card for card in there.recipes.overview() if card.product == "cap")
        assert (card.state, card.version, card.picture) == (ProductState.PUBLISHED, published.version, shot.path)
        assert there.kept.pictures.load(shot.path).shape == (24, 32, 3)
        assert [version.version for version in there.recipes.versions("cap")] == [published.version, newest.version]


def test_samples_that_were_deleted_are_removed_when_the_station_opens(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    with open_records(Settings(), data) as kept:
        sample = Sample(new_id(), new_id(), Tray.GOOD, datetime.now(UTC), Size(1, 1))
        stored = kept.samples.add(sample, np.zeros((8, 8), np.uint8))
        kept.samples.delete([stored.id])
        assert (data.root / stored.path).is_file()
    with open_records(Settings(), data):
        assert not (data.root / stored.path).exists()


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321)
    assert user_name() == "uid 54321"
