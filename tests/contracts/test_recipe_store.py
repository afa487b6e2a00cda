"""What every `RecipeStore` must do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inspector.core.errors import InvalidRecipe, OperationalError
from inspector.core.geometry import Polygon, Rect, Size
from inspector.core.picture_limits import PictureLimits, Range
from inspector.core.recipe import (
    CameraSettings,
    DecisionRule,
    Framing,
    OutputTiming,
    Recipe,
    StoredShot,
    TriggerEdge,
    TriggerMode,
)
from inspector.core.recipe_ports import RecipeStore
from inspector.storage.database import Database
from inspector.storage.recipes import SqlRecipeStore
from tests.support.recipe_store import MemoryRecipeStore

PLAIN = Recipe(product="cap", version=1, model_name="demo")
FULL = Recipe(
    product="帽 ‘32’",
    version=7,
    model_name="demo",
    model_version=3,
    model_product="cap",
    title=(("en", "Cap 32"), ("zh_CN", "瓶盖 32")),
    line_code=12,
    camera=CameraSettings(
        exposure_us=1500.5,
        gain_db=0.1 + 0.2,
        trigger=TriggerMode.LINE,
        trigger_line="Line1",
        trigger_edge=TriggerEdge.FALLING,
        trigger_delay_us=3.0,
        pixel_format="BayerRG8",
        roi=Rect(0.0, 16.0, 1280.0, 1024.0),
        white_balance=(1.5, 1.0, 2.25),
        extra=(("GammaEnable", "false"),),
    ),
    image_size=Size(1024, 1280),
    include=(Polygon(((0.0, 0.0), (10.5, 0.0), (0.0, 10.0))),),
    ignore=(Polygon(((1.0, 1.0), (2.0, 1.0), (1.0, 2.0))),),
    framing=Framing.TILES_AND_WHOLE,
    scale=0.5,
    overlap_px=96,
    rule=DecisionRule(score_threshold=1.25, min_area_mm2=0.5),
    output=OutputTiming(deadline_ms=800),
    mm_per_px=0.05,
    camera_id="genicam:A/B/1",
    picture="recipes/a.png",
    notes="night shift",
    smallest_defect_mm=0.3,
    picture_limits=PictureLimits(*[Range(0.25, 99.5)] * 7, shots=20),
    self_test=StoredShot("recipes/b.png", "ab" * 32, 0.43, "basis"),
)


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecipeStore]:
    if request.param == "memory":
        yield MemoryRecipeStore()
        return
    database = Database.open(tmp_path / "station.sqlite")
    yield SqlRecipeStore(database)
    database.close()


@pytest.mark.parametrize("recipe", [PLAIN, FULL], ids=["plain", "full"])
def test_a_recipe_comes_back_as_published(store: RecipeStore, recipe: Recipe) -> None:
    store.publish(recipe, by="Li")
    assert store.get(recipe.product) == recipe
    assert store.get(recipe.product, recipe.version) == recipe


def test_version_0_is_the_newest(store: RecipeStore) -> None:
    for version in (1, 2, 10):
        store.publish(replace(PLAIN, version=version))
    assert store.get("cap").version == 10
    assert store.get("cap", 2).version == 2


def test_the_list_holds_the_newest_of_each_product_by_name(store: RecipeStore) -> None:
    for product, version in (("plate", 1), ("cap", 2), ("cap", 1)):
        store.publish(replace(PLAIN, product=product, version=version))
    assert [str(recipe.ref) for recipe in store.list()] == ["cap v2", "plate v1"]


def test_an_unknown_product_or_version_names_what_there_is(store: RecipeStore) -> None:
    store.publish(PLAIN)
    for product, version in (("lid", 0), ("cap", 9)):
        with pytest.raises(OperationalError, match="cap") as caught:
            store.get(product, version)
        assert caught.value.code == "RCP-001"


def test_an_empty_store_says_so(store: RecipeStore) -> None:
    assert store.list() == ()
    with pytest.raises(OperationalError, match="none"):
        store.get("cap")


def test_publishing_the_same_again_changes_nothing(store: RecipeStore) -> None:
    store.publish(PLAIN)
    store.publish(PLAIN)
    assert store.list() == (PLAIN,)


def test_a_published_version_never_changes(store: RecipeStore) -> None:
    store.publish(PLAIN)
    with pytest.raises(OperationalError) as caught:
        store.publish(replace(PLAIN, rule=DecisionRule(score_threshold=9.0)))
    assert caught.value.code == "RCP-002"
    assert store.get("cap") == PLAIN


@pytest.mark.parametrize(
    "changes", [{"version": 0}, {"product": " "}, {"rule": DecisionRule(float("nan"))}, {"scale": 0.0}]
)
def test_a_recipe_that_cannot_be_used_is_not_published(store: RecipeStore, changes: dict) -> None:
    with pytest.raises(InvalidRecipe):
        store.publish(replace(PLAIN, **changes))
    assert store.list() == ()


def test_every_version_says_how_it_came_about(store: RecipeStore) -> None:
    store.publish(PLAIN, by="shipped")
    second = replace(PLAIN, version=2, notes="new light")
    store.publish(second, by="Li", reason="the light was changed", base_version=1, setup_id="ab" * 16)
    newest, oldest = store.versions("cap")
    assert (newest.recipe, newest.published_by, newest.reason) == (second, "Li", "the light was changed")
    assert (newest.product, newest.version, newest.base_version, newest.setup_id) == ("cap", 2, 1, "ab" * 16)
    assert (oldest.recipe, oldest.published_by, oldest.reason, oldest.setup_id) == (PLAIN, "shipped", "", "")
    assert newest.published_at >= oldest.published_at
    assert newest.published_at.tzinfo is not None
    assert store.versions("lid") == ()


def test_a_retired_product_is_not_offered_and_not_lost(store: RecipeStore) -> None:
    store.publish(PLAIN)
    store.publish(replace(PLAIN, product="plate"))
    store.retire("cap", by="Li")
    store.retire("cap", by="Li")
    assert store.retired() == {"cap"}
    assert [recipe.product for recipe in store.list()] == ["plate"]
    assert [recipe.product for recipe in store.list(retired=True)] == ["cap", "plate"]
    assert store.get("cap") == PLAIN
    store.unretire("cap", by="Li")
    assert store.retired() == frozenset()
    assert [recipe.product for recipe in store.list()] == ["cap", "plate"]


def test_a_new_version_takes_a_retired_product_into_use_and_the_same_one_does_not(store: RecipeStore) -> None:
    store.publish(PLAIN)
    store.retire("cap")
    store.publish(PLAIN)
    assert store.retired() == {"cap"}
    store.publish(replace(PLAIN, version=2))
    assert store.retired() == frozenset()


def test_only_a_known_product_can_be_retired(store: RecipeStore) -> None:
    store.publish(PLAIN)
    for change in (store.retire, store.unretire):
        with pytest.raises(OperationalError, match="cap") as caught:
            change("lid")
        assert caught.value.code == "RCP-001"
