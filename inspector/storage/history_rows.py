"""Stored parts in bulk, as columns: what a new limit is tried on, fifty thousand parts in a second or two."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from inspector.core.decision import Verdict
from inspector.core.refs import ModelRef
from inspector.core.setup_ports import HistoryParts
from inspector.storage.database import Database
from inspector.storage.tables import inspections, models, names, regions

_VERDICTS: Final = {Verdict.PASS.value: 0, Verdict.FAIL.value: 1, Verdict.NOT_INSPECTED.value: 2}


class SqlHistorySource:
    """`HistorySource` on a `Database`."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def parts(
        self, product: str, *, since: datetime | None = None, until: datetime | None = None, simulated: bool = False
    ) -> HistoryParts:
        """Parts of one product; see the port."""
        wanted = _wanted(product, since, until, simulated=simulated)
        # Ids and hashes stay bytes until they are needed: converting each costs more than reading it.
        query = (
            select(
                inspections.c.sequence,
                func.lower(func.hex(inspections.c.id)),
                inspections.c.verdict,
                inspections.c.score,
                inspections.c.limit_,
                inspections.c.recipe_version,
                inspections.c.model_key,
                inspections.c.map_path,
                func.lower(func.hex(inspections.c.map_sha256)),
            )
            .where(*wanted)
            .order_by(inspections.c.sequence)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            region_rows = connection.execute(_regions(wanted)).all()
            known = {row.key: ModelRef(row.name, row.version, row.sha256) for row in connection.execute(select(models))}
        return _columns([tuple(row) for row in rows], [tuple(row) for row in region_rows], known)


def _wanted(
    product: str, since: datetime | None, until: datetime | None, *, simulated: bool
) -> list[ColumnElement[bool]]:
    key = select(names.c.key).where(names.c.text == product).scalar_subquery()
    found: list[ColumnElement[bool]] = [inspections.c.product_key == key, inspections.c.simulated == int(simulated)]
    if since is not None:
        found.append(inspections.c.captured_at >= since)
    if until is not None:
        found.append(inspections.c.captured_at < until)
    return found


def _regions(wanted: Iterable[ColumnElement[bool]]) -> Select[Any]:
    return (
        select(regions.c.sequence, regions.c.area_px, regions.c.peak)
        .join(inspections, inspections.c.sequence == regions.c.sequence)
        .where(*wanted)
        .order_by(regions.c.sequence, regions.c.rank)
    )


def _columns(
    rows: Sequence[tuple[Any, ...]], region_rows: Sequence[tuple[Any, ...]], known: dict[int, ModelRef]
) -> HistoryParts:
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * 9
    sequence, ids, verdict, score, limit, version, model_key, map_path, map_sha256 = columns
    of_part, area_px, peak = list(zip(*region_rows, strict=True)) or [(), (), ()]
    order = {key: place for place, key in enumerate(known)}
    return HistoryParts(
        ids=tuple(ids),
        verdict=np.asarray([_VERDICTS[word] for word in verdict], np.uint8),
        score=np.asarray([np.nan if value is None else value for value in score], np.float64),
        limit=np.asarray([np.nan if value is None else value for value in limit], np.float64),
        version=np.asarray(version, np.int64),
        model=np.asarray([order.get(key, -1) for key in model_key], np.int64),
        models=tuple(known.values()),
        map_path=tuple(path or "" for path in map_path),
        map_sha256=tuple(digest or "" for digest in map_sha256),
        region_part=np.searchsorted(np.asarray(sequence, np.int64), np.asarray(of_part, np.int64)).astype(np.int64),
        region_area_px=np.asarray(area_px, np.float64),
        region_peak=np.asarray(peak, np.float64),
    )
