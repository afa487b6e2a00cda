"""A database of the first version, written as that version wrote it, opened by this program."""

import hashlib
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from inspector.core.recipe import Recipe
from inspector.storage import schema
from inspector.storage.database import Database
from inspector.storage.drafts import SqlDraftStore
from inspector.storage.recipe_text import recipe_to_text
from inspector.storage.recipes import SqlRecipeStore
from inspector.storage.records import SqlRecordStore
from inspector.storage.samples import SqlSampleStore
from tests.support.records import record

# As the first version of the program wrote it, byte for byte.
_BODY = (
    '{"format":1,"recipe":{"camera":{"black_level":null,"exposure_us":1500.0,"extra":[],"gain_db":null,"gamma":null,'
    '"pixel_format":null,"rate_hz":4.0,"roi":null,"trigger":"free","trigger_delay_us":null,"trigger_edge":"rising",'
    '"trigger_line":null,"white_balance":null},"framing":"tiles_and_whole","ignore":[],"image_size":{"height":768,'
    '"width":960},"include":[],"line_code":3,"mm_per_px":0.12,"model_name":"demo","model_product":"",'
    '"model_version":0,"output":{"deadline_ms":2000},"overlap_px":64,"product":"board","rule":{"min_area_mm2":0.0,'
    '"score_threshold":1.0},"scale":0.5,"title":[["en","Control board"]],"version":2}}'
)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    migrations = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations)
    for version in (migrations / "versions").glob("v000[2-9]_*.py"):
        version.unlink()
    path = tmp_path / "data" / "station.sqlite"
    database = Database.open(path, migrations=migrations)
    SqlRecordStore(database).add([record(41), record(42)])
    sha256 = hashlib.sha256(_BODY.encode()).digest()
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO recipes VALUES ('board', 2, :body, :sha256, 1767225600000000, 'Li')"),
            {"body": _BODY, "sha256": sha256},
        )
    database.close()
    assert schema.version_of(path) == "0001"
    return path


@pytest.mark.promise("R-11")
def test_records_and_recipes_survive_the_upgrade(old_file: Path) -> None:
    database = Database.open(old_file)
    try:
        assert schema.version_of(old_file) == schema.newest_version()
        assert [one.frame_id for one in SqlRecordStore(database).recent(5)] == [42, 41]
        recipes = SqlRecipeStore(database)
        recipe = recipes.get("board")
        assert (recipe.version, recipe.camera.exposure_us, recipe.picture_limits) == (2, 1500.0, None)
        (version,) = recipes.versions("board")
        assert (version.recipe, version.published_by, version.reason, version.setup_id) == (recipe, "Li", "", "")
        assert recipe_to_text(recipe) == _BODY
        recipes.publish(recipe)
    finally:
        database.close()


def test_an_upgraded_station_can_set_up_recipes(old_file: Path) -> None:
    database = Database.open(old_file)
    try:
        recipes = SqlRecipeStore(database)
        recipes.publish(
            Recipe(product="board", version=3, model_name="demo"), by="Li", reason="new light", base_version=2
        )
        assert [one.reason for one in recipes.versions("board")] == ["new light", ""]
        assert SqlDraftStore(database).list() == ()
        assert SqlSampleStore(database, old_file.parent).setups() == ()
    finally:
        database.close()
