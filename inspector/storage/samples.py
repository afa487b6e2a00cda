"""Samples: a row in SQLite and a picture beside it, whole or absent.

The picture is written before its row, so that a row never names a file that is not there. Deleting only marks rows; the
files go when the program starts the next time, so that deleting can be undone until then.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.record import StoredFile
from inspector.core.refs import ModelRef, is_id
from inspector.core.sample import Sample, SampleFlag, Tray, Use
from inspector.storage.database import Database
from inspector.storage.picture_files import (
    decode_picture,
    encode_jpeg,
    encode_png,
    inside,
    read_checked,
    shrunk,
    write_stored,
)
from inspector.storage.sqlite import CHECK_DISK
from inspector.storage.tables import models, samples

logger = logging.getLogger(__name__)

FOLDER: Final = "samples"
THUMBNAIL_PX: Final = 256
_INCOMING: Final = ".incoming"
_BOUND_AT_ONCE: Final = 500

_SAMPLES = select(
    samples,
    models.c.name.label("model_name"),
    models.c.version.label("model_version"),
    models.c.sha256.label("model_sha256"),
).select_from(samples.outerjoin(models, samples.c.model_key == models.c.key))
_UPDATE = (
    update(samples)
    .where(samples.c.id == bindparam("sample_id"), samples.c.deleted_at.is_(None))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("tray", "use", "defect", "capture_group", "fingerprint", "flags", "score", "model_key")
        }
    )
)


class SqlSampleStore:
    """`SampleStore` on a `Database` and a data folder; one method is one transaction."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Take the data folder; nothing is made or read yet."""
        self._database = database
        self._folder = folder

    def add(self, sample: Sample, image: NDArray[np.uint8]) -> Sample:
        """Store a picture, then its row; see the port."""
        if not is_id(sample.id) or not is_id(sample.setup_id):
            raise ValueError(f"{sample.id!r} or {sample.setup_id!r} is not an id")
        path = f"{FOLDER}/{sample.setup_id}/{sample.id}.png"
        stored = self._write(path, encode_png(image))
        self._write(_thumbnail_path(path), encode_jpeg(shrunk(image, THUMBNAIL_PX)))
        made = replace(sample, path=stored.path, sha256=stored.sha256, size=Size.of(image.shape))
        with self._database.write() as connection:
            connection.execute(insert(samples), {"id": made.id, **_fixed(made), **_changing(connection, made)})
        return made

    def update(self, samples_: Sequence[Sample]) -> None:
        """Change what may change; see the port."""
        if not samples_:
            return
        with self._database.write() as connection:
            rows = [
                {"sample_id": one.id, **{f"new_{name}": value for name, value in _changing(connection, one).items()}}
                for one in samples_
            ]
            connection.execute(_UPDATE, rows)

    def delete(self, sample_ids: Sequence[str]) -> None:
        """Take samples out; see the port."""
        self._mark(sample_ids, datetime.now(UTC))

    def restore(self, samples_: Sequence[Sample]) -> None:
        """Undo `delete`; see the port."""
        for sample in samples_:
            if not inside(self._folder, sample.path, (FOLDER,)).is_file():
                raise OperationalError(
                    "DAT-002", f"The file {sample.path} is gone, so the sample cannot be brought back.", ""
                )
        self._mark([sample.id for sample in samples_], None)
        self.update(samples_)

    def get(self, sample_id: str) -> Sample | None:
        """One sample."""
        return next(iter(self._select(_SAMPLES.where(samples.c.id == sample_id))), None) if is_id(sample_id) else None

    def list(self, setup_id: str) -> tuple[Sample, ...]:
        """All samples of a set-up; see the port."""
        if not is_id(setup_id):
            return ()
        return self._select(_SAMPLES.where(samples.c.setup_id == setup_id).order_by(samples.c.id))

    def setups(self) -> tuple[str, ...]:
        """Ids of the set-ups that have samples."""
        query = select(samples.c.setup_id).where(samples.c.deleted_at.is_(None)).distinct()
        with self._database.read() as connection:
            return tuple(sorted(connection.scalars(query)))

    def load(self, sample: Sample) -> NDArray[np.uint8]:
        """A sample's picture; see the port."""
        file = inside(self._folder, sample.path, (FOLDER,))
        return decode_picture(sample.path, read_checked(file, sample.path, sample.sha256))

    def thumbnail(self, sample: Sample) -> NDArray[np.uint8]:
        """A small picture; see the port."""
        path = _thumbnail_path(sample.path)
        file = inside(self._folder, path, (FOLDER,))
        try:
            return decode_picture(path, read_checked(file, path), "JPEG")
        except OperationalError as error:
            # Only a copy for eyes: it is made again from the picture, which is checked.
            logger.info("%s", error)
        small = shrunk(self.load(sample), THUMBNAIL_PX)
        self._write(path, encode_jpeg(small))
        return small

    def clean_up(self) -> int:
        """Remove files of samples that were deleted; see the port."""
        removed = 0
        incoming = self._folder / FOLDER / _INCOMING
        try:
            for left_by_a_crash in incoming.iterdir() if incoming.is_dir() else ():
                left_by_a_crash.unlink()
            with self._database.read() as connection:
                gone = connection.execute(
                    select(samples.c.id, samples.c.path).where(samples.c.deleted_at.is_not(None))
                ).all()
            for row in gone:
                for path in (row.path, _thumbnail_path(row.path)):
                    inside(self._folder, path, (FOLDER,)).unlink(missing_ok=True)
                removed += 1
        except OSError as error:
            raise OperationalError(
                "DAT-002", f"Files of deleted samples cannot be removed: {error.strerror or error}.", CHECK_DISK
            ) from error
        if gone:
            with self._database.write() as connection:
                # By id: whoever deleted one meanwhile may still want it back.
                for ids in _some([row.id for row in gone]):
                    connection.execute(delete(samples).where(samples.c.id.in_(ids)))
        return removed

    def _mark(self, sample_ids: Sequence[str], deleted_at: datetime | None) -> None:
        known = [one for one in sample_ids if is_id(one)]
        with self._database.write() as connection:
            for ids in _some(known):
                connection.execute(update(samples).where(samples.c.id.in_(ids)).values(deleted_at=deleted_at))

    def _select(self, query: Select[Any]) -> tuple[Sample, ...]:
        with self._database.read() as connection:
            rows = connection.execute(query.where(samples.c.deleted_at.is_(None))).all()
        return tuple(_sample(row) for row in rows)

    def _write(self, path: str, data: bytes) -> StoredFile:
        inside(self._folder, path, (FOLDER,))  # refuses a path that leads elsewhere
        return write_stored(self._folder, path, data, self._folder / FOLDER / _INCOMING)


def _thumbnail_path(path: str) -> str:
    return path.removesuffix(".png") + ".jpg"


def _fixed(sample: Sample) -> dict[str, object]:
    """The columns that never change."""
    return {
        "setup_id": sample.setup_id,
        "captured_at": sample.captured_at,
        "height": sample.size.height,
        "width": sample.size.width,
        "source": _storable(sample.source),
        "path": sample.path,
        "sha256": sample.sha256,
    }


def _changing(connection: Connection, sample: Sample) -> dict[str, object]:
    """The columns that a person or the program changes, after making sure that the model is named."""
    return {
        "tray": sample.tray.value,
        "use": sample.use.value,
        "defect": _storable(sample.defect),
        "capture_group": _storable(sample.group),
        "fingerprint": sample.fingerprint,
        "flags": ",".join(sorted(flag.value for flag in sample.flags)),
        "score": sample.score,
        "model_key": _model_key(connection, sample.scored_by) if sample.scored_by else None,
    }


def _model_key(connection: Connection, model: ModelRef) -> int:
    columns = {"name": model.name, "version": model.version, "sha256": model.sha256}
    found = connection.scalar(select(models.c.key).filter_by(**columns))
    if found is None:
        found = connection.scalar(insert(models).values(**columns).returning(models.c.key))
    if found is None:
        raise RuntimeError(f"the table gave no key for {model}")
    return int(found)


def _sample(row: Row[Any]) -> Sample:
    try:
        return Sample(
            id=row.id,
            setup_id=row.setup_id,
            tray=Tray(row.tray),
            captured_at=row.captured_at,
            size=Size(row.height, row.width),
            source=row.source,
            defect=row.defect,
            group=row.capture_group,
            path=row.path,
            sha256=row.sha256,
            fingerprint=row.fingerprint,
            flags=frozenset(SampleFlag(flag) for flag in row.flags.split(",") if flag),
            use=Use(row.use),
            score=row.score,
            scored_by=ModelRef(row.model_name, row.model_version, row.model_sha256) if row.model_key else None,
        )
    except ValueError as error:
        raise OperationalError(
            "DAT-002", f"Sample {row.id} was altered in the store: {error}.", "Restore a backup."
        ) from error


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _BOUND_AT_ONCE):
        yield ids[start : start + _BOUND_AT_ONCE]


def _storable(text: str) -> str:
    """Text that SQLite takes: a file name may hold bytes that are no letters in any encoding."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
