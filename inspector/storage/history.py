"""Judged parts in bulk, as columns: what a new limit is tried on needs fifty thousand rows and no record of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, select

from inspector.core.decision import Verdict
from inspector.core.refs import ModelRef
from inspector.core.setup_ports import HistoryParts
from inspector.storage.database import Database
from inspector.storage.tables import inspections, models, names, regions

_VERDICTS = {Verdict.PASS.value: 0, Verdict.FAIL.value: 1, Verdict.NOT_INSPECTED.value: 2}
_COLUMNS = (
    inspections.c.sequence,
    inspections.c.id,
    inspections.c.verdict,
    inspections.c.score,
    inspections.c.limit_,
    inspections.c.recipe_version,
    inspections.c.model_key,
    inspections.c.map_path,
    inspections.c.map_sha256,
)


class SqlHistory:
    """`HistorySource` on a `Database`; parts and regions come from one view of it."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def parts(
        self, product: str, *, since: datetime | None = None, until: datetime | None = None, simulated: bool = False
    ) -> HistoryParts:
        """Parts of one product; see the port."""
        chosen = _chosen(product, since, until, simulated=simulated)
        query = select(*_COLUMNS).where(chosen).order_by(inspections.c.sequence)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            found = connection.execute(_regions(chosen)).all()
            keys = {row.model_key for row in rows if row.model_key is not None}
            known = connection.execute(select(models).order_by(models.c.key)).all() if keys else []
        return _columns(rows, found, [row for row in known if row.key in keys])


def _chosen(product: str, since: datetime | None, until: datetime | None, *, simulated: bool) -> ColumnElement[bool]:
    key = select(names.c.key).where(names.c.text == product).scalar_subquery()
    conditions = [inspections.c.product_key == key, inspections.c.simulated == int(simulated)]
    if since is not None:
        conditions.append(inspections.c.captured_at >= since)
    if until is not None:
        conditions.append(inspections.c.captured_at < until)
    return and_(*conditions)


def _regions(chosen: ColumnElement[bool]) -> Select[Any]:
    joined = regions.join(inspections, regions.c.sequence == inspections.c.sequence)
    return (
        select(regions.c.sequence, regions.c.area_px, regions.c.peak)
        .select_from(joined)
        .where(chosen)
        .order_by(regions.c.sequence, regions.c.rank)
    )


def _columns(rows: Sequence[Any], found: Sequence[Any], known: Sequence[Any]) -> HistoryParts:
    place = {row.key: index for index, row in enumerate(known)}
    sequences = np.array([row.sequence for row in rows], np.int64)
    region_sequences = np.array([row.sequence for row in found], np.int64)
    return HistoryParts(
        ids=tuple(row.id for row in rows),
        verdict=np.array([_VERDICTS[row.verdict] for row in rows], np.uint8),
        score=np.array([np.nan if row.score is None else row.score for row in rows], np.float64),
        limit=np.array([np.nan if row.limit_ is None else row.limit_ for row in rows], np.float64),
        version=np.array([row.recipe_version for row in rows], np.int64),
        model=np.array([place.get(row.model_key, -1) for row in rows], np.int64),
        models=tuple(ModelRef(row.name, row.version, row.sha256) for row in known),
        map_path=tuple(row.map_path or "" for row in rows),
        map_sha256=tuple(row.map_sha256 for row in rows),
        # Both are in the order of `sequence`, and no region is without its part.
        region_part=np.searchsorted(sequences, region_sequences).astype(np.int64),
        region_area_px=np.array([row.area_px for row in found], np.float64),
        region_peak=np.array([row.peak for row in found], np.float64),
    )
