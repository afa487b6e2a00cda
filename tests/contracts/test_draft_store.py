"""What every `DraftStore` must do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.core.check import CheckResult
from inspector.core.draft import JudgedCheck, MeasuredTiming, RecipeDraft, Step, new_draft
from inspector.core.geometry import Polygon, Size
from inspector.core.picture_limits import PictureLimits, Range
from inspector.core.recipe import CameraSettings, DecisionRule, StoredShot, TriggerMode
from inspector.core.recipe_ports import DraftStore
from inspector.core.refs import ModelRef
from inspector.storage.database import Database
from inspector.storage.drafts import SqlDraftStore
from tests.support.setup_stores import MemoryDraftStore

LATE = datetime(2026, 7, 1, 12, 30, 0, 250_000, tzinfo=UTC)
WIDE = Range(0.25, 255.0)


def full() -> RecipeDraft:
    draft = new_draft("瓶 ‘0.5’", by="li").with_recipe(
        title=(("zh_CN", "瓶"),),
        line_code=7,
        camera=CameraSettings(exposure_us=812.5, trigger=TriggerMode.LINE, extra=(("GainAuto", "Off"),)),
        camera_id="genicam:A/B/1",
        image_size=Size(480, 640),
        include=(Polygon(((0.0, 0.0), (10.5, 0.0), (0.0, 10.0))),),
        picture="recipes/a.png",
        notes="line 3\nnight shift",
        smallest_defect_mm=0.3,
        picture_limits=PictureLimits(WIDE, WIDE, WIDE, WIDE, WIDE, WIDE, WIDE, shots=20),
        self_test=StoredShot("recipes/b.png", "ab" * 32, 0.43, "basis"),
        mm_per_px=0.05,
    )
    return replace(
        draft,
        base_product="bottle",
        base_version=3,
        allowed_per_1000=2.5,
        auto_exposure=True,
        lacks_trigger=True,
        judged=JudgedCheck(
            ModelRef("demo", 2, "cd" * 32),
            "basis",
            "key",
            DecisionRule(1.25, 0.5),
            CheckResult(1, 60, 11, 12),
            ("cap",),
        ),
        timing=MeasuredTiming(200, 40.25, 61.5, 512.0, "basis"),
        visited=(Step.CAMERA, Step.PRODUCT),
        changed_at=LATE,
    )


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DraftStore]:
    if request.param == "memory":
        yield MemoryDraftStore()
        return
    database = Database.open(tmp_path / "station.sqlite")
    yield SqlDraftStore(database)
    database.close()


def test_a_draft_comes_back_as_saved(store: DraftStore) -> None:
    for draft in (full(), new_draft()):
        store.save(draft)
        assert store.get(draft.id) == draft


def test_saving_again_replaces_the_older_state(store: DraftStore) -> None:
    draft = full()
    store.save(draft)
    changed = draft.with_recipe(product="other", scale=0.0)
    store.save(changed)
    assert store.list() == (changed,)


def test_the_list_begins_with_the_last_changed(store: DraftStore) -> None:
    drafts = [replace(new_draft(str(n)), changed_at=LATE + timedelta(seconds=n)) for n in (2, 1, 3)]
    for draft in drafts:
        store.save(draft)
    assert [draft.recipe.product for draft in store.list()] == ["3", "2", "1"]


def test_a_deleted_draft_is_gone_and_an_unknown_one_is_none(store: DraftStore) -> None:
    draft = full()
    store.save(draft)
    store.delete(draft.id)
    store.delete(draft.id)
    assert store.get(draft.id) is None
    assert store.get("nonsense") is None
    assert store.list() == ()
