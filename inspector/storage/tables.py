"""The tables of the station's database, and how their columns hold our values.

Names that repeat on every part (source, lot, product, reason, model) are kept once and pointed at, and times, ids and
hashes are numbers and bytes: ten million parts must fit into 2 GB. Times are microseconds since 1970 in UTC.

`sequence` is the order in which parts were stored; it never follows the clock (FS-13).
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware time as microseconds since 1970; read back in UTC."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse a time without zone, which could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class HexBytes(TypeDecorator[str]):
    """Hexadecimal digits as bytes; the empty text is NULL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """ValueError when the text holds anything but pairs of digits."""
        return bytes.fromhex(value) if value else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str:
        """In lower case."""
        return "" if value is None else value.hex()


class Milliseconds(TypeDecorator[float]):
    """A duration in ms as whole microseconds, a third of the room of a float."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        """Rounded to a microsecond."""
        return None if value is None else round(value * 1000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> float | None:
        """In ms."""
        return None if value is None else value / 1000


metadata = MetaData()

names = Table(
    "names",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("text", String, nullable=False, unique=True),
)

models = Table(
    "models",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    UniqueConstraint("name", "version", "sha256"),
)

inspections = Table(
    "inspections",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("id", HexBytes, nullable=False, unique=True),
    Column("frame_id", Integer, nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("verdict", String, CheckConstraint("verdict IN ('pass', 'fail', 'not_inspected')"), nullable=False),
    Column("reason_key", ForeignKey("names.key"), nullable=False),
    Column("score", Float),
    Column("limit_", Float),
    Column("source_key", ForeignKey("names.key"), nullable=False),
    Column("lot_key", ForeignKey("names.key")),
    Column("product_key", ForeignKey("names.key"), nullable=False),
    Column("recipe_version", Integer, nullable=False),
    Column("model_key", ForeignKey("models.key")),
    Column("simulated", Integer, nullable=False),
    Column("waited_us", Milliseconds, nullable=False),
    Column("model_us", Milliseconds, nullable=False),
    Column("answer_us", Milliseconds, nullable=False),
    Column("awaited", Integer, nullable=False),
    Column("shed", Integer, nullable=False),
    Column("flagged", Integer, nullable=False),
    Column("label", String),
    Column("detail", String),
    Column("image_path", String),
    Column("image_sha256", HexBytes),
    Column("map_path", String),
    Column("map_sha256", HexBytes),
    # `sequence` is part of every index by itself, so each of these also answers "newest first". An index with a
    # condition holds only those parts, and is used only when the query states the condition word by word.
    Index("inspections_by_time", "captured_at", "verdict", "simulated"),
    Index("inspections_by_lot", "lot_key", sqlite_where=text("lot_key IS NOT NULL")),
    Index("inspections_by_verdict", "verdict"),
    Index("inspections_by_recipe", "product_key", "recipe_version"),
    Index("inspections_awaited", "awaited", sqlite_where=text("awaited = 1")),
    Index("inspections_flagged", "flagged", sqlite_where=text("flagged = 1")),
)

regions = Table(
    "regions",
    metadata,
    Column("sequence", ForeignKey("inspections.sequence", ondelete="CASCADE"), primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("area_px", Float, nullable=False),
    Column("peak", Float, nullable=False),
    Column("mean", Float, nullable=False),
    sqlite_with_rowid=False,
)

recipes = Table(
    "recipes",
    metadata,
    Column("product", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", String, nullable=False),
    Column("sha256", HexBytes, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String, nullable=False),
    sqlite_with_rowid=False,
)

publications = Table(
    "publications",
    metadata,
    Column("product", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("reason", String, nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("setup_id", HexBytes),
    sqlite_with_rowid=False,
)
"""What `recipes` does not say of a version; those that were published before there was this table have no row."""

retirements = Table(
    "retirements",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("product", String, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", String, nullable=False),
    Index("retirements_by_product", "product"),
)
"""Products taken out of use and into use again; the last row of a product tells which."""

drafts = Table(
    "drafts",
    metadata,
    Column("id", HexBytes, primary_key=True, nullable=False),
    Column("body", String, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)

samples = Table(
    "samples",
    metadata,
    Column("id", HexBytes, primary_key=True, nullable=False),
    Column("setup_id", HexBytes, nullable=False),
    Column("tray", String, CheckConstraint("tray IN ('good', 'bad', 'unsorted')"), nullable=False),
    Column("use", String, CheckConstraint("use IN ('teach', 'check')"), nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("defect", String, nullable=False),
    Column("capture_group", String, nullable=False),
    Column("path", String, nullable=False),
    Column("sha256", HexBytes, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("flags", String, nullable=False),
    Column("score", Float),
    Column("model_key", ForeignKey("models.key")),
    Column("deleted_at", UtcTime),
    Index("samples_by_setup", "setup_id"),
    sqlite_with_rowid=False,
)
"""A deleted sample keeps its row until its files are removed, so that deleting can be undone."""
