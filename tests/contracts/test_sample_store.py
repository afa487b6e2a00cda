"""What every `SampleStore` must do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.ports import SampleStore
from inspector.core.refs import ModelRef, new_id
from inspector.core.sample import Sample, SampleFlag, Tray, Use
from inspector.storage.database import Database
from inspector.storage.samples import SqlSampleStore
from tests.support.setup_stores import MemorySampleStore

SETUP = new_id()
PICTURE = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
MODEL = ModelRef("demo", 2, "ab" * 32)


def sample(setup_id: str = SETUP, **changes: object) -> Sample:
    plain = Sample(new_id(), setup_id, Tray.UNSORTED, datetime(2026, 7, 1, 8, 30, tzinfo=UTC), Size(1, 1))
    return replace(plain, **changes)


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SampleStore]:
    if request.param == "memory":
        yield MemorySampleStore()
        return
    database = Database.open(tmp_path / "station.sqlite")
    yield SqlSampleStore(database, tmp_path)
    database.close()


def test_a_sample_comes_back_as_added(store: SampleStore) -> None:
    made = store.add(
        sample(
            tray=Tray.BAD,
            source="import:刮痕 1.png",
            defect="scratch, 刮痕",
            group="g1",
            fingerprint=b"\x00\x01\xff12345",
            flags=frozenset({SampleFlag.ODD_ONE_OUT, SampleFlag.NEAR_COPY}),
            use=Use.CHECK,
            score=0.1 + 0.2,
            scored_by=MODEL,
        ),
        PICTURE,
    )
    assert made.size == Size(300, 400)
    assert made.sha256
    assert store.get(made.id) == made
    assert store.list(SETUP) == (made,)
    assert np.array_equal(store.load(made), PICTURE)


def test_a_gray_picture_stays_gray(store: SampleStore) -> None:
    made = store.add(sample(), PICTURE[..., 0].copy())
    assert np.array_equal(store.load(made), PICTURE[..., 0])
    assert store.thumbnail(made).ndim == 2


def test_samples_are_listed_by_set_up_in_the_order_of_adding(store: SampleStore) -> None:
    other = new_id()
    ids = [store.add(sample(), PICTURE[:8, :8]).id for _ in range(5)]
    store.add(sample(other), PICTURE[:8, :8])
    assert [one.id for one in store.list(SETUP)] == ids
    assert store.setups() == tuple(sorted((SETUP, other)))
    assert store.list(new_id()) == ()
    assert store.get(new_id()) is None


def test_what_a_person_and_the_program_decide_can_be_changed_and_the_picture_cannot(store: SampleStore) -> None:
    first, second = (store.add(sample(), PICTURE[:8, :8]) for _ in range(2))
    changed = replace(
        first, tray=Tray.GOOD, defect="dent", group="g", use=Use.CHECK, score=0.5, scored_by=MODEL, fingerprint=b"x" * 8
    )
    changed = replace(changed, flags=frozenset({SampleFlag.OUTSIDE_LIMITS}))
    store.update([replace(changed, path="samples/elsewhere.png", sha256="00" * 32, source="lie")])
    store.update([])
    assert store.list(SETUP) == (changed, second)
    store.update([first])
    assert store.get(first.id) == first


def test_deleting_can_be_undone(store: SampleStore) -> None:
    first, second = (store.add(sample(), PICTURE[:8, :8]) for _ in range(2))
    store.delete([first.id])
    assert store.list(SETUP) == (second,)
    assert store.get(first.id) is None
    store.update([replace(first, tray=Tray.BAD)])
    assert store.get(first.id) is None
    store.restore([first])
    assert store.list(SETUP) == (first, second)


def test_after_the_clean_up_a_deleted_sample_is_gone_for_good(store: SampleStore) -> None:
    kept, gone = (store.add(sample(), PICTURE[:8, :8]) for _ in range(2))
    store.delete([gone.id])
    assert store.clean_up() == 1
    assert store.clean_up() == 0
    with pytest.raises(OperationalError) as caught:
        store.restore([gone])
    assert caught.value.code == "DAT-002"
    with pytest.raises(OperationalError):
        store.load(gone)
    assert store.list(SETUP) == (kept,)
    assert np.array_equal(store.load(kept), PICTURE[:8, :8])


def test_a_thumbnail_is_small_and_looks_like_the_picture(store: SampleStore) -> None:
    even = np.full((900, 1200, 3), (200, 90, 20), np.uint8)
    small = store.thumbnail(store.add(sample(), even))
    assert max(small.shape[:2]) <= 256
    assert small.shape[1] / small.shape[0] == pytest.approx(4 / 3, rel=0.02)
    assert np.allclose(small.mean(axis=(0, 1)), (200, 90, 20), atol=3)
