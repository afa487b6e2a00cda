from datetime import timedelta
from time import perf_counter

import numpy as np
import pytest
from sqlalchemy import text

from inspector.core.decision import Verdict
from inspector.core.refs import ModelRef, RecipeRef
from inspector.storage.database import Database
from inspector.storage.history import SqlHistory
from inspector.storage.records import SqlRecordStore
from tests.support.records import CAPTURED_AT, record, regions

CAP = RecipeRef("cap", 2)
OLD, NEW = ModelRef("demo", 1, "aa"), ModelRef("demo", 2, "bb")


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def history(database: Database) -> SqlHistory:
    SqlRecordStore(database).add(
        [
            record(1, Verdict.PASS, recipe=CAP, model=OLD, score=0.5, captured_at=CAPTURED_AT, simulated=False),
            record(2, recipe=RecipeRef("lid", 1), simulated=False),
            record(
                3,
                Verdict.FAIL,
                recipe=CAP,
                model=NEW,
                score=1.5,
                limit=1.25,
                captured_at=CAPTURED_AT + minutes(1),
                simulated=False,
                regions=regions(2),
                map_path="maps/x.safetensors",
                map_sha256="cd" * 32,
            ),
            record(4, recipe=CAP, simulated=True, regions=regions(1)),
            record(
                5,
                Verdict.NOT_INSPECTED,
                recipe=RecipeRef("cap", 3),
                model=None,
                score=None,
                captured_at=CAPTURED_AT + minutes(2),
                simulated=False,
                regions=(),
            ),
        ]
    )
    return SqlHistory(database)


def test_parts_of_one_product_come_as_columns(history: SqlHistory, database: Database) -> None:
    found = history.parts("cap")
    stored = {one.frame_id: one for one in SqlRecordStore(database).recent(9)}
    assert found.ids == (stored[1].id, stored[3].id, stored[5].id)
    assert found.verdict.tolist() == [0, 1, 2]
    assert found.score[:2].tolist() == [0.5, 1.5]
    assert np.isnan(found.score[2])
    assert found.limit[1] == 1.25
    assert found.version.tolist() == [2, 2, 3]
    assert [found.models[index] if index >= 0 else None for index in found.model] == [OLD, NEW, None]
    assert found.map_path == ("", "maps/x.safetensors", "")
    assert found.map_sha256 == ("", "cd" * 32, "")
    kept = [region for number in (1, 3, 5) for region in stored[number].regions]
    owners = [index for index, number in enumerate((1, 3, 5)) for _ in stored[number].regions]
    assert found.region_part.tolist() == owners
    assert found.region_area_px.tolist() == [region.area_px for region in kept]
    assert found.region_peak.tolist() == [region.peak for region in kept]


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(history: SqlHistory) -> None:
    assert len(history.parts("cap", since=CAPTURED_AT + minutes(1))) == 2
    assert len(history.parts("cap", until=CAPTURED_AT + minutes(1))) == 1
    assert len(history.parts("cap", since=CAPTURED_AT, until=CAPTURED_AT + minutes(2))) == 2


def test_simulated_parts_are_asked_for_by_themselves(history: SqlHistory) -> None:
    found = history.parts("cap", simulated=True)
    assert len(found) == 1
    assert found.region_part.tolist() == [0]


def test_an_unknown_product_has_no_parts(history: SqlHistory) -> None:
    found = history.parts("nothing")
    assert len(found) == 0
    assert (found.models, found.region_part.size, found.score.dtype) == ((), 0, np.float64)


def test_fifty_thousand_parts_come_within_seconds(history: SqlHistory, database: Database) -> None:
    with database.write() as connection:
        columns = [row[1] for row in connection.execute(text("PRAGMA table_info(inspections)"))]
        rest = ", ".join(name for name in columns if name not in ("sequence", "id"))
        connection.exec_driver_sql(
            f"WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 50099) INSERT INTO inspections"
            f" (sequence, id, {rest}) SELECT n.i, randomblob(16), {rest} FROM inspections, n WHERE frame_id = 3"
        )
        connection.exec_driver_sql(
            "INSERT INTO regions SELECT i.sequence, r.rank, x, y, width, height, area_px, peak, mean FROM regions r,"
            " inspections i WHERE r.sequence = 3 AND i.sequence >= 100 AND i.sequence % 10 = 0"
        )
    began = perf_counter()
    found = history.parts("cap")
    taken = perf_counter() - began
    assert len(found) == 50_003
    assert found.region_part.size > 10_000
    assert taken < 4, f"{taken:.1f} s"
