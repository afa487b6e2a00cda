"""Inspection records in SQLite: rows in, values out."""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, func, insert, literal_column, select, update

from inspector.core.decision import Verdict
from inspector.core.record import Counts, InspectionRecord, KeptFiles, RegionRecord
from inspector.core.refs import ModelRef, RecipeRef, is_id
from inspector.storage.database import Database
from inspector.storage.tables import inspections, models, names, regions

logger = logging.getLogger(__name__)

_BOUND_AT_ONCE = 500

_source, _lot, _product, _reason = (names.alias(alias) for alias in ("source", "lot", "product", "reason"))

_RECORDS = (
    select(
        inspections,
        _source.c.text.label("source"),
        _lot.c.text.label("lot"),
        _product.c.text.label("product"),
        _reason.c.text.label("reason"),
        models.c.name.label("model_name"),
        models.c.version.label("model_version"),
        models.c.sha256.label("model_sha256"),
    )
    .join(_source, inspections.c.source_key == _source.c.key)
    .outerjoin(_lot, inspections.c.lot_key == _lot.c.key)
    .join(_product, inspections.c.product_key == _product.c.key)
    .join(_reason, inspections.c.reason_key == _reason.c.key)
    .outerjoin(models, inspections.c.model_key == models.c.key)
)

_KEEP_FILES = (
    update(inspections)
    .where(inspections.c.id == bindparam("record_id"))
    .values(
        image_path=bindparam("new_image_path"),
        image_sha256=bindparam("new_image_sha256"),
        map_path=bindparam("new_map_path"),
        map_sha256=bindparam("new_map_sha256"),
        awaited=0,
        shed=0,
    )
)
_GIVE_UP_FILES = (
    update(inspections)
    .where(inspections.c.id == bindparam("record_id"), inspections.c.awaited == 1)
    .values(awaited=0, shed=1)
)


class SqlRecordStore:
    """`RecordStore` on a `Database`; one method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        # Keys of names and models that are on disk; touched by the writing methods only, so by one thread.
        self._keys: dict[object, int] = {}

    def add(self, records: Sequence[InspectionRecord]) -> None:
        """Store all, or none; see the port."""
        if not records:
            return
        by_id = {record.id: record for record in records}
        for record_id in by_id:
            if not is_id(record_id):
                raise ValueError(f"{record_id!r} is not an id")
        keys = dict(self._keys)
        with self._database.write() as connection:
            stored = connection.scalars(select(inspections.c.id).where(inspections.c.id.in_(by_id)))
            for record_id in stored:
                del by_id[record_id]
            if by_id:
                first = (connection.scalar(select(func.max(inspections.c.sequence))) or 0) + 1
                numbered = list(enumerate(by_id.values(), first))
                connection.execute(
                    insert(inspections), [_row(connection, number, record, keys) for number, record in numbered]
                )
                region_rows = [row for number, record in numbered for row in _region_rows(number, record.regions)]
                if region_rows:
                    connection.execute(insert(regions), region_rows)
        self._keys = keys

    def attach(self, files: Sequence[KeptFiles]) -> None:
        """Tell records what became of their files; see the port."""
        kept = [_file_row(one) for one in files if one.image or one.map]
        given_up = [{"record_id": one.record_id} for one in files if not (one.image or one.map)]
        if not files:
            return
        with self._database.write() as connection:
            if kept:
                connection.execute(_KEEP_FILES, kept)
            if given_up:
                connection.execute(_GIVE_UP_FILES, given_up)

    def flag(self, record_id: str, *, flagged: bool) -> None:
        """Put a part on the review list, or take it off."""
        change = update(inspections).where(inspections.c.id == record_id).values(flagged=int(flagged))
        with self._database.write() as connection:
            if connection.execute(change).rowcount != 1:
                logger.warning("There is no record %s to be flagged", record_id)

    def get(self, record_id: str) -> InspectionRecord | None:
        """One record with its regions."""
        if not is_id(record_id):
            return None
        return next(iter(self._select(_RECORDS.where(inspections.c.id == record_id))), None)

    def recent(self, limit: int) -> tuple[InspectionRecord, ...]:
        """The newest records, newest first."""
        return self._select(_RECORDS.order_by(inspections.c.sequence.desc()).limit(limit))

    def first(self) -> InspectionRecord | None:
        """The record that was stored first."""
        return next(iter(self._select(_RECORDS.order_by(inspections.c.sequence).limit(1))), None)

    def awaiting_files(self) -> tuple[InspectionRecord, ...]:
        """Records whose files were still being written when the program ended."""
        return self._select(_RECORDS.where(inspections.c.awaited == literal_column("1")))

    def with_files_since(self, since: datetime) -> tuple[InspectionRecord, ...]:
        """Records of parts captured at or after a time that name a file."""
        named = inspections.c.image_path.is_not(None) | inspections.c.map_path.is_not(None)
        return self._select(_RECORDS.where(inspections.c.captured_at >= since, named))

    def counts(self, *, lot: str | None = None, since: datetime | None = None, simulated: bool | None = None) -> Counts:
        """Sums by verdict; see the port."""
        query = select(inspections.c.verdict, func.count()).group_by(inspections.c.verdict)
        if lot == "":
            query = query.where(inspections.c.lot_key.is_(None))
        elif lot is not None:
            key = select(names.c.key).where(names.c.text == _storable(lot)).scalar_subquery()
            query = query.where(inspections.c.lot_key == key)
        if since is not None:
            query = query.where(inspections.c.captured_at >= since)
        if simulated is not None:
            query = query.where(inspections.c.simulated == int(simulated))
        with self._database.read() as connection:
            sums = {row[0]: row[1] for row in connection.execute(query)}
        return Counts(
            passed=sums.get(Verdict.PASS.value, 0),
            failed=sums.get(Verdict.FAIL.value, 0),
            not_inspected=sums.get(Verdict.NOT_INSPECTED.value, 0),
        )

    def last_inspected(self, recipe: RecipeRef) -> datetime | None:
        """When the newest part was inspected with a recipe's version; see the port."""
        key = select(names.c.key).where(names.c.text == _storable(recipe.product)).scalar_subquery()
        same = (inspections.c.product_key == key) & (inspections.c.recipe_version == recipe.version)
        # The newest of one version lies at the end of its stretch of the index: one step, however many parts there are.
        query = select(inspections.c.captured_at).where(same).order_by(inspections.c.sequence.desc()).limit(1)
        with self._database.read() as connection:
            return connection.scalar(query)

    def _select(self, query: Select[Any]) -> tuple[InspectionRecord, ...]:
        """Records of a query over `_RECORDS`, in its order, with their regions, from one view of the database."""
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            regions_of = _regions_of(connection, [row.sequence for row in rows])
        return tuple(_record(row, regions_of.get(row.sequence, ())) for row in rows)


def _row(connection: Connection, number: int, record: InspectionRecord, keys: dict[object, int]) -> dict[str, object]:
    """The columns of a record, after making sure that every name it points at is there."""

    def key(table: Table, **columns: object) -> int:
        wanted = (table.name, *columns.values())
        if wanted not in keys:
            same = [table.c[column] == value for column, value in columns.items()]
            found = connection.scalar(select(table.c.key).where(*same))
            if found is None:
                found = connection.scalar(insert(table).values(**columns).returning(table.c.key))
            if found is None:
                raise RuntimeError(f"{table.name} gave no key for {columns}")
            keys[wanted] = int(found)
        return keys[wanted]

    model = record.model
    return {
        "sequence": number,
        "id": record.id,
        "frame_id": record.frame_id,
        "captured_at": record.captured_at,
        "recorded_at": record.recorded_at,
        "verdict": record.verdict.value,
        "reason_key": key(names, text=record.reason),
        "score": record.score,
        "limit_": record.limit if math.isfinite(record.limit) else None,
        "source_key": key(names, text=_storable(record.source)),
        "lot_key": key(names, text=_storable(record.lot)) if record.lot else None,
        "product_key": key(names, text=_storable(record.recipe.product)),
        "recipe_version": record.recipe.version,
        "model_key": key(models, name=model.name, version=model.version, sha256=model.sha256) if model else None,
        "simulated": int(record.simulated),
        "waited_us": record.waited_ms,
        "model_us": record.model_ms,
        "answer_us": record.answer_ms,
        "awaited": int(record.awaited),
        "shed": int(record.shed),
        "flagged": int(record.flagged),
        "label": _storable(record.label) or None,
        "detail": _storable(record.detail) or None,
        "image_path": record.image_path or None,
        "image_sha256": record.image_sha256,
        "map_path": record.map_path or None,
        "map_sha256": record.map_sha256,
    }


def _region_rows(number: int, found: Iterable[RegionRecord]) -> Iterable[dict[str, object]]:
    for rank, region in enumerate(found):
        yield {
            "sequence": number,
            "rank": rank,
            "x": region.x,
            "y": region.y,
            "width": region.width,
            "height": region.height,
            "area_px": region.area_px,
            "peak": region.peak,
            "mean": region.mean,
        }


def _file_row(files: KeptFiles) -> dict[str, object]:
    return {
        "record_id": files.record_id,
        "new_image_path": files.image.path if files.image else None,
        "new_image_sha256": files.image.sha256 if files.image else "",
        "new_map_path": files.map.path if files.map else None,
        "new_map_sha256": files.map.sha256 if files.map else "",
    }


def _regions_of(connection: Connection, sequences: Sequence[int]) -> Mapping[int, tuple[RegionRecord, ...]]:
    found: dict[int, list[RegionRecord]] = {}
    for start in range(0, len(sequences), _BOUND_AT_ONCE):
        some = sequences[start : start + _BOUND_AT_ONCE]
        query = select(regions).where(regions.c.sequence.in_(some)).order_by(regions.c.sequence, regions.c.rank)
        for row in connection.execute(query):
            region = RegionRecord(row.x, row.y, row.width, row.height, row.area_px, row.peak, row.mean)
            found.setdefault(row.sequence, []).append(region)
    return {sequence: tuple(some) for sequence, some in found.items()}


def _record(row: Row[Any], found: tuple[RegionRecord, ...]) -> InspectionRecord:
    return InspectionRecord(
        id=row.id,
        frame_id=row.frame_id,
        source=row.source,
        label=row.label or "",
        lot=row.lot or "",
        captured_at=row.captured_at,
        recorded_at=row.recorded_at,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        score=row.score,
        limit=math.nan if row.limit_ is None else row.limit_,
        recipe=RecipeRef(row.product, row.recipe_version),
        model=ModelRef(row.model_name, row.model_version, row.model_sha256) if row.model_key is not None else None,
        simulated=bool(row.simulated),
        detail=row.detail or "",
        waited_ms=row.waited_us,
        model_ms=row.model_us,
        answer_ms=row.answer_us,
        image_path=row.image_path or "",
        map_path=row.map_path or "",
        image_sha256=row.image_sha256,
        map_sha256=row.map_sha256,
        awaited=bool(row.awaited),
        shed=bool(row.shed),
        flagged=bool(row.flagged),
        regions=found,
    )


def _storable(text: str) -> str:
    """Text that SQLite takes: a file name may hold bytes that are no letters in any encoding."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
